//! Waiting for a thing that is busy, before it is changed or until a change counts.

use super::ChangeFailed;
use std::time::Duration;

/// How long a thing may be busy before a change gives up; then a new run goes on.
const PATIENCE_MINUTES: u64 = 20;
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

/// How long is still waited, with growing pauses.
pub(super) struct Patience {
    spent: Duration,
    pause: Duration,
}

impl Patience {
    pub(super) fn new() -> Self {
        Self { spent: Duration::ZERO, pause: FIRST_PAUSE }
    }

    /// Waits once more, and says for what.
    ///
    /// # Errors
    ///
    /// [`ChangeFailed::NotReady`] where that took 20 minutes by now.
    pub(super) async fn pause(&mut self, what: &str, tell: &(dyn Fn(&str) + Sync)) -> Result<(), ChangeFailed> {
        if self.spent.as_secs() >= PATIENCE_MINUTES * 60 {
            return Err(ChangeFailed::NotReady { state: what.to_owned(), minutes: PATIENCE_MINUTES });
        }
        tell(what);
        tokio::time::sleep(self.pause).await;
        self.spent += self.pause;
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        Ok(())
    }
}

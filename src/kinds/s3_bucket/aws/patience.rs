//! Waiting until AWS sees what was written.

use crate::kinds::ChangeFailed;
use std::time::Duration;

/// How long reads may disagree with a write, or AWS may not yet see what an earlier write turned on, before a change gives up.
const PATIENCE_MINUTES: u64 = 5;
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// How long is still waited, with growing pauses.
pub(super) struct Patience {
    spent: Duration,
    pause: Duration,
}

impl Patience {
    pub(super) fn new() -> Self {
        Self { spent: Duration::ZERO, pause: FIRST_PAUSE }
    }

    /// Waits a while, and tells for what.
    ///
    /// # Errors
    ///
    /// It was waited for long enough.
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

//! Waiting for a thing that is busy, before it is changed or until a change counts, and until AWS sees what was written.

use super::ChangeFailed;
use std::time::Duration;

const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// How long is still waited, with growing pauses.
pub(super) struct Patience {
    minutes: u64,
    spent: Duration,
    pause: Duration,
}

impl Patience {
    /// For a thing that is busy with a change: 20 minutes, after which a new run goes on.
    pub(super) fn with_busy() -> Self {
        Self::of(20)
    }

    /// For reads that disagree with a write, or for what AWS does not see yet of an earlier one: 5 minutes.
    pub(super) fn with_reads() -> Self {
        Self::of(5)
    }

    fn of(minutes: u64) -> Self {
        Self { minutes, spent: Duration::ZERO, pause: FIRST_PAUSE }
    }

    /// Waits once more, and says for what.
    ///
    /// # Errors
    ///
    /// [`ChangeFailed::NotReady`] where that took all its minutes by now.
    pub(super) async fn pause(&mut self, what: &str, tell: &(dyn Fn(&str) + Sync)) -> Result<(), ChangeFailed> {
        if self.spent.as_secs() >= self.minutes * 60 {
            return Err(ChangeFailed::NotReady { state: what.to_owned(), minutes: self.minutes });
        }
        tell(what);
        tokio::time::sleep(self.pause).await;
        self.spent += self.pause;
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        Ok(())
    }
}

//! Time, always given and never taken: everything above takes a [`Clock`]. Beside it AWS's own time: schedules, zones and windows.

mod hours;
mod length;
pub mod rpo;
mod schedule;
mod starts;
mod window;
mod zone;

pub use hours::{DailyHours, WeeklyHours};
pub use length::{parse_length, say_length};
pub use schedule::{Calendar, ClockChange, Clocks, Gap, Problem, Schedule, Service};
pub use starts::{Met, Starts, counted_year};
pub use window::{Overlap, WindowMisfit, Windowed, Windows, overlaps};
pub use zone::{UnknownZone, Zone};

use jiff::Timestamp;
use std::sync::Arc;

/// Where the time comes from.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// A clock that asks `now`.
    pub fn new(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// The machine's clock.
    pub fn system() -> Self {
        #[expect(clippy::disallowed_methods, reason = "the one place where the machine's clock is read")]
        Self::new(Timestamp::now)
    }

    /// A clock that stands still.
    pub fn fixed(at: Timestamp) -> Self {
        Self::new(move || at)
    }

    /// The time now.
    pub fn now(&self) -> Timestamp {
        (self.0)()
    }
}

impl std::fmt::Debug for Clock {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Clock({})", self.now())
    }
}

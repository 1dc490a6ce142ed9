//! The sandbox's clock: the real time, the real time moved by some amount, or one instant that stands still.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::SandboxError;

/// How the sandbox tells the time; every time in its answers comes from here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockSetting {
    /// The time of the machine.
    #[default]
    Real,
    /// The time of the machine, moved forward by some milliseconds.
    Offset {
        /// How far ahead of the machine the sandbox is.
        milliseconds: i64,
    },
    /// An instant that stands still until it is advanced.
    Fixed {
        /// The instant.
        at: Timestamp,
    },
}

impl ClockSetting {
    /// Returns the time in force, in whole milliseconds as AWS gives it.
    pub fn now(self) -> Timestamp {
        match self {
            Self::Real => machine_time(),
            Self::Offset { milliseconds } => later(machine_time(), SignedDuration::from_millis(milliseconds)),
            Self::Fixed { at } => at,
        }
    }

    /// Tells whether time passes by itself.
    pub fn runs(self) -> bool {
        !matches!(self, Self::Fixed { .. })
    }

    /// Returns the clock moved forward by `by`.
    ///
    /// # Errors
    ///
    /// When `by` is negative: history that was written would lie in the future.
    pub fn advanced(self, by: SignedDuration) -> Result<Self, SandboxError> {
        if by.is_negative() {
            return Err(SandboxError::Setting("the sandbox's clock only moves forward; `clock --set` chooses an earlier instant".into()));
        }
        Ok(match self {
            Self::Real => Self::Offset { milliseconds: milliseconds(by) },
            Self::Offset { milliseconds: before } => Self::Offset { milliseconds: before.saturating_add(milliseconds(by)) },
            Self::Fixed { at } => Self::Fixed { at: later(at, by) },
        })
    }
}

/// Adds a duration, staying at the end of time where it would leave it.
pub(crate) fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_add(by).unwrap_or(at)
}

fn milliseconds(duration: SignedDuration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the sandbox is a server with a clock of its own; this is the one place that reads the machine's"
)]
fn machine_time() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fixed_clock_moves_only_when_it_is_advanced() {
        let at: Timestamp = "2026-11-21T00:00:00Z".parse().unwrap();
        let clock = ClockSetting::Fixed { at };
        assert_eq!(clock.now(), at);
        assert_eq!(clock.advanced(SignedDuration::from_mins(5)).unwrap().now().to_string(), "2026-11-21T00:05:00Z");
    }

    #[test]
    fn advancing_the_real_clock_keeps_it_running() {
        let clock = ClockSetting::Real.advanced(SignedDuration::from_hours(48)).unwrap();
        assert!(clock.runs());
        assert!(clock.now() > ClockSetting::Real.now());
    }

    #[test]
    fn the_clock_never_goes_back() {
        assert!(ClockSetting::Real.advanced(SignedDuration::from_secs(-1)).is_err());
    }
}

//! The hours in which a database makes no snapshots for AWS Backup: its backup and maintenance windows, and the hour before each.
//!
//! Source: AWS Backup Developer Guide, Backup plan options and configuration, which speaks of the database services and leaves Aurora out.

use super::{MAINTENANCE, OWNER, RETENTION};
use crate::kinds::{Answer, Busy};
use crate::model::Value;
use crate::time::{DailyHours, Met, Starts, WeeklyHours};

/// For how long before its hours a database makes no snapshots, in minutes.
const BEFORE: u32 = 60;

/// Whether a database makes snapshots whenever jobs may start; `window` is the path of its backup hours.
pub(in crate::kinds) fn free(window: &str, starts: &Starts, busy: Busy, known: &dyn Fn(&str) -> Option<Value>) -> Answer {
    if known(OWNER).is_some_and(|owner| !owner.is_nothing()) {
        // AWS Backup backs it up continuously, and keeps clear of them.
        return Answer::Yes;
    }
    let text = |path: &str| known(path).and_then(|value| value.as_str().map(str::to_owned));
    let (what, hours, avoided, met) = match busy {
        Busy::Backup if known(RETENTION) == Some(Value::from(0)) => return Answer::Yes,
        Busy::Backup => {
            let Some(hours) = text(window).and_then(|text| DailyHours::parse(&text).ok()) else { return Answer::Unknown };
            let avoided = hours.earlier(BEFORE);
            ("backup", hours.to_string(), avoided.to_string(), starts.met(|from, minutes| avoided.meet(from, minutes)))
        }
        Busy::Maintenance => {
            let Some(hours) = text(MAINTENANCE).and_then(|text| WeeklyHours::parse(&text).ok()) else { return Answer::Unknown };
            let avoided = hours.earlier(BEFORE);
            ("maintenance", hours.to_string(), avoided.to_string(), starts.met(|from, minutes| avoided.meet(from, minutes)))
        }
    };
    let Some(Met { runs, of, first }) = met else { return Answer::Yes };
    let (at, move_it) = match busy {
        Busy::Backup => (window, format!("or move `{window}`")),
        Busy::Maintenance => (MAINTENANCE, "or have its owner move the maintenance window".to_owned()),
    };
    Answer::No {
        reason: format!(
            "makes no snapshots in its {what} window {hours} UTC and in the hour before, when {runs} of {of} runs in a year may start (such as the one on {})",
            first.strftime("%A %H:%M UTC")
        ),
        at: at.to_owned(),
        remedy: format!(
            "keep the start window of the rule, {} minutes from its `schedule` on, out of {avoided} UTC (`schedule`, `start_window`), {move_it}",
            starts.window
        ),
    }
}

/// The same of a database of which AWS does not say that it has such hours.
pub(in crate::kinds) fn perhaps_free(window: &str, starts: &Starts, busy: Busy, known: &dyn Fn(&str) -> Option<Value>) -> Answer {
    match free(window, starts, busy, known) {
        Answer::No { reason, at, remedy } => Answer::Doubtful { reason, at, remedy },
        other => other,
    }
}

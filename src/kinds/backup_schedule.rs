//! Schedules and time zones as the settings of AWS Backup's plans take them.

use crate::model::{Form, Mistake, Value};
use crate::time::{Schedule, Service, Zone};
use jiff::Timestamp;
use std::cmp::Ordering;

/// A schedule.
pub(super) const SCHEDULE: Form = Form { what: "a schedule, `cron(MINUTE HOUR DAY-OF-MONTH MONTH DAY-OF-WEEK YEAR)`", check: schedule };

/// A time zone.
pub(super) const ZONE: Form = Form { what: "a time zone of the IANA database", check: zone };

fn schedule(text: &str) -> Result<String, Mistake> {
    match Schedule::parse(text, Service::Backup) {
        Ok(schedule) if schedule.never_runs() => {
            Err(Mistake::new("is a schedule that never runs: no date fits it").help("check its day, month and year"))
        }
        Ok(schedule) => Ok(schedule.canonical().to_owned()),
        Err(problems) => {
            let mut mistakes = problems.into_iter().map(|problem| Mistake {
                message: format!("is no schedule of AWS Backup: {}", problem.message),
                help: problem.help,
                range: Some(problem.range).filter(|range| !range.is_empty()),
                more: Vec::new(),
            });
            let first = mistakes.next().unwrap_or_else(|| Mistake::new("is no schedule"));
            Err(Mistake { more: mistakes.collect(), ..first })
        }
    }
}

fn zone(text: &str) -> Result<String, Mistake> {
    match Zone::named(text) {
        Ok(zone) if zone.is_utc() => Ok("Etc/UTC".to_owned()),
        Ok(zone) => Ok(zone.name().to_owned()),
        Err(unknown) => Err(Mistake::new(format!("must be a time zone of the IANA database, found \"{text}\"")).help(unknown.help)),
    }
}

/// A schedule protects more when the longest time between two runs is shorter.
pub(super) fn more_often(before: &Value, after: &Value) -> Option<Ordering> {
    let gap = |value: &Value| Schedule::parse(value.as_str()?, Service::Backup).ok()?.longest_gap(Timestamp::UNIX_EPOCH, &Zone::utc());
    let before = gap(before)?;
    // One that runs once and never again leaves the longest gap of all.
    let Some(after) = gap(after) else { return Some(Ordering::Less) };
    Some(before.cmp(&after))
}

//! Schedules and time zones as the settings of AWS Backup's plans take them.

use super::schedules;
use crate::model::{Form, Mistake, Value};
use crate::time::{Service, Zone};
use std::cmp::Ordering;

/// A schedule.
pub(super) const SCHEDULE: Form = Form { what: "a schedule, `cron(MINUTE HOUR DAY-OF-MONTH MONTH DAY-OF-WEEK YEAR)`", check: schedule };

/// A time zone.
pub(super) const ZONE: Form = Form { what: "a time zone of the IANA database", check: zone };

fn schedule(text: &str) -> Result<String, Mistake> {
    schedules::accepted(text, Service::Backup, "AWS Backup")
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
    schedules::more_often(before, after, Service::Backup)
}

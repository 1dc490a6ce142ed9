//! What a thing does again and again: backups, calls, tests, each with its times.

use crate::model::Wanted;
use crate::time::{DailyHours, Schedule, Service, Zone};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// One thing that is done again and again.
#[derive(Clone, Debug)]
pub struct Recurrence {
    /// The path of the block or setting that says so; empty for the whole block.
    pub at: String,
    /// What is done, as a sentence that starts with a verb.
    pub does: String,
    /// When.
    pub when: When,
    /// How many minutes after its time it may still begin; none where it begins at its time.
    pub start_window: Option<u32>,
    /// How many minutes after its beginning it must be done; none where nobody says.
    pub completion_window: Option<u32>,
    /// Why it does not run although it is declared: it is turned off.
    pub asleep: Option<String>,
    /// Nothing runs before this.
    pub not_before: Option<Timestamp>,
    /// Nothing runs after this.
    pub not_after: Option<Timestamp>,
}

/// When something is done.
#[derive(Clone, Debug)]
pub enum When {
    /// At times that the policy declares.
    Declared {
        /// When.
        schedule: Box<Schedule>,
        /// Where its times are read.
        zone: Zone,
    },
    /// At times that AWS chooses, or that are known only after apply: how often, in words.
    Theirs(String),
}

impl When {
    /// The times of a declared expression, in the declared zone or else in UTC.
    pub(super) fn of(wanted: &BTreeMap<String, Wanted>, expression: &str, zone: &str, service: Service) -> Self {
        let text = |setting: &str| wanted.get(setting).map(|wanted| wanted.value.as_str());
        let schedule = text(expression).flatten().and_then(|text| Schedule::parse(text, service).ok());
        let zone = match text(zone) {
            None => Some(Zone::utc()),
            Some(name) => name.and_then(|name| Zone::named(name).ok()),
        };
        match (schedule, zone) {
            (Some(schedule), Some(zone)) => Self::Declared { schedule: Box::new(schedule), zone },
            _ => Self::Theirs("at times that are known only after apply".to_owned()),
        }
    }
}

impl Recurrence {
    /// Something that begins at its time and lasts as long as it lasts.
    pub fn new(at: impl Into<String>, does: impl Into<String>, when: When) -> Self {
        let (at, does) = (at.into(), does.into());
        Self { at, does, when, start_window: None, completion_window: None, asleep: None, not_before: None, not_after: None }
    }

    /// The daily backup of a service that has hours for it: within those that are declared in UTC, else when AWS chose. `retention` are the days
    /// for which backups are kept; with 0 there are none. None where neither is declared.
    pub(super) fn daily(wanted: &BTreeMap<String, Wanted>, window: &str, retention: &str, does: &str) -> Option<Self> {
        let days = wanted.get(retention).and_then(|wanted| wanted.value.as_i64());
        let declared = wanted.get(window);
        if declared.is_none() && days.is_none() {
            return None;
        }
        let hours = declared.and_then(|wanted| DailyHours::parse(wanted.value.as_str()?).ok());
        let schedule = hours.and_then(|hours| Schedule::parse(&hours.begin(), Service::Rule).ok());
        let when = match schedule {
            Some(schedule) => When::Declared { schedule: Box::new(schedule), zone: Zone::utc() },
            None => When::Theirs("once a day, in hours that AWS chose".to_owned()),
        };
        let kept = days.filter(|days| *days > 0).map(|days| format!(", kept for {}", crate::model::count(days, "day")));
        let at = if declared.is_some() { window } else { retention };
        let asleep = (days == Some(0)).then(|| format!("`{retention}` is 0, so that none is made"));
        Some(Self {
            start_window: hours.map(DailyHours::minutes),
            asleep,
            ..Self::new(at, format!("{does}{}", kept.unwrap_or_default()), when)
        })
    }
}

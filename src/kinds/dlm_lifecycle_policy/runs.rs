//! When the schedules of a policy make snapshots.
//!
//! An interval counts within the day from its time, in UTC: 24 hours are a multiple of every interval that AWS takes, so that it is the same as
//! a cron expression of each day. Source: DLM API, `CreateRule`.

use super::{CRON, DEFAULT, SCHEDULE};
use crate::kinds::{Flat, Recurrence, When};
use crate::model::{Value, Wanted, count, path};
use crate::time::{Schedule, Service, Zone};
use std::collections::BTreeMap;

/// Within how many minutes of its time a snapshot is begun.
///
/// Source: DLM API, `CreateRule`, `Times`: "The operation occurs within a one-hour window following the specified time."
const WINDOW: u32 = 60;

const STATE: &str = "state";

/// Each schedule with its times, or that of a default policy.
pub(super) fn runs(wanted: &BTreeMap<String, Wanted>) -> Vec<Recurrence> {
    let values: BTreeMap<String, Value> = wanted.iter().map(|(at, wanted)| (at.clone(), wanted.value.clone())).collect();
    let flat = Flat::of_values(&values);
    let asleep = (flat.text(STATE).as_deref() == Some("DISABLED")).then(|| "its `state` is `DISABLED`".to_owned());
    let mut found: Vec<Recurrence> =
        flat.keys(SCHEDULE).iter().filter_map(|name| of_schedule(&flat, &path::keyed(SCHEDULE, name))).collect();
    if flat.get(DEFAULT).is_some() {
        let days = |name: &str, otherwise: i64| flat.whole(&format!("policy_details.{name}")).unwrap_or(otherwise);
        let every = match days("create_interval", 1) {
            1 => "once a day, at a time that AWS chose".to_owned(),
            days => format!("every {days} days, at a time that AWS chose"),
        };
        let does = format!("backs up what nothing else did, kept for {}", count(days("retain_interval", 7), "day"));
        found.push(Recurrence::new(DEFAULT, does, When::Theirs(every)));
    }
    for run in &mut found {
        run.asleep.clone_from(&asleep);
    }
    found
}

fn of_schedule(flat: &Flat, at: &str) -> Option<Recurrence> {
    let create = path::child(at, "create_rule");
    let within = |name: &str| path::child(&create, name);
    let expression = match (flat.text(&within(CRON)), flat.whole(&within("interval"))) {
        (Some(cron), _) => Some(cron),
        (None, Some(hours)) => {
            let from = flat.texts(&within("times")).and_then(|times| times.into_iter().next());
            from.and_then(|from| daily(hours, &from))
        }
        (None, None) => return None,
    };
    let schedule = expression.and_then(|text| Schedule::parse(&text, Service::Rule).ok());
    let when = if let Some(schedule) = schedule {
        When::Declared { schedule: Box::new(schedule), zone: Zone::utc() }
    } else {
        let hours = flat.whole(&within("interval")).map(|hours| count(hours, "hour"));
        When::Theirs(format!("every {}, counted from a time that AWS chose", hours.unwrap_or_else(|| "some hours".to_owned())))
    };
    let kept = |rule: &str| {
        let (count_of, interval) = (flat.whole(&path::child(rule, "count")), flat.whole(&path::child(rule, "interval")));
        let unit = flat.text(&path::child(rule, "interval_unit")).unwrap_or_default().to_lowercase();
        match (count_of, interval) {
            (Some(number), _) => format!(", the last {number} kept"),
            (None, Some(number)) => format!(", kept for {number} {unit}"),
            (None, None) => String::new(),
        }
    };
    let regions = flat.keys(&path::child(at, "cross_region_copy_rule"));
    let copies =
        if regions.is_empty() { String::new() } else { format!(", with {} to {}", count(regions.len(), "copy"), regions.join(", ")) };
    let does = format!("makes snapshots{}{copies}", kept(&path::child(at, "retain_rule")));
    Some(Recurrence { start_window: Some(WINDOW), ..Recurrence::new(at, does, when) })
}

/// Every so many hours from a time of day, as a cron expression.
fn daily(hours: i64, from: &str) -> Option<String> {
    let (hour, minute) = from.split_once(':')?;
    let (hour, minute): (i64, i64) = (hour.parse().ok()?, minute.parse().ok()?);
    if !(1..=24).contains(&hours) || 24 % hours != 0 {
        return None;
    }
    let mut found: Vec<i64> = (0..24 / hours).map(|nth| (hour + nth * hours) % 24).collect();
    found.sort_unstable();
    let found: Vec<String> = found.iter().map(ToString::to_string).collect();
    Some(format!("cron({minute} {} * * ? *)", found.join(",")))
}

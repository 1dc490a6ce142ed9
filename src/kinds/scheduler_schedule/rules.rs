//! Scheduler's rules across the settings of a schedule.

use super::{ARN, END, EXPRESSION, INPUT, MODE, START, WINDOW, ZONE, forms};
use crate::kinds::{Concern, schedules};
use crate::model::{Code, Severity, Wanted};
use crate::time::{Schedule, Service, Zone};
use jiff::Timestamp;
use std::collections::BTreeMap;

fn concern(at: &str, title: impl Into<String>, help: impl Into<String>) -> Concern {
    Concern { code: Code::Schedule, severity: Severity::Error, title: title.into(), at: at.to_owned(), also: None, help: help.into() }
}

fn text<'w>(wanted: &'w BTreeMap<String, Wanted>, at: &str) -> Option<&'w str> {
    wanted.get(at)?.value.as_str()
}

/// Everything that is wrong.
pub(super) fn check(wanted: &BTreeMap<String, Wanted>) -> Vec<Concern> {
    let mut concerns = Vec::new();
    for (block, first, example) in
        [("flexible_time_window", MODE, "flexible_time_window { mode = \"OFF\" }"), ("target", ARN, "target { arn = …, role_arn = … }")]
    {
        if !wanted.contains_key(first) {
            let missing = concern(block, format!("the schedule has no `{block}` block"), format!("add `{example}`"));
            concerns.push(Concern { code: Code::Missing, ..missing });
        }
    }
    match (text(wanted, MODE), wanted.contains_key(WINDOW)) {
        (Some("OFF"), true) => {
            let title = "a window that is `OFF` has no length";
            concerns.push(concern(WINDOW, title, "remove it, or write `mode = \"FLEXIBLE\"`"));
        }
        (Some("FLEXIBLE"), false) => {
            let title = "a window that is `FLEXIBLE` needs a length";
            concerns.push(concern(MODE, title, "add `maximum_window_in_minutes`"));
        }
        _ => {}
    }
    let instant = |at: &str| text(wanted, at)?.parse::<Timestamp>().ok();
    if let (Some(start), Some(end)) = (instant(START), instant(END))
        && start >= end
    {
        let title = format!("the schedule ends, at {end}, before it starts, at {start}");
        concerns.push(concern(END, title, "write a later `end_date`"));
    }
    let once = text(wanted, EXPRESSION).filter(|text| text.starts_with("at("));
    for at in [START, END].into_iter().filter(|at| once.is_some() && wanted.contains_key(*at)) {
        let title = format!("a schedule that runs once does so at its time: Scheduler passes over `{at}`");
        concerns.push(Concern { severity: Severity::Warning, ..concern(at, title, "remove it") });
    }
    let is_call = text(wanted, ARN).and_then(forms::parts).is_some_and(|(service, _)| service == "scheduler");
    if is_call && !wanted.contains_key(INPUT) {
        let title = "a call of AWS without `input` has no parameters, which few calls can do without";
        let help = "add `input = jsonencode({ … })` with the parameters of the API reference";
        concerns.push(Concern { severity: Severity::Warning, ..concern(ARN, title, help) });
    }
    concerns
}

/// Whether the clocks skip one of its runs.
pub(super) fn skipped(wanted: &BTreeMap<String, Wanted>, now: Timestamp) -> Option<Concern> {
    schedules::skipped(text(wanted, EXPRESSION)?, Service::Scheduler, text(wanted, ZONE)?, now, EXPRESSION)
}

/// Whether the last run is past.
pub(super) fn over(wanted: &BTreeMap<String, Wanted>, now: Timestamp) -> Vec<Concern> {
    let zone = Zone::named(text(wanted, ZONE).unwrap_or("UTC"));
    let schedule = text(wanted, EXPRESSION).and_then(|text| Schedule::parse(text, Service::Scheduler).ok());
    let (Ok(zone), Some(schedule)) = (zone, schedule) else { return Vec::new() };
    let end = text(wanted, END).and_then(|text| text.parse::<Timestamp>().ok());
    let (at, title) = if schedule.is_over(now, &zone) {
        (EXPRESSION, format!("the schedule never runs again: the last time that `{schedule}` means is past"))
    } else if let Some(end) = end.filter(|end| *end <= now) {
        (END, format!("the schedule never runs again: it ended at {end}"))
    } else {
        return Vec::new();
    };
    let help = "write a time to come; a schedule that has done its work can be removed".to_owned();
    vec![Concern { code: Code::ScheduleIsOver, severity: Severity::Warning, title, at: at.to_owned(), also: None, help }]
}

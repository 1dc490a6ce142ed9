//! Schedule expressions as settings: taking them from a policy, and which of two runs more often.

use super::Concern;
use crate::model::{Code, Mistake, Severity, Value};
use crate::time::{Schedule, Service, Zone};
use jiff::Timestamp;
use std::cmp::Ordering;

/// An expression in the form in which it is compared.
///
/// # Errors
///
/// Every rule of the service that it breaks, each with its place.
pub(super) fn accepted(text: &str, service: Service, of: &str) -> Result<String, Mistake> {
    match Schedule::parse(text, service) {
        Ok(schedule) if schedule.never_runs() => {
            Err(Mistake::new("is a schedule that never runs: no date fits it").help("check its day, month and year"))
        }
        Ok(schedule) => Ok(schedule.canonical().to_owned()),
        Err(problems) => {
            let mut mistakes = problems.into_iter().map(|problem| Mistake {
                message: format!("is no schedule of {of}: {}", problem.message),
                help: problem.help,
                range: Some(problem.range).filter(|range| !range.is_empty()),
                more: Vec::new(),
            });
            let first = mistakes.next().unwrap_or_else(|| Mistake::new("is no schedule"));
            Err(Mistake { more: mistakes.collect(), ..first })
        }
    }
}

/// What is wrong with a schedule of which the clocks skip a run within the next year; `at` is its setting. None where it is in no zone, as
/// its settings are not known or broken.
///
/// That the run does not come is documented: AWS Backup Developer Guide, "Backup plan options and configuration"; Scheduler User Guide,
/// "Daylight saving time".
pub(super) fn skipped(written: &str, service: Service, zone: &str, now: Timestamp, at: &str) -> Option<Concern> {
    let (schedule, zone) = (Schedule::parse(written, service).ok()?, Zone::named(zone).ok()?);
    let (local, next) = schedule.skipped(now, &zone)?;
    let (day, time, next) = (local.strftime("%Y-%m-%d"), local.strftime("%H:%M"), next.strftime("%Y-%m-%d %H:%M"));
    let title =
        format!("the run of {day} {time} does not come, since the clocks of `{}` skip that time; the next one is on {next}", zone.name());
    let help = "choose a time that is there on every day, or one in UTC".to_owned();
    Some(Concern { code: Code::SkippedRun, severity: Severity::Warning, title, at: at.to_owned(), also: None, help })
}

/// A schedule protects more when the longest time between two runs is shorter.
pub(super) fn more_often(before: &Value, after: &Value, service: Service) -> Option<Ordering> {
    let gap = |value: &Value| Schedule::parse(value.as_str()?, service).ok()?.longest_gap(Timestamp::UNIX_EPOCH, &Zone::utc());
    let before = gap(before)?;
    // One that runs once and never again leaves the longest gap of all.
    let Some(after) = gap(after) else { return Some(Ordering::Less) };
    Some(before.cmp(&after))
}

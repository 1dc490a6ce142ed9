//! Schedule expressions as settings: taking them from a policy, and which of two runs more often.

use crate::model::{Mistake, Value};
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

/// A schedule protects more when the longest time between two runs is shorter.
pub(super) fn more_often(before: &Value, after: &Value, service: Service) -> Option<Ordering> {
    let gap = |value: &Value| Schedule::parse(value.as_str()?, service).ok()?.longest_gap(Timestamp::UNIX_EPOCH, &Zone::utc());
    let before = gap(before)?;
    // One that runs once and never again leaves the longest gap of all.
    let Some(after) = gap(after) else { return Some(Ordering::Less) };
    Some(before.cmp(&after))
}

//! When rules run.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::sandbox::services::epoch;
use crate::time::{Schedule, Service, Zone};

/// Checks the schedule of a rule: a cron expression as AWS Backup takes it, and a time zone that is known.
pub(super) fn check(expression: &str, timezone: &str) -> Result<(), String> {
    if let Err(problems) = Schedule::parse(expression, Service::Backup) {
        let reasons: Vec<String> = problems.iter().map(ToString::to_string).collect();
        return Err(format!("Invalid schedule expression {expression}: {}", reasons.join("; ")));
    }
    Zone::named(timezone).map(|_| ()).map_err(|error| format!("Invalid schedule expression timezone: {error}"))
}

/// The runs of a rule after one instant and up to another, at most `count` of them.
pub(super) fn runs(rule: &Value, after: Timestamp, until: Timestamp, count: usize) -> Vec<Timestamp> {
    let text = |member: &str| rule.get(member).and_then(Value::as_str).unwrap_or_default();
    let schedule = Schedule::parse(text("ScheduleExpression"), Service::Backup);
    let zone = Zone::named(text("ScheduleExpressionTimezone"));
    // What is kept was checked, so that both are there.
    let (Ok(schedule), Ok(zone)) = (schedule, zone) else { return Vec::new() };
    schedule.runs(after, &zone).take_while(|run| *run <= until).take(count).collect()
}

/// `ScheduledRunsPreview`: the next runs of a plan's rules together.
///
/// A continuous rule is said to do both, as it makes snapshots of what has no continuous backup (UNCONFIRMED).
pub(super) fn preview(document: &Value, now: Timestamp, count: usize) -> Value {
    let rules = document.get("Rules").and_then(Value::as_array).into_iter().flatten();
    let mut all: Vec<(Timestamp, &Value)> =
        rules.flat_map(|rule| runs(rule, now, Timestamp::MAX, count).into_iter().map(move |run| (run, rule))).collect();
    all.sort_by_key(|(run, _)| *run);
    let kind = |rule: &Value| if rule["EnableContinuousBackup"] == true { "CONTINUOUS_AND_SNAPSHOTS" } else { "SNAPSHOTS" };
    let next = all.iter().take(count);
    next.map(|(run, rule)| json!({ "ExecutionTime": epoch(*run), "RuleId": rule["RuleId"], "RuleExecutionType": kind(rule) })).collect()
}

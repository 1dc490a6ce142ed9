//! When rules run.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

/// Checks the schedule of a rule: a cron expression of six fields, and a time zone that is known.
pub(super) fn check(expression: &str, timezone: &str) -> Result<(), String> {
    if !is_cron(expression) {
        return Err(format!("Invalid schedule expression: {expression}"));
    }
    // The names of time zones are known in any case of letters here, and in one alone there.
    let known = TimeZone::get(timezone).ok().is_some_and(|zone| zone.iana_name() == Some(timezone));
    if known { Ok(()) } else { Err(format!("Invalid schedule expression timezone: {timezone}")) }
}

/// The next runs of a plan's rules.
pub(super) fn preview(_document: &Value, _now: Timestamp, _count: usize) -> Value {
    json!([])
}

fn is_cron(expression: &str) -> bool {
    let inner = expression.strip_prefix("cron(").and_then(|rest| rest.strip_suffix(')'));
    let fields: Vec<&str> = inner.into_iter().flat_map(str::split_whitespace).collect();
    let [minute, hour, day, month, weekday, year] = fields.as_slice() else { return false };
    let plain = |field: &str| !field.is_empty() && field.chars().all(|c| c.is_ascii_alphanumeric() || ",-*/".contains(c));
    let days = |field: &str| !field.is_empty() && field.chars().all(|c| c.is_ascii_alphanumeric() || ",-*/?#".contains(c));
    [minute, hour, month, year].into_iter().all(|field| plain(field)) && days(day) && days(weekday) && ((*day == "?") != (*weekday == "?"))
}

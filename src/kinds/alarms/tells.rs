//! Whom an alarm tells.

use super::{ACTIONS_ENABLED, ALARM_ACTIONS, ARN_PREFIX};
use crate::kinds::telling::{known, texts};
use crate::model::{Live, Value, path};
use jiff::{SignedDuration, Timestamp};

/// The fact that says the state of an alarm.
pub(in crate::kinds) const STATE: &str = "state";
/// The fact that says since when it has it.
pub(in crate::kinds) const SINCE: &str = "state_since";

/// For how long a new alarm may have too little data to say, at least.
const NEW: SignedDuration = SignedDuration::from_hours(24);

/// Services whose actions do something, and tell nobody.
///
/// Source: CloudWatch API `PutMetricAlarm`, `AlarmActions`: EC2 actions, Auto Scaling.
const SILENT: [&str; 4] = ["automate", "autoscaling", "swf", "ec2"];

/// Whether a thing is an alarm.
pub(in crate::kinds) fn is_alarm(live: &Live) -> bool {
    let resource = live.arn.as_deref().and_then(|arn| arn.splitn(6, ':').nth(5));
    resource.is_some_and(|resource| resource.starts_with(ARN_PREFIX)) && live.arn.as_deref().is_some_and(|arn| arn.contains(":cloudwatch:"))
}

/// What its actions call when it fires.
///
/// # Errors
///
/// Why it tells nobody.
pub(in crate::kinds) fn tells(live: &Live, at: Timestamp) -> Result<Vec<String>, String> {
    if known(live, ACTIONS_ENABLED) == Some(&Value::Bool(false)) {
        return Err("its actions are off".to_owned());
    }
    if let Some(since) = dead_since(live, at) {
        return Err(format!("it has had too little data to say anything since {since}"));
    }
    let told: Vec<String> = texts(live, ALARM_ACTIONS).into_iter().filter(|arn| !is_silent(arn)).map(str::to_owned).collect();
    if told.is_empty() { Err("it has no action that tells anybody".to_owned()) } else { Ok(told) }
}

fn is_silent(arn: &str) -> bool {
    arn.split(':').nth(2).is_some_and(|service| SILENT.contains(&service))
}

/// The namespace whose metrics have values only when something happens, so that an alarm on them may be without data while all is well.
///
/// Source: AWS Backup developer guide, "AWS Backup metrics with Amazon CloudWatch": values that are not zero are published.
const WHEN_SOMETHING_HAPPENS: &str = "AWS/Backup";

/// Since when it has had too little data, where that is for longer than it looks back and more than a new one may.
fn dead_since(live: &Live, at: Timestamp) -> Option<Timestamp> {
    let of_metrics = |names: &[&str]| -> Vec<&Value> {
        let is_named = |at: &str| names.contains(&path::generic(at).as_str());
        live.settings.keys().filter(|at| is_named(at)).filter_map(|at| known(live, at)).collect()
    };
    let namespaces = of_metrics(&["namespace", "metric_query.metric.namespace"]);
    if namespaces.iter().any(|namespace| namespace.as_str() == Some(WHEN_SOMETHING_HAPPENS)) {
        return None;
    }
    let since: Timestamp = live.fact(SINCE).filter(|_| live.fact(STATE) == Some("INSUFFICIENT_DATA"))?.parse().ok()?;
    let periods = of_metrics(&["period", "metric_query.period", "metric_query.metric.period"]).into_iter().filter_map(Value::as_i64);
    let times = known(live, "evaluation_periods").and_then(Value::as_i64).unwrap_or(1);
    let seconds = periods.max().unwrap_or(60).saturating_mul(times);
    let looks_back = SignedDuration::from_secs(seconds);
    (at.duration_since(since) > looks_back.max(NEW)).then_some(since)
}

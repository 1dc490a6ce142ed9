//! What S3 tells CloudWatch of replication rules with metrics: how many operations wait, and by how much the destination is behind, in the
//! destination's region; what failed in the source's (S3 user guide, "Using S3 Replication metrics").
//!
//! One datapoint of the last whole minute, and one of each day before, are enough for whoever asks how far it is. Delays of hours, and failures of long ago, stand in a
//! seed.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::bucket::Bucket;
use crate::sandbox::services::cloudwatch::{Metric, MetricPoint};
use crate::sandbox::state::State;

/// A day in seconds, and for how many of them CloudWatch keeps what was published.
const DAY: i64 = 86_400;
const KEPT_DAYS: i64 = 455;

/// How far a rule is, beside the versions that are on their way.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Progress {
    /// How many operations wait.
    pub(crate) pending: u32,
    /// By how many seconds the destination is behind.
    pub(crate) latency_seconds: u32,
    /// When how many operations failed.
    pub(crate) failures: BTreeMap<Timestamp, u32>,
    /// Since when there is the rule, where it is younger than its bucket.
    pub(crate) began: Option<Timestamp>,
    /// When CloudWatch was told for the last time, where that has stopped.
    pub(crate) stopped_at: Option<Timestamp>,
}

/// Values of a metric of an account, in a region.
struct Said {
    region: String,
    metric: Metric,
    points: Vec<MetricPoint>,
}

/// Publishes what S3 tells of the rules of an account by now.
pub(crate) fn publish(state: &mut State, account: &str, now: Timestamp) {
    state.s3.settle(now);
    let said: Vec<Said> = state.s3.of_account(account).flat_map(|bucket| of_bucket(state, bucket, now)).collect();
    for Said { region, metric, points } in said {
        state.region_mut(account, &region).cloudwatch.metrics.publish_once(metric, points);
    }
}

fn of_bucket(state: &State, bucket: &Bucket, now: Timestamp) -> Vec<Said> {
    let minute = now.as_second().div_euclid(60).saturating_sub(1).saturating_mul(60);
    let minute = Timestamp::from_second(minute).unwrap_or(now);
    let rules = bucket.replication.as_ref().and_then(|document| document.get("Rule")).and_then(Value::as_array);
    let mut said = Vec::new();
    for rule in rules.into_iter().flatten().filter(|rule| is_measured(rule)) {
        let to = rule["Destination"]["Bucket"].as_str().and_then(|arn| arn.rsplit(':').next()).unwrap_or_default();
        let id = rule["ID"].as_str().unwrap_or_default();
        let metric = |name: &str| Metric {
            namespace: "AWS/S3".to_owned(),
            name: name.to_owned(),
            dimensions: [("SourceBucket", bucket.name.as_str()), ("DestinationBucket", to), ("RuleId", id)]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
        };
        let progress = bucket.progress.get(id).cloned().unwrap_or_default();
        let (waiting, oldest) = state.s3.waiting(&bucket.name, id);
        let pending = progress.pending.saturating_add(u32::try_from(waiting).unwrap_or(u32::MAX));
        let behind = oldest.map_or(0, |oldest| u32::try_from(now.duration_since(oldest).as_secs()).unwrap_or_default());
        let mut say = |region: &str, name: &str, unit: &str, values: Vec<(Timestamp, u32)>| {
            let points = values.into_iter().map(|(at, value)| MetricPoint::of(at, unit, f64::from(value), 1.0)).collect();
            said.push(Said { region: region.to_owned(), metric: metric(name), points });
        };
        if let Some(there) = state.s3.get(to) {
            let at = progress.stopped_at.unwrap_or(minute);
            let days = days(progress.began.unwrap_or(bucket.created_at), at).map(|day| (day, 0));
            say(&there.region, "OperationsPendingReplication", "Count", days.chain([(at, pending)]).collect());
            say(&there.region, "ReplicationLatency", "Seconds", vec![(at, progress.latency_seconds.max(behind))]);
        }
        if !progress.failures.is_empty() {
            say(&bucket.region, "OperationsFailedReplication", "Count", progress.failures.into_iter().collect());
        }
    }
    said
}

/// The days from the first until the one before the last, at midnight; no more than CloudWatch keeps.
fn days(first: Timestamp, last: Timestamp) -> impl Iterator<Item = Timestamp> {
    let day = |at: Timestamp| at.as_second().div_euclid(DAY);
    let last = day(last);
    (day(first).max(last.saturating_sub(KEPT_DAYS))..last).filter_map(|day| Timestamp::from_second(day.saturating_mul(DAY)).ok())
}

/// Notes which rules of a new configuration are new.
pub(super) fn begin(bucket: &mut Bucket, document: &Value, now: Timestamp) {
    let ids = |document: &Value| -> BTreeSet<String> {
        let measured = document["Rule"].as_array().into_iter().flatten().filter(|rule| is_measured(rule));
        measured.filter_map(|rule| rule["ID"].as_str()).map(str::to_owned).collect()
    };
    let before = bucket.replication.as_ref().map(ids).unwrap_or_default();
    for id in ids(document).difference(&before) {
        bucket.progress.entry(id.clone()).or_default().began = Some(now);
    }
}

fn is_measured(rule: &Value) -> bool {
    rule["Status"] == "Enabled" && rule["Destination"]["Metrics"]["Status"] == "Enabled"
}

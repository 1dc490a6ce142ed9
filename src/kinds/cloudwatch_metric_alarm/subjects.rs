//! What an alarm's metrics are about, as far as it is in the alarm's own account: a metric of what is nowhere has no values, and CloudWatch
//! says nothing of it.

use super::super::{Need, Needed, Place};
use crate::model::{Severity, Value, Wanted, partition, path};
use std::collections::BTreeMap;

/// The dimensions that name something that can be looked for.
const VAULT: &str = "BackupVaultName";
const BUCKETS: [&str; 2] = ["BucketName", "SourceBucket"];
const RULE: &str = "RuleId";

/// The bucket in whose region a metric of replication is published.
///
/// Source: S3 User Guide, "Viewing replication metrics".
fn home_of(metric: &str) -> Option<&'static str> {
    match metric {
        "BytesPendingReplication" | "OperationsPendingReplication" | "ReplicationLatency" => Some("DestinationBucket"),
        "OperationsFailedReplication" => Some("SourceBucket"),
        _ => None,
    }
}

/// That the vaults, buckets and replication rules that its metrics are about are there. A destination bucket may be another account's.
pub(super) fn needs(wanted: &BTreeMap<String, Wanted>, place: Place<'_>) -> Vec<Need> {
    let text = |at: &str| wanted.get(at).and_then(|wanted| wanted.value.as_str());
    let otherwise = match text("treat_missing_data") {
        Some("breaching") => "the alarm's metric has no values, so that it is in ALARM all the time",
        _ => "the alarm's metric has no values, so that it never fires",
    };
    let mut needs = Vec::new();
    for (at, dimensions) in wanted.iter().filter(|(at, _)| *at == "dimensions" || path::generic(at) == "metric_query.metric.dimensions") {
        let outside = at.strip_suffix("dimensions").unwrap_or_default();
        // Another account's metrics are of another account's things.
        let account = at.strip_suffix(".metric.dimensions").and_then(|query| text(&path::child(query, "account_id")));
        let (Some(namespace), None) = (text(&format!("{outside}namespace")), account.filter(|account| *account != place.account)) else {
            continue;
        };
        let dimension = |name: &str| dimensions.value.as_map()?.get(name)?.as_str();
        let mut need = |name: &str, of: String, needed: Needed| {
            let otherwise = match (&needed, text(&format!("{outside}metric_name"))) {
                (Needed::Region(_), Some(metric)) => format!("`{metric}` is published where that bucket is, so that {otherwise}"),
                _ => otherwise.to_owned(),
            };
            needs.push(Need { at: path::keyed(at, name), of, needed, severity: Severity::Warning, otherwise });
        };
        let partition = partition(place.region);
        if let Some(vault) = dimension(VAULT).filter(|_| namespace == "AWS/Backup") {
            let arn = format!("arn:{partition}:backup:{}:{}:backup-vault:{vault}", place.region, place.account);
            need(VAULT, arn, Needed::Presence);
        }
        if namespace == "AWS/S3" {
            let bucket = |name: &str| dimension(name).map(|bucket| format!("arn:{partition}:s3:::{bucket}"));
            for (name, arn) in BUCKETS.into_iter().filter_map(|name| Some((name, bucket(name)?))) {
                need(name, arn, Needed::Presence);
            }
            if let Some((home, arn)) = text(&format!("{outside}metric_name")).and_then(home_of).and_then(|home| Some((home, bucket(home)?)))
            {
                need(home, arn, Needed::Region(place.region.to_owned()));
            }
            if let (Some(arn), Some(rule)) = (bucket("SourceBucket"), dimension(RULE)) {
                let path = path::keyed("replication_rule", rule);
                need(RULE, arn, Needed::Setting { path, value: Value::Bool(true) });
            }
        }
    }
    needs
}

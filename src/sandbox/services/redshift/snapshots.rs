//! Snapshots of clusters: what a seed tells of, and the automated ones of every eight hours.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::clusters::{Cluster, live};
use super::{fault, page};
use crate::sandbox::clock::later;
use crate::sandbox::services::input::Input;
use crate::sandbox::services::kept_snapshots::{Snapshot, Source, moments};
use crate::sandbox::services::{AwsError, Call, epoch};

/// How far automated snapshots are apart where little is changed.
///
/// Source: Redshift Management Guide, "Automated snapshots".
const HOURS: i64 = 8;

/// A cluster as snapshots show it.
pub(crate) fn source(cluster: &Cluster) -> Source {
    Source {
        name: cluster.name.clone(),
        id: String::new(),
        engine: String::new(),
        created_at: cluster.created,
        shards: 0,
        node: None,
        is_encrypted: cluster.said.get("Encrypted").and_then(Value::as_bool).unwrap_or(false),
        key: cluster.said.get("KmsKeyId").and_then(Value::as_str).map(str::to_owned),
    }
}

/// The automated ones that are there now.
fn automated(cluster: &Cluster, now: Timestamp) -> Vec<Snapshot> {
    let rounds = now.duration_since(cluster.created).as_hours().max(0) / HOURS;
    let last = later(cluster.created, SignedDuration::from_hours(rounds.saturating_mul(HOURS)));
    let since = cluster.snapshots_since.unwrap_or(cluster.created);
    let source = source(cluster);
    let moments = if cluster.automated > 0 { moments(last, HOURS, cluster.automated, since, now) } else { Vec::new() };
    moments.into_iter().map(|at| Snapshot::automated(&source, "rs:", at, cluster.automated)).collect()
}

/// `DescribeClusterSnapshots`, sorted by name: one's own, never those of others.
pub(super) fn describe(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let (now, account, region) = (call.now, call.caller.account.clone(), call.caller.region.clone());
    let mut all: Vec<Snapshot> = live(call).values().flat_map(|cluster| automated(cluster, now)).collect();
    all.extend(call.region().redshift_snapshots.values().cloned());
    if let Some(name) = fields.text("SnapshotIdentifier")? {
        all.retain(|one| one.name == name);
        if all.is_empty() {
            return Err(fault("ClusterSnapshotNotFound", 404, format!("Snapshot {name} not found.")));
        }
    }
    if let Some(cluster) = fields.text("ClusterIdentifier")? {
        all.retain(|one| one.of.name.eq_ignore_ascii_case(cluster));
    }
    if let Some(sort) = fields.text("SnapshotType")? {
        all.retain(|one| self::sort(one) == sort);
    }
    if let Some(owner) = fields.text("OwnerAccount")?.filter(|owner| *owner != account) {
        all.retain(|_| owner.is_empty());
    }
    all.sort_by(|one, other| one.name.cmp(&other.name));
    let (shown, marker) = page(call, fields, all, |one| one.name.clone())?;
    let shown: Vec<Value> = shown.iter().map(|one| self::shown(one, &account, &region)).collect();
    Ok(json!({ "Snapshots": shown, "Marker": marker }))
}

/// Those of AWS Backup are manual ones here.
fn sort(one: &Snapshot) -> &str {
    if one.sort == "awsbackup" { "manual" } else { &one.sort }
}

fn shown(one: &Snapshot, account: &str, region: &str) -> Value {
    json!({
        "SnapshotIdentifier": one.name,
        "SnapshotArn": format!("arn:aws:redshift:{region}:{account}:snapshot:{}/{}", one.of.name, one.name),
        "ClusterIdentifier": one.of.name,
        "ClusterCreateTime": epoch(one.of.created_at),
        "SnapshotCreateTime": epoch(one.taken_at),
        "SnapshotType": sort(one),
        "Status": one.status,
        "SourceRegion": one.copied.as_ref().map(|(_, region)| region),
        "OwnerAccount": account,
        "Encrypted": one.is_encrypted,
        "KmsKeyId": one.key,
        "EncryptedWithHSM": false,
        "ManualSnapshotRetentionPeriod": one.days.filter(|_| sort(one) == "manual").unwrap_or(-1),
        "AccountsWithRestoreAccess": Value::Null,
        "Tags": [],
    })
}

//! Snapshots of replication groups: what a seed tells of, and the automatic ones of each day.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::groups::{Group, live};
use super::{arn, fault, page_within};
use crate::sandbox::clock::later;
use crate::sandbox::services::input::Input;
use crate::sandbox::services::kept_snapshots::{AUTOMATED, Snapshot, Source, moments};
use crate::sandbox::services::{AwsError, Call, epoch};
use crate::time::DailyHours;

/// A group as snapshots show it. Without cluster mode they are made of one node.
pub(crate) fn source(group: &Group) -> Source {
    let said = |member: &str| group.said.get(member);
    let first = || group.nodes().into_iter().next().map(|(_, node, _)| node);
    Source {
        name: group.name.clone(),
        id: String::new(),
        engine: said("Engine").and_then(Value::as_str).unwrap_or_default().to_owned(),
        created_at: group.created,
        shards: group.shards,
        node: if group.cluster_mode { None } else { group.source.clone().or_else(first) },
        is_encrypted: said("AtRestEncryptionEnabled").and_then(Value::as_bool).unwrap_or(false),
        key: said("KmsKeyId").and_then(Value::as_str).map(str::to_owned),
    }
}

/// The automatic ones that are there now: one a day when the hours of backups begin.
fn automatic(group: &Group, now: Timestamp) -> Vec<Snapshot> {
    let Ok(hours) = DailyHours::parse(&group.window) else { return Vec::new() };
    let source = source(group);
    let since = group.backups_since.unwrap_or(group.created);
    let moments = if group.days > 0 { moments(hours.last(now), 24, group.days, since, now) } else { Vec::new() };
    moments.into_iter().map(|at| Snapshot::automated(&source, "automatic.", at, group.days)).collect()
}

/// `DescribeSnapshots`, sorted by name.
pub(super) fn describe(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let (now, account, region) = (call.now, call.caller.account.clone(), call.caller.region.clone());
    let mut all: Vec<Snapshot> = live(call).values().flat_map(|group| automatic(group, now)).collect();
    all.extend(call.region().elasticache_snapshots.values().cloned());
    if let Some(name) = fields.text("SnapshotName")? {
        all.retain(|one| one.name == name);
        if all.is_empty() {
            return Err(fault("SnapshotNotFoundFault", 404, format!("Snapshot not found: {name}")));
        }
    }
    if let Some(group) = fields.text("ReplicationGroupId")? {
        all.retain(|one| one.of.name.eq_ignore_ascii_case(group));
    }
    if let Some(node) = fields.text("CacheClusterId")? {
        all.retain(|one| one.of.node.as_deref() == Some(node));
    }
    if let Some(maker) = fields.text("SnapshotSource")? {
        all.retain(|one| (one.sort == AUTOMATED) == (maker == "system"));
    }
    all.sort_by(|one, other| one.name.cmp(&other.name));
    let (shown, marker) = page_within(call, fields, all, 50, |one| one.name.clone())?;
    let shown: Vec<Value> = shown.iter().map(|one| self::shown(one, &account, &region)).collect();
    Ok(json!({ "Snapshots": shown, "Marker": marker }))
}

fn shown(one: &Snapshot, account: &str, region: &str) -> Value {
    let of_group = one.of.node.is_none();
    // The shards are read one after the other, here the last one first.
    let at = |shard: i64| later(one.taken_at, SignedDuration::from_mins(one.of.shards - shard));
    let is_whole = one.status == "available";
    let shards = (1..=one.of.shards.max(1)).map(|shard| {
        json!({
            "CacheClusterId": of_group.then(|| format!("{}-{shard:04}-001", one.of.name)),
            "NodeGroupId": of_group.then(|| format!("{shard:04}")),
            "CacheNodeId": "0001",
            "CacheNodeCreateTime": epoch(one.of.created_at),
            "CacheSize": is_whole.then_some("5 MB"),
            "SnapshotCreateTime": is_whole.then(|| epoch(at(shard))),
        })
    });
    json!({
        "SnapshotName": one.name,
        "ReplicationGroupId": of_group.then_some(&one.of.name),
        "CacheClusterId": one.of.node,
        "SnapshotStatus": one.status,
        "SnapshotSource": one.sort,
        "Engine": one.of.engine,
        "CacheClusterCreateTime": epoch(one.of.created_at),
        "NumCacheNodes": (!of_group).then_some(1),
        "NumNodeGroups": of_group.then_some(one.of.shards),
        "SnapshotRetentionLimit": one.days.unwrap_or(0),
        "NodeSnapshots": shards.collect::<Vec<_>>(),
        "KmsKeyId": one.key,
        "ARN": arn(account, region, "snapshot", &one.name),
    })
}

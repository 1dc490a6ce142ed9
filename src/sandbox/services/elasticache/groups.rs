//! Replication groups as they are held; describing, changing and deleting them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::create::{check_days, check_hours, said};
use super::{fault, page, required, show, together};
use crate::sandbox::services::input::Input;
use crate::sandbox::services::kept_snapshots::floor;
use crate::sandbox::services::tag_set::Tags;
use crate::sandbox::services::{AwsError, Call};

/// The hours that are chosen where nobody said any.
pub(crate) const SNAPSHOT_WINDOW: &str = "06:30-07:30";
pub(crate) const MAINTENANCE_WINDOW: &str = "sun:09:00-sun:10:00";

/// The replication groups of a region, by name.
pub(crate) type Groups = BTreeMap<String, Group>;

/// One replication group.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Group {
    pub(crate) arn: String,
    /// In lower case.
    pub(crate) name: String,
    pub(crate) created: Timestamp,
    /// Until then it is creating.
    pub(crate) available_at: Timestamp,
    /// Until then it is modifying.
    pub(crate) busy_until: Option<Timestamp>,
    /// Until then it is deleting, and then it is gone.
    pub(crate) gone_at: Option<Timestamp>,
    /// A status that a seed holds it in.
    pub(crate) held: Option<String>,
    pub(crate) days: i64,
    /// No automatic backup is older; none where that is when it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) backups_since: Option<Timestamp>,
    pub(crate) window: String,
    pub(crate) maintenance: String,
    /// The node that backups are taken from, without cluster mode.
    pub(crate) source: Option<String>,
    pub(crate) cluster_mode: bool,
    /// Shards, and replicas in each of them.
    pub(crate) shards: i64,
    pub(crate) replicas: i64,
    /// What else was said of it and is only given back.
    pub(crate) said: Map<String, Value>,
    /// Absent when it was never tagged.
    pub(crate) tags: Option<Tags>,
}

impl Group {
    /// Its status at a moment.
    pub(super) fn status(&self, now: Timestamp) -> &str {
        match &self.held {
            _ if self.gone_at.is_some() => "deleting",
            Some(held) => held,
            None if now < self.available_at => "creating",
            None if self.busy_until.is_some_and(|until| now < until) => "modifying",
            None => "available",
        }
    }

    /// The nodes, shard by shard, the primary of each first: the shard's id, the node's name, and whether it is the primary.
    pub(crate) fn nodes(&self) -> Vec<(String, String, bool)> {
        let nodes = |shard: i64| {
            (0..=self.replicas).map(move |node| {
                let name = if self.cluster_mode {
                    format!("{}-{shard:04}-{:03}", self.name, node + 1)
                } else {
                    format!("{}-{:03}", self.name, node + 1)
                };
                (format!("{shard:04}"), name, node == 0)
            })
        };
        (1..=self.shards).flat_map(nodes).collect()
    }
}

/// The replication groups that are there now.
pub(super) fn live<'a>(call: &'a mut Call<'_>) -> &'a mut Groups {
    let now = call.now;
    let groups = &mut call.region().elasticache;
    groups.retain(|_, group| group.gone_at.is_none_or(|gone| now < gone));
    groups
}

fn not_found(name: &str) -> AwsError {
    fault("ReplicationGroupNotFoundFault", 404, format!("ReplicationGroup {name} not found."))
}

/// `DescribeReplicationGroups`, sorted by name.
pub(super) fn describe(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let (now, region) = (call.now, call.caller.region.clone());
    let named = fields.text("ReplicationGroupId")?.map(str::to_lowercase);
    let held = live(call).clone();
    let all: Vec<Group> = match named {
        Some(name) => vec![held.get(&name).ok_or_else(|| not_found(&name))?.clone()],
        None => held.into_values().collect(),
    };
    let (shown, marker) = page(call, fields, all, |group| group.name.clone())?;
    let shown: Vec<Value> = shown.iter().map(|group| show::group(group, &region, now)).collect();
    Ok(json!({ "ReplicationGroups": shown, "Marker": marker }))
}

/// `DescribeCacheClusters`: the nodes of replication groups, as no other caches are held.
pub(super) fn describe_nodes(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let (now, region, account) = (call.now, call.caller.region.clone(), call.caller.account.clone());
    let named = fields.text("CacheClusterId")?.map(str::to_lowercase);
    let with_ports = fields.flag("ShowCacheNodeInfo")?.unwrap_or(false);
    let only_single = fields.flag("ShowCacheClustersNotInReplicationGroups")?.unwrap_or(false);
    let mut nodes: Vec<(String, Value)> = Vec::new();
    for group in live(call).values().filter(|_| !only_single) {
        let of_group = group.nodes().into_iter();
        nodes.extend(of_group.map(|(_, name, _)| (name.clone(), show::node(group, &name, (&account, &region), with_ports, now))));
    }
    nodes.sort_by(|(one, _), (other, _)| one.cmp(other));
    if let Some(name) = named {
        nodes.retain(|(node, _)| *node == name);
        if nodes.is_empty() {
            return Err(fault("CacheClusterNotFound", 404, format!("CacheCluster not found: {name}")));
        }
    }
    let (shown, marker) = page(call, fields, nodes, |(name, _)| name.clone())?;
    Ok(json!({ "CacheClusters": shown.into_iter().map(|(_, node)| node).collect::<Vec<_>>(), "Marker": marker }))
}

/// `ModifyReplicationGroup`. What it changes of backups counts at once; all the rest does here too.
pub(super) fn modify(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let name = required(fields, "ReplicationGroupId")?.to_lowercase();
    let days = check_days(fields)?;
    let changes = said(fields)?;
    let (now, settles, region) = (call.now, call.settles_at(), call.caller.region.clone());
    let group = live(call).get_mut(&name).ok_or_else(|| not_found(&name))?;
    let status = group.status(now);
    if status != "available" {
        return Err(fault(
            "InvalidReplicationGroupState",
            400,
            format!("Replication group {name} has status {status} which is not valid for modify request."),
        ));
    }
    let window = fields.text("SnapshotWindow")?.unwrap_or(&group.window);
    let maintenance = fields.text("PreferredMaintenanceWindow")?.unwrap_or(&group.maintenance);
    let (window, maintenance) = check_hours(window, maintenance)?;
    let source = fields.text("SnapshottingClusterId")?.map(str::to_owned);
    check_source(group, source.as_deref(), days)?;
    (group.window, group.maintenance) = (window, maintenance);
    group.source = source.or(group.source.take());
    if let Some(days) = days.filter(|days| *days != group.days) {
        group.backups_since = Some(floor(group.days, days, group.backups_since.unwrap_or(group.created), now));
        group.days = days;
    }
    if let Some(days) = days {
        // Where backups are off nothing is their source.
        group.source = group.source.take().filter(|_| days > 0);
    }
    group.said.extend(changes);
    group.busy_until = Some(settles).filter(|until| *until > now);
    let shown = show::group(group, &region, now);
    Ok(json!({ "ReplicationGroup": shown }))
}

fn check_source(group: &Group, source: Option<&str>, days: Option<i64>) -> Result<(), AwsError> {
    match source {
        Some(_) if group.cluster_mode => Err(together("Cannot set snapshotting cluster for cluster mode enabled replication group")),
        Some(source) if !group.nodes().iter().any(|(_, node, _)| node == source) => {
            Err(together(format!("{source} is not a member of the replication group {}", group.name)))
        }
        None if !group.cluster_mode && group.source.is_none() && days.is_some_and(|days| days > 0) => {
            Err(together("Must specify both SnapshotRetentionLimit and SnapshottingClusterId to turn on snapshots"))
        }
        _ => Ok(()),
    }
}

/// `DeleteReplicationGroup`, with its automatic backups.
pub(super) fn delete(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let name = required(Input(input), "ReplicationGroupId")?.to_lowercase();
    let (now, settles, region) = (call.now, call.settles_at(), call.caller.region.clone());
    let group = live(call).get_mut(&name).ok_or_else(|| not_found(&name))?;
    if group.gone_at.is_some() {
        return Err(fault("InvalidReplicationGroupState", 400, format!("Replication group {name} is already being deleted.")));
    }
    group.gone_at = Some(settles);
    Ok(json!({ "ReplicationGroup": show::group(group, &region, now) }))
}

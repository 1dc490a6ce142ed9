//! The calls: `DescribeReplicationGroups` and `ModifyReplicationGroup`. The maintenance window, which the hours of backups must not meet,
//! is told by `DescribeCacheClusters` alone, and asked for only where those hours change.

mod snapshots;

pub(super) use snapshots::Snapshots;

use super::{AT_ONCE, CREATED, HOURS_NOW, MAINTENANCE, NODES, PASSING, RETENTION, SOURCE_TO_BE, SPEC, STATUS, WINDOW};
use crate::aws::untyped::{Answer as _, Operation, Protocol, Service};
use crate::aws::{CallFailed, Connection};
use crate::kinds::patience::Patience;
use crate::kinds::protection::{ENCRYPTION, encryption};
use crate::kinds::{ChangeFailed, ChangeRequest, Found, KindAws, ReadRequest};
use crate::model::{Live, Reading, ResourceId, Value};
use futures_util::future::BoxFuture;
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;

/// Amazon ElastiCache.
static ELASTICACHE: Service = Service {
    id: "ElastiCache",
    iam: "elasticache",
    signing: "elasticache",
    host: "elasticache",
    protocol: Protocol::Query { version: "2015-02-02", items: &[] },
};

static DESCRIBE: Operation = ELASTICACHE.operation("DescribeReplicationGroups");
static DESCRIBE_NODES: Operation = ELASTICACHE.operation("DescribeCacheClusters");
static MODIFY: Operation = ELASTICACHE.operation("ModifyReplicationGroup");

const MISSING: &str = "ReplicationGroupNotFoundFault";
const BUSY: &str = "InvalidReplicationGroupState";

/// The calls.
pub(super) struct GroupCalls;

impl KindAws for GroupCalls {
    fn tagging_type(&self) -> &'static str {
        "elasticache:replicationgroup"
    }

    fn list<'a>(&'a self, connection: &'a Connection) -> BoxFuture<'a, Result<Vec<String>, CallFailed>> {
        Box::pin(async move { Ok(all(connection).await?.into_keys().collect()) })
    }

    fn read<'a>(&'a self, request: ReadRequest<'a>) -> BoxFuture<'a, Found> {
        Box::pin(read(request))
    }

    fn change<'a>(&'a self, request: ChangeRequest<'a>) -> BoxFuture<'a, Result<(), ChangeFailed>> {
        Box::pin(change(request))
    }
}

/// All replication groups of the region, by name, which AWS keeps in lower case.
async fn all(connection: &Connection) -> Result<BTreeMap<String, Json>, CallFailed> {
    let groups = connection.pages(&DESCRIBE, &connection.identity.region, Map::new(), "ReplicationGroups", ("Marker", "Marker")).await?;
    Ok(groups.into_iter().filter_map(|group| Some((group.text("ReplicationGroupId")?, group))).collect())
}

async fn one(connection: &Connection, region: &str, name: &str) -> Result<Option<Json>, CallFailed> {
    match connection.ask(&DESCRIBE, region, json!({ "ReplicationGroupId": name.to_lowercase() })).await {
        Ok(answer) => Ok(answer.items("ReplicationGroups").first().map(|group| (*group).clone())),
        Err(failed) if failed.is(MISSING) => Ok(None),
        Err(failed) => Err(failed),
    }
}

/// The groups of these names: one by its name, several with all of the region, as AWS has no call in between.
async fn some(connection: &Connection, names: &[&String]) -> Result<BTreeMap<String, Json>, CallFailed> {
    match names {
        [name] => {
            let found = one(connection, &connection.identity.region, name).await?;
            Ok(found.map(|group| (name.to_lowercase(), group)).into_iter().collect())
        }
        _ => all(connection).await,
    }
}

async fn read(request: ReadRequest<'_>) -> Found {
    let connection = request.connection;
    let region = &connection.identity.region;
    let names: Vec<&String> = request.wishes.keys().collect();
    let mut found = Found::default();
    let groups = match some(connection, &names).await {
        Ok(groups) => groups,
        Err(failed) => {
            let cause = failed.sentence(region);
            for (name, wish) in &request.wishes {
                let asked = wish.settings.iter().filter(|setting| *setting != AT_ONCE);
                let settings = asked.map(|setting| (setting.clone(), Reading::Unreadable { cause: cause.clone() })).collect();
                found.live.push(Live { id: id(connection, name), settings, ..Live::default() });
                (request.done)();
            }
            found.gaps.push(connection.gap(region, Some(SPEC.name), None, &failed));
            return found;
        }
    };
    let mut moved = Vec::new();
    for (name, wish) in &request.wishes {
        let id = id(connection, name);
        match groups.get(&name.to_lowercase()).filter(|group| group.text("Status").as_deref() != Some("deleting")) {
            Some(group) => {
                let live = live(id, group);
                let hours =
                    wish.declared.get(WINDOW).is_some_and(|wanted| live.settings.get(WINDOW) != Some(&Reading::Known(wanted.clone())));
                moved.extend(
                    hours.then(|| group.items("MemberClusters").first().and_then(|node| node.as_str().map(str::to_owned))).flatten(),
                );
                found.live.push(live);
            }
            None => found.absent.push(id),
        }
        (request.done)();
    }
    match maintenance(connection, &moved).await {
        Ok(windows) => {
            for live in &mut found.live {
                let window = windows.get(&live.id.name.to_lowercase()).map(|window| (MAINTENANCE.to_owned(), Value::from(window.as_str())));
                live.facts.extend(window);
            }
        }
        // Without it nobody can tell whether AWS takes the hours.
        Err(failed) => found.gaps.push(connection.gap(region, Some(SPEC.name), None, &failed)),
    }
    found
}

/// The maintenance windows of groups by name, asked of one node of each.
async fn maintenance(connection: &Connection, nodes: &[String]) -> Result<BTreeMap<String, String>, CallFailed> {
    let input = match nodes {
        [] => return Ok(BTreeMap::new()),
        [node] => Map::from_iter([("CacheClusterId".to_owned(), json!(node))]),
        _ => Map::new(),
    };
    let nodes = connection.pages(&DESCRIBE_NODES, &connection.identity.region, input, "CacheClusters", ("Marker", "Marker")).await?;
    Ok(nodes.iter().filter_map(|node| Some((node.text("ReplicationGroupId")?, node.text("PreferredMaintenanceWindow")?))).collect())
}

fn id(connection: &Connection, name: &str) -> ResourceId {
    ResourceId {
        kind: SPEC.name.to_owned(),
        target: connection.target.name.clone(),
        region: connection.identity.region.clone(),
        name: name.to_owned(),
    }
}

fn live(id: ResourceId, group: &Json) -> Live {
    let mut live = Live { id, settings: settings(group), arn: group.text("ARN"), ..Live::default() };
    let facts = [
        (STATUS, group.text("Status")),
        (HOURS_NOW, group.text("SnapshotWindow")),
        (SOURCE_TO_BE, source(group)),
        (CREATED, group.moment("ReplicationGroupCreateTime").map(|at| at.to_string())),
        (NODES, nodes(group)),
        (ENCRYPTION, encryption(group.flag("AtRestEncryptionEnabled"), group.text("KmsKeyId"))),
    ];
    live.facts.extend(facts.into_iter().filter_map(|(fact, text)| Some((fact.to_owned(), Value::from(text?)))));
    live
}

fn settings(group: &Json) -> BTreeMap<String, Reading> {
    let hours = group.text("SnapshotWindow").filter(|hours| !hours.is_empty());
    let hours = hours.map(|hours| Value::from(super::hours(&hours).unwrap_or(hours)));
    let days = Reading::Known(Value::from(group.whole("SnapshotRetentionLimit").unwrap_or(0)));
    BTreeMap::from([(RETENTION.to_owned(), days), (WINDOW.to_owned(), hours.map_or(Reading::Unset, Reading::Known))])
}

async fn change(request: ChangeRequest<'_>) -> Result<(), ChangeFailed> {
    let (connection, region, name) = (request.connection, &request.id.region, request.id.name.to_lowercase());
    let at_once = request.wanted.get(AT_ONCE).is_some_and(|declared| declared.value == Value::Bool(true));
    let mut patience = Patience::with_busy();
    loop {
        let group = one(connection, region, &name).await?.ok_or(ChangeFailed::Gone)?;
        match group.text("Status").as_deref() {
            Some("deleting") => return Err(ChangeFailed::Gone),
            Some(status) if PASSING.contains(&status) => {
                patience.pause(&format!("waiting for the replication group, which is {status}"), request.waiting).await?;
                continue;
            }
            _ => {}
        }
        request.refuse_if_moved(&settings(&group), request.changes)?;
        let days = request.after(RETENTION).and_then(Value::as_i64);
        let input = json!({
            "ReplicationGroupId": name,
            "ApplyImmediately": at_once,
            "SnapshotRetentionLimit": days,
            "SnapshotWindow": request.after(WINDOW).and_then(Value::as_str),
            "SnapshottingClusterId": days.filter(|days| *days > 0).and_then(|_| source(&group)),
        });
        match connection.ask(&MODIFY, region, input).await {
            Ok(_) => return Ok(()),
            Err(failed) if failed.is(MISSING) => return Err(ChangeFailed::Gone),
            Err(failed) if failed.is(BUSY) => {
                patience.pause("waiting for another change of the replication group", request.waiting).await?;
            }
            Err(failed) => return Err(failed.into()),
        }
    }
}

/// The names of its nodes.
fn nodes(group: &Json) -> Option<String> {
    let names: Vec<&str> = group.items("MemberClusters").into_iter().filter_map(Json::as_str).collect();
    (!names.is_empty()).then(|| names.join(", "))
}

/// The node to take backups from, which a group without cluster mode that has none must be told: a replica where there is one, as a backup
/// slows its node down.
///
/// Source: ElastiCache API `ModifyReplicationGroup`, `SnapshottingClusterId`.
fn source(group: &Json) -> Option<String> {
    let is_told = group.text("SnapshottingClusterId").is_some_and(|node| !node.is_empty());
    if is_told || group.flag("ClusterEnabled").unwrap_or_default() {
        return None;
    }
    let shards = group.items("NodeGroups");
    let nodes: Vec<&Json> = shards.into_iter().flat_map(|shard| shard.items("NodeGroupMembers")).collect();
    let replica = nodes.iter().find(|node| node.text("CurrentRole").as_deref() == Some("replica"));
    let first = group.items("MemberClusters").first().and_then(|node| node.as_str().map(str::to_owned));
    replica.and_then(|node| node.text("CacheClusterId")).or(first)
}

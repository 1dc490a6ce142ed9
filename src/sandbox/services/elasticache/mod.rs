//! Amazon ElastiCache: replication groups of Valkey and Redis OSS with their nodes, their snapshots, and tags. No cache runs,
//! and nobody makes a snapshot by hand.

mod create;
mod groups;
mod show;
mod snapshots;
mod tags;

use serde_json::Value;

use super::forms::{fault, invalid, page, page_within, required, together};
use super::{Operation, Protocol, Service, Wire};
use crate::sandbox::state::Caller;

pub(crate) use create::{check_hours, check_name, fill};
pub(crate) use groups::{Group, Groups, MAINTENANCE_WINDOW, SNAPSHOT_WINDOW};
pub(crate) use snapshots::source;
pub(crate) use tags::{ever_tagged, tag, untag};

/// Amazon ElastiCache, 2015-02-02.
pub(crate) static SERVICE: Service = Service {
    iam_prefix: "elasticache",
    signing_name: "elasticache",
    protocols: &[Protocol::AwsQuery { namespace: "http://elasticache.amazonaws.com/doc/2015-02-02/", wire: &WIRE }],
    throttle_code: "Throttling",
    operations: &[
        Operation::write("AddTagsToResource", tags::tag),
        Operation::write("CreateReplicationGroup", create::create),
        Operation::write("DeleteReplicationGroup", groups::delete),
        Operation::read("DescribeCacheClusters", groups::describe_nodes),
        Operation::read("DescribeReplicationGroups", groups::describe),
        Operation::read("DescribeSnapshots", snapshots::describe),
        Operation::read("ListTagsForResource", tags::list),
        Operation::write("ModifyReplicationGroup", groups::modify),
        Operation::write("RemoveTagsFromResource", tags::untag),
    ],
    resources,
};

static WIRE: Wire = Wire {
    times: &["CacheClusterCreateTime", "CacheNodeCreateTime", "ReplicationGroupCreateTime", "SnapshotCreateTime"],
    maps: &[],
    items: &[
        ("CacheClusters", "CacheCluster"),
        ("CacheNodes", "CacheNode"),
        ("MemberClusters", "ClusterId"),
        ("NodeGroupMembers", "NodeGroupMember"),
        ("NodeGroups", "NodeGroup"),
        ("NodeSnapshots", "NodeSnapshot"),
        ("PreferredCacheClusterAZs", "AvailabilityZone"),
        ("ReplicationGroups", "ReplicationGroup"),
        ("SecurityGroupIds", "SecurityGroupId"),
        ("Snapshots", "Snapshot"),
        ("TagList", "Tag"),
        ("Tags", "Tag"),
    ],
    query_codes: &[("SerializationException", "MalformedInput"), ("ValidationException", "InvalidParameterValue")],
};

/// The ARN of something of ElastiCache: `kind` is `replicationgroup`, `cluster` or `snapshot`.
pub(crate) fn arn(account: &str, region: &str, kind: &str, name: &str) -> String {
    format!("arn:aws:elasticache:{region}:{account}:{kind}:{name}")
}

/// What a request is about, for denials.
fn resources(caller: &Caller, input: &Value) -> Vec<String> {
    let own = |kind: &str, name: &str| {
        if name.starts_with("arn:") { name.to_owned() } else { arn(&caller.account, &caller.region, kind, &name.to_lowercase()) }
    };
    let members = [("ReplicationGroupId", "replicationgroup"), ("CacheClusterId", "cluster"), ("ResourceName", "replicationgroup")];
    let named: Vec<String> = members.iter().filter_map(|(member, kind)| Some(own(kind, input.get(*member)?.as_str()?))).collect();
    // What asks for many is about all of them.
    let all = match input.get("Action").and_then(Value::as_str) {
        Some("DescribeReplicationGroups") => Some(own("replicationgroup", "*")),
        Some("DescribeCacheClusters") => Some(own("cluster", "*")),
        Some("DescribeSnapshots") => Some(own("snapshot", "*")),
        _ => None,
    };
    if named.is_empty() { all.into_iter().collect() } else { named }
}

#[cfg(test)]
mod tests;

//! Replication groups and their nodes as AWS describes them.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::arn;
use super::groups::Group;
use crate::sandbox::services::epoch;

/// One replication group.
pub(super) fn group(group: &Group, region: &str, now: Timestamp) -> Value {
    let status = group.status(now);
    let nodes = group.nodes();
    let said = |member: &str| group.said.get(member).cloned().unwrap_or_default();
    let on = |member: &str| if group.said.get(member).and_then(Value::as_bool).unwrap_or(false) { "enabled" } else { "disabled" };
    let port = said("Port");
    let host = |what: &str| json!({ "Address": format!("{what}.{}.sandbox.{region}.cache.amazonaws.com", group.name), "Port": port });
    let shard = |id: String| {
        let own = nodes.iter().filter(|(shard, _, _)| *shard == id);
        let members: Vec<Value> = own
            .map(|(_, name, is_primary)| {
                let role = if *is_primary { "primary" } else { "replica" };
                let mut node = json!({ "CacheClusterId": name, "CacheNodeId": "0001", "PreferredAvailabilityZone": format!("{region}a") });
                // Only without cluster mode does AWS say which is which, and where each is read.
                if !group.cluster_mode {
                    node["CurrentRole"] = json!(role);
                    node["ReadEndpoint"] = host(name);
                }
                node
            })
            .collect();
        let mut shard = json!({ "NodeGroupId": id, "Status": status, "NodeGroupMembers": members });
        if !group.cluster_mode {
            (shard["PrimaryEndpoint"], shard["ReaderEndpoint"]) = (host("master"), host("replica"));
        }
        shard
    };
    json!({
        "ReplicationGroupId": group.name,
        "Description": said("ReplicationGroupDescription"),
        "Status": status,
        "PendingModifiedValues": {},
        "MemberClusters": nodes.iter().map(|(_, name, _)| name).collect::<Vec<_>>(),
        "NodeGroups": (1..=group.shards).map(|shard_number| shard(format!("{shard_number:04}"))).collect::<Vec<_>>(),
        "SnapshottingClusterId": group.source,
        "AutomaticFailover": on("AutomaticFailoverEnabled"),
        "MultiAZ": on("MultiAZEnabled"),
        "ConfigurationEndpoint": group.cluster_mode.then(|| host("clustercfg")),
        "SnapshotRetentionLimit": group.days,
        "SnapshotWindow": group.window,
        "ClusterEnabled": group.cluster_mode,
        "ClusterMode": if group.cluster_mode { "enabled" } else { "disabled" },
        "CacheNodeType": said("CacheNodeType"),
        "AuthTokenEnabled": false,
        "TransitEncryptionEnabled": said("TransitEncryptionEnabled"),
        "TransitEncryptionMode": group.said.get("TransitEncryptionMode"),
        "AtRestEncryptionEnabled": said("AtRestEncryptionEnabled"),
        "KmsKeyId": group.said.get("KmsKeyId"),
        "ARN": group.arn,
        "ReplicationGroupCreateTime": epoch(group.created),
        "DataTiering": on("DataTieringEnabled"),
        "AutoMinorVersionUpgrade": said("AutoMinorVersionUpgrade"),
        "NetworkType": said("NetworkType"),
        "IpDiscovery": said("IpDiscovery"),
        "Engine": said("Engine"),
    })
}

/// One node.
pub(super) fn node(group: &Group, name: &str, (account, region): (&str, &str), with_ports: bool, now: Timestamp) -> Value {
    let said = |member: &str| group.said.get(member).cloned().unwrap_or_default();
    let is_source = group.source.as_deref() == Some(name) || group.cluster_mode;
    let security: Vec<Value> = group.said.get("SecurityGroupIds").and_then(Value::as_array).into_iter().flatten().cloned().collect();
    let topic = group.said.get("NotificationTopicArn").map(|topic| json!({ "TopicArn": topic, "TopicStatus": "active" }));
    let nodes = with_ports.then(|| {
        json!([{
            "CacheNodeId": "0001", "CacheNodeStatus": group.status(now), "CacheNodeCreateTime": epoch(group.created),
            "Endpoint": { "Address": format!("{name}.sandbox.{region}.cache.amazonaws.com"), "Port": said("Port") },
            "ParameterGroupStatus": "in-sync", "CustomerAvailabilityZone": format!("{region}a"),
        }])
    });
    json!({
        "CacheClusterId": name,
        "ReplicationGroupId": group.name,
        "ARN": arn(account, region, "cluster", name),
        "CacheNodeType": said("CacheNodeType"),
        "Engine": said("Engine"),
        "EngineVersion": said("EngineVersion"),
        "CacheClusterStatus": group.status(now),
        "CacheClusterCreateTime": epoch(group.created),
        "NumCacheNodes": 1,
        "PreferredAvailabilityZone": format!("{region}a"),
        "PreferredMaintenanceWindow": group.maintenance,
        "PendingModifiedValues": {},
        "CacheParameterGroup": { "CacheParameterGroupName": said("CacheParameterGroupName"), "ParameterApplyStatus": "in-sync" },
        "CacheSubnetGroupName": said("CacheSubnetGroupName"),
        "CacheNodes": nodes,
        "NotificationConfiguration": topic,
        "SecurityGroups": security.iter().map(|id| json!({ "SecurityGroupId": id, "Status": "active" })).collect::<Vec<_>>(),
        "AutoMinorVersionUpgrade": said("AutoMinorVersionUpgrade"),
        "SnapshotRetentionLimit": if is_source { group.days } else { 0 },
        "SnapshotWindow": group.window,
        "AuthTokenEnabled": false,
        "TransitEncryptionEnabled": said("TransitEncryptionEnabled"),
        "AtRestEncryptionEnabled": said("AtRestEncryptionEnabled"),
        "NetworkType": said("NetworkType"),
        "IpDiscovery": said("IpDiscovery"),
    })
}

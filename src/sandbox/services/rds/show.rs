//! Instances and clusters as AWS describes them.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::automated;
use super::databases::{Cluster, Common, Databases, Instance};
use super::tags;
use crate::sandbox::services::epoch;

/// One instance.
pub(super) fn instance(held: &Databases, instance: &Instance, region: &str, now: Timestamp) -> Value {
    let common = &instance.common;
    // What a member of a cluster says of backups is the cluster's.
    let cluster = instance.cluster.as_ref().and_then(|name| held.clusters.get(name));
    let backups = cluster.map_or(&common.backups, |cluster| &cluster.common.backups);
    let port = common.said.get("DbInstancePort").cloned().unwrap_or(Value::from(default_port(&common.engine)));
    let mut shown = shared(common);
    let own = json!({
        "DBInstanceIdentifier": common.name,
        "DBInstanceArn": common.arn,
        "DbiResourceId": common.resource_id,
        "DBInstanceStatus": common.status(now),
        "InstanceCreateTime": epoch(common.created_at),
        "BackupRetentionPeriod": backups.days,
        "PreferredBackupWindow": backups.window,
        "CopyTagsToSnapshot": common.backups.copy_tags,
        "LatestRestorableTime": common.backups.restorable(now).filter(|_| cluster.is_none()).map(|(_, latest)| epoch(latest)),
        "Endpoint": { "Address": format!("{}.sandbox.{region}.rds.amazonaws.com", common.name), "Port": port, "HostedZoneId": "Z2R2ITUGPM61AM" },
        "PendingModifiedValues": pending(common),
        "DBClusterIdentifier": instance.cluster,
        "ReadReplicaSourceDBInstanceIdentifier": instance.source,
        "ReadReplicaDBInstanceIdentifiers": held.replicas(&common.name),
        "DBInstanceAutomatedBackupsReplications": instance.replications.iter().map(|arn| json!({ "DBInstanceAutomatedBackupsArn": arn })).collect::<Vec<_>>(),
        "DBParameterGroups": [{ "DBParameterGroupName": text(common, "DBParameterGroupName").unwrap_or_else(|| format!("default.{}", common.engine)), "ParameterApplyStatus": "in-sync" }],
        "OptionGroupMemberships": [{ "OptionGroupName": text(common, "OptionGroupName").unwrap_or_else(|| format!("default:{}", common.engine)), "Status": "in-sync" }],
        "BackupTarget": "region",
        "DbInstancePort": 0,
    });
    shown.extend(members(own));
    Value::Object(shown)
}

/// One cluster.
pub(super) fn cluster(held: &Databases, cluster: &Cluster, region: &str, now: Timestamp) -> Value {
    let common = &cluster.common;
    let restorable = common.backups.restorable(now);
    let members_of: Vec<Value> = held
        .members(&common.name)
        .into_iter()
        .enumerate()
        .map(|(at, name)| json!({ "DBInstanceIdentifier": name, "IsClusterWriter": at == 0, "DBClusterParameterGroupStatus": "in-sync", "PromotionTier": 1 }))
        .collect();
    let mut shown = shared(common);
    let group = text(common, "DBClusterParameterGroup").unwrap_or_else(|| format!("default.{}", common.engine));
    let own = json!({
        "DBClusterIdentifier": common.name,
        "DBClusterArn": common.arn,
        "DbClusterResourceId": common.resource_id,
        "Status": common.status(now),
        "ClusterCreateTime": epoch(common.created_at),
        "BackupRetentionPeriod": common.backups.days,
        "PreferredBackupWindow": common.backups.window,
        "CopyTagsToSnapshot": common.backups.copy_tags,
        "EarliestRestorableTime": restorable.map(|(earliest, _)| epoch(earliest)),
        "LatestRestorableTime": restorable.map(|(_, latest)| epoch(latest)),
        "Endpoint": format!("{}.cluster-sandbox.{region}.rds.amazonaws.com", common.name),
        "ReaderEndpoint": format!("{}.cluster-ro-sandbox.{region}.rds.amazonaws.com", common.name),
        "HostedZoneId": "Z2R2ITUGPM61AM",
        "Port": common.said.get("Port").cloned().unwrap_or(Value::from(default_port(&common.engine))),
        "DBClusterMembers": members_of,
        "DBClusterParameterGroup": group,
        "BacktrackWindow": (common.engine == "aurora-mysql").then_some(cluster.backtrack),
        "EngineMode": text(common, "EngineMode").unwrap_or_else(|| "provisioned".to_owned()),
    });
    shown.extend(members(own));
    Value::Object(shown)
}

/// What both show.
fn shared(common: &Common) -> Map<String, Value> {
    let mut shown = common.said.clone();
    let security = common.said.get("VpcSecurityGroupIds").and_then(Value::as_array).into_iter().flatten();
    let security: Vec<Value> = security.map(|id| json!({ "VpcSecurityGroupId": id, "Status": "active" })).collect();
    shown.remove("VpcSecurityGroupIds");
    shown.extend(members(json!({
        "Engine": common.engine,
        "PreferredMaintenanceWindow": common.backups.maintenance,
        "DeletionProtection": common.backups.deletion_protection,
        "AwsBackupRecoveryPointArn": common.backups.recovery_point,
        "VpcSecurityGroups": security,
        "TagList": tags::shown(common.tags.as_ref()),
    })));
    shown
}

/// What waits to come into force.
fn pending(common: &Common) -> Value {
    let mut pending = common.waiting.as_ref().map(|(changes, _)| changes.clone()).unwrap_or_default();
    pending.extend(common.backups.pending.as_ref().map(|pending| ("BackupRetentionPeriod".to_owned(), Value::from(pending.days))));
    Value::Object(pending)
}

/// The automated backups of an instance that is there; none where they are off.
pub(super) fn automated_of(instance: &Instance, region: &str, account: &str, now: Timestamp) -> Option<Value> {
    let common = &instance.common;
    let (earliest, latest) = common.backups.restorable(now).filter(|_| instance.cluster.is_none())?;
    Some(json!({
        "DBInstanceArn": common.arn,
        "DBInstanceIdentifier": common.name,
        "DbiResourceId": common.resource_id,
        "DBInstanceAutomatedBackupsArn": automated::arn(account, region, &common.resource_id),
        "Region": region,
        "Status": "active",
        "Engine": common.engine,
        "InstanceCreateTime": epoch(common.created_at),
        "BackupRetentionPeriod": common.backups.days,
        "PreferredBackupWindow": common.backups.window,
        "RestoreWindow": { "EarliestTime": epoch(earliest), "LatestTime": epoch(latest) },
        "AwsBackupRecoveryPointArn": common.backups.recovery_point,
        "DBInstanceAutomatedBackupsReplications": instance.replications.iter().map(|arn| json!({ "DBInstanceAutomatedBackupsArn": arn })).collect::<Vec<_>>(),
        "Encrypted": common.said.get("StorageEncrypted").cloned().unwrap_or(Value::Bool(false)),
        "TagList": tags::shown(common.tags.as_ref()),
    }))
}

fn members(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

fn text(common: &Common, member: &str) -> Option<String> {
    common.said.get(member).and_then(Value::as_str).map(str::to_owned)
}

fn default_port(engine: &str) -> i64 {
    match engine {
        "docdb" => 27_017,
        "neptune" => 8_182,
        _ if engine.contains("postgres") => 5_432,
        _ if engine.starts_with("oracle") => 1_521,
        _ if engine.starts_with("sqlserver") => 1_433,
        _ if engine.starts_with("db2") => 50_000,
        _ => 3_306,
    }
}

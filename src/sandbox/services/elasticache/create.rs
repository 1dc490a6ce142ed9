//! Making replication groups, and what is checked of what is said of them.

use serde_json::{Map, Value, json};

use super::groups::{Group, MAINTENANCE_WINDOW, SNAPSHOT_WINDOW, live};
use super::{arn, fault, invalid, required, show, together};
use crate::sandbox::services::input::Input;
use crate::sandbox::services::{AwsError, Call, tag_set};
use crate::time::{DailyHours, WeeklyHours};

/// Members that are only given back: as they are asked for and held.
const TEXTS: &[&str] = &[
    "CacheNodeType",
    "CacheParameterGroupName",
    "CacheSubnetGroupName",
    "Engine",
    "EngineVersion",
    "IpDiscovery",
    "KmsKeyId",
    "NetworkType",
    "NotificationTopicArn",
    "ReplicationGroupDescription",
    "TransitEncryptionMode",
];
const FLAGS: &[&str] = &[
    "AtRestEncryptionEnabled",
    "AutoMinorVersionUpgrade",
    "AutomaticFailoverEnabled",
    "DataTieringEnabled",
    "MultiAZEnabled",
    "TransitEncryptionEnabled",
];

/// Reads what is only given back.
pub(super) fn said(fields: Input<'_>) -> Result<Map<String, Value>, AwsError> {
    let mut said = Map::new();
    for member in TEXTS {
        said.extend(fields.text(member)?.map(|text| ((*member).to_owned(), Value::from(text))));
    }
    for member in FLAGS {
        said.extend(fields.flag(member)?.map(|flag| ((*member).to_owned(), Value::from(flag))));
    }
    said.extend(fields.integer("Port")?.map(|port| ("Port".to_owned(), Value::from(port))));
    let groups = fields.texts("SecurityGroupIds")?;
    said.extend((!groups.is_empty()).then(|| ("SecurityGroupIds".to_owned(), json!(groups))));
    Ok(said)
}

/// Checks the name of a group and gives it in lower case, as AWS keeps it.
///
/// Source: ElastiCache API `CreateReplicationGroup`: 1 to 40 letters, digits or hyphens; a letter first; no hyphen last, nor two in a row.
pub(crate) fn check_name(name: &str) -> Result<String, AwsError> {
    let allowed = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') && (1..=40).contains(&name.len());
    if !allowed || !name.starts_with(|c: char| c.is_ascii_alphabetic()) || name.ends_with('-') || name.contains("--") {
        return Err(invalid(
            "The parameter ReplicationGroupId must be provided and must not be blank, must have at most 40 characters, begin with a letter, hold letters, digits and hyphens only, and must not end with a hyphen or contain two consecutive hyphens.",
        ));
    }
    Ok(name.to_ascii_lowercase())
}

/// The retention of automatic backups.
pub(super) fn check_days(fields: Input<'_>) -> Result<Option<i64>, AwsError> {
    match fields.integer("SnapshotRetentionLimit")? {
        Some(days) if !(0..=35).contains(&days) => {
            Err(invalid(format!("Invalid snapshot retention limit: {days}. Must be between 0 and 35.")))
        }
        days => Ok(days),
    }
}

/// The hours of backups and of maintenance, as AWS keeps them: they must not meet.
pub(crate) fn check_hours(window: &str, maintenance: &str) -> Result<(String, String), AwsError> {
    let daily = DailyHours::parse(window).map_err(|rule| invalid(format!("Invalid snapshot window: it {rule}")))?;
    let weekly = WeeklyHours::parse(maintenance).map_err(|rule| invalid(format!("Invalid maintenance window: it {rule}")))?;
    if daily.minutes() < 60 {
        return Err(invalid("Snapshot window must be at least 60 minutes."));
    }
    if daily.overlaps(weekly) {
        return Err(together("The snapshot window and the maintenance window must not overlap."));
    }
    Ok((daily.to_string(), weekly.to_string()))
}

/// AWS's defaults for what was not said.
pub(crate) fn fill(said: &mut Map<String, Value>) {
    let engine = said.get("Engine").and_then(Value::as_str).unwrap_or("redis").to_owned();
    let version = if engine == "valkey" { "8.0.1" } else { "7.1.0" };
    let family = if engine == "valkey" { "default.valkey8" } else { "default.redis7" };
    let defaults = json!({
        "CacheNodeType": "cache.t4g.micro", "CacheParameterGroupName": family, "CacheSubnetGroupName": "default", "Engine": engine,
        "EngineVersion": version, "IpDiscovery": "ipv4", "NetworkType": "ipv4", "ReplicationGroupDescription": " ",
        "AtRestEncryptionEnabled": false, "AutoMinorVersionUpgrade": true, "AutomaticFailoverEnabled": false, "DataTieringEnabled": false,
        "MultiAZEnabled": false, "TransitEncryptionEnabled": false, "Port": 6379,
    });
    for (member, value) in defaults.as_object().into_iter().flatten() {
        said.entry(member.clone()).or_insert_with(|| value.clone());
    }
}

/// `CreateReplicationGroup`.
pub(super) fn create(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let name = check_name(required(fields, "ReplicationGroupId")?)?;
    required(fields, "ReplicationGroupDescription")?;
    let mut said = said(fields)?;
    fill(&mut said);
    let (window, maintenance) = (fields.text("SnapshotWindow")?, fields.text("PreferredMaintenanceWindow")?);
    let (window, maintenance) = check_hours(window.unwrap_or(SNAPSHOT_WINDOW), maintenance.unwrap_or(MAINTENANCE_WINDOW))?;
    let count = |member: &str| fields.integer(member);
    let (nodes, shards, replicas) = (count("NumCacheClusters")?, count("NumNodeGroups")?, count("ReplicasPerNodeGroup")?);
    if nodes.is_some() && (shards.is_some() || replicas.is_some()) {
        return Err(together("Use NumCacheClusters, or NumNodeGroups and ReplicasPerNodeGroup, and not both"));
    }
    let cluster_mode = match fields.text("ClusterMode")? {
        Some(mode) => mode == "enabled",
        None => {
            shards.is_some_and(|shards| shards > 1)
                || fields.text("CacheParameterGroupName")?.is_some_and(|group| group.ends_with("cluster.on"))
        }
    };
    let tags = tag_set::read_list(fields, "Tags")?;
    let (now, available_at) = (call.now, call.settles_at());
    let (account, region) = (call.caller.account.clone(), call.caller.region.clone());
    if live(call).contains_key(&name) {
        return Err(fault("ReplicationGroupAlreadyExists", 400, format!("Replication group {name} already exists.")));
    }
    let days = check_days(fields)?.unwrap_or(0);
    let mut group = Group {
        arn: arn(&account, &region, "replicationgroup", &name),
        name: name.clone(),
        created: now,
        available_at,
        busy_until: None,
        gone_at: None,
        held: None,
        days,
        backups_since: None,
        window,
        maintenance,
        source: None,
        cluster_mode,
        shards: shards.unwrap_or(1).clamp(1, 500),
        replicas: replicas.unwrap_or_else(|| nodes.unwrap_or(1).saturating_sub(1)).clamp(0, 5),
        said,
        tags: (!tags.is_empty()).then_some(tags),
    };
    group.source = group.nodes().into_iter().next().map(|(_, node, _)| node).filter(|_| days > 0 && !cluster_mode);
    let shown = show::group(&group, &region, now);
    live(call).insert(name, group);
    Ok(json!({ "ReplicationGroup": shown }))
}

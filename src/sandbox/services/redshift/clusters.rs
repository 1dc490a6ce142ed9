//! Clusters as they are held; making, describing, changing and deleting them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{arn, fault, invalid, page, required, together};
use crate::sandbox::services::input::Input;
use crate::sandbox::services::kept_snapshots::floor;
use crate::sandbox::services::tag_set::{self, Tags};
use crate::sandbox::services::{AwsError, Call, epoch};

/// The clusters of a region, by name.
pub(crate) type Clusters = BTreeMap<String, Cluster>;

/// One cluster.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Cluster {
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
    /// For how many days automated snapshots are kept; 0 where there are none.
    pub(crate) automated: i64,
    /// No automated snapshot is older; none where that is when it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) snapshots_since: Option<Timestamp>,
    /// For how many days manual snapshots are kept; -1 is for ever.
    pub(crate) manual: i64,
    /// What else was said of it and is only given back.
    pub(crate) said: Map<String, Value>,
    /// Absent when it was never tagged.
    pub(crate) tags: Option<Tags>,
}

impl Cluster {
    fn status(&self, now: Timestamp) -> &str {
        match &self.held {
            _ if self.gone_at.is_some() => "deleting",
            Some(held) => held,
            None if now < self.available_at => "creating",
            None if self.busy_until.is_some_and(|until| now < until) => "modifying",
            None => "available",
        }
    }
}

/// Members that are only given back: as they are asked for and held.
const TEXTS: &[&str] = &[
    "AvailabilityZone",
    "ClusterParameterGroupName",
    "ClusterSubnetGroupName",
    "ClusterVersion",
    "DBName",
    "KmsKeyId",
    "MaintenanceTrackName",
    "MasterUsername",
    "NodeType",
    "PreferredMaintenanceWindow",
];
const FLAGS: &[&str] = &["AllowVersionUpgrade", "Encrypted", "EnhancedVpcRouting", "PubliclyAccessible"];
const NUMBERS: &[&str] = &["NumberOfNodes", "Port"];

fn said(fields: Input<'_>) -> Result<Map<String, Value>, AwsError> {
    let mut said = Map::new();
    for member in TEXTS {
        said.extend(fields.text(member)?.map(|text| ((*member).to_owned(), Value::from(text))));
    }
    for member in FLAGS {
        said.extend(fields.flag(member)?.map(|flag| ((*member).to_owned(), Value::from(flag))));
    }
    for member in NUMBERS {
        said.extend(fields.integer(member)?.map(|number| ((*member).to_owned(), Value::from(number))));
    }
    Ok(said)
}

/// AWS's defaults for what was not said.
pub(crate) fn fill(said: &mut Map<String, Value>) {
    let defaults = json!({
        "AvailabilityZone": "us-east-1a", "ClusterParameterGroupName": "default.redshift-2.0", "ClusterSubnetGroupName": "default",
        "ClusterVersion": "1.0", "DBName": "dev", "MaintenanceTrackName": "current", "MasterUsername": "admin", "NodeType": "ra3.large",
        "PreferredMaintenanceWindow": "sun:05:00-sun:05:30", "AllowVersionUpgrade": true, "Encrypted": true, "EnhancedVpcRouting": false,
        "PubliclyAccessible": false, "NumberOfNodes": 1, "Port": 5439,
    });
    for (member, value) in defaults.as_object().into_iter().flatten() {
        said.entry(member.clone()).or_insert_with(|| value.clone());
    }
}

/// Checks the name of a cluster and gives it in lower case, as AWS keeps it.
///
/// Source: Redshift API `CreateCluster`: 1 to 63 letters, digits or hyphens; a letter first; no hyphen last, nor two in a row.
pub(crate) fn check_name(name: &str) -> Result<String, AwsError> {
    let allowed = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') && (1..=63).contains(&name.len());
    if !allowed || !name.starts_with(|c: char| c.is_ascii_alphabetic()) || name.ends_with('-') || name.contains("--") {
        return Err(invalid(format!(
            "{name} is not a valid cluster identifier: it must begin with a letter, hold letters, digits and hyphens only, and must not end with a hyphen or contain two consecutive hyphens."
        )));
    }
    Ok(name.to_ascii_lowercase())
}

/// Checks the retention of automated snapshots, which nodes with managed storage cannot be without.
pub(crate) fn check_automated(days: i64, node_type: &str) -> Result<i64, AwsError> {
    let keeps = node_type.starts_with("ra3.") || node_type.starts_with("rg.");
    match days {
        0 if keeps => Err(together(format!("Automated snapshots cannot be disabled for clusters with node type {node_type}."))),
        0..=35 => Ok(days),
        _ => Err(invalid(format!("Invalid automated snapshot retention period {days}. Must be between 0 and 35."))),
    }
}

/// Checks the retention of manual snapshots.
pub(crate) fn check_manual(days: i64) -> Result<i64, AwsError> {
    if days == -1 || (1..=3_653).contains(&days) {
        return Ok(days);
    }
    let message = format!("Invalid manual snapshot retention period {days}. Must be -1, or between 1 and 3653.");
    Err(fault("InvalidRetentionPeriodFault", 400, message))
}

/// The clusters that are there now.
pub(super) fn live<'a>(call: &'a mut Call<'_>) -> &'a mut Clusters {
    let now = call.now;
    let clusters = &mut call.region().redshift;
    clusters.retain(|_, cluster| cluster.gone_at.is_none_or(|gone| now < gone));
    clusters
}

pub(super) fn not_found(name: &str) -> AwsError {
    fault("ClusterNotFound", 404, format!("Cluster {name} not found."))
}

/// `CreateCluster`.
pub(super) fn create(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let name = check_name(required(fields, "ClusterIdentifier")?)?;
    let node_type = required(fields, "NodeType")?.to_owned();
    let mut said = said(fields)?;
    fill(&mut said);
    let automated = check_automated(fields.integer("AutomatedSnapshotRetentionPeriod")?.unwrap_or(1), &node_type)?;
    let manual = check_manual(fields.integer("ManualSnapshotRetentionPeriod")?.unwrap_or(-1))?;
    let tags = tag_set::read_list(fields, "Tags")?;
    let (now, available_at) = (call.now, call.settles_at());
    let (account, region) = (call.caller.account.clone(), call.caller.region.clone());
    if live(call).contains_key(&name) {
        return Err(fault("ClusterAlreadyExists", 400, format!("Cluster {name} already exists.")));
    }
    let cluster = Cluster {
        arn: arn(&account, &region, &name),
        name: name.clone(),
        created: now,
        available_at,
        busy_until: None,
        gone_at: None,
        held: None,
        automated,
        snapshots_since: None,
        manual,
        said,
        tags: (!tags.is_empty()).then_some(tags),
    };
    let shown = shown(&cluster, &region, now);
    live(call).insert(name, cluster);
    Ok(json!({ "Cluster": shown }))
}

/// `DescribeClusters`, sorted by name.
pub(super) fn describe(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let (now, region) = (call.now, call.caller.region.clone());
    let named = fields.text("ClusterIdentifier")?.map(str::to_lowercase);
    let held = live(call).clone();
    let all: Vec<Cluster> = match named {
        Some(name) => vec![held.get(&name).ok_or_else(|| not_found(&name))?.clone()],
        None => held.into_values().collect(),
    };
    let (page, marker) = page(call, fields, all, |cluster| cluster.name.clone())?;
    let page: Vec<Value> = page.iter().map(|cluster| shown(cluster, &region, now)).collect();
    Ok(json!({ "Clusters": page, "Marker": marker }))
}

/// `DescribeLoggingStatus`: nothing is logged.
pub(super) fn logging(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let name = required(Input(input), "ClusterIdentifier")?.to_lowercase();
    live(call).get(&name).ok_or_else(|| not_found(&name))?;
    Ok(json!({ "LoggingEnabled": false }))
}

/// `ModifyCluster`.
pub(super) fn modify(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let name = required(fields, "ClusterIdentifier")?.to_lowercase();
    let changes = said(fields)?;
    let (automated, manual) = (fields.integer("AutomatedSnapshotRetentionPeriod")?, fields.integer("ManualSnapshotRetentionPeriod")?);
    let (now, settles, region) = (call.now, call.settles_at(), call.caller.region.clone());
    let cluster = live(call).get_mut(&name).ok_or_else(|| not_found(&name))?;
    let status = cluster.status(now);
    if !["available", "storage-full"].contains(&status) {
        let message =
            format!("There is an operation running on the Cluster, or its status {status} does not allow it. Please try again later.");
        return Err(fault("InvalidClusterState", 400, message));
    }
    let node_type = cluster.said.get("NodeType").and_then(Value::as_str).unwrap_or_default();
    let automated = automated.map(|days| check_automated(days, node_type)).transpose()?;
    let manual = manual.map(check_manual).transpose()?;
    if let Some(days) = automated.filter(|days| *days != cluster.automated) {
        cluster.snapshots_since = Some(floor(cluster.automated, days, cluster.snapshots_since.unwrap_or(cluster.created), now));
        cluster.automated = days;
    }
    cluster.manual = manual.unwrap_or(cluster.manual);
    cluster.said.extend(changes);
    cluster.busy_until = Some(settles).filter(|until| *until > now);
    let shown = shown(cluster, &region, now);
    Ok(json!({ "Cluster": shown }))
}

/// `DeleteCluster`, with its automated snapshots.
pub(super) fn delete(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let name = required(fields, "ClusterIdentifier")?.to_lowercase();
    let skips = fields.flag("SkipFinalClusterSnapshot")?.unwrap_or(false);
    let (now, settles, region) = (call.now, call.settles_at(), call.caller.region.clone());
    let cluster = live(call).get_mut(&name).ok_or_else(|| not_found(&name))?;
    if !skips && fields.text("FinalClusterSnapshotIdentifier")?.is_none() {
        return Err(together("FinalClusterSnapshotIdentifier is required unless SkipFinalClusterSnapshot is specified."));
    }
    cluster.gone_at = Some(settles);
    Ok(json!({ "Cluster": shown(cluster, &region, now) }))
}

fn shown(cluster: &Cluster, region: &str, now: Timestamp) -> Value {
    let said = |member: &str| cluster.said.get(member).cloned().unwrap_or_default();
    let status = cluster.status(now);
    json!({
        "ClusterIdentifier": cluster.name,
        "ClusterStatus": status,
        "ClusterAvailabilityStatus": if status == "available" { "Available" } else { "Modifying" },
        "ClusterCreateTime": epoch(cluster.created),
        "NodeType": said("NodeType"),
        "NumberOfNodes": said("NumberOfNodes"),
        "MasterUsername": said("MasterUsername"),
        "DBName": said("DBName"),
        "Endpoint": { "Address": format!("{}.sandbox.{region}.redshift.amazonaws.com", cluster.name), "Port": said("Port") },
        "AutomatedSnapshotRetentionPeriod": cluster.automated,
        "ManualSnapshotRetentionPeriod": cluster.manual,
        "ClusterParameterGroups": [{ "ParameterGroupName": said("ClusterParameterGroupName"), "ParameterApplyStatus": "in-sync" }],
        "ClusterSubnetGroupName": said("ClusterSubnetGroupName"),
        "AvailabilityZone": said("AvailabilityZone"),
        "PreferredMaintenanceWindow": said("PreferredMaintenanceWindow"),
        "PendingModifiedValues": {},
        "ClusterVersion": said("ClusterVersion"),
        "AllowVersionUpgrade": said("AllowVersionUpgrade"),
        "PubliclyAccessible": said("PubliclyAccessible"),
        "Encrypted": said("Encrypted"),
        "KmsKeyId": cluster.said.get("KmsKeyId"),
        "EnhancedVpcRouting": said("EnhancedVpcRouting"),
        "MaintenanceTrackName": said("MaintenanceTrackName"),
        "ClusterNodes": [{ "NodeRole": "SHARED", "PrivateIPAddress": "10.0.0.10", "PublicIPAddress": "203.0.113.10" }],
        "ClusterNamespaceArn": cluster.arn.replace(":cluster:", ":namespace:"),
        "AvailabilityZoneRelocationStatus": "disabled",
        "AquaConfiguration": { "AquaStatus": "disabled", "AquaConfigurationStatus": "auto" },
        "MultiAZ": "Disabled",
        "Tags": tag_set::listed(cluster.tags.as_ref()),
    })
}

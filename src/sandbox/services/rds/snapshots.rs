//! Snapshots of instances and of clusters: what a seed tells of, and the automated ones of each day.

use serde_json::{Value, json};

use super::databases::{Common, Databases};
use super::{arn, fault, filters, invalid, page};
use crate::sandbox::services::input::Input;
use crate::sandbox::services::kept_snapshots::{AUTOMATED, Snapshot, Source, moments};
use crate::sandbox::services::{AwsError, Call, epoch};
use crate::time::DailyHours;
use jiff::Timestamp;

/// An instance or a cluster as snapshots show it.
pub(crate) fn source(common: &Common) -> Source {
    let key = common.said.get("KmsKeyId").and_then(Value::as_str).map(str::to_owned);
    Source {
        name: common.name.clone(),
        id: common.resource_id.clone(),
        engine: common.engine.clone(),
        created_at: common.created_at,
        shards: 0,
        node: None,
        is_encrypted: key.is_some() || common.said.get("StorageEncrypted").and_then(Value::as_bool).unwrap_or(false),
        key,
    }
}

/// The automated ones that are there now: one a day when the backup window begins.
fn automated(common: &Common, now: Timestamp) -> Vec<Snapshot> {
    let backups = &common.backups;
    let Ok(hours) = DailyHours::parse(&backups.window) else { return Vec::new() };
    let source = source(common);
    let days = backups.days;
    moments(hours.last(now), 24, days, backups.floor.max(common.created_at), now)
        .into_iter()
        .map(|at| Snapshot::automated(&source, "rds:", at, days))
        .collect()
}

/// Of one sort of database: which they are, and what their members are called.
struct Sort {
    of: fn(&Databases, Timestamp) -> Vec<Snapshot>,
    arn: &'static str,
    name: &'static str,
    source: &'static str,
    id: &'static str,
    missing: &'static str,
    list: &'static str,
    show: fn(&Snapshot, &str, &str) -> Value,
}

static INSTANCES: Sort = Sort {
    of: |held, now| {
        let own = held.instances.values().filter(|instance| instance.cluster.is_none());
        own.flat_map(|instance| automated(&instance.common, now)).chain(held.snapshots.values().cloned()).collect()
    },
    arn: "snapshot",
    name: "DBSnapshotIdentifier",
    source: "DBInstanceIdentifier",
    id: "DbiResourceId",
    missing: "DBSnapshotNotFound",
    list: "DBSnapshots",
    show: shown,
};

static CLUSTERS: Sort = Sort {
    of: |held, now| {
        let all = held.clusters.values().flat_map(|cluster| automated(&cluster.common, now));
        all.chain(held.cluster_snapshots.values().cloned()).collect()
    },
    arn: "cluster-snapshot",
    name: "DBClusterSnapshotIdentifier",
    source: "DBClusterIdentifier",
    id: "DbClusterResourceId",
    missing: "DBClusterSnapshotNotFoundFault",
    list: "DBClusterSnapshots",
    show: shown_of_cluster,
};

/// `DescribeDBSnapshots`.
pub(super) fn describe(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    INSTANCES.describe(call, input)
}

/// `DescribeDBClusterSnapshots`.
pub(super) fn describe_of_clusters(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    CLUSTERS.describe(call, input)
}

impl Sort {
    /// What is shared by other accounts or with all is not there, asked for or not. Those of AWS Backup are shown where nobody asks for a type,
    /// so that who reads them has to tell them apart.
    fn describe(&self, call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
        let fields = Input(input);
        let (now, account, region) = (call.now, call.caller.account.clone(), call.caller.region.clone());
        let filters = filters(fields)?;
        let held = &mut call.region().rds;
        held.settle(now);
        let mut all = (self.of)(held, now);
        all.sort_by(|one, other| one.name.cmp(&other.name));
        if let Some(name) = fields.text(self.name)? {
            all.retain(|one| one.name.eq_ignore_ascii_case(name.rsplit("snapshot:").next().unwrap_or(name)));
            if all.is_empty() {
                return Err(fault(self.missing, 404, format!("{} {name} not found.", self.list.trim_end_matches('s'))));
            }
        }
        let asked = [(self.source, "source"), (self.id, "id"), ("SnapshotType", "snapshot-type")];
        for (member, by) in asked {
            if let Some(wanted) = fields.text(member)? {
                all.retain(|one| keeps(one, by, wanted));
            }
        }
        for (filter, values) in filters {
            let by = match filter {
                "db-instance-id" | "db-cluster-id" => "source",
                "db-snapshot-id" | "db-cluster-snapshot-id" => "name",
                "dbi-resource-id" => "id",
                "snapshot-type" | "engine" => filter,
                other => return Err(invalid(format!("Unrecognized filter name: {other}"))),
            };
            all.retain(|one| values.iter().any(|value| keeps(one, by, value)));
        }
        let (shown, marker) = page(call, fields, all, |one| one.name.clone())?;
        let shown: Vec<Value> = shown.iter().map(|one| (self.show)(one, &account, &region)).collect();
        Ok(json!({ self.list: shown, "Marker": marker }))
    }

    fn arn(&self, one: &Snapshot, account: &str, region: &str) -> String {
        arn(account, region, self.arn, &one.name)
    }

    /// The snapshot that one was copied from.
    fn copied_from(&self, one: &Snapshot, account: &str) -> Option<String> {
        one.copied.as_ref().map(|(_, region)| self.arn(one, account, region))
    }
}

fn keeps(one: &Snapshot, by: &str, wanted: &str) -> bool {
    match by {
        "source" => one.of.name.eq_ignore_ascii_case(wanted.rsplit(':').next().unwrap_or(wanted)),
        "name" => one.name.eq_ignore_ascii_case(wanted),
        "id" => one.of.id == wanted,
        "engine" => one.of.engine == wanted,
        _ => one.sort == wanted,
    }
}

fn shown(one: &Snapshot, account: &str, region: &str) -> Value {
    json!({
        "DBSnapshotIdentifier": one.name,
        "DBSnapshotArn": INSTANCES.arn(one, account, region),
        "DBInstanceIdentifier": one.of.name,
        "DbiResourceId": one.of.id,
        "InstanceCreateTime": epoch(one.of.created_at),
        "SnapshotCreateTime": epoch(one.made_at()),
        "OriginalSnapshotCreateTime": epoch(one.taken_at),
        "Engine": one.of.engine,
        "AllocatedStorage": 20,
        "Status": one.status,
        "PercentProgress": progress(one),
        "SnapshotType": one.sort,
        "SnapshotTarget": "region",
        "SourceRegion": one.copied.as_ref().map(|(_, region)| region),
        "SourceDBSnapshotIdentifier": INSTANCES.copied_from(one, account),
        "Encrypted": one.is_encrypted,
        "KmsKeyId": one.key,
        "BackupRetentionPeriod": one.days.filter(|_| one.sort == AUTOMATED),
        "IAMDatabaseAuthenticationEnabled": false,
        "TagList": [],
    })
}

fn shown_of_cluster(one: &Snapshot, account: &str, region: &str) -> Value {
    json!({
        "DBClusterSnapshotIdentifier": one.name,
        "DBClusterSnapshotArn": CLUSTERS.arn(one, account, region),
        "DBClusterIdentifier": one.of.name,
        "DbClusterResourceId": one.of.id,
        "ClusterCreateTime": epoch(one.of.created_at),
        "SnapshotCreateTime": epoch(one.made_at()),
        "Engine": one.of.engine,
        "AllocatedStorage": 1,
        "Status": one.status,
        "PercentProgress": progress(one),
        "SnapshotType": one.sort,
        "SourceDBClusterSnapshotArn": CLUSTERS.copied_from(one, account),
        "StorageEncrypted": one.is_encrypted,
        "KmsKeyId": one.key,
        "BackupRetentionPeriod": one.days.filter(|_| one.sort == AUTOMATED),
        "IAMDatabaseAuthenticationEnabled": false,
        "TagList": [],
    })
}

fn progress(one: &Snapshot) -> i64 {
    if one.status == "available" { 100 } else { 0 }
}

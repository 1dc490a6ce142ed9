//! Amazon RDS, with Aurora, DocumentDB and Neptune, which share its API: DB instances, DB clusters, their automated backups, snapshots,
//! event subscriptions and tags. No database runs, and nobody makes a snapshot by hand.

mod automated;
mod backups;
mod clusters;
mod create;
mod databases;
mod events;
mod instances;
mod replication;
mod show;
mod snapshots;
mod tags;

use serde_json::Value;

use super::forms::{fault, invalid, page, required, together};
use super::input::Input;
use super::{AwsError, Operation, Protocol, Service, Wire};
use crate::sandbox::state::Caller;

pub(crate) use backups::days_before;
pub(crate) use clusters::ENGINES as CLUSTER_ENGINES;
pub(crate) use create::{check_name, common, fill_cluster, fill_instance};
pub(crate) use databases::{Cluster, Databases, Instance};
pub(crate) use events::{Subscription, check as check_events};
pub(crate) use snapshots::source;
pub(crate) use tags::{ever_tagged, tag, untag};

/// Amazon RDS, 2014-10-31.
pub(crate) static SERVICE: Service = Service {
    iam_prefix: "rds",
    signing_name: "rds",
    protocols: &[Protocol::AwsQuery { namespace: "http://rds.amazonaws.com/doc/2014-10-31/", wire: &WIRE }],
    throttle_code: "Throttling",
    operations: &[
        Operation::write("AddSourceIdentifierToSubscription", events::add_source),
        Operation::write("AddTagsToResource", tags::tag),
        Operation::write("CreateDBCluster", create::cluster),
        Operation::write("CreateDBInstance", create::instance),
        Operation::write("CreateEventSubscription", events::create),
        Operation::write("DeleteDBCluster", clusters::delete),
        Operation::write("DeleteDBInstance", instances::delete),
        Operation::write("DeleteDBInstanceAutomatedBackup", automated::delete),
        Operation::write("DeleteEventSubscription", events::delete),
        Operation::read("DescribeDBClusterSnapshots", snapshots::describe_of_clusters),
        Operation::read("DescribeDBClusters", clusters::describe),
        Operation::read("DescribeDBInstanceAutomatedBackups", automated::describe),
        Operation::read("DescribeDBInstances", instances::describe),
        Operation::read("DescribeDBSnapshots", snapshots::describe),
        Operation::read("DescribeEventCategories", events::categories),
        Operation::read("DescribeEventSubscriptions", events::describe),
        Operation::read("DescribeGlobalClusters", clusters::describe_global),
        Operation::read("ListTagsForResource", tags::list),
        Operation::write("ModifyDBCluster", clusters::modify),
        Operation::write("ModifyDBInstance", instances::modify),
        Operation::write("ModifyEventSubscription", events::modify),
        Operation::write("RemoveSourceIdentifierFromSubscription", events::remove_source),
        Operation::write("RemoveTagsFromResource", tags::untag),
        Operation::write("StartDBInstanceAutomatedBackupsReplication", replication::start),
        Operation::write("StopDBInstanceAutomatedBackupsReplication", replication::stop),
    ],
    resources,
};

static WIRE: Wire = Wire {
    times: &[
        "ClusterCreateTime",
        "EarliestRestorableTime",
        "EarliestTime",
        "InstanceCreateTime",
        "LatestRestorableTime",
        "LatestTime",
        "OriginalSnapshotCreateTime",
        "SnapshotCreateTime",
    ],
    maps: &[],
    items: &[
        ("AvailabilityZones", "AvailabilityZone"),
        ("DBClusterMembers", "DBClusterMember"),
        ("DBClusterSnapshots", "DBClusterSnapshot"),
        ("DBClusters", "DBCluster"),
        ("DBInstanceAutomatedBackups", "DBInstanceAutomatedBackup"),
        ("DBInstanceAutomatedBackupsReplications", "DBInstanceAutomatedBackupsReplication"),
        ("DBInstances", "DBInstance"),
        ("DBParameterGroups", "DBParameterGroup"),
        ("DBSnapshots", "DBSnapshot"),
        ("EventCategories", "EventCategory"),
        ("EventCategoriesList", "EventCategory"),
        ("EventCategoriesMapList", "EventCategoriesMap"),
        ("EventSubscriptionsList", "EventSubscription"),
        ("Filters", "Filter"),
        ("GlobalClusters", "GlobalClusterMember"),
        ("OptionGroupMemberships", "OptionGroupMembership"),
        ("ReadReplicaDBInstanceIdentifiers", "ReadReplicaDBInstanceIdentifier"),
        ("SourceIds", "SourceId"),
        ("SourceIdsList", "SourceId"),
        ("TagList", "Tag"),
        ("Tags", "Tag"),
        ("Values", "Value"),
        ("VpcSecurityGroupIds", "VpcSecurityGroupId"),
        ("VpcSecurityGroups", "VpcSecurityGroupMembership"),
    ],
    query_codes: &[("SerializationException", "MalformedInput"), ("ValidationException", "InvalidParameterValue")],
};

/// The ARN of something of RDS: `kind` is `db`, `cluster`, `snapshot`, `cluster-snapshot`, `es` or `auto-backup`.
pub(crate) fn arn(account: &str, region: &str, kind: &str, name: &str) -> String {
    format!("arn:aws:rds:{region}:{account}:{kind}:{name}")
}

/// What a request is about, for denials.
fn resources(caller: &Caller, input: &Value) -> Vec<String> {
    let own = |kind: &str, name: &str| {
        if name.starts_with("arn:") { name.to_owned() } else { arn(&caller.account, &caller.region, kind, &name.to_lowercase()) }
    };
    let members = [
        ("DBInstanceIdentifier", "db"),
        ("DBClusterIdentifier", "cluster"),
        ("SubscriptionName", "es"),
        ("SourceDBInstanceArn", "db"),
        ("ResourceName", "db"),
    ];
    let named = members.iter().filter_map(|(member, kind)| Some(own(kind, input.get(*member)?.as_str()?)));
    let named: Vec<String> = named.collect();
    // What asks for many is about all of them, filters or not.
    let all = match input.get("Action").and_then(Value::as_str) {
        Some("DescribeDBInstances") => Some(own("db", "*")),
        Some("DescribeDBClusters") => Some(own("cluster", "*")),
        Some("DescribeDBSnapshots") => Some(own("snapshot", "*")),
        Some("DescribeDBClusterSnapshots") => Some(own("cluster-snapshot", "*")),
        _ => None,
    };
    if named.is_empty() { all.into_iter().collect() } else { named }
}

/// The `Filters` of a request: names with their values.
fn filters(fields: Input<'_>) -> Result<Vec<(&str, Vec<&str>)>, AwsError> {
    let read = |filter| Ok((required(Input(filter), "Name")?, Input(filter).texts("Values")?));
    fields.list("Filters")?.iter().map(read).collect()
}

#[cfg(test)]
mod tests;

//! Amazon Redshift: provisioned clusters with their snapshots and how long those are kept, and tags. No cluster runs, and nobody makes a
//! snapshot by hand.

mod clusters;
mod snapshots;
mod tags;

use serde_json::Value;

use super::forms::{fault, invalid, page, required, together};
use super::{Operation, Protocol, Service, Wire};
use crate::sandbox::state::Caller;

pub(crate) use clusters::{Cluster, Clusters, check_automated, check_manual, check_name, fill};
pub(crate) use snapshots::source;
pub(crate) use tags::{ever_tagged, tag, untag};

/// Amazon Redshift, 2012-12-01.
pub(crate) static SERVICE: Service = Service {
    iam_prefix: "redshift",
    signing_name: "redshift",
    protocols: &[Protocol::AwsQuery { namespace: "http://redshift.amazonaws.com/doc/2012-12-01/", wire: &WIRE }],
    throttle_code: "Throttling",
    operations: &[
        Operation::write("CreateCluster", clusters::create),
        Operation::write("CreateTags", tags::tag),
        Operation::write("DeleteCluster", clusters::delete),
        Operation::write("DeleteTags", tags::untag),
        Operation::read("DescribeClusterSnapshots", snapshots::describe),
        Operation::read("DescribeClusters", clusters::describe),
        Operation::read("DescribeLoggingStatus", clusters::logging),
        Operation::write("ModifyCluster", clusters::modify),
    ],
    resources,
};

static WIRE: Wire = Wire {
    times: &["ClusterCreateTime", "SnapshotCreateTime"],
    maps: &[],
    items: &[
        ("ClusterNodes", "member"),
        ("ClusterParameterGroups", "ClusterParameterGroup"),
        ("Clusters", "Cluster"),
        ("IamRoles", "ClusterIamRole"),
        ("Snapshots", "Snapshot"),
        ("TagKeys", "TagKey"),
        ("TagValues", "TagValue"),
        ("Tags", "Tag"),
        ("VpcSecurityGroupIds", "VpcSecurityGroupId"),
        ("VpcSecurityGroups", "VpcSecurityGroup"),
    ],
    query_codes: &[("SerializationException", "MalformedInput"), ("ValidationException", "InvalidParameterValue")],
};

/// The ARN of a cluster.
pub(crate) fn arn(account: &str, region: &str, name: &str) -> String {
    format!("arn:aws:redshift:{region}:{account}:cluster:{name}")
}

/// What a request is about, for denials.
fn resources(caller: &Caller, input: &Value) -> Vec<String> {
    let text = |member: &str| input.get(member).and_then(Value::as_str);
    let named = text("ClusterIdentifier").map_or_else(|| "*".to_owned(), str::to_lowercase);
    vec![text("ResourceName").map_or_else(|| arn(&caller.account, &caller.region, &named), str::to_owned)]
}

#[cfg(test)]
mod tests;

//! What can be backed up: the resources of the sandbox's other services, as AWS Backup sees them.

use std::collections::BTreeMap;

use super::Call;
use crate::sandbox::services::dynamodb::TableContent;
use crate::sandbox::services::s3::{Bucket, Versioning};

/// A resource that is there.
pub(super) struct Resource {
    pub(super) kind: &'static str,
    pub(super) name: String,
    pub(super) size_bytes: i64,
    /// The key that it is encrypted with, when it is not AWS's own.
    pub(super) key_arn: Option<String>,
    /// Why its backups fail as it is.
    pub(super) obstacle: Option<String>,
    /// What is in it, of a table.
    pub(super) table: Option<TableContent>,
}

/// The types of resource by what their ARNs start with, after `arn:aws:`.
const KINDS: &[(&str, &str)] = &[
    ("dynamodb", "DynamoDB"),
    ("s3", "S3"),
    ("elasticfilesystem", "EFS"),
    ("fsx", "FSx"),
    ("rds", "RDS"),
    ("ec2", "EC2"),
    ("storagegateway", "Storage Gateway"),
    ("redshift", "Redshift"),
    ("timestream", "Timestream"),
    ("cloudformation", "CloudFormation"),
    ("eks", "EKS"),
];

/// The types that have cold storage. The others ignore the setting without a word.
const COLD: &[&str] = &["CloudFormation", "DynamoDB", "EBS", "EFS", "SAP HANA on Amazon EC2", "Timestream", "VirtualMachine"];

/// Tells whether points of this type can go to cold storage.
pub(super) fn has_cold_storage(kind: &str) -> bool {
    COLD.contains(&kind)
}

/// The type of a resource, as far as its ARN tells; volumes and clusters have types of their own.
pub(crate) fn kind_of(arn: &str) -> Option<&'static str> {
    let mut parts = arn.splitn(6, ':').skip(2);
    let service = parts.next()?;
    let resource = parts.nth(2)?;
    match service {
        "ec2" if resource.starts_with("volume/") => Some("EBS"),
        "rds" if resource.starts_with("cluster:") => Some("Aurora"),
        _ => KINDS.iter().find(|(name, _)| *name == service).map(|(_, kind)| *kind),
    }
}

/// The last part of an ARN.
pub(crate) fn name_of(arn: &str) -> &str {
    arn.rsplit([':', '/']).next().unwrap_or(arn)
}

/// A resource of the caller's region that is there.
pub(super) fn find(call: &mut Call<'_>, arn: &str) -> Option<Resource> {
    let now = call.now;
    let kind = kind_of(arn)?;
    if kind == "S3" {
        return buckets(call).find(|bucket| bucket.arn() == arn).map(bucket);
    }
    let table = call.region().dynamodb.live(now).find(|table| table.arn == arn)?;
    Some(Resource {
        kind,
        name: table.name.clone(),
        size_bytes: i64::try_from(table.size_bytes()).unwrap_or(i64::MAX),
        key_arn: table.definition.kms_key_arn.clone(),
        obstacle: None,
        table: Some(TableContent::of(table)),
    })
}

/// What is in a table of the caller's region that is there.
pub(super) fn content(call: &mut Call<'_>, arn: &str) -> Option<TableContent> {
    find(call, arn)?.table
}

/// The tags of a table or bucket of the caller's region that is there.
pub(super) fn tags(call: &mut Call<'_>, arn: &str) -> BTreeMap<String, String> {
    let now = call.now;
    if let Some(bucket) = buckets(call).find(|bucket| bucket.arn() == arn) {
        return bucket.tags.clone().unwrap_or_default();
    }
    call.region().dynamodb.live(now).find(|table| table.arn == arn).and_then(|table| table.tags.clone()).unwrap_or_default()
}

/// The buckets of the caller's account and region.
pub(super) fn buckets<'a>(call: &'a Call<'_>) -> impl Iterator<Item = &'a Bucket> {
    call.state.s3.of_account(&call.caller.account).filter(|bucket| bucket.region == call.caller.region)
}

/// A bucket must keep versions (AWS Backup developer guide, "Amazon S3 backups"); what the failed job says is UNCONFIRMED.
fn bucket(bucket: &Bucket) -> Resource {
    let size: u64 = bucket.objects.values().flatten().map(|version| version.size).sum();
    let is_versioned = bucket.versioning == Versioning::Enabled;
    Resource {
        kind: "S3",
        name: bucket.name.clone(),
        size_bytes: i64::try_from(size).unwrap_or(i64::MAX),
        key_arn: None,
        table: None,
        obstacle: (!is_versioned).then(|| format!("Versioning is not enabled for S3 bucket {}", bucket.name)),
    }
}

//! What S3 checks in replication rules, in its words as far as they are known.

use std::collections::BTreeSet;

use serde_json::Value;

use super::bucket::{Bucket, Buckets, Versioning};
use super::{errors, lifecycle_rules};
use crate::sandbox::services::AwsError;

/// The most rules that a bucket can have.
const MAX_RULES: usize = 1000;

/// Checks a whole configuration for a source bucket.
pub(super) fn check(document: &Value, source: &Bucket, all: &Buckets) -> Result<(), AwsError> {
    if source.versioning != Versioning::Enabled {
        return Err(errors::request("Versioning must be 'Enabled' on the bucket to apply a replication configuration"));
    }
    let role = document["Role"].as_str().unwrap_or_default();
    if !(role.starts_with("arn:") && role.contains(":role/")) {
        return Err(errors::argument("Role", role, "Invalid Role specified in replication configuration"));
    }
    let rules = document.get("Rule").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    if rules.is_empty() {
        return Err(errors::malformed());
    }
    if rules.len() > MAX_RULES {
        return Err(errors::request(format!("The number of replication rules must not exceed the allowed limit of {MAX_RULES} rules")));
    }
    lifecycle_rules::check_ids(rules)?;
    let modern = rules.iter().filter(|rule| rule.get("Filter").is_some()).count();
    if modern > 0 && modern < rules.len() {
        return Err(errors::request("Rules with a Filter and rules with a Prefix cannot stand in one replication configuration"));
    }
    let mut priorities = BTreeSet::new();
    for rule in rules {
        check_rule(rule)?;
        let destination = check_destination(&rule["Destination"], source, all)?;
        if !priorities.insert((destination, rule["Priority"].as_i64())) && rule.get("Priority").is_some() {
            let message = format!("Found overlapping priority {} in replication rules for one destination", rule["Priority"]);
            return Err(errors::request(message));
        }
    }
    Ok(())
}

fn check_rule(rule: &Value) -> Result<(), AwsError> {
    // It stands in the model, and is refused for nearly everybody.
    if rule.get("ExistingObjectReplication").is_some() {
        return Err(errors::malformed());
    }
    match (rule.get("Prefix"), rule.get("Filter")) {
        (Some(_), Some(_)) | (None, None) => return Err(errors::malformed()),
        (Some(_), None) => {}
        (None, Some(filter)) => check_modern(rule, filter)?,
    }
    let encrypted = rule.pointer("/SourceSelectionCriteria/SseKmsEncryptedObjects/Status").is_some_and(|status| status == "Enabled");
    let key = rule.pointer("/Destination/EncryptionConfiguration/ReplicaKmsKeyID").is_some();
    if encrypted && !key {
        return Err(errors::request("ReplicaKmsKeyID must be specified if SseKmsEncryptedObjects tag is present."));
    }
    if key && !encrypted {
        return Err(errors::request("SseKmsEncryptedObjects must be specified if EncryptionConfiguration is present."));
    }
    Ok(())
}

/// A rule with a filter, even an empty one, must say more than an old one.
fn check_modern(rule: &Value, filter: &Value) -> Result<(), AwsError> {
    let and = filter.get("And");
    let inner = and.unwrap_or(filter);
    let tags = inner.get("Tag").map_or(0, |tag| tag.as_array().map_or(1, Vec::len));
    let predicates = tags + usize::from(inner.get("Prefix").is_some());
    if filter.as_object().is_some_and(|members| members.len() > 1) || (and.is_some() && predicates < 2) {
        return Err(errors::malformed());
    }
    let lacks = |what: &str| {
        let message = format!(
            "{what} must be specified for this version of Cross Region Replication configuration schema. Please refer to S3 Developer Guide for more information."
        );
        errors::request(message)
    };
    if rule.get("Priority").is_none() {
        return Err(lacks("Priority"));
    }
    match rule.pointer("/DeleteMarkerReplication/Status").and_then(Value::as_str) {
        None => Err(lacks("DeleteMarkerReplication")),
        Some("Enabled") if tags > 0 => Err(errors::request(
            "Delete marker replication is not supported if any Tag filter is specified. Please refer to S3 Developer Guide for more information.",
        )),
        Some(_) => Ok(()),
    }
}

/// Checks a destination, and returns its bucket's name.
fn check_destination<'a>(destination: &'a Value, source: &Bucket, all: &Buckets) -> Result<&'a str, AwsError> {
    let arn = destination["Bucket"].as_str().unwrap_or_default();
    let name = arn.splitn(6, ':').nth(5).filter(|_| arn.starts_with("arn:"));
    let name = name.ok_or_else(|| errors::argument("Bucket", arn, "Invalid bucket ARN"))?;
    if name == source.name {
        return Err(errors::request("Destination bucket cannot be the same as the source bucket."));
    }
    let bucket = all.get(name).ok_or_else(|| errors::request("Destination bucket must exist."))?;
    if bucket.versioning != Versioning::Enabled {
        return Err(errors::request("Destination bucket must have versioning enabled."));
    }
    if source.object_lock.is_some() && bucket.object_lock.is_none() {
        return Err(errors::request("Object Lock must be enabled on the destination bucket."));
    }
    match (destination.get("AccessControlTranslation"), destination.get("Account").and_then(Value::as_str)) {
        (Some(_), None) => return Err(errors::request("Account must be specified if AccessControlTranslation is present.")),
        (_, Some(account)) if account != bucket.account => {
            return Err(errors::argument("Account", account, "Account must be the owner of the destination bucket"));
        }
        _ => {}
    }
    check_time(destination)?;
    Ok(name)
}

/// Replication in 15 minutes comes with metrics, and no other number of minutes is known.
fn check_time(destination: &Value) -> Result<(), AwsError> {
    let minutes = |pointer: &str| destination.pointer(pointer).and_then(Value::as_i64);
    let (time, threshold) = (minutes("/ReplicationTime/Time/Minutes"), minutes("/Metrics/EventThreshold/Minutes"));
    if let Some(other) = time.into_iter().chain(threshold).find(|minutes| *minutes != 15) {
        return Err(errors::argument("Minutes", &other.to_string(), "The only valid value for Minutes is 15"));
    }
    let on = |name: &str| destination.get(name).is_some_and(|setting| setting["Status"] == "Enabled");
    if on("ReplicationTime") && (!on("Metrics") || time.is_none() || threshold.is_none()) {
        return Err(errors::request("Metrics with an EventThreshold must be specified if ReplicationTime is enabled."));
    }
    Ok(())
}

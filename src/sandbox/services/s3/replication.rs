//! Replication configuration.

use serde_json::{Value, json};

use super::ask::{Ask, Said};
use super::{Call, errors, find, find_mut, lifecycle, progress, replication_rules, shapes};
use crate::sandbox::services::AwsError;

/// `GetBucketReplication`.
pub(super) fn get(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let bucket = find(call, Ask(input))?;
    let missing = || errors::absent("ReplicationConfigurationNotFoundError", "The replication configuration was not found", &bucket.name);
    Said::document("ReplicationConfiguration", bucket.replication.clone().ok_or_else(missing)?).done()
}

/// `PutBucketReplication`: it replaces all rules.
pub(super) fn put(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let ask = Ask(input);
    let source = find(call, ask)?;
    let mut document = ask.document("ReplicationConfiguration", &shapes::REPLICATION)?;
    replication_rules::check(&document, source, &call.state.s3)?;
    lifecycle::name_rules(call.state, &mut document);
    for rule in document.get_mut("Rule").and_then(Value::as_array_mut).into_iter().flatten() {
        if rule.get("Priority").is_none() {
            rule["Priority"] = json!(0);
        }
    }
    let now = call.now;
    let bucket = find_mut(call, ask)?;
    progress::begin(bucket, &document, now);
    bucket.replication = Some(document);
    Said::ok().done()
}

/// `DeleteBucketReplication`.
pub(super) fn delete(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    find_mut(call, Ask(input))?.replication = None;
    Said::no_content().done()
}

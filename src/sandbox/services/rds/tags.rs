//! Tags of instances, clusters and event subscriptions.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::databases::Databases;
use super::{fault, instances, invalid, required};
use crate::sandbox::services::input::Input;
use crate::sandbox::services::{AwsError, Call};

/// The most tags that one thing can have.
const MAX_TAGS: usize = 50;

/// Reads and checks `Tags`; none where nothing is tagged.
pub(super) fn read(fields: Input<'_>) -> Result<Option<BTreeMap<String, String>>, AwsError> {
    let mut tags = BTreeMap::new();
    for tag in fields.list("Tags")? {
        let (key, value) = (required(Input(tag), "Key")?, Input(tag).text("Value")?.unwrap_or_default());
        if key.chars().count() > 128 || value.chars().count() > 256 {
            return Err(invalid("A tag key has at most 128 characters, and a tag value at most 256."));
        }
        if key.to_ascii_lowercase().starts_with("aws:") || key.to_ascii_lowercase().starts_with("rds:") {
            return Err(invalid(format!("The tag key {key} begins with a prefix that is reserved for AWS.")));
        }
        tags.insert(key.to_owned(), value.to_owned());
    }
    check_count(&tags)?;
    Ok((!tags.is_empty()).then_some(tags))
}

fn check_count(tags: &BTreeMap<String, String>) -> Result<(), AwsError> {
    if tags.len() > MAX_TAGS { Err(invalid("The number of tags exceeds the limit of 50.")) } else { Ok(()) }
}

/// Tags as RDS shows them.
pub(super) fn shown(tags: Option<&BTreeMap<String, String>>) -> Value {
    tags.into_iter().flatten().map(|(key, value)| json!({ "Key": key, "Value": value })).collect()
}

/// The tags of what an ARN names.
fn find<'a>(call: &'a mut Call<'_>, arn: &str) -> Result<&'a mut Option<BTreeMap<String, String>>, AwsError> {
    let now = call.now;
    let parts: Vec<&str> = arn.split(':').collect();
    let ["arn", _, "rds", region, account, kind, name] = parts.as_slice() else {
        return Err(invalid(format!("Invalid resource name: {arn}")));
    };
    if *region != call.caller.region || *account != call.caller.account {
        return Err(invalid(format!("The specified resource name does not match an RDS resource in this region: {arn}")));
    }
    let held: &mut Databases = &mut call.region().rds;
    held.settle(now);
    let missing = || fault("InvalidParameterValue", 400, format!("Invalid resource name: {arn}"));
    match *kind {
        "db" => held.instances.get_mut(*name).map(|one| &mut one.common.tags).ok_or_else(|| instances::not_found(name)),
        "cluster" => held.clusters.get_mut(*name).map(|one| &mut one.common.tags).ok_or_else(|| super::clusters::not_found(name)),
        "es" => held.subscriptions.get_mut(*name).map(|one| &mut one.tags).ok_or_else(missing),
        "auto-backup" => held.automated.values_mut().find(|one| one.id() == *name).map(|one| &mut one.tags).ok_or_else(missing),
        _ => Err(missing()),
    }
}

/// `AddTagsToResource`.
pub(crate) fn tag(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let added = read(Input(input))?.unwrap_or_default();
    let tags = find(call, required(Input(input), "ResourceName")?)?;
    let mut all = tags.clone().unwrap_or_default();
    all.extend(added);
    check_count(&all)?;
    *tags = Some(all);
    Ok(json!({}))
}

/// `RemoveTagsFromResource`.
pub(crate) fn untag(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let removed = Input(input).texts("TagKeys")?;
    if let Some(tags) = find(call, required(Input(input), "ResourceName")?)? {
        tags.retain(|key, _| !removed.contains(&key.as_str()));
    }
    Ok(json!({}))
}

/// `ListTagsForResource`.
pub(super) fn list(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let tags = find(call, required(Input(input), "ResourceName")?)?;
    Ok(json!({ "TagList": shown(tags.as_ref()) }))
}

/// Everything that was ever tagged: its type in the tagging API, its ARN and its tags.
pub(crate) fn ever_tagged(held: &Databases) -> impl Iterator<Item = (&'static str, String, Value)> {
    let instances = held.instances.values().map(|one| ("rds:db", &one.common.arn, &one.common.tags));
    let clusters = held.clusters.values().map(|one| ("rds:cluster", &one.common.arn, &one.common.tags));
    let subscriptions = held.subscriptions.values().map(|one| ("rds:es", &one.arn, &one.tags));
    let automated = held.automated.values().map(|one| ("rds:auto-backup", &one.arn, &one.tags));
    let all = instances.chain(clusters).chain(subscriptions).chain(automated);
    all.filter_map(|(kind, arn, tags)| Some((kind, arn.clone(), shown(Some(tags.as_ref()?)))))
}

//! Tags of vaults, plans and recovery points.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::audit::Audit;
use super::kept::{Backups, Tags};
use super::{Call, invalid, limit, not_found, page, required};
use crate::sandbox::services::AwsError;
use crate::sandbox::services::input::Input;

/// The most tags that a thing can have.
const MAX_TAGS: usize = 50;

/// Reads and checks a map of tags.
pub(super) fn read(fields: Input<'_>, member: &str) -> Result<BTreeMap<String, String>, AwsError> {
    let mut tags = BTreeMap::new();
    for (key, value) in fields.object(member)?.into_iter().flatten() {
        let value = value.as_str().ok_or_else(|| invalid(format!("Invalid tag value for key {key}")))?;
        if key.is_empty() || key.chars().count() > 128 || key.to_ascii_lowercase().starts_with("aws:") {
            return Err(invalid(format!("Invalid tag key: {key}")));
        }
        if value.chars().count() > 256 {
            return Err(invalid(format!("Invalid tag value for key {key}")));
        }
        tags.insert(key.clone(), value.to_owned());
    }
    check_count(&tags)?;
    Ok(tags)
}

fn check_count(tags: &BTreeMap<String, String>) -> Result<(), AwsError> {
    if tags.len() > MAX_TAGS { Err(limit(format!("Too many tags: {}, at most {MAX_TAGS}", tags.len()))) } else { Ok(()) }
}

/// `TagResource`.
pub(crate) fn tag(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let added = read(Input(input), "Tags")?;
    let kept = of_resource(call, Input(input))?;
    let mut tags = kept.clone().unwrap_or_default();
    tags.extend(added);
    check_count(&tags)?;
    *kept = Some(tags);
    Ok(json!({}))
}

/// `UntagResource`. What has lost its last tag has still been tagged.
pub(crate) fn untag(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let removed = Input(input).texts("TagKeyList")?;
    if let Some(tags) = of_resource(call, Input(input))? {
        tags.retain(|key, _| !removed.contains(&key.as_str()));
    }
    Ok(json!({}))
}

/// `ListTags`.
pub(super) fn list(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let tags = of_resource(call, Input(input))?.clone().unwrap_or_default();
    let entries = tags.into_iter().map(|(key, value)| (key.clone(), json!([key, value]))).collect();
    let mut answer = page(call, Input(input), "Tags", entries)?;
    // A page is a list, and tags are a map.
    let pairs = answer["Tags"].as_array().into_iter().flatten();
    let map: Map<String, Value> = pairs.filter_map(|pair| Some((pair.get(0)?.as_str()?.to_owned(), pair.get(1)?.clone()))).collect();
    answer["Tags"] = Value::Object(map);
    Ok(answer)
}

/// The tags of the thing that `ResourceArn` names.
fn of_resource<'a>(call: &'a mut Call<'_>, fields: Input<'_>) -> Result<&'a mut Tags, AwsError> {
    let arn = required(fields, "ResourceArn")?.to_owned();
    let place = format!("arn:aws:backup:{}:{}:", call.caller.region, call.caller.account);
    let unsupported = || invalid(format!("Invalid ARN, or one of another region or account: {arn}"));
    let resource = arn.strip_prefix(&place).ok_or_else(unsupported)?;
    let missing = || not_found(format!("Resource not found: {arn}"));
    let now = call.now;
    let backups = &mut call.region().backup;
    match resource.split_once(':') {
        Some(("backup-vault", name)) => backups.vaults.get_mut(name).map(|vault| &mut vault.tags).ok_or_else(missing),
        Some(("backup-plan", id)) => {
            let live = backups.plans.get_mut(id).filter(|plan| plan.deleted_at.is_none());
            live.map(|plan| &mut plan.tags).ok_or_else(missing)
        }
        Some(("framework", _)) => by_arn(&mut backups.frameworks, &arn).ok_or_else(missing),
        Some(("report-plan", _)) => by_arn(&mut backups.report_plans, &arn).ok_or_else(missing),
        Some(("restore-testing-plan", _)) => {
            backups.restore_testing.values_mut().find(|plan| plan.arn == arn).map(|plan| &mut plan.tags).ok_or_else(missing)
        }
        Some(("recovery-point", _)) => {
            let mut vaults = backups.vaults.values_mut();
            let point = vaults.find_map(|vault| vault.points.get_mut(&arn)).filter(|point| point.is_there(now));
            point.map(|point| &mut point.tags).ok_or_else(missing)
        }
        _ => Err(unsupported()),
    }
}

fn by_arn<'a>(things: &'a mut BTreeMap<String, Audit>, arn: &str) -> Option<&'a mut Tags> {
    things.values_mut().find(|thing| thing.arn == arn).map(|thing| &mut thing.tags)
}

/// The ARN and the tags, as the tagging API writes them, of all that was ever tagged, with its type there.
pub(crate) fn ever_tagged(backups: &Backups) -> impl Iterator<Item = (&'static str, String, Value)> {
    let written =
        |tags: &BTreeMap<String, String>| -> Value { tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect() };
    let vaults =
        backups.vaults.values().filter_map(move |vault| Some(("backup:backup-vault", vault.arn.clone(), written(vault.tags.as_ref()?))));
    let live = backups.plans.values().filter(|plan| plan.deleted_at.is_none());
    let plans = live.filter_map(move |plan| Some(("backup:backup-plan", plan.arn.clone(), written(plan.tags.as_ref()?))));
    let frameworks =
        backups.frameworks.values().filter_map(move |one| Some(("backup:framework", one.arn.clone(), written(one.tags.as_ref()?))));
    let reports =
        backups.report_plans.values().filter_map(move |one| Some(("backup:report-plan", one.arn.clone(), written(one.tags.as_ref()?))));
    let tests = backups.restore_testing.values();
    let tests = tests.filter_map(move |one| Some(("backup:restore-testing-plan", one.arn.clone(), written(one.tags.as_ref()?))));
    vaults.chain(plans).chain(frameworks).chain(reports).chain(tests)
}

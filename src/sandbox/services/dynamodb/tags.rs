//! Tags and time to live of tables.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{
    Call, Table, find, find_mut, foreign, replicas, require_readable, require_restored, require_settled, resource_not_found, table_arn,
    table_name,
};
use crate::sandbox::services::AwsError;
use crate::sandbox::services::input::Input;

/// The most tags that a table can have.
const MAX_TAGS: usize = 50;

/// Reads and checks a list of tags.
pub(super) fn read(fields: Input<'_>) -> Result<BTreeMap<String, String>, AwsError> {
    let mut tags = BTreeMap::new();
    for tag in fields.list("Tags")? {
        let invalid = |what: &str, found: &str| AwsError::validation(format!("The Tag {what} provided is invalid, {what}: {found}"));
        let key = Input(tag).text("Key")?.ok_or_else(|| invalid("Key", "null"))?;
        let value = Input(tag).text("Value")?.ok_or_else(|| invalid("Value", "null"))?;
        if key.is_empty() || key.chars().count() > 128 {
            return Err(invalid("Key", key));
        }
        if value.chars().count() > 256 {
            return Err(invalid("Value", value));
        }
        check_prefix(key)?;
        if tags.insert(key.to_owned(), value.to_owned()).is_some() {
            return Err(AwsError::validation("One or more parameter values were invalid: Duplicate tag keys found"));
        }
    }
    check_count(&tags)?;
    Ok(tags)
}

/// `aws:` in any case is AWS's own.
fn check_prefix(key: &str) -> Result<(), AwsError> {
    if key.to_ascii_lowercase().starts_with("aws:") {
        return Err(AwsError::validation(format!("Tag Key cannot be prefixed with aws:, Key: {key}")));
    }
    Ok(())
}

fn check_count(tags: &BTreeMap<String, String>) -> Result<(), AwsError> {
    if tags.len() > MAX_TAGS {
        return Err(AwsError::validation(format!("One or more parameter values were invalid: Too many tags: {}", tags.len())));
    }
    Ok(())
}

/// `TagResource`.
pub(crate) fn tag(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let name = resource(call, Input(input))?;
    let added = read(Input(input))?;
    let now = call.now;
    let table = find_mut(call, &name, resource_not_found)?;
    require_restored(table, now)?;
    require_settled(table, now)?;
    let mut tags = table.tags.clone().unwrap_or_default();
    tags.extend(added);
    check_count(&tags)?;
    table.tags = Some(tags);
    Ok(json!({}))
}

/// `UntagResource`. A table that has lost its last tag has still been tagged.
pub(crate) fn untag(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let name = resource(call, Input(input))?;
    let removed = Input(input).texts("TagKeys")?;
    if removed.is_empty() {
        return Err(AwsError::validation("Atleast one Tag Key needs to be provided as Input."));
    }
    for key in &removed {
        check_prefix(key)?;
    }
    let now = call.now;
    let table = find_mut(call, &name, resource_not_found)?;
    require_restored(table, now)?;
    require_settled(table, now)?;
    if let Some(tags) = &mut table.tags {
        tags.retain(|key, _| !removed.contains(&key.as_str()));
    }
    Ok(json!({}))
}

/// `ListTagsOfResource`, in pages of 10.
pub(super) fn list(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let name = resource(call, Input(input))?;
    let after = Input(input).text("NextToken")?.unwrap_or_default();
    let size = call.page(None, 10);
    let table = find(call, &name, resource_not_found)?;
    require_restored(table, call.now)?;
    let tags = table.tags.clone().unwrap_or_default();
    let rest: Vec<(String, String)> = tags.into_iter().filter(|(key, _)| key.as_str() > after).collect();
    let page: Vec<Value> = rest.iter().take(size).map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
    let mut answer = json!({ "Tags": page });
    if let (true, Some((last, _))) = (rest.len() > size, rest.get(size.saturating_sub(1))) {
        answer["NextToken"] = json!(last);
    }
    Ok(answer)
}

/// The name of the table in `ResourceArn`.
fn resource(call: &Call<'_>, fields: Input<'_>) -> Result<String, AwsError> {
    let arn = fields.required_text("ResourceArn", "resourceArn")?;
    let prefix = table_arn(&call.caller.account, &call.caller.region, "");
    let name = arn.strip_prefix(&prefix).ok_or_else(|| {
        if arn.starts_with("arn:") {
            foreign(call, arn)
        } else {
            AwsError::validation(format!("One or more parameter values were invalid: Provided Arn is not a DynamoDB resource arn: {arn}"))
        }
    })?;
    if name.is_empty() || name.contains('/') {
        return Err(AwsError::validation(format!(
            "One or more parameter values were invalid: Provided Arn is not a DynamoDB resource arn: {arn}"
        )));
    }
    // AWS's message has this spelling.
    find(call, name, |_| AwsError::service("ResourceNotFoundException", ""))
        .map_err(|error| AwsError { message: format!("Requested resource not found: ResourcArn: {arn} not found"), ..error })?;
    Ok(name.to_owned())
}

/// The ARN and the tags of a table that has been tagged at any time.
pub(crate) fn ever_tagged(table: &Table) -> Option<(String, Value)> {
    let tags = table.tags.as_ref()?;
    let tags: Vec<Value> = tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
    Some((table.arn.clone(), Value::Array(tags)))
}

/// `DescribeTimeToLive`.
pub(super) fn describe_ttl(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let name = table_name(call, Input(input), "TableName", "tableName")?;
    let table = find(call, &name, resource_not_found)?;
    require_restored(table, call.now)?;
    if let state @ ("CREATING" | "DELETING") = table.status(call.now) {
        let message = format!("Cannot describe time to live while table is in {state} state: Current table state is {state}");
        return Err(AwsError::validation(message));
    }
    let mut description = Map::from_iter([("TimeToLiveStatus".to_owned(), json!("DISABLED"))]);
    if let Some(attribute) = &table.ttl_attribute {
        description.insert("TimeToLiveStatus".to_owned(), json!("ENABLED"));
        description.insert("AttributeName".to_owned(), json!(attribute));
    }
    Ok(json!({ "TimeToLiveDescription": description }))
}

/// `UpdateTimeToLive`. AWS takes up to an hour for it; here it is done at once.
pub(super) fn update_ttl(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let name = table_name(call, Input(input), "TableName", "tableName")?;
    let specification = Input(input).structure("TimeToLiveSpecification")?.ok_or_else(|| AwsError::required("timeToLiveSpecification"))?;
    let attribute = specification.required_text("AttributeName", "timeToLiveSpecification.attributeName")?;
    let enabled = specification.flag("Enabled")?.ok_or_else(|| AwsError::required("timeToLiveSpecification.enabled"))?;
    let now = call.now;
    let table = find_mut(call, &name, resource_not_found)?;
    require_restored(table, now)?;
    require_settled(table, now)?;
    require_readable(table, now)?;
    match (enabled, &table.ttl_attribute) {
        (true, Some(_)) => return Err(AwsError::validation("TimeToLive is already enabled")),
        (false, None) => return Err(AwsError::validation("TimeToLive is already disabled")),
        (false, Some(current)) if current != attribute => {
            return Err(AwsError::validation(format!(
                "TimeToLive is active on a different AttributeName: current AttributeName is {current}"
            )));
        }
        _ => {}
    }
    table.ttl_attribute = enabled.then(|| attribute.to_owned());
    let table = table.clone();
    replicas::share_settings(call, &table);
    Ok(json!({ "TimeToLiveSpecification": { "AttributeName": attribute, "Enabled": enabled } }))
}

//! Tags of topics.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Topic, invalid, own_resource, required};
use crate::sandbox::services::input::Input;
use crate::sandbox::services::{AwsError, Call};

/// The most tags that a topic can have.
const MAX_TAGS: usize = 50;

/// Reads and checks `Tags`.
pub(super) fn read(fields: Input<'_>) -> Result<BTreeMap<String, String>, AwsError> {
    let mut tags = BTreeMap::new();
    for tag in fields.list("Tags")? {
        let (key, value) = (required(Input(tag), "Key")?, Input(tag).text("Value")?.unwrap_or_default());
        if key.is_empty() || key.chars().count() > 128 {
            return Err(invalid("Tags Reason: a tag key must have 1 to 128 characters"));
        }
        if value.chars().count() > 256 {
            return Err(invalid("Tags Reason: a tag value must have at most 256 characters"));
        }
        if key.to_ascii_lowercase().starts_with("aws:") {
            return Err(invalid("Tags Reason: Tag keys cannot start with 'aws:'"));
        }
        if tags.insert(key.to_owned(), value.to_owned()).is_some() {
            return Err(invalid("Duplicated keys are not allowed."));
        }
    }
    check_count(&tags)?;
    Ok(tags)
}

fn check_count(tags: &BTreeMap<String, String>) -> Result<(), AwsError> {
    if tags.len() > MAX_TAGS {
        return Err(AwsError::service("TagLimitExceeded", "Could not complete request: tag quota of per resource exceeded"));
    }
    Ok(())
}

/// `TagResource`.
pub(crate) fn tag(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let added = read(Input(input))?;
    let topic = find(call, Input(input))?;
    let mut tags = topic.tags.clone().unwrap_or_default();
    tags.extend(added);
    check_count(&tags)?;
    topic.tags = Some(tags);
    Ok(json!({}))
}

/// `UntagResource`. A topic that has lost its last tag has still been tagged.
pub(crate) fn untag(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let removed = Input(input).texts("TagKeys")?;
    if let Some(tags) = &mut find(call, Input(input))?.tags {
        tags.retain(|key, _| !removed.contains(&key.as_str()));
    }
    Ok(json!({}))
}

/// `ListTagsForResource`.
pub(super) fn list(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let topic = find(call, Input(input))?;
    Ok(json!({ "Tags": shown(topic.tags.as_ref()) }))
}

fn shown(tags: Option<&BTreeMap<String, String>>) -> Vec<Value> {
    tags.into_iter().flatten().map(|(key, value)| json!({ "Key": key, "Value": value })).collect()
}

/// The ARN and the tags of a topic that has been tagged at any time.
pub(crate) fn ever_tagged(topic: &Topic) -> Option<(String, Value)> {
    Some((topic.arn.clone(), Value::Array(shown(Some(topic.tags.as_ref()?)))))
}

/// The topic that `ResourceArn` names; tag operations have their own word for one that is not there.
fn find<'a>(call: &'a mut Call<'_>, fields: Input<'_>) -> Result<&'a mut Topic, AwsError> {
    let name = own_resource(call, "ResourceArn", required(fields, "ResourceArn")?)?.to_owned();
    let missing = || AwsError { status: 404, ..AwsError::service("ResourceNotFound", "Resource does not exist") };
    call.region().sns.get_mut(&name).ok_or_else(missing)
}

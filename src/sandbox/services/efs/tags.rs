//! Tags of file systems.

use serde_json::{Value, json};

use super::invalid;
use super::systems::{FileSystems, find};
use crate::sandbox::services::input::Input;
use crate::sandbox::services::{AwsError, Call, tag_set};

/// `TagResource`.
pub(crate) fn tag(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let added = tag_set::read_list(Input(input), "Tags").map_err(|error| invalid(error.message))?;
    tag_set::add(&mut find(call, Input(input), "ResourceId")?.tags, added).map_err(|error| invalid(error.message))?;
    Ok(json!({}))
}

/// `UntagResource`; of one key the query holds a text, of several a list.
pub(crate) fn untag(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let keys = match input.get("tagKeys") {
        Some(Value::String(key)) => vec![key.as_str()],
        _ => Input(input).texts("tagKeys")?,
    };
    tag_set::remove(&mut find(call, Input(input), "ResourceId")?.tags, &keys);
    Ok(json!({}))
}

/// `ListTagsForResource`.
pub(super) fn list(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    Ok(json!({ "Tags": tag_set::listed(find(call, Input(input), "ResourceId")?.tags.as_ref()) }))
}

/// The ARNs and the tags of all file systems that have been tagged at any time.
pub(crate) fn ever_tagged(systems: &FileSystems) -> impl Iterator<Item = (String, Value)> {
    systems.values().filter_map(|system| Some((system.arn.clone(), tag_set::listed(Some(system.tags.as_ref()?)))))
}

//! Tags of rules and buses.

use serde_json::{Value, json};

use super::missing;
use super::store::Events;
use crate::sandbox::services::input::Input;
use crate::sandbox::services::tag_set::{self, Tags};
use crate::sandbox::services::{AwsError, Call};

fn find<'a>(call: &'a mut Call<'_>, fields: Input<'_>) -> Result<&'a mut Option<Tags>, AwsError> {
    let arn = fields.required_text("ResourceARN", "resourceARN")?;
    let none = || missing(format!("Resource {arn} does not exist."));
    call.region().events.tags_mut(arn).ok_or_else(none)
}

/// `TagResource`.
pub(crate) fn tag(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let added = tag_set::read_list(Input(input), "Tags")?;
    tag_set::add(find(call, Input(input))?, added)?;
    Ok(json!({}))
}

/// `UntagResource`.
pub(crate) fn untag(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let keys = Input(input).texts("TagKeys")?;
    tag_set::remove(find(call, Input(input))?, &keys);
    Ok(json!({}))
}

/// `ListTagsForResource`.
pub(super) fn list(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    Ok(json!({ "Tags": tag_set::listed(find(call, Input(input))?.as_ref()) }))
}

/// The ARNs and the tags of all rules that have been tagged at any time.
pub(crate) fn ever_tagged(events: &Events) -> impl Iterator<Item = (String, Value)> {
    events.all().filter_map(|rule| Some((rule.arn.clone(), tag_set::listed(Some(rule.tags.as_ref()?)))))
}

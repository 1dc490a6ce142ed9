//! Tags of schedule groups; schedules have none.

use serde_json::{Value, json};

use super::missing;
use super::store::{Group, Scheduler};
use crate::sandbox::services::input::Input;
use crate::sandbox::services::{AwsError, Call, tag_set};

fn find<'a>(call: &'a mut Call<'_>, fields: Input<'_>) -> Result<&'a mut Group, AwsError> {
    let arn = fields.required_text("ResourceArn", "resourceArn")?;
    let Some((_, name)) = arn.split_once(":schedule-group/") else {
        let rule = "Member must satisfy regular expression pattern: ^arn:aws(-[a-z]+)?:scheduler:[a-z0-9\\-]+:\\d{12}:schedule-group\\/[0-9a-zA-Z-_.]+$";
        return Err(AwsError::constraint(&format!("'{arn}'"), "resourceArn", rule));
    };
    call.region().scheduler.groups.get_mut(name).ok_or_else(|| missing("Schedule group", name))
}

/// `TagResource`.
pub(crate) fn tag(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let added = tag_set::read_list(Input(input), "Tags")?;
    tag_set::add(&mut find(call, Input(input))?.tags, added)?;
    Ok(json!({}))
}

/// `UntagResource`; of one key the query holds a text, of several a list.
pub(crate) fn untag(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let keys = match input.get("TagKeys") {
        Some(Value::String(key)) => vec![key.as_str()],
        _ => Input(input).texts("TagKeys")?,
    };
    tag_set::remove(&mut find(call, Input(input))?.tags, &keys);
    Ok(json!({}))
}

/// `ListTagsForResource`.
pub(super) fn list(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    Ok(json!({ "Tags": tag_set::listed(find(call, Input(input))?.tags.as_ref()) }))
}

/// The ARNs and the tags of all groups that have been tagged at any time.
pub(crate) fn ever_tagged(scheduler: &Scheduler) -> impl Iterator<Item = (String, Value)> {
    scheduler.groups.values().filter_map(|group| Some((group.arn.clone(), tag_set::listed(Some(group.tags.as_ref()?)))))
}

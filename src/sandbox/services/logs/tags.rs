//! Tags of log groups, which are maps here.

use serde_json::{Value, json};

use super::groups::Group;
use super::{invalid, missing, name_of};
use crate::sandbox::services::input::Input;
use crate::sandbox::services::{AwsError, Call, tag_set};

fn find<'a>(call: &'a mut Call<'_>, fields: Input<'_>, member: &str) -> Result<&'a mut Group, AwsError> {
    let name = name_of(fields.required_text(member, member)?).to_owned();
    call.region().logs.get_mut(&name).ok_or_else(missing)
}

/// `TagResource`.
pub(crate) fn tag(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let added = tag_set::read_map(Input(input), "tags").map_err(|error| invalid(error.message))?;
    let group = find(call, Input(input), "resourceArn")?;
    tag_set::add(&mut group.tags, added).map_err(|error| AwsError::service("TooManyTagsException", error.message))?;
    Ok(json!({}))
}

/// `UntagResource`.
pub(crate) fn untag(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let keys = Input(input).texts("tagKeys")?;
    tag_set::remove(&mut find(call, Input(input), "resourceArn")?.tags, &keys);
    Ok(json!({}))
}

/// `ListTagsForResource`.
pub(super) fn list(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    Ok(json!({ "tags": find(call, Input(input), "resourceArn")?.tags.clone().unwrap_or_default() }))
}

/// `ListTagsLogGroup`, the older one.
pub(super) fn list_of_group(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    Ok(json!({ "tags": find(call, Input(input), "logGroupName")?.tags.clone().unwrap_or_default() }))
}

/// The ARN and the tags of a group that has been tagged at any time.
pub(crate) fn ever_tagged(group: &Group) -> Option<(String, Value)> {
    Some((group.arn.clone(), tag_set::listed(Some(group.tags.as_ref()?))))
}

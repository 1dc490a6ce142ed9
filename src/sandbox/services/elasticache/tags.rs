//! Tags of replication groups.

use serde_json::{Value, json};

use super::groups::{Group, Groups, live};
use super::{fault, required};
use crate::sandbox::services::input::Input;
use crate::sandbox::services::{AwsError, Call, tag_set};

fn find<'a>(call: &'a mut Call<'_>, fields: Input<'_>) -> Result<&'a mut Group, AwsError> {
    let arn = required(fields, "ResourceName")?.to_owned();
    let Some((_, name)) = arn.split_once(":replicationgroup:") else {
        return Err(fault("InvalidARN", 400, format!("The ARN {arn} is not one of a replication group")));
    };
    let not_found = || fault("ReplicationGroupNotFoundFault", 404, format!("ReplicationGroup {name} not found."));
    live(call).get_mut(name).ok_or_else(not_found)
}

/// `AddTagsToResource`; answers all tags that there are then.
pub(crate) fn tag(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let added = tag_set::read_list(Input(input), "Tags")?;
    let group = find(call, Input(input))?;
    tag_set::add(&mut group.tags, added).map_err(|error| fault("TagQuotaPerResourceExceeded", 400, error.message))?;
    Ok(json!({ "TagList": tag_set::listed(group.tags.as_ref()) }))
}

/// `RemoveTagsFromResource`.
pub(crate) fn untag(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let keys = Input(input).texts("TagKeys")?;
    let group = find(call, Input(input))?;
    tag_set::remove(&mut group.tags, &keys);
    Ok(json!({ "TagList": tag_set::listed(group.tags.as_ref()) }))
}

/// `ListTagsForResource`.
pub(super) fn list(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    Ok(json!({ "TagList": tag_set::listed(find(call, Input(input))?.tags.as_ref()) }))
}

/// The ARNs and the tags of all groups that have been tagged at any time.
pub(crate) fn ever_tagged(groups: &Groups) -> impl Iterator<Item = (String, Value)> {
    groups.values().filter_map(|group| Some((group.arn.clone(), tag_set::listed(Some(group.tags.as_ref()?)))))
}

//! Tags of policies, which are maps here.

use serde_json::{Value, json};

use super::policies::{Policies, Policy};
use super::{invalid, missing};
use crate::sandbox::services::input::Input;
use crate::sandbox::services::{AwsError, Call, tag_set};

fn find<'a>(call: &'a mut Call<'_>, fields: Input<'_>) -> Result<&'a mut Policy, AwsError> {
    let arn = fields.required_text("ResourceArn", "resourceArn")?.to_owned();
    let id = arn.split_once(":policy/").map(|(_, id)| id).ok_or_else(|| invalid(format!("Invalid ARN {arn}")))?;
    call.region().dlm.get_mut(id).ok_or_else(|| missing(id))
}

/// `TagResource`.
pub(crate) fn tag(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let added = tag_set::read_map(Input(input), "Tags").map_err(|error| invalid(error.message))?;
    tag_set::add(&mut find(call, Input(input))?.tags, added).map_err(|error| invalid(error.message))?;
    Ok(json!({}))
}

/// `UntagResource`; of one key the query holds a text, of several a list.
pub(crate) fn untag(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let keys = match input.get("tagKeys") {
        Some(Value::String(key)) => vec![key.as_str()],
        _ => Input(input).texts("tagKeys")?,
    };
    tag_set::remove(&mut find(call, Input(input))?.tags, &keys);
    Ok(json!({}))
}

/// `ListTagsForResource`.
pub(super) fn list(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    Ok(json!({ "Tags": find(call, Input(input))?.tags.clone().unwrap_or_default() }))
}

/// The ARNs and the tags of all policies that have been tagged at any time.
pub(crate) fn ever_tagged(policies: &Policies) -> impl Iterator<Item = (String, Value)> {
    policies.values().filter_map(|policy| Some((policy.arn.clone(), tag_set::listed(Some(policy.tags.as_ref()?)))))
}

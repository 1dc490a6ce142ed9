//! Tags of objects.

use serde_json::Value;

use super::ask::{Ask, Said};
use super::objects::wanted;
use super::tagging::{read, tag_set};
use super::version::{NULL_ID, Version};
use super::{Call, errors, find, find_mut, shapes};
use crate::sandbox::services::AwsError;

/// The most tags that an object can have.
const MAX_TAGS: usize = 10;

/// `GetObjectTagging`.
pub(super) fn get(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let ask = Ask(input);
    let version = wanted(find(call, ask)?, ask.key(), ask.query("versionId"))?;
    Said::document("Tagging", tag_set(&version.tags)).maybe("x-amz-version-id", shown(version)).done()
}

/// `PutObjectTagging`.
pub(super) fn put(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let ask = Ask(input);
    let tags = read(&ask.document("Tagging", &shapes::TAGGING)?["TagSet"])?;
    if tags.len() > MAX_TAGS {
        return Err(errors::error(400, "BadRequest", format!("Object tags cannot be greater than {MAX_TAGS}")));
    }
    let version = target(call, ask)?;
    version.tags = tags;
    Said::ok().maybe("x-amz-version-id", shown(version)).done()
}

/// `DeleteObjectTagging`.
pub(super) fn delete(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let version = target(call, Ask(input))?;
    version.tags.clear();
    Said::no_content().maybe("x-amz-version-id", shown(version)).done()
}

/// The version that a request is about, to change.
fn target<'a>(call: &'a mut Call<'_>, ask: Ask<'_>) -> Result<&'a mut Version, AwsError> {
    let id = ask.query("versionId").filter(|id| !id.is_empty());
    wanted(find(call, ask)?, ask.key(), id)?;
    let missing = || errors::error(404, "NoSuchKey", "The specified key does not exist.");
    find_mut(call, ask)?.version_mut(ask.key(), id).ok_or_else(missing)
}

fn shown(version: &Version) -> Option<&str> {
    (version.id != NULL_ID).then_some(version.id.as_str())
}

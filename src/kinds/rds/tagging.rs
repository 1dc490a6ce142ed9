//! Tags of what backstay makes in RDS.

use super::RDS;
use crate::aws::untyped::{Answer as _, Operation};
use crate::aws::{CallFailed, Connection};
use crate::kinds::tags::Retag;
use crate::kinds::{ChangeFailed, ChangeRequest};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

static LIST: Operation = RDS.operation("ListTagsForResource");
static TAG: Operation = RDS.operation("AddTagsToResource");
static UNTAG: Operation = RDS.operation("RemoveTagsFromResource");

/// All tags of a thing.
pub(in crate::kinds) async fn list(connection: &Connection, region: &str, arn: &str) -> Result<BTreeMap<String, String>, CallFailed> {
    let answer = connection.ask(&LIST, region, json!({ "ResourceName": arn })).await?;
    Ok(read(&answer, "TagList"))
}

/// The tags in a member of an answer.
pub(in crate::kinds) fn read(answer: &Json, member: &str) -> BTreeMap<String, String> {
    answer.items(member).into_iter().filter_map(|tag| Some((tag.text("Key")?, tag.text("Value").unwrap_or_default()))).collect()
}

/// Tags as RDS takes them.
pub(in crate::kinds) fn sent(tags: impl IntoIterator<Item = (String, String)>) -> Json {
    tags.into_iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect()
}

/// Puts tags on a thing and takes others off.
pub(in crate::kinds) async fn retag(request: &ChangeRequest<'_>, arn: &str) -> Result<(), ChangeFailed> {
    let (connection, region) = (request.connection, request.id.region.as_str());
    let retag = Retag::of(request);
    if !retag.on.is_empty() {
        connection.ask(&TAG, region, json!({ "ResourceName": arn, "Tags": sent(retag.on) })).await?;
    }
    if !retag.off.is_empty() {
        connection.ask(&UNTAG, region, json!({ "ResourceName": arn, "TagKeys": retag.off })).await?;
    }
    Ok(())
}

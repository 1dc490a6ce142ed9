//! What the kinds of CloudWatch share: its client, and the calls for tags.

use super::ChangeFailed;
use super::ChangeRequest;
use super::tags::Retag;
use crate::aws::{CallFailed, Connection};
use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::types::Tag;
use std::collections::BTreeMap;
use std::sync::Arc;

const LIST_TAGS: &str = "cloudwatch:ListTagsForResource";
const TAG: &str = "cloudwatch:TagResource";
const UNTAG: &str = "cloudwatch:UntagResource";

/// The client for a region.
pub(super) fn client(connection: &Connection, region: &str) -> Arc<Client> {
    connection.client("cloudwatch", region, |config, witness| {
        Client::from_conf(aws_sdk_cloudwatch::config::Builder::from(config).interceptor(witness).build())
    })
}

/// Tags as calls take them.
pub(super) fn listed(tags: BTreeMap<String, String>) -> Vec<Tag> {
    tags.into_iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}

/// The tags of a thing.
///
/// # Errors
///
/// The call failed for good.
pub(super) async fn list_tags(connection: &Connection, client: &Client, arn: &str) -> Result<BTreeMap<String, String>, CallFailed> {
    let answer = connection.call(LIST_TAGS, client.list_tags_for_resource().resource_arn(arn).send()).await?;
    let tags = answer.tags.unwrap_or_default().into_iter();
    Ok(tags.filter_map(|tag| Some((tag.key?, tag.value.unwrap_or_default()))).collect())
}

/// Puts on and takes off the tags that the changes of a request do, the ownership mark among them.
///
/// # Errors
///
/// A call failed for good.
pub(super) async fn retag(request: &ChangeRequest<'_>, client: &Client, arn: &str) -> Result<(), ChangeFailed> {
    let retag = Retag::of(request);
    if !retag.on.is_empty() {
        let call = client.tag_resource().resource_arn(arn).set_tags(Some(listed(retag.on)));
        request.connection.call(TAG, call.send()).await?;
    }
    if !retag.off.is_empty() {
        let call = client.untag_resource().resource_arn(arn).set_tag_keys(Some(retag.off.into_iter().collect()));
        request.connection.call(UNTAG, call.send()).await?;
    }
    Ok(())
}

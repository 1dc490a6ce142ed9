//! What the kinds of AWS Backup share: the client, and the tags of its things.

use super::{ChangeFailed, ChangeRequest, tags};
use crate::aws::{CallFailed, Connection};
use aws_sdk_backup::Client;
use std::collections::BTreeMap;
use std::sync::Arc;

const LIST_TAGS: &str = "backup:ListTags";
const TAG: &str = "backup:TagResource";
const UNTAG: &str = "backup:UntagResource";

/// A client of AWS Backup.
pub(super) fn client(connection: &Connection, region: &str) -> Arc<Client> {
    connection.client("backup", region, |config, witness| {
        Client::from_conf(aws_sdk_backup::config::Builder::from(config).interceptor(witness).build())
    })
}

/// All tags of a thing of AWS Backup.
pub(super) async fn list_tags(connection: &Connection, client: &Client, arn: &str) -> Result<BTreeMap<String, String>, CallFailed> {
    let mut tags = BTreeMap::new();
    let mut from: Option<String> = None;
    loop {
        let page = connection.call(LIST_TAGS, client.list_tags().resource_arn(arn).set_next_token(from.take()).send()).await?;
        tags.extend(page.tags.unwrap_or_default());
        from = page.next_token;
        if from.is_none() {
            return Ok(tags);
        }
    }
}

/// Puts tags on a thing of AWS Backup and takes others off.
pub(super) async fn retag(request: &ChangeRequest<'_>, client: &Client, arn: &str) -> Result<(), ChangeFailed> {
    let retag = tags::Retag::of(request);
    if !retag.on.is_empty() {
        let call = client.tag_resource().resource_arn(arn).set_tags(Some(retag.on.into_iter().collect()));
        request.connection.call(TAG, call.send()).await?;
    }
    if !retag.off.is_empty() {
        let call = client.untag_resource().resource_arn(arn).set_tag_key_list(Some(retag.off.into_iter().collect()));
        request.connection.call(UNTAG, call.send()).await?;
    }
    Ok(())
}

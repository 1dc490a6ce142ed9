//! What the kinds of AWS Backup share: the client, the tags of its things, and the names of requests that make one.

use super::{ChangeFailed, ChangeRequest, MakeRequest, tags};
use crate::aws::{CallFailed, Connection};
use aws_sdk_backup::Client;
use std::collections::BTreeMap;
use std::hash::{BuildHasher as _, RandomState};
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

/// Names this one request, so that a retry after a lost answer finds what was made instead of making a second one.
///
/// It is random beside the block's address and the document: AWS does not say that it forgets the id of a thing that was deleted, and
/// whoever makes the same thing anew, or goes back to an earlier one, must not be answered with that one. A later run needs no id, as it
/// finds what was made by its mark, or in what it is a part of.
pub(super) fn request_id(request: &MakeRequest<'_>, document: &impl std::fmt::Debug) -> String {
    format!("backstay-{:016x}", RandomState::new().hash_one((&request.mark.address, format!("{document:?}"))))
}

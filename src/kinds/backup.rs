//! What the kinds of AWS Backup share: the client, and the tags of its things.

use super::{ChangeFailed, ChangeRequest, Found, ReadRequest, tags};
use crate::aws::{CallFailed, Connection};
use crate::model::{KindSpec, Live, Reading, ResourceId};
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

/// What reading found of a kind of which there is one: its settings, or that none of those that are asked for is known.
pub(super) fn single(request: &ReadRequest<'_>, spec: &KindSpec, name: &str, read: Result<BTreeMap<String, Reading>, CallFailed>) -> Found {
    let (connection, mut found) = (request.connection, Found::default());
    let region = connection.identity.region.clone();
    let id =
        ResourceId { kind: spec.name.to_owned(), target: connection.target.name.clone(), region: region.clone(), name: name.to_owned() };
    let mut live = Live { id, ..Live::default() };
    let asked = request.wishes.values().flat_map(|wish| &wish.settings);
    match read {
        Ok(settings) => {
            live.settings = asked.map(|path| (path.clone(), Reading::Unset)).collect();
            live.settings.extend(settings);
        }
        Err(failed) => {
            let unreadable = || Reading::Unreadable { cause: failed.sentence(&region) };
            live.settings = asked.map(|path| (path.clone(), unreadable())).collect();
            found.gaps.push(connection.gap(&region, Some(spec.name), Some(name), &failed));
        }
    }
    found.live.push(live);
    (request.done)();
    found
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

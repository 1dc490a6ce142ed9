//! The calls: one for each vault that reads its notifications, one that puts them, one that takes them off.

use super::{EVENTS, SPEC, TOPIC};
use crate::aws::{CallFailed, Connection};
use crate::kinds::{ChangeFailed, ChangeRequest, FindRequest, Flat, Found, MakeRequest, RemoveRequest, WholeAws, backup};
use crate::model::{Reading, Value};
use aws_sdk_backup::types::BackupVaultEvent;
use futures_util::future::BoxFuture;
use std::collections::BTreeMap;

const GET: &str = "backup:GetBackupVaultNotifications";
const PUT: &str = "backup:PutBackupVaultNotifications";
const DELETE: &str = "backup:DeleteBackupVaultNotifications";

/// The calls.
pub(super) struct NotificationCalls;

impl WholeAws for NotificationCalls {
    fn find<'a>(&'a self, request: FindRequest<'a>) -> BoxFuture<'a, Found> {
        Box::pin(async move {
            let region = request.connection.identity.region.as_str();
            backup::find_parts(&request, &SPEC, |vault| read(request.connection, region, vault)).await
        })
    }

    fn make<'a>(&'a self, request: MakeRequest<'a>) -> BoxFuture<'a, Result<BTreeMap<String, Value>, ChangeFailed>> {
        Box::pin(async move {
            let vault = request.parent.ok_or_else(|| CallFailed::not_understood(PUT, "its vault is not there"))?;
            put(request.connection, &request.id.region, vault, &Flat::of_wanted(request.wanted)).await?;
            Ok(BTreeMap::new())
        })
    }

    fn change<'a>(&'a self, request: ChangeRequest<'a>) -> BoxFuture<'a, Result<(), ChangeFailed>> {
        Box::pin(async move {
            let now = read(request.connection, &request.id.region, request.id.name.clone()).await?.unwrap_or_default();
            request.refuse_if_moved(&now, request.changes)?;
            let notifications = Flat::of_readings(&now).with(request.changes);
            put(request.connection, &request.id.region, &request.id.name, &notifications).await
        })
    }

    fn remove<'a>(&'a self, request: RemoveRequest<'a>) -> BoxFuture<'a, Result<(), ChangeFailed>> {
        Box::pin(async move {
            let client = backup::client(request.connection, &request.id.region);
            let call = client.delete_backup_vault_notifications().backup_vault_name(&request.id.name);
            match request.connection.call(DELETE, call.send()).await {
                Ok(_) => Ok(()),
                Err(failed) if failed.is("ResourceNotFoundException") => Ok(()),
                Err(failed) => Err(failed.into()),
            }
        })
    }
}

/// Reads the notifications of a vault; none where it has none.
async fn read(connection: &Connection, region: &str, vault: String) -> Result<Option<BTreeMap<String, Reading>>, CallFailed> {
    let client = backup::client(connection, region);
    let answer = match connection.call(GET, client.get_backup_vault_notifications().backup_vault_name(vault).send()).await {
        Ok(answer) => answer,
        Err(failed) if failed.is("ResourceNotFoundException") => return Ok(None),
        Err(failed) => return Err(failed),
    };
    let Some(topic) = answer.sns_topic_arn() else { return Ok(None) };
    let events = Value::set(answer.backup_vault_events().iter().map(|event| Value::from(event.as_str())));
    let known = |path: &str, value: Value| (path.to_owned(), Reading::Known(value));
    Ok(Some(BTreeMap::from([known(TOPIC, Value::from(topic)), known(EVENTS, events)])))
}

async fn put(connection: &Connection, region: &str, vault: &str, notifications: &Flat) -> Result<(), ChangeFailed> {
    let client = backup::client(connection, region);
    let events = notifications.texts(EVENTS).unwrap_or_default().iter().map(|event| BackupVaultEvent::from(event.as_str())).collect();
    let call = client
        .put_backup_vault_notifications()
        .backup_vault_name(vault)
        .set_sns_topic_arn(notifications.text(TOPIC))
        .set_backup_vault_events(Some(events));
    connection.call(PUT, call.send()).await?;
    Ok(())
}

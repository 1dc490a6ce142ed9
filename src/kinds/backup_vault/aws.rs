//! The calls: `ListBackupVaults` tells all of every vault but its tags.

use super::{KEY, NAME, SPEC};
use crate::aws::Connection;
use crate::kinds::{ChangeFailed, ChangeRequest, FindRequest, Found, MakeRequest, RemoveRequest, WholeAws, backup};
use crate::model::{Live, Reading, ResourceId, Value};
use aws_sdk_backup::types::BackupVaultListMember;
use futures_util::future::BoxFuture;
use std::collections::BTreeMap;

const CREATE: &str = "backup:CreateBackupVault";

/// The calls.
pub(super) struct VaultCalls;

impl WholeAws for VaultCalls {
    fn find<'a>(&'a self, request: FindRequest<'a>) -> BoxFuture<'a, Found> {
        Box::pin(backup::find_vaults(request, &SPEC, false, settings))
    }

    fn make<'a>(&'a self, request: MakeRequest<'a>) -> BoxFuture<'a, Result<BTreeMap<String, Value>, ChangeFailed>> {
        Box::pin(make(request))
    }

    fn change<'a>(&'a self, request: ChangeRequest<'a>) -> BoxFuture<'a, Result<(), ChangeFailed>> {
        Box::pin(async move {
            let client = backup::client(request.connection, &request.id.region);
            let arn = arn(request.connection, request.id);
            backup::retag(&request, &client, &arn).await
        })
    }

    fn remove<'a>(&'a self, request: RemoveRequest<'a>) -> BoxFuture<'a, Result<(), ChangeFailed>> {
        Box::pin(backup::remove_vault(request.connection, request.id))
    }
}

fn arn(connection: &Connection, id: &ResourceId) -> String {
    SPEC.arn(&id.region, &connection.identity.account, &id.name).unwrap_or_default()
}

fn settings(vault: &BackupVaultListMember) -> Vec<(&'static str, Reading)> {
    let known = |text: Option<&str>| text.map_or(Reading::Unset, |text| Reading::Known(Value::from(text)));
    vec![(NAME, known(vault.backup_vault_name())), (KEY, known(vault.encryption_key_arn()))]
}

async fn make(request: MakeRequest<'_>) -> Result<BTreeMap<String, Value>, ChangeFailed> {
    let client = backup::client(request.connection, &request.id.region);
    let call = client
        .create_backup_vault()
        .backup_vault_name(&request.id.name)
        .set_encryption_key_arn(request.wanted(KEY).and_then(Value::as_str).map(str::to_owned))
        .set_backup_vault_tags(Some(request.tags().into_iter().collect()));
    request.connection.call(CREATE, call.send()).await?;
    Ok(BTreeMap::from([(Live::ID.to_owned(), Value::from(request.id.name.as_str()))]))
}

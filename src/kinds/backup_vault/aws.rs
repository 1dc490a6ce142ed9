//! The calls: `ListBackupVaults` tells all of every vault but its tags, in one call for a thousand of them.

use super::{KEY, NAME, RECOVERY_POINTS, SPEC};
use crate::aws::{CallFailed, Connection};
use crate::kinds::{ChangeFailed, ChangeRequest, FindRequest, Found, MakeRequest, RemoveRequest, WholeAws, backup, tags};
use crate::model::{Live, Mark, Reading, ResourceId, Value};
use aws_sdk_backup::Client;
use aws_sdk_backup::types::BackupVaultListMember;
use futures_util::future::{BoxFuture, join_all};
use std::collections::{BTreeMap, BTreeSet};

const LIST: &str = "backup:ListBackupVaults";
const CREATE: &str = "backup:CreateBackupVault";
const DELETE: &str = "backup:DeleteBackupVault";

/// The calls.
pub(super) struct VaultCalls;

impl WholeAws for VaultCalls {
    fn find<'a>(&'a self, request: FindRequest<'a>) -> BoxFuture<'a, Found> {
        Box::pin(find(request))
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
        Box::pin(async move {
            let client = backup::client(request.connection, &request.id.region);
            let call = client.delete_backup_vault().backup_vault_name(&request.id.name);
            match request.connection.call(DELETE, call.send()).await {
                Ok(_) => Ok(()),
                Err(failed) if failed.is("ResourceNotFoundException") => Ok(()),
                Err(failed) => Err(failed.into()),
            }
        })
    }
}

fn arn(connection: &Connection, id: &ResourceId) -> String {
    SPEC.arn(&id.region, &connection.identity.account, &id.name).unwrap_or_default()
}

async fn find(request: FindRequest<'_>) -> Found {
    let connection = request.connection;
    let region = connection.identity.region.clone();
    let client = backup::client(connection, &region);
    let mut found = Found::default();
    let vaults = match list(connection, &client).await {
        Ok(vaults) => vaults,
        Err(failed) => {
            found.gaps.push(connection.gap(&region, Some(SPEC.name), None, &failed));
            return found;
        }
    };
    let listed: BTreeSet<&str> = vaults.iter().filter_map(BackupVaultListMember::backup_vault_name).collect();
    let missing = request.needed.iter().filter(|name| !listed.contains(name.as_str()));
    found.absent.extend(missing.map(|name| id(connection, name)));
    let marked: BTreeSet<&str> = request.marked.iter().map(|thing| thing.arn.as_str()).collect();
    let mut sought = Vec::new();
    for vault in &vaults {
        let (Some(name), Some(arn)) = (vault.backup_vault_name(), vault.backup_vault_arn()) else { continue };
        if marked.contains(arn) || request.names.contains(name) {
            sought.push((vault, name, arn));
        }
    }
    let tags = join_all(sought.iter().map(|(_, _, arn)| backup::list_tags(connection, &client, arn))).await;
    for ((vault, name, arn), tags) in sought.into_iter().zip(tags) {
        match tags {
            // The tagging API lags: what it still shows may have been released.
            Ok(tags) => found.live.extend(Some(live(connection, vault, name, arn, tags)).filter(|live| request.is_sought(live))),
            Err(failed) => {
                // Without its tags nobody knows whose it is.
                found.gaps.push(connection.gap(&region, Some(SPEC.name), None, &failed));
            }
        }
    }
    found
}

async fn list(connection: &Connection, client: &Client) -> Result<Vec<BackupVaultListMember>, CallFailed> {
    let mut vaults = Vec::new();
    let mut from: Option<String> = None;
    loop {
        let page = connection.call(LIST, client.list_backup_vaults().set_next_token(from.take()).send()).await?;
        vaults.extend(page.backup_vault_list.unwrap_or_default());
        from = page.next_token;
        if from.is_none() {
            return Ok(vaults);
        }
    }
}

fn id(connection: &Connection, name: &str) -> ResourceId {
    ResourceId {
        kind: SPEC.name.to_owned(),
        target: connection.target.name.clone(),
        region: connection.identity.region.clone(),
        name: name.to_owned(),
    }
}

fn live(connection: &Connection, vault: &BackupVaultListMember, name: &str, arn: &str, mut tags: BTreeMap<String, String>) -> Live {
    let mut live = Live { id: id(connection, name), arn: Some(arn.to_owned()), mark: Mark::take(&mut tags), ..Live::default() };
    let key = vault.encryption_key_arn().map_or(Reading::Unset, |key| Reading::Known(Value::from(key)));
    live.set([(NAME, Reading::Known(Value::from(name))), (KEY, key), (tags::PATH, tags::reading(&tags))]);
    live.facts.insert(RECOVERY_POINTS.to_owned(), Value::from(vault.number_of_recovery_points()));
    live
}

async fn make(request: MakeRequest<'_>) -> Result<BTreeMap<String, Value>, ChangeFailed> {
    let client = backup::client(request.connection, &request.id.region);
    let call = client
        .create_backup_vault()
        .backup_vault_name(&request.id.name)
        .set_encryption_key_arn(request.wanted(KEY).and_then(Value::as_str).map(str::to_owned))
        .set_backup_vault_tags(Some(request.tags().into_iter().collect()));
    request.connection.call(CREATE, call.send()).await?;
    Ok(BTreeMap::new())
}

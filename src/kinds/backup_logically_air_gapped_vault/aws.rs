//! The calls: `ListBackupVaults` tells all of every vault but its tags; making one takes AWS a while.

use super::{KEY, NAME, SPEC};
use crate::aws::{CallFailed, Connection};
use crate::kinds::vaults::{MAX_DAYS, MIN_DAYS};
use crate::kinds::{ChangeFailed, ChangeRequest, FindRequest, Found, MakeRequest, RemoveRequest, WholeAws, backup};
use crate::model::{Live, Reading, ResourceId, Value};
use aws_sdk_backup::types::{BackupVaultListMember, VaultState};
use futures_util::future::BoxFuture;
use std::collections::BTreeMap;
use std::time::Duration;

const CREATE: &str = "backup:CreateLogicallyAirGappedBackupVault";
const DESCRIBE: &str = "backup:DescribeBackupVault";

/// How long a new vault is waited for, and how often it is looked at.
const PATIENCE_MINUTES: u64 = 10;
const PAUSE: Duration = Duration::from_secs(1);

/// The calls.
pub(super) struct AirGappedCalls;

impl WholeAws for AirGappedCalls {
    fn find<'a>(&'a self, request: FindRequest<'a>) -> BoxFuture<'a, Found> {
        Box::pin(backup::find_vaults(request, &SPEC, true, settings))
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
    let text = |text: Option<&str>| text.map_or(Reading::Unset, |text| Reading::Known(Value::from(text)));
    let days = |days: Option<i64>| days.map_or(Reading::Unset, |days| Reading::Known(Value::from(days)));
    vec![
        (NAME, text(vault.backup_vault_name())),
        (MIN_DAYS, days(vault.min_retention_days())),
        (MAX_DAYS, days(vault.max_retention_days())),
        (KEY, text(vault.encryption_key_arn())),
    ]
}

async fn make(request: MakeRequest<'_>) -> Result<BTreeMap<String, Value>, ChangeFailed> {
    let client = backup::client(request.connection, &request.id.region);
    let days = |setting: &str| request.wanted(setting).and_then(Value::as_i64);
    let call = client
        .create_logically_air_gapped_backup_vault()
        .backup_vault_name(&request.id.name)
        .set_min_retention_days(days(MIN_DAYS))
        .set_max_retention_days(days(MAX_DAYS))
        .set_encryption_key_arn(request.wanted(KEY).and_then(Value::as_str).map(str::to_owned))
        .set_backup_vault_tags(Some(request.tags().into_iter().collect()));
    let made = request.connection.call(CREATE, call.send()).await?;
    let mut state = made.vault_state().cloned();
    let mut spent = Duration::ZERO;
    while state == Some(VaultState::Creating) {
        let what = "waiting for the vault, which is CREATING";
        if spent.as_secs() >= PATIENCE_MINUTES * 60 {
            return Err(ChangeFailed::NotReady { state: what.to_owned(), minutes: PATIENCE_MINUTES });
        }
        (request.waiting)(what);
        tokio::time::sleep(PAUSE).await;
        spent += PAUSE;
        let call = client.describe_backup_vault().backup_vault_name(&request.id.name);
        state = request.connection.call(DESCRIBE, call.send()).await?.vault_state().cloned();
    }
    if state == Some(VaultState::Failed) {
        return Err(CallFailed::not_understood(CREATE, "AWS Backup could not make the vault: it is FAILED").into());
    }
    Ok(BTreeMap::from([(Live::ID.to_owned(), Value::from(request.id.name.as_str()))]))
}

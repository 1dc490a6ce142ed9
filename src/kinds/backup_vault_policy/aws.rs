//! The calls: one for each vault that reads its policy, one that puts it, one that takes it off.

use super::{POLICY, SPEC, canonical};
use crate::aws::{CallFailed, Connection};
use crate::kinds::{ChangeFailed, ChangeRequest, FindRequest, Found, MakeRequest, RemoveRequest, WholeAws, backup};
use crate::model::{Declared, Live, Reading, Value};
use futures_util::future::BoxFuture;
use std::collections::BTreeMap;

const GET: &str = "backup:GetBackupVaultAccessPolicy";
const PUT: &str = "backup:PutBackupVaultAccessPolicy";
const DELETE: &str = "backup:DeleteBackupVaultAccessPolicy";

/// The calls.
pub(super) struct PolicyCalls;

impl WholeAws for PolicyCalls {
    fn find<'a>(&'a self, request: FindRequest<'a>) -> BoxFuture<'a, Found> {
        Box::pin(async move {
            let region = request.connection.identity.region.as_str();
            let read = async |vault| {
                let text = read(request.connection, region, vault).await?;
                text.map(|text| {
                    let written = request.everything.then(|| (Live::written_fact(POLICY), Reading::Known(Value::from(text.as_str()))));
                    Ok(compared(&text)?.into_iter().chain(written).collect())
                })
                .transpose()
            };
            let mut found = backup::find_parts(&request, &SPEC, read).await;
            for live in &mut found.live {
                if let Some((fact, Reading::Known(text))) = live.settings.remove_entry(&Live::written_fact(POLICY)) {
                    live.facts.insert(fact, text);
                }
            }
            found
        })
    }

    fn make<'a>(&'a self, request: MakeRequest<'a>) -> BoxFuture<'a, Result<BTreeMap<String, Value>, ChangeFailed>> {
        Box::pin(async move {
            let vault = request.parent.ok_or_else(|| CallFailed::not_understood(PUT, "its vault is not there"))?;
            put(request.connection, &request.id.region, vault, request.wanted.get(POLICY)).await?;
            Ok(BTreeMap::new())
        })
    }

    fn change<'a>(&'a self, request: ChangeRequest<'a>) -> BoxFuture<'a, Result<(), ChangeFailed>> {
        Box::pin(async move {
            let now = read(request.connection, &request.id.region, request.id.name.clone()).await?;
            let now = now.map(|text| compared(&text)).transpose()?;
            request.refuse_if_moved(&now.unwrap_or_default(), request.changes)?;
            put(request.connection, &request.id.region, &request.id.name, request.wanted.get(POLICY)).await
        })
    }

    fn remove<'a>(&'a self, request: RemoveRequest<'a>) -> BoxFuture<'a, Result<(), ChangeFailed>> {
        Box::pin(async move {
            let client = backup::client(request.connection, &request.id.region);
            let call = client.delete_backup_vault_access_policy().backup_vault_name(&request.id.name);
            match request.connection.call(DELETE, call.send()).await {
                Ok(_) => Ok(()),
                Err(failed) if failed.is("ResourceNotFoundException") => Ok(()),
                Err(failed) => Err(failed.into()),
            }
        })
    }
}

/// Reads the policy of a vault as AWS has it; none where it has none.
async fn read(connection: &Connection, region: &str, vault: String) -> Result<Option<String>, CallFailed> {
    let client = backup::client(connection, region);
    match connection.call(GET, client.get_backup_vault_access_policy().backup_vault_name(vault).send()).await {
        Ok(answer) => Ok(answer.policy),
        Err(failed) if failed.is("ResourceNotFoundException") => Ok(None),
        Err(failed) => Err(failed),
    }
}

/// The settings of a policy as they are compared.
fn compared(text: &str) -> Result<BTreeMap<String, Reading>, CallFailed> {
    let json = serde_json::from_str(text).map_err(|error| CallFailed::not_understood(GET, format!("the policy is no JSON: {error}")))?;
    Ok(BTreeMap::from([(POLICY.to_owned(), Reading::Known(Value::from(canonical(&json).to_string())))]))
}

async fn put(connection: &Connection, region: &str, vault: &str, policy: Option<&Declared>) -> Result<(), ChangeFailed> {
    let text = policy.and_then(|policy| policy.written.as_deref().or(policy.value.as_str()));
    let client = backup::client(connection, region);
    let call = client.put_backup_vault_access_policy().backup_vault_name(vault).set_policy(text.map(str::to_owned));
    connection.call(PUT, call.send()).await?;
    Ok(())
}

//! The calls: `DescribeGlobalSettings` and `UpdateGlobalSettings`, which answer the same in every region.

use super::{SETTINGS, SPEC};
use crate::aws::{CallFailed, Connection};
use crate::kinds::{ChangeFailed, ChangeRequest, Found, KindAws, ReadRequest, backup};
use crate::model::{Reading, Value, path};
use futures_util::future::BoxFuture;
use std::collections::BTreeMap;

const READ: &str = "backup:DescribeGlobalSettings";
/// The code for an account that is in no organization.
const ALONE: &str = "InvalidRequestException";
const WRITE: &str = "backup:UpdateGlobalSettings";

/// The calls.
pub(super) struct GlobalCalls;

impl KindAws for GlobalCalls {
    fn tagging_type(&self) -> &'static str {
        "backup"
    }

    fn list<'a>(&'a self, connection: &'a Connection) -> BoxFuture<'a, Result<Vec<String>, CallFailed>> {
        Box::pin(async move { Ok(vec![connection.identity.account.clone()]) })
    }

    fn read<'a>(&'a self, request: ReadRequest<'a>) -> BoxFuture<'a, Found> {
        Box::pin(async move {
            let read = read(request.connection, &request.connection.identity.region).await;
            let read = read.map_err(|failed| {
                let alone = failed.is(ALONE);
                let hint = if alone { "; these settings exist in an organization only" } else { "" };
                CallFailed { message: format!("{}{hint}", failed.message), ..failed }
            });
            let account = &request.connection.identity.account;
            match read {
                // Where nobody asks for one of them, there are none.
                Err(failed) if failed.is(ALONE) && request.wishes.values().all(|wish| wish.everything) => Found::default(),
                read => backup::single(&request, &SPEC, account, read),
            }
        })
    }

    fn change<'a>(&'a self, request: ChangeRequest<'a>) -> BoxFuture<'a, Result<(), ChangeFailed>> {
        Box::pin(change(request))
    }
}

/// Every setting, by path. AWS writes flags as texts.
async fn read(connection: &Connection, region: &str) -> Result<BTreeMap<String, Reading>, CallFailed> {
    let client = backup::client(connection, region);
    let answer = connection.call(READ, client.describe_global_settings().send()).await?;
    let flags = answer.global_settings.into_iter().flatten();
    let reading = |text: &str| text.parse().map(|on: bool| Reading::Known(Value::Bool(on)));
    let read = |(name, text): (String, String)| match reading(&text.to_ascii_lowercase()) {
        Ok(reading) => Ok((path::keyed(SETTINGS, &name), reading)),
        Err(_) => Err(CallFailed::not_understood(READ, format!("`{name}` is `{text}`, neither true nor false"))),
    };
    flags.map(read).collect()
}

async fn change(request: ChangeRequest<'_>) -> Result<(), ChangeFailed> {
    let region = &request.connection.identity.region;
    let now = read(request.connection, region).await?;
    request.refuse_if_moved(&now, request.changes)?;
    let flags = request.changes.iter().filter_map(|change| {
        let (_, name) = path::split_key(&change.setting)?;
        Some((name, change.after.as_bool()?.to_string()))
    });
    let call = backup::client(request.connection, region).update_global_settings().set_global_settings(Some(flags.collect()));
    request.connection.call(WRITE, call.send()).await?;
    Ok(())
}

//! The calls: the listing of vaults tells their locks already, so that finding them takes none; one to put a lock, and one to take it off.

use super::{CHANGEABLE, SPEC};
use crate::aws::{CallFailed, Connection};
use crate::kinds::vaults::{IS_LOCKED, LOCK_DATE, MAX_DAYS, MIN_DAYS};
use crate::kinds::{ChangeFailed, ChangeRequest, FindRequest, Flat, Found, MakeRequest, RemoveRequest, WholeAws, backup};
use crate::model::{Live, Reading, Value};
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use std::collections::BTreeMap;

const DESCRIBE: &str = "backup:DescribeBackupVault";
const PUT: &str = "backup:PutBackupVaultLockConfiguration";
const DELETE: &str = "backup:DeleteBackupVaultLockConfiguration";

/// The fewest days that AWS takes for changing a lock.
const LEAST_DAYS: i64 = 3;

/// The calls.
pub(super) struct LockCalls;

impl WholeAws for LockCalls {
    fn find<'a>(&'a self, request: FindRequest<'a>) -> BoxFuture<'a, Found> {
        let locked = request.parents.iter().chain(&request.others).filter(|vault| vault.facts.contains_key(IS_LOCKED));
        let mut found = Found { live: locked.map(|vault| live(vault)).collect(), ..Found::default() };
        for lock in found.live.iter_mut().filter(|lock| request.everything && lock.facts.contains_key(LOCK_DATE)) {
            // Of the days AWS tells none, and any number is what a lock with a date has.
            lock.set([(CHANGEABLE, Reading::Known(Value::from(LEAST_DAYS)))]);
        }
        Box::pin(async move { found })
    }

    fn make<'a>(&'a self, request: MakeRequest<'a>) -> BoxFuture<'a, Result<BTreeMap<String, Value>, ChangeFailed>> {
        Box::pin(async move {
            let vault = request.parent.ok_or_else(|| CallFailed::not_understood(PUT, "its vault is not there"))?;
            put(request.connection, &request.id.region, vault, &Flat::of_wanted(request.wanted)).await?;
            Ok(BTreeMap::new())
        })
    }

    fn change<'a>(&'a self, request: ChangeRequest<'a>) -> BoxFuture<'a, Result<(), ChangeFailed>> {
        Box::pin(change(request))
    }

    fn remove<'a>(&'a self, request: RemoveRequest<'a>) -> BoxFuture<'a, Result<(), ChangeFailed>> {
        Box::pin(async move {
            let client = backup::client(request.connection, &request.id.region);
            let call = client.delete_backup_vault_lock_configuration().backup_vault_name(&request.id.name);
            match request.connection.call(DELETE, call.send()).await {
                Ok(_) => Ok(()),
                Err(failed) if failed.is("ResourceNotFoundException") => Ok(()),
                Err(failed) => Err(failed.into()),
            }
        })
    }
}

fn live(vault: &Live) -> Live {
    let days = |fact: &str| vault.facts.get(fact).and_then(Value::as_i64);
    let date = vault.fact(LOCK_DATE);
    let mut live = backup::part(&SPEC, vault, settings(days(MIN_DAYS), days(MAX_DAYS), date));
    live.facts.extend(date.map(|date| (LOCK_DATE.to_owned(), Value::from(date))));
    live
}

/// What a lock reads as; of the days to change it AWS tells the date that came of them.
fn settings(min: Option<i64>, max: Option<i64>, date: Option<&str>) -> BTreeMap<String, Reading> {
    let days = |days: Option<i64>| days.map_or(Reading::Unset, |days| Reading::Known(Value::from(days)));
    let until = date.map_or(Reading::Unset, |date| Reading::Known(Value::from(format!("until {date}"))));
    BTreeMap::from([(MIN_DAYS.to_owned(), days(min)), (MAX_DAYS.to_owned(), days(max)), (CHANGEABLE.to_owned(), until)])
}

async fn change(request: ChangeRequest<'_>) -> Result<(), ChangeFailed> {
    let client = backup::client(request.connection, &request.id.region);
    let described = client.describe_backup_vault().backup_vault_name(&request.id.name);
    let vault = request.connection.call(DESCRIBE, described.send()).await?;
    let date = vault.lock_date().and_then(|date| Timestamp::from_second(date.secs()).ok()).map(|date| date.to_string());
    let now = settings(vault.min_retention_days(), vault.max_retention_days(), date.as_deref());
    request.refuse_if_moved(&now, request.changes)?;
    let mut lock = Flat::of_readings(&now).with(request.changes);
    // A lock that is put without it is in governance mode.
    if let Some(declared) = request.wanted.get(CHANGEABLE) {
        lock.set(CHANGEABLE, declared.value.clone());
    }
    put(request.connection, &request.id.region, &request.id.name, &lock).await
}

async fn put(connection: &Connection, region: &str, vault: &str, lock: &Flat) -> Result<(), ChangeFailed> {
    let client = backup::client(connection, region);
    let call = client
        .put_backup_vault_lock_configuration()
        .backup_vault_name(vault)
        .set_min_retention_days(lock.whole(MIN_DAYS))
        .set_max_retention_days(lock.whole(MAX_DAYS))
        .set_changeable_for_days(lock.whole(CHANGEABLE));
    connection.call(PUT, call.send()).await?;
    Ok(())
}

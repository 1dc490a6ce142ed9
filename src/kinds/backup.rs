//! What the kinds of AWS Backup share: the client, the tags of its things, the names of requests that make one, and how vaults and their
//! parts are found.

use super::vaults::{IS_LOCKED, LOCK_DATE, MAX_DAYS, MIN_DAYS, RECOVERY_POINTS, STATE};
use super::{ChangeFailed, ChangeRequest, FindRequest, Found, MakeRequest, ReadRequest, tags};
use crate::aws::{CallFailed, Connection};
use crate::model::{Change, KindSpec, Live, Reading, ResourceId, Value};
use aws_sdk_backup::Client;
use aws_sdk_backup::types::{BackupVaultListMember, VaultState, VaultType};
use futures_util::future::{BoxFuture, join_all};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;
use std::time::Duration;

const LIST_TAGS: &str = "backup:ListTags";
const TAG: &str = "backup:TagResource";
const UNTAG: &str = "backup:UntagResource";
const LIST_VAULTS: &str = "backup:ListBackupVaults";
const DELETE_VAULT: &str = "backup:DeleteBackupVault";

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

/// How often, and how many times, it is looked whether AWS has deployed something. A framework of many controls takes minutes.
const DEPLOY_PAUSE: Duration = Duration::from_secs(5);
const DEPLOY_ROUNDS: u64 = 180;

/// The fact that holds the whole ARN of a thing.
const ARN: &str = "arn";

/// A thing of a name of its own, as a listing shows it.
pub(super) struct Named {
    /// Its name.
    pub(super) name: String,
    /// Its ARN.
    pub(super) arn: String,
}

/// Finds the things of a kind that have names of their own, and tags; `read` reads the settings of one, none where it is gone.
pub(super) async fn find_named<R>(
    request: &FindRequest<'_>,
    spec: &KindSpec,
    listed: Result<Vec<Named>, CallFailed>,
    read: impl Fn(String) -> R,
) -> Found
where
    R: Future<Output = Result<Option<BTreeMap<String, Reading>>, CallFailed>>,
{
    let (connection, mut found) = (request.connection, Found::default());
    let region = connection.identity.region.clone();
    let client = client(connection, &region);
    let listed = match listed {
        Ok(listed) => listed,
        Err(failed) => {
            found.gaps.push(connection.gap(&region, Some(spec.name), None, &failed));
            return found;
        }
    };
    let sought = listed.into_iter().filter(|thing| request.is_listed(&thing.name, &thing.arn));
    let one = async |thing: Named| {
        let read = async {
            let Some(settings) = read(thing.name.clone()).await? else { return Ok(None) };
            Ok(Some((settings, list_tags(connection, &client, &thing.arn).await?)))
        };
        (read.await, thing)
    };
    for (outcome, thing) in join_all(sought.map(one)).await {
        match outcome {
            Ok(None) => {}
            Ok(Some((settings, tags))) => {
                let (kind, target) = (spec.name.to_owned(), connection.target.name.clone());
                let id = ResourceId { kind, target, region: region.clone(), name: thing.name.clone() };
                let mut live = Live { id, arn: Some(thing.arn.clone()), settings, ..Live::default() };
                tags::note(&mut live, tags);
                live.facts.insert(ARN.to_owned(), Value::from(thing.arn));
                live.facts.insert(Live::ID.to_owned(), Value::from(thing.name));
                // The tagging API lags: what it still shows may have been released.
                found.live.extend(Some(live).filter(|live| request.is_sought(live)));
            }
            Err(failed) => {
                // Whose it is, or what it says, is not known: without a name the gap stands for the whole search.
                let gap = connection.gap(&region, Some(spec.name), None, &failed);
                found.gaps.push(crate::model::Gap { message: format!("{} {}: {}", spec.title, thing.name, gap.message), ..gap });
            }
        }
    }
    found
}

/// Waits while AWS deploys something; `status` answers the deployment status, none where the thing is gone.
pub(super) async fn deployed<'a>(
    status: impl Fn() -> BoxFuture<'a, Result<Option<String>, CallFailed>>,
    waiting: &(dyn Fn(&str) + Sync),
) -> Result<(), ChangeFailed> {
    for _ in 0..DEPLOY_ROUNDS {
        let Some(state) = status().await?.filter(|state| state.ends_with("_IN_PROGRESS")) else { return Ok(()) };
        waiting(&format!("waiting while AWS Backup has it in {state}"));
        tokio::time::sleep(DEPLOY_PAUSE).await;
    }
    let minutes = DEPLOY_PAUSE.as_secs() * DEPLOY_ROUNDS / 60;
    Err(ChangeFailed::NotReady { state: "being deployed".to_owned(), minutes })
}

/// The whole ARN of a thing that is changed.
pub(super) fn arn<'a>(request: &ChangeRequest<'a>) -> &'a str {
    request.facts.get(ARN).and_then(Value::as_str).unwrap_or_default()
}

/// Whether something was gone already, where that is as good as removing it.
pub(super) fn gone_is_fine<T>(outcome: Result<T, CallFailed>) -> Result<(), ChangeFailed> {
    match outcome {
        Ok(_) => Ok(()),
        Err(failed) if failed.is("ResourceNotFoundException") => Ok(()),
        Err(failed) => Err(failed.into()),
    }
}

/// The changes of a request that are none of the tags or of the owner.
pub(super) fn changes_beside_tags<'a>(request: &ChangeRequest<'a>) -> Vec<&'a Change> {
    let beside = |change: &&&'a Change| ![tags::PATH, Change::OWNER].contains(&change.setting.as_str());
    request.changes.iter().filter(beside).copied().collect()
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

/// Finds vaults of one type: `ListBackupVaults` tells all of every vault but its tags, in one call for a thousand of them, of all types.
///
/// What a vault has beside its tags, `settings` reads out of the listing.
pub(super) async fn find_vaults(
    request: FindRequest<'_>,
    spec: &'static KindSpec,
    is_air_gapped: bool,
    settings: fn(&BackupVaultListMember) -> Vec<(&'static str, Reading)>,
) -> Found {
    let connection = request.connection;
    let region = connection.identity.region.clone();
    let client = client(connection, &region);
    let mut found = Found::default();
    let vaults = match request.listings.once(connection, LIST_VAULTS, list_vaults(connection, &client)).await {
        Ok(vaults) => vaults,
        Err(failed) => {
            found.gaps.push(connection.gap(&region, Some(spec.name), None, &failed));
            return found;
        }
    };
    let marked: BTreeSet<&str> = request.marked.iter().map(|thing| thing.arn.as_str()).collect();
    let mut sought = Vec::new();
    for vault in vaults.iter().filter(|vault| is_of_type(vault, is_air_gapped)) {
        let (Some(name), Some(arn)) = (vault.backup_vault_name(), vault.backup_vault_arn()) else { continue };
        if request.is_listed(name, arn) {
            sought.push((vault, name, arn));
        }
    }
    let is_asked_whose = |name: &str, arn: &str| marked.contains(arn) || !request.needed.contains(name);
    let tags = sought.iter().map(
        async |(_, name, arn)| {
            if is_asked_whose(name, arn) { list_tags(connection, &client, arn).await.map(Some) } else { Ok(None) }
        },
    );
    let tags = join_all(tags).await;
    for ((vault, name, arn), tags) in sought.into_iter().zip(tags) {
        match tags {
            // The tagging API lags: what it still shows may have been released.
            Ok(tags) => {
                let id = id(connection, spec, name);
                let mut live = Live { id, arn: Some(arn.to_owned()), facts: facts(vault, name), ..Live::default() };
                live.set(settings(vault));
                if let Some(tags) = tags {
                    tags::note(&mut live, tags);
                }
                found.live.extend(Some(live).filter(|live| request.is_sought(live)));
            }
            Err(failed) => {
                // Without its tags nobody knows whose it is.
                found.gaps.push(connection.gap(&region, Some(spec.name), None, &failed));
            }
        }
    }
    found
}

fn id(connection: &Connection, spec: &KindSpec, name: &str) -> ResourceId {
    ResourceId {
        kind: spec.name.to_owned(),
        target: connection.target.name.clone(),
        region: connection.identity.region.clone(),
        name: name.to_owned(),
    }
}

/// All vaults of a region, of all types.
pub(super) async fn list_vaults(connection: &Connection, client: &Client) -> Result<Vec<BackupVaultListMember>, CallFailed> {
    let mut vaults = Vec::new();
    let mut from: Option<String> = None;
    loop {
        let page = connection.call(LIST_VAULTS, client.list_backup_vaults().set_next_token(from.take()).send()).await?;
        vaults.extend(page.backup_vault_list.unwrap_or_default());
        from = page.next_token;
        if from.is_none() {
            return Ok(vaults);
        }
    }
}

/// A vault through which those of another account are restored is of neither type.
fn is_of_type(vault: &BackupVaultListMember, is_air_gapped: bool) -> bool {
    match vault.vault_type() {
        Some(VaultType::LogicallyAirGappedBackupVault) => is_air_gapped,
        Some(VaultType::BackupVault) | None => !is_air_gapped,
        Some(_) => false,
    }
}

fn facts(vault: &BackupVaultListMember, name: &str) -> BTreeMap<String, Value> {
    let mut facts = BTreeMap::from([
        (Live::ID.to_owned(), Value::from(name)),
        (RECOVERY_POINTS.to_owned(), Value::from(vault.number_of_recovery_points())),
    ]);
    facts.extend(managed_by(name).map(|by| (Live::MANAGED_BY.to_owned(), Value::from(by))));
    let state = vault.vault_state().filter(|state| **state != VaultState::Available);
    facts.extend(state.map(|state| (STATE.to_owned(), Value::from(state.as_str()))));
    if vault.locked() == Some(true) {
        facts.insert(IS_LOCKED.to_owned(), Value::from(true));
        let date = vault.lock_date().and_then(|date| Timestamp::from_second(date.secs()).ok());
        facts.extend(date.map(|date| (LOCK_DATE.to_owned(), Value::from(date.to_string()))));
        for (fact, days) in [(MIN_DAYS, vault.min_retention_days()), (MAX_DAYS, vault.max_retention_days())] {
            facts.extend(days.map(|days| (fact.to_owned(), Value::from(days))));
        }
    }
    facts
}

/// Which service makes a vault or a plan of this name for itself: names of users hold no slash. The vault `Default` comes with the region, and
/// is the user's to set from then on.
///
/// Source: AWS Backup Developer Guide, "Backup vaults"; EFS User Guide, "Automatic backups".
pub(super) fn managed_by(name: &str) -> Option<&'static str> {
    match name {
        name if name.starts_with("aws/efs/") => Some("elasticfilesystem"),
        name if name.starts_with("aws/") => Some("backup"),
        _ => None,
    }
}

/// Removes a vault. AWS refuses one that is not empty.
pub(super) async fn remove_vault(connection: &Connection, id: &ResourceId) -> Result<(), ChangeFailed> {
    let client = client(connection, &id.region);
    match connection.call(DELETE_VAULT, client.delete_backup_vault().backup_vault_name(&id.name).send()).await {
        Ok(_) => Ok(()),
        Err(failed) if failed.is("ResourceNotFoundException") => Ok(()),
        Err(failed) => Err(failed.into()),
    }
}

/// A part of a vault, known by the vault's name.
pub(super) fn part(spec: &KindSpec, vault: &Live, settings: BTreeMap<String, Reading>) -> Live {
    let id = ResourceId { kind: spec.name.to_owned(), ..vault.id.clone() };
    let mut live = Live { id, settings, ..Live::default() };
    live.facts.extend(vault.fact(Live::ID).map(|id| (Live::PARENT_ID.to_owned(), Value::from(id))));
    live
}

/// Finds the parts of vaults that take a call for each vault; `read` answers `None` where a vault has none.
///
/// Where a call fails, a part that is declared is there with settings that nobody could read; whether another one is there is not known.
pub(super) async fn find_parts<F>(request: &FindRequest<'_>, spec: &'static KindSpec, read: impl Fn(String) -> F) -> Found
where
    F: Future<Output = Result<Option<BTreeMap<String, Reading>>, CallFailed>>,
{
    let connection = request.connection;
    let region = &connection.identity.region;
    let mut found = Found::default();
    let reads = join_all(request.parents.iter().map(|vault| read(vault.id.name.clone()))).await;
    for (vault, outcome) in request.parents.iter().zip(reads) {
        match outcome {
            Ok(settings) => found.live.extend(settings.map(|settings| part(spec, vault, settings))),
            Err(failed) => {
                let gap = connection.gap(region, Some(spec.name), Some(&vault.id.name), &failed);
                if request.names.contains(&vault.id.name) {
                    let unreadable = |path: &str| (path.to_owned(), Reading::Unreadable { cause: gap.message.clone() });
                    found.live.push(part(spec, vault, spec.settings.iter().map(|setting| unreadable(setting.path)).collect()));
                }
                found.gaps.push(gap);
            }
        }
    }
    found
}

/// Names this one request, so that a retry after a lost answer finds what was made instead of making a second one.
///
/// It is random beside the block's address and the document: AWS does not say that it forgets the id of a thing that was deleted, and
/// whoever makes the same thing anew, or goes back to an earlier one, must not be answered with that one. A later run needs no id, as it
/// finds what was made by its mark, or in what it is a part of.
pub(super) fn request_id(request: &MakeRequest<'_>, document: &impl std::fmt::Debug) -> String {
    format!("backstay-{:016x}", RandomState::new().hash_one((&request.mark.address, format!("{document:?}"))))
}

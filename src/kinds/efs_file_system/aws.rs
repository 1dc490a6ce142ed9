//! The calls: `DescribeFileSystems` tells states and names of all at once, `DescribeBackupPolicy` the one setting of one file system.

use super::{NAME, PASSING, SPEC, STATE, STATUS, settled};
use crate::aws::untyped::{Answer as _, Operation, Protocol, Service};
use crate::aws::{CallFailed, Connection};
use crate::kinds::patience::Patience;
use crate::kinds::protection::{ENCRYPTION, encryption};
use crate::kinds::{ChangeFailed, ChangeRequest, Found, KindAws, ReadRequest};
use crate::model::{Live, Reading, ResourceId, Value};
use futures_util::future::{BoxFuture, join_all};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;

/// Amazon Elastic File System.
static EFS: Service =
    Service { id: "EFS", iam: "elasticfilesystem", signing: "elasticfilesystem", host: "elasticfilesystem", protocol: Protocol::Rest };

static DESCRIBE: Operation =
    EFS.at("DescribeFileSystems", "GET", "/2015-02-01/file-systems?FileSystemId={FileSystemId}&Marker={Marker}&MaxItems={MaxItems}");
static DESCRIBE_POLICY: Operation = EFS.at("DescribeBackupPolicy", "GET", "/2015-02-01/file-systems/{FileSystemId}/backup-policy");
static PUT_POLICY: Operation = EFS.at("PutBackupPolicy", "PUT", "/2015-02-01/file-systems/{FileSystemId}/backup-policy");

const MISSING: &str = "FileSystemNotFound";
const NO_POLICY: &str = "PolicyNotFound";
const BUSY: &str = "IncorrectFileSystemLifeCycleState";

/// The most file systems in one page.
const PAGE: i64 = 100;

/// The calls.
pub(super) struct FileSystemCalls;

impl KindAws for FileSystemCalls {
    fn tagging_type(&self) -> &'static str {
        "elasticfilesystem:file-system"
    }

    fn list<'a>(&'a self, connection: &'a Connection) -> BoxFuture<'a, Result<Vec<String>, CallFailed>> {
        Box::pin(async move { Ok(all(connection).await?.into_keys().collect()) })
    }

    fn read<'a>(&'a self, request: ReadRequest<'a>) -> BoxFuture<'a, Found> {
        Box::pin(read(request))
    }

    fn change<'a>(&'a self, request: ChangeRequest<'a>) -> BoxFuture<'a, Result<(), ChangeFailed>> {
        Box::pin(change(request))
    }
}

/// All file systems of the region, by id.
async fn all(connection: &Connection) -> Result<BTreeMap<String, Json>, CallFailed> {
    let input = Map::from_iter([("MaxItems".to_owned(), json!(PAGE))]);
    let systems = connection.pages(&DESCRIBE, &connection.identity.region, input, "FileSystems", ("NextMarker", "Marker")).await?;
    Ok(systems.into_iter().filter_map(|system| Some((system.text("FileSystemId")?, system))).collect())
}

async fn one(connection: &Connection, region: &str, id: &str) -> Result<Option<Json>, CallFailed> {
    match connection.ask(&DESCRIBE, region, json!({ "FileSystemId": id })).await {
        Ok(answer) => Ok(answer.items("FileSystems").first().map(|system| (*system).clone())),
        Err(failed) if failed.is(MISSING) => Ok(None),
        Err(failed) => Err(failed),
    }
}

/// What the backup policy of a file system says; none where there is no such file system.
async fn policy(connection: &Connection, region: &str, id: &str) -> Result<Option<Value>, CallFailed> {
    match connection.ask(&DESCRIBE_POLICY, region, json!({ "FileSystemId": id })).await {
        Ok(answer) => Ok(Some(settled(&answer.text("BackupPolicy.Status").unwrap_or_default()))),
        Err(failed) if failed.is(NO_POLICY) => Ok(Some(settled(""))),
        Err(failed) if failed.is(MISSING) => Ok(None),
        Err(failed) => Err(failed),
    }
}

async fn read(request: ReadRequest<'_>) -> Found {
    let connection = request.connection;
    let region = &connection.identity.region;
    let mut found = Found::default();
    let names: Vec<&String> = request.wishes.keys().collect();
    let described = match names.as_slice() {
        [name] => one(connection, region, name).await.map(|system| system.map(|system| ((*name).clone(), system)).into_iter().collect()),
        _ => all(connection).await,
    };
    let described: BTreeMap<String, Json> = match described {
        Ok(described) => described,
        Err(failed) => {
            let cause = failed.sentence(region);
            for name in names {
                found.live.push(unreadable(id(connection, name), &cause));
                (request.done)();
            }
            found.gaps.push(connection.gap(region, Some(SPEC.name), None, &failed));
            return found;
        }
    };
    let there = |name: &String| described.get(name).filter(|system| !is_gone(system));
    let policies = join_all(names.iter().map(|name| async move {
        match there(name) {
            Some(_) => policy(connection, region, name).await,
            None => Ok(None),
        }
    }));
    for (name, policy) in names.iter().zip(policies.await) {
        let id = id(connection, name);
        let mut live = match policy {
            Ok(Some(status)) => Live { id, settings: BTreeMap::from([(STATUS.to_owned(), Reading::Known(status))]), ..Live::default() },
            Ok(None) => {
                found.absent.push(id);
                (request.done)();
                continue;
            }
            Err(failed) => {
                found.gaps.push(connection.gap(region, Some(SPEC.name), Some(name), &failed));
                unreadable(id, &failed.sentence(region))
            }
        };
        if let Some(system) = there(name) {
            live.arn = system.text("FileSystemArn");
            let facts = [
                (STATE, system.text("LifeCycleState")),
                (NAME, system.text("Name").filter(|name| !name.is_empty())),
                (ENCRYPTION, encryption(system.flag("Encrypted"), system.text("KmsKeyId"))),
            ];
            live.facts.extend(facts.into_iter().filter_map(|(fact, text)| Some((fact.to_owned(), Value::from(text?)))));
        }
        found.live.push(live);
        (request.done)();
    }
    found
}

fn is_gone(system: &Json) -> bool {
    system.text("LifeCycleState").is_some_and(|state| ["deleting", "deleted"].contains(&state.as_str()))
}

fn unreadable(id: ResourceId, cause: &str) -> Live {
    let settings = BTreeMap::from([(STATUS.to_owned(), Reading::Unreadable { cause: cause.to_owned() })]);
    Live { id, settings, ..Live::default() }
}

fn id(connection: &Connection, name: &str) -> ResourceId {
    ResourceId {
        kind: SPEC.name.to_owned(),
        target: connection.target.name.clone(),
        region: connection.identity.region.clone(),
        name: name.to_owned(),
    }
}

async fn change(request: ChangeRequest<'_>) -> Result<(), ChangeFailed> {
    let Some(wanted) = request.after(STATUS).and_then(Value::as_str) else { return Ok(()) };
    let (connection, region, name) = (request.connection, &request.id.region, request.id.name.as_str());
    let mut patience = Patience::with_busy();
    loop {
        let system = one(connection, region, name).await?.filter(|system| !is_gone(system)).ok_or(ChangeFailed::Gone)?;
        match system.text("LifeCycleState") {
            Some(state) if PASSING.contains(&state.as_str()) => {
                patience.pause(&format!("waiting for the file system, which is {state}"), request.waiting).await?;
                continue;
            }
            _ => {}
        }
        let now = policy(connection, region, name).await?.ok_or(ChangeFailed::Gone)?;
        request.refuse_if_moved(&BTreeMap::from([(STATUS.to_owned(), Reading::Known(now))]), request.changes)?;
        let input = json!({ "FileSystemId": name, "BackupPolicy": { "Status": wanted } });
        match connection.ask(&PUT_POLICY, region, input).await {
            Ok(_) => return Ok(()),
            Err(failed) if failed.is(MISSING) => return Err(ChangeFailed::Gone),
            Err(failed) if failed.is(BUSY) => {
                patience.pause("waiting for another change of the file system", request.waiting).await?;
            }
            Err(failed) => return Err(failed.into()),
        }
    }
}

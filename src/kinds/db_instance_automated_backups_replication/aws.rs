//! The calls, all of them in the region that holds the copies: `DescribeDBInstanceAutomatedBackups` tells all of every replication.

use super::{ENCRYPTED, KEY, RETENTION, SOURCE, SPEC, region};
use crate::aws::untyped::{Answer as _, Operation};
use crate::aws::{CallFailed, Connection};
use crate::kinds::rds::{EARLIEST, LATEST, RDS, tagging};
use crate::kinds::{ChangeFailed, ChangeRequest, FindRequest, Found, MakeRequest, RemoveRequest, WholeAws, tags};
use crate::model::{Change, Live, Mark, Reading, ResourceId, Value};
use futures_util::future::BoxFuture;
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;

static DESCRIBE: Operation = RDS.operation("DescribeDBInstanceAutomatedBackups");
static START: Operation = RDS.operation("StartDBInstanceAutomatedBackupsReplication");
static STOP: Operation = RDS.operation("StopDBInstanceAutomatedBackupsReplication");

/// The calls.
pub(super) struct ReplicationCalls;

impl WholeAws for ReplicationCalls {
    fn find<'a>(&'a self, request: FindRequest<'a>) -> BoxFuture<'a, Found> {
        Box::pin(find(request))
    }

    fn make<'a>(&'a self, request: MakeRequest<'a>) -> BoxFuture<'a, Result<BTreeMap<String, Value>, ChangeFailed>> {
        Box::pin(async move {
            let key = request.wanted(KEY).and_then(Value::as_str).map(str::to_owned);
            let days = request.wanted(RETENTION).and_then(Value::as_i64);
            start(request.connection, request.id, days, key, request.tags()).await?;
            Ok(BTreeMap::new())
        })
    }

    fn change<'a>(&'a self, request: ChangeRequest<'a>) -> BoxFuture<'a, Result<(), ChangeFailed>> {
        Box::pin(change(request))
    }

    fn remove<'a>(&'a self, request: RemoveRequest<'a>) -> BoxFuture<'a, Result<(), ChangeFailed>> {
        Box::pin(async move { Ok(stop(request.connection, request.id).await?) })
    }
}

/// Every replication to this region. What is retained is copied no more.
async fn list(connection: &Connection) -> Result<Vec<Live>, CallFailed> {
    let here = &connection.identity.region;
    let all = connection.pages(&DESCRIBE, here, Map::new(), "DBInstanceAutomatedBackups", ("Marker", "Marker")).await?;
    let goes_on = |one: &&Json| one.text("Status").as_deref() != Some("retained");
    Ok(all.iter().filter(goes_on).filter_map(|one| live(connection, one)).collect())
}

fn live(connection: &Connection, one: &Json) -> Option<Live> {
    let here = &connection.identity.region;
    // The backups of this region's own instances are listed among them.
    let source = one.text("DBInstanceArn").filter(|arn| region(arn).is_some_and(|of| of != here))?;
    let tags = tagging::read(one, "TagList");
    let id = ResourceId { kind: SPEC.name.to_owned(), target: connection.target.name.clone(), region: here.clone(), name: source.clone() };
    let mut live = Live { id, arn: one.text("DBInstanceAutomatedBackupsArn"), ..Live::default() };
    tags::note(&mut live, tags);
    let reading = |value: Option<Value>| value.map_or(Reading::Unset, Reading::Known);
    live.set([
        (SOURCE, Reading::Known(Value::from(source))),
        (RETENTION, reading(one.whole("BackupRetentionPeriod").map(Value::from))),
        (KEY, reading(one.text("KmsKeyId").filter(|key| !key.is_empty()).map(Value::from))),
    ]);
    let window = [(EARLIEST, "RestoreWindow.EarliestTime"), (LATEST, "RestoreWindow.LatestTime")];
    live.facts
        .extend(window.into_iter().filter_map(|(fact, member)| Some((fact.to_owned(), Value::from(one.moment(member)?.to_string())))));
    live.facts.extend(one.flag("Encrypted").map(|is| (ENCRYPTED.to_owned(), Value::Bool(is))));
    Some(live)
}

async fn find(request: FindRequest<'_>) -> Found {
    let connection = request.connection;
    let mut found = Found::default();
    match list(connection).await {
        // The listing has the tags itself, so it knows whose each is better than the tagging API, which lags.
        Ok(all) => found.live.extend(all.into_iter().filter(|live| request.is_sought(live))),
        Err(failed) => found.gaps.push(connection.gap(&connection.identity.region, Some(SPEC.name), None, &failed)),
    }
    found
}

async fn start(
    connection: &Connection,
    id: &ResourceId,
    days: Option<i64>,
    key: Option<String>,
    tags: BTreeMap<String, String>,
) -> Result<(), CallFailed> {
    let input = json!({
        "SourceDBInstanceArn": id.name,
        "BackupRetentionPeriod": days.or_else(|| Value::from(SPEC.setting(RETENTION)?.aws_default).as_i64()),
        "KmsKeyId": key,
        "Tags": tagging::sent(tags),
    });
    connection.ask(&START, &id.region, input).await.map(drop)
}

async fn stop(connection: &Connection, id: &ResourceId) -> Result<(), CallFailed> {
    match connection.ask(&STOP, &id.region, json!({ "SourceDBInstanceArn": id.name })).await {
        Ok(_) => Ok(()),
        // Of an instance that is gone nothing is copied any more.
        Err(failed) if failed.is("DBInstanceNotFound") => Ok(()),
        Err(failed) => Err(failed),
    }
}

async fn change(request: ChangeRequest<'_>) -> Result<(), ChangeFailed> {
    let connection = request.connection;
    let now = list(connection).await?.into_iter().find(|live| live.id.name == request.id.name).ok_or(ChangeFailed::Gone)?;
    request.refuse_if_moved(&now.settings, request.changes)?;
    let arn = now.arn.clone().unwrap_or_default();
    let Some(days) = request.after(RETENTION) else { return tagging::retag(&request, &arn).await };
    // RDS changes no replication, and one that is started anew begins without tags.
    let tags_now = match now.settings.get(tags::PATH) {
        Some(Reading::Known(value)) => value.clone(),
        _ => Value::Null,
    };
    let wanted = request.after(tags::PATH).unwrap_or(&tags_now);
    let mut tags: BTreeMap<String, String> =
        wanted.as_map().into_iter().flatten().filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect();
    let mark = if request.after(Change::OWNER).is_some() { request.mark } else { now.mark.as_ref() };
    tags.extend(mark.into_iter().flat_map(Mark::tags).map(|(key, value)| (key.to_owned(), value.to_owned())));
    let key = match now.settings.get(KEY) {
        Some(Reading::Known(key)) => key.as_str().map(str::to_owned),
        _ => None,
    };
    stop(connection, request.id).await?;
    start(connection, request.id, days.as_i64(), key, tags).await?;
    Ok(())
}

//! The calls: `DescribeLogGroups` says all there is of up to 50 log groups at once, sorted by name.

use super::{CLASS, CREATED, DELETION_PROTECTION, RETENTION, SPEC};
use crate::aws::untyped::{Answer as _, Operation, Protocol, Service};
use crate::aws::{CallFailed, Connection};
use crate::kinds::{ChangeFailed, ChangeRequest, Found, KindAws, ReadRequest};
use crate::model::{Live, Reading, ResourceId, Value};
use futures_util::future::{BoxFuture, join_all};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;

/// Amazon CloudWatch Logs.
static LOGS: Service = Service {
    id: "CloudWatch Logs",
    iam: "logs",
    signing: "logs",
    host: "logs",
    protocol: Protocol::Json { version: "1.1", target: "Logs_20140328" },
};

static DESCRIBE: Operation = LOGS.operation("DescribeLogGroups");
static PUT_RETENTION: Operation = LOGS.operation("PutRetentionPolicy");
static DELETE_RETENTION: Operation = LOGS.operation("DeleteRetentionPolicy");
static PROTECT: Operation = LOGS.operation("PutLogGroupDeletionProtection");

const MISSING: &str = "ResourceNotFoundException";

/// Up to so many groups are asked for one by one; of more, all groups of the region are listed.
const ONE_BY_ONE: usize = 10;

/// The calls.
pub(super) struct GroupCalls;

impl KindAws for GroupCalls {
    fn tagging_type(&self) -> &'static str {
        "logs:log-group"
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

/// All log groups of the region, by name.
async fn all(connection: &Connection) -> Result<BTreeMap<String, Json>, CallFailed> {
    let groups = connection.pages(&DESCRIBE, &connection.identity.region, Map::new(), "logGroups", ("nextToken", "nextToken")).await?;
    Ok(groups.into_iter().filter_map(|group| Some((group.text("logGroupName")?, group))).collect())
}

/// One log group: of all names that begin with its own, its own comes first.
async fn one(connection: &Connection, region: &str, name: &str) -> Result<Option<Json>, CallFailed> {
    let answer = connection.ask(&DESCRIBE, region, json!({ "logGroupNamePrefix": name, "limit": 1 })).await?;
    let first = answer.items("logGroups").into_iter().find(|group| group.text("logGroupName").as_deref() == Some(name));
    Ok(first.cloned())
}

async fn read(request: ReadRequest<'_>) -> Found {
    let connection = request.connection;
    let region = connection.identity.region.clone();
    let id = |name: &str| ResourceId {
        kind: SPEC.name.to_owned(),
        target: connection.target.name.clone(),
        region: region.clone(),
        name: name.to_owned(),
    };
    let answers: Vec<(&String, Result<Option<Json>, CallFailed>)> = if request.wishes.len() > ONE_BY_ONE {
        let all = all(connection).await;
        let of_all = |name: &String| all.as_ref().map(|all| all.get(name).cloned()).map_err(Clone::clone);
        request.wishes.keys().map(|name| (name, of_all(name))).collect()
    } else {
        let region = &region;
        let reads = request.wishes.keys().map(|name| async move { (name, one(connection, region, name).await) });
        join_all(reads).await
    };
    let mut found = Found::default();
    for (name, answer) in answers {
        match answer {
            Ok(Some(group)) => found.live.push(live(id(name), &group)),
            Ok(None) => found.absent.push(id(name)),
            Err(failed) => {
                let cause = failed.sentence(&region);
                let asked = request.wishes.get(name).into_iter().flat_map(|wish| &wish.settings);
                let settings = asked.map(|setting| (setting.clone(), Reading::Unreadable { cause: cause.clone() })).collect();
                found.live.push(Live { id: id(name), settings, ..Live::default() });
                found.gaps.push(connection.gap(&region, Some(SPEC.name), Some(name), &failed));
            }
        }
        (request.done)();
    }
    found
}

fn live(id: ResourceId, group: &Json) -> Live {
    let mut live = Live { id, settings: settings(group), arn: group.text("logGroupArn"), ..Live::default() };
    let created = group.whole("creationTime").and_then(|at| jiff::Timestamp::from_millisecond(at).ok());
    live.facts.extend(created.map(|at| (CREATED.to_owned(), Value::from(at.to_string()))));
    live.facts.extend(group.text("logGroupClass").map(|class| (CLASS.to_owned(), Value::from(class))));
    live
}

fn settings(group: &Json) -> BTreeMap<String, Reading> {
    let days = group.whole("retentionInDays").unwrap_or(0);
    let protected = group.flag("deletionProtectionEnabled").unwrap_or_default();
    let all = [(RETENTION, Value::from(days)), (DELETION_PROTECTION, Value::Bool(protected))];
    all.into_iter().map(|(setting, value)| (setting.to_owned(), Reading::Known(value))).collect()
}

async fn change(request: ChangeRequest<'_>) -> Result<(), ChangeFailed> {
    let (connection, region, name) = (request.connection, &request.id.region, &request.id.name);
    let now = one(connection, region, name).await?.ok_or(ChangeFailed::Gone)?;
    request.refuse_if_moved(&settings(&now), request.changes)?;
    if let Some(days) = request.after(RETENTION) {
        let days = days.as_i64().filter(|days| *days > 0);
        let (operation, input) = match days {
            Some(days) => (&PUT_RETENTION, json!({ "logGroupName": name, "retentionInDays": days })),
            None => (&DELETE_RETENTION, json!({ "logGroupName": name })),
        };
        done(connection.ask(operation, region, input).await)?;
    }
    if let Some(on) = request.after(DELETION_PROTECTION).and_then(Value::as_bool) {
        let input = json!({ "logGroupIdentifier": name, "deletionProtectionEnabled": on });
        done(connection.ask(&PROTECT, region, input).await)?;
    }
    Ok(())
}

fn done(answer: Result<Json, CallFailed>) -> Result<(), ChangeFailed> {
    match answer {
        Ok(_) => Ok(()),
        Err(failed) if failed.is(MISSING) => Err(ChangeFailed::Gone),
        Err(failed) => Err(failed.into()),
    }
}

//! The calls: `ListSchedules` for each group, `GetSchedule` for each schedule. `UpdateSchedule` replaces all of a schedule.

use super::{
    AFTER, AGE, ARN, ATTEMPTS, DEAD_LETTERS, DESCRIPTION, END, EXPRESSION, INPUT, KEY, MODE, NAME, ROLE, SPEC, START, STATE, WINDOW, ZONE,
};
use crate::aws::untyped::Answer as _;
use crate::aws::{CallFailed, Connection};
use crate::kinds::json::sorted;
use crate::kinds::scheduler::{CREATE, DELETE, GET, LIST, MISSING, UPDATE};
use crate::kinds::{ChangeFailed, ChangeRequest, FindRequest, Found, MakeRequest, RemoveRequest, WholeAws};
use crate::model::{Declared, Live, Reading, ResourceId, Value};
use futures_util::future::{BoxFuture, join_all};
use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;

/// The settings, with where they stand in Scheduler's documents.
const MEMBERS: [(&str, &[&str]); 16] = [
    (DESCRIPTION, &["Description"]),
    (EXPRESSION, &["ScheduleExpression"]),
    (ZONE, &["ScheduleExpressionTimezone"]),
    (STATE, &["State"]),
    (START, &["StartDate"]),
    (END, &["EndDate"]),
    (KEY, &["KmsKeyArn"]),
    (AFTER, &["ActionAfterCompletion"]),
    (MODE, &["FlexibleTimeWindow", "Mode"]),
    (WINDOW, &["FlexibleTimeWindow", "MaximumWindowInMinutes"]),
    (ARN, &["Target", "Arn"]),
    (ROLE, &["Target", "RoleArn"]),
    (INPUT, &["Target", "Input"]),
    (DEAD_LETTERS, &["Target", "DeadLetterConfig", "Arn"]),
    (AGE, &["Target", "RetryPolicy", "MaximumEventAgeInSeconds"]),
    (ATTEMPTS, &["Target", "RetryPolicy", "MaximumRetryAttempts"]),
];

/// What an answer holds beside what a request takes.
const OF_ANSWERS: [&str; 3] = ["Arn", "CreationDate", "LastModificationDate"];

/// The calls.
pub(super) struct ScheduleCalls;

impl WholeAws for ScheduleCalls {
    fn find<'a>(&'a self, request: FindRequest<'a>) -> BoxFuture<'a, Found> {
        Box::pin(find(request))
    }

    fn make<'a>(&'a self, request: MakeRequest<'a>) -> BoxFuture<'a, Result<BTreeMap<String, Value>, ChangeFailed>> {
        Box::pin(make(request))
    }

    fn change<'a>(&'a self, request: ChangeRequest<'a>) -> BoxFuture<'a, Result<(), ChangeFailed>> {
        Box::pin(change(request))
    }

    fn remove<'a>(&'a self, request: RemoveRequest<'a>) -> BoxFuture<'a, Result<(), ChangeFailed>> {
        Box::pin(async move {
            let Some((group, name)) = known(request.parent, request.facts, request.id) else { return Ok(()) };
            match request.connection.ask(&DELETE, &request.id.region, json!({ "Name": name, "GroupName": group })).await {
                // With its group it has gone already.
                Err(failed) if !failed.is(MISSING) => Err(failed.into()),
                _ => Ok(()),
            }
        })
    }
}

/// The group and the schedule's own name.
fn known(parent: Option<&str>, facts: &BTreeMap<String, Value>, id: &ResourceId) -> Option<(String, String)> {
    let (of_name, own) = id.name.split_once('/')?;
    let group = facts.get(Live::PARENT_ID).and_then(Value::as_str).or(parent).unwrap_or(of_name);
    Some((group.to_owned(), own.to_owned()))
}

async fn find(request: FindRequest<'_>) -> Found {
    let connection = request.connection;
    let region = &connection.identity.region;
    let mut found = Found::default();
    let of_groups = join_all(request.parents.iter().map(|group| of_group(connection, group))).await;
    for (group, outcome) in request.parents.iter().zip(of_groups) {
        match outcome {
            Ok(schedules) => found.live.extend(schedules),
            Err(failed) => {
                let gap = connection.gap(region, Some(SPEC.name), None, &failed);
                found.gaps.push(crate::model::Gap { message: format!("schedules of group {}: {}", group.id.name, gap.message), ..gap });
            }
        }
    }
    found
}

async fn of_group(connection: &Connection, group: &Live) -> Result<Vec<Live>, CallFailed> {
    let region = &group.id.region;
    let input = Map::from_iter([("GroupName".to_owned(), json!(group.id.name)), ("MaxResults".to_owned(), json!(100))]);
    let listed = match connection.pages(&LIST, region, input, "Schedules", ("NextToken", "NextToken")).await {
        Ok(listed) => listed,
        // The group went since it was found.
        Err(failed) if failed.is(MISSING) => return Ok(Vec::new()),
        Err(failed) => return Err(failed),
    };
    let names: Vec<String> = listed.iter().filter_map(|schedule| schedule.text("Name")).collect();
    let mut lives = Vec::new();
    for (name, read) in names.iter().zip(join_all(names.iter().map(|name| get(connection, region, &group.id.name, name))).await) {
        let Some(schedule) = read? else { continue };
        let id = ResourceId { kind: SPEC.name.to_owned(), name: format!("{}/{name}", group.id.name), ..group.id.clone() };
        let mut live = Live { id, settings: settings(&schedule), arn: schedule.text("Arn"), ..Live::default() };
        live.set([(NAME, Reading::Known(Value::from(name.as_str())))]);
        live.facts.insert(Live::PARENT_ID.to_owned(), Value::from(group.id.name.as_str()));
        lives.push(live);
    }
    Ok(lives)
}

async fn get(connection: &Connection, region: &str, group: &str, name: &str) -> Result<Option<Json>, CallFailed> {
    match connection.ask(&GET, region, json!({ "Name": name, "GroupName": group })).await {
        Ok(schedule) => Ok(Some(schedule)),
        Err(failed) if failed.is(MISSING) => Ok(None),
        Err(failed) => Err(failed),
    }
}

/// The settings of a schedule, as they are compared.
fn settings(schedule: &Json) -> BTreeMap<String, Reading> {
    let read = |(setting, at): (&str, &[&str])| {
        let at = at.join(".");
        let value = match setting {
            START | END => Value::from(seconds(schedule.moment(&at)?).to_string()),
            WINDOW | AGE | ATTEMPTS => Value::from(schedule.whole(&at)?),
            INPUT => {
                let text = schedule.text(&at)?;
                let json = serde_json::from_str::<Json>(&text);
                Value::from(json.map_or(text, |json| sorted(&json).to_string()))
            }
            ZONE => {
                let text = schedule.text(&at)?;
                Value::from((super::forms::ZONE.check)(&text).unwrap_or(text))
            }
            _ => Value::from(schedule.text(&at).filter(|text| !text.is_empty())?),
        };
        Some((setting.to_owned(), Reading::Known(value)))
    };
    MEMBERS.into_iter().filter_map(read).collect()
}

/// To the second.
fn seconds(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

/// Lays a setting over a schedule; one that is nothing goes, and an empty structure with it.
fn lay(document: &mut Map<String, Json>, at: &[&str], sent: Json) {
    let Some((first, rest)) = at.split_first() else { return };
    if rest.is_empty() {
        document.remove(*first);
        document.extend((!sent.is_null()).then(|| ((*first).to_owned(), sent)));
        return;
    }
    let mut inner = document.remove(*first).and_then(|inner| inner.as_object().cloned()).unwrap_or_default();
    lay(&mut inner, rest, sent);
    document.extend((!inner.is_empty()).then(|| ((*first).to_owned(), Json::Object(inner))));
}

/// What is sent for a setting: times in seconds since 1970, documents as the policy wrote them.
fn sent(setting: &str, value: &Value, declared: Option<&Declared>) -> Json {
    let written = declared.filter(|declared| declared.value == *value).and_then(|declared| declared.written.clone());
    match (setting, value) {
        (INPUT, Value::String(text)) => Json::from(written.unwrap_or_else(|| text.clone())),
        (START | END, Value::String(text)) => text.parse::<Timestamp>().map_or(Json::Null, |at| Json::from(at.as_second())),
        (_, Value::String(text)) => Json::from(text.as_str()),
        (_, other) => other.as_i64().map_or(Json::Null, Json::from),
    }
}

async fn make(request: MakeRequest<'_>) -> Result<BTreeMap<String, Value>, ChangeFailed> {
    let none = BTreeMap::new();
    let (group, name) = known(request.parent, &none, request.id)
        .ok_or_else(|| CallFailed::not_understood(&CREATE.action(), "its schedule group is not there"))?;
    let mut document = Map::from_iter([("Name".to_owned(), json!(name)), ("GroupName".to_owned(), json!(group))]);
    for (setting, at) in MEMBERS {
        if let Some(declared) = request.wanted.get(setting) {
            lay(&mut document, at, sent(setting, &declared.value, Some(declared)));
        }
    }
    request.connection.ask(&CREATE, &request.id.region, Json::Object(document)).await?;
    Ok(BTreeMap::from([(Live::PARENT_ID.to_owned(), Value::from(group))]))
}

async fn change(request: ChangeRequest<'_>) -> Result<(), ChangeFailed> {
    let (connection, region) = (request.connection, &request.id.region);
    let (group, name) = known(request.parent, request.facts, request.id).ok_or(ChangeFailed::Gone)?;
    let now = get(connection, region, &group, &name).await?.ok_or(ChangeFailed::Gone)?;
    request.refuse_if_moved(&settings(&now), request.changes)?;
    let mut document = now.as_object().cloned().unwrap_or_default();
    for member in OF_ANSWERS {
        document.remove(member);
    }
    for (setting, at) in MEMBERS {
        if let Some(after) = request.after(setting) {
            lay(&mut document, at, sent(setting, after, request.wanted.get(setting)));
        }
    }
    match connection.ask(&UPDATE, region, Json::Object(document)).await {
        Ok(_) => Ok(()),
        Err(failed) if failed.is(MISSING) => Err(ChangeFailed::Gone),
        Err(failed) => Err(failed.into()),
    }
}

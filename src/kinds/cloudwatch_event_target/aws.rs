//! The calls: `ListTargetsByRule` for each rule. `PutTargets` replaces a target, with all that backstay does not know of.

use super::{AGE, ARN, ATTEMPTS, DEAD_LETTERS, ID, INPUT, INPUT_PATH, PATHS, ROLE, SPEC, TEMPLATE, UNSAID};
use crate::aws::untyped::{Answer as _, Operation};
use crate::aws::{CallFailed, Connection};
use crate::kinds::events::{LIST_TARGETS, MISSING, OnBus, PUT_TARGETS, REMOVE_TARGETS};
use crate::kinds::json::sorted;
use crate::kinds::{ChangeFailed, ChangeRequest, FindRequest, Found, MakeRequest, RemoveRequest, WholeAws};
use crate::model::{Declared, Live, Reading, ResourceId, Value};
use futures_util::future::{BoxFuture, join_all};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;

/// The settings with EventBridge's names for them, by the structure that they are in.
const MEMBERS: [(&str, Option<&str>, &str); 9] = [
    (ARN, None, "Arn"),
    (ROLE, None, "RoleArn"),
    (INPUT, None, "Input"),
    (INPUT_PATH, None, "InputPath"),
    (PATHS, Some("InputTransformer"), "InputPathsMap"),
    (TEMPLATE, Some("InputTransformer"), "InputTemplate"),
    (DEAD_LETTERS, Some("DeadLetterConfig"), "Arn"),
    (AGE, Some("RetryPolicy"), "MaximumEventAgeInSeconds"),
    (ATTEMPTS, Some("RetryPolicy"), "MaximumRetryAttempts"),
];

/// The calls.
pub(super) struct TargetCalls;

impl WholeAws for TargetCalls {
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
        Box::pin(remove(request))
    }
}

async fn find(request: FindRequest<'_>) -> Found {
    let connection = request.connection;
    let region = &connection.identity.region;
    let mut found = Found::default();
    let of_rules = join_all(request.parents.iter().map(|rule| of_rule(connection, rule, request.everything))).await;
    for (rule, outcome) in request.parents.iter().zip(of_rules) {
        match outcome {
            Ok(targets) => found.live.extend(targets),
            Err(failed) => {
                let gap = connection.gap(region, Some(SPEC.name), None, &failed);
                found.gaps.push(crate::model::Gap { message: format!("targets of rule {}: {}", rule.id.name, gap.message), ..gap });
            }
        }
    }
    found
}

async fn of_rule(connection: &Connection, rule: &Live, everything: bool) -> Result<Vec<Live>, CallFailed> {
    let Some(id) = rule.fact(Live::ID) else { return Ok(Vec::new()) };
    let targets = list(connection, &rule.id.region, &OnBus::read(id)).await?.unwrap_or_default();
    let lives = targets.iter().filter_map(|target| {
        let own = target.text("Id")?;
        let name = format!("{}/{own}", rule.id.name);
        let mut live =
            Live { id: ResourceId { kind: SPEC.name.to_owned(), name, ..rule.id.clone() }, settings: settings(target), ..Live::default() };
        live.set([(ID, Reading::Known(Value::from(own)))]);
        live.facts.insert(Live::PARENT_ID.to_owned(), Value::from(id));
        if everything {
            let is_known = |member: &str| member == "Id" || MEMBERS.iter().any(|(_, of, own)| member == of.unwrap_or(own));
            let members = target.as_object().into_iter().flatten().filter(|(name, value)| !is_known(name) && !value.is_null());
            let unsaid: Vec<Value> = members.map(|(name, _)| Value::from(name.as_str())).collect();
            live.facts.extend((!unsaid.is_empty()).then(|| (UNSAID.to_owned(), Value::set(unsaid))));
        }
        Some(live)
    });
    Ok(lives.collect())
}

/// All targets of a rule; `None` where there is no such rule.
async fn list(connection: &Connection, region: &str, rule: &OnBus) -> Result<Option<Vec<Json>>, CallFailed> {
    let input = Map::from_iter([("Rule".to_owned(), json!(rule.name)), ("EventBusName".to_owned(), json!(rule.bus))]);
    match connection.pages(&LIST_TARGETS, region, input, "Targets", ("NextToken", "NextToken")).await {
        Ok(targets) => Ok(Some(targets)),
        Err(failed) if failed.is(MISSING) => Ok(None),
        Err(failed) => Err(failed),
    }
}

/// The settings of a target, as they are compared.
fn settings(target: &Json) -> BTreeMap<String, Reading> {
    let read = |(setting, structure, member): (&str, Option<&str>, &str)| {
        let within = match structure {
            Some(structure) => target.at(structure)?,
            None => target,
        };
        let value = match setting {
            PATHS => {
                let paths = within.get(member)?.as_object()?;
                let paths = paths.iter().filter_map(|(name, path)| Some((name.clone(), Value::from(path.as_str()?))));
                Some(Value::Map(paths.collect())).filter(|paths| !paths.is_nothing())?
            }
            AGE | ATTEMPTS => Value::from(within.whole(member)?),
            INPUT => {
                let text = within.text(member)?;
                let json = serde_json::from_str::<Json>(&text);
                Value::from(json.map_or(text, |json| sorted(&json).to_string()))
            }
            _ => Value::from(within.text(member).filter(|text| !text.is_empty())?),
        };
        Some((setting.to_owned(), Reading::Known(value)))
    };
    MEMBERS.into_iter().filter_map(read).collect()
}

/// Lays a setting over a target; one that is nothing goes, and an empty structure with it.
fn lay(target: &mut Map<String, Json>, at: (&str, Option<&str>, &str), value: &Value, declared: Option<&Declared>) {
    let (_, structure, member) = at;
    let written = declared.filter(|declared| declared.value == *value).and_then(|declared| declared.written.clone());
    let sent = match (written, value) {
        (Some(written), _) => Json::from(written),
        (None, Value::Map(map)) if !map.is_empty() => {
            Json::Object(map.iter().filter_map(|(name, value)| Some((name.clone(), Json::from(value.as_str()?)))).collect())
        }
        (None, Value::String(text)) => Json::from(text.as_str()),
        (None, other) => other.as_i64().map_or(Json::Null, Json::from),
    };
    let Some(structure) = structure else {
        target.remove(member);
        target.extend((!sent.is_null()).then(|| (member.to_owned(), sent)));
        return;
    };
    let mut inner = target.remove(structure).and_then(|inner| inner.as_object().cloned()).unwrap_or_default();
    inner.remove(member);
    inner.extend((!sent.is_null()).then(|| (member.to_owned(), sent)));
    target.extend((!inner.is_empty()).then(|| (structure.to_owned(), Json::Object(inner))));
}

/// The target's own name, and its rule.
fn known(parent: Option<&str>, facts: &BTreeMap<String, Value>, id: &ResourceId) -> Option<(OnBus, String)> {
    let rule = facts.get(Live::PARENT_ID).and_then(Value::as_str).or(parent)?;
    let own = id.name.rsplit('/').next()?;
    Some((OnBus::read(rule), own.to_owned()))
}

/// Puts or removes a target, each entry of which can fail although the call does not.
async fn done(connection: &Connection, operation: &Operation, region: &str, input: Json) -> Result<(), CallFailed> {
    let answer = connection.ask(operation, region, input).await?;
    match answer.items("FailedEntries").first() {
        None => Ok(()),
        Some(entry) => {
            let text = |member: &str| entry.text(member).unwrap_or_default();
            Err(CallFailed::not_understood(&operation.action(), format!("{}: {}", text("ErrorCode"), text("ErrorMessage"))))
        }
    }
}

async fn make(request: MakeRequest<'_>) -> Result<BTreeMap<String, Value>, ChangeFailed> {
    let none = BTreeMap::new();
    let (rule, own) = known(request.parent, &none, request.id)
        .ok_or_else(|| CallFailed::not_understood(&PUT_TARGETS.action(), "its rule is not there"))?;
    let mut target = Map::from_iter([("Id".to_owned(), json!(own))]);
    for at in MEMBERS {
        if let Some(declared) = request.wanted.get(at.0) {
            lay(&mut target, at, &declared.value, Some(declared));
        }
    }
    let input = json!({ "Rule": rule.name, "EventBusName": rule.bus, "Targets": [target] });
    done(request.connection, &PUT_TARGETS, &request.id.region, input).await?;
    Ok(BTreeMap::from([(Live::PARENT_ID.to_owned(), Value::from(rule.id()))]))
}

async fn change(request: ChangeRequest<'_>) -> Result<(), ChangeFailed> {
    let (connection, region) = (request.connection, &request.id.region);
    let (rule, own) = known(request.parent, request.facts, request.id).ok_or(ChangeFailed::Gone)?;
    let targets = list(connection, region, &rule).await?.ok_or(ChangeFailed::Gone)?;
    let now = targets.iter().find(|target| target.text("Id").as_deref() == Some(own.as_str())).ok_or(ChangeFailed::Gone)?;
    request.refuse_if_moved(&settings(now), request.changes)?;
    let mut target = now.as_object().cloned().unwrap_or_default();
    for at in MEMBERS {
        if let Some(after) = request.after(at.0) {
            lay(&mut target, at, after, request.wanted.get(at.0));
        }
    }
    let input = json!({ "Rule": rule.name, "EventBusName": rule.bus, "Targets": [target] });
    Ok(done(connection, &PUT_TARGETS, region, input).await?)
}

async fn remove(request: RemoveRequest<'_>) -> Result<(), ChangeFailed> {
    let Some((rule, own)) = known(request.parent, request.facts, request.id) else { return Ok(()) };
    let input = json!({ "Rule": rule.name, "EventBusName": rule.bus, "Ids": [own] });
    match done(request.connection, &REMOVE_TARGETS, &request.id.region, input).await {
        Err(failed) if !failed.is(MISSING) => Err(failed.into()),
        _ => Ok(()),
    }
}

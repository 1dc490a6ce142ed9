//! The calls: `DescribeRule` and `ListTagsForResource` for each rule. `PutRule` replaces a rule, but for its targets and its tags.

use super::{BUS, MANAGED_BY, PATTERN, SPEC};
use crate::aws::untyped::Answer as _;
use crate::aws::{CallFailed, Connection};
use crate::kinds::events::{DELETE_RULE, DESCRIBE_RULE, LIST_BUSES, LIST_RULES, LIST_TAGS, MISSING, OnBus, PUT_RULE, TAG, UNTAG};
use crate::kinds::tags::{self, Retag};
use crate::kinds::{ChangeFailed, ChangeRequest, FindRequest, Found, MakeRequest, RemoveRequest, WholeAws};
use crate::model::{Declared, Live, Reading, ResourceId, Value, partition};
use futures_util::future::{BoxFuture, join_all};
use serde_json::{Map, Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};

/// The settings that `PutRule` takes, with its names for them.
const MEMBERS: [(&str, &str); 5] = [
    (PATTERN, "EventPattern"),
    ("schedule_expression", "ScheduleExpression"),
    ("state", "State"),
    ("description", "Description"),
    ("role_arn", "RoleArn"),
];

/// The calls.
pub(super) struct RuleCalls;

impl WholeAws for RuleCalls {
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
            let rule = known(request.facts, &request.id.name);
            let input = json!({ "Name": rule.name, "EventBusName": rule.bus });
            match request.connection.ask(&DELETE_RULE, &request.id.region, input).await {
                Err(failed) if !failed.is(MISSING) => Err(failed.into()),
                _ => Ok(()),
            }
        })
    }
}

/// The rule that reading found, or the one that a name means.
fn known(facts: &BTreeMap<String, Value>, name: &str) -> OnBus {
    OnBus::read(facts.get(Live::ID).and_then(Value::as_str).unwrap_or(name))
}

async fn find(request: FindRequest<'_>) -> Found {
    let connection = request.connection;
    let region = connection.identity.region.clone();
    let start = SPEC.arn_start(&region, &connection.identity.account);
    let declared: BTreeMap<OnBus, &String> = request.names.iter().map(|name| (declared(&request, name), name)).collect();
    let marked = request.marked.iter().filter_map(|thing| Some(OnBus::read(thing.arn.strip_prefix(&start)?)));
    let mut rules: BTreeSet<OnBus> = declared.keys().cloned().chain(marked).collect();
    let mut found = Found::default();
    if request.everything {
        let (all, failed) = list(connection, &region).await;
        rules.extend(all);
        found.gaps.extend(failed.iter().map(|failed| connection.gap(&region, Some(SPEC.name), None, failed)));
    }
    let taken: BTreeSet<&String> = declared.values().copied().collect();
    let mut nearest: BTreeMap<String, OnBus> = BTreeMap::new();
    for rule in &rules {
        let first = nearest.entry(rule.name.clone()).or_insert_with(|| rule.clone());
        if rule.bus == OnBus::DEFAULT {
            first.clone_from(rule);
        }
    }
    let reads = rules.into_iter().map(|rule| {
        // A rule on another bus than the block's is another rule, which no block declares.
        let name = match declared.get(&rule) {
            Some(name) => (*name).clone(),
            None if taken.contains(&rule.name) => rule.id(),
            // A block that describes it has the name alone. Of several of one name that of the default bus has it.
            None if request.everything && nearest.get(&rule.name) == Some(&rule) => rule.name.clone(),
            None => rule.short(),
        };
        read(connection, rule, name)
    });
    for read in join_all(reads).await {
        match read {
            Ok(live) => found.live.extend(live.filter(|live| request.is_sought(live)).map(|live| as_found(live, request.everything))),
            Err(failed) => found.gaps.push(connection.gap(&region, Some(SPEC.name), None, &failed)),
        }
    }
    found
}

/// A rule with the text of its pattern where everything is read, as only `adopt` writes it down.
fn as_found(mut live: Live, everything: bool) -> Live {
    if !everything {
        live.facts.remove(&Live::written_fact(PATTERN));
    }
    live
}

/// All rules on all buses, and what could not be listed.
async fn list(connection: &Connection, region: &str) -> (Vec<OnBus>, Vec<CallFailed>) {
    let token = ("NextToken", "NextToken");
    let buses = match connection.pages(&LIST_BUSES, region, Map::new(), "EventBuses", token).await {
        Ok(buses) => buses,
        Err(failed) => return (Vec::new(), vec![failed]),
    };
    let buses: Vec<String> = buses.iter().filter_map(|bus| bus.text("Name")).collect();
    let listings = buses.iter().map(|bus| {
        let input = Map::from_iter([("EventBusName".to_owned(), json!(bus))]);
        connection.pages(&LIST_RULES, region, input, "Rules", token)
    });
    let (mut rules, mut gaps) = (Vec::new(), Vec::new());
    for (bus, listing) in buses.iter().zip(join_all(listings).await) {
        match listing {
            Ok(listed) => {
                rules.extend(listed.iter().filter_map(|rule| Some(OnBus { bus: bus.clone(), name: rule.text("Name")? })));
            }
            Err(failed) => gaps.push(failed),
        }
    }
    (rules, gaps)
}

/// The rule that a declared name means: on the bus that its block declares.
fn declared(request: &FindRequest<'_>, name: &str) -> OnBus {
    let bus = request.wanted.get(name).and_then(|wanted| wanted.get(BUS)).and_then(Value::as_str);
    match bus {
        Some(bus) => OnBus { bus: bus.to_owned(), name: name.to_owned() },
        None => OnBus::read(name),
    }
}

/// Reads one rule; `None` where there is none.
async fn read(connection: &Connection, rule: OnBus, name: String) -> Result<Option<Live>, CallFailed> {
    let region = &connection.identity.region;
    let Some(answer) = describe(connection, region, &rule).await? else { return Ok(None) };
    let account = &connection.identity.account;
    let arn = answer.text("Arn").unwrap_or_else(|| format!("arn:{}:events:{region}:{account}:rule/{}", partition(region), rule.short()));
    let listed = match connection.ask(&LIST_TAGS, region, json!({ "ResourceARN": arn })).await {
        Ok(answer) => answer,
        // It went since it was described.
        Err(failed) if failed.is(MISSING) => return Ok(None),
        Err(failed) => return Err(failed),
    };
    let pairs = listed.items("Tags").into_iter().filter_map(|tag| Some((tag.text("Key")?, tag.text("Value")?)));
    let all: BTreeMap<String, String> = pairs.collect();
    let id = ResourceId { kind: SPEC.name.to_owned(), target: connection.target.name.clone(), region: region.clone(), name };
    let mut live = Live { id, settings: settings(&answer), ..Live::default() };
    tags::note(&mut live, all);
    live.set([("name", Reading::Known(Value::from(rule.name.as_str()))), (BUS, Reading::Known(Value::from(rule.bus.as_str())))]);
    live.facts.insert(Live::ID.to_owned(), Value::from(rule.id()));
    live.facts.extend(answer.text("EventPattern").map(|text| (Live::written_fact(PATTERN), Value::from(text))));
    live.facts.extend(answer.text("ManagedBy").map(|by| (MANAGED_BY.to_owned(), Value::from(by))));
    live.arn = Some(arn);
    Ok(Some(live))
}

async fn describe(connection: &Connection, region: &str, rule: &OnBus) -> Result<Option<Json>, CallFailed> {
    match connection.ask(&DESCRIBE_RULE, region, json!({ "Name": rule.name, "EventBusName": rule.bus })).await {
        Ok(answer) => Ok(Some(answer)),
        Err(failed) if failed.is(MISSING) => Ok(None),
        Err(failed) => Err(failed),
    }
}

/// The settings that `PutRule` takes, as they are compared.
fn settings(answer: &Json) -> BTreeMap<String, Reading> {
    let read = |(setting, member): (&str, &str)| {
        let text = answer.text(member).filter(|text| !text.is_empty())?;
        let value = if setting == PATTERN {
            serde_json::from_str(&text).map_or_else(|_| text.clone(), |json| super::pattern::canonical(&json).to_string())
        } else {
            text
        };
        Some((setting.to_owned(), Reading::Known(Value::from(value))))
    };
    MEMBERS.into_iter().filter_map(read).collect()
}

/// What is sent for a setting: what the policy wrote, where that is compared in another form.
fn sent(value: &Value, declared: Option<&Declared>) -> Json {
    let written = declared.filter(|declared| declared.value == *value).and_then(|declared| declared.written.clone());
    written.or_else(|| value.as_str().map(str::to_owned)).map_or(Json::Null, Json::from)
}

async fn make(request: MakeRequest<'_>) -> Result<BTreeMap<String, Value>, ChangeFailed> {
    let bus = request.wanted(BUS).and_then(Value::as_str).unwrap_or(OnBus::DEFAULT);
    let rule = OnBus { bus: bus.to_owned(), name: request.id.name.clone() };
    let mut input = Map::from_iter([("Name".to_owned(), json!(rule.name)), ("EventBusName".to_owned(), json!(rule.bus))]);
    for (setting, member) in MEMBERS {
        let declared = request.wanted.get(setting);
        input.extend(declared.map(|declared| (member.to_owned(), sent(&declared.value, Some(declared)))));
    }
    let tags: Vec<Json> = request.tags().into_iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
    input.insert("Tags".to_owned(), Json::from(tags));
    request.connection.ask(&PUT_RULE, &request.id.region, Json::Object(input)).await?;
    Ok(BTreeMap::from([(Live::ID.to_owned(), Value::from(rule.id()))]))
}

async fn change(request: ChangeRequest<'_>) -> Result<(), ChangeFailed> {
    let (connection, region) = (request.connection, &request.id.region);
    let rule = known(request.facts, &request.id.name);
    let now = describe(connection, region, &rule).await?.ok_or(ChangeFailed::Gone)?;
    let of_rule: Vec<_> =
        request.changes.iter().filter(|change| MEMBERS.iter().any(|(setting, _)| *setting == change.setting)).copied().collect();
    request.refuse_if_moved(&settings(&now), &of_rule)?;
    if !of_rule.is_empty() {
        let mut input = Map::from_iter([("Name".to_owned(), json!(rule.name)), ("EventBusName".to_owned(), json!(rule.bus))]);
        for (setting, member) in MEMBERS {
            let kept = || now.text(member).map_or(Json::Null, Json::from);
            let value = request.after(setting).map_or_else(kept, |after| sent(after, request.wanted.get(setting)));
            input.insert(member.to_owned(), value);
        }
        connection.ask(&PUT_RULE, region, Json::Object(input)).await?;
    }
    let arn = now.text("Arn").unwrap_or_default();
    let Retag { on, off } = Retag::of(&request);
    if !on.is_empty() {
        let tags: Vec<Json> = on.into_iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
        connection.ask(&TAG, region, json!({ "ResourceARN": arn, "Tags": tags })).await?;
    }
    if !off.is_empty() {
        connection.ask(&UNTAG, region, json!({ "ResourceARN": arn, "TagKeys": off })).await?;
    }
    Ok(())
}

//! The calls: `DescribeEventSubscriptions` tells all of every subscription but its tags.

use super::{CATEGORIES, ENABLED, NAME, SOURCE_TYPE, SOURCES, SPEC, TOPIC};
use crate::aws::untyped::{Answer as _, Operation};
use crate::aws::{CallFailed, Connection};
use crate::kinds::rds::{RDS, tagging};
use crate::kinds::{ChangeFailed, ChangeRequest, FindRequest, Flat, Found, MakeRequest, RemoveRequest, WholeAws, tags};
use crate::model::{Live, Reading, ResourceId, Value};
use futures_util::future::{BoxFuture, join_all};
use serde_json::{Map, Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};

static DESCRIBE: Operation = RDS.operation("DescribeEventSubscriptions");
static CREATE: Operation = RDS.operation("CreateEventSubscription");
static MODIFY: Operation = RDS.operation("ModifyEventSubscription");
static ADD: Operation = RDS.operation("AddSourceIdentifierToSubscription");
static REMOVE: Operation = RDS.operation("RemoveSourceIdentifierFromSubscription");
static DELETE: Operation = RDS.operation("DeleteEventSubscription");

const NOT_FOUND: &str = "SubscriptionNotFound";

/// The calls.
pub(super) struct SubscriptionCalls;

impl WholeAws for SubscriptionCalls {
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
            match request.connection.ask(&DELETE, &request.id.region, json!({ "SubscriptionName": request.id.name })).await {
                Ok(_) => Ok(()),
                Err(failed) if failed.is(NOT_FOUND) => Ok(()),
                Err(failed) => Err(failed.into()),
            }
        })
    }
}

async fn find(request: FindRequest<'_>) -> Found {
    let connection = request.connection;
    let region = connection.identity.region.clone();
    let mut found = Found::default();
    let all = match connection.pages(&DESCRIBE, &region, Map::new(), "EventSubscriptionsList", ("Marker", "Marker")).await {
        Ok(all) => all,
        Err(failed) => {
            found.gaps.push(connection.gap(&region, Some(SPEC.name), None, &failed));
            return found;
        }
    };
    let named = |one: &Json| Some((one.text("CustSubscriptionId")?, one.text("EventSubscriptionArn")?));
    let sought: Vec<_> =
        all.iter().filter_map(|one| Some((one, named(one)?))).filter(|(_, (name, arn))| request.is_listed(name, arn)).collect();
    let tags = join_all(sought.iter().map(|(_, (_, arn))| tagging::list(connection, &region, arn))).await;
    for ((one, (name, arn)), tags) in sought.into_iter().zip(tags) {
        match tags {
            // The tagging API lags: what it still shows may have been released.
            Ok(tags) => found.live.extend(Some(live(connection, one, name, arn, tags)).filter(|live| request.is_sought(live))),
            // Without its tags nobody knows whose it is.
            Err(failed) => found.gaps.push(connection.gap(&region, Some(SPEC.name), None, &failed)),
        }
    }
    found
}

fn live(connection: &Connection, one: &Json, name: String, arn: String, tags: BTreeMap<String, String>) -> Live {
    let id = ResourceId {
        kind: SPEC.name.to_owned(),
        target: connection.target.name.clone(),
        region: connection.identity.region.clone(),
        name: name.clone(),
    };
    let mut live = Live { id, arn: Some(arn), ..Live::default() };
    tags::note(&mut live, tags);
    let text = |member: &str| one.text(member).filter(|text| !text.is_empty()).map(Value::from);
    let texts = |member: &str| {
        let texts: Vec<Value> = one.items(member).into_iter().filter_map(|item| item.as_str().map(Value::from)).collect();
        (!texts.is_empty()).then(|| Value::set(texts))
    };
    let reading = |value: Option<Value>| value.map_or(Reading::Unset, Reading::Known);
    live.set([
        (NAME, Reading::Known(Value::from(name))),
        (TOPIC, reading(text("SnsTopicArn"))),
        (SOURCE_TYPE, reading(text("SourceType"))),
        (SOURCES, reading(texts("SourceIdsList"))),
        (CATEGORIES, reading(texts("EventCategoriesList"))),
        (ENABLED, reading(one.flag("Enabled").map(Value::Bool))),
    ]);
    live
}

async fn make(request: MakeRequest<'_>) -> Result<BTreeMap<String, Value>, ChangeFailed> {
    let flat = Flat::of_wanted(request.wanted);
    let input = json!({
        "SubscriptionName": request.id.name,
        "SnsTopicArn": flat.text(TOPIC),
        "SourceType": flat.text(SOURCE_TYPE),
        "SourceIds": flat.texts(SOURCES).filter(|texts| !texts.is_empty()),
        "EventCategories": flat.texts(CATEGORIES).filter(|texts| !texts.is_empty()),
        // Said even where it is left out: not every service in RDS's place takes silence for yes.
        "Enabled": flat.flag(ENABLED).unwrap_or(true),
        "Tags": tagging::sent(request.tags()),
    });
    request.connection.ask(&CREATE, &request.id.region, input).await?;
    Ok(BTreeMap::new())
}

async fn change(request: ChangeRequest<'_>) -> Result<(), ChangeFailed> {
    let (connection, region) = (request.connection, request.id.region.as_str());
    let now = read(&request).await?;
    request.refuse_if_moved(&now.settings, request.changes)?;
    let (before, after) = (Flat::of_readings(&now.settings), Flat::of_readings(&now.settings).with(request.changes));
    let sources = |flat: &Flat| flat.texts(SOURCES).unwrap_or_default().into_iter().collect::<BTreeSet<String>>();
    let (old, new) = (sources(&before), sources(&after));
    let changes_type = request.after(SOURCE_TYPE).is_some();
    // Things of one type cannot stay when it becomes another; else new ones come before old ones go, so that none is all for a moment.
    if changes_type {
        each(&request, &REMOVE, old.iter()).await?;
    }
    if [TOPIC, SOURCE_TYPE, CATEGORIES, ENABLED].iter().any(|setting| request.after(setting).is_some()) {
        let input = json!({
            "SubscriptionName": request.id.name,
            "SnsTopicArn": after.text(TOPIC),
            // What is empty is taken away.
            "SourceType": after.text(SOURCE_TYPE).unwrap_or_default(),
            "EventCategories": after.texts(CATEGORIES).unwrap_or_default(),
            "Enabled": after.flag(ENABLED),
        });
        match connection.ask(&MODIFY, region, input).await {
            Ok(_) => {}
            Err(failed) if failed.is(NOT_FOUND) => return Err(ChangeFailed::Gone),
            Err(failed) => return Err(failed.into()),
        }
    }
    if changes_type {
        each(&request, &ADD, new.iter()).await?;
    } else {
        each(&request, &ADD, new.difference(&old)).await?;
        each(&request, &REMOVE, old.difference(&new)).await?;
    }
    tagging::retag(&request, now.arn.as_deref().unwrap_or_default()).await
}

/// Adds or removes sources one by one, as RDS has it.
async fn each(request: &ChangeRequest<'_>, operation: &Operation, sources: impl Iterator<Item = &String>) -> Result<(), CallFailed> {
    for source in sources {
        let input = json!({ "SubscriptionName": request.id.name, "SourceIdentifier": source });
        request.connection.ask(operation, &request.id.region, input).await?;
    }
    Ok(())
}

/// The subscription as it is now, without its tags.
async fn read(request: &ChangeRequest<'_>) -> Result<Live, ChangeFailed> {
    let (connection, name) = (request.connection, &request.id.name);
    let answer = match connection.ask(&DESCRIBE, &request.id.region, json!({ "SubscriptionName": name })).await {
        Ok(answer) => answer,
        Err(failed) if failed.is(NOT_FOUND) => return Err(ChangeFailed::Gone),
        Err(failed) => return Err(failed.into()),
    };
    let one = answer.items("EventSubscriptionsList").into_iter().next().ok_or(ChangeFailed::Gone)?;
    let arn = one.text("EventSubscriptionArn").unwrap_or_default();
    let mut live = live(connection, one, name.clone(), arn, BTreeMap::new());
    // What was not read says nothing.
    live.settings.remove(tags::PATH);
    let tags = request.before.get(tags::PATH).cloned();
    live.settings.extend(tags.map(|tags| (tags::PATH.to_owned(), tags)));
    Ok(live)
}

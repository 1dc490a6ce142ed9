//! Event subscriptions: what RDS tells a topic. Nothing is told.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::databases::Databases;
use super::{arn, fault, filters, invalid, page, required, tags, together};
use crate::sandbox::services::input::Input;
use crate::sandbox::services::{AwsError, Call};

/// One event subscription.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Subscription {
    pub(crate) name: String,
    pub(crate) arn: String,
    pub(crate) account: String,
    pub(crate) topic: String,
    pub(crate) source_type: Option<String>,
    pub(crate) sources: Vec<String>,
    pub(crate) categories: Vec<String>,
    pub(crate) enabled: bool,
    pub(crate) created_at: Timestamp,
    pub(crate) tags: Option<BTreeMap<String, String>>,
}

/// The types of sources with their categories.
///
/// Source: RDS User Guide, "Amazon RDS event categories and event messages".
const CATEGORIES: &[(&str, &[&str])] = &[
    (
        "db-instance",
        &[
            "availability",
            "backtrack",
            "backup",
            "configuration change",
            "creation",
            "deletion",
            "failover",
            "failure",
            "low storage",
            "maintenance",
            "notification",
            "read replica",
            "recovery",
            "restoration",
            "security",
            "security patching",
        ],
    ),
    ("db-snapshot", &["creation", "deletion", "notification", "restoration"]),
    ("db-parameter-group", &["configuration change"]),
    ("db-security-group", &["configuration change", "failure"]),
    (
        "db-cluster",
        &[
            "configuration change",
            "creation",
            "deletion",
            "failover",
            "failure",
            "global-failover",
            "maintenance",
            "migration",
            "notification",
            "read replica",
            "serverless",
        ],
    ),
    ("db-cluster-snapshot", &["backup", "notification"]),
    ("custom-engine-version", &["creation", "failure", "restoring"]),
    ("db-proxy", &["configuration change", "creation", "deletion", "failure"]),
    ("blue-green-deployment", &["creation", "deletion", "failure", "notification"]),
    ("db-shard-group", &["failure", "maintenance", "notification"]),
    ("zero-etl", &["notification"]),
];

fn not_found(name: &str) -> AwsError {
    fault("SubscriptionNotFound", 404, format!("Subscription {name} not found."))
}

fn shown(subscription: &Subscription) -> Value {
    json!({
        "CustSubscriptionId": subscription.name,
        "CustomerAwsId": subscription.account,
        "EventSubscriptionArn": subscription.arn,
        "SnsTopicArn": subscription.topic,
        "SourceType": subscription.source_type,
        "SourceIdsList": subscription.sources,
        "EventCategoriesList": subscription.categories,
        "Enabled": subscription.enabled,
        "Status": "active",
        "SubscriptionCreationTime": subscription.created_at.strftime("%Y-%m-%d %H:%M:%S%.3f").to_string(),
    })
}

/// A topic must be there, in the same region.
fn check_topic(call: &mut Call<'_>, topic: &str) -> Result<(), AwsError> {
    let parts: Vec<&str> = topic.split(':').collect();
    let ["arn", _, "sns", region, _, name] = parts.as_slice() else {
        return Err(fault("SNSInvalidTopic", 400, format!("SNS topic ARN {topic} is not valid.")));
    };
    if *region != call.caller.region || call.region().sns.get(name).is_none() {
        return Err(fault("SNSTopicArnNotFound", 404, format!("SNS topic ARN {topic} does not exist.")));
    }
    Ok(())
}

/// Checks a source type with its categories.
pub(crate) fn check(source_type: Option<&str>, categories: &[String]) -> Result<(), AwsError> {
    let known = source_type.map(|wanted| CATEGORIES.iter().find(|(name, _)| *name == wanted));
    let allowed: Vec<&str> = match known {
        Some(None) => return Err(invalid(format!("Invalid source type: {}", source_type.unwrap_or_default()))),
        Some(Some((_, categories))) => categories.to_vec(),
        None => CATEGORIES.iter().flat_map(|(_, categories)| categories.iter().copied()).collect(),
    };
    match categories.iter().find(|category| !allowed.contains(&category.as_str())) {
        Some(unknown) => Err(fault("SubscriptionCategoryNotFound", 404, format!("Category {unknown} not found."))),
        None => Ok(()),
    }
}

/// Sources must be there, where they are of a type that is held here.
fn check_sources(held: &Databases, source_type: Option<&str>, sources: &[String]) -> Result<(), AwsError> {
    let Some(source_type) = source_type else {
        return if sources.is_empty() { Ok(()) } else { Err(together("SourceType must be specified with SourceIds.")) };
    };
    let missing = sources.iter().find(|name| match source_type {
        "db-instance" => !held.instances.contains_key(*name),
        "db-cluster" => !held.clusters.contains_key(*name),
        _ => false,
    });
    match missing {
        Some(name) => Err(fault("SourceNotFound", 404, format!("Source {name} not found."))),
        None => Ok(()),
    }
}

fn owned(texts: Vec<&str>) -> Vec<String> {
    let mut texts: Vec<String> = texts.into_iter().map(str::to_owned).collect();
    texts.sort();
    texts.dedup();
    texts
}

/// `CreateEventSubscription`.
pub(super) fn create(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let name = required(fields, "SubscriptionName")?.to_lowercase();
    if name.chars().count() > 254 {
        return Err(invalid("The subscription name must have fewer than 255 characters."));
    }
    let topic = required(fields, "SnsTopicArn")?.to_owned();
    let source_type = fields.text("SourceType")?.filter(|text| !text.is_empty()).map(str::to_owned);
    let (sources, categories) = (owned(fields.texts("SourceIds")?), owned(fields.texts("EventCategories")?));
    let enabled = fields.flag("Enabled")?.unwrap_or(true);
    let tagged = tags::read(fields)?;
    check_topic(call, &topic)?;
    check(source_type.as_deref(), &categories)?;
    let (now, account, region) = (call.now, call.caller.account.clone(), call.caller.region.clone());
    let held = &mut call.region().rds;
    held.settle(now);
    check_sources(held, source_type.as_deref(), &sources)?;
    if held.subscriptions.contains_key(&name) {
        return Err(fault("SubscriptionAlreadyExist", 400, format!("Subscription {name} already exists.")));
    }
    let subscription = Subscription {
        arn: arn(&account, &region, "es", &name),
        name: name.clone(),
        account,
        topic,
        source_type,
        sources,
        categories,
        enabled,
        created_at: now,
        tags: tagged,
    };
    let answer = json!({ "EventSubscription": shown(&subscription) });
    held.subscriptions.insert(name, subscription);
    Ok(answer)
}

/// `ModifyEventSubscription`.
pub(super) fn modify(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let name = required(fields, "SubscriptionName")?.to_lowercase();
    let topic = fields.text("SnsTopicArn")?.map(str::to_owned);
    if let Some(topic) = &topic {
        check_topic(call, topic)?;
    }
    let source_type = fields.text("SourceType")?.map(str::to_owned);
    let categories = fields.get("EventCategories").is_some().then(|| fields.texts("EventCategories").map(owned)).transpose()?;
    let enabled = fields.flag("Enabled")?;
    let subscription = call.region().rds.subscriptions.get_mut(&name).ok_or_else(|| not_found(&name))?;
    let mut changed = subscription.clone();
    changed.topic = topic.unwrap_or(changed.topic);
    // An empty text takes the type away.
    changed.source_type = source_type.map_or(changed.source_type, |text| (!text.is_empty()).then_some(text));
    changed.categories = categories.unwrap_or(changed.categories);
    changed.enabled = enabled.unwrap_or(changed.enabled);
    check(changed.source_type.as_deref(), &changed.categories)?;
    *subscription = changed;
    Ok(json!({ "EventSubscription": shown(subscription) }))
}

/// `AddSourceIdentifierToSubscription`.
pub(super) fn add_source(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    source(call, input, |sources, one| {
        sources.push(one);
        sources.sort();
        sources.dedup();
    })
}

/// `RemoveSourceIdentifierFromSubscription`.
pub(super) fn remove_source(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    source(call, input, |sources, one| sources.retain(|other| *other != one))
}

fn source(call: &mut Call<'_>, input: &Value, change: impl FnOnce(&mut Vec<String>, String)) -> Result<Value, AwsError> {
    let fields = Input(input);
    let (name, one) = (required(fields, "SubscriptionName")?.to_lowercase(), required(fields, "SourceIdentifier")?.to_owned());
    let now = call.now;
    let held = &mut call.region().rds;
    held.settle(now);
    let mut subscription = held.subscriptions.get(&name).cloned().ok_or_else(|| not_found(&name))?;
    change(&mut subscription.sources, one);
    check_sources(held, subscription.source_type.as_deref(), &subscription.sources)?;
    let answer = json!({ "EventSubscription": shown(&subscription) });
    held.subscriptions.insert(name, subscription);
    Ok(answer)
}

/// `DeleteEventSubscription`.
pub(super) fn delete(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let name = required(Input(input), "SubscriptionName")?.to_lowercase();
    let gone = call.region().rds.subscriptions.remove(&name).ok_or_else(|| not_found(&name))?;
    Ok(json!({ "EventSubscription": shown(&gone) }))
}

/// `DescribeEventSubscriptions`.
pub(super) fn describe(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let named = fields.text("SubscriptionName")?.map(str::to_lowercase);
    let held = call.region().rds.subscriptions.clone();
    if let Some(name) = named.as_ref().filter(|name| !held.contains_key(*name)) {
        return Err(not_found(name));
    }
    let all: Vec<&Subscription> = held.values().filter(|one| named.as_ref().is_none_or(|name| *name == one.name)).collect();
    let (page, marker) = page(call, fields, all, |one| one.name.clone())?;
    let list: Vec<Value> = page.into_iter().map(shown).collect();
    Ok(json!({ "EventSubscriptionsList": list, "Marker": marker }))
}

/// `DescribeEventCategories`.
pub(super) fn categories(_: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let wanted = Input(input).text("SourceType")?;
    filters(Input(input))?;
    let chosen = CATEGORIES.iter().filter(|(name, _)| wanted.is_none_or(|wanted| wanted == *name));
    let list: Vec<Value> = chosen.map(|(name, categories)| json!({ "SourceType": name, "EventCategories": categories })).collect();
    Ok(json!({ "EventCategoriesMapList": list }))
}

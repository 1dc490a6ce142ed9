//! The calls: `GetTopicAttributes` for each topic, `ListSubscriptionsByTopic` and one call for each of its confirmed subscriptions.

mod audience;

pub(super) use audience::Audiences;

use super::{FOREIGN, PENDING, SPEC, SUBSCRIPTION, UNSAID, policy};
use crate::aws::{CallFailed, Connection};
use crate::kinds::json::sorted;
use crate::kinds::tags::{self, Retag};
use crate::kinds::{ChangeFailed, ChangeRequest, FindRequest, Flat, Found, MakeRequest, RemoveRequest, WholeAws};
use crate::model::{Declared, Live, Reading, ResourceId, Value, path};
use aws_sdk_sns::Client;
use aws_sdk_sns::types::{Subscription, Tag};
use futures_util::future::{BoxFuture, join_all};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

const LIST: &str = "sns:ListTopics";
const GET: &str = "sns:GetTopicAttributes";
const LIST_SUBSCRIPTIONS: &str = "sns:ListSubscriptionsByTopic";
const GET_SUBSCRIPTION: &str = "sns:GetSubscriptionAttributes";
const LIST_TAGS: &str = "sns:ListTagsForResource";
const CREATE: &str = "sns:CreateTopic";
const SET: &str = "sns:SetTopicAttributes";
const DELETE: &str = "sns:DeleteTopic";
const SUBSCRIBE: &str = "sns:Subscribe";
const UNSUBSCRIBE: &str = "sns:Unsubscribe";
const SET_SUBSCRIPTION: &str = "sns:SetSubscriptionAttributes";
const TAG: &str = "sns:TagResource";
const UNTAG: &str = "sns:UntagResource";

/// What AWS writes in place of the ARN of a subscription that waits to be confirmed.
const WAITS: &str = "PendingConfirmation";

/// The settings of a topic, with SNS's names for them.
const ATTRIBUTES: [(&str, &str); 8] = [
    ("display_name", "DisplayName"),
    ("policy", "Policy"),
    ("delivery_policy", "DeliveryPolicy"),
    ("kms_master_key_id", "KmsMasterKeyId"),
    ("fifo_topic", "FifoTopic"),
    ("content_based_deduplication", "ContentBasedDeduplication"),
    ("signature_version", "SignatureVersion"),
    ("tracing_config", "TracingConfig"),
];

/// The settings of a subscription, with SNS's names for them, in the order in which they are set: what a filter looks at before the filter.
const OF_SUBSCRIPTION: [(&str, &str); 6] = [
    ("filter_policy_scope", "FilterPolicyScope"),
    ("filter_policy", "FilterPolicy"),
    ("raw_message_delivery", "RawMessageDelivery"),
    ("redrive_policy", "RedrivePolicy"),
    ("delivery_policy", "DeliveryPolicy"),
    ("subscription_role_arn", "SubscriptionRoleArn"),
];

/// The calls.
pub(super) struct TopicCalls;

impl WholeAws for TopicCalls {
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
            let client = client(request.connection, &request.id.region);
            let topic = arn(request.connection, request.id);
            // One that is gone already is no error of SNS.
            request.connection.call(DELETE, client.delete_topic().topic_arn(topic).send()).await?;
            Ok(())
        })
    }
}

fn client(connection: &Connection, region: &str) -> Arc<Client> {
    connection
        .client("sns", region, |config, witness| Client::from_conf(aws_sdk_sns::config::Builder::from(config).interceptor(witness).build()))
}

fn arn(connection: &Connection, id: &ResourceId) -> String {
    SPEC.arn(&id.region, &connection.identity.account, &id.name).unwrap_or_default()
}

async fn find(request: FindRequest<'_>) -> Found {
    let connection = request.connection;
    let region = connection.identity.region.clone();
    let client = client(connection, &region);
    let start = SPEC.arn_start(&region, &connection.identity.account);
    let marked = request.marked.iter().filter_map(|thing| Some(thing.arn.strip_prefix(&start)?.to_owned()));
    let mut names: BTreeSet<String> = request.names.iter().cloned().chain(marked).collect();
    let mut found = Found::default();
    if request.everything {
        match list(connection, &client).await {
            Ok(arns) => names.extend(arns.iter().filter_map(|arn| Some(arn.strip_prefix(&start)?.to_owned()))),
            Err(failed) => found.gaps.push(connection.gap(&region, Some(SPEC.name), None, &failed)),
        }
    }
    let reads = names.iter().map(|name| read(connection, &client, name, format!("{start}{name}")));
    for read in join_all(reads).await {
        match read {
            // The tagging API lags: what it still shows may have been released.
            Ok(live) => found.live.extend(live.filter(|live| request.is_sought(live)).map(|live| as_found(live, request.everything))),
            // Without all of it nobody knows whose it is, or who gets what is published.
            Err(failed) => found.gaps.push(connection.gap(&region, Some(SPEC.name), None, &failed)),
        }
    }
    found
}

/// A topic with the text of its policy and what no block says where everything is read, as only `adopt` writes it down.
fn as_found(mut live: Live, everything: bool) -> Live {
    if !everything {
        live.facts.remove(&Live::written_fact("policy"));
        live.facts.remove(UNSAID);
    }
    live
}

/// The ARNs of all topics of the region.
async fn list(connection: &Connection, client: &Client) -> Result<Vec<String>, CallFailed> {
    let mut arns = Vec::new();
    let mut from: Option<String> = None;
    loop {
        let page = connection.call(LIST, client.list_topics().set_next_token(from.take()).send()).await?;
        arns.extend(page.topics.unwrap_or_default().into_iter().filter_map(|topic| topic.topic_arn));
        from = page.next_token.filter(|token| !token.is_empty());
        if from.is_none() {
            return Ok(arns);
        }
    }
}

/// Reads one topic; `None` where there is none of the name.
async fn read(connection: &Connection, client: &Client, name: &str, arn: String) -> Result<Option<Live>, CallFailed> {
    let attributes = match connection.call(GET, client.get_topic_attributes().topic_arn(&arn).send()).await {
        Ok(answer) => answer.attributes.unwrap_or_default().into_iter().collect::<BTreeMap<_, _>>(),
        Err(failed) if failed.is("NotFound") || failed.is("NotFoundException") => return Ok(None),
        Err(failed) => return Err(failed),
    };
    let tags = list_tags(connection, client, &arn).await?;
    let id = ResourceId {
        kind: SPEC.name.to_owned(),
        target: connection.target.name.clone(),
        region: connection.identity.region.clone(),
        name: name.to_owned(),
    };
    let mut live = Live { id, ..Live::default() };
    tags::note(&mut live, tags);
    live.set([("name", Reading::Known(Value::from(name)))]);
    for (setting, attribute) in ATTRIBUTES {
        let value = attributes.get(attribute).and_then(|text| value(setting, text));
        live.set(value.map(|value| (setting, Reading::Known(value))));
    }
    live.facts.extend(attributes.get("Policy").map(|text| (Live::written_fact("policy"), Value::from(text.as_str()))));
    // `LambdaSuccessFeedbackRoleArn`, `HTTPSuccessFeedbackSampleRate` and their like: how deliveries are logged.
    let is_log = |name: &&String| name.ends_with("FeedbackRoleArn") || name.ends_with("FeedbackSampleRate");
    let logs: Vec<Value> = attributes.keys().filter(is_log).map(|name| Value::from(name.as_str())).collect();
    live.facts.extend((!logs.is_empty()).then(|| (UNSAID.to_owned(), Value::set(logs))));
    let mut waiting = Vec::new();
    let mut foreign = Vec::new();
    for subscription in subscriptions(connection, client, &arn).await? {
        let Some(key) = key(&subscription) else { continue };
        let block = path::keyed(SUBSCRIPTION, &key);
        live.settings.extend(of_subscription(connection, client, &subscription, &block, &arn).await?);
        if is_foreign(&subscription, &arn) {
            foreign.push(Value::from(key));
        } else if subscription.subscription_arn() == Some(WAITS) {
            waiting.push(Value::from(key));
        }
    }
    for (fact, keys) in [(PENDING, waiting), (FOREIGN, foreign)] {
        live.facts.extend((!keys.is_empty()).then(|| (fact.to_owned(), Value::set(keys))));
    }
    live.arn = Some(arn);
    Ok(Some(live))
}

async fn list_tags(connection: &Connection, client: &Client, arn: &str) -> Result<BTreeMap<String, String>, CallFailed> {
    let answer = connection.call(LIST_TAGS, client.list_tags_for_resource().resource_arn(arn).send()).await?;
    let tags = answer.tags.unwrap_or_default().into_iter();
    Ok(tags.map(|tag| (tag.key, tag.value)).collect())
}

/// The value of a setting as it is compared; `None` where AWS's text is as good as none.
fn value(setting: &str, text: &str) -> Option<Value> {
    let json = |canonical: fn(&serde_json::Value) -> serde_json::Value| {
        let json: serde_json::Value = serde_json::from_str(text).ok()?;
        let is_empty = json.as_object().is_some_and(serde_json::Map::is_empty);
        (!is_empty).then(|| Value::from(canonical(&json).to_string()))
    };
    match setting {
        _ if text.is_empty() => None,
        "policy" => json(policy::canonical),
        "delivery_policy" | "filter_policy" | "redrive_policy" => json(sorted),
        "fifo_topic" | "content_based_deduplication" | "raw_message_delivery" => Some(Value::Bool(text.eq_ignore_ascii_case("true"))),
        "signature_version" => text.parse::<i64>().ok().map(Value::from),
        _ => Some(Value::from(text)),
    }
}

async fn subscriptions(connection: &Connection, client: &Client, topic: &str) -> Result<Vec<Subscription>, CallFailed> {
    let mut all = Vec::new();
    let mut from: Option<String> = None;
    loop {
        let call = client.list_subscriptions_by_topic().topic_arn(topic).set_next_token(from.take());
        let page = connection.call(LIST_SUBSCRIPTIONS, call.send()).await?;
        all.extend(page.subscriptions.unwrap_or_default());
        from = page.next_token.filter(|token| !token.is_empty());
        if from.is_none() {
            return Ok(all);
        }
    }
}

/// What tells a subscription apart. One that was removed is listed for a while.
fn key(subscription: &Subscription) -> Option<String> {
    if subscription.subscription_arn() == Some("Deleted") {
        return None;
    }
    Some(format!("{}/{}", subscription.protocol()?, subscription.endpoint()?))
}

fn is_foreign(subscription: &Subscription, topic: &str) -> bool {
    subscription.owner().is_some_and(|owner| !owner.is_empty() && owner != policy::account(topic))
}

/// What is set of a subscription; of one that waits, or is another account's, only that it is there.
async fn of_subscription(
    connection: &Connection,
    client: &Client,
    subscription: &Subscription,
    block: &str,
    topic: &str,
) -> Result<BTreeMap<String, Reading>, CallFailed> {
    let text = |name: &str, text: Option<&str>| (path::child(block, name), Reading::Known(Value::from(text.unwrap_or_default())));
    let mut read = BTreeMap::from([
        (block.to_owned(), Reading::Known(Value::Bool(true))),
        text("protocol", subscription.protocol()),
        text("endpoint", subscription.endpoint()),
    ]);
    let Some(arn) = subscription.subscription_arn().filter(|arn| *arn != WAITS && !is_foreign(subscription, topic)) else {
        return Ok(read);
    };
    let answer = match connection.call(GET_SUBSCRIPTION, client.get_subscription_attributes().subscription_arn(arn).send()).await {
        Ok(answer) => answer,
        // It was removed since it was listed.
        Err(failed) if failed.is("NotFound") || failed.is("NotFoundException") => return Ok(BTreeMap::new()),
        Err(failed) => return Err(failed),
    };
    let attributes: BTreeMap<String, String> = answer.attributes.unwrap_or_default().into_iter().collect();
    for (setting, attribute) in OF_SUBSCRIPTION {
        let value = attributes.get(attribute).and_then(|text| value(setting, text));
        read.extend(value.map(|value| (path::child(block, setting), Reading::Known(value))));
    }
    Ok(read)
}

/// The text that SNS takes for a setting, which the policy may have written in its own way; an empty one is none.
fn sent(topic: &str, setting: &str, value: &Value, declared: Option<&Declared>) -> String {
    let written = declared.filter(|declared| declared.value == *value).and_then(|declared| declared.written.as_ref());
    match (setting, value) {
        // It names its topic, and one block can be about topics of several regions.
        ("policy", Value::String(text)) if text == policy::DEFAULT => policy::default(topic),
        (_, Value::String(text)) => written.unwrap_or(text).clone(),
        ("filter_policy", Value::Null) => "{}".to_owned(),
        (_, Value::Null) => String::new(),
        (_, other) => other.to_string(),
    }
}

async fn make(request: MakeRequest<'_>) -> Result<BTreeMap<String, Value>, ChangeFailed> {
    let connection = request.connection;
    let client = client(connection, &request.id.region);
    let topic = arn(connection, request.id);
    let flat = Flat::of_wanted(request.wanted);
    // A standard topic does not know of the two flags of a FIFO topic, not even as off.
    let is_said = |value: &&Value| **value != Value::Bool(false) && value.as_str() != Some(policy::DEFAULT);
    let attributes = ATTRIBUTES.into_iter().filter_map(|(setting, attribute)| {
        let value = flat.get(setting).filter(is_said)?;
        Some((attribute.to_owned(), sent(&topic, setting, value, request.wanted.get(setting))))
    });
    let tags = request.tags().into_iter().filter_map(|(key, value)| Tag::builder().key(key).value(value).build().ok());
    let call = client.create_topic().name(&request.id.name).set_attributes(Some(attributes.collect())).set_tags(Some(tags.collect()));
    connection.call(CREATE, call.send()).await?;
    for key in flat.keys(SUBSCRIPTION) {
        subscribe(connection, &client, &topic, request.wanted, &key).await?;
    }
    Ok(BTreeMap::new())
}

async fn subscribe(
    connection: &Connection,
    client: &Client,
    topic: &str,
    wanted: &BTreeMap<String, Declared>,
    key: &str,
) -> Result<(), ChangeFailed> {
    let flat = Flat::of_wanted(wanted);
    let block = path::keyed(SUBSCRIPTION, key);
    let at = |name: &str| path::child(&block, name);
    let attributes = OF_SUBSCRIPTION.into_iter().filter_map(|(setting, attribute)| {
        let value = flat.get(&at(setting)).filter(|value| **value != Value::Bool(false))?;
        Some((attribute.to_owned(), sent(topic, setting, value, wanted.get(&at(setting)))))
    });
    let call = client
        .subscribe()
        .topic_arn(topic)
        .set_protocol(flat.text(&at("protocol")))
        .set_endpoint(flat.text(&at("endpoint")))
        .set_attributes(Some(attributes.collect()))
        .return_subscription_arn(true);
    connection.call(SUBSCRIBE, call.send()).await?;
    Ok(())
}

async fn change(request: ChangeRequest<'_>) -> Result<(), ChangeFailed> {
    let connection = request.connection;
    let client = client(connection, &request.id.region);
    let topic = arn(connection, request.id);
    let now = read(connection, &client, &request.id.name, topic.clone()).await?.ok_or(ChangeFailed::Gone)?;
    request.refuse_if_moved(&now.settings, request.changes)?;
    for (setting, attribute) in ATTRIBUTES {
        let Some(after) = request.after(setting) else { continue };
        let value = sent(&topic, setting, after, request.wanted.get(setting));
        let call = client.set_topic_attributes().topic_arn(&topic).attribute_name(attribute).attribute_value(value);
        match connection.call(SET, call.send()).await {
            Ok(_) => {}
            Err(failed) if failed.is("NotFound") || failed.is("NotFoundException") => return Err(ChangeFailed::Gone),
            Err(failed) => return Err(failed.into()),
        }
    }
    change_subscriptions(&request, &client, &topic).await?;
    let retag = Retag::of(&request);
    if !retag.on.is_empty() {
        let tags = retag.on.into_iter().filter_map(|(key, value)| Tag::builder().key(key).value(value).build().ok());
        connection.call(TAG, client.tag_resource().resource_arn(&topic).set_tags(Some(tags.collect())).send()).await?;
    }
    if !retag.off.is_empty() {
        let call = client.untag_resource().resource_arn(&topic).set_tag_keys(Some(retag.off.into_iter().collect()));
        connection.call(UNTAG, call.send()).await?;
    }
    Ok(())
}

/// New subscriptions come before old ones go, so that somebody is told all the while.
async fn change_subscriptions(request: &ChangeRequest<'_>, client: &Client, topic: &str) -> Result<(), ChangeFailed> {
    let connection = request.connection;
    let of = |setting: &str| path::segments(setting).into_iter().next().filter(|first| first.name == SUBSCRIPTION)?.key;
    let keys: BTreeSet<String> = request.changes.iter().filter_map(|change| of(&change.setting)).collect();
    if keys.is_empty() {
        return Ok(());
    }
    let all = subscriptions(connection, client, topic).await?;
    let there: BTreeMap<String, String> = all.iter().filter_map(|one| Some((key(one)?, one.subscription_arn()?.to_owned()))).collect();
    let mut going = Vec::new();
    for key in keys {
        let block = path::keyed(SUBSCRIPTION, &key);
        match (request.after(&block), there.get(&key)) {
            (Some(Value::Bool(true)), _) => subscribe(connection, client, topic, request.wanted, &key).await?,
            (Some(_), Some(arn)) => going.push((block, arn)),
            (Some(_), None) => {}
            (None, None) => return Err(ChangeFailed::Gone),
            (None, Some(arn)) => set(request, client, topic, &block, arn).await?,
        }
    }
    for (block, arn) in going {
        if arn == WAITS {
            return Err(ChangeFailed::Moved { setting: block, before: "confirmed".to_owned(), now: "waiting to be confirmed".to_owned() });
        }
        connection.call(UNSUBSCRIBE, client.unsubscribe().subscription_arn(arn).send()).await?;
    }
    Ok(())
}

/// Sets what changes of a subscription that stays.
async fn set(request: &ChangeRequest<'_>, client: &Client, topic: &str, block: &str, arn: &str) -> Result<(), ChangeFailed> {
    let at = |name: &str| path::child(block, name);
    let mut writes: Vec<(&str, String)> = Vec::new();
    // A filter that looks into bodies may be one that attributes cannot have, so it goes before it is told to look at attributes.
    let narrows = request.after(&at("filter_policy_scope")).and_then(Value::as_str) == Some("MessageAttributes");
    if narrows && request.before(&at("filter_policy")).is_some() {
        writes.push(("FilterPolicy", "{}".to_owned()));
    }
    for (setting, attribute) in OF_SUBSCRIPTION {
        let declared = request.wanted.get(&at(setting));
        let kept = declared.map(|declared| &declared.value).filter(|_| narrows && setting == "filter_policy");
        writes.extend(request.after(&at(setting)).or(kept).map(|value| (attribute, sent(topic, setting, value, declared))));
    }
    for (attribute, value) in writes {
        let call = client.set_subscription_attributes().subscription_arn(arn).attribute_name(attribute).attribute_value(value);
        request.connection.call(SET_SUBSCRIPTION, call.send()).await?;
    }
    Ok(())
}

//! Subscriptions: who is told, and whether they have said that they want it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::topic::id;
use super::topics::{PAGE, text_map};
use super::{Subscription, Topic, find_topic, invalid, not_found, own_resource, required, subscription_attributes};
use crate::sandbox::services::input::Input;
use crate::sandbox::services::{AwsError, Call};

/// How a message reaches an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    Application,
    Email,
    Firehose,
    Http,
    Lambda,
    Sms,
    Sqs,
}

impl Protocol {
    /// Reads a protocol by the name that SNS gives it.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "application" => Self::Application,
            "email" | "email-json" => Self::Email,
            "firehose" => Self::Firehose,
            "http" | "https" => Self::Http,
            "lambda" => Self::Lambda,
            "sms" => Self::Sms,
            "sqs" => Self::Sqs,
            _ => return None,
        })
    }

    /// Tells whether an endpoint has to confirm before it gets messages of a topic of `account`: people and web servers always, queues,
    /// functions and streams when they belong to somebody else.
    pub(crate) fn must_confirm(self, endpoint: &str, account: &str) -> bool {
        match self {
            Self::Email | Self::Http => true,
            Self::Application | Self::Sms => false,
            Self::Firehose | Self::Lambda | Self::Sqs => endpoint.split(':').nth(4) != Some(account),
        }
    }
}

/// Checks that an endpoint is one of its protocol, and returns what must be told when it is not.
pub(crate) fn check_endpoint(protocol_name: &str, endpoint: &str) -> Result<Protocol, AwsError> {
    let protocol = Protocol::named(protocol_name)
        .ok_or_else(|| invalid(format!("Amazon SNS does not support this protocol string: {protocol_name}")))?;
    let arn_of = |service: &str| endpoint.split(':').nth(2) == Some(service) && endpoint.splitn(6, ':').count() == 6;
    let (fits, wrong) = match protocol {
        Protocol::Email => (endpoint.split_once('@').is_some_and(|(user, host)| !user.is_empty() && host.contains('.')), "Email address"),
        Protocol::Http => (endpoint.starts_with(&format!("{protocol_name}://")), "Endpoint must match the specified protocol"),
        Protocol::Sqs => (arn_of("sqs"), "SQS endpoint ARN"),
        Protocol::Lambda => (arn_of("lambda"), "Lambda endpoint ARN"),
        Protocol::Firehose => (arn_of("firehose"), "Firehose endpoint ARN"),
        Protocol::Application => (arn_of("sns"), "Application endpoint arn invalid"),
        Protocol::Sms => (endpoint.bytes().filter(u8::is_ascii_digit).count() >= 4, "Endpoint Reason: Invalid SMS endpoint"),
    };
    if fits { Ok(protocol) } else { Err(invalid(wrong)) }
}

/// `Subscribe`. Subscribing an endpoint again with nothing that differs returns the subscription that is there.
pub(super) fn subscribe(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let protocol_name = required(fields, "Protocol")?;
    let endpoint = fields.text("Endpoint")?.unwrap_or_default();
    let protocol = check_endpoint(protocol_name, endpoint)?;
    let mut attributes = BTreeMap::new();
    for (name, value) in text_map(fields, "Attributes")? {
        attributes.extend(subscription_attributes::checked(&name, &value)?.map(|value| (name, value)));
    }
    if protocol == Protocol::Firehose && !attributes.contains_key("SubscriptionRoleArn") {
        return Err(invalid("SubscriptionRoleArn Reason: it is required for the protocol firehose"));
    }
    let shows_arn = fields.flag("ReturnSubscriptionArn")?.unwrap_or(false);
    let (principal, account) = (call.caller.arn.clone(), call.caller.account.clone());
    let subscription_id = id(call.state.fresh_number());
    let topic = find_topic(call, fields, "TopicArn")?;
    if topic.is_fifo() && protocol != Protocol::Sqs {
        return Err(invalid(format!("Invalid protocol type: {protocol_name}")));
    }
    let there = topic.subscriptions.iter().find(|there| there.protocol == protocol_name && there.endpoint == endpoint);
    let subscription = if let Some(there) = there {
        if !attributes.is_empty() && attributes != there.attributes {
            return Err(invalid("Attributes Reason: Subscription already exists with different attributes"));
        }
        there.clone()
    } else {
        let made = Subscription {
            arn: format!("{}:{subscription_id}", topic.arn),
            protocol: protocol_name.to_owned(),
            endpoint: endpoint.to_owned(),
            principal,
            pending: protocol.must_confirm(endpoint, &account),
            attributes,
        };
        topic.subscriptions.push(made.clone());
        made
    };
    let arn = if subscription.pending && !shows_arn { "pending confirmation" } else { &subscription.arn };
    Ok(json!({ "SubscriptionArn": arn }))
}

/// `ConfirmSubscription`. The token, which AWS sends to the endpoint, is here the last part of the subscription's ARN.
pub(super) fn confirm(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let token = required(fields, "Token")?;
    let topic = find_topic(call, fields, "TopicArn")?;
    let subscription = topic.subscriptions.iter_mut().find(|subscription| subscription.id() == token).ok_or_else(|| invalid("Token"))?;
    subscription.pending = false;
    Ok(json!({ "SubscriptionArn": subscription.arn }))
}

/// `Unsubscribe`. One that is not there is removed already; one that is pending cannot be removed.
pub(super) fn unsubscribe(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let arn = required(Input(input), "SubscriptionArn")?;
    let resource = own_resource(call, "SubscriptionArn", arn)?;
    let (topic, _) = resource.split_once(':').ok_or_else(|| invalid("SubscriptionArn"))?;
    let Some(topic) = call.region().sns.get_mut(topic) else { return Ok(json!({})) };
    let Some(found) = topic.subscriptions.iter().position(|subscription| subscription.arn == arn) else { return Ok(json!({})) };
    if topic.subscriptions.get(found).is_some_and(|subscription| subscription.pending) {
        return Err(invalid("SubscriptionArn Reason: Cannot unsubscribe a subscription that is pending confirmation"));
    }
    topic.subscriptions.remove(found);
    topic.removed = topic.removed.saturating_add(1);
    Ok(json!({}))
}

/// `ListSubscriptions`, in pages of 100.
pub(super) fn list(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let size = call.page(None, PAGE);
    let all = call.region().sns.iter().flat_map(|topic| topic.subscriptions.iter().map(move |found| shown(topic, found))).collect();
    page(all, Input(input), size)
}

/// `ListSubscriptionsByTopic`, in pages of 100.
pub(super) fn list_by_topic(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let size = call.page(None, PAGE);
    let topic = find_topic(call, Input(input), "TopicArn")?;
    page(topic.subscriptions.iter().map(|found| shown(topic, found)).collect(), Input(input), size)
}

fn shown(topic: &Topic, subscription: &Subscription) -> Value {
    json!({
        "SubscriptionArn": subscription.listed_arn(),
        "Owner": topic.owner,
        "Protocol": subscription.protocol,
        "Endpoint": subscription.endpoint,
        "TopicArn": topic.arn,
    })
}

fn page(all: Vec<Value>, fields: Input<'_>, size: usize) -> Result<Value, AwsError> {
    let skipped: usize = match fields.text("NextToken")? {
        Some(token) => token.parse().map_err(|_| invalid("NextToken"))?,
        None => 0,
    };
    let next = skipped.saturating_add(size);
    let more = all.len() > next;
    let mut answer = json!({ "Subscriptions": all.into_iter().skip(skipped).take(size).collect::<Vec<_>>() });
    if more {
        answer["NextToken"] = json!(next.to_string());
    }
    Ok(answer)
}

/// The subscription that `SubscriptionArn` names, with its topic's ARN and owner.
pub(super) fn find<'a>(call: &'a mut Call<'_>, fields: Input<'_>) -> Result<(String, String, &'a mut Subscription), AwsError> {
    let arn = required(fields, "SubscriptionArn")?;
    let resource = own_resource(call, "SubscriptionArn", arn)?;
    let (topic, _) = resource.split_once(':').ok_or_else(|| invalid("SubscriptionArn"))?;
    let missing = || not_found("Subscription does not exist");
    let topic = call.region().sns.get_mut(topic).ok_or_else(missing)?;
    let (topic_arn, owner) = (topic.arn.clone(), topic.owner.clone());
    let found = topic.subscriptions.iter_mut().find(|subscription| subscription.arn == arn).ok_or_else(missing)?;
    Ok((topic_arn, owner, found))
}

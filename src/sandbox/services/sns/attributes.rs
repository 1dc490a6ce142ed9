//! The attributes of a topic: which there are, what they accept, and what AWS adds.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Topic, invalid, policy};
use crate::sandbox::services::AwsError;

/// Attributes that only exist on FIFO topics.
const FIFO_ONLY: &[&str] = &["ContentBasedDeduplication", "FifoThroughputScope", "ArchivePolicy"];
/// Endpoints whose delivery can be logged.
const FEEDBACK: &[&str] = &["Application", "Firehose", "HTTP", "Lambda", "SQS"];

/// Checks an attribute, and returns it as it is kept; `None` where the value removes it.
pub(super) fn checked(name: &str, value: &str, is_fifo: bool) -> Result<Option<String>, AwsError> {
    let kept = Ok(Some(value.to_owned()));
    let choice = |choices: &[&str]| {
        if choices.contains(&value) {
            kept.clone()
        } else {
            Err(invalid(format!("{name} Reason: must be one of {}, found {value}", choices.join(", "))))
        }
    };
    if FIFO_ONLY.contains(&name) && !is_fifo {
        return Err(invalid(format!("{name} Reason: it can only be set for FIFO topics")));
    }
    match name {
        "Policy" if value.is_empty() => Err(invalid("Policy is empty")),
        "Policy" => policy::normalised(value).map(Some),
        "DisplayName" if value.chars().count() > 100 => Err(invalid("DisplayName Reason: it must have at most 100 characters")),
        "KmsMasterKeyId" | "DeliveryPolicy" | "ArchivePolicy" if value.is_empty() => Ok(None),
        "DisplayName" | "KmsMasterKeyId" => kept,
        "DeliveryPolicy" | "ArchivePolicy" => match serde_json::from_str::<Value>(value) {
            Ok(Value::Object(_)) => kept,
            _ => Err(invalid(format!("{name}: failed to parse JSON"))),
        },
        "SignatureVersion" => choice(&["1", "2"]),
        "TracingConfig" => choice(&["PassThrough", "Active"]),
        "ContentBasedDeduplication" => choice(&["true", "false"]),
        "FifoThroughputScope" => choice(&["Topic", "MessageGroup"]),
        _ => feedback(name, value),
    }
}

/// Logging of deliveries: `LambdaSuccessFeedbackRoleArn` and its like.
fn feedback(name: &str, value: &str) -> Result<Option<String>, AwsError> {
    let kind = FEEDBACK.iter().find_map(|endpoint| name.strip_prefix(endpoint));
    match kind {
        Some("SuccessFeedbackRoleArn" | "FailureFeedbackRoleArn") => Ok((!value.is_empty()).then(|| value.to_owned())),
        Some("SuccessFeedbackSampleRate") if value.is_empty() => Ok(None),
        Some("SuccessFeedbackSampleRate") => match value.parse::<u8>() {
            Ok(0..=100) => Ok(Some(value.to_owned())),
            _ => Err(invalid(format!("{name} Reason: must be between 0 and 100, found {value}"))),
        },
        _ => Err(invalid("AttributeName")),
    }
}

/// All attributes as `GetTopicAttributes` shows them.
pub(super) fn shown(topic: &Topic) -> BTreeMap<String, String> {
    let count = |pending: bool| topic.subscriptions.iter().filter(|subscription| subscription.pending == pending).count().to_string();
    let delivery = topic.attributes.get("DeliveryPolicy").map(String::as_str);
    let mut all = BTreeMap::from([
        ("TopicArn".to_owned(), topic.arn.clone()),
        ("Owner".to_owned(), topic.owner.clone()),
        ("DisplayName".to_owned(), String::new()),
        ("Policy".to_owned(), policy::default(&topic.arn, &topic.owner)),
        ("EffectiveDeliveryPolicy".to_owned(), effective_delivery_policy(delivery)),
        ("SubscriptionsConfirmed".to_owned(), count(false)),
        ("SubscriptionsPending".to_owned(), count(true)),
        ("SubscriptionsDeleted".to_owned(), topic.removed.to_string()),
    ]);
    if topic.is_fifo() {
        all.insert("ContentBasedDeduplication".to_owned(), "false".to_owned());
    }
    all.extend(topic.attributes.clone());
    all
}

/// AWS's policy for retries over HTTP, with what was set in its place.
fn effective_delivery_policy(set: Option<&str>) -> String {
    let mut policy = json!({
        "http": {
            "defaultHealthyRetryPolicy": {
                "minDelayTarget": 20,
                "maxDelayTarget": 20,
                "numRetries": 3,
                "numMaxDelayRetries": 0,
                "numNoDelayRetries": 0,
                "numMinDelayRetries": 0,
                "backoffFunction": "linear",
            },
            "disableSubscriptionOverrides": false,
            "defaultRequestPolicy": { "headerContentType": "text/plain; charset=UTF-8" },
        },
    });
    let set = set.and_then(|set| serde_json::from_str::<Value>(set).ok());
    let http = set.as_ref().and_then(|set| set.get("http")).and_then(Value::as_object);
    if let (Some(http), Some(into)) = (http, policy.get_mut("http").and_then(Value::as_object_mut)) {
        into.extend(http.clone());
    }
    policy.to_string()
}

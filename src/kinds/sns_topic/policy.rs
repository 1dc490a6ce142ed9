//! The policy of a topic: when two mean the same, whom one lets in, and the one that SNS gives to a topic that has none of its own.

use crate::kinds::{Answer, Need, Needed, json::sorted};
use crate::model::{Decision, Effect, Known, PolicyDocument, Principal, Request, Sender, Value, default_topic_policy};
use serde_json::Value as Json;

/// What stands for SNS's own policy wherever policies are compared: it names the topic and its account, so no text of it fits all.
pub(super) const DEFAULT: &str = "\"the policy that SNS gives to every topic\"";

/// AWS's own key for SNS, by its alias.
const OWN_KEY: &str = "alias/aws/sns";

/// The form in which policies are compared.
pub(super) fn canonical(json: &Json) -> Json {
    let Ok(document) = PolicyDocument::from_json(json) else { return sorted(json) };
    if is_default(json, &document) {
        return Json::String(DEFAULT.trim_matches('"').to_owned());
    }
    document.evened()
}

/// Whether it is what SNS gives to the topic that it names, in that topic's own account.
fn is_default(json: &Json, document: &PolicyDocument) -> bool {
    let resource = json.pointer("/Statement/0/Resource").or_else(|| json.pointer("/Statement/Resource"));
    let Some(topic) = resource.and_then(|resource| resource.as_str().or_else(|| resource.get(0)?.as_str())) else { return false };
    let default = PolicyDocument::from_json(&default_topic_policy(topic, account(topic)));
    default.is_ok_and(|default| default.means_the_same_as(document))
}

/// The account in an ARN.
pub(super) fn account(arn: &str) -> &str {
    arn.split(':').nth(4).unwrap_or_default()
}

/// The text of the policy that SNS gives to a topic.
pub(super) fn default(topic: &str) -> String {
    default_topic_policy(topic, account(topic)).to_string()
}

/// Whether anybody at all may publish: a statement lets everybody in without a condition, and none denies it.
///
/// Where a policy is not known to belong to a topic, its own resources stand for that.
pub(super) fn lets_in_anybody(topic: Option<&str>, policy: &str) -> bool {
    if policy == DEFAULT {
        return false;
    }
    let (Ok(document), Ok(json)) = (PolicyDocument::parse(policy), serde_json::from_str::<Json>(policy)) else { return false };
    let named = json.get("Statement").and_then(Json::as_array).into_iter().flatten().filter_map(|one| one.get("Resource")?.as_array());
    let topics: Vec<&str> = match topic {
        Some(topic) => vec![topic],
        None => named.flatten().filter_map(Json::as_str).collect(),
    };
    topics.into_iter().any(|topic| {
        // No account has this number, so that only a statement about everybody is about it; whoever wants to, asks over TLS.
        let nobody = Principal::Account("000000000000".to_owned());
        let request = Request::new(nobody, "sns:Publish", topic).with("aws:SecureTransport", Known::value("true"));
        matches!(document.decide(&request), Decision::Allowed { .. })
    })
}

/// The policy that a topic has, from its compared form.
fn document(topic: &str, policy: &str) -> Option<PolicyDocument> {
    let default = (policy == DEFAULT).then(|| default(topic));
    PolicyDocument::parse(default.as_deref().unwrap_or(policy)).ok()
}

/// What a change of the policy does to the services that publish for a backup's sake; `None` where nobody can tell.
///
/// Who may be shut out because it is not documented whether it sends what the policy compares, counts as shut out.
pub(super) fn effect(topic: &str, before: &str, after: &str) -> Option<Effect> {
    let (before, after) = (document(topic, before)?, document(topic, after)?);
    let mut gained = false;
    for sender in [Sender::Alarm, Sender::EventRule, Sender::BackupVault, Sender::Bucket, Sender::DatabaseEvents] {
        let request = sender.publishes(topic, account(topic), None);
        let lets_in = |policy: &PolicyDocument| match policy.decide(&request) {
            Decision::Allowed { .. } => Some(true),
            Decision::Denied { .. } | Decision::NotAllowed => Some(false),
            Decision::Unknown { reason, .. } => request.is_doubt(&reason).then_some(false),
        };
        match (lets_in(&before), lets_in(&after)) {
            (Some(true), Some(false)) => return Some(Effect::Weakens),
            (Some(false), Some(true)) => gained = true,
            _ => {}
        }
    }
    Some(if gained { Effect::Strengthens } else { Effect::Neutral })
}

/// Whether a topic lets in who needs to publish to it.
pub(super) fn answer(need: &Need, will_be: &dyn Fn(&str) -> Option<Value>) -> Answer {
    let Needed::Entry(request) = &need.needed else { return need.compare(will_be) };
    let Principal::Service(service) = &request.principal else { return Answer::Unknown };
    if let Some(key) = will_be("kms_master_key_id").as_ref().and_then(Value::as_str).filter(|key| is_own_key(key)) {
        return Answer::No {
            reason: format!("is encrypted with `{key}`, which lets no service use it"),
            at: "kms_master_key_id".to_owned(),
            remedy: format!("use a key of your own whose policy allows `kms:GenerateDataKey*` and `kms:Decrypt` to {service}, or none"),
        };
    }
    let policy = will_be("policy");
    let Some(document) = policy.as_ref().and_then(Value::as_str).and_then(|policy| document(&need.of, policy)) else {
        return Answer::Unknown;
    };
    let reason = match document.decide(request) {
        Decision::Allowed { .. } => return Answer::Yes,
        Decision::Unknown { by, reason } if request.is_doubt(&reason) => {
            return Answer::Doubtful {
                reason: format!("judges {service} by a condition (`{by}` in its policy), and {reason}"),
                at: "policy".to_owned(),
                remedy: format!("let {service} in without a condition, and deny it nothing under one: {}", remedy(request, service)),
            };
        }
        Decision::Unknown { .. } => return Answer::Unknown,
        Decision::Denied { by } => format!("denies {} to {service} (`{by}` in its policy)", request.action),
        Decision::NotAllowed => format!("does not allow {} to {service}", request.action),
    };
    Answer::No { reason, at: "policy".to_owned(), remedy: remedy(request, service) }
}

fn remedy(request: &Request, service: &str) -> String {
    format!(
        "add to its policy: `{{ Effect = \"Allow\", Principal = {{ Service = \"{service}\" }}, Action = \"{}\", Resource = \"{}\" }}`",
        request.action, request.resource
    )
}

/// Whether a key is AWS's own, of which nobody can change the policy.
pub(super) fn is_own_key(key: &str) -> bool {
    key == OWN_KEY || (key.starts_with("arn:") && key.ends_with(&format!(":{OWN_KEY}")))
}

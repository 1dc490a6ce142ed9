//! AWS's rules across the settings of a topic and of its subscriptions.

use super::{SUBSCRIPTION, policy};
use crate::kinds::Concern;
use crate::model::{Code, PolicyDocument, Severity, Value, Wanted, path};
use std::collections::BTreeMap;

/// Everything that is wrong.
pub(super) fn check(wanted: &BTreeMap<String, Wanted>) -> Vec<Concern> {
    let mut concerns = Vec::new();
    key(wanted, &mut concerns);
    fifo(wanted, &mut concerns);
    document(wanted, &mut concerns);
    for block in wanted.keys().filter(|at| path::generic(at) == SUBSCRIPTION) {
        subscription(wanted, block, &mut concerns);
    }
    concerns
}

fn concern(code: Code, at: impl Into<String>, title: impl Into<String>, help: impl Into<String>) -> Concern {
    Concern { code, severity: Severity::Error, title: title.into(), at: at.into(), also: None, help: help.into() }
}

fn text<'a>(wanted: &'a BTreeMap<String, Wanted>, at: &str) -> Option<&'a str> {
    wanted.get(at)?.value.as_str()
}

fn is_on(wanted: &BTreeMap<String, Wanted>, at: &str) -> bool {
    wanted.get(at).is_some_and(|wanted| wanted.value == Value::Bool(true))
}

fn key(wanted: &BTreeMap<String, Wanted>, concerns: &mut Vec<Concern>) {
    if text(wanted, "kms_master_key_id").is_some_and(policy::is_own_key) {
        let title =
            "CloudWatch, EventBridge and AWS Backup cannot publish to a topic with AWS's own key for SNS: its policy lets no service in";
        let help = "use a key of your own whose policy allows `kms:GenerateDataKey*` and `kms:Decrypt` to the services that publish";
        let warning = concern(Code::TopicKey, "kms_master_key_id", title, help);
        concerns.push(Concern { severity: Severity::Warning, ..warning });
    }
}

fn fifo(wanted: &BTreeMap<String, Wanted>, concerns: &mut Vec<Concern>) {
    let fifo = is_on(wanted, "fifo_topic");
    if let Some(name) = text(wanted, "name") {
        let base = name.strip_suffix(".fifo");
        if fifo && base.is_none() {
            let title = format!("the name of a FIFO topic ends in `.fifo`, and `{name}` does not");
            concerns.push(concern(Code::TopicFifo, "name", title, format!("name it \"{name}.fifo\"")));
        } else if !fifo && base.is_some() {
            let title = format!("only a FIFO topic's name ends in `.fifo`, and `{name}` is to be a standard one");
            concerns.push(concern(Code::TopicFifo, "name", title, "add `fifo_topic = true`, or choose another name"));
        }
        if base.unwrap_or(name).contains('.') {
            let title = format!("`{name}` cannot be a name: `.` stands in it only before `fifo` at the end");
            concerns.push(concern(Code::TopicFifo, "name", title, "write `-` or `_`"));
        }
    }
    if !fifo && is_on(wanted, "content_based_deduplication") {
        let title = "only a FIFO topic tells equal messages apart";
        concerns.push(concern(Code::TopicFifo, "content_based_deduplication", title, "remove it, or add `fifo_topic = true`"));
    }
}

fn document(wanted: &BTreeMap<String, Wanted>, concerns: &mut Vec<Concern>) {
    if let Some(text) = text(wanted, "policy").filter(|text| *text != policy::DEFAULT)
        && let Err(wrong) = PolicyDocument::parse(text)
    {
        let help = "a policy is `jsonencode({ Version = \"2012-10-17\", Statement = [{ Effect = \"Allow\", Principal = …, Action = …, Resource = … }] })`";
        concerns.push(concern(Code::TopicPolicy, "policy", wrong.message, help));
    }
    if text(wanted, "policy").is_some_and(|policy| policy::lets_in_anybody(None, policy)) {
        let title = "anybody may publish to this topic: its policy lets in everybody without a condition";
        let help = "name the services and accounts that publish, or add a condition on `aws:SourceAccount` or `aws:PrincipalOrgID`";
        let warning = concern(Code::OpenTopic, "policy", title, help);
        concerns.push(Concern { severity: Severity::Warning, ..warning });
    }
}

fn subscription(wanted: &BTreeMap<String, Wanted>, block: &str, concerns: &mut Vec<Concern>) {
    let inside = |name: &str| path::child(block, name);
    let (Some(protocol), endpoint) = (text(wanted, &inside("protocol")), text(wanted, &inside("endpoint"))) else { return };
    if endpoint.is_some_and(|endpoint| has_userinfo(protocol, endpoint)) {
        // The message must not repeat what it keeps out of plans.
        let title =
            "the URL of a subscription holds a user name or a password, which would stand in plans, and which AWS masks when it is read";
        let help = "leave out what stands before the `@`, and let the endpoint check SNS's signature, or subscribe a queue";
        concerns.push(concern(Code::Subscription, inside("endpoint"), title, help));
    } else if let Some(endpoint) = endpoint
        && let Some((right, example)) = misfit(protocol, endpoint)
    {
        let title = format!("the endpoint of a subscription by {protocol} is {right}, found `{endpoint}`");
        concerns.push(concern(Code::Subscription, inside("endpoint"), title, format!("write it as `{example}`")));
    }
    if is_on(wanted, "fifo_topic") && protocol != "sqs" {
        let title = format!("a FIFO topic delivers to queues alone, not by {protocol}");
        concerns.push(concern(Code::Subscription, inside("protocol"), title, "subscribe a queue, or make it a standard topic"));
    }
    if is_on(wanted, &inside("raw_message_delivery")) && !["sqs", "http", "https", "firehose"].contains(&protocol) {
        let title = format!("messages by {protocol} always come in SNS's envelope");
        concerns.push(concern(Code::Subscription, inside("raw_message_delivery"), title, "remove `raw_message_delivery`"));
    }
    let has = |name: &str| wanted.contains_key(&inside(name));
    for name in ["filter_policy", "redrive_policy", "delivery_policy"] {
        if text(wanted, &inside(name)) == Some("{}") {
            concerns.push(concern(
                Code::Subscription,
                inside(name),
                format!("`{name}` has nothing in it"),
                "leave it out: that means the same",
            ));
        }
    }
    if has("filter_policy_scope") && !has("filter_policy") {
        let title = "`filter_policy_scope` says what a filter looks at, and there is no filter";
        concerns.push(concern(Code::Subscription, inside("filter_policy_scope"), title, "add `filter_policy`, or remove it"));
    }
    if has("delivery_policy") && !["http", "https"].contains(&protocol) {
        let title = format!("only HTTP endpoints are tried again by a delivery policy, not {protocol}");
        concerns.push(concern(Code::Subscription, inside("delivery_policy"), title, "remove `delivery_policy`"));
    }
    match (protocol == "firehose", has("subscription_role_arn")) {
        (true, false) => {
            let title = "SNS writes to a Firehose stream by a role";
            concerns.push(concern(Code::Subscription, block, title, "add `subscription_role_arn = \"arn:aws:iam::…:role/…\"`"));
        }
        (false, true) => {
            let title = format!("only Firehose streams are written to by a role, not {protocol}");
            concerns.push(concern(Code::Subscription, inside("subscription_role_arn"), title, "remove `subscription_role_arn`"));
        }
        _ => {}
    }
}

/// Whether the host of a URL comes after a user name or a password (RFC 3986, 3.2.1).
fn has_userinfo(protocol: &str, endpoint: &str) -> bool {
    let rest = endpoint.split_once("://").map_or(endpoint, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    ["http", "https"].contains(&protocol) && authority.contains('@')
}

/// What the endpoint of a protocol must be, with an example, where this one is not that (SNS API, `Subscribe`).
fn misfit(protocol: &str, endpoint: &str) -> Option<(&'static str, &'static str)> {
    let arn_of = |service: &str| endpoint.splitn(6, ':').count() == 6 && endpoint.split(':').nth(2) == Some(service);
    let (fits, right, example) = match protocol {
        "email" | "email-json" => {
            let fits = endpoint.split_once('@').is_some_and(|(user, host)| !user.is_empty() && host.contains('.'));
            (fits, "an email address", "backups@example.com")
        }
        "http" => (endpoint.starts_with("http://"), "a URL that starts with `http://`", "http://example.com/hook"),
        "https" => (endpoint.starts_with("https://"), "a URL that starts with `https://`", "https://example.com/hook"),
        "sqs" => (arn_of("sqs"), "the ARN of a queue", "arn:aws:sqs:us-east-1:123456789012:alerts"),
        "lambda" => (arn_of("lambda"), "the ARN of a function", "arn:aws:lambda:us-east-1:123456789012:function:alert"),
        "firehose" => (arn_of("firehose"), "the ARN of a stream", "arn:aws:firehose:us-east-1:123456789012:deliverystream/alerts"),
        "application" => (arn_of("sns"), "the ARN of an application's endpoint", "arn:aws:sns:us-east-1:123456789012:endpoint/GCM/app/…"),
        "sms" => (endpoint.bytes().filter(u8::is_ascii_digit).count() >= 4, "a phone number", "+12065550100"),
        _ => return None,
    };
    (!fits).then_some((right, example))
}

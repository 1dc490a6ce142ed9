//! Access policies of topics: what SNS accepts, and how it gives them back.

use serde_json::{Map, Value, json};

use super::invalid;
use crate::names::is_account_id;
use crate::sandbox::services::AwsError;

/// The policy of a topic that was given none: its own account may do everything.
pub(super) fn default(topic_arn: &str, account: &str) -> String {
    let actions = [
        "GetTopicAttributes",
        "SetTopicAttributes",
        "AddPermission",
        "RemovePermission",
        "DeleteTopic",
        "Subscribe",
        "ListSubscriptionsByTopic",
        "Publish",
    ];
    let actions = actions.map(|action| format!("\"SNS:{action}\"")).join(",");
    [
        r#"{"Version":"2008-10-17","Id":"__default_policy_ID","Statement":[{"Sid":"__default_statement_ID","Effect":"Allow","Principal":{"AWS":"*"},"Action":["#,
        &actions,
        r#"],"Resource":""#,
        topic_arn,
        r#"","Condition":{"StringEquals":{"AWS:SourceOwner":""#,
        account,
        r#""}}}]}"#,
    ]
    .concat()
}

/// Checks a policy, and returns it as SNS writes it: members in its own order, lists of one as their member, and accounts as the ARNs of their roots.
pub(super) fn normalised(text: &str) -> Result<String, AwsError> {
    let broken = |why: &str| invalid(format!("Policy Error: {why}"));
    let Ok(Value::Object(policy)) = serde_json::from_str(text) else {
        return Err(broken("null"));
    };
    let version = policy.get("Version").map_or(Some("2008-10-17"), Value::as_str);
    let version =
        version.filter(|version| ["2008-10-17", "2012-10-17"].contains(version)).ok_or_else(|| broken("the Version is not known"))?;
    let statements = match policy.get("Statement") {
        Some(Value::Array(statements)) if !statements.is_empty() => statements.clone(),
        Some(statement @ Value::Object(_)) => vec![statement.clone()],
        _ => return Err(broken("a policy needs a Statement")),
    };
    let mut written = Vec::new();
    for statement in &statements {
        written.push(self::statement(statement.as_object().ok_or_else(|| broken("a statement must be an object"))?)?);
    }
    let id = policy.get("Id").map_or_else(String::new, |id| format!("\"Id\":{id},"));
    Ok(format!("{{\"Version\":{},{id}\"Statement\":[{}]}}", json!(version), written.join(",")))
}

/// The members of a statement in the order in which SNS writes them.
const MEMBERS: &[&str] = &["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"];

fn statement(statement: &Map<String, Value>) -> Result<String, AwsError> {
    let broken = |why: &str| invalid(format!("Policy Error: {why}"));
    if !matches!(statement.get("Effect").and_then(Value::as_str), Some("Allow" | "Deny")) {
        return Err(broken("the Effect of a statement must be Allow or Deny"));
    }
    for (one, other) in [("Principal", "NotPrincipal"), ("Action", "NotAction"), ("Resource", "NotResource")] {
        if statement.contains_key(one) == statement.contains_key(other) {
            return Err(broken(&format!("a statement needs one of {one} and {other}")));
        }
    }
    if let Some(unknown) = statement.keys().find(|member| !MEMBERS.contains(&member.as_str())) {
        return Err(broken(&format!("a statement has no {unknown}")));
    }
    let actions = statement.get("Action").or_else(|| statement.get("NotAction"));
    if !texts(actions).iter().all(|action| *action == "*" || action.to_ascii_lowercase().starts_with("sns:")) {
        return Err(invalid("Policy statement action out of service scope!"));
    }
    let members = MEMBERS.iter().filter_map(|name| {
        let value = statement.get(*name)?;
        let value = if name.ends_with("Principal") { principal(value) } else { single(value) };
        Some(format!("\"{name}\":{value}"))
    });
    Ok(format!("{{{}}}", members.collect::<Vec<_>>().join(",")))
}

fn texts(value: Option<&Value>) -> Vec<&str> {
    match value {
        Some(Value::String(text)) => vec![text],
        Some(Value::Array(members)) => members.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// A list of one as its member.
fn single(value: &Value) -> Value {
    match value {
        Value::Array(members) => match members.as_slice() {
            [member] => member.clone(),
            _ => value.clone(),
        },
        other => other.clone(),
    }
}

/// `*` is `{"AWS": "*"}`, and an account the ARN of its root.
fn principal(value: &Value) -> Value {
    let root = |value: &Value| match value.as_str() {
        Some(account) if is_account_id(account) => {
            json!(format!("arn:aws:iam::{account}:root"))
        }
        _ => value.clone(),
    };
    match value {
        Value::String(_) => json!({ "AWS": root(value) }),
        Value::Object(kinds) => {
            let kinds = kinds.iter().map(|(kind, who)| {
                let who = match who {
                    Value::Array(members) => Value::Array(members.iter().map(root).collect()),
                    other => root(other),
                };
                (kind.clone(), single(&who))
            });
            Value::Object(kinds.collect())
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_comes_back_in_the_service_s_own_form() {
        let given = json!({
            "Statement": {"Resource": ["arn"], "Action": ["sns:Publish"], "Principal": {"AWS": ["123456789012"], "Service": ["a", "b"]}, "Effect": "Allow", "Sid": "x"},
            "Version": "2012-10-17",
        });
        assert_eq!(
            normalised(&given.to_string()).unwrap(),
            r#"{"Version":"2012-10-17","Statement":[{"Sid":"x","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:root","Service":["a","b"]},"Action":"sns:Publish","Resource":"arn"}]}"#
        );
        let again = normalised(&given.to_string()).unwrap();
        assert_eq!(normalised(&again).unwrap(), again);
    }

    #[test]
    fn policies_that_sns_refuses_are_refused() {
        for (policy, why) in [
            ("{", "Policy Error: null"),
            ("{}", "Policy Error: a policy needs a Statement"),
            (r#"{"Version":"2020-01-01","Statement":[]}"#, "Policy Error: the Version is not known"),
            (r#"{"Statement":[{"Effect":"allow"}]}"#, "Policy Error: the Effect of a statement must be Allow or Deny"),
            (
                r#"{"Statement":[{"Effect":"Allow","Action":"sns:*","Resource":"*"}]}"#,
                "Policy Error: a statement needs one of Principal and NotPrincipal",
            ),
            (
                r#"{"Statement":[{"Effect":"Allow","Principal":"*","Action":"sqs:SendMessage","Resource":"*"}]}"#,
                "Policy statement action out of service scope!",
            ),
        ] {
            assert_eq!(normalised(policy).unwrap_err().message, format!("Invalid parameter: {why}"));
        }
    }
}

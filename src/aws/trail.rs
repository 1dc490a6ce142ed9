//! Who wrote to a thing, as CloudTrail's event history has it.

use super::untyped::{Answer as _, Operation, Protocol, Service};
use super::{CallFailed, Connection};
use crate::model::Event;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;

static SERVICE: Service = Service {
    id: "CloudTrail",
    iam: "cloudtrail",
    signing: "cloudtrail",
    host: "cloudtrail",
    protocol: Protocol::Json { version: "1.1", target: "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101" },
};

static LOOKUP: Operation = SERVICE.operation("LookupEvents");

/// What a lookup that is allowed two requests a second, in each account and region, waits for each of its own.
///
/// Source: CloudTrail API `LookupEvents`.
const PACE: Duration = Duration::from_millis(500);

/// The most pages of 50 events that one lookup reads: reads are events too, and can be filtered only here, as a lookup takes one attribute.
pub const PAGES: usize = 4;

/// By what events are looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LookUp<'a> {
    /// The name, or for some services the ARN, of a thing.
    Resource(&'a str),
    /// The name of an operation.
    Operation(&'a str),
}

/// One call that wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// When, what, who.
    pub event: Event,
    /// All texts of its parameters, its answer and its resources: what it was about.
    pub mentions: BTreeSet<String>,
}

/// What a lookup found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The calls that wrote, the latest first.
    pub written: Vec<Written>,
    /// Where there was more to read, the time of the oldest event that was.
    pub until: Option<Timestamp>,
}

/// The calls that wrote and succeeded, in a region, not before `from`.
///
/// # Errors
///
/// The call failed for good.
pub async fn written(connection: &Connection, region: &str, by: LookUp<'_>, from: Timestamp) -> Result<Found, CallFailed> {
    let (key, value) = match by {
        LookUp::Resource(name) => ("ResourceName", name),
        LookUp::Operation(name) => ("EventName", name),
    };
    let mut found = Found::default();
    let mut token: Option<String> = None;
    for page in 1..=PAGES {
        let input = json!({
            "LookupAttributes": [{ "AttributeKey": key, "AttributeValue": value }],
            "StartTime": from.as_second(),
            "MaxResults": 50,
            "NextToken": token,
        });
        let answer = connection.ask(&LOOKUP, region, input).await?;
        if !connection.is_nearby(SERVICE.id) {
            tokio::time::sleep(PACE).await;
        }
        let events = answer.items("Events");
        found.written.extend(events.iter().filter_map(|event| read(event)));
        token = answer.text("NextToken").filter(|token| !token.is_empty());
        if token.is_none() {
            break;
        }
        if page == PAGES {
            found.until = events.last().and_then(|event| event.moment("EventTime"));
        }
    }
    found.written.sort_by_key(|written| std::cmp::Reverse(written.event.time));
    Ok(found)
}

/// A call that wrote and succeeded; `None` of any other.
fn read(listed: &Value) -> Option<Written> {
    let record: Value = serde_json::from_str(&listed.text("CloudTrailEvent")?).ok()?;
    let reads = record.flag("readOnly").or_else(|| listed.flag("ReadOnly"))?;
    if reads || record.at("errorCode").is_some() {
        return None;
    }
    let service = listed.text("EventSource")?;
    let service = iam_prefix(service.strip_suffix(".amazonaws.com").unwrap_or(&service)).to_owned();
    let event = Event {
        time: record.moment("eventTime").or_else(|| listed.moment("EventTime"))?,
        operation: format!("{service}:{}", listed.text("EventName")?),
        principal: principal(&record).or_else(|| listed.text("Username"))?,
        id: listed.text("EventId")?,
    };
    let mut mentions = BTreeSet::new();
    for part in ["requestParameters", "responseElements", "resources"] {
        texts(record.get(part).unwrap_or(&Value::Null), &mut mentions);
    }
    texts(listed.get("Resources").unwrap_or(&Value::Null), &mut mentions);
    Some(Written { event, mentions })
}

/// The service's name in IAM actions, by the name that its events come from.
fn iam_prefix(source: &str) -> &str {
    match source {
        "monitoring" => "cloudwatch",
        "tagging" => "tag",
        other => other,
    }
}

/// Who called: the ARN, which for an assumed role is that of the session, and the service that called for it.
///
/// Source: CloudTrail user guide, "`userIdentity` element".
fn principal(record: &Value) -> Option<String> {
    let by = record.text("userIdentity.invokedBy");
    let Some(arn) = record.text("userIdentity.arn") else {
        return by.or_else(|| record.text("userIdentity.principalId"));
    };
    // What a service does with its own role, nobody else did.
    let is_own = arn.contains(":assumed-role/AWSServiceRoleFor");
    Some(match by {
        Some(by) if is_own => by,
        Some(by) => format!("{arn} through {by}"),
        None => arn,
    })
}

fn texts(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => drop(into.insert(text.clone())),
        Value::Array(items) => items.iter().for_each(|item| texts(item, into)),
        Value::Object(members) => members.values().for_each(|member| texts(member, into)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(record: &Value) -> Value {
        json!({
            "EventId": "e1", "EventName": "UpdateContinuousBackups", "ReadOnly": "false", "EventTime": 1_795_219_200.0,
            "EventSource": "dynamodb.amazonaws.com", "Username": "alice", "Resources": [], "CloudTrailEvent": record.to_string(),
        })
    }

    fn record(identity: &Value) -> Value {
        json!({
            "userIdentity": identity, "eventTime": "2026-11-21T00:00:00Z", "readOnly": false,
            "requestParameters": { "tableName": "Sales", "pointInTimeRecoverySpecification": { "pointInTimeRecoveryEnabled": false } },
        })
    }

    #[test]
    fn whoever_called_is_named_as_people_know_them() {
        let who = |identity: Value| read(&listed(&record(&identity))).unwrap().event.principal;
        let session = "arn:aws:sts::123456789012:assumed-role/admin/alice";
        assert_eq!(who(json!({ "type": "AssumedRole", "arn": session })), session);
        assert_eq!(
            who(json!({ "type": "AssumedRole", "arn": session, "invokedBy": "cloudformation.amazonaws.com" })),
            format!("{session} through cloudformation.amazonaws.com")
        );
        assert_eq!(who(json!({ "type": "AWSService", "invokedBy": "backup.amazonaws.com" })), "backup.amazonaws.com");
        let own = "arn:aws:sts::123456789012:assumed-role/AWSServiceRoleForApplicationAutoScaling_DynamoDBTable/AutoScaling";
        let by = "dynamodb.application-autoscaling.amazonaws.com";
        assert_eq!(who(json!({ "type": "AssumedRole", "arn": own, "invokedBy": by })), by);
        assert_eq!(who(json!({})), "alice");
    }

    #[test]
    fn calls_that_failed_or_only_read_moved_nothing() {
        let identity = json!({ "arn": "arn:aws:iam::123456789012:user/alice" });
        let written = read(&listed(&record(&identity))).unwrap();
        assert_eq!(written.event.operation, "dynamodb:UpdateContinuousBackups");
        assert!(written.mentions.contains("Sales"));
        let mut failed = record(&identity);
        failed["errorCode"] = json!("AccessDenied");
        assert_eq!(read(&listed(&failed)), None);
        let mut reads = record(&identity);
        reads["readOnly"] = json!(true);
        assert_eq!(read(&listed(&reads)), None);
        assert_eq!(read(&json!({ "CloudTrailEvent": "not JSON" })), None);
    }
}

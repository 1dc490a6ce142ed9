//! CloudTrail's event history: every call that wrote, of the last 90 days, by account and region.
//!
//! What is recorded are calls of the control plane that succeeded; seeds are none. The record is a file of its own beside the state, one line
//! for each event, so that a write costs one line however long the history is.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::input::Input;
use super::{AwsError, Call, Operation, Protocol, Service};
use crate::files;
use crate::sandbox::SandboxError;
use crate::sandbox::state::Caller;

/// The file of the record, in the sandbox's folder.
pub(crate) const FILE: &str = "trail.jsonl";

/// How long the history goes back. Source: CloudTrail API `LookupEvents`.
const KEPT: SignedDuration = SignedDuration::from_hours(90 * 24);

/// The largest page. Source: CloudTrail API `LookupEvents`.
const PAGE: usize = 50;

/// Operations on what a thing holds are data events, which the history does not have.
const DATA: &[&str] = &[
    "BatchWriteItem",
    "DeleteItem",
    "DeleteObject",
    "DeleteObjects",
    "Publish",
    "PutEvents",
    "PutItem",
    "PutLogEvents",
    "PutMetricData",
    "PutObject",
    "TransactWriteItems",
    "UpdateItem",
];

/// AWS CloudTrail, 2013-11-01: the event history alone.
pub(crate) static SERVICE: Service = Service {
    iam_prefix: "cloudtrail",
    signing_name: "cloudtrail",
    protocols: &[Protocol::AwsJson {
        version: "1.1",
        target: "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101",
        namespace: "com.amazonaws.cloudtrail.v20131101",
    }],
    throttle_code: "ThrottlingException",
    operations: &[Operation::read("LookupEvents", lookup_events)],
    resources: |_, _| Vec::new(),
};

/// One line of the record.
#[derive(Debug, Serialize, Deserialize)]
struct Recorded {
    account: String,
    region: String,
    time: Timestamp,
    /// The things that it was about: type and name.
    resources: Vec<(String, String)>,
    /// The record as CloudTrail writes it.
    event: Value,
}

/// A call that wrote.
pub(crate) struct Written<'a> {
    pub(crate) service: &'static Service,
    pub(crate) operation: &'static str,
    pub(crate) caller: &'a Caller,
    pub(crate) access_key: &'a str,
    pub(crate) input: &'a Value,
    pub(crate) at: Timestamp,
    pub(crate) request_id: &'a str,
}

/// Adds a call to the record.
pub(crate) fn record(dir: &Path, written: &Written<'_>) -> Result<(), SandboxError> {
    if DATA.contains(&written.operation) {
        return Ok(());
    }
    let arns = (written.service.resources)(written.caller, written.input);
    let line = Recorded {
        account: written.caller.account.clone(),
        region: written.caller.region.clone(),
        time: written.at,
        resources: arns.iter().filter_map(|arn| resource(arn)).collect(),
        event: event(written, &arns),
    };
    let path = dir.join(FILE);
    let append = || {
        let mut bytes = serde_json::to_vec(&line).map_err(std::io::Error::other)?;
        bytes.push(b'\n');
        files::append(&path)?.write_all(&bytes)
    };
    append().map_err(|source| SandboxError::File { verb: "write", path: path.clone(), source })
}

/// The record of an event. Source: CloudTrail user guide, "record contents for management events" and "`userIdentity` element".
fn event(written: &Written<'_>, arns: &[String]) -> Value {
    let Written { service, operation, caller, access_key, input, at, request_id } = written;
    let mut event = json!({
        "eventVersion": "1.11",
        "userIdentity": identity(caller, access_key),
        // Whole seconds.
        "eventTime": Timestamp::from_second(at.as_second()).unwrap_or(*at).to_string(),
        "eventSource": format!("{}.amazonaws.com", service.signing_name),
        "eventName": event_name(operation),
        "awsRegion": caller.region,
        "sourceIPAddress": "127.0.0.1",
        "userAgent": "sandbox",
        "requestParameters": parameters(input),
        "responseElements": Value::Null,
        "requestID": request_id,
        // Request ids are unique, and an event's id is another one.
        "eventID": request_id.replacen("-5a4d-", "-e5a4-", 1),
        "readOnly": false,
        "eventType": "AwsApiCall",
        "managementEvent": true,
        "recipientAccountId": caller.account,
        "eventCategory": "Management",
    });
    if !arns.is_empty() {
        event["resources"] = arns.iter().map(|arn| json!({ "accountId": caller.account, "ARN": arn })).collect();
    }
    event
}

fn identity(caller: &Caller, access_key: &str) -> Value {
    let mut identity = json!({
        "type": "IAMUser",
        "principalId": caller.user_id,
        "arn": caller.arn,
        "accountId": caller.account,
        "accessKeyId": access_key,
    });
    match caller.arn.split_once(":assumed-role/").and_then(|(_, role)| role.split_once('/')) {
        Some((role, _)) => {
            identity["type"] = json!("AssumedRole");
            identity["sessionContext"] = json!({ "sessionIssuer": {
                "type": "Role",
                "principalId": caller.user_id.split(':').next(),
                "arn": format!("arn:aws:iam::{}:role/{role}", caller.account),
                "accountId": caller.account,
                "userName": role,
            } });
        }
        None => identity["userName"] = json!(caller.arn.rsplit('/').next()),
    }
    identity
}

/// S3's names of events are older than those of its operations. Source: S3 user guide, "bucket-level actions tracked by CloudTrail".
fn event_name(operation: &str) -> &str {
    match operation {
        "PutBucketLifecycleConfiguration" => "PutBucketLifecycle",
        "PutObjectLockConfiguration" => "PutBucketObjectLockConfiguration",
        other => other,
    }
}

/// The input with names as CloudTrail writes them, the first letter small.
fn parameters(input: &Value) -> Value {
    match input {
        Value::Object(members) => {
            let kept = members.iter().filter(|(name, _)| !matches!(name.as_str(), "Action" | "Version"));
            Value::Object(kept.map(|(name, value)| (small(name), parameters(value))).collect::<Map<_, _>>())
        }
        Value::Array(items) => items.iter().map(parameters).collect(),
        other => other.clone(),
    }
}

fn small(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// Type and name of what an ARN names; `None` of what the history does not know things by.
///
/// AWS Backup's calls are known by their parameters only.
fn resource(arn: &str) -> Option<(String, String)> {
    let mut parts = arn.splitn(6, ':').skip(2);
    let (service, rest) = (parts.next()?, parts.nth(2)?);
    let (kind, name) = rest.split_once(['/', ':']).unwrap_or(("", rest));
    let kind = match (service, kind) {
        ("dynamodb", "table") => "AWS::DynamoDB::Table",
        ("s3", "") => "AWS::S3::Bucket",
        ("rds", "db") => "AWS::RDS::DBInstance",
        ("rds", "cluster") => "AWS::RDS::DBCluster",
        ("cloudwatch", "alarm") => "AWS::CloudWatch::Alarm",
        ("sns", "") => "AWS::SNS::Topic",
        _ => return None,
    };
    // A topic's name is its ARN, as everywhere in SNS.
    let name = if service == "sns" { arn } else { name.split('/').next().unwrap_or(name) };
    Some((kind.to_owned(), name.to_owned()))
}

/// What is asked for of the events.
struct Wanted<'a> {
    attribute: Option<(&'a str, &'a str)>,
    from: Timestamp,
    to: Timestamp,
}

fn lookup_events(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let asked = fields.integer("MaxResults")?;
    let size = asked.map_or(Some(PAGE), |asked| usize::try_from(asked).ok().filter(|size| (1..=PAGE).contains(size)));
    let size = size.ok_or_else(|| AwsError::service("InvalidMaxResultsException", "A value between 1 and 50 is expected."))?;
    let wanted = wanted(call, fields)?;
    let skip = match fields.text("NextToken")? {
        None => 0,
        Some(token) => {
            let number = token.strip_prefix("events-").and_then(|number| number.parse().ok());
            number.ok_or_else(|| AwsError::service("InvalidNextTokenException", "The token is invalid."))?
        }
    };
    let found: Vec<Recorded> = recorded(call).into_iter().filter(|event| wanted.has(event)).collect();
    let size = call.page(Some(size), PAGE);
    let events: Vec<Value> = found.iter().skip(skip).take(size).map(shown).collect();
    let mut answer = json!({ "Events": events });
    if found.len() > skip.saturating_add(size) {
        answer["NextToken"] = json!(format!("events-{}", skip + size));
    }
    Ok(answer)
}

fn wanted<'a>(call: &Call<'_>, fields: Input<'a>) -> Result<Wanted<'a>, AwsError> {
    let refused = |message: &str| AwsError::service("InvalidLookupAttributesException", message);
    let attribute = match fields.list("LookupAttributes")? {
        [] => None,
        [one] => {
            let one = Input(one);
            let key = one.required_text("AttributeKey", "lookupAttributes.1.member.attributeKey")?;
            if !["EventId", "EventName", "ReadOnly", "Username", "ResourceType", "ResourceName", "EventSource", "AccessKeyId"]
                .contains(&key)
            {
                return Err(refused("The lookup attribute is not one that events are found by."));
            }
            Some((key, one.required_text("AttributeValue", "lookupAttributes.1.member.attributeValue")?))
        }
        _ => return Err(refused("Only one lookup attribute is allowed.")),
    };
    let (from, to) = (fields.time("StartTime")?, fields.time("EndTime")?);
    if from.zip(to).is_some_and(|(from, to)| from > to) {
        return Err(AwsError::service("InvalidTimeRangeException", "The start time is after the end time."));
    }
    let oldest = call.now.saturating_sub(KEPT).unwrap_or(Timestamp::MIN);
    // An event is there some minutes after the call.
    let lag = SignedDuration::from_millis(i64::try_from(call.faults.trail_lag_ms).unwrap_or(i64::MAX));
    let newest = call.now.saturating_sub(lag).unwrap_or(call.now);
    Ok(Wanted { attribute, from: from.map_or(oldest, |from| from.max(oldest)), to: to.map_or(newest, |to| to.min(newest)) })
}

impl Wanted<'_> {
    fn has(&self, recorded: &Recorded) -> bool {
        let is = |name: &str, value: &str| recorded.event[name] == value;
        (self.from..=self.to).contains(&recorded.time)
            && self.attribute.is_none_or(|(key, value)| match key {
                "EventId" => is("eventID", value),
                "EventName" => is("eventName", value),
                "EventSource" => is("eventSource", value),
                "ReadOnly" => value == "false",
                "Username" => username(&recorded.event) == value,
                "AccessKeyId" => recorded.event["userIdentity"]["accessKeyId"] == value,
                "ResourceType" => recorded.resources.iter().any(|(kind, _)| kind == value),
                _ => recorded.resources.iter().any(|(_, name)| name == value),
            })
    }
}

/// The caller's events in the caller's region, the latest first.
fn recorded(call: &Call<'_>) -> Vec<Recorded> {
    let Some(file) = call.folder.and_then(|folder| std::fs::File::open(folder.join(FILE)).ok()) else { return Vec::new() };
    let lines = BufReader::new(file).lines().map_while(Result::ok);
    let events = lines.filter_map(|line| serde_json::from_str::<Recorded>(&line).ok());
    let here = |event: &Recorded| (&event.account, &event.region) == (&call.caller.account, &call.caller.region);
    let mut events: Vec<Recorded> = events.filter(here).collect();
    events.reverse();
    events.sort_by_key(|event| std::cmp::Reverse(event.time));
    events
}

fn username(event: &Value) -> &str {
    let identity = &event["userIdentity"];
    let session = || identity["arn"].as_str().and_then(|arn| arn.rsplit('/').next());
    identity["userName"].as_str().or_else(session).unwrap_or_default()
}

fn shown(recorded: &Recorded) -> Value {
    let event = &recorded.event;
    let resources = recorded.resources.iter().map(|(kind, name)| json!({ "ResourceType": kind, "ResourceName": name }));
    json!({
        "EventId": event["eventID"],
        "EventName": event["eventName"],
        "ReadOnly": "false",
        "AccessKeyId": event["userIdentity"]["accessKeyId"],
        "EventTime": recorded.time.as_second(),
        "EventSource": event["eventSource"],
        "Username": username(event),
        "Resources": resources.collect::<Vec<_>>(),
        "CloudTrailEvent": event.to_string(),
    })
}

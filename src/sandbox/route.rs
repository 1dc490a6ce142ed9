//! From a request to an answer: who calls, which service and operation, which fault stands in the way, and what the operation says.

use std::borrow::Cow;
use std::path::Path;
use std::time::Duration;

use jiff::SignedDuration;
use serde_json::Value;

use super::SandboxError;
use super::faults::Faults;
use super::protocol::{self, aws_json, aws_query, rest_json, rest_xml, rpc_v2_cbor};
use super::services::cloudtrail::{self, Written};
use super::services::{self, Access, AwsError, Call, Operation, Origin, Protocol, Service, Wire, account, backup, s3, sts, tagging};
use super::state::{Caller, State};
use super::store::Contents;
use super::wire::{Reply, Request};

/// How long transitional states last when nothing else is said.
const DEFAULT_LAG_MS: u64 = 1000;

/// Who signed a request, and for what.
struct Signature<'a> {
    access_key: &'a str,
    region: &'a str,
    service: &'a str,
}

/// Answers one request on contents that are locked and up to date.
pub(crate) fn handle(contents: &mut Contents, dir: &Path, request: &Request, request_id: &str) -> Result<Reply, SandboxError> {
    let delay = Duration::from_millis(contents.faults.value.latency_ms);
    let signature = signature(request);
    let Some(service) = find_service(request, signature.as_ref()) else {
        let name = signature.map_or("unknown", |signature| signature.service);
        let error = AwsError::front_door("UnknownOperationException", format!("the sandbox has no service `{name}`"));
        return Ok(Reply::Answer { response: protocol::answer(guessed(request), "", Err(error), request_id), delay });
    };
    make_up(contents, dir)?;
    let spoken = Spoken { service, protocol: service.spoken(request) };
    let (operation, outcome) = match resolve(contents, dir, spoken, signature.as_ref(), request, request_id)? {
        Resolved::Answer { operation, outcome } => (operation, outcome),
        Resolved::HangUp => return Ok(Reply::HangUp),
    };
    let compatible = outcome.as_ref().err().and_then(|error| {
        let who = if error.status >= 500 { "Receiver" } else { "Sender" };
        Some(format!("{};{who}", service.query_compatible_code(spoken.protocol, &error.code)?))
    });
    let mut response = protocol::answer(spoken.protocol, operation, outcome, request_id);
    response.headers.extend(compatible.map(|code| ("x-amzn-query-error", code)));
    if request.method == "HEAD" {
        // Whatever there is to say about a HEAD, even an error, stands in its status and headers.
        response.body.clear();
    }
    Ok(Reply::Answer { response, delay })
}

/// A service, and the protocol that a request to it speaks.
#[derive(Clone, Copy)]
struct Spoken {
    service: &'static Service,
    protocol: Protocol,
}

/// The protocol of a request to a service that is not there: what its caller can read.
fn guessed(request: &Request) -> Protocol {
    if rpc_v2_cbor::is_spoken(request) {
        return Protocol::RpcV2Cbor { service: "", wire: &Wire::PLAIN };
    }
    if is_form(request) {
        return Protocol::AwsQuery { namespace: "", wire: &Wire::PLAIN };
    }
    Protocol::AwsJson { version: "1.0", target: "", namespace: "" }
}

/// Tells whether the body is a form, as in the query protocol.
fn is_form(request: &Request) -> bool {
    request.header("content-type").is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"))
}

/// Does what has come due since the last request, and saves it.
pub(super) fn make_up(contents: &mut Contents, dir: &Path) -> Result<(), SandboxError> {
    let (now, lag) = (contents.clock.value.now(), lag(contents));
    let done = backup::catch_up(&mut contents.state.value, &contents.faults.value, now, lag);
    if done { contents.state.save(dir) } else { Ok(()) }
}

/// How long things stay in transitional states.
fn lag(contents: &Contents) -> SignedDuration {
    // On a clock that stands still a transition would never end, so there is none unless it is asked for.
    let default = if contents.clock.value.runs() { DEFAULT_LAG_MS } else { 0 };
    SignedDuration::from_millis(i64::try_from(contents.faults.value.lag_ms.unwrap_or(default)).unwrap_or(i64::MAX))
}

enum Resolved {
    Answer { operation: &'static str, outcome: Result<Value, AwsError> },
    HangUp,
}

/// Finds the operation, lets the faults have their say, runs it, and saves what it changed.
fn resolve(
    contents: &mut Contents,
    dir: &Path,
    spoken: Spoken,
    signature: Option<&Signature<'_>>,
    request: &Request,
    request_id: &str,
) -> Result<Resolved, SandboxError> {
    let refuse = |error| Ok(Resolved::Answer { operation: "", outcome: Err(error) });
    let Some(signature) = signature else {
        return refuse(front_door(spoken.protocol, "MissingAuthenticationToken", "Request is missing Authentication Token"));
    };
    let (operation, input) = match decode(spoken, request) {
        Ok(found) => found,
        Err(error) => return refuse(error),
    };
    let caller = contents.state.value.caller(signature.access_key, signature.region);
    if let Err(error) = admit(contents, dir, spoken, signature, &caller)? {
        return refuse(error);
    }
    let faults = contents.faults.value.clone();
    if let Err(error) = authorize(&faults, spoken, operation, &caller, &input) {
        return refuse(error);
    }
    let stopped = faults.stop_after_writes.is_some_and(|limit| contents.counters.value.writes >= limit);
    if operation.access == Access::Write && stopped {
        return Ok(Resolved::HangUp);
    }
    let at = contents.clock.value.now();
    let outcome = run(contents, dir, &faults, operation, caller.clone(), &input);
    keep(contents, dir, operation.access, outcome.is_ok())?;
    if operation.access == Access::Write && outcome.is_ok() {
        let (service, operation, access_key) = (spoken.service, operation.name, signature.access_key);
        cloudtrail::record(dir, &Written { service, operation, caller: &caller, access_key, input: &input, at, request_id })?;
    }
    Ok(Resolved::Answer { operation: operation.name, outcome })
}

fn run(
    contents: &mut Contents,
    dir: &Path,
    faults: &Faults,
    operation: &Operation,
    caller: Caller,
    input: &Value,
) -> Result<Value, AwsError> {
    let (now, lag) = (contents.clock.value.now(), lag(contents));
    // What should have happened since the last call happens before this one. It follows from the state and the clock, so a call that only
    // reads need not save it.
    contents.state.value.s3.settle(now);
    let mut call = Call {
        state: &mut contents.state.value,
        caller,
        now,
        lag,
        page_size: faults.page_size,
        region_off: faults.region_off.clone(),
        faults,
        folder: Some(dir),
    };
    tagging::remember(&mut call);
    (operation.run)(&mut call, input)
}

/// Saves what an operation changed, and drops what a failed one may have left half done.
fn keep(contents: &mut Contents, dir: &Path, access: Access, succeeded: bool) -> Result<(), SandboxError> {
    if access == Access::Read {
        return Ok(());
    }
    if !succeeded {
        contents.state.forget();
        return Ok(());
    }
    if let Err(error) = contents.state.save(dir) {
        contents.state.forget();
        return Err(error);
    }
    if access == Access::Write && contents.faults.value.stop_after_writes.is_some() {
        contents.counters.value.writes += 1;
        contents.counters.save(dir)?;
    }
    Ok(())
}

/// Reads `Authorization: AWS4-HMAC-SHA256 Credential=KEY/20261121/eu-west-1/dynamodb/aws4_request, …`.
fn signature(request: &Request) -> Option<Signature<'_>> {
    let (_, credential) = request.header("authorization")?.split_once("Credential=")?;
    let mut parts = credential.split(',').next()?.trim().split('/');
    let access_key = parts.next().filter(|key| !key.is_empty())?;
    let _date = parts.next()?;
    Some(Signature { access_key, region: parts.next()?, service: parts.next()? })
}

/// The target header or the path says it best, then the scope of the signature; an unsigned form can only be for STS.
fn find_service(request: &Request, signature: Option<&Signature<'_>>) -> Option<&'static Service> {
    let named = |protocol: &Protocol| match protocol {
        Protocol::AwsJson { target, .. } => aws_json::target(request).is_some_and(|(prefix, _)| prefix == *target),
        Protocol::RpcV2Cbor { service, .. } => rpc_v2_cbor::target(request).is_some_and(|(name, _)| name == *service),
        _ => false,
    };
    let by_name = services::ALL.iter().find(|service| service.protocols.iter().any(named));
    let by_scope = || services::ALL.iter().find(|service| signature.is_some_and(|signature| signature.service == service.signing_name));
    // Every form is a POST to the root; whatever else comes without a signature is meant for S3.
    let form = request.method == "POST" && request.path == "/";
    let unsigned = if form { &sts::SERVICE } else { &s3::SERVICE };
    by_name.or_else(by_scope).copied().or_else(|| signature.is_none().then_some(unsigned))
}

fn decode(spoken: Spoken, request: &Request) -> Result<(&'static Operation, Value), AwsError> {
    let service = spoken.service;
    let body = match spoken.protocol {
        // How an object is coded is its own affair.
        Protocol::RestXml => Cow::Borrowed(request.body.as_slice()),
        _ => protocol::body(request)?,
    };
    match spoken.protocol {
        Protocol::AwsJson { .. } => {
            let name = aws_json::target(request).map(|(_, name)| name).unwrap_or_default();
            let operation = named(service, name).ok_or_else(|| AwsError::front_door("UnknownOperationException", ""))?;
            Ok((operation, aws_json::read(&body)?))
        }
        Protocol::RpcV2Cbor { .. } => {
            let name = rpc_v2_cbor::target(request).map(|(_, name)| name).unwrap_or_default();
            let operation = named(service, name).ok_or_else(|| AwsError::front_door("UnknownOperationException", ""))?;
            Ok((operation, rpc_v2_cbor::read(&body)?))
        }
        Protocol::AwsQuery { wire, .. } => {
            let input = aws_query::read(request.query.as_deref(), &body, wire);
            let name = input.get("Action").and_then(Value::as_str).unwrap_or_default();
            let version = input.get("Version").and_then(Value::as_str).unwrap_or_default();
            let unknown = || AwsError::front_door("InvalidAction", format!("Could not find operation {name} for version {version}"));
            Ok((named(service, name).ok_or_else(unknown)?, input))
        }
        Protocol::RestJson => rest_json::decode(service.operations, request),
        Protocol::RestXml => rest_xml::read(service, request),
    }
}

fn named(service: &'static Service, name: &str) -> Option<&'static Operation> {
    service.operations.iter().find(|operation| operation.name == name)
}

/// The faults that do not look at the operation: credentials, regions, throttling.
fn admit(
    contents: &mut Contents,
    dir: &Path,
    Spoken { service, protocol }: Spoken,
    signature: &Signature<'_>,
    caller: &Caller,
) -> Result<Result<(), AwsError>, SandboxError> {
    let now = contents.clock.value.now();
    let expired = contents.state.value.sessions.get(signature.access_key).is_some_and(|session| session.expires <= now);
    let faults = &contents.faults.value;
    if faults.expired_credentials || expired {
        return Ok(Err(front_door(protocol, "ExpiredToken", "The security token included in the request is expired")));
    }
    if is_off(&contents.state.value, faults, caller) {
        let code = match protocol {
            Protocol::AwsQuery { .. } => "InvalidClientTokenId",
            Protocol::RestXml => "InvalidAccessKeyId",
            _ => "UnrecognizedClient",
        };
        return Ok(Err(front_door(protocol, code, "The security token included in the request is invalid.")));
    }
    if !faults.counts() || service.signing_name == "sts" {
        return Ok(Ok(()));
    }
    let call = contents.counters.value.calls;
    let throttled = faults.throttles(call);
    if faults.throttle_rate > 0.0 || call < faults.throttle_first {
        contents.counters.value.calls += 1;
        contents.counters.save(dir)?;
    }
    let error = match protocol {
        Protocol::RestXml => AwsError { status: 503, ..AwsError::service(service.throttle_code, "Please reduce your request rate.") },
        _ => AwsError { origin: Origin::Availability, ..AwsError::service(service.throttle_code, "Rate exceeded") },
    };
    Ok(if throttled { Err(error) } else { Ok(()) })
}

fn is_off(state: &State, faults: &Faults, caller: &Caller) -> bool {
    faults.region_off.contains(&caller.region) || (account::is_opt_in(&caller.region) && !state.is_enabled(&caller.account, &caller.region))
}

fn authorize(
    faults: &Faults,
    Spoken { service, protocol }: Spoken,
    operation: &Operation,
    caller: &Caller,
    input: &Value,
) -> Result<(), AwsError> {
    if faults.denied.is_empty() {
        return Ok(());
    }
    let name = if protocol == Protocol::RestXml { s3::iam_action(operation.name, input) } else { operation.name };
    let action = format!("{}:{name}", service.iam_prefix);
    let resources = (service.resources)(caller, input);
    let Some(resource) = faults.denies(&action, &resources) else {
        return Ok(());
    };
    let on = if resource == "*" { String::new() } else { format!(" on resource: {resource}") };
    let message = format!(
        "User: {} is not authorized to perform: {action}{on} because no identity-based policy allows the {action} action",
        caller.arn
    );
    Err(front_door(protocol, "AccessDenied", &message))
}

/// An error of authentication or authorization: JSON services end its code with `Exception` and answer 400, the others do not and answer 403.
fn front_door(protocol: Protocol, code: &str, message: &str) -> AwsError {
    match protocol {
        Protocol::AwsJson { .. } | Protocol::RpcV2Cbor { .. } => AwsError::front_door(&format!("{code}Exception"), message),
        Protocol::RestJson => AwsError { status: 403, ..AwsError::front_door(&format!("{code}Exception"), message) },
        // S3 has no code for a call without a signature, nor 403 for an old one.
        Protocol::RestXml if code == "MissingAuthenticationToken" => {
            AwsError { status: 403, ..AwsError::front_door("AccessDenied", "Access Denied") }
        }
        Protocol::RestXml if code == "ExpiredToken" => AwsError::front_door(code, "The provided token has expired."),
        Protocol::AwsQuery { .. } | Protocol::RestXml => AwsError { status: 403, ..AwsError::front_door(code, message) },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::sandbox::testing::World;
    use crate::sandbox::wire::Request;

    #[test]
    fn an_unsigned_call_is_refused() {
        let world = World::new();
        let headers = [("x-amz-target".to_owned(), "DynamoDB_20120810.ListTables".to_owned())].into();
        let reply = world.sandbox.handle(&Request { method: "POST".into(), path: "/".into(), headers, ..Request::default() });
        let Reply::Answer { response, .. } = reply else { panic!("no answer") };
        assert!(String::from_utf8(response.body).unwrap().contains("com.amazon.coral.service#MissingAuthenticationTokenException"));
    }

    #[test]
    fn a_service_that_is_not_there_says_so() {
        let world = World::new();
        let Reply::Answer { response, .. } = world.send("kinesis", "/", None, String::new()) else { panic!("no answer") };
        assert_eq!(response.status, 400);
        assert!(String::from_utf8(response.body).unwrap().contains("the sandbox has no service `kinesis`"));
    }

    #[test]
    fn a_service_that_is_not_there_is_refused_in_the_protocol_of_the_caller() {
        let world = World::new();
        let refused = |kind: &str, value: &str| {
            let headers = [
                ("authorization".to_owned(), "AWS4-HMAC-SHA256 Credential=K/20261121/eu-west-1/kinesis/aws4_request".to_owned()),
                (kind.to_owned(), value.to_owned()),
            ];
            let request = Request { method: "POST".into(), path: "/".into(), headers: headers.into(), ..Request::default() };
            let Reply::Answer { response, .. } = world.sandbox.handle(&request) else { panic!("no answer") };
            response
        };
        let form = refused("content-type", "application/x-www-form-urlencoded; charset=utf-8");
        let xml = String::from_utf8(form.body).unwrap();
        assert!(xml.contains("<Code>UnknownOperationException</Code><Message>the sandbox has no service `kinesis`</Message>"), "{xml}");
        let cbor = refused("smithy-protocol", "rpc-v2-cbor");
        assert_eq!(rpc_v2_cbor::read(&cbor.body).unwrap()["__type"], "UnknownOperationException");
    }

    #[test]
    fn one_service_answers_in_each_of_its_protocols() {
        let world = World::new();
        let alarm = json!({
            "AlarmName": "a", "MetricName": "M", "Namespace": "N", "Statistic": "Sum", "Period": 60, "EvaluationPeriods": 1,
            "Threshold": 2, "ComparisonOperator": "GreaterThanThreshold", "OKActions": [],
        });
        world.cloudwatch("PutMetricAlarm", alarm);
        let Reply::Answer { response, .. } = world.send("monitoring", "/", None, "Action=DescribeAlarms&AlarmNames.member.1=a".into())
        else {
            panic!("no answer")
        };
        let xml = String::from_utf8(response.body).unwrap();
        assert!(xml.contains("<Threshold>2.0</Threshold>"), "{xml}");
        assert!(xml.contains("<StateUpdatedTimestamp>2026-11-21T00:00:00Z</StateUpdatedTimestamp>"), "{xml}");
        let form = "Action=PutMetricAlarm&AlarmName=b&Metrics.member.1.Id=m&Metrics.member.1.MetricStat.Metric.Namespace=N&Metrics.member.1.MetricStat.Metric.MetricName=M&Metrics.member.1.MetricStat.Metric.Dimensions.member.1.Name=d&Metrics.member.1.MetricStat.Metric.Dimensions.member.1.Value=v&Metrics.member.1.MetricStat.Period=60&Metrics.member.1.MetricStat.Stat=Sum&EvaluationPeriods=2&Threshold=1e1&ComparisonOperator=LessThanThreshold&ActionsEnabled=false&AlarmActions=";
        let Reply::Answer { response, .. } = world.send("monitoring", "/", None, form.into()) else { panic!("no answer") };
        assert_eq!(response.status, 200, "{}", String::from_utf8_lossy(&response.body));
        let put = world.cloudwatch("DescribeAlarms", json!({"AlarmNames": ["b"]}))["MetricAlarms"][0].clone();
        assert_eq!((&put["Threshold"], &put["EvaluationPeriods"], &put["ActionsEnabled"]), (&json!(10.0), &json!(2), &json!(false)));
        assert_eq!(put["Metrics"][0]["MetricStat"]["Metric"]["Dimensions"], json!([{"Name": "d", "Value": "v"}]));
        assert_eq!(put["AlarmActions"], json!([]));
    }

    #[test]
    fn a_denial_names_user_action_and_resource() {
        let world = World::new();
        world.create_table("Orders-eu");
        world.set_faults(Faults { denied: vec!["dynamodb:DescribeContinuousBackups@Orders-*".into()], ..Faults::default() });
        assert_eq!(
            world.fails("DescribeContinuousBackups", json!({"TableName": "Orders-eu"})),
            (
                "AccessDeniedException".into(),
                "User: arn:aws:iam::123456789012:user/sandbox is not authorized to perform: dynamodb:DescribeContinuousBackups on resource: arn:aws:dynamodb:us-east-1:123456789012:table/Orders-eu because no identity-based policy allows the dynamodb:DescribeContinuousBackups action".into()
            )
        );
        world.dynamodb("DescribeTable", json!({"TableName": "Orders-eu"}));
    }

    #[test]
    fn the_first_calls_are_throttled_but_never_those_to_sts() {
        let world = World::new();
        world.set_faults(Faults { throttle_first: 1, ..Faults::default() });
        assert!(world.sts("Action=GetCallerIdentity").contains("<Account>123456789012</Account>"));
        assert_eq!(world.fails("ListTables", json!({})), ("ThrottlingException".into(), "Rate exceeded".into()));
        world.dynamodb("ListTables", json!({}));
    }

    #[test]
    fn a_region_that_is_off_and_expired_credentials_are_refused() {
        let world = World::new();
        world.set_faults(Faults { region_off: vec!["eu-west-1".into()], ..Faults::default() });
        assert_eq!(
            world.in_region("eu-west-1").fails("ListTables", json!({})),
            ("UnrecognizedClientException".into(), "The security token included in the request is invalid.".into())
        );
        world.dynamodb("ListTables", json!({}));
        world.set_faults(Faults { expired_credentials: true, ..Faults::default() });
        assert_eq!(world.fails("ListTables", json!({})).0, "ExpiredTokenException");
        assert!(world.sts("Action=GetCallerIdentity").contains("<Code>ExpiredToken</Code>"));
    }

    #[test]
    fn after_so_many_writes_the_connection_dies_before_the_next_one_does_anything() {
        let world = World::new();
        world.set_faults(Faults { stop_after_writes: Some(1), ..Faults::default() });
        world.create_table("orders");
        let target = Some("DynamoDB_20120810.UpdateTable".to_owned());
        let update = json!({"TableName": "orders", "DeletionProtectionEnabled": true}).to_string();
        assert!(matches!(world.send("dynamodb", "/", target, update), Reply::HangUp));
        let table = world.dynamodb("DescribeTable", json!({"TableName": "orders"}));
        assert_eq!(table["Table"]["DeletionProtectionEnabled"], false);
    }

    #[test]
    fn latency_is_told_to_the_connector() {
        let world = World::new();
        world.set_faults(Faults { latency_ms: 40, ..Faults::default() });
        let reply = world.send("dynamodb", "/", Some("DynamoDB_20120810.ListTables".into()), "{}".into());
        assert!(matches!(reply, Reply::Answer { delay, .. } if delay == Duration::from_millis(40)));
    }

    #[test]
    fn a_failed_write_leaves_nothing_behind() {
        let world = World::new();
        world.create_table("orders");
        let both = json!({"TableName": "orders", "ReplicaUpdates": [{"Create": {"RegionName": "eu-west-1"}}, {"Create": {"RegionName": "us-east-1"}}]});
        assert_eq!(world.fails("UpdateTable", both).0, "ValidationException");
        assert_eq!(world.in_region("eu-west-1").dynamodb("ListTables", json!({}))["TableNames"], json!([]));
    }

    #[test]
    fn expired_session_credentials_are_refused() {
        let world = World::new();
        let answer =
            world.sts("Action=AssumeRole&RoleArn=arn:aws:iam::210987654321:role/backstay&RoleSessionName=plan&DurationSeconds=900");
        let key = answer.split("<AccessKeyId>").nth(1).unwrap().split('<').next().unwrap().to_owned();
        let role = world.with_key(&key);
        role.dynamodb("ListTables", json!({}));
        world.advance(900);
        assert_eq!(role.fails("ListTables", json!({})).0, "ExpiredTokenException");
    }
}

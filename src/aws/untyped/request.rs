//! Requests in the three protocols.

use super::{Operation, Protocol};
use aws_smithy_http::label::{self, EncodingStrategy};
use aws_smithy_http::query;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use serde_json::{Map, Value};

/// The request of a call, without the host, which the endpoint gives.
///
/// # Errors
///
/// A member that the path needs is not in the input.
pub(super) fn build(operation: &Operation, input: Value) -> Result<HttpRequest, String> {
    let Value::Object(mut members) = without_nulls(input) else { return Err("the input is no object".to_owned()) };
    let (method, path, kind, body) = match (&operation.service.protocol, operation.at) {
        (Protocol::Query { version, items }, _) => {
            ("POST", "/".to_owned(), "application/x-www-form-urlencoded".to_owned(), form(operation.name, version, items, &members))
        }
        (Protocol::Json { version, .. }, _) => {
            ("POST", "/".to_owned(), format!("application/x-amz-json-{version}"), Value::Object(members).to_string())
        }
        (Protocol::Rest, at) => {
            let (method, template) = at.ok_or("the operation has no path")?;
            let path = filled(template, &mut members)?;
            let body = if members.is_empty() { String::new() } else { Value::Object(members).to_string() };
            (method, path, "application/json".to_owned(), body)
        }
    };
    let mut request = HttpRequest::new(SdkBody::from(body.as_str()));
    request.set_method(method).map_err(|error| error.to_string())?;
    request.set_uri(path).map_err(|error| error.to_string())?;
    if let Protocol::Json { target, .. } = &operation.service.protocol {
        request.headers_mut().insert("x-amz-target", format!("{target}.{}", operation.name));
    }
    if !body.is_empty() {
        request.headers_mut().insert("content-type", kind);
        request.headers_mut().insert("content-length", body.len().to_string());
    }
    Ok(request)
}

/// An input in which no member is `null`.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let kept = members.into_iter().filter(|(_, value)| !value.is_null());
            Value::Object(kept.map(|(name, value)| (name, without_nulls(value))).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(without_nulls).collect()),
        other => other,
    }
}

/// Lays members into a path, taking them out of the input.
fn filled(template: &str, members: &mut Map<String, Value>) -> Result<String, String> {
    let (path, asked) = template.split_once('?').unwrap_or((template, ""));
    let mut filled = String::new();
    for segment in path.split('/').skip(1) {
        filled.push('/');
        match member_of(segment) {
            Some(name) => {
                let value = members.remove(name).ok_or_else(|| format!("`{name}` is missing"))?;
                filled.push_str(&label::fmt_string(scalar(&value), EncodingStrategy::Default));
            }
            None => filled.push_str(segment),
        }
    }
    let mut parts = Vec::new();
    for (key, name) in asked.split('&').filter_map(|part| part.split_once('=')) {
        match member_of(name).map(|name| members.remove(name)) {
            Some(Some(Value::Array(items))) => parts.extend(items.iter().map(|item| format!("{key}={}", query::fmt_string(scalar(item))))),
            Some(Some(value)) => parts.push(format!("{key}={}", query::fmt_string(scalar(&value)))),
            Some(None) => {}
            None => parts.push(format!("{key}={name}")),
        }
    }
    if !parts.is_empty() {
        filled.push('?');
        filled.push_str(&parts.join("&"));
    }
    Ok(filled)
}

fn member_of(segment: &str) -> Option<&str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

fn scalar(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The body of the query protocol: members within members with dots, items of lists by number.
fn form(operation: &str, version: &str, items: &[(&str, &str)], members: &Map<String, Value>) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("Action", operation).append_pair("Version", version);
    let mut pairs = Vec::new();
    for (name, value) in members {
        flatten(name, name, value, items, &mut pairs);
    }
    form.extend_pairs(pairs).finish()
}

fn flatten(path: &str, name: &str, value: &Value, items: &[(&str, &str)], pairs: &mut Vec<(String, String)>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                flatten(&format!("{path}.{name}"), name, value, items, pairs);
            }
        }
        // An empty list is told from an absent one.
        Value::Array(list) if list.is_empty() => pairs.push((path.to_owned(), String::new())),
        Value::Array(list) => {
            let item = items.iter().find(|(list, _)| *list == name).map_or("member", |(_, item)| *item);
            for (index, value) in list.iter().enumerate() {
                flatten(&format!("{path}.{item}.{}", index + 1), item, value, items, pairs);
            }
        }
        other => pairs.push((path.to_owned(), scalar(other))),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Service;
    use super::*;
    use serde_json::json;

    const RDS: Service = Service {
        id: "RDS",
        iam: "rds",
        signing: "rds",
        host: "rds",
        protocol: Protocol::Query { version: "2014-10-31", items: &[("Filters", "Filter"), ("Values", "Value")] },
    };
    const SCHEDULER: Service =
        Service { id: "Scheduler", iam: "scheduler", signing: "scheduler", host: "scheduler", protocol: Protocol::Rest };

    fn body(request: &HttpRequest) -> &str {
        std::str::from_utf8(request.body().bytes().unwrap()).unwrap()
    }

    #[test]
    fn the_query_protocol_numbers_items_under_their_own_names() {
        static OPERATION: Operation = RDS.operation("DescribeDBInstances");
        let input = json!({ "Filters": [{ "Name": "engine", "Values": ["a b", "c&d"] }], "TagKeys": ["x"], "None": null, "Empty": [], "MaxRecords": 100, "On": true });
        let request = build(&OPERATION, input).unwrap();
        let pairs: Vec<String> = body(&request).split('&').map(str::to_owned).collect();
        for pair in [
            "Action=DescribeDBInstances",
            "Version=2014-10-31",
            "Filters.Filter.1.Name=engine",
            "Filters.Filter.1.Values.Value.1=a+b",
            "Filters.Filter.1.Values.Value.2=c%26d",
            "TagKeys.member.1=x",
            "Empty=",
            "MaxRecords=100",
            "On=true",
        ] {
            assert!(pairs.contains(&pair.to_owned()), "{pair}: {pairs:?}");
        }
        assert_eq!(pairs.len(), 9, "{pairs:?}");
    }

    #[test]
    fn members_of_the_path_are_escaped_and_leave_the_body() {
        static OPERATION: Operation =
            SCHEDULER.at("UpdateSchedule", "PUT", "/schedules/{Name}/x?groupName={GroupName}&tagKeys={TagKeys}&none={None}");
        let request =
            build(&OPERATION, json!({ "Name": "a/b c", "GroupName": "g&h", "TagKeys": ["k1", "k 2"], "State": "ENABLED", "None": null }))
                .unwrap();
        assert_eq!((request.method(), request.uri()), ("PUT", "/schedules/a%2Fb%20c/x?groupName=g%26h&tagKeys=k1&tagKeys=k%202"));
        assert_eq!(body(&request), r#"{"State":"ENABLED"}"#);
        assert_eq!(build(&OPERATION, json!({})).unwrap_err(), "`Name` is missing");
    }
}

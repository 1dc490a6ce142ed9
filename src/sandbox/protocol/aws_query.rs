//! awsQuery: a form in, XML out.

use std::fmt::Write as _;

use quick_xml::escape::escape;
use serde_json::{Map, Value, json};

use crate::sandbox::services::AwsError;
use crate::sandbox::wire::{Request, Response};

/// Reads the form into a structure: `Tags.member.1.Key=k` is `{"Tags": [{"Key": "k"}]}`. All leaves are text.
pub(crate) fn read(request: &Request) -> Value {
    let from_url = request.query.as_deref().unwrap_or_default().as_bytes();
    let mut root = json!({});
    for (name, value) in form_urlencoded::parse(from_url).chain(form_urlencoded::parse(&request.body)) {
        let parts: Vec<&str> = name.split('.').filter(|part| *part != "member" && !part.is_empty()).collect();
        insert(&mut root, &parts, &value);
    }
    lists(root)
}

fn insert(into: &mut Value, path: &[&str], value: &str) {
    let Some((first, rest)) = path.split_first() else {
        *into = Value::from(value);
        return;
    };
    if !into.is_object() {
        *into = json!({});
    }
    if let Some(fields) = into.as_object_mut() {
        insert(fields.entry((*first).to_owned()).or_insert(Value::Null), rest, value);
    }
}

/// Turns structures whose names are all numbers into lists in the order of the numbers.
fn lists(value: Value) -> Value {
    let Value::Object(fields) = value else { return value };
    let numbered: Option<Vec<(u32, Value)>> = fields.iter().map(|(name, inner)| Some((name.parse().ok()?, lists(inner.clone())))).collect();
    match numbered {
        Some(mut entries) if !entries.is_empty() => {
            entries.sort_by_key(|(number, _)| *number);
            Value::Array(entries.into_iter().map(|(_, inner)| inner).collect())
        }
        _ => Value::Object(fields.into_iter().map(|(name, inner)| (name, lists(inner))).collect()),
    }
}

/// Writes an answer.
pub(crate) fn answer(namespace: &str, operation: &str, outcome: Result<Value, AwsError>, request_id: &str) -> Response {
    let (status, body) = match outcome {
        Ok(value) => {
            let mut inner = String::new();
            element(&mut inner, &format!("{operation}Result"), &value);
            let xml = format!(
                "<{operation}Response xmlns=\"{namespace}\">{inner}<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></{operation}Response>"
            );
            (200, xml)
        }
        Err(error) => {
            let who = if error.status >= 500 { "Receiver" } else { "Sender" };
            let xml = format!(
                "<ErrorResponse xmlns=\"{namespace}\"><Error><Type>{who}</Type><Code>{}</Code><Message>{}</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>",
                escape(&error.code),
                escape(&error.message)
            );
            (error.status, xml)
        }
    };
    Response {
        status,
        headers: vec![("content-type", "text/xml".to_owned()), ("x-amzn-requestid", request_id.to_owned())],
        body: body.into_bytes(),
    }
}

fn element(xml: &mut String, name: &str, value: &Value) {
    let content = match value {
        Value::Null => return,
        Value::Object(fields) => structure(fields),
        Value::Array(members) => members.iter().fold(String::new(), |mut inner, member| {
            element(&mut inner, "member", member);
            inner
        }),
        Value::String(text) => escape(text).into_owned(),
        other => other.to_string(),
    };
    // Writing to a String cannot fail.
    let _ = write!(xml, "<{name}>{content}</{name}>");
}

fn structure(fields: &Map<String, Value>) -> String {
    fields.iter().fold(String::new(), |mut inner, (name, value)| {
        element(&mut inner, name, value);
        inner
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_becomes_a_structure() {
        let request =
            Request { body: b"Action=AssumeRole&Tags.member.2.Key=b&Tags.member.1.Key=a%20b&Policy=x".to_vec(), ..Request::default() };
        assert_eq!(read(&request), json!({"Action": "AssumeRole", "Policy": "x", "Tags": [{"Key": "a b"}, {"Key": "b"}]}));
    }

    #[test]
    fn text_is_escaped_in_xml() {
        let response = answer("urn:x", "Get", Ok(json!({"Name": "a<b&c", "List": [1, 2]})), "R");
        let xml = String::from_utf8(response.body).unwrap();
        assert!(xml.contains("<Name>a&lt;b&amp;c</Name>"), "{xml}");
        assert!(xml.contains("<List><member>1</member><member>2</member></List>"), "{xml}");
    }
}

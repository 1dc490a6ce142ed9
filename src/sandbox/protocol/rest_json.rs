//! restJson1: an operation is known by method and path, members stand in the path, the query and a JSON body, errors are known by a header.

use serde_json::{Map, Value, json};

use super::aws_json;
use crate::sandbox::services::{AwsError, Operation, Origin};
use crate::sandbox::wire::{Request, Response};

/// Finds the operation that a request is for, and its input: the body's members, then the query's under their names on the wire, then the
/// path's under the names in the template.
pub(crate) fn decode(operations: &'static [Operation], request: &Request) -> Result<(&'static Operation, Value), AwsError> {
    let found = operations.iter().find_map(|operation| {
        let (method, template) = operation.route?;
        let labels = if method == request.method { labels(template, &request.path) } else { None };
        Some((operation, labels?))
    });
    let unknown = || AwsError { status: 404, ..AwsError::front_door("UnknownOperationException", "") };
    let (operation, labels) = found.ok_or_else(unknown)?;
    let mut input = aws_json::read(&request.body)?;
    let mut asked = Map::new();
    for (name, value) in form_urlencoded::parse(request.query.as_deref().unwrap_or_default().as_bytes()) {
        add(&mut asked, name.as_ref(), Value::from(value.as_ref()));
    }
    for (name, value) in asked {
        input[name] = value;
    }
    for (name, value) in labels {
        input[name] = Value::from(value);
    }
    Ok((operation, input))
}

/// Adds a member of the query; one that is there more than once is a list.
fn add(asked: &mut Map<String, Value>, name: &str, value: Value) {
    match asked.get_mut(name) {
        Some(Value::Array(values)) => values.push(value),
        Some(first @ Value::String(_)) => *first = Value::Array(vec![first.take(), value]),
        _ => drop(asked.insert(name.to_owned(), value)),
    }
}

/// The values of a template's labels, when the path is of that form: `/tags/{ResourceArn}` and `/tags/arn%3Aaws%3A…/`.
///
/// botocore writes some paths with a slash at the end, the other SDKs without. A value never holds a slash that is not encoded.
fn labels<'a>(template: &'a str, path: &str) -> Option<Vec<(&'a str, String)>> {
    let (wanted, found) = (template.trim_end_matches('/').split('/'), path.trim_end_matches('/').split('/'));
    if wanted.clone().count() != found.clone().count() {
        return None;
    }
    let mut labels = Vec::new();
    for (wanted, found) in wanted.zip(found) {
        match wanted.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            Some(_) if found.is_empty() => return None,
            Some(name) => labels.push((name, percent_decoded(found))),
            None if wanted == found => {}
            None => return None,
        }
    }
    Some(labels)
}

/// Undoes `%3A`; what is no such escape stays as it is.
fn percent_decoded(text: &str) -> String {
    let hex = |byte: Option<u8>| char::from(byte?).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let mut bytes = text.bytes();
    let mut decoded = Vec::new();
    while let Some(byte) = bytes.next() {
        let mut ahead = bytes.clone();
        match (byte, hex(ahead.next()), hex(ahead.next())) {
            (b'%', Some(high), Some(low)) => {
                decoded.push(high << 4 | low);
                bytes = ahead;
            }
            _ => decoded.push(byte),
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

/// Writes an answer. A service's own errors spell `Message` as their models do, the front door's `message`; SDKs look for either.
pub(crate) fn answer(outcome: Result<Value, AwsError>, request_id: &str) -> Response {
    let mut headers = vec![("content-type", "application/json".to_owned()), ("x-amzn-requestid", request_id.to_owned())];
    let (status, body) = match outcome {
        Ok(value) => (200, value),
        Err(error) => {
            let member = if error.origin == Origin::Service { "Message" } else { "message" };
            headers.push(("x-amzn-errortype", error.code));
            (error.status, json!({ member: error.message }))
        }
    };
    Response { status, headers, body: body.to_string().into_bytes() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_decoded_and_a_slash_at_the_end_means_nothing() {
        let arn = "arn%3Aaws%3Adynamodb%3Aus-east-1%3A123456789012%3Atable%2FOrders";
        let found = labels("/resources/{ResourceArn}/recovery-points", &format!("/resources/{arn}/recovery-points/"));
        assert_eq!(found, Some(vec![("ResourceArn", "arn:aws:dynamodb:us-east-1:123456789012:table/Orders".to_owned())]));
        assert_eq!(labels("/backup-vaults", "/backup-vaults/"), Some(Vec::new()));
        assert_eq!(labels("/backup-vaults/{Name}", "/backup-vaults/"), None);
        assert_eq!(labels("/backup-vaults/{Name}", "/backup-vaults/a/access-policy"), None);
        assert_eq!(labels("/backup-vaults/{Name}", "/backup-plans/a"), None);
    }

    #[test]
    fn what_is_no_escape_stays() {
        assert_eq!(percent_decoded("100%"), "100%");
        assert_eq!(percent_decoded("%zz%4"), "%zz%4");
        assert_eq!(percent_decoded("caf%C3%a9+1"), "café+1");
    }
}

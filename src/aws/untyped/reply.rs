//! Answers as JSON values, whichever protocol they came by: XML has texts only, and names the items of its lists.

use super::Protocol;
use crate::xml::{self, Element};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::error::metadata::{ErrorMetadata, ProvideErrorMetadata};
use jiff::Timestamp;
use serde_json::{Map, Value};

/// An error that the service answered.
#[derive(Debug, Default)]
pub(super) struct Refused(ErrorMetadata);

impl std::fmt::Display for Refused {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(out)
    }
}

impl std::error::Error for Refused {}

impl ProvideErrorMetadata for Refused {
    fn meta(&self) -> &ErrorMetadata {
        &self.0
    }
}

/// Reading an answer: a member is known by its name in the API reference, one within another by a path with dots.
pub trait Answer {
    /// What stands at a path.
    fn at(&self, path: &str) -> Option<&Value>;
    /// A text; numbers and flags as texts too.
    fn text(&self, path: &str) -> Option<String>;
    /// A whole number.
    fn whole(&self, path: &str) -> Option<i64>;
    /// A flag.
    fn flag(&self, path: &str) -> Option<bool>;
    /// A moment, which JSON has in seconds since 1970 and XML as a text.
    fn moment(&self, path: &str) -> Option<Timestamp>;
    /// The items of a list; none where it is not there.
    fn items(&self, path: &str) -> Vec<&Value>;
}

impl Answer for Value {
    fn at(&self, path: &str) -> Option<&Value> {
        path.split('.').try_fold(self, |value, name| value.get(name)).filter(|value| !value.is_null())
    }

    fn text(&self, path: &str) -> Option<String> {
        match self.at(path)? {
            Self::String(text) => Some(text.clone()),
            Self::Object(_) | Self::Array(_) => None,
            other => Some(other.to_string()),
        }
    }

    fn whole(&self, path: &str) -> Option<i64> {
        match self.at(path)? {
            Self::String(text) => text.parse().ok(),
            other => other.as_i64(),
        }
    }

    fn flag(&self, path: &str) -> Option<bool> {
        match self.at(path)? {
            Self::String(text) => text.parse().ok(),
            other => other.as_bool(),
        }
    }

    fn moment(&self, path: &str) -> Option<Timestamp> {
        match self.at(path)? {
            Self::String(text) => text.parse().ok(),
            Self::Number(number) => {
                let seconds = number.as_f64()?;
                jiff::SignedDuration::try_from_secs_f64(seconds).ok().and_then(|since| Timestamp::from_duration(since).ok())
            }
            _ => None,
        }
    }

    fn items(&self, path: &str) -> Vec<&Value> {
        match self.at(path) {
            Some(Self::Array(items)) => items.iter().collect(),
            // XML: the list holds its items under one name.
            Some(Self::Object(members)) if members.len() == 1 => match members.values().next() {
                Some(Self::Array(items)) => items.iter().collect(),
                Some(item) => vec![item],
                None => Vec::new(),
            },
            _ => Vec::new(),
        }
    }
}

/// What an answer says.
///
/// # Errors
///
/// The service answered an error, or, as the outer error, nothing that the protocol knows.
pub(super) fn read(protocol: &Protocol, operation: &str, response: &HttpResponse) -> Result<Result<Value, Refused>, String> {
    let body = response.body().bytes().unwrap_or_default();
    let text = std::str::from_utf8(body).map_err(|_| "the answer is no text".to_owned())?;
    let is_fine = response.status().is_success();
    let parsed = match protocol {
        Protocol::Query { .. } => query(text, operation, is_fine),
        Protocol::Json { .. } | Protocol::Rest => json(text),
    };
    if is_fine {
        return parsed.map(Ok);
    }
    let error = parsed.unwrap_or_default();
    let of_header = response.headers().get("x-amzn-errortype").map(str::to_owned);
    let code = of_header.or_else(|| ["__type", "code", "Code"].iter().find_map(|name| error.text(name)));
    let Some(code) = code else {
        return Err(format!("status {} with a body that is no error of AWS", response.status().as_u16()));
    };
    // `namespace#Code:http://…`
    let code = code.rsplit('#').next().unwrap_or_default().split(':').next().unwrap_or_default().to_owned();
    let message = ["message", "Message", "errorMessage"].iter().find_map(|name| error.text(name));
    let mut metadata = ErrorMetadata::builder().code(code);
    if let Some(message) = message {
        metadata = metadata.message(message);
    }
    Ok(Err(Refused(metadata.build())))
}

fn json(text: &str) -> Result<Value, String> {
    if text.trim().is_empty() {
        return Ok(Value::Object(Map::new()));
    }
    serde_json::from_str(text).map_err(|error| format!("the answer is no JSON: {error}"))
}

/// The result in an answer of the query protocol, or the error.
fn query(text: &str, operation: &str, is_fine: bool) -> Result<Value, String> {
    let root = xml::parse(text).ok_or("the answer is no XML")?;
    if !is_fine {
        // `<ErrorResponse><Error>…`, or with a list around it.
        let error = root.find("Error").or_else(|| root.find("Errors")?.find("Error"));
        return Ok(error.map(value).unwrap_or_default());
    }
    if root.name != format!("{operation}Response") {
        return Err(format!("the answer is a `{}`", root.name));
    }
    Ok(root.find(&format!("{operation}Result")).map_or_else(|| Value::Object(Map::new()), value))
}

/// Elements within make an object, and those of one name a list.
fn value(element: &Element) -> Value {
    if element.children.is_empty() {
        return Value::from(element.text.as_str());
    }
    let mut members = Map::new();
    for child in &element.children {
        match members.get_mut(&child.name) {
            None => drop(members.insert(child.name.clone(), value(child))),
            // An element of its own is no list, so this one was made here.
            Some(Value::Array(items)) => items.push(value(child)),
            Some(first) => *first = Value::Array(vec![first.take(), value(child)]),
        }
    }
    Value::Object(members)
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_smithy_types::body::SdkBody;

    fn answered(protocol: &Protocol, status: u16, body: &str, header: Option<&str>) -> Result<Result<Value, Refused>, String> {
        let mut response = HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body));
        if let Some(header) = header {
            response.headers_mut().insert("x-amzn-errortype", header.to_owned());
        }
        read(protocol, "DescribeDBInstances", &response)
    }

    const QUERY: Protocol = Protocol::Query { version: "2014-10-31", items: &[] };

    #[test]
    fn a_list_of_one_in_xml_is_a_list() {
        let of = |items: &str| {
            let body = format!(
                "<DescribeDBInstancesResponse><DescribeDBInstancesResult><DBInstances>{items}</DBInstances></DescribeDBInstancesResult></DescribeDBInstancesResponse>"
            );
            answered(&QUERY, 200, &body, None).unwrap().unwrap()
        };
        let one = "<DBInstance><BackupRetentionPeriod>7</BackupRetentionPeriod><MultiAZ>true</MultiAZ><Endpoint><Port>5432</Port></Endpoint></DBInstance>";
        for count in 0..3 {
            let answer = of(&one.repeat(count));
            let items = answer.items("DBInstances");
            assert_eq!(items.len(), count);
            for item in items {
                assert_eq!(
                    (item.whole("BackupRetentionPeriod"), item.flag("MultiAZ"), item.whole("Endpoint.Port")),
                    (Some(7), Some(true), Some(5432))
                );
                assert_eq!(item.text("DBInstanceIdentifier"), None);
            }
        }
    }

    #[test]
    fn errors_are_known_by_their_codes_in_each_protocol() {
        let code = |answered: Result<Result<Value, Refused>, String>| {
            let refused = answered.unwrap().unwrap_err();
            (refused.code().unwrap().to_owned(), refused.message().unwrap_or_default().to_owned())
        };
        let expected = ("DBInstanceNotFound".to_owned(), "no such thing".to_owned());
        let xml = "<ErrorResponse><Error><Type>Sender</Type><Code>DBInstanceNotFound</Code><Message>no such thing</Message></Error></ErrorResponse>";
        assert_eq!(code(answered(&QUERY, 404, xml, None)), expected);
        let body = r#"{"__type":"com.amazonaws.rds#DBInstanceNotFound","message":"no such thing"}"#;
        assert_eq!(code(answered(&Protocol::Json { version: "1.1", target: "X" }, 400, body, None)), expected);
        let body = r#"{"Message":"no such thing"}"#;
        assert_eq!(code(answered(&Protocol::Rest, 404, body, Some("DBInstanceNotFound:http://x/"))), expected);
    }

    #[test]
    fn what_is_no_answer_of_aws_is_told_from_an_error_of_it() {
        assert!(answered(&QUERY, 200, "<html><body>log in</body></html>", None).is_err());
        assert!(answered(&Protocol::Rest, 200, "log in", None).is_err());
        assert!(answered(&Protocol::Rest, 502, "bad gateway", None).unwrap_err().contains("502"));
    }
}

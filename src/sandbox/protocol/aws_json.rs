//! awsJson 1.0 and 1.1: JSON both ways, the operation in `X-Amz-Target`, errors known by `__type`.

use serde_json::{Value, json};

use crate::sandbox::services::{AwsError, Origin};
use crate::sandbox::wire::{Request, Response};

/// Splits `X-Amz-Target: DynamoDB_20120810.ListTables` into prefix and operation.
pub(crate) fn target(request: &Request) -> Option<(&str, &str)> {
    request.header("x-amz-target")?.rsplit_once('.')
}

/// Reads the body; an empty one is an empty structure.
pub(crate) fn read(body: &[u8]) -> Result<Value, AwsError> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(json!({}));
    }
    match serde_json::from_slice(body) {
        Ok(value @ Value::Object(_)) => Ok(value),
        _ => Err(AwsError::front_door("SerializationException", "Start of structure or map found where not expected.")),
    }
}

/// Writes an answer.
pub(crate) fn answer(version: &str, namespace: &str, outcome: Result<Value, AwsError>, request_id: &str) -> Response {
    let (status, body) = match outcome {
        Ok(value) => (200, value),
        Err(error) => (error.status, json!({ "__type": error_type(namespace, &error), "message": error.message })),
    };
    Response {
        status,
        headers: vec![("content-type", format!("application/x-amz-json-{version}")), ("x-amzn-requestid", request_id.to_owned())],
        body: body.to_string().into_bytes(),
    }
}

/// `__type` in full: the prefix tells which layer of AWS answered.
fn error_type(namespace: &str, error: &AwsError) -> String {
    let prefix = match error.origin {
        Origin::Service => namespace,
        Origin::FrontDoor => "com.amazon.coral.service",
        Origin::Validation => "com.amazon.coral.validate",
        Origin::Availability => "com.amazon.coral.availability",
    };
    if prefix.is_empty() { error.code.clone() } else { format!("{prefix}#{}", error.code) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_known_by_its_type() {
        let error = AwsError::service("ResourceNotFoundException", "Requested resource not found");
        let response = answer("1.0", "com.amazonaws.dynamodb.v20120810", Err(error), "R1");
        assert_eq!(response.status, 400);
        assert_eq!(
            String::from_utf8(response.body).unwrap(),
            r#"{"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException","message":"Requested resource not found"}"#
        );
    }

    #[test]
    fn a_body_that_is_no_structure_is_a_serialization_error() {
        assert_eq!(read(b"[1]").unwrap_err().code, "SerializationException");
        assert_eq!(read(b"").unwrap(), json!({}));
    }
}

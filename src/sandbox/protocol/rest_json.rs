//! restJson1 as far as the sandbox's services need it: JSON bodies, errors known by a header.

use serde_json::{Value, json};

use crate::sandbox::services::AwsError;
use crate::sandbox::wire::Response;

/// Writes an answer.
pub(crate) fn answer(outcome: Result<Value, AwsError>, request_id: &str) -> Response {
    let mut headers = vec![("content-type", "application/json".to_owned()), ("x-amzn-requestid", request_id.to_owned())];
    let (status, body) = match outcome {
        Ok(value) => (200, value),
        Err(error) => {
            let body = json!({ "message": error.message });
            headers.push(("x-amzn-errortype", error.code));
            (error.status, body)
        }
    };
    Response { status, headers, body: body.to_string().into_bytes() }
}

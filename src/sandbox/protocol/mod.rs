//! The wire protocols of AWS: bytes to JSON values and back.

pub(crate) mod aws_json;
pub(crate) mod aws_query;
pub(crate) mod rest_json;
pub(crate) mod rest_xml;
pub(crate) mod xml;

use serde_json::Value;

use super::services::{AwsError, Protocol};
use super::wire::Response;

/// Writes an answer in the service's protocol.
pub(crate) fn answer(protocol: Protocol, operation: &str, outcome: Result<Value, AwsError>, request_id: &str) -> Response {
    match protocol {
        Protocol::AwsJson { version, namespace, .. } => aws_json::answer(version, namespace, outcome, request_id),
        Protocol::AwsQuery { namespace } => aws_query::answer(namespace, operation, outcome, request_id),
        Protocol::RestJson => rest_json::answer(outcome, request_id),
        Protocol::RestXml => rest_xml::answer(outcome, request_id),
    }
}

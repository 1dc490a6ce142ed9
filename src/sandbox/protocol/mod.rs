//! The wire protocols of AWS: bytes to JSON values and back.

pub(crate) mod aws_json;
pub(crate) mod aws_query;
pub(crate) mod rest_json;
pub(crate) mod rest_xml;
pub(crate) mod rpc_v2_cbor;
pub(crate) mod xml;

use std::borrow::Cow;
use std::io::Read as _;

use flate2::read::GzDecoder;
use serde_json::Value;

use super::services::{AwsError, Protocol};
use super::wire::{Request, Response};

/// Writes an answer in the service's protocol.
pub(crate) fn answer(protocol: Protocol, operation: &str, outcome: Result<Value, AwsError>, request_id: &str) -> Response {
    match protocol {
        Protocol::AwsJson { version, namespace, .. } => aws_json::answer(version, namespace, outcome, request_id),
        Protocol::AwsQuery { namespace, wire } => aws_query::answer((namespace, wire), operation, outcome, request_id),
        Protocol::RestJson => rest_json::answer(outcome, request_id),
        Protocol::RestXml => rest_xml::answer(outcome, request_id),
        Protocol::RpcV2Cbor { wire, .. } => rpc_v2_cbor::answer(wire, outcome, request_id),
    }
}

/// The longest body that a compressed one may unfold to, in bytes: many times what any operation takes.
const MAX_BODY: u64 = 64 << 20;

/// The body of a request, unfolded when it is compressed: SDKs compress long ones where a service's model says so.
pub(crate) fn body(request: &Request) -> Result<Cow<'_, [u8]>, AwsError> {
    match request.header("content-encoding") {
        Some("gzip") => {
            let mut unfolded = Vec::new();
            let read = GzDecoder::new(request.body.as_slice()).take(MAX_BODY).read_to_end(&mut unfolded);
            read.map_err(|error| AwsError::front_door("SerializationException", format!("the body is not gzip: {error}")))?;
            Ok(Cow::Owned(unfolded))
        }
        _ => Ok(Cow::Borrowed(&request.body)),
    }
}

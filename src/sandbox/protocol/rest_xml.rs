//! restXml as S3 speaks it: the operation by method, path and query; members in path, query, headers and an XML or plain body.
//!
//! Operations see one value, `{ Bucket, Key, Query: {…}, Headers: {…}, Body: base64 }`, and answer one,
//! `{ Status, Headers: {…}, Root, Document }` or `{ …, Data: base64 }`, all members optional.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::xml;
use crate::sandbox::services::{AwsError, Operation, Service};
use crate::sandbox::wire::{Request, Response};

/// The namespace of S3's documents.
const NAMESPACE: &str = "http://s3.amazonaws.com/doc/2006-03-01/";

/// Queries that choose an operation. One that the sandbox has no operation for is refused, never taken for another operation.
const SUBRESOURCES: &[&str] = &[
    "abac",
    "accelerate",
    "acl",
    "analytics",
    "attributes",
    "cors",
    "delete",
    "encryption",
    "intelligent-tiering",
    "inventory",
    "legal-hold",
    "lifecycle",
    "location",
    "logging",
    "metadataConfiguration",
    "metadataTable",
    "metrics",
    "notification",
    "object-lock",
    "ownershipControls",
    "partNumber",
    "policy",
    "policyStatus",
    "publicAccessBlock",
    "renameObject",
    "replication",
    "requestPayment",
    "restore",
    "retention",
    "select",
    "session",
    "tagging",
    "torrent",
    "uploadId",
    "uploads",
    "versioning",
    "versions",
    "website",
];

/// Finds the operation and its input.
pub(crate) fn read(service: &'static Service, request: &Request) -> Result<(&'static Operation, Value), AwsError> {
    let (bucket, key) = place(request);
    let query = query(request);
    let operation = find(service, &request.method, (&bucket, &key), &query)?;
    let headers: Map<String, Value> = request.headers.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    let input = json!({ "Bucket": bucket, "Key": key, "Query": query, "Headers": headers, "Body": STANDARD.encode(&request.body) });
    Ok((operation, input))
}

fn query(request: &Request) -> Map<String, Value> {
    let pairs = form_urlencoded::parse(request.query.as_deref().unwrap_or_default().as_bytes());
    pairs.map(|(name, value)| (name.into_owned(), Value::from(value.into_owned()))).collect()
}

/// The operation whose route fits best: of those whose method and path fit, the one that wants most of the query.
fn find(service: &'static Service, method: &str, place: (&str, &str), query: &Map<String, Value>) -> Result<&'static Operation, AwsError> {
    let path = match place {
        ("", _) => "/",
        (_, "") => "/{Bucket}",
        _ => "/{Bucket}/{Key+}",
    };
    let wanted = |operation: &Operation| {
        let (route_method, route) = operation.route?;
        let (route_path, flags) = route.split_once('?').unwrap_or((route, ""));
        let flags: Vec<&str> = flags.split('&').filter(|flag| !flag.is_empty()).collect();
        let fits = |flag: &&str| match flag.split_once('=') {
            Some((name, value)) => query.get(name).and_then(Value::as_str) == Some(value),
            None => query.contains_key(*flag),
        };
        (route_method == method && route_path == path && flags.iter().all(fits)).then_some(flags)
    };
    let best = service.operations.iter().filter_map(|operation| Some((wanted(operation)?, operation))).max_by_key(|(flags, _)| flags.len());
    let chosen = query.keys().find(|name| SUBRESOURCES.contains(&name.as_str()));
    match best {
        Some((flags, operation)) if chosen.is_none() || flags.iter().any(|flag| query.contains_key(*flag)) => Ok(operation),
        _ => {
            let what = chosen.map_or_else(|| format!("{method} {path}"), |name| format!("{method} {path}?{name}"));
            let error = AwsError::service("NotImplemented", format!("the sandbox has no S3 operation for {what}"));
            Err(AwsError { status: 501, ..error })
        }
    }
}

/// The bucket, from the host or from the path, and the key, both decoded.
fn place(request: &Request) -> (String, String) {
    let path = request.path.strip_prefix('/').unwrap_or(&request.path);
    if let Some(bucket) = request.header("host").and_then(host_bucket) {
        return (bucket, decoded(path));
    }
    let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
    (decoded(bucket), decoded(key))
}

/// The bucket in `bucket.s3.eu-west-1.amazonaws.com` or `bucket.localhost:4566`; none in `s3.amazonaws.com`, `localhost` or an address.
fn host_bucket(host: &str) -> Option<String> {
    let host = host.rsplit_once(':').map_or(host, |(name, port)| if port.bytes().all(|byte| byte.is_ascii_digit()) { name } else { host });
    let starts_with_service = host == "s3" || host.starts_with("s3.") || host.starts_with("s3-");
    if starts_with_service || host == "localhost" || host.starts_with('[') || host.parse::<std::net::IpAddr>().is_ok() {
        return None;
    }
    let service = host.rfind(".s3.").or_else(|| host.rfind(".s3-"));
    let bucket = match service {
        Some(at) => host.get(..at)?,
        None if host.ends_with(".localhost") => host.strip_suffix(".localhost")?,
        None => host.split_once('.')?.0,
    };
    Some(bucket.to_owned()).filter(|bucket| !bucket.is_empty())
}

/// Undoes percent-encoding.
pub(crate) fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((first, after)) = rest.split_first() {
        let escaped = match (first, after) {
            (b'%', [high, low, tail @ ..]) => digit(*high).zip(digit(*low)).map(|(high, low)| (high * 16 + low, tail)),
            _ => None,
        };
        let (byte, tail) = escaped.unwrap_or((*first, after));
        out.push(byte);
        rest = tail;
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// Writes an answer.
pub(crate) fn answer(outcome: Result<Value, AwsError>, request_id: &str) -> Response {
    let (status, named, body) = match outcome {
        Ok(value) => success(&value),
        Err(error) => failure(&error, request_id),
    };
    let mut headers = vec![("x-amz-request-id", request_id.to_owned()), ("x-amz-id-2", format!("sandbox/{request_id}"))];
    headers.extend(named.iter().filter_map(|(name, value)| Some((known(name)?, value.clone()))));
    if !body.is_empty() && !headers.iter().any(|(name, _)| *name == "content-type") {
        headers.push(("content-type", "application/xml".to_owned()));
    }
    Response { status, headers, body }
}

type Parts = (u16, Vec<(String, String)>, Vec<u8>);

fn success(value: &Value) -> Parts {
    let status = value.get("Status").and_then(Value::as_u64).and_then(|status| u16::try_from(status).ok()).unwrap_or(200);
    let headers = value.get("Headers").and_then(Value::as_object).into_iter().flatten();
    let headers = headers.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect();
    let body = match (value.get("Root").and_then(Value::as_str), value.get("Data").and_then(Value::as_str)) {
        (Some(root), _) => document(root, value.get("Document").unwrap_or(&Value::Null)),
        (None, Some(data)) => STANDARD.decode(data).unwrap_or_default(),
        (None, None) => Vec::new(),
    };
    (status, headers, body)
}

fn document(root: &str, value: &Value) -> Vec<u8> {
    let mut value = value.clone();
    if let Some(fields) = value.as_object_mut() {
        fields.insert("@xmlns".to_owned(), json!(NAMESPACE));
    }
    let mut text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
    xml::write(&mut text, root, &value);
    text.into_bytes()
}

/// Details of an error in lower case are headers, the others elements.
fn failure(error: &AwsError, request_id: &str) -> Parts {
    let mut fields =
        json!({ "Code": error.code, "Message": error.message, "RequestId": request_id, "HostId": format!("sandbox/{request_id}") });
    let mut headers = Vec::new();
    for (name, value) in &error.details {
        if name.starts_with(char::is_lowercase) {
            headers.push(((*name).to_owned(), value.clone()));
        } else {
            fields[*name] = json!(value);
        }
    }
    let mut text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
    xml::write(&mut text, "Error", &fields);
    (error.status, headers, text.into_bytes())
}

/// Headers that an operation may answer.
const HEADERS: &[&str] = &[
    "accept-ranges",
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-length",
    "content-range",
    "content-type",
    "etag",
    "expires",
    "last-modified",
    "location",
    "x-amz-access-point-alias",
    "x-amz-bucket-arn",
    "x-amz-bucket-region",
    "x-amz-checksum-crc32",
    "x-amz-checksum-crc32c",
    "x-amz-checksum-crc64nvme",
    "x-amz-checksum-sha1",
    "x-amz-checksum-sha256",
    "x-amz-checksum-type",
    "x-amz-copy-source-version-id",
    "x-amz-delete-marker",
    "x-amz-expiration",
    "x-amz-object-lock-legal-hold",
    "x-amz-object-lock-mode",
    "x-amz-object-lock-retain-until-date",
    "x-amz-replication-status",
    "x-amz-server-side-encryption",
    "x-amz-server-side-encryption-aws-kms-key-id",
    "x-amz-storage-class",
    "x-amz-tagging-count",
    "x-amz-transition-default-minimum-object-size",
    "x-amz-version-id",
];

fn known(name: &str) -> Option<&'static str> {
    HEADERS.iter().find(|header| **header == name).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_is_found_in_the_host_or_in_the_path() {
        let at = |host: &str, path: &str| {
            let headers = [("host".to_owned(), host.to_owned())].into();
            let (bucket, key) = place(&Request { path: path.into(), headers, ..Request::default() });
            format!("{bucket}|{key}")
        };
        assert_eq!(at("127.0.0.1:4566", "/my-bucket/a%2Fb%20c/d"), "my-bucket|a/b c/d");
        assert_eq!(at("localhost:4566", "/my-bucket"), "my-bucket|");
        assert_eq!(at("my-bucket.localhost:4566", "/a/b"), "my-bucket|a/b");
        assert_eq!(at("my.bucket.s3.eu-west-1.amazonaws.com", "/"), "my.bucket|");
        assert_eq!(at("my-bucket.s3.amazonaws.com", "/k"), "my-bucket|k");
        assert_eq!(at("s3.eu-west-1.amazonaws.com", "/my-bucket/k"), "my-bucket|k");
        assert_eq!(at("[::1]:4566", "/"), "|");
    }

    #[test]
    fn what_is_no_escape_stays_as_it_is() {
        assert_eq!(decoded("100%/%zz%4"), "100%/%zz%4");
        assert_eq!(decoded("%C3%A9+"), "é+");
    }
}

//! `CopyObject`.

use serde_json::{Value, json};

use super::ask::{Ask, Said, iso};
use super::objects::{header_tags, kept_headers, prepare, store, wanted};
use super::{Call, errors, find};
use crate::sandbox::protocol::rest_xml::decoded;
use crate::sandbox::services::AwsError;

/// Copies a version from any bucket of the caller's.
pub(super) fn copy(call: &mut Call<'_>, ask: Ask<'_>) -> Result<Value, AwsError> {
    let source = ask.header("x-amz-copy-source").unwrap_or_default();
    let (path, id) = source.split_once("?versionId=").map_or((source, None), |(path, id)| (path, Some(id)));
    let path = decoded(path);
    let (bucket, key) = path
        .trim_start_matches('/')
        .split_once('/')
        .ok_or_else(|| errors::argument("x-amz-copy-source", source, "Invalid copy source object key"))?;
    let from = call.state.s3.get(bucket).ok_or_else(|| errors::no_such_bucket(bucket))?;
    if from.account != call.caller.account {
        return Err(errors::denied());
    }
    let original = wanted(from, key, id)?;
    let replaces = |name: &str| ask.header(name) == Some("REPLACE");
    if bucket == ask.bucket()
        && key == ask.key()
        && id.is_none()
        && !replaces("x-amz-metadata-directive")
        && ask.header("x-amz-storage-class").is_none()
    {
        return Err(errors::request(
            "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
        ));
    }
    let mut version = original.clone();
    let source_id = (version.id != super::version::NULL_ID).then(|| version.id.clone());
    version.at = call.now;
    version.replication = None;
    if replaces("x-amz-metadata-directive") {
        version.headers = kept_headers(ask);
    }
    if replaces("x-amz-tagging-directive") {
        version.tags = header_tags(ask)?;
    }
    prepare(ask, find(call, ask)?, call.now, &mut version)?;
    let result = json!({ "ETag": version.quoted_etag(), "LastModified": iso(version.at) });
    let stored = store(call, ask, version)?;
    Said::document("CopyObjectResult", result).with_headers_of(stored).maybe("x-amz-copy-source-version-id", source_id).done()
}

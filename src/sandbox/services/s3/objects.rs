//! Putting and getting objects.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use md5::Digest as _;
use serde_json::Value;

use super::ask::{Ask, Said, http_date, iso};
use super::bucket::{Bucket, Versioning};
use super::version::{Retention, Version, fresh_id};
use super::{Call, copy, documents, errors, find, find_mut, replicate, tagging};
use crate::sandbox::services::AwsError;

/// The largest object that the sandbox keeps, in bytes: its state is one file.
pub(super) const LARGEST: usize = 8 * 1024 * 1024;

/// Headers of a request that are kept with the object.
const KEPT: &[&str] = &["cache-control", "content-disposition", "content-language", "content-type", "expires"];

/// `PutObject`, and `CopyObject` where a source is named.
pub(super) fn put(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let ask = Ask(input);
    if ask.header("x-amz-copy-source").is_some() {
        return copy::copy(call, ask);
    }
    let (body, trailers) = ask.body_and_trailers()?;
    if body.len() > LARGEST {
        let message = format!("the sandbox keeps objects of at most {LARGEST} bytes, found {}", body.len());
        return Err(errors::error(400, "EntityTooLarge", message));
    }
    let digest = STANDARD.encode(md5::Md5::digest(&body));
    if ask.header("content-md5").is_some_and(|sent| sent.trim() != digest) {
        return Err(errors::error(400, "BadDigest", "The Content-MD5 you specified did not match what we received."));
    }
    let bucket = find(call, ask)?;
    require_condition(ask, bucket.newest(ask.key()))?;
    let mut version = Version::with_body(&body, call.now);
    version.headers = kept_headers(ask);
    let sums = ask.headers().map(|(name, value)| (name.to_owned(), value.to_owned())).chain(trailers);
    version.headers.extend(sums.filter(|(name, _)| is_checksum(name)));
    version.tags = header_tags(ask)?;
    prepare(ask, bucket, call.now, &mut version)?;
    let sums: Vec<(String, String)> = version.headers.iter().filter(|(name, _)| is_checksum(name)).map(owned).collect();
    let stored = store(call, ask, version)?;
    sums.into_iter().fold(stored, |said, (name, value)| said.header(&name, value)).done()
}

fn owned((name, value): (&String, &String)) -> (String, String) {
    (name.clone(), value.clone())
}

fn is_checksum(name: &str) -> bool {
    name.starts_with("x-amz-checksum-") && !matches!(name, "x-amz-checksum-mode" | "x-amz-checksum-type" | "x-amz-checksum-algorithm")
}

/// The headers of a request that come back with the object.
pub(super) fn kept_headers(ask: Ask<'_>) -> BTreeMap<String, String> {
    let kept = |name: &str| KEPT.contains(&name) || name.starts_with("x-amz-meta-");
    let mut headers: BTreeMap<String, String> =
        ask.headers().filter(|(name, _)| kept(name)).map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    headers.entry("content-type".to_owned()).or_insert_with(|| "binary/octet-stream".to_owned());
    let codings = ask.header("content-encoding").unwrap_or_default().split(',').map(str::trim);
    // How the upload was cut is no property of the object.
    let codings: Vec<&str> = codings.filter(|coding| !coding.is_empty() && *coding != "aws-chunked").collect();
    if !codings.is_empty() {
        headers.insert("content-encoding".to_owned(), codings.join(","));
    }
    headers
}

/// The tags in the header `x-amz-tagging`, which is a query.
pub(super) fn header_tags(ask: Ask<'_>) -> Result<BTreeMap<String, String>, AwsError> {
    let pairs = form_urlencoded::parse(ask.header("x-amz-tagging").unwrap_or_default().as_bytes());
    let list: Vec<Value> = pairs.map(|(key, value)| serde_json::json!({ "Key": key, "Value": value })).collect();
    tagging::read(&serde_json::json!({ "Tag": list }))
}

/// Gives a new version its storage class, encryption and lock: what the request says, or else what the bucket has for it.
pub(super) fn prepare(ask: Ask<'_>, bucket: &Bucket, now: Timestamp, version: &mut Version) -> Result<(), AwsError> {
    version.storage_class = ask.header("x-amz-storage-class").filter(|class| *class != "STANDARD").map(str::to_owned);
    let default = documents::default_encryption(bucket);
    version.encryption = ask.header("x-amz-server-side-encryption").map_or(default.0, str::to_owned);
    let key = ask.header("x-amz-server-side-encryption-aws-kms-key-id").map(str::to_owned).or(default.1);
    version.kms_key = key.filter(|_| version.encryption != "AES256");
    let asked = (ask.header("x-amz-object-lock-mode"), ask.header("x-amz-object-lock-retain-until-date"));
    let locks = asked.0.is_some() || ask.header("x-amz-object-lock-legal-hold").is_some();
    if locks && bucket.object_lock.is_none() {
        return Err(errors::request("Bucket is missing Object Lock Configuration"));
    }
    version.legal_hold = ask.header("x-amz-object-lock-legal-hold") == Some("ON");
    version.retention = match asked {
        (Some(mode), Some(until)) => {
            let until: Timestamp =
                until.parse().map_err(|_| errors::argument("RetainUntilDate", until, "The retain until date is not a date"))?;
            if until <= now {
                return Err(errors::argument("RetainUntilDate", &iso(until), "The retain until date must be in the future!"));
            }
            Some(Retention { mode: mode.to_owned(), until })
        }
        (None, None) => bucket.default_retention(now),
        _ => {
            let message = "x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied";
            return Err(errors::error(400, "InvalidArgument", message));
        }
    };
    Ok(())
}

/// Stores a new version, and sends it on its way to where the bucket replicates to.
pub(super) fn store(call: &mut Call<'_>, ask: Ask<'_>, version: Version) -> Result<Said, AwsError> {
    let id = fresh_id(call.state);
    let settled = call.settles_at();
    let encryption = (version.encryption.clone(), version.kms_key.clone());
    let etag = version.quoted_etag();
    let bucket = find_mut(call, ask)?;
    let id = bucket.write(ask.key(), version, id);
    let shown = (bucket.versioning != Versioning::Never).then_some(id.clone());
    let sent = replicate::plan(bucket, ask.key(), &id, settled);
    call.state.s3.pending.extend(sent);
    Ok(Said::ok()
        .header("etag", etag)
        .maybe("x-amz-version-id", shown)
        .header("x-amz-server-side-encryption", encryption.0)
        .maybe("x-amz-server-side-encryption-aws-kms-key-id", encryption.1))
}

/// `If-None-Match: *` wants no object, `If-Match` a certain one.
fn require_condition(ask: Ask<'_>, newest: Option<&Version>) -> Result<(), AwsError> {
    let there = newest.filter(|version| !version.is_marker);
    let matches = |wanted: &str| there.is_some_and(|version| wanted.trim_matches('"') == version.etag);
    let holds = ask.header("if-none-match").is_none_or(|_| there.is_none()) && ask.header("if-match").is_none_or(matches);
    if holds { Ok(()) } else { Err(precondition_failed()) }
}

fn precondition_failed() -> AwsError {
    errors::error(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold")
}

/// The version that a request is about, which must be no delete marker.
pub(super) fn wanted<'a>(bucket: &'a Bucket, key: &str, id: Option<&str>) -> Result<&'a Version, AwsError> {
    let key_detail = ("Key", key.to_owned());
    if let Some(id) = id.filter(|id| !id.is_empty()) {
        let details = vec![key_detail, ("VersionId", id.to_owned())];
        let missing = || AwsError { details, ..errors::error(404, "NoSuchVersion", "The specified version does not exist.") };
        let version = bucket.version(key, id).ok_or_else(missing)?;
        if version.is_marker {
            let details = vec![("x-amz-delete-marker", "true".to_owned()), ("x-amz-version-id", version.id.clone())];
            let message = "The specified method is not allowed against this resource.";
            return Err(AwsError { details, ..errors::error(405, "MethodNotAllowed", message) });
        }
        return Ok(version);
    }
    let newest = bucket.newest(key);
    let mut details = vec![key_detail];
    if let Some(marker) = newest.filter(|version| version.is_marker) {
        details.extend([("x-amz-delete-marker", "true".to_owned()), ("x-amz-version-id", marker.id.clone())]);
    }
    let missing = || AwsError { details, ..errors::error(404, "NoSuchKey", "The specified key does not exist.") };
    newest.filter(|version| !version.is_marker).ok_or_else(missing)
}

/// `GetObject`.
pub(super) fn get(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let ask = Ask(input);
    let bucket = find(call, ask)?;
    let version = wanted(bucket, ask.key(), ask.query("versionId"))?;
    if let Some(answer) = unmodified(ask, version)? {
        return answer.done();
    }
    if matches!(version.class(), "GLACIER" | "DEEP_ARCHIVE") {
        let message = "The operation is not valid for the object's storage class";
        return Err(errors::error(403, "InvalidObjectState", message));
    }
    let bytes = version.bytes();
    match ask.header("range").and_then(|range| parse_range(range, bytes.len())) {
        None => described(Said::data(&bytes), ask, bucket, version, true).done(),
        Some(Err(error)) => Err(error),
        Some(Ok((first, end))) => {
            let part = bytes.get(first..end).unwrap_or_default();
            let range = format!("bytes {first}-{}/{}", end.saturating_sub(1), bytes.len());
            described(Said::data(part).status(206), ask, bucket, version, false).header("content-range", range).done()
        }
    }
}

/// `HeadObject`.
pub(super) fn head(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let ask = Ask(input);
    let bucket = find(call, ask)?;
    let version = wanted(bucket, ask.key(), ask.query("versionId"))?;
    if let Some(answer) = unmodified(ask, version)? {
        return answer.done();
    }
    described(Said::ok(), ask, bucket, version, true).header("content-length", version.size.to_string()).done()
}

fn unmodified(ask: Ask<'_>, version: &Version) -> Result<Option<Said>, AwsError> {
    let is_it = |wanted: &str| wanted == "*" || wanted.trim_matches('"') == version.etag;
    if ask.header("if-match").is_some_and(|wanted| !is_it(wanted)) {
        return Err(precondition_failed());
    }
    let unmodified = ask.header("if-none-match").is_some_and(is_it);
    Ok(unmodified.then(|| Said::ok().status(304).header("etag", version.quoted_etag())))
}

/// Adds what the headers say of a version.
fn described(said: Said, ask: Ask<'_>, bucket: &Bucket, version: &Version, whole: bool) -> Said {
    let sums = whole && ask.header("x-amz-checksum-mode").is_some_and(|mode| mode.eq_ignore_ascii_case("enabled"));
    let shown = version.headers.iter().filter(|(name, _)| sums || !is_checksum(name));
    let said = shown.fold(said, |said, (name, value)| said.header(name, value));
    let id = (bucket.versioning != Versioning::Never).then_some(version.id.as_str());
    let retention = version.retention.as_ref();
    said.header("accept-ranges", "bytes")
        .header("etag", version.quoted_etag())
        .header("last-modified", http_date(version.at))
        .header("x-amz-server-side-encryption", &version.encryption)
        .maybe("x-amz-server-side-encryption-aws-kms-key-id", version.kms_key.as_deref())
        .maybe("x-amz-storage-class", version.storage_class.as_deref())
        .maybe("x-amz-replication-status", version.replication.as_deref())
        .maybe("x-amz-tagging-count", (!version.tags.is_empty()).then(|| version.tags.len().to_string()))
        .maybe("x-amz-object-lock-mode", retention.map(|retention| retention.mode.as_str()))
        .maybe("x-amz-object-lock-retain-until-date", retention.map(|retention| iso(retention.until)))
        .maybe("x-amz-object-lock-legal-hold", version.legal_hold.then_some("ON"))
        .maybe("x-amz-version-id", id)
}

/// `bytes=1-3`, `bytes=5-` or `bytes=-2` as the first byte and the one behind the last; anything else is no range at all.
fn parse_range(range: &str, size: usize) -> Option<Result<(usize, usize), AwsError>> {
    let (first, last) = range.strip_prefix("bytes=")?.split_once('-')?;
    let (first, end) = match (first, last) {
        ("", count) => (size.saturating_sub(count.parse().ok()?), size),
        (first, "") => (first.parse().ok()?, size),
        (first, last) => (first.parse().ok()?, last.parse::<usize>().ok()?.saturating_add(1).min(size)),
    };
    let error = || errors::error(416, "InvalidRange", "The requested range is not satisfiable");
    Some(if first < end { Ok((first, end)) } else { Err(error()) })
}

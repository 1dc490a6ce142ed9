//! Listing objects and their versions, in pages.

use serde_json::{Value, json};

use super::ask::{Ask, Said, iso};
use super::bucket::Bucket;
use super::buckets::canonical_id;
use super::version::Version;
use super::{Call, find};
use crate::sandbox::services::AwsError;

/// The most lines of a page.
const LIMIT: usize = 1000;

/// One line of a listing.
enum Line<'a> {
    /// A key's version, and whether it is the newest.
    Version(&'a str, &'a Version, bool),
    /// All keys with this beginning.
    Common(String),
}

impl Line<'_> {
    fn name(&self) -> &str {
        match self {
            Self::Version(key, ..) => key,
            Self::Common(prefix) => prefix,
        }
    }
}

/// A page of a listing.
struct Page<'a> {
    lines: Vec<Line<'a>>,
    is_truncated: bool,
}

/// `ListObjects`.
pub(super) fn objects(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let ask = Ask(input);
    let marker = ask.query("marker").unwrap_or_default();
    let size = size(call, ask)?;
    let bucket = find(call, ask)?;
    let page = cut(ask, marker, size, newest(bucket, marker));
    let mut document = frame(ask, bucket, &page, size);
    document["Marker"] = json!(coded(ask, marker));
    if page.is_truncated && ask.query("delimiter").is_some() {
        document["NextMarker"] = json!(page.lines.last().map(|line| coded(ask, line.name())));
    }
    Said::document("ListBucketResult", document).done()
}

/// `ListObjectsV2`.
pub(super) fn objects_v2(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let ask = Ask(input);
    let after = ask.query("continuation-token").or(ask.query("start-after")).unwrap_or_default();
    let size = size(call, ask)?;
    let bucket = find(call, ask)?;
    let page = cut(ask, after, size, newest(bucket, after));
    let mut document = frame(ask, bucket, &page, size);
    document["KeyCount"] = json!(page.lines.len());
    document["ContinuationToken"] = json!(ask.query("continuation-token"));
    document["StartAfter"] = json!(ask.query("start-after").map(|text| coded(ask, text)));
    if page.is_truncated {
        document["NextContinuationToken"] = json!(page.lines.last().map(Line::name));
    }
    Said::document("ListBucketResult", document).done()
}

/// `ListObjectVersions`: of each key the newest first, delete markers among them.
pub(super) fn versions(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let ask = Ask(input);
    let (key_marker, id_marker) = (ask.query("key-marker").unwrap_or_default(), ask.query("version-id-marker"));
    let size = size(call, ask)?;
    let bucket = find(call, ask)?;
    let lines = bucket.objects.iter().flat_map(|(key, versions)| {
        let at_marker = key == key_marker;
        let seen = match id_marker.filter(|_| at_marker) {
            Some(id) => versions.iter().rev().position(|version| version.id == id).map_or(0, |at| at + 1),
            None if key.as_str() <= key_marker && !key_marker.is_empty() => versions.len(),
            None => 0,
        };
        let newest_first = versions.iter().rev().enumerate().skip(seen);
        newest_first.map(move |(age, version)| Line::Version(key, version, age == 0))
    });
    let page = cut(ask, key_marker, size, lines.filter(|line| line.name() >= key_marker));
    let mut document = frame(ask, bucket, &page, size);
    document["KeyMarker"] = json!(coded(ask, key_marker));
    document["VersionIdMarker"] = json!(id_marker.unwrap_or_default());
    if let (true, Some(last)) = (page.is_truncated, page.lines.last()) {
        document["NextKeyMarker"] = json!(coded(ask, last.name()));
        if let Line::Version(_, version, _) = last {
            document["NextVersionIdMarker"] = json!(version.id);
        }
    }
    Said::document("ListVersionsResult", document).done()
}

/// The newest versions behind a key, without those that are deleted.
fn newest<'a>(bucket: &'a Bucket, after: &str) -> impl Iterator<Item = Line<'a>> {
    let keys = bucket.objects.iter().filter_map(|(key, versions)| Some((key.as_str(), versions.last()?)));
    keys.filter(move |(key, version)| !version.is_marker && *key > after).map(|(key, version)| Line::Version(key, version, true))
}

fn size(call: &Call<'_>, ask: Ask<'_>) -> Result<usize, AwsError> {
    let asked = ask.number("max-keys", 0..=i64::from(i32::MAX))?.and_then(|number| usize::try_from(number).ok());
    Ok(if asked == Some(0) { 0 } else { call.page(asked, LIMIT) })
}

/// Keeps what has the prefix, folds what has the delimiter behind it, and cuts the page.
fn cut<'a>(ask: Ask<'_>, after: &str, size: usize, lines: impl Iterator<Item = Line<'a>>) -> Page<'a> {
    let prefix = ask.query("prefix").unwrap_or_default();
    let delimiter = ask.query("delimiter").filter(|delimiter| !delimiter.is_empty());
    let mut page = Page { lines: Vec::new(), is_truncated: false };
    for line in lines {
        let Some(rest) = line.name().strip_prefix(prefix) else { continue };
        let folded = delimiter.and_then(|delimiter| rest.split_once(delimiter).map(|(first, _)| format!("{prefix}{first}{delimiter}")));
        let line = match folded {
            // A page that ended with these keys is not followed by one that begins with them.
            Some(common) if common == after || page.lines.last().is_some_and(|last| last.name() == common) => continue,
            Some(common) => Line::Common(common),
            None => line,
        };
        if page.lines.len() == size {
            page.is_truncated = size > 0;
            break;
        }
        page.lines.push(line);
    }
    page
}

/// What all listings say.
fn frame(ask: Ask<'_>, bucket: &Bucket, page: &Page<'_>, size: usize) -> Value {
    let owner = json!({ "ID": canonical_id(&bucket.account) });
    let of_versions = ask.query("versions").is_some();
    let (mut found, mut markers, mut common) = (Vec::new(), Vec::new(), Vec::new());
    for line in &page.lines {
        let (key, version, is_latest) = match line {
            Line::Common(prefix) => {
                common.push(json!({ "Prefix": coded(ask, prefix) }));
                continue;
            }
            Line::Version(key, version, is_latest) => (coded(ask, key), version, is_latest),
        };
        let mut entry = json!({ "Key": key, "LastModified": iso(version.at) });
        if of_versions {
            entry["VersionId"] = json!(version.id);
            entry["IsLatest"] = json!(is_latest);
            entry["Owner"] = owner.clone();
        }
        if version.is_marker {
            markers.push(entry);
            continue;
        }
        entry["ETag"] = json!(version.quoted_etag());
        entry["Size"] = json!(version.size);
        entry["StorageClass"] = json!(version.class());
        found.push(entry);
    }
    json!({
        "Name": bucket.name,
        "Prefix": coded(ask, ask.query("prefix").unwrap_or_default()),
        "Delimiter": ask.query("delimiter").map(|delimiter| coded(ask, delimiter)),
        "MaxKeys": size,
        "EncodingType": ask.query("encoding-type"),
        "IsTruncated": page.is_truncated,
        if of_versions { "Version" } else { "Contents" }: found,
        "DeleteMarker": markers,
        "CommonPrefixes": common,
    })
}

/// A name as the caller wants it: with `encoding-type=url`, what is no plain character is escaped.
fn coded(ask: Ask<'_>, name: &str) -> String {
    if ask.query("encoding-type") != Some("url") {
        return name.to_owned();
    }
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~/*".contains(&byte);
    name.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

//! Deleting objects: a marker where versions are kept, and for good where one version is named.

use serde_json::{Value, json};

use super::ask::{Ask, Said};
use super::bucket::Versioning;
use super::version::{Version, fresh_id};
use super::{Call, errors, find, find_mut, replicate, shapes};
use crate::sandbox::services::AwsError;

/// The most objects that `DeleteObjects` takes.
const MAX_OBJECTS: usize = 1000;

/// What a deletion did.
#[derive(Default)]
struct Deleted {
    /// The version that was removed, or the marker that was made.
    id: Option<String>,
    /// Whether that is a delete marker.
    is_marker: bool,
}

/// `DeleteObject`.
pub(super) fn one(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let ask = Ask(input);
    let deleted = delete(call, ask, ask.key(), ask.query("versionId"))?;
    let marker = deleted.is_marker.then_some("true");
    Said::no_content().maybe("x-amz-version-id", deleted.id).maybe("x-amz-delete-marker", marker).done()
}

/// `DeleteObjects`: each object succeeds or fails on its own.
pub(super) fn many(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let ask = Ask(input);
    find(call, ask)?;
    let document = ask.document("Delete", &shapes::DELETE)?;
    let objects = document.get("Object").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    if objects.is_empty() || objects.len() > MAX_OBJECTS {
        return Err(errors::malformed());
    }
    let quiet = document["Quiet"] == true;
    let (mut deleted, mut failed) = (Vec::new(), Vec::new());
    for object in objects {
        let key = object["Key"].as_str().unwrap_or_default();
        let id = object.get("VersionId").and_then(Value::as_str);
        match delete(call, ask, key, id) {
            Ok(_) if quiet => {}
            Ok(done) => {
                let marker_id = done.id.filter(|_| done.is_marker);
                let marker = done.is_marker.then_some(true);
                deleted.push(json!({ "Key": key, "VersionId": id, "DeleteMarker": marker, "DeleteMarkerVersionId": marker_id }));
            }
            Err(error) => failed.push(json!({ "Key": key, "VersionId": id, "Code": error.code, "Message": error.message })),
        }
    }
    Said::document("DeleteResult", json!({ "Deleted": deleted, "Error": failed })).done()
}

fn delete(call: &mut Call<'_>, ask: Ask<'_>, key: &str, id: Option<&str>) -> Result<Deleted, AwsError> {
    let (now, settled, id_if_kept) = (call.now, call.settles_at(), fresh_id(call.state));
    let bypass = ask.header("x-amz-bypass-governance-retention").is_some_and(|flag| flag.eq_ignore_ascii_case("true"));
    let bucket = find_mut(call, ask)?;
    if let Some(id) = id.filter(|id| !id.is_empty()) {
        if bucket.mfa_delete {
            return Err(errors::without_device());
        }
        if bucket.version(key, id).is_some_and(|version| version.is_locked(now, bypass)) {
            return Err(errors::error(403, "AccessDenied", "Access Denied because object protected by object lock."));
        }
        let removed = bucket.remove(key, id);
        return Ok(Deleted { id: Some(id.to_owned()), is_marker: removed.is_some_and(|version| version.is_marker) });
    }
    if bucket.versioning == Versioning::Never {
        bucket.objects.remove(key);
        return Ok(Deleted::default());
    }
    let marker = Version { at: now, is_marker: true, ..Version::default() };
    let id = bucket.write(key, marker, id_if_kept);
    let sent = replicate::plan(bucket, key, &id, settled);
    call.state.s3.pending.extend(sent);
    Ok(Deleted { id: Some(id), is_marker: true })
}

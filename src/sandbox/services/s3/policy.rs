//! Who may use a bucket: its policy, and the ACL that every bucket still shows.

use serde_json::{Value, json};

use super::ask::{Ask, Said};
use super::buckets::canonical_id;
use super::{Call, documents, errors, find, find_mut};
use crate::sandbox::services::AwsError;

/// `GetBucketPolicy`: the text as it was put.
pub(super) fn get(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let bucket = find(call, Ask(input))?;
    let policy = bucket.policy.as_ref().ok_or_else(|| missing(&bucket.name))?;
    Said::data(policy.as_bytes()).header("content-type", "application/json").done()
}

/// `PutBucketPolicy`.
pub(super) fn put(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let ask = Ask(input);
    let bucket = find_mut(call, ask)?;
    let malformed = |message: &str| errors::error(400, "MalformedPolicy", message);
    let text = String::from_utf8(ask.body()?).unwrap_or_default();
    let policy: Value = serde_json::from_str(&text).unwrap_or_default();
    if !policy.is_object() {
        return Err(malformed("Policies must be valid JSON and the first byte must be '{'"));
    }
    if !policy["Statement"].is_array() && !policy["Statement"].is_object() {
        return Err(malformed("Missing required field Statement"));
    }
    bucket.policy = Some(text);
    Said::no_content().done()
}

/// `DeleteBucketPolicy`.
pub(super) fn delete(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    find_mut(call, Ask(input))?.policy = None;
    Said::no_content().done()
}

/// `GetBucketPolicyStatus`: no bucket of the sandbox is public.
pub(super) fn status(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let bucket = find(call, Ask(input))?;
    bucket.policy.as_ref().ok_or_else(|| missing(&bucket.name))?;
    Said::document("PolicyStatus", json!({ "IsPublic": false })).done()
}

fn missing(bucket: &str) -> AwsError {
    errors::absent("NoSuchBucketPolicy", "The bucket policy does not exist", bucket)
}

/// `GetBucketAcl`: the owner, and nobody else.
pub(super) fn get_acl(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let owner = canonical_id(&find(call, Ask(input))?.account);
    let grantee = json!({ "@xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance", "@xsi:type": "CanonicalUser", "ID": owner });
    let grants = json!({ "Grant": [{ "Grantee": grantee, "Permission": "FULL_CONTROL" }] });
    Said::document("AccessControlPolicy", json!({ "Owner": { "ID": owner }, "AccessControlList": grants })).done()
}

/// `PutBucketAcl`: what gives nobody anything is taken, and the rest refused, as on a bucket whose owner owns all objects.
pub(super) fn put_acl(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let ask = Ask(input);
    let bucket = find_mut(call, ask)?;
    if ask.header("x-amz-acl") == Some("private") {
        return Said::ok().done();
    }
    if documents::owner_enforced(bucket) {
        return Err(errors::error(400, "AccessControlListNotSupported", "The bucket does not allow ACLs"));
    }
    Err(errors::error(501, "NotImplemented", "the sandbox keeps no access control lists but `private`"))
}

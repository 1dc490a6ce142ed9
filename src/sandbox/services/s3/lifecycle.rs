//! Lifecycle configuration, whose readers do not agree for a while after it was put.

use serde_json::{Value, json};

use super::ask::{Ask, Said};
use super::bucket::{Bucket, Lifecycle};
use super::{Call, errors, find, find_mut, lifecycle_rules, shapes};
use crate::sandbox::services::AwsError;
use crate::sandbox::state::State;

/// The header that says which objects are too small to be moved.
const MINIMUM_SIZE: &str = "x-amz-transition-default-minimum-object-size";

/// What it says for every configuration that is put without the header, also where another was there before.
pub(crate) const DEFAULT_MINIMUM_SIZE: &str = "all_storage_classes_128K";

/// What it says for configurations from before September 2024.
pub(crate) const OLD_MINIMUM_SIZE: &str = "varies_by_storage_class";

/// `GetBucketLifecycleConfiguration`.
pub(super) fn get(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let now = call.now;
    let bucket = find(call, Ask(input))?;
    let missing = || errors::absent("NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist", &bucket.name);
    let lifecycle = bucket.lifecycle.read(now).as_ref().ok_or_else(missing)?;
    Said::document("LifecycleConfiguration", lifecycle.document.clone()).header(MINIMUM_SIZE, &lifecycle.minimum_size).done()
}

/// `PutBucketLifecycleConfiguration`: it replaces all rules, and the header's setting with them.
pub(super) fn put(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let ask = Ask(input);
    if find(call, ask)?.mfa_delete {
        // The words are UNCONFIRMED; those of the other way round are "Mfa Authentication is not supported on a bucket with lifecycle
        // configuration".
        return Err(errors::state("Lifecycle configuration is not supported on a bucket with Mfa Authentication."));
    }
    let mut document = ask.document("LifecycleConfiguration", &shapes::LIFECYCLE)?;
    lifecycle_rules::check(&document)?;
    name_rules(call.state, &mut document);
    let minimum_size = match ask.header(MINIMUM_SIZE) {
        None => DEFAULT_MINIMUM_SIZE,
        Some(known @ (DEFAULT_MINIMUM_SIZE | OLD_MINIMUM_SIZE)) => known,
        Some(_) => return Err(errors::request("Invalid TransitionDefaultMinimumObjectSize found")),
    };
    let lifecycle = Lifecycle { document, minimum_size: minimum_size.to_owned() };
    let (now, settled) = (call.now, call.settles_at());
    find_mut(call, ask)?.lifecycle.set(Some(lifecycle), now, settled);
    Said::ok().header(MINIMUM_SIZE, minimum_size).done()
}

/// `DeleteBucketLifecycle`.
pub(super) fn delete(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let (now, settled) = (call.now, call.settles_at());
    let bucket: &mut Bucket = find_mut(call, Ask(input))?;
    bucket.lifecycle.set(None, now, settled);
    Said::no_content().done()
}

/// Gives an id to each rule that has none.
pub(crate) fn name_rules(state: &mut State, document: &mut Value) {
    for rule in document.get_mut("Rule").and_then(Value::as_array_mut).into_iter().flatten() {
        if rule.get("ID").and_then(Value::as_str).is_none_or(str::is_empty) {
            rule["ID"] = json!(generated_id(state.fresh_number()));
        }
    }
}

/// An id as S3 makes it up: 48 characters that say nothing.
pub(super) fn generated_id(number: u64) -> String {
    named_id(&number.to_string())
}

/// Such an id for something that has a name, always the same.
pub(super) fn named_id(name: &str) -> String {
    use base64::Engine as _;
    use sha2::Digest as _;
    let digest = sha2::Sha384::digest(name.as_bytes());
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(digest).chars().take(48).collect()
}

//! Object lock of a bucket, which once on is on for ever.

use serde_json::Value;

use super::ask::{Ask, Said};
use super::bucket::Versioning;
use super::{Call, errors, find, find_mut, shapes};
use crate::sandbox::services::AwsError;

/// `GetObjectLockConfiguration`.
pub(super) fn get(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let bucket = find(call, Ask(input))?;
    let missing =
        || errors::absent("ObjectLockConfigurationNotFoundError", "Object Lock configuration does not exist for this bucket", &bucket.name);
    Said::document("ObjectLockConfiguration", bucket.object_lock.clone().ok_or_else(missing)?).done()
}

/// `PutObjectLockConfiguration`: it replaces the default retention, and without one removes it.
pub(super) fn put(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let ask = Ask(input);
    let bucket = find_mut(call, ask)?;
    let document = ask.document("ObjectLockConfiguration", &shapes::OBJECT_LOCK)?;
    if bucket.versioning != Versioning::Enabled {
        return Err(errors::state("Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration"));
    }
    let retention = document.pointer("/Rule/DefaultRetention").cloned();
    if let Some(retention) = &retention {
        check(retention)?;
    }
    bucket.lock(retention);
    Said::ok().done()
}

/// Checks a default retention: days or years, not both.
fn check(retention: &Value) -> Result<(), AwsError> {
    let (period, longest) = match (retention.get("Days"), retention.get("Years")) {
        (Some(days), None) => (days, 36_500),
        (None, Some(years)) => (years, 100),
        _ => return Err(errors::malformed()),
    };
    let wrong = |message: &str| errors::error(400, "InvalidArgument", message);
    match period.as_i64() {
        Some(1..) if period.as_i64() <= Some(longest) => Ok(()),
        Some(1..) => Err(wrong("Default retention period is too large")),
        _ => Err(wrong("Default retention period must be a positive integer value.")),
    }
}

//! Restore jobs: refused in so many words. The sandbox restores tables through DynamoDB's own operations only.

use serde_json::{Value, json};

use super::{Call, refused};
use crate::sandbox::services::AwsError;

/// `StartRestoreJob`.
pub(super) fn start(_: &mut Call<'_>, _: &Value) -> Result<Value, AwsError> {
    Err(refused("the sandbox does not restore from recovery points of AWS Backup"))
}

/// `ListRestoreJobs`: there are none.
#[expect(clippy::unnecessary_wraps, reason = "all operations have one type")]
pub(super) fn list(_: &mut Call<'_>, _: &Value) -> Result<Value, AwsError> {
    Ok(json!({ "RestoreJobs": [] }))
}

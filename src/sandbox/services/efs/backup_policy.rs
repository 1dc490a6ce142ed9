//! Whether a file system is backed up automatically.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{fault, systems};
use crate::sandbox::services::input::Input;
use crate::sandbox::services::{AwsError, Call};

/// A policy that somebody set.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Policy {
    is_on: bool,
    /// Until then it is on its way.
    settles_at: Timestamp,
}

impl Policy {
    /// A policy that counts from a moment.
    pub(crate) fn on(is_on: bool, settles_at: Timestamp) -> Self {
        Self { is_on, settles_at }
    }

    fn status(self, now: Timestamp) -> &'static str {
        match (self.is_on, now < self.settles_at) {
            (true, true) => "ENABLING",
            (true, false) => "ENABLED",
            (false, true) => "DISABLING",
            (false, false) => "DISABLED",
        }
    }
}

/// `DescribeBackupPolicy`.
pub(super) fn describe(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let now = call.now;
    let system = systems::find(call, Input(input), "FileSystemId")?;
    match system.backup {
        Some(policy) => Ok(json!({ "BackupPolicy": { "Status": policy.status(now) } })),
        None => Err(fault("PolicyNotFound", 404, "Backup policy does not exist for this file system.")),
    }
}

/// `PutBackupPolicy`.
pub(super) fn put(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let (now, settles_at) = (call.now, call.settles_at());
    let status = Input(input).structure("BackupPolicy")?.ok_or_else(|| AwsError::required("backupPolicy"))?;
    let is_on = match status.required_text("Status", "backupPolicy.status")? {
        "ENABLED" => true,
        "DISABLED" => false,
        other => return Err(fault("ValidationException", 400, format!("The status {other} cannot be set."))),
    };
    let system = systems::find(call, Input(input), "FileSystemId")?;
    systems::must_be_available(system, now)?;
    let policy = Policy::on(is_on, settles_at);
    system.backup = Some(policy);
    Ok(json!({ "BackupPolicy": { "Status": policy.status(now) } }))
}

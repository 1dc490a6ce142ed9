//! What a vault lets others do, and whom it tells: access policy and notifications.

use serde_json::{Value, json};

use super::kept::Notifications;
use super::{Call, invalid, not_found, required, vaults};
use crate::sandbox::services::AwsError;
use crate::sandbox::services::input::Input;

/// The events that AWS takes. The model's enum has more: a failed job is told as `BACKUP_JOB_COMPLETED`, and the rest is of the past.
const EVENTS: &[&str] = &[
    "ACCESS_POINT_AVAILABLE",
    "ACCESS_POINT_CREATION_FAILED",
    "ACCESS_POINT_DELETED",
    "ACCESS_POINT_DELETION_FAILED",
    "ACCESS_POINT_DISASSOCIATED",
    "ACCESS_POINT_EXPIRED",
    "BACKUP_JOB_COMPLETED",
    "BACKUP_JOB_STARTED",
    "CONTINUOUS_BACKUP_INTERRUPTED",
    "COPY_JOB_FAILED",
    "COPY_JOB_STARTED",
    "COPY_JOB_SUCCESSFUL",
    "EKS_BACKUP_OBJECT_FAILED",
    "EKS_RESTORE_OBJECT_FAILED",
    "EKS_RESTORE_OBJECT_SKIPPED",
    "RECOVERY_POINT_INDEXING_FAILED",
    "RECOVERY_POINT_INDEX_COMPLETED",
    "RECOVERY_POINT_INDEX_DELETED",
    "RECOVERY_POINT_MODIFIED",
    "RESTORE_JOB_COMPLETED",
    "RESTORE_JOB_STARTED",
    "S3_BACKUP_OBJECT_FAILED",
    "S3_RESTORE_OBJECT_FAILED",
];

/// `PutBackupVaultAccessPolicy`.
pub(super) fn put_policy(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let vault = vaults::to_change(call, fields)?;
    let policy = required(fields, "Policy")?;
    check_policy(policy)?;
    vault.policy = Some(policy.to_owned());
    Ok(json!({}))
}

/// A policy is JSON with statements, and none of its actions is a wildcard.
fn check_policy(policy: &str) -> Result<(), AwsError> {
    let parsed: Value = serde_json::from_str(policy).map_err(|_| invalid("Policy is not valid JSON"))?;
    let statements = match parsed.get("Statement") {
        Some(Value::Array(statements)) if !statements.is_empty() => statements.iter().collect(),
        Some(statement @ Value::Object(_)) => vec![statement],
        _ => return Err(invalid("Policy has no statement")),
    };
    for statement in statements {
        let is_said = |member: &str, negated: &str| statement.get(member).or_else(|| statement.get(negated)).is_some();
        let effect = statement.get("Effect").and_then(Value::as_str);
        if !matches!(effect, Some("Allow" | "Deny")) || !is_said("Principal", "NotPrincipal") || !is_said("Action", "NotAction") {
            return Err(invalid("A statement of the policy lacks Effect, Principal or Action"));
        }
        let actions = match statement.get("Action") {
            Some(Value::Array(actions)) => actions.iter().filter_map(Value::as_str).collect(),
            Some(Value::String(action)) => vec![action.as_str()],
            _ => Vec::new(),
        };
        if let Some(action) = actions.iter().find(|action| action.contains('*')) {
            return Err(invalid(format!("Action {action} of the policy is not supported: wildcards are not allowed")));
        }
    }
    Ok(())
}

/// `GetBackupVaultAccessPolicy`.
pub(super) fn get_policy(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let vault = vaults::to_read(call, Input(input))?;
    let none = || not_found(format!("Failed reading access policy from database for backup vault {}", vault.name));
    let policy = vault.policy.as_ref().ok_or_else(none)?;
    Ok(json!({ "BackupVaultName": vault.name, "BackupVaultArn": vault.arn, "Policy": policy }))
}

/// `DeleteBackupVaultAccessPolicy`.
pub(super) fn delete_policy(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    vaults::to_change(call, Input(input))?.policy = None;
    Ok(json!({}))
}

/// `PutBackupVaultNotifications`: one topic for each vault.
pub(super) fn put_notifications(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let vault = vaults::to_change(call, fields)?;
    let topic = required(fields, "SNSTopicArn")?;
    let events = fields.texts("BackupVaultEvents")?;
    if !(topic.starts_with("arn:") && topic.contains(":sns:")) || topic.rsplit('.').next() == Some("fifo") {
        return Err(invalid(format!("Invalid SNS topic ARN: {topic}")));
    }
    if events.is_empty() || events.iter().any(|event| !EVENTS.contains(event)) {
        return Err(invalid(format!("Please select from the following list of notifications {}", EVENTS.join(", "))));
    }
    let events = events.into_iter().map(str::to_owned).collect();
    vault.notifications = Some(Notifications { topic_arn: topic.to_owned(), events });
    Ok(json!({}))
}

/// `GetBackupVaultNotifications`.
pub(super) fn get_notifications(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let vault = vaults::to_read(call, Input(input))?;
    let none = || not_found(format!("Failed reading notifications from database for Backup vault {}", vault.name));
    let notifications = vault.notifications.as_ref().ok_or_else(none)?;
    Ok(json!({
        "BackupVaultName": vault.name,
        "BackupVaultArn": vault.arn,
        "SNSTopicArn": notifications.topic_arn,
        "BackupVaultEvents": notifications.events,
    }))
}

/// `DeleteBackupVaultNotifications`.
pub(super) fn delete_notifications(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    vaults::to_change(call, Input(input))?.notifications = None;
    Ok(json!({}))
}

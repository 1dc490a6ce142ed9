//! AWS Backup: vaults, plans with their versions, selections, region settings, and the jobs that make recovery points.
//!
//! A vault that is not there is denied to its reader (`AccessDeniedException`), as AWS does; only changes say that it was not found.

mod audit;
mod copies;
mod document;
mod jobs;
mod kept;
mod lifecycle;
mod lock;
mod metrics;
mod plans;
mod points;
mod protected;
mod resources;
mod restore_testing;
mod restore_tests;
mod restores;
mod runs;
mod schedule;
mod selected;
mod selection_rules;
mod selections;
mod settings;
mod tags;
mod vault_access;
mod vaults;

use base64::Engine as _;
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::input::Input;
use super::{AwsError, Call, Operation, Protocol, Service};
use crate::names::is_account_id;
use crate::sandbox::state::Caller;

pub(crate) use kept::{Backups, Lock, Notifications, Plan, Protected, Selection, Vault, Version};
pub(crate) use points::Point;
pub(crate) use resources::{kind_of, name_of};
pub(crate) use restores::{RestoreJob, Test, Validation};
pub(crate) use runs::catch_up;
pub(crate) use settings::{GLOBAL, HOME_REGION, MANAGED_TYPES, TYPES};
pub(crate) use tags::{ever_tagged, tag, untag};

/// AWS Backup, 2018-11-15.
pub(crate) static SERVICE: Service = Service {
    iam_prefix: "backup",
    signing_name: "backup",
    protocols: &[Protocol::RestJson],
    throttle_code: "ThrottlingException",
    operations: &[
        Operation::write("CreateBackupPlan", plans::create).at("PUT", "/backup/plans"),
        Operation::write("CreateBackupSelection", selections::create).at("PUT", "/backup/plans/{BackupPlanId}/selections"),
        Operation::write("CreateBackupVault", vaults::create).at("PUT", "/backup-vaults/{BackupVaultName}"),
        Operation::write("CreateFramework", audit::create_framework).at("POST", "/audit/frameworks"),
        Operation::write("CreateLogicallyAirGappedBackupVault", vaults::create_air_gapped)
            .at("PUT", "/logically-air-gapped-backup-vaults/{BackupVaultName}"),
        Operation::write("CreateReportPlan", audit::create_report_plan).at("POST", "/audit/report-plans"),
        Operation::write("CreateRestoreTestingPlan", restore_testing::create).at("PUT", "/restore-testing/plans"),
        Operation::write("CreateRestoreTestingSelection", restore_testing::create_selection)
            .at("PUT", "/restore-testing/plans/{RestoreTestingPlanName}/selections"),
        Operation::write("DeleteBackupPlan", plans::delete).at("DELETE", "/backup/plans/{BackupPlanId}"),
        Operation::write("DeleteBackupSelection", selections::delete).at("DELETE", "/backup/plans/{BackupPlanId}/selections/{SelectionId}"),
        Operation::write("DeleteBackupVault", vaults::delete).at("DELETE", "/backup-vaults/{BackupVaultName}"),
        Operation::write("DeleteBackupVaultAccessPolicy", vault_access::delete_policy)
            .at("DELETE", "/backup-vaults/{BackupVaultName}/access-policy"),
        Operation::write("DeleteBackupVaultLockConfiguration", lock::delete).at("DELETE", "/backup-vaults/{BackupVaultName}/vault-lock"),
        Operation::write("DeleteBackupVaultNotifications", vault_access::delete_notifications)
            .at("DELETE", "/backup-vaults/{BackupVaultName}/notification-configuration"),
        Operation::write("DeleteFramework", audit::delete_framework).at("DELETE", "/audit/frameworks/{frameworkName}"),
        Operation::write("DeleteRecoveryPoint", points::delete)
            .at("DELETE", "/backup-vaults/{BackupVaultName}/recovery-points/{RecoveryPointArn}"),
        Operation::write("DeleteReportPlan", audit::delete_report_plan).at("DELETE", "/audit/report-plans/{reportPlanName}"),
        Operation::write("DeleteRestoreTestingPlan", restore_testing::delete)
            .at("DELETE", "/restore-testing/plans/{RestoreTestingPlanName}"),
        Operation::write("DeleteRestoreTestingSelection", restore_testing::delete_selection)
            .at("DELETE", "/restore-testing/plans/{RestoreTestingPlanName}/selections/{RestoreTestingSelectionName}"),
        Operation::read("DescribeBackupJob", jobs::describe).at("GET", "/backup-jobs/{BackupJobId}"),
        Operation::read("DescribeBackupVault", vaults::describe).at("GET", "/backup-vaults/{BackupVaultName}"),
        Operation::read("DescribeCopyJob", copies::describe).at("GET", "/copy-jobs/{CopyJobId}"),
        Operation::read("DescribeFramework", audit::describe_framework).at("GET", "/audit/frameworks/{frameworkName}"),
        Operation::read("DescribeGlobalSettings", settings::describe_global).at("GET", "/global-settings"),
        Operation::read("DescribeProtectedResource", protected::describe).at("GET", "/resources/{ResourceArn}"),
        Operation::read("DescribeRecoveryPoint", points::describe)
            .at("GET", "/backup-vaults/{BackupVaultName}/recovery-points/{RecoveryPointArn}"),
        Operation::read("DescribeRegionSettings", settings::describe_region).at("GET", "/account-settings"),
        Operation::read("DescribeReportPlan", audit::describe_report_plan).at("GET", "/audit/report-plans/{reportPlanName}"),
        Operation::read("DescribeRestoreJob", restores::describe).at("GET", "/restore-jobs/{RestoreJobId}"),
        Operation::read("GetBackupPlan", plans::get).at("GET", "/backup/plans/{BackupPlanId}"),
        Operation::read("GetBackupSelection", selections::get).at("GET", "/backup/plans/{BackupPlanId}/selections/{SelectionId}"),
        Operation::read("GetBackupVaultAccessPolicy", vault_access::get_policy).at("GET", "/backup-vaults/{BackupVaultName}/access-policy"),
        Operation::read("GetBackupVaultNotifications", vault_access::get_notifications)
            .at("GET", "/backup-vaults/{BackupVaultName}/notification-configuration"),
        Operation::read("GetRestoreJobMetadata", restores::metadata).at("GET", "/restore-jobs/{RestoreJobId}/metadata"),
        Operation::read("GetRestoreTestingPlan", restore_testing::get).at("GET", "/restore-testing/plans/{RestoreTestingPlanName}"),
        Operation::read("GetRestoreTestingSelection", restore_testing::get_selection)
            .at("GET", "/restore-testing/plans/{RestoreTestingPlanName}/selections/{RestoreTestingSelectionName}"),
        Operation::read("GetSupportedResourceTypes", settings::supported_types).at("GET", "/supported-resource-types"),
        Operation::read("ListBackupJobs", jobs::list).at("GET", "/backup-jobs"),
        Operation::read("ListBackupPlanVersions", plans::list_versions).at("GET", "/backup/plans/{BackupPlanId}/versions"),
        Operation::read("ListBackupPlans", plans::list).at("GET", "/backup/plans"),
        Operation::read("ListBackupSelections", selections::list).at("GET", "/backup/plans/{BackupPlanId}/selections"),
        Operation::read("ListBackupVaults", vaults::list).at("GET", "/backup-vaults"),
        Operation::read("ListCopyJobs", copies::list).at("GET", "/copy-jobs"),
        Operation::read("ListFrameworks", audit::list_frameworks).at("GET", "/audit/frameworks"),
        Operation::read("ListProtectedResources", protected::list).at("GET", "/resources"),
        Operation::read("ListProtectedResourcesByBackupVault", protected::list_by_vault)
            .at("GET", "/backup-vaults/{BackupVaultName}/resources"),
        Operation::read("ListRecoveryPointsByBackupVault", points::list_by_vault)
            .at("GET", "/backup-vaults/{BackupVaultName}/recovery-points"),
        Operation::read("ListRecoveryPointsByResource", points::list_by_resource).at("GET", "/resources/{ResourceArn}/recovery-points"),
        Operation::read("ListReportPlans", audit::list_report_plans).at("GET", "/audit/report-plans"),
        Operation::read("ListRestoreJobs", restores::list).at("GET", "/restore-jobs"),
        Operation::read("ListRestoreJobsByProtectedResource", restores::list_by_resource)
            .at("GET", "/resources/{ResourceArn}/restore-jobs"),
        Operation::read("ListRestoreTestingPlans", restore_testing::list).at("GET", "/restore-testing/plans"),
        Operation::read("ListRestoreTestingSelections", restore_testing::list_selections)
            .at("GET", "/restore-testing/plans/{RestoreTestingPlanName}/selections"),
        Operation::read("ListTags", tags::list).at("GET", "/tags/{ResourceArn}"),
        Operation::write("PutBackupVaultAccessPolicy", vault_access::put_policy)
            .at("PUT", "/backup-vaults/{BackupVaultName}/access-policy"),
        Operation::write("PutBackupVaultLockConfiguration", lock::put).at("PUT", "/backup-vaults/{BackupVaultName}/vault-lock"),
        Operation::write("PutBackupVaultNotifications", vault_access::put_notifications)
            .at("PUT", "/backup-vaults/{BackupVaultName}/notification-configuration"),
        Operation::write("PutRestoreValidationResult", restores::validate).at("PUT", "/restore-jobs/{RestoreJobId}/validations"),
        Operation::write("StartBackupJob", jobs::start).at("PUT", "/backup-jobs"),
        Operation::write("StartCopyJob", copies::start).at("PUT", "/copy-jobs"),
        Operation::write("StartRestoreJob", restores::start).at("PUT", "/restore-jobs"),
        Operation::write("StopBackupJob", jobs::stop).at("POST", "/backup-jobs/{BackupJobId}"),
        Operation::write("TagResource", tags::tag).at("POST", "/tags/{ResourceArn}"),
        Operation::write("UntagResource", tags::untag).at("POST", "/untag/{ResourceArn}"),
        Operation::write("UpdateBackupPlan", plans::update).at("POST", "/backup/plans/{BackupPlanId}"),
        Operation::write("UpdateFramework", audit::update_framework).at("PUT", "/audit/frameworks/{frameworkName}"),
        Operation::write("UpdateGlobalSettings", settings::update_global).at("PUT", "/global-settings"),
        Operation::write("UpdateRecoveryPointLifecycle", points::update_lifecycle)
            .at("POST", "/backup-vaults/{BackupVaultName}/recovery-points/{RecoveryPointArn}"),
        Operation::write("UpdateReportPlan", audit::update_report_plan).at("PUT", "/audit/report-plans/{reportPlanName}"),
        Operation::write("UpdateRestoreTestingPlan", restore_testing::update).at("PUT", "/restore-testing/plans/{RestoreTestingPlanName}"),
        Operation::write("UpdateRestoreTestingSelection", restore_testing::update_selection)
            .at("PUT", "/restore-testing/plans/{RestoreTestingPlanName}/selections/{RestoreTestingSelectionName}"),
        Operation::write("UpdateRegionSettings", settings::update_region).at("PUT", "/account-settings"),
    ],
    resources,
};

/// The vault, the plan or the resource that a request is about; selections are the plan's.
fn resources(caller: &Caller, input: &Value) -> Vec<String> {
    let named = |member: &str| input.get(member).and_then(Value::as_str);
    let vaults = ["BackupVaultName", "SourceBackupVaultName"].into_iter().filter_map(named).map(|name| vault_arn(caller, name));
    let plans = named("BackupPlanId").map(|id| plan_arn(caller, id));
    let arns = ["ResourceArn", "RecoveryPointArn", "DestinationBackupVaultArn"].into_iter().filter_map(named).map(str::to_owned);
    vaults.chain(plans).chain(arns).collect()
}

/// The ARN of a vault where the caller is.
fn vault_arn(caller: &Caller, name: &str) -> String {
    arn(&caller.account, &caller.region, "backup-vault", name)
}

/// The ARN of a plan where the caller is.
fn plan_arn(caller: &Caller, id: &str) -> String {
    arn(&caller.account, &caller.region, "backup-plan", id)
}

/// The ARN of a thing of AWS Backup's own: `backup-vault`, `backup-plan` or `recovery-point`.
pub(crate) fn arn(account: &str, region: &str, kind: &str, name: &str) -> String {
    format!("arn:aws:backup:{region}:{account}:{kind}:{name}")
}

/// A fresh id in the form of a UUID.
fn fresh_id(call: &mut Call<'_>) -> String {
    id(call.state.fresh_number())
}

/// The id behind a number.
pub(crate) fn id(number: u64) -> String {
    format!("bac0b000-5a4d-4b0a-8000-{number:012x}")
}

/// The id that a thing of this name always has: the seed's, so that the same seed makes the same plan.
pub(crate) fn named_id(name: &str) -> String {
    let hex: String = Sha256::digest(name).iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default().to_owned();
    format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))
}

/// `BackupPlan` of a request as AWS keeps it, whichever vaults there are; without rule ids.
pub(crate) fn plan_document(given: &Value) -> Result<Value, AwsError> {
    document::read(Input(given), |_| true)
}

/// Gives every rule of a plan's document an id.
pub(crate) fn with_rule_ids(document: &mut Value, fresh: impl FnMut() -> String) {
    document::with_ids(document, None, fresh);
}

/// `BackupSelection` of a request as AWS keeps it.
pub(crate) fn selection_document(given: &Value) -> Result<Value, AwsError> {
    selection_rules::read(Input(given))
}

/// A fresh version id: AWS's are encoded UUIDs.
fn fresh_version(call: &mut Call<'_>) -> String {
    version(call.state.fresh_number())
}

/// The version id behind a number.
pub(crate) fn version(number: u64) -> String {
    base64::engine::general_purpose::STANDARD_NO_PAD.encode(id(number))
}

/// A value that AWS Backup refuses.
fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::service("InvalidParameterValueException", message)
}

/// A request that is right in itself and refused as things are.
fn refused(message: impl Into<String>) -> AwsError {
    AwsError::service("InvalidRequestException", message)
}

/// Something that is not there.
fn not_found(message: impl Into<String>) -> AwsError {
    AwsError::service("ResourceNotFoundException", message)
}

/// A quota that is used up.
fn limit(message: impl Into<String>) -> AwsError {
    AwsError::service("LimitExceededException", message)
}

/// A text member that must be there.
fn required<'a>(fields: Input<'a>, name: &str) -> Result<&'a str, AwsError> {
    let missing = || AwsError::service("MissingParameterValueException", format!("Required parameter {name} is missing"));
    fields.text(name)?.filter(|text| !text.is_empty()).ok_or_else(missing)
}

/// A structure member that must be there.
fn required_structure<'a>(fields: Input<'a>, name: &str) -> Result<Input<'a>, AwsError> {
    let missing = || AwsError::service("MissingParameterValueException", format!("Required parameter {name} is missing"));
    fields.structure(name)?.ok_or_else(missing)
}

/// Tells whether a name is made of letters, digits and `others`, with a length between `least` and 50.
fn is_name(name: &str, least: usize, others: &str) -> bool {
    name.chars().all(|c| c.is_ascii_alphanumeric() || others.contains(c)) && (least..=50).contains(&name.len())
}

/// What is listed: the key that orders it, and how it is written.
type Listed = Vec<(String, Value)>;

/// Orders things by their time, the newest first, and then by their id.
fn newest_first(items: impl Iterator<Item = (Timestamp, String, Value)>) -> Listed {
    // The later the time, the smaller the key.
    let key = |at: Timestamp, id: &str| format!("{:020}-{id}", i64::MAX.saturating_sub(at.as_millisecond()));
    let mut listed: Listed = items.map(|(at, id, item)| (key(at, &id), item)).collect();
    listed.sort_by(|one, other| one.0.cmp(&other.0));
    listed
}

/// One page of `items`, which are in the order of their keys. The token is the key of the last one given.
fn page(call: &Call<'_>, fields: Input<'_>, member: &str, items: Listed) -> Result<Value, AwsError> {
    let asked = fields.page_limit("maxResults", "maxResults", 1000).map_err(|error| invalid(error.message))?;
    let size = call.page(asked, 1000);
    let after = fields.text("nextToken")?.unwrap_or_default();
    let mut rest = items.into_iter().filter(|(key, _)| key.as_str() > after);
    let (mut last, mut page) = (String::new(), Vec::new());
    for (key, item) in rest.by_ref().take(size) {
        last = key;
        page.push(item);
    }
    let mut answer = json!({ member: page });
    if rest.next().is_some() {
        answer["NextToken"] = json!(last);
    }
    Ok(answer)
}

/// Refuses a role that is none, that the caller may not pass on, or that AWS Backup cannot take: faults deny `iam:PassRole@ROLE` and
/// `sts:AssumeRole@ROLE`.
fn require_role(call: &Call<'_>, role: &str) -> Result<(), AwsError> {
    let parts: Vec<&str> = role.splitn(6, ':').collect();
    let is_role = match parts.as_slice() {
        ["arn", partition, "iam", "", account, name] => partition.starts_with("aws") && is_account_id(account) && name.starts_with("role/"),
        _ => false,
    };
    if !is_role {
        return Err(invalid(format!("Invalid IAM role ARN: {role}")));
    }
    let names = role_names(role);
    if call.faults.denies("iam:PassRole", &names).is_some() {
        let message = format!(
            "User: {} is not authorized to perform: iam:PassRole on resource: {role} because no identity-based policy allows the iam:PassRole action",
            call.caller.arn
        );
        return Err(AwsError { status: 403, ..AwsError::front_door("AccessDeniedException", message) });
    }
    unusable_role(call, role).map_or(Ok(()), |message| Err(invalid(message)))
}

/// Why AWS Backup cannot take a role, if it cannot.
fn unusable_role(call: &Call<'_>, role: &str) -> Option<String> {
    let denied = call.faults.denies("sts:AssumeRole", &role_names(role)).is_some();
    denied.then(|| format!("IAM Role {role} cannot be assumed by AWS Backup"))
}

/// What a fault may call a role: its ARN, or the last part of its path, as people do.
fn role_names(role: &str) -> [String; 2] {
    [role.to_owned(), format!("arn:aws:iam:::role/{}", role.rsplit('/').next().unwrap_or_default())]
}

#[cfg(test)]
mod tests;

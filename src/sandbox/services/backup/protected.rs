//! Which resources have been backed up, and when last: known even after their recovery points are gone.

use serde_json::{Value, json};

use super::kept::Protected;
use super::resources::name_of;
use super::{Call, Listed, not_found, page, required, vaults};
use crate::sandbox::services::input::Input;
use crate::sandbox::services::{AwsError, epoch};

fn description(resource: &str, backup: &Protected) -> Value {
    json!({
        "ResourceArn": resource,
        "ResourceType": backup.kind,
        "ResourceName": name_of(resource),
        "LastBackupTime": epoch(backup.at),
        "LastBackupVaultArn": backup.vault_arn,
        "LastRecoveryPointArn": backup.point_arn,
    })
}

/// Every protected resource of the region.
fn all(call: &mut Call<'_>) -> Listed {
    let now = call.now;
    let last = |backups: &[Protected]| backups.iter().filter(|backup| backup.at <= now).max_by_key(|backup| backup.at).cloned();
    let resources = call.region().backup.protected.iter();
    resources.filter_map(|(arn, backups)| Some((arn.clone(), description(arn, &last(backups)?)))).collect()
}

/// `ListProtectedResources`.
pub(super) fn list(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let all = all(call);
    page(call, Input(input), "Results", all)
}

/// `DescribeProtectedResource`.
pub(super) fn describe(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let wanted = required(Input(input), "ResourceArn")?;
    let found = all(call).into_iter().find(|(arn, _)| arn == wanted);
    found.map(|(_, resource)| resource).ok_or_else(|| not_found(format!("Cannot find protected resource {wanted}")))
}

/// `ListProtectedResourcesByBackupVault`: those with recovery points in it now.
pub(super) fn list_by_vault(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let vault = vaults::to_read(call, Input(input))?;
    let now = call.now;
    let holds = |arn: &str| vault.live(now).any(|point| point.resource_arn == arn);
    let listed = all(call).into_iter().filter(|(arn, _)| holds(arn)).collect();
    page(call, Input(input), "Results", listed)
}

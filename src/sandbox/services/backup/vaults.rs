//! Vaults: create, describe, list, delete.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::kept::{Lock, Vault};
use super::{Call, invalid, is_name, limit, not_found, page, refused, required, tags, vault_arn};
use crate::sandbox::services::input::Input;
use crate::sandbox::services::{AwsError, epoch};

/// The most vaults of one region.
const MAX_VAULTS: usize = 300;

/// `CreateBackupVault`. The same request again, told by its `CreatorRequestId`, finds the vault that it made.
pub(super) fn create(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let vault = match started(call, Input(input), false)? {
        Started::Again(vault) => vault,
        Started::New(vault) => {
            call.region().backup.vaults.insert(vault.name.clone(), vault.clone());
            vault
        }
    };
    Ok(json!({ "BackupVaultName": vault.name, "BackupVaultArn": vault.arn, "CreationDate": epoch(vault.created_at) }))
}

/// `CreateLogicallyAirGappedBackupVault`: locked for good from the first moment, with no time to change one's mind.
pub(super) fn create_air_gapped(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let days =
        |name: &str| fields.integer(name)?.ok_or_else(|| invalid(format!("{name} is required for a logically air-gapped backup vault")));
    let (min, max) = (days("MinRetentionDays")?, days("MaxRetentionDays")?);
    if min < 7 || max > 36_500 || min > max {
        return Err(invalid("MinRetentionDays must be at least 7, and MaxRetentionDays between it and 36500"));
    }
    let vault = match started(call, fields, true)? {
        Started::Again(vault) => vault,
        Started::New(mut vault) => {
            vault.lock = Some(Lock { min_days: Some(min), max_days: Some(max), fixed_at: Some(call.now) });
            call.region().backup.vaults.insert(vault.name.clone(), vault.clone());
            vault
        }
    };
    let mut answer = json!({ "BackupVaultName": vault.name, "BackupVaultArn": vault.arn, "CreationDate": epoch(vault.created_at) });
    answer["VaultState"] = json!(vault_state(call, &vault));
    Ok(answer)
}

/// What a request to create a vault comes to.
enum Started {
    New(Vault),
    Again(Vault),
}

fn started(call: &mut Call<'_>, fields: Input<'_>, is_air_gapped: bool) -> Result<Started, AwsError> {
    let name = required(fields, "BackupVaultName")?;
    if !is_name(name, 2, "-_") {
        return Err(invalid(format!("Invalid backup vault name: {name}. It must match ^[a-zA-Z0-9\\-\\_]{{2,50}}$")));
    }
    let request_id = fields.text("CreatorRequestId")?.map(str::to_owned);
    if let Some(vault) = call.region().backup.vaults.get(name) {
        if request_id.is_some() && vault.request_id == request_id {
            return Ok(Started::Again(vault.clone()));
        }
        return Err(AwsError::service("AlreadyExistsException", "Backup vault with the same name already exists"));
    }
    let key_arn = match fields.text("EncryptionKeyArn")? {
        Some(key) if !(key.starts_with("arn:") && key.contains(":kms:")) => return Err(invalid(format!("Invalid KMS key ARN: {key}"))),
        Some(key) => key.to_owned(),
        None => format!("arn:aws:kms:{}:{}:key/aws-backup", call.caller.region, call.caller.account),
    };
    let tags = tags::read(fields, "BackupVaultTags")?;
    if call.region().backup.vaults.len() >= MAX_VAULTS {
        return Err(limit(format!("Maximum number of backup vaults reached: {MAX_VAULTS}")));
    }
    Ok(Started::New(Vault {
        name: name.to_owned(),
        arn: vault_arn(&call.caller, name),
        created_at: call.now,
        available_at: if is_air_gapped { call.settles_at() } else { call.now },
        key_arn,
        is_air_gapped,
        request_id,
        tags: Some(tags).filter(|tags| !tags.is_empty()),
        policy: None,
        notifications: None,
        lock: None,
        points: BTreeMap::new(),
    }))
}

fn vault_state(call: &Call<'_>, vault: &Vault) -> &'static str {
    if call.now < vault.available_at { "CREATING" } else { "AVAILABLE" }
}

/// A vault as it is described and listed.
fn description(call: &Call<'_>, vault: &Vault) -> Value {
    let mut description = json!({
        "BackupVaultName": vault.name,
        "BackupVaultArn": vault.arn,
        "VaultType": vault.kind(),
        "VaultState": vault_state(call, vault),
        "EncryptionKeyArn": vault.key_arn,
        "CreationDate": epoch(vault.created_at),
        "NumberOfRecoveryPoints": vault.live(call.now).count(),
        "Locked": vault.lock.is_some(),
    });
    if let Some(id) = &vault.request_id {
        description["CreatorRequestId"] = json!(id);
    }
    if let Some(lock) = &vault.lock {
        for (member, days) in [("MinRetentionDays", lock.min_days), ("MaxRetentionDays", lock.max_days)] {
            if let Some(days) = days {
                description[member] = json!(days);
            }
        }
        if let Some(at) = lock.fixed_at {
            description["LockDate"] = epoch(at);
        }
    }
    description
}

/// `DescribeBackupVault`.
pub(super) fn describe(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let vault = to_read(call, Input(input))?;
    Ok(description(call, &vault))
}

/// `ListBackupVaults`.
pub(super) fn list(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let kind = fields.text("vaultType")?;
    let vaults: Vec<Vault> = call.region().backup.vaults.values().cloned().collect();
    let listed = vaults.iter().map(|vault| (vault.name.clone(), description(call, vault)));
    let listed = listed.filter(|(_, vault)| kind.is_none_or(|kind| vault["VaultType"] == kind)).collect();
    page(call, fields, "BackupVaultList", listed)
}

/// `DeleteBackupVault`: only an empty one.
pub(super) fn delete(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let now = call.now;
    let vault = to_change(call, Input(input))?;
    if vault.live(now).next().is_some() {
        return Err(refused("Backup vault cannot be deleted because it contains recovery points."));
    }
    let name = vault.name.clone();
    call.region().backup.vaults.remove(&name);
    Ok(json!({}))
}

/// The vault that a request reads. AWS denies the sight of one that is not there.
pub(super) fn to_read(call: &mut Call<'_>, fields: Input<'_>) -> Result<Vault, AwsError> {
    let name = required(fields, "BackupVaultName")?;
    let denied =
        || AwsError { status: 403, ..AwsError::front_door("AccessDeniedException", "Insufficient privileges to perform this action.") };
    call.region().backup.vaults.get(name).cloned().ok_or_else(denied)
}

/// The vault that a request changes.
pub(super) fn to_change<'a>(call: &'a mut Call<'_>, fields: Input<'_>) -> Result<&'a mut Vault, AwsError> {
    let name = required(fields, "BackupVaultName")?;
    call.region().backup.vaults.get_mut(name).ok_or_else(|| not_found(format!("Backup vault not found: {name}")))
}

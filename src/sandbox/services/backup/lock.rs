//! Vault locks: governance mode, which rights can lift, and compliance mode, which nothing can once its grace time is over.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::kept::{Lock, Vault};
use super::{Call, invalid, refused, vaults};
use crate::sandbox::clock::later;
use crate::sandbox::services::AwsError;
use crate::sandbox::services::input::Input;

/// The longest retention that AWS Backup has.
const MAX_DAYS: i64 = 36_500;

/// `PutBackupVaultLockConfiguration`. With `ChangeableForDays` the lock becomes final after so many days from now; putting it again within
/// them starts them anew (UNCONFIRMED).
pub(super) fn put(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let now = call.now;
    let vault = vaults::to_change(call, fields)?;
    let (min_days, max_days) = (fields.integer("MinRetentionDays")?, fields.integer("MaxRetentionDays")?);
    for (name, days) in [("MinRetentionDays", min_days), ("MaxRetentionDays", max_days)] {
        if days.is_some_and(|days| !(1..=MAX_DAYS).contains(&days)) {
            return Err(invalid(format!("{name} must be between 1 and {MAX_DAYS}")));
        }
    }
    if let (Some(min), Some(max)) = (min_days, max_days)
        && min > max
    {
        return Err(invalid("MinRetentionDays cannot be greater than MaxRetentionDays"));
    }
    let grace = fields.integer("ChangeableForDays")?;
    if grace.is_some_and(|days| !(3..=MAX_DAYS).contains(&days)) {
        return Err(invalid(format!("ChangeableForDays must be between 3 and {MAX_DAYS}")));
    }
    require_changeable(vault, now)?;
    let fixed_at = grace.map(|days| later(now, SignedDuration::from_hours(24 * days)));
    vault.lock = Some(Lock { min_days, max_days, fixed_at });
    Ok(json!({}))
}

/// `DeleteBackupVaultLockConfiguration`. A vault without a lock stays without one.
pub(super) fn delete(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let now = call.now;
    let vault = vaults::to_change(call, Input(input))?;
    require_changeable(vault, now)?;
    vault.lock = None;
    Ok(json!({}))
}

fn require_changeable(vault: &Vault, now: jiff::Timestamp) -> Result<(), AwsError> {
    if vault.is_air_gapped || vault.lock.as_ref().is_some_and(|lock| lock.is_fixed(now)) {
        return Err(refused("Backup vault lock configuration cannot be changed or deleted after the lock date"));
    }
    Ok(())
}

//! Recovery points: what a vault holds.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::kept::{Tags, Vault};
use super::lifecycle::{self, Wrong};
use super::resources::has_cold_storage;
use super::{Call, Listed, invalid, newest_first, not_found, page, refused, required, vaults};
use crate::sandbox::clock::later;
use crate::sandbox::services::dynamodb::TableContent;
use crate::sandbox::services::input::Input;
use crate::sandbox::services::{AwsError, epoch};

/// A recovery point. It is there from the start of its job.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Point {
    pub(crate) arn: String,
    pub(crate) resource_arn: String,
    /// `DynamoDB`, `S3`, …
    pub(crate) kind: String,
    pub(crate) resource_name: String,
    pub(crate) created_at: Timestamp,
    /// Until then it is CREATING.
    pub(crate) completed_at: Timestamp,
    /// A status that a seed holds it in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) held: Option<String>,
    /// `Lifecycle` as AWS returns it; absent when it is kept for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) lifecycle: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) role_arn: Option<String>,
    /// `CreatedBy`: the plan and the rule; absent when it was made on demand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) created_by: Option<Value>,
    pub(crate) size_bytes: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) key_arn: Option<String>,
    /// Where it was copied from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) source_vault_arn: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) tags: Tags,
    /// When it was restored, or will have been.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) restored_at: Vec<Timestamp>,
    /// Whether no date of it is told.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) is_undated: bool,
    /// What it brings back, of a table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) table: Option<TableContent>,
}

impl Point {
    fn days(&self, member: &str) -> Option<i64> {
        self.lifecycle.as_ref()?.get(member)?.as_i64()
    }

    fn after_days(&self, days: i64) -> Timestamp {
        later(self.created_at, SignedDuration::from_hours(24 * days))
    }

    /// When it goes to cold storage. Types that have none ignore the setting.
    pub(crate) fn cold_at(&self) -> Option<Timestamp> {
        let days = self.days("MoveToColdStorageAfterDays").filter(|days| *days > 0 && has_cold_storage(&self.kind))?;
        Some(self.after_days(days))
    }

    /// When it is deleted; `None` is never, as of a continuous one while it goes on.
    pub(crate) fn delete_at(&self) -> Option<Timestamp> {
        let goes_on = self.held.as_deref() == Some("AVAILABLE");
        self.days("DeleteAfterDays").filter(|_| !goes_on).map(|days| self.after_days(days))
    }

    /// Tells whether its time has not run out. AWS takes up to eight hours more.
    pub(crate) fn is_there(&self, now: Timestamp) -> bool {
        self.delete_at().is_none_or(|at| now < at)
    }

    pub(crate) fn status(&self, now: Timestamp) -> &str {
        match &self.held {
            Some(status) => status,
            None if now < self.completed_at => "CREATING",
            None => "COMPLETED",
        }
    }

    fn calculated(&self) -> Value {
        let mut calculated = json!({});
        for (member, at) in [("MoveToColdStorageAt", self.cold_at()), ("DeleteAt", self.delete_at())] {
            if let Some(at) = at {
                calculated[member] = epoch(at);
            }
        }
        calculated
    }

    /// The point as it is described and listed by vault.
    fn description(&self, vault: &Vault, now: Timestamp) -> Value {
        let mut description = json!({
            "RecoveryPointArn": self.arn,
            "BackupVaultName": vault.name,
            "BackupVaultArn": vault.arn,
            "VaultType": vault.kind(),
            "ResourceArn": self.resource_arn,
            "ResourceType": self.kind,
            "ResourceName": self.resource_name,
            "Status": self.status(now),
            "BackupSizeInBytes": self.size_bytes,
            "CalculatedLifecycle": self.calculated(),
            "IsEncrypted": self.key_arn.is_some(),
            "IsParent": false,
        });
        let dated = |at: Timestamp| Some(epoch(at)).filter(|_| !self.is_undated);
        let optional = [
            ("CreationDate", dated(self.created_at)),
            ("InitiationDate", dated(self.created_at)),
            ("CompletionDate", dated(self.completed_at).filter(|_| self.completed_at <= now)),
            ("LastRestoreTime", self.restored_at.iter().filter(|at| **at <= now).max().copied().map(epoch)),
            ("Lifecycle", self.lifecycle.clone()),
            ("CreatedBy", self.created_by.clone()),
            ("IamRoleArn", self.role_arn.clone().map(Value::from)),
            ("EncryptionKeyArn", self.key_arn.clone().map(Value::from)),
            ("SourceBackupVaultArn", self.source_vault_arn.clone().map(Value::from)),
        ];
        for (member, value) in optional {
            if let Some(value) = value {
                description[member] = value;
            }
        }
        description
    }
}

/// `ListRecoveryPointsByBackupVault`, newest first.
pub(super) fn list_by_vault(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let now = call.now;
    let vault = vaults::to_read(call, fields)?;
    let (resource, kind, plan) = (fields.text("resourceArn")?, fields.text("resourceType")?, fields.text("backupPlanId")?);
    let (before, after) = (fields.time("createdBefore")?, fields.time("createdAfter")?);
    let of_plan = |point: &Point| point.created_by.as_ref().and_then(|by| by.get("BackupPlanId")?.as_str()).map(str::to_owned);
    let points = vault
        .live(now)
        .filter(|point| resource.is_none_or(|arn| arn == point.resource_arn) && kind.is_none_or(|kind| kind == point.kind))
        .filter(|point| plan.is_none_or(|id| of_plan(point).as_deref() == Some(id)))
        .filter(|point| before.is_none_or(|at| point.created_at <= at) && after.is_none_or(|at| point.created_at >= at));
    let listed = newest_first(points.map(|point| (point.created_at, point.arn.clone(), point.description(&vault, now))));
    page(call, fields, "RecoveryPoints", listed)
}

/// `ListRecoveryPointsByResource`, of all vaults, newest first.
pub(super) fn list_by_resource(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let resource = required(fields, "ResourceArn")?;
    let now = call.now;
    let vaults = call.region().backup.vaults.values();
    let points = vaults.flat_map(|vault| vault.live(now).filter(|point| point.resource_arn == resource).map(move |point| (vault, point)));
    let listed: Listed = newest_first(points.map(|(vault, point)| {
        let mut member = json!({
            "RecoveryPointArn": point.arn,
            "BackupVaultName": vault.name,
            "VaultType": vault.kind(),
            "CreationDate": epoch(point.created_at),
            "Status": point.status(now),
            "BackupSizeBytes": point.size_bytes,
            "ResourceName": point.resource_name,
            "IsParent": false,
        });
        if let Some(key) = &point.key_arn {
            member["EncryptionKeyArn"] = json!(key);
        }
        (point.created_at, point.arn.clone(), member)
    }));
    page(call, fields, "RecoveryPoints", listed)
}

/// `DescribeRecoveryPoint`.
pub(super) fn describe(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let now = call.now;
    let vault = vaults::to_read(call, fields)?;
    let point = find(&vault, required(fields, "RecoveryPointArn")?, now)?;
    let mut description = point.description(&vault, now);
    let is_cold = point.cold_at().is_some_and(|at| at <= now);
    description["StorageClass"] = json!(if is_cold { "COLD" } else { "WARM" });
    Ok(description)
}

/// A point of a vault that is still there.
pub(super) fn find<'a>(vault: &'a Vault, arn: &str, now: Timestamp) -> Result<&'a Point, AwsError> {
    let found = vault.points.get(arn).filter(|point| point.is_there(now));
    found.ok_or_else(|| not_found(format!("Cannot find recovery point {arn}")))
}

/// `DeleteRecoveryPoint`: not in a locked vault, in whichever mode, and not while it is being made.
pub(super) fn delete(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let arn = required(fields, "RecoveryPointArn")?;
    let now = call.now;
    let vault = vaults::to_change(call, fields)?;
    let point = find(vault, arn, now)?;
    if vault.lock.is_some() {
        return Err(refused("Recovery point cannot be deleted (Backup vault configured with Lock)"));
    }
    if point.status(now) == "CREATING" {
        return Err(AwsError::service("InvalidResourceStateException", "Recovery point cannot be deleted while it is being created"));
    }
    vault.points.remove(arn);
    Ok(json!({}))
}

/// `UpdateRecoveryPointLifecycle`: not in a locked vault. -1 on both keeps the point for ever.
pub(super) fn update_lifecycle(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let arn = required(fields, "RecoveryPointArn")?;
    let now = call.now;
    let vault = vaults::to_change(call, fields)?;
    let point = find(vault, arn, now)?;
    if vault.lock.is_some() {
        return Err(refused("Recovery point lifecycle cannot be changed (Backup vault configured with Lock)"));
    }
    let wanted = wanted_lifecycle(fields)?;
    let cold = |lifecycle: Option<&Value>| lifecycle.and_then(|lifecycle| lifecycle.get("MoveToColdStorageAfterDays")?.as_i64());
    let (before, after) = (cold(point.lifecycle.as_ref()), cold(wanted.as_ref()));
    let age_days = now.duration_since(point.created_at).as_hours() / 24;
    if before != after && point.cold_at().is_some_and(|at| at <= now) {
        return Err(invalid("MoveToColdStorageAfterDays cannot be changed after a recovery point has moved to cold storage"));
    }
    if before != after && after.is_some_and(|days| days <= age_days) {
        return Err(invalid("MoveToColdStorageAfterDays must be at least one day more than the age of the recovery point"));
    }
    let vault_arn = vault.arn.clone();
    let Some(point) = vault.points.get_mut(arn) else { return Ok(json!({})) };
    point.lifecycle = wanted;
    let mut answer = json!({ "BackupVaultArn": vault_arn, "RecoveryPointArn": arn, "CalculatedLifecycle": point.calculated() });
    answer["Lifecycle"] = point.lifecycle.clone().unwrap_or_else(|| json!({}));
    Ok(answer)
}

fn wanted_lifecycle(fields: Input<'_>) -> Result<Option<Value>, AwsError> {
    let given = fields.get("Lifecycle");
    let is_for_ever = |member: &str| given.and_then(|given| given.get(member)?.as_i64()) == Some(-1);
    if is_for_ever("MoveToColdStorageAfterDays") && is_for_ever("DeleteAfterDays") {
        return Ok(None);
    }
    lifecycle::read(fields).map_err(plain)
}

/// The error of a lifecycle that is not in a rule.
pub(super) fn plain(wrong: Wrong) -> AwsError {
    match wrong {
        Wrong::Malformed(error) => error,
        Wrong::Rule(text) => invalid(text),
    }
}

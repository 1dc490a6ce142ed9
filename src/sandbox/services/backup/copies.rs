//! Copy jobs: a recovery point in a second vault, which may be of another region or account.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::jobs::{RECORD_DAYS, matching, misfit};
use super::points::{Point, find, plain};
use super::{
    Call, arn, document, fresh_id, invalid, lifecycle, newest_first, not_found, page, refused, require_role, required, settings, vaults,
};
use crate::sandbox::clock::later;
use crate::sandbox::services::input::Input;
use crate::sandbox::services::{AwsError, epoch};

/// A copy job, kept where its source is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct CopyJob {
    id: String,
    source_vault_arn: String,
    destination_vault_arn: String,
    /// The copy; absent when the job fails.
    copy_arn: Option<String>,
    pub(super) source: Point,
    lifecycle: Option<Value>,
    pub(super) created_at: Timestamp,
    pub(super) ends_at: Timestamp,
    pub(super) failure: Option<String>,
    role_arn: String,
    token: Option<String>,
}

impl CopyJob {
    fn state(&self, now: Timestamp) -> &'static str {
        match &self.failure {
            _ if now < self.ends_at => "RUNNING",
            Some(_) => "FAILED",
            None => "COMPLETED",
        }
    }

    /// The name of the vault that it copies to.
    pub(super) fn destination_vault(&self) -> &str {
        self.destination_vault_arn.rsplit(':').next().unwrap_or_default()
    }

    /// Tells whether it copies to another region or account.
    pub(super) fn crosses(&self) -> bool {
        let place = |arn: &str| arn.splitn(6, ':').skip(3).take(2).map(str::to_owned).collect::<Vec<_>>();
        place(&self.source_vault_arn) != place(&self.destination_vault_arn)
    }

    fn is_recorded(&self, now: Timestamp) -> bool {
        now < later(self.ends_at, SignedDuration::from_hours(24 * RECORD_DAYS))
    }

    fn description(&self, account: &str, now: Timestamp) -> Value {
        let mut description = json!({
            "AccountId": account,
            "CopyJobId": self.id,
            "SourceBackupVaultArn": self.source_vault_arn,
            "SourceRecoveryPointArn": self.source.arn,
            "DestinationBackupVaultArn": self.destination_vault_arn,
            "ResourceArn": self.source.resource_arn,
            "ResourceName": self.source.resource_name,
            "ResourceType": self.source.kind,
            "CreationDate": epoch(self.created_at),
            "State": self.state(now),
            "BackupSizeInBytes": self.source.size_bytes,
            "IamRoleArn": self.role_arn,
            "IsParent": false,
        });
        if now >= self.ends_at {
            description["CompletionDate"] = epoch(self.ends_at);
            description["MessageCategory"] = json!(if self.failure.is_none() { "SUCCESS" } else { "FAILURE" });
            if let Some(message) = &self.failure {
                description["StatusMessage"] = json!(message);
            }
        }
        let optional = [
            ("DestinationRecoveryPointArn", self.copy_arn.clone().map(Value::from)),
            ("DestinationRecoveryPointLifecycle", self.lifecycle.clone()),
            ("CreatedBy", self.source.created_by.clone()),
        ];
        for (member, value) in optional {
            if let Some(value) = value {
                description[member] = value;
            }
        }
        description
    }
}

/// `StartCopyJob`. Without a lifecycle the copy has that of its source (UNCONFIRMED: AWS's pages say so, its console shows none).
pub(super) fn start(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let (point, vault) = (required(fields, "RecoveryPointArn")?, required(fields, "SourceBackupVaultName")?);
    let (destination, role) = (required(fields, "DestinationBackupVaultArn")?, required(fields, "IamRoleArn")?);
    let now = call.now;
    let source_vault = vaults::to_change(call, Input(&json!({ "BackupVaultName": vault })))?.clone();
    let source = find(&source_vault, point, now)?.clone();
    require_role(call, role)?;
    if !document::is_vault_arn(destination) {
        return Err(invalid(format!("Invalid destination backup vault ARN: {destination}")));
    }
    let token = fields.text("IdempotencyToken")?.map(str::to_owned);
    if let Some(job) = call.region().backup.copies.values().find(|job| token.is_some() && job.token == token) {
        return Ok(json!({ "CopyJobId": job.id, "CreationDate": epoch(job.created_at), "IsParent": false }));
    }
    if source.status(now) == "CREATING" {
        return Err(refused("Recovery point cannot be copied while it is being created"));
    }
    if source.cold_at().is_some_and(|at| at <= now) {
        return Err(refused("Recovery point cannot be copied from cold storage"));
    }
    let lifecycle = if fields.get("Lifecycle").is_some() { lifecycle::read(fields).map_err(plain)? } else { source.lifecycle.clone() };
    let id = run(call, (&source_vault.arn, &source), destination, lifecycle, (role, token));
    Ok(json!({ "CopyJobId": id, "CreationDate": epoch(now), "IsParent": false }))
}

/// Starts a copy now, and gives the id of its job.
pub(super) fn run(
    call: &mut Call<'_>,
    (source_vault_arn, source): (&str, &Point),
    destination: &str,
    lifecycle: Option<Value>,
    (role, token): (&str, Option<String>),
) -> String {
    let (now, ends_at) = (call.now, call.settles_at());
    let (id, copy_id) = (fresh_id(call), fresh_id(call));
    let failure = obstacle(call, source, destination, lifecycle.as_ref());
    let parts: Vec<&str> = destination.split(':').collect();
    let (region, account, name) = match parts.as_slice() {
        [_, _, _, region, account, _, name] => (*region, *account, *name),
        _ => ("", "", ""),
    };
    let copy_arn = arn(account, region, "recovery-point", &copy_id);
    if failure.is_none()
        && let Some(vault) = call.state.region_mut(account, region).backup.vaults.get_mut(name)
    {
        let copy = Point {
            arn: copy_arn.clone(),
            // A copy is dated as its source is (AWS Backup Developer Guide, "Backup and tag copy").
            created_at: source.created_at,
            completed_at: ends_at,
            restored_at: Vec::new(),
            lifecycle: lifecycle.clone(),
            key_arn: Some(vault.key_arn.clone()),
            source_vault_arn: Some(source_vault_arn.to_owned()),
            ..source.clone()
        };
        vault.points.insert(copy_arn.clone(), copy);
    }
    let job = CopyJob {
        id: id.clone(),
        source_vault_arn: source_vault_arn.to_owned(),
        destination_vault_arn: destination.to_owned(),
        copy_arn: failure.is_none().then_some(copy_arn),
        source: source.clone(),
        lifecycle,
        created_at: now,
        ends_at,
        failure,
        role_arn: role.to_owned(),
        token,
    };
    call.region().backup.copies.insert(id.clone(), job);
    id
}

/// Why a copy fails, in its job: AWS accepts the request first.
fn obstacle(call: &mut Call<'_>, source: &Point, destination: &str, lifecycle: Option<&Value>) -> Option<String> {
    let mut parts = destination.split(':').skip(3);
    let (region, account) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let name = parts.nth(1).unwrap_or_default();
    if !source.arn.starts_with("arn:aws:backup:") {
        return Some(format!("Copy of {} is not supported without AWS Backup advanced features", source.kind));
    }
    let is_foreign = account != call.caller.account;
    let crosses = !is_foreign || settings::crosses_accounts(call);
    let Some(vault) = call.state.region(account, region).and_then(|region| region.backup.vaults.get(name)) else {
        return Some(format!("Destination backup vault {destination} does not exist or is not accessible"));
    };
    let lets_in = vault.policy.as_ref().is_some_and(|policy| policy.contains("backup:CopyIntoBackupVault"));
    if is_foreign && !(crosses && lets_in) {
        return Some(format!("Access denied trying to copy into backup vault {destination}"));
    }
    vault.lock.as_ref().and_then(|lock| misfit(lock, lifecycle))
}

/// `DescribeCopyJob`.
pub(super) fn describe(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let id = required(Input(input), "CopyJobId")?;
    let (account, now) = (call.caller.account.clone(), call.now);
    let job = call.region().backup.copies.get(id).filter(|job| job.is_recorded(now));
    let job = job.ok_or_else(|| not_found(format!("Cannot find Copy job with ID {id}")))?;
    Ok(json!({ "CopyJob": job.description(&account, now) }))
}

/// `ListCopyJobs`: those of the last 30 days, newest first.
pub(super) fn list(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let (account, now) = (call.caller.account.clone(), call.now);
    let filters = [
        ("resourceArn", "ResourceArn"),
        ("state", "State"),
        ("destinationVaultArn", "DestinationBackupVaultArn"),
        ("resourceType", "ResourceType"),
        ("accountId", "AccountId"),
        ("messageCategory", "MessageCategory"),
        ("sourceRecoveryPointArn", "SourceRecoveryPointArn"),
    ];
    let jobs = call.region().backup.copies.values().filter(|job| job.is_recorded(now));
    let described = jobs.map(|job| (job.created_at, job.id.clone(), job.description(&account, now)));
    let kept = matching(Input(input), &filters, described)?;
    page(call, Input(input), "CopyJobs", newest_first(kept.into_iter()))
}

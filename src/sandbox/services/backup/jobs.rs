//! Backup jobs: from a request, or a plan's rule, to a recovery point.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::kept::{Lock, Protected, Vault};
use super::points::{Point, plain};
use super::resources::{self, Resource};
use super::{
    Call, arn, fresh_id, invalid, lifecycle, newest_first, not_found, page, refused, require_role, required, tags, unusable_role,
    vault_arn, vaults,
};
use crate::sandbox::clock::later;
use crate::sandbox::services::input::Input;
use crate::sandbox::services::{AwsError, epoch};

/// How long the record of a finished job is kept.
pub(super) const RECORD_DAYS: i64 = 30;

/// A backup job. Its state follows from the time.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct BackupJob {
    pub(super) id: String,
    pub(super) vault_name: String,
    pub(super) vault_arn: String,
    pub(super) vault_kind: String,
    pub(super) resource_arn: String,
    pub(super) resource_name: String,
    pub(super) kind: String,
    pub(super) created_at: Timestamp,
    /// Until then it is CREATED, and then RUNNING.
    pub(super) runs_at: Timestamp,
    pub(super) ends_at: Timestamp,
    /// The latest moment at which it may start.
    pub(super) start_by: Timestamp,
    /// How it ends: absent with a recovery point, else in this state with this message.
    pub(super) trouble: Option<(String, String)>,
    pub(super) point_arn: Option<String>,
    pub(super) size_bytes: i64,
    pub(super) role_arn: String,
    pub(super) lifecycle: Option<Value>,
    pub(super) created_by: Option<Value>,
    pub(super) token: Option<String>,
}

/// What is to be backed up, and how.
pub(super) struct Order<'a> {
    pub(super) vault: &'a str,
    pub(super) resource_arn: &'a str,
    pub(super) role: &'a str,
    pub(super) lifecycle: Option<Value>,
    pub(super) tags: std::collections::BTreeMap<String, String>,
    pub(super) start_minutes: i64,
    pub(super) created_by: Option<Value>,
    pub(super) token: Option<String>,
}

impl BackupJob {
    fn state(&self, now: Timestamp) -> &str {
        match &self.trouble {
            _ if now < self.runs_at => "CREATED",
            _ if now < self.ends_at => "RUNNING",
            Some((state, _)) => state,
            None => "COMPLETED",
        }
    }

    fn is_recorded(&self, now: Timestamp) -> bool {
        now < later(self.ends_at, SignedDuration::from_hours(24 * RECORD_DAYS))
    }

    fn description(&self, account: &str, now: Timestamp) -> Value {
        let state = self.state(now);
        let is_done = now >= self.ends_at;
        let mut description = json!({
            "AccountId": account,
            "BackupJobId": self.id,
            "BackupVaultName": self.vault_name,
            "BackupVaultArn": self.vault_arn,
            "VaultType": self.vault_kind,
            "ResourceArn": self.resource_arn,
            "ResourceName": self.resource_name,
            "ResourceType": self.kind,
            "CreationDate": epoch(self.created_at),
            "InitiationDate": epoch(self.created_at),
            "StartBy": epoch(self.start_by),
            "State": state,
            "PercentDone": if is_done { "100.0" } else { "0.0" },
            "BackupSizeInBytes": if state == "COMPLETED" { self.size_bytes } else { 0 },
            "IamRoleArn": self.role_arn,
            "IsParent": false,
        });
        if is_done {
            description["CompletionDate"] = epoch(self.ends_at);
            let category = if self.trouble.is_none() { "SUCCESS" } else { "FAILURE" };
            description["MessageCategory"] = json!(category);
            if let Some((_, message)) = &self.trouble {
                description["StatusMessage"] = json!(message);
            }
        }
        let optional = [
            ("RecoveryPointArn", self.point_arn.clone().map(Value::from)),
            ("RecoveryPointLifecycle", self.lifecycle.clone()),
            ("CreatedBy", self.created_by.clone()),
        ];
        for (member, value) in optional {
            if let Some(value) = value {
                description[member] = value;
            }
        }
        description
    }
}

/// `StartBackupJob`. The same `IdempotencyToken` finds the job that it started.
pub(super) fn start(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let (vault, resource_arn, role) =
        (required(fields, "BackupVaultName")?, required(fields, "ResourceArn")?, required(fields, "IamRoleArn")?);
    vaults::to_change(call, fields)?;
    require_role(call, role)?;
    let token = fields.text("IdempotencyToken")?.map(str::to_owned);
    if let Some(job) = call.region().backup.jobs.values().find(|job| token.is_some() && job.token == token) {
        return Ok(started(job));
    }
    let start_minutes = fields.integer("StartWindowMinutes")?.unwrap_or(480);
    if start_minutes < 60 {
        return Err(invalid("Invalid window. StartWindowMinutes must be at least 60 minutes"));
    }
    let lifecycle = lifecycle::read(fields).map_err(plain)?;
    let tags = tags::read(fields, "RecoveryPointTags")?;
    let Some(resource) = resources::find(call, resource_arn) else {
        return Err(match resources::kind_of(resource_arn) {
            Some(_) => not_found(format!("Resource not found: {resource_arn}")),
            None => invalid(format!("Unsupported resource type: {resource_arn}")),
        });
    };
    let order = Order { vault, resource_arn, role, lifecycle, tags, start_minutes, created_by: None, token };
    let job = run(call, order, &resource);
    Ok(started(&job))
}

fn started(job: &BackupJob) -> Value {
    let mut answer = json!({ "BackupJobId": job.id, "CreationDate": epoch(job.created_at), "IsParent": false });
    if let Some(arn) = &job.point_arn {
        answer["RecoveryPointArn"] = json!(arn);
    }
    answer
}

/// Starts a job now, and leaves its recovery point in the vault unless the vault's lock forbids it.
///
/// A job that does not come to run within its start window expires; the message is UNCONFIRMED.
pub(super) fn run(call: &mut Call<'_>, order: Order<'_>, resource: &Resource) -> BackupJob {
    let now = call.now;
    let half = SignedDuration::from_millis(i64::try_from(call.lag.as_millis() / 2).unwrap_or(0));
    let start_by = later(now, SignedDuration::from_mins(order.start_minutes));
    let is_late = later(now, half) > start_by;
    let (runs_at, ends_at) = if is_late { (start_by, start_by) } else { (later(now, half), call.settles_at()) };
    let id = fresh_id(call);
    let is_managed = call.region().backup.settings.is_managed(resource.kind);
    let point_id = fresh_id(call);
    let vault_arn = vault_arn(&call.caller, order.vault);
    let unusable = unusable_role(call, order.role);
    let (account, region) = (call.caller.account.clone(), call.caller.region.clone());
    let vault = call.region().backup.vaults.get(order.vault);
    let vault_kind = vault.map_or("BACKUP_VAULT", Vault::kind);
    let trouble = match vault {
        None => Some(format!("Backup vault {} does not exist", order.vault)),
        Some(vault) => vault.lock.as_ref().and_then(|lock| misfit(lock, order.lifecycle.as_ref())),
    };
    let trouble = unusable.or_else(|| resource.obstacle.clone()).or(trouble).map(|message| ("FAILED".to_owned(), message));
    let expired = || ("EXPIRED".to_owned(), "Backup job expired: it could not start within its start window".to_owned());
    let trouble = if is_late { Some(expired()) } else { trouble };
    let point = Point {
        // Without AWS Backup's own management a backup is one of the table's.
        arn: if is_managed || resource.kind != "DynamoDB" {
            arn(&account, &region, "recovery-point", &point_id)
        } else {
            format!("{}/backup/{:014}-{}", order.resource_arn, now.as_millisecond(), point_id.rsplit('-').next().unwrap_or_default())
        },
        resource_arn: order.resource_arn.to_owned(),
        kind: resource.kind.to_owned(),
        resource_name: resource.name.clone(),
        created_at: now,
        completed_at: ends_at,
        held: None,
        lifecycle: order.lifecycle.clone(),
        role_arn: Some(order.role.to_owned()),
        created_by: order.created_by.clone(),
        size_bytes: resource.size_bytes,
        key_arn: if is_managed { vault.map(|vault| vault.key_arn.clone()) } else { resource.key_arn.clone() },
        source_vault_arn: None,
        tags: Some(order.tags).filter(|tags| !tags.is_empty()),
        restored_at: Vec::new(),
        is_undated: false,
        table: resource.table.clone(),
    };
    let job = BackupJob {
        id,
        vault_name: order.vault.to_owned(),
        vault_arn: vault_arn.clone(),
        vault_kind: vault_kind.to_owned(),
        resource_arn: order.resource_arn.to_owned(),
        resource_name: resource.name.clone(),
        kind: resource.kind.to_owned(),
        created_at: now,
        runs_at,
        ends_at,
        start_by,
        point_arn: trouble.is_none().then(|| point.arn.clone()),
        size_bytes: resource.size_bytes,
        role_arn: order.role.to_owned(),
        lifecycle: order.lifecycle,
        created_by: order.created_by,
        trouble,
        token: order.token,
    };
    if job.trouble.is_none() {
        keep(call, order.vault, vault_arn, point);
    }
    call.region().backup.jobs.insert(job.id.clone(), job.clone());
    job
}

/// Puts a finished point into its vault, and its resource among the protected ones.
fn keep(call: &mut Call<'_>, vault: &str, vault_arn: String, point: Point) {
    let backups = &mut call.region().backup;
    let backup = Protected { at: point.completed_at, kind: point.kind.clone(), vault_arn, point_arn: point.arn.clone() };
    backups.protected.entry(point.resource_arn.clone()).or_default().push(backup);
    if let Some(vault) = backups.vaults.get_mut(vault) {
        vault.points.insert(point.arn.clone(), point);
    }
}

/// Why a lock keeps a point of this lifecycle out of its vault. That points kept for ever break a longest retention is UNCONFIRMED.
pub(super) fn misfit(lock: &Lock, lifecycle: Option<&Value>) -> Option<String> {
    let days = lifecycle.and_then(|lifecycle| lifecycle.get("DeleteAfterDays")?.as_i64());
    let is_short = lock.min_days.is_some_and(|min| days.is_some_and(|days| days < min));
    let is_long = lock.max_days.is_some_and(|max| days.is_none_or(|days| days > max));
    let bound = |days: Option<i64>| days.map_or_else(|| "none".to_owned(), |days| days.to_string());
    (is_short || is_long).then(|| {
        format!(
            "Retention period is out of the range that the vault lock allows: minimum {} days, maximum {} days",
            bound(lock.min_days),
            bound(lock.max_days)
        )
    })
}

/// `DescribeBackupJob`.
pub(super) fn describe(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let id = required(Input(input), "BackupJobId")?;
    let (account, now) = (call.caller.account.clone(), call.now);
    let job = call.region().backup.jobs.get(id).filter(|job| job.is_recorded(now));
    job.map(|job| job.description(&account, now)).ok_or_else(|| missing(id))
}

fn missing(id: &str) -> AwsError {
    not_found(format!("Cannot find Backup job with ID {id}"))
}

/// `ListBackupJobs`: those of the last 30 days, newest first.
pub(super) fn list(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let (account, now) = (call.caller.account.clone(), call.now);
    let filters = [
        ("resourceArn", "ResourceArn"),
        ("state", "State"),
        ("backupVaultName", "BackupVaultName"),
        ("resourceType", "ResourceType"),
        ("accountId", "AccountId"),
        ("messageCategory", "MessageCategory"),
    ];
    let jobs = call.region().backup.jobs.values().filter(|job| job.is_recorded(now));
    let described = jobs.map(|job| (job.created_at, job.id.clone(), job.description(&account, now)));
    let kept = matching(Input(input), &filters, described)?;
    page(call, Input(input), "BackupJobs", newest_first(kept.into_iter()))
}

/// Keeps the jobs whose members are what the query wants, and whose times lie where it wants them.
pub(super) fn matching(
    fields: Input<'_>,
    filters: &[(&str, &str)],
    jobs: impl Iterator<Item = (Timestamp, String, Value)>,
) -> Result<Vec<(Timestamp, String, Value)>, AwsError> {
    let mut wanted = Vec::new();
    for (query, member) in filters {
        wanted.extend(fields.text(query)?.filter(|text| !matches!(*text, "*" | "ANY")).map(|text| (*member, text)));
    }
    let mut bounds = Vec::new();
    for (query, member, is_lower) in [
        ("createdAfter", "CreationDate", true),
        ("createdBefore", "CreationDate", false),
        ("completeAfter", "CompletionDate", true),
        ("completeBefore", "CompletionDate", false),
    ] {
        bounds.extend(fields.time(query)?.map(|at| (member, at.as_duration().as_secs_f64(), is_lower)));
    }
    let is_wanted = |job: &Value| wanted.iter().all(|(member, text)| job.get(member).and_then(Value::as_str) == Some(*text));
    let is_within = |job: &Value| {
        bounds.iter().all(|(member, bound, is_lower)| {
            job.get(member).and_then(Value::as_f64).is_some_and(|at| if *is_lower { at >= *bound } else { at <= *bound })
        })
    };
    Ok(jobs.filter(|(_, _, job)| is_wanted(job) && is_within(job)).collect())
}

/// `StopBackupJob`: what has not ended yet is aborted at once, and leaves no recovery point.
pub(super) fn stop(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let id = required(Input(input), "BackupJobId")?;
    let now = call.now;
    let backups = &mut call.region().backup;
    let job = backups.jobs.get_mut(id).ok_or_else(|| missing(id))?;
    if now >= job.ends_at {
        return Err(refused(format!("Backup job {id} has already ended")));
    }
    job.trouble = Some(("ABORTED".to_owned(), "Backup job was stopped by user".to_owned()));
    (job.runs_at, job.ends_at) = (job.runs_at.min(now), now);
    let point = job.point_arn.take();
    let (vault, resource) = (job.vault_name.clone(), job.resource_arn.clone());
    if let (Some(vault), Some(arn)) = (backups.vaults.get_mut(&vault), &point) {
        vault.points.remove(arn);
    }
    if let Some(backups) = backups.protected.get_mut(&resource) {
        backups.retain(|backup| Some(&backup.point_arn) != point.as_ref());
    }
    Ok(json!({}))
}

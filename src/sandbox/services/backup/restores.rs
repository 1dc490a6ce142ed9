//! Restore jobs: from a request, or a restore testing plan, to a thing that was restored.
//!
//! A table comes back as it was when its recovery point was made. Of every other type only the job is there, and names in `CreatedResourceArn`
//! what AWS would have made. What keeps a restore from being done fails its job, as with AWS, and not the request: a role that cannot be assumed
//! (faults deny `sts:AssumeRole@ROLE`), a table of that name that is there, what the role may not do (`dynamodb:RestoreTableFromAwsBackup`).

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::jobs::{RECORD_DAYS, matching};
use super::kept::Vault;
use super::points::Point;
use super::{
    Call, fresh_id, invalid, newest_first, not_found, page, refused, require_role, required, required_structure, resources, unusable_role,
};
use crate::sandbox::clock::later;
use crate::sandbox::services::input::Input;
use crate::sandbox::services::{AwsError, dynamodb, epoch};

/// A restore job. Its status follows from the time.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct RestoreJob {
    pub(crate) id: String,
    pub(crate) point_arn: String,
    pub(crate) vault_arn: String,
    /// What is restored; a seed can leave it out, as AWS once did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) source_arn: Option<String>,
    pub(crate) kind: String,
    /// When the recovery point was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) point_at: Option<Timestamp>,
    pub(crate) size_bytes: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) role_arn: Option<String>,
    pub(crate) created_at: Timestamp,
    /// Until then it is PENDING, and then RUNNING.
    pub(crate) runs_at: Timestamp,
    pub(crate) ends_at: Timestamp,
    /// How it ends: absent with a thing that is restored, else in this status with this message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) trouble: Option<(String, String)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) created_arn: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) metadata: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) test: Option<Test>,
    /// What somebody found of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) validation: Option<Validation>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) token: Option<String>,
}

/// That a restore testing plan made a job.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Test {
    pub(crate) plan_arn: String,
    /// For how long what was restored is kept, so that it can be validated.
    pub(crate) window_hours: i64,
    /// Whether what was restored is gone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) is_cleared: bool,
}

/// What a validation found.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Validation {
    /// `FAILED`, `SUCCESSFUL`, `TIMED_OUT` or `VALIDATING`.
    pub(crate) status: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) message: Option<String>,
    pub(crate) at: Timestamp,
}

/// What is to be restored, and how.
pub(super) struct Order<'a> {
    pub(super) role: &'a str,
    pub(super) metadata: BTreeMap<String, String>,
    pub(super) tags: Option<BTreeMap<String, String>>,
    pub(super) test: Option<Test>,
    pub(super) token: Option<String>,
    pub(super) ends_at: Timestamp,
}

impl RestoreJob {
    fn status(&self, now: Timestamp) -> &str {
        match &self.trouble {
            _ if now < self.runs_at => "PENDING",
            _ if now < self.ends_at => "RUNNING",
            Some((status, _)) => status,
            None => "COMPLETED",
        }
    }

    fn is_recorded(&self, now: Timestamp) -> bool {
        now < later(self.ends_at, SignedDuration::from_hours(24 * RECORD_DAYS))
    }

    /// When what a test restored is deleted: once a validation found something, or when the time for it is over.
    ///
    /// Source: AWS Backup Developer Guide, "Restore testing".
    pub(super) fn clears_at(&self) -> Option<Timestamp> {
        let test = self.test.as_ref().filter(|_| self.trouble.is_none())?;
        let closes = later(self.ends_at, SignedDuration::from_hours(test.window_hours));
        let found = self.validation.as_ref().filter(|validation| validation.status != "VALIDATING");
        Some(found.map_or(closes, |validation| validation.at.min(closes)))
    }

    /// `ValidationStatus`. That it says so by itself, while the window is open and when it closed on nothing, is UNCONFIRMED.
    fn validation_status(&self, now: Timestamp) -> Option<(&str, Option<&str>)> {
        if now < self.ends_at || self.trouble.is_some() {
            return None;
        }
        if let Some(found) = self.validation.as_ref().filter(|found| found.status != "VALIDATING") {
            return Some((&found.status, found.message.as_deref()));
        }
        let clears = self.clears_at().filter(|_| self.test.as_ref().is_some_and(|test| test.window_hours > 0))?;
        Some((if now < clears { "VALIDATING" } else { "TIMED_OUT" }, None))
    }

    fn description(&self, account: &str, now: Timestamp) -> Value {
        let is_done = now >= self.ends_at;
        let mut described = json!({
            "AccountId": account,
            "RestoreJobId": self.id,
            "RecoveryPointArn": self.point_arn,
            "BackupVaultArn": self.vault_arn,
            "ResourceType": self.kind,
            "CreationDate": epoch(self.created_at),
            "Status": self.status(now),
            "PercentDone": if is_done { "100.00%" } else { "0.00%" },
            "BackupSizeInBytes": self.size_bytes,
            "IsParent": false,
        });
        let done = || is_done.then_some(());
        let optional = [
            ("SourceResourceArn", self.source_arn.clone().map(Value::from)),
            ("RecoveryPointCreationDate", self.point_at.map(epoch)),
            ("IamRoleArn", self.role_arn.clone().map(Value::from)),
            ("CompletionDate", done().map(|()| epoch(self.ends_at))),
            ("StatusMessage", done().and_then(|()| Some(Value::from(self.trouble.as_ref()?.1.as_str())))),
            ("CreatedResourceArn", done().and_then(|()| self.created_arn.clone()).map(Value::from)),
            ("CreatedBy", self.test.as_ref().map(|test| json!({ "RestoreTestingPlanArn": test.plan_arn }))),
            ("ValidationStatus", self.validation_status(now).map(|(status, _)| Value::from(status))),
            ("ValidationStatusMessage", self.validation_status(now).and_then(|(_, message)| message).map(Value::from)),
            ("DeletionStatus", self.clears_at().filter(|at| *at <= now).map(|_| Value::from("SUCCESSFUL"))),
        ];
        for (member, value) in optional {
            if let Some(value) = value {
                described[member] = value;
            }
        }
        described
    }
}

/// A recovery point of the caller's region that is there, with its vault.
pub(super) fn find_point<'a>(call: &'a mut Call<'_>, arn: &str) -> Option<(&'a Vault, &'a Point)> {
    let now = call.now;
    call.region().backup.vaults.values().find_map(|vault| Some((vault, vault.points.get(arn).filter(|point| point.is_there(now))?)))
}

/// `StartRestoreJob`. The same `IdempotencyToken` finds the job that it started. Which statuses are refused is UNCONFIRMED.
pub(super) fn start(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let point_arn = required(fields, "RecoveryPointArn")?;
    let metadata = required_structure(fields, "Metadata")?;
    let now = call.now;
    let text = |(key, value): (&String, &Value)| Some((key.clone(), value.as_str()?.to_owned()));
    let metadata: BTreeMap<String, String> = metadata.0.as_object().into_iter().flatten().filter_map(text).collect();
    let missing = || not_found(format!("Cannot find recovery point {point_arn}"));
    let (vault_arn, point) = find_point(call, point_arn).map(|(vault, point)| (vault.arn.clone(), point.clone())).ok_or_else(missing)?;
    let token = fields.text("IdempotencyToken")?.map(str::to_owned);
    if let Some(job) = call.region().backup.restores.values().find(|job| token.is_some() && job.token == token) {
        return Ok(json!({ "RestoreJobId": job.id }));
    }
    let role = required(fields, "IamRoleArn")?;
    match require_role(call, role) {
        Err(error) if unusable_role(call, role).is_none() => return Err(error),
        _ => {}
    }
    if fields.text("ResourceType")?.is_some_and(|kind| kind != point.kind) {
        return Err(invalid(format!("ResourceType does not match that of the recovery point: {}", point.kind)));
    }
    let status = point.status(now);
    if ["CREATING", "DELETING", "PARTIAL"].contains(&status) {
        return Err(refused(format!("Recovery point {point_arn} cannot be restored in status {status}")));
    }
    if point.kind == "DynamoDB" && !metadata.contains_key("targetTableName") {
        return Err(invalid("Restore metadata is missing a required key: targetTableName"));
    }
    let tags = fields.flag("CopySourceTagsToRestoredResource")?.unwrap_or(false).then(|| point.tags.clone()).flatten();
    let order = Order { role, metadata, tags, test: None, token, ends_at: call.settles_at() };
    Ok(json!({ "RestoreJobId": run(call, &vault_arn, &point, order) }))
}

/// Starts a restore now, and gives the id of its job.
pub(super) fn run(call: &mut Call<'_>, vault_arn: &str, point: &Point, order: Order<'_>) -> String {
    let now = call.now;
    let id = fresh_id(call);
    let half = SignedDuration::from_millis(i64::try_from(order.ends_at.duration_since(now).as_millis() / 2).unwrap_or(0));
    let made = match denial(call, point, order.role) {
        Some(message) => Err(message),
        None => make(call, point, &order, &id),
    };
    let (created_arn, trouble) = match made {
        Ok(arn) => (Some(arn), None),
        Err(message) => (None, Some(("FAILED".to_owned(), message))),
    };
    if trouble.is_none() {
        let kept = call.region().backup.vaults.values_mut().find_map(|vault| vault.points.get_mut(&point.arn));
        if let Some(kept) = kept {
            kept.restored_at.push(order.ends_at);
        }
    }
    let job = RestoreJob {
        id: id.clone(),
        point_arn: point.arn.clone(),
        vault_arn: vault_arn.to_owned(),
        source_arn: Some(point.resource_arn.clone()),
        kind: point.kind.clone(),
        point_at: Some(point.created_at),
        size_bytes: point.size_bytes,
        role_arn: Some(order.role.to_owned()),
        created_at: now,
        runs_at: later(now, half),
        ends_at: order.ends_at,
        trouble,
        created_arn,
        metadata: order.metadata,
        test: order.test,
        validation: None,
        token: order.token,
    };
    call.region().backup.restores.insert(id.clone(), job);
    id
}

/// What a job says of what its role may not do; the sentences are UNCONFIRMED.
fn denial(call: &Call<'_>, point: &Point, role: &str) -> Option<String> {
    let action = if point.kind == "DynamoDB" { "dynamodb:RestoreTableFromAwsBackup" } else { return unusable_role(call, role) };
    let denied = || call.faults.denies(action, std::slice::from_ref(&point.resource_arn));
    let sentence = |arn: &str| format!("User: {role} is not authorized to perform: {action} on resource: {arn}");
    unusable_role(call, role).or_else(|| denied().map(sentence))
}

/// Makes what is restored, and gives its ARN.
fn make(call: &mut Call<'_>, point: &Point, order: &Order<'_>, id: &str) -> Result<String, String> {
    if point.kind == "DynamoDB" {
        let name = order.metadata.get("targetTableName").map(String::as_str).unwrap_or_default();
        let lost = || "The sandbox holds nothing of the table in this recovery point, which a seed made".to_owned();
        let content = point.table.clone().or_else(|| resources::content(call, &point.resource_arn)).ok_or_else(lost)?;
        return dynamodb::restore_kept(call, name, content, order.tags.clone(), order.ends_at);
    }
    let mut named = ["DBInstanceIdentifier", "DBClusterIdentifier", "DestinationBucketName"].into_iter();
    let name = named.find_map(|key| order.metadata.get(key)).cloned().unwrap_or_else(|| format!("awsbackup-restore-{id}"));
    let kept = point.resource_arn.strip_suffix(resources::name_of(&point.resource_arn)).unwrap_or_default();
    Ok(format!("{kept}{name}"))
}

fn missing(id: &str) -> AwsError {
    not_found(format!("Cannot find Restore job with ID {id}"))
}

fn find(call: &mut Call<'_>, input: &Value) -> Result<RestoreJob, AwsError> {
    let id = required(Input(input), "RestoreJobId")?;
    let now = call.now;
    let job = call.region().backup.restores.get(id).filter(|job| job.is_recorded(now));
    job.cloned().ok_or_else(|| missing(id))
}

/// `DescribeRestoreJob`.
pub(super) fn describe(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let job = find(call, input)?;
    Ok(job.description(&call.caller.account, call.now))
}

/// `GetRestoreJobMetadata`.
pub(super) fn metadata(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let job = find(call, input)?;
    Ok(json!({ "RestoreJobId": job.id, "Metadata": job.metadata }))
}

/// `PutRestoreValidationResult`, of a job that is done. Whether AWS takes it of restores that no testing plan made is UNCONFIRMED.
pub(super) fn validate(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let status = required(fields, "ValidationStatus")?;
    if !["FAILED", "SUCCESSFUL", "TIMED_OUT", "VALIDATING"].contains(&status) {
        return Err(invalid(format!("Invalid ValidationStatus: {status}")));
    }
    let now = call.now;
    let job = find(call, input)?;
    if job.status(now) != "COMPLETED" {
        return Err(refused(format!("Restore job {} is {}, and can be validated once it is COMPLETED", job.id, job.status(now))));
    }
    let message = fields.text("ValidationStatusMessage")?.map(str::to_owned);
    if let Some(kept) = call.region().backup.restores.get_mut(&job.id) {
        kept.validation = Some(Validation { status: status.to_owned(), message, at: now });
    }
    Ok(json!({}))
}

/// `ListRestoreJobs`: those of the last 30 days, newest first.
pub(super) fn list(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let plan = fields.text("restoreTestingPlanArn")?;
    let filters = [("accountId", "AccountId"), ("resourceType", "ResourceType"), ("status", "Status"), ("parentJobId", "ParentJobId")];
    let mut listed = listed(call, fields, &filters)?;
    listed.retain(|(_, _, job)| plan.is_none_or(|plan| job["CreatedBy"]["RestoreTestingPlanArn"] == plan));
    page(call, fields, "RestoreJobs", newest_first(listed.into_iter()))
}

/// `ListRestoreJobsByProtectedResource`.
pub(super) fn list_by_resource(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let resource = required(fields, "ResourceArn")?;
    let (after, before) = (fields.time("recoveryPointCreationDateAfter")?, fields.time("recoveryPointCreationDateBefore")?);
    let seconds = |at: Timestamp| at.as_duration().as_secs_f64();
    let mut listed = listed(call, fields, &[("status", "Status")])?;
    listed.retain(|(_, _, job)| {
        let made = job["RecoveryPointCreationDate"].as_f64();
        let is_after = after.is_none_or(|at| made.is_some_and(|made| made >= seconds(at)));
        job["SourceResourceArn"] == resource && is_after && before.is_none_or(|at| made.is_some_and(|made| made <= seconds(at)))
    });
    page(call, fields, "RestoreJobs", newest_first(listed.into_iter()))
}

/// Jobs that a query wants, each with when it was begun and its id.
fn listed(call: &mut Call<'_>, fields: Input<'_>, filters: &[(&str, &str)]) -> Result<Vec<(Timestamp, String, Value)>, AwsError> {
    let (account, now) = (call.caller.account.clone(), call.now);
    let jobs = call.region().backup.restores.values().filter(|job| job.is_recorded(now));
    matching(fields, filters, jobs.map(|job| (job.created_at, job.id.clone(), job.description(&account, now))))
}

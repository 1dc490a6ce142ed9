//! Automated backups that another region keeps a copy of. The calls go to the region of the copy.

use serde_json::{Value, json};

use super::databases::Automated;
use super::instances::{name_of, not_found};
use super::{automated, fault, invalid, required, tags, together};
use crate::sandbox::services::input::Input;
use crate::sandbox::services::{AwsError, Call};

/// The most copies in one region.
const MAX: usize = 20;

/// Reads the source's ARN: its region and its name.
fn source<'a>(call: &Call<'_>, arn: &'a str) -> Result<(&'a str, String), AwsError> {
    let parts: Vec<&str> = arn.split(':').collect();
    match parts.as_slice() {
        ["arn", _, "rds", region, account, "db", name] if *account == call.caller.account => Ok((region, name_of(name))),
        _ => Err(invalid(format!("The parameter SourceDBInstanceArn is not a valid DB instance ARN: {arn}"))),
    }
}

/// `StartDBInstanceAutomatedBackupsReplication`.
pub(super) fn start(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let source_arn = required(fields, "SourceDBInstanceArn")?.to_owned();
    let (from, name) = source(call, &source_arn)?;
    let (from, now) = (from.to_owned(), call.now);
    let (account, here) = (call.caller.account.clone(), call.caller.region.clone());
    if from == here {
        return Err(together("Source and destination Regions of automated backups replication must differ."));
    }
    let days = fields.integer("BackupRetentionPeriod")?.unwrap_or(7);
    if !(1..=35).contains(&days) {
        return Err(invalid(format!("Invalid backup retention period: {days}. Must be between 1 and 35.")));
    }
    let kms_key = fields.text("KmsKeyId")?.map(str::to_owned);
    let tagged = tags::read(fields)?;
    let there = &mut call.state.region_mut(&account, &from).rds;
    there.settle(now);
    let instance = there.instances.get_mut(&name).ok_or_else(|| not_found(&name))?;
    if instance.common.backups.days == 0 || instance.cluster.is_some() {
        return Err(fault("InvalidDBInstanceState", 400, "Automated backups are not enabled for the source DB instance."));
    }
    let encrypted = instance.common.said.get("StorageEncrypted").and_then(Value::as_bool).unwrap_or(false);
    if encrypted && kms_key.is_none() {
        return Err(together("KmsKeyId is required to replicate the automated backups of an encrypted DB instance."));
    }
    let arn = automated::arn(&account, &here, &instance.common.resource_id);
    if instance.replications.contains(&arn) {
        let message = format!("Automated backups of {source_arn} are already replicated to {here}.");
        return Err(fault("InvalidDBInstanceAutomatedBackupState", 400, message));
    }
    let (resource_id, engine) = (instance.common.resource_id.clone(), instance.common.engine.clone());
    let created_at = instance.common.created_at;
    let held = &mut call.region().rds;
    held.settle(now);
    if held.automated.values().filter(|one| one.is_replicated && one.until.is_none()).count() >= MAX {
        let message = "The quota for retained automated backups was exceeded.";
        return Err(fault("DBInstanceAutomatedBackupQuotaExceeded", 400, message));
    }
    let kept = held.automated.get(&arn).map_or(now, |old| old.from);
    let copy = Automated {
        arn: arn.clone(),
        source_arn,
        source_name: name.clone(),
        source_region: from.clone(),
        resource_id,
        engine,
        created_at,
        days,
        from: kept,
        until: None,
        is_replicated: true,
        kms_key,
        tags: tagged,
    };
    let shown = automated::shown(&copy, now);
    held.automated.insert(arn.clone(), copy);
    if let Some(instance) = call.state.region_mut(&account, &from).rds.instances.get_mut(&name) {
        instance.replications.push(arn);
    }
    Ok(json!({ "DBInstanceAutomatedBackup": shown }))
}

/// `StopDBInstanceAutomatedBackupsReplication`: what was copied stays until its time is over.
pub(super) fn stop(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let source_arn = required(fields, "SourceDBInstanceArn")?.to_owned();
    let (from, name) = source(call, &source_arn)?;
    let (from, now, account) = (from.to_owned(), call.now, call.caller.account.clone());
    let held = &mut call.region().rds;
    held.settle(now);
    let found = held.automated.values_mut().find(|one| one.source_arn == source_arn && one.is_replicated && one.until.is_none());
    let copy = found.ok_or_else(|| not_found(&name))?;
    copy.until = Some(now);
    let (arn, shown) = (copy.arn.clone(), automated::shown(copy, now));
    if let Some(instance) = call.state.region_mut(&account, &from).rds.instances.get_mut(&name) {
        instance.replications.retain(|one| *one != arn);
    }
    Ok(json!({ "DBInstanceAutomatedBackup": shown }))
}

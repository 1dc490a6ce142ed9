//! Automated backups as things of their own: of instances that are there, of deleted ones, and those that came from another region.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::databases::{Automated, Databases, Instance};
use super::instances::name_of;
use super::{fault, filters, invalid, page, show, tags};
use crate::sandbox::clock::later;
use crate::sandbox::services::input::Input;
use crate::sandbox::services::{AwsError, Call, epoch};

/// The ARN of the automated backups of an instance, in the region that holds them.
pub(super) fn arn(account: &str, region: &str, resource_id: &str) -> String {
    let id: String = resource_id.trim_start_matches("db-").to_lowercase();
    super::arn(account, region, "auto-backup", &format!("ab-{id}"))
}

/// Keeps the automated backups of an instance that is deleted, for as long as its retention period says.
pub(super) fn retain(held: &mut Databases, instance: &Instance, account: &str, region: &str, now: Timestamp) {
    let common = &instance.common;
    let Some((earliest, latest)) = common.backups.restorable(now) else { return };
    let automated = Automated {
        arn: arn(account, region, &common.resource_id),
        source_arn: common.arn.clone(),
        source_name: common.name.clone(),
        source_region: region.to_owned(),
        resource_id: common.resource_id.clone(),
        engine: common.engine.clone(),
        created_at: common.created_at,
        days: common.backups.days,
        from: earliest,
        until: Some(latest),
        is_replicated: false,
        kms_key: None,
        tags: common.tags.clone(),
    };
    held.automated.insert(automated.arn.clone(), automated);
}

/// As `DescribeDBInstanceAutomatedBackups` shows them.
pub(super) fn shown(automated: &Automated, now: Timestamp) -> Value {
    let latest = automated.until.unwrap_or_else(|| later(now, jiff::SignedDuration::from_secs(-300)));
    let earliest = automated.from.max(super::backups::days_before(now, automated.days));
    let status = match (automated.is_replicated, automated.until) {
        (_, Some(_)) => "retained",
        (true, None) => "replicating",
        (false, None) => "active",
    };
    json!({
        "DBInstanceArn": automated.source_arn,
        "DBInstanceIdentifier": automated.source_name,
        "DbiResourceId": automated.resource_id,
        "DBInstanceAutomatedBackupsArn": automated.arn,
        "Region": automated.source_region,
        "Status": status,
        "Engine": automated.engine,
        "InstanceCreateTime": epoch(automated.created_at),
        "BackupRetentionPeriod": automated.days,
        "RestoreWindow": { "EarliestTime": epoch(earliest), "LatestTime": epoch(latest.max(earliest)) },
        "KmsKeyId": automated.kms_key,
        "Encrypted": automated.kms_key.is_some(),
        "TagList": tags::shown(automated.tags.as_ref()),
    })
}

fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value.get(member).and_then(Value::as_str).unwrap_or_default()
}

/// `DescribeDBInstanceAutomatedBackups`.
pub(super) fn describe(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let (now, account, region) = (call.now, call.caller.account.clone(), call.caller.region.clone());
    let filters = filters(fields)?;
    let held = &mut call.region().rds;
    held.settle(now);
    let own = held.instances.values().filter_map(|instance| show::automated_of(instance, &region, &account, now));
    let mut all: Vec<Value> = own.chain(held.automated.values().map(|automated| shown(automated, now))).collect();
    if let Some(name) = fields.text("DBInstanceIdentifier")? {
        all.retain(|one| text(one, "DBInstanceIdentifier") == name_of(name));
    }
    for (asked, member) in [("DbiResourceId", "DbiResourceId"), ("DBInstanceAutomatedBackupsArn", "DBInstanceAutomatedBackupsArn")] {
        if let Some(wanted) = fields.text(asked)? {
            all.retain(|one| text(one, member) == wanted);
            if all.is_empty() {
                return Err(fault("DBInstanceAutomatedBackupNotFound", 404, format!("DBInstanceAutomatedBackup {wanted} not found.")));
            }
        }
    }
    for (filter, values) in filters {
        let member = match filter {
            "status" => "Status",
            "db-instance-id" => "DBInstanceIdentifier",
            "dbi-resource-id" => "DbiResourceId",
            other => return Err(invalid(format!("Unrecognized filter name: {other}"))),
        };
        all.retain(|one| values.iter().any(|value| text(one, member) == *value || text(one, "DBInstanceArn") == *value));
    }
    all.sort_by(|one, other| text(one, "DBInstanceAutomatedBackupsArn").cmp(text(other, "DBInstanceAutomatedBackupsArn")));
    let (shown, marker) = page(call, fields, all, |one| text(one, "DBInstanceAutomatedBackupsArn").to_owned())?;
    Ok(json!({ "DBInstanceAutomatedBackups": shown, "Marker": marker }))
}

/// `DeleteDBInstanceAutomatedBackup`: of a deleted instance, or what another region left here.
pub(super) fn delete(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let now = call.now;
    let (id, arn) = (fields.text("DbiResourceId")?, fields.text("DBInstanceAutomatedBackupsArn")?);
    let held = &mut call.region().rds;
    held.settle(now);
    let found = held.automated.values().find(|one| Some(one.resource_id.as_str()) == id || Some(one.arn.as_str()) == arn);
    let missing = || fault("DBInstanceAutomatedBackupNotFound", 404, "DBInstanceAutomatedBackup not found.");
    let found = found.cloned().ok_or_else(missing)?;
    if found.until.is_none() {
        let message = "The automated backup is in use by a replication. Stop the replication first.";
        return Err(fault("InvalidDBInstanceAutomatedBackupState", 400, message));
    }
    held.automated.remove(&found.arn);
    Ok(json!({ "DBInstanceAutomatedBackup": shown(&found, now) }))
}

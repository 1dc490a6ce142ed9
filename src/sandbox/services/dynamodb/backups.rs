//! On-demand backups, and the system backups that a deleted table leaves behind.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::table::{Definition, Item, Table};
use super::{Call, find, resource_not_found, table_name, table_not_found};
use crate::sandbox::clock::later;
use crate::sandbox::services::input::Input;
use crate::sandbox::services::{AwsError, epoch};

/// How long AWS keeps the backup of a deleted table.
const SYSTEM_BACKUP_DAYS: i64 = 35;

/// A backup: the items and the definition of a table at one moment. It outlives the table.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Backup {
    pub(super) arn: String,
    pub(super) name: String,
    pub(super) created_at: Timestamp,
    /// Made by AWS because a table with PITR was deleted; nobody can delete it.
    pub(super) is_system: bool,
    pub(super) expires_at: Option<Timestamp>,
    pub(super) source: Source,
    pub(super) definition: Definition,
    pub(super) items: BTreeMap<String, Item>,
    pub(super) size_bytes: usize,
}

/// The table that a backup was made of.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Source {
    pub(super) name: String,
    pub(super) arn: String,
    pub(super) id: String,
    pub(super) created_at: Timestamp,
    pub(super) ttl_attribute: Option<String>,
}

impl Backup {
    fn of(call: &mut Call<'_>, table: &Table, name: String) -> Self {
        let number = call.state.fresh_number();
        Self {
            arn: format!("{}/backup/{:014}-{number:08x}", table.arn, call.now.as_millisecond()),
            name,
            created_at: call.now,
            is_system: false,
            expires_at: None,
            source: Source {
                name: table.name.clone(),
                arn: table.arn.clone(),
                id: table.id.clone(),
                created_at: table.created_at,
                ttl_attribute: table.ttl_attribute.clone(),
            },
            definition: table.definition.clone(),
            items: table.items.clone(),
            size_bytes: table.size_bytes(),
        }
    }

    /// The backup that AWS makes of a table with PITR as it is deleted.
    pub(super) fn of_deleted(call: &mut Call<'_>, table: &Table) -> Self {
        let backup = Self::of(call, table, format!("{}$DeletedTableBackup", table.name));
        let expires_at = later(backup.created_at, SignedDuration::from_hours(24 * SYSTEM_BACKUP_DAYS));
        Self { is_system: true, expires_at: Some(expires_at), ..backup }
    }

    fn is_there(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|at| now < at)
    }

    fn kind(&self) -> &'static str {
        if self.is_system { "SYSTEM" } else { "USER" }
    }

    fn details(&self, status: &str) -> Value {
        let mut details = json!({
            "BackupArn": self.arn,
            "BackupName": self.name,
            "BackupSizeBytes": self.size_bytes,
            "BackupStatus": status,
            "BackupType": self.kind(),
            "BackupCreationDateTime": epoch(self.created_at),
        });
        if let Some(at) = self.expires_at {
            details["BackupExpiryDateTime"] = epoch(at);
        }
        details
    }

    fn description(&self, status: &str) -> Value {
        let definition = &self.definition;
        let mut features = json!({
            "GlobalSecondaryIndexes": definition.global_indexes,
            "LocalSecondaryIndexes": definition.local_indexes,
            "TimeToLiveDescription": match &self.source.ttl_attribute {
                Some(attribute) => json!({ "TimeToLiveStatus": "ENABLED", "AttributeName": attribute }),
                None => json!({ "TimeToLiveStatus": "DISABLED" }),
            },
        });
        if let Some(stream) = &definition.stream {
            features["StreamDescription"] = json!({ "StreamEnabled": true, "StreamViewType": stream.view_type });
        }
        if let Some(key) = &definition.kms_key_arn {
            features["SSEDescription"] = json!({ "Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": key });
        }
        json!({
            "BackupDetails": self.details(status),
            "SourceTableDetails": {
                "TableName": self.source.name,
                "TableArn": self.source.arn,
                "TableId": self.source.id,
                "TableCreationDateTime": epoch(self.source.created_at),
                "TableSizeBytes": self.size_bytes,
                "ItemCount": self.items.len(),
                "KeySchema": definition.key_schema,
                "BillingMode": if definition.pay_per_request { "PAY_PER_REQUEST" } else { "PROVISIONED" },
                "ProvisionedThroughput": { "ReadCapacityUnits": definition.read_units, "WriteCapacityUnits": definition.write_units },
            },
            "SourceTableFeatureDetails": features,
        })
    }

    fn summary(&self) -> Value {
        let mut summary = self.details("AVAILABLE");
        summary["TableName"] = json!(self.source.name);
        summary["TableArn"] = json!(self.source.arn);
        summary["TableId"] = json!(self.source.id);
        summary
    }
}

/// `CreateBackup`. The answer says CREATING; the backup is there right after.
pub(super) fn create(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let name = table_name(call, Input(input), "TableName", "tableName")?;
    let backup_name = Input(input).required_text("BackupName", "backupName")?.to_owned();
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
    if !backup_name.bytes().all(allowed) {
        let rule = "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+";
        return Err(AwsError::constraint(&format!("'{backup_name}'"), "backupName", rule));
    }
    if !(3..=255).contains(&backup_name.len()) {
        let rule = "Member must have length between 3 and 255";
        return Err(AwsError::constraint(&format!("'{backup_name}'"), "backupName", rule));
    }
    let table = find(call, &name, table_not_found)?.clone();
    match table.status(call.now) {
        "CREATING" | "DELETING" => return Err(table_not_found(&name)),
        status @ ("INACCESSIBLE_ENCRYPTION_CREDENTIALS" | "ARCHIVED" | "ARCHIVING") => {
            return Err(AwsError::service("TableInUseException", format!("Table is in {status}: {name}")));
        }
        _ => {}
    }
    if call.now < table.backups_at {
        let message = format!("Backups are being enabled for the table: {name}. Please retry later");
        return Err(AwsError::service("ContinuousBackupsUnavailableException", message));
    }
    let backup = Backup::of(call, &table, backup_name);
    let answer = json!({ "BackupDetails": backup.details("CREATING") });
    call.region().dynamodb.backups.insert(backup.arn.clone(), backup);
    Ok(answer)
}

/// `DescribeBackup`.
pub(super) fn describe(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let backup = find_backup(call, Input(input).required_text("BackupArn", "backupArn")?)?;
    Ok(json!({ "BackupDescription": backup.description("AVAILABLE") }))
}

/// `DeleteBackup`. System backups cannot be deleted.
pub(super) fn delete(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let backup = find_backup(call, Input(input).required_text("BackupArn", "backupArn")?)?;
    if backup.is_system {
        let expires = backup.expires_at.map(|at| at.to_string()).unwrap_or_default();
        return Err(AwsError::validation(format!(
            "Invalid Request: User is not allowed to delete the system backup with arn {}. It will automatically expire on {expires}",
            backup.arn
        )));
    }
    call.region().dynamodb.backups.remove(&backup.arn);
    Ok(json!({ "BackupDescription": backup.description("DELETED") }))
}

/// A backup of the caller's region.
pub(super) fn find_backup(call: &mut Call<'_>, arn: &str) -> Result<Backup, AwsError> {
    let now = call.now;
    let found = call.region().dynamodb.backups.get(arn).filter(|backup| backup.is_there(now));
    found.cloned().ok_or_else(|| AwsError::service("BackupNotFoundException", format!("Backup not found: {arn}")))
}

/// `ListBackups`: those that users made, unless `BackupType` says otherwise; oldest first, in pages of 100.
pub(super) fn list(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let kind = fields.text("BackupType")?.unwrap_or("USER");
    if !["USER", "SYSTEM", "AWS_BACKUP", "ALL"].contains(&kind) {
        let rule = "Member must satisfy enum value set: [SYSTEM, AWS_BACKUP, USER, ALL]";
        return Err(AwsError::constraint(&format!("'{kind}'"), "backupType", rule));
    }
    let table = match fields.get("TableName") {
        Some(_) => Some(table_name(call, fields, "TableName", "tableName")?),
        None => None,
    };
    let (from, to) = (fields.time("TimeRangeLowerBound")?, fields.time("TimeRangeUpperBound")?);
    let size = call.page(fields.page_limit("Limit", "limit", 100)?, 100);
    let now = call.now;
    let mut backups: Vec<&Backup> = call
        .region()
        .dynamodb
        .backups
        .values()
        .filter(|backup| backup.is_there(now) && (kind == "ALL" || kind == backup.kind()))
        .filter(|backup| table.as_ref().is_none_or(|table| *table == backup.source.name))
        .filter(|backup| from.is_none_or(|from| backup.created_at >= from) && to.is_none_or(|to| backup.created_at < to))
        .collect();
    backups.sort_by_key(|backup| (backup.created_at, &backup.arn));
    if let Some(after) = fields.text("ExclusiveStartBackupArn")? {
        let at = backups.iter().position(|backup| backup.arn == after);
        let at = at.ok_or_else(|| AwsError::validation(format!("Invalid ExclusiveStartBackupArn: {after}")))?;
        backups.drain(..=at);
    }
    let mut answer = json!({ "BackupSummaries": backups.iter().take(size).map(|backup| backup.summary()).collect::<Vec<_>>() });
    if let (true, Some(last)) = (backups.len() > size, backups.get(size.saturating_sub(1))) {
        answer["LastEvaluatedBackupArn"] = json!(last.arn);
    }
    Ok(answer)
}

/// The table behind an ARN or a name given as the source of a restore or an export.
pub(super) fn source_table(call: &Call<'_>, fields: Input<'_>, name: &str, arn: &str) -> Result<Table, AwsError> {
    let member = if fields.get(arn).is_some() { arn } else { name };
    let found = table_name(call, fields, member, "sourceTableName")?;
    let table = find(call, &found, resource_not_found).map_err(|_| table_not_found(&found))?;
    if table.status(call.now) == "CREATING" { Err(table_not_found(&found)) } else { Ok(table.clone()) }
}

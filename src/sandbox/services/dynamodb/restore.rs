//! Restores, always into a new table: PITR, tags, deletion protection, streams, time to live and table class are not brought along.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::backups::{find_backup, source_table};
use super::create::Switch;
use super::table::{Definition, Item, RestoredFrom, Table, table_arn};
use super::{Call, check_name, create, description};
use crate::sandbox::services::AwsError;
use crate::sandbox::services::input::Input;

/// What another service keeps of a table, to restore it from.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct TableContent {
    definition: Definition,
    items: BTreeMap<String, Item>,
}

impl TableContent {
    /// What is in a table now.
    pub(crate) fn of(table: &Table) -> Self {
        Self { definition: table.definition.clone(), items: table.items.clone() }
    }
}

/// Makes a table of what another service kept, which is being created until `ready_at`; gives its ARN, or tells why there is none.
pub(crate) fn restore_kept(
    call: &mut Call<'_>,
    name: &str,
    content: TableContent,
    tags: Option<BTreeMap<String, String>>,
    ready_at: Timestamp,
) -> Result<String, String> {
    check_name(name, "targetTableName").map_err(|error| error.message)?;
    let now = call.now;
    if call.region().dynamodb.table(name, now).is_some() {
        return Err(format!("Table already exists: {name}"));
    }
    let TableContent { mut definition, items } = content;
    (definition.stream, definition.class) = (None, None);
    let mut table = create::blank(call, name, definition);
    (table.items, table.tags) = (items, tags);
    (table.active_at, table.backups_at) = (ready_at, ready_at);
    let arn = table.arn.clone();
    call.region().dynamodb.insert(table);
    Ok(arn)
}

/// `RestoreTableFromBackup`.
pub(super) fn from_backup(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let arn = fields.required_text("BackupArn", "backupArn")?;
    let backup = seen_from(call, fields, Some(arn), |call| find_backup(call, arn))?;
    let origin = RestoredFrom { backup_arn: Some(backup.arn.clone()), table_arn: Some(backup.source.arn.clone()), at: backup.created_at };
    restore(call, fields, backup.definition, backup.items, origin)
}

/// `RestoreTableToPointInTime`: the items as they were then, which needs PITR and a moment within its window.
pub(super) fn to_point_in_time(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    check_name(fields.required_text("TargetTableName", "targetTableName")?, "targetTableName")?;
    let wanted = moment(fields)?;
    let arn = fields.text("SourceTableArn")?;
    let source = seen_from(call, fields, arn, |call| source_table(call, fields, "SourceTableName", "SourceTableArn"))?;
    let Some(pitr) = &source.pitr else {
        return Err(pitr_unavailable(&source));
    };
    let (earliest, latest) = (pitr.earliest(call.now), pitr.latest(call.now));
    let at = wanted.unwrap_or(latest);
    if at < earliest || at > latest {
        return Err(AwsError::service(
            "InvalidRestoreTimeException",
            format!(
                "RestoreDateTime '{at:.0}' must be within EarliestRestorableDateTime '{earliest:.0}' and LatestRestorableDateTime '{latest:.0}'"
            ),
        ));
    }
    let items = source.items_at(at);
    let origin = RestoredFrom { backup_arn: None, table_arn: Some(source.arn.clone()), at };
    restore(call, fields, source.definition, items, origin)
}

/// The moment to restore to; `None` is the latest one.
fn moment(fields: Input<'_>) -> Result<Option<Timestamp>, AwsError> {
    match (fields.flag("UseLatestRestorableTime")?.unwrap_or(false), fields.time("RestoreDateTime")?) {
        (true, None) => Ok(None),
        (false, Some(at)) => Ok(Some(at)),
        (true, Some(_)) => Err(AwsError::validation(
            "Invalid Request: Both RestoreDateTime and UseLatestRestorableTime cannot be set for point-in-time restore request.",
        )),
        (false, None) => Err(AwsError::validation(
            "Invalid Request: Either one of RestoreDateTime or UseLatestRestorableTime must be specified, but not both",
        )),
    }
}

/// Looks for the source of a restore in the region of its ARN. Restoring into another region needs an encryption that is valid there.
fn seen_from<T>(
    call: &mut Call<'_>,
    fields: Input<'_>,
    arn: Option<&str>,
    look: impl FnOnce(&mut Call<'_>) -> Result<T, AwsError>,
) -> Result<T, AwsError> {
    let mut parts = arn.unwrap_or_default().split(':').skip(3);
    let (region, account) = (parts.next().unwrap_or_default(), parts.next());
    if region == call.caller.region || account != Some(call.caller.account.as_str()) {
        return look(call);
    }
    if fields.get("SSESpecificationOverride").is_none() {
        return Err(AwsError::validation(
            "One or more parameter values were invalid: SSESpecificationOverride must be specified to restore into another region",
        ));
    }
    let home = std::mem::replace(&mut call.caller.region, region.to_owned());
    let found = look(call);
    call.caller.region = home;
    found
}

/// What a restore or an export says of a table without PITR.
pub(super) fn pitr_unavailable(table: &Table) -> AwsError {
    let message = format!("Point in time recovery is not enabled for table '{}'", table.name);
    AwsError::service("PointInTimeRecoveryUnavailableException", message)
}

fn restore(
    call: &mut Call<'_>,
    fields: Input<'_>,
    definition: Definition,
    items: BTreeMap<String, Item>,
    origin: RestoredFrom,
) -> Result<Value, AwsError> {
    let target = fields.required_text("TargetTableName", "targetTableName")?;
    check_name(target, "targetTableName")?;
    let now = call.now;
    if let Some(table) = call.region().dynamodb.table(target, now) {
        if let (Some(origin), "CREATING") = (&table.restored_from, table.status(now)) {
            let source = origin.backup_arn.as_ref().or(origin.table_arn.as_ref()).cloned().unwrap_or_default();
            let message = format!("Table: {target} is already being restored from backup: {source}");
            return Err(AwsError::service("TableInUseException", message));
        }
        return Err(AwsError::service("TableAlreadyExistsException", format!("Table already exists: {target}")));
    }
    let definition = overridden(call, fields, definition)?;
    let mut table = create::blank(call, target, definition);
    table.arn = table_arn(&call.caller.account, &call.caller.region, target);
    table.items = items;
    table.restored_from = Some(origin);
    let answer = description::table(call, &table);
    call.region().dynamodb.insert(table);
    Ok(json!({ "TableDescription": answer }))
}

/// The definition that the new table gets: what is never restored is dropped, and what the request overrides is changed.
fn overridden(call: &Call<'_>, fields: Input<'_>, mut definition: Definition) -> Result<Definition, AwsError> {
    definition.stream = None;
    definition.class = None;
    match fields.text("BillingModeOverride")? {
        Some("PAY_PER_REQUEST") => {
            definition.pay_per_request = true;
            (definition.read_units, definition.write_units) = (0, 0);
        }
        Some("PROVISIONED") => {
            let units = json!({ "ProvisionedThroughput": fields.get("ProvisionedThroughputOverride") });
            (definition.read_units, definition.write_units) = create::throughput(Input(&units), false)?;
            definition.pay_per_request = false;
        }
        _ => {}
    }
    subset(&mut definition.global_indexes, fields, "GlobalSecondaryIndexOverride")?;
    subset(&mut definition.local_indexes, fields, "LocalSecondaryIndexOverride")?;
    let encryption = json!({ "SSESpecification": fields.get("SSESpecificationOverride") });
    match create::encryption(call, Input(&encryption))? {
        Switch::On(key) => definition.kms_key_arn = Some(key),
        Switch::Off => definition.kms_key_arn = None,
        Switch::Unsaid => {}
    }
    Ok(definition)
}

/// Indexes can be left out of a restore, not added.
fn subset(indexes: &mut Vec<Value>, fields: Input<'_>, member: &str) -> Result<(), AwsError> {
    if fields.get(member).is_none() {
        return Ok(());
    }
    let wanted = fields.list(member)?;
    let name = |index: &Value| index.get("IndexName").and_then(Value::as_str).map(str::to_owned);
    if let Some(unknown) = wanted.iter().find(|index| !indexes.iter().any(|known| name(known) == name(index))) {
        let message =
            format!("One or more parameter values were invalid: index {} is not part of the source", name(unknown).unwrap_or_default());
        return Err(AwsError::validation(message));
    }
    indexes.retain(|known| wanted.iter().any(|index| name(index) == name(known)));
    Ok(())
}

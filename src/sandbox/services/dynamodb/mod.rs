//! DynamoDB: tables, point-in-time recovery (PITR), backups, restores, exports, and just enough of items to see that they are right.
//!
//! PITR and backup operations say `TableNotFoundException` where all others say `ResourceNotFoundException`, as AWS does.

mod backups;
mod continuous_backups;
mod create;
mod description;
mod exports;
mod indexes;
mod items;
mod replicas;
mod restore;
mod table;
mod tables;
mod tags;
mod update;

use serde_json::Value;

use super::input::Input;
use super::{AwsError, Call, Operation, Protocol, Service};
use crate::sandbox::state::Caller;

pub(crate) use create::table_id;
pub(crate) use items::key_of;
pub(crate) use restore::{TableContent, restore_kept};
pub(crate) use table::{Definition, Item, Pitr, Stream, Table, Tables, days_before, table_arn};
pub(crate) use tags::{ever_tagged, tag, untag};

/// Amazon DynamoDB, 2012-08-10.
pub(crate) static SERVICE: Service = Service {
    iam_prefix: "dynamodb",
    signing_name: "dynamodb",
    protocols: &[Protocol::AwsJson { version: "1.0", target: "DynamoDB_20120810", namespace: "com.amazonaws.dynamodb.v20120810" }],
    throttle_code: "ThrottlingException",
    operations: &[
        Operation::write("BatchWriteItem", items::batch_write),
        Operation::write("CreateBackup", backups::create),
        Operation::write("CreateTable", create::create),
        Operation::write("DeleteBackup", backups::delete),
        Operation::write("DeleteItem", items::delete),
        Operation::write("DeleteTable", tables::delete),
        Operation::read("DescribeBackup", backups::describe),
        Operation::read("DescribeContinuousBackups", continuous_backups::describe),
        Operation::read("DescribeExport", exports::describe),
        Operation::read("DescribeLimits", tables::limits),
        Operation::read("DescribeTable", tables::describe),
        Operation::read("DescribeTimeToLive", tags::describe_ttl),
        Operation::write("ExportTableToPointInTime", exports::export),
        Operation::read("GetItem", items::get),
        Operation::read("ListBackups", backups::list),
        Operation::read("ListExports", exports::list),
        Operation::read("ListTables", tables::list),
        Operation::read("ListTagsOfResource", tags::list),
        Operation::write("PutItem", items::put),
        Operation::write("RestoreTableFromBackup", restore::from_backup),
        Operation::write("RestoreTableToPointInTime", restore::to_point_in_time),
        Operation::read("Scan", items::scan),
        Operation::write("TagResource", tags::tag),
        Operation::write("UntagResource", tags::untag),
        Operation::write("UpdateContinuousBackups", continuous_backups::update),
        Operation::write("UpdateItem", items::update),
        Operation::write("UpdateTable", update::update),
        Operation::write("UpdateTimeToLive", tags::update_ttl),
    ],
    resources,
};

/// Members that name a table or something inside one.
const RESOURCE_MEMBERS: &[&str] =
    &["TableName", "TableArn", "ResourceArn", "BackupArn", "ExportArn", "SourceTableName", "SourceTableArn", "TargetTableName"];

fn resources(caller: &Caller, input: &Value) -> Vec<String> {
    let named = RESOURCE_MEMBERS.iter().filter_map(|member| input.get(member)?.as_str());
    let batched = input.get("RequestItems").and_then(Value::as_object).into_iter().flatten().map(|(name, _)| name.as_str());
    named
        .chain(batched)
        .map(|name| if name.starts_with("arn:") { name.to_owned() } else { table_arn(&caller.account, &caller.region, name) })
        .collect()
}

/// Reads a member that is a table's name or ARN, and returns the name.
fn table_name(call: &Call<'_>, input: Input<'_>, member: &str, path: &str) -> Result<String, AwsError> {
    let given = input.required_text(member, path)?;
    let prefix = table_arn(&call.caller.account, &call.caller.region, "");
    let name = match given.strip_prefix(&prefix) {
        Some(name) => name,
        None if given.starts_with("arn:") => return Err(foreign(call, given)),
        None => given,
    };
    check_name(name, path)?;
    Ok(name.to_owned())
}

/// AWS's answer to the ARN of another account or region: it never looks there.
fn foreign(call: &Call<'_>, arn: &str) -> AwsError {
    let same_account = arn.split(':').nth(4) == Some(call.caller.account.as_str());
    if same_account {
        AwsError::validation(format!("Region in the ARN does not match the request's region: {arn}"))
    } else {
        AwsError::front_door("AccessDeniedException", format!("User: {} is not authorized to access resource: {arn}", call.caller.arn))
    }
}

/// Checks the characters and the length of a table's name.
fn check_name(name: &str, path: &str) -> Result<(), AwsError> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
    if !name.bytes().all(allowed) {
        return Err(AwsError::constraint(&format!("'{name}'"), path, "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"));
    }
    if !(3..=255).contains(&name.len()) {
        return Err(AwsError::validation("TableName must be at least 3 characters long and at most 255 characters long"));
    }
    Ok(())
}

/// A table of the caller's region that is there; `missing` makes the error for one that is not.
fn find<'a>(call: &'a Call<'_>, name: &str, missing: fn(&str) -> AwsError) -> Result<&'a Table, AwsError> {
    let region = call.state.region(&call.caller.account, &call.caller.region);
    region.and_then(|region| region.dynamodb.table(name, call.now)).ok_or_else(|| missing(name))
}

/// The same, to change.
fn find_mut<'a>(call: &'a mut Call<'_>, name: &str, missing: fn(&str) -> AwsError) -> Result<&'a mut Table, AwsError> {
    let now = call.now;
    call.region().dynamodb.table_mut(name, now).ok_or_else(|| missing(name))
}

/// What table operations say of a table that is not there.
fn resource_not_found(name: &str) -> AwsError {
    AwsError::service("ResourceNotFoundException", format!("Requested resource not found: Table: {name} not found"))
}

/// What item operations say of it.
fn item_table_not_found(_: &str) -> AwsError {
    AwsError::service("ResourceNotFoundException", "Requested resource not found")
}

/// What PITR and backup operations say of it.
fn table_not_found(name: &str) -> AwsError {
    AwsError::service("TableNotFoundException", format!("Table not found: {name}"))
}

/// Refuses a restore's target that is still being created: only `DescribeTable` knows it.
fn require_restored(table: &Table, call_now: jiff::Timestamp) -> Result<(), AwsError> {
    let restoring = table.restored_from.is_some() && table.status(call_now) == "CREATING";
    if restoring { Err(resource_not_found(&table.name)) } else { Ok(()) }
}

/// Refuses a change to a table that is on its way from one state to another.
fn require_settled(table: &Table, call_now: jiff::Timestamp) -> Result<(), AwsError> {
    let doing = match table.status(call_now) {
        "CREATING" => "created",
        "DELETING" => "deleted",
        "UPDATING" => "updated",
        _ => return Ok(()),
    };
    let message = format!("Attempt to change a resource which is still in use: Table is being {doing}: {}", table.name);
    Err(AwsError::service("ResourceInUseException", message))
}

/// Refuses what needs the data of a table whose key cannot be used.
fn require_readable(table: &Table, call_now: jiff::Timestamp) -> Result<(), AwsError> {
    match table.status(call_now) {
        status @ ("INACCESSIBLE_ENCRYPTION_CREDENTIALS" | "ARCHIVED" | "ARCHIVING") => {
            let message = format!("Attempt to change a resource which is still in use: Table is in {status}: {}", table.name);
            Err(AwsError::service("ResourceInUseException", message))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;

//! `UpdateTable`.

use serde_json::{Value, json};

use super::create::Switch;
use super::table::Table;
use super::{Call, create, description, find, indexes, replicas, require_restored, require_settled, resource_not_found, table_name};
use crate::sandbox::services::AwsError;
use crate::sandbox::services::input::Input;

/// Members of `UpdateTable` that change something.
const CHANGES: &[&str] = &[
    "BillingMode",
    "DeletionProtectionEnabled",
    "GlobalSecondaryIndexUpdates",
    "OnDemandThroughput",
    "ProvisionedThroughput",
    "ReplicaUpdates",
    "SSESpecification",
    "StreamSpecification",
    "TableClass",
];

/// `UpdateTable`. The table is UPDATING for a while, and refuses another update meanwhile.
pub(super) fn update(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let name = table_name(call, fields, "TableName", "tableName")?;
    if !CHANGES.iter().any(|member| fields.get(member).is_some()) {
        return Err(AwsError::validation(
            "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates, SSESpecification, ReplicaUpdates, DeletionProtectionEnabled, OnDemandThroughput, TableClass is required",
        ));
    }
    let mut table = find(call, &name, resource_not_found)?.clone();
    require_restored(&table, call.now)?;
    require_settled(&table, call.now)?;
    change(call, &mut table, fields)?;
    replicas::apply(call, &mut table, fields.list("ReplicaUpdates")?)?;
    // Deletion protection alone leaves the table ACTIVE.
    if CHANGES.iter().any(|member| *member != "DeletionProtectionEnabled" && fields.get(member).is_some()) {
        table.busy_until = Some(call.settles_at());
    }
    replicas::share_settings(call, &table);
    let answer = description::table(call, &table);
    call.region().dynamodb.insert(table);
    Ok(json!({ "TableDescription": answer }))
}

fn change(call: &Call<'_>, table: &mut Table, fields: Input<'_>) -> Result<(), AwsError> {
    if let Some(protected) = fields.flag("DeletionProtectionEnabled")? {
        table.deletion_protection = protected;
    }
    let definition = &mut table.definition;
    if let Some(pay_per_request) = create::billing(fields)? {
        (definition.read_units, definition.write_units) = create::throughput(fields, pay_per_request)?;
        definition.pay_per_request = pay_per_request;
    } else if fields.get("ProvisionedThroughput").is_some() {
        (definition.read_units, definition.write_units) = create::throughput(fields, definition.pay_per_request)?;
    }
    if let Some(attributes) = fields.get("AttributeDefinitions") {
        definition.attributes = attributes.clone();
    }
    indexes::apply(definition, fields.list("GlobalSecondaryIndexUpdates")?)?;
    match (create::stream(call, fields)?, definition.stream.is_some()) {
        (Switch::On(_), true) => return Err(AwsError::validation("Table already has an enabled stream")),
        (Switch::Off, false) => return Err(AwsError::validation("Table is already without a stream")),
        (Switch::On(stream), false) => definition.stream = Some(stream),
        (Switch::Off, true) => definition.stream = None,
        (Switch::Unsaid, _) => {}
    }
    match create::encryption(call, fields)? {
        Switch::On(key) => definition.kms_key_arn = Some(key),
        Switch::Off => definition.kms_key_arn = None,
        Switch::Unsaid => {}
    }
    if let Some(class) = fields.text("TableClass")? {
        definition.class = Some(class.to_owned());
    }
    if let Some(limits) = fields.get("OnDemandThroughput") {
        definition.on_demand = Some(limits.clone());
    }
    Ok(())
}

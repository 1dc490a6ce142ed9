//! `CreateTable`.

use serde_json::{Value, json};

use super::description;
use super::indexes;
use super::table::{Definition, Stream, Table, key_names, table_arn};
use super::tags;
use super::{Call, table_name};
use crate::sandbox::clock::later;
use crate::sandbox::services::AwsError;
use crate::sandbox::services::input::Input;

/// `CreateTable`.
pub(super) fn create(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let name = table_name(call, fields, "TableName", "tableName")?;
    let definition = definition(call, fields)?;
    let tags = tags::read(fields)?;
    let deletion_protection = fields.flag("DeletionProtectionEnabled")?.unwrap_or(false);
    let now = call.now;
    if let Some(table) = call.region().dynamodb.table(&name, now) {
        if table.restored_from.is_some() && table.status(now) == "CREATING" {
            return Err(AwsError::service("ResourceInUseException", format!("Table is being used: {name}")));
        }
        return Err(AwsError::service("ResourceInUseException", format!("Table already exists: {name}")));
    }
    let mut table = blank(call, &name, definition);
    table.deletion_protection = deletion_protection;
    table.tags = (!tags.is_empty()).then_some(tags);
    let answer = description::table(call, &table);
    call.region().dynamodb.insert(table);
    Ok(json!({ "TableDescription": answer }))
}

/// A table with nothing but its definition, which is now being created.
pub(super) fn blank(call: &mut Call<'_>, name: &str, definition: Definition) -> Table {
    let region = call.caller.region.clone();
    blank_in(call, &region, name, definition)
}

/// The same in another region.
pub(super) fn blank_in(call: &mut Call<'_>, region: &str, name: &str, definition: Definition) -> Table {
    let active_at = call.settles_at();
    let times = (call.now, active_at, later(active_at, call.lag));
    let id = table_id(call.state.fresh_number());
    Table::new(table_arn(&call.caller.account, region, name), name.to_owned(), id, definition, times)
}

/// `TableId`, which tells a table from its successor of the same name.
pub(crate) fn table_id(number: u64) -> String {
    format!("7ab1e000-5a4d-4b0a-8000-{number:012x}")
}

/// Reads and checks what defines a table.
fn definition(call: &Call<'_>, fields: Input<'_>) -> Result<Definition, AwsError> {
    let attributes = fields.get("AttributeDefinitions").ok_or_else(|| AwsError::required("attributeDefinitions"))?;
    let key_schema = fields.get("KeySchema").ok_or_else(|| AwsError::required("keySchema"))?;
    indexes::check_schema(key_schema)?;
    let global_indexes = indexes::read(fields, "GlobalSecondaryIndexes")?;
    let local_indexes = indexes::read(fields, "LocalSecondaryIndexes")?;
    check_attributes(attributes, key_schema, global_indexes.iter().chain(&local_indexes))?;
    let pay_per_request = billing(fields)?.unwrap_or(false);
    let (read_units, write_units) = throughput(fields, pay_per_request)?;
    Ok(Definition {
        attributes: attributes.clone(),
        key_schema: key_schema.clone(),
        pay_per_request,
        read_units,
        write_units,
        global_indexes,
        local_indexes,
        stream: stream(call, fields)?.on(),
        kms_key_arn: encryption(call, fields)?.on(),
        class: fields.text("TableClass")?.map(str::to_owned),
        on_demand: fields.get("OnDemandThroughput").cloned(),
    })
}

/// `BillingMode`: whether the table is billed by request.
pub(super) fn billing(fields: Input<'_>) -> Result<Option<bool>, AwsError> {
    match fields.text("BillingMode")? {
        None => Ok(None),
        Some("PAY_PER_REQUEST") => Ok(Some(true)),
        Some("PROVISIONED") => Ok(Some(false)),
        Some(other) => Err(AwsError::constraint(
            &format!("'{other}'"),
            "billingMode",
            "Member must satisfy enum value set: [PROVISIONED, PAY_PER_REQUEST]",
        )),
    }
}

/// Read and write units, which must be there exactly when the table is provisioned.
pub(super) fn throughput(fields: Input<'_>, pay_per_request: bool) -> Result<(i64, i64), AwsError> {
    let Some(units) = fields.structure("ProvisionedThroughput")? else {
        return if pay_per_request { Ok((0, 0)) } else { Err(AwsError::validation("No provisioned throughput specified for the table")) };
    };
    let read = units.integer("ReadCapacityUnits")?.ok_or_else(|| AwsError::required("provisionedThroughput.readCapacityUnits"))?;
    let write = units.integer("WriteCapacityUnits")?.ok_or_else(|| AwsError::required("provisionedThroughput.writeCapacityUnits"))?;
    if pay_per_request {
        return if (read, write) == (0, 0) {
            Ok((0, 0))
        } else {
            Err(AwsError::validation(
                "One or more parameter values were invalid: Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST",
            ))
        };
    }
    for (value, member) in [(read, "readCapacityUnits"), (write, "writeCapacityUnits")] {
        if value < 1 {
            let path = format!("provisionedThroughput.{member}");
            return Err(AwsError::constraint(&format!("'{value}'"), &path, "Member must have value greater than or equal to 1"));
        }
    }
    Ok((read, write))
}

/// What a request says of something that can be on or off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Switch<T> {
    /// Nothing.
    Unsaid,
    Off,
    On(T),
}

impl<T> Switch<T> {
    fn on(self) -> Option<T> {
        match self {
            Self::On(setting) => Some(setting),
            Self::Unsaid | Self::Off => None,
        }
    }
}

/// `StreamSpecification`.
pub(super) fn stream(call: &Call<'_>, fields: Input<'_>) -> Result<Switch<Stream>, AwsError> {
    let Some(specification) = fields.structure("StreamSpecification")? else {
        return Ok(Switch::Unsaid);
    };
    let view_type = specification.text("StreamViewType")?;
    match (specification.flag("StreamEnabled")?, view_type) {
        (None, _) => Err(AwsError::required("streamSpecification.streamEnabled")),
        (Some(false), None) => Ok(Switch::Off),
        (Some(false), Some(_)) => Err(AwsError::validation(
            "One or more parameter values were invalid: StreamViewType cannot be specified when StreamEnabled is set to false",
        )),
        (Some(true), None) => Err(AwsError::validation(
            "One or more parameter values were invalid: StreamViewType must be specified when StreamEnabled is set to true",
        )),
        (Some(true), Some(view_type)) => {
            let label = call.now.strftime("%Y-%m-%dT%H:%M:%S%.3f").to_string();
            Ok(Switch::On(Stream { view_type: view_type.to_owned(), label }))
        }
    }
}

/// `SSESpecification`: off is AWS's own key, on is a key of KMS.
pub(super) fn encryption(call: &Call<'_>, fields: Input<'_>) -> Result<Switch<String>, AwsError> {
    let Some(specification) = fields.structure("SSESpecification")? else {
        return Ok(Switch::Unsaid);
    };
    let (account, region) = (&call.caller.account, &call.caller.region);
    let key = specification.text("KMSMasterKeyId")?;
    if specification.flag("Enabled")? != Some(true) {
        return Ok(Switch::Off);
    }
    Ok(Switch::On(match key {
        Some(key) if key.starts_with("arn:") => key.to_owned(),
        Some(key) => format!("arn:aws:kms:{region}:{account}:key/{key}"),
        None => format!("arn:aws:kms:{region}:{account}:key/aws-dynamodb"),
    }))
}

/// Every key attribute must be defined, and every defined attribute must be a key of the table or of an index.
fn check_attributes<'a>(attributes: &Value, key_schema: &Value, indexes: impl Iterator<Item = &'a Value>) -> Result<(), AwsError> {
    let defined = key_names(attributes);
    let mut used = key_names(key_schema);
    let list = |names: &[&str]| names.join(", ");
    if used.iter().any(|name| !defined.contains(name)) {
        return Err(AwsError::validation(format!(
            "One or more parameter values were invalid: Some index key attributes are not defined in AttributeDefinitions. Keys: [{}], AttributeDefinitions: [{}]",
            list(&used),
            list(&defined)
        )));
    }
    for index in indexes {
        let keys = index.get("KeySchema").map(key_names).unwrap_or_default();
        if keys.iter().any(|name| !defined.contains(name)) {
            return Err(AwsError::validation(format!(
                "One or more parameter values were invalid: Some index key attributes are not defined in AttributeDefinitions. Keys: [{}], AttributeDefinitions: [{}]",
                list(&keys),
                list(&defined)
            )));
        }
        used.extend(keys);
    }
    if defined.iter().any(|name| !used.contains(name)) {
        return Err(AwsError::validation(format!(
            "One or more parameter values were invalid: Some AttributeDefinitions are not used. AttributeDefinitions: [{}], keys used: [{}]",
            list(&defined),
            list(&used)
        )));
    }
    let types = attributes.as_array().into_iter().flatten().map(|attribute| attribute.get("AttributeType").and_then(Value::as_str));
    for found in types {
        if !matches!(found, Some("S" | "N" | "B")) {
            let value = found.map_or("null".to_owned(), |found| format!("'{found}'"));
            return Err(AwsError::constraint(
                &value,
                "attributeDefinitions.1.member.attributeType",
                "Member must satisfy enum value set: [B, N, S]",
            ));
        }
    }
    Ok(())
}

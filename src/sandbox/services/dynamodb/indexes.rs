//! Secondary indexes: kept and shown, not used.

use serde_json::{Value, json};

use super::table::{Definition, key_names};
use crate::sandbox::services::AwsError;
use crate::sandbox::services::input::Input;

/// Reads a list of index definitions.
pub(super) fn read(fields: Input<'_>, member: &str) -> Result<Vec<Value>, AwsError> {
    let indexes = fields.list(member)?;
    for index in indexes {
        Input(index).required_text("IndexName", "indexName")?;
        check_schema(Input(index).get("KeySchema").ok_or_else(|| AwsError::required("keySchema"))?)?;
    }
    Ok(indexes.to_vec())
}

/// A key schema is a partition key, and perhaps a sort key after it.
pub(super) fn check_schema(schema: &Value) -> Result<(), AwsError> {
    let elements = schema.as_array().map(Vec::as_slice).unwrap_or_default();
    let kind = |at: usize| elements.get(at).and_then(|element| element.get("KeyType")).and_then(Value::as_str);
    if elements.is_empty() || elements.len() > 2 || key_names(schema).len() != elements.len() {
        return Err(AwsError::validation(
            "1 validation error detected: Value at 'keySchema' failed to satisfy constraint: Member must have length less than or equal to 2",
        ));
    }
    if kind(0) != Some("HASH") {
        return Err(AwsError::validation("Invalid KeySchema: The first KeySchemaElement is not a HASH key type"));
    }
    if elements.len() == 2 && kind(1) != Some("RANGE") {
        return Err(AwsError::validation("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type"));
    }
    Ok(())
}

/// Applies `GlobalSecondaryIndexUpdates`.
pub(super) fn apply(definition: &mut Definition, updates: &[Value]) -> Result<(), AwsError> {
    for update in updates {
        let update = Input(update);
        if let Some(create) = update.structure("Create")? {
            let name = create.required_text("IndexName", "indexName")?;
            check_schema(create.get("KeySchema").ok_or_else(|| AwsError::required("keySchema"))?)?;
            if position(definition, name).is_some() {
                return Err(AwsError::validation(format!(
                    "One or more parameter values were invalid: Index with the name {name} already exists"
                )));
            }
            definition.global_indexes.push(create.0.clone());
        } else if let Some(delete) = update.structure("Delete")? {
            let name = delete.required_text("IndexName", "indexName")?;
            let at = position(definition, name).ok_or_else(|| missing(name))?;
            definition.global_indexes.remove(at);
        } else if let Some(change) = update.structure("Update")? {
            let name = change.required_text("IndexName", "indexName")?;
            let at = position(definition, name).ok_or_else(|| missing(name))?;
            if let (Some(units), Some(index)) = (change.get("ProvisionedThroughput"), definition.global_indexes.get_mut(at)) {
                index["ProvisionedThroughput"] = json!(units);
            }
        }
    }
    Ok(())
}

fn position(definition: &Definition, name: &str) -> Option<usize> {
    definition.global_indexes.iter().position(|index| index.get("IndexName").and_then(Value::as_str) == Some(name))
}

fn missing(name: &str) -> AwsError {
    AwsError::service("ResourceNotFoundException", format!("Requested resource not found: Index: {name} not found"))
}

//! Items: enough to write, read back, and see after a restore. Conditions, filters and projections are refused, not ignored.

use serde_json::{Value, json};

use super::replicas::write_item;
use super::table::{Definition, Item, Table, key_names};
use super::{Call, find, item_table_not_found, table_name};
use crate::sandbox::services::AwsError;
use crate::sandbox::services::input::Input;

/// Members that would change what an item operation does, and that the sandbox does not have.
const UNSUPPORTED: &[&str] = &[
    "AttributesToGet",
    "AttributeUpdates",
    "ConditionExpression",
    "ConditionalOperator",
    "Expected",
    "FilterExpression",
    "IndexName",
    "ProjectionExpression",
    "ScanFilter",
    "Segment",
    "TotalSegments",
];

/// `PutItem`.
pub(super) fn put(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    refuse_unsupported(fields)?;
    let name = table_name(call, fields, "TableName", "tableName")?;
    let item = fields.object("Item")?.ok_or_else(|| AwsError::required("item"))?;
    let key = key_of(&writable(call, &name)?.definition, item, false)?;
    let before = write_item(call, &name, &key, Some(item));
    returned(fields, before)
}

/// `GetItem`.
pub(super) fn get(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    refuse_unsupported(fields)?;
    let name = table_name(call, fields, "TableName", "tableName")?;
    let key = fields.object("Key")?.ok_or_else(|| AwsError::required("key"))?;
    let table = writable(call, &name)?;
    let found = table.items.get(&key_of(&table.definition, key, true)?);
    Ok(found.map_or_else(|| json!({}), |item| json!({ "Item": item })))
}

/// `DeleteItem`. Deleting what is not there succeeds.
pub(super) fn delete(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    refuse_unsupported(fields)?;
    let name = table_name(call, fields, "TableName", "tableName")?;
    let key = fields.object("Key")?.ok_or_else(|| AwsError::required("key"))?;
    let key = key_of(&writable(call, &name)?.definition, key, true)?;
    let before = write_item(call, &name, &key, None);
    returned(fields, before)
}

/// `UpdateItem` with `SET name = :value, …` and `REMOVE name, …`.
pub(super) fn update(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    refuse_unsupported(fields)?;
    let name = table_name(call, fields, "TableName", "tableName")?;
    let key_fields = fields.object("Key")?.ok_or_else(|| AwsError::required("key"))?;
    let table = writable(call, &name)?;
    let key = key_of(&table.definition, key_fields, true)?;
    let before = table.items.get(&key).cloned();
    let mut item = before.clone().unwrap_or_else(|| key_fields.clone());
    for step in steps(fields)? {
        match step {
            Step::Set(attribute, value) => item.insert(attribute, value),
            Step::Remove(attribute) => item.remove(&attribute),
        };
    }
    if key_of(&table.definition, &item, false)? != key {
        return Err(AwsError::validation(
            "One or more parameter values were invalid: Cannot update attribute. This attribute is part of the key",
        ));
    }
    write_item(call, &name, &key, Some(&item));
    match fields.text("ReturnValues")? {
        None | Some("NONE") => Ok(json!({})),
        Some("ALL_OLD") => Ok(before.map_or_else(|| json!({}), |item| json!({ "Attributes": item }))),
        Some("ALL_NEW") => Ok(json!({ "Attributes": item })),
        Some(other) => Err(unsupported(&format!("ReturnValues {other}"))),
    }
}

/// `Scan`, in the order of the keys.
pub(super) fn scan(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    refuse_unsupported(fields)?;
    let name = table_name(call, fields, "TableName", "tableName")?;
    let table = writable(call, &name)?;
    let after = fields.object("ExclusiveStartKey")?.map(|key| key_of(&table.definition, key, true)).transpose()?.unwrap_or_default();
    // AWS's own limit is 1 MB; so many items is near it for small ones.
    let size = call.page(fields.page_limit("Limit", "limit", usize::MAX)?, 5000);
    let rest: Vec<&Item> = table.items.iter().filter(|(key, _)| **key > after).map(|(_, item)| item).collect();
    let page: Vec<&Item> = rest.iter().take(size).copied().collect();
    let mut answer = json!({ "Count": page.len(), "ScannedCount": page.len() });
    match fields.text("Select")? {
        Some("COUNT") => {}
        None | Some("ALL_ATTRIBUTES") => answer["Items"] = json!(page),
        Some(other) => return Err(unsupported(&format!("Select {other}"))),
    }
    if let (true, Some(last)) = (rest.len() > size, page.last()) {
        let names = table.key_names();
        let key: Item =
            last.iter().filter(|(name, _)| names.contains(&name.as_str())).map(|(name, value)| (name.clone(), value.clone())).collect();
        answer["LastEvaluatedKey"] = json!(key);
    }
    Ok(answer)
}

/// `BatchWriteItem`: up to 25 puts and deletes.
pub(super) fn batch_write(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let requests = Input(input).object("RequestItems")?.ok_or_else(|| AwsError::required("requestItems"))?;
    let mut writes: Vec<(String, String, Option<Item>)> = Vec::new();
    for (named, entries) in requests {
        let given = json!({ "TableName": named });
        let name = table_name(call, Input(&given), "TableName", "tableName")?;
        let table = writable(call, &name)?;
        for entry in entries.as_array().into_iter().flatten() {
            let write = if let Some(put) = Input(entry).structure("PutRequest")? {
                let item = put.object("Item")?.ok_or_else(|| AwsError::required("item"))?;
                (name.clone(), key_of(&table.definition, item, false)?, Some(item.clone()))
            } else if let Some(delete) = Input(entry).structure("DeleteRequest")? {
                let key = delete.object("Key")?.ok_or_else(|| AwsError::required("key"))?;
                (name.clone(), key_of(&table.definition, key, true)?, None)
            } else {
                return Err(AwsError::validation("Supplied AttributeValue has no request: a write is a PutRequest or a DeleteRequest"));
            };
            if writes.iter().any(|(table, key, _)| *table == write.0 && *key == write.1) {
                return Err(AwsError::validation("Provided list of item keys contains duplicates"));
            }
            writes.push(write);
        }
    }
    if writes.is_empty() || writes.len() > 25 {
        return Err(AwsError::validation("Too many items requested for the BatchWriteItem call"));
    }
    for (name, key, item) in writes {
        write_item(call, &name, &key, item.as_ref());
    }
    Ok(json!({ "UnprocessedItems": {} }))
}

/// A table that takes item operations: not one that is still being created.
fn writable<'a>(call: &'a Call<'_>, name: &str) -> Result<&'a Table, AwsError> {
    let table = find(call, name, item_table_not_found)?;
    if matches!(table.status(call.now), "CREATING" | "DELETING") { Err(item_table_not_found(name)) } else { Ok(table) }
}

/// The canonical text of an item's key. `exact` refuses anything beside the key.
pub(crate) fn key_of(definition: &Definition, item: &Item, exact: bool) -> Result<String, AwsError> {
    let names = key_names(&definition.key_schema);
    if exact && item.len() != names.len() {
        return Err(AwsError::validation("The provided key element does not match the schema"));
    }
    let attributes = definition.attributes.as_array();
    let mut parts = Vec::new();
    for name in names {
        let kind = attributes
            .into_iter()
            .flatten()
            .find(|attribute| attribute.get("AttributeName").and_then(Value::as_str) == Some(name))
            .and_then(|attribute| attribute.get("AttributeType")?.as_str());
        let Some(value) = item.get(name) else {
            let message = if exact {
                "The provided key element does not match the schema".to_owned()
            } else {
                format!("One or more parameter values were invalid: Missing the key {name} in the item")
            };
            return Err(AwsError::validation(message));
        };
        let text = kind.and_then(|kind| value.get(kind)?.as_str()).filter(|text| !text.is_empty()).ok_or_else(|| {
            let (wanted, found) = (kind.unwrap_or("S"), value.as_object().and_then(|value| value.keys().next()).map_or("", String::as_str));
            AwsError::validation(format!(
                "One or more parameter values were invalid: Type mismatch for key {name} expected: {wanted} actual: {found}"
            ))
        })?;
        parts.push(text);
    }
    Ok(json!(parts).to_string())
}

enum Step {
    Set(String, Value),
    Remove(String),
}

/// Reads an update expression of the two simple forms.
fn steps(fields: Input<'_>) -> Result<Vec<Step>, AwsError> {
    let Some(expression) = fields.text("UpdateExpression")? else {
        return Ok(Vec::new());
    };
    let mut clauses: Vec<(&str, String)> = Vec::new();
    for word in expression.split_whitespace() {
        match (word.to_ascii_uppercase().as_str(), clauses.last_mut()) {
            ("SET", _) => clauses.push(("SET", String::new())),
            ("REMOVE", _) => clauses.push(("REMOVE", String::new())),
            (_, Some((_, body))) => body.push_str(word),
            (_, None) => return Err(unsupported("UpdateExpression other than SET and REMOVE")),
        }
    }
    let mut steps = Vec::new();
    for (kind, body) in &clauses {
        for part in body.split(',') {
            steps.push(match (*kind, part.split_once('=')) {
                ("SET", Some((name, value))) => Step::Set(attribute(fields, name)?, operand(fields, value)?),
                ("REMOVE", None) => Step::Remove(attribute(fields, part)?),
                _ => return Err(AwsError::validation("Invalid UpdateExpression: Syntax error")),
            });
        }
    }
    Ok(steps)
}

fn attribute(fields: Input<'_>, name: &str) -> Result<String, AwsError> {
    if name.is_empty() || name.contains(['.', '[', '(']) {
        return Err(unsupported("UpdateExpression with paths or functions"));
    }
    if !name.starts_with('#') {
        return Ok(name.to_owned());
    }
    let names = fields.object("ExpressionAttributeNames")?;
    names.and_then(|names| names.get(name)?.as_str()).map(str::to_owned).ok_or_else(|| {
        AwsError::validation(format!(
            "Invalid UpdateExpression: An expression attribute name used in the document path is not defined; attribute name: {name}"
        ))
    })
}

fn operand(fields: Input<'_>, value: &str) -> Result<Value, AwsError> {
    if !value.starts_with(':') || value.contains(['+', '-', '(']) {
        return Err(unsupported("UpdateExpression with anything but a value on the right"));
    }
    fields.object("ExpressionAttributeValues")?.and_then(|values| values.get(value)).cloned().ok_or_else(|| {
        AwsError::validation(format!(
            "Invalid UpdateExpression: An expression attribute value used in expression is not defined; attribute value: {value}"
        ))
    })
}

fn returned(fields: Input<'_>, before: Option<Item>) -> Result<Value, AwsError> {
    match fields.text("ReturnValues")? {
        None | Some("NONE") => Ok(json!({})),
        Some("ALL_OLD") => Ok(before.map_or_else(|| json!({}), |item| json!({ "Attributes": item }))),
        Some(_) => Err(AwsError::validation("ReturnValues can only be ALL_OLD or NONE")),
    }
}

fn refuse_unsupported(fields: Input<'_>) -> Result<(), AwsError> {
    match UNSUPPORTED.iter().find(|member| fields.get(member).is_some()) {
        Some(member) => Err(unsupported(member)),
        None => Ok(()),
    }
}

fn unsupported(what: &str) -> AwsError {
    AwsError::validation(format!("the sandbox does not support {what}"))
}

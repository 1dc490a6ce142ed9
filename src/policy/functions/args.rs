//! Arguments, with Terraform's conversions.

use super::FunctionError;
use crate::model::Value;
use crate::policy::eval::{to_number, to_text};
use serde_json::Number;
use std::collections::BTreeMap;

type Got<T> = Result<T, FunctionError>;

/// An error of one argument, from 0.
pub(super) fn wrong(argument: usize, message: impl Into<String>) -> FunctionError {
    FunctionError { argument: Some(argument), message: message.into(), help: None }
}

/// An error of the call as a whole.
pub(super) fn failed(message: impl Into<String>) -> FunctionError {
    FunctionError { argument: None, message: message.into(), help: None }
}

/// The argument at that place; null where it was left out.
pub(super) fn value(args: &[Value], index: usize) -> &Value {
    args.get(index).unwrap_or(&Value::Null)
}

pub(super) fn text(args: &[Value], index: usize) -> Got<String> {
    let value = value(args, index);
    to_text(value).ok_or_else(|| wrong(index, format!("needs a string, found {}", value.type_name())))
}

pub(super) fn number(args: &[Value], index: usize) -> Got<Number> {
    let value = value(args, index);
    to_number(value).ok_or_else(|| wrong(index, format!("needs a number, found {}", shown(value))))
}

pub(super) fn float(args: &[Value], index: usize) -> Got<f64> {
    Ok(number(args, index)?.as_f64().unwrap_or_default())
}

pub(super) fn integer(args: &[Value], index: usize) -> Got<i64> {
    let number = number(args, index)?;
    number.as_i64().ok_or_else(|| wrong(index, format!("needs a whole number, found {number}")))
}

/// A whole number that counts something.
pub(super) fn size(args: &[Value], index: usize) -> Got<usize> {
    let number = integer(args, index)?;
    usize::try_from(number).map_err(|_| wrong(index, format!("must not be negative, found {number}")))
}

pub(super) fn items(args: &[Value], index: usize) -> Got<&[Value]> {
    let value = value(args, index);
    value.as_items().ok_or_else(|| wrong(index, format!("needs a list, found {}", value.type_name())))
}

pub(super) fn texts(args: &[Value], index: usize) -> Got<Vec<String>> {
    items(args, index)?
        .iter()
        .map(|item| to_text(item).ok_or_else(|| wrong(index, format!("needs a list of strings, found {} in it", item.type_name()))))
        .collect()
}

pub(super) fn map(args: &[Value], index: usize) -> Got<&BTreeMap<String, Value>> {
    let value = value(args, index);
    value.as_map().ok_or_else(|| wrong(index, format!("needs a map, found {}", value.type_name())))
}

/// A length as a value.
pub(super) fn counted(length: usize) -> Value {
    Value::from(i64::try_from(length).unwrap_or(i64::MAX))
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(_) => format!("`{value}`"),
        _ => value.type_name().to_owned(),
    }
}

/// Refuses to build a value so large that it would take all memory.
pub(super) fn bounded(size: usize) -> Got<()> {
    const LIMIT: usize = 1_000_000;
    if size > LIMIT {
        return Err(failed(format!("the result would have {size} parts, and {LIMIT} is the most")));
    }
    Ok(())
}

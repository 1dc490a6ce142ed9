//! Which event patterns EventBridge takes.

use serde_json::Value;

use crate::sandbox::services::AwsError;

/// The filters that an object within a list of values can be (EventBridge user guide, "Comparison operators").
const FILTERS: &[&str] = &["prefix", "suffix", "anything-but", "numeric", "exists", "cidr", "equals-ignore-case", "wildcard"];

/// Checks a pattern.
pub(super) fn check(text: &str) -> Result<(), AwsError> {
    let refuse =
        |reason: &str| Err(AwsError::service("InvalidEventPatternException", format!("Event pattern is not valid. Reason: {reason}")));
    match serde_json::from_str(text) {
        Ok(Value::Object(fields)) if fields.is_empty() => refuse("Filter is empty"),
        Ok(pattern @ Value::Object(_)) => within(&pattern).or_else(|reason| refuse(&reason)),
        Ok(_) => refuse("Filter is not an object"),
        Err(error) => refuse(&error.to_string()),
    }
}

fn within(pattern: &Value) -> Result<(), String> {
    for (name, value) in pattern.as_object().into_iter().flatten() {
        match value {
            Value::Object(fields) if fields.is_empty() => return Err(format!("Empty objects are not allowed: \"{name}\"")),
            Value::Object(_) => within(value)?,
            Value::Array(values) if values.is_empty() => return Err(format!("Empty arrays are not allowed: \"{name}\"")),
            Value::Array(values) if name == "$or" => values.iter().try_for_each(within)?,
            Value::Array(values) => values.iter().try_for_each(|value| one(name, value))?,
            _ => return Err(format!("\"{name}\" must be an object or an array")),
        }
    }
    Ok(())
}

/// A value of a list: a plain one, or a filter.
fn one(name: &str, value: &Value) -> Result<(), String> {
    match value {
        Value::Object(filter) => match filter.keys().next().map(String::as_str) {
            Some(word) if filter.len() == 1 && FILTERS.contains(&word) => Ok(()),
            Some(word) => Err(format!("Unrecognized match type {word}")),
            None => Err(format!("Empty objects are not allowed: \"{name}\"")),
        },
        Value::Array(_) => Err(format!("Match value must be String, number, true, false, or null: \"{name}\"")),
        _ => Ok(()),
    }
}

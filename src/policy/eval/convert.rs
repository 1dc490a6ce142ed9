//! Terraform's conversions between strings, numbers and bools.

use crate::model::Value;
use crate::policy::functions::unified;
use serde_json::Number;

/// The value as text, as Terraform converts it; `None` for what has no text.
pub fn to_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Number(number) => Some(number_text(number)),
        Value::Null | Value::List(_) | Value::Set(_) | Value::Map(_) | Value::Unknown => None,
    }
}

/// The number as Terraform prints it in strings: all digits, never an exponent.
pub fn number_text(number: &Number) -> String {
    if number.is_f64() { number.as_f64().unwrap_or_default().to_string() } else { number.to_string() }
}

/// The value as a number, as Terraform converts it; `None` for what is none.
pub fn to_number(value: &Value) -> Option<Number> {
    match value {
        Value::Number(number) => Some(number.clone()),
        Value::String(text) => parse_number(text),
        _ => None,
    }
}

/// The value as a bool, as Terraform converts it; `None` for what is none.
pub fn to_bool(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) => match text.as_str() {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

/// Reads a decimal number; refuses `inf` and `nan`, which Rust would read.
pub(crate) fn parse_number(text: &str) -> Option<Number> {
    if !text.chars().all(|ch| ch.is_ascii_digit() || matches!(ch, '+' | '-' | '.' | 'e' | 'E')) {
        return None;
    }
    let unsigned = text.strip_prefix('+').unwrap_or(text);
    if let Ok(whole) = unsigned.parse::<i64>() {
        return Some(whole.into());
    }
    if let Ok(whole) = unsigned.parse::<u64>() {
        return Some(whole.into());
    }
    match Value::number(text.parse().ok()?) {
        Value::Number(number) => Some(number),
        _ => None,
    }
}

/// Gives the chosen branch of a condition the type that both branches share; `None` where they share none.
pub(crate) fn unify_branches(chosen: Value, other: &Value) -> Option<Value> {
    use Value::{Bool, List, Map, Null, Number, Set, String, Unknown};
    match (&chosen, other) {
        (Number(_) | Bool(_), String(_)) => to_text(&chosen).map(String),
        (Null | Unknown, _)
        | (_, Null | Unknown)
        | (String(_), String(_) | Number(_) | Bool(_))
        | (Bool(_), Bool(_))
        | (Number(_), Number(_)) => Some(chosen),
        (List(_) | Set(_), List(_) | Set(_)) | (Map(_), Map(_)) => {
            let both = [chosen.clone(), other.clone()];
            Some(unified(&both).and_then(|both| both.into_iter().next()).unwrap_or(chosen))
        }
        _ => None,
    }
}

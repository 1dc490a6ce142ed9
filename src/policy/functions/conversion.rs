//! Conversions between types, and the functions that a policy cannot have.

use super::args::{failed, value, wrong};
use super::{Call, Function, Outcome, Takes, define};
use crate::model::Value;
use crate::policy::eval::{to_bool, to_number, to_text};
use std::collections::BTreeMap;

pub(super) const FUNCTIONS: &[Function] = &[
    define("bcrypt", "bcrypt(values...)", "Not available: it is random.", Takes::All, random),
    define("list", "list(values...)", "Not available: write [a, b].", Takes::All, old_list),
    define("map", "map(values...)", "Not available: write {a = b}.", Takes::All, old_map),
    define("nonsensitive", "nonsensitive(value)", "Gives its argument: no value is marked sensitive here.", Takes::All, identity),
    define("plantimestamp", "plantimestamp()", "Not available: it reads the clock.", Takes::All, clock),
    define("rsadecrypt", "rsadecrypt(values...)", "Not available: it takes a private key.", Takes::All, secret),
    define("sensitive", "sensitive(value)", "Not available: nothing here hides values.", Takes::All, secret),
    define("timestamp", "timestamp()", "Not available: it reads the clock.", Takes::All, clock),
    define("tobool", "tobool(value)", "Makes a value a bool.", Takes::Nulls, tobool),
    define("tolist", "tolist(value)", "Makes a set or a list a list of one type.", Takes::Nulls, tolist),
    define("tomap", "tomap(value)", "Makes an object a map of one type.", Takes::Nulls, tomap),
    define("tonumber", "tonumber(value)", "Makes a value a number.", Takes::Nulls, tonumber),
    define("toset", "toset(value)", "Makes a list a set: sorted, without duplicates.", Takes::Nulls, toset),
    define("tostring", "tostring(value)", "Makes a value a string.", Takes::Nulls, tostring),
    define("uuid", "uuid()", "Not available: it is random.", Takes::All, random),
];

const PURE: &str = "no function reads the clock, the network or randomness, so that one policy is always one plan";

fn clock(_: &Call<'_>, _: &[Value]) -> Outcome {
    Err(failed(format!("{PURE}; give the time as a variable")))
}

fn random(_: &Call<'_>, _: &[Value]) -> Outcome {
    Err(failed(format!("{PURE}; give the value as a variable")))
}

fn secret(_: &Call<'_>, _: &[Value]) -> Outcome {
    Err(failed("a policy holds no secrets, and plans show every value; keep them out of it"))
}

fn old_list(_: &Call<'_>, _: &[Value]) -> Outcome {
    Err(failed("write `tolist([a, b])` instead"))
}

fn old_map(_: &Call<'_>, _: &[Value]) -> Outcome {
    Err(failed("write `tomap({a = b})` instead"))
}

#[expect(clippy::unnecessary_wraps, reason = "the table of functions needs this signature")]
fn identity(_: &Call<'_>, args: &[Value]) -> Outcome {
    Ok(value(args, 0).clone())
}

fn convert(args: &[Value], wanted: &str, converted: Option<Value>) -> Outcome {
    match (value(args, 0), converted) {
        (Value::Null, _) => Ok(Value::Null),
        (_, Some(converted)) => Ok(converted),
        (other @ (Value::String(_) | Value::Number(_) | Value::Bool(_)), None) => Err(wrong(0, format!("`{other}` is not {wanted}"))),
        (other, None) => Err(wrong(0, format!("{} is not {wanted}", other.type_name()))),
    }
}

fn tobool(_: &Call<'_>, args: &[Value]) -> Outcome {
    convert(args, "a bool, which is `true` or `false`", to_bool(value(args, 0)).map(Value::Bool))
}

fn tonumber(_: &Call<'_>, args: &[Value]) -> Outcome {
    convert(args, "a number", to_number(value(args, 0)).map(Value::Number))
}

fn tostring(_: &Call<'_>, args: &[Value]) -> Outcome {
    convert(args, "a string", to_text(value(args, 0)).map(Value::String))
}

fn tolist(_: &Call<'_>, args: &[Value]) -> Outcome {
    let items = value(args, 0).as_items().and_then(unified);
    convert(args, "a list of one type", items.map(Value::List))
}

fn toset(_: &Call<'_>, args: &[Value]) -> Outcome {
    if value(args, 0).has_unknown() {
        // Two items that are unknown may turn out to be one.
        return Ok(Value::Unknown);
    }
    let items = value(args, 0).as_items().and_then(unified);
    convert(args, "a set of one type", items.map(Value::set))
}

fn tomap(_: &Call<'_>, args: &[Value]) -> Outcome {
    let map = value(args, 0).as_map().and_then(|map| {
        let values: Vec<Value> = map.values().cloned().collect();
        let map: BTreeMap<String, Value> = map.keys().cloned().zip(unified(&values)?).collect();
        Some(map)
    });
    convert(args, "a map of one type", map.map(Value::Map))
}

/// Gives all items one type, as a list has it: numbers and bools beside strings become strings. `None` where there is no such type.
pub(crate) fn unified(items: &[Value]) -> Option<Vec<Value>> {
    let some = |test: fn(&Value) -> bool| items.iter().any(test);
    let text = some(|item| matches!(item, Value::String(_)));
    let number = some(|item| matches!(item, Value::Number(_)));
    let flag = some(|item| matches!(item, Value::Bool(_)));
    let list = some(|item| matches!(item, Value::List(_) | Value::Set(_)));
    let map = some(|item| matches!(item, Value::Map(_)));
    match (text, number || flag, list, map) {
        (true, true, false, false) => Some(items.iter().map(|item| to_text(item).map_or_else(|| item.clone(), Value::String)).collect()),
        (false, true, false, false) if number && flag => None,
        (true, false, false, false) | (false, _, false, false) => Some(items.to_vec()),
        (false, false, false, true) => Some(unified_maps(items)),
        (false, false, true, false) => Some(unified_lists(items)),
        _ => None,
    }
}

fn unified_lists(items: &[Value]) -> Vec<Value> {
    let inner: Vec<Value> = items.iter().filter_map(Value::as_items).flatten().cloned().collect();
    // Lists of unlike items are tuples, which a list can hold as long as each stays what it is.
    let Some(inner) = unified(&inner) else {
        return items.to_vec();
    };
    let mut rest = inner.into_iter();
    items
        .iter()
        .map(|item| match item {
            Value::List(items) => Value::List(rest.by_ref().take(items.len()).collect()),
            Value::Set(items) => Value::set(rest.by_ref().take(items.len())),
            other => other.clone(),
        })
        .collect()
}

/// Objects of the same attributes get one type for each attribute, others one type for all values, as a map has it.
fn unified_maps(items: &[Value]) -> Vec<Value> {
    let maps: Vec<&BTreeMap<String, Value>> = items.iter().filter_map(Value::as_map).collect();
    let mut columns: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for map in &maps {
        for (key, value) in *map {
            columns.entry(key).or_default().push(value.clone());
        }
    }
    let alike = columns.values().all(|column| column.len() == maps.len());
    let mut values: BTreeMap<&str, std::vec::IntoIter<Value>> = BTreeMap::new();
    if alike {
        for (key, column) in &columns {
            let column = unified(column).unwrap_or_else(|| column.clone());
            values.insert(key, column.into_iter());
        }
    } else {
        let all: Vec<Value> = columns.values().flatten().cloned().collect();
        // Unlike objects that make no map stay what they are: nothing here needs them to be alike.
        let Some(all) = unified(&all) else {
            return items.to_vec();
        };
        let mut all = all.into_iter();
        for (key, column) in &columns {
            values.insert(key, all.by_ref().take(column.len()).collect::<Vec<_>>().into_iter());
        }
    }
    items
        .iter()
        .map(|item| match item {
            Value::Map(map) => Value::Map(
                map.iter()
                    .map(|(key, old)| {
                        let new = values.get_mut(key.as_str()).and_then(Iterator::next);
                        (key.clone(), new.unwrap_or_else(|| old.clone()))
                    })
                    .collect(),
            ),
            other => other.clone(),
        })
        .collect()
}

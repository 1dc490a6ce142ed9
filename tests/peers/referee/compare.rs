//! What differs between two values of Terraform's, whatever the order in which it keeps blocks.

use serde_json::Value;
use std::collections::BTreeSet;

/// What a change of Terraform's plan would do, as `place: before -> after`; what it only knows after applying is no difference.
pub(super) fn differences(change: &Value) -> Vec<String> {
    let mut found = Vec::new();
    if let (Value::Object(before), Value::Object(after)) = (&change["before"], &change["after"]) {
        let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        for name in names.into_iter().filter(|name| change["after_unknown"][name.as_str()] != Value::Bool(true)) {
            between(&format!("/{name}"), &change["before"][name], &change["after"][name], &mut found);
        }
    }
    found
}

fn between(place: &str, before: &Value, after: &Value, found: &mut Vec<String>) {
    match (before, after) {
        _ if before == after || (after.is_null() && is_zero(before)) => {}
        (Value::Object(old), Value::Object(new)) => {
            let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
            for name in names {
                between(&format!("{place}/{name}"), &before[name], &after[name], found);
            }
        }
        (Value::Array(old), Value::Array(new)) if old.len() == new.len() => {
            // Sets come in an order of their own: what both have is not compared.
            let (old, new) = (without(old, new), without(new, old));
            for (old, new) in old.into_iter().zip(new) {
                between(place, old, new, found);
            }
        }
        _ => match (document(before), document(after)) {
            (Some(old), Some(new)) if old != new => between(place, &old, &new, found),
            _ => found.push(format!("{place}: {before} -> {after}")),
        },
    }
}

/// What the older half of the provider takes for nothing said, as its state knows no other.
fn is_zero(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(flag) => !flag,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
    }
}

/// A value without what is as good as not said.
fn said(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| (name.clone(), said(value)));
            Value::Object(members.filter(|(_, value)| !is_zero(value)).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(said).collect()),
        value => value.clone(),
    }
}

/// The elements of one list that another has not, each as often as it is there.
fn without<'v>(list: &'v [Value], other: &'v [Value]) -> Vec<&'v Value> {
    let mut other: Vec<Value> = other.iter().map(said).collect();
    let is_new = |value: &&Value| match other.iter().position(|found| *found == said(value)) {
        Some(at) => {
            other.swap_remove(at);
            false
        }
        None => true,
    };
    list.iter().filter(is_new).collect()
}

/// A text that is a JSON document.
fn document(value: &Value) -> Option<Value> {
    serde_json::from_str(value.as_str()?).ok().filter(Value::is_object)
}

mod tests {
    use super::differences;
    use serde_json::json;

    #[test]
    fn one_block_of_many_is_told_by_what_differs_in_it() {
        let change = json!({
            "before": { "rule": [{ "name": "a", "days": 30 }, { "name": "b", "days": 7 }], "version": 1, "policy": "{\"Id\":\"x\"}" },
            "after": { "rule": [{ "name": "b", "days": 7 }, { "name": "a", "days": 60 }], "policy": "{ \"Id\": \"y\" }" },
            "after_unknown": { "version": true },
        });
        assert_eq!(differences(&change), ["/policy/Id: \"x\" -> \"y\"", "/rule/days: 30 -> 60"]);
    }
}

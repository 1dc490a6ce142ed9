//! JSON documents as settings.

use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// JSON with its members in the order of their names.
pub(super) fn sorted(json: &Value) -> Value {
    match json {
        Value::Object(members) => {
            let members: BTreeMap<String, Value> = members.iter().map(|(name, value)| (name.clone(), sorted(value))).collect();
            Value::Object(members.into_iter().collect::<Map<_, _>>())
        }
        Value::Array(items) => Value::Array(items.iter().map(sorted).collect()),
        other => other.clone(),
    }
}

//! What Terraform hides in a state (`sensitive_values`): a variable that is sensitive and has no value stands in its place, so that no secret
//! gets into a file.

use super::state::{is_blocks, is_nothing};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// What a text in place of a hidden value begins with. AWS takes no control character anywhere.
const MARK: &str = "\u{1}terraform-hides:";

/// The variable that a text stands for, where it stands for a hidden value.
pub(super) fn variable(text: &str) -> Option<&str> {
    text.strip_prefix(MARK)
}

/// Takes the hidden values out of those of a resource. `hidden` gets what each variable stands for, by its name.
pub(super) fn hide(values: &mut Map<String, Value>, mirror: &Value, address: &str, start: &str, hidden: &mut BTreeMap<String, String>) {
    for (name, value) in values.iter_mut().filter(|(_, value)| !is_nothing(value)) {
        let mirror = mirror.get(name).unwrap_or(if *mirror == Value::Bool(true) { mirror } else { &Value::Null });
        if !hides(mirror) {
            continue;
        }
        let start = format!("{start}_{name}");
        if is_blocks(value) {
            for (number, item) in value.as_array_mut().into_iter().flatten().enumerate() {
                let mirror = mirror.get(number).unwrap_or(if *mirror == Value::Bool(true) { mirror } else { &Value::Null });
                if let Some(item) = item.as_object_mut() {
                    hide(item, mirror, &format!("{address}, `{name}`"), &format!("{start}_{number}"), hidden);
                }
            }
            continue;
        }
        let variable: String = start.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
        hidden.insert(variable.clone(), format!("{address}, `{name}`, which Terraform hides"));
        *value = Value::String(format!("{MARK}{variable}"));
    }
}

/// Whether anything in a mirror of values is marked.
fn hides(mirror: &Value) -> bool {
    match mirror {
        Value::Bool(flag) => *flag,
        Value::Array(items) => items.iter().any(hides),
        Value::Object(map) => map.values().any(hides),
        Value::Null | Value::Number(_) | Value::String(_) => false,
    }
}

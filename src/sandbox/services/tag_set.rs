//! Tags as the services of one generation read, keep and show them: a list of `Key` and `Value`, at most 50.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::AwsError;
use super::input::Input;

/// The tags of a thing; a thing that was never tagged has none of these, not an empty one.
pub(crate) type Tags = BTreeMap<String, String>;

/// The most tags that a thing can have.
const MOST: usize = 50;

/// Reads and checks a list member of keys and values.
pub(crate) fn read_list(fields: Input<'_>, member: &str) -> Result<Tags, AwsError> {
    let mut tags = Tags::new();
    for tag in fields.list(member)? {
        let key = Input(tag).required_text("Key", "tags.1.member.key")?;
        let value = Input(tag).required_text("Value", "tags.1.member.value")?;
        check(key, value)?;
        if tags.insert(key.to_owned(), value.to_owned()).is_some() {
            return Err(AwsError::validation(format!("Duplicate tag key found: {key}")));
        }
    }
    Ok(tags)
}

/// Reads and checks a map member.
pub(crate) fn read_map(fields: Input<'_>, member: &str) -> Result<Tags, AwsError> {
    let none = Map::new();
    let mut tags = Tags::new();
    for (key, value) in fields.object(member)?.unwrap_or(&none) {
        let value = value.as_str().unwrap_or_default();
        check(key, value)?;
        tags.insert(key.clone(), value.to_owned());
    }
    Ok(tags)
}

fn check(key: &str, value: &str) -> Result<(), AwsError> {
    let constraint = |found: &str, path: &str, rule: &str| Err(AwsError::constraint(&format!("'{found}'"), path, rule));
    match (key.chars().count(), value.chars().count()) {
        (0, _) => constraint(key, "tags.1.member.key", "Member must have length greater than or equal to 1"),
        (129.., _) => constraint(key, "tags.1.member.key", "Member must have length less than or equal to 128"),
        (_, 257..) => constraint(value, "tags.1.member.value", "Member must have length less than or equal to 256"),
        _ if key.to_ascii_lowercase().starts_with("aws:") => {
            Err(AwsError::validation("aws: prefixed tag key names are not allowed for external use."))
        }
        _ => Ok(()),
    }
}

/// Lays tags over those that are there.
pub(crate) fn add(held: &mut Option<Tags>, added: Tags) -> Result<(), AwsError> {
    let mut tags = held.clone().unwrap_or_default();
    tags.extend(added);
    if tags.len() > MOST {
        return Err(AwsError::validation(format!("A resource can have at most {MOST} tags, found {}", tags.len())));
    }
    *held = Some(tags);
    Ok(())
}

/// Takes tags off. A thing that has lost its last tag has still been tagged.
pub(crate) fn remove(held: &mut Option<Tags>, keys: &[&str]) {
    if let Some(tags) = held {
        tags.retain(|key, _| !keys.contains(&key.as_str()));
    }
}

/// Tags as a list of keys and values.
pub(crate) fn listed(tags: Option<&Tags>) -> Value {
    Value::Array(tags.into_iter().flatten().map(|(key, value)| json!({ "Key": key, "Value": value })).collect())
}

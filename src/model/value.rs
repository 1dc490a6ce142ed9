//! A value of the policy language, of a setting, or of AWS.

use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};
use serde_json::Number;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;

/// A value of the policy language, of a setting, or of AWS.
///
/// Maps are sorted by key, as Terraform iterates them, so that the same input always gives the same bytes.
#[derive(Clone, Debug, Default)]
pub enum Value {
    /// Absent: `null`.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole or a floating-point number.
    Number(Number),
    /// Text.
    String(String),
    /// An ordered sequence (Terraform's list and tuple).
    List(Vec<Value>),
    /// A sequence without order and without duplicates, kept sorted. Make it with [`Value::set`].
    Set(Vec<Value>),
    /// Named values (Terraform's map and object).
    Map(BTreeMap<String, Value>),
    /// A value that only AWS will know, after the change that it depends on: `(known after apply)`.
    Unknown,
}

impl Value {
    /// Makes a set: sorted, without duplicates.
    pub fn set(items: impl IntoIterator<Item = Value>) -> Self {
        let mut items: Vec<Value> = items.into_iter().collect();
        items.sort();
        items.dedup();
        Self::Set(items)
    }

    /// Makes a number of a float; a whole float becomes a whole number, as HCL has one type for both. Not-a-number and infinity become `null`.
    pub fn number(number: f64) -> Self {
        // Beyond 2^53 a float no longer holds every whole number, so the text form would invent digits.
        const EXACT: f64 = 9_007_199_254_740_992.0;
        if number.fract() == 0.0
            && number.abs() <= EXACT
            && let Ok(whole) = format!("{number:.0}").parse::<i64>()
        {
            return Self::Number(whole.into());
        }
        Number::from_f64(number).map_or(Self::Null, Self::Number)
    }

    /// The text, if this is a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The flag, if this is a bool.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(flag) => Some(*flag),
            _ => None,
        }
    }

    /// The whole number, if this is one.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Number(number) => number.as_i64(),
            _ => None,
        }
    }

    /// The number as a float, if this is a number.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Number(number) => number.as_f64(),
            _ => None,
        }
    }

    /// The named values, if this is a map.
    pub fn as_map(&self) -> Option<&BTreeMap<String, Value>> {
        match self {
            Self::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The items, if this is a list or a set.
    pub fn as_items(&self) -> Option<&[Value]> {
        match self {
            Self::List(items) | Self::Set(items) => Some(items),
            _ => None,
        }
    }

    /// Whether nothing is known of this value, or of a part of it, before apply.
    pub fn has_unknown(&self) -> bool {
        match self {
            Self::Unknown => true,
            Self::List(items) | Self::Set(items) => items.iter().any(Self::has_unknown),
            Self::Map(map) => map.values().any(Self::has_unknown),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) => false,
        }
    }

    /// Whether it says nothing: absent, or a collection with nothing in it, which AWS does not tell apart.
    pub fn is_nothing(&self) -> bool {
        match self {
            Self::Null => true,
            Self::List(items) | Self::Set(items) => items.is_empty(),
            Self::Map(map) => map.is_empty(),
            Self::Bool(_) | Self::Number(_) | Self::String(_) | Self::Unknown => false,
        }
    }

    /// The word for this value's type in messages, with its article: `a string`.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a bool",
            Self::Number(_) => "a number",
            Self::String(_) => "a string",
            Self::List(_) => "a list",
            Self::Set(_) => "a set",
            Self::Map(_) => "a map",
            Self::Unknown => "a value known only after apply",
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Null => 0,
            Self::Bool(_) => 1,
            Self::Number(_) => 2,
            Self::String(_) => 3,
            Self::List(_) => 4,
            Self::Set(_) => 5,
            Self::Map(_) => 6,
            Self::Unknown => 7,
        }
    }
}

fn compare_numbers(a: &Number, b: &Number) -> Ordering {
    match (a.as_i64(), b.as_i64()) {
        (Some(a), Some(b)) => a.cmp(&b),
        _ => a.as_f64().unwrap_or_default().total_cmp(&b.as_f64().unwrap_or_default()),
    }
}

impl Ord for Value {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Bool(a), Self::Bool(b)) => a.cmp(b),
            (Self::Number(a), Self::Number(b)) => compare_numbers(a, b),
            (Self::String(a), Self::String(b)) => a.cmp(b),
            (Self::List(a), Self::List(b)) | (Self::Set(a), Self::Set(b)) => a.cmp(b),
            (Self::Map(a), Self::Map(b)) => a.cmp(b),
            _ => self.rank().cmp(&other.rank()),
        }
    }
}

impl PartialOrd for Value {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Value {}

impl fmt::Display for Value {
    /// Writes the value as HCL would: strings quoted, maps and lists on one line.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => out.write_str("null"),
            Self::Unknown => out.write_str("(known after apply)"),
            Self::Bool(flag) => write!(out, "{flag}"),
            Self::Number(number) => write!(out, "{number}"),
            Self::String(text) => write!(out, "{}", serde_json::Value::String(text.clone())),
            Self::List(items) | Self::Set(items) => {
                out.write_str("[")?;
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.write_str(", ")?;
                    }
                    write!(out, "{item}")?;
                }
                out.write_str("]")
            }
            Self::Map(map) => {
                out.write_str("{")?;
                for (index, (key, value)) in map.iter().enumerate() {
                    let comma = if index > 0 { "," } else { "" };
                    write!(out, "{comma} {} = {value}", serde_json::Value::String(key.clone()))?;
                }
                out.write_str(if map.is_empty() { "}" } else { " }" })
            }
        }
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Bool(flag)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number.into())
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::String(text)
    }
}

impl From<Vec<Value>> for Value {
    fn from(items: Vec<Value>) -> Self {
        Self::List(items)
    }
}

impl From<BTreeMap<String, Value>> for Value {
    fn from(map: BTreeMap<String, Value>) -> Self {
        Self::Map(map)
    }
}

impl From<serde_json::Value> for Value {
    fn from(json: serde_json::Value) -> Self {
        match json {
            serde_json::Value::Null => Self::Null,
            serde_json::Value::Bool(flag) => Self::Bool(flag),
            serde_json::Value::Number(number) => match number.as_f64() {
                Some(float) if number.is_f64() => Self::number(float),
                _ => Self::Number(number),
            },
            serde_json::Value::String(text) => Self::String(text),
            serde_json::Value::Array(items) => Self::List(items.into_iter().map(Self::from).collect()),
            serde_json::Value::Object(map) => Self::Map(map.into_iter().map(|(key, value)| (key, Self::from(value))).collect()),
        }
    }
}

impl From<Value> for serde_json::Value {
    /// A set becomes an array; a value known only after apply becomes `null`, as in Terraform's plan representation.
    fn from(value: Value) -> Self {
        match value {
            Value::Null | Value::Unknown => Self::Null,
            Value::Bool(flag) => Self::Bool(flag),
            Value::Number(number) => Self::Number(number),
            Value::String(text) => Self::String(text),
            Value::List(items) | Value::Set(items) => Self::Array(items.into_iter().map(Self::from).collect()),
            Value::Map(map) => Self::Object(map.into_iter().map(|(key, value)| (key, Self::from(value))).collect()),
        }
    }
}

/// In files of ours, the one key of an object that stands for a set: JSON has none, and a set that came back as a list would differ from
/// itself. No tag can have it, as what starts with `backstay:` is refused.
const SET: &str = "backstay:set";

impl Value {
    /// The JSON of files that are read again: unlike that for other tools, a set stays one.
    fn into_kept(self) -> serde_json::Value {
        match self {
            Self::Set(items) => serde_json::json!({ SET: items.into_iter().map(Self::into_kept).collect::<Vec<_>>() }),
            Self::List(items) => items.into_iter().map(Self::into_kept).collect(),
            Self::Map(map) => serde_json::Value::Object(map.into_iter().map(|(key, value)| (key, value.into_kept())).collect()),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) | Self::Unknown => self.into(),
        }
    }

    fn from_kept(json: serde_json::Value) -> Self {
        match json {
            serde_json::Value::Array(items) => Self::List(items.into_iter().map(Self::from_kept).collect()),
            serde_json::Value::Object(mut map) => match (map.len(), map.remove(SET)) {
                (1, Some(serde_json::Value::Array(items))) => Self::set(items.into_iter().map(Self::from_kept)),
                (_, found) => {
                    map.extend(found.map(|found| (SET.to_owned(), found)));
                    Self::Map(map.into_iter().map(|(key, value)| (key, Self::from_kept(value))).collect())
                }
            },
            other => Self::from(other),
        }
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.clone().into_kept().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        serde_json::Value::deserialize(deserializer).map(Self::from_kept)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_floats_are_whole_numbers() {
        assert_eq!(Value::number(3.0), Value::from(3));
        assert_eq!(Value::number(3.5).to_string(), "3.5");
        assert_eq!(Value::number(f64::NAN), Value::Null);
    }

    #[test]
    fn a_value_survives_a_file_as_what_it_was() {
        let set = Value::set([Value::from("b"), Value::from("a")]);
        let value = Value::from(BTreeMap::from([("set".to_owned(), set), ("list".to_owned(), Value::from(vec![Value::from(1)]))]));
        let text = serde_json::to_string(&value).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
        assert_eq!(serde_json::Value::from(value).to_string(), r#"{"list":[1],"set":["a","b"]}"#, "for others a set is an array");
    }

    #[test]
    fn a_set_is_sorted_and_has_no_duplicates() {
        let set = Value::set([Value::from("b"), Value::from("a"), Value::from("b")]);
        assert_eq!(set.to_string(), r#"["a", "b"]"#);
    }
}

//! Reading members of a request, with AWS's errors for wrong types.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::{AwsError, from_epoch};

/// Reads members of one structure of a request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Input<'a>(pub(crate) &'a Value);

impl<'a> Input<'a> {
    /// The member, unless it is absent or null.
    pub(crate) fn get(self, name: &str) -> Option<&'a Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// A string member.
    pub(crate) fn text(self, name: &str) -> Result<Option<&'a str>, AwsError> {
        self.get(name).map(|value| value.as_str().ok_or_else(|| wrong_type(value, "String"))).transpose()
    }

    /// A string member that must be there; `path` is its name in AWS's message, in camel case.
    pub(crate) fn required_text(self, name: &str, path: &str) -> Result<&'a str, AwsError> {
        self.text(name)?.ok_or_else(|| AwsError::required(path))
    }

    /// A boolean member.
    pub(crate) fn flag(self, name: &str) -> Result<Option<bool>, AwsError> {
        self.get(name)
            .map(|value| match value {
                // The query protocol has text only.
                Value::String(text) if text == "true" || text == "false" => Ok(text == "true"),
                other => other.as_bool().ok_or_else(|| wrong_type(other, "Boolean")),
            })
            .transpose()
    }

    /// An integer member.
    pub(crate) fn integer(self, name: &str) -> Result<Option<i64>, AwsError> {
        self.get(name)
            .map(|value| match value {
                Value::String(text) => text.parse().map_err(|_| wrong_type(value, "Integer")),
                other => other.as_i64().ok_or_else(|| wrong_type(other, "Integer")),
            })
            .transpose()
    }

    /// A number member.
    pub(crate) fn number(self, name: &str) -> Result<Option<f64>, AwsError> {
        self.get(name)
            .map(|value| {
                match value {
                    Value::String(text) => text.parse().ok().filter(|number: &f64| number.is_finite()),
                    other => other.as_f64(),
                }
                .ok_or_else(|| wrong_type(value, "Double"))
            })
            .transpose()
    }

    /// A page size, which must be between 1 and `limit`.
    pub(crate) fn page_limit(self, name: &str, path: &str, limit: usize) -> Result<Option<usize>, AwsError> {
        let Some(asked) = self.integer(name)? else { return Ok(None) };
        if asked < 1 {
            return Err(AwsError::constraint(&format!("'{asked}'"), path, "Member must have value greater than or equal to 1"));
        }
        match usize::try_from(asked) {
            Ok(size) if size <= limit => Ok(Some(size)),
            _ => Err(AwsError::constraint(&format!("'{asked}'"), path, &format!("Member must have value less than or equal to {limit}"))),
        }
    }

    /// A time member, in seconds since 1970; in a query string it is written out.
    pub(crate) fn time(self, name: &str) -> Result<Option<Timestamp>, AwsError> {
        let read = |value: &Value| match value {
            Value::String(text) => text.parse().ok(),
            other => other.as_f64().and_then(from_epoch),
        };
        self.get(name).map(|value| read(value).ok_or_else(|| wrong_type(value, "Timestamp"))).transpose()
    }

    /// A list member; absent is empty.
    pub(crate) fn list(self, name: &str) -> Result<&'a [Value], AwsError> {
        self.get(name).map_or(Ok(&[][..]), |value| match value {
            Value::Array(members) => Ok(members.as_slice()),
            // How the query protocol writes an empty list.
            Value::String(text) if text.is_empty() => Ok(&[][..]),
            other => Err(wrong_type(other, "List")),
        })
    }

    /// A structure or map member.
    pub(crate) fn object(self, name: &str) -> Result<Option<&'a Map<String, Value>>, AwsError> {
        self.get(name).map(|value| value.as_object().ok_or_else(|| wrong_type(value, "Map"))).transpose()
    }

    /// A structure member, to read on from.
    pub(crate) fn structure(self, name: &str) -> Result<Option<Input<'a>>, AwsError> {
        self.object(name)?;
        Ok(self.get(name).map(Input))
    }

    /// A list of strings; absent is empty.
    pub(crate) fn texts(self, name: &str) -> Result<Vec<&'a str>, AwsError> {
        self.list(name)?.iter().map(|value| value.as_str().ok_or_else(|| wrong_type(value, "String"))).collect()
    }
}

fn wrong_type(value: &Value, wanted: &str) -> AwsError {
    let found = match value {
        Value::Null => "NULL_VALUE",
        Value::Bool(true) => "TRUE_VALUE",
        Value::Bool(false) => "FALSE_VALUE",
        Value::Number(number) if number.is_f64() => "DECIMAL_VALUE",
        Value::Number(_) => "NUMBER_VALUE",
        Value::String(_) => "STRING_VALUE",
        Value::Array(_) => "START_ARRAY",
        Value::Object(_) => "START_OBJECT",
    };
    AwsError::front_door("SerializationException", format!("{found} can not be converted to {wanted}"))
}

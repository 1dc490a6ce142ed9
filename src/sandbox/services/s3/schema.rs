//! What a document may hold: from elements to values by small tables.
//!
//! What a table does not know is refused as `MalformedXML`, as S3 does. What it knows is kept as it was sent: an empty element is not the same
//! as an absent one.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::ask::iso;
use super::errors::malformed;
use crate::sandbox::services::AwsError;
use crate::xml::Element;

/// What an element holds.
pub(super) enum Shape {
    Text,
    Number,
    Flag,
    /// An instant; a day without a time is its midnight in UTC.
    Date,
    OneOf(&'static [&'static str]),
    Group(&'static [Part]),
}

/// One element of a group.
pub(super) struct Part {
    name: &'static str,
    shape: &'static Shape,
    times: Times,
}

/// How often an element may stand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Times {
    AtMostOnce,
    Once,
    Any,
}

/// An element that may be absent.
pub(super) const fn may(name: &'static str, shape: &'static Shape) -> Part {
    Part { name, shape, times: Times::AtMostOnce }
}

/// An element that must be there.
pub(super) const fn must(name: &'static str, shape: &'static Shape) -> Part {
    Part { name, shape, times: Times::Once }
}

/// An element that may stand any number of times; its values are a list.
pub(super) const fn many(name: &'static str, shape: &'static Shape) -> Part {
    Part { name, shape, times: Times::Any }
}

/// Reads an element.
pub(super) fn read(element: &Element, shape: &Shape) -> Result<Value, AwsError> {
    let text = element.text.trim();
    match shape {
        Shape::Group(parts) => group(element, parts),
        _ if !element.children.is_empty() => Err(malformed()),
        Shape::Text => Ok(json!(element.text)),
        Shape::Number => text.parse::<i64>().map(Value::from).map_err(|_| malformed()),
        Shape::Flag => match text {
            "true" => Ok(json!(true)),
            "false" => Ok(json!(false)),
            _ => Err(malformed()),
        },
        Shape::Date => instant(text).map(|at| json!(iso(at))).ok_or_else(malformed),
        Shape::OneOf(choices) => {
            if choices.contains(&text) {
                Ok(json!(text))
            } else {
                Err(malformed())
            }
        }
    }
}

fn instant(text: &str) -> Option<Timestamp> {
    text.parse().or_else(|_| format!("{text}T00:00:00Z").parse()).ok()
}

fn group(element: &Element, parts: &[Part]) -> Result<Value, AwsError> {
    let mut fields = Map::new();
    for child in &element.children {
        let part = parts.iter().find(|part| part.name == child.name).ok_or_else(malformed)?;
        let value = read(child, part.shape)?;
        if part.times == Times::Any {
            let list = fields.entry(part.name.to_owned()).or_insert_with(|| json!([]));
            list.as_array_mut().ok_or_else(malformed)?.push(value);
        } else if fields.insert(part.name.to_owned(), value).is_some() {
            return Err(malformed());
        }
    }
    if parts.iter().any(|part| part.times == Times::Once && !fields.contains_key(part.name)) {
        return Err(malformed());
    }
    Ok(Value::Object(fields))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::xml::parse;

    static SHAPE: Shape = Shape::Group(&[
        must("Status", &Shape::OneOf(&["Enabled", "Disabled"])),
        may("Filter", &Shape::Group(&[may("Prefix", &Shape::Text)])),
        may("Date", &Shape::Date),
        many("Days", &Shape::Number),
    ]);

    fn read_text(inner: &str) -> Result<Value, AwsError> {
        read(&parse(&format!("<R>{inner}</R>")).unwrap(), &SHAPE)
    }

    #[test]
    fn empty_and_absent_stay_apart() {
        assert_eq!(read_text("<Status>Enabled</Status>").unwrap(), json!({"Status": "Enabled"}));
        let whole = read_text("<Status>Enabled</Status><Filter><Prefix/></Filter><Days>1</Days><Days>2</Days><Date>2026-01-01</Date>");
        let wanted = json!({"Status": "Enabled", "Filter": {"Prefix": ""}, "Days": [1, 2], "Date": "2026-01-01T00:00:00.000Z"});
        assert_eq!(whole.unwrap(), wanted);
    }

    #[test]
    fn what_the_table_does_not_know_is_malformed() {
        for inner in ["", "<Status>On</Status>", "<Status>Enabled</Status><X/>", "<Status>Enabled</Status><Status>Enabled</Status>"] {
            assert_eq!(read_text(inner).unwrap_err().code, "MalformedXML", "{inner}");
        }
        assert_eq!(read_text("<Status>Enabled</Status><Days>x</Days>").unwrap_err().code, "MalformedXML");
    }
}

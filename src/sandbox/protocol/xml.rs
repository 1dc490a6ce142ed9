//! JSON values written as XML.

use std::fmt::Write as _;

use quick_xml::escape::{escape, partial_escape};
use serde_json::Value;

/// Writes a value as an element: a list is the element repeated, and a null is nothing.
///
/// A member whose name begins with `@` is an attribute, and `#text` the text beside attributes.
pub(crate) fn write(xml: &mut String, name: &str, value: &Value) {
    let mut attributes = String::new();
    let content = match value {
        Value::Null => return,
        Value::Array(members) => return members.iter().for_each(|member| write(xml, name, member)),
        Value::Object(fields) => {
            let mut inner = String::new();
            for (field, value) in fields {
                match (field.strip_prefix('@'), value) {
                    // Writing to a String cannot fail.
                    (Some(attribute), Value::String(text)) => {
                        let _ = write!(attributes, " {attribute}=\"{}\"", escape(text));
                    }
                    (None, Value::String(text)) if field == "#text" => inner.push_str(&partial_escape(text)),
                    _ => write(&mut inner, field, value),
                }
            }
            inner
        }
        Value::String(text) => partial_escape(text).into_owned(),
        other => other.to_string(),
    };
    let _ = write!(xml, "<{name}{attributes}>{content}</{name}>");
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lists_repeat_and_attributes_stand_in_the_tag() {
        let mut xml = String::new();
        write(&mut xml, "R", &json!({"@xmlns": "urn:x", "Rule": [{"ID": "a<b"}, {"Days": 3}], "None": null, "Empty": {}}));
        assert_eq!(xml, "<R xmlns=\"urn:x\"><Empty></Empty><Rule><ID>a&lt;b</ID></Rule><Rule><Days>3</Days></Rule></R>");
    }
}

//! XML as a tree of elements, and JSON values written as XML.

use std::fmt::Write as _;

use quick_xml::Reader;
use quick_xml::escape::{escape, partial_escape};
use quick_xml::events::Event;
use serde_json::Value;

/// How deep a document may nest; no AWS document comes near it.
const MAX_DEPTH: usize = 32;

/// An element without its attributes, which no document that the sandbox reads needs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Element {
    /// Without a namespace prefix.
    pub(crate) name: String,
    pub(crate) children: Vec<Element>,
    /// All text directly inside, put together.
    pub(crate) text: String,
}

/// Reads a document; `None` when it is not well-formed.
pub(crate) fn parse(text: &str) -> Option<Element> {
    let mut reader = Reader::from_str(text);
    // The first is no element of the document: it holds the root when all is read.
    let mut open = vec![Element::default()];
    loop {
        match reader.read_event().ok()? {
            Event::Start(start) if open.len() <= MAX_DEPTH => open.push(named(&start)),
            Event::Start(_) => return None,
            Event::Empty(start) => open.last_mut()?.children.push(named(&start)),
            Event::End(_) => {
                let closed = open.pop()?;
                open.last_mut()?.children.push(closed);
            }
            Event::Text(part) => open.last_mut()?.text.push_str(&part.xml10_content()),
            Event::CData(part) => open.last_mut()?.text.push_str(&part.xml10_content()),
            Event::GeneralRef(part) => {
                let found = part.resolve_char_ref().ok()?;
                open.last_mut()?.text.push(found.or_else(|| predefined(&part))?);
            }
            Event::Eof => break,
            Event::Decl(_) | Event::Comment(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
    let outer = open.pop().filter(|_| open.is_empty())?;
    let mut roots = outer.children.into_iter();
    roots.next().filter(|_| roots.next().is_none())
}

fn named(start: &quick_xml::events::BytesStart<'_>) -> Element {
    Element { name: start.local_name().into_inner().to_owned(), ..Element::default() }
}

fn predefined(name: &str) -> Option<char> {
    match name {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => None,
    }
}

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
    fn what_is_read_has_its_entities_and_no_prefixes() {
        let root =
            parse("<?xml version=\"1.0\"?>\n<a:Rule xmlns:a=\"urn:x\"><ID>x &amp; &#65;<![CDATA[<]]></ID><Filter/></a:Rule>").unwrap();
        assert_eq!((root.name.as_str(), root.children.len()), ("Rule", 2));
        assert_eq!(root.children[0].text, "x & A<");
        assert_eq!(root.children[1], Element { name: "Filter".into(), ..Element::default() });
    }

    #[test]
    fn what_is_not_well_formed_is_refused() {
        for text in ["", "text", "<a>", "<a></b>", "<a/><b/>", "<a>&nope;</a>", "<a><b></a></b>", &"<a>".repeat(100_000)] {
            assert_eq!(parse(text), None, "{}", text.len());
        }
    }

    #[test]
    fn lists_repeat_and_attributes_stand_in_the_tag() {
        let mut xml = String::new();
        write(&mut xml, "R", &json!({"@xmlns": "urn:x", "Rule": [{"ID": "a<b"}, {"Days": 3}], "None": null, "Empty": {}}));
        assert_eq!(xml, "<R xmlns=\"urn:x\"><Empty></Empty><Rule><ID>a&lt;b</ID></Rule><Rule><Days>3</Days></Rule></R>");
    }
}

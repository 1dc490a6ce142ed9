//! XML documents as trees of elements.

use quick_xml::Reader;
use quick_xml::events::Event;

/// How deep a document may nest; no AWS document comes near it.
const MAX_DEPTH: usize = 32;

/// An element without its attributes, which no document that is read here needs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Element {
    /// Without a namespace prefix.
    pub name: String,
    /// In their order.
    pub children: Vec<Element>,
    /// All text directly inside, put together.
    pub text: String,
}

impl Element {
    /// The first element of a name within.
    pub fn find(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }
}

/// Reads a document; `None` when it is not well-formed.
pub fn parse(text: &str) -> Option<Element> {
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

#[cfg(test)]
mod tests {
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
}

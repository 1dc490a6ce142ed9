//! JSON that is made while it is written: what an audit of a hundred thousand things says would as a tree take ten times its text.

use super::json::push_escaped;
use serde::ser::{Serialize, Serializer};
use serde_json::Value as Json;
use serde_json::ser::{Formatter, PrettyFormatter};
use std::collections::BTreeMap;
use std::io;

/// Makes the items of a list, each when it is written.
type Items<'a> = Box<dyn Fn() -> Box<dyn Iterator<Item = Lazy<'a>> + 'a> + 'a>;

/// JSON of which lists are made only as they are written.
pub(super) enum Lazy<'a> {
    /// What is there already.
    Ready(Json),
    /// A map; its keys are written in their order, as those of a tree are.
    Map(BTreeMap<&'static str, Lazy<'a>>),
    /// A list of what is there already.
    List(Vec<Lazy<'a>>),
    /// A list of what is not.
    Each(Items<'a>),
}

impl<'a> Lazy<'a> {
    /// The list of what this makes of each item.
    pub(super) fn each<I: Iterator<Item = Lazy<'a>> + 'a>(items: impl Fn() -> I + 'a) -> Self {
        Self::Each(Box::new(move || Box::new(items())))
    }

    /// What a value is in JSON.
    pub(super) fn of(value: &impl Serialize) -> Self {
        Self::Ready(serde_json::to_value(value).unwrap_or_default())
    }

    /// Takes a map apart, so that lists can be put into it.
    pub(super) fn map<const N: usize>(entries: [(&'static str, Lazy<'a>); N]) -> Self {
        Self::Map(BTreeMap::from(entries))
    }

    /// Writes it as [`super::json::print`] prints it.
    ///
    /// # Errors
    ///
    /// Those of what it is written to.
    pub(super) fn write(&self, mut out: &mut dyn io::Write) -> io::Result<()> {
        let mut serializer = serde_json::Serializer::with_formatter(&mut out, Visible(PrettyFormatter::new()));
        self.serialize(&mut serializer)?;
        out.write_all(b"\n")
    }

    /// The text of it.
    pub(super) fn print(&self) -> String {
        let mut text = Vec::new();
        // Writing into memory cannot fail, and JSON is UTF-8.
        let _ = self.write(&mut text);
        String::from_utf8(text).unwrap_or_default()
    }
}

impl Serialize for Lazy<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Ready(json) => json.serialize(serializer),
            Self::Map(map) => serializer.collect_map(map),
            Self::List(items) => serializer.collect_seq(items),
            Self::Each(items) => serializer.collect_seq(items()),
        }
    }
}

/// Writes every control and hidden character of a text as `\uXXXX`.
struct Visible(PrettyFormatter<'static>);

impl Formatter for Visible {
    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        // Most texts hide nothing.
        if fragment.is_ascii() && !fragment.bytes().any(|byte| byte.is_ascii_control()) {
            return out.write_all(fragment.as_bytes());
        }
        let mut shown = String::with_capacity(fragment.len());
        fragment.chars().for_each(|character| push_escaped(&mut shown, character));
        out.write_all(shown.as_bytes())
    }

    fn begin_array<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_array(out)
    }

    fn end_array<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array(out)
    }

    fn begin_array_value<W: ?Sized + io::Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(out, first)
    }

    fn end_array_value<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array_value(out)
    }

    fn begin_object<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object(out)
    }

    fn end_object<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object(out)
    }

    fn begin_object_key<W: ?Sized + io::Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(out, first)
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object_value(out)
    }

    fn end_object_value<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object_value(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn what_is_made_as_it_is_written_reads_as_the_tree_does() {
        let tree = json!({ "b": [{ "x": 1 }, { "x": null }], "a": [], "c": {}, "d": "a\u{202e}b\u{7f}\"\n" });
        let item = |x: Json| Lazy::map([("x", Lazy::Ready(x))]);
        let lazy = Lazy::map([
            ("d", Lazy::of(&"a\u{202e}b\u{7f}\"\n")),
            ("b", Lazy::each(move || [json!(1), Json::Null].into_iter().map(item))),
            ("a", Lazy::each(std::iter::empty)),
            ("c", Lazy::Map(BTreeMap::new())),
        ]);
        assert_eq!(lazy.print(), crate::view::json::print(&tree));
    }

    proptest! {
        #[test]
        fn every_text_reads_as_in_the_tree(text in any::<String>()) {
            prop_assert_eq!(Lazy::of(&text).print(), crate::view::json::print(&json!(text)));
        }
    }
}

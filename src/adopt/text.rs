//! Values and blocks as HCL: what `fmt` lays out afterwards.

use super::words::Words;
use crate::model::{Key, KindSpec, Shape, Value, path};
use std::collections::BTreeMap;

/// The longest collection that stands on one line, in bytes.
const ONE_LINE: usize = 100;

/// Where a text stands: what refers to something else depends on it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    /// The block, by its place among all.
    pub(super) group: usize,
    /// The thing that it is of, by its place in the block.
    pub(super) thing: usize,
    /// The path of the setting; empty where it is none.
    pub(super) at: &'a str,
}

/// A value.
pub(super) fn value(value: &Value, words: &Words<'_>, place: Place<'_>) -> String {
    match value {
        Value::Null | Value::Unknown => "null".to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => words.text(text, place),
        Value::List(items) | Value::Set(items) => list(&items.iter().map(|item| self::value(item, words, place)).collect::<Vec<_>>()),
        Value::Map(map) => object(map.iter().map(|(key, item)| (key_text(key), self::value(item, words, place))).collect()),
    }
}

/// A list of expressions, on a line or on one each.
pub(super) fn list(items: &[String]) -> String {
    let length: usize = items.iter().map(|item| item.len() + 2).sum();
    if length <= ONE_LINE && !items.iter().any(|item| item.contains('\n')) {
        return format!("[{}]", items.join(", "));
    }
    format!("[\n{},\n]", items.join(",\n"))
}

/// An object, on a line or on one for each key.
pub(super) fn object(items: Vec<(String, String)>) -> String {
    let items: Vec<String> = items.into_iter().map(|(key, value)| format!("{key} = {value}")).collect();
    let length: usize = items.iter().map(|item| item.len() + 2).sum();
    match items.len() {
        0 => "{}".to_owned(),
        1..=3 if length <= ONE_LINE && !items.iter().any(|item| item.contains('\n')) => format!("{{ {} }}", items.join(", ")),
        _ => format!("{{\n{}\n}}", items.join("\n")),
    }
}

/// A key of an object: bare where it can be.
pub(super) fn key_text(key: &str) -> String {
    let is_bare = super::things::is_label(key) && !["null", "true", "false", "for", "if", "in"].contains(&key);
    if is_bare { key.to_owned() } else { quoted(key) }
}

/// A text as a template that means just it.
pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

/// A text between the quotes of a template.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::new();
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '$' | '%' if letters.peek() == Some(&'{') => out.extend([letter, letter]),
            letter if letter.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(letter))),
            letter => out.push(letter),
        }
    }
    out
}

/// The numbers of a JSON document as they are written, in the order of their letters.
pub(super) fn numbers(json: &str) -> Vec<String> {
    let mut found = vec![String::new()];
    let (mut in_text, mut is_escaped) = (false, false);
    for letter in json.chars() {
        match letter {
            _ if is_escaped => is_escaped = false,
            '\\' if in_text => is_escaped = true,
            '"' => in_text = !in_text,
            '0'..='9' | '+' | '-' | '.' | 'e' | 'E' if !in_text => {
                if let Some(number) = found.last_mut() {
                    number.push(letter);
                }
                continue;
            }
            _ => {}
        }
        if found.last().is_some_and(|number| !number.is_empty()) {
            found.push(String::new());
        }
    }
    // What is left of `true`, `false` and `null` has no digit.
    found.retain(|number| number.contains(|letter: char| letter.is_ascii_digit()));
    found.sort();
    found
}

/// What is in a block, by name, on its way to text.
#[derive(Default)]
struct Level<'v> {
    values: BTreeMap<String, (&'v str, &'v Value)>,
    blocks: BTreeMap<String, BTreeMap<Option<String>, Level<'v>>>,
    /// What stands at the block's own path.
    here: Option<&'v Value>,
}

impl<'v> Level<'v> {
    fn insert(&mut self, spec: &KindSpec, at: &'v str, value: &'v Value) {
        let segments = path::segments(at);
        let Some((last, around)) = segments.split_last() else { return };
        let mut level = self;
        for segment in around {
            level = level.block(&segment.name, segment.key.clone());
        }
        let is_block = last.key.is_some() || spec.setting(at).is_some_and(|setting| matches!(setting.shape, Shape::Block(_)));
        if is_block {
            level.block(&last.name, last.key.clone()).here = Some(value);
        } else {
            level.values.insert(last.name.clone(), (at, value));
        }
    }

    fn block(&mut self, name: &str, key: Option<String>) -> &mut Self {
        self.blocks.entry(name.to_owned()).or_default().entry(key).or_default()
    }

    /// Whether there are blocks in it; flags are written as an argument.
    fn holds_blocks(&self, table: &str, spec: &KindSpec) -> bool {
        let is_flags =
            |name: &String| spec.setting(&path::child(table, name)).is_some_and(|setting| matches!(setting.shape, Shape::Flags { .. }));
        !self.blocks.keys().all(is_flags)
    }

    fn write(&self, table: &str, spec: &KindSpec, line: &dyn Fn(&str, &Value) -> String, out: &mut Vec<String>) {
        let place = |name: &String| {
            let generic = path::child(table, name);
            let starts = |setting: &&crate::model::Setting| setting.path == generic || path::is_within(setting.path, &generic);
            (spec.settings.iter().position(|setting| starts(&setting)).unwrap_or(usize::MAX), name.clone())
        };
        let mut values: Vec<&String> = self.values.keys().collect();
        values.sort_by_key(|name| place(name));
        for name in values {
            if let Some((at, value)) = self.values.get(name) {
                out.push(format!("{name} = {}", line(at, value)));
            }
        }
        let mut blocks: Vec<&String> = self.blocks.keys().collect();
        blocks.sort_by_key(|name| place(name));
        for name in blocks {
            let Some(all) = self.blocks.get(name) else { continue };
            let table = path::child(table, name);
            let shape = spec.setting(&table).map(|setting| setting.shape);
            if let Some(Shape::Flags { .. }) = shape {
                let flags = all.iter().filter_map(|(key, flag)| Some((key_text(key.as_ref()?), line("", flag.here?))));
                out.push(format!("{name} = {}", object(flags.collect())));
                continue;
            }
            for (key, block) in in_time(all) {
                let (label, first) = match (shape, key) {
                    (Some(Shape::Block(Key::Label)), Some(key)) => (format!(" {}", quoted(key)), None),
                    (Some(Shape::Block(Key::Argument(argument))), Some(key)) if !block.values.contains_key(argument) => {
                        (String::new(), Some(format!("{argument} = {}", line("", &Value::from(key.as_str())))))
                    }
                    _ => (String::new(), None),
                };
                let mut inner: Vec<String> = first.into_iter().collect();
                block.write(&table, spec, line, &mut inner);
                // HCL takes one argument on the line of its block, and no block.
                let fits = |only: &String| !only.contains('\n') && only.len() <= ONE_LINE && !block.holds_blocks(&table, spec);
                match inner.as_slice() {
                    [] => out.push(format!("{name}{label} {{}}")),
                    [only] if label.is_empty() && fits(only) => {
                        out.push(format!("{name}{label} {{ {only} }}"));
                    }
                    _ => out.push(format!("{name}{label} {{\n{}\n}}", inner.join("\n"))),
                }
            }
        }
    }
}

/// Blocks of one name, by when they count where all of them say so, else by key.
fn in_time<'l, 'v>(blocks: &'l BTreeMap<Option<String>, Level<'v>>) -> Vec<(&'l Option<String>, &'l Level<'v>)> {
    let days = |level: &Level<'_>| ["days", "noncurrent_days"].iter().find_map(|name| level.values.get(*name)?.1.as_i64());
    let mut blocks: Vec<_> = blocks.iter().collect();
    if blocks.iter().all(|(_, level)| days(level).is_some()) {
        blocks.sort_by_key(|(_, level)| days(level));
    }
    blocks
}

/// The settings of a block, a text for each argument and each block in it, in the order of the kind's table.
pub(super) fn body(spec: &KindSpec, settings: &BTreeMap<String, Value>, line: &dyn Fn(&str, &Value) -> String) -> Vec<String> {
    let mut level = Level::default();
    for (at, value) in settings {
        level.insert(spec, at, value);
    }
    let mut out = Vec::new();
    level.write("", spec, line, &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds;
    use hcl::edit::parser::parse_body;

    #[test]
    fn numbers_are_told_from_digits_in_texts() {
        assert_eq!(numbers(r#"{"a1":[1e3,-0.50,"7\"8"],"b":true,"c":[null,2]}"#), ["-0.50", "1e3", "2"]);
    }

    /// The path of a setting with a key wherever there can be several blocks, and what stands at the path.
    fn example(spec: &KindSpec, generic: &str) -> (String, Value) {
        let (mut at, mut plain) = (String::new(), String::new());
        let mut value = Value::from("x");
        for segment in path::segments(generic) {
            at = path::child(&at, &segment.name);
            plain = path::child(&plain, &segment.name);
            value = Value::from("x");
            match spec.setting(&plain).map(|setting| setting.shape) {
                Some(Shape::Block(Key::One)) => value = Value::Bool(true),
                Some(Shape::Block(_) | Shape::Flags { .. }) => {
                    at = path::keyed(&at, "k");
                    value = Value::Bool(true);
                }
                _ => {}
            }
        }
        (at, value)
    }

    #[test]
    fn whatever_is_said_alone_or_beside_one_other_thing_parses_and_can_be_laid_out() {
        let line = |_: &str, value: &Value| value.as_str().map_or_else(|| value.to_string(), quoted);
        for spec in kinds::all().map(kinds::Kind::spec) {
            for one in spec.settings {
                for other in spec.settings {
                    let settings = BTreeMap::from([example(spec, one.path), example(spec, other.path)]);
                    let text = format!("resource \"a\" \"b\" {{\n{}\n}}\n", body(spec, &settings, &line).join("\n"));
                    let parsed =
                        parse_body(&text).unwrap_or_else(|error| panic!("{} {} {}:\n{text}{error}", spec.name, one.path, other.path));
                    // A tenth of them is laid out too, which takes longer.
                    if (one.path.len() + other.path.len()).is_multiple_of(10) {
                        let laid = crate::policy::format::format(&text).unwrap_or_else(|error| panic!("{text}{error}"));
                        assert_eq!(hcl::Body::from(parse_body(&laid).unwrap()), hcl::Body::from(parsed));
                    }
                }
            }
        }
    }
}

//! YAML, written as Terraform's library writes it.

use super::args::{text, value, wrong};
use super::{Call, FunctionError, Outcome};
use crate::model::Value;
use crate::policy::eval::{number_text, to_text};
use serde_yaml_ng::Value as Yaml;
use std::collections::BTreeMap;

pub(super) fn decode(_: &Call<'_>, args: &[Value]) -> Outcome {
    let text = text(args, 0)?;
    let broken = |error: &serde_yaml_ng::Error| wrong(0, format!("is not YAML: {error}"));
    let mut yaml: Yaml = serde_yaml_ng::from_str(&text).map_err(|error| broken(&error))?;
    yaml.apply_merge().map_err(|error| broken(&error))?;
    if matches!(yaml, Yaml::Null) && text.trim().is_empty() {
        return Err(wrong(0, "is not YAML: it is empty"));
    }
    from_yaml(yaml)
}

fn from_yaml(yaml: Yaml) -> Outcome {
    Ok(match yaml {
        Yaml::Null => Value::Null,
        Yaml::Bool(flag) => Value::Bool(flag),
        Yaml::Number(number) => match (number.as_i64(), number.as_u64(), number.as_f64()) {
            (Some(whole), _, _) => Value::from(whole),
            (None, Some(whole), _) => Value::Number(whole.into()),
            (None, None, Some(float)) if float.is_finite() => Value::number(float),
            _ => return Err(wrong(0, format!("holds {number}, which is no finite number"))),
        },
        Yaml::String(text) => Value::String(text),
        Yaml::Sequence(items) => Value::List(items.into_iter().map(from_yaml).collect::<Result<_, _>>()?),
        Yaml::Mapping(map) => {
            let pairs: Result<BTreeMap<String, Value>, FunctionError> = map
                .into_iter()
                .map(|(key, item)| {
                    let key = from_yaml(key)?;
                    let key = to_text(&key).ok_or_else(|| wrong(0, format!("holds {} as a key", key.type_name())))?;
                    Ok((key, from_yaml(item)?))
                })
                .collect();
            Value::Map(pairs?)
        }
        Yaml::Tagged(tagged) => return Err(wrong(0, format!("holds the tag `{}`, which has no meaning here", tagged.tag))),
    })
}

#[expect(clippy::unnecessary_wraps, reason = "the table of functions needs this signature")]
pub(super) fn encode(_: &Call<'_>, args: &[Value]) -> Outcome {
    let value = value(args, 0);
    if value.has_unknown() {
        return Ok(Value::Unknown);
    }
    let mut writer = Writer::default();
    match value {
        Value::List(items) | Value::Set(items) if !items.is_empty() => writer.sequence(items, 0),
        Value::Map(map) if !map.is_empty() => writer.mapping(map, 0),
        Value::Null | Value::Bool(_) | Value::Number(_) => {
            writer.scalar(value, 0);
            // A plain scalar alone is open-ended, so the document's end is marked.
            writer.out.push_str("...\n");
        }
        other => writer.scalar(other, 0),
    }
    Ok(writer.out.into())
}

/// A line of quoted text is broken at the first space past this column.
const WIDTH: usize = 80;

#[derive(Default)]
struct Writer {
    out: String,
}

impl Writer {
    /// Writes the items; the first one stands where the writer is.
    fn sequence(&mut self, items: &[Value], indent: usize) {
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.out.push_str(&" ".repeat(indent));
            }
            self.out.push_str("- ");
            match item {
                Value::List(items) | Value::Set(items) if !items.is_empty() => self.sequence(items, indent + 2),
                Value::Map(map) if !map.is_empty() => self.mapping(map, indent + 2),
                other => self.scalar(other, indent + 2),
            }
        }
    }

    fn mapping(&mut self, map: &BTreeMap<String, Value>, indent: usize) {
        for (index, (key, item)) in map.iter().enumerate() {
            if index > 0 {
                self.out.push_str(&" ".repeat(indent));
            }
            self.quoted(key, None);
            self.out.push(':');
            match item {
                Value::List(items) | Value::Set(items) if !items.is_empty() => {
                    self.out.push('\n');
                    self.out.push_str(&" ".repeat(indent));
                    self.sequence(items, indent);
                }
                Value::Map(map) if !map.is_empty() => {
                    self.out.push('\n');
                    self.out.push_str(&" ".repeat(indent + 2));
                    self.mapping(map, indent + 2);
                }
                other => {
                    self.out.push(' ');
                    self.scalar(other, indent + 2);
                }
            }
        }
    }

    fn scalar(&mut self, value: &Value, indent: usize) {
        match value {
            Value::Null | Value::Unknown => self.out.push_str("null"),
            Value::Bool(flag) => self.out.push_str(if *flag { "true" } else { "false" }),
            Value::Number(number) => self.out.push_str(&number_text(number)),
            Value::List(_) | Value::Set(_) => self.out.push_str("[]"),
            Value::Map(_) => self.out.push_str("{}"),
            Value::String(text) if text.contains('\n') && can_be_literal(text) => return self.literal(text, indent.max(2)),
            Value::String(text) => self.quoted(text, Some(indent.max(2))),
        }
        self.out.push('\n');
    }

    fn literal(&mut self, text: &str, indent: usize) {
        self.out.push('|');
        if text.starts_with([' ', '\n']) {
            self.out.push('2');
        }
        let ends = text.chars().rev().take_while(|ch| *ch == '\n').count();
        if ends == 0 {
            self.out.push('-');
        } else if ends > 1 || text == "\n" {
            self.out.push('+');
        }
        self.out.push('\n');
        for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
            if !line.is_empty() {
                self.out.push_str(&" ".repeat(indent));
                self.out.push_str(line);
            }
            self.out.push('\n');
        }
    }

    /// Writes text in double quotes; with an indent, long lines are broken.
    fn quoted(&mut self, text: &str, indent: Option<usize>) {
        let line_start = self.out.rfind('\n').map_or(0, |place| place + 1);
        let mut column = self.out.chars().count() - self.out.get(..line_start).map_or(0, |before| before.chars().count());
        self.out.push('"');
        column += 1;
        let mut chars = text.chars().peekable();
        let mut first = true;
        let mut after_space = false;
        while let Some(ch) = chars.next() {
            if let Some(indent) = indent
                && ch == ' '
                && !first
                && !after_space
                && column > WIDTH
                && let Some(next) = chars.peek()
            {
                let escape = *next == ' ';
                self.out.push('\n');
                self.out.push_str(&" ".repeat(indent));
                column = indent;
                if escape {
                    self.out.push('\\');
                    column += 1;
                }
                after_space = true;
            } else {
                let written = escaped(ch);
                column += written.chars().count();
                self.out.push_str(&written);
                after_space = ch == ' ';
            }
            first = false;
        }
        self.out.push('"');
    }
}

fn is_printable(ch: char) -> bool {
    matches!(ch, ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}' | '\u{10000}'..='\u{10ffff}')
}

fn can_be_literal(text: &str) -> bool {
    !text.ends_with(' ') && !text.contains(" \n") && text.chars().all(|ch| ch == '\n' || (is_printable(ch) && !is_break(ch)))
}

fn is_break(ch: char) -> bool {
    matches!(ch, '\r' | '\n' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

fn escaped(ch: char) -> String {
    match ch {
        '\0' => "\\0".into(),
        '\u{7}' => "\\a".into(),
        '\u{8}' => "\\b".into(),
        '\t' => "\\t".into(),
        '\n' => "\\n".into(),
        '\u{b}' => "\\v".into(),
        '\u{c}' => "\\f".into(),
        '\r' => "\\r".into(),
        '\u{1b}' => "\\e".into(),
        '"' => "\\\"".into(),
        '\\' => "\\\\".into(),
        '\u{85}' => "\\N".into(),
        '\u{2028}' => "\\L".into(),
        '\u{2029}' => "\\P".into(),
        ch if is_printable(ch) => ch.to_string(),
        ch => {
            let number = u32::from(ch);
            match number {
                0..=0xff => format!("\\x{number:02X}"),
                0x100..=0xffff => format!("\\u{number:04X}"),
                _ => format!("\\U{number:08X}"),
            }
        }
    }
}

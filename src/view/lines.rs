//! Values side by side: on one line where they fit, line by line where they do not.

use super::escape::visible;
use super::words;
use crate::model::{Reading, Setting, Value};
use similar::{ChangeTag, TextDiff};

/// Longer than this, a list or a map is shown line by line.
const ONE_LINE: usize = 100;
/// Unchanged lines that are shown around a changed one.
const AROUND: usize = 3;

/// One line of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DiffLine {
    /// `+`, `-` or a space.
    pub(super) marker: char,
    /// The text, with nothing hidden in it.
    pub(super) text: String,
}

/// The comparison line by line of a value that is too large for one line; `None` where one line shows it better, or exactly.
pub(super) fn compare(before: Option<&Reading>, after: &Value, setting: Option<&Setting>) -> Option<Vec<DiffLine>> {
    let known = match before {
        Some(Reading::Known(value)) => Some(value),
        _ => None,
    };
    // Two collections side by side need a line twice as long.
    let together = known.is_some_and(|before| is_collection(before) && is_collection(after) && width(before) + width(after) > ONE_LINE);
    if !together && !known.into_iter().chain([after]).any(is_large) {
        return None;
    }
    // What has a name alone is a line of its own, not a text that could be in the document.
    let spread = |value: &Value| match setting.and_then(|setting| setting.aws_default.name_of(value)) {
        Some(called) => format!("{}\n", words::by_default(called)),
        None => spread(value),
    };
    let (old, new) = (known.map(spread).unwrap_or_default(), spread(after));
    // Documents that differ only in their formatting look equal when spread: then only the raw text is exact.
    if old == new && known.is_some() {
        return None;
    }
    Some(diff(&old, &new))
}

fn is_collection(value: &Value) -> bool {
    matches!(value, Value::List(_) | Value::Set(_) | Value::Map(_))
}

fn width(value: &Value) -> usize {
    value.to_string().chars().count()
}

fn is_large(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\n') || (text.len() > ONE_LINE && document(text).is_some()),
        Value::List(_) | Value::Set(_) | Value::Map(_) => value.to_string().len() > ONE_LINE,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Unknown => false,
    }
}

/// The value as text of one line for each part of it.
fn spread(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => document(text).unwrap_or_else(|| text.clone()),
        Value::List(_) | Value::Set(_) | Value::Map(_) => {
            let mut text = String::new();
            spread_into(&mut text, value, 0, "");
            text
        }
        Value::Bool(_) | Value::Number(_) | Value::Unknown => value.to_string(),
    }
}

/// The text of a JSON document, indented; `None` for any other text.
fn document(text: &str) -> Option<String> {
    if !text.trim_start().starts_with(['{', '[']) {
        return None;
    }
    let json: serde_json::Value = serde_json::from_str(text).ok()?;
    serde_json::to_string_pretty(&json).ok().map(|pretty| pretty + "\n")
}

fn spread_into(out: &mut String, value: &Value, depth: usize, prefix: &str) {
    let indent = "  ".repeat(depth);
    let (open, close) = match value {
        Value::Map(map) if !map.is_empty() => ("{", "}"),
        Value::List(items) | Value::Set(items) if !items.is_empty() => ("[", "]"),
        _ => {
            put!(out, "{indent}{prefix}{value}\n");
            return;
        }
    };
    put!(out, "{indent}{prefix}{open}\n");
    for (key, inner) in value.as_map().into_iter().flatten() {
        let key = Value::from(key.as_str());
        spread_into(out, inner, depth + 1, &format!("{key} = "));
    }
    for inner in value.as_items().into_iter().flatten() {
        spread_into(out, inner, depth + 1, "");
    }
    put!(out, "{indent}{close}\n");
}

fn diff(old: &str, new: &str) -> Vec<DiffLine> {
    let diff = TextDiff::from_lines(old, new);
    let total = diff.iter_all_changes().count();
    let mut shown = Vec::new();
    let mut at = 0;
    let hidden = |shown: &mut Vec<DiffLine>, count: usize| {
        if count > 0 {
            let lines = if count == 1 { "line" } else { "lines" };
            shown.push(DiffLine { marker: ' ', text: format!("… {count} unchanged {lines}") });
        }
    };
    let positions: Vec<_> = diff.iter_all_changes().collect();
    let near = near_a_change(&positions.iter().map(|change| change.tag() != ChangeTag::Equal).collect::<Vec<_>>());
    for (index, change) in positions.iter().enumerate() {
        if near.get(index) != Some(&true) {
            continue;
        }
        hidden(&mut shown, index - at);
        at = index + 1;
        let text = change.value();
        let line = text.strip_suffix('\n').unwrap_or(text);
        let last = if change.missing_newline() && change.tag() != ChangeTag::Equal && old.ends_with('\n') != new.ends_with('\n') {
            " (no newline at the end)"
        } else {
            ""
        };
        shown.push(DiffLine {
            marker: match change.tag() {
                ChangeTag::Equal => ' ',
                ChangeTag::Delete => '-',
                ChangeTag::Insert => '+',
            },
            text: visible(line) + last,
        });
    }
    hidden(&mut shown, total - at);
    shown
}

fn near_a_change(changed: &[bool]) -> Vec<bool> {
    let mut near = vec![false; changed.len()];
    for (index, _) in changed.iter().enumerate().filter(|(_, changed)| **changed) {
        let end = (index + AROUND + 1).min(changed.len());
        if let Some(around) = near.get_mut(index.saturating_sub(AROUND)..end) {
            around.fill(true);
        }
    }
    near
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(before: &str, after: &str) -> String {
        let before = Reading::Known(Value::from(before));
        compare(Some(&before), &Value::from(after), None).map_or_else(
            || "one line".to_owned(),
            |lines| lines.iter().map(|line| format!("{} {}", line.marker, line.text)).collect::<Vec<_>>().join("\n"),
        )
    }

    #[test]
    fn long_texts_are_compared_line_by_line() {
        insta::assert_snapshot!(shown("1\n2\n3\n4\n5\n6\nold\u{1b}\n", "1\n2\n3\n4\n5\n6\nnew"), @r"
          … 3 unchanged lines
          4
          5
          6
        - old\u{1b}
        + new (no newline at the end)
        ");
    }

    #[test]
    fn a_document_that_differs_only_in_spaces_is_shown_raw() {
        let wide = format!("{{\"a\":   \"{}\"}}", "x".repeat(120));
        assert_eq!(shown(&wide, &wide.replace(' ', "")), "one line");
        assert!(shown(&wide, &wide.replace("xx", "yy")).contains("+   \"a\": \"yy"));
    }

    #[test]
    fn a_large_map_is_spread() {
        let map: std::collections::BTreeMap<String, Value> = (0..30).map(|n| (format!("key{n:02}"), Value::from(i64::from(n)))).collect();
        let before = Reading::Known(Value::from(map.clone()));
        let mut changed = map;
        changed.insert("key07".to_owned(), Value::Unknown);
        let lines = compare(Some(&before), &Value::from(changed), None).unwrap();
        let text: Vec<_> = lines.iter().filter(|line| line.marker != ' ').map(|line| line.text.trim()).collect();
        assert_eq!(text, ["\"key07\" = 7", "\"key07\" = (known after apply)"]);
    }
}

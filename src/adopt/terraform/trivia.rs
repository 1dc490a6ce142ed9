//! What stands between blocks and arguments: comments and empty lines, which a translation keeps.

use std::ops::Range;

/// What stands between two things of a body: the rest of the first one's line, and what is above the second.
#[derive(Debug, Default)]
pub(super) struct Gap {
    /// A comment behind the first, on its line.
    pub(super) tail: String,
    /// Lines above the second, each ended.
    pub(super) lead: String,
}

/// Reads a gap of a text.
pub(super) fn gap(text: &str, range: Range<usize>) -> Gap {
    let between = text.get(range).unwrap_or_default();
    let (tail, lead) = between.split_once('\n').unwrap_or((between, ""));
    let tail = tail.trim();
    // A comment of several lines belongs to what follows.
    if tail.starts_with("/*") && !tail.ends_with("*/") {
        return Gap { tail: String::new(), lead: lines(between) };
    }
    Gap { tail: tail.to_owned(), lead: lines(lead) }
}

/// The lines above something, from the end of what is before it, or from the beginning of the text.
pub(super) fn lead(text: &str, before: Option<usize>, start: usize) -> String {
    match before {
        Some(before) => gap(text, before..start).lead,
        None => lines(text.get(..start).unwrap_or_default()),
    }
}

/// Comments, and at most one empty line where some are. What is behind the last end of line is only indentation.
fn lines(text: &str) -> String {
    let mut out = String::new();
    let Some((lines, _)) = text.rsplit_once('\n') else { return out };
    for line in lines.split('\n') {
        let line = line.trim();
        if !line.is_empty() || !(out == "\n" || out.ends_with("\n\n")) {
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}

/// One argument or block of a body that is written.
#[derive(Clone, Debug, Default)]
pub(super) struct Item {
    /// Comments and empty lines above it.
    pub(super) lead: String,
    /// Its text.
    pub(super) text: String,
    /// A comment behind it, on its line.
    pub(super) tail: String,
}

impl Item {
    /// An item of its own making, without comments.
    pub(super) fn of(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// Whether it is a block.
    fn is_block(&self) -> bool {
        self.text.split(['=', '\n']).next().is_some_and(|start| start.trim_end().ends_with(['{', '}']))
    }
}

/// The items of a body, and what stands behind the last one.
#[derive(Clone, Debug, Default)]
pub(super) struct Items {
    /// The items, in their order.
    pub(super) items: Vec<Item>,
    /// Comments at the end.
    pub(super) end: String,
}

impl Items {
    /// Adds one.
    pub(super) fn push(&mut self, text: impl Into<String>) {
        self.items.push(Item::of(text));
    }

    /// Adds an argument before the first block, as arguments stand before blocks.
    pub(super) fn push_argument(&mut self, text: impl Into<String>) {
        let place = self.items.iter().position(Item::is_block).unwrap_or(self.items.len());
        self.items.insert(place, Item::of(text));
    }

    /// Whether nothing is in it.
    pub(super) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Everything between the braces, each item on lines of its own.
    pub(super) fn written(&self) -> String {
        let mut out = String::new();
        for (number, item) in self.items.iter().enumerate() {
            let lead = if number == 0 { item.lead.trim_start_matches('\n') } else { &item.lead };
            out.push_str(lead);
            out.push_str(&item.text);
            if !item.tail.is_empty() {
                out.push(' ');
                out.push_str(&item.tail);
            }
            out.push('\n');
        }
        out.push_str(self.end.trim_end_matches('\n'));
        if !self.end.trim().is_empty() {
            out.push('\n');
        }
        out
    }

    /// A block with these items.
    pub(super) fn block(&self, header: &str) -> String {
        if self.items.is_empty() && self.end.trim().is_empty() {
            return format!("{header} {{}}");
        }
        format!("{header} {{\n{}}}", self.written())
    }
}

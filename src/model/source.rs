//! Where something stands in the policy's text.

use serde::{Deserialize, Serialize};
use std::ops::Range;

/// One loaded file, as its place in [`Sources`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct SourceId(pub usize);

impl SourceId {
    /// A text that backstay brings along, and that no user wrote: what stands in it is told at the places of the policy that it comes from.
    pub const EMBEDDED: Self = Self(usize::MAX);
}

/// A range of bytes of one loaded file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// The file.
    pub source: SourceId,
    /// The bytes, from the first to past the last.
    pub range: Range<usize>,
}

/// One loaded file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The path as the user would type it.
    pub name: String,
    /// The whole text.
    pub text: String,
    /// Where each line starts, in bytes.
    lines: Vec<usize>,
}

/// All loaded files.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: Vec<Source>,
}

/// A place that a person can go to: `policy.hcl:12:3`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Position {
    /// The path as the user would type it.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
}

impl std::fmt::Display for Position {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}:{}:{}", self.file, self.line, self.column)
    }
}

impl Sources {
    /// Keeps a file and returns its id.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> SourceId {
        let text = text.into();
        let breaks = text.bytes().zip(1..).filter(|(byte, _)| *byte == b'\n').map(|(_, after)| after);
        let lines = std::iter::once(0).chain(breaks).collect();
        self.files.push(Source { name: name.into(), text, lines });
        SourceId(self.files.len() - 1)
    }

    /// The file of that id.
    pub fn get(&self, id: SourceId) -> Option<&Source> {
        self.files.get(id.0)
    }

    /// All files in the order in which they were loaded.
    pub fn iter(&self) -> impl Iterator<Item = &Source> {
        self.files.iter()
    }

    /// The word, or the text in quotes, that begins at a line and column, both from 1 and the column in characters; `None` past the end.
    pub fn word(&self, source: SourceId, line: usize, column: usize) -> Option<Span> {
        let file = self.get(source)?;
        let start = *file.lines.get(line.checked_sub(1)?)?;
        let text = file.text.get(start..)?.lines().next().unwrap_or_default();
        let mut rest = text.chars();
        let before: usize = rest.by_ref().take(column.checked_sub(1)?).map(char::len_utf8).sum();
        let is_word = |c: char| c.is_alphanumeric() || "_-".contains(c);
        let rest = text.get(before..)?;
        let quoted = rest.strip_prefix('"').and_then(|text| text.find('"')).map(|end| end + 2);
        let length: usize = quoted.unwrap_or_else(|| rest.chars().take_while(|c| is_word(*c)).map(char::len_utf8).sum());
        let from = start + before;
        let first = text.get(before..)?.chars().next().map_or(0, char::len_utf8);
        Some(Span { source, range: from..from + length.max(first) })
    }

    /// The line and column where a span starts.
    pub fn position(&self, span: &Span) -> Position {
        let Some(source) = self.get(span.source) else {
            return Position { file: "?".into(), line: 1, column: 1 };
        };
        let line = source.lines.partition_point(|start| *start <= span.range.start);
        let start = line.checked_sub(1).and_then(|line| source.lines.get(line)).copied().unwrap_or_default();
        let before = source.text.as_bytes().get(start..span.range.start).unwrap_or_default();
        let column = String::from_utf8_lossy(before).chars().count() + 1;
        Position { file: source.name.clone(), line, column }
    }
}

//! JSON of which the outer levels are indented and each thing within stands on a line of its own: it can be read and searched, and a million
//! things do not become as many times the spaces.

use serde_json::ser::Formatter;
use std::io::{self, Write};

/// A formatter that indents what is less deep than this.
pub(super) struct Rows {
    /// How many levels are indented.
    pub(super) levels: usize,
    depth: usize,
    /// Whether nothing stands yet in what was opened last.
    is_empty: bool,
}

impl Rows {
    /// A formatter of so many indented levels.
    pub(super) fn new(levels: usize) -> Self {
        Self { levels, depth: 0, is_empty: false }
    }

    fn open<W: ?Sized + Write>(&mut self, out: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth += 1;
        self.is_empty = true;
        out.write_all(bracket)
    }

    fn close<W: ?Sized + Write>(&mut self, out: &mut W, bracket: &[u8]) -> io::Result<()> {
        let is_indented = self.depth <= self.levels && !self.is_empty;
        self.depth = self.depth.saturating_sub(1);
        self.is_empty = false;
        if is_indented {
            self.indent(out)?;
        }
        out.write_all(bracket)
    }

    fn indent<W: ?Sized + Write>(&self, out: &mut W) -> io::Result<()> {
        out.write_all(b"\n")?;
        (0..self.depth).try_for_each(|_| out.write_all(b"  "))
    }

    fn begin<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.is_empty = false;
        if !first {
            out.write_all(b",")?;
        }
        if self.depth <= self.levels { self.indent(out) } else { Ok(()) }
    }
}

impl Formatter for Rows {
    fn begin_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.open(out, b"[")
    }

    fn end_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.close(out, b"]")
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.begin(out, first)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.open(out, b"{")
    }

    fn end_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.close(out, b"}")
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.begin(out, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        out.write_all(if self.depth <= self.levels { b": " } else { b":" })
    }
}

#[cfg(test)]
mod tests {
    use crate::view::json::print_rows;
    use serde_json::json;

    #[test]
    fn what_is_deep_stands_on_one_line() {
        let value = json!({ "a": [{ "b": [1, 2], "c": {} }, 3], "d": [], "e": "x" });
        let printed = print_rows(&value, 2);
        assert_eq!(printed, "{\n  \"a\": [\n    {\"b\":[1,2],\"c\":{}},\n    3\n  ],\n  \"d\": [],\n  \"e\": \"x\"\n}\n");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&printed).ok(), Some(value));
    }
}

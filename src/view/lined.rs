//! What all pages of text do alike: lines with an indent and a colour, and sentences that wrap.

use super::style::{Label, Style};

/// A page of text that is written line by line.
pub(super) trait Lined {
    /// How the page looks, and what is written of it so far.
    fn so_far(&mut self) -> (Style, &mut String);

    /// Writes one line.
    fn line(&mut self, indent: usize, label: Label, text: &str) {
        let (style, out) = self.so_far();
        put!(out, "{}{}\n", " ".repeat(indent), style.paint(label, text));
    }

    /// Writes a sentence, on as many lines as it takes.
    fn sentence(&mut self, indent: usize, label: Label, text: &str) {
        for line in self.so_far().0.wrap(indent, text) {
            self.line(indent, label, &line);
        }
    }

    /// Leaves a line empty, but at the top of the page.
    fn gap(&mut self) {
        let (_, out) = self.so_far();
        if !out.is_empty() {
            out.push('\n');
        }
    }
}

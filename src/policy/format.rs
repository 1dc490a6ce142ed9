//! The layout of `backstay fmt`, which is that of `terraform fmt`.
//!
//! Works on tokens and lines, as Terraform's does, so that comments and blank lines stay. Strings and heredocs are one token each and never change.

mod tokens;

#[cfg(test)]
mod tests;

use hcl::edit::parser::parse_body;
use std::ops::Range;
use tokens::{Kind, Token, tokens};
use unicode_segmentation::UnicodeSegmentation;

/// Why a text has no layout: it is not HCL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormatError {
    /// Where the parser stopped.
    pub range: Range<usize>,
    /// What it expected.
    pub message: String,
}

impl std::fmt::Display for FormatError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.message)
    }
}

impl std::error::Error for FormatError {}

/// Lays out a policy file. Doing it twice changes nothing more, and no value changes.
pub fn format(text: &str) -> Result<String, FormatError> {
    let body = parse_body(text)
        .map_err(|error| FormatError { range: place(text, error.location().offset()), message: error.message().to_owned() })?;
    let mut lines = lines(tokens(text));
    indent(&mut lines);
    lines.iter_mut().for_each(space);
    align(&mut lines, |line| (!line.assign.is_empty()).then(|| width(&line.lead)), |line| line.assign.first_mut());
    align(&mut lines, |line| line.comment.as_ref().map(|_| width(&line.lead) + width(&line.assign)), |line| line.comment.as_mut());
    let formatted = written(&lines);
    // The tokens here and the parser's can disagree on text that is barely HCL, such as a bare quote inside a template's directive; such a
    // file is left as it is rather than changed in meaning.
    if parse_body(&formatted).is_ok_and(|again| hcl::Body::from(again) == hcl::Body::from(body)) {
        return Ok(formatted);
    }
    let message =
        "this file cannot be laid out without changing what it means; look for a quote that is not escaped in a template".to_owned();
    Err(FormatError { range: place(text, 0), message })
}

/// The character at an offset, or the empty end.
pub(super) fn place(text: &str, offset: usize) -> Range<usize> {
    let length = text.get(offset..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    let start = offset.min(text.len());
    start..(start + length).min(text.len())
}

#[derive(Default)]
struct Line<'t> {
    lead: Vec<Token<'t>>,
    /// From the `=` on, where the value ends on this line.
    assign: Vec<Token<'t>>,
    comment: Option<Token<'t>>,
}

fn lines(tokens: Vec<Token<'_>>) -> Vec<Line<'_>> {
    let mut lines = vec![Line::default()];
    for token in tokens {
        let ends = token.ends_line();
        if let Some(line) = lines.last_mut() {
            line.lead.push(token);
        }
        if ends {
            lines.push(Line::default());
        }
    }
    lines.iter_mut().for_each(split_cells);
    lines
}

fn split_cells(line: &mut Line<'_>) {
    if line.lead.len() > 1 {
        line.comment = line.lead.pop_if(|last| last.kind == Kind::Comment);
    }
    let Some(equals) = line.lead.iter().skip(1).position(|token| token.kind == Kind::Equal) else {
        return;
    };
    let value = line.lead.get(equals + 1..).unwrap_or_default();
    // More open brackets than closed ones: the value goes on below, and is not aligned.
    if value.iter().map(Token::bracket_change).sum::<i32>() == 0 {
        line.assign = line.lead.split_off(equals + 1);
    }
}

fn indent(lines: &mut [Line<'_>]) {
    // How many brackets each level of indent has open: several that open on one line are one level.
    let mut levels: Vec<i32> = Vec::new();
    for line in lines {
        let change: i32 = line.lead.iter().chain(&line.assign).map(Token::bracket_change).sum();
        let Some(first) = line.lead.first_mut() else { continue };
        if first.kind == Kind::Newline {
            continue;
        }
        let mut closed = -change;
        while closed > 0
            && let Some(open) = levels.pop()
        {
            if closed < open {
                levels.push(open - closed);
            }
            closed -= open;
        }
        first.spaces = 2 * levels.len();
        if change > 0 {
            levels.push(change);
        }
    }
}

fn space(line: &mut Line<'_>) {
    for cell in [&mut line.lead, &mut line.assign] {
        let kinds: Vec<Kind> = cell.iter().map(|token| token.kind).collect();
        let keyword_in: Vec<bool> = cell.iter().map(|token| token.text == "in").collect();
        for (index, token) in cell.iter_mut().enumerate().skip(1) {
            let before = index.checked_sub(2).and_then(|before| kinds.get(before)).copied();
            let subject = kinds.get(index - 1).copied().unwrap_or(Kind::Newline);
            let is_in = keyword_in.get(index - 1).copied().unwrap_or(false);
            token.spaces = usize::from(space_between(before, subject, is_in, token.kind));
        }
    }
}

/// Whether a space stands between a token and the next; `before` is the one before both.
fn space_between(before: Option<Kind>, subject: Kind, is_in: bool, after: Kind) -> bool {
    use Kind::{
        Bang, CloseBrace, Colons, Comma, Dot, Ellipsis, Identifier, Minus, Newline, Number, OpenBrace, OpenBracket, OpenParenthesis,
    };
    match (subject, after) {
        (_, Newline | Comma | Ellipsis | Dot) | (Identifier, OpenParenthesis | Colons) | (Colons, Identifier) | (Dot, _) => false,
        (Comma, _) => true,
        // `for x in [a]` is not an index of something named `in`.
        _ if is_in && before == Some(Identifier) => true,
        (Identifier | Number, OpenBracket) | (Bang, _) | (OpenBrace, CloseBrace) => false,
        (subject, OpenBracket) if subject.bracket_change() < 0 => false,
        (Minus, _) => before.is_some_and(Kind::ends_value),
        (OpenBrace, _) | (_, CloseBrace) => true,
        (subject, after) => subject.bracket_change() <= 0 && after.bracket_change() >= 0,
    }
}

fn width(tokens: &[Token<'_>]) -> usize {
    tokens.iter().map(|token| token.spaces + token.text.graphemes(true).count()).sum()
}

/// Puts one cell of neighbouring lines into one column.
fn align<'t>(
    lines: &mut [Line<'t>],
    width_before: impl Fn(&Line<'t>) -> Option<usize>,
    cell: impl for<'l> Fn(&'l mut Line<'t>) -> Option<&'l mut Token<'t>>,
) {
    let widths: Vec<Option<usize>> = lines.iter().map(width_before).collect();
    let mut runs = lines.iter_mut().zip(&widths).peekable();
    while runs.peek().is_some() {
        let mut run = Vec::new();
        while let Some((line, Some(width))) = runs.next_if(|(_, width)| width.is_some()) {
            run.push((line, *width));
        }
        let widest = run.iter().map(|(_, width)| *width).max().unwrap_or(0);
        for (line, width) in run {
            if let Some(token) = cell(line) {
                token.spaces = widest - width + 1;
            }
        }
        // The line that ends the run.
        runs.next_if(|(_, width)| width.is_none());
    }
}

fn written(lines: &[Line<'_>]) -> String {
    let mut out = String::new();
    for token in lines.iter().flat_map(|line| line.lead.iter().chain(&line.assign).chain(&line.comment)) {
        out.push_str(&" ".repeat(token.spaces));
        out.push_str(token.text);
    }
    if !out.is_empty() && !out.ends_with('\n') {
        out.push('\n');
    }
    out
}

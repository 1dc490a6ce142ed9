//! Diagnostics: for people with the policy's text underlined, for machines as JSON.

use super::escape::{is_hidden, visible};
use super::words::count;
use crate::model::{Diagnostic, Label, Severity, Source, SourceId, Sources};
use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Element, Level, Origin, Renderer, Snippet};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::ops::Range;

/// Columns of a snippet; a longer line is cut around what is underlined.
const WIDTH: usize = 140;
/// More text than this between two labels of one file is not taken into the snippet.
const APART: usize = 200;

/// Renders diagnostics with the text that each points at, and counts them in the last line where there are several.
pub fn render(diagnostics: &[Diagnostic], sources: &Sources, colour: bool) -> String {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.term_width(WIDTH).decor_style(DecorStyle::Ascii);
    let mut out = String::new();
    for diagnostic in diagnostics {
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(&one(diagnostic, sources, &renderer));
        out.push('\n');
    }
    if diagnostics.len() > 1 {
        out.push('\n');
        out.push_str(&total(diagnostics));
        out.push('\n');
    }
    out
}

/// Diagnostics as a JSON array, in the order given: `code`, `severity`, `title`, `help`, `position` (`null` where no text is to
/// blame) and all `labels`.
pub fn render_json(diagnostics: &[Diagnostic], sources: &Sources) -> Json {
    let place = |label: &Label| {
        let position = sources.position(&label.span);
        json!({ "file": position.file, "line": position.line, "column": position.column })
    };
    let labels = |diagnostic: &Diagnostic| -> Vec<Json> {
        let one = |label: &Label| json!({ "position": place(label), "text": label.text });
        diagnostic.labels.iter().map(one).collect()
    };
    diagnostics
        .iter()
        .map(|diagnostic| {
            json!({
                "code": diagnostic.code.as_str(),
                "severity": severity(diagnostic),
                "title": diagnostic.title,
                "help": diagnostic.help,
                "position": diagnostic.labels.first().map(place),
                "labels": labels(diagnostic),
            })
        })
        .collect()
}

fn severity(diagnostic: &Diagnostic) -> &'static str {
    match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

fn total(diagnostics: &[Diagnostic]) -> String {
    let errors = diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).count();
    let warnings = diagnostics.len() - errors;
    match (errors, warnings) {
        (_, 0) => count(errors, "error"),
        (0, _) => count(warnings, "warning"),
        _ => format!("{}, {}", count(errors, "error"), count(warnings, "warning")),
    }
}

fn one(diagnostic: &Diagnostic, sources: &Sources, renderer: &Renderer) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level.primary_title(visible(&diagnostic.title)).id(diagnostic.code.as_str());
    let elements = snippets(diagnostic, sources);
    let help = diagnostic.help.as_ref().map(|help| Level::HELP.message(visible_lines(help)));
    if elements.is_empty() {
        // With no text to point at there is no margin to hang the help on, so it is a line of its own.
        let title = renderer.render(&[annotate_snippets::Group::with_title(title)]);
        let help = diagnostic.help.as_ref().map(|help| format!("\n  help: {}", visible_lines(help).replace('\n', "\n        ")));
        return title + &help.unwrap_or_default();
    }
    renderer.render(&[title.elements(elements).elements(help)])
}

/// A help may have several lines, such as a list of names or a piece of HCL.
fn visible_lines(text: &str) -> String {
    text.lines().map(visible).collect::<Vec<_>>().join("\n")
}

fn snippets(diagnostic: &Diagnostic, sources: &Sources) -> Vec<Element<'static>> {
    let mut files: Vec<SourceId> = Vec::new();
    for label in &diagnostic.labels {
        if !files.contains(&label.span.source) {
            files.push(label.span.source);
        }
    }
    let mut elements = Vec::new();
    for id in files {
        let labels = diagnostic.labels.iter().enumerate().filter(|(_, label)| label.span.source == id);
        match sources.get(id) {
            Some(source) => elements.extend(of_file(source, labels)),
            None => elements.push(Origin::path("?").into()),
        }
    }
    elements
}

/// The part of one file that labels point at, with all labels that are near each other in one snippet.
fn of_file<'a>(source: &Source, labels: impl Iterator<Item = (usize, &'a Label)>) -> Vec<Element<'static>> {
    let lines: Vec<&str> = source.text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)).collect();
    let starts: Vec<usize> =
        std::iter::once(0).chain(source.text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1)).collect();
    // By line; the main place first, as the first snippet names the position.
    let mut marks: BTreeMap<usize, Vec<Mark<'_>>> = BTreeMap::new();
    let mut main_line = None;
    for (index, label) in labels {
        let start = label.span.range.start.min(source.text.len());
        let line = starts.partition_point(|first| *first <= start).saturating_sub(1);
        let first = starts.get(line).copied().unwrap_or_default();
        let range = start.saturating_sub(first)..label.span.range.end.saturating_sub(first);
        main_line = main_line.or(Some(line));
        marks.entry(line).or_default().push(Mark { range, text: &label.text, main: index == 0 });
    }
    let mut parts = near(marks.keys().copied());
    parts.sort_by_key(|part| !main_line.is_some_and(|line| part.contains(&line)));
    parts.into_iter().map(|part| snippet(source, &lines, &marks, part).into()).collect()
}

struct Mark<'a> {
    /// In bytes of its line; the end may lie beyond it.
    range: Range<usize>,
    text: &'a str,
    main: bool,
}

fn near(lines: impl Iterator<Item = usize>) -> Vec<Range<usize>> {
    let mut parts: Vec<Range<usize>> = Vec::new();
    for line in lines {
        match parts.last_mut() {
            Some(part) if line - part.end < APART => part.end = line + 1,
            _ => parts.push(line..line + 1),
        }
    }
    parts
}

fn snippet(
    source: &Source,
    lines: &[&str],
    marks: &BTreeMap<usize, Vec<Mark<'_>>>,
    part: Range<usize>,
) -> Snippet<'static, annotate_snippets::Annotation<'static>> {
    let mut text = String::new();
    let mut annotations = Vec::new();
    for (number, line) in lines.iter().enumerate().skip(part.start).take(part.len()) {
        let base = text.len();
        let offsets = push_line(&mut text, line);
        for mark in marks.get(&number).into_iter().flatten() {
            let range = shifted(&offsets, line.len(), &mark.range);
            let kind = if mark.main { AnnotationKind::Primary } else { AnnotationKind::Context };
            let label = (!mark.text.is_empty()).then(|| visible(mark.text));
            annotations.push(kind.span(base + range.start..base + range.end).label(label));
        }
        text.push('\n');
    }
    Snippet::source(text).path(visible(&source.name)).line_start(part.start + 1).annotations(annotations)
}

/// Copies a line with each hidden character replaced by one that shows, so that columns stay what they are, and returns for each
/// character where it started and where it starts now.
fn push_line(text: &mut String, line: &str) -> Vec<(usize, usize)> {
    let base = text.len();
    let mut offsets = Vec::with_capacity(line.len() + 1);
    for (at, character) in line.char_indices() {
        offsets.push((at, text.len() - base));
        text.push(match character {
            '\t' => '\t',
            // The control pictures of Unicode: ␛ for escape.
            control @ '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(control)).unwrap_or('\u{fffd}'),
            hidden if is_hidden(hidden) => '\u{fffd}',
            plain => plain,
        });
    }
    offsets.push((line.len(), text.len() - base));
    offsets
}

/// The range in the copied line. What starts or ends within a character takes the whole character; what goes on in the next line
/// ends with this one, as the first line of a block says which block it is.
fn shifted(offsets: &[(usize, usize)], length: usize, range: &Range<usize>) -> Range<usize> {
    let end = range.end.min(length);
    let start = range.start.min(length);
    let after = offsets.partition_point(|(at, _)| *at <= start).saturating_sub(1);
    let start_now = offsets.get(after).map_or(0, |(_, now)| *now);
    let until = offsets.partition_point(|(at, _)| *at < end);
    let end_now = offsets.get(until).map_or(start_now, |(_, now)| *now);
    start_now..end_now.max(start_now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Code, Span};
    use proptest::prelude::*;

    fn span(source: SourceId, range: Range<usize>) -> Span {
        Span { source, range }
    }

    #[test]
    fn several_places_help_and_a_total() {
        let mut sources = Sources::default();
        let main = sources.add("policy.hcl", "target \"a\" {}\n\n  recovery_period_in_days = 40\n");
        let other = sources.add("other.hcl", "# größe\r\nbürger = 40 # here\r\n");
        let diagnostics = [
            Diagnostic::error(Code::OutOfRange, "`recovery_period_in_days` must be between 1 and 35, found 40")
                .at(span(main, 43..45))
                .label(span(main, 0..10), "in this target")
                .label(span(other, 21..23), "and\u{1b} here")
                .help("choose 35, the longest window that DynamoDB keeps"),
            Diagnostic::warning(Code::Waiver, "a waiver without a place"),
            Diagnostic::error(Code::Unreadable, "no such file").help("first\nsecond"),
        ];
        insta::assert_snapshot!(render(&diagnostics, &sources, false), @r#"
        error[BKS0103]: `recovery_period_in_days` must be between 1 and 35, found 40
         --> policy.hcl:3:29
          |
        1 | target "a" {}
          | ---------- in this target
        2 |
        3 |   recovery_period_in_days = 40
          |                             ^^
          |
         ::: other.hcl:2:10
          |
        2 | bürger = 40 # here
          |          -- and\u{1b} here
          |
          = help: choose 35, the longest window that DynamoDB keeps

        warning[BKS0113]: a waiver without a place

        error[BKS0111]: no such file
          help: first
                second

        2 errors, 1 warning
        "#);
    }

    #[test]
    fn machines_get_every_place() {
        let mut sources = Sources::default();
        let file = sources.add("policy.hcl", "größe = 40\n");
        let error = Diagnostic::error(Code::OutOfRange, "too large\u{1b}").at(span(file, 10..12)).help("choose 35");
        let json = render_json(&[error, Diagnostic::warning(Code::Waiver, "nowhere")], &sources);
        insta::assert_snapshot!(json, @r#"[{"code":"BKS0103","help":"choose 35","labels":[{"position":{"column":9,"file":"policy.hcl","line":1},"text":""}],"position":{"column":9,"file":"policy.hcl","line":1},"severity":"error","title":"too large\u001b"},{"code":"BKS0113","help":null,"labels":[],"position":null,"severity":"warning","title":"nowhere"}]"#);
        assert_eq!(json[0]["position"]["column"], 9, "in characters");
    }

    #[test]
    fn the_end_of_a_file_and_blocks_of_many_lines() {
        let mut sources = Sources::default();
        let file = sources.add("policy.hcl", "resource \"x\" \"y\" {\n  a = 1\n");
        let diagnostics = [
            Diagnostic::error(Code::Syntax, "expected `}`").at(span(file, 29..29)),
            Diagnostic::error(Code::Missing, "`b` is missing").at(span(file, 0..29)),
            Diagnostic::error(Code::Missing, "out of bounds").at(span(file, 900..1000)),
            Diagnostic::error(Code::Missing, "no such file").at(span(SourceId(7), 0..1)),
        ];
        insta::assert_snapshot!(render(&diagnostics, &sources, false), @r#"
        error[BKS0101]: expected `}`
         --> policy.hcl:3:1
          |
        3 |
          | ^

        error[BKS0105]: `b` is missing
         --> policy.hcl:1:1
          |
        1 | resource "x" "y" {
          | ^^^^^^^^^^^^^^^^^^

        error[BKS0105]: out of bounds
         --> policy.hcl:3:1
          |
        3 |
          | ^

        error[BKS0105]: no such file
        --> ?

        4 errors
        "#);
    }

    #[test]
    fn a_very_long_line_is_cut_around_the_place() {
        let mut sources = Sources::default();
        let text = format!("{} = [{}1 + ]", "x".repeat(5000), "\"ü\", ".repeat(1000));
        let file = sources.add("policy.hcl", text.clone());
        let at = text.len() - 4;
        let shown = render(&[Diagnostic::error(Code::Syntax, "expected a value").label(span(file, at..at + 1), "here")], &sources, false);
        assert!(shown.lines().all(|line| line.chars().count() < 200), "{shown}");
        insta::assert_snapshot!(shown, @r#"
        error[BKS0101]: expected a value
         --> policy.hcl:1:10006
          |
        1 | ... "ü", "ü", "ü", "ü", "ü", "ü", "ü", "ü", "ü", "ü", "ü", "ü", 1 + ]
          |                                                                  ^ here
        "#);
    }

    proptest! {
        #[test]
        fn no_span_panics_and_nothing_hidden_is_written(text in "[a\u{1b}\u{9b}ü\u{202e}\t\r\n=\"]{0,60}", start in 0usize..80, length in 0usize..80, title in any::<String>()) {
            let mut sources = Sources::default();
            let file = sources.add("p\u{1b}.hcl", text);
            let diagnostic = Diagnostic::error(Code::Syntax, title.clone())
                .label(span(file, start..start + length), title.clone())
                .label(span(file, length..start), "x")
                .help(title);
            let shown = render(&[diagnostic], &sources, false);
            prop_assert!(!shown.chars().any(|c| c != '\n' && is_hidden(c)), "{shown:?}");
        }
    }
}

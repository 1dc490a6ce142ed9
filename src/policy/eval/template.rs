//! String templates: `${…}`, `%{if}`, `%{for}` and their strip markers.

use super::loops::{pairs, turn};
use super::{EvalError, Scope, evaluate_condition, range_of, to_text};
use crate::model::{Code, Value};
use hcl::edit::template::{Directive, Element, ForDirective, IfDirective, Interpolation, Strip, Template};
use std::borrow::Cow;
use std::str::FromStr;

/// Evaluates the parts of a template; a template that is one interpolation and nothing else has that value, whatever its type.
pub(super) fn evaluate(elements: &[&Element], lines: Lines, scope: &Scope<'_>) -> Result<Value, EvalError> {
    if let [Element::Interpolation(only)] = elements {
        return super::evaluate(&only.expr, scope);
    }
    let mut text = String::new();
    let known = render(&mut text, elements, Edges::default(), lines, scope)?;
    Ok(if known { Value::String(text) } else { Value::Unknown })
}

/// Parses and evaluates the text of a template file.
pub(crate) fn evaluate_text(text: &str, scope: &Scope<'_>) -> Result<Value, EvalError> {
    let template = Template::from_str(text).map_err(|error| EvalError {
        code: Code::Syntax,
        range: 0..0,
        title: format!("template syntax, line {} column {}: {}", error.location().line(), error.location().column(), error.message()),
        help: None,
    })?;
    evaluate(&template.iter().collect::<Vec<_>>(), Lines::Each, scope)
}

/// How far a strip marker reaches: HCL reads heredocs and files line by line, and quoted strings whole.
#[derive(Clone, Copy)]
pub(super) enum Lines {
    Each,
    Whole,
    /// Within a directive of a quoted string, where the parser leaves escapes as they are written.
    Escaped,
}

/// Whether the markers around a run of elements strip the space next to it.
#[derive(Clone, Copy, Default)]
struct Edges {
    before: bool,
    after: bool,
}

/// Appends the text of the elements; false where a part is known only after apply.
fn render(out: &mut String, elements: &[&Element], edges: Edges, lines: Lines, scope: &Scope<'_>) -> Result<bool, EvalError> {
    let mut known = true;
    for (index, element) in elements.iter().enumerate() {
        known &= match element {
            Element::Literal(literal) => {
                let before = match index.checked_sub(1).and_then(|index| elements.get(index)) {
                    Some(previous) => strips_after(previous),
                    None => edges.before,
                };
                let after = elements.get(index + 1).map_or(edges.after, |next| strips_before(next));
                let text = match lines {
                    Lines::Escaped => Cow::Owned(unescaped(literal.value())),
                    Lines::Each | Lines::Whole => Cow::Borrowed(literal.value().as_str()),
                };
                out.push_str(stripped(&text, Edges { before, after }, lines));
                true
            }
            Element::Interpolation(part) => render_interpolation(out, part, scope)?,
            Element::Directive(directive) => match directive.as_ref() {
                Directive::If(directive) => render_if(out, directive, lines, scope)?,
                Directive::For(directive) => render_for(out, directive, lines, scope)?,
            },
        };
    }
    Ok(known)
}

fn render_interpolation(out: &mut String, part: &Interpolation, scope: &Scope<'_>) -> Result<bool, EvalError> {
    let value = super::evaluate(&part.expr, scope)?;
    if matches!(value, Value::Unknown) {
        return Ok(false);
    }
    let Some(text) = to_text(&value) else {
        return Err(EvalError::new(
            range_of(&part.expr),
            format!("a template can hold strings, numbers and bools, found {}", value.type_name()),
        )
        .help(match value {
            Value::Null => "give a value for the case of null, for example with `coalesce(…, \"\")`",
            _ => "make it a string first, for example with `join(\",\", …)` or `jsonencode(…)`",
        }));
    };
    out.push_str(&text);
    Ok(true)
}

fn render_if(out: &mut String, directive: &IfDirective, lines: Lines, scope: &Scope<'_>) -> Result<bool, EvalError> {
    let Some(holds) = evaluate_condition(&directive.if_expr.cond_expr, scope)? else {
        return Ok(false);
    };
    let last = directive.endif_expr.strip.strip_start();
    if holds {
        let after = directive.else_expr.as_ref().map_or(last, |otherwise| otherwise.strip.strip_start());
        let edges = Edges { before: directive.if_expr.strip.strip_end(), after };
        return render_template(out, &directive.if_expr.template, edges, lines, scope);
    }
    match &directive.else_expr {
        Some(otherwise) => {
            let edges = Edges { before: otherwise.strip.strip_end(), after: last };
            render_template(out, &otherwise.template, edges, lines, scope)
        }
        None => Ok(true),
    }
}

fn render_for(out: &mut String, directive: &ForDirective, lines: Lines, scope: &Scope<'_>) -> Result<bool, EvalError> {
    let intro = &directive.for_expr;
    let Some(pairs) = pairs(&intro.collection_expr, scope)? else {
        return Ok(false);
    };
    let edges = Edges { before: intro.strip.strip_end(), after: directive.endfor_expr.strip.strip_start() };
    let mut known = true;
    for pair in pairs {
        let inner = turn(scope, intro.key_var.as_ref(), &intro.value_var, pair);
        known &= render_template(out, &intro.template, edges, lines, &inner)?;
    }
    Ok(known)
}

fn render_template(out: &mut String, template: &Template, edges: Edges, lines: Lines, scope: &Scope<'_>) -> Result<bool, EvalError> {
    let lines = match lines {
        Lines::Whole => Lines::Escaped,
        other => other,
    };
    render(out, &template.iter().collect::<Vec<_>>(), edges, lines, scope)
}

fn unescaped(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(ch) = chars.next() {
        if ch != '\\' {
            out.push(ch);
            continue;
        }
        match chars.next() {
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('t') => out.push('\t'),
            Some(kind @ ('u' | 'U')) => {
                let digits: String = chars.by_ref().take(if kind == 'u' { 4 } else { 8 }).collect();
                out.extend(u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32));
            }
            other => out.extend(other),
        }
    }
    out
}

/// Whether the element's first marker is `${~` or `%{~`.
pub(super) fn strips_before(element: &Element) -> bool {
    match element {
        Element::Literal(_) => false,
        Element::Interpolation(part) => part.strip.strip_start(),
        Element::Directive(directive) => first_and_last(directive).0.strip_start(),
    }
}

/// Whether the element's last marker is `~}`.
pub(super) fn strips_after(element: &Element) -> bool {
    match element {
        Element::Literal(_) => false,
        Element::Interpolation(part) => part.strip.strip_end(),
        Element::Directive(directive) => first_and_last(directive).1.strip_end(),
    }
}

fn first_and_last(directive: &Directive) -> (Strip, Strip) {
    match directive {
        Directive::If(directive) => (directive.if_expr.strip, directive.endif_expr.strip),
        Directive::For(directive) => (directive.for_expr.strip, directive.endfor_expr.strip),
    }
}

fn stripped(mut text: &str, edges: Edges, lines: Lines) -> &str {
    if edges.before {
        let (first, _) = match lines {
            Lines::Each => text.split_once('\n').unwrap_or((text, "")),
            Lines::Whole | Lines::Escaped => (text, ""),
        };
        if first.trim().is_empty() && matches!(lines, Lines::Each) {
            text = text.trim_start_matches(|ch: char| ch.is_whitespace() && ch != '\n');
            text = text.strip_prefix('\n').unwrap_or(text);
        } else {
            text = text.trim_start();
        }
    }
    if edges.after {
        text = match lines {
            Lines::Whole | Lines::Escaped => text.trim_end(),
            Lines::Each => without_end(text),
        };
    }
    text
}

/// Strips the last line only, with its line end where nothing follows that.
fn without_end(text: &str) -> &str {
    let kept = text.trim_end_matches(|ch: char| ch.is_whitespace() && ch != '\n');
    if kept.len() < text.len() && kept.ends_with('\n') {
        return kept;
    }
    let kept = kept.strip_suffix('\n').unwrap_or(kept);
    kept.trim_end_matches(|ch: char| ch.is_whitespace() && ch != '\n')
}

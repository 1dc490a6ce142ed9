//! The indent that `<<-` takes off, as HCL does it: lines within directives count too.

use super::template::{strips_after, strips_before};
use hcl::edit::Span;
use hcl::edit::template::{Directive, Element, HeredocTemplate, Template};

/// The template with the indent taken off.
///
/// The parser has taken it off the outermost literals only, and by the least of those, so that is first undone here.
pub(super) fn dedented(heredoc: &HeredocTemplate) -> Template {
    let mut template = heredoc.template.clone();
    let Some(parsed) = heredoc.indent() else {
        return template;
    };
    restore(&mut template, parsed);
    let start = State { line_start: true, strips: false };
    let mut least = None;
    visit(&mut template, start, false, &mut |text, place| see(&mut least, text, place));
    let indent = least.unwrap_or(0);
    visit(&mut template, start, false, &mut |text, place| {
        *text = adjusted(text, place, indent);
    });
    template
}

/// Puts back the indent that the parser took off the outermost literals.
fn restore(template: &mut Template, parsed: usize) {
    let spaces = " ".repeat(parsed);
    for (index, element) in template.iter_mut().enumerate() {
        let Element::Literal(literal) = element else { continue };
        let source = literal.span().unwrap_or_default().len();
        let text = literal.value();
        let mut whole = String::new();
        for (line_index, line) in text.split_inclusive('\n').enumerate() {
            if !line.trim_end_matches(['\r', '\n']).is_empty() && (index == 0 || line_index > 0) {
                whole.push_str(&spaces);
            }
            whole.push_str(line);
        }
        // Of `    ${x}` after a line end nothing is left in the literal; only its place in the file tells.
        let escapes = text.matches("${").count() + text.matches("%{").count();
        if text.ends_with('\n') && source >= whole.len() + escapes + parsed {
            whole.push_str(&spaces);
        }
        *literal.value_mut() = whole;
    }
}

/// What stands before the next part.
#[derive(Clone, Copy)]
struct State {
    line_start: bool,
    /// Whether it ends with `~}`.
    strips: bool,
}

/// Where a literal stands.
#[derive(Clone, Copy)]
struct Place {
    line_start: bool,
    stripped_before: bool,
    stripped_after: bool,
}

impl Place {
    /// Whether a line of the literal is at the start of a line of the heredoc.
    ///
    /// HCL strips before it looks at indents: where `~}` took the line end away, what follows goes on with that line.
    fn starts(self, index: usize, first: &str) -> bool {
        match index {
            0 => self.line_start,
            1 => !(self.stripped_before && first.trim().is_empty()),
            _ => true,
        }
    }
}

/// Acts on all literals in order, and returns what stands before whatever comes next.
fn visit(template: &mut Template, mut state: State, strips_at_end: bool, act: &mut dyn FnMut(&mut String, Place)) {
    let before: Vec<bool> = template.iter().skip(1).map(strips_before).chain([strips_at_end]).collect();
    for (element, stripped_after) in template.iter_mut().zip(before) {
        match element {
            Element::Literal(literal) => {
                let ends = literal.value().ends_with('\n');
                let place = Place { line_start: state.line_start, stripped_before: state.strips, stripped_after };
                act(literal.value_mut(), place);
                state.line_start = ends;
            }
            Element::Interpolation(_) => state.line_start = false,
            Element::Directive(directive) => {
                visit_directive(directive, act);
                state.line_start = false;
            }
        }
        state.strips = strips_after(element);
    }
}

fn visit_directive(directive: &mut Directive, act: &mut dyn FnMut(&mut String, Place)) {
    let after = |strips| State { line_start: false, strips };
    match directive {
        Directive::If(directive) => {
            let end = directive.endif_expr.strip.strip_start();
            let otherwise = directive.else_expr.as_mut();
            let middle = otherwise.as_ref().map_or(end, |otherwise| otherwise.strip.strip_start());
            let first = after(directive.if_expr.strip.strip_end());
            visit(&mut directive.if_expr.template, first, middle, act);
            if let Some(otherwise) = otherwise {
                let second = after(otherwise.strip.strip_end());
                visit(&mut otherwise.template, second, end, act);
            }
        }
        Directive::For(directive) => {
            let first = after(directive.for_expr.strip.strip_end());
            let end = directive.endfor_expr.strip.strip_start();
            visit(&mut directive.for_expr.template, first, end, act);
        }
    }
}

/// Notes the least indent of the lines that start in a literal.
fn see(least: &mut Option<usize>, text: &str, place: Place) {
    let first = text.split_inclusive('\n').next().unwrap_or_default();
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let blank = line.ends_with('\n') && line.trim().is_empty();
        if blank || !place.starts(index, first) {
            continue;
        }
        let gone = place.stripped_after && line.trim().is_empty();
        let spaces = if gone { 0 } else { leading(line) };
        *least = Some(least.map_or(spaces, |least| least.min(spaces)));
    }
}

fn leading(line: &str) -> usize {
    line.chars().take_while(|ch| ch.is_whitespace() && *ch != '\n').count()
}

fn adjusted(text: &str, place: Place, indent: usize) -> String {
    let first = text.split_inclusive('\n').next().unwrap_or_default();
    let mut out = String::new();
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let taken = if place.starts(index, first) && leading(line) >= indent { indent } else { 0 };
        out.extend(line.chars().skip(taken));
    }
    out
}

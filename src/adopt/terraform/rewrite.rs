//! Expressions as they stand, but for what they refer to.

use super::translator::{Here, Translator};
use crate::model::Value;
use crate::policy::{eval, functions};
use hcl::edit::expr::{Expression, FuncCall, ObjectKey, Traversal, TraversalOperator};
use hcl::edit::template::{Directive, Element};
use std::collections::BTreeSet;
use std::ops::Range;
use std::path::{Component, Path};

/// A part of a text, and what to put in its place.
pub(super) type Edit = (Range<usize>, String);

/// One step behind the root of a reference.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// `.name`
    Name(String),
    /// `[index]`: how it is written, and its value where it is a literal.
    Index(String, Option<Value>),
    /// `.*` or `[*]`
    Splat,
}

/// Steps as they are written behind a root.
pub(super) fn steps_text(steps: &[Step]) -> String {
    let text = |step: &Step| match step {
        Step::Name(name) => format!(".{name}"),
        Step::Index(index, _) => format!("[{index}]"),
        Step::Splat => "[*]".to_owned(),
    };
    steps.iter().map(text).collect()
}

/// A text in quotes, as HCL has it.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for (at, c) in text.char_indices() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '$' | '%' if text.get(at + 1..).is_some_and(|rest| rest.starts_with('{')) => {
                out.push(c);
                out.push(c);
            }
            c if c.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A value as HCL.
pub(super) fn literal(value: &Value) -> String {
    match value {
        Value::Null | Value::Unknown => "null".to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(_) => eval::to_text(value).unwrap_or_default(),
        Value::String(text) => quoted(text),
        Value::List(items) | Value::Set(items) => format!("[{}]", items.iter().map(literal).collect::<Vec<_>>().join(", ")),
        Value::Map(map) => {
            let entries: Vec<String> = map.iter().map(|(key, value)| format!("{} = {}", object_key(key), literal(value))).collect();
            if entries.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", entries.join(", ")) }
        }
    }
}

/// A key of an object as HCL.
pub(super) fn object_key(key: &str) -> String {
    if is_identifier(key) { key.to_owned() } else { quoted(key) }
}

/// Whether a text can be written without quotes.
pub(super) fn is_identifier(text: &str) -> bool {
    let mut letters = text.chars();
    let starts = letters.next().is_some_and(|first| first.is_alphabetic() || first == '_');
    starts && letters.all(|c| c.is_alphanumeric() || c == '_' || c == '-') && !["true", "false", "null", "for"].contains(&text)
}

/// An expression where another can follow it, or stand around it.
pub(super) fn enclosed(text: &str) -> String {
    let is_name = text.chars().all(|c| c.is_alphanumeric() || "_.".contains(c));
    let is_reference = text.starts_with(|c: char| c.is_alphabetic()) && !text.contains([' ', '(', '{', '\n', '?']);
    if is_name || is_reference || is_plain_text(text) { text.to_owned() } else { format!("({text})") }
}

/// What is in the parentheses that stand around all of a text.
fn unwrapped(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('(')?.strip_suffix(')')?;
    let mut depth = 0_usize;
    for c in inner.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.checked_sub(1)?,
            _ => {}
        }
    }
    (depth == 0).then_some(inner)
}

/// Whether a text is a quoted text, of one line and nothing behind it.
pub(super) fn is_plain_text(text: &str) -> bool {
    let inner = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    inner.is_some_and(|inner| !inner.contains(['"', '\\', '\n']))
}

/// An expression within a text: what stands between the quotes of a plain text, else an interpolation.
pub(super) fn interpolated(text: &str) -> String {
    match text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(inner) if is_plain_text(text) => inner.to_owned(),
        _ => format!("${{{text}}}"),
    }
}

/// Puts edits into a part of a text.
pub(super) fn spliced(text: &str, whole: Range<usize>, mut edits: Vec<Edit>) -> String {
    edits.sort_by_key(|(range, _)| range.start);
    let mut out = String::new();
    let mut at = whole.start;
    for (range, new) in edits {
        out.push_str(text.get(at..range.start).unwrap_or_default());
        out.push_str(&new);
        at = range.end;
    }
    out.push_str(text.get(at..whole.end).unwrap_or_default());
    out
}

impl Translator<'_> {
    /// An expression as the policy has it.
    pub(super) fn expression(&mut self, expr: &Expression, here: &Here) -> String {
        let free = eval::references(expr).into_iter().map(|reference| (reference.range.start, reference.range.end)).collect();
        let mut edits = Vec::new();
        self.visit(expr, here, &free, &mut edits);
        let Some(text) = self.text(here.unit, here.text) else { return String::new() };
        // Nothing stands around what is the whole expression.
        if let [(range, new)] = edits.as_mut_slice()
            && *range == eval::range_of(expr)
            && let Some(inner) = unwrapped(new)
        {
            *new = inner.to_owned();
        }
        spliced(&text.text, eval::range_of(expr), edits).trim().to_owned()
    }

    fn visit(&mut self, expr: &Expression, here: &Here, free: &BTreeSet<(usize, usize)>, edits: &mut Vec<Edit>) {
        let range = eval::range_of(expr);
        match expr {
            Expression::Null(_) | Expression::Bool(_) | Expression::Number(_) | Expression::String(_) => {}
            Expression::Array(items) => items.iter().for_each(|item| self.visit(item, here, free, edits)),
            Expression::Object(object) => {
                for (key, value) in object {
                    if let ObjectKey::Expression(key) = key {
                        self.visit(key, here, free, edits);
                    }
                    self.visit(value.expr(), here, free, edits);
                }
            }
            Expression::StringTemplate(template) => self.elements(template.iter(), here, free, edits, true),
            Expression::HeredocTemplate(heredoc) => self.elements(heredoc.template.iter(), here, free, edits, false),
            Expression::Parenthesis(inner) => self.visit(inner.inner(), here, free, edits),
            Expression::Variable(name) => {
                if free.contains(&(range.start, range.end))
                    && let Some(new) = self.reference(name.as_str(), &[], range.clone(), here)
                {
                    edits.push((range, new));
                }
            }
            Expression::Conditional(conditional) => {
                for part in [&conditional.cond_expr, &conditional.true_expr, &conditional.false_expr] {
                    self.visit(part, here, free, edits);
                }
            }
            Expression::FuncCall(call) => {
                self.attach(call, here);
                self.check_function(call);
                call.args.iter().for_each(|arg| self.visit(arg, here, free, edits));
            }
            Expression::Traversal(traversal) => self.traversal(traversal, range, here, free, edits),
            Expression::UnaryOp(operation) => self.visit(&operation.expr, here, free, edits),
            Expression::BinaryOp(operation) => {
                self.visit(&operation.lhs_expr, here, free, edits);
                self.visit(&operation.rhs_expr, here, free, edits);
            }
            Expression::ForExpr(each) => {
                if let Some(new) = self.all_looped(each, here) {
                    edits.push((range, new));
                    return;
                }
                self.visit(&each.intro.collection_expr, here, free, edits);
                each.key_expr.iter().for_each(|key| self.visit(key, here, free, edits));
                self.visit(&each.value_expr, here, free, edits);
                each.cond.iter().for_each(|condition| self.visit(&condition.expr, here, free, edits));
            }
        }
    }

    fn traversal(&mut self, of: &Traversal, range: Range<usize>, here: &Here, free: &BTreeSet<(usize, usize)>, edits: &mut Vec<Edit>) {
        if let Expression::Variable(root) = &of.expr {
            if free.contains(&(range.start, range.end)) {
                let steps: Vec<Step> = of.operators.iter().map(|operator| self.step(operator.value(), here)).collect();
                if let Some(new) = self.reference(root.as_str(), &steps, range.clone(), here) {
                    edits.push((range, new));
                    return;
                }
            }
        } else {
            if let Some(new) = self.all_values(of, here) {
                edits.push((range, new));
                return;
            }
            self.visit(&of.expr, here, free, edits);
        }
        for operator in &of.operators {
            if let TraversalOperator::Index(index) = operator.value() {
                self.visit(index, here, free, edits);
            }
        }
    }

    fn step(&mut self, operator: &TraversalOperator, here: &Here) -> Step {
        match operator {
            TraversalOperator::GetAttr(name) => Step::Name(name.as_str().to_owned()),
            TraversalOperator::LegacyIndex(index) => Step::Index(index.value().to_string(), Some(Value::Number((*index.value()).into()))),
            TraversalOperator::Index(index) => {
                let known = match index {
                    Expression::String(text) => Some(Value::from(text.value().as_str())),
                    Expression::Number(_) => self.slice(here, eval::range_of(index)).trim().parse::<i64>().ok().map(Value::from),
                    _ => None,
                };
                Step::Index(self.expression(index, here), known)
            }
            TraversalOperator::AttrSplat(_) | TraversalOperator::FullSplat(_) => Step::Splat,
        }
    }

    fn elements<'e>(
        &mut self,
        elements: impl std::iter::Iterator<Item = &'e Element>,
        here: &Here,
        free: &BTreeSet<(usize, usize)>,
        edits: &mut Vec<Edit>,
        is_quoted: bool,
    ) {
        for element in elements {
            match element {
                Element::Literal(_) => {}
                Element::Interpolation(part) => {
                    let before = edits.len();
                    self.visit(&part.expr, here, free, edits);
                    // A plain text in place of a reference needs no interpolation around it.
                    let new = edits
                        .get(before..)
                        .and_then(|new| if let [(range, new)] = new { Some((range.clone(), new.clone())) } else { None });
                    // A number becomes text there anyway.
                    let number = new.as_ref().and_then(|(range, new)| {
                        let inner = unwrapped(new).unwrap_or(new).strip_prefix("tonumber(")?.strip_suffix(')')?;
                        Some((range.clone(), inner.to_owned()))
                    });
                    if let Some((range, inner)) = number
                        && range == eval::range_of(&part.expr)
                    {
                        edits.truncate(before);
                        edits.push((range, inner));
                        continue;
                    }
                    if let Some((range, new)) = new
                        && is_quoted
                        && range == eval::range_of(&part.expr)
                        && (is_plain_text(&new) || new.parse::<i64>().is_ok())
                    {
                        edits.truncate(before);
                        edits.push((eval::range_of(element), if is_plain_text(&new) { interpolated(&new) } else { new }));
                    }
                }
                Element::Directive(directive) => match directive.as_ref() {
                    Directive::If(directive) => {
                        self.visit(&directive.if_expr.cond_expr, here, free, edits);
                        self.elements(directive.if_expr.template.iter(), here, free, edits, false);
                        if let Some(otherwise) = &directive.else_expr {
                            self.elements(otherwise.template.iter(), here, free, edits, false);
                        }
                    }
                    Directive::For(directive) => {
                        self.visit(&directive.for_expr.collection_expr, here, free, edits);
                        self.elements(directive.for_expr.template.iter(), here, free, edits, false);
                    }
                },
            }
        }
    }

    /// Notes a function that the policy language does not have: it reads the clock or chance, or is a provider's own.
    fn check_function(&mut self, call: &FuncCall) {
        let name = call.name.name.as_str();
        if let Some(why) = functions::unavailable(name) {
            self.lack(format!("the function `{name}` is not available ({}): write what it gives in its place", why.trim_end_matches('.')));
        } else if !call.name.namespace.is_empty() || !functions::names().any(|known| known == name) {
            self.lack(format!("the policy language has no function `{name}`: write what it gives in its place"));
        }
    }

    /// Takes along a file that an expression reads, if it is in the folder, and beside the policy is no policy.
    fn attach(&mut self, call: &FuncCall, here: &Here) {
        const READERS: [&str; 8] =
            ["file", "templatefile", "filebase64", "fileexists", "filemd5", "filesha1", "filesha256", "filebase64sha256"];
        if call.name.name.as_str() == "fileset" {
            self.lack("the files of a folder do not come along: write their names in place of `fileset`");
        }
        if !READERS.contains(&call.name.name.as_str()) {
            return;
        }
        let (Some(unit), Some(argument)) = (self.unit(here.unit), call.args.iter().next()) else { return };
        let written = self.slice(here, eval::range_of(argument)).trim();
        let inner =
            written.trim_matches('"').trim_start_matches("./").trim_start_matches("${path.module}/").trim_start_matches("${path.root}/");
        let is_inside = |name: &str| Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
        let text = Some(inner).filter(|inner| !inner.contains(['$', '%', '(', '"', '\\']) && is_inside(inner));
        let text = text.and_then(|name| Some((name, std::fs::read_to_string(unit.folder.join(name)).ok()?)));
        let Some((name, text)) = text else {
            self.lack(format!("{written} would be read from beside the policy, where it is not: copy the file to there"));
            return;
        };
        let folder = unit.prefix.trim_end_matches('_');
        let name = if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
        if Path::new(&name).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("hcl")) {
            self.lack(format!(
                "{written} beside the policy would be read as policy: copy it to there under a name that does not end in `.hcl`, and write that name here"
            ));
        } else if self.attachments.get(&name).is_some_and(|other| *other != text) {
            self.lack(format!("another file than {written} is `{name}` beside the policy: copy it to there under another name"));
        } else {
            self.attachments.insert(name, text);
        }
    }
}

//! Reading attributes and blocks of a seed, with places and suggestions.

use hcl::Value;
use hcl::edit::Span;
use hcl::edit::expr::Expression;
use hcl::edit::structure::{Block, Body, Structure};
use hcl::eval::{Context, Evaluate as _};

use crate::names::nearest;

/// A file's name and text, to tell places from spans.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source<'a> {
    file: &'a str,
    text: &'a str,
}

impl<'a> Source<'a> {
    /// A file and its text.
    pub(super) fn new(file: &'a str, text: &'a str) -> Self {
        Self { file, text }
    }

    /// `file:line:column` of something that was parsed from this text.
    pub(super) fn place(&self, at: &dyn Span) -> String {
        let before = at.span().and_then(|span| self.text.get(..span.start)).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        format!("{}:{line}:{column}", self.file)
    }

    /// A problem at a place.
    pub(super) fn problem(&self, at: &dyn Span, text: &str) -> String {
        format!("{}: {text}", self.place(at))
    }
}

/// Reads the attributes and blocks of one body. What was asked for is what is known; anything else is a problem when it is finished.
pub(super) struct Fields<'a> {
    source: &'a Source<'a>,
    block: &'a Block,
    body: &'a Body,
    context: &'a Context<'a>,
    /// The block's word, for messages.
    word: &'a str,
    known: Vec<&'static str>,
    problems: Vec<String>,
}

impl<'a> Fields<'a> {
    /// Reads from a block.
    pub(super) fn new(source: &'a Source<'a>, block: &'a Block, context: &'a Context<'a>, word: &'a str) -> Self {
        Self { source, block, body: &block.body, context, word, known: Vec::new(), problems: Vec::new() }
    }

    /// Lets names pass that mean nothing here.
    pub(super) fn allow(&mut self, names: &[&'static str]) {
        self.known.extend(names);
    }

    /// A string.
    pub(super) fn text(&mut self, name: &'static str) -> Option<String> {
        self.typed(name, "a string", |value| value.as_str().map(str::to_owned))
    }

    /// A string that must be there.
    pub(super) fn required_text(&mut self, name: &'static str) -> String {
        let found = self.text(name);
        if self.body.get_attribute(name).is_none() {
            self.problems.push(format!("{}: `{name}` is missing", self.start()));
        }
        found.unwrap_or_default()
    }

    /// A string that must be there and keep a rule, which `rule` says in words when it is broken.
    pub(super) fn required_text_within(&mut self, name: &'static str, rule: impl FnOnce(&str) -> Option<String>) -> String {
        let is_there = self.body.get_attribute(name).is_some();
        if !is_there {
            return self.required_text(name);
        }
        let found = self.text(name);
        if let Some(broken) = found.as_deref().and_then(rule) {
            self.complain(name, &broken);
        }
        found.unwrap_or_default()
    }

    /// The same of an id, which nobody guesses the form of: one that is missing is told with what it looks like.
    pub(super) fn required_id(&mut self, name: &'static str, like: &str, rule: impl FnOnce(&str) -> Option<String>) -> String {
        if self.body.get_attribute(name).is_some() {
            return self.required_text_within(name, rule);
        }
        self.known.push(name);
        self.problems.push(format!("{}: `{name}` is missing; write it like \"{like}\"", self.start()));
        String::new()
    }

    /// A string out of a few.
    pub(super) fn choice(&mut self, name: &'static str, choices: &[&str]) -> Option<String> {
        let found = self.text(name)?;
        if choices.contains(&found.as_str()) {
            return Some(found);
        }
        self.complain(name, &format!("`{name}` must be one of {}, found `{found}`{}", choices.join(", "), suggestion(&found, choices)));
        None
    }

    /// A boolean.
    pub(super) fn flag(&mut self, name: &'static str) -> Option<bool> {
        self.typed(name, "true or false", Value::as_bool)
    }

    /// A whole number within bounds.
    pub(super) fn number(&mut self, name: &'static str, bounds: std::ops::RangeInclusive<i64>) -> Option<i64> {
        let found = self.typed(name, "a whole number", Value::as_i64)?;
        if bounds.contains(&found) {
            return Some(found);
        }
        self.complain(name, &format!("`{name}` must be between {} and {}, found {found}", bounds.start(), bounds.end()));
        None
    }

    /// A number.
    pub(super) fn decimal(&mut self, name: &'static str) -> Option<f64> {
        self.typed(name, "a number", Value::as_f64)
    }

    /// A map of strings; numbers and booleans become strings, as in Terraform.
    pub(super) fn map(&mut self, name: &'static str) -> Option<Vec<(String, String)>> {
        self.typed(name, "a map of strings", |value| {
            let entries = value.as_object()?.iter();
            entries.map(|(key, value)| Some((key.clone(), plain(value)?))).collect()
        })
    }

    /// A list of strings.
    pub(super) fn texts(&mut self, name: &'static str) -> Option<Vec<String>> {
        self.typed(name, "a list of strings", |value| value.as_array()?.iter().map(|member| member.as_str().map(str::to_owned)).collect())
    }

    /// Any value.
    pub(super) fn value(&mut self, name: &'static str) -> Option<Value> {
        self.typed(name, "a value", |value| Some(value.clone()))
    }

    /// Blocks of one name.
    pub(super) fn blocks<T>(&mut self, name: &'static str, mut read: impl FnMut(&mut Fields<'_>) -> T) -> Vec<T> {
        self.known.push(name);
        let (source, context, body) = (self.source, self.context, self.body);
        let mut found = Vec::new();
        for block in body.get_blocks(name) {
            let mut fields = Fields::new(source, block, context, name);
            found.push(read(&mut fields));
            self.problems.extend(fields.finish());
        }
        found
    }

    /// A block of which there is at most one.
    pub(super) fn block<T>(&mut self, name: &'static str, read: impl FnMut(&mut Fields<'_>) -> T) -> Option<T> {
        let mut found = self.blocks(name, read);
        if found.len() > 1 {
            self.problems.push(format!("{}: `{name}` stands more than once", self.start()));
        }
        found.pop()
    }

    /// Notes a problem with an attribute.
    pub(super) fn complain(&mut self, name: &str, text: &str) {
        let problem = match self.body.get_attribute(name) {
            Some(attribute) => self.source.problem(&attribute.value, text),
            None => format!("{}: {text}", self.start()),
        };
        self.problems.push(problem);
    }

    /// All problems, with everything that nobody asked for.
    pub(super) fn finish(mut self) -> Vec<String> {
        for structure in self.body {
            let key = match structure {
                Structure::Attribute(attribute) => &attribute.key,
                Structure::Block(block) => &block.ident,
            };
            let name = key.as_str();
            if !self.known.contains(&name) {
                let text = format!("`{}` has no `{name}`{}", self.word, suggestion(name, &self.known));
                self.problems.push(self.source.problem(key, &text));
            }
        }
        self.problems
    }

    fn start(&self) -> String {
        self.source.place(&self.block.ident)
    }

    fn typed<T>(&mut self, name: &'static str, wanted: &str, read: impl FnOnce(&Value) -> Option<T>) -> Option<T> {
        self.known.push(name);
        let attribute = self.body.get_attribute(name)?;
        match evaluate(&attribute.value, self.context) {
            Ok(Value::Null) => None,
            Ok(value) => {
                let found = read(&value);
                if found.is_none() {
                    self.complain(name, &format!("`{name}` must be {wanted}, found `{value}`"));
                }
                found
            }
            Err(reason) => {
                self.complain(name, &reason);
                None
            }
        }
    }
}

/// Evaluates an expression.
pub(super) fn evaluate(expression: &Expression, context: &Context<'_>) -> Result<Value, String> {
    hcl::Expression::from(expression.clone()).evaluate(context).map_err(|error| error.to_string())
}

/// `; did you mean `x`?` when one of the names is near.
pub(super) fn suggestion(found: &str, names: &[&str]) -> String {
    nearest(found, names.iter().copied()).map_or_else(String::new, |name| format!("; did you mean `{name}`?"))
}

fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

//! Reading a block's body name by name: each argument is taken once, and what nobody took is unknown.

use super::eval::{self, Scope};
use crate::model::{Code, Diagnostic, Part, SourceId, Span, Value};
use hcl::edit::expr::{Expression, ObjectKey};
use hcl::edit::structure::{Block, Body};
use std::collections::BTreeSet;
use std::ops::Range;

/// One block of a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Located<'a> {
    /// The file.
    pub(super) source: SourceId,
    /// The block.
    pub(super) block: &'a Block,
}

impl Located<'_> {
    /// The block's keyword.
    pub(super) fn header(&self) -> Span {
        Span { source: self.source, range: eval::range_of(&self.block.ident) }
    }

    /// The label at that place.
    pub(super) fn label(&self, at: usize) -> &str {
        self.block.labels.get(at).map_or("", |label| label.as_str())
    }

    /// Where the label at that place stands.
    pub(super) fn label_span(&self, at: usize) -> Span {
        self.block.labels.get(at).map_or_else(|| self.header(), |label| Span { source: self.source, range: eval::range_of(label) })
    }
}

/// Reads the body of a block.
pub(super) struct Reader<'a, 'p> {
    body: &'a Body,
    source: SourceId,
    scope: &'a Scope<'a>,
    /// The block in words: `` target `primary` ``.
    what: String,
    header: Span,
    taken: BTreeSet<String>,
    /// The name that is an argument, and of a block too.
    both: Option<&'static str>,
    /// Where problems go.
    pub(super) problems: &'p mut Vec<Diagnostic>,
}

impl<'a, 'p> Reader<'a, 'p> {
    /// Starts reading a block.
    pub(super) fn new(located: Located<'a>, scope: &'a Scope<'a>, what: impl Into<String>, problems: &'p mut Vec<Diagnostic>) -> Self {
        let header = located.header();
        Self {
            body: &located.block.body,
            source: located.source,
            scope,
            what: what.into(),
            header,
            taken: BTreeSet::new(),
            both: None,
            problems,
        }
    }

    /// Lets a name stand for an argument and for a block, beside each other.
    pub(super) fn takes_both(&mut self, name: &'static str) {
        self.both = Some(name);
    }

    /// Where the block begins.
    pub(super) fn header(&self) -> Span {
        self.header.clone()
    }

    /// A span of this file.
    pub(super) fn span(&self, range: Range<usize>) -> Span {
        Span { source: self.source, range }
    }

    /// Keeps a problem.
    pub(super) fn problem(&mut self, problem: Diagnostic) {
        self.problems.push(problem);
    }

    /// The expression of an argument, not evaluated.
    pub(super) fn expression(&mut self, name: &str) -> Option<&'a Expression> {
        self.taken.insert(name.to_owned());
        if let Some(block) = self.body.get_blocks(name).next().filter(|_| self.both != Some(name)) {
            let span = self.span(eval::range_of(&block.ident));
            self.problem(
                Diagnostic::error(Code::WrongType, format!("`{name}` is an argument, not a block"))
                    .at(span)
                    .help(format!("write `{name} = …`")),
            );
        }
        self.body.get_attribute(name).map(|attribute| &attribute.value)
    }

    /// The value of an argument; `null` is as good as absent.
    pub(super) fn value(&mut self, name: &str) -> Option<(Value, Span)> {
        let (value, span) = self.setting(name)?;
        if matches!(value, Value::Unknown) {
            let title = format!("`{name}` must be known before anything is read, and this is known only after apply");
            self.problem(Diagnostic::error(Code::Evaluation, title).at(span));
            return None;
        }
        Some((value, span))
    }

    /// The value of a setting, which may be known only after apply; `null` is as good as absent.
    pub(super) fn setting(&mut self, name: &str) -> Option<(Value, Span)> {
        let expression = self.expression(name)?;
        let span = self.span(eval::range_of(expression));
        match eval::evaluate(expression, self.scope) {
            Ok(Value::Null) => None,
            Ok(value) => Some((value, span)),
            Err(error) => {
                self.problem(error.into_diagnostic(self.source));
                None
            }
        }
    }

    /// Where each element of a list, or each key of a map, stands that is written out as one.
    pub(super) fn elements(&self, name: &str) -> Vec<(Part, Span)> {
        match self.body.get_attribute(name).map(|attribute| &attribute.value) {
            Some(Expression::Array(array)) => {
                array.iter().enumerate().map(|(at, item)| (Part::Element(at), self.span(eval::range_of(item)))).collect()
            }
            Some(Expression::Object(object)) => object
                .iter()
                .filter_map(|(key, _)| match key {
                    ObjectKey::Ident(name) => Some((Part::Key(name.as_str().to_owned()), self.span(eval::range_of(name)))),
                    ObjectKey::Expression(key @ Expression::String(text)) => {
                        Some((Part::Key(text.value().clone()), self.span(eval::range_of(key))))
                    }
                    ObjectKey::Expression(_) => None,
                })
                .collect(),
            _ => Vec::new(),
        }
    }

    /// A text argument.
    pub(super) fn text(&mut self, name: &str) -> Option<(String, Span)> {
        let (value, span) = self.value(name)?;
        match eval::to_text(&value) {
            Some(text) => Some((text, span)),
            None => self.wrong_type(name, "a string", &value, span),
        }
    }

    /// A text argument that must be there.
    pub(super) fn required_text(&mut self, name: &str) -> Option<(String, Span)> {
        let before = self.problems.len();
        let text = self.text(name);
        if text.is_none() && self.problems.len() == before {
            self.missing(name);
        }
        text
    }

    /// A flag.
    pub(super) fn flag(&mut self, name: &str) -> Option<bool> {
        let (value, span) = self.value(name)?;
        match eval::to_bool(&value) {
            Some(flag) => Some(flag),
            None => self.wrong_type(name, "a bool", &value, span),
        }
    }

    /// A list of texts; each with its own span where it stands as a literal in the list.
    pub(super) fn texts(&mut self, name: &str) -> Option<Vec<(String, Span)>> {
        let expression = self.expression(name)?;
        let (value, span) = self.value(name)?;
        let Some(items) = value.as_items() else {
            return self.wrong_type(name, "a list of strings", &value, span);
        };
        let places: Vec<Span> = match expression {
            Expression::Array(array) => array.iter().map(|item| self.span(eval::range_of(item))).collect(),
            _ => Vec::new(),
        };
        let mut texts = Vec::new();
        for (at, item) in items.iter().enumerate() {
            let place = places.get(at).cloned().unwrap_or_else(|| span.clone());
            match eval::to_text(item) {
                Some(text) => texts.push((text, place)),
                None => return self.wrong_type(name, "a list of strings", item, place),
            }
        }
        Some(texts)
    }

    /// A map of texts.
    pub(super) fn text_map(&mut self, name: &str) -> Option<std::collections::BTreeMap<String, String>> {
        let (value, span) = self.value(name)?;
        let Some(map) = value.as_map() else {
            return self.wrong_type(name, "a map of strings", &value, span);
        };
        let mut texts = std::collections::BTreeMap::new();
        for (key, value) in map {
            match eval::to_text(value) {
                Some(text) => texts.insert(key.clone(), text),
                None => return self.wrong_type(&format!("{name}.{key}"), "a string", value, span),
            };
        }
        Some(texts)
    }

    /// The nested blocks of a name.
    pub(super) fn blocks(&mut self, name: &str) -> Vec<Located<'a>> {
        self.taken.insert(name.to_owned());
        if let Some(attribute) = self.body.get_attribute(name).filter(|_| self.both != Some(name)) {
            let span = self.span(eval::range_of(&attribute.key));
            let help = format!("write `{name} {{ … }}`, without `=`");
            self.problem(Diagnostic::error(Code::WrongType, format!("`{name}` is a block, not an argument")).at(span).help(help));
        }
        let source = self.source;
        self.body.blocks().filter(|block| block.has_ident(name)).map(|block| Located { source, block }).collect()
    }

    /// The one nested block of a name.
    pub(super) fn block(&mut self, name: &str) -> Option<Located<'a>> {
        let mut blocks = self.blocks(name).into_iter();
        let first = blocks.next()?;
        for again in blocks {
            let problem = Diagnostic::error(Code::Conflict, format!("{} has more than one `{name}` block", self.what));
            self.problem(problem.at(again.header()).label(first.header(), "the first one is here").help("merge the two"));
        }
        Some(first)
    }

    /// Says that an argument must be there.
    pub(super) fn missing(&mut self, name: &str) {
        let title = format!("{} has no `{name}`", self.what);
        let header = self.header();
        self.problem(Diagnostic::error(Code::Missing, title).at(header).help(format!("add `{name} = …`")));
    }

    /// Says that a block must be there.
    pub(super) fn missing_block(&mut self, name: &str) {
        let title = format!("{} has no `{name}` block", self.what);
        let header = self.header();
        self.problem(Diagnostic::error(Code::Missing, title).at(header).help(format!("add `{name} {{ … }}`")));
    }

    fn wrong_type<T>(&mut self, name: &str, expected: &str, value: &Value, span: Span) -> Option<T> {
        if value.has_unknown() {
            let title = format!("`{name}` must be known before anything is read, and this is known only after apply");
            self.problem(Diagnostic::error(Code::Evaluation, title).at(span));
            return None;
        }
        let title = format!("`{name}` must be {expected}, found {}", value.type_name());
        self.problem(Diagnostic::error(Code::WrongType, title).at(span));
        None
    }

    /// Ends the reading: every name that was not taken is unknown. `also` says of a name where it does belong.
    pub(super) fn finish(mut self, also: impl Fn(&str) -> Option<String>) {
        let mut unknown: Vec<(String, Span, &str)> = Vec::new();
        for attribute in self.body.attributes() {
            unknown.push((attribute.key.as_str().to_owned(), self.span(eval::range_of(&attribute.key)), "argument"));
        }
        for block in self.body.blocks() {
            unknown.push((block.ident.as_str().to_owned(), self.span(eval::range_of(&block.ident)), "block"));
        }
        unknown.retain(|(name, ..)| !self.taken.contains(name));
        for (name, span, sort) in unknown {
            let known = self.taken.iter().map(String::as_str);
            let help = also(&name).or_else(|| eval::suggestion(&name, known)).unwrap_or_else(|| {
                let known: Vec<String> = self.taken.iter().map(|name| format!("`{name}`")).collect();
                format!("what can stand here: {}", known.join(", "))
            });
            let title = format!("{} has no {sort} `{name}`", self.what);
            self.problem(Diagnostic::error(Code::UnknownName, title).at(span).help(help));
        }
    }
}

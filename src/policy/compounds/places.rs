//! Where in the policy what a compound is made of comes from: nobody is sent into a text that he did not write.

use crate::model::{CompoundAddress, Diagnostic, Protect, Resource, SourceId, Span, Wanted, path};
use crate::policy::blocks::Blocks;
use crate::policy::eval::{self, Segment};
use hcl::edit::expr::Expression;
use hcl::edit::structure::{Body, Structure};
use std::collections::BTreeMap;
use std::ops::Range;

/// An expression of a compound's text, and the arguments that its value comes from, as the paths of their rows.
#[derive(Debug)]
pub(super) struct Use {
    range: Range<usize>,
    /// The setting that it is, or is in; none of a local name.
    setting: Option<String>,
    arguments: Vec<String>,
}

/// All expressions of a compound's text.
pub(super) fn uses(blocks: &Blocks<'_>) -> Vec<Use> {
    let mut finder = Finder { locals: BTreeMap::new(), each: Vec::new(), setting: None, found: Vec::new() };
    // Names that hang on other names are found in as many rounds as they stand behind each other.
    for _ in 0..blocks.locals.len() {
        for (name, (_, attribute)) in &blocks.locals {
            let arguments = finder.arguments(&attribute.value);
            finder.locals.insert(name.clone(), arguments);
        }
    }
    for (_, attribute) in blocks.locals.values() {
        finder.expression(&attribute.value);
    }
    for located in blocks.things.values() {
        finder.each = located.block.body.get_attribute("for_each").map(|each| finder.arguments(&each.value)).unwrap_or_default();
        finder.body(&located.block.body);
    }
    finder.found
}

struct Finder {
    locals: BTreeMap<String, Vec<String>>,
    each: Vec<String>,
    setting: Option<String>,
    found: Vec<Use>,
}

impl Finder {
    fn body(&mut self, body: &Body) {
        for structure in body {
            match structure {
                Structure::Attribute(attribute) => {
                    self.setting = Some(attribute.key.to_string());
                    self.expression(&attribute.value);
                    self.setting = None;
                }
                Structure::Block(block) => {
                    let own = block.body.get_attribute("for_each").map(|each| self.arguments(&each.value));
                    let outside = own.map(|own| std::mem::replace(&mut self.each, own));
                    self.body(&block.body);
                    self.each = outside.unwrap_or_else(|| std::mem::take(&mut self.each));
                }
            }
        }
    }

    fn expression(&mut self, expression: &Expression) {
        for reference in eval::references(expression) {
            let arguments = self.meant(&reference.path);
            self.found.push(Use { range: reference.range, setting: self.setting.clone(), arguments });
        }
        let arguments = self.arguments(expression);
        self.found.push(Use { range: eval::range_of(expression), setting: self.setting.clone(), arguments });
    }

    fn arguments(&self, expression: &Expression) -> Vec<String> {
        eval::references(expression).iter().flat_map(|reference| self.meant(&reference.path)).collect()
    }

    fn meant(&self, steps: &[Segment]) -> Vec<String> {
        let names: Vec<&str> = steps
            .iter()
            .filter_map(|step| match step {
                Segment::Name(name) => Some(name.as_str()),
                Segment::Index(_) | Segment::Splat => None,
            })
            .collect();
        match names.as_slice() {
            ["var" | "given", rest @ ..] => vec![rest.join(".")],
            ["local", name, ..] => self.locals.get(*name).cloned().unwrap_or_default(),
            ["each", rest @ ..] => {
                let inner = rest.get(1..).unwrap_or_default();
                self.each.iter().map(|base| inner.iter().fold(base.clone(), |at, name| path::child(&at, name))).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// Where one instance of a compound is declared.
#[derive(Clone, Copy, Debug)]
pub(in crate::policy) struct Places<'a> {
    pub(super) compound: &'a CompoundAddress,
    pub(super) header: &'a Span,
    pub(super) wanted: &'a BTreeMap<String, Wanted>,
    pub(super) uses: &'a [Use],
}

impl Places<'_> {
    /// Takes problems to the policy's text; `key` is that of the instance of the compound's own block in which they are.
    pub(in crate::policy) fn settle<'d>(&self, problems: impl Iterator<Item = &'d mut Diagnostic>, key: Option<&str>) {
        for problem in problems {
            let mut places: Vec<Span> = Vec::new();
            self.rename(problem, key);
            for label in problem.labels.iter_mut().filter(|label| label.span.source == SourceId::EMBEDDED) {
                label.span = self.place(&label.span, key);
                if label.text.is_empty() {
                    label.text = format!("in what `{}` is made of", self.compound);
                }
            }
            // Two places of the compound's text can be one of the policy's.
            problem.labels.retain(|label| {
                let is_new = !places.contains(&label.span);
                places.push(label.span.clone());
                is_new
            });
        }
    }

    /// Calls the setting that a problem is about by the name of the argument that somebody wrote.
    fn rename(&self, problem: &mut Diagnostic, key: Option<&str>) {
        let embedded = problem.labels.iter().find(|label| label.span.source == SourceId::EMBEDDED);
        let Some((Some(setting), Some(argument))) = embedded.map(|label| self.named(&label.span, key)) else { return };
        let argument = argument.rsplit('.').next().unwrap_or(&argument);
        let (setting, argument) = (format!("`{setting}`"), format!("`{argument}`"));
        problem.title = problem.title.replace(&setting, &argument);
        problem.help = problem.help.take().map(|help| help.replace(&setting, &argument));
    }

    /// The setting in which a span is, and the argument that its value comes from.
    fn named(&self, span: &Span, key: Option<&str>) -> (Option<String>, Option<String>) {
        let Some(smallest) = self.smallest(span) else { return (None, None) };
        let given = smallest.arguments.iter().find(|argument| self.argument(argument, key).is_some());
        (smallest.setting.clone(), given.cloned())
    }

    /// The smallest expression around a span.
    fn smallest(&self, span: &Span) -> Option<&Use> {
        let around = |one: &&Use| one.range.start <= span.range.start && span.range.end <= one.range.end;
        self.uses.iter().filter(around).min_by_key(|one| one.range.len())
    }

    pub(in crate::policy) fn settle_resource(&self, resource: &mut Resource) {
        let key = resource.address.key.clone();
        self.move_span(&mut resource.span, None);
        resource.wanted.iter_mut().for_each(|(at, wanted)| self.settle_wanted(at, wanted, key.as_deref()));
    }

    pub(in crate::policy) fn settle_protect(&self, protect: &mut Protect) {
        let key = protect.address.key.clone();
        self.move_span(&mut protect.span, None);
        protect.wanted.iter_mut().for_each(|(at, wanted)| self.settle_wanted(at, wanted, key.as_deref()));
        let select = &mut protect.select;
        self.move_span(&mut select.span, key.as_deref());
        let patterns = select.names.iter_mut().chain(&mut select.arns).chain(&mut select.except.names).chain(&mut select.except.arns);
        patterns.for_each(|pattern| self.move_span(&mut pattern.span, key.as_deref()));
    }

    /// What stands in a block that was made of a label, as `lifecycle_rule["sales-weekly"]` of `weekly`, comes from what has that label.
    fn settle_wanted(&self, at: &str, wanted: &mut Wanted, key: Option<&str>) {
        let block = path::segments(at).into_iter().find_map(|segment| segment.key);
        let labels = self.wanted.keys().flat_map(|at| path::segments(at)).filter_map(|segment| segment.key);
        let is_of =
            |label: &String| block.as_ref().is_some_and(|block| block.strip_suffix(label.as_str()).is_some_and(|rest| rest.ends_with('-')));
        let label = labels.filter(is_of).max_by_key(String::len).filter(|_| key.is_none());
        let key = key.or(label.as_deref());
        self.move_span(&mut wanted.span, key);
        wanted.elements.values_mut().for_each(|span| self.move_span(span, key));
    }

    fn move_span(&self, span: &mut Span, key: Option<&str>) {
        if span.source == SourceId::EMBEDDED {
            *span = self.place(span, key);
        }
    }

    /// The place of the argument from which the smallest expression around a span has its value; the compound's header where there is none.
    fn place(&self, span: &Span, key: Option<&str>) -> Span {
        let arguments = self.smallest(span).map(|one| one.arguments.as_slice()).unwrap_or_default();
        // An instance that is called like an argument is there because of that one.
        let own: Vec<&String> = arguments.iter().filter(|argument| key == Some(argument.as_str())).collect();
        let arguments = if own.is_empty() { arguments.iter().collect() } else { own };
        let place = arguments.into_iter().find_map(|argument| self.argument(argument, key));
        place.unwrap_or_else(|| self.header.clone())
    }

    /// Where an argument is given, or the block that it would stand in; of blocks with labels the one of this key.
    fn argument(&self, argument: &str, key: Option<&str>) -> Option<Span> {
        let mut argument = argument;
        loop {
            let given = || self.wanted.iter().filter(|(at, _)| path::generic(at) == argument);
            let of_key = |at: &str| path::segments(at).iter().any(|segment| segment.key.is_some() && segment.key.as_deref() == key);
            if let Some((_, wanted)) = given().find(|(at, _)| of_key(at)).or_else(|| given().next()) {
                return Some(wanted.span.clone());
            }
            argument = argument.rsplit_once('.')?.0;
        }
    }
}

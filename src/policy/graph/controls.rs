//! Controls, whose expressions use `resource` beside what the policy declares, and their tests.

use super::{Edges, Evaluator};
use crate::kinds;
use crate::model::{Code, Diagnostic, Promise};
use crate::policy::controls::{self, FIELDS};
use crate::policy::eval::{self, Segment};
use crate::policy::reader::Located;
use hcl::edit::expr::Expression;
use std::collections::BTreeSet;

impl<'a> Evaluator<'a, '_> {
    /// Reads all of them.
    pub(super) fn controls(&mut self) {
        for located in self.blocks.controls.values() {
            let control = self.control(*located);
            self.policy.controls.extend(control);
        }
        for located in self.blocks.tests.values() {
            let test = self.alone(*located, controls::test);
            self.policy.tests.extend(test);
        }
    }

    fn control(&mut self, located: Located<'a>) -> Option<crate::model::Control> {
        let before = self.errors();
        let mut edges = Edges::new();
        for attribute in located.block.body.attributes() {
            let is_later = controls::LATER.contains(&attribute.key.as_str());
            edges.extend(if is_later {
                self.check_of_thing(&attribute.value, located)
            } else {
                self.check_expression(&attribute.value, located.source, false)
            });
        }
        let doubtful = self.errors() > before || edges.keys().any(|needed| self.broken.contains(needed));
        let told = self.problems.len();
        let mut problems = Vec::new();
        let control = controls::control(located, &self.scope(&edges), &mut problems);
        self.problems.extend(problems);
        if doubtful {
            self.keep_independent(told);
        }
        control
    }

    /// Checks the names of an expression in which `resource` is a thing.
    fn check_of_thing(&mut self, expression: &Expression, located: Located<'a>) -> Edges {
        let mut edges = Edges::new();
        for reference in eval::references(expression) {
            let span = crate::model::Span { source: located.source, range: reference.range.clone() };
            let told = if matches!(reference.path.first(), Some(Segment::Name(root)) if root == controls::RESOURCE) {
                known_field(reference.path.get(1)).and_then(|()| known_below(&reference.path)).map(|()| None)
            } else {
                self.meaning(&reference, false)
            };
            match told {
                Ok(Some(node)) => {
                    edges.entry(node).or_insert(span);
                }
                Ok(None) => {}
                Err((title, help)) => self.problems.push(Diagnostic::error(Code::UnknownReference, title).at(span).help_opt(help)),
            }
        }
        edges
    }
}

/// Whether a thing has this name.
fn known_field(segment: Option<&Segment>) -> Result<(), (String, Option<String>)> {
    let names = || FIELDS.iter().map(|field| field.name);
    let listed = || format!("what is known of a thing: {}", names().collect::<Vec<_>>().join(", "));
    let Some(name) = named(segment).filter(|name| !names().any(|known| known == *name)) else { return Ok(()) };
    let help = eval::suggestion(name, names()).unwrap_or_else(listed);
    Err((format!("a thing has no `{name}`"), Some(help)))
}

/// Whether things of any kind have the setting, or any tier makes the promise, that an expression asks for: `try` would pass over one that there
/// is not, and over a slip of the pen.
fn known_below(path: &[Segment]) -> Result<(), (String, Option<String>)> {
    let settings = || kinds::all().flat_map(|kind| kind.spec().settings).filter_map(|setting| setting.path.split('.').next());
    let (names, what): (BTreeSet<&str>, &str) = match named(path.get(1)) {
        Some("settings") => (settings().collect(), "no kind has a setting"),
        Some("promises") => (Promise::NAMES.into_iter().collect(), "no tier makes a promise"),
        _ => return Ok(()),
    };
    let Some(name) = named(path.get(2)).filter(|name| !names.contains(name)) else { return Ok(()) };
    let listed = || match named(path.get(1)) {
        Some("promises") => format!("tiers promise {}", Promise::NAMES.join(", ")),
        _ => "`backstay schema KIND` lists the settings of a kind".to_owned(),
    };
    let help = eval::suggestion(name, names.iter().copied()).unwrap_or_else(listed);
    Err((format!("{what} `{name}`"), Some(help)))
}

/// The name that a part of a path is; none of the whole thing, or where only evaluation tells.
fn named(segment: Option<&Segment>) -> Option<&str> {
    match segment {
        Some(Segment::Name(name)) => Some(name.as_str()),
        Some(Segment::Index(Some(key))) => key.as_str(),
        Some(_) | None => None,
    }
}

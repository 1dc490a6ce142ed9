//! Controls, whose expressions use `resource` beside what the policy declares, and their tests.

use super::{Edges, Evaluator};
use crate::model::{Code, Diagnostic};
use crate::policy::controls::{self, FIELDS};
use crate::policy::eval::{self, Segment};
use crate::policy::reader::Located;
use hcl::edit::expr::Expression;

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
                known_field(reference.path.get(1)).map(|()| None)
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
    let name = match segment {
        Some(Segment::Name(name)) => name.as_str(),
        Some(Segment::Index(Some(key))) => key.as_str().unwrap_or_default(),
        // The whole thing, or a name that only evaluation tells.
        Some(_) | None => return Ok(()),
    };
    if names().any(|known| known == name) {
        return Ok(());
    }
    let help = eval::suggestion(name, names()).unwrap_or_else(listed);
    Err((format!("a thing has no `{name}`"), Some(help)))
}

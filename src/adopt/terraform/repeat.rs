//! Blocks of which there are several: `for_each`, and `count`, which the policy language does not have.

use super::translator::{Here, Resource, Translator};
use crate::policy::eval;
use hcl::edit::expr::Expression;

/// How often a resource is there, with what its `for_each` is in the policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Repeated {
    /// Once.
    No,
    /// By `count`: the keys are its numbers.
    Count(String),
    /// By `for_each`.
    Each(String),
    /// As often as the module around it.
    Module,
}

impl Translator<'_> {
    /// How often a resource is there.
    pub(super) fn repeated(&mut self, resource: &Resource<'_>) -> Repeated {
        let here = Here::of(resource);
        match self.repeat_of(resource.block, &here) {
            Some((true, text)) => Repeated::Count(text),
            Some((false, text)) => Repeated::Each(text),
            None if self.is_within_repeated(resource.id.unit) => Repeated::Module,
            None => Repeated::No,
        }
    }

    /// The `for_each` of a block that has one, or a `count`; and whether it was a count.
    fn repeat_of(&mut self, block: &hcl::edit::structure::Block, here: &Here) -> Option<(bool, String)> {
        let here = Here { depth: here.depth + 1, ..here.clone() };
        if here.depth > 20 {
            return None;
        }
        if let Some(each) = block.body.get_attribute("for_each") {
            return Some((false, self.expression(&each.value, &here)));
        }
        let count = &block.body.get_attribute("count")?.value;
        Some((true, self.counted(count, &here)))
    }

    /// A count as a set of the numbers up to it.
    fn counted(&mut self, count: &Expression, here: &Here) -> String {
        let numbers = |expr: &Expression, here: &Here, of: &Self| {
            of.slice(here, eval::range_of(expr)).trim().parse::<u32>().ok().filter(|number| *number <= 20)
        };
        let set = |number: u32| format!("toset([{}])", (0..number).map(|at| format!("\"{at}\"")).collect::<Vec<_>>().join(", "));
        if let Some(number) = numbers(count, here, self) {
            return set(number);
        }
        if let Expression::Conditional(conditional) = count
            && let (Some(yes), Some(no)) = (numbers(&conditional.true_expr, here, self), numbers(&conditional.false_expr, here, self))
        {
            let condition = self.expression(&conditional.cond_expr, here);
            return format!(
                "toset({condition} ? {} : {})",
                set(yes).trim_start_matches("toset(").trim_end_matches(')'),
                set(no).trim_start_matches("toset(").trim_end_matches(')')
            );
        }
        let text = self.expression(count, here);
        format!("toset([for number in range({text}) : tostring(number)])")
    }

    /// The `for_each` that all of a unit has, because its module is called several times by one block.
    pub(super) fn unit_repeat(&mut self, unit: usize) -> Option<String> {
        let call = self.unit(unit)?.call.clone()?;
        let here = Here { unit: call.unit, text: call.text, each: None, iterators: Vec::new(), own: None, computes: false, depth: 0 };
        self.repeat_of(&call.block, &here).map(|(_, text)| text)
    }

    /// Whether a unit's module, or one around it, is called several times by one block.
    pub(super) fn is_within_repeated(&self, unit: usize) -> bool {
        let mut at = self.unit(unit);
        while let Some(call) = at.and_then(|unit| unit.call.as_ref()) {
            if call.block.body.has_attribute("for_each") || call.block.body.has_attribute("count") {
                return true;
            }
            at = self.unit(call.unit);
        }
        false
    }

    /// The `for_each` of a resource in the policy; none where it is there once.
    pub(super) fn each_of(&mut self, resource: &Resource<'_>) -> Option<String> {
        match self.repeated(resource) {
            Repeated::No => None,
            Repeated::Count(text) | Repeated::Each(text) => Some(text),
            Repeated::Module => self.unit_repeat(resource.id.unit),
        }
    }
}

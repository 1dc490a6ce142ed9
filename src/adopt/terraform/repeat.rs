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

impl<'a> Translator<'a> {
    /// How often a resource is there.
    pub(super) fn repeated(&mut self, resource: &Resource<'a>) -> Repeated {
        let here = Here::of(resource);
        match self.repeat_of(resource.block, &here) {
            Some((true, text)) => Repeated::Count(text),
            Some((false, text)) => Repeated::Each(text),
            None if self.is_within_repeated(resource.id.unit) => Repeated::Module,
            None => Repeated::No,
        }
    }

    /// The `for_each` of a block that has one, or a `count`; and whether it was a count.
    fn repeat_of(&mut self, block: &'a hcl::edit::structure::Block, here: &Here) -> Option<(bool, String)> {
        let here = Here { depth: here.depth + 1, ..here.clone() };
        if here.depth > 20 {
            return None;
        }
        if let Some(each) = block.body.get_attribute("for_each") {
            let (expr, here) = self.origin_of_keys(&each.value, &here)?;
            return Some((false, self.expression(expr, &here)));
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
        let mut at = unit;
        loop {
            let call = self.unit(at)?.call.as_ref()?;
            let here = Here { unit: call.unit, text: call.text, each: None, iterators: Vec::new(), own: None, computes: false, depth: 0 };
            if let Some((_, text)) = self.repeat_of(&call.block, &here) {
                return Some(text);
            }
            at = call.unit;
        }
    }

    /// How many of a unit's module and those around it are called several times by one block.
    fn repeats_around(&self, unit: usize) -> usize {
        let mut count = 0;
        let mut at = self.unit(unit);
        while let Some(call) = at.and_then(|unit| unit.call.as_ref()) {
            count += usize::from(call.block.body.has_attribute("for_each") || call.block.body.has_attribute("count"));
            at = self.unit(call.unit);
        }
        count
    }

    /// Whether a resource repeats within what repeats.
    pub(super) fn is_doubly_repeated(&self, resource: &Resource<'_>) -> bool {
        let body = &resource.block.body;
        let own = usize::from(body.has_attribute("for_each") || body.has_attribute("count"));
        self.repeats_around(resource.id.unit) + own > 1
    }

    /// Whether a unit's module, or one around it, is called several times by one block.
    pub(super) fn is_within_repeated(&self, unit: usize) -> bool {
        self.repeats_around(unit) > 0
    }

    /// The `for_each` of a resource in the policy; none where it is there once.
    pub(super) fn each_of(&mut self, resource: &Resource<'a>) -> Option<String> {
        match self.repeated(resource) {
            Repeated::No => None,
            Repeated::Count(text) | Repeated::Each(text) => Some(text),
            Repeated::Module => self.unit_repeat(resource.id.unit),
        }
    }
}

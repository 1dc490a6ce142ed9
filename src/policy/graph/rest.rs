//! The blocks that nothing refers to: allowances, and what was released.

use super::{Edges, Evaluator};
use crate::model::{Check, Code, Diagnostic};
use crate::policy::eval::Scope;
use crate::policy::reader::Located;
use crate::policy::statements;
use crate::policy::{allowances, checks};

impl<'a> Evaluator<'a, '_> {
    /// Reads one block that nothing refers to.
    pub(super) fn alone<T>(
        &mut self,
        located: Located<'a>,
        read: impl FnOnce(Located<'_>, &Scope<'_>, &mut Vec<Diagnostic>) -> Option<T>,
    ) -> Option<T> {
        let before = self.errors();
        let edges = self.check_references(&located.block.body, located.source, false);
        let doubtful = self.errors() > before || edges.keys().any(|needed| self.broken.contains(needed));
        let told = self.problems.len();
        let mut problems = Vec::new();
        let found = read(located, &self.scope(&edges), &mut problems);
        self.problems.extend(problems);
        if doubtful {
            self.keep_independent(told);
        }
        found
    }

    fn check(&mut self, located: Located<'a>) -> Option<Check> {
        let declared = self.policy.targets.clone();
        self.alone(located, |located, scope, problems| checks::check(located, scope, &declared, problems))
    }

    /// What nothing refers to: waivers, what is acknowledged, controls, and released blocks.
    pub(super) fn rest(&mut self) {
        for located in self.blocks.waivers.values() {
            let waiver = self.alone(*located, allowances::waiver);
            self.policy.waivers.extend(waiver);
        }
        for located in self.blocks.acknowledges.values() {
            let acknowledge = self.alone(*located, allowances::acknowledge);
            self.policy.acknowledges.extend(acknowledge);
        }
        self.controls();
        for located in self.blocks.checks.values() {
            let check = self.check(*located);
            self.policy.checks.extend(check);
        }
        for located in &self.blocks.removed {
            let mut problems = Vec::new();
            let address = statements::removed(*located, &self.scope(&Edges::new()), &mut problems);
            self.problems.extend(problems);
            let Some(address) = address else { continue };
            if let Some(still) = self.blocks.things.get(&(address.kind.clone(), address.name.clone())) {
                let problem = Diagnostic::error(Code::Conflict, format!("`{address}` is said to be removed, and is still declared"));
                self.problems
                    .push(problem.at(located.header()).label(still.header(), "declared here").help("remove one of the two blocks"));
            }
            self.policy.removed.push(address);
        }
    }
}

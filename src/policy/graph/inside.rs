//! Compounds in the graph: what one is made of is evaluated as a policy of its own.

use super::Evaluator;
use crate::model::{Diagnostic, Policy, Target, Value};
use crate::policy::blocks::Blocks;
use crate::policy::compounds::Within;
use crate::policy::variables::Values;
use std::collections::{BTreeMap, BTreeSet};

/// What a compound's own text gives.
pub(in crate::policy) struct Inside {
    /// What it adds to the policy.
    pub(in crate::policy) policy: Policy,
    /// The values of its blocks, by kind and label.
    pub(in crate::policy) things: BTreeMap<String, BTreeMap<String, Value>>,
    /// The values of its names.
    pub(in crate::policy) locals: BTreeMap<String, Value>,
}

impl<'a, 'p> Evaluator<'a, 'p> {
    /// Evaluates what a compound is made of, in one target.
    pub(in crate::policy) fn inside(
        &self,
        within: Within<'a>,
        (blocks, arguments): (&'a Blocks<'a>, BTreeMap<String, Value>),
        target: &Target,
        problems: &'p mut Vec<Diagnostic>,
    ) -> Inside {
        let targets = BTreeMap::from([(target.name.clone(), target.clone())]);
        let mut inner = Evaluator {
            blocks,
            variables: Values { known: arguments, ..Values::default() },
            folder: self.folder.clone(),
            locals: BTreeMap::new(),
            targets: BTreeMap::new(),
            things: BTreeMap::new(),
            several: BTreeMap::new(),
            keyed: BTreeSet::new(),
            broken: BTreeSet::new(),
            asked: BTreeSet::new(),
            policy: Policy { workspace: self.policy.workspace.clone(), targets, ..Policy::default() },
            within: Some(within),
            identities: self.identities,
            problems,
        };
        inner.run();
        Inside { policy: inner.policy, things: inner.things, locals: inner.locals }
    }
}

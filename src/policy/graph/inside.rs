//! Compounds in the graph: what one is made of is evaluated as a policy of its own.

use super::{Edges, Evaluator, Node};
use crate::model::{BlockAddress, Diagnostic, Policy, Target, Value};
use crate::policy::blocks::Blocks;
use crate::policy::compounds::{self, Within};
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
            broken: BTreeSet::new(),
            policy: Policy { workspace: self.policy.workspace.clone(), targets, ..Policy::default() },
            within: Some(within),
            identities: self.identities,
            problems,
        };
        inner.run();
        Inside { policy: inner.policy, things: inner.things, locals: inner.locals }
    }

    /// The blocks that a node refers to. Of a compound they are all that it is made of; what a compound refers to, all of that needs.
    pub(super) fn needed(&self, edges: &Edges) -> BTreeSet<BlockAddress> {
        let mut needed: BTreeSet<BlockAddress> = self.within.iter().flat_map(|within| within.needed.iter().cloned()).collect();
        for node in edges.keys() {
            let Node::Thing(kind, name) = node else { continue };
            let block = BlockAddress { within: self.within.as_ref().map(|within| within.address.clone()), ..BlockAddress::new(kind, name) };
            if compounds::find(kind).is_none() {
                needed.insert(block);
                continue;
            }
            let made = self.policy.resources.iter().map(|resource| &resource.address);
            let made = made.chain(self.policy.protects.iter().map(|protect| &protect.address));
            needed.extend(made.filter(|address| address.is_of(&block)).map(BlockAddress::block));
        }
        needed
    }
}

//! In which steps apply makes a plan true: what strengthens first, what weakens last, and nothing before what it depends on.

use crate::model::{Action, Change, Plan};
use std::collections::{BTreeMap, BTreeSet};

/// Some changes of one thing that are made together.
#[derive(Debug, PartialEq, Eq)]
pub struct Step<'a> {
    /// The thing.
    pub action: &'a Action,
    /// The changes.
    pub changes: Vec<&'a Change>,
    /// Steps, by their place, that must have succeeded.
    pub needs: BTreeSet<usize>,
    /// Whether it waits until every strengthening step has ended, well or not.
    pub last: bool,
}

/// The steps of a plan. A step needs only steps before it.
pub fn steps(plan: &Plan) -> Vec<Step<'_>> {
    let ordered = in_dependency_order(plan);
    let mut steps = Vec::new();
    let mut places = Places::default();
    for weakening in [false, true] {
        for action in &ordered {
            let changes: Vec<&Change> = action.changes.iter().filter(|change| change.effect.needs_consent() == weakening).collect();
            if changes.is_empty() {
                continue;
            }
            let needs = places.needed_by(action);
            places.note(action, steps.len());
            steps.push(Step { action, changes, needs, last: weakening });
        }
    }
    steps
}

/// Where the steps of an address and of a block are.
#[derive(Default)]
struct Places<'a> {
    by_address: BTreeMap<&'a str, Vec<usize>>,
    by_block: BTreeMap<&'a str, Vec<usize>>,
}

impl<'a> Places<'a> {
    fn note(&mut self, action: &'a Action, place: usize) {
        self.by_address.entry(&action.address).or_default().push(place);
        self.by_block.entry(&action.block).or_default().push(place);
    }

    fn needed_by(&self, action: &Action) -> BTreeSet<usize> {
        let own = self.by_address.get(action.address.as_str());
        let others = action.depends_on.iter().filter_map(|block| self.by_block.get(block.as_str()));
        own.into_iter().chain(others).flatten().copied().collect()
    }
}

/// The actions with something to do, block by block, each block after those that it depends on; otherwise in the plan's order.
fn in_dependency_order(plan: &Plan) -> Vec<&Action> {
    let mut blocks: BTreeMap<&str, Vec<&Action>> = BTreeMap::new();
    for action in plan.actions.iter().filter(|action| action.changes_anything()) {
        blocks.entry(&action.block).or_default().push(action);
    }
    let mut ordered = Vec::new();
    while !blocks.is_empty() {
        let is_ready = |(block, actions): &(&&str, &Vec<&Action>)| {
            let mut needed = actions.iter().flat_map(|action| &action.depends_on);
            !needed.any(|other| other != *block && blocks.contains_key(other.as_str()))
        };
        let mut ready: Vec<&str> = blocks.iter().filter(is_ready).map(|(block, _)| *block).collect();
        if ready.is_empty() {
            // A policy has no cycles; a plan file that has one is still worked through, in its own order.
            ready = blocks.keys().copied().collect();
        }
        ordered.extend(ready.iter().filter_map(|block| blocks.remove(block)).flatten());
    }
    ordered
}

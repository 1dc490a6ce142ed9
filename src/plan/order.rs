//! In which steps apply makes a plan true: what strengthens first, what weakens last, and nothing before what it depends on.

use crate::model::{Action, Change, Plan, Verb};
use std::collections::BTreeMap;

/// Some changes of one thing that are made together.
#[derive(Debug, PartialEq, Eq)]
pub struct Step<'a> {
    /// The thing.
    pub action: &'a Action,
    /// The changes.
    pub changes: Vec<&'a Change>,
    /// The thing's own earlier step, by its place, which must have succeeded.
    pub after: Option<usize>,
    /// Blocks whose steps of the same or an earlier phase must all have succeeded.
    pub needs: Vec<&'a str>,
    /// Whether it waits until every strengthening step has ended, well or not.
    pub last: bool,
}

/// The steps of a plan. A step needs only steps before it.
pub fn steps(plan: &Plan) -> Vec<Step<'_>> {
    let ordered = in_dependency_order(plan);
    let mut steps: Vec<Step<'_>> = Vec::new();
    let mut own: BTreeMap<&str, usize> = BTreeMap::new();
    for weakening in [false, true] {
        for action in &ordered {
            let changes: Vec<&Change> = action.changes.iter().filter(|change| is_last(action, change) == weakening).collect();
            if changes.is_empty() {
                continue;
            }
            let after = own.insert(&action.address, steps.len());
            let needs = action.depends_on.iter().map(String::as_str).filter(|block| *block != action.block).collect();
            steps.push(Step { action, changes, after, needs, last: weakening });
        }
    }
    steps
}

/// Whether a change is made with those that weaken. A part goes with its whole; what is made, removed or replaced is so at once.
fn is_last(action: &Action, change: &Change) -> bool {
    let needs_consent = |change: &Change| change.effect.needs_consent();
    match action.verb {
        Verb::Create | Verb::Replace => action.changes.iter().any(needs_consent),
        Verb::Delete => true,
        Verb::Update | Verb::NoOp | Verb::Unknown => match &change.part_of {
            Some(whole) => action.changes.iter().any(|other| other.setting == *whole && needs_consent(other)),
            None => needs_consent(change),
        },
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

//! In which steps apply makes a plan true: what strengthens first, what weakens last, and nothing before what it depends on.

use crate::model::{Action, Change, Plan};
use std::collections::BTreeSet;

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
    let mut steps = Vec::new();
    add_steps(&mut steps, plan, false);
    add_steps(&mut steps, plan, true);
    steps
}

fn add_steps<'a>(steps: &mut Vec<Step<'a>>, plan: &'a Plan, weakening: bool) {
    for action in in_dependency_order(plan) {
        let changes: Vec<&Change> = action
            .changes
            .iter()
            .filter(|change| change.effect.needs_consent() == weakening)
            .collect();
        if changes.is_empty() {
            continue;
        }
        let needs = (0..)
            .zip(steps.iter())
            .filter(|(_, step)| is_needed(step, action))
            .map(|(place, _)| place)
            .collect();
        steps.push(Step {
            action,
            changes,
            needs,
            last: weakening,
        });
    }
}

fn is_needed(step: &Step<'_>, action: &Action) -> bool {
    step.action.address == action.address || depends(action, step.action)
}

fn depends(action: &Action, on: &Action) -> bool {
    action
        .depends_on
        .iter()
        .any(|block| *block == on.block || super::address_matches(block, &on.address))
}

/// The actions with something to do, each after those that it depends on; otherwise in the plan's order. The policy has no cycles.
fn in_dependency_order(plan: &Plan) -> Vec<&Action> {
    let mut waiting: Vec<&Action> = plan.actions.iter().filter(|action| action.changes_anything()).collect();
    let mut ordered: Vec<&Action> = Vec::new();
    while !waiting.is_empty() {
        let is_ready = |action: &&Action| {
            !waiting
                .iter()
                .any(|other| other.address != action.address && depends(action, other))
        };
        let (ready, blocked): (Vec<&Action>, Vec<&Action>) = waiting.iter().copied().partition(|action| is_ready(action));
        if ready.is_empty() {
            ordered.extend(blocked);
            break;
        }
        ordered.extend(ready);
        waiting = blocked;
    }
    ordered
}

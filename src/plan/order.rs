//! In which steps apply makes a plan true: what strengthens first, what weakens last, and nothing before what it depends on.

mod graph;

pub(super) use graph::{waited_for, without_circles};

use crate::kinds;
use crate::model::{Action, Change, Ownership, Plan, Verb, path};
use std::collections::BTreeMap;

/// When a step has its turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Before everything else: others need it of a thing that needs something of them.
    Ahead,
    /// When what is ahead has ended: it strengthens, or weakens nothing.
    First,
    /// When every step of the first phase has ended, well or not: it weakens.
    Weakening,
    /// When everything that needed it has ended, and well: something goes.
    Removal,
}

impl Phase {
    /// All of them, in their order.
    pub const ALL: [Self; 4] = [Self::Ahead, Self::First, Self::Weakening, Self::Removal];
}

/// Some changes of one thing that are made together.
#[derive(Debug, PartialEq, Eq)]
pub struct Step<'a> {
    /// The thing.
    pub action: &'a Action,
    /// The changes; none where it removes what was replaced.
    pub changes: Vec<&'a Change>,
    /// The thing's own earlier step, by its place, which must have succeeded.
    pub after: Option<usize>,
    /// Blocks, and addresses of single things, whose steps of the same or an earlier phase must all have succeeded.
    pub needs: Vec<&'a str>,
    /// When it has its turn.
    pub phase: Phase,
}

/// The steps of a plan. What is replaced has two: its successor is made first, and it goes when nothing refers to it any more.
pub fn steps(plan: &Plan) -> Vec<Step<'_>> {
    let mut steps: Vec<Step<'_>> = Vec::new();
    let mut own: BTreeMap<&str, usize> = BTreeMap::new();
    for phase in Phase::ALL {
        let changes = |action: &&Action| !of_phase(plan, action, phase).is_empty();
        for action in graph::in_order(&plan.actions.iter().filter(changes).collect::<Vec<_>>()) {
            let after = own.insert(&action.address, steps.len());
            let is_other = |name: &&str| *name != action.block && *name != action.address;
            let mut needs: Vec<&str> = action.depends_on.iter().map(String::as_str).filter(is_other).collect();
            if action.verb == Verb::Delete {
                needs.extend(referring(plan, action));
            }
            steps.push(Step { action, changes: of_phase(plan, action, phase), after, needs, phase });
        }
    }
    for action in plan.actions.iter().filter(|action| action.replaces.is_some() && action.changes_anything()) {
        let needs = referring(plan, action).collect();
        let after = own.get(action.address.as_str()).copied();
        steps.push(Step { action, changes: Vec::new(), after, needs, phase: Phase::Removal });
    }
    steps
}

/// The things that refer to a thing that goes: they must have let go of it.
fn referring<'a>(plan: &'a Plan, action: &'a Action) -> impl Iterator<Item = &'a str> {
    // What now refers to another instance of the block may have referred to this one, but that a part is never moved.
    let names = |other: &Action| match action.verb {
        Verb::Delete => other.depends_on.iter().any(|name| other.parent.as_ref() != Some(name) && is_of_block(name, &action.block)),
        _ => waits_for(other, action),
    };
    // What goes too says with its own needs whether it goes before.
    let refers = move |other: &&Action| other.verb != Verb::Delete && other.block != action.block && names(other);
    plan.actions.iter().filter(refers).map(|other| other.address.as_str())
}

/// Whether a name that something waits for is a block, or one of its things.
fn is_of_block(name: &str, block: &str) -> bool {
    name.strip_prefix(block).is_some_and(|rest| rest.is_empty() || rest.starts_with('['))
}

/// Whether a thing waits for another.
fn waits_for(one: &Action, other: &Action) -> bool {
    one.depends_on.iter().any(|name| *name == other.block || *name == other.address)
}

fn of_phase<'a>(plan: &Plan, action: &'a Action, phase: Phase) -> Vec<&'a Change> {
    let turn = |change: &Change| match (action.verb, is_last(plan, action, change)) {
        (Verb::Delete, _) => Phase::Removal,
        (_, true) => Phase::Weakening,
        (_, false) if action.ahead.contains(&change.setting) => Phase::Ahead,
        (_, false) => Phase::First,
    };
    action.changes.iter().filter(|change| action.changes_anything() && turn(change) == phase).collect()
}

/// Whether a change is made with those that weaken. What AWS checks together is made together: a part with its whole, all of one block, and
/// of a thing that backstay owns whole all that is in no block, as half of such a change is often something that AWS refuses.
fn is_last(plan: &Plan, action: &Action, change: &Change) -> bool {
    let needs_consent = |change: &Change| change.effect.needs_consent();
    match action.verb {
        // What is needed by others is there before them, even where making it cannot be undone.
        Verb::Create if plan.actions.iter().any(|other| other.address != action.address && waits_for(other, action)) => false,
        Verb::Create | Verb::Replace => action.changes.iter().any(needs_consent),
        Verb::Delete => true,
        Verb::Update | Verb::NoOp | Verb::Unknown => {
            let together = group(action, change);
            action.changes.iter().any(|other| needs_consent(other) && group(action, other) == together)
        }
    }
}

fn is_whole(action: &Action) -> bool {
    kinds::spec(&action.id.kind).is_some_and(|spec| spec.ownership == Ownership::Whole)
}

/// What a change is made together with: the outermost block that it is in, with a key or without, the rest of a document, or itself.
///
/// A block without a key is one call too: the key of an encryption that is not turned on yet would be lost.
fn group(action: &Action, change: &Change) -> String {
    let at = change.part_of.as_ref().unwrap_or(&change.setting);
    let is_block = at.ends_with(']').then(|| at.clone());
    match path::enclosing(at).into_iter().next().or(is_block) {
        Some(block) => block,
        None if is_whole(action) => String::new(),
        None => at.split('.').next().unwrap_or(at).to_owned(),
    }
}

//! The other parts of what a thing is a part of: what one of them leaves, another may take.

use super::Planner;
use crate::kinds::{self, Beside, Flat, Kind};
use crate::model::{Action, Change, Effect, Listed, Live, Reading, Verb};

impl<'a> Planner<'a> {
    /// Says of every action what it does to things other than its own.
    pub(super) fn reach(&mut self) {
        let remarks: Vec<Vec<String>> = self.out.actions.iter().map(|action| self.reached(action)).collect();
        for (action, remarks) in self.out.actions.iter_mut().zip(remarks) {
            action.remarks.extend(remarks);
        }
    }

    fn reached(&self, action: &Action) -> Vec<String> {
        let Some(kind) = kinds::find(&action.id.kind) else { return Vec::new() };
        let live = self.snapshot.live(about(action)).map(|live| Flat::of_readings(&live.settings));
        let wanted = (!action.wanted.is_empty()).then(|| Flat::of_wanted(&action.wanted));
        let (before, after) = match (action.verb, live, wanted) {
            (Verb::Create, _, Some(wanted)) => (None, Some(wanted)),
            (Verb::Update | Verb::Replace, Some(live), Some(wanted)) => (Some(live), Some(wanted)),
            (Verb::Delete, Some(live), _) => (Some(live), None),
            _ => return Vec::new(),
        };
        let others = self.beside(action);
        let beside = others.as_ref().map(|(before, after)| Beside { before, after });
        kind.reach(before.as_ref(), after.as_ref(), beside, self.seen(&action.id.kind, &action.id.target))
    }

    /// What a kind looked at in a target to say what a change does; none where it did not look, or could not.
    fn seen(&self, kind: &str, target: &str) -> Option<&'a [Listed]> {
        let inventory = self.snapshot.inventories.iter().find(|inventory| inventory.kind == kind && inventory.target == target)?;
        inventory.tag_filter.as_ref().map(|_| inventory.listed.as_slice())
    }

    /// The other parts of the same whole, as they are and as they will be; none where they are not all known.
    fn beside(&self, action: &Action) -> Option<(Vec<Flat>, Vec<Flat>)> {
        let is_part = kinds::spec(&action.id.kind).is_some_and(|spec| spec.parent.is_some());
        if !is_part || !self.was_searched(&action.id.kind, &action.id.target) {
            return None;
        }
        let whole = action.facts.get(Live::PARENT_ID);
        let others = || self.out.actions.iter().filter(|other| is_of(other, action) && other.address != action.address);
        let (mut before, mut after) = (Vec::new(), Vec::new());
        let is_part = |live: &&&Live| whole.is_some() && live.facts.get(Live::PARENT_ID) == whole && live.id != *about(action);
        let lives: Vec<&Live> = self.snapshot.resources.iter().filter(|live| is_same(action, live)).collect();
        for live in lives.iter().filter(is_part) {
            let is = readable(live)?;
            match others().find(|other| *about(other) == live.id) {
                Some(other) if other.verb == Verb::Unknown => return None,
                Some(other) if other.verb == Verb::Delete && self.is_asked_for(other) => {}
                Some(other) if self.is_done(other) => after.push(Flat::of_wanted(&other.wanted)),
                _ => after.push(is.clone()),
            }
            before.push(is);
        }
        let made = others().filter(|other| other.verb == Verb::Create && self.is_done(other));
        after.extend(made.map(|other| Flat::of_wanted(&other.wanted)));
        Some((before, after))
    }

    /// Whether a run leaves a thing as it is declared.
    fn is_done(&self, action: &Action) -> bool {
        let is_declared = action.refused.is_none() && !action.wanted.is_empty() && action.verb != Verb::Unknown;
        is_declared && (action.verb == Verb::NoOp || self.is_asked_for(action))
    }

    fn is_asked_for(&self, action: &Action) -> bool {
        crate::plan::is_asked_for(std::iter::once(action.address.as_str()), self.only)
    }

    /// Takes the sting out of a removal where another part of the same whole, or another thing of the same mark, does all that the thing
    /// does: one that was to be replaced when a run was cut short, or one that has another name now.
    ///
    /// Where the other has still to be made, the thing waits for it; that takes another block than its own. What is lost with the thing
    /// itself no other brings back.
    pub(super) fn replaced(&self, kind: &dyn Kind, live: &Live, removal: &mut Action) {
        let Some(old) = readable(live) else { return };
        let stands_in = |action: &&Action| {
            let whole = live.facts.get(Live::PARENT_ID);
            let is_part = whole.is_some() && action.facts.get(Live::PARENT_ID) == whole;
            let is_twin = live.mark.is_some() && action.mark == live.mark;
            is_same(action, live) && (is_part || is_twin) && self.is_done(action) && kind.stands_in(&Flat::of_wanted(&action.wanted), &old)
        };
        let is_there = |action: &&Action| {
            let now = self.snapshot.live(about(action)).and_then(readable);
            now.is_some_and(|now| kind.stands_in(&now, &old))
        };
        let others = || self.out.actions.iter().filter(stands_in);
        let waits = |action: &&Action| action.block != removal.block;
        let (other, is_there) = match (others().find(is_there), others().find(waits)) {
            (Some(other), _) => (other, true),
            (None, Some(other)) => (other, false),
            (None, None) => return,
        };
        let takes = |change: &&mut Change| change.setting == Change::EXISTS && change.effect <= Effect::Weakens;
        for gone in removal.changes.iter_mut().filter(takes) {
            gone.effect = Effect::Neutral;
            gone.consequence = Some(format!("{} does all that it does, so that nothing is lost with it", other.address));
        }
        if !is_there {
            removal.depends_on.push(other.address.clone());
        }
    }
}

/// The live thing that an action is about.
fn about(action: &Action) -> &crate::model::ResourceId {
    action.replaces.as_ref().unwrap_or(&action.id)
}

fn is_same(action: &Action, live: &Live) -> bool {
    live.id.kind == action.id.kind && live.id.target == action.id.target
}

/// Whether two actions are about parts of one whole, which may have still to be made.
fn is_of(other: &Action, action: &Action) -> bool {
    let same_whole = match (action.facts.get(Live::PARENT_ID), other.facts.get(Live::PARENT_ID)) {
        (Some(one), Some(other)) => one == other,
        (None, None) => action.parent.is_some() && action.parent == other.parent,
        _ => false,
    };
    same_whole && other.id.kind == action.id.kind && other.id.target == action.id.target
}

/// All settings of a thing; none where one of them could not be read.
fn readable(live: &Live) -> Option<Flat> {
    let is_known = live.settings.values().all(|reading| !matches!(reading, Reading::Unreadable { .. }));
    is_known.then(|| Flat::of_readings(&live.settings))
}

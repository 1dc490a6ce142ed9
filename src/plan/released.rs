//! What a policy no longer declares that an earlier one did, and what becomes of it without a change of its own in the plan.

use super::resolve;
use crate::kinds;
use crate::model::{KindSpec, Mark, Note, Policy, Protect, Shape, Snapshot, path};
use crate::policy::select;
use std::collections::BTreeSet;

/// What a policy no longer declares that an earlier one did: those settings are released, and stay in AWS as they are.
///
/// Rules within others' things that backstay made are not released: as long as a block is about the thing, the plan removes them.
pub fn released(before: &Policy, now: &Policy, snapshot: &Snapshot) -> Vec<Note> {
    let mut notes = Vec::new();
    let planned = planned(now, snapshot);
    for old in &before.protects {
        let Some(spec) = kinds::spec(&old.address.kind) else { continue };
        let still: BTreeSet<&String> =
            now.protects.iter().filter(|new| new.address == old.address).flat_map(|new| new.wanted.keys()).collect();
        let gone: BTreeSet<&String> = old.wanted.keys().filter(|path| !still.contains(path)).collect();
        let (rules, settings): (Vec<&String>, Vec<&String>) = gone.iter().copied().partition(|path| is_of_rule(spec, path));
        // A rule that was described by an id of others' stays, as a setting does.
        let (described, rules): (Vec<&String>, Vec<&String>) = rules.into_iter().partition(|path| is_described(old, path));
        let described = described.into_iter().filter(|path| path.ends_with(']') && path::enclosing(path).is_empty());
        let mut said: Vec<String> = settings.into_iter().chain(described).map(|path| format!("`{path}`")).collect();
        let where_left = if before.workspace == now.workspace { left(old, spec, &planned, snapshot) } else { Left::Everywhere };
        let whole: Vec<&&String> = rules.iter().filter(|path| !path::enclosing(path).iter().any(|block| gone.contains(block))).collect();
        let rule = |path: &str| match (path::split_key(path), &before.workspace) {
            (Some((_, name)), Some(workspace)) if spec.setting(path).is_some_and(|setting| setting.marked) => {
                format!("`{path}` (its id is `{}`)", Mark::of_rule(workspace, &name))
            }
            _ => format!("`{path}`"),
        };
        let is_left = !matches!(where_left, Left::Nowhere) && !whole.is_empty();
        match where_left {
            Left::Nowhere => {}
            Left::Everywhere => said.extend(whole.iter().map(|path| rule(path))),
            Left::Of(things) => said.extend(whole.iter().map(|path| format!("{} of {things}", rule(path)))),
        }
        if said.is_empty() {
            continue;
        }
        let place = before.sources.position(&old.span);
        let mut text = format!(
            "{} ({place}) is released: settings that stay in AWS as they are, and are no longer managed: {}",
            old.address,
            said.join(", ")
        );
        if is_left {
            text.push_str("; rules go on acting: to remove them, select what they are on again in a block that does not declare them");
        }
        notes.push(Note { code: None, text });
    }
    for old in &before.resources {
        for target in old.targets.iter().filter(|target| !now.targets.contains_key(*target)) {
            let place = before.sources.position(&old.span);
            let text = format!(
                "{} ({place}) in target `{target}` stays in AWS as it is and goes on doing its work: the policy has no such target any more, so that nobody looks there",
                old.address
            );
            notes.push(Note { code: None, text });
        }
    }
    notes
}

/// Whether a setting is a repeated block that backstay makes, or stands in one.
fn is_of_rule(spec: &KindSpec, path: &str) -> bool {
    let is_repeated = path.ends_with(']') && spec.setting(path).is_some_and(|setting| matches!(setting.shape, Shape::Block(_)));
    is_repeated || !path::enclosing(path).is_empty()
}

/// Whether a path is of a block that described a rule by its id, so that it carries no mark.
fn is_described(old: &Protect, path: &str) -> bool {
    let block = path::enclosing(path).into_iter().next().unwrap_or_else(|| path.to_owned());
    old.wanted.contains_key(&path::child(&block, Mark::RULE_ID))
}

/// A thing as a plan knows it: its kind, target and name.
type Thing = (String, String, String);

/// Every thing that a policy's blocks are about.
fn planned(now: &Policy, snapshot: &Snapshot) -> BTreeSet<Thing> {
    // A policy that does not resolve has no plan beside which this is said.
    let (resolved, problems) = resolve::resolve(now, snapshot);
    let rows = if problems.is_empty() { resolved.rows } else { Vec::new() };
    let ids = rows.into_iter().flat_map(|row| std::iter::once(row.id).chain(row.also_read_as));
    ids.map(|id| (id.kind, id.target, id.name)).collect()
}

/// Where the rules of a block stay, as no block is about their thing any more.
enum Left {
    Nowhere,
    Everywhere,
    /// Of these things, in words.
    Of(String),
}

fn left(old: &Protect, spec: &'static KindSpec, planned: &BTreeSet<Thing>, snapshot: &Snapshot) -> Left {
    let mut left: BTreeSet<String> = BTreeSet::new();
    let mut stays = false;
    let mut is_sure = true;
    for target in &old.targets {
        let inventory = snapshot.inventories.iter().find(|inventory| inventory.kind == spec.name && inventory.target == *target);
        let chosen = snapshot.identities.get(target).and_then(|identity| select::choose(&old.select, spec, identity, inventory).ok());
        let Some(chosen) = chosen else {
            is_sure = false;
            continue;
        };
        for name in chosen.names {
            if planned.contains(&(spec.name.to_owned(), target.clone(), name.clone())) {
                stays = true;
            } else {
                left.insert(name);
            }
        }
    }
    match (is_sure, left.is_empty(), stays) {
        (true, true, _) => Left::Nowhere,
        (true, false, true) => Left::Of(left.into_iter().collect::<Vec<_>>().join(", ")),
        (true, false, false) => Left::Everywhere,
        (false, _, _) => Left::Of("what no block is about any more".to_owned()),
    }
}

//! From a policy and a snapshot to a plan. Pure: the same input gives the same plan.
//!
//! `resolve` says what each thing must be, `diff` what differs and what that does, [`gate`] who consented, [`order`] in which steps
//! apply goes about it, [`preconditions`] whether AWS still is what the plan was made from.

pub mod circumstances;
mod diff;
pub mod file;
pub mod gate;
pub mod needs;
pub mod order;
pub mod preconditions;
mod resolve;
mod resources;
pub mod standing;

use crate::model::{Code, Consents, Diagnostic, Note, Plan, PlannedTarget, Policy, PolicyRef, Snapshot, Verb};
use jiff::tz::TimeZone;
use wildmatch::WildMatch;

/// What a run asks of a plan beside the policy.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The path of the policy as the user gave it.
    pub path: String,
    /// Addresses that flags consent to.
    pub consents: Consents,
    /// Only addresses that one of these patterns matches; all where empty.
    pub only: Vec<String>,
}

/// Works out the plan.
///
/// # Errors
///
/// Every problem that makes the policy inapplicable to what is live: a selector that matches nothing, two blocks that disagree.
pub fn plan(policy: &Policy, snapshot: &Snapshot, request: &Request) -> Result<Plan, Vec<Diagnostic>> {
    let resources = resources::resources(policy, snapshot, &request.only);
    let resolved = resolve::resolve(policy, snapshot);
    let resolved = match (resolved, resources.problems) {
        (Ok(resolved), problems) if problems.is_empty() => resolved,
        (Ok(_), problems) => return Err(problems),
        (Err(mut all), problems) => {
            all.extend(problems);
            return Err(all);
        }
    };
    let mut unmet = needs::planned(policy, snapshot, &resolved.rows);
    unmet.extend(circumstances::planned(policy, snapshot));
    if !unmet.is_empty() {
        return Err(unmet);
    }
    let mut gaps = snapshot.gaps.clone();
    gaps.extend(resolved.gaps);
    gaps.sort();
    gaps.dedup();
    let mut actions: Vec<_> = resolved
        .rows
        .iter()
        .filter(|row| is_asked_for(row.addresses(), &request.only))
        .map(|row| diff::action(row, snapshot, &policy.sources))
        .collect();
    let removals = resources.actions.iter().any(|action| action.verb == Verb::Delete);
    let addresses: Vec<String> = addresses(&resolved.rows).chain(resources.actions.iter().map(|action| action.address.clone())).collect();
    actions.extend(resources.actions.into_iter().filter(|action| is_asked_for(std::iter::once(action.address.as_str()), &request.only)));
    needs::order(policy, snapshot, &resolved.rows, &mut actions);
    actions.sort_by(|a, b| (&a.block, &a.address, &a.id).cmp(&(&b.block, &b.address, &b.id)));
    let today = snapshot.taken_at.to_zoned(TimeZone::UTC).date();
    let mut notes = resolved.notes;
    notes.extend(resources.notes);
    if policy.protects.is_empty() && policy.resources.is_empty() {
        notes.push(Note { code: None, text: declares_nothing(removals).to_owned() });
    }
    let waiver_notes = gate::gate(&mut actions, &policy.waivers, &request.consents, today, &policy.sources);
    // With `--only`, waivers of what was left out are neither used nor clutter.
    if request.only.is_empty() {
        notes.extend(waiver_notes);
    }
    let unmatched = unmatched_only(&addresses, &request.only);
    if gaps.is_empty() && !unmatched.is_empty() {
        return Err(unmatched);
    }
    notes.extend(unmatched.into_iter().map(|problem| Note { code: Some(problem.code.to_string()), text: problem.title }));
    notes.sort();
    Ok(Plan {
        format: Plan::FORMAT.to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        read_at: snapshot.taken_at,
        policy: PolicyRef {
            path: request.path.clone(),
            workspace: policy.workspace.clone(),
            digest: policy.digest.clone(),
            files: policy.files.clone(),
        },
        targets: planned_targets(policy, snapshot),
        actions,
        gaps,
        notes,
        consents: request.consents.clone(),
    })
}

fn planned_targets(policy: &Policy, snapshot: &Snapshot) -> std::collections::BTreeMap<String, PlannedTarget> {
    let planned = |target: &crate::model::Target| {
        let identity = snapshot.identities.get(&target.name);
        PlannedTarget {
            target: target.clone(),
            account: identity.map(|identity| identity.account.clone()),
            region: identity.map(|identity| identity.region.clone()),
        }
    };
    policy.targets.values().map(|target| (target.name.clone(), planned(target))).collect()
}

/// What becomes of all that a policy declared before it declared nothing: settings of others' things stay, what backstay made goes.
fn declares_nothing(removals: bool) -> &'static str {
    if removals {
        "this policy declares nothing: what it made before is planned for removal; settings that it declared of others' things are released, and stay as they are"
    } else {
        "this policy declares nothing; settings that it declared before are released, and stay as they are"
    }
}

/// What a policy no longer declares that an earlier one did: those settings are released, and stay in AWS as they are.
pub fn released(before: &Policy, now: &Policy) -> Vec<Note> {
    let mut notes = Vec::new();
    for old in &before.protects {
        let still: std::collections::BTreeSet<&String> =
            now.protects.iter().filter(|new| new.address == old.address).flat_map(|new| new.wanted.keys()).collect();
        let gone: Vec<String> = old.wanted.keys().filter(|path| !still.contains(path)).map(|path| format!("`{path}`")).collect();
        if gone.is_empty() {
            continue;
        }
        let place = before.sources.position(&old.span);
        let text = format!(
            "{} ({place}) is released: settings that stay in AWS as they are, and are no longer managed: {}",
            old.address,
            gone.join(", ")
        );
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

/// Whether an address is meant by a pattern: equal, matching, or the address of its block, with or without the key of a `for_each`.
pub fn address_matches(pattern: &str, address: &str) -> bool {
    let of_block = address.strip_prefix(pattern).is_some_and(|rest| rest.starts_with('['));
    let of_instance = pattern.strip_suffix("\"]").and_then(|key| address.strip_prefix(key)).is_some_and(|rest| rest.starts_with('/'));
    of_block || of_instance || WildMatch::new(pattern).matches(address)
}

fn addresses(rows: &[resolve::Row]) -> impl Iterator<Item = String> {
    rows.iter().flat_map(|row| row.addresses().map(str::to_owned))
}

fn is_asked_for<'a>(mut addresses: impl Iterator<Item = &'a str>, only: &[String]) -> bool {
    only.is_empty() || addresses.any(|address| only.iter().any(|pattern| address_matches(pattern, address)))
}

fn unmatched_only(addresses: &[String], only: &[String]) -> Vec<Diagnostic> {
    let unmatched = only.iter().filter(|pattern| !addresses.iter().any(|address| address_matches(pattern, address)));
    unmatched
        .map(|pattern| {
            let title = format!("--only `{pattern}` matches no address of this plan");
            Diagnostic::error(Code::SelectsNothing, title).help("run `backstay plan` without it to see the addresses")
        })
        .collect()
}

#[cfg(test)]
mod tests;

//! From a policy and a snapshot to a plan. Pure: the same input gives the same plan.
//!
//! `resolve` says what each thing must be, `diff` what differs and what that does, [`gate`] who consented, [`order`] in which steps
//! apply goes about it, [`preconditions`] whether AWS still is what the plan was made from.

pub mod agenda;
pub mod circumstances;
mod diff;
pub mod file;
pub mod gate;
pub mod needs;
pub mod order;
pub mod preconditions;
mod released;
mod resolve;
mod resources;
pub mod standing;
mod waits;

pub(crate) use diff::toward;
pub use released::released;

use crate::kinds;
use crate::model::{Action, Code, Consents, Diagnostic, Note, Ownership, Plan, PlannedTarget, Policy, PolicyRef, Snapshot, Sources, Verb};
use jiff::tz::TimeZone;
use std::collections::BTreeMap;
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
    let Attempt { mut plan, problems, unmatched } = attempt(policy, snapshot, request);
    if !problems.is_empty() {
        return Err(problems);
    }
    if plan.gaps.is_empty() && !unmatched.is_empty() {
        return Err(unmatched);
    }
    plan.notes.extend(unmatched.into_iter().map(|problem| Note { code: Some(problem.code.to_string()), text: problem.title }));
    plan.notes.sort();
    Ok(plan)
}

/// A plan as far as it goes.
pub(crate) struct Attempt {
    /// The plan. With a problem it is none to apply: it says only how what could be resolved stands.
    pub(crate) plan: Plan,
    /// What makes the policy inapplicable to what is live.
    pub(crate) problems: Vec<Diagnostic>,
    /// The patterns of `--only` that match no address. Where something could not be read, what they mean may be among that.
    pub(crate) unmatched: Vec<Diagnostic>,
}

/// Works out the plan as far as it goes, and every problem beside it.
pub(crate) fn attempt(policy: &Policy, snapshot: &Snapshot, request: &Request) -> Attempt {
    let resources = resources::resources(policy, snapshot, &request.only);
    let (resolved, mut problems) = resolve::resolve(policy, snapshot);
    problems.extend(resources.problems);
    let is_meant = |action: &&Action| is_asked_for(std::iter::once(action.address.as_str()), &request.only);
    let going = resources.actions.iter().filter(|action| action.verb == Verb::Delete).filter(is_meant).map(|action| &action.id);
    problems.extend(needs::planned(policy, snapshot, &resolved.rows, going.collect()));
    problems.extend(circumstances::planned(policy, snapshot));
    problems.extend(needs::judged(policy, snapshot));
    let (problems, doubts): (Vec<_>, Vec<_>) = problems.into_iter().partition(Diagnostic::is_error);
    let mut gaps = snapshot.gaps.clone();
    gaps.extend(resolved.gaps);
    needs::say_what_hangs_on(&mut gaps, policy, snapshot, &resolved.rows);
    gaps.sort();
    gaps.dedup();
    let rows: Vec<_> = resolved.rows.iter().filter(|row| is_asked_for(row.addresses(), &request.only)).collect();
    let mut actions: Vec<_> = rows.iter().map(|row| diff::action(row, snapshot, &policy.sources)).collect();
    let removals = resources.actions.iter().any(|action| action.verb == Verb::Delete);
    let addresses: Vec<String> = addresses(&resolved.rows).chain(resources.actions.iter().map(|action| action.address.clone())).collect();
    actions.extend(resources.actions.into_iter().filter(|action| is_meant(&action)));
    needs::order(policy, snapshot, &resolved.rows, &mut actions);
    actions.sort_by(|a, b| (&a.block, &a.address, &a.id).cmp(&(&b.block, &b.address, &b.id)));
    let today = snapshot.taken_at.to_zoned(TimeZone::UTC).date();
    let mut notes = resolved.notes.clone();
    notes.extend(resources.notes);
    notes.extend(doubts.into_iter().map(|doubt| note(doubt, &policy.sources)));
    notes.extend(circumstances::learned(policy, snapshot));
    let is_of_others = |action: &&Action| kinds::spec(&action.id.kind).is_some_and(|spec| spec.ownership == Ownership::Settings);
    notes.extend(notes_of(actions.iter().filter(is_of_others), snapshot));
    if policy.protects.is_empty() && policy.resources.is_empty() {
        notes.push(Note { code: None, text: declares_nothing(removals).to_owned() });
    }
    let waiver_notes = gate::gate(&mut actions, &policy.waivers, &request.consents, today, &policy.sources);
    // With `--only`, waivers of what was left out are neither used nor clutter.
    if request.only.is_empty() {
        notes.extend(waiver_notes);
    }
    let unmatched = unmatched_only(&addresses, &request.only);
    notes.sort();
    let plan = Plan {
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
    };
    Attempt { plan, problems, unmatched }
}

/// What things ask somebody to look after. What many of them ask alike is said once, with a few of their addresses.
pub(crate) fn notes_of<'a>(actions: impl Iterator<Item = &'a Action>, snapshot: &Snapshot) -> Vec<Note> {
    const NAMED: usize = 3;
    let mut alike: BTreeMap<(String, String), Vec<&str>> = BTreeMap::new();
    for action in actions {
        let found = kinds::find(&action.id.kind).zip(snapshot.live(&action.id));
        for (code, text) in found.into_iter().flat_map(|(kind, live)| kind.notes(live)) {
            alike.entry((code.to_string(), text)).or_default().push(&action.address);
        }
    }
    let note = |((code, text), addresses): ((String, String), Vec<&str>)| {
        let named = addresses.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
        let more = addresses.len().saturating_sub(NAMED);
        let more = if more == 0 { String::new() } else { format!(" and {more} more") };
        Note { code: Some(code), text: format!("{named}{more}: {text}") }
    };
    alike.into_iter().map(note).collect()
}

/// A warning that only what is live gives rise to.
fn note(doubt: Diagnostic, sources: &Sources) -> Note {
    let place = doubt.labels.first().map_or_else(String::new, |label| format!(" ({})", sources.position(&label.span)));
    let help = doubt.help.map_or_else(String::new, |help| format!("; {help}"));
    Note { code: Some(doubt.code.to_string()), text: format!("{}{place}{help}", doubt.title) }
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

/// Whether an address is meant by a pattern: equal, matching, or the address of its block, with or without the key of a `for_each`.
pub fn address_matches(pattern: &str, address: &str) -> bool {
    AddressPattern::new(pattern).matches(address)
}

/// A pattern of addresses, ready to be asked about many.
struct AddressPattern<'a> {
    text: &'a str,
    wild: WildMatch,
}

impl<'a> AddressPattern<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, wild: WildMatch::new(text) }
    }

    /// As [`address_matches`] says.
    fn matches(&self, address: &str) -> bool {
        // What a compound is made of stands behind its address, which has a dot of its own.
        let is_block = |rest: &str| rest.starts_with('[') || (rest.starts_with('.') && self.text.contains('.'));
        let of_block = address.strip_prefix(self.text).is_some_and(is_block);
        let of_instance = self.text.strip_suffix("\"]").and_then(|key| address.strip_prefix(key)).is_some_and(|rest| rest.starts_with('/'));
        of_block || of_instance || self.wild.matches(address)
    }

    /// What every address that it matches starts with.
    fn start(&self) -> &'a str {
        let literal = self.text.split(['*', '?', '\\']).next().unwrap_or_default();
        literal.strip_suffix("\"]").unwrap_or(literal)
    }
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

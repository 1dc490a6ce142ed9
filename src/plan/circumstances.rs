//! What is wrong with declared things where, or when, they are to count: an action of another region, a schedule whose last run is past.

use crate::kinds::{self, Circumstances};
use crate::model::{Diagnostic, Identity, Note, Policy, Snapshot, SourceId};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// Everything that is wrong, as far as the policy says where its things will be.
pub fn declared(policy: &Policy, now: Timestamp) -> Vec<Diagnostic> {
    wrong(policy, &BTreeMap::new(), now)
}

/// Every error, now that it is known which account and region each target reached.
pub(super) fn planned(policy: &Policy, snapshot: &Snapshot) -> Vec<Diagnostic> {
    wrong(policy, &snapshot.identities, snapshot.taken_at).into_iter().filter(Diagnostic::is_error).collect()
}

/// The warnings that nobody could give before it was known which account and region each target reached. The others were told.
pub(super) fn learned(policy: &Policy, snapshot: &Snapshot) -> Vec<Note> {
    let told: BTreeSet<Told> = declared(policy, snapshot.taken_at).iter().map(Told::of).collect();
    let now = wrong(policy, &snapshot.identities, snapshot.taken_at);
    let new = now.into_iter().filter(|problem| !problem.is_error() && !told.contains(&Told::of(problem)));
    new.map(|problem| super::note(problem, &policy.sources)).collect()
}

/// What one problem is told from another by: its title and its main place.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Told(String, Option<(SourceId, usize)>);

impl Told {
    fn of(problem: &Diagnostic) -> Self {
        Self(problem.title.clone(), problem.labels.first().map(|label| (label.span.source, label.span.range.start)))
    }
}

fn wrong(policy: &Policy, identities: &BTreeMap<String, Identity>, now: Timestamp) -> Vec<Diagnostic> {
    let mut problems: Vec<Diagnostic> = Vec::new();
    let mut told = BTreeSet::new();
    for resource in &policy.resources {
        let Some(kind) = kinds::find(&resource.address.kind) else { continue };
        for target in resource.targets.iter().filter_map(|target| policy.targets.get(target)) {
            let identity = identities.get(&target.name);
            let circumstances = Circumstances {
                region: identity.map(|identity| identity.region.as_str()).or(target.region.as_deref()),
                account: identity.map(|identity| identity.account.as_str()).or(target.account_id.as_deref()),
                now,
            };
            let concerns = kind.check_circumstances(&resource.wanted, circumstances).into_iter();
            let only_describes = policy.only_describes(resource);
            let concerns = concerns.map(|concern| if only_describes { concern.of_described() } else { concern });
            let found = concerns.map(|concern| concern.told(&resource.wanted, &resource.span));
            // What hangs on the time alone is the same in every target.
            problems.extend(found.filter(|problem| told.insert(Told::of(problem))));
        }
    }
    problems.sort_by_key(|problem| problem.labels.first().map(|label| (label.span.source, label.span.range.start)));
    problems
}

//! What is wrong with declared things where, or when, they are to count: an action of another region, a schedule whose last run is past.

use crate::kinds::{self, Circumstances};
use crate::model::{Diagnostic, Identity, Policy, Snapshot};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// Everything that is wrong, as far as the policy says where its things will be.
pub fn declared(policy: &Policy, now: Timestamp) -> Vec<Diagnostic> {
    wrong(policy, &BTreeMap::new(), now)
}

/// Every error, now that it is known which account and region each target reached. Warnings hang on the policy alone and were told.
pub(super) fn planned(policy: &Policy, snapshot: &Snapshot) -> Vec<Diagnostic> {
    wrong(policy, &snapshot.identities, snapshot.taken_at).into_iter().filter(Diagnostic::is_error).collect()
}

fn wrong(policy: &Policy, identities: &BTreeMap<String, Identity>, now: Timestamp) -> Vec<Diagnostic> {
    let mut problems: Vec<Diagnostic> = Vec::new();
    for resource in &policy.resources {
        let Some(kind) = kinds::find(&resource.address.kind) else { continue };
        for target in resource.targets.iter().filter_map(|target| policy.targets.get(target)) {
            let identity = identities.get(&target.name);
            let circumstances = Circumstances {
                region: identity.map(|identity| identity.region.as_str()).or(target.region.as_deref()),
                account: identity.map(|identity| identity.account.as_str()).or(target.account_id.as_deref()),
                now,
            };
            for concern in kind.check_circumstances(&resource.wanted, circumstances) {
                let problem = concern.told(&resource.wanted, &resource.span);
                // What hangs on the time alone is the same in every target.
                if !problems.contains(&problem) {
                    problems.push(problem);
                }
            }
        }
    }
    problems.sort_by_key(|problem| problem.labels.first().map(|label| (label.span.source, label.span.range.start)));
    problems
}

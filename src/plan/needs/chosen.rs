//! What is wrong with what things choose by pattern or tag: which things that are is known only when they were listed.

use super::{Seen, Thing};
use crate::kinds;
use crate::model::{Code, Diagnostic, Policy, Snapshot};
use std::collections::BTreeMap;

/// Every problem that nobody could tell before, and how much there is that nobody looked at.
pub(super) fn learned(policy: &Policy, things: &[Thing<'_>], snapshot: &Snapshot) -> Vec<Diagnostic> {
    let seen = Seen::new(things, Some(snapshot));
    let mut problems = Vec::new();
    let mut parts_of: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for part in &policy.resources {
        part.parent.iter().for_each(|whole| parts_of.entry(whole).or_default().push(&part.wanted));
    }
    for thing in things {
        let Some(resource) = thing.resource else { continue };
        let Some(parts) = parts_of.get(&resource.address) else { continue };
        let before = thing.kind.check_parts(&resource.wanted, parts, &[]);
        let now = thing.kind.check_parts(&resource.wanted, parts, seen.around(thing));
        for concern in now.into_iter().filter(|concern| !before.contains(concern)) {
            let problem = concern.told(&resource.wanted, &resource.span);
            // It is the same in every target.
            if !problems.contains(&problem) {
                problems.push(problem);
            }
        }
    }
    for target in snapshot.identities.keys() {
        let (_, left_out) = kinds::chosen(policy, target, &snapshot.identities, &snapshot.listed_by_arn(target));
        if left_out > 0 {
            let title = format!(
                "target `{target}` has too many things that are chosen by pattern or tag to read them all: whether AWS Backup can back up {left_out} of them was not checked"
            );
            let help = "choose fewer with each policy, or look at them by hand";
            problems.push(Diagnostic::warning(Code::NeededSetting, title).help(help));
        }
    }
    problems
}

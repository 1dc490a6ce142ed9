//! What is seen of copies that replication makes: how far they have come, and why that is not known.

use crate::model::{Covered, Held, HeldForm, Mechanism, ReplicationRule};

/// Whether what is held counts: of copies that a rule makes, only those of rules that surely copy the whole.
pub(super) fn counts(covered: &Covered, held: &Held) -> bool {
    let is_of =
        |mechanism: &Mechanism| matches!(mechanism, Mechanism::Replication(rule) if mechanism.protects() && rule.destination == held.store);
    held.form != HeldForm::Replica || covered.mechanisms.iter().any(is_of)
}

/// Why there may be newer copies than were seen: where the thing is, and elsewhere.
///
/// Source: S3 user guide, "Using S3 Replication metrics": only rules with metrics, or with replication time control, publish how far they are.
pub(super) fn doubts(covered: &Covered, held: &[&Held]) -> [Vec<String>; 2] {
    let [mut here, mut away] = [Vec::new(), Vec::new()];
    let rules = covered.mechanisms.iter().filter_map(|mechanism| match mechanism {
        Mechanism::Replication(rule) if mechanism.protects() || mechanism.is_doubtful() => Some(rule),
        _ => None,
    });
    for rule in rules {
        let seen = held.iter().find(|one| one.form == HeldForm::Replica && one.store == rule.destination);
        let is_here = seen.map(|one| one.account == covered.account && one.region == covered.region);
        for doubt in of_rule(rule, seen.copied()) {
            let doubt = format!("replication to {}: {doubt}", rule.bucket());
            if is_here != Some(false) {
                here.push(doubt.clone());
            }
            if is_here != Some(true) {
                away.push(doubt);
            }
        }
    }
    [here, away]
}

fn of_rule(rule: &ReplicationRule, seen: Option<&Held>) -> Vec<String> {
    match (&rule.doubt, seen) {
        (Some(doubt), Some(_)) => vec![doubt.clone()],
        (Some(doubt), None) => vec![format!("{doubt}; its metrics are read with a target of its account and region")],
        (None, Some(seen)) => seen.doubts.clone(),
        (None, None) => vec!["the snapshot holds none of its metrics; record it anew with `backstay snapshot --everything`".to_owned()],
    }
}

//! What moved since an earlier snapshot, of what a policy is about.

use super::against::{Request, with_plan};
use super::between::{address, between};
use super::{acknowledged::set_apart, fingerprint};
use crate::model::{Change, Code, Diagnostic, Drift, Effect, Moved, MovedPart, Note, Policy, Snapshot};
use jiff::tz::TimeZone;
use std::collections::{BTreeMap, BTreeSet};

/// What moved since an earlier snapshot, of what a policy is about, with the policy's addresses.
///
/// What is as the policy declares moved on purpose, or back: it is told with what it did, and that it is declared. What was not as declared
/// before, and did not move since, is counted in a note.
///
/// # Errors
///
/// As [`super::against()`].
pub fn since(policy: &Policy, baseline: &Snapshot, snapshot: &Snapshot, path: &str, request: &Request) -> Result<Drift, Vec<Diagnostic>> {
    let (standing, plan) = with_plan(policy, snapshot, request)?;
    let addresses: BTreeMap<_, _> = plan.actions.iter().map(|action| (&action.id, action)).collect();
    let mut drift = between(baseline, snapshot, path);
    drift.policy = standing.policy;
    drift.targets = standing.targets;
    drift.gaps.extend(standing.gaps);
    let off: BTreeMap<(&str, &str), &Moved> = standing
        .moved
        .iter()
        .chain(standing.acknowledged.iter().map(|one| &one.moved))
        .map(|one| ((one.address.as_str(), one.setting.as_str()), one))
        .collect();
    let mut off_at: BTreeMap<&str, Vec<&Moved>> = BTreeMap::new();
    for other in &standing.moved {
        off_at.entry(&other.address).or_default().push(other);
    }
    for moved in &mut drift.moved {
        let Some(action) = moved.id.as_ref().and_then(|id| addresses.get(id)) else { continue };
        moved.address.clone_from(&action.address);
        moved.fingerprint = fingerprint(&moved.code, &moved.address, &moved.setting);
        moved.because = action.wanted.get(&moved.setting).map(|declared| declared.because.clone());
        if moved.setting == Change::EXISTS && moved.code == Code::NewThing.as_str() {
            let off = off_at.get(moved.address.as_str()).map(Vec::as_slice).unwrap_or_default();
            let is_off = !off.is_empty();
            let says = if is_off { "it is new, and not yet as the policy declares" } else { "it is new, and as the policy declares" };
            moved.says = Some(says.to_owned());
            moved.effect = if is_off { Effect::Weakens } else { Effect::Neutral };
            moved.parts = off
                .iter()
                .map(|other| MovedPart { setting: other.setting.clone(), before: other.before.clone(), now: other.now.clone() })
                .collect();
            continue;
        }
        let still_off = off.get(&(moved.address.as_str(), moved.setting.as_str()));
        if let Some(declared) = action.wanted.get(&moved.setting) {
            moved.declared = still_off.map(|_| declared.value.clone());
            moved.is_declared = still_off.is_none();
        }
    }
    let several = snapshot.identities.len().max(baseline.identities.len()) > 1;
    let named = plan.actions.iter().filter_map(|action| Some((address(snapshot.live(&action.id)?, several), action.address.clone())));
    let named: BTreeMap<String, String> = named.collect();
    drift.unmoved = drift.unmoved.iter().map(|address| named.get(address).unwrap_or(address).clone()).collect();
    if !request.only.is_empty() {
        drift.unmoved.retain(|address| request.asks_for(address));
        drift.moved.retain(|moved| request.asks_for(&moved.address));
    }
    let told: BTreeSet<(&str, &str)> = drift
        .moved
        .iter()
        .flat_map(|moved| {
            let parts = moved.parts.iter().map(|part| part.setting.as_str());
            std::iter::once(moved.setting.as_str()).chain(parts).map(|setting| (moved.address.as_str(), setting))
        })
        .collect();
    let before = off.keys().filter(|key| !told.contains(key)).count();
    if before > 0 {
        let text = format!(
            "{} not as the policy declares since before that: `backstay drift` without --baseline shows it",
            if before == 1 { "1 setting is".to_owned() } else { format!("{before} settings are") }
        );
        drift.notes.push(Note { code: None, text });
    }
    let today = snapshot.taken_at.to_zoned(TimeZone::UTC).date();
    // What is about a movement that is older than the baseline is not about nothing.
    set_apart(&mut drift, &policy.acknowledges, today, false, &policy.sources);
    drift.sort();
    Ok(drift)
}

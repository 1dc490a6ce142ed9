//! What protects each thing that holds data, or why nothing does: from a snapshot of everything to a [`Coverage`].
//!
//! AWS Backup backs a thing up where a selection of its region and account chooses it, its type is opted in to (or the selection names it so
//! that this does not count), AWS Backup can assume the selection's role, and the plan has a rule with a vault. What could not be read of that
//! leaves the thing unknown, never protected and never unprotected.

mod backup;
mod destination;
mod judge;
mod miss;
mod observed;
mod outlook;
mod replicated;
#[cfg(test)]
mod tests;
mod whole;

use crate::kinds::{self, Holder, Protection};
use crate::model::{Cause, Coverage, Covered, Gap, Live, ResourceId, Snapshot, Totals, Verdict};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use whole::Whole;

/// What of a thing itself could not be read.
type Unread = Vec<String>;

/// What protects each thing that holds data in a snapshot that `snapshot --everything` records. `at` is the moment that it is about.
pub fn coverage(snapshot: &Snapshot, at: Timestamp) -> Coverage {
    let whole = Whole::new(snapshot);
    let mut found: BTreeMap<[String; 4], (Covered, Unread)> = BTreeMap::new();
    let mut add = |live: &Live, holder: Holder, account: &str| {
        let covered = judge::judge(&whole, live, &holder, account, at);
        let key = [&covered.account, &covered.region, &covered.kind, &covered.name].map(String::clone);
        // Two targets of one region and account see the same things; the one that read more tells.
        match found.get(&key) {
            Some((known, _)) if known.verdict != Verdict::Unknown || covered.verdict == Verdict::Unknown => {}
            _ => drop(found.insert(key, (covered, holder.unread))),
        }
    };
    for live in &snapshot.resources {
        let Some(kind) = kinds::find(&live.id.kind) else { continue };
        if let (Some(Protection::Holds(holder)), Some(account)) = (kind.protection(), whole.account(&live.id.target)) {
            add(live, holder(live), account);
        }
    }
    for (id, gap) in unread(snapshot) {
        if let Some(account) = whole.account(&id.target) {
            let live = Live { id, ..Live::default() };
            // Of the thing itself nothing is known but its type.
            let Some(Protection::Holds(holder)) = kinds::find(&live.id.kind).and_then(kinds::Kind::protection) else { continue };
            let holder = Holder { unread: vec![gap], backup_type: holder(&live).backup_type, ..Holder::default() };
            add(&live, holder, account);
        }
    }
    let seen = observed::Seen::new(snapshot, at);
    let observe = |(mut covered, unread): (Covered, Unread)| {
        covered.observed = seen.as_ref().map(|seen| seen.of(&covered, unread));
        covered
    };
    let resources: Vec<Covered> = found.into_values().map(observe).collect();
    let of = |verdict: Verdict| resources.iter().filter(|covered| covered.verdict == verdict).count();
    Coverage {
        format: Coverage::FORMAT.to_owned(),
        at,
        targets: snapshot.identities.clone(),
        totals: Totals { protected: of(Verdict::Protected), unprotected: of(Verdict::Unprotected), unknown: of(Verdict::Unknown) },
        gaps: gaps(snapshot, &resources),
        resources,
        not_looked_at: kinds::not_listed().into_iter().map(str::to_owned).collect(),
        evidence_gaps: seen.map(|seen| seen.unread(&snapshot.gaps)).unwrap_or_default(),
    }
}

/// What is listed and was not read, with why.
fn unread(snapshot: &Snapshot) -> Vec<(ResourceId, String)> {
    let read: BTreeSet<(&str, &str, &str)> = snapshot.resources.iter().map(|live| key(&live.id)).collect();
    let absent: BTreeSet<(&str, &str, &str)> = snapshot.absent.iter().map(key).collect();
    let mut missing = Vec::new();
    for inventory in snapshot.inventories.iter().filter(|inventory| holds(&inventory.kind)) {
        let Some(identity) = snapshot.identities.get(&inventory.target) else { continue };
        for listed in &inventory.listed {
            let of = (inventory.kind.as_str(), inventory.target.as_str(), listed.name.as_str());
            if read.contains(&of) || absent.contains(&of) {
                continue;
            }
            let (kind, target, name) = (inventory.kind.clone(), inventory.target.clone(), listed.name.clone());
            let is_about = |gap: &&Gap| {
                gap.target == target && gap.kind.as_ref() == Some(&kind) && gap.resource.as_ref().is_none_or(|resource| *resource == name)
            };
            let cause = snapshot.gaps.iter().find(is_about).map(said);
            let cause = cause.unwrap_or_else(|| "it was listed, and not read".to_owned());
            missing.push((ResourceId { kind, target, region: identity.region.clone(), name }, cause));
        }
    }
    missing
}

fn key(id: &ResourceId) -> (&str, &str, &str) {
    (&id.kind, &id.target, &id.name)
}

fn holds(kind: &str) -> bool {
    matches!(kinds::find(kind).and_then(kinds::Kind::protection), Some(Protection::Holds(_)))
}

/// Whether a kind says whether copies may go to other accounts, which matters only where some do.
fn is_opener(kind: &str) -> bool {
    matches!(kinds::find(kind).and_then(kinds::Kind::protection), Some(Protection::Opens(_)))
}

/// A gap in a few words; what AWS said stands with the gaps.
fn said(gap: &Gap) -> String {
    match gap.cause {
        Cause::NotRecorded => gap.message.clone(),
        _ => format!("what {} tells could not be read", gap.action),
    }
}

/// What a snapshot does not hold that it would if it had been recorded for this: nothing may be concluded from its absence.
fn unrecorded(snapshot: &Snapshot) -> Vec<Gap> {
    let mut gaps = Vec::new();
    for (target, identity) in &snapshot.identities {
        for kind in kinds::protecting() {
            let Some(spec) = kinds::spec(kind) else { continue };
            // What opens accounts to each other is not there outside an organization; not to know it is a doubt of copies alone.
            if is_opener(kind) {
                continue;
            }
            let is_single = spec.single.is_some();
            let is_read = |kind_of: &str, of: &str| kind_of == kind && of == target;
            // What holds data is listed with all names and tags; what backs up is looked for; what there is one of is read.
            let is_listed = snapshot.inventories.iter().any(|inventory| {
                let is_whole = !holds(kind) || (inventory.names_complete && inventory.tag_filter.as_ref().is_some_and(BTreeMap::is_empty));
                is_read(&inventory.kind, &inventory.target) && is_whole
            });
            let is_there = is_single && snapshot.resources.iter().any(|live| is_read(&live.id.kind, &live.id.target));
            let is_told = snapshot.gaps.iter().any(|gap| gap.target == *target && gap.kind.as_deref().is_none_or(|of| of == kind));
            if !is_listed && !is_there && !is_told {
                gaps.push(Gap {
                    target: target.clone(),
                    region: identity.region.clone(),
                    kind: Some(kind.to_owned()),
                    resource: None,
                    action: spec.inventory_actions.first().copied().unwrap_or("backup:DescribeRegionSettings").to_owned(),
                    cause: Cause::NotRecorded,
                    message: "the snapshot does not hold all of them; record it with `backstay snapshot --everything`".to_owned(),
                });
            }
        }
    }
    gaps
}

/// What could not be read that matters, roles included.
fn gaps(snapshot: &Snapshot, resources: &[Covered]) -> Vec<Gap> {
    let goes_abroad =
        |covered: &Covered| covered.copies.iter().any(|copy| copy.account.as_ref().is_some_and(|account| *account != covered.account));
    let is_asked = resources.iter().any(goes_abroad);
    let mut gaps: Vec<Gap> = snapshot.gaps.iter().filter(|gap| is_asked || !gap.kind.as_deref().is_some_and(is_opener)).cloned().collect();
    gaps.extend(whole::unread_roles(snapshot, resources));
    gaps.extend(unrecorded(snapshot));
    gaps.sort();
    gaps.dedup();
    gaps
}

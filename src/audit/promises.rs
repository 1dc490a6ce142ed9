//! Whether each promise of a tier is kept for each thing in it, by which mechanism, and what would mend it.
//!
//! A promise is met only by what is proven: what AWS does not promise, and what could not be read, leaves it unprovable, never met. How much can
//! be lost is judged twice: by how backups are set up (`rpo`), and by what is there to restore now (`rpo.now`). Restores are proven by restores.

mod live;

use self::live::Where;
use super::mechanisms::{Protecting, Saves, protecting};
use crate::kinds;
use crate::model::{Coverage, Covered, Lock, Mechanism, Policy, Promise, Promised, Promises, ResourceId, Snapshot, Standing, Tier};
use crate::plan;
use crate::policy::tiers;
use crate::time::rpo::{Bound, Loss};
use crate::time::{parse_length, say_length};
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// Judges all that the tiers of a policy promise of the things that a coverage holds.
pub fn promises(policy: &Policy, snapshot: &Snapshot, coverage: &Coverage) -> Promises {
    let mut promises = Promises::default();
    if policy.tiers.is_empty() {
        return promises;
    }
    let named = named(policy, snapshot);
    let regions: BTreeMap<&str, &str> = coverage
        .resources
        .iter()
        .filter(|covered| kinds::spec(&covered.kind).is_some_and(|spec| spec.arn_form == crate::model::ArnForm::Global))
        .map(|covered| (covered.name.as_str(), covered.region.as_str()))
        .collect();
    let mut judge = Judge { policy, at: coverage.at, regions, known: BTreeMap::new() };
    for covered in &coverage.resources {
        let key = (covered.kind.as_str(), covered.account.as_str(), covered.region.as_str(), covered.name.as_str());
        let mut tiers: BTreeMap<&str, String> = BTreeMap::new();
        for tier in covered.tags.iter().flat_map(|tags| tiers::of_tags(policy, tags)) {
            tiers.insert(&tier.name, "its tags".to_owned());
        }
        for (tier, block) in named.get(&key).into_iter().flatten() {
            tiers.insert(tier, block.clone());
        }
        let thing = format!("{} {} ({}, account {})", covered.kind, covered.name, covered.region, covered.account);
        match tiers.len() {
            0 if covered.tags.is_none() && policy.tiers.values().any(|tier| !tier.tags.is_empty()) => {
                promises.in_no_tier.push(format!("{thing}: its tags, which may put it into one, could not be read"));
            }
            0 => promises.in_no_tier.push(thing),
            1 => {}
            _ => promises.in_several_tiers.push(format!("{thing}: {}", tiers.keys().copied().collect::<Vec<_>>().join(", "))),
        }
        for (tier, assigned_by) in tiers {
            if let Some(tier) = policy.tiers.get(tier) {
                promises.things.push(judge.thing(covered, tier, assigned_by));
            }
        }
    }
    promises
}

/// A thing as coverage and plan both know it, through whichever target: kind, account, region and name.
type Key<'a> = (&'a str, &'a str, &'a str, &'a str);

/// The tiers that blocks put things into, with the block.
fn named<'a>(policy: &'a Policy, snapshot: &'a Snapshot) -> BTreeMap<Key<'a>, BTreeMap<&'a str, String>> {
    let mut tier_of: BTreeMap<String, Vec<(String, &'a str)>> = BTreeMap::new();
    for protect in &policy.protects {
        if let Some(tier) = &protect.tier {
            tier_of.entry(protect.address.block().to_string()).or_default().push((protect.address.to_string(), &tier.name));
        }
    }
    let mut named: BTreeMap<Key<'a>, BTreeMap<&'a str, String>> = BTreeMap::new();
    if tier_of.is_empty() {
        return named;
    }
    let held: BTreeMap<&ResourceId, Key<'a>> = snapshot
        .resources
        .iter()
        .filter_map(|live| {
            let account = snapshot.identities.get(&live.id.target)?.account.as_str();
            Some((&live.id, (live.id.kind.as_str(), account, live.id.region.as_str(), live.id.name.as_str())))
        })
        .collect();
    let plan = plan::attempt(policy, snapshot, &plan::Request::default()).plan;
    for action in &plan.actions {
        let Some(key) = held.get(&action.id) else { continue };
        for address in std::iter::once(&action.address).chain(&action.also) {
            let of_block = tier_of.get(address.split('[').next().unwrap_or_default());
            for (block, tier) in of_block.into_iter().flatten().filter(|(block, _)| plan::address_matches(block, address)) {
                named.entry(*key).or_default().insert(tier, block.clone());
            }
        }
    }
    named
}

struct Judge<'a> {
    policy: &'a Policy,
    at: Timestamp,
    /// The region of each bucket, by name.
    regions: BTreeMap<&'a str, &'a str>,
    /// What is known of mechanisms, as working it out looks at many years: one plan protects many things.
    known: BTreeMap<Saves<'a>, Loss>,
}

impl<'a> Judge<'a> {
    fn thing(&mut self, covered: &'a Covered, tier: &Tier, assigned_by: String) -> Promised {
        let all = protecting(covered, &|bucket| self.regions.get(bucket).map(|region| (*region).to_owned()));
        let mut promises = Vec::new();
        let mut add = |name: &str, judged: Judged| {
            debug_assert!(Promise::NAMES.contains(&name), "controls are checked against the names of promises, and `{name}` is none");
            let said = name.strip_suffix(NOW).unwrap_or(name);
            let because = tier.places.get(said).unwrap_or(&tier.span);
            promises.push(Promise {
                promise: name.to_owned(),
                wants_seconds: length(&judged.wants),
                has_seconds: judged.has.as_deref().and_then(length),
                wants: judged.wants,
                has: judged.has,
                standing: judged.standing,
                by: judged.by,
                why: judged.why,
                mend: judged.mend.filter(|_| judged.standing != Standing::Met),
                because: self.policy.sources.position(because),
            });
        };
        let unread = unread(covered);
        if let Some(wants) = tier.rpo {
            let here: Vec<&Protecting<'a>> = all.iter().filter(|one| !one.place.other_region && !one.place.other_account).collect();
            add("rpo", loss(&mut self.known, &here, wants, self.at, unread.as_deref(), MEND_RPO));
            add("rpo.now", live::newest(covered, wants, Where::Here));
        }
        if let Some(wants) = tier.retention {
            add("retention", retention(covered, wants, unread.as_deref()));
            add("retention.now", live::reached(covered, wants));
        }
        if tier.copies.regions > 0 {
            add("copies.regions", copies(covered, tier.copies.regions, Elsewhere::Region, &self.regions, unread.as_deref()));
        }
        if tier.copies.accounts > 0 {
            add("copies.accounts", copies(covered, tier.copies.accounts, Elsewhere::Account, &self.regions, unread.as_deref()));
        }
        if let Some(wants) = tier.copies.rpo {
            let away: Vec<&Protecting<'a>> = all.iter().filter(|one| one.place.other_region || one.place.other_account).collect();
            add("copies.rpo", loss(&mut self.known, &away, wants, self.at, unread.as_deref(), MEND_COPIES));
            add("copies.rpo.now", live::newest(covered, wants, Where::Away));
        }
        if tier.immutable {
            add("immutable", immutable(covered, self.at, unread.as_deref()));
        }
        if let Some(wants) = tier.rto {
            add("rto", live::restored_within(covered, wants));
        }
        if let Some(wants) = tier.drill {
            add("drill", live::drilled(covered, wants));
        }
        let standing = promises.iter().map(|promise| promise.standing).max().unwrap_or(Standing::Met);
        Promised {
            account: covered.account.clone(),
            region: covered.region.clone(),
            kind: covered.kind.clone(),
            name: covered.name.clone(),
            target: covered.target.clone(),
            tier: tier.name.clone(),
            assigned_by,
            standing,
            promises,
        }
    }
}

/// The seconds of a length that was told.
fn length(told: &str) -> Option<i64> {
    parse_length(&told.replace(' ', "")).ok().map(|length| length.as_secs())
}

/// What ends the name of a promise that is judged by what is there now.
const NOW: &str = ".now";

const MEND_RPO: &str =
    "switch on continuous recovery where the type has it; else run the rule more often, with shorter start and completion windows";
const MEND_COPIES: &str = "S3 replication with Replication Time Control promises 15 minutes; for copies of backups AWS promises no time";

/// What became of one promise.
struct Judged {
    wants: String,
    has: Option<String>,
    standing: Standing,
    by: Option<String>,
    why: Vec<String>,
    mend: Option<String>,
}

impl Judged {
    fn unprovable(wants: String, why: Vec<String>) -> Self {
        Self { wants, has: None, standing: Standing::Unprovable, by: None, why, mend: None }
    }

    fn mended_by(mut self, mend: &str) -> Self {
        self.mend = Some(mend.to_owned());
        self
    }
}

/// Why too little is known of a thing to say that a promise is not kept; none where all is known.
fn unread(covered: &Covered) -> Option<Vec<String>> {
    Some(covered.unknown()).filter(|unknown| !unknown.is_empty())
}

/// Whether no more than so much can be lost, with the best of some mechanisms.
fn loss<'c>(
    known: &mut BTreeMap<Saves<'c>, Loss>,
    mechanisms: &[&Protecting<'c>],
    wants: SignedDuration,
    at: Timestamp,
    unread: Option<&[String]>,
    mend: &str,
) -> Judged {
    let mut best: Option<(Bound, &str)> = None;
    let mut reasons: Vec<String> = Vec::new();
    for one in mechanisms {
        // What can be lost follows from the schedules alone.
        let loss = match known.get(&one.saves) {
            Some(loss) => loss.clone(),
            None => known.entry(one.saves.clone()).or_insert(one.saves.loss(at)).clone(),
        };
        match loss {
            Loss::AtMost(bound) if best.as_ref().is_none_or(|(known, _)| bound.worst < known.worst) => best = Some((bound, &one.by)),
            Loss::AtMost(_) | Loss::Everything => {}
            Loss::Unprovable(why) => reasons.extend(why.into_iter().map(|why| format!("{}: {why}", one.by))),
        }
    }
    let wanted = say_length(wants);
    match best {
        Some((bound, by)) => {
            let is_met = bound.worst <= wants;
            let mut why = vec![bound.derivation()];
            why.extend(bound.notes.clone());
            if !is_met && bound.between_starts < bound.worst {
                why.push(format!("by the times of their starts alone: {}", say_length(bound.between_starts)));
            }
            // What promises nothing may be better than what promises too much.
            let standing = match (is_met, reasons.is_empty() && unread.is_none()) {
                (true, _) => Standing::Met,
                (false, true) => Standing::NotMet,
                (false, false) => Standing::Unprovable,
            };
            if standing == Standing::Unprovable {
                why.extend(reasons);
                why.extend(unread.into_iter().flatten().cloned());
            }
            Judged {
                wants: wanted,
                has: Some(say_length(bound.worst)),
                standing,
                by: Some(by.to_owned()),
                why,
                mend: Some(mend.to_owned()),
            }
        }
        None if !reasons.is_empty() => Judged::unprovable(wanted, reasons).mended_by(mend),
        None => match unread {
            Some(unread) => Judged::unprovable(wanted, unread.to_vec()),
            None => Judged {
                wants: wanted,
                has: None,
                standing: Standing::NotMet,
                by: None,
                why: vec!["nothing is saved there: everything can be lost".to_owned()],
                mend: Some(mend.to_owned()),
            },
        },
    }
}

/// Whether what is saved is kept for so long.
fn retention(covered: &Covered, wants: SignedDuration, unread: Option<&[String]>) -> Judged {
    let wanted = say_length(wants);
    let length = |days: i64| SignedDuration::from_hours(24 * days);
    // What is kept for ever is kept longest.
    let longest = covered.retention.iter().max_by_key(|kept| (kept.days.is_none(), kept.days));
    let mend = "keep recovery points for longer: `delete_after` of a rule, or the period of continuous recovery".to_owned();
    match (longest, unread) {
        (Some(kept), _) if kept.days.is_none_or(|days| length(days) >= wants) => Judged {
            wants: wanted,
            has: Some(kept.days.map_or_else(|| "for ever".to_owned(), |days| say_length(length(days)))),
            standing: Standing::Met,
            by: Some(kept.by.clone()),
            why: Vec::new(),
            mend: None,
        },
        (_, Some(unread)) => Judged::unprovable(wanted, unread.to_vec()),
        (Some(kept), None) => Judged {
            wants: wanted,
            has: kept.days.map(|days| say_length(length(days))),
            standing: Standing::NotMet,
            by: Some(kept.by.clone()),
            why: vec!["nothing is kept for longer".to_owned()],
            mend: Some(mend),
        },
        (None, None) => Judged {
            wants: wanted,
            has: None,
            standing: Standing::NotMet,
            by: None,
            why: vec!["nothing is kept".to_owned()],
            mend: Some(mend),
        },
    }
}

/// What a copy is to be away from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Elsewhere {
    Region,
    Account,
}

/// Whether there are copies in so many other regions or accounts.
fn copies(covered: &Covered, wants: u32, elsewhere: Elsewhere, regions: &BTreeMap<&str, &str>, unread: Option<&[String]>) -> Judged {
    let mut places: BTreeMap<String, String> = BTreeMap::new();
    let mut unknown: BTreeSet<String> = BTreeSet::new();
    let mut doubts: BTreeSet<String> = BTreeSet::new();
    let mut add = |by: String, region: Option<&str>, account: Option<&str>| {
        let (own, place) = match elsewhere {
            Elsewhere::Region => (&covered.region, region),
            Elsewhere::Account => (&covered.account, account),
        };
        match place {
            Some(place) if place != own => drop(places.entry(place.to_owned()).or_insert(by)),
            Some(_) => {}
            None => drop(unknown.insert(by)),
        }
    };
    // What may not protect at all keeps no copy that anybody can count on.
    for mechanism in covered.mechanisms.iter().filter(|mechanism| mechanism.protects()) {
        match mechanism {
            Mechanism::BackupRule(rule) => {
                for copy in &rule.copies {
                    let by = format!("rule {} of plan {}", rule.rule, rule.plan);
                    match &copy.doubt {
                        None => add(by, copy.region.as_deref(), copy.account.as_deref()),
                        Some(doubt) => drop(doubts.insert(format!("{by}: {doubt}"))),
                    }
                }
            }
            Mechanism::CopiedBackups { region, .. } => add("copied backups".to_owned(), Some(region), Some(&covered.account)),
            Mechanism::Replication(rule) => {
                let account = rule.account.as_deref().unwrap_or(&covered.account);
                add(format!("replication to {}", rule.bucket()), regions.get(rule.bucket()).copied(), Some(account));
            }
            Mechanism::PointInTime(_)
            | Mechanism::AutomatedBackups(_)
            | Mechanism::Export { .. }
            | Mechanism::Replicas { .. }
            | Mechanism::Versioning { .. } => {}
        }
    }
    // A copy that is there proves itself.
    for moment in covered.observed.iter().flat_map(|observed| &observed.copies) {
        add(moment.by.clone(), Some(&moment.region), Some(&moment.account));
    }
    let word = if elsewhere == Elsewhere::Region { "region" } else { "account" };
    let has = if places.is_empty() { format!("no other {word}") } else { places.keys().cloned().collect::<Vec<_>>().join(", ") };
    let is_met = places.len() >= usize::try_from(wants).unwrap_or(usize::MAX);
    let mut why: Vec<String> = unknown.iter().map(|by| format!("{by}: the {word} of its copies is not known")).collect();
    why.extend(doubts);
    why.extend(unread.into_iter().flatten().cloned());
    let standing = match (is_met, why.is_empty()) {
        (true, _) => Standing::Met,
        (false, false) => Standing::Unprovable,
        (false, true) => Standing::NotMet,
    };
    if is_met {
        why = vec!["as the rules say; `copies.rpo.now` tells whether copies arrive".to_owned()];
    } else if standing == Standing::NotMet {
        why.extend(covered.remarks.iter().filter(|remark| remark.contains("copied")).cloned());
    }
    let add = format!("add a `copy_action` into a vault of another {word}");
    let mend = if is_met || why.is_empty() { add } else { format!("see to what keeps copies out, or {add}") };
    Judged {
        wants: crate::model::count(wants, &format!("other {word}")),
        has: Some(has),
        standing,
        by: places.into_values().next().filter(|_| is_met),
        why,
        mend: Some(mend),
    }
}

/// Whether nobody can delete what is kept before its time.
fn immutable(covered: &Covered, at: Timestamp, unread: Option<&[String]>) -> Judged {
    let mut firm: Option<String> = None;
    let mut why: Vec<String> = Vec::new();
    let mut is_unknown = unread.is_some();
    for mechanism in &covered.mechanisms {
        let Mechanism::BackupRule(rule) = mechanism else { continue };
        // Of a rule that may not back it up nobody knows whether its vault holds anything of it.
        if !mechanism.protects() {
            is_unknown = true;
            continue;
        }
        let by = format!("vault {}", rule.vault);
        match rule.lock {
            Lock::ComplianceFrom(from) if from <= at => firm = Some(format!("{by}: locked in compliance mode")),
            Lock::AirGapped => firm = Some(format!("{by}: air-gapped")),
            Lock::ComplianceFrom(from) => why.push(format!("{by}: its lock can be lifted until {from}")),
            Lock::Governance => why.push(format!("{by}: its lock is in governance mode, which whoever may can lift")),
            Lock::None => why.push(format!("{by}: nothing locks it")),
            Lock::Unknown => {
                is_unknown = true;
                why.push(format!("{by}: whether it is locked could not be read"));
            }
        }
        if let Some(vault) = &rule.air_gapped_vault {
            firm = Some(format!("air-gapped vault {}", vault.rsplit(':').next().unwrap_or(vault)));
        }
    }
    why.dedup();
    let wants = "nobody can delete what is kept before its time".to_owned();
    if firm.is_some() {
        return Judged { wants, has: firm.clone(), standing: Standing::Met, by: firm, why: Vec::new(), mend: None };
    }
    if why.is_empty() && !is_unknown {
        why.push("no rule of AWS Backup keeps it in a vault, and what services keep themselves can be deleted or switched off".to_owned());
    }
    why.extend(unread.into_iter().flatten().cloned());
    Judged {
        wants,
        has: None,
        standing: if is_unknown { Standing::Unprovable } else { Standing::NotMet },
        by: None,
        why,
        mend: Some("lock the vault in compliance mode (a lock with `changeable_for_days`), or use an air-gapped vault".to_owned()),
    }
}

#[cfg(test)]
mod tests;

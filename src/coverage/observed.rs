//! What evidence says of each thing: the newest and the oldest moment to which it can be brought back, and what restores came to.
//!
//! Ages are counted to when AWS was read, as nothing is known of later. What is dated after that, beyond the difference that clocks have,
//! proves nothing; neither does what bears no date.

use crate::kinds::{self, Protection};
use crate::model::{
    Covered, Evidence, FailedJob, Gap, Held, HeldForm, Mechanism, Moment, Observed, Restore, RestoreFailed, Restored, Snapshot, count,
};
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// By how much AWS's clock may be ahead of ours.
const AHEAD: SignedDuration = SignedDuration::from_mins(5);

/// What tells nothing of what there is to restore, so that not to have read it leaves no doubt about that.
const NO_MOMENTS: [&str; 3] = ["backup:GetBackupVaultAccessPolicy", "backup:ListBackupJobs", "backup:ListCopyJobs"];

/// The evidence of a snapshot, ready to be asked of many things.
pub(super) struct Seen<'s> {
    evidence: &'s Evidence,
    read_at: Timestamp,
    held: BTreeMap<&'s str, Vec<&'s Held>>,
    restores: BTreeMap<&'s str, Vec<&'s Restore>>,
    failures: BTreeMap<&'s str, &'s FailedJob>,
    /// How many restores of an account nobody can tell what they restored.
    untold: BTreeMap<&'s str, u64>,
    /// What could not be read, by account and region; that of a target that was not reached is nobody's.
    gaps: Vec<(Place<'s>, &'s Gap)>,
    /// Why not all vaults are known.
    vaults: BTreeMap<Place<'s>, String>,
    /// The places that some target reads.
    places: BTreeSet<Place<'s>>,
}

/// An account and a region.
type Place<'s> = (&'s str, &'s str);

impl<'s> Seen<'s> {
    /// The evidence of a snapshot; `None` where it holds none.
    pub(super) fn new(snapshot: &'s Snapshot) -> Option<Self> {
        let evidence = snapshot.evidence.as_ref()?;
        let mut held: BTreeMap<&str, Vec<&Held>> = BTreeMap::new();
        for one in &evidence.held {
            held.entry(&one.of).or_default().push(one);
        }
        let mut restores: BTreeMap<&str, Vec<&Restore>> = BTreeMap::new();
        let mut untold: BTreeMap<&str, u64> = BTreeMap::new();
        for one in &evidence.restores {
            match &one.of {
                Some(of) => restores.entry(of).or_default().push(one),
                None => *untold.entry(&one.account).or_default() += 1,
            }
        }
        let mut failures: BTreeMap<&str, &FailedJob> = BTreeMap::new();
        for one in &evidence.failures {
            let newest = failures.entry(&one.of).or_insert(one);
            if newest.at < one.at {
                *newest = one;
            }
        }
        let account = |gap: &Gap| snapshot.identities.get(&gap.target).map(|identity| identity.account.as_str());
        let gaps = evidence.gaps.iter().filter_map(|gap| Some(((account(gap)?, gap.region.as_str()), gap)));
        let keeps = |gap: &&Gap| {
            let protection = gap.kind.as_deref().and_then(kinds::find).and_then(kinds::Kind::protection);
            matches!(protection, Some(Protection::Keeps(_)))
        };
        let vaults = snapshot.gaps.iter().filter(keeps);
        let vaults = vaults.filter_map(|gap| Some(((account(gap)?, gap.region.as_str()), super::said(gap))));
        Some(Self {
            evidence,
            read_at: snapshot.taken_at,
            held,
            restores,
            untold,
            failures,
            gaps: gaps.collect(),
            vaults: vaults.collect(),
            places: snapshot.identities.values().map(|identity| (identity.account.as_str(), identity.region.as_str())).collect(),
        })
    }

    /// What could not be read of it, and was not tried in vain before.
    pub(super) fn unread(&self, before: &[Gap]) -> Vec<Gap> {
        let is_known = |gap: &&Gap| {
            let is_same = |other: &Gap| (&other.target, &other.region, &other.action) == (&gap.target, &gap.region, &gap.action);
            gap.resource.is_none() && before.iter().any(is_same)
        };
        self.evidence.gaps.iter().filter(|gap| !is_known(gap)).cloned().collect()
    }

    /// What it says of one thing.
    pub(super) fn of(&self, covered: &Covered) -> Observed {
        let mut observed = Observed { read_at: self.read_at, ..Observed::default() };
        let home = (covered.account.as_str(), covered.region.as_str());
        let mut moments = Moments { read_at: self.read_at, ..Moments::default() };
        for mechanism in &covered.mechanisms {
            let (by, earliest, latest) = match mechanism {
                Mechanism::PointInTime(point) => ("point-in-time recovery", point.earliest, point.latest),
                Mechanism::AutomatedBackups(backups) => ("automated backups", backups.earliest, backups.latest),
                _ => continue,
            };
            moments.add(by, home, latest, &mut observed.unread);
            moments.reach_back(by, home, earliest);
        }
        let held = covered.arn.as_deref().and_then(|arn| self.held.get(arn)).map(Vec::as_slice).unwrap_or_default();
        for one in held {
            let place = (one.account.as_str(), one.region.as_str());
            let doubts = if place == home { &mut observed.unread } else { &mut observed.unread_copies };
            let by = named(one);
            if one.undated > 0 {
                doubts.push(format!("{by}: {} of them bear no date", one.undated));
            }
            if one.form == HeldForm::ContinuousPoint && one.usable > 0 {
                doubts.push(format!("{by}: it goes on, and AWS Backup does not tell of its newest moment"));
            }
            let is_dated = moments.add(&by, place, one.newest, doubts);
            moments.reach_back(&by, place, one.oldest);
            if one.is_air_gapped && is_dated {
                let newest = one.newest.map(|at| self.moment(at, &by, place));
                observed.newest_air_gapped = observed.newest_air_gapped.take().max(newest);
            }
            if one.form == HeldForm::RecoveryPoints && is_dated {
                let newest = one.newest.map(|at| self.moment(at, &by, place));
                observed.newest_point = observed.newest_point.take().max(newest);
            }
            observed.count += one.usable;
            observed.unusable += one.unusable;
            observed.least_days = [observed.least_days, one.least_days].into_iter().flatten().min();
            observed.unencrypted += one.unencrypted;
            observed.keys.extend(one.keys.iter().cloned());
        }
        for doubt in unseen(covered, held) {
            observed.unread.push(doubt.clone());
            observed.unread_copies.push(doubt);
        }
        observed.keys.sort();
        observed.keys.dedup();
        self.misses(covered, home, &mut observed);
        observed.newest = moments.newest.remove(&home).map(|(at, by)| self.moment(at, &by, home));
        let mut copies: Vec<Moment> = moments.newest.iter().map(|(place, (at, by))| self.moment(*at, by, *place)).collect();
        copies.sort_by(|a, b| b.at.cmp(&a.at).then_with(|| a.cmp(b)));
        observed.copies = copies;
        observed.oldest = moments.oldest.take().map(|(at, by, place)| self.moment(at, &by, place));
        self.restores(covered, held, &mut observed);
        let newest = observed.newest.iter().chain(&observed.copies).map(|moment| moment.at).max();
        let failed = covered.arn.as_deref().and_then(|arn| self.failures.get(arn));
        observed.failed = failed.filter(|failed| newest.is_none_or(|newest| newest < failed.at)).map(|failed| (*failed).clone());
        observed
    }

    fn moment(&self, at: Timestamp, by: &str, (account, region): Place<'_>) -> Moment {
        let age_seconds = self.read_at.duration_since(at).as_secs().max(0);
        Moment { at, age_seconds, by: by.to_owned(), account: account.to_owned(), region: region.to_owned() }
    }

    /// What could not be read may hold something newer.
    fn misses(&self, covered: &Covered, home: Place<'_>, observed: &mut Observed) {
        for (place, gap) in &self.gaps {
            let is_of_others = gap.kind.as_ref().is_some_and(|kind| (holds(kind) && *kind != covered.kind) || !protects(kind));
            let is_of_another = gap.kind.as_ref() == Some(&covered.kind) && gap.resource.as_ref().is_some_and(|name| *name != covered.name);
            // What roles may do says nothing of what there is.
            let says_nothing = NO_MOMENTS.contains(&gap.action.as_str()) || gap.action.starts_with("iam:");
            if is_of_others || is_of_another || says_nothing {
                continue;
            }
            let said = match &gap.resource {
                Some(vault) if gap.kind.as_deref().is_some_and(|kind| !holds(kind)) => format!("{} (of {vault})", super::said(gap)),
                _ => super::said(gap),
            };
            if gap.action.ends_with(":ListRestoreJobs") {
                if place.0 == home.0 {
                    observed.unread_restores.push(said);
                }
            } else if *place == home {
                observed.unread.push(said);
            } else {
                observed.unread_copies.push(format!("{said} ({}, account {})", place.1, place.0));
            }
        }
        for (place, said) in &self.vaults {
            let doubts = if *place == home { &mut observed.unread } else { &mut observed.unread_copies };
            doubts.push(said.clone());
        }
        if let Some(untold) = self.untold.get(home.0) {
            observed.unread_restores.push(format!("AWS Backup does not tell of {} what was restored", count(*untold, "restore")));
        }
        for copy in &covered.copies {
            let (Some(account), Some(region)) = (copy.account.as_deref(), copy.region.as_deref()) else { continue };
            if !self.places.contains(&(account, region)) {
                observed.unread_copies.push(format!("no target reads {region} of account {account}, where copies go"));
            }
        }
        for doubts in [&mut observed.unread, &mut observed.unread_copies, &mut observed.unread_restores] {
            doubts.sort();
            doubts.dedup();
        }
    }

    fn restores(&self, covered: &Covered, held: &[&Held], observed: &mut Observed) {
        let of_it = covered.arn.as_deref().and_then(|arn| self.restores.get(arn)).map(Vec::as_slice).unwrap_or_default();
        let mut times = 0;
        let mut longest: Option<i64> = None;
        for one in of_it {
            let Some(at) = one.ended.or(one.began) else { continue };
            let plan = one.plan.as_deref().map(plan_name);
            if let Some(what) = failure(one) {
                let failed = RestoreFailed { at, what };
                observed.restore_failed = observed.restore_failed.take().max(Some(failed));
            } else if one.status == "COMPLETED" {
                let seconds =
                    one.began.zip(one.ended).map(|(began, ended)| ended.duration_since(began).as_secs()).filter(|took| *took >= 0);
                times += 1;
                longest = longest.max(seconds);
                let done = Restored { at, seconds, validation: one.validation.clone(), plan, times: 0, longest_seconds: None };
                observed.restored = observed.restored.take().max(Some(done));
            }
        }
        // Of what AWS has forgotten the recovery points still say when they were last restored.
        let last = held.iter().filter_map(|one| one.last_restore).max();
        if let Some(at) = last.filter(|at| observed.restored.as_ref().is_none_or(|known| known.at < *at)) {
            let is_seen = of_it.iter().any(|one| one.began.is_some_and(|began| began <= at) && one.ended.is_none_or(|ended| at <= ended));
            if !is_seen {
                let known = Restored { at, seconds: None, validation: None, plan: None, times: 0, longest_seconds: None };
                observed.restored = Some(known);
            }
        }
        if let Some(restored) = &mut observed.restored {
            restored.times = times;
            restored.longest_seconds = longest;
            if observed.restore_failed.as_ref().is_some_and(|failed| failed.at < restored.at) {
                observed.restore_failed = None;
            }
        }
    }
}

/// Why replication shows nothing: that a rule is on does not say that anything arrived.
///
/// Source: S3 user guide, "Viewing replication metrics": only rules with metrics, or with replication time control, publish how far they are.
fn unseen(covered: &Covered, held: &[&Held]) -> Vec<String> {
    let is_seen = |destination: &str| held.iter().any(|one| one.form == HeldForm::Replica && one.store == destination);
    let rules = covered.mechanisms.iter().filter_map(|mechanism| match mechanism {
        Mechanism::Replication(rule) if mechanism.protects() && !is_seen(&rule.destination) => Some(rule),
        _ => None,
    });
    let doubt = |store: &str| format!("replication to {store}: how far it has come is told by its metrics alone, which are not read yet");
    rules.map(|rule| doubt(rule.destination.rsplit(':').next().unwrap_or(&rule.destination))).collect()
}

/// The name of a restore testing plan, behind which its ARN has an id.
fn plan_name(arn: &str) -> String {
    let name = arn.rsplit(':').next().unwrap_or(arn);
    let parts: Vec<&str> = name.split('-').collect();
    let lengths: Vec<usize> = parts.iter().rev().take(5).map(|part| part.len()).collect();
    let is_id = lengths == [12, 4, 4, 4, 8] && parts.len() > 5;
    if is_id { parts.get(..parts.len() - 5).unwrap_or_default().join("-") } else { name.to_owned() }
}

/// Why a restore is none that anybody can count on; none where nothing is wrong, or it is not over.
fn failure(one: &Restore) -> Option<String> {
    let said = one.message.as_deref().map(|message| format!(": {message}")).unwrap_or_default();
    match (one.status.as_str(), one.validation.as_deref()) {
        ("FAILED" | "ABORTED", _) => Some(format!("the restore ended {}{said}", one.status)),
        // A window that closes on nobody who validates says nothing of the restore.
        ("COMPLETED", Some("FAILED")) => Some(format!("its validation ended FAILED{said}")),
        _ => None,
    }
}

/// The newest and the oldest moments that were seen so far.
#[derive(Default)]
struct Moments<'a> {
    read_at: Timestamp,
    newest: BTreeMap<Place<'a>, (Timestamp, String)>,
    oldest: Option<(Timestamp, String, Place<'a>)>,
}

impl<'a> Moments<'a> {
    /// Takes in a moment, and says whether it counts; one from later than now does not.
    fn add(&mut self, by: &str, place: Place<'a>, at: Option<Timestamp>, doubts: &mut Vec<String>) -> bool {
        let Some(at) = at else { return false };
        if at.duration_since(self.read_at) > AHEAD {
            doubts.push(format!("{by}: the newest is dated {at}, after the reading of {}: clocks are out of step", self.read_at));
            return false;
        }
        let newest = self.newest.entry(place).or_insert_with(|| (at, by.to_owned()));
        if newest.0 < at {
            *newest = (at, by.to_owned());
        }
        true
    }

    fn reach_back(&mut self, by: &str, place: Place<'a>, at: Option<Timestamp>) {
        let Some(at) = at.filter(|at| *at <= self.read_at) else { return };
        if self.oldest.as_ref().is_none_or(|(oldest, ..)| at < *oldest) {
            self.oldest = Some((at, by.to_owned(), place));
        }
    }
}

fn named(held: &Held) -> String {
    let store = held.store.rsplit(':').next().unwrap_or(&held.store);
    match held.form {
        HeldForm::RecoveryPoints => format!("recovery points in vault {store}"),
        HeldForm::ContinuousPoint => format!("the continuous recovery point in vault {store}"),
        HeldForm::Snapshots => "snapshots".to_owned(),
        HeldForm::Exports => format!("exports in bucket {store}"),
        HeldForm::CopiedBackups => format!("automated backups copied to {}", held.region),
        HeldForm::Replica => format!("replication to {store}"),
    }
}

/// Whether things of a kind have to do with the protection of data; those that only tell of it have not.
fn protects(kind: &str) -> bool {
    kinds::find(kind).is_none_or(|kind| kind.protection().is_some())
}

fn holds(kind: &str) -> bool {
    matches!(kinds::find(kind).and_then(kinds::Kind::protection), Some(Protection::Holds(_)))
}

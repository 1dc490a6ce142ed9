//! What evidence says of each thing: the newest and the oldest moment to which it can be brought back, and what restores came to.
//!
//! Ages are counted to when AWS was read, as nothing is known of later. What is dated after that, beyond the difference that clocks have,
//! proves nothing; neither does what bears no date.

use super::replicated;
use crate::kinds::{self, Protection};
use crate::model::{
    Covered, Evidence, FailedJob, Gap, Held, HeldForm, Mechanism, Moment, Observed, Restore, RestoreFailed, Restored, Snapshot, count,
    is_ahead,
};
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// What tells nothing of what there is to restore, or is missed where it should be, so that not to have read it leaves no other doubt.
const NO_MOMENTS: [&str; 5] = [
    "backup:DescribeGlobalSettings",
    "backup:GetBackupVaultAccessPolicy",
    "backup:ListBackupJobs",
    "backup:ListCopyJobs",
    "cloudwatch:GetMetricData",
];

/// The evidence of a snapshot, ready to be asked of many things.
pub(super) struct Seen<'s> {
    evidence: &'s Evidence,
    read_at: Timestamp,
    /// Whether that is another moment than when AWS was read.
    is_stale: bool,
    held: BTreeMap<&'s str, Vec<&'s Held>>,
    restores: BTreeMap<&'s str, Vec<&'s Restore>>,
    failures: BTreeMap<&'s str, &'s FailedJob>,
    /// How many restores of an account nobody can tell what they restored.
    untold: BTreeMap<&'s str, u64>,
    /// What could not be read of things that hold data themselves, by their kind, and by name where one thing is concerned.
    of_kinds: OfKinds<'s>,
    /// What else could not be read, as doubts that all things of a place share.
    shared: BTreeMap<Place<'s>, Doubts>,
    /// The places that some target reads.
    places: BTreeSet<Place<'s>>,
}

/// An account and a region.
type Place<'s> = (&'s str, &'s str);

/// What could not be read, with the place, by kind and by the name of one thing.
type OfKinds<'s> = BTreeMap<(&'s str, Option<&'s str>), Vec<(Place<'s>, String)>>;

/// Why there may be more than was seen: where a thing is, elsewhere, and of its restores.
#[derive(Clone, Debug, Default)]
struct Doubts {
    here: Vec<String>,
    away: Vec<String>,
    restores: Vec<String>,
}

/// The most doubts that are told one by one; each thing has them.
const TOLD: usize = 5;

impl<'s> Seen<'s> {
    /// The evidence of a snapshot as of a moment; `None` where it holds none.
    pub(super) fn new(snapshot: &'s Snapshot, at: Timestamp) -> Option<Self> {
        let evidence = snapshot.evidence.as_ref()?;
        let mut held: BTreeMap<&str, Vec<&Held>> = BTreeMap::new();
        let mut known = BTreeSet::new();
        for one in &evidence.held {
            // Two targets of one place see the same things.
            if known.insert((&one.of, one.form, &one.store, &one.account, &one.region)) {
                held.entry(&one.of).or_default().push(one);
            }
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
        let place = |gap: &'s Gap| Some((account(gap)?, gap.region.as_str()));
        let is_of_vaults = |gap: &&Gap| {
            let protection = gap.kind.as_deref().and_then(kinds::find).and_then(kinds::Kind::protection);
            gap.resource.is_none() && matches!(protection, Some(Protection::Keeps(_)))
        };
        let unlisted = snapshot.gaps.iter().filter(is_of_vaults);
        let mut of_kinds: OfKinds<'_> = BTreeMap::new();
        let mut others: Vec<(Place<'_>, bool, String)> = Vec::new();
        for gap in evidence.gaps.iter().filter(|gap| tells(gap)).chain(unlisted) {
            let Some(at) = place(gap) else { continue };
            let said = super::said(gap);
            match (gap.kind.as_deref(), gap.resource.as_deref()) {
                (Some(kind), name) if holds(kind) => of_kinds.entry((kind, name)).or_default().push((at, said)),
                (Some(_), Some(vault)) => others.push((at, false, format!("{said} (of {vault})"))),
                _ => others.push((at, gap.action.ends_with(":ListRestoreJobs"), said)),
            }
        }
        let places: BTreeSet<Place<'_>> =
            snapshot.identities.values().map(|identity| (identity.account.as_str(), identity.region.as_str())).collect();
        let stale = stale(snapshot.taken_at, at);
        let with_stale = |mut doubts: Doubts| {
            for all in [&mut doubts.here, &mut doubts.away, &mut doubts.restores] {
                all.extend(stale.clone());
            }
            doubts
        };
        let shared = places.iter().map(|home| (*home, with_stale(shared(*home, &others)))).collect();
        // Ages are counted to the moment that is asked about; what came later is not of it.
        Some(Self {
            evidence,
            read_at: if stale.is_some() { at } else { snapshot.taken_at },
            is_stale: stale.is_some(),
            held,
            restores,
            untold,
            failures,
            of_kinds,
            shared,
            places,
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

    /// What it says of one thing, of which this could not be read: that may be what tells of its newest moment.
    pub(super) fn of(&self, covered: &Covered, unread: Vec<String>) -> Observed {
        let mut observed = Observed { read_at: self.read_at, unread_copies: unread.clone(), unread, ..Observed::default() };
        let home = (covered.account.as_str(), covered.region.as_str());
        let mut moments = Moments { read_at: self.read_at, ..Moments::default() };
        for mechanism in &covered.mechanisms {
            let (by, earliest, latest) = match mechanism {
                Mechanism::PointInTime(point) => ("point-in-time recovery", point.earliest, point.latest),
                Mechanism::AutomatedBackups(backups) => {
                    if backups.latest.is_none() && backups.days != Some(0) && !self.is_told(covered, home) {
                        observed.unread.push("automated backups: how recent they are is not read yet".to_owned());
                    }
                    ("automated backups", backups.earliest, backups.latest)
                }
                _ => continue,
            };
            moments.add(by, home, latest, &mut observed.unread);
            moments.reach_back(by, home, earliest);
        }
        let held = covered.arn.as_deref().and_then(|arn| self.held.get(arn)).map(Vec::as_slice).unwrap_or_default();
        for one in held.iter().filter(|one| replicated::counts(covered, one)) {
            let place = (one.account.as_str(), one.region.as_str());
            let doubts = if place == home { &mut observed.unread } else { &mut observed.unread_copies };
            let by = named(one);
            if one.undated > 0 {
                doubts.push(format!("{by}: {} of them bear no date", one.undated));
            }
            if one.form == HeldForm::ContinuousPoint && one.usable > 0 {
                doubts.push(format!("{by}: it goes on, and AWS Backup does not tell of its newest moment"));
            }
            // Nobody looks whether the objects of an export are there still.
            let is_dated = one.form != HeldForm::Exports && moments.add(&by, place, one.newest, doubts);
            if one.form != HeldForm::Exports {
                moments.reach_back(&by, place, one.oldest);
            }
            if one.is_air_gapped && is_dated {
                let newest = one.newest.map(|at| self.moment(at, &by, place));
                observed.newest_air_gapped = observed.newest_air_gapped.take().max(newest);
            }
            if one.form == HeldForm::RecoveryPoints && is_dated {
                let newest = one.newest.map(|at| self.moment(at, &by, place));
                observed.newest_point = observed.newest_point.take().max(newest);
            }
            // A copy that goes on is no point.
            observed.count += if one.form == HeldForm::Replica { 0 } else { one.usable };
            observed.unusable += one.unusable;
            if matches!(one.form, HeldForm::RecoveryPoints | HeldForm::ContinuousPoint) {
                observed.least_days = [observed.least_days, one.least_days].into_iter().flatten().min();
            }
            observed.unencrypted += one.unencrypted;
            observed.keys.extend(one.keys.iter().cloned());
        }
        let [here, away] = replicated::doubts(covered, held);
        observed.unread.extend(here);
        observed.unread_copies.extend(away);
        observed.keys.sort();
        observed.keys.dedup();
        self.misses(covered, home, &mut observed);
        observed.newest = moments.newest.remove(&home).map(|(at, by)| self.moment(at, &by, home));
        let mut copies: Vec<Moment> = moments.newest.iter().map(|(place, (at, by))| self.moment(*at, by, *place)).collect();
        copies.sort_by(|a, b| b.at.cmp(&a.at).then_with(|| a.cmp(b)));
        observed.copies = copies;
        // At another moment than the reading the oldest may be gone, or another one.
        observed.oldest = moments.oldest.take().filter(|_| !self.is_stale).map(|(at, by, place)| self.moment(at, &by, place));
        self.restores(covered, held, &mut observed);
        let newest = observed.newest.iter().chain(&observed.copies).map(|moment| moment.at).max();
        let failed = covered.arn.as_deref().and_then(|arn| self.failures.get(arn));
        observed.failed = failed.filter(|failed| newest.is_none_or(|newest| newest < failed.at)).map(|failed| (*failed).clone());
        observed
    }

    /// Whether a service was asked for its snapshots of a thing: then they are known, or it is told with the gaps why they are not.
    fn is_told(&self, covered: &Covered, home: Place<'_>) -> bool {
        let failed = self.of_kinds.get(&(covered.kind.as_str(), None)).into_iter().flatten();
        self.evidence.lists_snapshots(&covered.kind, home.0, home.1) || failed.into_iter().any(|(place, _)| *place == home)
    }

    fn moment(&self, at: Timestamp, by: &str, (account, region): Place<'_>) -> Moment {
        let age_seconds = self.read_at.duration_since(at).as_secs().max(0);
        Moment { at, age_seconds, by: by.to_owned(), account: account.to_owned(), region: region.to_owned() }
    }

    /// What could not be read may hold something newer.
    fn misses(&self, covered: &Covered, home: Place<'_>, observed: &mut Observed) {
        if let Some(shared) = self.shared.get(&home) {
            observed.unread.extend(shared.here.iter().cloned());
            observed.unread_copies.extend(shared.away.iter().cloned());
            observed.unread_restores.extend(shared.restores.iter().cloned());
        }
        for name in [None, Some(covered.name.as_str())] {
            for (place, said) in self.of_kinds.get(&(covered.kind.as_str(), name)).into_iter().flatten() {
                if *place == home {
                    observed.unread.push(said.clone());
                } else if name.is_none() {
                    observed.unread_copies.push(elsewhere(said, *place));
                }
            }
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
            let Some(at) = one.ended.or(one.began).filter(|at| !is_ahead(*at, self.read_at)) else { continue };
            let plan = one.plan.as_deref().map(plan_name);
            if let Some(what) = failure(one) {
                let failed = RestoreFailed { at, what };
                observed.restore_failed = observed.restore_failed.take().max(Some(failed));
            } else if one.status == "COMPLETED" {
                let seconds =
                    one.began.zip(one.ended).map(|(began, ended)| ended.duration_since(began).as_secs()).filter(|took| *took >= 0);
                times += 1;
                longest = longest.max(seconds);
                if one.validation.as_deref() == Some("SUCCESSFUL") {
                    observed.validated = observed.validated.max(Some(at));
                }
                let done = Restored { at, seconds, validation: one.validation.clone(), plan, times: 0, longest_seconds: None };
                observed.restored = observed.restored.take().max(Some(done));
            }
        }
        // Of what AWS has forgotten the recovery points still say when they were last restored.
        let last = held.iter().filter_map(|one| one.last_restore).filter(|at| !is_ahead(*at, self.read_at)).max();
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

/// Whether not to have read it leaves a doubt of what there is to restore.
fn tells(gap: &Gap) -> bool {
    let says_nothing = NO_MOMENTS.contains(&gap.action.as_str()) || gap.action.starts_with("iam:");
    !says_nothing && gap.kind.as_deref().is_none_or(protects)
}

/// What is doubtful where AWS was read at another time than what is asked about.
fn stale(taken_at: Timestamp, at: Timestamp) -> Option<String> {
    let apart = at.duration_since(taken_at).abs();
    (apart > SignedDuration::from_hours(1)).then(|| format!("AWS was read at {taken_at}: what was there at {at} is not known"))
}

/// The doubts of all things of a place, by what could not be read anywhere: where, whether restores are concerned, and what.
fn shared(home: Place<'_>, gaps: &[(Place<'_>, bool, String)]) -> Doubts {
    let mut doubts = Doubts::default();
    for (place, is_of_restores, said) in gaps {
        if *is_of_restores {
            if place.0 == home.0 {
                doubts.restores.push(said.clone());
            }
        } else if *place == home {
            doubts.here.push(said.clone());
        } else {
            doubts.away.push(elsewhere(said, *place));
        }
    }
    for all in [&mut doubts.here, &mut doubts.away, &mut doubts.restores] {
        all.sort();
        all.dedup();
        if all.len() > TOLD {
            let more = all.len() - TOLD;
            all.truncate(TOLD);
            all.push(format!("{more} more could not be read"));
        }
    }
    doubts
}

fn elsewhere(said: &str, (account, region): Place<'_>) -> String {
    format!("{said} ({region}, account {account})")
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
        if is_ahead(at, self.read_at) {
            doubts.push(format!("{by}: the newest is dated {at}, after {}: clocks are out of step, or AWS was read later", self.read_at));
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
        // No metric tells of what was there before.
        HeldForm::Replica => {
            let since = held.since.map_or_else(|| "its rules began".to_owned(), |since| since.strftime("%Y-%m-%d").to_string());
            format!("replication to {store}, of what was written since {since}")
        }
    }
}

/// Whether things of a kind have to do with the protection of data; those that only tell of it have not.
fn protects(kind: &str) -> bool {
    kinds::find(kind).is_none_or(|kind| kind.protection().is_some())
}

fn holds(kind: &str) -> bool {
    matches!(kinds::find(kind).and_then(kinds::Kind::protection), Some(Protection::Holds(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubts_are_of_their_place_and_few() {
        let home = ("123456789012", "us-east-1");
        let mut gaps = vec![(home, false, "a".to_owned()), (("123456789012", "eu-west-1"), false, "b".to_owned())];
        gaps.push((("123456789012", "eu-west-1"), true, "restores".to_owned()));
        gaps.push((("999999999999", "us-east-1"), true, "restores of others".to_owned()));
        let doubts = shared(home, &gaps);
        assert_eq!(doubts.here, ["a"]);
        assert_eq!(doubts.away, ["b (eu-west-1, account 123456789012)"]);
        assert_eq!(doubts.restores, ["restores"], "a copy can be restored in any region of the account");
        let many: Vec<_> = (0..100).map(|number| (home, false, format!("{number:03}"))).collect();
        let told = shared(home, &many).here;
        assert_eq!((told.len(), told.last().map(String::as_str)), (TOLD + 1, Some("95 more could not be read")));
    }

    #[test]
    fn a_testing_plan_goes_by_its_name() {
        let plan = |tail: &str| plan_name(&format!("arn:aws:backup:us-east-1:123456789012:restore-testing-plan:{tail}"));
        assert_eq!(plan("weekly-8850eced-986e-c360-f9b3-50835a621bcf"), "weekly");
        assert_eq!(plan("all_of-it"), "all_of-it");
    }
}

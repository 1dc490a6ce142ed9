//! What `check` blocks find, as findings beside those of controls: of each thing that a check means, and of what it names where there is none.
//!
//! A check passes by what was seen. What was not seen fails it only where all of it could be read.

use super::controls::{self, Audited};
use super::told::{Reached, Tellers};
use crate::kinds::{self, Protection};
use crate::model::{
    Check, ControlOutcome, ControlVerdict, Covered, Evidence, Examined, Finding, Findings, Gap, Held, HeldForm, Ignorance, IgnoranceSort,
    NewestObject, Outside, Probe, Snapshot, is_ahead,
};
use crate::time::say_length;
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use wildmatch::WildMatch;

/// A check, and what came out for each thing that it means.
pub(super) struct Checked<'a> {
    pub(super) check: &'a Check,
    told: Vec<Told>,
}

impl Checked<'_> {
    /// The accounts in which it looked at something.
    pub(super) fn accounts(&self) -> BTreeSet<&str> {
        self.told.iter().map(|one| one.who.account.as_str()).collect()
    }

    /// What came out of all of it.
    pub(super) fn verdict(&self) -> ControlVerdict {
        ControlVerdict::together(self.told.iter().map(|one| one.verdict))
    }
}

/// Looks for all that the policy's checks want to be so.
pub(super) fn checked<'a>(audited: &Audited<'a>) -> Vec<Checked<'a>> {
    audited.checks.iter().map(|check| Checked { check, told: tell(check, audited) }).collect()
}

/// Adds what checks found to what controls found; where frameworks are asked for, only of the checks that serve one of them.
pub(super) fn add(findings: &mut Findings, checked: Vec<Checked<'_>>, asked_for: &[String]) {
    for Checked { check, told } in checked {
        let requirements = controls::served(&check.objectives, &check.requirements);
        if !asked_for.is_empty() && !requirements.iter().any(|(key, _)| asked_for.contains(key)) {
            continue;
        }
        let mut outcome = ControlOutcome {
            id: format!("check.{}", check.name),
            title: check.title.clone().unwrap_or_else(|| sentence(&check.probe)),
            severity: check.severity,
            remediation: check.remediation.clone(),
            condition: sentence(&check.probe),
            requirements,
            at: check.at.clone(),
            verdict: ControlVerdict::NotApplicable,
            findings: Vec::new(),
        };
        for one in told {
            let thing = findings.things.len();
            findings.things.push(one.who);
            outcome.findings.push(Finding { thing, verdict: one.verdict, unknown: one.unknown, evidence: one.evidence });
        }
        findings.controls.push(outcome);
    }
}

/// What must be so.
fn sentence(probe: &Probe) -> String {
    match probe {
        Probe::ObjectAge { bucket, prefix, max_age } => {
            format!("the newest object under {bucket}/{prefix} is no older than {}", say_length(*max_age))
        }
        Probe::SnapshotAge { resource, max_age } => {
            format!("the newest snapshot or export of {resource} is no older than {}", say_length(*max_age))
        }
        Probe::RecoveryPointAge { resource, vault, max_age } => {
            let vault = vault.as_ref().map(|vault| format!(" in vault {vault}")).unwrap_or_default();
            format!("the newest recovery point of {resource}{vault} is no older than {}", say_length(*max_age))
        }
        Probe::AlarmReachable { alarm } => format!("alarm {alarm} is on and tells somebody"),
        Probe::KeyUsable { key } => format!("key {key} can be used"),
    }
}

/// What came out for one thing.
struct Told {
    who: Examined,
    verdict: ControlVerdict,
    unknown: Option<Ignorance>,
    evidence: Vec<(Arc<str>, Arc<str>)>,
}

impl Told {
    fn new(who: Examined, holds: Result<bool, Vec<String>>, evidence: Vec<(&str, String)>) -> Self {
        let (verdict, unknown) = match holds {
            Ok(true) => (ControlVerdict::Pass, None),
            Ok(false) => (ControlVerdict::Fail, None),
            Err(why) => {
                let why = Ignorance { sort: IgnoranceSort::Unread, why: why.join("; ").into() };
                (ControlVerdict::Unknown, Some(why))
            }
        };
        let evidence = evidence.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        Self { who, verdict, unknown, evidence }
    }
}

fn tell(check: &Check, looked: &Audited<'_>) -> Vec<Told> {
    match &check.probe {
        Probe::ObjectAge { bucket, prefix, max_age } => vec![objects(check, looked, (bucket, prefix), *max_age)],
        Probe::SnapshotAge { resource, max_age } => {
            let counts = |held: &Held| matches!(held.form, HeldForm::Snapshots | HeldForm::Exports);
            of_things(check, looked, &Wanted { resource, max_age: *max_age, counts: &counts, of_vaults: false })
        }
        Probe::RecoveryPointAge { resource, vault, max_age } => {
            let is_in = |held: &Held, vault: &String| held.store == *vault || held.store.ends_with(&format!(":{vault}"));
            let counts = |held: &Held| held.form == HeldForm::RecoveryPoints && vault.as_ref().is_none_or(|vault| is_in(held, vault));
            of_things(check, looked, &Wanted { resource, max_age: *max_age, counts: &counts, of_vaults: true })
        }
        Probe::AlarmReachable { alarm } => alarms(check, looked, alarm),
        Probe::KeyUsable { key } => vec![key_of(check, looked, key)],
    }
}

const NO_EVIDENCE: &str = "the snapshot holds no evidence; record it anew with `backstay snapshot --everything`";

/// Where a check looks, as a place to report: that of the first of its targets that was reached.
fn place(check: &Check, snapshot: &Snapshot, kind: &str, name: &str) -> Examined {
    let reached = check.targets.iter().find_map(|target| Some((target, snapshot.identities.get(target)?)));
    Examined {
        account: reached.map_or("-", |(_, identity)| &identity.account).to_owned(),
        region: reached.map_or("-", |(_, identity)| &identity.region).to_owned(),
        kind: kind.to_owned(),
        name: name.to_owned(),
        target: reached.map(|(target, _)| target).or(check.targets.first()).cloned().unwrap_or_default(),
        arn: None,
    }
}

/// The accounts and regions that a check is about.
fn places<'s>(check: &Check, snapshot: &'s Snapshot) -> BTreeSet<(&'s str, &'s str)> {
    let identities = check.targets.iter().filter_map(|target| snapshot.identities.get(target));
    identities.map(|one| (one.account.as_str(), one.region.as_str())).collect()
}

/// Whether something of that moment is young enough, as of when AWS was read.
///
/// # Errors
///
/// It is of the future, or AWS was read before what is asked about.
fn is_young(looked: &Audited<'_>, at: Timestamp, max_age: SignedDuration) -> Result<bool, String> {
    let (read_at, now) = (looked.snapshot.taken_at, looked.coverage.at);
    if is_ahead(at, read_at) {
        return Err(format!("the newest is dated {at}, after the reading of {read_at}: clocks are out of step"));
    }
    let is_young = now.max(read_at).duration_since(at) <= max_age;
    if !is_young && now.duration_since(read_at) > SignedDuration::from_hours(1) {
        return Err(format!("AWS was read at {read_at}: what was there at {now} is not known"));
    }
    Ok(is_young)
}

/// The targets of a check that nobody could look through.
fn unreached(check: &Check, snapshot: &Snapshot) -> Vec<String> {
    let unreached = check.targets.iter().filter(|target| !snapshot.identities.contains_key(*target));
    unreached.map(|target| format!("target {target} could not be reached")).collect()
}

/// Why there may be more than was seen of what can bring a thing back.
fn unread(check: &Check, evidence: &Evidence, snapshot: &Snapshot, is_about: impl Fn(&Gap) -> bool) -> Vec<String> {
    let mut why = unreached(check, snapshot);
    let gaps = evidence.gaps.iter().chain(&snapshot.gaps).filter(|gap| is_about(gap));
    why.extend(gaps.map(|gap| format!("{} in {}: {}", gap.action, gap.region, gap.message)));
    why.sort();
    why.dedup();
    why
}

fn objects(check: &Check, looked: &Audited<'_>, (bucket, prefix): (&str, &str), max_age: SignedDuration) -> Told {
    let snapshot = looked.snapshot;
    let mut who = place(check, snapshot, "bucket", bucket);
    let Some(evidence) = &snapshot.evidence else { return Told::new(who, Err(vec![NO_EVIDENCE.to_owned()]), Vec::new()) };
    let is_of = |one: &&NewestObject| one.bucket == bucket && one.prefix == prefix && check.targets.contains(&one.target);
    let found: Vec<&NewestObject> = evidence.objects.iter().filter(is_of).collect();
    let newest = found.iter().filter_map(|one| Some((one.newest?, one.key.as_deref()?, one.target.as_str()))).max();
    if let Some((target, identity)) = newest.and_then(|(_, _, target)| Some((target, snapshot.identities.get(target)?))) {
        (who.account, who.region, who.target) = (identity.account.clone(), identity.region.clone(), target.to_owned());
    }
    let mut told = vec![("newest", newest.map_or_else(|| "none".to_owned(), |(at, key, _)| format!("{at} {key}")))];
    told.extend(found.first().map(|one| ("objects looked at", one.looked_at.to_string())));
    match newest.map(|(at, ..)| is_young(looked, at, max_age)) {
        Some(Ok(true)) => return Told::new(who, Ok(true), told),
        Some(Err(why)) => return Told::new(who, Err(vec![why]), told),
        Some(Ok(false)) | None => {}
    }
    // One target that saw all of it is enough.
    if found.iter().any(|one| one.is_all) {
        return Told::new(who, Ok(false), told);
    }
    let mut why = unreached(check, snapshot);
    why.extend(found.iter().filter_map(|one| one.unread.clone()));
    why.extend(
        found
            .iter()
            .find(|one| one.unread.is_none())
            .map(|one| format!("it has more than {} objects, of which the first were looked at: name a longer prefix", one.looked_at)),
    );
    if why.is_empty() {
        why.push(format!("the snapshot was recorded without this check: nobody looked under {bucket}/{prefix}"));
    }
    Told::new(who, Err(why), told)
}

/// What a check wants of the newest of what is held of things.
struct Wanted<'a> {
    /// An ARN or a name, or a pattern of either.
    resource: &'a str,
    max_age: SignedDuration,
    /// What of all that is held counts.
    counts: &'a dyn Fn(&Held) -> bool,
    /// Whether recovery points of AWS Backup are meant, and not what services keep themselves.
    of_vaults: bool,
}

impl Wanted<'_> {
    /// Whether a gap may hide something of a thing; of any where none is known.
    fn is_hidden_by(&self, gap: &Gap, covered: Option<&Covered>) -> bool {
        let protection = gap.kind.as_deref().and_then(kinds::find).and_then(kinds::Kind::protection);
        if self.of_vaults {
            return gap.action.contains("RecoveryPoint") || matches!(protection, Some(Protection::Keeps(_)));
        }
        let is_of_it =
            |covered: &Covered| gap.kind.as_ref() == Some(&covered.kind) && gap.resource.as_ref().is_none_or(|name| *name == covered.name);
        covered.map_or(matches!(protection, Some(Protection::Holds(_))), is_of_it)
    }
}

fn of_things(check: &Check, looked: &Audited<'_>, wanted: &Wanted<'_>) -> Vec<Told> {
    let (snapshot, resource) = (looked.snapshot, wanted.resource);
    let nobody = || place(check, snapshot, "thing", resource);
    let Some(evidence) = &snapshot.evidence else {
        return vec![Told::new(nobody(), Err(vec![NO_EVIDENCE.to_owned()]), Vec::new())];
    };
    let pattern = WildMatch::new(resource);
    let is_meant = |arn: &str, name: &str| pattern.matches(name) || pattern.matches(arn);
    let mut of: BTreeMap<&str, (Option<&Covered>, Vec<&Held>)> = BTreeMap::new();
    let places = places(check, snapshot);
    let is_seen = |covered: &&Covered| {
        check.targets.contains(&covered.target) || places.contains(&(covered.account.as_str(), covered.region.as_str()))
    };
    for covered in looked.coverage.resources.iter().filter(is_seen) {
        if let Some(arn) = covered.arn.as_deref().filter(|arn| is_meant(arn, &covered.name)) {
            of.entry(arn).or_default().0 = Some(covered);
        }
    }
    // What is gone can still be there to restore; it ages, which nobody wants to hear of all that is gone.
    let is_pattern = resource.contains(['*', '?']);
    for held in evidence.held.iter().filter(|held| (wanted.counts)(held)) {
        match of.get_mut(held.of.as_str()) {
            Some((_, all)) => all.push(held),
            None if !is_pattern && is_meant(&held.of, last(&held.of)) => drop(of.insert(&held.of, (None, vec![held]))),
            None => {}
        }
    }
    if of.is_empty() {
        let why = unread(check, evidence, snapshot, |gap| gap.resource.is_none() || wanted.is_hidden_by(gap, None));
        let holds = if why.is_empty() { Ok(false) } else { Err(why) };
        return vec![Told::new(nobody(), holds, vec![("things", "none of that name".to_owned())])];
    }
    let one = |(arn, (covered, held)): (&str, (Option<&Covered>, Vec<&Held>))| {
        let newest = held.iter().filter_map(|held| held.newest).max();
        let who = covered.map_or_else(|| place(check, snapshot, "thing", arn), Examined::from);
        let told = vec![
            ("newest", newest.map_or_else(|| "none".to_owned(), |at| at.to_string())),
            ("usable", held.iter().map(|held| held.usable).sum::<u64>().to_string()),
        ];
        let mut why = Vec::new();
        match newest.map(|at| is_young(looked, at, wanted.max_age)) {
            Some(Ok(true)) => return Told::new(who, Ok(true), told),
            Some(Err(future)) => why.push(future),
            Some(Ok(false)) | None => {}
        }
        why.extend(unread(check, evidence, snapshot, |gap| wanted.is_hidden_by(gap, covered)));
        if held.iter().any(|held| held.form == HeldForm::ContinuousPoint && held.usable > 0) {
            why.push("a continuous recovery point goes on, and AWS Backup does not tell of its newest moment".to_owned());
        }
        let is_read = |covered: &&Covered| evidence.lists_snapshots(&covered.kind, &covered.account, &covered.region);
        if let Some(unread) = covered.filter(|covered| !wanted.of_vaults && why.is_empty() && !is_read(covered)) {
            why.push(format!("which snapshots there are of {} was not read", unread.kind));
        }
        let undated = held.iter().filter(|held| held.undated > 0);
        why.extend(undated.map(|held| format!("{} of them in {} bear no date", held.undated, last(&held.store))));
        Told::new(who, if why.is_empty() { Ok(false) } else { Err(why) }, told)
    };
    let mut all: Vec<Told> = of.into_iter().map(one).collect();
    all.extend(unseen(check, looked, |gap| gap.resource.is_none() && gap.kind.as_deref().is_none_or(is_holder)));
    all
}

fn is_holder(kind: &str) -> bool {
    matches!(kinds::find(kind).and_then(kinds::Kind::protection), Some(Protection::Holds(_)))
}

/// Where there may be more of what a check means than was seen: targets that were not reached, and lists that were denied.
fn unseen(check: &Check, looked: &Audited<'_>, hides: impl Fn(&Gap) -> bool) -> Vec<Told> {
    let snapshot = looked.snapshot;
    let mut all = Vec::new();
    let mut add = |target: &str, region: &str, why: String| {
        let mut who = place(check, snapshot, "thing", "*");
        (who.target, who.region) = (target.to_owned(), region.to_owned());
        all.push(Told::new(who, Err(vec![why]), Vec::new()));
    };
    for target in check.targets.iter().filter(|target| !snapshot.identities.contains_key(*target)) {
        add(target, "-", format!("target {target} could not be reached"));
    }
    let is_here = |gap: &&Gap| check.targets.contains(&gap.target) && snapshot.identities.contains_key(&gap.target);
    for gap in snapshot.gaps.iter().filter(is_here).filter(|gap| hides(gap)) {
        add(&gap.target, &gap.region, format!("not all of them could be listed: {} failed", gap.action));
    }
    all
}

fn alarms(check: &Check, looked: &Audited<'_>, alarm: &str) -> Vec<Told> {
    let (snapshot, pattern) = (looked.snapshot, WildMatch::new(alarm));
    let nobody = || place(check, snapshot, "alarm", alarm);
    if snapshot.evidence.is_none() {
        return vec![Told::new(nobody(), Err(vec![NO_EVIDENCE.to_owned()]), Vec::new())];
    }
    let tellers = Tellers::new(snapshot);
    let reached = tellers.alarms(&|name| pattern.matches(name), &places(check, snapshot));
    if reached.is_empty() {
        let why: Vec<String> = unreached(check, snapshot).into_iter().chain(tellers.unread_of(&check.targets)).collect();
        let holds = if why.is_empty() { Ok(false) } else { Err(why) };
        return vec![Told::new(nobody(), holds, vec![("alarms", "none of that name".to_owned())])];
    }
    let one = |reached: Reached<'_>| {
        let who = Examined {
            account: reached.account.to_owned(),
            region: reached.live.id.region.clone(),
            kind: reached.live.id.kind.clone(),
            name: reached.live.id.name.clone(),
            target: reached.live.id.target.clone(),
            arn: reached.live.arn.clone(),
        };
        let texts = |texts: BTreeSet<String>| texts.into_iter().collect::<Vec<_>>();
        if !reached.by.is_empty() {
            return Told::new(who, Ok(true), vec![("tells", texts(reached.by).join("; "))]);
        }
        let told = vec![("lacks", texts(reached.lacks).join("; "))];
        if reached.doubts.is_empty() { Told::new(who, Ok(false), told) } else { Told::new(who, Err(texts(reached.doubts)), told) }
    };
    let is_teller = |kind: &str| kinds::find(kind).is_some_and(|kind| kind.teller().is_some());
    let mut all: Vec<Told> = reached.into_iter().map(one).collect();
    all.extend(unseen(check, looked, |gap| gap.resource.is_none() && gap.kind.as_deref().is_none_or(is_teller)));
    all
}

fn last(arn: &str) -> &str {
    arn.rsplit([':', '/']).next().unwrap_or(arn)
}

fn key_of(check: &Check, looked: &Audited<'_>, key: &str) -> Told {
    let mut who = place(check, looked.snapshot, "key", last(key));
    who.arn = Some(key.to_owned());
    let mut parts = key.split(':').skip(3);
    if let (Some(region), Some(account)) = (parts.next(), parts.next()) {
        (who.region, who.account) = (region.to_owned(), account.to_owned());
    }
    let (holds, told) = match looked.snapshot.outside.get(key) {
        Some(Outside::Key { state, .. }) => (Ok(state == "Enabled"), vec![("state", state.clone())]),
        Some(Outside::Absent) => (Ok(false), vec![("state", "it is not there".to_owned())]),
        Some(Outside::Unread { action, reason }) => (Err(vec![format!("{action}: {reason}")]), Vec::new()),
        Some(Outside::Role { .. }) => (Ok(false), vec![("state", "it is a role".to_owned())]),
        None => (
            Err(vec!["nobody looked at it: no target of the check is in its account, or the snapshot was recorded without it".to_owned()]),
            Vec::new(),
        ),
    };
    Told::new(who, holds, told)
}

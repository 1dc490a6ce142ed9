//! What protects each thing: the verdict first, then what is unprotected with what to do, then everything.

mod markdown;
mod text;

pub use markdown::markdown;
pub use text::text;

use super::escape::visible;
use super::lazy::Lazy;
use super::{Specs, words};
use crate::model::{CopyPlace, Coverage, Covered, Findings, Kept, Mechanism, Promises, count};
use crate::time::say_length;
use jiff::SignedDuration;
use std::collections::{BTreeMap, BTreeSet};
use std::io;

/// The verdict in a line: `37 of 40 protected, 2 unprotected, 1 unknown`.
pub fn verdict(coverage: &Coverage) -> String {
    let totals = coverage.totals;
    let mut verdict = match totals.all() {
        0 => "nothing that holds data was found".to_owned(),
        all => format!("{} of {all} protected", totals.protected),
    };
    for (number, word) in [(totals.unprotected, "unprotected"), (totals.unknown, "unknown")] {
        if number > 0 {
            verdict.push_str(&format!(", {number} {word}"));
        }
    }
    let unread = coverage.all_gaps().count();
    if unread > 0 {
        verdict.push_str(&format!("; incomplete, as {} failed", count(unread, "read")));
    }
    verdict
}

/// All that is known, what is promised, and what controls found, for programs.
pub fn json(coverage: &Coverage, promises: &Promises, findings: &Findings) -> String {
    lazy(coverage, promises, findings).print()
}

/// Writes the same, without ever holding all of it: of a hundred thousand things it is large.
///
/// # Errors
///
/// Those of what it is written to.
pub fn write_json(out: &mut dyn io::Write, coverage: &Coverage, promises: &Promises, findings: &Findings) -> io::Result<()> {
    lazy(coverage, promises, findings).write(out)
}

fn lazy<'a>(coverage: &'a Coverage, promises: &'a Promises, findings: &'a Findings) -> Lazy<'a> {
    // Every field is named, so that none can be forgotten.
    let Coverage { format, at, targets, totals, resources, not_looked_at, gaps, evidence_gaps } = coverage;
    let Promises { things, in_no_tier, in_several_tiers } = promises;
    let promises = Lazy::map([
        ("things", Lazy::each(|| things.iter().map(Lazy::of))),
        ("in_no_tier", Lazy::each(|| in_no_tier.iter().map(Lazy::of))),
        ("in_several_tiers", Lazy::of(in_several_tiers)),
    ]);
    let (controls, frameworks) = super::controls::json(findings);
    let mut all = BTreeMap::from([
        ("format", Lazy::of(format)),
        ("at", Lazy::of(at)),
        ("targets", Lazy::of(targets)),
        ("totals", Lazy::of(totals)),
        ("resources", Lazy::each(|| resources.iter().map(Lazy::of))),
        ("not_looked_at", Lazy::of(not_looked_at)),
        ("gaps", Lazy::of(gaps)),
        ("promises", promises),
        ("controls", controls),
        ("frameworks", frameworks),
    ]);
    if !evidence_gaps.is_empty() {
        all.insert("evidence_gaps", Lazy::of(evidence_gaps));
    }
    Lazy::Map(all)
}

/// Things of which the same is to be said, in their order.
pub(super) fn alike<'c>(things: impl Iterator<Item = &'c Covered>) -> Vec<Vec<&'c Covered>> {
    let mut groups: Vec<Vec<&Covered>> = Vec::new();
    let mut places = BTreeMap::new();
    for covered in things {
        let key = (&covered.account, &covered.region, &covered.kind, &covered.reasons, &covered.unread, covered.doubts());
        let place = *places.entry(key).or_insert(groups.len());
        match groups.get_mut(place) {
            Some(group) => group.push(covered),
            None => groups.push(vec![covered]),
        }
    }
    groups
}

/// A thing by its kind and name.
pub(super) fn named(specs: Specs, covered: &Covered) -> String {
    format!("{} {}", words::kind_title(specs, &covered.kind), visible(&covered.name))
}

/// What protects a thing, in a few words each, the rules of a plan together; what does not count comes last and says so.
fn mechanisms(covered: &Covered) -> Vec<String> {
    let (protecting, others): (Vec<&Mechanism>, Vec<&Mechanism>) = covered.mechanisms.iter().partition(|one| one.protects());
    let others = others.into_iter().map(|one| if one.is_doubtful() { format!("{}?", short(one)) } else { format!("({})", short(one)) });
    let mut plans: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut all = Vec::new();
    for mechanism in protecting {
        match mechanism {
            Mechanism::BackupRule(rule) => {
                let continuous = if rule.is_continuous { " (continuous)" } else { "" };
                plans.entry(&rule.plan).or_default().push(format!("{}{continuous}", visible(&rule.rule)));
            }
            other => all.push(short(other)),
        }
    }
    for (plan, mut rules) in plans {
        // Several selections of a plan can choose one thing.
        rules.dedup();
        all.push(format!("plan {}: {}", visible(plan), rules.join(", ")));
    }
    let mut seen = BTreeSet::new();
    all.into_iter().chain(others).filter(|words| seen.insert(words.clone())).collect()
}

pub(super) fn short(mechanism: &Mechanism) -> String {
    match mechanism {
        Mechanism::PointInTime(_) => "point-in-time recovery".to_owned(),
        Mechanism::AutomatedBackups(backups) if backups.kept_by_aws_backup.is_some() => "automated backups, by AWS Backup".to_owned(),
        Mechanism::AutomatedBackups(_) => "automated backups".to_owned(),
        Mechanism::BackupRule(rule) => {
            let how = if rule.is_continuous { ", continuous" } else { "" };
            format!("plan {}: {}{how}", visible(&rule.plan), visible(&rule.rule))
        }
        Mechanism::CopiedBackups { .. } => "copied backups".to_owned(),
        Mechanism::Replication(rule) => {
            let off = match (rule.is_on, &rule.fault) {
                (false, _) => ", off",
                (true, Some(_)) => ", failing",
                (true, None) => "",
            };
            let only = rule.only.as_ref().map(|only| format!(", only {}", visible(only))).unwrap_or_default();
            format!("replication{off}{only}")
        }
        Mechanism::Export { is_on, .. } => if *is_on { "exports" } else { "exports, off" }.to_owned(),
        Mechanism::Replicas { .. } => "replicas".to_owned(),
        Mechanism::Versioning { .. } => "versioning".to_owned(),
    }
}

/// How old the newest moment is that can be restored, wherever: `5m`; `-` where there is none, `?` where nobody knows.
pub(super) fn newest(covered: &Covered) -> String {
    let Some(observed) = &covered.observed else { return "?".to_owned() };
    let newest = observed.newest.iter().chain(&observed.copies).map(|moment| moment.age_seconds).min();
    let is_unread = !observed.unread.is_empty() || !observed.unread_copies.is_empty();
    match newest {
        // From a day on nobody counts minutes. The nearest of them: what AWS says is five minutes behind was asked for a moment ago.
        Some(seconds) => {
            let unit = if seconds < 24 * 3600 { 60 } else { 3600 };
            say_length(SignedDuration::from_secs(seconds.saturating_add(unit / 2).div_euclid(unit).saturating_mul(unit)))
        }
        None if is_unread => "?".to_owned(),
        None => "-".to_owned(),
    }
}

/// So many failed backups are told one by one.
pub(super) const MOST_FAILED: usize = 50;

/// What stands below the failed backups that are told, where there are more.
pub(super) fn more_failed(failed: usize) -> Option<String> {
    let more = failed.checked_sub(MOST_FAILED).filter(|more| *more > 0)?;
    Some(format!("and {more} more; --format json has all of them"))
}

/// Backups that failed, of things that have nothing newer to restore: what failed, and whether it was a backup or a copy.
pub(super) fn failed(coverage: &Coverage) -> Vec<(&Covered, String)> {
    let of = |covered: &Covered| {
        let failed = covered.observed.as_ref()?.failed.as_ref()?;
        let message = failed.message.as_deref().map(|message| format!(": {message}")).unwrap_or_default();
        Some(format!("the {} that began at {} ended {}{message}", failed.what, failed.at, failed.status))
    };
    coverage.resources.iter().filter_map(|covered| Some((covered, of(covered)?))).collect()
}

/// `7 days`, `for ever`.
fn days(days: Option<i64>) -> String {
    days.map_or_else(|| "for ever".to_owned(), |days| count(days, "day"))
}

/// The steps of retention: `35 days, 365 days`.
pub(super) fn kept(retention: &[Kept]) -> String {
    let mut steps: Vec<String> = retention.iter().map(|kept| days(kept.days)).collect();
    steps.dedup();
    steps.join(", ")
}

/// Where copies go, from where the thing is: the own account is not named.
pub(super) fn places(covered: &Covered) -> Vec<String> {
    let place = |copy: &CopyPlace| {
        let region = copy.region.as_deref().map(visible);
        let account =
            copy.account.as_ref().filter(|account| **account != covered.account).map(|account| format!("account {}", visible(account)));
        let parts: Vec<String> = region.into_iter().chain(account).collect();
        let store = || visible(copy.store.as_deref().unwrap_or(&copy.by));
        if copy.region.is_none() { [vec![store()], parts].concat().join(" in ") } else { parts.join(" in ") }
    };
    covered.copies.iter().map(place).collect::<BTreeSet<String>>().into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_failed_backups_than_a_reader_takes_in_are_told_one_by_one() {
        assert_eq!(more_failed(MOST_FAILED), None);
        assert_eq!(more_failed(100_000).as_deref(), Some("and 99950 more; --format json has all of them"));
    }
}

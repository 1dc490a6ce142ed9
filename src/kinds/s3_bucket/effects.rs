//! What changes of a bucket put at risk, as far as the direction of one setting alone does not tell.

use super::encryption;
use super::rule::Rule;
use super::table::{
    COMPLIANCE, ENABLED, ENCRYPTION, LIFECYCLE, LOCK, LOCK_DAYS, LOCK_MODE, LOCK_YEARS, MINIMUM_SIZE, REPLICATION, ROLE, VERSIONING,
};
use super::{FOREIGN_REPLICATION, fact_number, fact_text};
use crate::model::{Change, Effect, Live, Reaches, Reading, Value, Wanted, path};
use std::cmp::Ordering;
use std::collections::BTreeMap;

const NEWER_VERSIONS: &str = "lifecycle_rule.noncurrent_version_expiration.newer_noncurrent_versions";

/// The effect of a change; `None` where the table's direction says it all.
pub(super) fn effect(change: &Change, live: &Live, wanted: &BTreeMap<String, Wanted>) -> Option<Effect> {
    let block = path::segments(&change.setting).into_iter().next()?.name;
    match block.as_str() {
        LIFECYCLE => {
            let (before, after) = Rule::sides(change, live, wanted)?;
            kept_versions(change, &before, &after).or_else(|| Some(lifecycle(&before, &after, is_versioned(live, wanted))))
        }
        REPLICATION => replication(change, live, wanted),
        // Others' rules would replicate with another role from then on.
        ROLE => {
            let shared = fact_number(live, FOREIGN_REPLICATION) > 0 && change.before != Reading::Unset;
            Some(if shared { Effect::Weakens } else { Effect::Neutral })
        }
        LOCK => Some(lock(change, live, wanted)),
        ENCRYPTION => encryption::effect(change, live, wanted),
        _ => None,
    }
}

/// A lifecycle rule is about the objects that are there as much as about new ones, unless it was off and stays so. All else that a bucket is
/// told counts from then on.
///
/// Source: S3 User Guide, "Setting an S3 Lifecycle configuration on a bucket": rules apply to existing and to later objects.
pub(super) fn reaches(change: &Change, live: &Live, wanted: &BTreeMap<String, Wanted>) -> Reaches {
    if change.setting == MINIMUM_SIZE {
        return Reaches::Existing;
    }
    let block = path::enclosing(&change.setting).into_iter().next().unwrap_or_else(|| change.setting.clone());
    let is_on = || Rule::live(&block, live).is_on() || Rule::wanted(&block, wanted).is_on();
    let is_lifecycle = path::generic(&block) == LIFECYCLE;
    if is_lifecycle && is_on() { Reaches::Existing } else { Reaches::Future }
}

/// Whether versioning will be on: as declared, else as it is; `None` where that is not known.
pub(super) fn is_versioned(live: &Live, wanted: &BTreeMap<String, Wanted>) -> Option<bool> {
    let declared = wanted.get(VERSIONING).and_then(|wanted| wanted.value.as_str());
    Some(declared.or_else(|| fact_text(live, super::VERSIONING_FACT))? == ENABLED)
}

/// When a rule deletes what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Deletes<'a> {
    days: Option<i64>,
    date: Option<&'a str>,
    noncurrent_days: Option<i64>,
    newer: Option<i64>,
}

impl<'a> Deletes<'a> {
    fn of(rule: &'a Rule) -> Self {
        if !rule.is_on() {
            return Self::default();
        }
        let noncurrent_days = rule.number("noncurrent_version_expiration.noncurrent_days");
        let newer = rule.number("noncurrent_version_expiration.newer_noncurrent_versions").filter(|_| noncurrent_days.is_some());
        Self { days: rule.number("expiration.days"), date: rule.text("expiration.date"), noncurrent_days, newer }
    }

    fn is_nothing(self) -> bool {
        self == Self::default()
    }

    /// Whether it deletes current objects that the other would keep, or keep for longer.
    fn takes_current_sooner(self, other: Self) -> bool {
        match (self.days, other.days) {
            (Some(now), Some(then)) if now < then => return true,
            // From a day to an age, or from nothing: nobody can say that this is later.
            (Some(_), None) => return true,
            _ => {}
        }
        match (self.date, other.date) {
            // In one form, so that the order of texts is that of days.
            (Some(now), Some(then)) => now < then,
            (Some(_), None) => true,
            (None, _) => false,
        }
    }

    /// Whether it deletes earlier versions that the other would keep, or keep for longer.
    fn takes_versions_sooner(self, other: Self) -> bool {
        match (self.noncurrent_days, other.noncurrent_days) {
            (Some(now), Some(then)) => now < then || self.newer.unwrap_or(0) < other.newer.unwrap_or(0),
            (Some(_), None) => true,
            (None, _) => false,
        }
    }
}

/// What a change of how many versions a rule keeps does by itself, whatever becomes of its days; `None` where one comes or goes with them.
fn kept_versions(change: &Change, before: &Rule, after: &Rule) -> Option<Effect> {
    let days = "noncurrent_version_expiration.noncurrent_days";
    if path::generic(&change.setting) != NEWER_VERSIONS || ![before, after].iter().all(|rule| rule.is_on() && rule.has(days)) {
        return None;
    }
    let kept = |rule: &Rule| rule.number("noncurrent_version_expiration.newer_noncurrent_versions").unwrap_or_default();
    Some(match kept(after).cmp(&kept(before)) {
        Ordering::Less => Effect::LosesData,
        Ordering::Equal => Effect::Neutral,
        Ordering::Greater => Effect::Strengthens,
    })
}

/// What a change of a lifecycle rule does; `versioned` is whether versioning is on.
pub(super) fn lifecycle(before: &Rule, after: &Rule, versioned: Option<bool>) -> Effect {
    let (old, new) = (Deletes::of(before), Deletes::of(after));
    if new.is_nothing() {
        return if old.is_nothing() { Effect::Neutral } else { Effect::Strengthens };
    }
    let widened = !old.is_nothing() && !after.filter().is_within(&before.filter());
    let current = new.takes_current_sooner(old) || (widened && (new.days.is_some() || new.date.is_some()));
    let versions = new.takes_versions_sooner(old) || (widened && new.noncurrent_days.is_some());
    match (current, versions) {
        // With versioning a delete marker is put on top, and the version under it stays.
        (true, false) if versioned == Some(true) => Effect::Weakens,
        (true, false) | (_, true) => Effect::LosesData,
        (false, false) if new == old && before.filter() == after.filter() => Effect::Neutral,
        (false, false) => Effect::Strengthens,
    }
}

fn replication(change: &Change, live: &Live, wanted: &BTreeMap<String, Wanted>) -> Option<Effect> {
    let (before, after) = Rule::sides(change, live, wanted)?;
    let whole = path::segments(&change.setting).len() == 1;
    match (before.is_on(), after.is_on()) {
        (false, false) => return Some(Effect::Neutral),
        // It copies next to nothing.
        (false, true) if encryption::is_default(live, wanted) && encryption::leaves_out(&after) => return Some(Effect::Neutral),
        (false, true) => return Some(Effect::Strengthens),
        (true, false) => return Some(Effect::Weakens),
        (true, true) if whole => return Some(Effect::Neutral),
        (true, true) => {}
    }
    match path::generic(&change.setting).strip_prefix("replication_rule.")? {
        "destination.bucket" => Some(Effect::Weakens),
        rest if rest.starts_with("filter.") => {
            let (old, new) = (before.filter(), after.filter());
            Some(if old.is_within(&new) { Effect::Strengthens } else { Effect::Weakens })
        }
        _ => None,
    }
}

/// The default retention in days, for comparing only: to AWS a year is not 365 days.
fn retention(value: impl Fn(&str) -> Option<Value>) -> Option<i64> {
    let days = value(LOCK_DAYS).and_then(|days| days.as_i64());
    days.or_else(|| value(LOCK_YEARS).and_then(|years| years.as_i64()).map(|years| years.saturating_mul(365)))
}

pub(super) fn lock(change: &Change, live: &Live, wanted: &BTreeMap<String, Wanted>) -> Effect {
    let read = |path: &str| match live.settings.get(path) {
        Some(Reading::Known(value)) => Some(value.clone()),
        _ => None,
    };
    let will_be = |path: &str| wanted.get(path).map(|wanted| wanted.value.clone());
    // Nobody turns it off. The default retention that comes with it is judged by itself, and written together with it.
    if change.setting == LOCK {
        return Effect::Irreversible;
    }
    if change.setting == LOCK_MODE {
        return match (change.after.as_str(), read(LOCK_MODE)) {
            // What is locked so cannot be deleted by anybody until its time is over.
            (Some(COMPLIANCE), _) => Effect::Irreversible,
            (_, Some(mode)) if mode.as_str() == Some(COMPLIANCE) => Effect::Weakens,
            _ => Effect::Strengthens,
        };
    }
    // A mode that goes takes its period along: both are written at once.
    let for_ever = will_be(LOCK_MODE).or_else(|| read(LOCK_MODE)).is_some_and(|mode| mode.as_str() == Some(COMPLIANCE));
    match (retention(read), retention(will_be)) {
        (Some(old), Some(new)) if new < old => Effect::Weakens,
        (Some(old), Some(new)) if new == old => Effect::Neutral,
        _ if for_ever => Effect::Irreversible,
        _ => Effect::Strengthens,
    }
}

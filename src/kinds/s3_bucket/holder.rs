//! What of a bucket protects it: copies in another bucket. Its own earlier versions are no copy, and help only.

use super::encryption::SELECTS;
use super::table::{
    ALGORITHM, COMPLIANCE, DISABLED, ENABLED, KEY, LIFECYCLE, LOCK, LOCK_DAYS, LOCK_MODE, LOCK_YEARS, MINIMUM_SIZE, REPLICATION, ROLE,
    VERSIONING,
};
use super::{ALL_LIFECYCLE, ALL_REPLICATION};
use crate::kinds::{Flat, Holder};
use crate::model::{Live, Mechanism, Reading, ReplicationRule, Value, path};

/// What of a bucket protects it.
pub(super) fn holder(live: &Live) -> Holder {
    let mut holder = Holder::of_type("S3");
    let flat = Flat::of_readings(&live.settings);
    // Rules of whoever: those with names in a policy are some of them.
    let [lifecycle, replicated] = [ALL_LIFECYCLE, ALL_REPLICATION]
        .map(|all| live.facts.get(all).and_then(Value::as_map).map_or_else(|| flat.clone(), Flat::of_values));
    let versioning = holder.read(live, VERSIONING);
    let is_versioned = versioning.as_ref().and_then(Value::as_str) == Some(ENABLED);
    let could_be_read = holder.unread.is_empty();
    unread_blocks(&mut holder, live);
    if is_versioned {
        let noncurrent_days = expiration(&lifecycle);
        holder.mechanisms.push(Mechanism::Versioning { noncurrent_days });
    } else if could_be_read {
        let (what, mend) = ("versioning is not on, and AWS Backup and replication need it", "set `versioning { status = \"Enabled\" }`");
        holder.switched_off.push(("versioning is not on".to_owned(), mend.to_owned()));
        holder.hindrance = Some((what.to_owned(), mend.to_owned()));
    }
    let algorithm = flat.text(ALGORITHM).unwrap_or_default();
    for label in replicated.keys(REPLICATION) {
        let mut rule = ReplicationRule { role: flat.text(ROLE), ..replication(&replicated, label) };
        let kms = path::child(&path::keyed(REPLICATION, &rule.rule), SELECTS);
        if algorithm.starts_with("aws:kms") && replicated.text(&kms).as_deref() != Some(ENABLED) {
            // New objects are under KMS, and such a rule passes over them.
            rule.only = Some("objects that are not under KMS".to_owned());
        }
        if !rule.is_on {
            let what = format!("replication rule `{}` is off", rule.rule);
            holder.switched_off.push((what, "set its `status` to \"Enabled\"".to_owned()));
        }
        holder.mechanisms.push(Mechanism::Replication(rule));
    }
    // The least size that moves is read by the same call, and stands alone.
    let is_of_lifecycle = |at: &str| [LIFECYCLE, MINIMUM_SIZE].contains(&at) || path::is_within(at, LIFECYCLE);
    let mut of_lifecycle = live.settings.iter().filter(|(at, _)| is_of_lifecycle(at));
    holder.deletes_after_days = deletes(&lifecycle, is_versioned);
    holder.unread_deletes = of_lifecycle.find_map(|(at, reading)| reading.cause().map(|cause| format!("`{at}`: {cause}")));
    holder.immutability.extend(lock(&flat));
    holder.encryption = encryption(&flat);
    holder
}

/// Notes which rules could not be read: they may be what copies the bucket.
fn unread_blocks(holder: &mut Holder, live: &Live) {
    // The role is read by the same call, and stands alone.
    let of_rules = |at: &&String| [REPLICATION, ROLE].contains(&at.as_str()) || path::is_within(at, REPLICATION);
    let cause = live.settings.iter().filter(|(at, _)| of_rules(at)).find_map(|(at, reading)| match reading {
        Reading::Unreadable { cause } => Some(format!("`{at}`: {cause}")),
        _ => None,
    });
    holder.unread.extend(cause);
}

/// After how many days as an earlier version a version goes, by the rule that takes the first.
fn expiration(flat: &Flat) -> Option<i64> {
    on(flat).filter_map(|at| flat.whole(&path::child(&at, "noncurrent_version_expiration.noncurrent_days"))).min()
}

/// After how many days what is written goes for good, by the rules about the whole that take the first: where there are versions, it expires,
/// and is an earlier version then, which stays unless a rule takes that too. A date makes it days that nobody can count on.
fn deletes(flat: &Flat, is_versioned: bool) -> Option<i64> {
    let whole = || on(flat).filter(|at| !is_about_part(flat, at));
    let dated = |at: &String| flat.text(&path::child(at, "expiration.date")).map(|_| 0);
    let expires = whole().filter_map(|at| flat.whole(&path::child(&at, "expiration.days")).or_else(|| dated(&at))).min()?;
    let noncurrent = |at: String| flat.whole(&path::child(&at, "noncurrent_version_expiration.noncurrent_days"));
    if is_versioned { whole().filter_map(noncurrent).min().map(|days| days.saturating_add(expires)) } else { Some(expires) }
}

/// Whether a lifecycle rule is about a part of what is there.
fn is_about_part(flat: &Flat, at: &str) -> bool {
    let filter = path::child(at, "filter");
    flat.iter().any(|(path, value)| path::is_within(path, &filter) && value.as_str() != Some("") && !matches!(value, Value::Bool(_)))
}

/// The lifecycle rules that are on.
fn on(flat: &Flat) -> impl Iterator<Item = String> {
    let rules = flat.keys(LIFECYCLE).into_iter().map(|label| path::keyed(LIFECYCLE, &label));
    rules.filter(|at| flat.text(&path::child(at, "status")).is_none_or(|status| status == ENABLED))
}

fn replication(flat: &Flat, label: String) -> ReplicationRule {
    let at = path::keyed(REPLICATION, &label);
    let text = |setting: &str| flat.text(&path::child(&at, setting));
    let prefix = text("filter.prefix").or_else(|| text("filter.and.prefix")).filter(|prefix| !prefix.is_empty());
    let has_tags = flat.has_within(&path::child(&at, "filter.tag")) || flat.has_within(&path::child(&at, "filter.and.tags"));
    let only =
        prefix.map(|prefix| format!("keys that begin with `{prefix}`")).or_else(|| has_tags.then(|| "objects with a tag".to_owned()));
    let is = |setting: &str| text(setting).as_deref() == Some(ENABLED);
    ReplicationRule {
        destination: text("destination.bucket").unwrap_or_default(),
        account: text("destination.account"),
        is_on: text("status").as_deref() != Some(DISABLED),
        only,
        copies_deletes: is("delete_marker_replication.status"),
        has_time_control: is("destination.replication_time.status"),
        doubt: None,
        fault: None,
        role: None,
        delete_after_days: None,
        rule: label,
    }
}

fn lock(flat: &Flat) -> Option<String> {
    let mode = flat.text(LOCK_MODE);
    let days = flat.whole(LOCK_DAYS).map(|days| format!("{days} days"));
    let time = days.or_else(|| flat.whole(LOCK_YEARS).map(|years| format!("{years} years")));
    match (mode.as_deref(), time) {
        (Some(COMPLIANCE), Some(time)) => Some(format!("object lock in compliance mode: nobody deletes a new version for {time}")),
        (Some(mode), Some(time)) => {
            Some(format!("object lock in {} mode: new versions stay for {time}, unless somebody may bypass it", mode.to_lowercase()))
        }
        _ if flat.has_within(LOCK) => Some("object lock without a default retention: only what is locked one by one".to_owned()),
        _ => None,
    }
}

fn encryption(flat: &Flat) -> Option<String> {
    let algorithm = flat.text(ALGORITHM)?;
    Some(match (algorithm.as_str(), flat.text(KEY)) {
        ("AES256", _) => "a key of S3's own (AES256)".to_owned(),
        (algorithm, Some(key)) => format!("{algorithm} with {key}"),
        (algorithm, None) => format!("{algorithm} with the key aws/s3"),
    })
}

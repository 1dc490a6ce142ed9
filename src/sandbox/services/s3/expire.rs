//! Lifecycle at work: what expires or grows cold is found once a day, at midnight in UTC.
//!
//! Days are counted from when a version was made, or was followed by another, to the next midnight after them. What follows from the rules
//! is worked out for each key alone and bears the time at which it was due, so it is the same whenever somebody looks.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::bucket::{Bucket, Buckets, Versioning};
use super::version::{NULL_ID, Version};
use crate::sandbox::clock::later;

/// A day in seconds.
const DAY: i64 = 86_400;

/// Objects below this size, in bytes, do not change their class unless a filter speaks of sizes.
const SMALL: u64 = 131_072;

impl Buckets {
    /// Does what the rules of all buckets want done, if a midnight has passed since it was last done.
    pub(super) fn expire(&mut self, now: Timestamp) {
        let today = now.as_second().div_euclid(DAY);
        let before = self.swept.replace(today);
        if before.is_none_or(|before| before >= today) {
            return;
        }
        for bucket in self.by_name.values_mut() {
            bucket.expire(now);
        }
    }
}

impl Bucket {
    fn expire(&mut self, now: Timestamp) {
        let Some(lifecycle) = self.lifecycle.latest().clone() else { return };
        let rules = lifecycle.document.get("Rule").and_then(Value::as_array).cloned().unwrap_or_default();
        let versioning = self.versioning;
        for rule in rules.iter().filter(|rule| rule["Status"] == "Enabled") {
            for (key, versions) in &mut self.objects {
                expire_newest(rule, key, versions, versioning, now);
                expire_noncurrent(rule, key, versions, now);
                move_classes(rule, key, versions, now);
                drop_lone_marker(rule, key, versions);
            }
            self.objects.retain(|_, versions| !versions.is_empty());
        }
    }
}

/// The midnight at which something is due that is to happen days after `start`.
fn due(start: Timestamp, days: i64) -> Timestamp {
    let at = later(start, SignedDuration::from_hours(days.saturating_mul(24)));
    let midnight = at.as_second().div_euclid(DAY).saturating_mul(DAY);
    let rounded = if midnight == at.as_second() { midnight } else { midnight.saturating_add(DAY) };
    Timestamp::from_second(rounded).unwrap_or(at)
}

/// When an action of the newest version is due: after days, or on a date.
fn due_of(action: &Value, start: Timestamp) -> Option<Timestamp> {
    match action.get("Days").and_then(Value::as_i64) {
        Some(days) => Some(due(start, days)),
        None => action.get("Date")?.as_str()?.parse::<Timestamp>().ok().map(|date| date.max(start)),
    }
}

/// Tells whether a rule is about a version. Delete markers have neither tags nor a size.
fn covers(rule: &Value, key: &str, version: &Version) -> bool {
    let Some(filter) = rule.get("Filter") else {
        return key.starts_with(rule["Prefix"].as_str().unwrap_or_default());
    };
    let inner = filter.get("And").unwrap_or(filter);
    let size = |name: &str| inner.get(name).and_then(Value::as_u64);
    let has_tag = |tag: &Value| {
        let value = tag["Key"].as_str().and_then(|key| version.tags.get(key));
        value.is_some_and(|value| tag["Value"] == value.as_str())
    };
    let tags_fit = match inner.get("Tag") {
        None => true,
        Some(Value::Array(tags)) => tags.iter().all(has_tag),
        Some(tag) => has_tag(tag),
    };
    key.starts_with(inner["Prefix"].as_str().unwrap_or_default())
        && size("ObjectSizeGreaterThan").is_none_or(|above| version.size > above)
        && size("ObjectSizeLessThan").is_none_or(|below| version.size < below)
        && tags_fit
}

/// What is still to be replicated, or could not be, is left alone.
fn is_held_back(version: &Version) -> bool {
    matches!(version.replication.as_deref(), Some("PENDING" | "FAILED"))
}

fn expire_newest(rule: &Value, key: &str, versions: &mut Vec<Version>, versioning: Versioning, now: Timestamp) {
    let Some(newest) = versions.last() else { return };
    if newest.is_marker || is_held_back(newest) || !covers(rule, key, newest) {
        return;
    }
    let Some(at) = rule.get("Expiration").and_then(|action| due_of(action, newest.at)).filter(|at| *at <= now) else { return };
    match versioning {
        Versioning::Never => versions.clear(),
        Versioning::Enabled => {
            let id = super::lifecycle::named_id(&format!("{key} {}", newest.id)).chars().take(32).collect();
            versions.push(Version { id, at, is_marker: true, ..Version::default() });
        }
        Versioning::Suspended => {
            versions.retain(|version| version.id != NULL_ID);
            versions.push(Version { id: NULL_ID.to_owned(), at, is_marker: true, ..Version::default() });
        }
    }
}

/// Removes versions that were followed by others long enough ago, but for the newest of them that are to be kept.
fn expire_noncurrent(rule: &Value, key: &str, versions: &mut Vec<Version>, now: Timestamp) {
    let Some(action) = rule.get("NoncurrentVersionExpiration") else { return };
    let days = action["NoncurrentDays"].as_i64().unwrap_or_default();
    let kept = action["NewerNoncurrentVersions"].as_u64().and_then(|kept| usize::try_from(kept).ok()).unwrap_or(0);
    let followed: Vec<Timestamp> = versions.iter().skip(1).map(|next| next.at).collect();
    let last = followed.len();
    let mut place = 0;
    versions.retain(|version| {
        let at = followed.get(place).copied();
        let newer = last.saturating_sub(place.saturating_add(1));
        place += 1;
        let is_due = at.is_some_and(|at| due(at, days) <= now) && newer >= kept;
        !is_due || is_held_back(version) || version.is_locked(now, false) || !covers(rule, key, version)
    });
}

/// Moves versions to the coldest class that is due.
fn move_classes(rule: &Value, key: &str, versions: &mut [Version], now: Timestamp) {
    let has_size = rule.get("Filter").is_some_and(|filter| filter.to_string().contains("ObjectSize"));
    let followed: Vec<Option<Timestamp>> = versions.iter().skip(1).map(|next| Some(next.at)).chain([None]).collect();
    for (version, followed) in versions.iter_mut().zip(followed) {
        let small = version.size < SMALL && !has_size;
        if version.is_marker || small || is_held_back(version) || !covers(rule, key, version) {
            continue;
        }
        let (actions, days) = match followed {
            None => ("Transition", None),
            Some(at) => ("NoncurrentVersionTransition", Some(at)),
        };
        let when = |action: &Value| match days {
            None => due_of(action, version.at),
            Some(at) => Some(due(at, action["NoncurrentDays"].as_i64()?)),
        };
        let moves = rule.get(actions).and_then(Value::as_array).into_iter().flatten();
        let last = moves.filter_map(|action| Some((when(action)?, action["StorageClass"].as_str()?))).filter(|(at, _)| *at <= now).max();
        if let Some((_, class)) = last {
            version.storage_class = Some(class.to_owned());
        }
    }
}

/// Removes a delete marker that hides nothing any more, where the rule says so.
fn drop_lone_marker(rule: &Value, key: &str, versions: &mut Vec<Version>) {
    let expiration = &rule["Expiration"];
    let wanted = expiration["ExpiredObjectDeleteMarker"] == true || expiration.get("Days").is_some();
    let lone = matches!(versions.as_slice(), [only] if only.is_marker && covers(rule, key, only));
    if wanted && lone {
        versions.clear();
    }
}

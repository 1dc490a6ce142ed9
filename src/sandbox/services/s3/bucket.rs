//! What is kept of buckets, and what a reader sees of it at a given time.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::progress::Progress;
use super::replicate::Sent;
use super::version::{Retention, Version};
use crate::sandbox::clock::later;

/// All buckets of the sandbox: their names are one namespace, whoever owns them and wherever they are.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Buckets {
    pub(super) by_name: BTreeMap<String, Bucket>,
    /// Versions on their way to other buckets.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) pending: Vec<Sent>,
    /// The day, counted from 1970, on which lifecycle rules were last carried out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) swept: Option<i64>,
}

/// One bucket.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Bucket {
    pub(crate) name: String,
    pub(crate) account: String,
    pub(crate) region: String,
    pub(crate) created_at: Timestamp,
    #[serde(default)]
    pub(crate) versioning: Versioning,
    /// Whether versions are deleted, and versioning is changed, only with a code of the root user's device.
    #[serde(default)]
    pub(crate) mfa_delete: bool,
    #[serde(default)]
    pub(crate) lifecycle: Settling<Option<Lifecycle>>,
    /// `ReplicationConfiguration`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) replication: Option<Value>,
    /// How far replication rules are, by their ids, where that is more than what is on its way.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) progress: BTreeMap<String, Progress>,
    /// `ObjectLockConfiguration`; once it is there it never goes away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) object_lock: Option<Value>,
    /// Absent when the bucket was never tagged, which is not the same as having no tags now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) tags: Option<BTreeMap<String, String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) policy: Option<String>,
    /// The configurations that are only kept and given back, by the name of their query.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) documents: BTreeMap<String, Value>,
    /// Versions by key, the newest last.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) objects: BTreeMap<String, Vec<Version>>,
}

/// Whether a bucket keeps the versions of its objects. There is no way back to `Never`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) enum Versioning {
    /// Versioning was never switched on.
    #[default]
    Never,
    Enabled,
    Suspended,
}

/// A lifecycle configuration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Lifecycle {
    /// `LifecycleConfiguration`.
    pub(crate) document: Value,
    /// `TransitionDefaultMinimumObjectSize`.
    pub(crate) minimum_size: String,
}

/// A value whose readers do not agree for a while after it has changed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Settling<T> {
    now: T,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    before: Option<Before<T>>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Before<T> {
    value: T,
    since: Timestamp,
    until: Timestamp,
}

impl<T> Settling<T> {
    /// A value that all readers agree on.
    pub(crate) fn settled(value: T) -> Self {
        Self { now: value, before: None }
    }

    /// The value that holds.
    pub(super) fn latest(&self) -> &T {
        &self.now
    }

    /// What a reader sees: first the old value, then now this one and now that one, and at last the new one.
    pub(crate) fn read(&self, at: Timestamp) -> &T {
        let Some(before) = &self.before else { return &self.now };
        let whole = before.until.duration_since(before.since).as_millis().max(1);
        let tenths = at.duration_since(before.since).as_millis().saturating_mul(10) / whole;
        let old = at < before.until && (tenths < 4 || tenths % 2 == 1);
        if old { &before.value } else { &self.now }
    }

    /// Changes the value; readers agree on it at `until`.
    pub(crate) fn set(&mut self, value: T, since: Timestamp, until: Timestamp) {
        let old = std::mem::replace(&mut self.now, value);
        self.before = (until > since).then_some(Before { value: old, since, until });
    }
}

impl Buckets {
    /// A bucket, whoever owns it.
    pub(crate) fn get(&self, name: &str) -> Option<&Bucket> {
        self.by_name.get(name)
    }

    /// Puts a bucket in, and returns the one that it replaces.
    pub(crate) fn insert(&mut self, bucket: Bucket) -> Option<Bucket> {
        self.by_name.insert(bucket.name.clone(), bucket)
    }

    /// The buckets of an account, in the order of their names.
    pub(crate) fn of_account(&self, account: &str) -> impl Iterator<Item = &Bucket> {
        self.by_name.values().filter(move |bucket| bucket.account == account)
    }
}

impl Bucket {
    /// A new bucket, as S3 makes it.
    pub(crate) fn new(name: &str, account: &str, region: &str, created_at: Timestamp) -> Self {
        Self {
            name: name.to_owned(),
            account: account.to_owned(),
            region: region.to_owned(),
            created_at,
            versioning: Versioning::Never,
            mfa_delete: false,
            lifecycle: Settling::default(),
            replication: None,
            progress: BTreeMap::new(),
            object_lock: None,
            tags: None,
            policy: None,
            documents: BTreeMap::new(),
            objects: BTreeMap::new(),
        }
    }

    /// The bucket's ARN, which names neither account nor region.
    pub(crate) fn arn(&self) -> String {
        arn(&self.name)
    }

    /// Switches object lock on, which no one can undo, with a default retention or without.
    pub(crate) fn lock(&mut self, default_retention: Option<Value>) {
        let mut document = json!({ "ObjectLockEnabled": "Enabled" });
        if let Some(retention) = default_retention {
            document["Rule"] = json!({ "DefaultRetention": retention });
        }
        self.object_lock = Some(document);
    }

    /// The retention that a version gets that is made at `now` and asks for none.
    pub(super) fn default_retention(&self, now: Timestamp) -> Option<Retention> {
        let default = self.object_lock.as_ref()?.pointer("/Rule/DefaultRetention")?;
        let years = default.get("Years").and_then(Value::as_i64).map(|years| years.saturating_mul(365));
        let days = default.get("Days").and_then(Value::as_i64).or(years)?;
        let until = later(now, jiff::SignedDuration::from_hours(days.saturating_mul(24)));
        Some(Retention { mode: default.get("Mode")?.as_str()?.to_owned(), until })
    }
}

/// The ARN of a bucket.
pub(crate) fn arn(name: &str) -> String {
    format!("arn:aws:s3:::{name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readers_see_the_old_value_then_either_and_then_the_new_one() {
        let start: Timestamp = "2026-11-21T00:00:00Z".parse().unwrap();
        let after = |seconds: i64| start + jiff::SignedDuration::from_secs(seconds);
        let mut value = Settling::settled(1);
        value.set(2, start, after(10));
        let seen: Vec<i32> = (0..12).map(|second| *value.read(after(second))).collect();
        assert_eq!(seen, [1, 1, 1, 1, 2, 1, 2, 1, 2, 1, 2, 2]);
        value.set(3, after(20), after(20));
        assert_eq!(*value.read(after(20)), 3);
    }
}

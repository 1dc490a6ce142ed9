//! Snapshots that RDS, ElastiCache and Redshift keep themselves. Those that a seed tells of are held; the automated ones follow from the clock,
//! as the automated backups do, and go when what they are of goes.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::sandbox::clock::later;

/// The type of what services make by themselves.
pub(crate) const AUTOMATED: &str = "automated";

/// The snapshots of a region of one service that are held, by name.
pub(crate) type Snapshots = BTreeMap<String, Snapshot>;

/// One snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Snapshot {
    pub(crate) name: String,
    /// What it is of, as that was then.
    pub(crate) of: Source,
    /// When the data is of.
    pub(crate) taken_at: Timestamp,
    /// When it was copied, and the region of the snapshot that it was copied from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) copied: Option<(Timestamp, String)>,
    /// `automated`, `manual`, `awsbackup`.
    pub(crate) sort: String,
    /// `available`, `creating`, …
    pub(crate) status: String,
    pub(crate) is_encrypted: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) key: Option<String>,
    /// For how many days it is kept; none where that is until somebody deletes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) days: Option<i64>,
}

/// A thing that snapshots are made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Source {
    /// In lower case.
    pub(crate) name: String,
    /// What tells it from others of its name, where the service knows such a thing.
    #[serde(default)]
    pub(crate) id: String,
    #[serde(default)]
    pub(crate) engine: String,
    pub(crate) created_at: Timestamp,
    /// The shards of a cache in cluster mode; none where there is one node that snapshots are made of, which then has this name.
    #[serde(default)]
    pub(crate) shards: i64,
    #[serde(default)]
    pub(crate) node: Option<String>,
    pub(crate) is_encrypted: bool,
    #[serde(default)]
    pub(crate) key: Option<String>,
}

impl Snapshot {
    /// One that the service made by itself at a moment, kept for so many days.
    pub(crate) fn automated(of: &Source, prefix: &str, taken_at: Timestamp, days: i64) -> Self {
        Self {
            name: format!("{prefix}{}-{}", of.node.as_ref().unwrap_or(&of.name), minute(taken_at)),
            of: of.clone(),
            taken_at,
            copied: None,
            sort: AUTOMATED.to_owned(),
            status: "available".to_owned(),
            is_encrypted: of.is_encrypted,
            key: of.key.clone(),
            days: Some(days),
        }
    }

    /// When it came to be where it is.
    pub(crate) fn made_at(&self) -> Timestamp {
        self.copied.as_ref().map_or(self.taken_at, |(at, _)| *at)
    }
}

/// A moment as it stands in names: `2026-11-21-03-05`.
pub(crate) fn minute(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d-%H-%M").to_string()
}

/// The moments of automated snapshots that there are now, the newest first: one in so many hours, the last one then, each kept for so many days,
/// and none before the floor.
pub(crate) fn moments(last: Timestamp, hours: i64, days: i64, floor: Timestamp, now: Timestamp) -> Vec<Timestamp> {
    let oldest = floor.max(later(now, SignedDuration::from_hours(days.saturating_mul(-24))));
    let at = |number: i64| later(last, SignedDuration::from_hours(number.saturating_mul(-hours)));
    (0..).map(at).take_while(|at| *at >= oldest).take(1_000).collect()
}

/// Nothing automated is older than this after a period in days is changed: what was cut off does not come back.
pub(crate) fn floor(before: i64, after: i64, floor: Timestamp, now: Timestamp) -> Timestamp {
    match before.min(after) {
        0 => now,
        days => floor.max(later(now, SignedDuration::from_hours(days.saturating_mul(-24)))),
    }
}

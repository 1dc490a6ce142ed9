//! `snapshot` blocks, in what RDS, ElastiCache and Redshift keep snapshots of.

use jiff::{SignedDuration, Timestamp};

use super::fields::Fields;
use crate::sandbox::clock::later;
use crate::sandbox::services::kept_snapshots::{AUTOMATED, Snapshot, Snapshots, Source, minute};

/// Who made a snapshot.
const SORTS: &[&str] = &[AUTOMATED, "manual", "awsbackup"];

/// The states that a seed can hold one in.
const STATUSES: &[&str] = &["available", "copying", "creating", "deleting", "failed"];

/// Snapshots that are alike.
#[derive(Debug)]
pub(super) struct SeededSnapshots {
    name: Option<String>,
    age_hours: i64,
    sort: String,
    status: String,
    is_encrypted: Option<bool>,
    key: Option<String>,
    days: Option<i64>,
    /// Whether they are of another thing of the name, which is gone.
    of_deleted: bool,
    /// The region that they are in, which they were copied to.
    copied_to: Option<String>,
    /// How many there are, each so many hours older than the one before.
    repeat: (i64, i64),
}

/// Reads the blocks.
pub(super) fn blocks(fields: &mut Fields<'_>) -> Vec<SeededSnapshots> {
    fields.blocks("snapshot", |block| {
        let days = block.number("created_days_ago", 0..=36_500).unwrap_or(0);
        SeededSnapshots {
            name: block.text("identifier"),
            age_hours: 24 * days + block.number("created_hours_ago", 0..=876_000).unwrap_or(0),
            sort: block.choice("type", SORTS).unwrap_or_else(|| "manual".to_owned()),
            status: block.choice("status", STATUSES).unwrap_or_else(|| "available".to_owned()),
            is_encrypted: block.flag("encrypted"),
            key: block.text("kms_key_id"),
            days: block.number("retention_period", 1..=3_653),
            of_deleted: block.flag("of_deleted").unwrap_or(false),
            copied_to: block.text("copied_to"),
            repeat: (block.number("repeat", 1..=100_000).unwrap_or(1), block.number("repeat_every_hours", 1..=8_784).unwrap_or(24)),
        }
    })
}

impl SeededSnapshots {
    /// The region that they are in, where it is not that of what they are of.
    pub(super) fn region(&self) -> Option<&str> {
        self.copied_to.as_deref()
    }

    /// Puts them in; what they are of is in `region`.
    pub(super) fn plant(&self, of: &Source, region: &str, now: Timestamp, held: &mut Snapshots) {
        for number in 0..self.repeat.0 {
            let age = self.age_hours.saturating_add(number.saturating_mul(self.repeat.1));
            let taken_at = later(now, SignedDuration::from_hours(age.saturating_neg()));
            let snapshot = self.one(of, region, taken_at, number, now);
            held.insert(snapshot.name.clone(), snapshot);
        }
    }

    fn one(&self, of: &Source, region: &str, taken_at: Timestamp, number: i64, now: Timestamp) -> Snapshot {
        let mut of = of.clone();
        if self.of_deleted {
            of.id = format!("{}-GONE", of.id);
            of.created_at = later(taken_at, SignedDuration::from_hours(-24));
        }
        let prefix = if self.sort == "awsbackup" { "awsbackup:job-" } else { "" };
        let name = match (&self.name, number) {
            (Some(name), 0) => name.clone(),
            (Some(name), number) => format!("{name}-{number}"),
            (None, number) => format!("{prefix}{}-{}-{}-{number}", self.sort, of.name, minute(taken_at)),
        };
        Snapshot {
            name,
            taken_at,
            copied: self.copied_to.as_ref().map(|_| (now, region.to_owned())),
            sort: self.sort.clone(),
            status: self.status.clone(),
            is_encrypted: self.is_encrypted.unwrap_or(of.is_encrypted || self.key.is_some()),
            key: self.key.clone().or_else(|| of.key.clone().filter(|_| self.is_encrypted != Some(false))),
            days: self.days,
            of,
        }
    }
}

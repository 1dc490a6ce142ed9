//! What was seen to be there to restore, beside what should be.

use crate::model::evidence::FailedJob;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What evidence says of one thing, as of when AWS was read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observed {
    /// When AWS was read: nothing is known of later, so that ages are counted to then.
    pub read_at: Timestamp,
    /// The newest moment to which it can be brought back in its own region and account; none where nothing was seen.
    pub newest: Option<Moment>,
    /// The newest from which it can be brought back elsewhere, for each other region and account, the newest first.
    pub copies: Vec<Moment>,
    /// The newest recovery point of AWS Backup, wherever.
    pub newest_point: Option<Moment>,
    /// The newest in a logically air-gapped vault.
    pub newest_air_gapped: Option<Moment>,
    /// The oldest moment to which it can be brought back, wherever.
    pub oldest: Option<Moment>,
    /// How many recovery points, snapshots and exports can be restored.
    pub count: u64,
    /// How many are there and cannot: partial, expired, or being made.
    pub unusable: u64,
    /// For how many days the recovery point is kept that is kept shortest; none where all are kept for ever, or nobody knows.
    pub least_days: Option<i64>,
    /// The keys that encrypt what is kept.
    pub keys: Vec<String>,
    /// How many of what is kept are not encrypted.
    pub unencrypted: u64,
    /// The last restore of it that was done.
    pub restored: Option<Restored>,
    /// When the last restore was over that a validation found right.
    pub validated: Option<Timestamp>,
    /// The last restore of it that failed, or whose result was found wrong, where that is later.
    pub restore_failed: Option<RestoreFailed>,
    /// The last backup or copy that failed, where nothing newer is there to restore.
    pub failed: Option<FailedJob>,
    /// Why there may be a newer moment in its own region and account than was seen.
    pub unread: Vec<String>,
    /// The same of elsewhere.
    pub unread_copies: Vec<String>,
    /// Why there may be restores that were not seen.
    pub unread_restores: Vec<String>,
}

/// A moment to which a thing can be brought back.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Moment {
    /// The moment.
    pub at: Timestamp,
    /// How many seconds before the reading that was, nothing or more.
    pub age_seconds: i64,
    /// With what: `point-in-time recovery`, `recovery points in vault daily`.
    pub by: String,
    /// The account that keeps it.
    pub account: String,
    /// The region that keeps it.
    pub region: String,
}

/// A restore that was done.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Restored {
    /// When it was over.
    pub at: Timestamp,
    /// How many seconds it took, where that is known: AWS tells it for 30 days.
    pub seconds: Option<i64>,
    /// What a validation found: `SUCCESSFUL`, `FAILED`, …; none where nobody validated, or nobody knows any more.
    pub validation: Option<String>,
    /// The name of the restore testing plan; none where somebody restored by hand, or nobody knows any more.
    pub plan: Option<String>,
    /// In how many restores of the last 30 days it was restored.
    pub times: u64,
    /// The longest of those, in seconds.
    pub longest_seconds: Option<i64>,
}

/// A restore that brought nothing back, or something wrong.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RestoreFailed {
    /// When that was.
    pub at: Timestamp,
    /// What was wrong, in a few words.
    pub what: String,
}

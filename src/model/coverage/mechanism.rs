//! What can protect a thing.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Something that can bring a thing's data back, or that looks as if it could.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "means", rename_all = "snake_case")]
pub enum Mechanism {
    /// The service restores it to any second of a window, into another thing.
    PointInTime(PointInTime),
    /// The service makes backups of it by itself.
    AutomatedBackups(AutomatedBackups),
    /// A rule of AWS Backup, by a selection that chooses it.
    BackupRule(Box<BackupRule>),
    /// Its automated backups are copied to another region.
    CopiedBackups {
        /// The region that holds the copies.
        region: String,
        /// For how many days they are kept.
        days: Option<i64>,
        /// The key there, where one was given.
        key: Option<String>,
    },
    /// What is written to it is copied to another store as it is written.
    Replication(ReplicationRule),
    /// A schedule exports it. An export needs point-in-time recovery, and fails without it, so that it never protects alone.
    Export {
        /// The name of the schedule.
        by: String,
        /// When it runs, as AWS has it.
        schedule: String,
        /// Where the exports go.
        destination: String,
        /// Whether the schedule runs.
        is_on: bool,
        /// Whether it exports the whole, and not only what changed.
        is_whole: bool,
    },
    /// Copies in other regions that take every write and every delete at once: no backup.
    Replicas {
        /// Where.
        regions: Vec<String>,
    },
    /// Earlier versions stay beside the current ones: no copy, and whoever may delete a version can.
    Versioning {
        /// For how many days as an earlier version a version stays; `None` where nothing expires them.
        noncurrent_days: Option<i64>,
    },
}

/// Restore to any second of a window.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PointInTime {
    /// How many days the window can have.
    pub days: Option<i64>,
    /// Where the window begins now.
    pub earliest: Option<Timestamp>,
    /// Where it ends now.
    pub latest: Option<Timestamp>,
}

/// Backups that a service makes by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AutomatedBackups {
    /// For how many days they are kept; `None` where that is not known.
    pub days: Option<i64>,
    /// Whether any second of that time can be restored, and not only the moment of a backup.
    pub to_any_second: bool,
    /// When the backup is made each day, in UTC, where that was read.
    pub window: Option<String>,
    /// Where the restorable time begins now.
    pub earliest: Option<Timestamp>,
    /// Where it ends now.
    pub latest: Option<Timestamp>,
    /// The recovery point with which AWS Backup keeps them instead of the service.
    pub kept_by_aws_backup: Option<String>,
}

/// A rule of AWS Backup that backs a thing up.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct BackupRule {
    /// The name of the plan.
    pub plan: String,
    /// The name of the rule.
    pub rule: String,
    /// The name of the selection.
    pub selection: String,
    /// What of the selection chooses it: an ARN, a pattern, or a tag.
    pub chosen_by: String,
    /// When it runs, as AWS has it.
    pub schedule: String,
    /// The time zone of that.
    pub time_zone: String,
    /// After how many minutes a backup that has not started is dropped.
    pub start_window_minutes: i64,
    /// After how many minutes a backup that is not complete is cancelled.
    pub completion_window_minutes: i64,
    /// Whether the thing is backed up continuously by it.
    pub is_continuous: bool,
    /// The vault.
    pub vault: String,
    /// What locks the vault.
    pub lock: Lock,
    /// The vault's key, where it was read: it encrypts what AWS Backup manages in full; the rest stays under the source's.
    pub vault_key: Option<String>,
    /// After how many days recovery points are deleted; `None` is never.
    pub delete_after_days: Option<i64>,
    /// After how many days they move to cold storage, where the type has it.
    pub cold_storage_after_days: Option<i64>,
    /// The air-gapped vault that keeps them, where the rule names one.
    pub air_gapped_vault: Option<String>,
    /// Where copies go.
    pub copies: Vec<BackupCopy>,
    /// What could not be read, so that it is not known whether the rule backs the thing up at all.
    pub doubts: Vec<String>,
}

/// A copy that a rule makes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct BackupCopy {
    /// The ARN of the vault.
    pub vault_arn: String,
    /// Its region.
    pub region: Option<String>,
    /// Its account.
    pub account: Option<String>,
    /// After how many days the copy is deleted; `None` where no lifecycle says.
    pub delete_after_days: Option<i64>,
    /// Why nobody knows whether the vault is there and takes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doubt: Option<String>,
}

/// What locks a vault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lock {
    /// Nothing.
    None,
    /// A lock that whoever may can lift.
    Governance,
    /// A lock in compliance mode, which nobody can lift from that moment on.
    ComplianceFrom(Timestamp),
    /// The lock of an air-gapped vault, which nobody can lift.
    AirGapped,
    /// It could not be read.
    Unknown,
}

/// A rule by which what is written is copied.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ReplicationRule {
    /// Its name.
    pub rule: String,
    /// The ARN of the destination.
    pub destination: String,
    /// The destination's account, where that is another.
    pub account: Option<String>,
    /// Whether the rule does anything.
    pub is_on: bool,
    /// Which part it is about; `None` is the whole.
    pub only: Option<String>,
    /// Whether a delete in the source hides the copy too.
    pub copies_deletes: bool,
    /// Whether the service promises to be done within 15 minutes.
    pub has_time_control: bool,
    /// Why nobody knows whether the destination is there and takes what is copied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doubt: Option<String>,
    /// Why nothing is copied, surely, and what to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<(String, String)>,
    /// The ARN of the role that copies, where it was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// After how many days the destination's own rules delete what was copied; none where they do not, or nobody read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delete_after_days: Option<i64>,
}

impl Mechanism {
    /// Whether the data can surely be brought back with this alone, after a mistake in the source.
    ///
    /// What copies every delete at once, versions in the same store, and what is switched off or only about a part does not count.
    pub fn protects(&self) -> bool {
        match self {
            Self::PointInTime(_) | Self::CopiedBackups { .. } => true,
            Self::AutomatedBackups(backups) => backups.days != Some(0),
            Self::BackupRule(rule) => rule.doubts.is_empty(),
            Self::Replication(rule) => rule.copies_all() && rule.doubt.is_none(),
            Self::Export { .. } | Self::Replicas { .. } | Self::Versioning { .. } => false,
        }
    }

    /// Whether it is not known if it protects.
    pub fn is_doubtful(&self) -> bool {
        match self {
            Self::BackupRule(rule) => !rule.doubts.is_empty(),
            Self::Replication(rule) => rule.copies_all() && rule.doubt.is_some(),
            _ => false,
        }
    }

    /// Why it is not known if it protects, each as a sentence that names it.
    pub fn doubts(&self) -> Vec<String> {
        match self {
            Self::BackupRule(rule) => {
                rule.doubts.iter().map(|doubt| format!("rule {} of plan {} may back it up: {doubt}", rule.rule, rule.plan)).collect()
            }
            Self::Replication(rule) if self.is_doubtful() => {
                rule.doubt.iter().map(|doubt| format!("replication rule {} may copy it: {doubt}", rule.rule)).collect()
            }
            _ => Vec::new(),
        }
    }
}

impl ReplicationRule {
    /// Whether it copies the whole, as far as the source and what was seen of the destination tell.
    fn copies_all(&self) -> bool {
        self.is_on && self.only.is_none() && self.fault.is_none()
    }

    /// The name of the bucket that is copied to.
    pub fn bucket(&self) -> &str {
        self.destination.rsplit(':').next().unwrap_or(&self.destination)
    }
}

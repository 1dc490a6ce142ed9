//! What is looked at in AWS itself to know that protection works: a `check` block.

use super::control::ControlSeverity;
use super::source::{Position, Span};
use jiff::SignedDuration;
use std::collections::{BTreeMap, BTreeSet};

/// A `check` block: one thing that must be seen to be so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Its label.
    pub name: String,
    /// What must be so, in a few words of the policy's; backstay's own where it has none.
    pub title: Option<String>,
    /// What is looked at.
    pub probe: Probe,
    /// The targets through which it is looked at.
    pub targets: Vec<String>,
    /// How bad it is where it is not so.
    pub severity: ControlSeverity,
    /// What to do then.
    pub remediation: Option<String>,
    /// The objectives that it serves.
    pub objectives: BTreeSet<String>,
    /// What it serves beside those: the ids of requirements by framework.
    pub requirements: BTreeMap<String, BTreeSet<String>>,
    /// Where the block stands.
    pub at: Position,
    /// Its header.
    pub span: Span,
}

/// What a check looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Probe {
    /// That the newest object under a prefix is no older than that.
    ObjectAge {
        /// The bucket.
        bucket: String,
        /// What its key begins with.
        prefix: String,
        /// The age.
        max_age: SignedDuration,
    },
    /// That the newest snapshot, backup or export that the service itself keeps is no older than that.
    SnapshotAge {
        /// The things that it is of: an ARN, or a name; `*` and `?` are patterns.
        resource: String,
        /// The age.
        max_age: SignedDuration,
    },
    /// That the newest recovery point of AWS Backup is no older than that.
    RecoveryPointAge {
        /// The things that it is of: an ARN, or a name; `*` and `?` are patterns.
        resource: String,
        /// The vault that has it; any where it is left out.
        vault: Option<String>,
        /// The age.
        max_age: SignedDuration,
    },
    /// That an alarm is on, works, and tells somebody who has confirmed that he wants to be told.
    AlarmReachable {
        /// The names of the alarms; `*` and `?` are patterns.
        alarm: String,
    },
    /// That a key can encrypt and decrypt.
    KeyUsable {
        /// Its ARN.
        key: String,
    },
}

impl Probe {
    /// The names of the blocks, as policies write them.
    pub const NAMES: [&'static str; 5] = ["object_age", "snapshot_age", "recovery_point_age", "alarm_reachable", "key_usable"];
}

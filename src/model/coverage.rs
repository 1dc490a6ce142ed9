//! What protects each thing that holds data, or why nothing does.

mod mechanism;
mod observed;
mod reason;

pub use mechanism::{AutomatedBackups, BackupCopy, BackupRule, Lock, Mechanism, PointInTime, ReplicationRule};
pub use observed::{Moment, Observed, RestoreFailed, Restored};
pub use reason::{Reason, ReasonCode};

use super::reading::{Gap, Identity};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What protects each thing that holds data, in all targets that were read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// `backstay-coverage/1`.
    pub format: String,
    /// The moment that it is about: locks that are final by then are.
    pub at: Timestamp,
    /// Who read what: the account, caller and region of each target that was reached.
    pub targets: BTreeMap<String, Identity>,
    /// How many things there are of each verdict.
    pub totals: Totals,
    /// The things, by account, region, kind and name.
    pub resources: Vec<Covered>,
    /// Types of resource that AWS Backup backs up and backstay does not list, so that nothing is said of them.
    pub not_looked_at: Vec<String>,
    /// What could not be read.
    pub gaps: Vec<Gap>,
    /// What could not be read of what shows that protection works: recovery points, restores.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence_gaps: Vec<Gap>,
}

/// How many things there are of each verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Things with a mechanism that protects them.
    pub protected: usize,
    /// Things that surely have none.
    pub unprotected: usize,
    /// Things of which too little could be read to tell.
    pub unknown: usize,
}

impl Totals {
    /// All of them.
    pub fn all(self) -> usize {
        self.protected + self.unprotected + self.unknown
    }
}

/// Whether something can be brought back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Nothing protects it.
    Unprotected,
    /// What could not be read decides it.
    Unknown,
    /// Something does.
    Protected,
}

/// A thing that holds data, and what protects it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Covered {
    /// The account that it is in.
    pub account: String,
    /// The region that it is in.
    pub region: String,
    /// Its kind: `aws_s3_bucket`.
    pub kind: String,
    /// Its name in AWS.
    pub name: String,
    /// The target that read it.
    pub target: String,
    /// Its ARN, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arn: Option<String>,
    /// Its tags, AWS's own among them; `None` where they could not be read.
    pub tags: Option<BTreeMap<String, String>>,
    /// Whether it is protected.
    pub verdict: Verdict,
    /// What protects it, and what only helps; [`Mechanism::protects`] tells which.
    pub mechanisms: Vec<Mechanism>,
    /// For how long what each mechanism makes is kept, the shortest first.
    pub retention: Vec<Kept>,
    /// Where copies go that are not in the thing's own vault or region.
    pub copies: Vec<CopyPlace>,
    /// What keeps anybody from deleting what protects it before its time.
    pub immutability: Vec<String>,
    /// With what it, and what protects it, is encrypted, as far as that was read.
    pub encryption: Vec<String>,
    /// Why it is unprotected, or what it lacks for more; the one that matters most first.
    pub reasons: Vec<Reason>,
    /// What could not be read of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<String>,
    /// What a reader ought to know of what protects it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
    /// What was seen to be there to restore; `None` where the snapshot holds no evidence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed: Option<Observed>,
}

/// For how long something is kept.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Kept {
    /// Days; `None` is for ever.
    pub days: Option<i64>,
    /// What makes it, in a few words.
    pub by: String,
}

/// Where copies go.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CopyPlace {
    /// The account, where that is known.
    pub account: Option<String>,
    /// The region, where that is known.
    pub region: Option<String>,
    /// The vault or the bucket that holds them, by name, where that is known.
    pub store: Option<String>,
    /// Days; `None` is for ever, or as long as the destination says.
    pub days: Option<i64>,
    /// What makes them, in a few words.
    pub by: String,
}

impl Covered {
    /// What is not known of mechanisms that may protect it.
    pub fn doubts(&self) -> Vec<String> {
        let mut doubts: Vec<String> = self.mechanisms.iter().flat_map(Mechanism::doubts).collect();
        doubts.dedup();
        doubts
    }

    /// All that could not be read and may protect it in ways that are not seen; empty where all is known.
    pub fn unknown(&self) -> Vec<String> {
        let mut unknown = self.unread.clone();
        unknown.extend(self.doubts());
        if unknown.is_empty() && self.verdict == Verdict::Unknown {
            unknown.push("what decides it could not be read".to_owned());
        }
        unknown.dedup();
        unknown
    }
}

impl Coverage {
    /// The format that this version writes.
    pub const FORMAT: &'static str = "backstay-coverage/1";

    /// The things of a verdict, in their order.
    pub fn of(&self, verdict: Verdict) -> impl Iterator<Item = &Covered> {
        self.resources.iter().filter(move |covered| covered.verdict == verdict)
    }

    /// All that could not be read.
    pub fn all_gaps(&self) -> impl Iterator<Item = &Gap> {
        self.gaps.iter().chain(&self.evidence_gaps)
    }

    /// Whether all that it takes to judge was read.
    pub fn is_complete(&self) -> bool {
        self.all_gaps().next().is_none() && self.totals.unknown == 0
    }
}

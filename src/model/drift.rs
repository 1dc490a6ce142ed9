//! What moved: between a policy and what is live, or between two snapshots.

use super::effect::Effect;
use super::plan::{Note, PlannedTarget, PolicyRef, Reaches};
use super::reading::{Gap, Reading, ResourceId};
use super::source::Position;
use super::value::Value;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What moved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drift {
    /// `backstay-drift/1`.
    pub format: String,
    /// The version of backstay that found it.
    pub version: String,
    /// When what is live was read.
    pub read_at: Timestamp,
    /// The policy; `None` where two snapshots were compared.
    pub policy: Option<PolicyRef>,
    /// The earlier snapshot, where one was given: then what moved is what moved since.
    pub since: Option<Since>,
    /// The targets, each with the account that it reached.
    pub targets: BTreeMap<String, PlannedTarget>,
    /// What moved, the gravest first.
    pub moved: Vec<Moved>,
    /// What moved and somebody knows of.
    pub acknowledged: Vec<Acknowledged>,
    /// The addresses of what did not move.
    pub unmoved: Vec<String>,
    /// What could not be read.
    pub gaps: Vec<Gap>,
    /// What else the reader ought to know.
    pub notes: Vec<Note>,
}

/// An earlier snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Since {
    /// Its file, as the user gave it.
    pub path: String,
    /// When it was recorded.
    pub taken_at: Timestamp,
}

/// One setting, thing or mark that moved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// What kind of movement it is: `BKS0601`.
    pub code: String,
    /// The same for the same movement in every run, whatever the values: what tells alerts apart.
    pub fingerprint: String,
    /// The address.
    pub address: String,
    /// Which thing; `None` where there is none: a selector that matches nothing.
    pub id: Option<ResourceId>,
    /// Its ARN; empty where it has none.
    pub arn: String,
    /// The setting's path, [`super::Change::EXISTS`], [`super::Change::OWNER`], or [`Moved::SELECT`].
    pub setting: String,
    /// What it was: as declared, or as the earlier snapshot holds it.
    pub before: Reading,
    /// What it is.
    pub now: Reading,
    /// What the policy declares, where it was compared with an earlier snapshot, and that is not what it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declared: Option<Value>,
    /// Whether it is as the policy declares, where it was compared with an earlier snapshot: somebody changed the policy, or put it back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_declared: bool,
    /// What moved along: what is in a block that came or went.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<MovedPart>,
    /// What that did to recoverability.
    pub effect: Effect,
    /// Whether it touched what exists.
    pub reaches: Reaches,
    /// What happened, where the values do not say it, in a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub says: Option<String>,
    /// What it did or lost, in a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consequence: Option<String>,
    /// Where the policy declares it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<Position>,
    /// Who wrote to the thing, the latest first, where somebody asked and AWS knew.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by: Vec<Event>,
    /// Why nobody knows who it was, where somebody asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by_nobody: Option<String>,
}

/// A value that moved with the block that it stands in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MovedPart {
    /// The setting's path.
    pub setting: String,
    /// What it was.
    pub before: Reading,
    /// What it is.
    pub now: Reading,
}

/// One call that wrote to a thing, as AWS recorded it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Event {
    /// When.
    pub time: Timestamp,
    /// The operation: `dynamodb:UpdateContinuousBackups`.
    pub operation: String,
    /// Who: an ARN, or the service that did it on its own.
    pub principal: String,
    /// Its id in the trail.
    pub id: String,
}

/// A movement that an `acknowledge` block knows of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledged {
    /// The movement.
    pub moved: Moved,
    /// The label of the block.
    pub name: String,
    /// Why it is so.
    pub reason: String,
    /// Who looks after it.
    pub owner: String,
    /// The last day on which the block counts, UTC.
    pub expires: Date,
}

impl Drift {
    /// The format that this version writes.
    pub const FORMAT: &'static str = "backstay-drift/1";

    /// Whether everything could be read.
    pub fn is_complete(&self) -> bool {
        self.gaps.is_empty()
    }

    /// The gravest effect of what moved and nobody knows of.
    pub fn effect(&self) -> Option<Effect> {
        self.moved.iter().map(|moved| moved.effect).max()
    }
}

impl Moved {
    /// In place of a setting: which things a selector matches.
    pub const SELECT: &'static str = "select";
}

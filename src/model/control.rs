//! What must hold of live things, and for whose sake: a `control` block, and a `test` of one.

use super::source::{Position, Span};
use super::value::Value;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// How bad it is where a control fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ControlSeverity {
    /// Good to mend some day.
    Low,
    /// To be mended.
    #[default]
    Medium,
    /// To be mended soon.
    High,
    /// Data can be lost for good.
    Critical,
}

impl ControlSeverity {
    /// All of them, the least first.
    pub const ALL: [Self; 4] = [Self::Low, Self::Medium, Self::High, Self::Critical];

    /// The word as a policy writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// An expression as it is written, to be evaluated over each live thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Its text.
    pub text: String,
    /// Where it stands in its file.
    pub span: Span,
    /// The same for people.
    pub at: Position,
}

/// A `control` block: what must hold of each live thing of some kinds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Control {
    /// Its label: `BKP-02`.
    pub id: String,
    /// What must hold, in a few words.
    pub title: String,
    /// The same at length.
    pub description: Option<String>,
    /// How bad it is where it does not.
    pub severity: ControlSeverity,
    /// The kinds whose things it is about; none is all that hold data.
    pub kinds: BTreeSet<String>,
    /// Whether it applies to a thing; to each where it is left out.
    pub when: Option<Written>,
    /// What must be true.
    pub condition: Written,
    /// What to do where it is not.
    pub remediation: Option<String>,
    /// The objectives that it serves, by which frameworks ask for it: `BKP-02`.
    pub objectives: BTreeSet<String>,
    /// What it serves beside those: the ids of requirements by framework.
    pub requirements: BTreeMap<String, BTreeSet<String>>,
    /// The values of the names beside `resource` that its expressions use: `var`, `local`.
    pub names: BTreeMap<String, Value>,
    /// The folder that its functions of files start from.
    pub folder: PathBuf,
    /// Where the block stands.
    pub at: Position,
    /// Its header.
    pub span: Span,
}

/// A `test` block: what a control must find of a thing in a recorded snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ControlTest {
    /// Its label.
    pub name: String,
    /// The file of the snapshot, from the folder of the policy.
    pub snapshot: String,
    /// The id of the control.
    pub control: String,
    /// The names of the things; `*` and `?` are patterns.
    pub resource: String,
    /// The kind of the things, where names alone do not tell them apart.
    pub kind: Option<String>,
    /// What it must find of each of them.
    pub expect: ControlVerdict,
    /// Where the block stands.
    pub at: Position,
    /// Its header.
    pub span: Span,
}

/// What a control finds of a thing, or what comes out for a requirement; the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ControlVerdict {
    /// It does not hold.
    Fail,
    /// Nobody can say.
    Unknown,
    /// It does not apply.
    NotApplicable,
    /// It holds.
    Pass,
}

impl ControlVerdict {
    /// All of them, the worst first.
    pub const ALL: [Self; 4] = [Self::Fail, Self::Unknown, Self::NotApplicable, Self::Pass];

    /// The word as policies and programs write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::Unknown => "unknown",
            Self::NotApplicable => "not_applicable",
            Self::Pass => "pass",
        }
    }

    /// The word that people read.
    pub fn shown(self) -> &'static str {
        match self {
            Self::Fail => "FAIL",
            Self::Unknown => "UNKNOWN",
            Self::NotApplicable => "N/A",
            Self::Pass => "PASS",
        }
    }
}

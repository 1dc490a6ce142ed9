//! What the files of an audit are, so that anybody can tell whether one was changed, and repeat the audit.

use super::coverage::Totals;
use super::reading::{Gap, Identity};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The manifest of a folder of evidence. It says nothing that differs between two audits of the same input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// `backstay-evidence/1`.
    pub format: String,
    /// What wrote it.
    pub tool: Tool,
    /// The moment that the audit is about.
    pub at: Timestamp,
    /// When reading AWS began.
    pub began: Timestamp,
    /// When it ended, where the snapshot says so.
    pub ended: Option<Timestamp>,
    /// The policy; `None` where the audit had none.
    pub policy: Option<Consulted>,
    /// Where its controls stand: those that backstay brings along, then those of `--controls`.
    pub controls: Vec<Consulted>,
    /// The account, region and caller of each target that was reached.
    pub targets: BTreeMap<String, Identity>,
    /// Whether all was read that it takes to judge.
    pub complete: bool,
    /// What could not be read.
    pub gaps: Vec<Gap>,
    /// What leaves controls incomplete besides: conditions that fail, and what they look at that could not be read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub undecided: Vec<Undecided>,
    /// How many requirements of each framework came to which verdict.
    pub frameworks: Vec<FrameworkTotals>,
    /// How many things, promises and findings came to which verdict.
    pub totals: EvidenceTotals,
    /// The exit code of the audit.
    pub exit: u8,
    /// The other files of the folder, by name.
    pub files: Vec<EvidenceFile>,
}

/// Why nobody can say of things whether a control holds of them, though another run could.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Undecided {
    /// The id of the control.
    pub control: String,
    /// `failed` where its condition fails, `unread` where something could not be read.
    pub because: String,
    /// The first reasons, in sentences.
    pub reasons: Vec<String>,
    /// How many reasons more there are.
    #[serde(default)]
    pub more: usize,
}

/// A program, by its version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tool {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// HCL files that an audit consulted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consulted {
    /// The path as it was given.
    pub path: String,
    /// SHA-256 over the files and the values of all variables.
    pub digest: String,
    /// SHA-256 of each file, by name.
    pub files: BTreeMap<String, String>,
}

/// How many requirements of a framework came to which verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrameworkTotals {
    /// Its key.
    pub key: String,
    /// Its title.
    pub title: String,
    /// Its version.
    pub version: Option<String>,
    /// By verdict: `fail`, `unknown`, `not_applicable`, `pass`.
    pub requirements: BTreeMap<String, usize>,
}

/// How many there are of each verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceTotals {
    /// Things that hold data.
    pub things: Totals,
    /// Promises of tiers, by standing: `met`, `not_met`, `unprovable`.
    pub promises: BTreeMap<String, usize>,
    /// What controls found of things, by verdict: `fail`, `unknown`, `not_applicable`, `pass`.
    pub findings: BTreeMap<String, usize>,
}

/// A file of evidence.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct EvidenceFile {
    /// Its name within the folder.
    pub name: String,
    /// Its length.
    pub bytes: u64,
    /// Its SHA-256, in hexadecimal.
    pub sha256: String,
}

impl Manifest {
    /// The format that this version writes and reads.
    pub const FORMAT: &'static str = "backstay-evidence/1";
    /// Its name within the folder.
    pub const NAME: &'static str = "manifest.json";
}

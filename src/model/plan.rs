//! A plan: what differs, what that puts at risk, and what apply will do.

use super::effect::Effect;
use super::policy::Target;
use super::reading::{Gap, Mark, Reading, ResourceId};
use super::source::Position;
use super::value::Value;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// `backstay-plan/1`.
    pub format: String,
    /// The version of backstay that made it.
    pub version: String,
    /// When the live values were read.
    pub read_at: Timestamp,
    /// The policy that it was made from.
    pub policy: PolicyRef,
    /// The targets, each with the account that it reached.
    pub targets: BTreeMap<String, PlannedTarget>,
    /// One for each thing that the policy is about, sorted by address; also those with nothing to do.
    pub actions: Vec<Action>,
    /// What could not be read.
    pub gaps: Vec<Gap>,
    /// What else the reader ought to know.
    pub notes: Vec<Note>,
    /// Addresses that a flag consented to at plan time.
    pub consents: Consents,
}

/// The policy that a plan was made from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyRef {
    /// The path as the user gave it.
    pub path: String,
    /// The owner name.
    pub workspace: Option<String>,
    /// SHA-256 over the files and the values of all variables.
    pub digest: String,
    /// SHA-256 of each file, by name.
    pub files: BTreeMap<String, String>,
}

/// A target and who it turned out to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedTarget {
    /// What the policy says of it.
    pub target: Target,
    /// The account that its credentials reached; `None` where it could not be reached.
    pub account: Option<String>,
    /// The region that was read.
    pub region: Option<String>,
}

/// Addresses given on the command line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consents {
    /// Of `--allow-weakening`.
    pub weakening: Vec<String>,
    /// Of `--accept-irreversible`.
    pub irreversible: Vec<String>,
}

/// What happens to one thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verb {
    /// It is made.
    Create,
    /// Settings of it change in place.
    Update,
    /// It is made anew, then the old one goes.
    Replace,
    /// It goes.
    Delete,
    /// Nothing: it is as declared.
    NoOp,
    /// Not known, as a setting could not be read; apply leaves it alone.
    Unknown,
}

/// One thing and what is to be done with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    /// The address: `aws_dynamodb_table.sales["SalesTable-production"]`.
    pub address: String,
    /// The block's address without the brackets of a selection.
    pub block: String,
    /// The part of the address within the brackets.
    pub index: Option<String>,
    /// Other addresses of the same thing, where several blocks are about it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<String>,
    /// Which thing.
    pub id: ResourceId,
    /// Its ARN.
    pub arn: String,
    /// What happens to it.
    pub verb: Verb,
    /// Why backstay will not do this, whatever anybody consents to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<Refusal>,
    /// What backstay marks it with, of a thing that it owns whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<Mark>,
    /// The address of the thing that it is a part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// The thing that this one takes the place of, and that goes when this one is made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<ResourceId>,
    /// What reading learned beside the settings and changing it needs: its id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub facts: BTreeMap<String, Value>,
    /// The settings that change, in the order of the kind's table.
    pub changes: Vec<Change>,
    /// Every declared setting, by path.
    pub wanted: BTreeMap<String, Declared>,
    /// Every value that was read, by setting; what apply compares before its first write.
    pub before: BTreeMap<String, Reading>,
    /// Settings whose changes others need that this thing needs in turn: they are made before anything else.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ahead: Vec<String>,
    /// Blocks whose things must be done first, and addresses of single things.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub depends_on: Vec<String>,
    /// What else to say of it: a replica, a table that is still being created.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
}

/// Why backstay does not do what a block asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The code: `BKS0403`.
    pub code: String,
    /// Why, in a sentence.
    pub reason: String,
    /// What to do.
    pub remedy: String,
}

/// A declared value and where the policy says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declared {
    /// The value, in the form in which values of its setting are compared.
    pub value: Value,
    /// The text to send for it, where that is another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub written: Option<String>,
    /// Where.
    pub because: Position,
}

/// Whether a change touches recovery points that exist, or only what is made later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reaches {
    /// It reaches what exists.
    Existing,
    /// It reaches only what comes later.
    Future,
}

/// One setting that changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The setting's path.
    pub setting: String,
    /// What is live.
    pub before: Reading,
    /// What it becomes.
    pub after: Value,
    /// What that does to recoverability.
    pub effect: Effect,
    /// Whether it touches what exists.
    pub reaches: Reaches,
    /// What it does or loses, in a sentence.
    pub consequence: Option<String>,
    /// Whether somebody agreed to it.
    pub consent: Consent,
    /// Where the policy says so; `None` where AWS's default comes along with another change.
    pub because: Option<Position>,
    /// The setting whose change this one is a part of: a block that is added or removed, or [`Change::EXISTS`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part_of: Option<String>,
}

/// Whether somebody agreed to a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Consent {
    /// Nobody needs to.
    NotNeeded,
    /// A waiver in the policy.
    Waiver {
        /// Its label.
        name: String,
        /// Why.
        reason: String,
        /// Who said yes.
        approved_by: String,
        /// The last day on which it counts, UTC.
        expires: Date,
    },
    /// A flag of this run.
    Flag,
    /// Nobody did: the change is blocked. `waiver` is the HCL that would let it through.
    Missing {
        /// The HCL of a waiver that would; `None` where only a flag can.
        waiver: Option<String>,
    },
}

/// Something that the reader ought to know and that is no change.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Note {
    /// The code: `BKS0113`.
    pub code: Option<String>,
    /// The sentence.
    pub text: String,
}

/// How many things a plan adds, changes, destroys, and so on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Things made.
    pub add: usize,
    /// Things changed in place.
    pub change: usize,
    /// Things removed.
    pub destroy: usize,
    /// Things that are as declared.
    pub unchanged: usize,
    /// Things of which something could not be read.
    pub unknown: usize,
    /// Changes that weaken, lose data or cannot be undone.
    pub weakenings: usize,
    /// Of those, changes that cannot be undone, whether or not they protect less.
    pub irreversible: usize,
    /// Of the weakenings, changes that nobody consented to.
    pub blocked: usize,
    /// Things that backstay will not touch.
    pub refused: usize,
}

impl Plan {
    /// The format that this version writes and reads.
    pub const FORMAT: &'static str = "backstay-plan/1";

    /// Counts what it does.
    pub fn summary(&self) -> Summary {
        let mut summary = Summary::default();
        for action in &self.actions {
            match action.verb {
                Verb::Create => summary.add += 1,
                Verb::Update => summary.change += 1,
                Verb::Replace => {
                    summary.add += 1;
                    summary.destroy += 1;
                }
                Verb::Delete => summary.destroy += 1,
                Verb::NoOp => summary.unchanged += 1,
                Verb::Unknown => summary.unknown += 1,
            }
            summary.refused += usize::from(action.refused.is_some());
            for change in &action.changes {
                summary.weakenings += usize::from(change.effect.needs_consent());
                summary.irreversible += usize::from(change.effect == Effect::Irreversible);
                summary.blocked += usize::from(change.is_blocked());
            }
        }
        summary
    }

    /// Whether there is something to apply.
    pub fn has_changes(&self) -> bool {
        self.actions.iter().any(Action::changes_anything)
    }

    /// Whether everything that the policy declares could be read.
    pub fn is_complete(&self) -> bool {
        self.gaps.is_empty() && !self.actions.iter().any(Action::has_unknown)
    }

    /// Whether apply refuses it: for want of consent, or because something is not backstay's to change.
    pub fn is_refused(&self) -> bool {
        self.blocked().next().is_some() || self.actions.iter().any(|action| action.refused.is_some())
    }

    /// The changes that nobody consented to, each with its action.
    pub fn blocked(&self) -> impl Iterator<Item = (&Action, &Change)> {
        self.actions
            .iter()
            .flat_map(|action| action.changes.iter().filter(|change| change.is_blocked()).map(move |change| (action, change)))
    }
}

impl Action {
    /// The address of the compound that the block is a part of.
    pub fn compound(&self) -> Option<&str> {
        self.block.rsplit_once(&format!(".{}.", self.id.kind)).map(|(compound, _)| compound)
    }

    /// The block's label: `sales` of `aws_dynamodb_table.sales["eu"]`.
    pub fn label(&self) -> &str {
        let of_compound = self.block.rsplit_once(&format!(".{}.", self.id.kind));
        let label = of_compound.or(self.block.split_once('.')).map_or(self.block.as_str(), |(_, label)| label);
        label.split_once('[').map_or(label, |(label, _)| label)
    }

    /// Whether apply has something to do here.
    pub fn changes_anything(&self) -> bool {
        !matches!(self.verb, Verb::NoOp | Verb::Unknown)
    }

    /// Whether a declared setting of it could not be read, so that nothing is known of that setting.
    pub fn has_unknown(&self) -> bool {
        self.verb == Verb::Unknown || self.before.values().any(|reading| matches!(reading, Reading::Unreadable { .. }))
    }

    /// The gravest effect of its changes.
    pub fn effect(&self) -> Option<Effect> {
        self.changes.iter().map(|change| change.effect).max()
    }
}

impl Change {
    /// In place of a setting: whether the thing exists.
    pub const EXISTS: &'static str = "exists";
    /// In place of a setting: the mark of who owns the thing.
    pub const OWNER: &'static str = "owner";

    /// Whether nobody consented to it although somebody must.
    pub fn is_blocked(&self) -> bool {
        matches!(self.consent, Consent::Missing { .. })
    }
}

//! The effects of a kind: finding, reading and changing its things in AWS.

use crate::aws::{CallFailed, Connection, Writing};
use crate::model::{Change, Declared, Gap, Listed, Live, Mark, Reading, Replicas, ResourceId, Value};
use futures_util::future::BoxFuture;
use std::collections::{BTreeMap, BTreeSet};

/// The calls that find, read and change the things of a kind.
pub trait KindAws: Sync {
    /// The type's name in the Resource Groups Tagging API: `dynamodb:table`.
    fn tagging_type(&self) -> &'static str;

    /// Lists the names of all things of the kind in the target's region.
    fn list<'a>(&'a self, connection: &'a Connection) -> BoxFuture<'a, Result<Vec<String>, CallFailed>>;

    /// Reads the declared settings of one or many things, with the fewest calls that AWS allows.
    fn read<'a>(&'a self, request: ReadRequest<'a>) -> BoxFuture<'a, Found>;

    /// Makes one thing as wanted, waiting for it where AWS needs that.
    fn change<'a>(&'a self, request: ChangeRequest<'a>) -> BoxFuture<'a, Result<(), ChangeFailed>>;
}

/// Which things to read, and which settings of each.
pub struct ReadRequest<'a> {
    /// Whose credentials.
    pub connection: &'a Connection,
    /// The owner name: what carries its mark is backstay's.
    pub workspace: Option<&'a str>,
    /// The things, by region and name.
    pub wishes: BTreeMap<String, Wish>,
    /// Called when a thing has been read.
    pub done: &'a (dyn Fn() + Sync),
}

/// What is asked of one thing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    /// The settings, by path.
    pub settings: BTreeSet<String>,
    /// Whether every setting is asked for, those too that no path can name beforehand: blocks and flags by name.
    pub everything: bool,
    /// The values that the policy gives them, as far as they are known: reading may have to follow one, such as another thing's ARN.
    pub declared: BTreeMap<String, Value>,
    /// The replicas to read too.
    pub replicas: Replicas,
    /// Whether no block is about it, and it is read for what others need of it alone.
    pub is_watched: bool,
}

/// What reading found.
#[derive(Debug, Default)]
pub struct Found {
    /// The things, replicas among them.
    pub live: Vec<Live>,
    /// Those that are not there.
    pub absent: Vec<ResourceId>,
    /// What could not be read.
    pub gaps: Vec<Gap>,
    /// What else the kind looked at to say what a change does, where it did: tagged resources by ARN.
    pub seen: Option<Vec<Listed>>,
}

/// What to change on one thing.
pub struct ChangeRequest<'a> {
    /// Whose credentials.
    pub connection: &'a Writing,
    /// The owner name that is written on what backstay makes.
    pub workspace: Option<&'a str>,
    /// Which thing.
    pub id: &'a ResourceId,
    /// The changes to make now.
    pub changes: &'a [&'a Change],
    /// All that was read of it before.
    pub before: &'a BTreeMap<String, Reading>,
    /// What reading learned beside the settings: its id.
    pub facts: &'a BTreeMap<String, Value>,
    /// Every declared setting, by path.
    pub wanted: &'a BTreeMap<String, Declared>,
    /// What it is to be marked with, of a thing that backstay owns whole.
    pub mark: Option<&'a Mark>,
    /// The id of what it is a part of.
    pub parent: Option<&'a str>,
    /// Whether this run changed something that this waited for: AWS may not see it yet.
    pub is_after_changes: bool,
    /// Told what is being waited for.
    pub waiting: &'a (dyn Fn(&str) + Sync),
}

impl Wish {
    /// Whether a setting of this block, or the block itself, is asked for.
    pub fn asks_within(&self, block: &str) -> bool {
        self.everything || self.settings.iter().any(|path| path == block || crate::model::path::is_within(path, block))
    }
}

impl ChangeRequest<'_> {
    /// Refuses where what is about to be changed is no longer what was planned from: consent was to that change and to no other.
    ///
    /// `now` are the settings of the thing, read just before writing. What it has already become by an earlier run is no hindrance.
    ///
    /// # Errors
    ///
    /// [`ChangeFailed::Moved`] with the first setting that moved.
    pub fn refuse_if_moved(&self, now: &BTreeMap<String, Reading>, changes: &[&Change]) -> Result<(), ChangeFailed> {
        let spec = super::find(&self.id.kind).map(super::Kind::spec);
        for change in changes.iter().filter(|change| change.setting != Change::OWNER) {
            let default = spec.and_then(|spec| spec.setting(&change.setting)).map(|setting| Value::from(setting.aws_default));
            let default = default.unwrap_or_default();
            let before = self.before.get(&change.setting).unwrap_or(&change.before);
            let now = now.get(&change.setting).unwrap_or(&Reading::Unset);
            // What could not be read was not consented from.
            let (Some(was), Some(is)) = (in_force(before, &default), in_force(now, &default)) else { continue };
            if is != was && is != in_force_value(&change.after, &default) {
                return Err(ChangeFailed::Moved { setting: change.setting.clone(), before: before.to_string(), now: now.to_string() });
            }
        }
        Ok(())
    }

    /// The value that one of the changes gives a setting.
    pub fn after(&self, setting: &str) -> Option<&Value> {
        self.changes.iter().find(|change| change.setting == setting).map(|change| &change.after)
    }

    /// The value that was read of a setting.
    pub fn before(&self, setting: &str) -> Option<&Value> {
        match self.before.get(setting) {
            Some(Reading::Known(value)) => Some(value),
            _ => None,
        }
    }
}

/// The value that is in force; `None` where it is not known.
fn in_force(reading: &Reading, default: &Value) -> Option<Value> {
    match reading {
        Reading::Known(value) => Some(in_force_value(value, default)),
        Reading::Unset => Some(in_force_value(default, default)),
        Reading::Unreadable { .. } => None,
    }
}

/// Nothing is AWS's default, and a block that is not there is none.
fn in_force_value(value: &Value, default: &Value) -> Value {
    let value = if value.is_nothing() { default } else { value };
    if *value == Value::Bool(false) { Value::Null } else { value.clone() }
}

/// Why a change was not made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChangeFailed {
    /// A call failed.
    #[error(transparent)]
    Call(#[from] CallFailed),
    /// The thing is gone.
    #[error("it no longer exists")]
    Gone,
    /// Since the plan somebody else changed it, so that this is no longer the change that was planned.
    #[error("`{setting}` was {before} when planned and became {now} while it was waited for; nothing was written, plan again")]
    Moved {
        /// The setting.
        setting: String,
        /// What was planned from.
        before: String,
        /// What it is now.
        now: String,
    },
    /// AWS took longer than backstay waits.
    #[error("still {state} after {minutes} minutes; run apply again when it is ready")]
    NotReady {
        /// What it was waited for.
        state: String,
        /// How long.
        minutes: u64,
    },
}

//! The table that says all there is to know of a kind: its settings, their ranges, and which direction is safer.

mod compound;
mod name_form;
mod shape;
mod single;

pub use compound::CompoundSpec;
pub use name_form::NameForm;
pub use shape::{Document, Form, Holders, Key, Misfit, Mistake, Part, Shape};
pub use single::Single;

use super::effect::Effect;
use super::path;
use super::reading::Reading;
use super::value::Value;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

/// All that is known of one AWS resource type, but for the calls that read and change it.
#[derive(Debug)]
pub struct KindSpec {
    /// The name in policies, as in the Terraform AWS provider: `aws_dynamodb_table`.
    pub name: &'static str,
    /// The thing's name in a sentence: `DynamoDB table`.
    pub title: &'static str,
    /// What backstay manages of it, in one sentence.
    pub doc: &'static str,
    /// Whether backstay owns the thing or only settings on it.
    pub ownership: Ownership,
    /// The service's name in ARNs and IAM actions: `dynamodb`.
    pub service: &'static str,
    /// How its ARN is made.
    pub arn_form: ArnForm,
    /// What stands before the name, or the id, in its ARN: `table/`.
    pub arn_prefix: &'static str,
    /// The setting whose value stands before the name in its ARN, and the one value that does not: `event_bus_name`, `default`.
    pub arn_folder: Option<(&'static str, &'static str)>,
    /// The argument that gives a `resource` its name in AWS: `name`.
    pub name_argument: &'static str,
    /// Where there is exactly one of it, always there and without a name, so that nothing is selected; `None` for what there are many of.
    pub single: Option<Single>,
    /// What a `resource` of this kind is a part of: it is found, and goes, with that.
    pub parent: Option<Parent>,
    /// What a `resource` of this kind has beside its settings that others can refer to and that only AWS can say: `id`.
    pub computed: &'static [&'static str],
    /// What making and removing it does, for a `resource`.
    pub existence: Option<Existence>,
    /// Which names AWS accepts for it.
    pub name_form: NameForm,
    /// Where its name in AWS is an id that nobody chose: the tag by which people know it, so that selectors find it by either.
    pub name_tag: Option<NameTag>,
    /// Whether the thing can have copies in other regions that hold settings of their own, chosen with `replicas`.
    pub replicas: bool,
    /// What a thing of it holds that settings can be about when it is there already: `recovery points`, `objects`.
    pub holds: &'static str,
    /// Its settings, in the order in which they are shown.
    pub settings: &'static [Setting],
    /// IAM actions that finding the things by name or by tag needs.
    pub inventory_actions: &'static [&'static str],
    /// IAM actions that looking at the roles and keys that it names needs. Where they are denied the plan says what it could not look at.
    pub outside_actions: &'static [&'static str],
    /// IAM actions with which an audit sees whether what protects its things works. Where they are denied the audit says what it could not look at.
    pub evidence_actions: &'static [&'static str],
}

/// The tag by which people know a thing whose name in AWS is an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NameTag {
    /// Its key: `Name`.
    pub key: &'static str,
    /// How the ids begin: `fs-`. What begins otherwise is a value of the tag, or a pattern of such.
    pub id_prefix: &'static str,
}

/// How the ARNs of a kind are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArnForm {
    /// Of region, account and name.
    Regional,
    /// Of the name alone, as those of S3 buckets.
    Global,
    /// Of account and name, and of no region.
    InAccount,
    /// Of region, account and name, with an id behind it that AWS gives out. Others refer to it without that id.
    RegionalWithId,
    /// Of an id that AWS gives out.
    ById,
    /// There is none.
    Nothing,
}

/// What a thing is a part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parent {
    /// The kinds that the whole can be of.
    pub kinds: &'static [&'static str],
    /// The argument that refers to it: `plan_id`.
    pub argument: &'static str,
    /// What of the whole the argument may name, the usual one first: `id`.
    pub attributes: &'static [&'static str],
    /// Whether a whole has one such part at most, which is then known by the name of the whole.
    pub is_only: bool,
    /// Why the whole must be backstay's too, for whoever names another; empty where that needs no words.
    pub why: &'static str,
}

impl Parent {
    /// The name of a part in AWS, from those of its whole and its own.
    pub fn part_name(&self, whole: &str, own: &str) -> String {
        if self.is_only { whole.to_owned() } else { format!("{whole}/{own}") }
    }
}

/// What making and removing a thing does.
#[derive(Clone, Copy, Debug)]
pub struct Existence {
    /// What removing it takes away.
    pub loses: Loss,
    /// What making it does.
    pub when_made: &'static str,
    /// What removing it does, and what is lost.
    pub when_removed: &'static str,
}

impl Existence {
    const PLAIN: Self = Self { loses: Loss::Later, when_made: "", when_removed: "" };
}

/// What backstay owns of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ownership {
    /// Only the declared settings, on things that somebody else owns: `protect`.
    Settings,
    /// The whole thing: `resource`.
    Whole,
}

/// One setting of a kind.
#[derive(Debug)]
pub struct Setting {
    /// Its name with those of the blocks around it: `point_in_time_recovery.enabled`.
    pub path: &'static str,
    /// Its type and range.
    pub shape: Shape,
    /// Whether the block around it must give it.
    pub required: bool,
    /// What AWS does where nobody set it.
    pub aws_default: Fallback,
    /// Means nothing unless this flag of the same thing is on.
    pub only_while: Option<&'static str>,
    /// Which direction protects more.
    pub safer: Safer,
    /// What the less safe direction takes away.
    pub loses: Loss,
    /// What it means, in a sentence or two.
    pub doc: &'static str,
    /// How what AWS returns is compared with what the policy says.
    pub normalisation: &'static str,
    /// What a change in the safer direction does.
    pub when_safer: &'static str,
    /// What a change in the other direction does, and what is lost.
    pub when_weaker: &'static str,
    /// The AWS document or API that says so.
    pub source: &'static str,
    /// IAM actions that reading it needs.
    pub reads: &'static [&'static str],
    /// IAM actions that changing it needs.
    pub writes: &'static [&'static str],
    /// Whether AWS never changes it once the thing is made.
    pub fixed: bool,
    /// How many things of a region may have one value of it.
    pub holders: Holders,
    /// Whether backstay's own are told apart from others' by a mark in their id, so that the policy needs a `workspace`.
    pub marked: bool,
}

/// What AWS does where nobody set a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fallback {
    /// It is this flag.
    Bool(bool),
    /// It is this whole number.
    Number(i64),
    /// It is this text.
    Text(&'static str),
    /// It is a value that no text fits, as it differs from thing to thing. `stands_in` is what such a value is compared as, `called` what a
    /// reader is told.
    Named {
        /// The value in its place.
        stands_in: &'static str,
        /// Its name: `the policy that SNS gives to every topic`.
        called: &'static str,
    },
    /// There is none.
    Absent,
    /// AWS chooses a value, or keeps the one that is there: what is not declared is not compared.
    Kept,
}

impl From<Fallback> for Value {
    fn from(fallback: Fallback) -> Self {
        match fallback {
            Fallback::Bool(flag) => Self::Bool(flag),
            Fallback::Number(number) => Self::from(number),
            Fallback::Text(text) | Fallback::Named { stands_in: text, .. } => Self::from(text),
            Fallback::Absent | Fallback::Kept => Self::Null,
        }
    }
}

impl Fallback {
    /// The name of a value that stands for AWS's default; `None` of any other value.
    pub fn name_of(self, value: &Value) -> Option<&'static str> {
        match self {
            Self::Named { stands_in, called } if value.as_str() == Some(stands_in) => Some(called),
            _ => None,
        }
    }
}

/// Which direction of a setting protects more.
#[derive(Clone, Copy, Debug)]
pub enum Safer {
    /// On protects more than off.
    WhenTrue,
    /// A larger number protects more; absent counts as less than any.
    WhenGreater,
    /// A larger number protects more, and none at all most: nothing is ever deleted.
    WhenGreaterOrAbsent,
    /// A smaller number protects more; absent counts as more than any.
    WhenLess,
    /// There protects more than not there.
    WhenThere,
    /// Not there protects more than there.
    WhenAway,
    /// More of them protect more: a set without one that was there protects less.
    WhenMore,
    /// Fewer of them protect more.
    WhenFewer,
    /// Any value protects more than none.
    WhenSet,
    /// These words, from the one that protects least to the one that protects most.
    Ranked(&'static [&'static str]),
    /// The kind's own judgement: `Greater` where the second value protects more than the first, `None` where nobody can tell.
    By(fn(&Value, &Value) -> Option<Ordering>),
    /// Neither direction.
    Neither,
}

/// What the less safe direction of a setting takes away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// A guard, or what would be made later; what exists stays.
    Later,
    /// Recovery points that exist now.
    ExistingRecoveryPoints,
}

impl Setting {
    /// A row with nothing in it, for the rest of one that is written out.
    pub const PLAIN: Self = Self {
        path: "",
        shape: Shape::Text(Form::ANY),
        required: false,
        aws_default: Fallback::Absent,
        only_while: None,
        safer: Safer::Neither,
        loses: Loss::Later,
        doc: "",
        normalisation: "compared as it is written",
        when_safer: "",
        when_weaker: "",
        source: "",
        reads: &[],
        writes: &[],
        fixed: false,
        holders: Holders::Many,
        marked: false,
    };

    /// The last part of the path: `enabled`.
    pub fn name(&self) -> &'static str {
        self.path.rsplit('.').next().unwrap_or(self.path)
    }

    /// The blocks around it: `point_in_time_recovery`.
    pub fn block(&self) -> Option<&'static str> {
        self.path.rsplit_once('.').map(|(block, _)| block)
    }

    /// What changing this setting, at its path with keys, to `after` does to the thing's recoverability, given all that was read of it.
    ///
    /// `None` where the live value is not known, so that nothing can be said.
    pub fn effect(&self, at: &str, live: &BTreeMap<String, Reading>, after: &Value) -> Option<Effect> {
        if let Some(flag) = self.only_while {
            match live.get(&path::beside(at, flag)) {
                // The flag is being turned on by the same change: there is nothing yet that this could take away.
                Some(Reading::Known(Value::Bool(false)) | Reading::Unset) => return Some(Effect::Strengthens),
                Some(Reading::Unreadable { .. }) | None => return None,
                Some(Reading::Known(_)) => {}
            }
        }
        let before = live.get(at).unwrap_or(&Reading::Unset).effective(self.aws_default)?;
        Some(match self.safer.direction(&before, after) {
            Some(Ordering::Greater) => Effect::Strengthens,
            Some(Ordering::Equal) | None => Effect::Neutral,
            Some(Ordering::Less) => self.loses.effect(),
        })
    }
}

impl Loss {
    /// The effect of a change in the less safe direction.
    pub fn effect(self) -> Effect {
        match self {
            Self::Later => Effect::Weakens,
            Self::ExistingRecoveryPoints => Effect::LosesData,
        }
    }
}

impl Safer {
    /// `Greater` where `after` protects more than `before`; `None` where the table cannot tell.
    pub fn direction(self, before: &Value, after: &Value) -> Option<Ordering> {
        match self {
            Self::WhenTrue | Self::WhenThere => Some(flag(after)?.cmp(&flag(before)?)),
            Self::WhenAway => Some(flag(before)?.cmp(&flag(after)?)),
            Self::WhenGreater => Some(after.cmp(before)).filter(|_| are_numbers(before, after)),
            Self::WhenLess | Self::WhenGreaterOrAbsent if !are_numbers(before, after) => None,
            // Absent sorts first, and here it is the most that there can be.
            Self::WhenLess => Some(absent_last(before, after).reverse()),
            Self::WhenGreaterOrAbsent => Some(absent_last(before, after)),
            Self::WhenSet => Some((*after != Value::Null).cmp(&(*before != Value::Null))),
            Self::WhenMore => subset(before, after),
            Self::WhenFewer => subset(after, before),
            Self::Ranked(words) => {
                let rank = |value: &Value| value.as_str().and_then(|text| words.iter().position(|word| *word == text));
                Some(rank(after)?.cmp(&rank(before)?))
            }
            Self::By(judge) => judge(before, after),
            Self::Neither => None,
        }
    }
}

fn flag(value: &Value) -> Option<bool> {
    match value {
        Value::Null => Some(false),
        other => other.as_bool(),
    }
}

fn are_numbers(before: &Value, after: &Value) -> bool {
    [before, after].iter().all(|value| matches!(value, Value::Number(_) | Value::Null))
}

fn absent_last(before: &Value, after: &Value) -> Ordering {
    match (before, after) {
        (Value::Null, Value::Null) => Ordering::Equal,
        (Value::Null, _) => Ordering::Less,
        (_, Value::Null) => Ordering::Greater,
        _ => after.cmp(before),
    }
}

/// `Greater` where everything that was there still is and something came; `Less` where something is gone, whatever came.
fn subset(before: &Value, after: &Value) -> Option<Ordering> {
    let items = |value: &Value| match value {
        Value::Null => Some(BTreeSet::new()),
        other => other.as_items().map(|items| items.iter().cloned().collect::<BTreeSet<Value>>()),
    };
    let (before, after) = (items(before)?, items(after)?);
    Some(if before == after {
        Ordering::Equal
    } else if before.is_subset(&after) {
        Ordering::Greater
    } else {
        Ordering::Less
    })
}

impl KindSpec {
    /// A table with nothing in it, for the rest of one that is written out.
    pub const PLAIN: Self = Self {
        name: "",
        title: "",
        doc: "",
        ownership: Ownership::Settings,
        service: "",
        arn_form: ArnForm::Regional,
        arn_prefix: "",
        arn_folder: None,
        name_argument: "name",
        single: None,
        parent: None,
        computed: &[],
        existence: None,
        name_form: NameForm { min: 1, max: 255, also: &[], source: "" },
        name_tag: None,
        replicas: false,
        holds: "recovery points",
        settings: &[],
        inventory_actions: &[],
        outside_actions: &[],
        evidence_actions: &[],
    };

    /// The setting of that path, with keys or without.
    pub fn setting(&self, path: &str) -> Option<&'static Setting> {
        let generic = path::generic(path);
        self.settings.iter().find(|setting| setting.path == generic)
    }

    /// The ARN of the thing of that name; `None` where AWS makes it of an id that it alone gives out, or gives none.
    pub fn arn(&self, region: &str, account: &str, name: &str) -> Option<String> {
        match self.arn_form {
            ArnForm::Regional | ArnForm::InAccount | ArnForm::RegionalWithId => Some(format!("{}{name}", self.arn_start(region, account))),
            ArnForm::Global => Some(format!("arn:{}:{}:::{}{name}", partition(region), self.service, self.arn_prefix)),
            ArnForm::ById | ArnForm::Nothing => None,
        }
    }

    /// What others know the thing of that name by: its ARN, or for a kind of which there is one, what would be its ARN if AWS gave it one.
    pub fn known_as(&self, region: &str, account: &str, name: &str) -> Option<String> {
        match self.single {
            Some(Single::InRegion) => Some(self.arn_start(region, account)),
            Some(Single::InAccount) => Some(self.arn_start("", account)),
            None => self.arn(region, account, name),
        }
    }

    /// Whether a path is that of a block that is there or not, of which there can be several.
    pub fn is_block(&self, path: &str) -> bool {
        path.ends_with(']') && self.setting(path).is_none_or(|setting| !matches!(setting.shape, Shape::Flags { .. }))
    }

    /// Whether a path of the table is that of one setting: no part of a block of which there can be several, and no flags by name.
    pub fn is_alone(&self, path: &str) -> bool {
        let is_around = |setting: &&Setting| setting.path == path || path::is_within(path, setting.path);
        let is_keyed = |setting: &Setting| match setting.shape {
            Shape::Block(key) => key != Key::One,
            Shape::Flags { .. } => true,
            _ => false,
        };
        !self.settings.iter().filter(is_around).any(is_keyed)
    }

    /// What stands before the name, or the id, in the ARNs of the kind.
    pub fn arn_start(&self, region: &str, account: &str) -> String {
        let place = if self.arn_form == ArnForm::InAccount { "" } else { region };
        format!("arn:{}:{}:{place}:{account}:{}", partition(region), self.service, self.arn_prefix)
    }

    /// Sorts paths as the table has its settings; blocks with keys by key.
    pub fn sort_paths(&self, paths: &mut Vec<String>) {
        let place = |generic: &str| {
            let starts = |setting: &Setting| setting.path == generic || path::is_within(setting.path, generic);
            self.settings.iter().position(starts).unwrap_or(usize::MAX)
        };
        paths.sort_by_cached_key(|path| {
            let mut generic = String::new();
            let mut key: Vec<(usize, Option<String>)> = Vec::new();
            for segment in path::segments(path) {
                generic = path::child(&generic, &segment.name);
                key.push((place(&generic), segment.key));
            }
            key
        });
        paths.dedup();
    }

    /// What a change of whether the thing exists does.
    pub fn existence(&self) -> Existence {
        self.existence.unwrap_or(Existence::PLAIN)
    }

    /// Whether a path is within a block that backstay owns whole, so that what is not declared there must not be there.
    pub fn owns(&self, path: &str) -> bool {
        self.ownership == Ownership::Whole || !path::enclosing(path).is_empty()
    }
}

/// The partition that a region belongs to: `aws`, `aws-cn`, `aws-us-gov`, or an isolated one.
pub fn partition(region: &str) -> &'static str {
    match region {
        r if r.starts_with("cn-") => "aws-cn",
        r if r.starts_with("us-gov-") => "aws-us-gov",
        r if r.starts_with("us-iso-") => "aws-iso",
        r if r.starts_with("us-isob-") => "aws-iso-b",
        r if r.starts_with("eu-isoe-") => "aws-iso-e",
        r if r.starts_with("us-isof-") => "aws-iso-f",
        r if r.starts_with("eusc-") => "aws-eusc",
        _ => "aws",
    }
}

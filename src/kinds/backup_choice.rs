//! What a backup selection chooses: `(resources ∪ selection_tag) ∖ not_resources`, and of these what fulfils every condition.
//!
//! Source: AWS Backup API, `BackupSelection`; Developer Guide, Assigning resources. Upper and lower case differ. Whether a type is opted in
//! is the next question, asked of what brings a resource in ([`By`]). That a resource without the tag fulfils `string_not_equals` and
//! `string_not_like` is *not confirmed*: one document speaks of the tagged resources only.

#[cfg(test)]
mod tests;

use super::{Flat, backup_types};
use crate::model::{Listed, Wanted, path};
use std::collections::{BTreeMap, BTreeSet};
use wildmatch::WildMatchPattern;

/// What a selection names.
pub(super) const RESOURCES: &str = "resources";
/// What it leaves out.
pub(super) const NOT_RESOURCES: &str = "not_resources";
/// A tag that brings in what has it.
pub(super) const TAG: &str = "selection_tag";
/// The four comparisons of a condition.
pub(super) const OPERATORS: [&str; 4] =
    ["condition.string_equals", "condition.string_like", "condition.string_not_equals", "condition.string_not_like"];

/// Only `*` is special in these patterns.
type Wild = WildMatchPattern<'*', '\0'>;

/// The ARNs of what a selection surely chooses by pattern or tag of the things that are known, which are those of its region and account. What
/// it names outright is not among them.
pub(super) fn chosen<'s>(selection: &BTreeMap<String, Wanted>, seen: &'s [Listed]) -> BTreeSet<&'s str> {
    if seen.is_empty() {
        return BTreeSet::new();
    }
    let flat = Flat::of_values(&selection.iter().map(|(path, wanted)| (path.clone(), wanted.value.clone())).collect());
    let (choice, named) = (Choice::new(&flat), flat.texts(RESOURCES).unwrap_or_default());
    let named: BTreeSet<&str> = named.iter().map(String::as_str).collect();
    let others = seen.iter().filter(|listed| !named.contains(listed.name.as_str()) && backup_types::is_backed_up(&listed.name));
    others.filter(|listed| choice.surely_takes(&listed.name, listed.tags.as_ref())).map(|listed| listed.name.as_str()).collect()
}

/// A selection, ready to be asked.
#[derive(Debug)]
pub struct Choice {
    resources: Vec<Pattern>,
    not_resources: Vec<Pattern>,
    tags: Vec<(String, String)>,
    conditions: Vec<Condition>,
}

/// An ARN, or a pattern of ARNs.
#[derive(Debug)]
struct Pattern {
    text: String,
    /// `None` for an ARN, which is compared as it is.
    wild: Option<Wild>,
}

/// A comparison of a tag's value.
#[derive(Debug)]
struct Condition {
    /// Whether the value is a pattern.
    like: bool,
    /// Whether it must not match.
    not: bool,
    key: String,
    value: String,
}

/// What of a selection brings a resource in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum By {
    /// Its ARN, or a pattern that fits it.
    Arn(String),
    /// A tag.
    Tag(String, String),
}

/// What a selection says of a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// It is chosen, by all of these. Whether it is backed up its type decides.
    Chosen(Vec<By>),
    /// Nothing brings it in.
    NotBroughtIn,
    /// It is brought in, and this ARN or pattern leaves it out again.
    LeftOut(String),
    /// It is brought in, and these conditions keep it out.
    ConditionsNotMet(Vec<String>),
    /// Its tags decide, and are not known.
    Unknown,
}

impl std::fmt::Display for By {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Arn(text) => out.write_str(text),
            Self::Tag(key, value) => write!(out, "tag {key}={value}"),
        }
    }
}

impl Choice {
    /// What a selection with these settings chooses.
    pub(super) fn new(flat: &Flat) -> Self {
        let patterns = |setting: &str| flat.texts(setting).unwrap_or_default().into_iter().map(Pattern::new).collect();
        let pair = |block: &str, key: &str| {
            let at = path::keyed(block, key);
            let text = |name: &str| flat.text(&path::child(&at, name)).unwrap_or_default();
            (text("key"), text("value"))
        };
        let conditions = OPERATORS.iter().flat_map(|operator| {
            let (like, not) = (operator.ends_with("_like"), operator.contains("_not_"));
            flat.keys(operator).into_iter().map(move |key| (*operator, like, not, key))
        });
        Self {
            resources: patterns(RESOURCES),
            not_resources: patterns(NOT_RESOURCES),
            tags: flat.keys(TAG).iter().map(|key| pair(TAG, key)).collect(),
            conditions: conditions
                .map(|(operator, like, not, key)| {
                    let (key, value) = pair(operator, &key);
                    let key = key.strip_prefix("aws:ResourceTag/").map(str::to_owned).unwrap_or(key);
                    Condition { like, not, key, value }
                })
                .collect(),
        }
    }

    /// What it says of the resource of this ARN, which has these tags; `None` where they are not known.
    pub fn judge(&self, arn: &str, tags: Option<&BTreeMap<String, String>>) -> Judgement {
        if let Some(pattern) = self.not_resources.iter().find(|pattern| pattern.matches(arn)) {
            let none = BTreeMap::new();
            let is_brought_in = !self.bring_in(arn, tags.unwrap_or(&none)).is_empty();
            // Without its tags it may not be brought in; out it is either way.
            let may_be = tags.is_none() && !self.tags.is_empty();
            return if is_brought_in || may_be { Judgement::LeftOut(pattern.text.clone()) } else { Judgement::NotBroughtIn };
        }
        let Some(tags) = tags else {
            let named = self.bring_in(arn, &BTreeMap::new());
            return match (named.is_empty(), self.conditions.is_empty()) {
                (false, true) => Judgement::Chosen(named),
                (true, _) if self.tags.is_empty() => Judgement::NotBroughtIn,
                _ => Judgement::Unknown,
            };
        };
        let by = self.bring_in(arn, tags);
        if by.is_empty() {
            return Judgement::NotBroughtIn;
        }
        let unmet: Vec<String> =
            self.conditions.iter().filter(|condition| !condition.holds(tags)).map(|condition| condition.words(tags)).collect();
        if unmet.is_empty() { Judgement::Chosen(by) } else { Judgement::ConditionsNotMet(unmet) }
    }

    /// All that brings a resource in; ARNs and patterns first.
    fn bring_in(&self, arn: &str, tags: &BTreeMap<String, String>) -> Vec<By> {
        let named = self.resources.iter().filter(|pattern| pattern.matches(arn)).map(|pattern| By::Arn(pattern.text.clone()));
        let tagged = self.tags.iter().filter(|(key, value)| tags.get(key) == Some(value));
        named.chain(tagged.map(|(key, value)| By::Tag(key.clone(), value.clone()))).collect()
    }

    /// Whether it chooses the resource of this ARN, which has these tags.
    pub(super) fn takes(&self, arn: &str, tags: &BTreeMap<String, String>) -> bool {
        self.surely_takes(arn, Some(tags))
    }

    /// Whether it surely chooses the resource of this ARN, whose tags may not be known.
    pub(super) fn surely_takes(&self, arn: &str, tags: Option<&BTreeMap<String, String>>) -> bool {
        matches!(self.judge(arn, tags), Judgement::Chosen(_))
    }

    /// The tags with one value each that it would like a resource to have: those that choose, and those that its conditions ask for.
    pub fn wishes(&self) -> impl Iterator<Item = (&str, &str)> {
        let tags = self.tags.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        let conditions = self.conditions.iter().filter(|condition| !condition.like && !condition.not);
        tags.chain(conditions.map(|condition| (condition.key.as_str(), condition.value.as_str())))
    }

    /// Whether a condition says what a tag must not be that these tags do not hold: AWS's documents leave open whether that is fulfilled.
    pub fn hangs_on_missing(&self, tags: &BTreeMap<String, String>) -> bool {
        self.conditions.iter().any(|condition| condition.not && !tags.contains_key(&condition.key))
    }
}

impl Pattern {
    fn new(text: String) -> Self {
        let wild = text.contains('*').then(|| Wild::new(&text));
        Self { text, wild }
    }

    fn matches(&self, arn: &str) -> bool {
        self.wild.as_ref().map_or_else(|| self.text == arn, |wild| wild.matches(arn))
    }
}

impl Condition {
    fn holds(&self, tags: &BTreeMap<String, String>) -> bool {
        let matches =
            tags.get(&self.key).is_some_and(|value| if self.like { Wild::new(&self.value).matches(value) } else { *value == self.value });
        matches != self.not
    }

    /// What it asks for, and what there is.
    fn words(&self, tags: &BTreeMap<String, String>) -> String {
        let must = match (self.not, self.like) {
            (false, false) => "must be",
            (false, true) => "must be like",
            (true, false) => "must not be",
            (true, true) => "must not be like",
        };
        let found = tags.get(&self.key).map_or_else(|| "is missing".to_owned(), |value| format!("is `{value}`"));
        format!("tag `{}` {must} `{}`, and {found}", self.key, self.value)
    }
}

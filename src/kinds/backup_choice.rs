//! What a backup selection chooses: `(resources ∪ selection_tag) ∖ not_resources`, and of these what fulfils every condition.
//!
//! Source: AWS Backup API, `BackupSelection`; Developer Guide, Assigning resources. Upper and lower case differ. Whether a type is opted in
//! is not looked at. That a resource without the tag fulfils `string_not_equals` and `string_not_like` is *not confirmed*.

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
pub(super) struct Choice {
    resources: Vec<Wild>,
    not_resources: Vec<Wild>,
    tags: Vec<(String, String)>,
    conditions: Vec<Condition>,
}

struct Condition {
    /// Whether the value is a pattern.
    like: bool,
    /// Whether it must not match.
    not: bool,
    key: String,
    value: String,
}

impl Choice {
    /// What a selection with these settings chooses.
    pub(super) fn new(flat: &Flat) -> Self {
        let patterns = |setting: &str| flat.texts(setting).unwrap_or_default().iter().map(|text| Wild::new(text)).collect();
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
                    Condition { like, not, key: key.trim_start_matches("aws:ResourceTag/").to_owned(), value }
                })
                .collect(),
        }
    }

    /// Whether it chooses the resource of this ARN, which has these tags.
    pub(super) fn takes(&self, arn: &str, tags: &BTreeMap<String, String>) -> bool {
        let named = |patterns: &[Wild]| patterns.iter().any(|pattern| pattern.matches(arn));
        let tagged = self.tags.iter().any(|(key, value)| tags.get(key) == Some(value));
        (named(&self.resources) || tagged) && !named(&self.not_resources) && self.conditions.iter().all(|condition| condition.holds(tags))
    }

    /// Whether it surely chooses the resource of this ARN, whose tags may not be known.
    pub(super) fn surely_takes(&self, arn: &str, tags: Option<&BTreeMap<String, String>>) -> bool {
        match tags {
            Some(tags) => self.takes(arn, tags),
            None => self.conditions.is_empty() && self.takes(arn, &BTreeMap::new()),
        }
    }
}

impl Condition {
    fn holds(&self, tags: &BTreeMap<String, String>) -> bool {
        let matches =
            tags.get(&self.key).is_some_and(|value| if self.like { Wild::new(&self.value).matches(value) } else { *value == self.value });
        matches != self.not
    }
}

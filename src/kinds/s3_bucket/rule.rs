//! One rule as a set of settings, so that what it does can be told before and after a change.

use super::table::{DISABLED, ENABLED};
use crate::model::{Change, Live, Reading, Value, Wanted, path};
use std::collections::{BTreeMap, BTreeSet};

/// The settings of one rule, by their path within it; with none it is not there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Rule {
    settings: BTreeMap<String, Value>,
}

/// Which objects a rule is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Filter {
    pub(super) prefix: String,
    pub(super) tags: BTreeSet<(String, String)>,
    /// Only larger objects.
    pub(super) above: Option<i64>,
    /// Only smaller objects.
    pub(super) below: Option<i64>,
}

impl Rule {
    /// No rule at all.
    #[cfg(test)]
    pub(super) const NOTHING: Self = Self { settings: BTreeMap::new() };

    /// A rule out of all settings of a thing, by path; `at` is the rule's own path.
    pub(super) fn of<'a>(at: &str, settings: impl Iterator<Item = (&'a String, &'a Value)>) -> Self {
        let within = |(path, value): (&'a String, &'a Value)| {
            let rest = path.strip_prefix(at)?;
            let rest = if rest.is_empty() { rest } else { rest.strip_prefix('.')? };
            Some((rest.to_owned(), value.clone()))
        };
        Self { settings: settings.filter_map(within).collect() }
    }

    pub(super) fn live(at: &str, live: &Live) -> Self {
        let known = live.settings.iter().filter_map(|(path, reading)| match reading {
            Reading::Known(value) => Some((path, value)),
            Reading::Unset | Reading::Unreadable { .. } => None,
        });
        Self::of(at, known)
    }

    pub(super) fn wanted(at: &str, wanted: &BTreeMap<String, Wanted>) -> Self {
        Self::of(at, wanted.iter().map(|(path, wanted)| (path, &wanted.value)))
    }

    /// The rule without a change and with it, everything else being as it will be. A change within a block counts with the whole block,
    /// as half of it would mean nothing.
    pub(super) fn sides(change: &Change, live: &Live, wanted: &BTreeMap<String, Wanted>) -> Option<(Self, Self)> {
        let (at, rest) = rule_of(&change.setting)?;
        let (before, after) = (Self::live(&at, live), Self::wanted(&at, wanted));
        if rest.is_empty() {
            return Some((before, after));
        }
        let group = group_of(&rest);
        let mut mixed = after.clone();
        mixed.settings.retain(|path, _| group_of(path) != group);
        mixed.settings.extend(before.settings.into_iter().filter(|(path, _)| group_of(path) == group));
        Some((mixed, after))
    }

    pub(super) fn is_there(&self) -> bool {
        !self.settings.is_empty()
    }

    /// Whether it does anything.
    pub(super) fn is_on(&self) -> bool {
        self.is_there() && self.text("status").is_none_or(|status| status == ENABLED)
    }

    pub(super) fn text(&self, path: &str) -> Option<&str> {
        self.settings.get(path)?.as_str().filter(|text| !text.is_empty())
    }

    pub(super) fn number(&self, path: &str) -> Option<i64> {
        self.settings.get(path)?.as_i64()
    }

    pub(super) fn flag(&self, path: &str) -> bool {
        self.settings.get(path).and_then(Value::as_bool).unwrap_or_default()
    }

    /// Whether a status within it is on.
    pub(super) fn enables(&self, path: &str) -> bool {
        self.text(path).unwrap_or(DISABLED) == ENABLED
    }

    pub(super) fn has(&self, path: &str) -> bool {
        self.settings.contains_key(path)
    }

    pub(super) fn has_within(&self, block: &str) -> bool {
        self.settings.keys().any(|path| path == block || path::is_within(path, block))
    }

    /// The keys of repeated blocks of that name.
    pub(super) fn keys(&self, block: &str) -> BTreeSet<String> {
        let first = |path: &String| path::segments(path).into_iter().next().filter(|segment| segment.name == block)?.key;
        self.settings.keys().filter_map(first).collect()
    }

    /// Whether it keeps a number of earlier versions, whatever their age.
    pub(super) fn counts_versions(&self) -> bool {
        self.settings.keys().any(|path| path.ends_with(".newer_noncurrent_versions"))
    }

    /// Whether a lifecycle rule can be said in the form of the first generation, which has a prefix and no filter.
    pub(super) fn fits_old_form(&self) -> bool {
        let filter = self.filter();
        filter.tags.is_empty() && filter.above.is_none() && filter.below.is_none() && !self.counts_versions()
    }

    pub(super) fn filter(&self) -> Filter {
        let either = |name: &str| [format!("filter.{name}"), format!("filter.and.{name}")];
        let text = |name: &str| either(name).iter().find_map(|path| self.text(path)).unwrap_or_default().to_owned();
        let number = |name: &str| either(name).iter().find_map(|path| self.number(path));
        let mut tags: BTreeSet<(String, String)> = BTreeSet::new();
        if let Some(key) = self.text("filter.tag.key") {
            tags.insert((key.to_owned(), self.text("filter.tag.value").unwrap_or_default().to_owned()));
        }
        for (key, value) in self.settings.get("filter.and.tags").and_then(Value::as_map).into_iter().flatten() {
            tags.insert((key.clone(), value.as_str().unwrap_or_default().to_owned()));
        }
        Filter { prefix: text("prefix"), tags, above: number("object_size_greater_than"), below: number("object_size_less_than") }
    }
}

impl Filter {
    /// Whether everything that this one is about the other is about too.
    pub(super) fn is_within(&self, other: &Self) -> bool {
        self.prefix.starts_with(&other.prefix)
            && self.tags.is_superset(&other.tags)
            && other.above.is_none_or(|least| self.above.is_some_and(|above| above >= least))
            && other.below.is_none_or(|most| self.below.is_some_and(|below| below <= most))
    }

    /// What it is about, in words.
    pub(super) fn words(&self) -> String {
        let mut parts = Vec::new();
        if !self.prefix.is_empty() {
            parts.push(format!("under `{}`", self.prefix));
        }
        if !self.tags.is_empty() {
            let tags: Vec<String> = self.tags.iter().map(|(key, value)| format!("`{key} = {value}`")).collect();
            parts.push(format!("with the tag {}", tags.join(" and ")));
        }
        if let Some(bytes) = self.above {
            parts.push(format!("larger than {bytes} bytes"));
        }
        if let Some(bytes) = self.below {
            parts.push(format!("smaller than {bytes} bytes"));
        }
        if parts.is_empty() { "in the whole bucket".to_owned() } else { parts.join(", ") }
    }
}

/// The rule that a path is in, and the path within it.
pub(super) fn rule_of(setting: &str) -> Option<(String, String)> {
    let first = path::segments(setting).into_iter().next()?;
    let at = path::keyed(&first.name, &first.key?);
    let rest = setting.strip_prefix(&at)?;
    Some((at.clone(), rest.strip_prefix('.').unwrap_or(rest).to_owned()))
}

/// The block of a rule that a path within the rule is in.
fn group_of(rest: &str) -> &str {
    rest.split(['.', '[']).next().unwrap_or(rest)
}

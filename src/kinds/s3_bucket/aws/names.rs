//! Which rule of a bucket is which block's: by the owner's mark in its id, or by the id that a block declares.

use super::super::table::ID;
use crate::model::{Mark, Value, path};
use std::collections::{BTreeMap, BTreeSet};

/// The most characters of a name that is made of an id.
const LONGEST: usize = 60;

/// The names of the rules of one sort in a bucket.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Names {
    /// What the ids of own rules begin with; none without an owner name.
    mark: Option<String>,
    /// The names of rules that are known by ids that somebody else chose.
    by_id: BTreeMap<String, String>,
}

impl Names {
    /// The names that blocks give: `values` are the declared settings of the bucket.
    pub(super) fn declared<'v>(block: &str, workspace: Option<&str>, values: impl IntoIterator<Item = (&'v String, &'v Value)>) -> Self {
        let id = |(at, value): (&String, &Value)| match path::segments(at).as_slice() {
            [rule, last] if rule.name == block && last.name == ID && last.key.is_none() => {
                Some((value.as_str()?.to_owned(), rule.key.clone()?))
            }
            _ => None,
        };
        Self { mark: workspace.map(|workspace| Mark::of_rule(workspace, "")), by_id: values.into_iter().filter_map(id).collect() }
    }

    /// A name for each of these ids that carries no mark, made of the id; own rules keep theirs.
    pub(super) fn of_all<'i>(workspace: Option<&str>, ids: impl Iterator<Item = &'i str>) -> Self {
        // Whatever order AWS has them in.
        let ids: BTreeSet<&str> = ids.collect();
        let mut names = Self { mark: workspace.map(|workspace| Mark::of_rule(workspace, "")), by_id: BTreeMap::new() };
        let mut taken: BTreeSet<String> = ids.iter().filter_map(|id| names.own(id).map(str::to_owned)).collect();
        for id in ids.into_iter().filter(|id| !id.starts_with(Mark::OF_RULES)) {
            let plain = plain(id);
            let again = (2..).map(|count: u32| format!("{plain}-{count}"));
            let free = std::iter::once(plain.clone()).chain(again).find(|name| !taken.contains(name));
            if let Some(name) = free {
                taken.insert(name.clone());
                names.by_id.insert(id.to_owned(), name);
            }
        }
        names
    }

    /// Takes a rule out of those that are named.
    pub(super) fn forget(&mut self, id: &str) {
        self.by_id.remove(id);
    }

    /// The name of a rule; none of one that is others'.
    ///
    /// An own rule whose name is a block's that now declares another id goes by its whole id: no block declares it any more.
    pub(super) fn name(&self, id: Option<&str>) -> Option<String> {
        let id = id?;
        if let Some(name) = self.by_id.get(id) {
            return Some(name.clone());
        }
        let name = self.own(id)?;
        let is_taken = self.by_id.values().any(|other| other == name);
        Some(if is_taken { id.to_owned() } else { name.to_owned() })
    }

    /// The id of the rule of a name.
    pub(super) fn id(&self, name: &str) -> String {
        let given = self.by_id.iter().find(|(_, other)| *other == name).map(|(id, _)| id.clone());
        let is_whole = || self.own(name).is_some_and(|inner| self.by_id.values().any(|other| other == inner));
        // Without an owner name no rule is read as backstay's, and none is declared.
        given.unwrap_or_else(|| if is_whole() { name.to_owned() } else { format!("{}{name}", self.mark.as_deref().unwrap_or_default()) })
    }

    /// Whether a rule is known by an id that carries no mark.
    pub(super) fn is_by_id(&self, id: Option<&str>) -> bool {
        id.is_some_and(|id| self.by_id.contains_key(id))
    }

    /// The settings of all rules that have a name, as `of` reads them; `id` gives a rule's id.
    pub(super) fn settings<R>(
        &self,
        block: &str,
        rules: &[R],
        id: impl Fn(&R) -> Option<&str>,
        of: impl Fn(&str, &R) -> BTreeMap<String, Value>,
    ) -> BTreeMap<String, Value> {
        let mut found = BTreeMap::new();
        for rule in rules {
            let Some(name) = self.name(id(rule)) else { continue };
            found.extend(of(&name, rule));
            if let Some(id) = id(rule).filter(|id| self.by_id.contains_key(*id)) {
                found.insert(path::child(&path::keyed(block, &name), ID), Value::from(id));
            }
        }
        found
    }

    fn own<'i>(&self, id: &'i str) -> Option<&'i str> {
        id.strip_prefix(self.mark.as_deref()?).filter(|name| !name.is_empty())
    }
}

/// A text in the characters that need no quotes: letters, digits, `-` and `_`.
fn plain(id: &str) -> String {
    let mut text = String::new();
    for letter in id.chars() {
        let letter = if letter.is_ascii_alphanumeric() || letter == '_' { letter } else { '-' };
        if letter != '-' || !(text.is_empty() || text.ends_with('-')) {
            text.push(letter);
        }
    }
    let text: String = text.chars().take(LONGEST).collect();
    match text.trim_matches('-') {
        "" => "rule".to_owned(),
        plain => plain.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_id_gets_a_name_of_its_own() {
        let ids = ["Archive Logs (2014)!", "archive/logs", "archive-logs", "backstay:shop:archive-logs", "backstay:other:x", "…"];
        let names = Names::of_all(Some("shop"), ids.into_iter());
        let all: Vec<Option<String>> = ids.iter().map(|id| names.name(Some(id))).collect();
        let text = |name: &str| Some(name.to_owned());
        assert_eq!(
            all,
            [text("Archive-Logs-2014"), text("archive-logs-3"), text("archive-logs-2"), text("archive-logs"), None, text("rule")]
        );
        for id in ["archive/logs", "backstay:shop:archive-logs"] {
            assert_eq!(names.id(&names.name(Some(id)).unwrap()), id);
        }
    }

    #[test]
    fn a_block_that_gets_an_id_leaves_its_own_rule_behind() {
        let declared = BTreeMap::from([(r#"lifecycle_rule["old"].id"#.to_owned(), Value::from("theirs"))]);
        let names = Names::declared("lifecycle_rule", Some("shop"), &declared);
        assert_eq!(names.name(Some("theirs")).as_deref(), Some("old"));
        assert_eq!(names.name(Some("backstay:shop:old")).as_deref(), Some("backstay:shop:old"));
        assert_eq!(names.id("backstay:shop:old"), "backstay:shop:old");
        assert_eq!(names.id("old"), "theirs");
        assert_eq!(names.id("new"), "backstay:shop:new");
    }
}

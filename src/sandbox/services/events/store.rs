//! Buses and rules as they are held.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::DEFAULT_BUS;
use crate::sandbox::services::tag_set::Tags;

/// The event buses of a region beside the default one, and all rules.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Events {
    /// By name, with their tags; absent where a bus was never tagged.
    pub(super) buses: BTreeMap<String, Option<Tags>>,
    /// By bus and name.
    rules: BTreeMap<String, BTreeMap<String, Rule>>,
}

/// One rule.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Rule {
    pub(super) arn: String,
    pub(super) name: String,
    pub(super) bus: String,
    pub(super) pattern: Option<String>,
    pub(super) schedule: Option<String>,
    pub(super) state: String,
    pub(super) description: Option<String>,
    pub(super) role: Option<String>,
    /// Absent when the rule was never tagged.
    pub(super) tags: Option<Tags>,
    /// By id, as they were put.
    pub(super) targets: BTreeMap<String, Value>,
}

impl Events {
    /// Whether there is a bus of the name.
    pub(super) fn has_bus(&self, bus: &str) -> bool {
        bus == DEFAULT_BUS || self.buses.contains_key(bus)
    }

    pub(super) fn get(&self, bus: &str, name: &str) -> Option<&Rule> {
        self.rules.get(bus)?.get(name)
    }

    pub(super) fn get_mut(&mut self, bus: &str, name: &str) -> Option<&mut Rule> {
        self.rules.get_mut(bus)?.get_mut(name)
    }

    /// The tags of the rule or the bus of an ARN, to change.
    pub(super) fn tags_mut(&mut self, arn: &str) -> Option<&mut Option<Tags>> {
        if let Some((_, bus)) = arn.split_once(":event-bus/") {
            return self.buses.get_mut(bus);
        }
        self.rules.values_mut().flat_map(BTreeMap::values_mut).find(|rule| rule.arn == arn).map(|rule| &mut rule.tags)
    }

    pub(super) fn insert(&mut self, rule: Rule) {
        self.rules.entry(rule.bus.clone()).or_default().insert(rule.name.clone(), rule);
    }

    pub(super) fn remove(&mut self, bus: &str, name: &str) {
        if let Some(rules) = self.rules.get_mut(bus) {
            rules.remove(name);
        }
    }

    /// The rules of a bus, by name.
    pub(super) fn on(&self, bus: &str) -> impl Iterator<Item = &Rule> + use<'_> {
        self.rules.get(bus).into_iter().flat_map(BTreeMap::values)
    }

    /// All rules.
    pub(super) fn all(&self) -> impl Iterator<Item = &Rule> {
        self.rules.values().flat_map(BTreeMap::values)
    }
}

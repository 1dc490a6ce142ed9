//! Groups and schedules as they are held.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::DEFAULT_GROUP;
use crate::sandbox::services::tag_set::Tags;

/// The groups of a region beside the default one, and all schedules.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Scheduler {
    pub(super) groups: BTreeMap<String, Group>,
    /// By group and name.
    pub(super) schedules: BTreeMap<String, BTreeMap<String, Schedule>>,
}

/// One group.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Group {
    pub(super) arn: String,
    pub(super) name: String,
    pub(super) created: Timestamp,
    /// Absent when the group was never tagged.
    pub(super) tags: Option<Tags>,
}

/// One schedule: the members as they were given, with AWS's defaults.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Schedule {
    pub(super) arn: String,
    pub(super) name: String,
    pub(super) group: String,
    pub(super) created: Timestamp,
    pub(super) modified: Timestamp,
    pub(super) document: Value,
}

impl Scheduler {
    /// Whether there is a group of the name.
    pub(super) fn has_group(&self, name: &str) -> bool {
        name == DEFAULT_GROUP || self.groups.contains_key(name)
    }

    pub(super) fn get(&self, group: &str, name: &str) -> Option<&Schedule> {
        self.schedules.get(group)?.get(name)
    }
}

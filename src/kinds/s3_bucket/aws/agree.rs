//! Whether a read of rules shows what was written.

use super::names::Names;
use super::read::{Lifecycle, named_lifecycle, named_replication};
use aws_sdk_s3::types::{LifecycleRule, ReplicationConfiguration, ReplicationRule};

pub(super) const LIFECYCLE_WAITING: &str = "waiting until reads of the lifecycle rules agree";
pub(super) const REPLICATION_WAITING: &str = "waiting until reads of the replication rules agree";

/// What was written.
pub(super) enum Written<'a> {
    Lifecycle(&'a Lifecycle),
    Replication { rules: &'a [ReplicationRule], role: &'a str },
}

impl Written<'_> {
    /// What to say while it is waited for.
    pub(super) fn waiting(&self) -> &'static str {
        match self {
            Written::Lifecycle(_) => LIFECYCLE_WAITING,
            Written::Replication { .. } => REPLICATION_WAITING,
        }
    }
}

/// Rules that blocks declare are compared by their settings, as AWS may write them in another form; others' as they are.
pub(super) fn lifecycle(names: &Names, wanted: &Lifecycle, found: &Lifecycle) -> bool {
    let size = wanted.minimum_size.is_none() || wanted.rules.is_empty() || wanted.minimum_size == found.minimum_size;
    size && named_lifecycle(names, &wanted.rules) == named_lifecycle(names, &found.rules)
        && others(names, &wanted.rules, LifecycleRule::id) == others(names, &found.rules, LifecycleRule::id)
}

/// The same of replication. Without rules there is no role.
pub(super) fn replication(names: &Names, rules: &[ReplicationRule], role: &str, found: Option<&ReplicationConfiguration>) -> bool {
    let now = found.map(ReplicationConfiguration::rules).unwrap_or_default();
    let has_role = rules.is_empty() || found.is_some_and(|found| found.role() == role);
    has_role
        && named_replication(names, rules) == named_replication(names, now)
        && others(names, rules, ReplicationRule::id) == others(names, now, ReplicationRule::id)
}

fn others<'r, R>(names: &Names, rules: &'r [R], id: impl Fn(&R) -> Option<&str>) -> Vec<&'r R> {
    let mut others: Vec<&R> = rules.iter().filter(|rule| names.name(id(rule)).is_none()).collect();
    others.sort_by(|one, other| id(one).cmp(&id(other)));
    others
}

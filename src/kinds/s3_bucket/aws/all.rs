//! Where everything is read: the rules of a bucket, whoever made them and whether or not a policy could name them.

use super::super::{ALL_LIFECYCLE, ALL_REPLICATION};
use crate::kinds::Wish;
use crate::model::{Live, Value};
use aws_sdk_s3::types::{LifecycleRule, ReplicationRule};
use std::collections::BTreeMap;

/// Keeps the settings of all lifecycle rules.
pub(super) fn lifecycle(wish: &Wish, live: &mut Live, rules: &[LifecycleRule]) {
    note(wish, live, ALL_LIFECYCLE, rules.iter().map(|rule| super::lifecycle::settings(rule.id().unwrap_or_default(), rule)));
}

/// Keeps the settings of all replication rules.
pub(super) fn replication(wish: &Wish, live: &mut Live, rules: &[ReplicationRule]) {
    note(wish, live, ALL_REPLICATION, rules.iter().map(|rule| super::replication::settings(rule.id().unwrap_or_default(), rule)));
}

/// Keeps the settings of all rules of a sort as a fact; none where there are none.
fn note(wish: &Wish, live: &mut Live, fact: &str, rules: impl Iterator<Item = BTreeMap<String, Value>>) {
    let all: BTreeMap<String, Value> = if wish.everything { rules.flatten().collect() } else { BTreeMap::new() };
    live.facts.extend((!all.is_empty()).then(|| (fact.to_owned(), Value::Map(all))));
}

//! Which bucket is copied whole into which other, and by which rules.

use super::super::ALL_REPLICATION;
use super::super::holder::holder;
use super::super::table::{ENABLED, REPLICATION, SPEC};
use crate::kinds::Flat;
use crate::model::{Live, Mechanism, ReplicationRule, Snapshot, Value, path};
use std::collections::{BTreeMap, BTreeSet};

/// The way from a bucket into another that some rule copies it to as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Way {
    /// The bucket that is copied.
    pub(super) from: String,
    /// Its ARN.
    pub(super) of: String,
    /// The bucket that it is copied to.
    pub(super) to: String,
    /// The ARN of that.
    pub(super) store: String,
    /// The account of that.
    pub(super) account: String,
    /// The region of that.
    pub(super) region: String,
    /// The ids of the rules that copy there. A rule about a part, with a higher priority, takes that part out of the one about the whole, so
    /// that all of them have to be through.
    pub(super) rules: BTreeSet<String>,
    /// Those of them that publish nothing.
    pub(super) silent: BTreeSet<String>,
    /// The buckets from which it is copied here itself, and not on: S3 does not replicate replicas.
    pub(super) origins: BTreeSet<String>,
}

/// The ways out of these buckets into buckets that were read.
///
/// Source: Amazon S3 User Guide, "What isn't replicated": replicas that another rule made.
pub(super) fn ways(buckets: &[&Live], known: &Snapshot) -> Vec<Way> {
    if buckets.is_empty() {
        return Vec::new();
    }
    let is_bucket = |live: &&Live| live.id.kind == SPEC.name;
    let by_name: BTreeMap<&str, &Live> = known.resources.iter().filter(is_bucket).map(|live| (live.id.name.as_str(), live)).collect();
    let all: BTreeMap<&str, Vec<ReplicationRule>> = by_name.iter().map(|(name, live)| (*name, rules(live))).collect();
    let has_whole = |from: &str, to: &str| all.get(from).into_iter().flatten().any(|rule| rule.only.is_none() && rule.bucket() == to);
    let mut into: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (from, rules) in &all {
        for rule in rules {
            into.entry(rule.bucket()).or_default().insert(from);
        }
    }
    let mut ways = Vec::new();
    for live in buckets {
        let from = live.id.name.as_str();
        let own = all.get(from).map(Vec::as_slice).unwrap_or_default();
        let whole: BTreeSet<&str> = own.iter().filter(|rule| rule.only.is_none()).map(ReplicationRule::bucket).collect();
        for to in whole {
            let (Some(there), Some(of)) = (by_name.get(to), arn(live, from)) else { continue };
            let (Some(identity), Some(store)) = (known.identities.get(&there.id.target), arn(there, to)) else { continue };
            let rules: BTreeSet<String> = own.iter().filter(|rule| rule.bucket() == to).map(|rule| rule.rule.clone()).collect();
            let silent = rules.iter().filter(|rule| !is_measured(live, rule)).cloned().collect();
            let into = into.get(from).into_iter().flatten().copied();
            let origins = into.filter(|origin| *origin != to && !has_whole(origin, to)).map(str::to_owned).collect();
            ways.push(Way {
                from: from.to_owned(),
                of,
                to: to.to_owned(),
                store,
                account: identity.account.clone(),
                region: there.id.region.clone(),
                rules,
                silent,
                origins,
            });
        }
    }
    ways
}

fn arn(live: &Live, name: &str) -> Option<String> {
    live.arn.clone().or_else(|| SPEC.arn(&live.id.region, "", name))
}

/// The rules of a bucket that are on, by their ids at AWS; none where those are not known.
fn rules(live: &Live) -> Vec<ReplicationRule> {
    if !live.facts.contains_key(ALL_REPLICATION) {
        return Vec::new();
    }
    let mechanisms = holder(live).mechanisms.into_iter();
    let on = mechanisms.filter_map(|mechanism| match mechanism {
        Mechanism::Replication(rule) if rule.is_on => Some(rule),
        _ => None,
    });
    on.collect()
}

/// Whether a rule publishes how far it is.
fn is_measured(live: &Live, rule: &str) -> bool {
    let Some(all) = live.facts.get(ALL_REPLICATION).and_then(Value::as_map).map(Flat::of_values) else { return false };
    let at = path::keyed(REPLICATION, rule);
    let is_on = |setting: &str| all.text(&path::child(&at, setting)).as_deref() == Some(ENABLED);
    is_on("destination.metrics.status") || is_on("destination.replication_time.status")
}

//! What is kept of tables, and what follows from it at a given time.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::backups::Backup;
use super::exports::Export;
use crate::sandbox::clock::later;

/// The longest period of point-in-time recovery, and the default one.
pub(crate) const MAX_PERIOD_DAYS: i64 = 35;

/// How far the newest restorable moment lies behind now.
const RESTORABLE_DELAY: SignedDuration = SignedDuration::from_secs(300);

/// An item: attribute values by name, in DynamoDB's JSON.
pub(crate) type Item = Map<String, Value>;

/// DynamoDB in one region of one account.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Tables {
    by_name: BTreeMap<String, Table>,
    /// By ARN.
    pub(super) backups: BTreeMap<String, Backup>,
    /// By ARN.
    pub(super) exports: BTreeMap<String, Export>,
}

/// One table, or one replica of a global table.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Table {
    pub(crate) name: String,
    pub(crate) arn: String,
    pub(crate) id: String,
    pub(crate) created_at: Timestamp,
    /// Until then the table is CREATING.
    pub(crate) active_at: Timestamp,
    /// Until then continuous backups are being enabled, a little after the table is ACTIVE.
    pub(crate) backups_at: Timestamp,
    /// Until then the table is UPDATING.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) busy_until: Option<Timestamp>,
    /// Until then the table is DELETING, and then it is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) gone_at: Option<Timestamp>,
    /// A status that a seed holds the table in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) held: Option<String>,
    pub(crate) definition: Definition,
    #[serde(default)]
    pub(crate) deletion_protection: bool,
    /// The attribute that expires items.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ttl_attribute: Option<String>,
    /// Absent when the table was never tagged, which is not the same as having no tags now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) tags: Option<BTreeMap<String, String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) pitr: Option<Pitr>,
    /// By the key's canonical text.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) items: BTreeMap<String, Item>,
    /// How to get from the items now back to the items then; kept while PITR is on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) undo: Vec<Undo>,
    /// The other regions of a global table.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(crate) replicas: BTreeSet<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) restored_from: Option<RestoredFrom>,
}

/// What `CreateTable` defines and a backup records.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Definition {
    pub(crate) attributes: Value,
    pub(crate) key_schema: Value,
    pub(crate) pay_per_request: bool,
    pub(crate) read_units: i64,
    pub(crate) write_units: i64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) global_indexes: Vec<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) local_indexes: Vec<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) stream: Option<Stream>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) kms_key_arn: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) class: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) on_demand: Option<Value>,
}

/// A stream that is on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Stream {
    pub(crate) view_type: String,
    /// When it was switched on; AWS makes its label from it.
    pub(crate) label: String,
}

/// Point-in-time recovery that is on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Pitr {
    pub(crate) enabled_at: Timestamp,
    pub(crate) period_days: i64,
    /// Nothing before this moment can be had: where a shorter period has once cut the history off.
    pub(crate) floor: Timestamp,
}

/// One step back: at this moment this key had this item before.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Undo {
    at: Timestamp,
    key: String,
    before: Option<Item>,
}

/// Where a restored table came from.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct RestoredFrom {
    pub(super) backup_arn: Option<String>,
    pub(super) table_arn: Option<String>,
    pub(super) at: Timestamp,
}

impl Pitr {
    /// PITR that is switched on at `now`.
    pub(crate) fn starting(now: Timestamp, period_days: i64) -> Self {
        Self { enabled_at: now, period_days, floor: now }
    }

    /// The oldest moment that can be restored.
    pub(crate) fn earliest(&self, now: Timestamp) -> Timestamp {
        self.enabled_at.max(self.floor).max(days_before(now, self.period_days))
    }

    /// The newest moment that can be restored.
    pub(crate) fn latest(&self, now: Timestamp) -> Timestamp {
        self.enabled_at.max(later(now, -RESTORABLE_DELAY))
    }

    /// The same PITR with another period. A shorter one cuts the history off at once and for good; a longer one brings nothing back.
    pub(crate) fn with_period(&self, now: Timestamp, period_days: i64) -> Self {
        let floor = self.earliest(now).max(days_before(now, period_days));
        Self { enabled_at: self.enabled_at, period_days, floor }
    }
}

impl Tables {
    /// The tables that are there, in the order of their names.
    pub(crate) fn live(&self, now: Timestamp) -> impl Iterator<Item = &Table> {
        self.by_name.values().filter(move |table| !table.is_gone(now))
    }

    /// A table that is there.
    pub(crate) fn table(&self, name: &str, now: Timestamp) -> Option<&Table> {
        self.by_name.get(name).filter(|table| !table.is_gone(now))
    }

    /// A table that is there, to change.
    pub(crate) fn table_mut(&mut self, name: &str, now: Timestamp) -> Option<&mut Table> {
        self.by_name.get_mut(name).filter(|table| !table.is_gone(now))
    }

    /// Puts a table in, and returns the one that it replaces.
    pub(crate) fn insert(&mut self, table: Table) -> Option<Table> {
        self.by_name.insert(table.name.clone(), table)
    }
}

impl Table {
    /// A table that is made at `now` and settles at `active_at`.
    pub(crate) fn new(arn: String, name: String, id: String, definition: Definition, times: (Timestamp, Timestamp, Timestamp)) -> Self {
        let (created_at, active_at, backups_at) = times;
        Self {
            name,
            arn,
            id,
            created_at,
            active_at,
            backups_at,
            definition,
            busy_until: None,
            gone_at: None,
            held: None,
            deletion_protection: false,
            ttl_attribute: None,
            tags: None,
            pitr: None,
            items: BTreeMap::new(),
            undo: Vec::new(),
            replicas: BTreeSet::new(),
            restored_from: None,
        }
    }

    /// `TableStatus`.
    pub(crate) fn status(&self, now: Timestamp) -> &str {
        if let Some(held) = &self.held {
            return held;
        }
        if self.gone_at.is_some() {
            "DELETING"
        } else if now < self.active_at {
            "CREATING"
        } else if self.busy_until.is_some_and(|until| now < until) {
            "UPDATING"
        } else {
            "ACTIVE"
        }
    }

    fn is_gone(&self, now: Timestamp) -> bool {
        self.gone_at.is_some_and(|at| at <= now)
    }

    /// Names of the key attributes, the partition key first.
    pub(crate) fn key_names(&self) -> Vec<&str> {
        key_names(&self.definition.key_schema)
    }

    /// Puts or removes an item, and remembers how to undo it while PITR is on. Returns what was there.
    pub(crate) fn set_item(&mut self, key: String, item: Option<Item>, now: Timestamp) -> Option<Item> {
        let before = match item {
            Some(item) => self.items.insert(key.clone(), item),
            None => self.items.remove(&key),
        };
        if let Some(pitr) = &self.pitr {
            let earliest = pitr.earliest(now);
            self.undo.retain(|step| step.at >= earliest);
            self.undo.push(Undo { at: now, key, before: before.clone() });
        }
        before
    }

    /// The items as they were at `at`, which must lie within the PITR window. A write at that very moment is included.
    pub(super) fn items_at(&self, at: Timestamp) -> BTreeMap<String, Item> {
        let mut items = self.items.clone();
        for step in self.undo.iter().rev().take_while(|step| step.at > at) {
            match &step.before {
                Some(item) => items.insert(step.key.clone(), item.clone()),
                None => items.remove(&step.key),
            };
        }
        items
    }

    /// Switches PITR on, changes its period, or switches it off with all its history.
    pub(super) fn set_pitr(&mut self, period_days: Option<i64>, now: Timestamp) {
        self.pitr = match (&self.pitr, period_days) {
            (_, None) => {
                self.undo.clear();
                None
            }
            (None, Some(days)) => Some(Pitr::starting(now, days)),
            (Some(pitr), Some(days)) => Some(pitr.with_period(now, days)),
        };
    }

    /// The size that AWS would charge for, roughly: the bytes of the items' JSON.
    pub(crate) fn size_bytes(&self) -> usize {
        self.items.values().map(|item| serde_json::to_vec(item).map_or(0, |bytes| bytes.len())).sum()
    }
}

/// Names of the attributes of a key schema, in its order.
pub(super) fn key_names(schema: &Value) -> Vec<&str> {
    schema.as_array().into_iter().flatten().filter_map(|element| element.get("AttributeName")?.as_str()).collect()
}

/// The ARN of a table.
pub(crate) fn table_arn(account: &str, region: &str, name: &str) -> String {
    format!("arn:{}:dynamodb:{region}:{account}:table/{name}", partition(region))
}

fn partition(region: &str) -> &'static str {
    match region.split('-').next() {
        Some("cn") => "aws-cn",
        Some("us") if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    }
}

/// The moment some days before `now`.
pub(crate) fn days_before(now: Timestamp, days: i64) -> Timestamp {
    now.checked_sub(SignedDuration::from_hours(days.saturating_mul(24))).unwrap_or(Timestamp::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn the_window_starts_at_enabling_and_then_follows_the_period() {
        let pitr = Pitr::starting(at("2026-01-01T00:00:00Z"), 7);
        assert_eq!(pitr.earliest(at("2026-01-03T00:00:00Z")), at("2026-01-01T00:00:00Z"));
        assert_eq!(pitr.earliest(at("2026-01-31T00:00:00Z")), at("2026-01-24T00:00:00Z"));
    }

    #[test]
    fn latest_is_five_minutes_behind_but_never_before_enabling() {
        let pitr = Pitr::starting(at("2026-01-01T00:00:00Z"), 7);
        assert_eq!(pitr.latest(at("2026-01-01T00:02:00Z")), at("2026-01-01T00:00:00Z"));
        assert_eq!(pitr.latest(at("2026-01-01T00:10:00Z")), at("2026-01-01T00:05:00Z"));
    }

    #[test]
    fn shortening_cuts_the_history_and_lengthening_brings_nothing_back() {
        let now = at("2026-03-01T00:00:00Z");
        let short = Pitr::starting(at("2026-01-01T00:00:00Z"), 35).with_period(now, 7);
        assert_eq!(short.earliest(now), at("2026-02-22T00:00:00Z"));
        let long = short.with_period(now, 35);
        assert_eq!(long.earliest(now), at("2026-02-22T00:00:00Z"));
        assert_eq!(long.earliest(at("2026-03-10T00:00:00Z")), at("2026-02-22T00:00:00Z"));
        assert_eq!(long.earliest(at("2026-04-10T00:00:00Z")), at("2026-03-06T00:00:00Z"));
    }
}

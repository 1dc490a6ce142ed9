//! How far a thing has come after a call for it failed: one step can need several calls, and those before the failure may have been taken.
//!
//! AWS's answers to the calls do not say it, so the thing is read again and each planned change is looked up there. What reads as planned
//! may have been made by somebody else, and what reads as before may be a read that lags: only what is read is said.

use super::preconditions::reading;
use crate::kinds;
use crate::model::{Action, Change, Fallback, Live, Reading, Snapshot, Value, Verb, path};
use std::collections::BTreeMap;

/// The settings that a step was to change, by how they read now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// They read as planned.
    pub as_planned: Vec<String>,
    /// They read as before.
    pub as_before: Vec<String>,
    /// They read neither as planned nor as before, or blocks of which some settings do and others do not.
    pub otherwise: Vec<String>,
    /// They could not be read again.
    pub unknown: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stands {
    AsPlanned,
    AsBefore,
    Otherwise,
    Unknown,
}

/// How the changes of a step read in a fresh reading of its thing.
pub fn standing(action: &Action, changes: &[&Change], now: &Snapshot) -> Standing {
    let live = now.live(&action.id);
    let is_absent = now.is_absent(&action.id);
    let mut stands: BTreeMap<usize, (String, Stands)> = BTreeMap::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for change in changes {
        // What is not there has no settings, and what goes takes them with it.
        let whole = change.part_of.as_deref() == Some(Change::EXISTS);
        if whole && (live.is_none() || action.verb == Verb::Delete) {
            continue;
        }
        if live
            .is_some_and(|live| kinds::find(&action.id.kind).is_some_and(|kind| kind.withholds(live, &change.setting, Some(&change.after))))
        {
            continue;
        }
        let found = match live {
            Some(live) => of_change(action, change, live),
            None if is_absent => Some(absent(change)),
            None => Some(Stands::Unknown),
        };
        let Some(found) = found else { continue };
        let name = called(change, found);
        let next = places.len();
        let place = *places.entry(name.clone()).or_insert(next);
        let merged = stands.get(&place).map_or(found, |(_, before)| if *before == found { found } else { Stands::Otherwise });
        stands.insert(place, (name, merged));
    }
    let mut standing = Standing::default();
    for (name, stands) in stands.into_values() {
        match stands {
            Stands::AsPlanned => standing.as_planned.push(name),
            Stands::AsBefore => standing.as_before.push(name),
            Stands::Otherwise => standing.otherwise.push(name),
            Stands::Unknown => standing.unknown.push(name),
        }
    }
    standing
}

/// What a change is called: what is in a block goes with its block.
fn called(change: &Change, stands: Stands) -> String {
    match (change.setting.as_str(), &change.after) {
        (Change::EXISTS, Value::Bool(goes)) => {
            // As it was to be, or as it was.
            let is_there = *goes != (stands == Stands::AsBefore);
            if is_there { "that it exists".to_owned() } else { "that it does not exist".to_owned() }
        }
        (Change::OWNER, _) => "whose it is".to_owned(),
        (setting, _) if change.part_of.is_some() => path::enclosing(setting).into_iter().next().unwrap_or_else(|| setting.to_owned()),
        (setting, _) => setting.to_owned(),
    }
}

fn absent(change: &Change) -> Stands {
    match (change.setting.as_str(), &change.after) {
        (Change::EXISTS, Value::Bool(false)) => Stands::AsPlanned,
        (Change::EXISTS, _) => Stands::AsBefore,
        _ => Stands::Otherwise,
    }
}

/// How one change reads; `None` where it reads the same as planned and as before, so that nothing can be told.
fn of_change(action: &Action, change: &Change, live: &Live) -> Option<Stands> {
    if change.setting == Change::EXISTS {
        return Some(if change.after == Value::Bool(false) { Stands::AsBefore } else { Stands::AsPlanned });
    }
    let setting = kinds::spec(&action.id.kind).and_then(|spec| spec.setting(&change.setting));
    // Without the flag that it hangs on a setting has no value, whatever AWS's default for it would be.
    let default = setting.filter(|setting| setting.only_while.is_none()).map_or(Fallback::Absent, |setting| setting.aws_default);
    // Nothing and `false` are the same, but where `false` is something else than what AWS does by itself.
    let is_off = |value: &Value| *value == Value::Bool(false) && Value::from(default) != Value::Bool(true);
    let in_force = |value: Value| if value.is_nothing() || is_off(&value) { Value::Null } else { value };
    let Some(now) = reading(live, &change.setting).effective(default).map(in_force) else { return Some(Stands::Unknown) };
    let unset = [Value::Null, in_force(default.into())];
    let planned = if change.after == Value::Null { unset.contains(&now) } else { now == in_force(change.after.clone()) };
    // What was compared may be another value than the one that was in force.
    let before = match action.before.get(&change.setting).unwrap_or(&change.before) {
        Reading::Unset => unset.contains(&now),
        before => before.effective(default).map(in_force).as_ref() == Some(&now),
    };
    if change.after.has_unknown() {
        // What it was to become nobody knew.
        return before.then_some(Stands::AsBefore);
    }
    match (planned, before) {
        (true, true) => None,
        (true, false) => Some(Stands::AsPlanned),
        (false, true) => Some(Stands::AsBefore),
        (false, false) => Some(Stands::Otherwise),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Consent, Effect, Reaches, ResourceId};

    fn change(setting: &str, before: Reading, after: Value) -> Change {
        Change {
            setting: setting.to_owned(),
            before,
            after,
            effect: Effect::Neutral,
            reaches: Reaches::Future,
            consequence: None,
            consent: Consent::NotNeeded,
            because: None,
            part_of: None,
        }
    }

    fn bare() -> Action {
        Action {
            address: "aws_sns_topic.alerts".into(),
            block: "aws_sns_topic.alerts".into(),
            index: None,
            also: Vec::new(),
            id: ResourceId::default(),
            arn: String::new(),
            verb: Verb::Update,
            refused: None,
            mark: None,
            parent: None,
            replaces: None,
            ahead: Vec::new(),
            facts: BTreeMap::new(),
            changes: Vec::new(),
            wanted: BTreeMap::new(),
            before: BTreeMap::new(),
            depends_on: Vec::new(),
            remarks: Vec::new(),
        }
    }

    fn read(readings: &[(&str, Reading)]) -> Standing {
        let id = ResourceId { kind: "aws_sns_topic".into(), name: "alerts".into(), ..ResourceId::default() };
        let block = path::keyed("subscription", "sqs/arn");
        let changes = [
            change("display_name", Reading::Known(Value::from("Old")), Value::from("New")),
            change("signature_version", Reading::Known(Value::from(1)), Value::from(2)),
            change("kms_master_key_id", Reading::Unset, Value::from("alias/own")),
            change(&block, Reading::Unset, Value::Bool(true)),
            Change { part_of: Some(block.clone()), ..change(&path::child(&block, "protocol"), Reading::Unset, Value::from("sqs")) },
        ];
        let mut now = Snapshot::empty(jiff::Timestamp::UNIX_EPOCH);
        let settings = readings.iter().map(|(at, reading)| ((*at).to_owned(), reading.clone())).collect();
        now.resources.push(Live { id: id.clone(), settings, ..Live::default() });
        let action = Action { id, ..bare() };
        standing(&action, &changes.iter().collect::<Vec<_>>(), &now)
    }

    #[test]
    fn what_was_taken_is_told_from_what_was_not() {
        let denied = Reading::Unreadable { cause: "denied".into() };
        let standing = read(&[
            ("display_name", Reading::Known(Value::from("New"))),
            ("signature_version", denied),
            ("kms_master_key_id", Reading::Known(Value::from("alias/third"))),
        ]);
        assert_eq!(standing.as_planned, ["display_name"]);
        assert_eq!(standing.as_before, [r#"subscription["sqs/arn"]"#]);
        assert_eq!(standing.otherwise, ["kms_master_key_id"]);
        assert_eq!(standing.unknown, ["signature_version"]);
    }

    #[test]
    fn a_block_that_is_there_in_part_is_neither_as_planned_nor_as_before() {
        let standing = read(&[(r#"subscription["sqs/arn"]"#, Reading::Known(Value::Bool(true)))]);
        assert!(standing.otherwise.contains(&r#"subscription["sqs/arn"]"#.to_owned()), "{standing:?}");
    }

    #[test]
    fn off_is_not_the_same_as_unset_where_on_is_the_default() {
        let id = ResourceId { kind: "aws_cloudwatch_metric_alarm".into(), name: "failed".into(), ..ResourceId::default() };
        let mut now = Snapshot::empty(jiff::Timestamp::UNIX_EPOCH);
        let settings = BTreeMap::from([("actions_enabled".to_owned(), Reading::Known(Value::Bool(false)))]);
        now.resources.push(Live { id: id.clone(), settings, ..Live::default() });
        let action = Action { id, ..bare() };
        let off = change("actions_enabled", Reading::Unset, Value::Bool(false));
        assert_eq!(standing(&action, &[&off], &now).as_planned, ["actions_enabled"]);
        let on = change("actions_enabled", Reading::Known(Value::Bool(false)), Value::Null);
        assert_eq!(standing(&action, &[&on], &now).as_before, ["actions_enabled"]);
    }

    #[test]
    fn what_nobody_knew_beforehand_is_no_value_to_compare_with() {
        let id = ResourceId { kind: "aws_sns_topic".into(), name: "alerts".into(), ..ResourceId::default() };
        let mut now = Snapshot::empty(jiff::Timestamp::UNIX_EPOCH);
        let settings = BTreeMap::from([("display_name".to_owned(), Reading::Known(Value::from("New")))]);
        now.resources.push(Live { id: id.clone(), settings, ..Live::default() });
        let action = Action { id, ..bare() };
        let unknown = change("display_name", Reading::Known(Value::from("Old")), Value::Unknown);
        assert_eq!(standing(&action, &[&unknown], &now), Standing::default());
    }
}

//! What differs between a thing and what it must be. It needs nothing beyond what was read.

use super::resolve::Row;
use crate::kinds::{self, Kind};
use crate::model::{
    Action, Change, Consent, Declared, Effect, KindSpec, Live, Loss, Reaches, Reading, Setting, Snapshot, Sources, Value, Verb, Wanted,
};
use std::collections::BTreeMap;

/// The action that makes a thing what it must be.
pub(super) fn action(row: &Row, snapshot: &Snapshot, sources: &Sources) -> Action {
    let live = merged(row, snapshot);
    let mut action = Action {
        address: row.address.clone(),
        block: row.block.clone(),
        index: Some(row.index.clone()),
        also: row.also.clone(),
        id: row.id.clone(),
        arn: String::new(),
        verb: Verb::NoOp,
        changes: Vec::new(),
        wanted: declared(&row.wanted, sources),
        before: BTreeMap::new(),
        depends_on: row.depends_on.iter().cloned().collect(),
        remarks: Vec::new(),
    };
    let (Some(kind), Some(live)) = (kinds::find(&row.id.kind), live.as_ref()) else {
        action.verb = Verb::Unknown;
        return action;
    };
    let spec = kind.spec();
    action.arn = spec.arn(&row.id.region, &row.account, &row.id.name);
    action.remarks = kind.remarks(live);
    let mut unreadable = false;
    for setting in spec.settings {
        let before = match row.wanted.get(setting.path) {
            Some(wanted) => {
                let reading = live.settings.get(setting.path).cloned().unwrap_or_else(not_read);
                unreadable |= matches!(reading, Reading::Unreadable { .. });
                if let Some(change) = change(kind, setting, live, &reading, wanted, sources, snapshot) {
                    action.changes.push(change);
                }
                reading
            }
            None => match comes_along(spec, setting, live, &row.wanted) {
                Some(change) => {
                    let reading = change.before.clone();
                    action.changes.push(change);
                    reading
                }
                None => continue,
            },
        };
        action.before.insert(setting.path.to_owned(), before);
    }
    action.verb = match (action.changes.is_empty(), unreadable) {
        (false, _) => Verb::Update,
        (true, true) => Verb::Unknown,
        (true, false) => Verb::NoOp,
    };
    action
}

/// All that any target read of the thing. What one target did not read, or could not, another may have.
fn merged(row: &Row, snapshot: &Snapshot) -> Option<Live> {
    let mut live = snapshot.live(&row.id).cloned()?;
    for other in row.also_read_as.iter().filter_map(|id| snapshot.live(id)) {
        for (setting, reading) in &other.settings {
            if !matches!(live.settings.get(setting), Some(Reading::Known(_) | Reading::Unset)) {
                live.settings.insert(setting.clone(), reading.clone());
            }
        }
        for (fact, value) in &other.facts {
            live.facts.entry(fact.clone()).or_insert_with(|| value.clone());
        }
    }
    Some(live)
}

fn not_read() -> Reading {
    Reading::Unreadable { cause: "not in the snapshot; record it anew with `backstay snapshot` and this policy".to_owned() }
}

fn declared(wanted: &BTreeMap<String, Wanted>, sources: &Sources) -> BTreeMap<String, Declared> {
    wanted
        .iter()
        .map(|(path, wanted)| (path.clone(), Declared { value: wanted.value.clone(), because: sources.position(&wanted.span) }))
        .collect()
}

fn change(
    kind: &dyn Kind,
    setting: &'static Setting,
    live: &Live,
    reading: &Reading,
    wanted: &Wanted,
    sources: &Sources,
    snapshot: &Snapshot,
) -> Option<Change> {
    let effective = reading.effective(setting.aws_default)?;
    // A setting that means nothing while its flag is off has no value in force, whatever its default.
    let in_force = setting.only_while.is_none_or(|flag| is_on(live, flag) != Some(false));
    if in_force && effective == wanted.value {
        return None;
    }
    let effect = setting.effect(&live.settings, &wanted.value)?;
    let mut change = Change {
        setting: setting.path.to_owned(),
        before: reading.clone(),
        after: wanted.value.clone(),
        effect,
        reaches: reaches(setting, effect),
        consequence: None,
        consent: Consent::NotNeeded,
        because: Some(sources.position(&wanted.span)),
    };
    change.consequence = kind.consequence(&change, live, snapshot.taken_at).or_else(|| general_consequence(setting, &change));
    Some(change)
}

fn general_consequence(setting: &Setting, change: &Change) -> Option<String> {
    match change.effect {
        Effect::Neutral => None,
        // Said once, at the flag that is turned on.
        Effect::Strengthens if setting.only_while.is_some() && change.before == Reading::Unset => None,
        Effect::Strengthens => Some(setting.when_safer.to_owned()),
        Effect::Weakens | Effect::LosesData | Effect::Irreversible => Some(setting.when_weaker.to_owned()),
    }
}

fn reaches(setting: &Setting, effect: Effect) -> Reaches {
    match (effect, setting.loses) {
        (Effect::LosesData | Effect::Irreversible, Loss::ExistingRecoveryPoints) => Reaches::Existing,
        _ => Reaches::Future,
    }
}

fn is_on(live: &Live, flag: &str) -> Option<bool> {
    match live.settings.get(flag)? {
        Reading::Known(value) => value.as_bool(),
        Reading::Unset => Some(false),
        Reading::Unreadable { .. } => None,
    }
}

/// The change of a setting that nobody declared but that AWS sets along with the flag that it hangs on: the plan shows it, and apply sends it.
fn comes_along(spec: &KindSpec, setting: &Setting, live: &Live, wanted: &BTreeMap<String, Wanted>) -> Option<Change> {
    let flag = spec.setting(setting.only_while?)?;
    let turned_on = wanted.get(flag.path).is_some_and(|wanted| wanted.value == Value::Bool(true)) && is_on(live, flag.path) == Some(false);
    turned_on.then(|| Change {
        setting: setting.path.to_owned(),
        before: live.settings.get(setting.path).cloned().unwrap_or(Reading::Unset),
        after: setting.aws_default.into(),
        effect: Effect::Strengthens,
        reaches: Reaches::Future,
        consequence: None,
        consent: Consent::NotNeeded,
        because: None,
    })
}

//! What moved between two snapshots.

use super::{movement, part, unread, with_parts};
use crate::kinds;
use crate::model::{
    Change, Code, Drift, Effect, Gap, Identity, Live, Loss, Moved, Note, Ownership, Reaches, Reading, ResourceId, Since, Snapshot, Value,
    count,
};
use crate::plan::toward;
use std::collections::{BTreeMap, BTreeSet};

/// What moved from one snapshot to a later one, of all that both hold.
///
/// What one of them could not read may have moved: it is a gap. Of what one of them did not look for nothing is said, and a note counts it.
/// `path` is that of the earlier one.
pub fn between(before: &Snapshot, after: &Snapshot, path: &str) -> Drift {
    let mut drift = Drift {
        format: Drift::FORMAT.to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        read_at: after.taken_at,
        policy: None,
        since: Some(Since { path: path.to_owned(), taken_at: before.taken_at }),
        targets: BTreeMap::new(),
        moved: Vec::new(),
        acknowledged: Vec::new(),
        unmoved: Vec::new(),
        gaps: after.gaps.clone(),
        notes: other_accounts(before, after),
    };
    drift.gaps.extend(before.gaps.iter().cloned().map(|gap| recorded(gap, path)));
    let several = before.identities.len().max(after.identities.len()) > 1;
    let (was, is) = (Held::of(before), Held::of(after));
    let mut beside = 0_usize;
    for live in &after.resources {
        if let Some(earlier) = was.things.get(&live.id) {
            let moved = settings(earlier, live, after, several);
            let now = unread(&live.id, &live.settings);
            let then = unread(&live.id, &earlier.settings);
            if moved.is_empty() && now.is_empty() && then.is_empty() {
                drift.unmoved.push(address(live, several));
            }
            // What a gap of the whole thing tells is not told again setting by setting.
            drift.gaps.extend(now.into_iter().filter(|_| !is.has_gap(&live.id)));
            drift.gaps.extend(then.into_iter().filter(|_| !was.has_gap(&live.id)).map(|gap| recorded(gap, path)));
            drift.moved.extend(moved);
            continue;
        }
        drift.moved.extend(match was.knows(live) {
            Knows::NotThere => Some(thing(live, Code::NewThing, "it is new", several)),
            Knows::NotLooked => {
                Some(thing(live, Code::NewThing, "it is looked at now and was not before: new, or newly selected or declared", several))
            }
            Knows::There => Some(thing(live, Code::NewThing, "it was there before, and is selected only now", several)),
            Knows::Nothing => {
                beside += 1;
                None
            }
        });
    }
    for live in before.resources.iter().filter(|live| !is.things.contains_key(&live.id)) {
        drift.moved.extend(match is.knows(live) {
            Knows::NotThere => Some(thing(live, Code::ThingGone, "it is gone", several)),
            Knows::There => Some(no_longer(live, "it is there, and is no longer selected", several)),
            Knows::NotLooked if live.mark.is_none() => {
                Some(no_longer(live, "it is no longer looked at: gone, or no longer selected or declared", several))
            }
            Knows::NotLooked => {
                Some(thing(live, Code::ThingGone, "nothing carries its mark any more: it is gone, or its mark is", several))
            }
            Knows::Nothing => {
                beside += 1;
                None
            }
        });
    }
    if beside > 0 {
        let things = count(beside, "thing");
        let text = format!("{things} of which one of the two readings knows nothing: whether they came, went or moved is not said");
        drift.notes.push(Note { code: None, text });
    }
    drift.sort();
    drift
}

/// A gap of the earlier snapshot.
fn recorded(gap: Gap, path: &str) -> Gap {
    let message = format!("when {path} was recorded: {}", gap.message);
    Gap { message, ..gap }
}

/// What a snapshot can say of a thing that it does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Knows {
    /// It was looked for, and is not there.
    NotThere,
    /// It is listed, and was not read: nothing selects it.
    There,
    /// Things of its kind were looked for, by tags or by the names that a policy declares, and nobody knows whether by its own.
    NotLooked,
    /// Nothing: the target was not reached, or something could not be read.
    Nothing,
}

/// What a snapshot holds.
struct Held<'a> {
    things: BTreeMap<&'a ResourceId, &'a Live>,
    absent: BTreeSet<&'a ResourceId>,
    /// What listings were made, by kind and target: whether of all names, and the names.
    listed: BTreeMap<(&'a str, &'a str), (bool, BTreeSet<&'a str>)>,
    identities: &'a BTreeMap<String, Identity>,
    /// What could not be read: target, kind and thing.
    gaps: BTreeSet<(&'a str, Option<&'a str>, Option<&'a str>)>,
}

impl<'a> Held<'a> {
    fn of(snapshot: &'a Snapshot) -> Self {
        let whole = |kind: &str| kinds::spec(kind).is_some_and(|spec| spec.ownership == Ownership::Whole);
        let listed = snapshot.inventories.iter().map(|inventory| {
            let names = inventory.listed.iter().map(|thing| thing.name.as_str()).collect();
            // Things that backstay makes are searched by mark and by declared name.
            ((inventory.kind.as_str(), inventory.target.as_str()), (inventory.names_complete && !whole(&inventory.kind), names))
        });
        Self {
            things: snapshot.resources.iter().map(|live| (&live.id, live)).collect(),
            absent: snapshot.absent.iter().collect(),
            listed: listed.collect(),
            identities: &snapshot.identities,
            gaps: snapshot.gaps.iter().map(|gap| (gap.target.as_str(), gap.kind.as_deref(), gap.resource.as_deref())).collect(),
        }
    }

    /// Whether it tells that something of this thing could not be read.
    fn has_gap(&self, id: &ResourceId) -> bool {
        self.gaps.contains(&(id.target.as_str(), Some(id.kind.as_str()), Some(id.name.as_str())))
    }

    /// What it can say of a thing that it does not hold.
    fn knows(&self, live: &Live) -> Knows {
        let id = &live.id;
        let (target, kind, name) = (id.target.as_str(), Some(id.kind.as_str()), Some(id.name.as_str()));
        let about = [(target, None, None), (target, kind, None), (target, kind, name), (target, None, name)];
        if !self.identities.contains_key(target) || about.iter().any(|gap| self.gaps.contains(gap)) {
            return Knows::Nothing;
        }
        if self.absent.contains(id) {
            return Knows::NotThere;
        }
        match self.listed.get(&(id.kind.as_str(), target)) {
            Some((_, names)) if names.contains(id.name.as_str()) => Knows::There,
            Some((true, _)) => Knows::NotThere,
            Some((false, _)) => Knows::NotLooked,
            None => Knows::Nothing,
        }
    }
}

/// A target that is another account or region now: nothing in it moved, it is another place.
fn other_accounts(before: &Snapshot, after: &Snapshot) -> Vec<Note> {
    let pairs = before.identities.iter().filter_map(|(target, was)| Some((target, was, after.identities.get(target)?)));
    let others = pairs.filter(|(_, was, is)| (&was.account, &was.region) != (&is.account, &is.region));
    let note = |(target, was, is): (&String, &Identity, &Identity)| Note {
        code: None,
        text: format!(
            "target `{target}` was {} in {} and is {} in {}: what is told is how these two differ, not what moved",
            was.account, was.region, is.account, is.region
        ),
    };
    others.map(note).collect()
}

fn settings(earlier: &Live, live: &Live, after: &Snapshot, several: bool) -> Vec<Moved> {
    let Some(kind) = kinds::find(&live.id.kind) else { return Vec::new() };
    let spec = kind.spec();
    let mut was = earlier.clone();
    let mut values = BTreeMap::new();
    for (path, now) in &live.settings {
        let then = was.settings.get(path);
        let is_inside = spec.is_block(path) || !crate::model::path::enclosing(path).is_empty();
        match (then, now) {
            // What one of the two does not know did not move.
            (Some(Reading::Unreadable { .. }), _) | (_, Reading::Unreadable { .. }) => {
                was.settings.remove(path);
            }
            (None, _) if !is_inside && !spec.owns(path) => {}
            (_, Reading::Known(value)) => {
                values.insert(path.clone(), value.clone());
            }
            (_, Reading::Unset) if !is_inside => {
                let default = spec.setting(path).map(|setting| Value::from(setting.aws_default));
                values.insert(path.clone(), default.unwrap_or_default());
            }
            (_, Reading::Unset) => {}
        }
    }
    let is_held = |path: &String| {
        live.settings.contains_key(path) || spec.owns(path) || spec.is_block(path) || !crate::model::path::enclosing(path).is_empty()
    };
    was.settings.retain(|path, _| is_held(path));
    let changes = toward(kind, &was, &values, after.taken_at);
    let mut moved: Vec<Moved> = Vec::new();
    for (change, parts) in with_parts(&changes) {
        // AWS's default that is named and AWS's default that is not are one value.
        let same = earlier.settings.get(&change.setting) == live.settings.get(&change.setting);
        if same {
            continue;
        }
        let now = live.settings.get(&change.setting).cloned().unwrap_or(Reading::Unset);
        let mut one = plain(live, Code::SettingMoved, &change.setting, change.before.clone(), now, change.effect, several);
        one.reaches = change.reaches;
        one.consequence.clone_from(&change.consequence);
        one.parts = parts.into_iter().map(part).collect();
        moved.push(one);
    }
    if earlier.mark != live.mark {
        let mark = |live: &Live| {
            let value = live.mark.as_ref().map(|mark| Value::from(format!("{}: {}", mark.workspace, mark.address)));
            value.map_or(Reading::Unset, Reading::Known)
        };
        let effect = if live.mark.is_none() { Effect::Weakens } else { Effect::Neutral };
        moved.push(plain(live, Code::MarkMoved, Change::OWNER, mark(earlier), mark(live), effect, several));
    }
    moved
}

/// A thing that nobody looks after any more.
fn no_longer(live: &Live, says: &str, several: bool) -> Moved {
    let is_there = |there: bool| Reading::Known(Value::Bool(there));
    let mut one = plain(live, Code::ThingGone, Moved::SELECT, is_there(true), is_there(false), Effect::Weakens, several);
    one.says = Some(says.to_owned());
    one
}

/// A thing that came or went.
fn thing(live: &Live, code: Code, says: &str, several: bool) -> Moved {
    let is_there = |there: bool| Reading::Known(Value::Bool(there));
    let existence = kinds::spec(&live.id.kind).map(|spec| (spec.ownership, spec.existence()));
    let (effect, consequence) = match (code, existence) {
        (Code::NewThing, _) | (_, None) => (Effect::Neutral, String::new()),
        (_, Some((Ownership::Settings, _))) => (Effect::LosesData, String::new()),
        (_, Some((Ownership::Whole, existence))) => (existence.loses.effect(), existence.when_removed.to_owned()),
    };
    let is_new = code == Code::NewThing;
    let mut one = plain(live, code, Change::EXISTS, is_there(!is_new), is_there(is_new), effect, several);
    if effect == Loss::ExistingRecoveryPoints.effect() {
        one.reaches = Reaches::Existing;
    }
    one.says = Some(says.to_owned());
    one.consequence = Some(consequence).filter(|text| !text.is_empty());
    one
}

fn plain(live: &Live, code: Code, setting: &str, before: Reading, now: Reading, effect: Effect, several: bool) -> Moved {
    let mut one = movement(code.as_str(), address(live, several), Some(live.id.clone()), setting, (before, now), effect);
    one.arn = live.arn.clone().unwrap_or_default();
    one
}

/// What a thing is called where no policy gives it an address.
pub(super) fn address(live: &Live, several: bool) -> String {
    let key = if several { format!("{}/{}", live.id.target, live.id.name) } else { live.id.name.clone() };
    let key = if live.replica_of.is_some() { format!("{key}@{}", live.id.region) } else { key };
    format!("{}[{}]", live.id.kind, Value::from(key.as_str()))
}

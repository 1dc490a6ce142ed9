//! What differs between a thing and what it must be. It needs nothing beyond what was read.
//!
//! A repeated block that is new or gone is one change; what is in it comes along as parts of that change. Where backstay owns the whole
//! of a thing or of a block, what is not declared must be AWS's default; elsewhere it is not looked at.

use super::resolve::Row;
use crate::kinds::{self, Kind};
use crate::model::{
    Action, Change, Consent, Declared, Effect, Fallback, Key, KindSpec, Live, Loss, Reaches, Reading, Setting, Shape, Snapshot, SourceId,
    Sources, Span, Value, Verb, Wanted, path,
};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// The action that makes a thing what it must be.
pub(super) fn action(row: &Row, snapshot: &Snapshot, sources: &Sources) -> Action {
    let live = merged(row, snapshot);
    let mut action = Action {
        address: row.address.clone(),
        block: row.block.clone(),
        index: row.index.clone(),
        also: row.also.clone(),
        id: row.id.clone(),
        arn: String::new(),
        verb: Verb::NoOp,
        refused: None,
        mark: None,
        parent: None,
        replaces: None,
        ahead: Vec::new(),
        facts: BTreeMap::new(),
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
    action.arn = live.arn.clone().or_else(|| spec.arn(&row.id.region, &row.account, &row.id.name)).unwrap_or_default();
    action.remarks = kind.remarks(live);
    action.remarks.extend(kind.passing(live));
    let found = Comparison { kind, spec, live, wanted: &row.wanted, sources, now: snapshot.taken_at }.run();
    action.verb = found.verb();
    action.refused = kind.forbids(&found.changes, live, &row.wanted);
    action.changes = found.changes;
    action.before = found.before;
    action
}

/// The changes by which a thing that is like `live` becomes one of these values, with what each does. No policy says so, and no place is told.
pub(crate) fn toward(kind: &dyn Kind, live: &Live, values: &BTreeMap<String, Value>, now: Timestamp) -> Vec<Change> {
    let nowhere = Span { source: SourceId::EMBEDDED, range: 0..0 };
    let wanted = values.iter().map(|(path, value)| (path.clone(), Wanted::new(value.clone(), nowhere.clone()))).collect();
    let comparison = Comparison { kind, spec: kind.spec(), live, wanted: &wanted, sources: &Sources::default(), now };
    let mut changes = comparison.run().changes;
    for change in &mut changes {
        change.because = None;
    }
    changes
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

pub(super) fn declared(wanted: &BTreeMap<String, Wanted>, sources: &Sources) -> BTreeMap<String, Declared> {
    let declared = |wanted: &Wanted| Declared {
        value: wanted.value.clone(),
        written: wanted.written.clone(),
        because: sources.position(&wanted.span),
    };
    wanted.iter().map(|(path, wanted)| (path.clone(), declared(wanted))).collect()
}

/// A thing beside what it must be.
pub(super) struct Comparison<'a> {
    pub(super) kind: &'a dyn Kind,
    pub(super) spec: &'static KindSpec,
    pub(super) live: &'a Live,
    pub(super) wanted: &'a BTreeMap<String, Wanted>,
    pub(super) sources: &'a Sources,
    pub(super) now: Timestamp,
}

/// What a comparison found.
#[derive(Default)]
pub(super) struct Found {
    pub(super) changes: Vec<Change>,
    /// Every value that was looked at.
    pub(super) before: BTreeMap<String, Reading>,
    /// Whether something that matters could not be read.
    unreadable: bool,
}

impl Found {
    /// What is to be done with a thing that is there.
    pub(super) fn verb(&self) -> Verb {
        match (self.changes.is_empty(), self.unreadable) {
            (false, _) => Verb::Update,
            (true, true) => Verb::Unknown,
            (true, false) => Verb::NoOp,
        }
    }
}

impl Comparison<'_> {
    /// Compares.
    pub(super) fn run(&self) -> Found {
        let mut found = Found::default();
        for at in self.paths() {
            let Some(setting) = self.spec.setting(&at) else { continue };
            if let Some(reading) = self.one(setting, &at, &mut found) {
                found.unreadable |= matches!(reading, Reading::Unreadable { .. });
                found.before.insert(at, reading);
            }
        }
        found
    }

    /// Every path to look at, in the order of the table.
    fn paths(&self) -> Vec<String> {
        let mut paths: Vec<String> = self.wanted.keys().cloned().collect();
        let is_block = |path: &str| self.spec.setting(path).is_some_and(is_repeated) && path.ends_with(']');
        paths.extend(self.live.settings.keys().filter(|path| self.spec.owns(path) || is_block(path)).cloned());
        let along = self.spec.settings.iter().filter(|setting| setting.only_while.is_some() && !self.spec.owns(setting.path));
        paths.extend(along.map(|setting| setting.path.to_owned()));
        self.spec.sort_paths(&mut paths);
        paths
    }

    /// Looks at one path; returns what was read of it, where that counts.
    fn one(&self, setting: &'static Setting, at: &str, found: &mut Found) -> Option<Reading> {
        let wanted = self.wanted.get(at);
        if self.kind.withholds(self.live, at, wanted.map(|wanted| &wanted.value)) {
            return None;
        }
        let read = self.live.settings.get(at).cloned();
        let around = path::enclosing(at).into_iter().find(|block| self.is_there(block) != self.wanted.contains_key(block));
        if let Some(block) = around {
            if let Some(unknown @ Reading::Unreadable { .. }) = self.live.settings.get(&block) {
                return Some(unknown.clone());
            }
            let reading = read.unwrap_or(Reading::Unset);
            if !matches!(setting.shape, Shape::Block(_)) {
                found.changes.extend(self.part(setting, at, &reading, wanted, block));
            }
            return Some(reading);
        }
        let owned = self.spec.owns(at) || is_repeated(setting);
        let reading = match (read, wanted) {
            (Some(reading), _) => reading,
            (None, Some(_)) if !owned => not_read(),
            (None, _) => Reading::Unset,
        };
        let after = match wanted {
            Some(wanted) => wanted.value.clone(),
            None if owned && is_repeated(setting) => Value::Bool(false),
            None if owned && setting.aws_default == Fallback::Kept => return None,
            None if owned => setting.aws_default.into(),
            None => {
                let change = self.comes_along(setting, at)?;
                let reading = change.before.clone();
                found.changes.push(change);
                return Some(reading);
            }
        };
        found.changes.extend(self.change(setting, at, &reading, &after));
        Some(reading)
    }

    fn is_there(&self, block: &str) -> bool {
        matches!(self.live.settings.get(block), Some(Reading::Known(Value::Bool(true))))
    }

    /// A setting of a block that is new or gone as a whole.
    fn part(&self, setting: &Setting, at: &str, reading: &Reading, wanted: Option<&Wanted>, block: String) -> Option<Change> {
        let after = wanted.map_or(Value::Null, |wanted| wanted.value.clone());
        let nothing = after == reading.effective(setting.aws_default).unwrap_or_default() && wanted.is_none();
        (!nothing).then(|| {
            let mut part = Change {
                setting: at.to_owned(),
                before: reading.clone(),
                after,
                effect: Effect::Neutral,
                reaches: Reaches::Future,
                consequence: None,
                consent: Consent::NotNeeded,
                because: self.because(at),
                part_of: Some(block),
            };
            part.reaches = self.kind.reaches(&part, self.live, self.wanted).unwrap_or(part.reaches);
            part
        })
    }

    fn because(&self, at: &str) -> Option<crate::model::Position> {
        self.wanted.get(at).map(|wanted| self.sources.position(&wanted.span))
    }

    fn change(&self, setting: &'static Setting, at: &str, reading: &Reading, after: &Value) -> Option<Change> {
        let effective = reading.effective(if is_repeated(setting) { Fallback::Bool(false) } else { setting.aws_default })?;
        // A setting that means nothing while its flag is off has no value in force, whatever its default.
        let in_force = setting.only_while.is_none_or(|flag| is_on(self.live, &path::beside(at, flag)) != Some(false));
        if in_force && (effective == *after || (effective.is_nothing() && after.is_nothing())) {
            return None;
        }
        let effect = setting.effect(at, &self.live.settings, after)?;
        let mut change = Change {
            setting: at.to_owned(),
            before: reading.clone(),
            after: after.clone(),
            effect,
            reaches: Reaches::Future,
            consequence: None,
            consent: Consent::NotNeeded,
            because: self.because(at),
            part_of: None,
        };
        change.effect = self.kind.effect(&change, self.live, self.wanted).unwrap_or(effect);
        change.reaches = self.kind.reaches(&change, self.live, self.wanted).unwrap_or_else(|| reaches(setting, &change));
        let own = self.kind.consequence_among(&change, self.live, self.wanted, self.now);
        change.consequence = own.or_else(|| general_consequence(setting, &change));
        // What only waits is what is compared, and what counts is what is shown.
        if let Some(now) = self.live.in_force(at) {
            change.before = Reading::Known(now.clone());
        }
        Some(change)
    }

    /// The change of a setting that nobody declared but that AWS sets along with the flag that it hangs on: the plan shows it, and apply
    /// sends it.
    fn comes_along(&self, setting: &Setting, at: &str) -> Option<Change> {
        let flag = setting.only_while?;
        let turned_on =
            self.wanted.get(flag).is_some_and(|wanted| wanted.value == Value::Bool(true)) && is_on(self.live, flag) == Some(false);
        turned_on.then(|| Change {
            setting: at.to_owned(),
            before: self.live.settings.get(at).cloned().unwrap_or(Reading::Unset),
            after: setting.aws_default.into(),
            effect: Effect::Strengthens,
            reaches: Reaches::Future,
            consequence: None,
            consent: Consent::NotNeeded,
            because: None,
            part_of: None,
        })
    }
}

/// Whether a row of the table is a block of which there can be several.
fn is_repeated(setting: &Setting) -> bool {
    matches!(setting.shape, Shape::Block(Key::Label | Key::Argument(_) | Key::Arguments(_)))
}

fn general_consequence(setting: &Setting, change: &Change) -> Option<String> {
    let text = match change.effect {
        Effect::Neutral => return None,
        // Said once, at the flag that is turned on.
        Effect::Strengthens if setting.only_while.is_some() && change.before == Reading::Unset => return None,
        Effect::Strengthens => setting.when_safer,
        Effect::Weakens | Effect::LosesData | Effect::Irreversible => setting.when_weaker,
    };
    (!text.is_empty()).then(|| text.to_owned())
}

/// Where a setting can take away what exists, it is about what exists in its safer direction too, unless it was off: then nothing does.
fn reaches(setting: &Setting, change: &Change) -> Reaches {
    let is_off = || {
        if setting.only_while.is_some() && change.before == Reading::Unset {
            return true;
        }
        let before = change.before.effective(setting.aws_default).unwrap_or_default();
        before.is_nothing() || before == Value::Bool(false) || before == Value::from(0)
    };
    match (change.effect, setting.loses) {
        (Effect::LosesData, _) | (Effect::Irreversible, Loss::ExistingRecoveryPoints) => Reaches::Existing,
        (_, Loss::ExistingRecoveryPoints) if !is_off() => Reaches::Existing,
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

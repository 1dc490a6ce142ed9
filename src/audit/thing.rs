//! What controls can ask of one thing: the value of `resource`, with why each part of it is not known that is not.

mod access;
mod seen;

use super::estate::Estate;
use crate::kinds::{self, Protection};
use crate::model::{
    BackupRule, CopyPlace, Covered, Examined, Ignorance, IgnoranceSort, Live, Lock, Mechanism, Ownership, Promised, Reading, Standing,
    Value, Verdict, path,
};
use serde::Serialize;
use std::collections::BTreeMap;

type Map = BTreeMap<String, Value>;

/// What is known of a thing.
pub(super) struct Known {
    /// What expressions know as `resource`.
    pub(super) value: Value,
    /// Why something of it is not known, by the names that lead to it.
    unknown: Vec<(String, Ignorance)>,
}

impl Known {
    /// Why what these names lead to is not known.
    pub(super) fn why(&self, paths: &[String]) -> Ignorance {
        let leads = |at: &str, to: &str| at == to || path::is_within(at, to) || path::is_within(to, at) || to.is_empty();
        let all = self.unknown.iter().filter(|(at, _)| paths.iter().any(|path| leads(at, path)));
        let mut found: Vec<&Ignorance> = all.map(|(_, why)| why).collect();
        found.sort();
        found.dedup();
        let sort = found.first().map_or(IgnoranceSort::Unread, |why| why.sort);
        let said: Vec<&str> = found.iter().map(|why| &*why.why).collect();
        let said = if said.is_empty() { "what decides it is not known".to_owned() } else { said.join("; ") };
        Ignorance { sort, why: said.into() }
    }
}

/// Puts together what is known of a thing that holds data.
pub(super) fn of_covered<'s>(estate: &Estate<'s>, covered: &'s Covered, promised: &[&Promised]) -> Known {
    let live = estate.live(&covered.kind, &covered.target, &covered.region, &covered.name);
    let mut maker = Maker::new(estate);
    maker.who(&covered.into());
    maker.put(
        "verdict",
        match covered.verdict {
            Verdict::Protected => Value::from("protected"),
            Verdict::Unprotected => Value::from("unprotected"),
            Verdict::Unknown => Value::Unknown,
        },
    );
    let unread = covered.unknown();
    if covered.verdict == Verdict::Unknown {
        maker.unknown("verdict", IgnoranceSort::Unread, &unread.join("; "));
    }
    match &covered.tags {
        Some(tags) => maker.put("tags", tags_of(tags)),
        None => maker.miss("tags", IgnoranceSort::Unread, "its tags could not be read"),
    }
    maker.promises(covered, promised);
    maker.settings(live, &covered.kind);
    if unread.is_empty() {
        maker.protection(covered);
        let told = [("alarms", maker.estate.alarms(covered).told()), ("roles", maker.estate.roles.told(covered))];
        for (name, (value, unknown)) in told {
            maker.put(name, value);
            maker.unknown.extend(unknown);
        }
    } else {
        let why = unread.join("; ");
        for name in ["mechanisms", "retention", "copies", "immutability", "encryption", "reasons", "alarms", "roles"] {
            maker.miss(name, IgnoranceSort::Unread, &why);
        }
    }
    maker.put("vault", Value::Null);
    access::put(&mut maker, None);
    seen::put(&mut maker, covered.observed.as_ref());
    maker.finish()
}

/// Puts together what is known of any other thing.
pub(super) fn of_live(estate: &Estate<'_>, live: &Live, who: &Examined) -> Known {
    let tags = estate.tags(live);
    let mut maker = Maker::new(estate);
    maker.who(who);
    match tags {
        Some(tags) => maker.put("tags", tags_of(&tags)),
        None => maker.miss("tags", IgnoranceSort::NotLookedAt, "tags of such things are not read by audits"),
    }
    maker.settings(Some(live), &live.id.kind);
    for name in ["verdict", "tier"] {
        maker.put(name, Value::Null);
    }
    seen::put_nothing(&mut maker);
    for name in ["retention", "copies", "immutability", "reasons"] {
        maker.put(name, Value::from(Vec::new()));
    }
    for name in ["promises", "encryption", "alarms", "roles"] {
        maker.put(name, Value::from(Map::new()));
    }
    let protection = kinds::find(&live.id.kind).and_then(kinds::Kind::protection);
    let rules = match protection {
        Some(Protection::Runs(rules)) => rules(live).into_iter().map(|rule| Mechanism::BackupRule(Box::new(rule))).collect(),
        _ => Vec::new(),
    };
    let mechanisms = rules.iter().enumerate().map(|(at, rule)| maker.mechanism(at, rule, &who.account, &who.region)).collect::<Vec<_>>();
    maker.put("mechanisms", Value::from(mechanisms));
    let vault = match protection {
        Some(Protection::Keeps(keeper)) => {
            let keeper = keeper(live);
            let (min, max) = keeper.range;
            let days = |days: Option<i64>| days.map_or(Value::Null, Value::from);
            let key = keeper.key.as_deref().map_or(Value::Unknown, Value::from);
            Value::from(Map::from([
                ("lock".to_owned(), maker.lock("vault.lock", keeper.lock)),
                ("min_days".to_owned(), days(min)),
                ("max_days".to_owned(), days(max)),
                ("key".to_owned(), key),
            ]))
        }
        _ => Value::Null,
    };
    access::put(&mut maker, live.arn.as_deref().filter(|_| vault != Value::Null));
    maker.put("vault", vault);
    maker.finish()
}

fn tags_of(tags: &BTreeMap<String, String>) -> Value {
    Value::from(tags.iter().map(|(key, value)| (key.clone(), Value::from(value.as_str()))).collect::<Map>())
}

fn text(text: Option<&str>) -> Value {
    text.map_or(Value::Null, Value::from)
}

fn plain(value: &impl Serialize) -> Value {
    serde_json::to_value(value).map(Value::from).unwrap_or_default()
}

pub(super) struct Maker<'e, 's> {
    estate: &'e Estate<'s>,
    map: Map,
    unknown: Vec<(String, Ignorance)>,
}

impl<'e, 's> Maker<'e, 's> {
    fn new(estate: &'e Estate<'s>) -> Self {
        Self { estate, map: Map::new(), unknown: Vec::new() }
    }

    pub(super) fn put(&mut self, name: &str, value: Value) {
        self.map.insert(name.to_owned(), value);
    }

    /// Notes why something is not known.
    pub(super) fn unknown(&mut self, at: &str, sort: IgnoranceSort, why: &str) {
        self.unknown.push((at.to_owned(), Ignorance { sort, why: why.into() }));
    }

    /// The same, of a name directly behind `resource`.
    pub(super) fn miss(&mut self, name: &str, sort: IgnoranceSort, why: &str) {
        self.put(name, Value::Unknown);
        self.unknown(name, sort, why);
    }

    fn who(&mut self, who: &Examined) {
        for (name, value) in [("kind", &who.kind), ("name", &who.name), ("account", &who.account), ("region", &who.region)] {
            self.put(name, Value::from(value.as_str()));
        }
        self.put("target", Value::from(who.target.as_str()));
        match &who.arn {
            Some(arn) => self.put("arn", Value::from(arn.as_str())),
            None => self.miss("arn", IgnoranceSort::NotLookedAt, "its ARN is not known"),
        }
        let tiers = self.estate.tiers.iter().map(|tier| Value::from(tier.as_str())).collect();
        self.put("tiers", Value::List(tiers));
        let estate = self.estate;
        estate.shown.put(self, &who.account);
    }

    fn promises(&mut self, covered: &Covered, tiers: &[&Promised]) {
        if covered.tags.is_none() && tiers.is_empty() && !self.estate.tiers.is_empty() {
            let why = "its tags, which may put it into a tier, could not be read";
            self.miss("tier", IgnoranceSort::Unread, why);
            self.miss("promises", IgnoranceSort::Unread, why);
            return;
        }
        self.put("tier", text(tiers.first().map(|one| one.tier.as_str())));
        let mut promises = Map::new();
        let mut worst: BTreeMap<&str, Standing> = BTreeMap::new();
        for promise in tiers.iter().flat_map(|one| &one.promises) {
            let standing = match promise.standing {
                Standing::Met => Value::from("met"),
                Standing::NotMet => Value::from("not_met"),
                Standing::Unprovable => {
                    let is_seen = ["rto", "drill", "rpo.now", "copies.rpo.now", "retention.now"].contains(&promise.promise.as_str());
                    let sort = match (covered.verdict == Verdict::Unknown, is_seen) {
                        (_, true) if covered.observed.is_none() => IgnoranceSort::NotLookedAt,
                        (true, false) => IgnoranceSort::Unread,
                        _ => IgnoranceSort::Unprovable,
                    };
                    self.unknown(&format!("promises.{}.standing", promise.promise), sort, &promise.why.join("; "));
                    Value::Unknown
                }
            };
            let told = Map::from([
                ("standing".to_owned(), standing),
                ("wants".to_owned(), Value::from(promise.wants.as_str())),
                ("has".to_owned(), text(promise.has.as_deref())),
            ]);
            // Of a thing in several tiers the worst counts.
            if worst.get(promise.promise.as_str()).is_none_or(|known| *known < promise.standing) {
                worst.insert(promise.promise.as_str(), promise.standing);
                promises.insert(promise.promise.clone(), Value::from(told));
            }
        }
        self.put("promises", Value::from(promises));
    }

    fn settings(&mut self, live: Option<&Live>, kind: &str) {
        let Some(live) = live else {
            return self.miss("settings", IgnoranceSort::Unread, "its settings could not be read");
        };
        let spec = kinds::spec(kind);
        let mut settings = Map::new();
        for (at, reading) in &live.settings {
            let value = match reading {
                Reading::Known(value) => live.in_force(at).unwrap_or(value).clone(),
                Reading::Unset => spec.and_then(|spec| spec.setting(at)).map_or(Value::Null, |setting| Value::from(setting.aws_default)),
                Reading::Unreadable { cause } => {
                    self.unknown(&format!("settings.{}", path::generic(at)), IgnoranceSort::Unread, &format!("`{at}`: {cause}"));
                    Value::Unknown
                }
            };
            nest(&mut settings, &path::segments(at), value);
        }
        // Of what others own each setting is read by itself: what is not there was not read.
        for spec in spec.into_iter().filter(|spec| spec.ownership == Ownership::Settings) {
            for setting in spec.settings.iter().filter(|setting| spec.is_alone(setting.path) && !live.settings.contains_key(setting.path)) {
                let within = live.settings.keys().any(|at| path::is_within(at, setting.path));
                if !within {
                    let why = format!("`{}` was not read", setting.path);
                    self.unknown(&format!("settings.{}", setting.path), IgnoranceSort::Unread, &why);
                    nest(&mut settings, &path::segments(setting.path), Value::Unknown);
                }
            }
        }
        self.put("settings", Value::from(settings));
    }

    /// What protects a thing of which all is read.
    fn protection(&mut self, covered: &Covered) {
        let mechanisms: Vec<Value> = covered
            .mechanisms
            .iter()
            .enumerate()
            .map(|(at, mechanism)| self.mechanism(at, mechanism, &covered.account, &covered.region))
            .collect();
        self.put("mechanisms", Value::from(mechanisms));
        self.put("retention", plain(&covered.retention));
        let copies = covered.copies.iter().map(|copy| self.copy(copy)).collect::<Vec<_>>();
        if self.estate.is_management_unread(&covered.target) && !copies.is_empty() {
            self.miss("copies", IgnoranceSort::Unread, "whether AWS Backup manages its type in full, as copies need, could not be read");
        } else {
            self.put("copies", Value::from(copies));
        }
        let is_lock_unknown = |mechanism: &Mechanism| matches!(mechanism, Mechanism::BackupRule(rule) if rule.lock == Lock::Unknown);
        if covered.mechanisms.iter().any(is_lock_unknown) {
            self.miss("immutability", IgnoranceSort::Unread, "whether a vault is locked could not be read");
        } else {
            self.put("immutability", plain(&covered.immutability));
        }
        self.encryption(covered);
        self.put("reasons", plain(&covered.reasons));
    }

    fn copy(&mut self, copy: &CopyPlace) -> Value {
        // The ARN of a bucket tells no region.
        let region = copy.region.clone().or_else(|| self.estate.region_of(copy.store.as_deref()?));
        if region.is_none() {
            self.unknown("copies", IgnoranceSort::NotLookedAt, &format!("the region of {} is that of no target", copy.by));
        }
        if copy.account.is_none() {
            self.unknown("copies", IgnoranceSort::NotLookedAt, &format!("the account of {} is not known", copy.by));
        }
        let known = |text: Option<&str>| text.map_or(Value::Unknown, Value::from);
        Value::from(Map::from([
            ("account".to_owned(), known(copy.account.as_deref())),
            ("region".to_owned(), known(region.as_deref())),
            ("store".to_owned(), text(copy.store.as_deref())),
            ("days".to_owned(), copy.days.map_or(Value::Null, Value::from)),
            ("by".to_owned(), Value::from(copy.by.as_str())),
        ]))
    }

    fn encryption(&mut self, covered: &Covered) {
        let itself = covered.encryption.iter().find_map(|said| said.strip_prefix("itself: "));
        if itself.is_none() {
            self.unknown(
                "encryption.itself",
                IgnoranceSort::NotLookedAt,
                &format!("how an {} itself is encrypted is not read yet", covered.kind),
            );
        }
        let mut backups = Vec::new();
        for mechanism in &covered.mechanisms {
            match mechanism {
                Mechanism::BackupRule(rule) => {
                    backups.push(self.key("vault", &rule.vault, rule.vault_key.as_deref()));
                    for copy in &rule.copies {
                        let key = self.estate.key_of(&copy.vault_arn);
                        backups.push(self.key("vault", &copy.vault_arn, key.as_deref()));
                    }
                }
                Mechanism::CopiedBackups { region, key, .. } => backups.push(self.key("copies in", region, key.as_deref())),
                _ => {}
            }
        }
        let itself = itself.map_or(Value::Unknown, |said| if said == kinds::NOT_ENCRYPTED { Value::Null } else { Value::from(said) });
        self.put("encryption", Value::from(Map::from([("itself".to_owned(), itself), ("backups".to_owned(), Value::from(backups))])));
    }

    fn key(&mut self, what: &str, name: &str, key: Option<&str>) -> Value {
        if let Some(key) = key {
            return Value::from(key);
        }
        self.unknown(
            "encryption.backups",
            IgnoranceSort::NotLookedAt,
            &format!("the key of {what} {name} is not known: no target reads it"),
        );
        Value::Unknown
    }

    fn lock(&mut self, at: &str, lock: Lock) -> Value {
        match lock {
            Lock::None => Value::from("none"),
            Lock::Governance => Value::from("governance"),
            Lock::ComplianceFrom(date) if date <= self.estate.at => Value::from("compliance"),
            Lock::ComplianceFrom(_) => Value::from("compliance_later"),
            Lock::AirGapped => Value::from("air_gapped"),
            Lock::Unknown => {
                self.unknown(at, IgnoranceSort::Unread, "whether the vault is locked could not be read");
                Value::Unknown
            }
        }
    }

    /// A mechanism as JSON has it; what nobody knows is unknown, and not null.
    fn mechanism(&mut self, place: usize, mechanism: &Mechanism, account: &str, region: &str) -> Value {
        let Value::Map(mut map) = plain(mechanism) else { return Value::Unknown };
        let protects = if mechanism.is_doubtful() { Value::Unknown } else { Value::from(mechanism.protects()) };
        map.insert("protects".to_owned(), protects);
        let unknown: &[&str] = match mechanism {
            Mechanism::PointInTime(_) | Mechanism::AutomatedBackups(_) => &["days", "earliest", "latest", "window"],
            Mechanism::CopiedBackups { .. } => &["days", "key"],
            Mechanism::BackupRule(_) => &["vault_key"],
            _ => &[],
        };
        let unknown: Vec<&str> = unknown.iter().copied().filter(|name| map.get(*name) == Some(&Value::Null)).collect();
        for name in unknown {
            self.unknown(
                &format!("mechanisms.{place}.{name}"),
                IgnoranceSort::NotLookedAt,
                &format!("`{name}` of a mechanism is not known"),
            );
            map.insert(name.to_owned(), Value::Unknown);
        }
        if let Mechanism::BackupRule(rule) = mechanism {
            self.rule(&mut map, rule, account, region);
        }
        Value::from(map)
    }

    fn rule(&mut self, map: &mut Map, rule: &BackupRule, account: &str, region: &str) {
        let lock = self.lock("mechanisms", rule.lock);
        map.insert("lock".to_owned(), lock);
        let hours = self.estate.longest_hours(&rule.schedule, &rule.time_zone);
        if hours.is_none() {
            self.unknown("mechanisms", IgnoranceSort::Unprovable, &format!("`{}` tells no time between two runs", rule.schedule));
        }
        map.insert("longest_hours".to_owned(), hours.map_or(Value::Unknown, Value::from));
        let (min, max) = self.estate.range_of(account, region, &rule.vault);
        map.insert("vault_min_days".to_owned(), min.map_or(Value::Null, Value::from));
        map.insert("vault_max_days".to_owned(), max.map_or(Value::Null, Value::from));
        let known = |text: Option<&str>| text.map_or(Value::Unknown, Value::from);
        let copies = rule.copies.iter().map(|copy| {
            Value::from(Map::from([
                ("vault_arn".to_owned(), Value::from(copy.vault_arn.as_str())),
                ("region".to_owned(), known(copy.region.as_deref())),
                ("account".to_owned(), known(copy.account.as_deref())),
                ("delete_after_days".to_owned(), copy.delete_after_days.map_or(Value::Null, Value::from)),
            ]))
        });
        map.insert("copies".to_owned(), copies.collect::<Vec<_>>().into());
    }

    fn finish(self) -> Known {
        Known { value: Value::from(self.map), unknown: self.unknown }
    }
}

/// Puts a value at its path; of a repeated block the keys are those of a map. What is within the unknown stays unknown.
fn nest(map: &mut Map, segments: &[path::Segment], value: Value) {
    let Some((first, rest)) = segments.split_first() else { return };
    let names: Vec<&str> = std::iter::once(first.name.as_str()).chain(first.key.as_deref()).collect();
    let mut at = map;
    for (place, name) in names.iter().enumerate() {
        let is_last = place + 1 == names.len();
        let is_there = at.contains_key(*name);
        let slot = at.entry((*name).to_owned()).or_insert(Value::Null);
        // Of what is not known, and of a block that is not there, nothing within is known either.
        if matches!(slot, Value::Unknown) || (is_there && !is_last_of(is_last, rest) && matches!(slot, Value::Null | Value::Bool(false))) {
            return;
        }
        if is_last && rest.is_empty() {
            // That a block is there is said at its own path, beside what is in it.
            if !matches!(slot, Value::Map(_)) {
                *slot = if first.key.is_some() && value == Value::Bool(true) { Value::from(Map::new()) } else { value };
            }
            return;
        }
        if !matches!(slot, Value::Map(_)) {
            *slot = Value::from(Map::new());
        }
        let Value::Map(inner) = slot else { return };
        if is_last {
            return nest(inner, rest, value);
        }
        at = inner;
    }
}

fn is_last_of(is_last_name: bool, rest: &[path::Segment]) -> bool {
    is_last_name && rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_nested_as_policies_write_them() {
        let mut map = Map::new();
        let mut put = |at: &str, value: Value| nest(&mut map, &path::segments(at), value);
        put("rule[\"a.b\"]", Value::from(true));
        put("rule[\"a.b\"].days", Value::from(3));
        put("rule[\"c\"]", Value::from(true));
        put("versioning.status", Value::from("Enabled"));
        put("lock", Value::from(true));
        put("lock.mode", Value::from("COMPLIANCE"));
        put("gone", Value::from(false));
        put("gone.mode", Value::Null);
        put("secret", Value::Unknown);
        put("secret.part", Value::from(1));
        let text = Value::from(map).to_string();
        let expected = r#"{ "gone" = false, "lock" = { "mode" = "COMPLIANCE" }, "rule" = { "a.b" = { "days" = 3 }, "c" = {} }, "secret" = (known after apply), "versioning" = { "status" = "Enabled" } }"#;
        assert_eq!(text, expected);
    }
}

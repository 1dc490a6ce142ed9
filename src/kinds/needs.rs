//! What one thing needs of another so that it works, said without naming the other's kind: its ARN is enough.

use crate::model::{ArnForm, Identity, KindSpec, Listed, Ownership, Policy, Request, Resource, Severity, Value, Wanted};
use crate::time::Starts;
use std::collections::{BTreeMap, BTreeSet};

/// What a thing needs of another.
#[derive(Clone, Debug)]
pub struct Need {
    /// The path of the setting that needs it.
    pub at: String,
    /// The ARN of the other thing.
    pub of: String,
    /// What of it.
    pub needed: Needed,
    /// How grave it is that it has not: an error ends the run, a warning is shown.
    pub severity: Severity,
    /// What happens without it: `its notifications are dropped`.
    pub otherwise: String,
}

/// What is needed of a thing.
#[derive(Clone, Debug)]
pub enum Needed {
    /// It must let this request in.
    Entry(Request),
    /// It must be there, declared or live.
    Presence,
    /// It must be in this region, which its ARN does not tell.
    Region(String),
    /// These flags of it should be on: without them less is done, which is told and not refused.
    Flags {
        /// The paths.
        paths: Vec<String>,
    },
    /// It is a role, and must let a service assume it.
    Trust {
        /// The service's principal: `backup.amazonaws.com`.
        service: &'static str,
    },
    /// It is a key of KMS, and must be one that can be used.
    Key,
    /// It must take what is kept for so many days; none is for ever.
    Keeping(Option<i64>),
    /// It must not be busy with something else when jobs may start.
    Free {
        /// When they may.
        starts: Starts,
        /// With what.
        busy: Busy,
    },
    /// Nobody else may declare what is handed over with it.
    HandedOver(Handed),
    /// One of its settings must have this value.
    Setting {
        /// The path.
        path: String,
        /// The value.
        value: Value,
    },
}

/// What AWS Backup takes over of a database that it backs up continuously.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handed {
    /// For how many days its automated backups are kept: so many.
    Days(i64),
    /// At which hours they are made.
    Hours,
}

/// What a database does at hours of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Busy {
    /// Its automated backup, each day.
    Backup,
    /// Its maintenance, each week.
    Maintenance,
}

/// Whether a thing has what another needs of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It has.
    Yes,
    /// It surely has not.
    No {
        /// Why: the end of a sentence that starts with the thing.
        reason: String,
        /// The setting of it that is to blame.
        at: String,
        /// What to do.
        remedy: String,
    },
    /// It may not have: what it hangs on is not documented.
    Doubtful {
        /// Why: the end of a sentence that starts with the thing.
        reason: String,
        /// The setting of it that it hangs on.
        at: String,
        /// What to do.
        remedy: String,
    },
    /// Nobody can tell.
    Unknown,
}

/// Where the thing that needs something is, or will be.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// Its ARN, where that is known.
    pub arn: Option<&'a str>,
    /// The ARN of what it is a part of, where that is known.
    pub whole: Option<&'a str>,
    /// Its region.
    pub region: &'a str,
    /// Its account.
    pub account: &'a str,
    /// The things that are known, declared or live, by their ARNs, with their tags where those are known.
    pub seen: &'a [Listed],
}

impl Need {
    /// Whether it hangs on what the other thing is in AWS, and not on what is declared of it alone.
    pub fn is_of_live(&self) -> bool {
        !matches!(self.needed, Needed::HandedOver(_))
    }

    /// Whether a setting that is needed has its value; of anything else nobody can tell.
    pub fn compare(&self, will_be: &dyn Fn(&str) -> Option<Value>) -> Answer {
        let Needed::Setting { path, value } = &self.needed else { return Answer::Unknown };
        match will_be(path) {
            None | Some(Value::Unknown) => Answer::Unknown,
            Some(found) if found == *value => Answer::Yes,
            Some(found) => Answer::No {
                reason: if found.is_nothing() { format!("has no `{path}`") } else { format!("has `{path}` = {found}") },
                at: path.clone(),
                remedy: format!("set `{path}` of it to {value}"),
            },
        }
    }
}

/// All that a declared thing needs of others.
pub fn needs(policy: &Policy, resource: &Resource, place: Place<'_>) -> Vec<Need> {
    let Some(kind) = super::find(&resource.address.kind) else { return Vec::new() };
    let parts = policy.resources.iter().filter(|part| part.parent.as_ref() == Some(&resource.address));
    let parts: Vec<&BTreeMap<String, Wanted>> = parts.map(|part| &part.wanted).collect();
    let mut needs = kind.needs(&resource.wanted, place);
    needs.extend(kind.needs_of_parts(&resource.wanted, &parts, place));
    needs
}

/// The settings that things of a policy need in one target of what others own, or of what there is one of: its kind and name, with their
/// paths. They are read although nobody declares them. That a thing must be there is seen by its first setting, which one call reads.
///
/// Settings of things of this place are read for those of other targets too, where ARNs tell the place.
pub fn watched(policy: &Policy, target: &str, identities: &BTreeMap<String, Identity>) -> Watched {
    watched_of(policy, target, identities, &[])
}

/// Settings by the kind and name of what has them.
type Watched = BTreeMap<(&'static str, String), BTreeSet<String>>;

/// The most things that are read in one target because they are chosen by pattern or tag.
const MOST_CHOSEN: usize = 500;

/// What [`watched`] tells, of what things choose by pattern or tag of those that were `seen` in a target, and how many more there are than are
/// read.
pub fn chosen(policy: &Policy, target: &str, identities: &BTreeMap<String, Identity>, seen: &[Listed]) -> (Watched, usize) {
    if seen.is_empty() {
        return (Watched::new(), 0);
    }
    let (mut all, named) = (watched_of(policy, target, identities, seen), watched(policy, target, identities));
    for (thing, settings) in &mut all {
        settings.retain(|setting| !named.get(thing).is_some_and(|named| named.contains(setting)));
    }
    all.retain(|_, settings| !settings.is_empty());
    let left_out = all.len().saturating_sub(MOST_CHOSEN);
    (all.into_iter().take(MOST_CHOSEN).collect(), left_out)
}

fn watched_of(policy: &Policy, target: &str, identities: &BTreeMap<String, Identity>, seen: &[Listed]) -> Watched {
    let Some(identity) = identities.get(target) else { return Watched::new() };
    let in_place = |identity: &Identity, resource: &Resource, seen: &[Listed]| {
        needs(policy, resource, Place { arn: None, whole: None, region: &identity.region, account: &identity.account, seen })
    };
    let mut watched = Watched::new();
    for resource in &policy.resources {
        let elsewhere = resource.targets.iter().filter(|one| *one != target).filter_map(|one| identities.get(one));
        for need in elsewhere.flat_map(|there| in_place(there, resource, &[])) {
            let Needed::Setting { path, .. } = &need.needed else { continue };
            // An ARN without a place says nothing of where to look.
            let placed = super::all()
                .map(super::Kind::spec)
                .filter(|spec| spec.ownership == Ownership::Settings && spec.arn_form != ArnForm::Global);
            for spec in placed.filter(|spec| spec.single.is_none() && spec.setting(path).is_some()) {
                let Some(name) = name_of(spec, &need.of, identity) else { continue };
                watched.entry((spec.name, name)).or_default().insert(path.clone());
            }
        }
    }
    let here = policy.resources.iter().filter(|resource| resource.targets.iter().any(|one| one == target));
    for need in here.flat_map(|resource| in_place(identity, resource, seen)) {
        let paths = match &need.needed {
            Needed::Setting { path, .. } => vec![path.clone()],
            Needed::Flags { paths } => paths.clone(),
            Needed::Trust { .. } | Needed::Key => continue,
            Needed::Entry(_) | Needed::Presence | Needed::Region(_) | Needed::Keeping(_) | Needed::Free { .. } | Needed::HandedOver(_) => {
                Vec::new()
            }
        };
        let of_others = super::all().map(super::Kind::spec).filter(|spec| spec.ownership == Ownership::Settings && spec.single.is_none());
        for spec in of_others.filter(|_| !matches!(need.needed, Needed::Entry(_) | Needed::Keeping(_) | Needed::HandedOver(_))) {
            let Some(name) = name_of(spec, &need.of, identity) else { continue };
            let first = spec.settings.first().filter(|_| paths.is_empty()).map(|setting| setting.path.to_owned());
            let known = paths.iter().filter(|path| spec.setting(path).is_some()).cloned();
            watched.entry((spec.name, name)).or_default().extend(known.chain(first));
        }
        let single = super::all().map(super::Kind::spec).find_map(|spec| {
            let name = spec.single?.name(&identity.region, &identity.account);
            (spec.known_as(&identity.region, &identity.account, name).as_ref() == Some(&need.of)).then(|| (spec.name, name.to_owned()))
        });
        if let Some(single) = single.filter(|_| !paths.is_empty()) {
            watched.entry(single).or_default().extend(paths);
        }
    }
    watched
}

/// The things of one place that must be there for those of a policy in any target, by kind and name: only who looks for one knows that it
/// is not. Where things of several kinds have ARNs of one form, it is looked for among all of them.
pub fn sought(policy: &Policy, identities: &BTreeMap<String, Identity>, here: &Identity) -> BTreeSet<(&'static str, String)> {
    let mut found = BTreeSet::new();
    for resource in &policy.resources {
        for identity in resource.targets.iter().filter_map(|target| identities.get(target)) {
            let place = Place { arn: None, whole: None, region: &identity.region, account: &identity.account, seen: &[] };
            let needs = needs(policy, resource, place).into_iter();
            for need in needs.filter(|need| matches!(need.needed, Needed::Presence)) {
                let kinds = super::all().map(super::Kind::spec).filter(|spec| spec.ownership == Ownership::Whole);
                found.extend(kinds.filter_map(|spec| Some((spec.name, name_of(spec, &need.of, here)?))));
            }
        }
    }
    found
}

/// The name that a thing of a kind has whose ARN this is, in one place; none where the ARN is of another place or of no such thing.
pub fn name_of(spec: &KindSpec, arn: &str, here: &Identity) -> Option<String> {
    let start = match spec.arn_form {
        ArnForm::Global => spec.arn(&here.region, &here.account, "")?,
        _ => spec.arn_start(&here.region, &here.account),
    };
    let name = arn.strip_prefix(&start)?;
    (spec.arn(&here.region, &here.account, name).as_deref() == Some(arn)).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn need() -> Need {
        Need {
            at: "replication_rule".to_owned(),
            of: "arn:aws:s3:::copies".to_owned(),
            needed: Needed::Setting { path: "versioning.status".to_owned(), value: Value::from("Enabled") },
            severity: Severity::Error,
            otherwise: "nothing is replicated".to_owned(),
        }
    }

    #[test]
    fn a_setting_that_nobody_knows_is_no_answer() {
        assert_eq!(need().compare(&|_| None), Answer::Unknown);
        assert_eq!(need().compare(&|_| Some(Value::Unknown)), Answer::Unknown);
    }

    #[test]
    fn another_value_and_none_are_a_no_that_says_what_to_set() {
        assert_eq!(need().compare(&|_| Some(Value::from("Enabled"))), Answer::Yes);
        let Answer::No { reason, at, remedy } = need().compare(&|_| Some(Value::from("Suspended"))) else { unreachable!() };
        assert_eq!(reason, r#"has `versioning.status` = "Suspended""#);
        assert_eq!((at.as_str(), remedy.as_str()), ("versioning.status", r#"set `versioning.status` of it to "Enabled""#));
        let Answer::No { reason, .. } = need().compare(&|_| Some(Value::Null)) else { unreachable!() };
        assert_eq!(reason, "has no `versioning.status`");
    }
}

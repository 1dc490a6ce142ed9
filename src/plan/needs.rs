//! What declared things need of each other: matched by ARN, answered by the kind of the thing that is needed.
//!
//! What a policy declares counts first, so that much is found before anything is read; then what is live. Where neither is known, nothing
//! is said.

use super::order;
use super::resolve::Row;
use crate::kinds::{self, Answer, Kind, Need, Needed, Place};
use crate::model::{
    Action, Code, Diagnostic, Fallback, Identity, KindSpec, Live, Ownership, Policy, Protect, ResourceId, Snapshot, Span, Target, Value,
    Verb, Wanted,
};
use std::collections::{BTreeMap, BTreeSet};

/// A declared thing.
struct Thing<'a> {
    kind: &'static dyn Kind,
    /// Its block, with which its problems are told.
    address: String,
    /// Which thing, where its name is known.
    id: Option<ResourceId>,
    arn: Option<String>,
    region: &'a str,
    account: &'a str,
    wanted: &'a BTreeMap<String, Wanted>,
    header: Option<&'a Span>,
}

/// Every need of a policy that is surely not met by what the policy declares; what is live is not known yet.
pub fn declared(policy: &Policy) -> Vec<Diagnostic> {
    let nobody = BTreeMap::new();
    let mut things = resources(policy, &nobody);
    for protect in &policy.protects {
        things.extend(protected(policy, protect));
    }
    unmet(&things, &[], &BTreeMap::new())
}

/// Every need of a policy that is surely not met, given what is live.
pub(super) fn planned(policy: &Policy, snapshot: &Snapshot, rows: &[Row]) -> Vec<Diagnostic> {
    unmet(&things(policy, snapshot, rows), &snapshot.resources, &absent(snapshot))
}

/// Makes whatever needs something of another thing wait for it, as if it referred to it: a name that is written out is as good as a
/// reference. Things that need each other in a circle are left to the references that there are.
pub(super) fn order(policy: &Policy, snapshot: &Snapshot, rows: &[Row], actions: &mut [Action]) {
    let things = things(policy, snapshot, rows);
    let by_arn = by_arn(&things);
    let staying = actions.iter().enumerate().filter(|(_, action)| action.verb != Verb::Delete);
    let place: BTreeMap<&ResourceId, usize> = staying.map(|(place, action)| (&action.id, place)).collect();
    let place = |thing: &Thing<'_>| place.get(thing.id.as_ref()?).copied();
    let mut edges: BTreeSet<(usize, usize)> = BTreeSet::new();
    for (thing, from) in things.iter().filter_map(|thing| Some((thing, place(thing)?))) {
        for need in thing.needs() {
            let needed = by_arn.get(need.of.as_str()).into_iter().flatten().filter_map(|other| place(other));
            edges.extend(needed.filter(|to| *to != from).map(|to| (from, to)));
        }
    }
    let found = order::without_circles(actions, &edges).into_iter();
    let waits: Vec<(usize, String)> = found.filter_map(|(from, to)| Some((from, actions.get(to)?.address.clone()))).collect();
    for (from, address) in waits {
        if let Some(action) = actions.get_mut(from).filter(|action| !action.depends_on.contains(&address)) {
            action.depends_on.push(address);
            action.depends_on.sort();
        }
    }
}

/// All that is declared, with what a `protect` selected.
fn things<'a>(policy: &'a Policy, snapshot: &'a Snapshot, rows: &'a [Row]) -> Vec<Thing<'a>> {
    let mut things = resources(policy, &snapshot.identities);
    let of_row = |row: &'_ Row| kinds::find(&row.id.kind).map(|kind| (kind, kind.spec().arn(&row.id.region, &row.account, &row.id.name)));
    things.extend(rows.iter().filter_map(|row| {
        let (kind, arn) = of_row(row)?;
        Some(Thing {
            kind,
            address: row.address.clone(),
            id: Some(row.id.clone()),
            arn,
            region: &row.id.region,
            account: &row.account,
            wanted: &row.wanted,
            header: None,
        })
    }));
    things
}

/// What was looked for and is not there, by ARN.
fn absent(snapshot: &Snapshot) -> BTreeMap<String, &'static KindSpec> {
    let found = snapshot.absent.iter().filter_map(|id| {
        let spec = kinds::spec(&id.kind)?;
        let account = &snapshot.identities.get(&id.target)?.account;
        Some((spec.arn(&id.region, account, &id.name)?, spec))
    });
    found.collect()
}

/// The region and the account of a target, as far as they are known.
fn place<'a>(target: &'a Target, identities: &'a BTreeMap<String, Identity>) -> Option<(&'a str, &'a str)> {
    let identity = identities.get(&target.name);
    let region = identity.map(|identity| identity.region.as_str()).or(target.region.as_deref())?;
    let account = identity.map(|identity| identity.account.as_str()).or(target.account_id.as_deref())?;
    Some((region, account))
}

fn resources<'a>(policy: &'a Policy, identities: &'a BTreeMap<String, Identity>) -> Vec<Thing<'a>> {
    let mut things = Vec::new();
    for resource in &policy.resources {
        let Some(kind) = kinds::find(&resource.address.kind) else { continue };
        for target in resource.targets.iter().filter_map(|target| policy.targets.get(target)) {
            let Some((region, account)) = place(target, identities) else { continue };
            let arn = resource.name.as_deref().and_then(|name| kind.spec().arn(region, account, name));
            let address = resource.address.to_string();
            let id = resource.name.clone().map(|name| ResourceId {
                kind: resource.address.kind.clone(),
                target: target.name.clone(),
                region: region.to_owned(),
                name,
            });
            things.push(Thing { kind, address, id, arn, region, account, wanted: &resource.wanted, header: Some(&resource.span) });
        }
    }
    things
}

/// The things that a `protect` names outright.
fn protected<'a>(policy: &'a Policy, protect: &'a Protect) -> Vec<Thing<'a>> {
    let Some(kind) = kinds::find(&protect.address.kind) else { return Vec::new() };
    let mut things = Vec::new();
    for target in protect.targets.iter().filter_map(|target| policy.targets.get(target)) {
        let (Some(region), Some(account)) = (target.region.as_deref(), target.account_id.as_deref()) else { continue };
        let is_left_out = |name: &str| protect.select.except.names.iter().any(|pattern| super::address_matches(&pattern.text, name));
        for pattern in protect.select.names.iter().filter(|pattern| pattern.is_literal() && !is_left_out(&pattern.text)) {
            let arn = kind.spec().arn(region, account, &pattern.text);
            let address = protect.address.to_string();
            things.push(Thing { kind, address, id: None, arn, region, account, wanted: &protect.wanted, header: Some(&protect.span) });
        }
    }
    things
}

impl Thing<'_> {
    /// What it needs of others.
    fn needs(&self) -> Vec<Need> {
        self.kind.needs(self.wanted, Place { arn: self.arn.as_deref(), region: self.region, account: self.account })
    }
}

fn by_arn<'a>(things: &'a [Thing<'a>]) -> BTreeMap<&'a str, Vec<&'a Thing<'a>>> {
    let mut by_arn: BTreeMap<&str, Vec<&Thing<'_>>> = BTreeMap::new();
    for thing in things {
        if let Some(arn) = &thing.arn {
            by_arn.entry(arn).or_default().push(thing);
        }
    }
    by_arn
}

fn unmet(things: &[Thing<'_>], live: &[Live], absent: &BTreeMap<String, &'static KindSpec>) -> Vec<Diagnostic> {
    let by_arn = by_arn(things);
    let live: BTreeMap<&str, &Live> = live.iter().filter_map(|live| Some((live.arn.as_deref()?, live))).collect();
    let mut problems = Vec::new();
    let mut told = BTreeSet::new();
    for thing in things {
        for need in thing.needs() {
            let needed = Other {
                declared: by_arn.get(need.of.as_str()).map(Vec::as_slice).unwrap_or_default(),
                live: live.get(need.of.as_str()).copied(),
                absent: absent.get(&need.of).copied(),
            };
            let Some(problem) = needed.problem(thing, &need) else { continue };
            if told.insert((thing.address.clone(), need.at.clone(), problem.title.clone())) {
                problems.push(problem);
            }
        }
    }
    problems
}

/// What is known of a thing that another needs something of.
struct Other<'a> {
    /// The blocks that are about it.
    declared: &'a [&'a Thing<'a>],
    live: Option<&'a Live>,
    /// Its kind, where it was looked for and is not there.
    absent: Option<&'static KindSpec>,
}

impl Other<'_> {
    fn kind(&self) -> Option<&'static dyn Kind> {
        self.declared.first().map(|thing| thing.kind).or_else(|| kinds::find(&self.live?.id.kind))
    }

    fn wanted(&self, path: &str) -> Option<&Wanted> {
        self.declared.iter().find_map(|thing| thing.wanted.get(path))
    }

    /// What a setting of it will be: as declared, else as AWS has it where backstay owns all of it, else as it is.
    fn will_be(&self, kind: &dyn Kind, path: &str) -> Option<Value> {
        if let Some(wanted) = self.wanted(path) {
            return Some(wanted.value.clone());
        }
        let fallback = kind.spec().setting(path)?.aws_default;
        let is_owned = !self.declared.is_empty() && kind.spec().ownership == Ownership::Whole && fallback != Fallback::Kept;
        if is_owned {
            return Some(fallback.into());
        }
        self.live?.settings.get(path)?.effective(fallback)
    }

    /// The problem of a thing that must be there.
    fn missing(&self, thing: &Thing<'_>, need: &Need) -> Option<Diagnostic> {
        let spec = self.absent.filter(|_| self.declared.is_empty() && self.live.is_none())?;
        let named = need.of.rsplit([':', '/']).next().unwrap_or(&need.of);
        let title = format!("there is no {} `{named}` in {}, and the policy declares none: {}", spec.title, thing.region, need.otherwise);
        let help =
            format!("declare it with a `resource \"{}\"` block in the same target, or write the name of one that is there", spec.name);
        let problem = Diagnostic::error(Code::NeededThing, title).help(help);
        Some(match Wanted::place(thing.wanted, &need.at).or(thing.header) {
            Some(span) => problem.at(span.clone()),
            None => problem,
        })
    }

    fn problem(&self, thing: &Thing<'_>, need: &Need) -> Option<Diagnostic> {
        if matches!(need.needed, Needed::Presence) {
            return self.missing(thing, need);
        }
        let kind = self.kind()?;
        let Answer::No { reason, at, remedy } = kind.answers(need, &|path| self.will_be(kind, path)) else { return None };
        let code = match need.needed {
            Needed::Entry(_) => Code::ShutOut,
            Needed::Setting { .. } => Code::NeededSetting,
            Needed::Presence => Code::NeededThing,
        };
        let named = need.of.rsplit([':', '/']).next().unwrap_or(&need.of);
        let title = format!("{} `{named}` {reason}: {}", kind.spec().title, need.otherwise);
        let mut problem = Diagnostic::error(code, title).help(remedy);
        if let Some(span) = Wanted::place(thing.wanted, &need.at).or(thing.header) {
            problem = problem.at(span.clone());
        }
        let other = self.wanted(&at).map(|wanted| &wanted.span).or(self.declared.iter().find_map(|other| other.header));
        match other {
            Some(span) => Some(problem.label(span.clone(), format!("the {} is declared here", kind.spec().title))),
            None => Some(problem),
        }
    }
}

//! What declared things need of each other: matched by ARN, answered by the kind of the thing that is needed.
//!
//! What a policy declares counts first, so that much is found before anything is read; then what is live. Where neither is known, nothing
//! is said.

mod chosen;
mod circles;
mod described;
mod outside;
mod partless;
mod seen;
mod unread;
mod waits;

pub(super) use described::judged;
pub(super) use unread::say_what_hangs_on;
pub(super) use waits::order;

use self::seen::Seen;
use super::resolve::Row;
use crate::kinds::{self, Answer, Kind, Need, Needed, Place};
use crate::model::{
    Code, Diagnostic, Fallback, Identity, KindSpec, Live, Ownership, Policy, Protect, Resource, ResourceId, Severity, Snapshot, Span,
    Target, Value, Wanted,
};
use std::collections::{BTreeMap, BTreeSet};

/// A declared thing.
struct Thing<'a> {
    kind: &'static dyn Kind,
    /// Its block, of a thing that backstay makes.
    resource: Option<&'a Resource>,
    /// Its block, with which its problems are told.
    address: String,
    /// Which thing, where its name is known.
    id: Option<ResourceId>,
    /// What others know it by.
    arn: Option<String>,
    /// The ARN of what it is a part of.
    whole: Option<String>,
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
    unmet(policy, &things, &Known::default())
}

/// Every need of a policy that is surely not met, given what is live; of what only less is done without, what [`declared`] did not tell.
///
/// `going` is what the plan removes: it is no longer there when others need it.
pub(super) fn planned(policy: &Policy, snapshot: &Snapshot, rows: &[Row], going: BTreeSet<&ResourceId>) -> Vec<Diagnostic> {
    let things = things(policy, snapshot, rows);
    // Where it was read tells more than where it was only found not to be.
    let (elsewhere, here): (Vec<&Live>, Vec<&Live>) = snapshot.resources.iter().partition(|live| live.fact(Live::ELSEWHERE).is_some());
    let named = elsewhere.into_iter().chain(here).filter_map(|live| Some((known_as(live, &snapshot.identities)?, live))).collect();
    let known = Known { live: &snapshot.resources, named, absent: absent(snapshot), going, snapshot: Some(snapshot) };
    let mut problems = unmet(policy, &things, &known);
    let told = declared(policy);
    problems.retain(|problem| problem.is_error() || !told.contains(problem));
    problems.extend(chosen::learned(policy, &things, snapshot));
    problems.extend(outside::unread(snapshot));
    problems
}

/// What others know a live thing by.
fn known_as(live: &Live, identities: &BTreeMap<String, Identity>) -> Option<String> {
    let of_others = || {
        let spec = kinds::spec(&live.id.kind).filter(|spec| spec.ownership == Ownership::Settings)?;
        spec.known_as(&live.id.region, &identities.get(&live.id.target)?.account, &live.id.name)
    };
    live.arn.clone().or_else(of_others)
}

/// All that is declared, with what a `protect` selected.
fn things<'a>(policy: &'a Policy, snapshot: &'a Snapshot, rows: &'a [Row]) -> Vec<Thing<'a>> {
    let mut things = resources(policy, &snapshot.identities);
    let of_row =
        |row: &'_ Row| kinds::find(&row.id.kind).map(|kind| (kind, kind.spec().known_as(&row.id.region, &row.account, &row.id.name)));
    things.extend(rows.iter().filter_map(|row| {
        let (kind, arn) = of_row(row)?;
        Some(Thing {
            kind,
            resource: None,
            address: row.address.clone(),
            id: Some(row.id.clone()),
            arn,
            whole: None,
            region: &row.id.region,
            account: &row.account,
            wanted: &row.wanted,
            header: None,
        })
    }));
    things
}

/// What was looked for and is not there, by ARN: what could be of several kinds was looked for among all of them.
fn absent(snapshot: &Snapshot) -> Absent {
    let mut absent: BTreeMap<String, (usize, Vec<&'static KindSpec>)> = BTreeMap::new();
    for id in &snapshot.absent {
        let (Some(spec), Some(identity)) = (kinds::spec(&id.kind), snapshot.identities.get(&id.target)) else { continue };
        let Some(arn) = spec.arn(&id.region, &identity.account, &id.name) else { continue };
        let (_, found) = absent.entry(arn).or_insert_with_key(|arn| {
            let named = |spec: &&KindSpec| spec.arn(&id.region, &identity.account, &id.name).as_ref() == Some(arn);
            (kinds::all().map(Kind::spec).filter(named).count(), Vec::new())
        });
        if !found.iter().any(|known: &&KindSpec| known.name == spec.name) {
            found.push(spec);
        }
    }
    absent.into_iter().filter(|(_, (named, found))| found.len() == *named).map(|(arn, (_, found))| (arn, found)).collect()
}

/// The kinds that something which is not there could be of, by its ARN.
type Absent = BTreeMap<String, Vec<&'static KindSpec>>;

/// The region and the account of a target, as far as they are known.
fn place<'a>(target: &'a Target, identities: &'a BTreeMap<String, Identity>) -> Option<(&'a str, &'a str)> {
    let identity = identities.get(&target.name);
    let region = identity.map(|identity| identity.region.as_str()).or(target.region.as_deref())?;
    let account = identity.map(|identity| identity.account.as_str()).or(target.account_id.as_deref())?;
    Some((region, account))
}

fn resources<'a>(policy: &'a Policy, identities: &'a BTreeMap<String, Identity>) -> Vec<Thing<'a>> {
    let mut things = Vec::new();
    let blocks: BTreeMap<_, _> = policy.resources.iter().map(|resource| (&resource.address, resource)).collect();
    for resource in &policy.resources {
        let Some(kind) = kinds::find(&resource.address.kind) else { continue };
        for target in resource.targets.iter().filter_map(|target| policy.targets.get(target)) {
            let Some((region, account)) = place(target, identities) else { continue };
            let own = |resource: &Resource| resource.arn(kinds::spec(&resource.address.kind)?, region, account);
            let whole = resource.parent.as_ref().and_then(|parent| own(blocks.get(parent)?));
            let (arn, address, header) = (own(resource), resource.address.to_string(), Some(&resource.span));
            let id = resource.name.clone().map(|name| ResourceId {
                kind: resource.address.kind.clone(),
                target: target.name.clone(),
                region: region.to_owned(),
                name,
            });
            let wanted = &resource.wanted;
            things.push(Thing { kind, resource: Some(resource), address, id, arn, whole, region, account, wanted, header });
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
        let single = kind.spec().single.map(|single| single.name(region, account));
        let literal = protect.select.names.iter().filter(|pattern| pattern.is_literal() && !is_left_out(&pattern.text));
        for name in single.into_iter().chain(literal.map(|pattern| pattern.text.as_str()).filter(|name| !name.is_empty())) {
            let arn = kind.spec().known_as(region, account, name);
            let (address, wanted, header) = (protect.address.to_string(), &protect.wanted, Some(&protect.span));
            things.push(Thing { kind, resource: None, address, id: None, arn, whole: None, region, account, wanted, header });
        }
    }
    things
}

impl Thing<'_> {
    /// What it needs of others; `seen` is all that is known to be there.
    fn needs(&self, policy: &Policy, seen: &Seen) -> Vec<Need> {
        let seen = seen.around(self);
        let place = Place { arn: self.arn.as_deref(), whole: self.whole.as_deref(), region: self.region, account: self.account, seen };
        match self.resource {
            Some(resource) => kinds::needs(policy, resource, place),
            None => self.kind.needs(self.wanted, place),
        }
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

/// What is known of AWS.
#[derive(Default)]
struct Known<'a> {
    live: &'a [Live],
    /// What is there, by what others know it by.
    named: BTreeMap<String, &'a Live>,
    absent: Absent,
    /// What this plan removes.
    going: BTreeSet<&'a ResourceId>,
    /// What was read, where anything was.
    snapshot: Option<&'a Snapshot>,
}

fn unmet(policy: &Policy, things: &[Thing<'_>], known: &Known<'_>) -> Vec<Diagnostic> {
    let Known { live, named, absent, going, snapshot } = known;
    let (by_arn, own_parts) = (by_arn(things), parts(things, live, going));
    // What there is without this plan, for what is only described: what the plan itself breaks is no description.
    let live_parts = policy.resources.iter().any(|resource| policy.only_describes(resource)).then(|| parts(&[], live, &BTreeSet::new()));
    let mut problems = circles::circles(policy, things);
    let mut told = BTreeSet::new();
    let seen = Seen::new(things, *snapshot);
    for thing in things {
        for need in thing.needs(policy, &seen) {
            if matches!(need.needed, Needed::Trust { .. } | Needed::Key) {
                let problem = snapshot.and_then(|snapshot| outside::problem(thing, &need, &snapshot.outside));
                // Who needs it makes no difference to what is only told.
                let new = problem.filter(|problem| told.insert((String::new(), place_of(problem), problem.title.clone())));
                problems.extend(new);
                continue;
            }
            let needed = Other {
                declared: by_arn.get(need.of.as_str()).cloned().unwrap_or_default(),
                live: named.get(&need.of).copied(),
                goes: named.get(&need.of).is_some_and(|live| going.contains(&live.id)),
                absent: absent.get(&need.of).map(Vec::as_slice).unwrap_or_default(),
            };
            let its_parts = own_parts.get(need.of.as_str());
            let of_parts = || its_parts?.values().find_map(|part| part.problem(thing, &need));
            let without = || needed.without_parts(thing, &need, its_parts, known);
            let problem = needed.problem(thing, &need).or_else(|| if is_of_parts(&need) { of_parts().or_else(without) } else { None });
            let Some(problem) = problem else { continue };
            let is_so_alone = || {
                let alone = Other { declared: Vec::new(), goes: false, ..needed };
                let of_parts = || live_parts.as_ref()?.get(need.of.as_str())?.values().find_map(|part| part.problem(thing, &need));
                snapshot.is_none() || alone.problem(thing, &need).is_some() || (is_of_parts(&need) && of_parts().is_some())
            };
            let softens = described::is_so_already(policy, thing, &need, *snapshot) && is_so_alone();
            let problem = if softens { described::softened(problem) } else { problem };
            let is_new = told.insert((thing.address.clone(), need.at.clone(), problem.title.clone()));
            if is_new && !problems.contains(&problem) {
                problems.push(problem);
            }
        }
    }
    problems
}

/// Where an error is told; a warning counts once, wherever it is.
fn place_of(problem: &Diagnostic) -> String {
    let place = problem.labels.first().filter(|_| problem.is_error());
    place.map_or_else(String::new, |label| format!("{:?}", label.span))
}

/// Whether the parts of a thing can have, or refuse, what is needed of it: its policy, its lock.
fn is_of_parts(need: &Need) -> bool {
    matches!(need.needed, Needed::Entry(_) | Needed::Keeping(_))
}

/// What is known of the parts of one thing, by kind.
type Parts<'a> = BTreeMap<&'static str, Other<'a>>;

/// What is known of the parts of things that stay, by the ARN of the whole and by kind.
fn parts<'a>(things: &'a [Thing<'a>], live: &'a [Live], going: &BTreeSet<&ResourceId>) -> BTreeMap<String, Parts<'a>> {
    let mut parts: BTreeMap<String, Parts<'a>> = BTreeMap::new();
    for thing in things {
        let Some(whole) = &thing.whole else { continue };
        parts.entry(whole.clone()).or_default().entry(thing.kind.spec().name).or_default().declared.push(thing);
    }
    let mut by_id: BTreeMap<&str, Vec<&Live>> = BTreeMap::new();
    for whole in live {
        by_id.entry(whole.fact(Live::ID).unwrap_or_default()).or_default().push(whole);
    }
    for part in live.iter().filter(|part| !going.contains(&part.id)) {
        let Some((spec, parent)) = kinds::spec(&part.id.kind).and_then(|spec| Some((spec, spec.parent?))) else { continue };
        let is_whole = |whole: &&Live| {
            let (one, other) = (&whole.id, &part.id);
            parent.kinds.contains(&one.kind.as_str()) && (&one.target, &one.region) == (&other.target, &other.region)
        };
        let wholes = part.fact(Live::PARENT_ID).filter(|id| !id.is_empty()).and_then(|id| by_id.get(id));
        if let Some(arn) = wholes.into_iter().flatten().copied().find(is_whole).and_then(|whole| whole.arn.clone()) {
            parts.entry(arn).or_default().entry(spec.name).or_default().live = Some(part);
        }
    }
    parts
}

/// The problem of a need that is not met, as grave as it is.
fn told(severity: Severity, code: Code, title: String) -> Diagnostic {
    match severity {
        Severity::Error => Diagnostic::error(code, title),
        Severity::Warning => Diagnostic::warning(code, title),
    }
}

/// What is known of a thing that another needs something of.
#[derive(Default)]
struct Other<'a> {
    /// The blocks that are about it.
    declared: Vec<&'a Thing<'a>>,
    live: Option<&'a Live>,
    /// Whether this plan removes it.
    goes: bool,
    /// The kinds that it could be of, where it was looked for and is not there.
    absent: &'a [&'static KindSpec],
}

impl Other<'_> {
    fn kind(&self) -> Option<&'static dyn Kind> {
        self.declared.first().map(|thing| thing.kind).or_else(|| kinds::find(&self.live?.id.kind))
    }

    fn wanted(&self, path: &str) -> Option<&Wanted> {
        self.declared.iter().find_map(|thing| thing.wanted.get(path))
    }

    /// What a setting of it will be: as declared, else as AWS has it where backstay owns all of it, else as it is. What is no setting is a fact.
    fn will_be(&self, kind: &dyn Kind, path: &str) -> Option<Value> {
        if let Some(wanted) = self.wanted(path) {
            return Some(wanted.value.clone());
        }
        let Some(setting) = kind.spec().setting(path) else { return self.live?.facts.get(path).cloned() };
        let fallback = setting.aws_default;
        let is_owned = !self.declared.is_empty() && kind.spec().ownership == Ownership::Whole && fallback != Fallback::Kept;
        if is_owned {
            return Some(fallback.into());
        }
        self.live?.settings.get(path)?.effective(fallback)
    }

    /// The thing in a sentence.
    fn named(kind: &dyn Kind, thing: &Thing<'_>, need: &Need) -> String {
        let spec = kind.spec();
        match spec.single {
            Some(_) => format!("the {} of {} in account {}", spec.title, thing.region, thing.account),
            None => format!("{} `{}`", spec.title, need.of.rsplit([':', '/']).next().unwrap_or(&need.of)),
        }
    }

    /// The problem of a thing that must be there.
    fn missing(&self, thing: &Thing<'_>, need: &Need) -> Option<Diagnostic> {
        if !self.declared.is_empty() {
            return None;
        }
        let named = need.of.rsplit([':', '/']).next().unwrap_or(&need.of);
        let region = need.of.split(':').nth(3).filter(|region| !region.is_empty()).unwrap_or(thing.region);
        let whole: Vec<&KindSpec> = self.absent.iter().rev().copied().filter(|spec| spec.ownership == Ownership::Whole).collect();
        let (title, help) = match (self.live, self.absent.last()) {
            (Some(live), _) if self.goes => {
                let title = kinds::spec(&live.id.kind).map_or("thing", |spec| spec.title);
                (
                    format!("this plan removes {title} `{named}` in {region}, which no block declares any more: {}", need.otherwise),
                    "declare it again, let go of it with a `removed` block, or take it out here".to_owned(),
                )
            }
            (Some(_), _) | (None, None) => return None,
            (None, Some(_)) if whole.is_empty() => {
                let titles: Vec<&str> = self.absent.iter().map(|spec| spec.title).collect();
                (
                    format!("there is no {} `{named}` in {region}: {}", titles.join(" or "), need.otherwise),
                    "name one that is there, or take it out".to_owned(),
                )
            }
            (None, Some(spec)) => {
                let blocks: Vec<String> = whole.iter().map(|spec| format!("`resource \"{}\"`", spec.name)).collect();
                (
                    format!("there is no {} `{named}` in {region}, and the policy declares none: {}", spec.title, need.otherwise),
                    format!(
                        "declare it with a {} block in a target of that region, or write the name of one that is there",
                        blocks.join(" or ")
                    ),
                )
            }
        };
        let problem = told(need.severity, Code::NeededThing, title).help(help);
        Some(match Wanted::place(thing.wanted, &need.at).or(thing.header) {
            Some(span) => problem.at(span.clone()),
            None => problem,
        })
    }

    /// The problem of a thing that was seen to be in another region than it must be in.
    fn misplaced(&self, thing: &Thing<'_>, need: &Need, wanted: &str) -> Option<Diagnostic> {
        let live = self.live?;
        let region = live.fact(Live::ELSEWHERE).unwrap_or(&live.id.region);
        if region == wanted {
            return None;
        }
        let title =
            format!("{} is in {region}, and not in {wanted}: {}", Self::named(kinds::find(&live.id.kind)?, thing, need), need.otherwise);
        let problem =
            told(need.severity, Code::NeededThing, title).help(format!("give the block a `target` in {region}, or name another one"));
        Some(match Wanted::place(thing.wanted, &need.at).or(thing.header) {
            Some(span) => problem.at(span.clone()),
            None => problem,
        })
    }

    fn problem(&self, thing: &Thing<'_>, need: &Need) -> Option<Diagnostic> {
        if matches!(need.needed, Needed::Presence) {
            return self.missing(thing, need);
        }
        if let Needed::Region(region) = &need.needed {
            return self.misplaced(thing, need, region);
        }
        let kind = self.kind()?;
        let is_of_live = need.is_of_live();
        let known = |path: &str| if is_of_live { self.will_be(kind, path) } else { Some(self.wanted(path)?.value.clone()) };
        self.tell(kind.answers(need, &known), kind, thing, need)
    }

    /// The problem that an answer is, where it is one.
    fn tell(&self, answer: Answer, kind: &'static dyn Kind, thing: &Thing<'_>, need: &Need) -> Option<Diagnostic> {
        let (severity, perhaps, reason, at, remedy) = match answer {
            Answer::No { reason, at, remedy } => (need.severity, "", reason, at, remedy),
            Answer::Doubtful { reason, at, remedy } => (Severity::Warning, "perhaps ", reason, at, remedy),
            Answer::Yes | Answer::Unknown => return None,
        };
        let code = match need.needed {
            Needed::Entry(_) => Code::ShutOut,
            Needed::Setting { .. } => Code::NeededSetting,
            Needed::Flags { .. } => Code::NotOptedIn,
            Needed::Presence | Needed::Region(_) | Needed::Trust { .. } | Needed::Key => Code::NeededThing,
            Needed::Keeping(_) => Code::LockRange,
            Needed::HandedOver(_) => Code::OwnedByAwsBackup,
            Needed::Free { .. } => Code::BusyHours,
        };
        let title = format!("{} {reason}: {perhaps}{}", Self::named(kind, thing, need), need.otherwise);
        let mut problem = told(severity, code, title).help(remedy);
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

//! What each live thing must be: selectors matched, blocks merged, exceptions worked in, so that the diff has no special cases.

use super::waits;
use crate::kinds;
use crate::model::{
    ArnForm, Cause, Code, Diagnostic, Gap, Identity, KindSpec, Live, Note, Ownership, Pattern, Policy, Protect, Replicas, ResourceId,
    Single, Snapshot, Target, Wanted,
};
use crate::policy::{compounds, select};
use std::collections::{BTreeMap, BTreeSet};

/// One thing and what must hold on it.
#[derive(Debug)]
pub(super) struct Row {
    /// The address of the first block that is about it.
    pub(super) address: String,
    /// That block's address.
    pub(super) block: String,
    /// The part within the brackets.
    pub(super) index: Option<String>,
    /// The addresses of other blocks that are about it.
    pub(super) also: Vec<String>,
    /// Which thing.
    pub(super) id: ResourceId,
    /// The same thing as other targets reach it: what one did not read another may have.
    pub(super) also_read_as: Vec<ResourceId>,
    /// Its account.
    pub(super) account: String,
    /// What must hold, by path.
    pub(super) wanted: BTreeMap<String, Wanted>,
    /// Blocks that must be done first.
    pub(super) depends_on: BTreeSet<String>,
}

impl Row {
    /// All addresses of the thing.
    pub(super) fn addresses(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.address.as_str()).chain(self.also.iter().map(String::as_str))
    }
}

/// What was resolved.
#[derive(Debug, Default)]
pub(super) struct Resolved {
    /// The things, by address.
    pub(super) rows: Vec<Row>,
    /// What a recorded snapshot does not hold.
    pub(super) gaps: Vec<Gap>,
    /// What else to say.
    pub(super) notes: Vec<Note>,
}

/// What a gap is about: target, region, kind and resource.
type GapKey<'a> = (&'a str, &'a str, Option<&'a str>, Option<&'a str>);

/// What AWS knows a thing by: kind, account, region and name.
type Identified = (String, String, String, String);

struct Resolver<'a> {
    policy: &'a Policy,
    snapshot: &'a Snapshot,
    live: BTreeMap<&'a ResourceId, &'a Live>,
    /// The replicas of a thing, by kind, target and name.
    replicas: BTreeMap<(&'a str, &'a str, &'a str), Vec<&'a Live>>,
    absent: BTreeSet<&'a ResourceId>,
    gaps: BTreeSet<GapKey<'a>>,
    rows: BTreeMap<Identified, Row>,
    resolved: Resolved,
    problems: Vec<Diagnostic>,
}

/// Resolves a policy against what is live, as far as that goes, and says what is wrong: selectors that match nothing and blocks that disagree.
pub(super) fn resolve(policy: &Policy, snapshot: &Snapshot) -> (Resolved, Vec<Diagnostic>) {
    let mut replicas: BTreeMap<_, Vec<&Live>> = BTreeMap::new();
    for live in snapshot.resources.iter().filter(|live| live.replica_of.is_some()) {
        replicas.entry((live.id.kind.as_str(), live.id.target.as_str(), live.id.name.as_str())).or_default().push(live);
    }
    let mut resolver = Resolver {
        policy,
        snapshot,
        live: snapshot.resources.iter().map(|live| (&live.id, live)).collect(),
        replicas,
        absent: snapshot.absent.iter().collect(),
        gaps: snapshot
            .gaps
            .iter()
            .map(|gap| (gap.target.as_str(), gap.region.as_str(), gap.kind.as_deref(), gap.resource.as_deref()))
            .collect(),
        rows: BTreeMap::new(),
        resolved: Resolved::default(),
        problems: Vec::new(),
    };
    for protect in &policy.protects {
        resolver.protect(protect);
    }
    resolver.finish()
}

impl<'a> Resolver<'a> {
    fn finish(mut self) -> (Resolved, Vec<Diagnostic>) {
        let settings_only =
            |block: &&crate::model::BlockAddress| kinds::spec(&block.kind).is_none_or(|spec| spec.ownership == Ownership::Settings);
        for block in self.policy.removed.iter().filter(settings_only) {
            let text = match kinds::spec(&block.kind) {
                Some(_) => format!("{block} is released: its settings stay as they are in AWS, and backstay no longer looks at them"),
                // A compound: of what it made the marks go, which are changes of their own.
                None => format!("{block} is released: what it stands for stays as it is in AWS, and backstay no longer looks at it"),
            };
            self.resolved.notes.push(Note { code: None, text });
        }
        self.resolved.rows = self.rows.into_values().collect();
        self.resolved.rows.sort_by(|a, b| (&a.block, &a.address).cmp(&(&b.block, &b.address)));
        (self.resolved, self.problems)
    }

    fn protect(&mut self, protect: &Protect) {
        let Some(spec) = kinds::spec(&protect.address.kind) else { return };
        // A target that was left out of this run with `--target` is neither found nor missing.
        let asked: Vec<&String> = protect.targets.iter().filter(|target| self.policy.targets.contains_key(*target)).collect();
        let mut tally = Tally { unsure: asked.len() < protect.targets.len(), ..Tally::default() };
        for target in &asked {
            self.in_target(protect, spec, target, &mut tally);
        }
        // An ARN says where it is, so it must be found in one of the targets only; a name must be found in each.
        for (pattern, place, is_arn) in std::mem::take(&mut tally.missing_here) {
            let times = tally.missing_arns.get(&pattern.text).copied().unwrap_or_default();
            if !is_arn || times == asked.len() {
                tally.missing.push((pattern, place));
            }
        }
        self.report_missing(protect, spec, tally);
    }

    fn in_target(&mut self, protect: &Protect, spec: &'static KindSpec, target: &str, tally: &mut Tally) {
        let Some(identity) = self.snapshot.identities.get(target) else {
            tally.unsure = true;
            return self.not_recorded_unless_known(target, "-", None, None, "the target was not read");
        };
        if let Some(other) = self.policy.targets.get(target).and_then(|target| read_elsewhere(target, identity)) {
            tally.unsure = true;
            return self.not_recorded_unless_known(target, &identity.region, None, None, &other);
        }
        let inventory = self.snapshot.inventories.iter().find(|inventory| inventory.kind == spec.name && inventory.target == *target);
        let Ok(chosen) = select::choose(&protect.select, spec, identity, inventory) else {
            tally.unsure = true;
            return self.not_recorded_unless_known(target, &identity.region, Some(spec.name), None, "names or tags were not listed");
        };
        let place = format!("{} ({})", identity.region, identity.account);
        let mut missing = chosen.missing;
        for name in &chosen.names {
            match self.one(protect, spec, target, identity, name) {
                Presence::Here => tally.found += 1,
                Presence::Unsure => tally.unsure = true,
                Presence::Elsewhere(region) => {
                    tally.unsure = true;
                    self.elsewhere(protect, spec, target, identity, (name, region));
                }
                Presence::Absent => {
                    let arn = spec.arn(&identity.region, &identity.account, name).unwrap_or_default();
                    missing.extend(select::literal_for(&protect.select, name, &arn).cloned());
                }
            }
        }
        for pattern in missing {
            let is_arn = protect.select.arns.contains(&pattern);
            *tally.missing_arns.entry(pattern.text.clone()).or_default() += 1;
            tally.missing_here.push((pattern, place.clone(), is_arn));
        }
    }

    fn report_missing(&mut self, protect: &Protect, spec: &KindSpec, tally: Tally) {
        if protect.select.allow_empty {
            return;
        }
        // What a compound is made of has no `select` that anybody wrote.
        let help = match protect.address.within {
            Some(_) => "correct the name",
            None => "correct the name, or write `allow_empty = true` into the `select` block where that is fine",
        };
        if tally.missing.is_empty() && tally.found == 0 && !tally.unsure {
            let title = format!("`select` of `{}` matches no {}", protect.address, spec.title);
            let mut help = "loosen the selector, or write `allow_empty = true` into the `select` block where that is fine".to_owned();
            // Names without a region in their ARN look as if they were found everywhere.
            if spec.arn_form == ArnForm::Global && spec.single.is_none() {
                let regions: BTreeSet<&str> =
                    protect.targets.iter().filter_map(|target| Some(self.snapshot.identities.get(target)?.region.as_str())).collect();
                let regions: Vec<&str> = regions.into_iter().collect();
                help = format!(
                    "it looks only in {}, the region of its target: select what is elsewhere with a target there, or {help}",
                    regions.join(" and ")
                );
            }
            self.problems.push(Diagnostic::error(Code::SelectsNothing, title).at(protect.select.span.clone()).help(help));
        }
        for (pattern, place) in tally.missing {
            let title = format!("there is no {} `{}` in {place}", spec.title, pattern.text);
            self.problems.push(Diagnostic::error(Code::SelectsNothing, title).at(pattern.span).help(help));
        }
    }

    /// Adds one selected thing and its replicas.
    fn one(&mut self, protect: &Protect, spec: &'static KindSpec, target: &str, identity: &Identity, name: &str) -> Presence<'a> {
        let id =
            ResourceId { kind: spec.name.to_owned(), target: target.to_owned(), region: identity.region.clone(), name: name.to_owned() };
        if self.absent.contains(&id) {
            return Presence::Absent;
        }
        let Some(live) = self.live.get(&id).copied() else {
            self.not_recorded_unless_known(target, &identity.region, Some(spec.name), Some(name), "it was not read");
            return Presence::Unsure;
        };
        if let Some(region) = live.fact(Live::ELSEWHERE) {
            return Presence::Elsewhere(region);
        }
        self.claim(protect, spec, identity, &id, None);
        if spec.replicas {
            self.replicas_of(protect, spec, identity, live);
        }
        Presence::Here
    }

    /// Says where a thing is that a target of another region selects by its name. Where a block may find nothing that is worth a note.
    fn elsewhere(&mut self, protect: &Protect, spec: &KindSpec, target: &str, identity: &Identity, (name, region): (&str, &str)) {
        let (title, here) = (spec.title, &identity.region);
        let is_of = |other: &&String| {
            self.snapshot.identities.get(*other).is_some_and(|other| other.region == region && other.account == identity.account)
        };
        let other = self.policy.targets.keys().find(is_of);
        if protect.select.allow_empty {
            let selects = other.is_some_and(|other| protect.targets.contains(other));
            if !selects {
                let text =
                    format!("{title} `{name}`, which `{}` selects, is in {region} and not in {here}: it is left alone", protect.address);
                self.resolved.notes.push(Note { code: Some(Code::OtherRegion.to_string()), text });
            }
            return;
        }
        let arn = spec.arn(here, &identity.account, name).unwrap_or_default();
        let span = select::literal_for(&protect.select, name, &arn).map_or(&protect.select.span, |pattern| &pattern.span);
        let argument = protect.address.within.as_ref().and_then(|compound| compounds::region_argument(&compound.sort));
        let help = match (argument, other) {
            (Some(argument), Some(_)) => format!("write `{argument} = \"{region}\"` into the block"),
            (Some(argument), None) => {
                format!("write `{argument} = \"{region}\"` into the block, and add a target of that region and of the same account")
            }
            (None, Some(other)) => format!("select it in a block with `target = target.{other}`"),
            (None, None) => {
                format!("add `target \"other\" {{ region = \"{region}\" }}`, and select it in a block with `target = target.other`")
            }
        };
        let title = format!("{title} `{name}` is in {region}, and target `{target}` is {here}");
        self.problems.push(Diagnostic::error(Code::OtherRegion, title).at(span.clone()).help(help));
    }

    fn replicas_of(&mut self, protect: &Protect, spec: &'static KindSpec, identity: &Identity, home: &'a Live) {
        let key = (home.id.kind.as_str(), home.id.target.as_str(), home.id.name.as_str());
        let read: Vec<&Live> = self.replicas.get(&key).cloned().unwrap_or_default();
        let regions: Vec<String> = match &protect.replicas {
            Replicas::All if home.replicas.is_none() => {
                let (target, region, name) = (&home.id.target, &identity.region, &home.id.name);
                return self.not_recorded_unless_known(target, region, Some(spec.name), Some(name), "its replicas were not read");
            }
            Replicas::All => home.replicas.iter().flatten().cloned().collect(),
            Replicas::Only(regions) => regions.iter().filter(|region| **region != identity.region).cloned().collect(),
        };
        for region in regions {
            let id = ResourceId { region: region.clone(), ..home.id.clone() };
            if self.absent.contains(&id) {
                let title = format!("{} `{}` has no replica in {region}", spec.title, id.name);
                if protect.replicas == Replicas::All {
                    // AWS named it a moment ago, so it is coming or going; nobody asked for it by name.
                    self.resolved.notes.push(Note { code: None, text: format!("{title} at this moment; it is being added or removed") });
                    continue;
                }
                let help = "add the replica, or take the region out of `replicas`";
                self.problems.push(Diagnostic::error(Code::SelectsNothing, title).at(protect.span.clone()).help(help));
            } else if read.iter().any(|live| live.id == id) {
                self.claim(protect, spec, identity, &id, Some(&region));
            } else {
                self.not_recorded_unless_known(&id.target, &region, Some(spec.name), Some(&id.name), "this replica was not read");
            }
        }
    }

    /// Notes that a block wants its settings on a thing; what another block wants of the same thing is merged.
    fn claim(&mut self, protect: &Protect, spec: &'static KindSpec, identity: &Identity, id: &ResourceId, replica: Option<&str>) {
        let target = (protect.targets.len() > 1).then_some(id.target.as_str());
        let index = match spec.single {
            Some(_) => protect.address.single_key(target),
            None => Some(protect.address.instance_key(target, &id.name, replica)),
        };
        let block = protect.address.block().to_string();
        let address = match &index {
            Some(index) => format!("{block}[{}]", crate::model::Value::from(index.as_str())),
            None => block.clone(),
        };
        // What there is one of in an account is the same in all its regions.
        let region = if spec.single == Some(Single::InAccount) { String::new() } else { id.region.clone() };
        let key = (id.kind.clone(), identity.account.clone(), region, id.name.clone());
        let depends_on: BTreeSet<String> = protect.depends_on.iter().flat_map(|block| waits::named(self.policy, block)).collect();
        let Some(row) = self.rows.get_mut(&key) else {
            let row = Row {
                address,
                block,
                index,
                also: Vec::new(),
                id: id.clone(),
                also_read_as: Vec::new(),
                account: identity.account.clone(),
                wanted: protect.wanted.clone(),
                depends_on,
            };
            self.rows.insert(key, row);
            return;
        };
        if row.address != address {
            row.also.push(address);
        }
        if row.id != *id && !row.also_read_as.contains(id) {
            row.also_read_as.push(id.clone());
        }
        row.depends_on.extend(depends_on);
        for (path, wanted) in &protect.wanted {
            match row.wanted.get(path) {
                Some(other) if other.value != wanted.value => {
                    let title = format!(
                        "two blocks give `{path}` of {} `{}` different values: `{}` and `{}`",
                        spec.title, id.name, other.value, wanted.value
                    );
                    let problem = Diagnostic::error(Code::ConflictingClaims, title)
                        .label(wanted.span.clone(), format!("here it is `{}`", wanted.value))
                        .label(other.span.clone(), format!("here it is `{}`", other.value))
                        .help(if spec.single.is_some() {
                            "keep one of the two".to_owned()
                        } else {
                            format!("keep one of the two, or leave the {} out of one block with `except`", spec.title)
                        });
                    if !self.problems.contains(&problem) {
                        self.problems.push(problem);
                    }
                }
                Some(_) => {}
                None => {
                    row.wanted.insert(path.clone(), wanted.clone());
                }
            }
        }
    }

    /// Something is not in the snapshot. Where a gap says already why, that is enough; else it was never recorded.
    fn not_recorded_unless_known(&mut self, target: &str, region: &str, kind: Option<&str>, resource: Option<&str>, what: &str) {
        let kinds = [None, kind];
        let resources = [None, resource];
        let known = ["-", region].iter().any(|region| {
            kinds.iter().any(|kind| resources.iter().any(|resource| self.gaps.contains(&(target, *region, *kind, *resource))))
        });
        if !known {
            self.resolved.gaps.push(Gap {
                target: target.to_owned(),
                region: region.to_owned(),
                kind: kind.map(str::to_owned),
                resource: resource.map(str::to_owned),
                action: "snapshot".to_owned(),
                cause: Cause::NotRecorded,
                message: format!("{what} when the snapshot was recorded; record it anew with `backstay snapshot` and this policy"),
            });
        }
    }
}

/// What a block found in all its targets.
#[derive(Default)]
struct Tally {
    found: usize,
    unsure: bool,
    /// Literal patterns that matched nothing in one target, with that target's place, and whether it is an ARN.
    missing_here: Vec<(Pattern, String, bool)>,
    /// In how many targets a literal pattern matched nothing.
    missing_arns: BTreeMap<String, usize>,
    missing: Vec<(Pattern, String)>,
}

/// How a recorded identity differs from what the policy now says of the target.
fn read_elsewhere(target: &Target, identity: &Identity) -> Option<String> {
    let region = target.region.as_ref().filter(|region| **region != identity.region);
    let account = target.account_id.as_ref().filter(|account| **account != identity.account);
    match (region, account) {
        (Some(region), _) => Some(format!("it was {} and not {region} that was read", identity.region)),
        (_, Some(account)) => Some(format!("it was account {} and not {account} that was read", identity.account)),
        (None, None) => None,
    }
}

enum Presence<'a> {
    Here,
    /// It is in this region, which is not that of the target.
    Elsewhere(&'a str),
    Absent,
    Unsure,
}

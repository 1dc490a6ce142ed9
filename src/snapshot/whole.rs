//! Finding what backstay owns: one bulk listing of the workspace's marks in each target, then each kind's own calls for what is marked or
//! declared. What is a part of something else is looked for when that was found.

use crate::aws::{Aws, Connection, resources};
use crate::kinds::{self, Calls, FindRequest, Found, Kind, Listings, Tagged};
use crate::model::{Gap, Inventory, KindSpec, Live, Mark, Plan, Policy, ResourceId, Snapshot, Value};
use futures_util::future::join_all;
use std::collections::{BTreeMap, BTreeSet};

/// What to look for.
pub(super) struct Sought {
    workspace: Option<String>,
    /// The targets to look for marks in.
    targets: BTreeSet<String>,
    /// What is declared of each name, by kind and target.
    names: BTreeMap<(String, String), Declared>,
    /// Those of the names that nobody declares, and that declared things need to be there.
    needed: BTreeMap<(String, String), BTreeSet<String>>,
}

/// Declared settings by name.
type Declared = BTreeMap<String, BTreeMap<String, Value>>;

impl Sought {
    /// What a policy declares, and in its targets what it once declared.
    pub(super) fn of_policy(policy: &Policy, aws: &Aws) -> Self {
        let reached = |target: &&String| aws.connection(target).is_some();
        let mut names: BTreeMap<(String, String), Declared> = BTreeMap::new();
        for resource in &policy.resources {
            for target in resource.targets.iter().filter(reached) {
                let of_kind = names.entry((resource.address.kind.clone(), target.clone())).or_default();
                let wanted = || resource.wanted.iter().map(|(path, wanted)| (path.clone(), wanted.value.clone())).collect();
                of_kind.extend(whole_name(policy, resource).map(|name| (name, wanted())));
            }
        }
        let mut needed: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
        let identities = aws.connections().map(|connection| (connection.target.name.clone(), connection.identity.clone())).collect();
        for connection in policy.targets.keys().filter_map(|target| aws.connection(target)) {
            for (kind, name) in kinds::sought(policy, &identities, &connection.identity) {
                let of = (kind.to_owned(), connection.target.name.clone());
                let of_kind = names.entry(of.clone()).or_default();
                if !of_kind.contains_key(&name) {
                    of_kind.insert(name.clone(), BTreeMap::new());
                    needed.entry(of).or_default().insert(name);
                }
            }
        }
        let targets = policy.targets.keys().filter(reached).cloned().collect();
        Self { workspace: policy.workspace.clone(), targets, names, needed }
    }

    /// What a plan is about.
    pub(super) fn of_plan(plan: &Plan, aws: &Aws) -> Self {
        let mut names: BTreeMap<(String, String), Declared> = BTreeMap::new();
        let mut seek = |id: &ResourceId, wanted: &BTreeMap<String, crate::model::Declared>| {
            if kinds::find(&id.kind).is_some_and(is_whole) && aws.connection(&id.target).is_some() {
                let wanted = wanted.iter().map(|(path, declared)| (path.clone(), declared.value.clone()));
                names.entry((id.kind.clone(), id.target.clone())).or_default().entry(id.name.clone()).or_default().extend(wanted);
            }
        };
        for action in &plan.actions {
            seek(&action.id, &action.wanted);
            if let Some(old) = &action.replaces {
                // Where a thing is can stand in a setting: a rule's bus.
                seek(old, &action.wanted);
            }
            // Its whole may not be in the plan, and not be listed by its mark yet.
            let parent = kinds::spec(&action.id.kind).and_then(|spec| spec.parent).filter(|parent| parent.is_only);
            if !plan.actions.iter().any(|other| Some(&other.address) == action.parent.as_ref()) {
                for kind in parent.iter().flat_map(|parent| parent.kinds) {
                    seek(&ResourceId { kind: (*kind).to_owned(), ..action.id.clone() }, &BTreeMap::new());
                }
            }
        }
        // Without things of its own a plan needs no marks.
        let targets = names.keys().map(|(_, target)| target.clone()).collect();
        Self { workspace: plan.policy.workspace.clone(), targets, names, needed: BTreeMap::new() }
    }
}

fn whole_name(policy: &Policy, resource: &crate::model::Resource) -> Option<String> {
    let own = resource.name.clone()?;
    let Some(address) = &resource.parent else { return Some(own) };
    let parent = kinds::spec(&resource.address.kind)?.parent?;
    let whole = policy.resources.iter().find(|other| other.address == *address)?.name.as_ref()?;
    Some(parent.part_name(whole, &own))
}

fn is_whole(kind: &dyn Kind) -> bool {
    matches!(kind.calls(), Calls::Whole(_))
}

/// Looks for everything, and puts what was found into the snapshot.
pub(super) async fn find(snapshot: &mut Snapshot, aws: &Aws, sought: Sought) {
    let Some(workspace) = &sought.workspace else { return };
    let connections: Vec<&Connection> = sought.targets.iter().filter_map(|target| aws.connection(target)).collect();
    let filter = BTreeMap::from([(Mark::WORKSPACE.to_owned(), Some(workspace.clone()))]);
    let listings = join_all(connections.iter().map(|connection| resources(connection, None, &filter))).await;
    let mut marked: BTreeMap<&str, Vec<Tagged>> = BTreeMap::new();
    for (connection, listing) in connections.iter().zip(listings) {
        match listing {
            Ok(things) => {
                let things = things.into_iter().map(|(arn, tags)| Tagged { arn, tags });
                marked.insert(&connection.target.name, things.collect());
            }
            Err(failed) => snapshot.gaps.push(connection.gap(&connection.identity.region, None, None, &failed)),
        }
    }
    let listings = Listings::default();
    for with_parent in [false, true] {
        let mut searches = Vec::new();
        for kind in kinds::all().filter(|kind| kind.spec().parent.is_some() == with_parent) {
            for connection in &connections {
                searches.extend(search(
                    kind,
                    connection,
                    (&sought, &listings),
                    marked.get(connection.target.name.as_str()),
                    &snapshot.resources,
                ));
            }
        }
        let found = join_all(searches).await;
        for (inventory, found) in found {
            snapshot.inventories.push(inventory);
            snapshot.resources.extend(found.live);
            snapshot.absent.extend(found.absent);
            snapshot.gaps.extend(found.gaps);
        }
    }
    tell_once(&mut snapshot.gaps, &sought);
    snapshot.sort();
}

/// Kinds whose ARNs are of one form are looked for in one listing. Where that fails it is told once, unless things of both are declared.
fn tell_once(gaps: &mut Vec<Gap>, sought: &Sought) {
    let start = |kind: &Option<String>| kind.as_deref().and_then(kinds::spec).map(|spec| spec.arn_start("", ""));
    let is_declared = |gap: &Gap| {
        let names = gap.kind.as_ref().and_then(|kind| sought.names.get(&(kind.clone(), gap.target.clone())));
        names.is_some_and(|names| names.values().any(|wanted| !wanted.is_empty()))
    };
    let same = |one: &Gap, other: &Gap| Gap { kind: None, ..one.clone() } == Gap { kind: None, ..other.clone() };
    let all = gaps.clone();
    gaps.retain(|gap| {
        let mut twins = all.iter().filter(|other| other.kind > gap.kind || (other.kind != gap.kind && is_declared(other)));
        gap.kind.is_none() || is_declared(gap) || !twins.any(|other| same(gap, other) && start(&gap.kind) == start(&other.kind))
    });
}

/// The names that are looked for in a target among things of other kinds whose ARNs are of one form with those of this kind.
fn beside(spec: &KindSpec, connection: &Connection, sought: &Sought) -> BTreeSet<String> {
    let start = |spec: &KindSpec| spec.arn_start(&connection.identity.region, &connection.identity.account);
    let same =
        kinds::all().map(Kind::spec).filter(|other| other.name != spec.name && other.parent.is_none() && start(other) == start(spec));
    let names = same.filter_map(|other| sought.names.get(&(other.name.to_owned(), connection.target.name.clone())));
    names.flat_map(BTreeMap::keys).cloned().collect()
}

/// The search for one kind in one target; none where there is nothing to look for.
fn search<'a>(
    kind: &'static dyn Kind,
    connection: &'a Connection,
    (sought, listings): (&'a Sought, &'a Listings),
    marked: Option<&Vec<Tagged>>,
    known: &'a [Live],
) -> Option<impl Future<Output = (Inventory, Found)> + use<'a>> {
    let Calls::Whole(calls) = kind.calls() else { return None };
    let spec = kind.spec();
    let target = connection.target.name.clone();
    let of = (spec.name.to_owned(), target.clone());
    let wanted = sought.names.get(&of).cloned().unwrap_or_default();
    let needed = sought.needed.get(&of).cloned().unwrap_or_default();
    let names: BTreeSet<String> = wanted.keys().cloned().collect();
    let start = spec.arn_start(&connection.identity.region, &connection.identity.account);
    let marked: Vec<Tagged> = marked.into_iter().flatten().filter(|thing| thing.arn.starts_with(&start)).cloned().collect();
    let of_target =
        |live: &&Live| spec.parent.is_some_and(|parent| parent.kinds.contains(&live.id.kind.as_str())) && live.id.target == target;
    let is_declared = |live: &Live| {
        let of_kind = sought.names.get(&(live.id.kind.clone(), target.clone()));
        of_kind.and_then(|names| names.get(&live.id.name)).is_some_and(|wanted| !wanted.is_empty())
    };
    let (parents, others): (Vec<&Live>, Vec<&Live>) = known.iter().filter(of_target).partition(|live| match &live.mark {
        Some(mark) => Some(&mark.workspace) == sought.workspace.as_ref(),
        None => is_declared(live),
    });
    let marked = if spec.parent.is_some() { Vec::new() } else { marked };
    if names.is_empty() && marked.is_empty() && parents.is_empty() && others.is_empty() {
        return None;
    }
    Some(async move {
        let region = connection.identity.region.clone();
        let workspace = sought.workspace.as_deref().unwrap_or_default();
        let beside = beside(spec, connection, sought);
        let request = FindRequest {
            connection,
            everything: false,
            workspace,
            names: names.clone(),
            needed,
            marked,
            parents,
            others,
            beside,
            listings,
            wanted,
        };
        let mut found = calls.find(request).await;
        let unsure = |gap: &Gap| gap.resource.is_none();
        let names_complete = !found.gaps.iter().any(unsure);
        let known: BTreeSet<&str> = found.live.iter().map(|live| live.id.name.as_str()).collect();
        let missing = names.iter().filter(|name| names_complete && !known.contains(name.as_str()));
        let missing: Vec<ResourceId> = missing
            .map(|name| ResourceId { kind: spec.name.to_owned(), target: target.clone(), region: region.clone(), name: name.clone() })
            .collect();
        found.absent.extend(missing);
        // What it saw is every tagged thing that it asked for, or nothing at all.
        let seen = found.seen.take();
        let (tag_filter, listed) = (seen.as_ref().map(|_| BTreeMap::new()), seen.unwrap_or_default());
        let inventory = Inventory { kind: spec.name.to_owned(), target, names_complete, tag_filter, listed };
        (inventory, found)
    })
}

//! Reading all there is of some kinds, whoever owns it and whatever a policy says: what `adopt` writes down.

use super::read::{begin, fill, list, settings_calls};
use super::{outside, proof};
use crate::aws::{Aws, ConnectFailed, Connection};
use crate::kinds::{self, Calls, FindRequest, Found, Kind, Listings, Wish};
use crate::model::{ArnForm, Check, Inventory, KindSpec, Listed, Live, Reading, Replicas, Single, Snapshot, Value};
use crate::policy::select::ListNeed;
use futures_util::future::{join, join_all};
use std::collections::{BTreeMap, BTreeSet};

/// Reads every thing of these kinds in every target that was reached, with every setting.
///
/// What a part is a part of is read too, although its kind is not named, as nobody can declare the one without the other. What there is one of in
/// an account, or is the same in all its regions, is read once for each account. A replica of a global table is read as a table of the target
/// of its region, if there is one; that there are replicas stands in [`Live::replicas`].
///
/// Facts say what nobody should declare: [`Live::MANAGED_BY`], [`Live::UNDECLARABLE`], [`Live::MADE_BY`]. `unreached` are the targets that could
/// not be connected to. They become gaps, as all does that cannot be read; everything else goes on. `done` is told of each thing of others that
/// was read, and how many of them there are.
pub async fn everything(
    aws: &Aws,
    kinds: &BTreeSet<&'static str>,
    workspace: Option<&str>,
    unreached: &[ConnectFailed],
    done: &(dyn Fn(u64, u64) + Sync),
) -> Snapshot {
    let mut snapshot = begin(aws, unreached);
    for part in <[Snapshot; 2]>::from(join(of_others(aws, kinds, workspace, done), wholes(aws, kinds, workspace)).await) {
        snapshot.inventories.extend(part.inventories);
        snapshot.resources.extend(part.resources);
        snapshot.absent.extend(part.absent);
        snapshot.gaps.extend(part.gaps);
    }
    snapshot.sort();
    snapshot
}

/// Reads all that it takes to tell what protects each thing that holds data: every thing of the kinds that have to do with it, or that tell
/// somebody of backups, and the roles with which backups are made; and then what shows that it works, and what `checks` want to be seen. `done` is told of each thing of others that was read, and how many of them there are.
pub async fn protection(aws: &Aws, unreached: &[ConnectFailed], checks: &[Check], done: &(dyn Fn(u64, u64) + Sync)) -> Snapshot {
    let mut snapshot = everything(aws, &kinds::audited(), None, unreached, done).await;
    outside::read_roles(&mut snapshot, aws).await;
    snapshot.sort();
    proof::read(&mut snapshot, aws, checks).await;
    snapshot.sort();
    snapshot.ended_at = Some(aws.clock.now());
    snapshot
}

/// The connections through which the things of a kind are read: all of them, or one for each account of what does not differ by region.
fn connections<'a>(aws: &'a Aws, spec: &KindSpec) -> Vec<&'a Connection> {
    let by_region = spec.single != Some(Single::InAccount) && spec.arn_form != ArnForm::InAccount;
    let mut connections: Vec<&Connection> = aws.connections().collect();
    // What is of no region is at home where AWS began.
    connections.sort_by_key(|connection| !by_region && connection.identity.region != "us-east-1");
    let mut accounts = BTreeSet::new();
    connections.retain(|connection| by_region || accounts.insert(&connection.identity.account));
    connections
}

/// Things that others own: all names and all tags, and then every setting of each.
async fn of_others(aws: &Aws, kinds: &BTreeSet<&'static str>, workspace: Option<&str>, done: &(dyn Fn(u64, u64) + Sync)) -> Snapshot {
    let mut snapshot = Snapshot::empty(aws.clock.now());
    let mut wishes: BTreeMap<(String, String), BTreeMap<String, Wish>> = BTreeMap::new();
    let need = ListNeed { names: true, tags: Some(BTreeMap::new()) };
    let mut listings = Vec::new();
    for (spec, calls) in kinds.iter().filter_map(|kind| settings_calls(kind)) {
        for connection in connections(aws, spec) {
            if let Some(single) = spec.single {
                let name = single.name(&connection.identity.region, &connection.identity.account).to_owned();
                wishes.insert((spec.name.to_owned(), connection.target.name.clone()), BTreeMap::from([(name, wish(spec))]));
            } else {
                let need = &need;
                listings.push(async move { (spec, list(spec, calls, connection, need).await) });
            }
        }
    }
    for (spec, (inventory, gaps)) in join_all(listings).await {
        let all = inventory.listed.iter().map(|thing| (thing.name.clone(), wish(spec))).collect();
        wishes.insert((inventory.kind.clone(), inventory.target.clone()), all);
        snapshot.inventories.push(inventory);
        snapshot.gaps.extend(gaps);
    }
    fill(&mut snapshot, aws, workspace, wishes, done).await;
    let makers = snapshot.inventories.iter().flat_map(|inventory| {
        let made = |thing: &Listed| Some((thing.name.clone(), kinds::maker(thing.tags.as_ref()?)?));
        inventory.listed.iter().filter_map(made).map(|(name, maker)| ((&inventory.kind, &inventory.target, name), maker))
    });
    let makers: BTreeMap<(&String, &String, String), String> = makers.collect();
    for live in &mut snapshot.resources {
        let maker = makers.get(&(&live.id.kind, &live.id.target, live.id.name.clone()));
        live.facts.extend(maker.map(|maker| (Live::MADE_BY.to_owned(), Value::from(maker.as_str()))));
    }
    snapshot
}

/// Every setting that a path can name beforehand, and all others.
fn wish(spec: &KindSpec) -> Wish {
    let settings = spec.settings.iter().map(|setting| setting.path).filter(|path| spec.is_alone(path)).map(str::to_owned);
    Wish { settings: settings.collect(), everything: true, replicas: Replicas::Only(BTreeSet::new()), ..Wish::default() }
}

/// Things that backstay could own; first what has parts, then the parts.
async fn wholes(aws: &Aws, kinds: &BTreeSet<&'static str>, workspace: Option<&str>) -> Snapshot {
    let mut snapshot = Snapshot::empty(aws.clock.now());
    let parents = kinds.iter().filter_map(|kind| kinds::spec(kind)?.parent).flat_map(|parent| parent.kinds.iter().copied());
    let asked: BTreeSet<&str> = kinds.iter().copied().chain(parents).collect();
    for with_parent in [false, true] {
        let of_round = |kind: &&dyn Kind| asked.contains(kind.spec().name) && kind.spec().parent.is_some() == with_parent;
        let known = &snapshot.resources;
        let listings = Listings::default();
        let searches = kinds::all().filter(of_round).flat_map(|kind| {
            let connections = connections(aws, kind.spec()).into_iter();
            connections.filter_map(|connection| search(kind, connection, workspace, (known, &listings))).collect::<Vec<_>>()
        });
        for (inventory, found) in join_all(searches.collect::<Vec<_>>()).await {
            snapshot.inventories.push(inventory);
            snapshot.resources.extend(found.live);
            snapshot.absent.extend(found.absent);
            snapshot.gaps.extend(found.gaps);
        }
    }
    let used: BTreeSet<String> = snapshot.resources.iter().filter_map(|live| live.fact(Live::PARENT_ID).map(str::to_owned)).collect();
    let is_used = |live: &Live| live.fact(Live::ID).is_none_or(|id| used.contains(id));
    snapshot.resources.retain(|live| !is_bare(live) || is_used(live));
    snapshot
}

/// Whether a thing is one that cannot be declared, and of which there is nothing to say: the default group of schedules.
fn is_bare(live: &Live) -> bool {
    let name = kinds::spec(&live.id.kind).map(|spec| spec.name_argument);
    let mut known = live.settings.iter().filter(|(_, reading)| **reading != Reading::Unset);
    (live.facts.contains_key(Live::MANAGED_BY) || live.facts.contains_key(Live::UNDECLARABLE))
        && known.all(|(path, _)| Some(path.as_str()) == name)
}

/// The search for all things of a kind in one target; none for a kind whose things others own.
fn search<'a>(
    kind: &'static dyn Kind,
    connection: &'a Connection,
    workspace: Option<&'a str>,
    (known, listings): (&'a [Live], &'a Listings),
) -> Option<impl Future<Output = (Inventory, Found)> + use<'a>> {
    let Calls::Whole(calls) = kind.calls() else { return None };
    let spec = kind.spec();
    let target = connection.target.name.clone();
    let is_parent =
        |live: &&Live| spec.parent.is_some_and(|parent| parent.kinds.contains(&live.id.kind.as_str())) && live.id.target == target;
    let parents: Vec<&Live> = known.iter().filter(is_parent).collect();
    Some(async move {
        let request = FindRequest {
            connection,
            everything: true,
            workspace: workspace.unwrap_or_default(),
            names: BTreeSet::new(),
            needed: BTreeSet::new(),
            marked: Vec::new(),
            parents: parents.clone(),
            others: Vec::new(),
            beside: BTreeSet::new(),
            listings,
            wanted: BTreeMap::new(),
        };
        let mut found = calls.find(request).await;
        for part in &mut found.live {
            // What a service does not let others change, it does not let them change a part of; and a part is declared with its whole.
            let whole = parents.iter().find(|whole| whole.fact(Live::ID).is_some() && whole.fact(Live::ID) == part.fact(Live::PARENT_ID));
            let inherited = [Live::MANAGED_BY, Live::UNDECLARABLE].into_iter();
            let inherited = inherited.filter_map(|fact| Some((fact.to_owned(), whole?.facts.get(fact)?.clone())));
            part.facts.extend(inherited);
        }
        let names_complete = !found.gaps.iter().any(|gap| gap.resource.is_none());
        let inventory = Inventory { kind: spec.name.to_owned(), target, names_complete, tag_filter: None, listed: Vec::new() };
        (inventory, found)
    })
}

//! Reading live AWS.

use super::{outside, whole};
use crate::aws::{Aws, CallFailed, ConnectFailed, Connection, tagged};
use crate::kinds::{self, Calls, Found, KindAws, ReadRequest, Wish};
use crate::model::{Action, Cause, Gap, Inventory, KindSpec, Listed, Ownership, Plan, Policy, Replicas, ResourceId, Snapshot};
use crate::policy::select::{self, ListNeed};
use futures_util::future::join_all;
use std::collections::{BTreeMap, BTreeSet};

/// Reads what a plan of this policy needs.
///
/// `unreached` are the targets that could not be connected to; they become gaps. `done` is told of each thing that was read, and how many
/// there are in all.
pub async fn read(policy: &Policy, aws: &Aws, unreached: &[ConnectFailed], done: &(dyn Fn(u64, u64) + Sync)) -> Snapshot {
    let mut snapshot = begin(aws, unreached);
    snapshot.accounts.clone_from(&policy.accounts);
    let needs = needs(policy, aws);
    let listings = needs.iter().filter(|(_, need)| !need.is_nothing()).filter_map(|((kind, target), need)| {
        let connection = aws.connection(target)?;
        let (spec, calls) = settings_calls(kind)?;
        Some(list(spec, calls, connection, need))
    });
    for (inventory, gaps) in join_all(listings).await {
        snapshot.inventories.push(inventory);
        snapshot.gaps.extend(gaps);
    }
    let mut wishes = wishes(policy, aws, &snapshot);
    watch(policy, aws, &mut wishes);
    fill(&mut snapshot, aws, policy.workspace.as_deref(), wishes, done).await;
    whole::find(&mut snapshot, aws, whole::Sought::of_policy(policy, aws)).await;
    watch_chosen(&mut snapshot, policy, aws).await;
    outside::read(&mut snapshot, policy, aws).await;
    snapshot.sort();
    snapshot
}

/// Reads what declared things need of others' things that they choose by pattern or tag: only now is it known which these are.
async fn watch_chosen(snapshot: &mut Snapshot, policy: &Policy, aws: &Aws) {
    let mut wishes: Wishes = BTreeMap::new();
    for connection in policy.targets.keys().filter_map(|target| aws.connection(target)) {
        let (target, identity) = (&connection.target.name, &connection.identity);
        let (chosen, _) = kinds::chosen(policy, target, &snapshot.identities, &snapshot.listed_by_arn(target));
        for ((kind, name), mut settings) in chosen {
            let id = ResourceId { kind: kind.to_owned(), target: target.clone(), region: identity.region.clone(), name };
            if let Some(live) = snapshot.resources.iter().find(|live| live.id == id) {
                settings.retain(|setting| !live.settings.contains_key(setting));
            }
            if !settings.is_empty() {
                let wish = Wish { settings, replicas: Replicas::Only([].into()), is_watched: true, ..Wish::default() };
                wishes.entry((id.kind, id.target)).or_default().insert(id.name, wish);
            }
        }
    }
    if wishes.is_empty() {
        return;
    }
    let mut read = Snapshot::empty(snapshot.taken_at);
    fill(&mut read, aws, policy.workspace.as_deref(), wishes, &|_, _| {}).await;
    // What is tagged and not there is gone: the tags of a thing are shown for a while after it.
    snapshot.gaps.extend(read.gaps);
    for live in read.resources {
        snapshot.extend(live);
    }
}

/// Reads again what a plan relies on, and nothing else.
pub async fn again(plan: &Plan, aws: &Aws, unreached: &[ConnectFailed]) -> Snapshot {
    let mut snapshot = begin(aws, unreached);
    let mut wishes: Wishes = BTreeMap::new();
    let settings_only = |action: &&Action| kinds::spec(&action.id.kind).is_none_or(|spec| spec.ownership == Ownership::Settings);
    for action in plan.actions.iter().filter(settings_only) {
        let home = aws.connection(&action.id.target).map(|connection| connection.identity.region.clone());
        let of_target = wishes.entry((action.id.kind.clone(), action.id.target.clone())).or_default();
        let wish =
            of_target.entry(action.id.name.clone()).or_insert_with(|| Wish { replicas: Replicas::Only([].into()), ..Wish::default() });
        wish.settings.extend(action.before.keys().cloned());
        wish.declared.extend(action.wanted.iter().map(|(path, declared)| (path.clone(), declared.value.clone())));
        if let Replicas::Only(regions) = &mut wish.replicas
            && home.as_deref() != Some(action.id.region.as_str())
        {
            regions.insert(action.id.region.clone());
        }
    }
    fill(&mut snapshot, aws, plan.policy.workspace.as_deref(), wishes, &|_, _| {}).await;
    whole::find(&mut snapshot, aws, whole::Sought::of_plan(plan, aws)).await;
    snapshot.sort();
    snapshot
}

/// The table and the calls of a kind whose things others own.
pub(super) fn settings_calls(kind: &str) -> Option<(&'static KindSpec, &'static dyn KindAws)> {
    let kind = kinds::find(kind)?;
    match kind.calls() {
        Calls::Settings(calls) => Some((kind.spec(), calls)),
        Calls::Whole(_) => None,
    }
}

/// What to read: by kind and target, then by name.
pub(super) type Wishes = BTreeMap<(String, String), BTreeMap<String, Wish>>;

pub(super) fn begin(aws: &Aws, unreached: &[ConnectFailed]) -> Snapshot {
    let mut snapshot = Snapshot::empty(aws.clock.now());
    snapshot.identities = aws.connections().map(|connection| (connection.target.name.clone(), connection.identity.clone())).collect();
    for failed in unreached {
        let (target, cause, message, action) = match failed {
            ConnectFailed::Identity { target, cause, message, .. } => (target, *cause, message.clone(), "sts:GetCallerIdentity"),
            ConnectFailed::WrongAccount { target, .. } => (target, Cause::Denied, failed.to_string(), "sts:GetCallerIdentity"),
            ConnectFailed::Unlisted { target } => (target, Cause::Failed, failed.to_string(), "organizations:ListAccounts"),
        };
        snapshot.gaps.push(Gap {
            target: target.clone(),
            region: "-".to_owned(),
            kind: None,
            resource: None,
            action: action.to_owned(),
            cause,
            message,
        });
    }
    snapshot
}

/// What the selectors of the policy must be told, by kind and target.
fn needs(policy: &Policy, aws: &Aws) -> BTreeMap<(String, String), ListNeed> {
    let mut needs: BTreeMap<(String, String), ListNeed> = BTreeMap::new();
    for protect in &policy.protects {
        let Some(spec) = kinds::spec(&protect.address.kind) else { continue };
        for target in protect.targets.iter().filter(|target| aws.connection(target).is_some()) {
            needs.entry((protect.address.kind.clone(), target.clone())).or_default().merge(select::need(&protect.select, spec));
        }
    }
    needs
}

/// Lists what is needed. Where only one of names and tags could be listed, the other still serves those who need no more.
pub(super) async fn list(
    spec: &'static KindSpec,
    calls: &'static dyn KindAws,
    connection: &Connection,
    need: &ListNeed,
) -> (Inventory, Vec<Gap>) {
    let names = async { if need.names { Some(calls.list(connection).await) } else { None } };
    let tags = async {
        match &need.tags {
            Some(filter) => {
                let is_name = |text: &str| spec.name_form.check_literal(text).is_ok();
                Some(tagged(connection, calls.tagging_type(), spec.arn_prefix, is_name, filter).await)
            }
            None => None,
        }
    };
    let (names, tags) = futures_util::future::join(names, tags).await;
    let mut gaps = Vec::new();
    let mut gap = |failed: CallFailed| gaps.push(connection.gap(&connection.identity.region, Some(spec.name), None, &failed));
    let names = names.and_then(|names| names.map_err(&mut gap).ok());
    let tags = tags.and_then(|tags| tags.map_err(&mut gap).ok());
    let mut inventory = Inventory {
        kind: spec.name.to_owned(),
        target: connection.target.name.clone(),
        names_complete: names.is_some(),
        tag_filter: need.tags.clone().filter(|_| tags.is_some()),
        listed: Vec::new(),
    };
    let mut listed: BTreeMap<String, Listed> = tags.into_iter().flatten().map(|thing| (thing.name.clone(), thing)).collect();
    if let Some(names) = names {
        // The tagging API still shows things for a while after they are gone; the kind's own listing knows better.
        let exists: BTreeSet<&String> = names.iter().collect();
        listed.retain(|name, _| exists.contains(name));
        for name in &names {
            listed.entry(name.clone()).or_insert_with(|| Listed { name: name.clone(), tags: None });
        }
    }
    inventory.listed = listed.into_values().collect();
    (inventory, gaps)
}

fn wishes(policy: &Policy, aws: &Aws, snapshot: &Snapshot) -> Wishes {
    let mut wishes: Wishes = BTreeMap::new();
    for protect in &policy.protects {
        let kind = &protect.address.kind;
        let Some(spec) = kinds::spec(kind) else { continue };
        for connection in protect.targets.iter().filter_map(|target| aws.connection(target)) {
            let target = &connection.target.name;
            let inventory = snapshot.inventories.iter().find(|inventory| inventory.kind == *kind && inventory.target == *target);
            // Where nothing could be listed there is a gap already.
            let Ok(chosen) = select::choose(&protect.select, spec, &connection.identity, inventory) else {
                continue;
            };
            let of_target = wishes.entry((kind.clone(), target.clone())).or_default();
            for name in chosen.names {
                let settings = protect.wanted.keys().cloned();
                let declared = protect.wanted.iter().map(|(path, wanted)| (path.clone(), wanted.value.clone()));
                if let Some(wish) = of_target.get_mut(&name) {
                    wish.settings.extend(settings);
                    wish.declared.extend(declared);
                    wish.replicas = union(&wish.replicas, &protect.replicas);
                } else {
                    let (settings, declared) = (settings.collect(), declared.collect());
                    of_target.insert(name, Wish { settings, declared, replicas: protect.replicas.clone(), ..Wish::default() });
                }
            }
        }
    }
    wishes
}

/// Adds what declared things need of others' things. The plan changes none of it, but not seeing it leaves a check unmade: that is a gap too.
fn watch(policy: &Policy, aws: &Aws, wishes: &mut Wishes) {
    let reached = || policy.targets.keys().filter_map(|target| aws.connection(target));
    let identities = reached().map(|connection| (connection.target.name.clone(), connection.identity.clone())).collect();
    for connection in reached() {
        let target = &connection.target.name;
        for ((kind, name), settings) in kinds::watched(policy, target, &identities) {
            let of_kind = wishes.entry((kind.to_owned(), target.clone())).or_default();
            let nowhere_else = Wish { replicas: Replicas::Only([].into()), is_watched: true, ..Wish::default() };
            of_kind.entry(name).or_insert(nowhere_else).settings.extend(settings);
        }
    }
}

fn union(a: &Replicas, b: &Replicas) -> Replicas {
    match (a, b) {
        (Replicas::Only(a), Replicas::Only(b)) => Replicas::Only(a.union(b).cloned().collect()),
        _ => Replicas::All,
    }
}

pub(super) async fn fill(snapshot: &mut Snapshot, aws: &Aws, workspace: Option<&str>, wishes: Wishes, done: &(dyn Fn(u64, u64) + Sync)) {
    let total = wishes.values().map(|names| names.len() as u64).sum();
    let read = std::sync::atomic::AtomicU64::new(0);
    let one_done = || done(read.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1, total);
    let mut reads = Vec::new();
    for ((kind, target), wishes) in wishes {
        if let (Some((_, calls)), Some(connection)) = (settings_calls(&kind), aws.connection(&target)) {
            reads.push(calls.read(ReadRequest { connection, workspace, wishes, done: &one_done }));
        }
    }
    for Found { live, absent, gaps, .. } in join_all(reads).await {
        snapshot.resources.extend(live);
        snapshot.absent.extend(absent);
        snapshot.gaps.extend(gaps);
    }
    snapshot.sort();
}

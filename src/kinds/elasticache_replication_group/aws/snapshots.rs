//! The snapshots that ElastiCache keeps of replication groups: automatic ones and those that somebody made, in one listing of a region.

use super::super::{CREATED, NODES, SPEC};
use super::ELASTICACHE;
use crate::aws::untyped::{Answer as _, Operation};
use crate::kinds::protection::{ENCRYPTION, NOT_ENCRYPTED};
use crate::kinds::{ProofAws, ProofRequest};
use crate::model::{Evidence, Held, HeldForm, Live};
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;

static DESCRIBE: Operation = ELASTICACHE.operation("DescribeSnapshots");

/// The snapshots of the groups that a target read.
pub(in crate::kinds::elasticache_replication_group) struct Snapshots;

impl ProofAws for Snapshots {
    fn prove<'a>(&'a self, request: ProofRequest<'a>) -> BoxFuture<'a, Evidence> {
        Box::pin(async move {
            let mut evidence = Evidence::default();
            // A snapshot does not leave its region.
            if request.things.is_empty() {
                return evidence;
            }
            let (connection, identity) = (request.connection, &request.connection.identity);
            match connection.pages(&DESCRIBE, &identity.region, Map::new(), "Snapshots", ("Marker", "Marker")).await {
                Ok(all) => {
                    evidence.held = held(&all, &request.things, (&identity.account, &identity.region));
                    evidence.snapshots_listed.insert(request.listed(SPEC.name));
                }
                Err(failed) => evidence.gaps.push(connection.gap(&identity.region, Some(SPEC.name), None, &failed)),
            }
            evidence
        })
    }
}

fn held(all: &[Json], groups: &[&Live], (account, region): (&str, &str)) -> Vec<Held> {
    let named = groups.iter().map(|live| (live.id.name.to_lowercase(), *live)).collect::<BTreeMap<_, _>>();
    let nodes =
        groups.iter().flat_map(|live| live.fact(NODES).into_iter().flat_map(|nodes| nodes.split(", ")).map(move |node| (node, *live)));
    let nodes: BTreeMap<&str, &Live> = nodes.collect();
    let mut held: BTreeMap<&str, Held> = BTreeMap::new();
    for one in all {
        // Without cluster mode a snapshot names the node that it was taken of, and not always the group.
        let of_group = one.text("ReplicationGroupId").filter(|group| !group.is_empty());
        let found = match of_group {
            Some(group) => named.get(&group.to_lowercase()).copied(),
            None => one.text("CacheClusterId").and_then(|node| nodes.get(node.as_str()).copied()),
        };
        let taken = moment(one);
        let Some(live) = found.filter(|live| is_of(live, taken)) else { continue };
        let Some(arn) = live.arn.as_deref() else { continue };
        let held = held.entry(arn).or_insert_with(|| Held::none(arn, HeldForm::Snapshots, region, account, region));
        // One that is being restored from is there.
        if one.text("SnapshotStatus").is_some_and(|status| ["available", "restoring"].contains(&status.as_str())) {
            held.add(taken);
            note(one, live, held);
        } else {
            held.unusable += 1;
        }
    }
    held.into_values().collect()
}

/// When the data is of: that of the shard that was read first. None where that is not told of all of them.
fn moment(one: &Json) -> Option<Timestamp> {
    let of_shards: Option<Vec<Timestamp>> = one.items("NodeSnapshots").into_iter().map(|node| node.moment("SnapshotCreateTime")).collect();
    of_shards?.into_iter().min()
}

/// Whether a snapshot of this moment is of the group that is there now: nothing older is, as a name can be given again.
fn is_of(live: &Live, taken: Option<Timestamp>) -> bool {
    let created: Option<Timestamp> = live.fact(CREATED).and_then(|created| created.parse().ok());
    taken.zip(created).is_none_or(|(taken, created)| taken >= created)
}

/// What else is known of one that can be restored.
///
/// Source: ElastiCache API `Snapshot`: manual snapshots do not expire, whatever `SnapshotRetentionLimit` says. ElastiCache User Guide, At-rest
/// encryption: it comprises backups, and is decided when a group is made.
fn note(one: &Json, live: &Live, held: &mut Held) {
    let key = one.text("KmsKeyId").filter(|key| !key.is_empty());
    held.unencrypted += u64::from(key.is_none() && live.fact(ENCRYPTION) == Some(NOT_ENCRYPTED));
    held.keys.extend(key);
    let is_automatic = one.text("SnapshotSource").as_deref() == Some("automated");
    if let Some(days) = one.whole("SnapshotRetentionLimit").filter(|days| is_automatic && *days > 0) {
        held.keep(days);
    }
}

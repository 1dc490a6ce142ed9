//! The snapshots that Redshift keeps of clusters: automated ones and those that somebody made, with what was copied from other regions.
//!
//! Those of AWS Backup are told with the vaults that they are in.

use super::super::{CREATED, SPEC};
use super::REDSHIFT;
use crate::aws::untyped::{Answer as _, Operation};
use crate::kinds::{ProofAws, ProofRequest};
use crate::model::{Evidence, Held, HeldForm, Live};
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;

static DESCRIBE: Operation = REDSHIFT.operation("DescribeClusterSnapshots");

/// What AWS Backup calls its snapshots, which are manual ones.
const OF_AWS_BACKUP: &str = "awsbackup:";

/// The snapshots in a target's region.
pub(in crate::kinds::redshift_cluster) struct Snapshots;

impl ProofAws for Snapshots {
    fn prove<'a>(&'a self, request: ProofRequest<'a>) -> BoxFuture<'a, Evidence> {
        Box::pin(async move {
            let mut evidence = Evidence::default();
            let known = request.known.resources.iter().filter(|live| live.id.kind == SPEC.name);
            let clusters: BTreeMap<&str, &Live> = known.filter_map(|live| Some((live.arn.as_deref()?, live))).collect();
            // Also where no cluster is: copies come from other regions.
            if clusters.is_empty() {
                return evidence;
            }
            let (connection, identity) = (request.connection, &request.connection.identity);
            match connection.pages(&DESCRIBE, &identity.region, Map::new(), "Snapshots", ("Marker", "Marker")).await {
                Ok(all) => {
                    evidence.held = held(&all, &clusters, (&identity.account, &identity.region));
                    evidence.snapshots_listed.insert(request.listed(SPEC.name));
                }
                Err(failed) => evidence.gaps.push(connection.gap(&identity.region, Some(SPEC.name), None, &failed)),
            }
            evidence
        })
    }
}

fn held(all: &[Json], clusters: &BTreeMap<&str, &Live>, (account, region): (&str, &str)) -> Vec<Held> {
    let mut held: BTreeMap<&str, Held> = BTreeMap::new();
    for one in all.iter().filter(|one| one.text("SnapshotIdentifier").is_none_or(|name| !name.starts_with(OF_AWS_BACKUP))) {
        let from = one.text("SourceRegion").filter(|from| !from.is_empty()).unwrap_or_else(|| region.to_owned());
        let arn = one.text("ClusterIdentifier").and_then(|name| SPEC.arn(&from, account, &name));
        let found = arn.and_then(|arn| clusters.get_key_value(arn.as_str()));
        let Some((arn, _)) = found.filter(|(_, live)| is_of(live, one)) else { continue };
        let held = held.entry(*arn).or_insert_with(|| Held::none(arn, HeldForm::Snapshots, region, account, region));
        if one.text("Status").as_deref() != Some("available") {
            held.unusable += 1;
            continue;
        }
        // "A copy of the cluster data as of this exact time" (Redshift API `Snapshot`).
        held.add(one.moment("SnapshotCreateTime"));
        held.unencrypted += u64::from(one.flag("Encrypted") == Some(false));
        held.keys.extend(one.text("KmsKeyId").filter(|key| !key.is_empty()));
        let is_manual = one.text("SnapshotType").as_deref() == Some("manual");
        if let Some(days) = one.whole("ManualSnapshotRetentionPeriod").filter(|days| is_manual && *days > 0) {
            held.keep(days);
        }
    }
    held.into_values().collect()
}

/// Whether a snapshot is of the cluster that is there now, and not of another that had its name before: it names the same creation, or was made
/// after this one, as a cluster that was resized or restored under its name may bear another.
fn is_of(live: &Live, one: &Json) -> bool {
    let created: Option<Timestamp> = live.fact(CREATED).and_then(|created| created.parse().ok());
    let is_same = created.zip(one.moment("ClusterCreateTime")).is_none_or(|(now, then)| now.as_second() == then.as_second());
    is_same || created.zip(one.moment("SnapshotCreateTime")).is_some_and(|(created, taken)| taken >= created)
}

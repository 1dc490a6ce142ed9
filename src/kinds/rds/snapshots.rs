//! The snapshots that RDS keeps: of instances in one listing of a region, and in another those of all clusters, whichever engine they have.
//!
//! A snapshot may have come from another region or account, and brings back the database there. Those of AWS Backup are told with the vaults
//! that they are in.

use super::{RDS, REPLICA_OF, RESOURCE_ID};
use crate::aws::untyped::{Answer as _, Operation};
use crate::kinds::{ProofAws, ProofRequest, spec};
use crate::model::{Evidence, Held, HeldForm, Live};
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use serde_json::{Map, Value as Json};
use std::collections::{BTreeMap, BTreeSet};

/// What AWS Backup calls its snapshots, which AWS lists as manual ones where the engine knows no better.
const OF_AWS_BACKUP: &str = "awsbackup:";

/// One listing of snapshots, with the names of its members.
pub(in crate::kinds) struct Snapshots {
    describe: Operation,
    list: &'static str,
    /// What the ARNs of the databases have before the name.
    arn_prefix: &'static str,
    name: &'static str,
    arn: &'static str,
    /// The database's name, and its id.
    of: &'static str,
    id: &'static str,
    encrypted: &'static str,
    /// When the data is of; a copy has it from the snapshot that it was made of. None where only `SnapshotCreateTime` tells.
    original: Option<&'static str>,
    /// The snapshot that one was copied from.
    source: &'static str,
}

/// Those of instances.
pub(in crate::kinds) static OF_INSTANCES: Snapshots = Snapshots {
    describe: RDS.operation("DescribeDBSnapshots"),
    list: "DBSnapshots",
    arn_prefix: "db:",
    name: "DBSnapshotIdentifier",
    arn: "DBSnapshotArn",
    of: "DBInstanceIdentifier",
    id: "DbiResourceId",
    encrypted: "Encrypted",
    original: Some("OriginalSnapshotCreateTime"),
    source: "SourceDBSnapshotIdentifier",
};

/// Those of clusters of Aurora, DocumentDB and Neptune, and of Multi-AZ DB clusters.
pub(in crate::kinds) static OF_CLUSTERS: Snapshots = Snapshots {
    describe: RDS.operation("DescribeDBClusterSnapshots"),
    list: "DBClusterSnapshots",
    arn_prefix: "cluster:",
    name: "DBClusterSnapshotIdentifier",
    arn: "DBClusterSnapshotArn",
    of: "DBClusterIdentifier",
    id: "DbClusterResourceId",
    encrypted: "StorageEncrypted",
    original: None,
    source: "SourceDBClusterSnapshotArn",
};

impl ProofAws for Snapshots {
    fn prove<'a>(&'a self, request: ProofRequest<'a>) -> BoxFuture<'a, Evidence> {
        Box::pin(async move {
            let databases = Databases::new(self, &request);
            let kinds: BTreeSet<&str> = databases.all.values().map(|live| live.id.kind.as_str()).collect();
            let mut evidence = Evidence::default();
            if kinds.is_empty() {
                return evidence;
            }
            // Also where no database is: copies come from other regions.
            let (connection, region) = (request.connection, &request.connection.identity.region);
            match connection.pages(&self.describe, region, Map::new(), self.list, ("Marker", "Marker")).await {
                Ok(all) => {
                    evidence.held = self.count(&all, &databases);
                    evidence.snapshots_listed = kinds.into_iter().map(|kind| request.listed(kind)).collect();
                }
                Err(failed) => evidence.gaps.extend(kinds.into_iter().map(|kind| connection.gap(region, Some(kind), None, &failed))),
            }
            evidence
        })
    }
}

impl Snapshots {
    fn count(&self, all: &[Json], databases: &Databases<'_>) -> Vec<Held> {
        let dates: BTreeMap<String, Timestamp> = all.iter().filter_map(|one| Some((one.text(self.arn)?, self.taken(one)?))).collect();
        let mut held: BTreeMap<&str, Held> = BTreeMap::new();
        for one in all {
            let is_own = one.text("SnapshotType").is_none_or(|kind| ["automated", "manual"].contains(&kind.as_str()));
            let is_of_backup = one.text(self.name).is_some_and(|name| name.starts_with(OF_AWS_BACKUP));
            let Some((arn, live)) = databases.find(one.text(self.of), one.text(self.id)).filter(|_| is_own && !is_of_backup) else {
                continue;
            };
            let (account, region) = databases.place;
            let held = held.entry(arn).or_insert_with(|| Held::none(arn, HeldForm::Snapshots, region, account, region));
            if one.text("Status").as_deref() == Some("available") {
                held.add(self.moment(one, live, &dates));
                self.note(one, held);
            } else {
                held.unusable += 1;
            }
        }
        held.into_values().collect()
    }

    /// When a snapshot was taken that is the first of its data; none where that is not known.
    ///
    /// Source: RDS API `DBSnapshot`: `SnapshotCreateTime` changes for a copy, `OriginalSnapshotCreateTime` does not. Clusters have the former
    /// alone, of which AWS does not say what it is for a copy.
    fn taken(&self, one: &Json) -> Option<Timestamp> {
        let is_first = || one.text(self.source).is_none_or(|source| source.is_empty());
        let is_sure = || is_first() && (self.original.is_none() || one.text("SnapshotType").as_deref() == Some("automated"));
        let original = self.original.and_then(|member| one.moment(member));
        original.or_else(|| one.moment("SnapshotCreateTime").filter(|_| is_sure()))
    }

    /// Of when the data is. A copy is as its source where that is listed too; what was taken of a read replica lacks what had not reached it.
    ///
    /// Source: RDS API `DBSnapshot`, `SnapshotDatabaseTime`.
    fn moment(&self, one: &Json, live: &Live, dates: &BTreeMap<String, Timestamp>) -> Option<Timestamp> {
        let taken = self.taken(one).or_else(|| dates.get(&one.text(self.source)?).copied())?;
        if live.fact(REPLICA_OF).is_none() {
            return Some(taken);
        }
        // How far a replica was behind is not known without it.
        Some(one.moment("SnapshotDatabaseTime")?.min(taken))
    }

    /// What else is known of one that can be restored. Manual snapshots stay until somebody deletes them.
    fn note(&self, one: &Json, held: &mut Held) {
        held.unencrypted += u64::from(one.flag(self.encrypted) == Some(false));
        held.keys.extend(one.text("KmsKeyId").filter(|key| !key.is_empty()));
        let is_automated = one.text("SnapshotType").as_deref() == Some("automated");
        if let Some(days) = one.whole("BackupRetentionPeriod").filter(|days| is_automated && *days > 0) {
            held.keep(days);
        }
    }
}

/// The databases that are known, wherever, by their ARNs.
struct Databases<'a> {
    all: BTreeMap<&'a str, &'a Live>,
    by_id: BTreeMap<&'a str, &'a str>,
    /// The account and the region that are asked.
    place: (&'a str, &'a str),
    /// What the ARNs of those have that are here.
    here: String,
}

impl<'a> Databases<'a> {
    fn new(snapshots: &Snapshots, request: &ProofRequest<'a>) -> Self {
        let is_one =
            |live: &&Live| spec(&live.id.kind).is_some_and(|spec| spec.service == RDS.iam && spec.arn_prefix == snapshots.arn_prefix);
        let known = request.known.resources.iter().filter(is_one);
        let all: BTreeMap<&str, &Live> = known.filter_map(|live| Some((live.arn.as_deref()?, live))).collect();
        let identity = &request.connection.identity;
        let (account, region) = (identity.account.as_str(), identity.region.as_str());
        let here = format!("arn:{}:rds:{region}:{account}:{}", crate::model::partition(region), snapshots.arn_prefix);
        let by_id = all.iter().filter_map(|(arn, live)| Some((live.fact(RESOURCE_ID)?, *arn))).collect();
        Self { all, by_id, place: (account, region), here }
    }

    /// The database that a snapshot brings back, as it is now and not another that had its name before: ids are never given twice, and stay
    /// when a database is renamed. Where one of the two has none the name tells, of what is here.
    fn find(&self, name: Option<String>, id: Option<String>) -> Option<(&'a str, &'a Live)> {
        let id = id.filter(|id| !id.is_empty());
        let by_id = id.as_deref().and_then(|id| self.by_id.get(id));
        let arn = match by_id {
            Some(arn) => (*arn).to_owned(),
            None => format!("{}{}", self.here, name?),
        };
        let (arn, live) = self.all.get_key_value(arn.as_str())?;
        let is_another = by_id.is_none() && id.is_some() && live.fact(RESOURCE_ID).is_some();
        (!is_another).then_some((*arn, *live))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ResourceId, Value};
    use serde_json::json;

    const ARN: &str = "arn:aws:rds:us-east-1:123456789012:db:orders";

    /// The instance `orders`, which had another name before, with these facts.
    fn orders(facts: &[(&str, &str)]) -> Live {
        let id = ResourceId {
            kind: "aws_db_instance".to_owned(),
            target: "home".to_owned(),
            region: "us-east-1".to_owned(),
            name: "orders".to_owned(),
        };
        let facts = facts.iter().map(|(fact, text)| ((*fact).to_owned(), Value::from(*text))).collect();
        Live { id, arn: Some(ARN.to_owned()), facts, ..Live::default() }
    }

    /// What is counted of snapshots of it.
    fn count(snapshots: &Snapshots, live: &Live, all: &Json) -> Vec<Held> {
        let all: Vec<Json> = all.as_array().cloned().unwrap_or_default();
        let by_id = live.fact(RESOURCE_ID).map(|id| (id, ARN)).into_iter().collect();
        let here = format!("arn:aws:rds:us-east-1:123456789012:{}", snapshots.arn_prefix);
        let databases = Databases { all: BTreeMap::from([(ARN, live)]), by_id, place: ("123456789012", "us-east-1"), here };
        snapshots.count(&all, &databases)
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_database_is_known_by_its_id_and_by_its_name_where_there_is_none() {
        let one = |name: &str, id: Option<&str>| json!([{ "DBInstanceIdentifier": name, "DbiResourceId": id, "Status": "available", "SnapshotType": "manual" }]);
        let counted = |facts: &[(&str, &str)], all: &Json| count(&OF_INSTANCES, &orders(facts), all).len();
        assert_eq!(counted(&[(RESOURCE_ID, "db-1")], &one("sales", Some("db-1"))), 1, "renamed since");
        assert_eq!(counted(&[(RESOURCE_ID, "db-1")], &one("orders", Some("db-0"))), 0, "of one that is gone");
        assert_eq!(counted(&[(RESOURCE_ID, "db-1")], &one("orders", None)), 1);
        assert_eq!(counted(&[], &one("orders", Some("db-1"))), 1);
        assert_eq!(counted(&[], &one("sales", Some("db-1"))), 0);
    }

    #[test]
    fn a_copy_is_dated_as_its_source_and_a_replica_by_what_had_reached_it() {
        let held = |live: &Live, all: &Json| {
            let held = count(&OF_INSTANCES, live, all);
            held.first().map(|held| (held.newest, held.undated)).unwrap()
        };
        let one = json!([{
            "DBInstanceIdentifier": "orders", "Status": "available", "SnapshotType": "manual", "SnapshotCreateTime": "2026-11-21T09:00:00Z",
            "OriginalSnapshotCreateTime": "2026-11-20T09:00:00Z", "SnapshotDatabaseTime": "2026-11-20T07:00:00Z",
        }]);
        assert_eq!(held(&orders(&[]), &one), (Some(at("2026-11-20T09:00:00Z")), 0));
        assert_eq!(held(&orders(&[(REPLICA_OF, "main")]), &one), (Some(at("2026-11-20T07:00:00Z")), 0));
        let bare = json!([{
            "DBInstanceIdentifier": "orders", "Status": "available", "SnapshotType": "manual", "SnapshotCreateTime": "2026-11-21T09:00:00Z",
        }]);
        assert_eq!(held(&orders(&[]), &bare), (None, 1), "it may be a copy");
    }

    #[test]
    fn a_copy_of_a_snapshot_of_a_cluster_is_dated_only_where_its_source_is_seen() {
        let live = Live { arn: Some("arn:aws:rds:us-east-1:123456789012:cluster:orders".to_owned()), ..orders(&[]) };
        let arn = live.arn.clone().unwrap();
        let counted = |all: &Json| {
            let here = "arn:aws:rds:us-east-1:123456789012:cluster:".to_owned();
            let all_of = BTreeMap::from([(arn.as_str(), &live)]);
            let databases = Databases { all: all_of, by_id: BTreeMap::new(), place: ("123456789012", "us-east-1"), here };
            let held = OF_CLUSTERS.count(all.as_array().unwrap(), &databases);
            (held[0].newest, held[0].undated)
        };
        let copy = json!({
            "DBClusterIdentifier": "orders", "Status": "available", "DBClusterSnapshotArn": "arn:copy", "SourceDBClusterSnapshotArn": "arn:first",
            "SnapshotCreateTime": "2026-11-21T09:00:00Z",
        });
        let first = json!({
            "DBClusterIdentifier": "orders", "Status": "deleting", "DBClusterSnapshotArn": "arn:first",
            "SnapshotCreateTime": "2026-11-19T09:00:00Z",
        });
        assert_eq!(counted(&json!([copy])), (None, 1));
        assert_eq!(counted(&json!([copy, first])), (Some(at("2026-11-19T09:00:00Z")), 0));
    }
}

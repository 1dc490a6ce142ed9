//! `aws_elasticache_replication_group` in a seed: the provider's attributes, `status` and `created_days_ago`.

use std::collections::BTreeMap;

use hcl::Value as Hcl;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

use super::Plant;
use super::fields::Fields;
use super::snapshot::{self, SeededSnapshots};
use crate::sandbox::DEFAULT_ACCOUNT;
use crate::sandbox::services::{account, elasticache};
use crate::sandbox::state::State;

/// How old a seeded one is when the seed does not say, so that its automated snapshots have history.
const DEFAULT_AGE_DAYS: i64 = 60;

/// Statuses that a seed can hold a group in.
const STATUSES: &[&str] = &["available", "create-failed", "creating", "deleting", "modifying", "snapshotting"];

/// Arguments of the provider that mean nothing here.
const IGNORED: &[&str] = &["apply_immediately", "auth_token", "final_snapshot_identifier", "security_group_ids", "user_group_ids"];

const TEXTS: &[(&str, &str)] = &[
    ("description", "ReplicationGroupDescription"),
    ("engine", "Engine"),
    ("engine_version", "EngineVersion"),
    ("kms_key_id", "KmsKeyId"),
    ("node_type", "CacheNodeType"),
    ("parameter_group_name", "CacheParameterGroupName"),
    ("subnet_group_name", "CacheSubnetGroupName"),
];

const FLAGS: &[(&str, &str)] = &[
    ("at_rest_encryption_enabled", "AtRestEncryptionEnabled"),
    ("automatic_failover_enabled", "AutomaticFailoverEnabled"),
    ("multi_az_enabled", "MultiAZEnabled"),
    ("transit_encryption_enabled", "TransitEncryptionEnabled"),
];

#[derive(Debug)]
struct SeededGroup {
    name: String,
    account: String,
    region: String,
    days: i64,
    window: String,
    maintenance: String,
    cluster_mode: bool,
    shards: i64,
    replicas: i64,
    status: Option<String>,
    age_days: i64,
    said: Map<String, Value>,
    tags: Option<BTreeMap<String, String>>,
    snapshots: Vec<SeededSnapshots>,
}

/// Reads one block; what AWS would refuse of it is a problem.
pub(super) fn decode(fields: &mut Fields<'_>) -> Box<dyn Plant> {
    fields.allow(IGNORED);
    let check = |name: &str| elasticache::check_name(name).err().map(|error| error.message);
    let name = fields.required_text_within("replication_group_id", check);
    let (window, maintenance) = hours(fields);
    let mut said = Map::new();
    for (attribute, member) in TEXTS {
        // Versions are often written as numbers.
        let text = fields.value(attribute).map(|value| match value {
            Hcl::String(text) => text,
            other => other.to_string(),
        });
        said.extend(text.map(|text| ((*member).to_owned(), Value::from(text))));
    }
    for (attribute, member) in FLAGS {
        said.extend(fields.flag(attribute).map(|flag| ((*member).to_owned(), Value::Bool(flag))));
    }
    said.extend(fields.number("port", 1..=65_535).map(|port| ("Port".to_owned(), Value::from(port))));
    elasticache::fill(&mut said);
    let nodes = fields.number("num_cache_clusters", 1..=6);
    let shards = fields.number("num_node_groups", 1..=500);
    let replicas = fields.number("replicas_per_node_group", 0..=5);
    if nodes.is_some() && shards.is_some() {
        fields.complain("num_cache_clusters", "`num_cache_clusters` and `num_node_groups` exclude each other");
    }
    Box::new(SeededGroup {
        name: name.to_lowercase(),
        account: fields.text("account_id").unwrap_or_else(|| DEFAULT_ACCOUNT.to_owned()),
        region: fields.text("region").unwrap_or_else(|| "us-east-1".to_owned()),
        days: fields.number("snapshot_retention_limit", 0..=35).unwrap_or(0),
        window,
        maintenance,
        cluster_mode: shards.is_some_and(|shards| shards > 1),
        shards: shards.unwrap_or(1),
        replicas: replicas.unwrap_or_else(|| nodes.unwrap_or(1).saturating_sub(1)),
        status: fields.choice("status", STATUSES).filter(|status| status != "available"),
        age_days: fields.number("created_days_ago", 0..=36_500).unwrap_or(DEFAULT_AGE_DAYS),
        said,
        tags: fields.map("tags").map(BTreeMap::from_iter),
        snapshots: snapshot::blocks(fields),
    })
}

/// The hours of backups and of maintenance.
fn hours(fields: &mut Fields<'_>) -> (String, String) {
    let window = fields.text("snapshot_window").unwrap_or_else(|| elasticache::SNAPSHOT_WINDOW.to_owned());
    let maintenance = fields.text("maintenance_window").unwrap_or_else(|| elasticache::MAINTENANCE_WINDOW.to_owned());
    elasticache::check_hours(&window, &maintenance).unwrap_or_else(|error| {
        fields.complain("snapshot_window", &error.message);
        (window, maintenance)
    })
}

impl Plant for SeededGroup {
    fn identity(&self) -> String {
        elasticache::arn(&self.account, &self.region, "replicationgroup", &self.name)
    }

    fn plant(&self, state: &mut State, now: Timestamp) -> bool {
        if account::is_opt_in(&self.region) {
            state.enable_region(&self.account, &self.region);
        }
        let created = now.checked_sub(SignedDuration::from_hours(self.age_days.saturating_mul(24))).unwrap_or(now);
        let mut group = elasticache::Group {
            arn: self.identity(),
            name: self.name.clone(),
            created,
            available_at: created,
            busy_until: None,
            gone_at: (self.status.as_deref() == Some("deleting")).then_some(Timestamp::MAX),
            held: self.status.clone(),
            days: self.days,
            backups_since: None,
            window: self.window.clone(),
            maintenance: self.maintenance.clone(),
            source: None,
            cluster_mode: self.cluster_mode,
            shards: self.shards,
            replicas: self.replicas,
            said: self.said.clone(),
            tags: self.tags.clone(),
        };
        let first = group.nodes().into_iter().next().map(|(_, node, _)| node);
        group.source = first.filter(|_| self.days > 0 && !self.cluster_mode);
        let source = elasticache::source(&group);
        for snapshots in &self.snapshots {
            let held = state.region_mut(&self.account, snapshots.region().unwrap_or(&self.region));
            snapshots.plant(&source, &self.region, now, &mut held.elasticache_snapshots);
        }
        state.region_mut(&self.account, &self.region).elasticache.insert(self.name.clone(), group).is_some()
    }
}

#[cfg(test)]
mod tests {
    use crate::sandbox::Seed;
    use crate::sandbox::testing::World;

    #[test]
    fn a_seeded_group_has_its_hours_its_nodes_and_its_status() {
        let world = World::seeded(
            "resource \"aws_elasticache_replication_group\" \"g\" {\n  replication_group_id = \"sessions\"\n  num_cache_clusters = 2\n  snapshot_retention_limit = 5\n  status = \"snapshotting\"\n}\n",
        );
        let group = world.form("elasticache", "Action=DescribeReplicationGroups");
        for text in [
            "<ClusterId>sessions-002</ClusterId>",
            "<SnapshotRetentionLimit>5<",
            "<Status>snapshotting<",
            "<SnapshottingClusterId>sessions-001<",
        ] {
            assert!(group.contains(text), "{text}: {group}");
        }
    }

    #[test]
    fn hours_that_meet_maintenance_are_a_problem_of_the_seed() {
        let text = "resource \"aws_elasticache_replication_group\" \"g\" {\n  replication_group_id = \"sessions\"\n  snapshot_window = \"09:30-10:30\"\n}\n";
        let problems = Seed::parse("s.hcl", text).unwrap_err().to_string();
        assert!(problems.contains("s.hcl:3:21") && problems.contains("must not overlap"), "{problems}");
    }
}

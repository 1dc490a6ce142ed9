//! `aws_redshift_cluster` in a seed: the provider's attributes, `status` and `created_days_ago`.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

use super::Plant;
use super::fields::Fields;
use super::snapshot::{self, SeededSnapshots};
use crate::sandbox::DEFAULT_ACCOUNT;
use crate::sandbox::services::{account, redshift};
use crate::sandbox::state::State;

/// How old a seeded one is when the seed does not say, so that its automated snapshots have history.
const DEFAULT_AGE_DAYS: i64 = 60;

/// Statuses that a seed can hold a cluster in.
const STATUSES: &[&str] = &["available", "creating", "deleting", "hardware-failure", "modifying", "paused", "resizing", "storage-full"];

/// Arguments of the provider that mean nothing here.
const IGNORED: &[&str] = &["apply_immediately", "cluster_type", "master_password", "skip_final_snapshot", "final_snapshot_identifier"];

const TEXTS: &[(&str, &str)] = &[
    ("cluster_subnet_group_name", "ClusterSubnetGroupName"),
    ("database_name", "DBName"),
    ("kms_key_id", "KmsKeyId"),
    ("master_username", "MasterUsername"),
    ("node_type", "NodeType"),
    ("preferred_maintenance_window", "PreferredMaintenanceWindow"),
];

#[derive(Debug)]
struct SeededCluster {
    name: String,
    account: String,
    region: String,
    automated: i64,
    manual: i64,
    status: Option<String>,
    age_days: i64,
    said: Map<String, Value>,
    tags: Option<BTreeMap<String, String>>,
    snapshots: Vec<SeededSnapshots>,
}

/// Reads one block; what AWS would refuse of it is a problem.
pub(super) fn decode(fields: &mut Fields<'_>) -> Box<dyn Plant> {
    fields.allow(IGNORED);
    let name = fields.required_text_within("cluster_identifier", |name| redshift::check_name(name).err().map(|error| error.message));
    let mut said = Map::new();
    for (attribute, member) in TEXTS {
        said.extend(fields.text(attribute).map(|text| ((*member).to_owned(), Value::from(text))));
    }
    for (attribute, member) in [("encrypted", "Encrypted"), ("publicly_accessible", "PubliclyAccessible")] {
        said.extend(fields.flag(attribute).map(|flag| (member.to_owned(), Value::Bool(flag))));
    }
    said.extend(fields.number("number_of_nodes", 1..=128).map(|count| ("NumberOfNodes".to_owned(), Value::from(count))));
    redshift::fill(&mut said);
    let node_type = said.get("NodeType").and_then(Value::as_str).unwrap_or_default().to_owned();
    let automated = fields.number("automated_snapshot_retention_period", 0..=35).unwrap_or(1);
    if let Err(error) = redshift::check_automated(automated, &node_type) {
        fields.complain("automated_snapshot_retention_period", &error.message);
    }
    let manual = fields.number("manual_snapshot_retention_period", -1..=3_653).unwrap_or(-1);
    if let Err(error) = redshift::check_manual(manual) {
        fields.complain("manual_snapshot_retention_period", &error.message);
    }
    Box::new(SeededCluster {
        name: name.to_lowercase(),
        account: fields.text("account_id").unwrap_or_else(|| DEFAULT_ACCOUNT.to_owned()),
        region: fields.text("region").unwrap_or_else(|| "us-east-1".to_owned()),
        automated,
        manual,
        status: fields.choice("status", STATUSES).filter(|status| status != "available"),
        age_days: fields.number("created_days_ago", 0..=36_500).unwrap_or(DEFAULT_AGE_DAYS),
        said,
        tags: fields.map("tags").map(BTreeMap::from_iter),
        snapshots: snapshot::blocks(fields),
    })
}

impl Plant for SeededCluster {
    fn identity(&self) -> String {
        redshift::arn(&self.account, &self.region, &self.name)
    }

    fn plant(&self, state: &mut State, now: Timestamp) -> bool {
        if account::is_opt_in(&self.region) {
            state.enable_region(&self.account, &self.region);
        }
        let created = now.checked_sub(SignedDuration::from_hours(self.age_days.saturating_mul(24))).unwrap_or(now);
        let cluster = redshift::Cluster {
            arn: self.identity(),
            name: self.name.clone(),
            created,
            available_at: created,
            busy_until: None,
            gone_at: (self.status.as_deref() == Some("deleting")).then_some(Timestamp::MAX),
            held: self.status.clone(),
            automated: self.automated,
            snapshots_since: None,
            manual: self.manual,
            said: self.said.clone(),
            tags: self.tags.clone(),
        };
        let source = redshift::source(&cluster);
        for snapshots in &self.snapshots {
            let held = state.region_mut(&self.account, snapshots.region().unwrap_or(&self.region));
            snapshots.plant(&source, &self.region, now, &mut held.redshift_snapshots);
        }
        state.region_mut(&self.account, &self.region).redshift.insert(self.name.clone(), cluster).is_some()
    }
}

#[cfg(test)]
mod tests {
    use crate::sandbox::Seed;
    use crate::sandbox::testing::World;

    #[test]
    fn a_seeded_cluster_has_its_periods_and_its_status() {
        let world = World::seeded(
            "resource \"aws_redshift_cluster\" \"c\" {\n  cluster_identifier = \"sales\"\n  automated_snapshot_retention_period = 7\n  status = \"paused\"\n}\n",
        );
        let cluster = world.form("redshift", "Action=DescribeClusters");
        assert!(cluster.contains("<AutomatedSnapshotRetentionPeriod>7<") && cluster.contains("<ClusterStatus>paused<"), "{cluster}");
    }

    #[test]
    fn periods_that_aws_refuses_are_problems_of_the_seed() {
        let text = "resource \"aws_redshift_cluster\" \"c\" {\n  cluster_identifier = \"sales\"\n  automated_snapshot_retention_period = 0\n  manual_snapshot_retention_period = 0\n}\n";
        let problems = Seed::parse("s.hcl", text).unwrap_err().to_string();
        assert!(problems.contains("s.hcl:3:41") && problems.contains("s.hcl:4:38"), "{problems}");
    }
}

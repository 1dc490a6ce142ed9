//! `aws_db_instance`, and `aws_rds_cluster`, `aws_docdb_cluster` and `aws_neptune_cluster` with `aws_rds_cluster_instance`, in a seed.

use std::collections::BTreeMap;

use hcl::Value as Hcl;
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::Plant;
use super::fields::Fields;
use super::snapshot::{self, SeededSnapshots};
use crate::sandbox::DEFAULT_ACCOUNT;
use crate::sandbox::services::{account, rds};
use crate::sandbox::state::State;
use crate::time::{DailyHours, WeeklyHours};

/// How old a seeded database is when the seed does not say, so that its backups have history.
const DEFAULT_AGE_DAYS: i64 = 60;

/// Statuses that a seed can hold a database in.
const STATUSES: &[&str] = &[
    "available",
    "backing-up",
    "creating",
    "deleting",
    "failed",
    "inaccessible-encryption-credentials",
    "modifying",
    "stopped",
    "storage-full",
];

/// Arguments of the provider that mean nothing here.
const IGNORED: &[&str] = &[
    "apply_immediately",
    "db_cluster_parameter_group_name",
    "db_subnet_group_name",
    "delete_automated_backups",
    "engine_mode",
    "final_snapshot_identifier",
    "manage_master_user_password",
    "master_password",
    "neptune_subnet_group_name",
    "parameter_group_name",
    "password",
    "serverlessv2_scaling_configuration",
    "skip_final_snapshot",
    "vpc_security_group_ids",
];

#[derive(Debug)]
struct Seeded {
    is_cluster: bool,
    name: String,
    account: String,
    region: String,
    engine: String,
    days: i64,
    pending_days: Option<i64>,
    window: Option<String>,
    maintenance: Option<String>,
    copy_tags: bool,
    deletion_protection: bool,
    recovery_point: Option<String>,
    status: Option<String>,
    age_days: i64,
    tags: Option<BTreeMap<String, String>>,
    said: Map<String, Value>,
    /// Of an instance: its cluster, and what it is a replica of.
    cluster: Option<String>,
    source: Option<String>,
    backtrack: i64,
    snapshots: Vec<SeededSnapshots>,
}

/// Reads an instance that is no member of a cluster.
pub(super) fn instance(fields: &mut Fields<'_>) -> Box<dyn Plant> {
    let source = fields.text("replicate_source_db");
    let engine = fields.text("engine").unwrap_or_else(|| "postgres".to_owned());
    // The provider's default is no backups, not AWS's one day.
    let mut seeded = common(fields, "identifier", engine, (0, 0), ["backup_window", "maintenance_window"]);
    said(
        fields,
        &mut seeded.said,
        &[("instance_class", "DBInstanceClass"), ("username", "MasterUsername"), ("db_name", "DBName"), ("storage_type", "StorageType")],
    );
    seeded.source = source;
    Box::new(seeded)
}

/// Reads a member of a cluster.
pub(super) fn member(fields: &mut Fields<'_>) -> Box<dyn Plant> {
    let engine = fields.text("engine").unwrap_or_else(|| "aurora-postgresql".to_owned());
    let cluster = fields.required_text("cluster_identifier");
    let mut seeded = common(fields, "identifier", engine, (1, 0), ["preferred_backup_window", "preferred_maintenance_window"]);
    said(fields, &mut seeded.said, &[("instance_class", "DBInstanceClass")]);
    seeded.cluster = Some(cluster);
    Box::new(seeded)
}

/// Reads a cluster of Aurora.
pub(super) fn rds_cluster(fields: &mut Fields<'_>) -> Box<dyn Plant> {
    cluster(fields, "aurora-postgresql")
}

/// Reads a cluster of DocumentDB.
pub(super) fn docdb_cluster(fields: &mut Fields<'_>) -> Box<dyn Plant> {
    cluster(fields, "docdb")
}

/// Reads a cluster of Neptune.
pub(super) fn neptune_cluster(fields: &mut Fields<'_>) -> Box<dyn Plant> {
    cluster(fields, "neptune")
}

fn cluster(fields: &mut Fields<'_>, engine: &str) -> Box<dyn Plant> {
    let engine = fields.choice("engine", rds::CLUSTER_ENGINES).unwrap_or_else(|| engine.to_owned());
    let backtrack = fields.number("backtrack_window", 0..=259_200).unwrap_or(0);
    if backtrack > 0 && engine != "aurora-mysql" {
        fields.complain("backtrack_window", "Aurora MySQL alone has `backtrack_window`");
    }
    let mut seeded = common(fields, "cluster_identifier", engine, (1, 1), ["preferred_backup_window", "preferred_maintenance_window"]);
    said(fields, &mut seeded.said, &[("master_username", "MasterUsername"), ("database_name", "DatabaseName")]);
    seeded.is_cluster = true;
    seeded.backtrack = backtrack;
    Box::new(seeded)
}

/// What all have; `least` is the default retention period and the shortest.
fn common(fields: &mut Fields<'_>, name: &'static str, engine: String, (default, least): (i64, i64), hours: [&'static str; 2]) -> Seeded {
    fields.allow(IGNORED);
    let identifier = fields.required_text_within(name, |text| rds::check_name("identifier", text).err().map(|error| error.message));
    let [window, maintenance] = hours;
    let window = read_hours(fields, window, |text| DailyHours::parse(text).map(|hours| hours.to_string()));
    let maintenance = read_hours(fields, maintenance, |text| WeeklyHours::parse(text).map(|hours| hours.to_string()));
    let mut given = Map::new();
    said(fields, &mut given, &[("engine_version", "EngineVersion"), ("kms_key_id", "KmsKeyId")]);
    let flags = [("storage_encrypted", "StorageEncrypted"), ("multi_az", "MultiAZ"), ("publicly_accessible", "PubliclyAccessible")];
    for (attribute, member) in flags {
        given.extend(fields.flag(attribute).map(|flag| (member.to_owned(), Value::Bool(flag))));
    }
    given.extend(fields.number("allocated_storage", 1..=262_144).map(|size| ("AllocatedStorage".to_owned(), Value::from(size))));
    Seeded {
        is_cluster: false,
        name: identifier.to_lowercase(),
        account: fields.text("account_id").unwrap_or_else(|| DEFAULT_ACCOUNT.to_owned()),
        region: fields.text("region").unwrap_or_else(|| "us-east-1".to_owned()),
        engine,
        days: fields.number("backup_retention_period", least..=35).unwrap_or(default),
        pending_days: fields.number("pending_backup_retention_period", least..=35),
        window,
        maintenance,
        copy_tags: fields.flag("copy_tags_to_snapshot").unwrap_or(false),
        deletion_protection: fields.flag("deletion_protection").unwrap_or(false),
        recovery_point: fields.text("aws_backup_recovery_point_arn"),
        status: fields.choice("status", STATUSES).filter(|status| status != "available"),
        age_days: fields.number("created_days_ago", 0..=36_500).unwrap_or(DEFAULT_AGE_DAYS),
        tags: fields.map("tags").map(BTreeMap::from_iter),
        said: given,
        cluster: None,
        source: None,
        backtrack: 0,
        snapshots: snapshot::blocks(fields),
    }
}

fn read_hours(fields: &mut Fields<'_>, name: &'static str, read: impl Fn(&str) -> Result<String, String>) -> Option<String> {
    let text = fields.text(name)?;
    read(&text).map_err(|rule| fields.complain(name, &format!("`{name}` {rule}"))).ok()
}

fn said(fields: &mut Fields<'_>, into: &mut Map<String, Value>, texts: &[(&'static str, &str)]) {
    for (attribute, member) in texts {
        // Versions are often written as numbers.
        let text = fields.value(attribute).map(|value| match value {
            Hcl::String(text) => text,
            other => other.to_string(),
        });
        into.extend(text.map(|text| ((*member).to_owned(), Value::from(text))));
    }
}

impl Plant for Seeded {
    fn identity(&self) -> String {
        rds::arn(&self.account, &self.region, if self.is_cluster { "cluster" } else { "db" }, &self.name)
    }

    fn plant(&self, state: &mut State, now: Timestamp) -> bool {
        if account::is_opt_in(&self.region) {
            state.enable_region(&self.account, &self.region);
        }
        let number = state.fresh_number();
        let created = rds::days_before(now, self.age_days);
        let mut common = rds::common(self.identity(), self.name.clone(), self.engine.clone(), number, self.days, created);
        let backups = &mut common.backups;
        backups.choose_hours(self.window.clone(), self.maintenance.clone());
        (backups.copy_tags, backups.deletion_protection) = (self.copy_tags, self.deletion_protection);
        backups.recovery_point.clone_from(&self.recovery_point);
        if let Some(days) = self.pending_days {
            backups.wait(days, now);
        }
        common.held.clone_from(&self.status);
        common.tags.clone_from(&self.tags);
        common.said.clone_from(&self.said);
        if self.is_cluster {
            rds::fill_cluster(&mut common.said, &self.engine);
        } else {
            rds::fill_instance(&mut common.said, &self.engine);
        }
        let source = rds::source(&common);
        for snapshots in &self.snapshots {
            let held = &mut state.region_mut(&self.account, snapshots.region().unwrap_or(&self.region)).rds;
            let held = if self.is_cluster { &mut held.cluster_snapshots } else { &mut held.snapshots };
            snapshots.plant(&source, &self.region, now, held);
        }
        let held = &mut state.region_mut(&self.account, &self.region).rds;
        if self.is_cluster {
            return held.clusters.insert(self.name.clone(), rds::Cluster { common, backtrack: self.backtrack }).is_some();
        }
        let instance = rds::Instance::new(common, self.cluster.clone(), self.source.clone());
        held.instances.insert(self.name.clone(), instance).is_some()
    }
}

//! `aws_backup_vault` in a seed: the provider's attributes with those of its lock, policy and notifications, and the sandbox's own for age
//! recovery points and restores.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::Plant;
use super::fields::Fields;
use crate::sandbox::DEFAULT_ACCOUNT;
use crate::sandbox::clock::later;
use crate::sandbox::services::{account, backup};
use crate::sandbox::state::State;

/// How old a seeded vault is when the seed does not say.
const DEFAULT_AGE_DAYS: i64 = 60;

/// Statuses that a seed can hold a recovery point in; `AVAILABLE` and `STOPPED` are those of continuous backups.
const STATUSES: &[&str] = &["COMPLETED", "PARTIAL", "EXPIRED", "AVAILABLE", "STOPPED", "CREATING", "DELETING"];

/// How a restore can have ended.
const ENDS: &[&str] = &["COMPLETED", "FAILED", "ABORTED"];

/// What a validation can have found.
const FOUND: &[&str] = &["SUCCESSFUL", "FAILED", "TIMED_OUT"];

#[derive(Debug)]
struct SeededVault {
    account: String,
    region: String,
    name: String,
    key_arn: Option<String>,
    tags: Option<BTreeMap<String, String>>,
    policy: Option<String>,
    notifications: Option<backup::Notifications>,
    lock: Option<SeededLock>,
    is_air_gapped: bool,
    points: Vec<SeededPoint>,
    restores: Vec<SeededRestore>,
    age_days: i64,
}

/// A lock, in days.
#[derive(Debug)]
struct SeededLock {
    min: Option<i64>,
    max: Option<i64>,
    changeable_for: Option<i64>,
    /// How long ago it was put.
    age: i64,
}

#[derive(Debug)]
struct SeededPoint {
    resource_arn: String,
    age_hours: i64,
    cold_days: Option<i64>,
    delete_days: Option<i64>,
    status: Option<String>,
    size_bytes: i64,
    source_vault_arn: Option<String>,
    tags: Option<BTreeMap<String, String>>,
    key_arn: Option<String>,
    is_unencrypted: bool,
    is_undated: bool,
    restored_hours_ago: Option<i64>,
    /// How many there are, each so many hours older than the one before.
    repeat: (i64, i64),
}

/// A restore from a recovery point of the vault.
#[derive(Debug)]
struct SeededRestore {
    resource_arn: String,
    age_hours: i64,
    minutes: i64,
    trouble: Option<(String, String)>,
    validation: Option<(String, Option<String>)>,
    plan: Option<String>,
    is_source_told: bool,
}

/// Reads one block.
pub(super) fn decode(fields: &mut Fields<'_>) -> Box<dyn Plant> {
    fields.allow(&["force_destroy"]);
    let lock = fields.block("lock", |block| SeededLock {
        min: block.number("min_retention_days", 1..=36_500),
        max: block.number("max_retention_days", 1..=36_500),
        changeable_for: block.number("changeable_for_days", 3..=36_500),
        age: block.number("locked_days_ago", 0..=36_500).unwrap_or(0),
    });
    let key_arn = fields.text("kms_key_arn");
    Box::new(vault(fields, key_arn, lock, false))
}

/// Reads one block of a logically air-gapped vault, whose lock has been final since it was made.
pub(super) fn decode_air_gapped(fields: &mut Fields<'_>) -> Box<dyn Plant> {
    let (min, max) = (fields.number("min_retention_days", 7..=36_500), fields.number("max_retention_days", 7..=36_500));
    let key_arn = fields.text("encryption_key_arn");
    let mut vault = vault(fields, key_arn, None, true);
    vault.lock = Some(SeededLock { min: min.or(Some(7)), max: max.or(Some(36_500)), changeable_for: Some(0), age: vault.age_days });
    Box::new(vault)
}

fn vault(fields: &mut Fields<'_>, key_arn: Option<String>, lock: Option<SeededLock>, is_air_gapped: bool) -> SeededVault {
    let name = fields.required_text_within("name", |name| {
        let allowed = name.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c)) && (2..=50).contains(&name.len());
        (!allowed).then(|| format!("a vault's name has 2 to 50 of a-z, A-Z, 0-9, `_` and `-`, found `{name}`"))
    });
    SeededVault {
        account: fields.text("account_id").unwrap_or_else(|| DEFAULT_ACCOUNT.to_owned()),
        region: fields.text("region").unwrap_or_else(|| "us-east-1".to_owned()),
        name,
        key_arn,
        tags: fields.map("tags").map(BTreeMap::from_iter),
        policy: fields.text("policy"),
        notifications: fields.block("notifications", |block| backup::Notifications {
            topic_arn: block.required_text("sns_topic_arn"),
            events: block.texts("backup_vault_events").unwrap_or_default(),
        }),
        lock,
        is_air_gapped,
        points: fields.blocks("recovery_point", point),
        restores: fields.blocks("restore_job", restore),
        age_days: fields.number("created_days_ago", 0..=36_500).unwrap_or(DEFAULT_AGE_DAYS),
    }
}

fn point(fields: &mut Fields<'_>) -> SeededPoint {
    let days = fields.number("created_days_ago", 0..=36_500).unwrap_or(0);
    SeededPoint {
        resource_arn: fields.required_text_within("resource_arn", |arn| {
            backup::kind_of(arn).is_none().then(|| format!("AWS Backup has no type of resource for `{arn}`"))
        }),
        age_hours: 24 * days + fields.number("created_hours_ago", 0..=23).unwrap_or(0),
        cold_days: fields.number("cold_storage_after", 1..=36_500),
        delete_days: fields.number("delete_after", 1..=36_500),
        status: fields.choice("status", STATUSES).filter(|status| status != "COMPLETED"),
        size_bytes: fields.number("size_bytes", 0..=i64::MAX).unwrap_or(1_048_576),
        source_vault_arn: fields.text("source_vault_arn"),
        tags: fields.map("tags").map(BTreeMap::from_iter),
        key_arn: fields.text("kms_key_arn"),
        is_unencrypted: fields.flag("encrypted") == Some(false),
        is_undated: fields.flag("dated") == Some(false),
        restored_hours_ago: fields.number("restored_hours_ago", 0..=876_000),
        repeat: (fields.number("repeat", 1..=1_000_000).unwrap_or(1), fields.number("repeat_every_hours", 1..=8_784).unwrap_or(24)),
    }
}

fn restore(fields: &mut Fields<'_>) -> SeededRestore {
    let days = fields.number("started_days_ago", 0..=36_500).unwrap_or(0);
    let status = fields.choice("status", ENDS).filter(|status| status != "COMPLETED");
    let message = fields.text("status_message");
    let (found, said) = (fields.choice("validation_status", FOUND), fields.text("validation_status_message"));
    SeededRestore {
        resource_arn: fields.required_text_within("resource_arn", |arn| {
            backup::kind_of(arn).is_none().then(|| format!("AWS Backup has no type of resource for `{arn}`"))
        }),
        age_hours: 24 * days + fields.number("started_hours_ago", 0..=23).unwrap_or(0),
        minutes: fields.number("minutes", 0..=1_000_000).unwrap_or(10),
        trouble: status.map(|status| (status, message.unwrap_or_default())),
        validation: found.map(|found| (found, said)),
        plan: fields.text("restore_testing_plan_name"),
        is_source_told: fields.flag("source_resource_told").unwrap_or(true),
    }
}

fn hours_before(now: Timestamp, hours: i64) -> Timestamp {
    later(now, SignedDuration::from_hours(-hours))
}

impl SeededPoint {
    fn lifecycle(&self) -> Option<Value> {
        let mut lifecycle = Map::new();
        for (member, days) in [("MoveToColdStorageAfterDays", self.cold_days), ("DeleteAfterDays", self.delete_days)] {
            lifecycle.extend(days.map(|days| (member.to_owned(), json!(days))));
        }
        (!lifecycle.is_empty()).then_some(Value::Object(lifecycle))
    }

    /// Every recovery point that the block stands for, the newest first.
    fn planted(&self, vault: &SeededVault, key_arn: &str, state: &mut State, now: Timestamp) -> Vec<backup::Point> {
        let (times, every_hours) = self.repeat;
        let ages = (0..times).map(|index| self.age_hours + index * every_hours);
        ages.map(|age| self.planted_once(vault, key_arn, state.fresh_number(), hours_before(now, age), now)).collect()
    }

    fn planted_once(&self, vault: &SeededVault, key_arn: &str, number: u64, created_at: Timestamp, now: Timestamp) -> backup::Point {
        let name = backup::name_of(&self.resource_arn);
        let is_continuous = matches!(self.status.as_deref(), Some("AVAILABLE" | "STOPPED"));
        let id = if is_continuous { format!("continuous:{name}-{number:08x}") } else { backup::id(number) };
        backup::Point {
            arn: backup::arn(&vault.account, &vault.region, "recovery-point", &id),
            resource_arn: self.resource_arn.clone(),
            kind: backup::kind_of(&self.resource_arn).unwrap_or_default().to_owned(),
            resource_name: name.to_owned(),
            created_at,
            completed_at: created_at,
            held: self.status.clone(),
            lifecycle: self.lifecycle(),
            role_arn: Some(default_role(&vault.account)),
            created_by: None,
            size_bytes: self.size_bytes,
            key_arn: Some(self.key_arn.as_deref().unwrap_or(key_arn).to_owned()).filter(|_| !self.is_unencrypted),
            source_vault_arn: self.source_vault_arn.clone(),
            tags: self.tags.clone(),
            restored_at: self.restored_hours_ago.map(|hours| hours_before(now, hours)).into_iter().collect(),
            is_undated: self.is_undated,
            table: None,
        }
    }
}

fn default_role(account: &str) -> String {
    format!("arn:aws:iam::{account}:role/service-role/AWSBackupDefaultServiceRole")
}

impl SeededRestore {
    /// The job, of the newest recovery point that there was then; what it restored is gone again where a plan made it.
    fn planted(&self, vault: &SeededVault, points: &mut [backup::Point], index: usize, now: Timestamp) -> backup::RestoreJob {
        let created_at = hours_before(now, self.age_hours);
        let ends_at = later(created_at, SignedDuration::from_mins(self.minutes));
        let of_it = points.iter_mut().filter(|point| point.resource_arn == self.resource_arn && point.created_at <= created_at);
        let point = of_it.max_by_key(|point| point.created_at);
        // Else it is of one that has expired since.
        let gone = || backup::arn(&vault.account, &vault.region, "recovery-point", &backup::named_id(&self.resource_arn));
        let point_at = point.as_ref().map(|point| point.created_at);
        let (point_arn, size_bytes) = match point {
            Some(point) => {
                point.restored_at.extend(Some(ends_at).filter(|_| self.trouble.is_none()));
                (point.arn.clone(), point.size_bytes)
            }
            None => (gone(), 0),
        };
        let plan_arn = |name: &String| {
            let id = format!("{name}-{}", backup::named_id(name));
            backup::arn(&vault.account, &vault.region, "restore-testing-plan", &id)
        };
        let validation = self.validation.as_ref();
        backup::RestoreJob {
            // Always the same, so that planting a vault again leaves no second one.
            id: backup::named_id(&format!("{}/{index}", vault.identity())),
            point_arn,
            vault_arn: vault.identity(),
            source_arn: Some(self.resource_arn.clone()).filter(|_| self.is_source_told),
            kind: backup::kind_of(&self.resource_arn).unwrap_or_default().to_owned(),
            point_at,
            size_bytes,
            role_arn: Some(default_role(&vault.account)),
            created_at,
            runs_at: created_at,
            ends_at,
            trouble: self.trouble.clone(),
            created_arn: self.trouble.is_none().then(|| format!("{}-restored", self.resource_arn)),
            metadata: BTreeMap::new(),
            test: self.plan.as_ref().map(|name| backup::Test { plan_arn: plan_arn(name), window_hours: 0, is_cleared: true }),
            validation: validation.map(|(status, message)| {
                let (status, message) = (status.clone(), message.clone());
                backup::Validation { status, message, at: ends_at }
            }),
            token: None,
        }
    }
}

impl Plant for SeededVault {
    fn identity(&self) -> String {
        backup::arn(&self.account, &self.region, "backup-vault", &self.name)
    }

    fn plant(&self, state: &mut State, now: Timestamp) -> bool {
        if account::is_opt_in(&self.region) {
            state.enable_region(&self.account, &self.region);
        }
        let created_at = hours_before(now, 24 * self.age_days);
        let default_key = || format!("arn:aws:kms:{}:{}:key/aws-backup", self.region, self.account);
        let key_arn = self.key_arn.clone().unwrap_or_else(default_key);
        let mut points: Vec<backup::Point> = self.points.iter().flat_map(|point| point.planted(self, &key_arn, state, now)).collect();
        let restores = self.restores.iter().enumerate().map(|(index, restore)| restore.planted(self, &mut points, index, now));
        let restores: Vec<backup::RestoreJob> = restores.collect();
        let backups = &mut state.region_mut(&self.account, &self.region).backup;
        backups.restores.extend(restores.into_iter().map(|job| (job.id.clone(), job)));
        for point in points.iter().filter(|point| point.source_vault_arn.is_none()) {
            let backup = backup::Protected {
                at: point.completed_at,
                kind: point.kind.clone(),
                vault_arn: self.identity(),
                point_arn: point.arn.clone(),
            };
            backups.protected.entry(point.resource_arn.clone()).or_default().push(backup);
        }
        let lock = self.lock.as_ref().map(|lock| backup::Lock {
            min_days: lock.min,
            max_days: lock.max,
            fixed_at: lock.changeable_for.map(|days| hours_before(now, 24 * (lock.age - days))),
        });
        let vault = backup::Vault {
            name: self.name.clone(),
            arn: self.identity(),
            created_at,
            available_at: created_at,
            key_arn,
            is_air_gapped: self.is_air_gapped,
            request_id: None,
            tags: self.tags.clone(),
            policy: self.policy.clone(),
            notifications: self.notifications.clone(),
            lock,
            points: points.into_iter().map(|point| (point.arn.clone(), point)).collect(),
        };
        backups.vaults.insert(self.name.clone(), vault).is_some()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::sandbox::Seed;
    use crate::sandbox::testing::{World, seconds};

    #[test]
    fn a_seeded_vault_has_its_lock_tags_and_recovery_points() {
        let world = World::seeded(
            r#"
            resource "aws_backup_vault" "daily" {
              name   = "daily"
              tags   = { env = "production" }
              policy = "{}"
              lock {
                min_retention_days  = 7
                changeable_for_days = 3
                locked_days_ago     = 5
              }
              notifications {
                sns_topic_arn       = "arn:aws:sns:us-east-1:123456789012:alerts"
                backup_vault_events = ["BACKUP_JOB_COMPLETED"]
              }
              recovery_point {
                resource_arn      = "arn:aws:dynamodb:us-east-1:123456789012:table/Orders"
                created_days_ago  = 1
                created_hours_ago = 12
                delete_after      = 30
              }
              recovery_point {
                resource_arn     = "arn:aws:rds:us-east-1:123456789012:db:sales"
                created_days_ago = 40
                delete_after     = 30
              }
            }
            "#,
        );
        let vault = world.backup("GET /backup-vaults/daily", Value::Null);
        assert_eq!((&vault["Locked"], &vault["NumberOfRecoveryPoints"]), (&json!(true), &json!(1)));
        assert_eq!(vault["LockDate"], json!(seconds("2026-11-19T00:00:00Z")));
        let point = world.backup("GET /backup-vaults/daily/recovery-points", Value::Null)["RecoveryPoints"][0].clone();
        assert_eq!((&point["CreationDate"], &point["ResourceType"]), (&json!(seconds("2026-11-19T12:00:00Z")), &json!("DynamoDB")));
        assert_eq!(world.backup("GET /resources", Value::Null)["Results"].as_array().unwrap().len(), 2);
        let events = world.backup("GET /backup-vaults/daily/notification-configuration", Value::Null)["BackupVaultEvents"].clone();
        assert_eq!(events, json!(["BACKUP_JOB_COMPLETED"]));
    }

    #[test]
    fn a_resource_that_cannot_be_backed_up_is_a_problem() {
        let seed = "resource \"aws_backup_vault\" \"v\" {\n  name = \"v1\"\n  recovery_point {\n    resource_arn = \"orders\"\n  }\n}\n";
        let text = Seed::parse("s.hcl", seed).unwrap_err().to_string();
        assert!(text.starts_with("s.hcl:4:20: AWS Backup has no type of resource for `orders`"), "{text}");
    }
}

//! `aws_backup_vault` in a seed: the provider's attributes with those of its lock, policy and notifications, and the sandbox's own for age
//! and recovery points.

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
const STATUSES: &[&str] = &["COMPLETED", "PARTIAL", "EXPIRED", "AVAILABLE", "STOPPED"];

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

    fn planted(&self, vault: &SeededVault, key_arn: &str, number: u64, now: Timestamp) -> backup::Point {
        let created_at = hours_before(now, self.age_hours);
        backup::Point {
            arn: backup::arn(&vault.account, &vault.region, "recovery-point", &backup::id(number)),
            resource_arn: self.resource_arn.clone(),
            kind: backup::kind_of(&self.resource_arn).unwrap_or_default().to_owned(),
            resource_name: backup::name_of(&self.resource_arn).to_owned(),
            created_at,
            completed_at: created_at,
            held: self.status.clone(),
            lifecycle: self.lifecycle(),
            role_arn: Some(format!("arn:aws:iam::{}:role/service-role/AWSBackupDefaultServiceRole", vault.account)),
            created_by: None,
            size_bytes: self.size_bytes,
            key_arn: Some(key_arn.to_owned()),
            source_vault_arn: self.source_vault_arn.clone(),
            tags: self.tags.clone(),
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
        let points: Vec<backup::Point> = self.points.iter().map(|point| point.planted(self, &key_arn, state.fresh_number(), now)).collect();
        let backups = &mut state.region_mut(&self.account, &self.region).backup;
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

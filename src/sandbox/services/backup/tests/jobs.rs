//! Backup jobs, recovery points and copies.

use serde_json::{Value, json};

use super::{DAY, in_path};
use crate::sandbox::Faults;
use crate::sandbox::testing::{World, seconds};

const TABLE: &str = "arn:aws:dynamodb:us-east-1:123456789012:table/Orders";
const ROLE: &str = "arn:aws:iam::123456789012:role/backups";
const DR: &str = "arn:aws:backup:us-west-2:123456789012:backup-vault:dr";

/// A table, a vault beside it and one in another region.
fn world() -> World {
    let world = super::world();
    world.create_table("Orders");
    world.in_region("us-west-2").backup("PUT /backup-vaults/dr", Value::Null);
    world
}

fn order(members: Value) -> Value {
    let mut order = json!({"BackupVaultName": "daily", "ResourceArn": TABLE, "IamRoleArn": ROLE});
    for (member, value) in members.as_object().unwrap() {
        order[member] = value.clone();
    }
    order
}

/// Backs the table up; gives the recovery point's ARN.
fn back_up(world: &World, members: Value) -> String {
    world.backup("PUT /backup-jobs", order(members))["RecoveryPointArn"].as_str().unwrap().to_owned()
}

fn points(world: &World, vault: &str) -> Vec<Value> {
    let listed = world.backup(&format!("GET /backup-vaults/{vault}/recovery-points/"), Value::Null)["RecoveryPoints"].clone();
    listed.as_array().unwrap().clone()
}

#[test]
fn a_job_runs_and_leaves_a_recovery_point() {
    let world = world();
    world.set_faults(Faults { lag_ms: Some(600_000), ..Faults::default() });
    world.advance(600);
    let job = world.backup("PUT /backup-jobs", order(json!({"Lifecycle": {"DeleteAfterDays": 30}})));
    let read = || {
        let id = job["BackupJobId"].as_str().unwrap();
        let state = world.backup(&format!("GET /backup-jobs/{id}"), Value::Null)["State"].clone();
        (state, points(&world, "daily")[0]["Status"].clone())
    };
    assert_eq!(read(), (json!("CREATED"), json!("CREATING")));
    world.advance(300);
    assert_eq!(read(), (json!("RUNNING"), json!("CREATING")));
    assert_eq!(world.backup("GET /resources", Value::Null)["Results"], json!([]));
    world.advance(300);
    assert_eq!(read(), (json!("COMPLETED"), json!("COMPLETED")));
    let point = &points(&world, "daily")[0];
    assert_eq!(point["CalculatedLifecycle"], json!({"DeleteAt": seconds("2026-12-21T00:10:00Z")}));
    assert_eq!(
        (&point["ResourceArn"], &point["ResourceType"], &point["ResourceName"]),
        (&json!(TABLE), &json!("DynamoDB"), &json!("Orders"))
    );
    let protected = &world.backup("GET /resources/", Value::Null)["Results"][0];
    assert_eq!(
        (&protected["LastBackupTime"], &protected["LastRecoveryPointArn"]),
        (&json!(seconds("2026-11-21T00:20:00Z")), &job["RecoveryPointArn"])
    );
    assert_eq!(world.backup("GET /backup-vaults/daily", Value::Null)["NumberOfRecoveryPoints"], 1);
}

#[test]
fn what_cannot_be_backed_up_is_refused() {
    let world = world();
    let refused = |members: Value| world.backup_fails("PUT /backup-jobs", order(members)).0;
    assert_eq!(refused(json!({"ResourceArn": TABLE.replace("Orders", "Nope")})), "ResourceNotFoundException");
    assert_eq!(refused(json!({"ResourceArn": "arn:aws:sqs:us-east-1:123456789012:queue"})), "InvalidParameterValueException");
    assert_eq!(refused(json!({"BackupVaultName": "nope"})), "ResourceNotFoundException");
    assert_eq!(refused(json!({"IamRoleArn": "backups"})), "InvalidParameterValueException");
    assert_eq!(refused(json!({"StartWindowMinutes": 30})), "InvalidParameterValueException");
    assert_eq!(refused(json!({"Lifecycle": {"DeleteAfterDays": 0}})), "InvalidParameterValueException");
}

#[test]
fn a_point_outlives_its_days_by_nothing_and_its_resource_stays_known() {
    let world = world();
    let arn = back_up(&world, json!({"Lifecycle": {"DeleteAfterDays": 7}}));
    assert_eq!(
        world.backup_fails("DELETE /backup-vaults/daily", Value::Null).1,
        "Backup vault cannot be deleted because it contains recovery points."
    );
    world.advance(7 * DAY);
    assert_eq!(points(&world, "daily"), Vec::<Value>::new());
    let path = format!("GET /backup-vaults/daily/recovery-points/{}", in_path(&arn));
    assert_eq!(world.backup_fails(&path, Value::Null).0, "ResourceNotFoundException");
    let known = world.backup(&format!("GET /resources/{}", in_path(TABLE)), Value::Null);
    assert_eq!(known["LastRecoveryPointArn"], arn);
    assert_eq!(world.backup("GET /backup-vaults/daily/resources", Value::Null)["Results"], json!([]));
    world.backup("DELETE /backup-vaults/daily", Value::Null);
}

#[test]
fn a_lock_keeps_points_in_and_jobs_of_another_retention_out() {
    let world = world();
    let arn = back_up(&world, json!({"Lifecycle": {"DeleteAfterDays": 3}}));
    world.backup("PUT /backup-vaults/daily/vault-lock", json!({"MinRetentionDays": 7, "MaxRetentionDays": 30}));
    let point = format!("/backup-vaults/daily/recovery-points/{}", in_path(&arn));
    assert_eq!(world.backup_fails(&format!("DELETE {point}"), Value::Null).0, "InvalidRequestException");
    let longer = json!({"Lifecycle": {"DeleteAfterDays": 9}});
    assert_eq!(world.backup_fails(&format!("POST {point}"), longer).0, "InvalidRequestException");
    for lifecycle in [json!({"DeleteAfterDays": 6}), json!({"DeleteAfterDays": 31}), json!({})] {
        let job = world.backup("PUT /backup-jobs", order(json!({"Lifecycle": lifecycle})));
        let job = world.backup(&format!("GET /backup-jobs/{}", job["BackupJobId"].as_str().unwrap()), Value::Null);
        assert_eq!((&job["State"], job.get("RecoveryPointArn")), (&json!("FAILED"), None), "{job}");
    }
    back_up(&world, json!({"Lifecycle": {"DeleteAfterDays": 30}}));
    let failed = world.backup("GET /backup-jobs?state=FAILED", Value::Null)["BackupJobs"].clone();
    assert_eq!(failed.as_array().unwrap().len(), 3);
    world.backup("DELETE /backup-vaults/daily/vault-lock", Value::Null);
    world.backup(&format!("DELETE {point}"), Value::Null);
    assert_eq!(points(&world, "daily").len(), 1);
}

#[test]
fn a_lifecycle_is_changed_until_the_point_is_cold() {
    let world = world();
    let arn = back_up(&world, json!({}));
    let path = format!("POST /backup-vaults/daily/recovery-points/{}", in_path(&arn));
    world.advance(5 * DAY);
    let lifecycle = |cold: i64, delete: i64| json!({"Lifecycle": {"MoveToColdStorageAfterDays": cold, "DeleteAfterDays": delete}});
    assert_eq!(world.backup_fails(&path, lifecycle(5, 100)).0, "InvalidParameterValueException");
    let changed = world.backup(&path, lifecycle(6, 100));
    assert_eq!(changed["CalculatedLifecycle"]["MoveToColdStorageAt"], json!(seconds("2026-11-27T00:00:00Z")));
    world.advance(DAY);
    let read = world.backup(&format!("GET /backup-vaults/daily/recovery-points/{}", in_path(&arn)), Value::Null);
    assert_eq!(read["StorageClass"], "COLD");
    assert_eq!(world.backup_fails(&path, lifecycle(30, 200)).0, "InvalidParameterValueException");
    let west = copy(&world, &arn, json!({}));
    assert_eq!(west, Err("InvalidRequestException".to_owned()));
}

#[test]
fn minus_one_on_both_keeps_a_point_for_ever() {
    let world = world();
    let arn = back_up(&world, json!({"Lifecycle": {"DeleteAfterDays": 1}}));
    let path = format!("POST /backup-vaults/daily/recovery-points/{}", in_path(&arn));
    world.backup(&path, json!({"Lifecycle": {"MoveToColdStorageAfterDays": -1, "DeleteAfterDays": -1}}));
    world.advance(1000 * DAY);
    assert_eq!(points(&world, "daily").len(), 1);
}

/// Copies a point to the other region; gives the finished job.
fn copy(world: &World, point: &str, members: Value) -> Result<Value, String> {
    let mut input =
        json!({"RecoveryPointArn": point, "SourceBackupVaultName": "daily", "DestinationBackupVaultArn": DR, "IamRoleArn": ROLE});
    for (member, value) in members.as_object().unwrap() {
        input[member] = value.clone();
    }
    world.try_backup("PUT /copy-jobs", input).map(|job| {
        let id = job["CopyJobId"].as_str().unwrap();
        world.backup(&format!("GET /copy-jobs/{id}"), Value::Null)["CopyJob"].clone()
    })
}

#[test]
fn a_copy_lands_in_the_vault_of_another_region() {
    let world = world();
    let arn = back_up(&world, json!({"Lifecycle": {"DeleteAfterDays": 7}}));
    let job = copy(&world, &arn, json!({"Lifecycle": {"DeleteAfterDays": 90}})).unwrap();
    assert_eq!((&job["State"], &job["SourceRecoveryPointArn"]), (&json!("COMPLETED"), &json!(arn)));
    let copies = points(&world.in_region("us-west-2"), "dr");
    assert_eq!(copies[0]["RecoveryPointArn"], job["DestinationRecoveryPointArn"]);
    assert_eq!(copies[0]["Lifecycle"], json!({"DeleteAfterDays": 90}));
    assert_eq!(copies[0]["SourceBackupVaultArn"], "arn:aws:backup:us-east-1:123456789012:backup-vault:daily");
    let listed = world.backup(&format!("GET /copy-jobs?destinationVaultArn={}", in_path(DR)), Value::Null)["CopyJobs"].clone();
    assert_eq!(listed.as_array().unwrap().len(), 1);
}

#[test]
fn a_copy_that_cannot_land_fails_in_its_job() {
    let world = world();
    let arn = back_up(&world, json!({}));
    let nowhere = copy(&world, &arn, json!({"DestinationBackupVaultArn": DR.replace(":dr", ":nope")})).unwrap();
    assert_eq!(nowhere["State"], "FAILED");
    let other = world.with_key("210987654321");
    other.backup("PUT /backup-vaults/vault", Value::Null);
    let there = json!({"DestinationBackupVaultArn": "arn:aws:backup:us-east-1:210987654321:backup-vault:vault"});
    assert_eq!(copy(&world, &arn, there.clone()).unwrap()["State"], "FAILED");
    let policy = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:root"}, "Action": "backup:CopyIntoBackupVault", "Resource": "*",
    }]});
    other.backup("PUT /backup-vaults/vault/access-policy", json!({"Policy": policy.to_string()}));
    assert_eq!(copy(&world, &arn, there.clone()).unwrap()["State"], "FAILED");
    world.backup("PUT /global-settings", json!({"GlobalSettings": {"isCrossAccountBackupEnabled": "true"}}));
    assert_eq!(copy(&world, &arn, there).unwrap()["State"], "COMPLETED");
    assert_eq!(points(&other, "vault").len(), 1);
}

#[test]
fn without_advanced_features_a_backup_is_the_tables_own_and_is_not_copied() {
    let world = world();
    world.backup("PUT /account-settings", json!({"ResourceTypeManagementPreference": {"DynamoDB": false}}));
    let arn = back_up(&world, json!({}));
    assert!(arn.starts_with(&format!("{TABLE}/backup/")), "{arn}");
    assert_eq!(copy(&world, &arn, json!({})).unwrap()["State"], "FAILED");
}

#[test]
fn jobs_are_told_apart_by_token_filtered_and_forgotten_after_thirty_days() {
    let world = world();
    let first = world.backup("PUT /backup-jobs", order(json!({"IdempotencyToken": "t"})));
    assert_eq!(world.backup("PUT /backup-jobs", order(json!({"IdempotencyToken": "t"})))["BackupJobId"], first["BackupJobId"]);
    world.advance(DAY);
    back_up(&world, json!({}));
    let count = |query: &str| world.backup(&format!("GET /backup-jobs/?{query}"), Value::Null)["BackupJobs"].as_array().unwrap().len();
    assert_eq!(count("createdAfter=2026-11-21T12%3A00%3A00Z"), 1);
    assert_eq!(count("createdBefore=2026-11-21T12%3A00%3A00Z"), 1);
    assert_eq!((count("resourceType=DynamoDB"), count("resourceType=S3"), count("state=COMPLETED")), (2, 0, 2));
    let newest = world.backup("GET /backup-jobs?maxResults=1", Value::Null);
    assert_eq!(newest["BackupJobs"][0]["CreationDate"], json!(seconds("2026-11-22T00:00:00Z")));
    let token = newest["NextToken"].as_str().unwrap();
    let oldest = world.backup(&format!("GET /backup-jobs?maxResults=1&nextToken={token}"), Value::Null);
    assert_eq!(oldest["BackupJobs"][0]["BackupJobId"], first["BackupJobId"]);
    world.advance(30 * DAY);
    assert_eq!(count(""), 0);
    assert_eq!(points(&world, "daily").len(), 2);
}

#[test]
fn a_stopped_job_leaves_nothing() {
    let world = world();
    world.set_faults(Faults { lag_ms: Some(600_000), ..Faults::default() });
    world.advance(600);
    let job = world.backup("PUT /backup-jobs", order(json!({})))["BackupJobId"].as_str().unwrap().to_owned();
    world.backup(&format!("POST /backup-jobs/{job}"), Value::Null);
    assert_eq!(world.backup(&format!("GET /backup-jobs/{job}"), Value::Null)["State"], "ABORTED");
    assert_eq!(points(&world, "daily"), Vec::<Value>::new());
    assert_eq!(world.backup_fails(&format!("POST /backup-jobs/{job}"), Value::Null).0, "InvalidRequestException");
}

#[test]
fn points_are_found_by_their_resource_and_carry_tags() {
    let world = world();
    let arn = back_up(&world, json!({"RecoveryPointTags": {"from": "hand"}}));
    let listed = world.backup(&format!("GET /resources/{}/recovery-points/", in_path(TABLE)), Value::Null)["RecoveryPoints"].clone();
    assert_eq!((&listed[0]["RecoveryPointArn"], &listed[0]["BackupVaultName"]), (&json!(arn), &json!("daily")));
    assert_eq!(world.backup(&format!("GET /tags/{}", in_path(&arn)), Value::Null)["Tags"], json!({"from": "hand"}));
}

//! Restores on demand and by restore testing plans.

use serde_json::{Value, json};

use super::{DAY, in_path};
use crate::sandbox::Faults;
use crate::sandbox::testing::{World, seconds};

const ROLE: &str = "arn:aws:iam::123456789012:role/restores";
const TABLE: &str = "arn:aws:dynamodb:us-east-1:123456789012:table/Orders";
const DATABASE: &str = "arn:aws:rds:us-east-1:123456789012:db:sales";

/// A table with one item, a vault, and in it a recovery point of a database.
fn world() -> World {
    let world = World::seeded(
        r#"
        resource "aws_backup_vault" "daily" {
          name = "daily"
          recovery_point {
            resource_arn     = "arn:aws:rds:us-east-1:123456789012:db:sales"
            created_days_ago = 2
          }
        }
        "#,
    );
    world.create_table("Orders");
    world.put("Orders", "1", "first");
    world
}

fn back_up(world: &World) -> String {
    let order = json!({"BackupVaultName": "daily", "ResourceArn": TABLE, "IamRoleArn": ROLE});
    world.backup("PUT /backup-jobs", order)["RecoveryPointArn"].as_str().unwrap().to_owned()
}

fn order(point: &str, table: &str) -> Value {
    json!({"RecoveryPointArn": point, "IamRoleArn": ROLE, "Metadata": {"targetTableName": table}})
}

fn restore(world: &World, order: Value) -> String {
    world.backup("PUT /restore-jobs", order)["RestoreJobId"].as_str().unwrap().to_owned()
}

fn job(world: &World, id: &str) -> Value {
    world.backup(&format!("GET /restore-jobs/{id}"), Value::Null)
}

fn listed(world: &World, query: &str) -> Vec<Value> {
    world.backup(&format!("GET /restore-jobs/?{query}"), Value::Null)["RestoreJobs"].as_array().unwrap().clone()
}

#[test]
fn a_table_comes_back_as_it_was_when_it_was_backed_up() {
    let world = world();
    let point = back_up(&world);
    world.put("Orders", "2", "later");
    world.set_faults(Faults { lag_ms: Some(600_000), ..Faults::default() });
    let id = restore(&world, order(&point, "Orders-back"));
    let begun = job(&world, &id);
    assert_eq!((&begun["Status"], begun.get("CreatedResourceArn"), begun.get("CompletionDate")), (&json!("PENDING"), None, None));
    world.advance(300);
    assert_eq!(job(&world, &id)["Status"], "RUNNING");
    assert_eq!(world.dynamodb("DescribeTable", json!({"TableName": "Orders-back"}))["Table"]["TableStatus"], "CREATING");
    world.advance(300);
    let done = job(&world, &id);
    assert_eq!((&done["Status"], &done["SourceResourceArn"]), (&json!("COMPLETED"), &json!(TABLE)));
    assert_eq!(done["CreatedResourceArn"], format!("{TABLE}-back"));
    let took = done["CompletionDate"].as_f64().unwrap() - done["CreationDate"].as_f64().unwrap();
    assert!((took - 600.0).abs() < 0.001, "{took}");
    assert_eq!(world.dynamodb("Scan", json!({"TableName": "Orders-back"}))["Count"], 1);
    let kept = world.backup(&format!("GET /backup-vaults/daily/recovery-points/{}", in_path(&point)), Value::Null);
    assert_eq!(kept["LastRestoreTime"], done["CompletionDate"]);
    assert_eq!(world.backup(&format!("GET /restore-jobs/{id}/metadata"), Value::Null)["Metadata"]["targetTableName"], "Orders-back");
}

#[test]
fn what_cannot_be_restored_is_refused_or_fails_in_its_job() {
    let world = world();
    let point = back_up(&world);
    let refused = |order: Value| world.backup_fails("PUT /restore-jobs", order).0;
    assert_eq!(refused(order("arn:aws:backup:us-east-1:123456789012:recovery-point:none", "T-1")), "ResourceNotFoundException");
    assert_eq!(refused(json!({"RecoveryPointArn": point, "Metadata": {}, "IamRoleArn": ROLE})), "InvalidParameterValueException");
    assert_eq!(refused(json!({"RecoveryPointArn": point, "Metadata": {}})), "MissingParameterValueException");
    let taken = job(&world, &restore(&world, order(&point, "Orders")));
    assert_eq!((&taken["Status"], &taken["StatusMessage"]), (&json!("FAILED"), &json!("Table already exists: Orders")));
    for denied in ["sts:AssumeRole@restores", "dynamodb:RestoreTableFromAwsBackup@Orders"] {
        world.set_faults(Faults { denied: vec![denied.into()], ..Faults::default() });
        assert_eq!(job(&world, &restore(&world, order(&point, "Orders-back")))["Status"], "FAILED", "{denied}");
    }
    world.set_faults(Faults::default());
    assert_eq!(world.fails("DescribeTable", json!({"TableName": "Orders-back"})).0, "ResourceNotFoundException");
    let kept = world.backup(&format!("GET /backup-vaults/daily/recovery-points/{}", in_path(&point)), Value::Null);
    assert_eq!(kept.get("LastRestoreTime"), None);
}

#[test]
fn restores_are_told_apart_by_token_filtered_and_forgotten_after_thirty_days() {
    let world = world();
    let point = back_up(&world);
    let mut first = order(&point, "Orders-1");
    first["IdempotencyToken"] = json!("t");
    assert_eq!(restore(&world, first.clone()), restore(&world, first));
    world.advance(DAY);
    let database = world.backup(&format!("GET /resources/{}/recovery-points", in_path(DATABASE)), Value::Null);
    let database = database["RecoveryPoints"][0]["RecoveryPointArn"].as_str().unwrap().to_owned();
    let id = restore(&world, json!({"RecoveryPointArn": database, "IamRoleArn": ROLE, "Metadata": {"DBInstanceIdentifier": "sales-back"}}));
    assert_eq!(job(&world, &id)["CreatedResourceArn"], format!("{DATABASE}-back"));
    assert_eq!(listed(&world, "").len(), 2);
    assert_eq!((listed(&world, "resourceType=RDS").len(), listed(&world, "status=FAILED").len()), (1, 0));
    assert_eq!(listed(&world, "createdAfter=2026-11-21T12%3A00%3A00Z")[0]["RestoreJobId"], json!(id));
    assert_eq!(listed(&world, "completeBefore=2026-11-21T12%3A00%3A00Z").len(), 1);
    assert_eq!((listed(&world, "accountId=123456789012").len(), listed(&world, "parentJobId=x").len()), (2, 0));
    let page = world.backup("GET /restore-jobs?maxResults=1", Value::Null);
    let rest = world.backup(&format!("GET /restore-jobs?maxResults=1&nextToken={}", page["NextToken"].as_str().unwrap()), Value::Null);
    assert_eq!((rest["RestoreJobs"].as_array().unwrap().len(), rest.get("NextToken")), (1, None));
    let of_table = world.backup(&format!("GET /resources/{}/restore-jobs/", in_path(TABLE)), Value::Null);
    assert_eq!(of_table["RestoreJobs"].as_array().unwrap().len(), 1);
    world.advance(29 * DAY);
    assert_eq!(listed(&world, "").len(), 1);
    world.advance(DAY);
    assert_eq!(listed(&world, ""), Vec::<Value>::new());
}

/// A restore testing plan that runs each day at 06:00, and takes everything of one type.
fn test_plan(world: &World, selection: Value, hours: i64) -> String {
    let points = json!({
        "Algorithm": "LATEST_WITHIN_WINDOW", "IncludeVaults": ["*"], "RecoveryPointTypes": ["SNAPSHOT"], "SelectionWindowDays": 7,
    });
    let plan = json!({"RestoreTestingPlanName": "proof", "ScheduleExpression": "cron(0 6 * * ? *)", "RecoveryPointSelection": points});
    let made = world.backup("PUT /restore-testing/plans", json!({"RestoreTestingPlan": plan}));
    let mut selected = json!({"RestoreTestingSelectionName": "all", "IamRoleArn": ROLE, "ValidationWindowHours": hours});
    for (member, value) in selection.as_object().unwrap() {
        selected[member] = value.clone();
    }
    world.backup("PUT /restore-testing/plans/proof/selections", json!({"RestoreTestingSelection": selected}));
    made["RestoreTestingPlanArn"].as_str().unwrap().to_owned()
}

#[test]
fn a_restore_testing_plan_restores_at_its_times_and_clears_up() {
    let world = world();
    back_up(&world);
    let plan = test_plan(&world, json!({"ProtectedResourceType": "DynamoDB", "ProtectedResourceArns": ["*"]}), 2);
    world.advance(6 * 3600 + 60);
    let running = &listed(&world, "")[0];
    assert_eq!((&running["Status"], &running["CreatedBy"]["RestoreTestingPlanArn"]), (&json!("PENDING"), &json!(plan)));
    assert_eq!(running["CreationDate"], json!(seconds("2026-11-21T06:00:00Z")));
    world.advance(3600);
    let done = listed(&world, &format!("restoreTestingPlanArn={}", in_path(&plan)))[0].clone();
    assert_eq!((&done["Status"], &done["ValidationStatus"], done.get("DeletionStatus")), (&json!("COMPLETED"), &json!("VALIDATING"), None));
    assert_eq!(done["CompletionDate"], json!(seconds("2026-11-21T06:05:00Z")));
    let name = done["CreatedResourceArn"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    assert!(name.starts_with("awsbackup-restore-test-"), "{name}");
    world.dynamodb("DescribeTable", json!({"TableName": name}));
    let id = done["RestoreJobId"].as_str().unwrap();
    let found = json!({"ValidationStatus": "SUCCESSFUL", "ValidationStatusMessage": "1 order"});
    world.backup(&format!("PUT /restore-jobs/{id}/validations"), found);
    let validated = job(&world, id);
    assert_eq!((&validated["ValidationStatus"], &validated["ValidationStatusMessage"]), (&json!("SUCCESSFUL"), &json!("1 order")));
    assert_eq!(validated["DeletionStatus"], "SUCCESSFUL");
    assert_eq!(world.fails("DescribeTable", json!({"TableName": name})).0, "ResourceNotFoundException");
    // The next day nobody validates.
    world.advance(DAY + 2 * 3600);
    let next = &listed(&world, "")[0];
    assert_eq!((&next["ValidationStatus"], &next["DeletionStatus"]), (&json!("TIMED_OUT"), &json!("SUCCESSFUL")));
    assert_eq!(world.dynamodb("ListTables", json!({}))["TableNames"], json!(["Orders"]));
    // The newest recovery point falls out of the window.
    world.advance(20 * DAY);
    assert_eq!(listed(&world, "").len(), 7);
}

#[test]
fn a_restore_testing_plan_takes_what_its_selection_says() {
    let tagged = json!({"StringEquals": [{"Key": "aws:ResourceTag/tier", "Value": "gold"}]});
    for (selection, taken) in [
        (json!({"ProtectedResourceType": "DynamoDB", "ProtectedResourceArns": [TABLE]}), vec![TABLE]),
        (json!({"ProtectedResourceType": "DynamoDB", "ProtectedResourceArns": [format!("{TABLE}-2")]}), vec![]),
        (json!({"ProtectedResourceType": "RDS", "ProtectedResourceArns": ["*"]}), vec![DATABASE]),
        (json!({"ProtectedResourceType": "DynamoDB", "ProtectedResourceConditions": tagged}), vec![]),
    ] {
        let world = world();
        back_up(&world);
        test_plan(&world, selection.clone(), 0);
        world.advance(7 * 3600);
        let restored: Vec<Value> = listed(&world, "").iter().map(|job| job["SourceResourceArn"].clone()).collect();
        assert_eq!(json!(restored), json!(taken), "{selection}");
    }
}

#[test]
fn a_seed_sets_the_scene_of_restores() {
    let world = World::seeded(
        r#"
        resource "aws_backup_vault" "daily" {
          name = "daily"
          recovery_point {
            resource_arn = "arn:aws:dynamodb:us-east-1:123456789012:table/Orders"
            repeat       = 5
          }
          restore_job {
            resource_arn              = "arn:aws:dynamodb:us-east-1:123456789012:table/Orders"
            started_days_ago          = 2
            minutes                   = 30
            validation_status         = "SUCCESSFUL"
            restore_testing_plan_name = "proof"
          }
          restore_job {
            resource_arn         = "arn:aws:dynamodb:us-east-1:123456789012:table/Gone"
            started_days_ago     = 1
            status               = "FAILED"
            status_message       = "no room"
            source_resource_told = false
          }
        }
        "#,
    );
    let jobs = listed(&world, "");
    assert_eq!(
        (&jobs[0]["Status"], &jobs[0]["StatusMessage"], jobs[0].get("SourceResourceArn")),
        (&json!("FAILED"), &json!("no room"), None)
    );
    assert_eq!((&jobs[1]["Status"], &jobs[1]["ValidationStatus"]), (&json!("COMPLETED"), &json!("SUCCESSFUL")));
    assert_eq!(jobs[1]["RecoveryPointCreationDate"], json!(seconds("2026-11-19T00:00:00Z")));
    let points = world.backup("GET /backup-vaults/daily/recovery-points", Value::Null)["RecoveryPoints"].clone();
    assert_eq!(points.as_array().unwrap().len(), 5);
    assert_eq!(points[2]["LastRestoreTime"], json!(seconds("2026-11-19T00:30:00Z")));
}

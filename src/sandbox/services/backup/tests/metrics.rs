//! What CloudWatch is told of backups.

use serde_json::{Value, json};

use super::{DAY, document};
use crate::sandbox::Faults;
use crate::sandbox::testing::{World, seconds};

const TABLE: &str = "arn:aws:dynamodb:us-east-1:123456789012:table/Orders";
const ROLE: &str = "arn:aws:iam::123456789012:role/backups";
const DR: &str = "arn:aws:backup:us-west-2:123456789012:backup-vault:dr";

/// When the clock of a fresh world stands, in seconds since 1970.
const MIDNIGHT: i64 = 1_795_219_200;

/// A table, a versioned and an unversioned bucket, and two vaults. It is midnight.
fn world() -> World {
    World::seeded(
        r#"
        resource "aws_dynamodb_table" "orders" { name = "Orders" }
        resource "aws_s3_bucket" "kept" {
          bucket = "kept-files"
          versioning { status = "Enabled" }
        }
        resource "aws_s3_bucket" "loose" { bucket = "loose-files" }
        resource "aws_backup_vault" "daily" { name = "daily" }
        resource "aws_backup_vault" "dr" {
          name   = "dr"
          region = "us-west-2"
        }
        "#,
    )
}

/// Starts a job, and gives its id.
fn back_up(world: &World, resource: &str) -> String {
    let order = json!({"BackupVaultName": "daily", "ResourceArn": resource, "IamRoleArn": ROLE, "StartWindowMinutes": 60});
    world.backup("PUT /backup-jobs", order)["BackupJobId"].as_str().unwrap().to_owned()
}

/// The metrics that there are with their dimensions' values: `NumberOfBackupJobsFailed daily S3`.
fn told(world: &World) -> Vec<String> {
    let listed = world.cloudwatch("ListMetrics", json!({"Namespace": "AWS/Backup"}))["Metrics"].clone();
    let line = |metric: &Value| {
        let values = metric["Dimensions"].as_array().unwrap().iter().map(|dimension| dimension["Value"].as_str().unwrap());
        [metric["MetricName"].as_str().unwrap()].into_iter().chain(values).collect::<Vec<_>>().join(" ")
    };
    listed.as_array().unwrap().iter().map(line).collect()
}

/// What was published for a metric of the vault `daily`: how many minutes after midnight, and the value.
fn values(world: &World, name: &str) -> Vec<(f64, f64)> {
    let query = json!({
        "Namespace": "AWS/Backup", "MetricName": name, "Dimensions": [{"Name": "BackupVaultName", "Value": "daily"}],
        "StartTime": MIDNIGHT, "EndTime": MIDNIGHT + DAY, "Period": 60, "Statistics": ["Sum"],
    });
    let points = world.cloudwatch("GetMetricStatistics", query)["Datapoints"].clone();
    let midnight = seconds("2026-11-21T00:00:00Z");
    let pair = |point: &Value| ((point["Timestamp"].as_f64().unwrap() - midnight) / 60.0, point["Sum"].as_f64().unwrap());
    let mut points: Vec<(f64, f64)> = points.as_array().unwrap().iter().map(pair).collect();
    points.sort_by(|one, other| one.0.total_cmp(&other.0));
    points
}

#[test]
fn a_job_is_told_of_once_at_the_end_of_its_five_minutes() {
    let world = world();
    world.advance(60);
    back_up(&world, TABLE);
    world.advance(239);
    assert_eq!(told(&world), Vec::<String>::new());
    world.advance(1);
    let name = |what: &str| [format!("{what} daily"), format!("{what} daily DynamoDB")];
    let expected: Vec<String> = ["NumberOfBackupJobsCompleted", "NumberOfBackupJobsCreated", "NumberOfRecoveryPointsCompleted"]
        .into_iter()
        .flat_map(name)
        .collect();
    assert_eq!(told(&world), expected);
    world.advance(3600);
    assert_eq!(values(&world, "NumberOfBackupJobsCompleted"), [(5.0, 1.0)]);
}

#[test]
fn what_waits_and_runs_is_counted_every_five_minutes_and_what_is_zero_is_not() {
    let world = world();
    world.set_faults(Faults { lag_ms: Some(20 * 60_000), ..Faults::default() });
    world.advance(60);
    back_up(&world, TABLE);
    back_up(&world, "arn:aws:s3:::kept-files");
    // However late somebody looks.
    world.advance(7200);
    assert_eq!(values(&world, "NumberOfBackupJobsPending"), [(5.0, 2.0), (10.0, 2.0)]);
    assert_eq!(values(&world, "NumberOfBackupJobsRunning"), [(15.0, 2.0), (20.0, 2.0)]);
    assert_eq!(values(&world, "NumberOfBackupJobsCompleted"), [(25.0, 2.0)]);
    assert_eq!(values(&world, "NumberOfBackupJobsFailed"), []);
}

#[test]
fn every_end_of_a_job_has_its_metric() {
    let world = world();
    back_up(&world, "arn:aws:s3:::loose-files");
    world.set_faults(Faults { lag_ms: Some(600_000), ..Faults::default() });
    let stopped = back_up(&world, TABLE);
    world.backup(&format!("POST /backup-jobs/{stopped}"), Value::Null);
    // Half of this is the time that a job waits: longer than its start window of an hour.
    world.set_faults(Faults { lag_ms: Some(4 * 3_600_000), ..Faults::default() });
    let late = back_up(&world, TABLE);
    world.advance(7200);
    assert_eq!(values(&world, "NumberOfBackupJobsFailed"), [(5.0, 1.0)]);
    assert_eq!(values(&world, "NumberOfBackupJobsAborted"), [(5.0, 1.0)]);
    assert_eq!(values(&world, "NumberOfBackupJobsExpired"), [(65.0, 1.0)]);
    assert_eq!(values(&world, "NumberOfBackupJobsCompleted"), []);
    assert_eq!(world.backup(&format!("GET /backup-jobs/{late}"), Value::Null)["State"], "EXPIRED");
    assert_eq!(world.backup("GET /backup-vaults/daily/recovery-points", Value::Null)["RecoveryPoints"], json!([]));
}

#[test]
fn a_copy_is_told_of_under_the_vault_that_it_goes_to() {
    let world = world();
    let rule = json!({"ScheduleExpression": "cron(0 2 * * ? *)", "CopyActions": [{"DestinationBackupVaultArn": DR}]});
    let id = super::create_plan(&world, document("shop", rule));
    let selection =
        json!({"SelectionName": "s", "IamRoleArn": ROLE, "Resources": [TABLE, "arn:aws:s3:::kept-files", "arn:aws:s3:::loose-files"]});
    world.backup(&format!("PUT /backup/plans/{id}/selections"), json!({"BackupSelection": selection}));
    world.advance(3 * 3600);
    let here = told(&world);
    for line in ["NumberOfCopyJobsCompleted dr", "NumberOfCopyJobsCompleted dr S3", "NumberOfBackupJobsFailed daily S3"] {
        assert!(here.iter().any(|found| found == line), "{line} in {here:#?}");
    }
    assert_eq!(values(&world, "NumberOfBackupJobsCompleted"), [(125.0, 2.0)]);
    assert_eq!(
        told(&world.in_region("us-west-2")),
        ["NumberOfRecoveryPointsCompleted dr", "NumberOfRecoveryPointsCompleted dr DynamoDB", "NumberOfRecoveryPointsCompleted dr S3"]
    );
}

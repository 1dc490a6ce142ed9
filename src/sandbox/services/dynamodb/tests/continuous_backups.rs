//! Point-in-time recovery.
#![expect(clippy::needless_pass_by_value, reason = "tests read better with values made in place")]

use serde_json::{Value, json};

use crate::sandbox::Faults;
use crate::sandbox::testing::{World, seconds};

const DAY: i64 = 86_400;

fn enable(world: &World, table: &str, specification: Value) -> Value {
    world.dynamodb(
        "UpdateContinuousBackups",
        json!({"TableName": table, "PointInTimeRecoverySpecification": specification}),
    )["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
        .clone()
}

fn read(world: &World, table: &str) -> Value {
    world.dynamodb("DescribeContinuousBackups", json!({"TableName": table}))["ContinuousBackupsDescription"].clone()
}

fn on(days: i64) -> Value {
    json!({"PointInTimeRecoveryEnabled": true, "RecoveryPeriodInDays": days})
}

#[test]
fn continuous_backups_status_is_enabled_though_pitr_is_off() {
    let world = World::new();
    world.create_table("orders");
    assert_eq!(
        read(&world, "orders"),
        json!({"ContinuousBackupsStatus": "ENABLED", "PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": "DISABLED"}})
    );
}

#[test]
fn without_a_period_enabling_takes_35_days() {
    let world = World::new();
    world.create_table("orders");
    let pitr = enable(&world, "orders", json!({"PointInTimeRecoveryEnabled": true}));
    assert_eq!((&pitr["PointInTimeRecoveryStatus"], &pitr["RecoveryPeriodInDays"]), (&json!("ENABLED"), &json!(35)));
    assert_eq!(pitr["EarliestRestorableDateTime"], json!(world.now()));
    assert_eq!(pitr["LatestRestorableDateTime"], json!(world.now()));
}

#[test]
fn the_window_grows_to_the_period_and_lags_five_minutes() {
    let world = World::new();
    world.create_table("orders");
    enable(&world, "orders", on(7));
    world.advance(3 * DAY);
    let pitr = read(&world, "orders")["PointInTimeRecoveryDescription"].clone();
    assert_eq!(pitr["EarliestRestorableDateTime"], json!(seconds("2026-11-21T00:00:00Z")));
    assert_eq!(pitr["LatestRestorableDateTime"], json!(seconds("2026-11-23T23:55:00Z")));
    world.advance(20 * DAY);
    let pitr = read(&world, "orders")["PointInTimeRecoveryDescription"].clone();
    assert_eq!(pitr["EarliestRestorableDateTime"], json!(seconds("2026-12-07T00:00:00Z")));
}

#[test]
fn enabling_again_keeps_the_history() {
    let world = World::new();
    world.create_table("orders");
    enable(&world, "orders", on(35));
    world.advance(5 * DAY);
    let pitr = enable(&world, "orders", on(35));
    assert_eq!(pitr["EarliestRestorableDateTime"], json!(seconds("2026-11-21T00:00:00Z")));
}

#[test]
fn disabling_and_enabling_starts_the_history_at_zero() {
    let world = World::new();
    world.create_table("orders");
    enable(&world, "orders", on(35));
    world.advance(5 * DAY);
    assert_eq!(enable(&world, "orders", json!({"PointInTimeRecoveryEnabled": false})), json!({"PointInTimeRecoveryStatus": "DISABLED"}));
    let pitr = enable(&world, "orders", on(35));
    assert_eq!(pitr["EarliestRestorableDateTime"], json!(world.now()));
}

#[test]
fn a_shorter_period_loses_history_at_once_and_a_longer_one_does_not_bring_it_back() {
    let world = World::new();
    world.create_table("orders");
    enable(&world, "orders", on(35));
    world.advance(30 * DAY);
    assert_eq!(enable(&world, "orders", on(2))["EarliestRestorableDateTime"], json!(seconds("2026-12-19T00:00:00Z")));
    assert_eq!(enable(&world, "orders", on(35))["EarliestRestorableDateTime"], json!(seconds("2026-12-19T00:00:00Z")));
}

#[test]
fn a_period_out_of_bounds_is_refused_in_aws_words() {
    let world = World::new();
    world.create_table("orders");
    let update = |specification: Value| {
        world.fails("UpdateContinuousBackups", json!({"TableName": "orders", "PointInTimeRecoverySpecification": specification}))
    };
    assert_eq!(
        update(on(36)),
        (
            "ValidationException".into(),
            "1 validation error detected: Value '36' at 'pointInTimeRecoverySpecification.recoveryPeriodInDays' failed to satisfy constraint: Member must have value less than or equal to 35".into()
        )
    );
    assert!(update(on(0)).1.ends_with("Member must have value greater than or equal to 1"));
    assert_eq!(update(json!({"PointInTimeRecoveryEnabled": false, "RecoveryPeriodInDays": 7})).0, "ValidationException");
    assert_eq!(update(json!({"PointInTimeRecoveryEnabled": "yes"})).0, "SerializationException");
    assert!(update(json!({})).1.contains("Value null at 'pointInTimeRecoverySpecification.pointInTimeRecoveryEnabled'"));
}

#[test]
fn a_new_table_is_first_not_there_then_unavailable_then_ready() {
    let world = World::new();
    world.set_faults(Faults { lag_ms: Some(10_000), ..Faults::default() });
    world.create_table("orders");
    let update = json!({"TableName": "orders", "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": true}});
    assert_eq!(world.dynamodb("DescribeTable", json!({"TableName": "orders"}))["Table"]["TableStatus"], "CREATING");
    assert_eq!(world.fails("UpdateContinuousBackups", update.clone()), ("TableNotFoundException".into(), "Table not found: orders".into()));
    assert_eq!(world.fails("DescribeContinuousBackups", json!({"TableName": "orders"})).0, "TableNotFoundException");
    world.advance(10);
    assert_eq!(world.dynamodb("DescribeTable", json!({"TableName": "orders"}))["Table"]["TableStatus"], "ACTIVE");
    assert_eq!(read(&world, "orders")["ContinuousBackupsStatus"], "DISABLED");
    assert_eq!(
        world.fails("UpdateContinuousBackups", update.clone()),
        ("ContinuousBackupsUnavailableException".into(), "Backups are being enabled for the table: orders. Please retry later".into())
    );
    world.advance(10);
    world.dynamodb("UpdateContinuousBackups", update);
}

#[test]
fn a_table_is_known_by_its_arn_too_but_not_by_that_of_another_region() {
    let world = World::new();
    world.create_table("orders");
    assert_eq!(read(&world, "arn:aws:dynamodb:us-east-1:123456789012:table/orders")["ContinuousBackupsStatus"], "ENABLED");
    let elsewhere = json!({"TableName": "arn:aws:dynamodb:eu-west-1:123456789012:table/orders"});
    assert_eq!(world.fails("DescribeContinuousBackups", elsewhere).0, "ValidationException");
}

#[test]
fn in_the_second_half_of_its_creation_a_table_is_known_but_not_ready() {
    let world = World::new();
    world.set_faults(Faults { lag_ms: Some(10_000), ..Faults::default() });
    world.create_table("orders");
    world.advance(6);
    assert_eq!(world.dynamodb("DescribeTable", json!({"TableName": "orders"}))["Table"]["TableStatus"], "CREATING");
    assert_eq!(read(&world, "orders")["ContinuousBackupsStatus"], "DISABLED");
    let update = json!({"TableName": "orders", "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": true}});
    assert_eq!(world.fails("UpdateContinuousBackups", update).0, "ContinuousBackupsUnavailableException");
}

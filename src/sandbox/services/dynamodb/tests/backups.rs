//! Backups, restores, exports.

use serde_json::{Value, json};

use crate::sandbox::Faults;
use crate::sandbox::testing::World;

fn pitr_table(world: &World) {
    world.create_table("orders");
    world.dynamodb(
        "UpdateContinuousBackups",
        json!({"TableName": "orders", "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": true}}),
    );
}

fn notes(world: &World, table: &str) -> Vec<String> {
    let items = world.dynamodb("Scan", json!({"TableName": table}))["Items"].clone();
    items.as_array().unwrap().iter().map(|item| item["note"]["S"].as_str().unwrap().to_owned()).collect()
}

fn list(world: &World, input: Value) -> Vec<Value> {
    world.dynamodb("ListBackups", input)["BackupSummaries"].as_array().unwrap().clone()
}

#[test]
fn deleting_a_table_with_pitr_leaves_a_backup_that_nobody_can_delete() {
    let world = World::new();
    pitr_table(&world);
    world.put("orders", "1", "kept");
    world.dynamodb("DeleteTable", json!({"TableName": "orders"}));
    assert_eq!(list(&world, json!({})).len(), 0);
    let system = list(&world, json!({"BackupType": "SYSTEM"}));
    assert_eq!((&system[0]["BackupName"], &system[0]["BackupType"]), (&json!("orders$DeletedTableBackup"), &json!("SYSTEM")));
    assert_eq!(system[0]["BackupExpiryDateTime"], json!(world.now() + 35.0 * 86_400.0));
    let arn = system[0]["BackupArn"].clone();
    assert_eq!(world.fails("DeleteBackup", json!({"BackupArn": arn})).0, "ValidationException");
    world.dynamodb("RestoreTableFromBackup", json!({"TargetTableName": "rescued", "BackupArn": arn}));
    assert_eq!(notes(&world, "rescued"), ["kept"]);
    world.advance(36 * 86_400);
    assert_eq!(list(&world, json!({"BackupType": "ALL"})).len(), 0);
}

#[test]
fn switching_pitr_off_before_the_delete_leaves_nothing() {
    let world = World::new();
    pitr_table(&world);
    let off = json!({"TableName": "orders", "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": false}});
    world.dynamodb("UpdateContinuousBackups", off.clone());
    world.dynamodb("DeleteTable", json!({"TableName": "orders"}));
    assert_eq!(list(&world, json!({"BackupType": "ALL"})).len(), 0);
    // The same while the delete is under way.
    pitr_table(&world);
    world.set_faults(Faults { lag_ms: Some(1000), ..Faults::default() });
    world.dynamodb("DeleteTable", json!({"TableName": "orders"}));
    world.dynamodb("UpdateContinuousBackups", off);
    assert_eq!(list(&world, json!({"BackupType": "ALL"})).len(), 0);
}

#[test]
fn a_backup_outlives_its_table_and_restores_its_items_but_not_its_protection() {
    let world = World::new();
    pitr_table(&world);
    world.dynamodb("UpdateTable", json!({"TableName": "orders", "DeletionProtectionEnabled": true}));
    world.put("orders", "1", "then");
    let made = world.dynamodb("CreateBackup", json!({"TableName": "orders", "BackupName": "nightly"}))["BackupDetails"].clone();
    assert_eq!((&made["BackupStatus"], &made["BackupType"]), (&json!("CREATING"), &json!("USER")));
    world.put("orders", "2", "later");
    let arn = made["BackupArn"].clone();
    let described = world.dynamodb("DescribeBackup", json!({"BackupArn": arn}))["BackupDescription"].clone();
    assert_eq!(
        (&described["BackupDetails"]["BackupStatus"], &described["SourceTableDetails"]["ItemCount"]),
        (&json!("AVAILABLE"), &json!(1))
    );
    world.dynamodb("RestoreTableFromBackup", json!({"TargetTableName": "restored", "BackupArn": arn}));
    assert_eq!(notes(&world, "restored"), ["then"]);
    let table = world.dynamodb("DescribeTable", json!({"TableName": "restored"}))["Table"].clone();
    assert_eq!((&table["DeletionProtectionEnabled"], &table["RestoreSummary"]["SourceBackupArn"]), (&json!(false), &arn));
    let pitr = world.dynamodb("DescribeContinuousBackups", json!({"TableName": "restored"}));
    assert_eq!(pitr["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"], "DISABLED");
    assert_eq!(
        world.fails("RestoreTableFromBackup", json!({"TargetTableName": "restored", "BackupArn": arn})).0,
        "TableAlreadyExistsException"
    );
    world.dynamodb("DeleteBackup", json!({"BackupArn": arn}));
    assert_eq!(world.fails("DescribeBackup", json!({"BackupArn": arn})).0, "BackupNotFoundException");
}

#[test]
fn backups_are_listed_by_table_and_in_pages() {
    let world = World::new();
    for table in ["orders", "buyers"] {
        world.create_table(table);
        for number in 0..3 {
            world.dynamodb("CreateBackup", json!({"TableName": table, "BackupName": format!("b-{number}")}));
            world.advance(60);
        }
    }
    let first = world.dynamodb("ListBackups", json!({"TableName": "orders", "Limit": 2}));
    assert_eq!(first["BackupSummaries"].as_array().unwrap().len(), 2);
    let rest = json!({"TableName": "orders", "Limit": 2, "ExclusiveStartBackupArn": first["LastEvaluatedBackupArn"]});
    assert_eq!(list(&world, rest)[0]["BackupName"], "b-2");
    assert_eq!(list(&world, json!({"BackupType": "ALL"})).len(), 6);
    assert_eq!(list(&world, json!({"TimeRangeLowerBound": world.now() - 90.0})).len(), 1);
    assert_eq!(world.fails("CreateBackup", json!({"TableName": "nope", "BackupName": "abc"})).0, "TableNotFoundException");
    assert!(world.fails("CreateBackup", json!({"TableName": "orders", "BackupName": "a b"})).1.contains("regular expression"));
}

#[test]
fn a_restore_to_a_point_in_time_has_the_items_of_that_time() {
    let world = World::new();
    world.create_table("orders");
    world.put("orders", "0", "before PITR");
    world.dynamodb(
        "UpdateContinuousBackups",
        json!({"TableName": "orders", "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": true}}),
    );
    world.advance(600);
    world.put("orders", "1", "first");
    let then = world.now() + 60.0;
    world.advance(600);
    world.put("orders", "1", "second");
    world.dynamodb("DeleteItem", json!({"TableName": "orders", "Key": {"id": {"S": "0"}}}));
    world.advance(600);
    let restore = |name: &str, at: Value| {
        let mut input = json!({"SourceTableName": "orders", "TargetTableName": name});
        input.as_object_mut().unwrap().extend(at.as_object().unwrap().clone());
        world.dynamodb("RestoreTableToPointInTime", input);
        notes(&world, name)
    };
    assert_eq!(restore("then", json!({"RestoreDateTime": then})), ["before PITR", "first"]);
    assert_eq!(restore("latest", json!({"UseLatestRestorableTime": true})), ["second"]);
}

#[test]
fn a_restore_needs_pitr_and_a_moment_within_the_window() {
    let world = World::new();
    world.create_table("orders");
    let to = |at: Value| json!({"SourceTableName": "orders", "TargetTableName": "restored", "RestoreDateTime": at});
    assert_eq!(world.fails("RestoreTableToPointInTime", to(json!(world.now()))).0, "PointInTimeRecoveryUnavailableException");
    world.dynamodb(
        "UpdateContinuousBackups",
        json!({"TableName": "orders", "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": true}}),
    );
    world.advance(3600);
    assert_eq!(world.fails("RestoreTableToPointInTime", to(json!(world.now()))).0, "InvalidRestoreTimeException");
    assert_eq!(world.fails("RestoreTableToPointInTime", to(json!(world.now() - 7200.0))).0, "InvalidRestoreTimeException");
    world.dynamodb("RestoreTableToPointInTime", to(json!(world.now() - 600.0)));
    let nowhere = json!({"SourceTableName": "nope", "TargetTableName": "restored", "UseLatestRestorableTime": true});
    assert_eq!(world.fails("RestoreTableToPointInTime", nowhere).0, "TableNotFoundException");
}

#[test]
fn a_restored_table_is_being_created_and_unknown_to_pitr() {
    let world = World::new();
    pitr_table(&world);
    world.set_faults(Faults { lag_ms: Some(60_000), ..Faults::default() });
    world.dynamodb(
        "RestoreTableToPointInTime",
        json!({"SourceTableName": "orders", "TargetTableName": "new", "UseLatestRestorableTime": true}),
    );
    let table = world.dynamodb("DescribeTable", json!({"TableName": "new"}))["Table"].clone();
    assert_eq!((&table["TableStatus"], &table["RestoreSummary"]["RestoreInProgress"]), (&json!("CREATING"), &json!(true)));
    assert_eq!(world.fails("DescribeContinuousBackups", json!({"TableName": "new"})).0, "TableNotFoundException");
}

#[test]
fn an_export_needs_pitr_and_shows_up_when_it_is_done() {
    let world = World::new();
    let arn = world.create_table("orders")["TableDescription"]["TableArn"].clone();
    let input = json!({"TableArn": arn, "S3Bucket": "exports", "ClientToken": "t"});
    assert_eq!(world.fails("ExportTableToPointInTime", input.clone()).0, "PointInTimeRecoveryUnavailableException");
    world.dynamodb(
        "UpdateContinuousBackups",
        json!({"TableName": "orders", "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": true}}),
    );
    world.advance(3600);
    let early = json!({"TableArn": arn, "S3Bucket": "exports", "ExportTime": world.now() - 7200.0});
    assert_eq!(world.fails("ExportTableToPointInTime", early).0, "InvalidExportTimeException");
    world.set_faults(Faults { lag_ms: Some(5000), ..Faults::default() });
    let export = world.dynamodb("ExportTableToPointInTime", input.clone())["ExportDescription"].clone();
    assert_eq!(export["ExportStatus"], "IN_PROGRESS");
    assert_eq!(world.dynamodb("ExportTableToPointInTime", input)["ExportDescription"]["ExportArn"], export["ExportArn"]);
    world.advance(5);
    let listed = world.dynamodb("ListExports", json!({"TableArn": arn}))["ExportSummaries"].clone();
    assert_eq!(listed, json!([{"ExportArn": export["ExportArn"], "ExportStatus": "COMPLETED", "ExportType": "FULL_EXPORT"}]));
    let short = json!({
        "TableArn": arn, "S3Bucket": "exports", "ExportType": "INCREMENTAL_EXPORT",
        "IncrementalExportSpecification": {"ExportFromTime": world.now() - 300.0, "ExportToTime": world.now()},
    });
    assert_eq!(world.fails("ExportTableToPointInTime", short).0, "ValidationException");
}

#[test]
fn a_restore_crosses_regions_when_it_says_how_to_encrypt() {
    let world = World::new();
    pitr_table(&world);
    world.put("orders", "1", "far");
    let arn = world.dynamodb("CreateBackup", json!({"TableName": "orders", "BackupName": "nightly"}))["BackupDetails"]["BackupArn"].clone();
    let west = world.in_region("us-west-2");
    let plain = json!({"TargetTableName": "orders", "BackupArn": arn});
    assert_eq!(west.fails("RestoreTableFromBackup", plain).0, "ValidationException");
    west.dynamodb(
        "RestoreTableFromBackup",
        json!({"TargetTableName": "orders", "BackupArn": arn, "SSESpecificationOverride": {"Enabled": false}}),
    );
    assert_eq!(notes(&west, "orders"), ["far"]);
    let source = "arn:aws:dynamodb:us-east-1:123456789012:table/orders";
    west.dynamodb(
        "RestoreTableToPointInTime",
        json!({
            "TargetTableName": "orders-2", "SourceTableArn": source, "UseLatestRestorableTime": true,
            "SSESpecificationOverride": {"Enabled": true},
        }),
    );
    let table = west.dynamodb("DescribeTable", json!({"TableName": "orders-2"}))["Table"].clone();
    assert_eq!(table["TableArn"], "arn:aws:dynamodb:us-west-2:123456789012:table/orders-2");
    assert_eq!(table["SSEDescription"]["KMSMasterKeyArn"], "arn:aws:kms:us-west-2:123456789012:key/aws-dynamodb");
}

#[test]
fn a_table_whose_key_is_gone_takes_pitr_but_no_backup_and_no_time_to_live() {
    let world = World::seeded(
        "resource \"aws_dynamodb_table\" \"t\" {\n  name = \"locked\"\n  status = \"INACCESSIBLE_ENCRYPTION_CREDENTIALS\"\n}\n",
    );
    world.dynamodb(
        "UpdateContinuousBackups",
        json!({"TableName": "locked", "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": true}}),
    );
    assert_eq!(world.fails("CreateBackup", json!({"TableName": "locked", "BackupName": "abc"})).0, "TableInUseException");
    let ttl = json!({"TableName": "locked", "TimeToLiveSpecification": {"AttributeName": "x", "Enabled": true}});
    assert_eq!(world.fails("UpdateTimeToLive", ttl).0, "ResourceInUseException");
}

#[test]
fn a_restore_under_way_is_known_to_describe_table_only() {
    let world = World::new();
    pitr_table(&world);
    world.set_faults(Faults { lag_ms: Some(60_000), ..Faults::default() });
    let restore = json!({"SourceTableName": "orders", "TargetTableName": "new", "UseLatestRestorableTime": true});
    world.dynamodb("RestoreTableToPointInTime", restore.clone());
    let arn = "arn:aws:dynamodb:us-east-1:123456789012:table/new";
    assert_eq!(world.fails("ListTagsOfResource", json!({"ResourceArn": arn})).0, "ResourceNotFoundException");
    assert_eq!(world.fails("UpdateTable", json!({"TableName": "new", "DeletionProtectionEnabled": true})).0, "ResourceNotFoundException");
    let (code, message) = world.fails("RestoreTableToPointInTime", restore);
    assert_eq!(code, "TableInUseException");
    assert!(message.starts_with("Table: new is already being restored from backup: "), "{message}");
}

#[test]
fn the_moment_of_a_restore_is_checked_before_anything_else() {
    let world = World::new();
    world.create_table("orders");
    let both =
        json!({"SourceTableName": "orders", "TargetTableName": "new", "UseLatestRestorableTime": true, "RestoreDateTime": world.now()});
    assert!(world.fails("RestoreTableToPointInTime", both).1.starts_with("Invalid Request: Both RestoreDateTime and"));
    let none = json!({"SourceTableName": "orders", "TargetTableName": "new"});
    assert!(world.fails("RestoreTableToPointInTime", none).1.starts_with("Invalid Request: Either one of"));
    pitr_of(&world, "orders");
    world.advance(3600);
    let late = json!({"SourceTableName": "orders", "TargetTableName": "orders", "RestoreDateTime": world.now()});
    assert_eq!(
        world.fails("RestoreTableToPointInTime", late).1,
        "RestoreDateTime '2026-11-21T01:00:00Z' must be within EarliestRestorableDateTime '2026-11-21T00:00:00Z' and LatestRestorableDateTime '2026-11-21T00:55:00Z'"
    );
}

fn pitr_of(world: &World, table: &str) {
    world.dynamodb(
        "UpdateContinuousBackups",
        json!({"TableName": table, "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": true}}),
    );
}

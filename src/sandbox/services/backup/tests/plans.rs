//! Plans: defaults, refusals, versions, deletion.

use serde_json::{Value, json};

use super::{create_plan, document, world};
use crate::sandbox::testing::{World, seconds};

/// The refusal of a plan whose one rule has these members.
fn refusal(world: &World, members: Value) -> (String, String) {
    world.backup_fails("PUT /backup/plans", json!({"BackupPlan": document("p", members)}))
}

fn message(world: &World, members: Value) -> String {
    let (code, message) = refusal(world, members);
    assert_eq!(code, "InvalidParameterValueException");
    message
}

#[test]
fn what_a_rule_leaves_out_is_filled_in() {
    let world = world();
    let id = create_plan(&world, document("shop", json!({})));
    let plan = world.backup(&format!("GET /backup/plans/{id}/"), Value::Null);
    let rule = &plan["BackupPlan"]["Rules"][0];
    assert_eq!(
        rule,
        &json!({
            "RuleName": "daily", "TargetBackupVaultName": "daily", "ScheduleExpression": "cron(0 5 ? * * *)",
            "ScheduleExpressionTimezone": "Etc/UTC", "StartWindowMinutes": 480, "CompletionWindowMinutes": 10080,
            "EnableContinuousBackup": false, "RuleId": rule["RuleId"],
        })
    );
    assert_eq!(plan["BackupPlanArn"], format!("arn:aws:backup:us-east-1:123456789012:backup-plan:{id}"));
}

#[test]
fn what_a_rule_says_is_kept() {
    let world = world();
    let members = json!({
        "ScheduleExpression": "cron(0 2 * * ? *)", "ScheduleExpressionTimezone": "Europe/Berlin", "StartWindowMinutes": 60,
        "CompletionWindowMinutes": 180, "Lifecycle": {"MoveToColdStorageAfterDays": 30, "DeleteAfterDays": 120},
        "RecoveryPointTags": {"env": "production"},
        "CopyActions": [{
            "DestinationBackupVaultArn": "arn:aws:backup:us-west-2:123456789012:backup-vault:dr", "Lifecycle": {"DeleteAfterDays": 90},
        }],
    });
    let mut sent = document("shop", members.clone());
    sent["AdvancedBackupSettings"] = json!([{"ResourceType": "EC2", "BackupOptions": {"WindowsVSS": "enabled"}}]);
    sent["ScanSettings"] =
        json!([{"MalwareScanner": "GUARDDUTY", "ResourceTypes": ["S3"], "ScannerRoleArn": "arn:aws:iam::123456789012:role/s"}]);
    let id = create_plan(&world, sent.clone());
    let plan = world.backup(&format!("GET /backup/plans/{id}"), Value::Null);
    for (member, value) in members.as_object().unwrap() {
        assert_eq!(&plan["BackupPlan"]["Rules"][0][member], value, "{member}");
    }
    assert_eq!(plan["AdvancedBackupSettings"], sent["AdvancedBackupSettings"]);
    assert_eq!(plan["BackupPlan"]["ScanSettings"], sent["ScanSettings"]);
}

#[test]
fn the_arithmetic_of_a_lifecycle_is_refused_in_aws_words() {
    let world = world();
    assert_eq!(
        message(&world, json!({"Lifecycle": {"MoveToColdStorageAfterDays": 30, "DeleteAfterDays": 119}})),
        "Error in rule daily : Invalid lifecycle. DeleteAfterDays cannot be less than 90 days apart from MoveToColdStorageAfterDays"
    );
    for days in [0, 36_501] {
        assert_eq!(
            message(&world, json!({"Lifecycle": {"DeleteAfterDays": days}})),
            "Error in rule daily : Invalid lifecycle. DeleteAfterDays cannot be less than 1 or more than 36500 days"
        );
    }
    let copy = json!({
        "DestinationBackupVaultArn": "arn:aws:backup:us-west-2:123456789012:backup-vault:dr",
        "Lifecycle": {"MoveToColdStorageAfterDays": 1, "DeleteAfterDays": 30},
    });
    assert!(message(&world, json!({"CopyActions": [copy]})).contains("90 days apart"));
}

#[test]
fn a_continuous_rule_keeps_one_to_thirty_five_days_and_never_goes_cold() {
    let world = world();
    let continuous = |lifecycle: Value| json!({"EnableContinuousBackup": true, "Lifecycle": lifecycle});
    assert_eq!(
        message(&world, json!({"EnableContinuousBackup": true})),
        "Error in rule daily : Lifecycle must be specified for backup rule enabled continuous backup"
    );
    assert_eq!(
        message(&world, continuous(json!({"MoveToColdStorageAfterDays": 1, "DeleteAfterDays": 91}))),
        "Error in rule daily : Invalid lifecycle. MoveToColdStorageAfterDays is unavailable"
    );
    assert!(message(&world, continuous(json!({"DeleteAfterDays": 36}))).contains("DeleteAfterDays"));
    create_plan(&world, document("p", continuous(json!({"DeleteAfterDays": 35}))));
}

#[test]
fn schedules_windows_and_zones_are_checked() {
    let world = world();
    for expression in ["rate(1 day)", "cron(0 5 * * * *)", "cron(0 5 ? * *)", "0 5 ? * * *", "cron(0/15 * * * ? *)"] {
        assert!(message(&world, json!({"ScheduleExpression": expression})).starts_with("Error in rule daily : "), "{expression}");
    }
    assert!(message(&world, json!({"ScheduleExpressionTimezone": "Europe/Atlantis"})).contains("Europe/Atlantis"));
    assert!(message(&world, json!({"StartWindowMinutes": 59})).contains("StartWindowMinutes"));
}

#[test]
fn names_vaults_and_quotas_are_checked() {
    let world = world();
    assert!(message(&world, json!({"TargetBackupVaultName": "nope"})).contains("nope"));
    assert!(message(&world, json!({"RuleName": "a b"})).contains("rule name"));
    assert!(message(&world, json!({"CopyActions": [{"DestinationBackupVaultArn": "dr"}]})).contains("dr"));
    let copy = json!({"DestinationBackupVaultArn": "arn:aws:backup:us-west-2:123456789012:backup-vault:dr"});
    assert!(message(&world, json!({"CopyActions": vec![copy; 6]})).contains("at most 5"));
    let mut many = document("p", json!({}));
    many["Rules"] = (0..11).map(|n| json!({"RuleName": format!("r{n}"), "TargetBackupVaultName": "daily"})).collect();
    assert_eq!(world.backup_fails("PUT /backup/plans", json!({"BackupPlan": many})).0, "LimitExceededException");
    let long = document(&"p".repeat(51), json!({}));
    assert_eq!(world.backup_fails("PUT /backup/plans", json!({"BackupPlan": long})).0, "InvalidParameterValueException");
    assert_eq!(world.backup_fails("PUT /backup/plans", json!({})).0, "MissingParameterValueException");
    let settings = json!([{"ResourceType": "EBS", "BackupOptions": {}}]);
    let mut advanced = document("p", json!({}));
    advanced["AdvancedBackupSettings"] = settings;
    assert_eq!(world.backup_fails("PUT /backup/plans", json!({"BackupPlan": advanced})).0, "InvalidParameterValueException");
}

#[test]
fn an_identical_plan_is_refused_and_the_same_request_finds_its_own() {
    let world = world();
    let request = json!({"BackupPlan": document("shop", json!({})), "CreatorRequestId": "r1"});
    let first = world.backup("PUT /backup/plans", request.clone());
    assert_eq!(world.backup("PUT /backup/plans", request)["BackupPlanId"], first["BackupPlanId"]);
    assert_eq!(
        world.backup_fails("PUT /backup/plans", json!({"BackupPlan": document("shop", json!({}))})),
        ("AlreadyExistsException".into(), "Backup plan with the same plan document already exists".into())
    );
    // A plan's name alone is not what makes it the same.
    create_plan(&world, document("shop", json!({"StartWindowMinutes": 60})));
}

#[test]
fn every_update_is_a_version_and_rules_keep_their_ids_by_name() {
    let world = world();
    let id = create_plan(&world, document("shop", json!({})));
    let first = world.backup(&format!("GET /backup/plans/{id}"), Value::Null);
    world.advance(60);
    let mut second = document("shop", json!({"StartWindowMinutes": 90}));
    second["Rules"].as_array_mut().unwrap().push(json!({"RuleName": "weekly", "TargetBackupVaultName": "daily"}));
    let updated = world.backup(&format!("POST /backup/plans/{id}"), json!({"BackupPlan": second}));
    assert_ne!(updated["VersionId"], first["VersionId"]);
    let now = world.backup(&format!("GET /backup/plans/{id}"), Value::Null);
    let (before, after) = (&first["BackupPlan"]["Rules"], &now["BackupPlan"]["Rules"]);
    assert_eq!((&before[0]["RuleId"], after.as_array().unwrap().len()), (&after[0]["RuleId"], 2));
    assert_ne!(after[0]["RuleId"], after[1]["RuleId"]);
    let version = first["VersionId"].as_str().unwrap();
    let old = world.backup(&format!("GET /backup/plans/{id}?versionId={version}"), Value::Null);
    assert_eq!(old["BackupPlan"], first["BackupPlan"]);
    let versions = world.backup(&format!("GET /backup/plans/{id}/versions/"), Value::Null)["BackupPlanVersionsList"].clone();
    assert_eq!((&versions[0]["VersionId"], &versions[1]["VersionId"]), (&first["VersionId"], &updated["VersionId"]));
    assert_eq!(world.backup_fails(&format!("GET /backup/plans/{id}?versionId=x"), Value::Null).0, "ResourceNotFoundException");
}

#[test]
fn a_plan_goes_after_its_selections_and_can_still_be_read() {
    let world = world();
    let id = create_plan(&world, document("shop", json!({})));
    let selection = json!({"SelectionName": "all", "IamRoleArn": "arn:aws:iam::123456789012:role/b", "Resources": ["*"]});
    let made = world.backup(&format!("PUT /backup/plans/{id}/selections/"), json!({"BackupSelection": selection}));
    assert_eq!(
        world.backup_fails(&format!("DELETE /backup/plans/{id}"), Value::Null),
        ("InvalidRequestException".into(), "Related backup plan selections must be deleted prior to backup plan deletion".into())
    );
    world.backup(&format!("DELETE /backup/plans/{id}/selections/{}", made["SelectionId"].as_str().unwrap()), Value::Null);
    world.backup(&format!("DELETE /backup/plans/{id}"), Value::Null);
    assert_eq!(world.backup("GET /backup/plans", Value::Null)["BackupPlansList"], json!([]));
    let deleted = json!(seconds("2026-11-21T00:00:00Z"));
    assert_eq!(world.backup("GET /backup/plans?includeDeleted=true", Value::Null)["BackupPlansList"][0]["DeletionDate"], deleted);
    assert_eq!(world.backup(&format!("GET /backup/plans/{id}"), Value::Null)["DeletionDate"], deleted);
    assert_eq!(world.backup_fails(&format!("DELETE /backup/plans/{id}"), Value::Null).0, "ResourceNotFoundException");
    create_plan(&world, document("shop", json!({})));
}

#[test]
fn the_next_runs_of_all_rules_are_previewed() {
    let world = world();
    let mut plan = document("shop", json!({"ScheduleExpression": "cron(0 2 * * ? *)"}));
    let weekly = json!({
        "RuleName": "weekly", "TargetBackupVaultName": "daily", "ScheduleExpression": "cron(0 3 ? * SUN *)",
        "ScheduleExpressionTimezone": "Europe/Berlin", "EnableContinuousBackup": true, "Lifecycle": {"DeleteAfterDays": 35},
    });
    plan["Rules"].as_array_mut().unwrap().push(weekly);
    let id = create_plan(&world, plan);
    let read = world.backup(&format!("GET /backup/plans/{id}?MaxScheduledRunsPreview=3"), Value::Null);
    let rules = &read["BackupPlan"]["Rules"];
    let run = |at: &str, rule: usize, kind: &str| json!({"ExecutionTime": seconds(at), "RuleId": rules[rule]["RuleId"], "RuleExecutionType": kind});
    assert_eq!(
        read["ScheduledRunsPreview"],
        json!([
            run("2026-11-21T02:00:00Z", 0, "SNAPSHOTS"),
            run("2026-11-22T02:00:00Z", 0, "SNAPSHOTS"),
            run("2026-11-22T02:00:00Z", 1, "CONTINUOUS_AND_SNAPSHOTS"),
        ])
    );
    assert_eq!(world.backup(&format!("GET /backup/plans/{id}"), Value::Null).get("ScheduledRunsPreview"), None);
    let many = world.backup_fails(&format!("GET /backup/plans/{id}?MaxScheduledRunsPreview=11"), Value::Null);
    assert_eq!(many.0, "InvalidParameterValueException");
}

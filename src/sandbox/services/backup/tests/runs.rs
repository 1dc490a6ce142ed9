//! What plans do as time passes.

use serde_json::{Value, json};

use super::{DAY, create_plan, document};
use crate::sandbox::Faults;
use crate::sandbox::testing::{World, seconds};

const ROLE: &str = "arn:aws:iam::123456789012:role/backups";

/// Tables `Orders` (production) and `Notes` (staging), the vault `daily`, and one in another region.
fn world() -> World {
    World::seeded(
        r#"
        resource "aws_dynamodb_table" "t" {
          for_each = { Orders = "production", Notes = "staging" }
          name     = each.key
          tags     = { env = each.value }
        }
        resource "aws_backup_vault" "daily" { name = "daily" }
        resource "aws_backup_vault" "dr" {
          name   = "dr"
          region = "us-west-2"
        }
        "#,
    )
}

/// A plan with this rule, and a selection with these members.
fn plan(world: &World, rule: Value, selection: Value) -> String {
    let id = create_plan(world, document("shop", rule));
    select(world, &id, selection);
    id
}

fn select(world: &World, plan: &str, members: Value) {
    let mut selection = json!({"SelectionName": "s", "IamRoleArn": ROLE});
    for (member, value) in members.as_object().unwrap() {
        selection[member] = value.clone();
    }
    world.backup(&format!("PUT /backup/plans/{plan}/selections"), json!({"BackupSelection": selection}));
}

/// The names of what lies in a vault with the times, newest first.
fn held(world: &World, vault: &str) -> Vec<(String, f64)> {
    let points = world.backup(&format!("GET /backup-vaults/{vault}/recovery-points"), Value::Null)["RecoveryPoints"].clone();
    let pair = |point: &Value| (point["ResourceName"].as_str().unwrap().to_owned(), point["CreationDate"].as_f64().unwrap());
    points.as_array().unwrap().iter().map(pair).collect()
}

fn names(world: &World) -> Vec<String> {
    let mut names: Vec<String> = held(world, "daily").into_iter().map(|(name, _)| name).collect();
    names.sort();
    names
}

#[test]
fn a_plan_backs_up_and_copies_at_its_times() {
    let world = world();
    let copy =
        json!({"DestinationBackupVaultArn": "arn:aws:backup:us-west-2:123456789012:backup-vault:dr", "Lifecycle": {"DeleteAfterDays": 90}});
    let rule = json!({
        "ScheduleExpression": "cron(0 2 * * ? *)", "Lifecycle": {"DeleteAfterDays": 2}, "CopyActions": [copy],
        "RecoveryPointTags": {"from": "plan"},
    });
    let id = plan(&world, rule, json!({"Resources": ["arn:aws:dynamodb:us-east-1:123456789012:table/Orders"]}));
    world.advance(3600);
    assert_eq!(held(&world, "daily"), []);
    world.advance(3 * DAY);
    let at = |day: &str| ("Orders".to_owned(), seconds(&format!("2026-11-{day}T02:00:00Z")));
    assert_eq!(held(&world, "daily"), [at("23"), at("22")]);
    assert_eq!(held(&world.in_region("us-west-2"), "dr"), [at("23"), at("22"), at("21")]);
    let read = world.backup(&format!("GET /backup/plans/{id}"), Value::Null);
    assert_eq!(read["LastExecutionDate"], json!(seconds("2026-11-23T02:00:00Z")));
    let point = world.backup("GET /backup-vaults/daily/recovery-points", Value::Null)["RecoveryPoints"][0].clone();
    assert_eq!(point["CreatedBy"]["BackupRuleName"], "daily");
    assert_eq!(point["CreatedBy"]["BackupPlanId"], json!(id));
    // What has run stays as it is, however often it is looked at.
    assert_eq!(world.backup("GET /backup-vaults/daily/recovery-points", Value::Null)["RecoveryPoints"][0], point);
    assert_eq!(world.backup("GET /backup-jobs", Value::Null)["BackupJobs"].as_array().unwrap().len(), 3);
}

#[test]
fn conditions_narrow_what_resources_and_tags_take_together() {
    let arn = |name: &str| format!("arn:aws:dynamodb:us-east-1:123456789012:table/{name}");
    let production = json!({"StringEquals": [{"ConditionKey": "aws:ResourceTag/env", "ConditionValue": "production"}]});
    let not_production = json!({"StringNotLike": [{"ConditionKey": "aws:ResourceTag/env", "ConditionValue": "prod*"}]});
    let staging = json!([{"ConditionType": "STRINGEQUALS", "ConditionKey": "env", "ConditionValue": "staging"}]);
    for (selection, taken) in [
        (json!({"Resources": ["*"]}), vec!["Notes", "Orders"]),
        (json!({"Resources": ["*"], "Conditions": production}), vec!["Orders"]),
        (json!({"Resources": ["*"], "Conditions": not_production}), vec!["Notes"]),
        (json!({"Resources": ["*"], "NotResources": [arn("Or*")]}), vec!["Notes"]),
        (json!({"ListOfTags": staging}), vec!["Notes"]),
        (json!({"ListOfTags": staging, "Resources": [arn("Orders")]}), vec!["Notes", "Orders"]),
        (json!({"ListOfTags": staging, "Resources": [arn("Orders")], "Conditions": production}), vec!["Orders"]),
        (json!({"Resources": [arn("Nothing")]}), vec![]),
    ] {
        let world = world();
        plan(&world, json!({}), selection.clone());
        world.advance(DAY);
        assert_eq!(names(&world), taken, "{selection}");
    }
}

#[test]
fn opting_out_stops_tags_and_wildcards_but_not_what_is_named() {
    for (resources, taken) in
        [("arn:aws:dynamodb:us-east-1:123456789012:table/Orders", vec!["Orders"]), ("*", vec![]), ("arn:aws:dynamodb:*", vec![])]
    {
        let world = world();
        world.backup("PUT /account-settings", json!({"ResourceTypeOptInPreference": {"DynamoDB": false}}));
        plan(&world, json!({}), json!({"Resources": [resources]}));
        world.advance(DAY);
        assert_eq!(names(&world), taken, "{resources}");
    }
}

#[test]
fn of_overlapping_rules_only_the_one_that_keeps_longer_runs() {
    let world = world();
    let rule = |name: &str, schedule: &str, minutes: i64, days: i64| {
        json!({
            "RuleName": name, "TargetBackupVaultName": "daily", "ScheduleExpression": schedule, "StartWindowMinutes": minutes,
            "Lifecycle": {"DeleteAfterDays": days},
        })
    };
    let rules = [rule("hourly", "cron(0 * * * ? *)", 60, 7), rule("daily", "cron(0 5 * * ? *)", 480, 30)];
    let id = create_plan(&world, json!({"BackupPlanName": "shop", "Rules": rules}));
    select(&world, &id, json!({"Resources": ["arn:aws:dynamodb:us-east-1:123456789012:table/Orders"]}));
    world.advance(DAY);
    // 24 hourly runs, of which those from 05:00 to 12:00 are swallowed, and the daily one.
    assert_eq!(held(&world, "daily").len(), 24 - 8 + 1);
}

#[test]
fn what_cannot_run_is_a_failed_job() {
    let world = world();
    plan(&world, json!({}), json!({"Resources": ["arn:aws:dynamodb:us-east-1:123456789012:table/Orders"]}));
    world.set_faults(Faults { denied: vec!["sts:AssumeRole@backups".into()], ..Faults::default() });
    world.advance(DAY);
    let jobs = world.backup("GET /backup-jobs", Value::Null)["BackupJobs"].clone();
    assert_eq!(jobs[0]["StatusMessage"], format!("IAM Role {ROLE} cannot be assumed by AWS Backup"));
    world.set_faults(Faults::default());
    world.backup("DELETE /backup-vaults/daily", Value::Null);
    world.advance(DAY);
    let jobs = world.backup("GET /backup-jobs?state=FAILED", Value::Null)["BackupJobs"].clone();
    assert_eq!(jobs[0]["StatusMessage"], "Backup vault daily does not exist");
    assert_eq!(jobs.as_array().unwrap().len(), 2);
}

#[test]
fn faults_do_not_reach_back_to_runs_that_nobody_has_looked_at_yet() {
    let world = world();
    plan(&world, json!({}), json!({"Resources": ["arn:aws:dynamodb:us-east-1:123456789012:table/Orders"]}));
    world.advance(DAY);
    world.set_faults(Faults { denied: vec!["sts:AssumeRole@backups".into()], ..Faults::default() });
    let states = |world: &World| {
        let jobs = world.backup("GET /backup-jobs", Value::Null)["BackupJobs"].clone();
        jobs.as_array().unwrap().iter().map(|job| job["State"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(states(&world), ["COMPLETED"]);
    world.advance(DAY);
    assert_eq!(states(&world), ["FAILED", "COMPLETED"]);
}

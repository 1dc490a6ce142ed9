//! AWS Backup, and what is told of it, on each emulator that carries it: see [`crate::scenarios`].

use crate::support::{Policy, World};
use serde_json::{Value, json};

const WORKSPACE: &str = "backstay { workspace = \"shop\" }\n";
const VAULT: &str = r#"
resource "aws_backup_vault" "daily" {
  name = "daily"
  tags = { env = "production" }
}
"#;
const PLAN: &str = r#"
resource "aws_backup_plan" "shop" {
  name = "shop"
  tags = { env = "production" }
  rule {
    rule_name         = "daily"
    target_vault_name = aws_backup_vault.daily.name
    schedule          = "cron(0 7 * * ? *)"
    start_window      = 60
    completion_window = 180
    lifecycle { delete_after = 30 }
  }
  rule {
    rule_name                    = "monthly"
    target_vault_name            = aws_backup_vault.daily.name
    schedule                     = "cron(0 4 1 * ? *)"
    schedule_expression_timezone = "Europe/Berlin"
    start_window                 = 60
    lifecycle {
      cold_storage_after = 30
      delete_after       = 365
    }
  }
}
resource "aws_backup_selection" "tables" {
  name         = "tables"
  plan_id      = aws_backup_plan.shop.id
  iam_role_arn = "arn:aws:iam::123456789012:role/backup"
  resources    = ["arn:aws:dynamodb:us-east-1:123456789012:table/orders"]
  condition {
    string_equals {
      key   = "aws:ResourceTag/env"
      value = "production"
    }
  }
}
"#;

const EVERYTHING: [&str; 4] = ["apply", "--auto-approve", "--allow-weakening", "*"];

pub(crate) fn a_vault_is_made_tagged_anew_and_removed(world: &World) {
    let policy = Policy::new(world, &format!("{WORKSPACE}{VAULT}"));
    policy.apply().says("1 added, 0 changed, 0 destroyed");
    policy.is_settled();
    let vault = get(world, "/backup-vaults/daily");
    let marked = json!({"env": "production", "backstay:workspace": "shop", "backstay:address": "aws_backup_vault.daily"});
    assert_eq!(tags(world, &vault["BackupVaultArn"]), marked);

    policy.write(&format!("{WORKSPACE}{}", VAULT.replace("env = \"production\"", "team = \"data\"")));
    policy.apply().says("0 added, 1 changed, 0 destroyed");
    policy.is_settled();
    let marked = json!({"team": "data", "backstay:workspace": "shop", "backstay:address": "aws_backup_vault.daily"});
    assert_eq!(tags(world, &vault["BackupVaultArn"]), marked);

    // What left the policy goes, but only with consent.
    policy.write(WORKSPACE);
    policy.backstay(&["apply", "--auto-approve"]).exits(4);
    assert_eq!(names(world, "/backup-vaults/", "BackupVaultList", "BackupVaultName"), ["daily"]);
    policy.backstay(&EVERYTHING).exits(0).says("0 added, 0 changed, 1 destroyed");
    assert!(names(world, "/backup-vaults/", "BackupVaultList", "BackupVaultName").is_empty());
}

pub(crate) fn a_vault_of_others_is_refused_until_it_is_adopted(world: &World) {
    let made = world.wire().send("PUT", "/backup-vaults/daily", "backup", &[("content-type", "application/json")], "{}");
    assert_eq!(made.status, 200, "{}", made.text);
    let policy = Policy::new(world, &format!("{WORKSPACE}{VAULT}"));
    policy.backstay(&["plan"]).exits(4).says("BKS0403").says("adopt = true");
    policy.write(&format!("{WORKSPACE}{}", VAULT.replace("{\n", "{\n  adopt = true\n")));
    policy.apply().says("0 added, 1 changed, 0 destroyed");
    policy.is_settled();
}

pub(crate) fn a_plan_with_a_selection_is_made_changed_and_removed(world: &World) {
    // What the selection names is there; ministack tells of a missing table in other words than AWS.
    world.table("orders");
    let hcl = format!("{WORKSPACE}{VAULT}{PLAN}");
    let policy = Policy::new(world, &hcl);
    policy.apply().says("3 added, 0 changed, 0 destroyed");
    policy.is_settled();
    let listed = get(world, "/backup/plans/");
    let id = listed["BackupPlansList"][0]["BackupPlanId"].as_str().expect("the plan was made").to_owned();
    let plan = || get(world, &format!("/backup/plans/{id}/"));
    let made = plan();
    let rules = |plan: &Value| -> Vec<Value> { plan["BackupPlan"]["Rules"].as_array().cloned().unwrap_or_default() };
    let zones: Vec<_> = rules(&made).iter().map(|rule| rule["ScheduleExpressionTimezone"].clone()).collect();
    assert!(zones.contains(&json!("Europe/Berlin")), "{made}");

    // A longer period makes another version of the same plan.
    policy.write(&hcl.replace("delete_after = 30 ", "delete_after = 35 "));
    policy.backstay(&["plan"]).exits(0).says("rule[\"daily\"].lifecycle.delete_after = 30 -> 35").says("strengthens");
    policy.apply().says("0 added, 1 changed, 0 destroyed");
    policy.is_settled();
    let changed = plan();
    assert_ne!(changed["VersionId"], made["VersionId"]);
    assert_eq!(rules(&changed).len(), 2, "{changed}");
    let mut kept: Vec<_> = rules(&changed).iter().filter_map(|rule| rule["Lifecycle"]["DeleteAfterDays"].as_i64()).collect();
    kept.sort_unstable();
    assert_eq!(kept, [35, 365], "{changed}");

    // No call changes a selection: there is another one, and the old one is gone.
    let path = format!("/backup/plans/{id}/selections/");
    let selection = || names(world, &path, "BackupSelectionsList", "SelectionId");
    let before = selection();
    let wider =
        hcl.replace("delete_after = 30 ", "delete_after = 35 ").replace("table/orders\"]", "table/orders\", \"arn:aws:s3:::shop\"]");
    policy.write(&wider);
    policy.apply().says("1 added, 0 changed, 1 destroyed");
    policy.is_settled();
    let after = selection();
    assert_eq!((before.len(), after.len()), (1, 1), "{before:?} {after:?}");
    assert_ne!(before, after);
    let read = get(world, &format!("{path}{}", after[0]))["BackupSelection"].take();
    let condition = json!([{"ConditionKey": "aws:ResourceTag/env", "ConditionValue": "production"}]);
    assert_eq!(read["Conditions"]["StringEquals"], condition, "{read}");
    assert_eq!(read["Resources"].as_array().map(Vec::len), Some(2), "{read}");

    policy.write(WORKSPACE);
    policy.backstay(&EVERYTHING).exits(0).says("0 added, 0 changed, 3 destroyed");
    assert!(names(world, "/backup/plans/", "BackupPlansList", "BackupPlanId").is_empty());
}

#[track_caller]
fn get(world: &World, path: &str) -> Value {
    let answer = world.wire().send("GET", path, "backup", &[], "");
    assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    answer.json()
}

/// The tags of a thing of AWS Backup.
#[track_caller]
fn tags(world: &World, arn: &Value) -> Value {
    get(world, &format!("/tags/{}/", arn.as_str().expect("an ARN is a string")))["Tags"].take()
}

/// One member of everything that is listed.
#[track_caller]
fn names(world: &World, path: &str, list: &str, member: &str) -> Vec<String> {
    let listed = get(world, path);
    let all = listed[list].as_array().into_iter().flatten();
    all.filter_map(|each| each[member].as_str()).map(str::to_owned).collect()
}

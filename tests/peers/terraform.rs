//! Terraform as the referee: what it creates, backstay finds converged, and what backstay applies, Terraform finds converged.

use crate::support::{Peer, Policy, Terraform};
use serde_json::{Value, json};

/// The tables as Terraform is told of them, in the settings that backstay is told of below.
pub(crate) const TABLES: &str = r#"
resource "aws_dynamodb_table" "orders" {
  name                        = "orders"
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "id"
  deletion_protection_enabled = true
  tags                        = { env = "production" }

  attribute {
    name = "id"
    type = "S"
  }

  point_in_time_recovery {
    enabled                 = true
    recovery_period_in_days = 7
  }
}
"#;

/// A table in two regions. The provider sends no period for a replica, so AWS makes it 35 days there.
pub(crate) const GLOBAL: &str = r#"
resource "aws_dynamodb_table" "buyers" {
  name             = "buyers"
  billing_mode     = "PAY_PER_REQUEST"
  hash_key         = "id"
  stream_enabled   = true
  stream_view_type = "NEW_AND_OLD_IMAGES"
  tags             = { env = "production" }

  attribute {
    name = "id"
    type = "S"
  }

  point_in_time_recovery {
    enabled                 = true
    recovery_period_in_days = 35
  }

  replica {
    region_name            = "us-west-2"
    point_in_time_recovery = true
  }
}
"#;

/// AWS Backup, in every resource of the provider's that the sandbox knows. A rule without a schedule is not among them: AWS returns its
/// default, and the provider never settles on it.
pub(crate) const BACKUP: &str = r#"
resource "aws_backup_vault" "daily" {
  name = "daily"
  tags = { env = "production" }
}

resource "aws_backup_vault" "dr" {
  provider = aws.west
  name     = "dr"
}

resource "aws_backup_vault_lock_configuration" "daily" {
  backup_vault_name  = aws_backup_vault.daily.name
  min_retention_days = 7
  max_retention_days = 3650
}

resource "aws_backup_vault_policy" "daily" {
  backup_vault_name = aws_backup_vault.daily.name
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Deny", Principal = "*", Action = ["backup:DeleteRecoveryPoint"], Resource = "*" }]
  })
}

resource "aws_backup_vault_notifications" "daily" {
  backup_vault_name   = aws_backup_vault.daily.name
  sns_topic_arn       = "arn:aws:sns:us-east-1:123456789012:alerts"
  backup_vault_events = ["BACKUP_JOB_COMPLETED", "COPY_JOB_FAILED"]
}

resource "aws_backup_plan" "shop" {
  name = "shop"
  tags = { env = "production" }

  rule {
    rule_name           = "daily"
    target_vault_name   = aws_backup_vault.daily.name
    schedule            = "cron(0 2 * * ? *)"
    recovery_point_tags = { from = "shop" }
    lifecycle {
      delete_after = 30
    }
    copy_action {
      destination_vault_arn = aws_backup_vault.dr.arn
      lifecycle {
        delete_after = 90
      }
    }
  }

  rule {
    rule_name                    = "monthly"
    target_vault_name            = aws_backup_vault.daily.name
    schedule                     = "cron(0 4 1 * ? *)"
    schedule_expression_timezone = "Europe/Berlin"
    start_window                 = 120
    completion_window            = 600
    lifecycle {
      cold_storage_after = 30
      delete_after       = 365
    }
  }

  rule {
    rule_name                = "continuous"
    target_vault_name        = aws_backup_vault.daily.name
    schedule                 = "cron(0 1 * * ? *)"
    enable_continuous_backup = true
    lifecycle {
      delete_after = 35
    }
  }

  advanced_backup_setting {
    resource_type  = "EC2"
    backup_options = { WindowsVSS = "enabled" }
  }
}

resource "aws_backup_selection" "tables" {
  name          = "tables"
  plan_id       = aws_backup_plan.shop.id
  iam_role_arn  = "arn:aws:iam::123456789012:role/service-role/AWSBackupDefaultServiceRole"
  resources     = ["arn:aws:dynamodb:us-east-1:123456789012:table/orders", "arn:aws:s3:::invoices-*"]
  not_resources = ["arn:aws:dynamodb:us-east-1:123456789012:table/scratch"]
  condition {
    string_equals {
      key   = "aws:ResourceTag/env"
      value = "production"
    }
  }
}

resource "aws_backup_selection" "tagged" {
  name         = "tagged"
  plan_id      = aws_backup_plan.shop.id
  iam_role_arn = "arn:aws:iam::123456789012:role/service-role/AWSBackupDefaultServiceRole"
  selection_tag {
    type  = "STRINGEQUALS"
    key   = "backup"
    value = "yes"
  }
}
"#;

const POLICY: &str = r#"
target "primary" {
  region = "us-east-1"
}
protect "aws_dynamodb_table" "orders" {
  select {
    tags = { env = "production" }
    except {
      names = ["buyers"]
    }
  }
  point_in_time_recovery {
    enabled                 = true
    recovery_period_in_days = 7
  }
  deletion_protection_enabled = true
}
protect "aws_dynamodb_table" "buyers" {
  select {
    names = ["buyers"]
  }
  point_in_time_recovery {
    enabled                 = true
    recovery_period_in_days = 35
  }
}
"#;

#[test]
fn terraform_and_backstay_find_each_other_converged_where_terraform_is_installed() {
    let world = Peer::Sandbox.start();
    let Some(terraform) = Terraform::new(&world, &format!("{TABLES}{GLOBAL}")) else { return };
    terraform.run(&["apply", "-auto-approve"]).exits(0).says("2 added, 0 changed, 0 destroyed");
    terraform.is_settled();
    let policy = Policy::new(&world, POLICY);
    policy.is_settled().says("3 DynamoDB tables");

    // What backstay strengthens is all that Terraform then wants back.
    policy.write(&POLICY.replace("= 7", "= 35"));
    policy.apply().says("1 changed");
    world.has_pitr("orders", 35);
    let plan = terraform.plan(2);
    let changes = plan["resource_changes"].as_array().expect("a plan lists its resources");
    let [buyers, orders] = changes.as_slice() else { panic!("two tables: {plan}") };
    assert_eq!(buyers["change"]["actions"], json!(["no-op"]), "{buyers}");
    assert_eq!(orders["change"]["actions"], json!(["update"]), "{orders}");
    let (before, after) = (&orders["change"]["before"], &orders["change"]["after"]);
    let mut moved = Vec::new();
    differences("", before, after, &mut moved);
    assert_eq!(moved, ["/point_in_time_recovery/0/recovery_period_in_days: 35 -> 7"]);

    // The change that Terraform wants, backstay calls by its name.
    policy.write(POLICY);
    policy.backstay(&["plan"]).exits(4).says("recovery_period_in_days = 35 -> 7").says("loses data");
    terraform.run(&["apply", "-auto-approve"]).exits(0);
    policy.is_settled();
}

#[test]
fn what_backstay_applied_terraform_imports_unchanged_where_terraform_is_installed() {
    let world = Peer::Sandbox.start();
    let import = "import {\n  to = aws_dynamodb_table.orders\n  id = \"orders\"\n}\n";
    let Some(terraform) = Terraform::new(&world, &format!("{TABLES}{import}")) else { return };
    world.tagged_table("orders", &[("env", "production")]);
    let alone = POLICY.split("protect \"aws_dynamodb_table\" \"buyers\"").next().expect("the policy begins with the other block");
    let policy = Policy::new(&world, alone);
    policy.apply();
    let plan = terraform.plan(2);
    let orders = &plan["resource_changes"][0];
    assert_eq!(orders["change"]["importing"]["id"], "orders", "{orders}");
    assert_eq!(orders["change"]["actions"], json!(["no-op"]), "{orders}");
    terraform.run(&["apply", "-auto-approve"]).exits(0).says("1 imported, 0 added, 0 changed, 0 destroyed");
    terraform.is_settled();
    policy.is_settled();
}

#[test]
fn a_plan_in_json_has_the_members_of_terraform_s_own_where_terraform_is_installed() {
    let world = Peer::Sandbox.start();
    // Both update one of several instances that exists already.
    let tables = TABLES.replace("  name                        = \"orders\"\n", "  for_each = local.names\n  name     = each.key\n");
    let import =
        "locals {\n  names = toset([\"orders\"])\n}\nimport {\n  to = aws_dynamodb_table.orders[\"orders\"]\n  id = \"orders\"\n}\n";
    let Some(terraform) = Terraform::new(&world, &format!("{tables}{import}")) else { return };
    world.tagged_table("orders", &[("env", "production")]);
    let theirs = terraform.plan(2);
    let policy =
        Policy::new(&world, POLICY.split("protect \"aws_dynamodb_table\" \"buyers\"").next().expect("it begins with the other block"));
    let ran = policy.backstay(&["plan", "--format", "json"]).exits(0);
    let ours: Value = serde_json::from_str(&ran.out).expect("it is JSON");
    assert_eq!(ours["format_version"], theirs["format_version"]);
    let change = |plan: &Value| {
        let change = &plan["resource_changes"][0];
        ["address", "mode", "type", "name", "index"].map(|member| change[member].clone()).to_vec()
    };
    assert_eq!(change(&ours), change(&theirs));
    assert_eq!(ours["resource_changes"][0]["change"]["actions"], theirs["resource_changes"][0]["change"]["actions"]);
    let (mut known, mut made) = (Vec::new(), Vec::new());
    members("", &theirs, &mut known);
    members("", &ours, &mut made);
    let foreign: Vec<&String> = made.iter().filter(|member| !known.contains(member) && !member.starts_with("/backstay")).collect();
    assert!(foreign.is_empty(), "{foreign:?}");
}

#[test]
fn terraform_settles_on_aws_backup_and_takes_it_down_again_where_terraform_is_installed() {
    let world = Peer::Sandbox.start();
    let Some(terraform) = Terraform::new(&world, &format!("{TABLES}{BACKUP}")) else { return };
    terraform.run(&["apply", "-auto-approve"]).exits(0).says("9 added, 0 changed, 0 destroyed");
    terraform.is_settled();
    // The table stays: it is protected against deletion.
    let targets = ["-target=aws_backup_vault.daily", "-target=aws_backup_vault.dr"];
    terraform.run(&[&["destroy", "-auto-approve"], targets.as_slice()].concat()).exits(0).says("8 destroyed");
}

/// The places of all members, without the resources' own values.
fn members(place: &str, value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                let place = format!("{place}/{key}");
                let is_value = ["values", "before", "after", "after_unknown", "before_sensitive", "after_sensitive", "sensitive_values"];
                if !is_value.contains(&key.as_str()) && !place.ends_with("/expressions") {
                    members(&place, value, found);
                }
                found.push(place);
            }
        }
        Value::Array(array) => array.iter().for_each(|value| members(place, value, found)),
        _ => {}
    }
}

/// What differs between two values, as `place: before -> after`.
fn differences(place: &str, before: &Value, after: &Value, found: &mut Vec<String>) {
    match (before, after) {
        (Value::Object(old), Value::Object(new)) => {
            let keys: std::collections::BTreeSet<&String> = old.keys().chain(new.keys()).collect();
            for key in keys {
                differences(&format!("{place}/{key}"), &before[key], &after[key], found);
            }
        }
        (Value::Array(old), Value::Array(new)) if old.len() == new.len() => {
            for (index, (old, new)) in old.iter().zip(new).enumerate() {
                differences(&format!("{place}/{index}"), old, new, found);
            }
        }
        _ if before == after => {}
        _ => found.push(format!("{place}: {before} -> {after}")),
    }
}

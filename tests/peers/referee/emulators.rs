//! The part of it that moto and ministack carry.
//!
//! Of what the other tests play there Terraform's provider cannot have over moto: tags of plans and selections (an error of moto's own), and
//! backstay's reading of bucket versioning, alarms and vaults' policies; over ministack: the recovery period of tables, alarms, and the
//! keys of vaults. Those kinds stand in the table as not carried.

use super::estate::{Edit, edit};
use crate::support::{Peer, Policy, World};
use serde_json::Value;

/// Over moto.
pub(super) const MOTO: &str = r#"
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

resource "aws_sns_topic" "alerts" {
  name         = "alerts"
  display_name = "Alerts"
  tags         = { env = "production" }
}
"#;

/// Over ministack.
pub(super) const MINISTACK: &str = r#"
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
}

resource "aws_sns_topic" "alerts" {
  name         = "alerts"
  display_name = "Alerts"
  tags         = { env = "production" }
}

resource "aws_s3_bucket" "invoices" {
  bucket = "invoices"
  tags   = { env = "production" }
}

resource "aws_s3_bucket_versioning" "invoices" {
  bucket = aws_s3_bucket.invoices.bucket
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_backup_vault" "daily" {
  name = "daily"
}

resource "aws_backup_plan" "shop" {
  name = "shop"
  tags = { env = "production" }
  rule {
    rule_name         = "daily"
    target_vault_name = aws_backup_vault.daily.name
    schedule          = "cron(0 2 * * ? *)"
    lifecycle {
      delete_after = 30
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

/// A change of each kind.
pub(super) const EDITS: [Edit; 5] = [
    edit(
        "aws_dynamodb_table",
        "deletion_protection_enabled = true",
        "deletion_protection_enabled = false",
        "aws_dynamodb_table.orders",
        &["/deletion_protection_enabled: false -> true"],
    ),
    edit("aws_sns_topic", "\"Alerts\"", "\"All alerts\"", "aws_sns_topic.alerts", &["/display_name: \"All alerts\" -> \"Alerts\""]),
    edit(
        "aws_s3_bucket",
        "\"Enabled\"",
        "\"Suspended\"",
        "aws_s3_bucket_versioning.invoices",
        &["/versioning_configuration/status: \"Suspended\" -> \"Enabled\""],
    ),
    edit(
        "aws_backup_plan",
        "lifecycle { delete_after = 30 }",
        "lifecycle { delete_after = 60 }",
        "aws_backup_plan.shop",
        &["/rule/lifecycle/delete_after: 60 -> 30"],
    ),
    edit(
        "aws_backup_selection",
        "value = \"yes\"",
        "value = \"daily\"",
        "aws_backup_selection.tagged",
        &["/selection_tag/value: \"daily\" -> \"yes\""],
    ),
];

/// What is there before backstay: the table, and the bucket and the vault where these are carried.
pub(super) fn before(world: &World, _: &Policy, _: &[Value]) {
    world.tagged_table("orders", &[("env", "production")]);
    if world.peer == Peer::Ministack {
        world.bucket("invoices", "us-east-1", &[("env", "production")]);
        let made = world.wire().send("PUT", "/backup-vaults/daily", "backup", &[("content-type", "application/json")], "{}");
        assert_eq!(made.status, 200, "{}", made.text);
    }
}

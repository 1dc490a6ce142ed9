//! A create whose answer is lost: what it made is there once, it is backstay's, and the run or the next one goes on from it.
#![cfg(feature = "sandbox")]

mod support;

use support::room::{Room, finish};
use support::served::{Proxy, Served, through};

const POLICY: &str = r#"
backstay { workspace = "shop" }

target "here" {
  region     = "us-east-1"
  account_id = "123456789012"
}

resource "aws_backup_vault" "kept" {
  name = "kept"
}

resource "aws_backup_plan" "daily" {
  name = "daily"
  rule {
    rule_name         = "daily"
    target_vault_name = aws_backup_vault.kept.name
    schedule          = "cron(0 2 * * ? *)"
    lifecycle { delete_after = 30 }
  }
}

resource "aws_backup_selection" "tables" {
  name         = "tables"
  plan_id      = aws_backup_plan.daily.id
  iam_role_arn = "arn:aws:iam::123456789012:role/backup"
  resources    = ["arn:aws:dynamodb:us-east-1:123456789012:table/*"]
}

resource "aws_sns_topic" "alerts" {
  name = "alerts"
  subscription {
    protocol = "sqs"
    endpoint = "arn:aws:sqs:us-east-1:123456789012:alerts"
  }
}

resource "aws_cloudwatch_metric_alarm" "failed" {
  alarm_name          = "failed"
  namespace           = "AWS/Backup"
  metric_name         = "NumberOfBackupJobsFailed"
  dimensions          = { BackupVaultName = aws_backup_vault.kept.name }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
}
"#;

/// Applies through a proxy that loses the answer to one request, and says how the run ended.
fn applied(losing: &str) {
    let room = Room::new();
    room.write("policy.hcl", POLICY);
    let served = Served::start(&room);
    let proxy = Proxy::losing(&served.url, Some(losing));
    let ended = finish(&mut through(&proxy.url, &room, "apply policy.hcl --auto-approve"));
    assert_eq!(proxy.seen.lock().expect("no thread panics while it counts").lost, 1, "nothing was lost: {}", ended.output);
    assert_eq!(ended.code, Some(0), "{losing}: {}", ended.output);
    assert!(ended.output.contains("Apply complete: 5 added, 0 changed, 0 destroyed. Read again: no changes."), "{}", ended.output);
    let plan = finish(&mut served.backstay(&room, "plan policy.hcl --detailed-exitcode"));
    assert_eq!(plan.code, Some(0), "{losing}: {}", plan.output);
    // Everything carries the mark: without the policy all of it goes, and nothing is left over.
    room.write("policy.hcl", "backstay { workspace = \"shop\" }\n");
    let plan = finish(&mut served.backstay(&room, "plan policy.hcl"));
    assert!(plan.output.contains("0 to add, 0 to change, 5 to destroy"), "{losing}: {}", plan.output);
}

#[test]
fn a_vault_whose_making_was_not_answered_is_not_made_twice() {
    applied("PUT /backup-vaults/kept");
}

#[test]
fn a_plan_whose_making_was_not_answered_is_not_made_twice() {
    applied("\"BackupPlanName\"");
}

#[test]
fn a_selection_whose_making_was_not_answered_is_not_made_twice() {
    applied("/selections/");
}

#[test]
fn a_topic_whose_making_was_not_answered_is_not_made_twice() {
    applied("Action=CreateTopic");
}

#[test]
fn a_subscription_whose_making_was_not_answered_is_not_made_twice() {
    applied("Action=Subscribe");
}

#[test]
fn an_alarm_whose_making_was_not_answered_is_not_made_twice() {
    applied("PutMetricAlarm");
}

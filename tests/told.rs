//! Who is told of backups that fail or do not come, in an AWS that backstay itself set up, and then in ways that nearly tell somebody.
#![cfg(feature = "sandbox")]
#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking, as tests do")]

mod support;

use support::room::Room;

const SEED: &str = r#"
resource "aws_iam_role" "backups" {
  name = "AWSBackupDefaultServiceRole"
  managed_policy_arns = [
    "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup",
    "arn:aws:iam::aws:policy/AWSBackupServiceRolePolicyForS3Backup",
  ]
  path = "/service-role/"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "backup.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
}

resource "aws_backup_region_settings" "here" {
  resource_type_opt_in_preference = { DynamoDB = true, S3 = true }
}

resource "aws_dynamodb_table" "orders" {
  name = "orders"
  tags = { backup = "daily" }
}
"#;

const POLICY: &str = r#"
backstay { workspace = "shop" }

target "here" {
  region     = "us-east-1"
  account_id = "123456789012"
}

resource "aws_backup_vault" "daily" { name = "daily" }

resource "aws_backup_plan" "daily" {
  name = "daily"
  rule {
    rule_name         = "daily"
    target_vault_name = aws_backup_vault.daily.name
    schedule          = "cron(0 2 * * ? *)"
  }
}

resource "aws_backup_selection" "daily" {
  plan_id      = aws_backup_plan.daily.id
  name         = "daily"
  iam_role_arn = "arn:aws:iam::123456789012:role/service-role/AWSBackupDefaultServiceRole"
  selection_tag {
    type  = "STRINGEQUALS"
    key   = "backup"
    value = "daily"
  }
}

backup_alarms "main" {
  subscription {
    protocol = "PROTOCOL"
    endpoint = "ENDPOINT"
  }
  absence "daily" {
    vault_name = aws_backup_vault.daily.name
    within     = "26h"
  }
}
"#;

/// The verdict of BKP-10 on the table, with what the audit says of it, after the policy was applied.
fn audited(policy: &str) -> (String, String) {
    let room = Room::new();
    room.write("start.seed.hcl", SEED);
    room.write("policy.hcl", policy);
    room.ok("sandbox clock --set 2026-11-21T12:00:00Z");
    room.ok("sandbox seed start.seed.hcl");
    room.ok("apply --sandbox --auto-approve");
    room.ok("snapshot --sandbox --everything --out all.json");
    let all = room.read("all.json");
    assert!(!all.contains("ops@example.com") && !all.contains(":sqs:"), "where messages go is not kept");
    let ended = room.run("audit --from all.json --framework soc2 --format json");
    let (start, _) = ended.output.char_indices().find(|(_, c)| *c == '{').unwrap();
    let report: serde_json::Value =
        serde_json::Deserializer::from_str(ended.output.get(start..).unwrap()).into_iter().next().unwrap().unwrap();
    let text = report.to_string();
    let control = find(&report, "BKP-10").unwrap();
    let finding = &control["findings"][0];
    (finding["verdict"].as_str().unwrap_or_default().to_owned(), text)
}

/// The control of that id, wherever the report has it.
fn find<'v>(report: &'v serde_json::Value, id: &str) -> Option<&'v serde_json::Value> {
    match report {
        serde_json::Value::Object(members)
            if members.get("id").and_then(|it| it.as_str()) == Some(id) && members.contains_key("findings") =>
        {
            Some(report)
        }
        serde_json::Value::Object(members) => members.values().find_map(|member| find(member, id)),
        serde_json::Value::Array(items) => items.iter().find_map(|item| find(item, id)),
        _ => None,
    }
}

fn with(protocol: &str, endpoint: &str) -> String {
    POLICY.replace("PROTOCOL", protocol).replace("ENDPOINT", endpoint)
}

#[test]
fn the_compound_of_alarms_tells_of_failure_and_of_absence() {
    let (verdict, report) = audited(&with("sqs", "arn:aws:sqs:us-east-1:123456789012:pages"));
    assert_eq!(verdict, "pass", "{report}");
}

#[test]
fn what_nobody_confirmed_tells_nobody() {
    let (verdict, report) = audited(&with("email", "ops@example.com"));
    assert_eq!(verdict, "fail", "{report}");
}

#[test]
fn failures_alone_are_not_enough() {
    let policy = with("sqs", "arn:aws:sqs:us-east-1:123456789012:pages");
    let (start, _) = policy.split_once("  absence").unwrap();
    let (verdict, report) = audited(&format!("{start}}}\n"));
    assert_eq!(verdict, "fail", "{report}");
    let (verdict, report) = audited(&policy.replace("  absence", "  backup_jobs = false\n  absence"));
    assert_eq!(verdict, "fail", "{report}");
}

const NARROW: &str = r#"
backstay { workspace = "shop" }

target "here" {
  region     = "us-east-1"
  account_id = "123456789012"
}

resource "aws_sns_topic" "ops" {
  name = "ops"
  subscription {
    protocol      = "sqs"
    endpoint      = "arn:aws:sqs:us-east-1:123456789012:pages"
    filter_policy = jsonencode({ kind = ["secret"] })
  }
}

resource "aws_cloudwatch_metric_alarm" "failed" {
  alarm_name          = "failed"
  namespace           = "AWS/Backup"
  metric_name         = "NumberOfBackupJobsFailed"
  dimensions          = { BackupVaultName = "daily" }
  statistic           = "Sum"
  period              = 3600
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  alarm_actions       = ["arn:aws:sns:us-east-1:123456789012:ops"]
}
"#;

#[test]
fn subscriptions_that_filter_are_counted_and_what_could_not_be_read_is_too() {
    let room = Room::new();
    room.write("policy.hcl", NARROW);
    room.ok("apply --sandbox --auto-approve");
    let topic = |file: &str| -> serde_json::Value {
        room.ok(&format!("snapshot --sandbox --everything --out {file}"));
        let all = room.read(file);
        assert!(!all.contains("secret") && !all.contains(":sqs:"), "neither filters nor where messages go are kept");
        let all: serde_json::Value = serde_json::from_str(&all).unwrap();
        all["evidence"]["topics"][0].clone()
    };
    let read = topic("read.json");
    assert_eq!((&read["confirmed"]["sqs"], &read["filtering"]), (&1.into(), &1.into()), "{read}");
    room.ok("sandbox faults --deny sns:GetSubscriptionAttributes");
    let denied = topic("denied.json");
    assert_eq!((&denied["confirmed"]["sqs"], &denied["unread_filters"]), (&1.into(), &1.into()), "{denied}");
}

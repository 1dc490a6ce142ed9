//! Terraform as the referee of what backstay makes: the same blocks, in both languages, which Terraform imports without a change.
//!
//! Both name the settings alike, so one text is read by both; only the place of each block is written in the language of its reader.

use crate::support::{Peer, Policy, Terraform, World, import};

/// A vault here and one elsewhere, a plan with rules of every sort, and selections of both sorts. The windows are written out because the
/// provider takes 60 and 180 minutes for what is left out, not AWS's own 480 and 10,080.
const BACKUP: &str = r#"
resource "aws_backup_vault" "daily" {
  HERE
  name = "daily"
  tags = { env = "production" }
}

resource "aws_backup_vault" "dr" {
  THERE
  name = "dr"
}

resource "aws_backup_plan" "shop" {
  HERE
  name = "shop"
  tags = { env = "production" }

  rule {
    rule_name           = "daily"
    target_vault_name   = aws_backup_vault.daily.name
    schedule            = "cron(0 7 * * ? *)"
    start_window        = 60
    completion_window   = 180
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
      cold_storage_after                        = 30
      delete_after                              = 365
      opt_in_to_archive_for_supported_resources = true
    }
  }

  rule {
    rule_name                = "continuous"
    target_vault_name        = aws_backup_vault.daily.name
    schedule                 = "cron(0 12 * * ? *)"
    start_window             = 60
    completion_window        = 180
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
  HERE
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
    string_not_like {
      key   = "aws:ResourceTag/name"
      value = "tmp-*"
    }
  }
}

resource "aws_backup_selection" "tagged" {
  HERE
  name         = "tagged"
  plan_id      = aws_backup_plan.shop.id
  iam_role_arn = "arn:aws:iam::123456789012:role/service-role/AWSBackupDefaultServiceRole"
  selection_tag {
    type  = "STRINGEQUALS"
    key   = "backup"
    value = "yes"
  }
  selection_tag {
    type  = "STRINGEQUALS"
    key   = "tier"
    value = "gold"
  }
}
"#;

/// A topic with a queue, and alarms on a metric, on metric math, on an anomaly detection band and over these. The topic's policy is written as
/// backstay sends it, with actions and condition keys in lower case and no `Sid`: for AWS case makes no difference there, for the provider
/// it does.
const ALERTS: &str = r#"
resource "aws_sns_topic" "alerts" {
  HERE
  name         = "alerts"
  display_name = "Backups"
  tags         = { env = "production" }
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = ["cloudwatch.amazonaws.com"] }
      Action    = ["sns:Publish"]
      Resource  = "arn:aws:sns:us-east-1:123456789012:alerts"
      Condition = { StringEquals = { "aws:sourceaccount" = ["123456789012"] } }
    }]
  })
  QUEUE
}

resource "aws_cloudwatch_metric_alarm" "failed" {
  HERE
  alarm_name          = "failed-backups"
  alarm_description   = "A backup job failed"
  namespace           = "AWS/Backup"
  metric_name         = "NumberOfBackupJobsFailed"
  dimensions          = { BackupVaultName = "daily" }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
  tags                = { env = "production" }
}

resource "aws_cloudwatch_metric_alarm" "share" {
  HERE
  alarm_name          = "share-of-failed-backups"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  evaluation_periods  = 3
  datapoints_to_alarm = 1
  threshold           = 0.5
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
  metric_query {
    id          = "share"
    expression  = "failed / created"
    label       = "Failed of all"
    return_data = true
  }
  metric_query {
    id = "failed"
    metric {
      metric_name = "NumberOfBackupJobsFailed"
      namespace   = "AWS/Backup"
      period      = 3600
      stat        = "Sum"
      dimensions  = { BackupVaultName = "daily" }
    }
  }
  metric_query {
    id = "created"
    metric {
      metric_name = "NumberOfBackupJobsCreated"
      namespace   = "AWS/Backup"
      period      = 3600
      stat        = "Sum"
      dimensions  = { BackupVaultName = "daily" }
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "unusual" {
  HERE
  alarm_name          = "fewer-backups-than-usual"
  comparison_operator = "LessThanLowerThreshold"
  evaluation_periods  = 2
  threshold_metric_id = "band"
  alarm_actions       = [aws_sns_topic.alerts.arn]
  metric_query {
    id          = "band"
    expression  = "ANOMALY_DETECTION_BAND(completed, 2)"
    return_data = true
  }
  metric_query {
    id          = "completed"
    return_data = true
    metric {
      metric_name = "NumberOfBackupJobsCompleted"
      namespace   = "AWS/Backup"
      period      = 3600
      stat        = "Sum"
      dimensions  = { BackupVaultName = "daily" }
    }
  }
}

resource "aws_cloudwatch_dashboard" "backups" {
  HERE
  dashboard_name = "backups"
  dashboard_body = jsonencode({ widgets = [{ type = "text", x = 0, y = 0, width = 24, height = 2, properties = { markdown = "Backups" } }] })
}

resource "aws_cloudwatch_composite_alarm" "any" {
  HERE
  alarm_name        = "any-trouble"
  alarm_description = "One of them"
  alarm_rule        = "ALARM(\"failed-backups\") OR NOT OK(\"share-of-failed-backups\")"
  alarm_actions     = [aws_sns_topic.alerts.arn]
  tags              = { env = "production" }
  actions_suppressor {
    alarm            = "fewer-backups-than-usual"
    extension_period = 60
    wait_period      = 0
  }
}
"#;

/// A vault with a policy, with notifications and with a lock that can be lifted, one with a lock that cannot, and an air-gapped one. The
/// policy is written as AWS is told it, and as nobody evens it out.
const VAULTS: &str = r#"
resource "aws_sns_topic" "alerts" {
  HERE
  name = "alerts"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = ["backup.amazonaws.com"] }
      Action    = ["sns:publish"]
      Resource  = ["arn:aws:sns:us-east-1:123456789012:alerts"]
    }]
  })
}

resource "aws_backup_vault" "daily" {
  HERE
  name = "daily"
}

resource "aws_backup_vault_lock_configuration" "daily" {
  HERE
  backup_vault_name  = aws_backup_vault.daily.name
  min_retention_days = 7
  max_retention_days = 365
}

resource "aws_backup_vault_policy" "daily" {
  HERE
  backup_vault_name = aws_backup_vault.daily.name
  policy = jsonencode({
    Version = "2012-10-17"
    Id      = "daily"
    Statement = [{
      Sid       = "Keep"
      Effect    = "Deny"
      Principal = { AWS = "*" }
      Action    = ["backup:DeleteRecoveryPoint", "backup:UpdateRecoveryPointLifecycle"]
      Resource  = "*"
      Condition = { StringNotLike = { "aws:PrincipalArn" = ["arn:aws:iam::123456789012:role/breakglass"] } }
    }]
  })
}

resource "aws_backup_vault_notifications" "daily" {
  HERE
  backup_vault_name   = aws_backup_vault.daily.name
  sns_topic_arn       = aws_sns_topic.alerts.arn
  backup_vault_events = ["COPY_JOB_FAILED", "BACKUP_JOB_COMPLETED"]
}

resource "aws_backup_vault" "dr" {
  THERE
  name = "dr"
}

resource "aws_backup_vault_lock_configuration" "dr" {
  THERE
  backup_vault_name   = aws_backup_vault.dr.name
  min_retention_days  = 7
  max_retention_days  = 365
  changeable_for_days = 3
  GRACE
}

resource "aws_backup_logically_air_gapped_vault" "gap" {
  HERE
  name               = "gap"
  min_retention_days = 7
  max_retention_days = 365
  tags               = { env = "production" }
}
"#;

/// AWS never tells for how many days a lock could be changed, so that an import cannot find that.
const GRACE: &str = "lifecycle {\n    ignore_changes = [changeable_for_days]\n  }";

const TARGETS: &str = r#"
backstay { workspace = "shop" }
target "primary" { region = "us-east-1" }
target "west" { region = "us-west-2" }
"#;

/// The topic's queue, in backstay's language a block of the topic.
const QUEUE: &str = r#"subscription {
    protocol             = "sqs"
    endpoint             = "arn:aws:sqs:us-east-1:123456789012:alerts"
    raw_message_delivery = true
    filter_policy        = jsonencode({ severity = ["high"] })
  }"#;

/// The same, in Terraform's a resource of its own. How long the provider waits for a confirmation is known to no AWS, so that an import
/// cannot find it.
const QUEUE_APART: &str = r#"
resource "aws_sns_topic_subscription" "queue" {
  topic_arn            = aws_sns_topic.alerts.arn
  protocol             = "sqs"
  endpoint             = "arn:aws:sqs:us-east-1:123456789012:alerts"
  raw_message_delivery = true
  filter_policy        = jsonencode({ severity = ["high"] })
  lifecycle {
    ignore_changes = [confirmation_timeout_in_minutes, endpoint_auto_confirms]
  }
}
"#;

#[test]
fn the_backups_that_backstay_made_terraform_imports_unchanged_where_it_is_installed() {
    let world = Peer::Sandbox.start();
    let Some(terraform) = Terraform::new(&world, "") else { return };
    let policy = applied(&world, BACKUP, 5);
    let plan = id_in(&world, "/backup/plans/", "BackupPlansList", "BackupPlan", "shop");
    let selections = format!("/backup/plans/{plan}/selections/");
    let selection = |name: &str| format!("{plan}|{}", id_in(&world, &selections, "BackupSelectionsList", "Selection", name));
    let imports = [
        ("aws_backup_vault.daily", "daily".to_owned()),
        ("aws_backup_vault.dr", "dr".to_owned()),
        ("aws_backup_plan.shop", plan.clone()),
        ("aws_backup_selection.tables", selection("tables")),
        ("aws_backup_selection.tagged", selection("tagged")),
    ];
    are_taken_in(terraform, &policy, BACKUP, &imports);
}

#[test]
fn the_alarms_and_the_topic_that_backstay_made_terraform_imports_unchanged_where_it_is_installed() {
    let world = Peer::Sandbox.start();
    let Some(terraform) = Terraform::new(&world, "") else { return };
    let policy = applied(&world, ALERTS, 6);
    let listed = world.wire().sns("Action=ListSubscriptions");
    let imports = [
        ("aws_sns_topic.alerts", "arn:aws:sns:us-east-1:123456789012:alerts".to_owned()),
        ("aws_sns_topic_subscription.queue", listed.element("SubscriptionArn").to_owned()),
        ("aws_cloudwatch_metric_alarm.failed", "failed-backups".to_owned()),
        ("aws_cloudwatch_metric_alarm.share", "share-of-failed-backups".to_owned()),
        ("aws_cloudwatch_metric_alarm.unusual", "fewer-backups-than-usual".to_owned()),
        ("aws_cloudwatch_composite_alarm.any", "any-trouble".to_owned()),
        ("aws_cloudwatch_dashboard.backups", "backups".to_owned()),
    ];
    are_taken_in(terraform, &policy, &format!("{ALERTS}{QUEUE_APART}"), &imports);
}

#[test]
fn the_vaults_that_backstay_locked_terraform_imports_unchanged_where_it_is_installed() {
    let world = Peer::Sandbox.start();
    let Some(terraform) = Terraform::new(&world, "") else { return };
    let policy = applied(&world, &VAULTS.replace("GRACE", ""), 8);
    let imports = [
        ("aws_sns_topic.alerts", "arn:aws:sns:us-east-1:123456789012:alerts"),
        ("aws_backup_vault.daily", "daily"),
        ("aws_backup_vault_lock_configuration.daily", "daily"),
        ("aws_backup_vault_policy.daily", "daily"),
        ("aws_backup_vault_notifications.daily", "daily"),
        ("aws_backup_vault.dr", "dr"),
        ("aws_backup_vault_lock_configuration.dr", "dr"),
        ("aws_backup_logically_air_gapped_vault.gap", "gap"),
    ];
    let imports = imports.map(|(address, id)| (address, id.to_owned()));
    are_taken_in(terraform, &policy, &VAULTS.replace("GRACE", GRACE), &imports);
}

/// A policy with these blocks, which backstay applied.
#[track_caller]
pub(crate) fn applied(world: &World, blocks: &str, count: usize) -> Policy {
    let blocks = blocks.replace("THERE", "target = target.west").replace("HERE", "target = target.primary");
    let policy = Policy::new(world, &format!("{TARGETS}{}", blocks.replace("QUEUE", QUEUE)));
    let consent = ["apply", "--auto-approve", "--accept-irreversible", "*"];
    policy.backstay(&consent).exits(0).says("Read again: no changes.").says(&format!("{count} added, 0 changed, 0 destroyed"));
    policy.is_settled();
    policy
}

/// Terraform imports all of it without a change, and afterwards neither has anything to do.
#[track_caller]
pub(crate) fn are_taken_in(terraform: Terraform, policy: &Policy, blocks: &str, imports: &[(&str, String)]) {
    let blocks = blocks.replace("THERE", "provider = aws.west").replace("  HERE\n", "").replace("  QUEUE\n", "");
    let imported: String = imports.iter().map(|(address, id)| import(address, id)).collect();
    let terraform = terraform.rewritten(&format!("{blocks}{imported}"));
    terraform.only_imports(imports.len());
    let all = format!("{} imported, 0 added, 0 changed, 0 destroyed", imports.len());
    terraform.run(&["apply", "-auto-approve"]).exits(0).says(&all);
    terraform.is_settled();
    policy.is_settled();
}

/// The id of what has that name in a list of AWS Backup's.
#[track_caller]
fn id_in(world: &World, path: &str, list: &str, what: &str, name: &str) -> String {
    let listed = world.wire().send("GET", path, "backup", &[], "").json();
    let found = listed[list].as_array().into_iter().flatten().find(|each| each[format!("{what}Name")] == name);
    let id = found.and_then(|each| each[format!("{what}Id")].as_str());
    id.unwrap_or_else(|| panic!("no {name}: {listed}")).to_owned()
}

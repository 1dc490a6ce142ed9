//! Topics and alarms by Terraform over `backstay sandbox serve`: what it made it finds unchanged, and it changes and removes it.

use crate::support::{Peer, Terraform};

/// Topics with their policies and subscriptions.
pub(crate) const TOPICS: &str = r#"
resource "aws_sns_topic" "alerts" {
  name              = "alerts"
  display_name      = "Alerts"
  kms_master_key_id = "alias/alerts"
  tags              = { env = "production" }
  delivery_policy = jsonencode({
    http = { defaultHealthyRetryPolicy = { minDelayTarget = 10, maxDelayTarget = 30, numRetries = 5, numMaxDelayRetries = 0, numNoDelayRetries = 0, numMinDelayRetries = 0, backoffFunction = "linear" }, disableSubscriptionOverrides = false }
  })
}

resource "aws_sns_topic" "plain" {
  name = "plain"
}

resource "aws_sns_topic" "ordered" {
  name                        = "ordered.fifo"
  fifo_topic                  = true
  content_based_deduplication = true
}

resource "aws_sns_topic_policy" "alerts" {
  arn = aws_sns_topic.alerts.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "alarms"
      Effect    = "Allow"
      Principal = { Service = ["cloudwatch.amazonaws.com"] }
      Action    = ["sns:Publish"]
      Resource  = aws_sns_topic.alerts.arn
      Condition = { StringEquals = { "aws:SourceAccount" = ["123456789012"] } }
      }, {
      Sid       = "backups"
      Effect    = "Allow"
      Principal = { Service = ["backup.amazonaws.com", "events.rds.amazonaws.com"] }
      Action    = ["sns:Publish"]
      Resource  = aws_sns_topic.alerts.arn
      }, {
      Sid       = "owner"
      Effect    = "Allow"
      Principal = { AWS = "123456789012" }
      Action    = ["sns:Publish", "sns:Subscribe"]
      Resource  = aws_sns_topic.alerts.arn
    }]
  })
}

resource "aws_sns_topic_subscription" "people" {
  topic_arn = aws_sns_topic.alerts.arn
  protocol  = "email"
  endpoint  = "ops@example.com"
}

resource "aws_sns_topic_subscription" "queue" {
  topic_arn            = aws_sns_topic.alerts.arn
  protocol             = "sqs"
  endpoint             = "arn:aws:sqs:us-east-1:123456789012:alerts"
  raw_message_delivery = true
  filter_policy        = jsonencode({ severity = ["high"] })
}
"#;

/// Alarms on a metric, on a percentile, on metric math and on an anomaly detection band, and composite alarms over them.
pub(crate) const ALARMS: &str = r#"
resource "aws_cloudwatch_metric_alarm" "metric" {
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

resource "aws_cloudwatch_metric_alarm" "percentile" {
  alarm_name                            = "slow-backups"
  namespace                             = "Custom"
  metric_name                           = "Duration"
  extended_statistic                    = "p99.9"
  period                                = 3600
  evaluation_periods                    = 3
  datapoints_to_alarm                   = 2
  threshold                             = 3600.5
  unit                                  = "Seconds"
  comparison_operator                   = "GreaterThanOrEqualToThreshold"
  evaluate_low_sample_count_percentiles = "ignore"
  actions_enabled                       = false
}

resource "aws_cloudwatch_metric_alarm" "math" {
  alarm_name          = "too-few-backups"
  evaluation_periods  = 1
  threshold           = 1
  comparison_operator = "LessThanThreshold"
  treat_missing_data  = "breaching"

  metric_query {
    id          = "all"
    expression  = "SUM([done, copied])"
    label       = "Backups and copies"
    return_data = true
  }
  metric_query {
    id = "done"
    metric {
      namespace   = "AWS/Backup"
      metric_name = "NumberOfBackupJobsCompleted"
      dimensions  = { BackupVaultName = "daily", ResourceType = "DynamoDB" }
      period      = 86400
      stat        = "Sum"
    }
  }
  metric_query {
    id = "copied"
    metric {
      namespace   = "AWS/Backup"
      metric_name = "NumberOfCopyJobsCompleted"
      dimensions  = { BackupVaultName = "daily" }
      period      = 86400
      stat        = "Sum"
      unit        = "Count"
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "band" {
  alarm_name          = "odd-backups"
  evaluation_periods  = 2
  comparison_operator = "LessThanLowerOrGreaterThanUpperThreshold"
  threshold_metric_id = "band"

  metric_query {
    id          = "band"
    expression  = "ANOMALY_DETECTION_BAND(size, 2)"
    label       = "Expected size"
    return_data = true
  }
  metric_query {
    id          = "size"
    return_data = true
    metric {
      namespace   = "Custom"
      metric_name = "BackupSize"
      period      = 3600
      stat        = "Average"
    }
  }
}

resource "aws_cloudwatch_dashboard" "backups" {
  dashboard_name = "backups"
  dashboard_body = jsonencode({ widgets = [{ type = "text", x = 0, y = 0, width = 24, height = 2, properties = { markdown = "Backups" } }] })
}

resource "aws_cloudwatch_composite_alarm" "any" {
  alarm_name    = "any-trouble"
  alarm_rule    = "ALARM(${aws_cloudwatch_metric_alarm.metric.alarm_name}) OR ALARM(\"${aws_cloudwatch_metric_alarm.math.alarm_name}\")"
  alarm_actions = [aws_sns_topic.alerts.arn]
  tags          = { env = "production" }
}

resource "aws_cloudwatch_composite_alarm" "bad" {
  alarm_name        = "bad-trouble"
  alarm_description = "Most of them"
  alarm_rule        = "AT_LEAST(50%, ALARM, (${aws_cloudwatch_metric_alarm.metric.alarm_name}, ${aws_cloudwatch_composite_alarm.any.arn}))"
  actions_suppressor {
    alarm            = aws_cloudwatch_metric_alarm.band.alarm_name
    extension_period = 60
    wait_period      = 120
  }
}
"#;

#[test]
fn terraform_makes_changes_and_removes_topics_and_alarms_where_it_is_installed() {
    let world = Peer::Sandbox.start();
    let Some(terraform) = Terraform::new(&world, &format!("{TOPICS}{ALARMS}")) else { return };
    terraform.run(&["apply", "-auto-approve"]).exits(0).says("13 added, 0 changed, 0 destroyed");
    terraform.is_settled();
    let changed = ALARMS
        .replace("threshold           = 0", "threshold           = 2.5")
        .replace("GreaterThanThreshold", "GreaterThanOrEqualToThreshold")
        .replace(" OR ALARM(", " AND NOT ALARM(");
    let topics = TOPICS.replace("\"Alerts\"", "\"All alerts\"").replace("env = \"production\"", "team = \"storage\"");
    let wanted = terraform.rewritten(&format!("{topics}{changed}"));
    wanted.run(&["apply", "-auto-approve"]).exits(0).says("0 added, 3 changed, 0 destroyed");
    wanted.is_settled();
    wanted.run(&["destroy", "-auto-approve"]).exits(0).says("13 destroyed");
}

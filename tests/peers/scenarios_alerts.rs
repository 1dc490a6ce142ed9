//! Topics and alarms on each emulator that carries them: see [`crate::scenarios`].

use crate::support::{Policy, World};

const WORKSPACE: &str = "backstay { workspace = \"shop\" }\n";
const TOPIC: &str = r#"
resource "aws_sns_topic" "alerts" {
  name         = "alerts"
  display_name = "Backups"
  tags         = { env = "production" }
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "cloudwatch.amazonaws.com" }
      Action    = "sns:Publish"
      Resource  = "arn:aws:sns:us-east-1:123456789012:alerts"
    }]
  })
  subscription {
    protocol             = "sqs"
    endpoint             = "arn:aws:sqs:us-east-1:123456789012:alerts"
    raw_message_delivery = true
  }
}
"#;
const ALARM: &str = r#"
resource "aws_cloudwatch_metric_alarm" "failed" {
  alarm_name          = "failed-backups"
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
"#;

const EVERYTHING: [&str; 4] = ["apply", "--auto-approve", "--allow-weakening", "*"];

pub(crate) fn a_topic_is_made_changed_and_removed(world: &World) {
    let hcl = format!("{WORKSPACE}{TOPIC}");
    let policy = Policy::new(world, &hcl);
    policy.apply().says("1 added, 0 changed, 0 destroyed");
    policy.is_settled();
    assert_eq!(world.wire().sns("Action=ListSubscriptions").element("Endpoint"), "arn:aws:sqs:us-east-1:123456789012:alerts");
    policy.write(&hcl.replace("\"Backups\"", "\"All backups\"").replace("env = \"production\"", "team = \"data\""));
    policy.apply().says("0 added, 1 changed, 0 destroyed");
    policy.is_settled();
    policy.write(WORKSPACE);
    policy.backstay(&EVERYTHING).exits(0).says("0 added, 0 changed, 1 destroyed");
    assert!(!world.wire().sns("Action=ListTopics").text.contains(":alerts"));
}

pub(crate) fn an_alarm_on_a_metric_is_made_and_changed(world: &World) {
    let hcl = format!("{WORKSPACE}{TOPIC}{ALARM}");
    let policy = Policy::new(world, &hcl);
    policy.apply().says("2 added, 0 changed, 0 destroyed");
    policy.is_settled();
    policy.write(
        &hcl.replace("alarm_name          = \"failed-backups\"", "alarm_name = \"failed-backups\"\n  alarm_description = \"A job failed\""),
    );
    policy.apply().says("0 added, 1 changed, 0 destroyed");
    policy.is_settled();
    assert_eq!(world.wire().cloudwatch("Action=DescribeAlarms").element("MetricName"), "NumberOfBackupJobsFailed");
}

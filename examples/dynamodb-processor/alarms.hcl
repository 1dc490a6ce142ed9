# Who is told when a backup of the audit trail fails or is not made, or when the tables are not well: all through one topic.
backup_alarms "audit" {
  target      = target.primary
  name_prefix = local.name
  email       = [var.alert_email]

  # The rules run once a day, within an hour, and a backup of these tables takes minutes.
  absence "audit" {
    vault_name = aws_backup_vault.audit.name
    within     = "26h"
  }
}

variable "alert_email" {
  type        = string
  description = "Who is told; AWS sends a message there that must be confirmed once"
  default     = "processor@example.com"
}

# A record that was throttled away is as lost as one that was deleted.
resource "aws_cloudwatch_metric_alarm" "throttled" {
  for_each            = toset(["audit-records", "processing-state"])
  target              = target.primary
  alarm_name          = "${local.name}-${each.key}-throttled"
  alarm_description   = "Writes to ${each.key} have been throttled for five minutes"
  namespace           = "AWS/DynamoDB"
  metric_name         = "WriteThrottleEvents"
  dimensions          = { TableName = each.key }
  statistic           = "Sum"
  period              = 60
  evaluation_periods  = 5
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = [backup_alarms.audit.topic_arn]
}

# Who is told when the tables are not well, or a backup is not made.
resource "aws_sns_topic" "alerts" {
  target = target.primary
  name   = "${local.name}-alerts"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "alarms"
      Effect    = "Allow"
      Principal = { Service = "cloudwatch.amazonaws.com" }
      Action    = "SNS:Publish"
      Resource  = "arn:aws:sns:us-east-1:${var.account_id}:${local.name}-alerts"
      Condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
    }]
  })
  subscription {
    protocol = "email"
    endpoint = var.alert_email
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
  alarm_actions       = [aws_sns_topic.alerts.arn]
}

resource "aws_cloudwatch_metric_alarm" "backup_failed" {
  target              = target.primary
  alarm_name          = "${local.name}-backup-failed"
  alarm_description   = "A backup of the audit trail failed: see the job in AWS Backup"
  namespace           = "AWS/Backup"
  metric_name         = "NumberOfBackupJobsFailed"
  dimensions          = { BackupVaultName = aws_backup_vault.audit.name }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
}

# The one that the other does not see: nothing failed, because nothing ran.
resource "aws_cloudwatch_metric_alarm" "backup_missing" {
  target              = target.primary
  alarm_name          = "${local.name}-backup-missing"
  alarm_description   = "No backup of the audit trail was completed within a day"
  namespace           = "AWS/Backup"
  metric_name         = "NumberOfBackupJobsCompleted"
  dimensions          = { BackupVaultName = aws_backup_vault.audit.name }
  statistic           = "Sum"
  period              = 86400
  evaluation_periods  = 1
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  treat_missing_data  = "breaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
}

# Who is told when a backup is not made. AWS Backup publishes a metric only while it is not zero, so that the absence of a success is
# `breaching`, and the absence of a failure is not.
resource "aws_sns_topic" "alerts" {
  target       = target.primary
  name         = "${local.name}-backup-alerts"
  display_name = "Backups of ${local.name}"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "alarms"
      Effect    = "Allow"
      Principal = { Service = "cloudwatch.amazonaws.com" }
      Action    = "SNS:Publish"
      Resource  = "arn:aws:sns:us-east-1:${var.account_id}:${local.name}-backup-alerts"
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
  default     = "backups@example.com"
}

locals {
  failures = {
    failed  = "NumberOfBackupJobsFailed"
    expired = "NumberOfBackupJobsExpired"
    aborted = "NumberOfBackupJobsAborted"
  }
}

resource "aws_cloudwatch_metric_alarm" "not_made" {
  for_each            = local.failures
  target              = target.primary
  alarm_name          = "${local.name}-backup-${each.key}"
  alarm_description   = "A backup of ${local.name} ${each.key}: see the job in AWS Backup"
  namespace           = "AWS/Backup"
  metric_name         = each.value
  dimensions          = { BackupVaultName = aws_backup_vault.main.name }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
}

# The one that the others do not see: nothing failed, because nothing ran.
resource "aws_cloudwatch_metric_alarm" "missing" {
  target              = target.primary
  alarm_name          = "${local.name}-backup-missing"
  alarm_description   = "No backup of ${local.name} was completed within a day"
  namespace           = "AWS/Backup"
  metric_name         = "NumberOfBackupJobsCompleted"
  dimensions          = { BackupVaultName = aws_backup_vault.main.name }
  statistic           = "Sum"
  period              = 86400
  evaluation_periods  = 1
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  treat_missing_data  = "breaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
}

# AWS publishes no duration. It does publish every five minutes how many jobs run: twelve times in a row is an hour.
resource "aws_cloudwatch_metric_alarm" "slow" {
  target              = target.primary
  alarm_name          = "${local.name}-backup-slow"
  alarm_description   = "Backup jobs of ${local.name} have been running for an hour"
  namespace           = "AWS/Backup"
  metric_name         = "NumberOfBackupJobsRunning"
  dimensions          = { BackupVaultName = aws_backup_vault.main.name }
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 12
  datapoints_to_alarm = 12
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
}

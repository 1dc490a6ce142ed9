# One page of what became of backups.
resource "aws_cloudwatch_dashboard" "backups" {
  target         = target.primary
  dashboard_name = "${local.name}-backups"
  dashboard_body = jsonencode({
    widgets = [
      {
        type       = "alarm"
        x          = 0
        y          = 0
        width      = 24
        height     = 3
        properties = { title = "Alarms", alarms = concat([for alarm in aws_cloudwatch_metric_alarm.not_made : alarm.arn], [aws_cloudwatch_metric_alarm.missing.arn, aws_cloudwatch_metric_alarm.slow.arn]) }
      },
      {
        type   = "metric"
        x      = 0
        y      = 3
        width  = 12
        height = 6
        properties = {
          title  = "Backup jobs"
          region = "us-east-1"
          stat   = "Sum"
          period = 86400
          metrics = [for state in ["Completed", "Failed", "Expired", "Aborted"] :
            ["AWS/Backup", "NumberOfBackupJobs${state}", "BackupVaultName", aws_backup_vault.main.name]
          ]
        }
      },
      {
        type   = "metric"
        x      = 12
        y      = 3
        width  = 12
        height = 6
        properties = {
          title  = "Copy jobs into the other region"
          region = "us-west-2"
          stat   = "Sum"
          period = 86400
          metrics = [for state in ["Completed", "Failed"] :
            ["AWS/Backup", "NumberOfCopyJobs${state}", "BackupVaultName", aws_backup_vault.dr.name]
          ]
        }
      },
    ]
  })
}

backstay { workspace = "rest" }

target "primary" {
  region     = "us-east-1"
  account_id = "123456789012"
}

protect "aws_rds_cluster" "all" {
  select { names = ["*"] }
  backup_retention_period = 35
  copy_tags_to_snapshot   = true
}

protect "aws_docdb_cluster" "all" {
  select { names = ["*"] }
  backup_retention_period = 35
}

protect "aws_neptune_cluster" "all" {
  select { names = ["*"] }
  backup_retention_period = 35
  preferred_backup_window = "02:00-03:00"
}

protect "aws_efs_file_system" "media" {
  select { names = ["media"] }
  backup_policy { status = "ENABLED" }
}

protect "aws_redshift_cluster" "sales" {
  select { names = ["sales"] }
  automated_snapshot_retention_period = 14
}

protect "aws_cloudwatch_log_group" "export" {
  select { names = ["/aws/lambda/export"] }
  retention_in_days           = 365
  deletion_protection_enabled = true
}

protect "aws_backup_region_settings" "types" {
  resource_type_opt_in_preference     = { DynamoDB = true, S3 = true }
  resource_type_management_preference = { DynamoDB = true }
}

protect "aws_backup_global_settings" "organization" {
  global_settings = { isMpaEnabled = "true" }
}

resource "aws_backup_framework" "rules" {
  name        = "rules"
  description = "what the guide asks"
  control {
    name = "BACKUP_RECOVERY_POINT_MINIMUM_RETENTION_CHECK"
    input_parameter {
      name  = "requiredRetentionDays"
      value = "35"
    }
  }
  control {
    name = "BACKUP_RESOURCES_PROTECTED_BY_BACKUP_PLAN"
    scope { compliance_resource_types = ["DynamoDB", "S3"] }
  }
  control {
    name = "BACKUP_RECOVERY_POINT_ENCRYPTED"
    scope { tags = { env = "production" } }
  }
}

resource "aws_backup_logically_air_gapped_vault" "gap" {
  name               = "shop-gap"
  min_retention_days = 7
  max_retention_days = 365
  tags               = { team = "platform" }
}

resource "aws_backup_vault" "daily" {
  name = "shop-daily"
}

resource "aws_backup_vault_lock_configuration" "daily" {
  backup_vault_name  = aws_backup_vault.daily.name
  min_retention_days = 30
  max_retention_days = 400
}

resource "aws_backup_vault_notifications" "daily" {
  backup_vault_name   = aws_backup_vault.daily.name
  sns_topic_arn       = aws_sns_topic.alerts.arn
  backup_vault_events = ["BACKUP_JOB_COMPLETED", "COPY_JOB_FAILED"]
}

resource "aws_backup_vault_policy" "gap" {
  backup_vault_name = aws_backup_logically_air_gapped_vault.gap.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::210987654321:root" }
      Action    = ["backup:CopyIntoBackupVault"]
      Resource  = "*"
    }]
  })
}

resource "aws_backup_plan" "daily" {
  name = "daily"
  rule {
    rule_name         = "daily"
    target_vault_name = aws_backup_vault.daily.name
    schedule          = "cron(0 5 * * ? *)"
    lifecycle {
      delete_after = 35
    }
  }
}

resource "aws_backup_selection" "by_everything" {
  plan_id      = aws_backup_plan.daily.id
  name         = "by-everything"
  iam_role_arn = "arn:aws:iam::123456789012:role/backup"
  resources    = ["*"]
  not_resources = ["arn:aws:dynamodb:us-east-1:123456789012:table/scratch"]
  condition {
    string_equals {
      key   = "aws:ResourceTag/env"
      value = "production"
    }
    string_not_like {
      key   = "aws:ResourceTag/team"
      value = "lab-*"
    }
  }
}

resource "aws_sns_topic" "alerts" {
  name = "alerts"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = ["backup.amazonaws.com", "cloudwatch.amazonaws.com", "events.amazonaws.com"] }
      Action    = "SNS:Publish"
      Resource  = "arn:aws:sns:us-east-1:123456789012:alerts"
    }]
  })
}

resource "aws_cloudwatch_event_rule" "failed" {
  name = "backup-failed"
  event_pattern = jsonencode({
    source        = ["aws.backup"]
    "detail-type" = ["Backup Job State Change"]
    detail        = { state = ["FAILED", "EXPIRED", "ABORTED"] }
  })
  tags = { team = "data" }
}

resource "aws_cloudwatch_event_target" "people" {
  rule      = aws_cloudwatch_event_rule.failed.name
  target_id = "people"
  arn       = aws_sns_topic.alerts.arn
  input_transformer {
    input_paths    = { job = "$.detail.backupJobId" }
    input_template = "\"Backup job <job> failed\""
  }
}

resource "aws_cloudwatch_metric_alarm" "failed" {
  alarm_name          = "backup failed"
  comparison_operator = "GreaterThanThreshold"
  evaluation_periods  = 1
  threshold           = 0
  metric_name         = "NumberOfBackupJobsFailed"
  namespace           = "AWS/Backup"
  period              = 300
  statistic           = "Sum"
  treat_missing_data  = "notBreaching"
  dimensions          = { BackupVaultName = aws_backup_vault.daily.name }
}

resource "aws_cloudwatch_composite_alarm" "any" {
  alarm_name    = "any-backup-trouble"
  alarm_actions = [aws_sns_topic.alerts.arn]
  alarm_rule    = "ALARM(\"${aws_cloudwatch_metric_alarm.failed.alarm_name}\")"
}

resource "aws_cloudwatch_dashboard" "backups" {
  dashboard_name = "backups"
  dashboard_body = jsonencode({
    widgets = [{ type = "text", x = 0, y = 0, width = 6, height = 3, properties = { markdown = "backups" } }]
  })
}

resource "aws_dlm_lifecycle_policy" "volumes" {
  description        = "volumes of the shop"
  execution_role_arn = "arn:aws:iam::123456789012:role/dlm"
  state              = "ENABLED"
  policy_details {
    resource_types = ["VOLUME"]
    target_tags    = { backup = "daily" }
    schedule {
      name = "daily"
      create_rule {
        interval = 24
        times    = ["03:00"]
      }
      retain_rule { count = 14 }
    }
  }
}

# What the tests of who is told of backups, and of the roles that make them, were recorded from:
#   backstay sandbox clock --set 2026-11-21T12:00:00Z
#   backstay sandbox seed alarms.seed.hcl
#   backstay snapshot --sandbox --everything --target us-east-1 --out alarms.json

resource "aws_iam_role" "backups" {
  name = "AWSBackupDefaultServiceRole"
  path = "/service-role/"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "backup.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
  managed_policy_arns = ["arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup"]
}

resource "aws_iam_role" "mighty" {
  name = "mighty"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "backup.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
  inline_policy {
    name   = "all"
    policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "*", Resource = "*" }] })
  }
}

resource "aws_backup_region_settings" "here" {
  resource_type_opt_in_preference     = { DynamoDB = true, RDS = true, S3 = true }
  resource_type_management_preference = { DynamoDB = true }
}

# Somebody reads what comes here; nobody has confirmed the other.
resource "aws_sns_topic" "topics" {
  for_each = { ops = true, nobody = false }
  name     = each.key
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = ["backup.amazonaws.com", "cloudwatch.amazonaws.com", "events.amazonaws.com", "events.rds.amazonaws.com"] }
      Action    = "sns:Publish"
      Resource  = "arn:aws:sns:us-east-1:123456789012:${each.key}"
    }]
  })
  subscription {
    protocol  = "email"
    endpoint  = "${each.key}@example.com"
    confirmed = each.value
  }
}

resource "aws_backup_vault" "vaults" {
  for_each = {
    told     = ["ops", "BACKUP_JOB_COMPLETED"]
    unheard  = ["nobody", "BACKUP_JOB_COMPLETED"]
    copies   = ["ops", "COPY_JOB_FAILED"]
    patient  = ["ops", "BACKUP_JOB_COMPLETED"]
    anywhere = ["ops", "BACKUP_JOB_COMPLETED"]
  }
  name = each.key
  notifications {
    sns_topic_arn       = "arn:aws:sns:us-east-1:123456789012:${each.value[0]}"
    backup_vault_events = [each.value[1]]
  }
}

resource "aws_backup_plan" "plans" {
  for_each = toset(["told", "unheard", "copies", "patient", "anywhere"])
  name     = each.key
  rule {
    rule_name         = "daily"
    target_vault_name = each.key
    schedule          = "cron(0 2 * * ? *)"
  }
  selection {
    name         = each.key
    iam_role_arn = "arn:aws:iam::123456789012:role/${each.key == "unheard" ? "mighty" : "service-role/AWSBackupDefaultServiceRole"}"
    selection_tag {
      key   = "backup"
      value = each.key
    }
  }
}

# That none came is told of the vaults `told`, `unheard` and `copies`. Missing data breaches nothing for `patient`, and the alarm that is to
# be about `anywhere` names no vault, so that nobody can tell whether it is about that one, or about `patient`.
resource "aws_cloudwatch_metric_alarm" "absence" {
  for_each = {
    told     = ["ops", "breaching", { BackupVaultName = "told", ResourceType = "DynamoDB" }]
    unheard  = ["ops", "breaching", { BackupVaultName = "unheard" }]
    copies   = ["ops", "breaching", { BackupVaultName = "copies" }]
    patient  = ["ops", "missing", { BackupVaultName = "patient" }]
    anywhere = ["ops", "breaching", {}]
  }
  alarm_name          = "absence-${each.key}"
  namespace           = "AWS/Backup"
  metric_name         = "NumberOfBackupJobsCompleted"
  dimensions          = each.value[2]
  statistic           = "Sum"
  period              = 3600
  evaluation_periods  = 26
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  treat_missing_data  = each.value[1]
  alarm_actions       = ["arn:aws:sns:us-east-1:123456789012:${each.value[0]}"]
}

resource "aws_dynamodb_table" "tables" {
  for_each = toset(["told", "unheard", "copies", "patient", "anywhere"])
  name     = each.key
  tags     = { backup = each.key }
}

resource "aws_dynamodb_table" "continuous" {
  name = "continuous"
  point_in_time_recovery { enabled = true }
}

resource "aws_dynamodb_table" "unprotected" { name = "unprotected" }

resource "aws_db_event_subscription" "ledger" {
  name             = "ledger"
  sns_topic        = "arn:aws:sns:us-east-1:123456789012:ops"
  source_type      = "db-instance"
  source_ids       = ["ledger"]
  event_categories = ["failure", "configuration change"]
}

resource "aws_db_event_subscription" "journal" {
  name             = "journal"
  sns_topic        = "arn:aws:sns:us-east-1:123456789012:ops"
  source_type      = "db-instance"
  source_ids       = ["journal"]
  event_categories = ["backup", "configuration change"]
}

resource "aws_db_instance" "instances" {
  for_each                = toset(["ledger", "journal", "reports"])
  identifier              = each.key
  backup_retention_period = 14
}

resource "aws_elasticache_replication_group" "sessions" {
  replication_group_id     = "sessions"
  snapshot_retention_limit = 5
}

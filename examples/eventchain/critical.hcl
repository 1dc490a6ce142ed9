# Critical: automated backups restore to any second up to five minutes ago. Recovery points of AWS Backup are kept beside them, as those of
# the instance go with the instance.
protect "aws_db_instance" "critical" {
  target = target.primary
  select { names = ["${local.name}-db"] }
  backup_retention_period = local.retention
  backup_window           = "05:00-06:00"
  copy_tags_to_snapshot   = true
  deletion_protection     = true
}

protect "aws_dynamodb_table" "critical" {
  target = target.primary
  select { tags = { tier = "critical", environment = var.environment } }
  point_in_time_recovery {
    enabled                 = true
    recovery_period_in_days = local.retention
  }
  deletion_protection_enabled = true
}

resource "aws_backup_vault" "critical" {
  target = target.primary
  name   = "${local.name}-critical"
}

resource "aws_backup_vault" "critical_west" {
  target = target.west
  name   = "${local.name}-critical-west"
}

# The hours lie between each other, so that no start window meets another, of which AWS would drop one, and none meets the hours of the
# automated backup and of the maintenance on Sundays at ten, or the hour before them, in which RDS makes no snapshot.
resource "aws_backup_plan" "critical" {
  target = target.primary
  name   = "${local.name}-critical"

  rule {
    rule_name         = "every-six-hours"
    target_vault_name = aws_backup_vault.critical.name
    schedule          = "cron(0 1/6 * * ? *)"
    start_window      = 60
    completion_window = 300
    lifecycle { delete_after = local.retention }
  }

  rule {
    rule_name         = "nightly"
    target_vault_name = aws_backup_vault.critical.name
    schedule          = "cron(0 3 * * ? *)"
    start_window      = 60
    completion_window = 480
    lifecycle { delete_after = local.retention }
    copy_action {
      destination_vault_arn = aws_backup_vault.critical_west.arn
      lifecycle { delete_after = local.retention }
    }
  }
}

resource "aws_backup_selection" "critical" {
  target       = target.primary
  plan_id      = aws_backup_plan.critical.id
  name         = "database"
  iam_role_arn = "arn:aws:iam::${var.account_id}:role/service-role/AWSBackupDefaultServiceRole"
  resources    = [aws_db_instance.critical["${local.name}-db"].arn]
}

# Proof: each month AWS restores the newest recovery point of every table and deletes what it restored a day later, and each day it writes
# down what became of backups and restores.
resource "aws_backup_restore_testing_plan" "monthly" {
  target              = target.primary
  name                = "${replace(local.name, "-", "_")}_monthly"
  schedule_expression = "cron(0 6 3 * ? *)"
  start_window_hours  = 4
  recovery_point_selection {
    algorithm             = "LATEST_WITHIN_WINDOW"
    include_vaults        = [aws_backup_vault.main.arn]
    recovery_point_types  = ["SNAPSHOT"]
    selection_window_days = 7
  }
}

resource "aws_backup_restore_testing_selection" "tables" {
  target                    = target.primary
  name                      = "tables"
  restore_testing_plan_name = aws_backup_restore_testing_plan.monthly.name
  protected_resource_type   = "DynamoDB"
  protected_resource_arns   = [for table in local.tables : aws_dynamodb_table.sales["${table}-${var.environment}"].arn]
  iam_role_arn              = "arn:aws:iam::${var.account_id}:role/service-role/AWSBackupDefaultServiceRole"
  validation_window_hours   = 24
}

resource "aws_backup_report_plan" "jobs" {
  for_each = {
    backups  = "BACKUP_JOB_REPORT"
    copies   = "COPY_JOB_REPORT"
    restores = "RESTORE_JOB_REPORT"
  }
  target      = target.primary
  name        = "${replace(local.name, "-", "_")}_${each.key}"
  description = "What became of the ${each.key} of ${local.name}"
  report_delivery_channel {
    s3_bucket_name = "${local.name}-reports"
    s3_key_prefix  = each.key
    formats        = ["CSV", "JSON"]
  }
  report_setting { report_template = each.value }
}

# Recovery points of the audit trail, each deleted after 30 days: the clean-up that a script used to do.
resource "aws_backup_vault" "audit" {
  target = target.primary
  name   = local.name
}

resource "aws_backup_plan" "audit" {
  target = target.primary
  name   = local.name

  # On Sundays both rules run. AWS drops the backup of two whose start windows overlap, so they do not.
  rule {
    rule_name         = "daily"
    target_vault_name = aws_backup_vault.audit.name
    schedule          = "cron(0 2 * * ? *)"
    start_window      = 60
    completion_window = 480
    lifecycle { delete_after = 30 }
  }

  rule {
    rule_name         = "weekly"
    target_vault_name = aws_backup_vault.audit.name
    schedule          = "cron(0 4 ? * SUN *)"
    start_window      = 60
    completion_window = 480
    lifecycle { delete_after = 30 }
  }
}

resource "aws_backup_selection" "audit" {
  target       = target.primary
  plan_id      = aws_backup_plan.audit.id
  name         = "audit-records"
  iam_role_arn = "arn:aws:iam::${var.account_id}:role/service-role/AWSBackupDefaultServiceRole"
  resources    = [aws_dynamodb_table.processor["audit-records"].arn]
}

# The ladder: daily, weekly, monthly and annual recovery points, each copied to the other region.
resource "aws_backup_vault" "main" {
  target = target.primary
  name   = local.name
}

resource "aws_backup_vault" "dr" {
  target = target.dr
  name   = "${local.name}-dr"
}

resource "aws_backup_plan" "ladder" {
  target = target.primary
  name   = local.name

  # With AWS's start window of 8 hours the rules would overlap, and AWS would drop the backups of the shorter kept one.
  rule {
    rule_name         = "daily"
    target_vault_name = aws_backup_vault.main.name
    schedule          = "cron(0 2 * * ? *)"
    start_window      = 60
    completion_window = 720
    lifecycle { delete_after = 30 }
    copy_action {
      destination_vault_arn = aws_backup_vault.dr.arn
      lifecycle { delete_after = 30 }
    }
  }

  rule {
    rule_name         = "weekly"
    target_vault_name = aws_backup_vault.main.name
    schedule          = "cron(0 3 ? * SUN *)"
    start_window      = 60
    completion_window = 720
    lifecycle { delete_after = 90 }
    copy_action {
      destination_vault_arn = aws_backup_vault.dr.arn
      lifecycle { delete_after = 90 }
    }
  }

  rule {
    rule_name         = "monthly"
    target_vault_name = aws_backup_vault.main.name
    schedule          = "cron(0 4 1 * ? *)"
    start_window      = 60
    completion_window = 720
    lifecycle { delete_after = local.years.one }
    copy_action {
      destination_vault_arn = aws_backup_vault.dr.arn
      lifecycle { delete_after = local.years.one }
    }
  }

  rule {
    rule_name         = "annual"
    target_vault_name = aws_backup_vault.main.name
    schedule          = "cron(0 5 1 1 ? *)"
    start_window      = 60
    completion_window = 720
    lifecycle { delete_after = local.years.seven }
    copy_action {
      destination_vault_arn = aws_backup_vault.dr.arn
      lifecycle { delete_after = local.years.seven }
    }
  }
}

resource "aws_backup_selection" "tables" {
  target       = target.primary
  plan_id      = aws_backup_plan.ladder.id
  name         = "tables"
  iam_role_arn = "arn:aws:iam::${var.account_id}:role/service-role/AWSBackupDefaultServiceRole"
  resources    = [for table in local.tables : aws_dynamodb_table.sales["${table}-${var.environment}"].arn]
}

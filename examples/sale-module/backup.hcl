# The ladder: daily, weekly, monthly and annual recovery points, each copied to the other region, each under the module's own keys: whoever
# may not use the key reads nothing out of a backup.
resource "aws_backup_vault" "main" {
  target      = target.primary
  name        = local.name
  kms_key_arn = "arn:aws:kms:us-east-1:${var.account_id}:key/${var.kms_key_id}"
}

resource "aws_backup_vault" "dr" {
  target      = target.dr
  name        = "${local.name}-dr"
  kms_key_arn = "arn:aws:kms:us-west-2:${var.account_id}:key/${var.kms_key_id}"
}

variable "kms_key_id" {
  type        = string
  description = "The multi-region key of the module's backups, with a replica in us-west-2: both have one id"
  default     = "mrk-5f0c2a6b1d3e4f7a8b9c0d1e2f3a4b5c"
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

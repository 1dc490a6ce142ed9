# Backups of the sales module.

resource "aws_iam_role" "backup" {
  name               = "${local.prefix}-backup"
  path               = "/service-role/"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Principal = { Service = "backup.amazonaws.com" }, Action = "sts:AssumeRole" }] })
}

# The vault that all goes to.
resource "aws_backup_vault" "main" {
  name          = "${local.prefix}-main"
  force_destroy = false

  tags = {
    tier = "gold"
  }
}

resource "aws_backup_vault" "dr" {
  provider = aws.west
  name     = "${local.prefix}-dr"
}

resource "aws_backup_vault_lock_configuration" "main" {
  backup_vault_name  = aws_backup_vault.main.name
  min_retention_days = 7
  max_retention_days = 3650
}

data "aws_iam_policy_document" "vault" {
  statement {
    sid     = "KeepRecoveryPoints"
    effect  = "Deny"
    actions = ["backup:DeleteRecoveryPoint"]
    principals {
      type        = "AWS"
      identifiers = ["*"]
    }
    resources = ["*"]
    condition {
      test     = "StringNotEquals"
      variable = "aws:PrincipalAccount"
      values   = [data.aws_caller_identity.current.account_id]
    }
  }
}

resource "aws_backup_vault_policy" "main" {
  backup_vault_name = aws_backup_vault.main.name
  policy            = data.aws_iam_policy_document.vault.json
}

resource "aws_backup_plan" "main" {
  name = local.prefix

  # Every night, while nobody buys.
  rule {
    rule_name         = "daily"
    target_vault_name = aws_backup_vault.main.name
    schedule          = "cron(0 2 * * ? *)"

    lifecycle {
      delete_after = var.retention["daily"]
    }

    copy_action {
      destination_vault_arn = aws_backup_vault.dr.arn
      lifecycle {
        delete_after = 90
      }
    }
  }

  rule {
    rule_name         = "monthly"
    target_vault_name = aws_backup_vault.main.name
    schedule          = "cron(0 4 1 * ? *)"
    start_window      = 120
    completion_window = 600
    lifecycle { delete_after = var.retention["monthly"] }
  }
}

resource "aws_backup_selection" "tables" {
  name         = "tables"
  plan_id      = aws_backup_plan.main.id
  iam_role_arn = aws_iam_role.backup.arn
  resources    = [for table in aws_dynamodb_table.sales : table.arn]
}

resource "aws_backup_selection" "tagged" {
  name         = "tagged"
  plan_id      = aws_backup_plan.main.id
  iam_role_arn = aws_iam_role.backup.arn

  selection_tag {
    type  = "STRINGEQUALS"
    key   = "backup"
    value = "yes"
  }
}

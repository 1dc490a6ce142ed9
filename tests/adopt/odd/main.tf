provider "aws" {
  alias                       = "eu"
  region                      = "eu-central-1"
  skip_credentials_validation = true
  assume_role {
    role_arn     = "arn:aws:iam::210987654321:role/deploy"
    session_name = "terraform"
    duration     = "1h"
  }
}

variable "rules" {
  type = list(object({ name = string, cron = string, days = optional(number, 30) }))
  default = [
    { name = "daily", cron = "cron(0 2 * * ? *)", days = 35 },
    { name = "weekly", cron = "cron(0 3 ? * SUN *)", days = 90 },
  ]
}

variable "emails" {
  type    = set(string)
  default = ["ops@example.com"]
}

resource "aws_kms_key" "backup" {
  provider = aws.eu
}

resource "aws_backup_vault" "odd" {
  provider    = aws.eu
  name        = "odd"
  kms_key_arn = aws_kms_key.backup.arn
  lifecycle {
    ignore_changes = [tags]
  }
}

resource "aws_backup_vault_policy" "odd" {
  provider          = aws.eu
  backup_vault_name = aws_backup_vault.odd.name
  policy            = <<-EOT
    {
      "Version": "2012-10-17",
      "Statement": [
        {
          "Effect": "Deny",
          "Principal": "*",
          "Action": "backup:DeleteRecoveryPoint",
          "Resource": "*"
        }
      ]
    }
  EOT
}

resource "aws_backup_plan" "odd" {
  provider = aws.eu
  name     = "odd"

  dynamic "rule" {
    for_each = var.rules
    content {
      rule_name         = rule.value.name
      target_vault_name = aws_backup_vault.odd.name
      schedule          = rule.value.cron

      dynamic "lifecycle" {
        for_each = rule.value.days > 60 ? [rule.value.days] : []
        content {
          delete_after       = lifecycle.value
          cold_storage_after = null
        }
      }
    }
  }
}

# What it is generated from only AWS knows.
resource "aws_backup_plan" "unknown" {
  provider = aws.eu
  name     = "unknown"
  dynamic "rule" {
    for_each = data.aws_ssm_parameters_by_path.rules.values
    content {
      rule_name         = "rule-${rule.key}"
      target_vault_name = aws_backup_vault.odd.name
      schedule          = rule.value
    }
  }
}

data "aws_ssm_parameters_by_path" "rules" {
  provider = aws.eu
  path     = "/backup/rules"
}

resource "aws_backup_selection" "unknown" {
  provider     = aws.eu
  name         = "unknown"
  plan_id      = aws_backup_plan.unknown.id
  iam_role_arn = "arn:aws:iam::210987654321:role/backup"
  resources    = ["*"]
}

resource "aws_sns_topic" "odd" {
  provider = aws.eu
  name     = "odd"
}

# Its name is of the same label, and not of the same address.
data "aws_iam_policy_document" "odd" {
  dynamic "statement" {
    for_each = toset(["events.amazonaws.com"])
    content {
      actions   = ["sns:Publish"]
      resources = [aws_sns_topic.odd.arn]
      principals {
        type        = "Service"
        identifiers = [statement.value]
      }
    }
  }
}

resource "aws_sns_topic_policy" "odd" {
  provider = aws.eu
  arn      = aws_sns_topic.odd.arn
  policy   = data.aws_iam_policy_document.odd.json
}

resource "aws_sns_topic_subscription" "people" {
  provider  = aws.eu
  for_each  = var.emails
  topic_arn = aws_sns_topic.odd.arn
  protocol  = "email"
  endpoint  = each.value
}

resource "aws_cloudwatch_event_rule" "nightly" {
  provider            = aws.eu
  name                = "nightly"
  schedule_expression = "rate(1 day)"
  is_enabled          = false
}

resource "aws_cloudwatch_event_target" "tasks" {
  provider  = aws.eu
  rule      = aws_cloudwatch_event_rule.nightly.name
  target_id = "tasks"
  arn       = "arn:aws:ecs:eu-central-1:210987654321:cluster/tasks"
  role_arn  = "arn:aws:iam::210987654321:role/tasks"
  ecs_target {
    task_definition_arn = "arn:aws:ecs:eu-central-1:210987654321:task-definition/t:1"
  }
}

resource "aws_cloudwatch_event_target" "topic" {
  provider = aws.eu
  rule     = aws_cloudwatch_event_rule.nightly.name
  arn      = aws_sns_topic.odd.arn
}

resource "aws_backup_vault" "made_up" {
  provider = aws.eu
  name     = null_resource.name.id
}

resource "aws_s3_bucket" "prefixed" {
  provider      = aws.eu
  bucket_prefix = "odd-"
}

resource "aws_s3_bucket_versioning" "prefixed" {
  provider = aws.eu
  bucket   = aws_s3_bucket.prefixed.id
  versioning_configuration {
    status = "Enabled"
  }
}

# A bucket of somebody else's.
resource "aws_s3_bucket_versioning" "foreign" {
  provider = aws.eu
  bucket   = "somebody-elses"
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_efs_file_system" "home" {
  provider = aws.eu
  tags     = { Name = "home" }
}

resource "aws_efs_backup_policy" "home" {
  provider       = aws.eu
  file_system_id = aws_efs_file_system.home.id
  backup_policy {
    status = "ENABLED"
  }
}

resource "aws_redshift_snapshot_schedule" "weekly" {
  provider    = aws.eu
  identifier  = "weekly"
  definitions = ["rate(7 days)"]
}

resource "aws_lambda_function" "unrelated" {
  provider      = aws.eu
  function_name = "unrelated"
  role          = "arn:aws:iam::210987654321:role/lambda"
}

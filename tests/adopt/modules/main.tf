provider "aws" {
  region = "us-east-1"
}

variable "environment" {
  type = string
}

variable "notify" {
  type    = bool
  default = true
}

module "daily" {
  source      = "./vault"
  name        = "daily-${var.environment}"
  schedule    = "cron(0 2 * * ? *)"
  delete_days = 35
  tags = {
    env = var.environment
  }
}

module "regional" {
  for_each    = toset(["eu", "us"])
  source      = "./vault"
  name        = "regional-${each.key}-${var.environment}"
  schedule    = "cron(0 4 * * ? *)"
  delete_days = each.key == "eu" ? 35 : 7
}

# Of a registry: somebody else's text.
module "buckets" {
  source  = "terraform-aws-modules/s3-bucket/aws"
  version = "4.1.0"
  bucket  = "elsewhere"
}

resource "aws_sns_topic" "alerts" {
  count = var.notify ? 1 : 0
  name  = "alerts-${var.environment}"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = ["cloudwatch.amazonaws.com", "backup.amazonaws.com"] }
      Action    = "sns:Publish"
      Resource  = "*"
    }]
  })
}

resource "aws_backup_vault_notifications" "daily" {
  count               = var.notify ? 1 : 0
  backup_vault_name   = module.daily.vault_name
  sns_topic_arn       = aws_sns_topic.alerts[0].arn
  backup_vault_events = ["BACKUP_JOB_COMPLETED"]
}

resource "aws_cloudwatch_metric_alarm" "failed" {
  count               = 2
  alarm_name          = "failed-${count.index}"
  namespace           = "AWS/Backup"
  metric_name         = "NumberOfBackupJobsFailed"
  dimensions          = { BackupVaultName = module.regional["eu"].vault_name }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = count.index + 1
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  alarm_actions       = aws_sns_topic.alerts[*].arn
}

resource "aws_backup_selection" "more" {
  name         = "more"
  plan_id      = module.daily.plan_id
  iam_role_arn = "arn:aws:iam::123456789012:role/backup"
  resources    = ["arn:aws:s3:::archive-${var.environment}"]
}

resource "aws_cloudwatch_log_group" "app" {
  count             = length(["a", "b"])
  name              = "/app/${element(["a", "b"], count.index)}"
  retention_in_days = 90
}

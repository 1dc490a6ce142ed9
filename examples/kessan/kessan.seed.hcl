# What the policy expects to find of both deployments, for the sandbox: a week of backups, and nothing in another region.
resource "aws_db_instance" "main" {
  for_each                = toset(["prod", "stg"])
  region                  = "ap-northeast-1"
  identifier              = "kessan-db-${each.key}"
  engine                  = "postgres"
  backup_retention_period = 7
}

resource "aws_s3_bucket" "config_backup" {
  for_each = toset(["prod", "stg"])
  bucket   = "kessan-${each.key}-config-backup"
  region   = "ap-northeast-1"
}

resource "aws_s3_bucket" "exports" {
  for_each = toset(["prod", "stg"])
  bucket   = "kessan-${each.key}-exports"
  region   = "ap-northeast-1"
}

resource "aws_iam_role" "scheduler" {
  for_each = toset(["prod", "stg"])
  name     = "kessan-${each.key}-scheduler"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "scheduler.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
}

# The role and the key of the exports: the policy names them, and the plan looks at them.
resource "aws_iam_role" "export" {
  for_each = toset(["prod", "stg"])
  name     = "kessan-${each.key}-export"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "export.rds.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
}

resource "aws_kms_key" "export" {
  for_each = { prod = "33333333-3333-4333-8333-333333333333", stg = "44444444-4444-4444-8444-444444444444" }
  region   = "ap-northeast-1"
  key_id   = each.value
  alias    = "alias/kessan-${each.key}-export"
}

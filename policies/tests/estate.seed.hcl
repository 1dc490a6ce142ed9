# What the tests of the library's controls were recorded from:
#   backstay sandbox clock --set 2026-11-21T12:00:00Z
#   backstay sandbox seed estate.seed.hcl
#   backstay snapshot --sandbox --everything --target us-east-1 --out estate.json

resource "aws_iam_role" "backups" {
  name = "AWSBackupDefaultServiceRole"
  managed_policy_arns = [
    "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup",
    "arn:aws:iam::aws:policy/AWSBackupServiceRolePolicyForS3Backup",
  ]
  path = "/service-role/"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "backup.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
}

resource "aws_backup_region_settings" "here" {
  resource_type_opt_in_preference     = { DynamoDB = true, EFS = true, RDS = true, S3 = true }
  resource_type_management_preference = { DynamoDB = true }
}

resource "aws_backup_vault" "locked" {
  name = "locked"
  lock {
    min_retention_days  = 7
    changeable_for_days = 3
    locked_days_ago     = 30
  }
}

resource "aws_backup_vault" "open" { name = "open" }

resource "aws_backup_plan" "daily" {
  name = "daily"
  rule {
    rule_name         = "daily"
    target_vault_name = "locked"
    schedule          = "cron(0 2 * * ? *)"
    lifecycle { delete_after = 35 }
    copy_action {
      destination_vault_arn = "arn:aws:backup:us-west-2:210987654321:backup-vault:copies"
      lifecycle { delete_after = 90 }
    }
  }
  selection {
    name = "daily"
    selection_tag {
      key   = "backup"
      value = "daily"
    }
  }
}

resource "aws_backup_plan" "weekly" {
  name = "weekly"
  rule {
    rule_name         = "weekly"
    target_vault_name = "open"
    schedule          = "cron(0 2 ? * 1 *)"
  }
  selection {
    name = "weekly"
    selection_tag {
      key   = "backup"
      value = "weekly"
    }
  }
}

resource "aws_dynamodb_table" "orders" {
  name = "orders"
  tags = { tier = "critical", backup = "daily" }
  point_in_time_recovery { enabled = true }
}

resource "aws_dynamodb_table" "carts" {
  name = "carts"
  tags = { tier = "critical", backup = "weekly" }
}

resource "aws_dynamodb_table" "drafts" { name = "drafts" }

resource "aws_efs_file_system" "media" {
  id   = "fs-0123456789abcdef0"
  tags = { tier = "basic", backup = "daily" }
}

resource "aws_efs_file_system" "scratch" {
  id = "fs-0123456789abcdef1"
}

resource "aws_db_instance" "ledger" {
  identifier              = "ledger"
  backup_retention_period = 14
}

resource "aws_db_instance" "reports" {
  identifier              = "reports"
  backup_retention_period = 1
}

resource "aws_elasticache_replication_group" "sessions" {
  replication_group_id = "sessions"
}

resource "aws_s3_bucket" "documents" {
  bucket = "shop-documents"
  versioning { status = "Enabled" }
}

resource "aws_s3_bucket" "plain" {
  bucket = "shop-plain"
}

resource "aws_elasticache_replication_group" "carts" {
  replication_group_id     = "carts-cache"
  snapshot_retention_limit = 5
}

resource "aws_docdb_cluster" "clusters" {
  for_each                = { catalogue = 7, articles = 1 }
  cluster_identifier      = each.key
  backup_retention_period = each.value
}

resource "aws_neptune_cluster" "clusters" {
  for_each                = { friends = 7, likes = 1 }
  cluster_identifier      = each.key
  backup_retention_period = each.value
}

resource "aws_redshift_cluster" "clusters" {
  for_each                            = { warehouse = 7, trials = 1 }
  cluster_identifier                  = each.key
  automated_snapshot_retention_period = each.value
}

resource "aws_s3_bucket" "sealed" {
  bucket = "shop-sealed"
  versioning { status = "Enabled" }
  object_lock_configuration {
    rule {
      default_retention {
        mode = "GOVERNANCE"
        days = 1
      }
    }
  }
}

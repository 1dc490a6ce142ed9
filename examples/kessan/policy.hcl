# Kessan keeps a company's books in one database in Tokyo. What is in it must be there in 30 days, in another region too.
backstay {
  required_version = ">= 0.1"
  workspace        = "kessan-${var.environment}"
}

variable "environment" {
  type        = string
  description = "Which deployment: it is part of every name"
  default     = "prod"
  validation {
    condition     = contains(["stg", "prod"], var.environment)
    error_message = "environment must be stg or prod"
  }
}

variable "account_id" {
  type        = string
  description = "The account of the deployment: any other is refused before anything is read"
  default     = "123456789012"
}

locals {
  name     = "kessan-${var.environment}"
  database = "kessan-db-${var.environment}"
}

target "tokyo" {
  region     = "ap-northeast-1"
  account_id = var.account_id
}

target "oregon" {
  region     = "us-west-2"
  account_id = var.account_id
}

# Times are UTC: the backup runs at 02:00 in Tokyo, and maintenance follows on Sunday at 04:00.
protect "aws_db_instance" "main" {
  target = target.tokyo
  select { names = [local.database] }
  backup_retention_period = 30
  backup_window           = "17:00-18:00"
  copy_tags_to_snapshot   = true
  deletion_protection     = true
}

resource "aws_db_instance_automated_backups_replication" "oregon" {
  target                 = target.oregon
  source_db_instance_arn = aws_db_instance.main[local.database].arn
  retention_period       = 30
}

# What the application and its operators are configured with, copied here by the deployment.
protect "aws_s3_bucket" "config_backup" {
  target = target.tokyo
  select { names = ["${local.name}-config-backup"] }
  versioning { status = "Enabled" }
  lifecycle_rule "earlier-versions" {
    filter { prefix = "" }
    noncurrent_version_transition {
      storage_class   = "STANDARD_IA"
      noncurrent_days = 30
    }
    noncurrent_version_expiration { noncurrent_days = 365 }
  }
}

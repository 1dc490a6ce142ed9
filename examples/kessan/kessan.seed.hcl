# What the policy expects to find, for the sandbox: a week of backups, and nothing in another region.
resource "aws_db_instance" "main" {
  region                  = "ap-northeast-1"
  identifier              = "kessan-db-prod"
  engine                  = "postgres"
  backup_retention_period = 7
}

resource "aws_s3_bucket" "config_backup" {
  bucket = "kessan-prod-config-backup"
  region = "ap-northeast-1"
}

resource "aws_s3_bucket" "exports" {
  bucket = "kessan-prod-exports"
  region = "ap-northeast-1"
}

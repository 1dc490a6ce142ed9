# What the policy expects to find, for the sandbox: a week of backups of the database, and nothing of the rest.
resource "aws_db_instance" "main" {
  region                  = "us-east-1"
  identifier              = "eventchain-production-db"
  engine                  = "postgres"
  backup_retention_period = 7
}

resource "aws_dynamodb_table" "orders" {
  name     = "eventchain-production-orders"
  hash_key = "order_id"
  tags     = { tier = "critical", environment = "production" }
}

resource "aws_dynamodb_table" "tickets" {
  name     = "eventchain-production-tickets"
  hash_key = "ticket_id"
  tags     = { tier = "critical", environment = "production" }
}

resource "aws_dynamodb_table" "sessions" {
  name     = "eventchain-production-sessions"
  hash_key = "session_id"
  tags     = { tier = "standard", environment = "production" }
}

resource "aws_s3_bucket" "media" {
  bucket = "eventchain-production-media"
}

resource "aws_s3_bucket" "west" {
  bucket = "eventchain-backups-west"
  region = "us-west-2"
}

resource "aws_elasticache_replication_group" "cache" {
  replication_group_id = "eventchain-production-cache"
}

resource "aws_iam_role" "backups" {
  name = "AWSBackupDefaultServiceRole"
  path = "/service-role/"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "backup.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
}

resource "aws_iam_role" "replication" {
  name = "eventchain-production-replication"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "s3.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
}

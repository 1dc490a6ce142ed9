# What the policy expects to find of both deployments, for the sandbox: a week of backups of the database, whose maintenance is on
# Sunday mornings, and nothing of the rest.
resource "aws_db_instance" "main" {
  for_each                = toset(["production", "staging"])
  region                  = "us-east-1"
  identifier              = "eventchain-${each.key}-db"
  engine                  = "postgres"
  backup_retention_period = 7
  maintenance_window      = "sun:10:00-sun:10:30"
}

resource "aws_dynamodb_table" "orders" {
  for_each = toset(["production", "staging"])
  name     = "eventchain-${each.key}-orders"
  hash_key = "order_id"
  tags     = { tier = "critical", environment = each.key }
}

resource "aws_dynamodb_table" "tickets" {
  for_each = toset(["production", "staging"])
  name     = "eventchain-${each.key}-tickets"
  hash_key = "ticket_id"
  tags     = { tier = "critical", environment = each.key }
}

resource "aws_dynamodb_table" "sessions" {
  for_each = toset(["production", "staging"])
  name     = "eventchain-${each.key}-sessions"
  hash_key = "session_id"
  tags     = { tier = "standard", environment = each.key }
}

resource "aws_s3_bucket" "media" {
  for_each = toset(["production", "staging"])
  bucket   = "eventchain-${each.key}-media"
}

resource "aws_s3_bucket" "west" {
  bucket = "eventchain-backups-west"
  region = "us-west-2"
}

resource "aws_elasticache_replication_group" "cache" {
  for_each             = toset(["production", "staging"])
  replication_group_id = "eventchain-${each.key}-cache"
}

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

resource "aws_iam_role" "replication" {
  for_each = toset(["production", "staging"])
  name     = "eventchain-${each.key}-replication"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "s3.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
}

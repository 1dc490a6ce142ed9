# What the sale module has in AWS before backstay comes, of both deployments.
resource "aws_dynamodb_table" "sales" {
  for_each = toset([
    "SalesTable-production", "BuyersTable-production", "ProducersTable-production",
    "SalesTable-staging", "BuyersTable-staging", "ProducersTable-staging",
  ])
  name = each.key
  tags = { module = "sale" }
}

resource "aws_s3_bucket" "documents" {
  for_each = toset([
    "sale-module-production-attachments", "sale-module-production-invoices", "sale-module-production-exports",
    "sale-module-production-reports", "sale-module-staging-attachments", "sale-module-staging-invoices",
    "sale-module-staging-exports", "sale-module-staging-reports",
  ])
  bucket = each.key
  region = "us-east-1"
  tags   = { module = "sale" }
}

resource "aws_s3_bucket" "replicas" {
  for_each = toset([
    "sale-module-production-attachments-dr", "sale-module-production-invoices-dr",
    "sale-module-staging-attachments-dr", "sale-module-staging-invoices-dr",
  ])
  bucket = each.key
  region = "us-west-2"
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
  for_each = toset(["sale-module-production-replication", "sale-module-staging-replication"])
  name     = each.key
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "s3.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
}

resource "aws_iam_role" "exports" {
  for_each = toset(["sale-module-production-exports", "sale-module-staging-exports"])
  name     = each.key
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "scheduler.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
}

resource "aws_kms_key" "backups" {
  for_each = toset(["us-east-1", "us-west-2"])
  key_id   = "mrk-5f0c2a6b1d3e4f7a8b9c0d1e2f3a4b5c"
  region   = each.key
}

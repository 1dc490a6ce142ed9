# What the policy expects to find of both deployments, for the sandbox: recovery is off, and of the buckets one has versions.
resource "aws_dynamodb_table" "audit" {
  name     = "audit-records"
  hash_key = "record_id"
}

resource "aws_dynamodb_table" "state" {
  name     = "processing-state"
  hash_key = "job_id"
}

resource "aws_s3_bucket" "config" {
  for_each = toset(["production", "staging"])
  bucket   = "dynamodb-processor-${each.key}-config"
  versioning { status = "Enabled" }
}

resource "aws_s3_bucket" "logs" {
  for_each = toset(["production", "staging"])
  bucket   = "dynamodb-processor-${each.key}-logs"
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

# What the policy expects to find of both deployments, for the sandbox. One table is as the shell script of the old guide left it: a week of history only.
resource "aws_dynamodb_table" "fp_events" {
  for_each = toset(["production", "staging"])
  name     = "mirror-dissonance-${each.key}-fp-events"
  hash_key = "event_id"
  tags     = { service = "mirror-dissonance", environment = each.key }
}

resource "aws_dynamodb_table" "consent" {
  for_each = toset(["production", "staging"])
  name     = "mirror-dissonance-${each.key}-consent"
  hash_key = "subject_id"
  tags     = { service = "mirror-dissonance", environment = each.key }
  point_in_time_recovery {
    enabled                 = true
    recovery_period_in_days = 7
  }
}

resource "aws_dynamodb_table" "block_counter" {
  for_each                    = toset(["production", "staging"])
  name                        = "mirror-dissonance-${each.key}-block-counter"
  hash_key                    = "block_id"
  tags                        = { service = "mirror-dissonance", environment = each.key }
  deletion_protection_enabled = true
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

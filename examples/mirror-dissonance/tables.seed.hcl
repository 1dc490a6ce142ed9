# What the policy expects to find, for the sandbox. One table is as the shell script of the old guide left it: a week of history only.
resource "aws_dynamodb_table" "fp_events" {
  name     = "mirror-dissonance-production-fp-events"
  hash_key = "event_id"
  tags     = { service = "mirror-dissonance", environment = "production" }
}

resource "aws_dynamodb_table" "consent" {
  name     = "mirror-dissonance-production-consent"
  hash_key = "subject_id"
  tags     = { service = "mirror-dissonance", environment = "production" }
  point_in_time_recovery {
    enabled                 = true
    recovery_period_in_days = 7
  }
}

resource "aws_dynamodb_table" "block_counter" {
  name                        = "mirror-dissonance-production-block-counter"
  hash_key                    = "block_id"
  tags                        = { service = "mirror-dissonance", environment = "production" }
  deletion_protection_enabled = true
}

resource "aws_iam_role" "backups" {
  name = "AWSBackupDefaultServiceRole"
  path = "/service-role/"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "backup.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
}

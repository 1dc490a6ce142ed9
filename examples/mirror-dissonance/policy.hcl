# Mirror Dissonance keeps three tables that must be restorable to any second of the last 35 days.
backstay {
  required_version = ">= 0.1"
  workspace        = "mirror-dissonance-${var.environment}"
}

variable "environment" {
  type        = string
  description = "Which deployment: its name is part of every table's name"
  default     = "production"
  validation {
    condition     = contains(["staging", "production"], var.environment)
    error_message = "environment must be staging or production"
  }
}

locals {
  tables = ["fp-events", "consent", "block-counter"]
  names  = [for table in local.tables : "mirror-dissonance-${var.environment}-${table}"]
  role   = "arn:aws:iam::123456789012:role/service-role/AWSBackupDefaultServiceRole"
}

target "primary" {
  region     = "us-east-1"
  account_id = "123456789012" # any other account is refused before anything is read
}

protect "aws_dynamodb_table" "mirror" {
  target = target.primary
  select {
    names = local.names
  }
  point_in_time_recovery {
    enabled                 = true
    recovery_period_in_days = 35
  }
  deletion_protection_enabled = true
}

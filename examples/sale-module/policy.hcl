# The sale module of a marketplace: sales, buyers and producers in DynamoDB, their documents in S3.
backstay {
  required_version = ">= 0.1"
  workspace        = "sale-module-${var.environment}"
}

variable "environment" {
  type        = string
  description = "Which deployment: its name is part of every name"
  default     = "production"
  validation {
    condition     = contains(["staging", "production"], var.environment)
    error_message = "environment must be staging or production"
  }
}

variable "account_id" {
  type        = string
  description = "The only account that may be reached"
  default     = "123456789012"
}

locals {
  name   = "sale-module-${var.environment}"
  tables = ["SalesTable", "BuyersTable", "ProducersTable"]
  years  = { one = 365, seven = 2555 }
}

target "primary" {
  region     = "us-east-1"
  account_id = var.account_id
}

target "dr" {
  region     = "us-west-2"
  account_id = var.account_id
}

# Any second of the last 35 days.
protect "aws_dynamodb_table" "sales" {
  target = target.primary
  select { names = [for table in local.tables : "${table}-${var.environment}"] }
  point_in_time_recovery {
    enabled                 = true
    recovery_period_in_days = 35
  }
  deletion_protection_enabled = true
}

# A processor that keeps what it does in DynamoDB: its audit trail must outlive whoever would rather not have one.
backstay {
  required_version = ">= 0.1"
  workspace        = "dynamodb-processor-${var.environment}"
}

variable "environment" {
  type        = string
  description = "Which deployment"
  default     = "production"
  validation {
    condition     = contains(["staging", "production"], var.environment)
    error_message = "environment must be staging or production"
  }
}

variable "account_id" {
  type        = string
  description = "The account of the deployment: any other is refused before anything is read"
  default     = "123456789012"
}

locals {
  name = "dynamodb-processor-${var.environment}"
}

target "primary" {
  region     = "us-east-1"
  account_id = var.account_id
}

protect "aws_dynamodb_table" "processor" {
  target = target.primary
  select {
    names = ["audit-records", "processing-state"]
  }
  point_in_time_recovery {
    enabled                 = true
    recovery_period_in_days = 35
  }
  deletion_protection_enabled = true
}

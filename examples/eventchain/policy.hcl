# EventChain sells tickets. What it keeps is of three tiers, and each tier says how much may be lost and how long the way back may be.
#
# | tier      | what                         | loses at most | is back within |
# |-----------|------------------------------|---------------|----------------|
# | critical  | orders and tickets, database | 5 minutes     | 1 hour         |
# | important | media of events              | 15 minutes    | 4 hours        |
# | standard  | sessions and caches          | a day         | a day          |
backstay {
  required_version = ">= 0.1"
  workspace        = "eventchain-${var.environment}"
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
  name      = "eventchain-${var.environment}"
  retention = 30
}

target "primary" {
  region     = "us-east-1"
  account_id = var.account_id
}

target "west" {
  region     = "us-west-2"
  account_id = var.account_id
}

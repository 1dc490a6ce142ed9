variable "region" {
  type    = string
  default = "us-east-1"
}

# Where this runs: it is part of nearly every name.
variable "environment" {
  description = "The environment"
  type        = string
  default     = "production"

  validation {
    condition     = contains(["staging", "production"], var.environment)
    error_message = "environment must be staging or production"
  }
}

variable "vpc_cidr" {
  type    = string
  default = "10.0.0.0/16"
}

variable "retention" {
  type = map(number)
  default = {
    daily   = 35 # days
    monthly = 365
  }
}

locals {
  tables = toset(["Sales", "Buyers", "Producers"])
  prefix = "sale-module-${var.environment}"
  # Not needed for backups.
  subnets = cidrsubnets(var.vpc_cidr, 4, 4)
}

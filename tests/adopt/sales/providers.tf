terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

provider "aws" {
  region              = var.region
  allowed_account_ids = ["123456789012"]

  default_tags {
    tags = {
      team = "sales"
      env  = var.environment
    }
  }
}

# Disaster recovery.
provider "aws" {
  alias               = "west"
  region              = "us-west-2"
  allowed_account_ids = ["123456789012"]
}

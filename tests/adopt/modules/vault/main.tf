variable "name" {
  type = string
}

variable "schedule" {
  type = string
}

variable "delete_days" {
  type    = number
  default = 30
}

variable "tags" {
  type    = map(string)
  default = {}
}

locals {
  rule_name = "${var.name}-rule"
}

resource "aws_backup_vault" "this" {
  name = var.name
  tags = var.tags
}

resource "aws_backup_plan" "this" {
  name = var.name
  rule {
    rule_name         = local.rule_name
    target_vault_name = aws_backup_vault.this.name
    schedule          = var.schedule
    lifecycle {
      delete_after = var.delete_days
    }
  }
}

resource "aws_backup_selection" "tagged" {
  name         = "tagged"
  plan_id      = aws_backup_plan.this.id
  iam_role_arn = "arn:aws:iam::123456789012:role/backup"
  selection_tag {
    type  = "STRINGEQUALS"
    key   = "plan"
    value = var.name
  }
}

output "vault_name" {
  value = aws_backup_vault.this.name
}

output "plan_id" {
  value = aws_backup_plan.this.id
}

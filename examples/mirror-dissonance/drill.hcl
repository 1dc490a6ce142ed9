# The drill: once a quarter AWS restores the tables, from recovery points that are made for it, and deletes what it restored a day later.
# Restore tests know recovery points of AWS Backup only; the history of point-in-time recovery is restored by hand.
resource "aws_backup_vault" "drill" {
  target = target.primary
  name   = "mirror-dissonance-${var.environment}-drill"
}

resource "aws_backup_plan" "drill" {
  target = target.primary
  name   = "mirror-dissonance-${var.environment}-drill"
  rule {
    rule_name         = "monthly"
    target_vault_name = aws_backup_vault.drill.name
    schedule          = "cron(0 3 1 * ? *)"
    lifecycle { delete_after = 35 }
  }
}

resource "aws_backup_selection" "drill" {
  target       = target.primary
  plan_id      = aws_backup_plan.drill.id
  name         = "tables"
  iam_role_arn = local.role
  resources    = [for name in local.names : aws_dynamodb_table.mirror[name].arn]
}

resource "aws_backup_restore_testing_plan" "drill" {
  target              = target.primary
  name                = "mirror_dissonance_${var.environment}_drill"
  schedule_expression = "cron(0 6 5 1/3 ? *)"
  recovery_point_selection {
    algorithm             = "LATEST_WITHIN_WINDOW"
    include_vaults        = [aws_backup_vault.drill.arn]
    recovery_point_types  = ["SNAPSHOT"]
    selection_window_days = 35
  }
}

resource "aws_backup_restore_testing_selection" "drill" {
  target                    = target.primary
  name                      = "tables"
  restore_testing_plan_name = aws_backup_restore_testing_plan.drill.name
  protected_resource_type   = "DynamoDB"
  protected_resource_arns   = [for name in local.names : aws_dynamodb_table.mirror[name].arn]
  iam_role_arn              = local.role
  validation_window_hours   = 24
}

# Exports: whole tables as files, for whoever must read them in seven years without DynamoDB. Each rhythm is kept for its own time.
dynamodb_export "tables" {
  for_each    = toset(local.tables)
  target      = target.primary
  table       = "${each.key}-${var.environment}"
  bucket      = "${local.name}-exports"
  prefix      = "dynamodb"
  role_arn    = "arn:aws:iam::${var.account_id}:role/${local.name}-exports"
  name_prefix = "${local.name}-export-${lower(each.key)}"

  schedule "weekly" {
    expression  = "cron(0 6 ? * SUN *)"
    retain_days = 90
  }
  schedule "monthly" {
    expression  = "cron(0 7 1 * ? *)"
    retain_days = local.years.one
  }
  schedule "annual" {
    expression  = "cron(0 8 1 1 ? *)"
    retain_days = local.years.seven
  }
}

# What a `dynamodb_export` block is made of. `var` are its arguments, `given` says which of them it gives, `here` where it is.

locals {
  name      = given.name_prefix ? var.name_prefix : "${backstay.workspace}-${here.label}"
  # No two blocks share a key: of two lifecycle rules over one object AWS follows the one that deletes it sooner.
  prefix    = "${given.prefix ? trimsuffix(var.prefix, "/") : "exports"}/${var.table}/${here.label}"
  table_arn = "arn:${here.partition}:dynamodb:${here.region}:${here.account_id}:table/${var.table}"
  encrypted = var.kms_key_id == null ? {} : { S3SseAlgorithm = "KMS", S3SseKmsKeyId = var.kms_key_id }
}

# AWS exports only what point-in-time recovery keeps.
protect "aws_dynamodb_table" "table" {
  select { names = [var.table] }
  point_in_time_recovery { enabled = true }
}

protect "aws_s3_bucket" "bucket" {
  select { names = [var.bucket] }
  lifecycle_rule "export" {
    for_each = var.schedule
    label    = "${here.label}-${each.key}"
    status   = "Enabled"
    filter { prefix = "${local.prefix}/${each.key}/" }
    expiration { days = each.value.retain_days }
    noncurrent_version_expiration { noncurrent_days = var.noncurrent_days }
    abort_incomplete_multipart_upload { days_after_initiation = 7 }
  }
}

resource "aws_scheduler_schedule_group" "exports" {
  name = local.name
  tags = var.tags
}

# The token makes a call that is tried again the same export; it is another one at each of its times, and for each block: AWS refuses a token
# that comes again with another bucket.
resource "aws_scheduler_schedule" "exports" {
  for_each                     = var.schedule
  group_name                   = aws_scheduler_schedule_group.exports.name
  name                         = each.key
  description                  = "Exports table ${var.table} to s3://${var.bucket}/${local.prefix}/${each.key}/, kept for ${each.value.retain_days} days. Made by ${here.address}."
  schedule_expression          = each.value.expression
  schedule_expression_timezone = each.value.timezone
  flexible_time_window {
    mode                      = each.value.window_minutes == 0 ? "OFF" : "FLEXIBLE"
    maximum_window_in_minutes = each.value.window_minutes == 0 ? null : each.value.window_minutes
  }
  target {
    arn      = "arn:${here.partition}:scheduler:::aws-sdk:dynamodb:exportTableToPointInTime"
    role_arn = var.role_arn
    # Scheduler looks for its attributes in the text, where `jsonencode` writes the brackets as escapes.
    input = replace(replace(jsonencode(merge({
      TableArn     = local.table_arn
      S3Bucket     = var.bucket
      S3Prefix     = "${local.prefix}/${each.key}"
      ExportFormat = var.format
      ExportType   = each.value.export_type
      ClientToken  = "${backstay.workspace}-${here.label}-${each.key}-<aws.scheduler.scheduled-time>"
    }, local.encrypted)), "\\u003c", "<"), "\\u003e", ">")
    dead_letter_config { arn = var.dead_letter_arn }
  }
  depends_on = [aws_dynamodb_table.table, aws_s3_bucket.bucket]
}

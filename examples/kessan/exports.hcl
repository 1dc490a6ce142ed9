# Once a week the books go to S3 as Parquet, for whoever must read them without a database. RDS exports snapshots, not instances, and an
# export names its snapshot: so the last one is deleted, a new one is made under the same name, and hours later that one is exported.
locals {
  snapshot = "${local.database}-export"

  export_steps = {
    delete = {
      expression = "cron(0 19 ? * SAT *)"
      call       = "deleteDBSnapshot"
      input      = { DbSnapshotIdentifier = local.snapshot }
    }
    create = {
      expression = "cron(30 19 ? * SAT *)"
      call       = "createDBSnapshot"
      input = {
        DbInstanceIdentifier = local.database
        DbSnapshotIdentifier = local.snapshot
      }
    }
    export = {
      expression = "cron(30 22 ? * SAT *)"
      call       = "startExportTask"
      input = {
        # The name of an export is never used twice.
        ExportTaskIdentifier = "kessan-<aws.scheduler.execution-id>"
        SourceArn            = "arn:aws:rds:ap-northeast-1:${var.account_id}:snapshot:${local.snapshot}"
        S3BucketName         = "${local.name}-exports"
        S3Prefix             = "weekly"
        IamRoleArn           = "arn:aws:iam::${var.account_id}:role/${local.name}-export"
        KmsKeyId             = "alias/${local.name}-export"
      }
    }
  }
}

resource "aws_scheduler_schedule_group" "exports" {
  target = target.tokyo
  name   = "${local.name}-exports"
}

resource "aws_scheduler_schedule" "exports" {
  for_each            = local.export_steps
  target              = target.tokyo
  name                = "weekly-${each.key}"
  group_name          = aws_scheduler_schedule_group.exports.name
  schedule_expression = each.value.expression
  flexible_time_window { mode = "OFF" }
  target {
    arn      = "arn:aws:scheduler:::aws-sdk:rds:${each.value.call}"
    role_arn = "arn:aws:iam::${var.account_id}:role/${local.name}-scheduler"
    input    = jsonencode(each.value.input)
    # A step that is not done in an hour is one for the next week: the steps after it must not meet a half of it.
    retry_policy { maximum_event_age_in_seconds = 3600 }
  }
}

protect "aws_s3_bucket" "exports" {
  target = target.tokyo
  select { names = ["${local.name}-exports"] }
  versioning { status = "Enabled" }
  lifecycle_rule "a-year" {
    filter { prefix = "weekly/" }
    transition {
      storage_class = "STANDARD_IA"
      days          = 30
    }
    expiration { days = 365 }
    noncurrent_version_expiration { noncurrent_days = 30 }
  }
}

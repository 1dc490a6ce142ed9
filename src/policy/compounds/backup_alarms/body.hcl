# What a `backup_alarms` block is made of. `var` are its arguments, `given` says which of them it gives, `here` where it is.

locals {
  prefix    = given.name_prefix ? var.name_prefix : "${backstay.workspace}-${here.label}"
  topic_arn = given.topic ? var.topic : aws_sns_topic.alarms.arn
  by        = "Made by ${here.address}."

  of_backup = { source = ["aws.backup"] }

  events = {
    backup_jobs = {
      on      = var.backup_jobs
      says    = "A backup job failed, expired, was aborted or is partial."
      pattern = merge(local.of_backup, { "detail-type" = ["Backup Job State Change"], detail = { state = ["FAILED", "EXPIRED", "ABORTED", "PARTIAL"] } })
    }
    copy_jobs = {
      on      = var.copy_jobs
      says    = "A copy job failed or is partial."
      pattern = merge(local.of_backup, { "detail-type" = ["Copy Job State Change"], detail = { state = ["FAILED", "PARTIAL"] } })
    }
    restore_jobs = {
      on      = var.restore_jobs
      says    = "A restore job failed or was aborted."
      pattern = merge(local.of_backup, { "detail-type" = ["Restore Job State Change"], detail = { status = ["FAILED", "ABORTED"] } })
    }
    with_issues = {
      on      = var.with_issues
      says    = "A backup job completed with issues."
      pattern = merge(local.of_backup, { "detail-type" = ["Backup Job State Change"], detail = { state = ["COMPLETED"], statusMessage = [{ exists = true }] } })
    }
    recovery_points = {
      on      = var.recovery_points
      says    = "A recovery point is partial, stopped, or could not be deleted in time."
      pattern = merge(local.of_backup, { "detail-type" = ["Recovery Point State Change"], detail = { status = ["EXPIRED", "PARTIAL", "STOPPED"] } })
    }
    empty_backups = {
      on      = var.empty_backups
      says    = "A backup job completed with nothing in it."
      pattern = merge(local.of_backup, { "detail-type" = ["Backup Job State Change"], detail = { state = ["COMPLETED"], backupSizeInBytes = ["0"] } })
    }
    pitr_off = {
      on   = var.pitr_off
      says = "Point-in-time recovery of a DynamoDB table was switched off, and its history with it."
      pattern = {
        source        = ["aws.dynamodb"]
        "detail-type" = ["AWS API Call via CloudTrail"]
        detail = {
          eventSource       = ["dynamodb.amazonaws.com"]
          eventName         = ["UpdateContinuousBackups"]
          requestParameters = { pointInTimeRecoverySpecification = { pointInTimeRecoveryEnabled = [false] } }
        }
      }
    }
  }

  completed = {
    backup  = "NumberOfBackupJobsCompleted"
    copy    = "NumberOfCopyJobsCompleted"
    restore = "NumberOfRestoreJobsCompleted"
  }
  running = {
    backup  = "NumberOfBackupJobsRunning"
    copy    = "NumberOfCopyJobsRunning"
    restore = "NumberOfRestoreJobsRunning"
  }
}

resource "aws_sns_topic" "alarms" {
  when              = !given.topic
  name              = local.prefix
  kms_master_key_id = var.kms_master_key_id
  tags              = var.tags
  # EventBridge can be let in without a condition only, and so, as far as its pages say, can AWS Backup.
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "alarms"
        Effect    = "Allow"
        Principal = { Service = "cloudwatch.amazonaws.com" }
        Action    = "sns:Publish"
        Resource  = "arn:${here.partition}:sns:${here.region}:${here.account_id}:${local.prefix}"
        Condition = { StringEquals = { "aws:SourceAccount" = here.account_id } }
      },
      {
        Sid       = "rules-and-vaults"
        Effect    = "Allow"
        Principal = { Service = ["events.amazonaws.com", "backup.amazonaws.com"] }
        Action    = "sns:Publish"
        Resource  = "arn:${here.partition}:sns:${here.region}:${here.account_id}:${local.prefix}"
      },
    ]
  })
  subscription {
    for_each = toset(var.email == null ? [] : var.email)
    protocol = "email"
    endpoint = each.value
  }
  subscription {
    # Its key holds the endpoint, in which a `/` can be.
    for_each = { for key, one in var.subscription : replace(key, "/", "|") => one }
    protocol = each.value.protocol
    endpoint = each.value.endpoint
  }
}

resource "aws_cloudwatch_event_rule" "event" {
  for_each      = { for name, event in local.events : name => event if event.on }
  name          = "${local.prefix}-${replace(each.key, "_", "-")}"
  description   = "${each.value.says} ${local.by}"
  event_pattern = jsonencode(each.value.pattern)
  tags          = var.tags
}

resource "aws_cloudwatch_event_target" "event" {
  for_each  = { for name, event in local.events : name => event if event.on }
  rule      = aws_cloudwatch_event_rule.event[each.key].name
  target_id = "topic"
  arn       = local.topic_arn
}

# Hours without a success count as breaching, so that silence is what fires. A success anywhere in the hours that are looked at holds it back.
resource "aws_cloudwatch_metric_alarm" "absence" {
  for_each            = var.absence
  alarm_name          = "${local.prefix}-absence-${each.key}"
  alarm_description   = "No ${each.value.jobs} job into ${each.value.vault_name} completed within ${each.value.within}. ${local.by}"
  namespace           = "AWS/Backup"
  metric_name         = local.completed[each.value.jobs]
  dimensions          = merge({ BackupVaultName = each.value.vault_name }, each.value.resource_type == null ? {} : { ResourceType = each.value.resource_type })
  statistic           = "Sum"
  period              = 3600
  evaluation_periods  = tonumber(trimsuffix(each.value.within, "h"))
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  treat_missing_data  = "breaching"
  alarm_actions       = [local.topic_arn]
  ok_actions          = var.tell_ok ? [local.topic_arn] : []
  tags                = var.tags
}

# There is no metric of how long a job takes. That some job runs in each quarter of an hour for so long is what there is.
resource "aws_cloudwatch_metric_alarm" "duration" {
  for_each            = var.duration
  alarm_name          = "${local.prefix}-duration-${each.key}"
  alarm_description   = "A ${each.value.jobs} job of ${each.value.vault_name} has been running for ${each.value.longer_than}, or several without a break. ${local.by}"
  namespace           = "AWS/Backup"
  metric_name         = local.running[each.value.jobs]
  dimensions          = merge({ BackupVaultName = each.value.vault_name }, each.value.resource_type == null ? {} : { ResourceType = each.value.resource_type })
  statistic           = "Maximum"
  period              = 900
  evaluation_periods  = 4 * tonumber(trimsuffix(each.value.longer_than, "h"))
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.topic_arn]
  ok_actions          = var.tell_ok ? [local.topic_arn] : []
  tags                = var.tags
}

resource "aws_cloudwatch_metric_alarm" "size_anomaly" {
  for_each            = var.size_anomaly
  alarm_name          = "${local.prefix}-size-${each.key}"
  alarm_description   = "The size of bucket ${each.value.bucket} is not what it used to be. ${local.by}"
  comparison_operator = "LessThanLowerOrGreaterThanUpperThreshold"
  evaluation_periods  = 1
  threshold_metric_id = "band"
  treat_missing_data  = "ignore"
  alarm_actions       = [local.topic_arn]
  ok_actions          = var.tell_ok ? [local.topic_arn] : []
  tags                = var.tags
  metric_query {
    id          = "size"
    return_data = true
    metric {
      namespace   = "AWS/S3"
      metric_name = "BucketSizeBytes"
      dimensions  = { BucketName = each.value.bucket, StorageType = each.value.storage_type }
      period      = 86400
      stat        = "Average"
    }
  }
  metric_query {
    id          = "band"
    expression  = "ANOMALY_DETECTION_BAND(size, ${each.value.band})"
    label       = "expected size"
    return_data = true
  }
}

# The metric goes on while nothing is replicated, and ends with the destination bucket: then nothing counts as breaching.
resource "aws_cloudwatch_metric_alarm" "replication_latency" {
  for_each            = var.replication_latency
  alarm_name          = "${local.prefix}-replication-latency-${each.key}"
  alarm_description   = "Objects of ${each.value.source_bucket} reach ${each.value.destination_bucket} later than after ${each.value.seconds} seconds. ${local.by}"
  namespace           = "AWS/S3"
  metric_name         = "ReplicationLatency"
  dimensions          = { SourceBucket = each.value.source_bucket, DestinationBucket = each.value.destination_bucket, RuleId = each.value.rule_id }
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 3
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.seconds
  treat_missing_data  = "breaching"
  alarm_actions       = [local.topic_arn]
  ok_actions          = var.tell_ok ? [local.topic_arn] : []
  tags                = var.tags
}

resource "aws_cloudwatch_metric_alarm" "replication_failures" {
  for_each            = var.replication_failures
  alarm_name          = "${local.prefix}-replication-failures-${each.key}"
  alarm_description   = "Objects of ${each.value.source_bucket} could not be replicated to ${each.value.destination_bucket}. ${local.by}"
  namespace           = "AWS/S3"
  metric_name         = "OperationsFailedReplication"
  dimensions          = { SourceBucket = each.value.source_bucket, DestinationBucket = each.value.destination_bucket, RuleId = each.value.rule_id }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.topic_arn]
  ok_actions          = var.tell_ok ? [local.topic_arn] : []
  tags                = var.tags
}

# Charges are told a few times a day, and start anew with the month.
resource "aws_cloudwatch_metric_alarm" "cost" {
  for_each            = var.cost
  alarm_name          = "${local.prefix}-cost-${each.key}"
  alarm_description   = "The month's charges are over ${each.value.amount} ${each.value.currency}. ${local.by}"
  namespace           = "AWS/Billing"
  metric_name         = "EstimatedCharges"
  dimensions          = merge({ Currency = each.value.currency }, each.value.service == null ? {} : { ServiceName = each.value.service })
  statistic           = "Maximum"
  period              = 21600
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.amount
  treat_missing_data  = "ignore"
  alarm_actions       = [local.topic_arn]
  ok_actions          = var.tell_ok ? [local.topic_arn] : []
  tags                = var.tags
}

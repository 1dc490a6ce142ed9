# What nobody's policy declares.
resource "aws_s3_bucket" "old" {
  bucket = "shop-old"
  lifecycle_configuration {
    rule {
      id     = "Logs of 2014"
      prefix = "logs/"
      expiration { days = 30 }
    }
    rule {
      id     = "backstay:other:tmp"
      prefix = "tmp/"
      expiration { days = 1 }
    }
  }
}

resource "aws_s3_bucket" "new" {
  bucket = "shop-new"
  versioning { status = "Enabled" }
  lifecycle_configuration {
    rule {
      id = "archive/logs"
      filter { prefix = "logs/" }
      transition {
        days          = 30
        storage_class = "STANDARD_IA"
      }
    }
    rule {
      id = "archive logs"
      filter {
        and {
          prefix = "logs/"
          tags   = { keep = "short" }
        }
      }
      expiration { days = 400 }
    }
  }
  replication_configuration {
    role = "arn:aws:iam::123456789012:role/theirs"
    rule {
      id     = "from-2015"
      status = "Enabled"
      prefix = ""
      destination { bucket = "arn:aws:s3:::shop-copy" }
    }
  }
}

resource "aws_s3_bucket" "copy" {
  bucket = "shop-copy"
  versioning { status = "Enabled" }
}

resource "aws_backup_vault" "first" {
  name = "Default"
}

resource "aws_backup_plan" "stack" {
  name = "of-a-stack"
  rule {
    rule_name         = "daily"
    target_vault_name = "Default"
    schedule          = "cron(0 5 * * ? *)"
    lifecycle { delete_after = 35 }
  }
  selection {
    name      = "all"
    resources = ["*"]
  }
  tags = { "aws:cloudformation:stack-name" = "shop", team = "data" }
}

resource "aws_cloudwatch_metric_alarm" "scaling" {
  alarm_name          = "TargetTracking-table/orders-AlarmHigh-1"
  comparison_operator = "GreaterThanThreshold"
  evaluation_periods  = 2
  threshold           = 42
  metric_name         = "ConsumedReadCapacityUnits"
  namespace           = "AWS/DynamoDB"
  period              = 60
  statistic           = "Sum"
}

resource "aws_cloudwatch_metric_alarm" "band" {
  alarm_name          = "odd: ünusual \"size\""
  evaluation_periods  = 2
  comparison_operator = "GreaterThanUpperThreshold"
  threshold_metric_id = "band"
  metric_query {
    id          = "band"
    expression  = "ANOMALY_DETECTION_BAND(size, 3)"
    return_data = true
  }
  metric_query {
    id          = "size"
    return_data = true
    metric {
      namespace   = "Custom"
      metric_name = "BackupSize"
      period      = 3600
      stat        = "p99.9"
    }
  }
}

resource "aws_cloudwatch_composite_alarm" "any" {
  alarm_name = "any"
  alarm_rule = "alarm(\"TargetTracking-table/orders-AlarmHigh-1\")   or not ok(\"TargetTracking-table/orders-AlarmHigh-1\")"
}

resource "aws_cloudwatch_dashboard" "old" {
  dashboard_name = "old"
  dashboard_body = "{ \"widgets\": [ ] , \"start\" : \"-PT3H\" }"
}

resource "aws_sns_topic" "plain" {
  name = "plain"
}

resource "aws_sns_topic" "alerts" {
  name            = "alerts"
  display_name    = "Alerts"
  delivery_policy = jsonencode({ http = { defaultHealthyRetryPolicy = { numRetries = 3, minDelayTarget = 20, maxDelayTarget = 20 } } })
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "backup.amazonaws.com" }, Action = "sns:Publish", Resource = "*" }]
  })
  subscription {
    protocol = "email"
    endpoint = "asked@example.com"
  }
  subscription {
    protocol             = "sqs"
    endpoint             = "arn:aws:sqs:us-east-1:123456789012:alerts"
    raw_message_delivery = true
    filter_policy        = jsonencode({ State = [{ anything-but = ["COMPLETED"] }] })
  }
}

resource "aws_dlm_lifecycle_policy" "broken" {
  id          = "policy-0a"
  description = "volumes"
  state       = "ERROR"
  policy_details {
    target_tags = { backup = "yes" }
    schedule {
      name = "daily"
      create_rule { interval = 24 }
      retain_rule { count = 7 }
    }
  }
}

resource "aws_dlm_lifecycle_policy" "twin" {
  id          = "policy-0b"
  description = "volumes"
  policy_details {
    target_tags = { backup = "no" }
    schedule {
      name = "weekly"
      create_rule { cron_expression = "cron(0 4 ? * SUN *)" }
      retain_rule {
        interval      = 1
        interval_unit = "YEARS"
      }
    }
  }
}

resource "aws_backup_vault" "locked" {
  name = "locked"
  lock {
    min_retention_days  = 7
    changeable_for_days = 5
    locked_days_ago     = 1
  }
}

resource "aws_backup_plan" "old" {
  name = "old.plan"
  rule {
    rule_name         = "for.ever"
    target_vault_name = "Default"
    schedule          = "cron(0 5 ? * 2 *)"
    start_window      = 60
  }
  rule {
    rule_name                = "pitr"
    target_vault_name        = "locked"
    enable_continuous_backup = true
    lifecycle { delete_after = 35 }
    copy_action { destination_vault_arn = "arn:aws:backup:us-west-2:210987654321:backup-vault:copies" }
  }
  selection {
    name          = "tags"
    resources     = []
    not_resources = ["arn:aws:s3:::scratch"]
    selection_tag {
      key   = "backup"
      value = "yes"
    }
  }
}

resource "aws_dynamodb_table" "everywhere" {
  name           = "everywhere"
  stream_enabled = true
  point_in_time_recovery { enabled = true }
  replica { region_name = "eu-west-1" }
}

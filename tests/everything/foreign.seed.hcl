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

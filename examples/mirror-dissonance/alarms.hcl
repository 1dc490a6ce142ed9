# Somebody is told when recovery is turned off. DynamoDB publishes no metric of it (the old guide alarmed on one that does not exist), but
# CloudTrail records the call, and EventBridge hands it on within minutes. The account needs a trail of management events for that.
resource "aws_sns_topic" "alerts" {
  target = target.primary
  name   = "mirror-dissonance-${var.environment}-alerts"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "alarms"
      Effect    = "Allow"
      Principal = { Service = ["cloudwatch.amazonaws.com", "events.amazonaws.com"] }
      Action    = "SNS:Publish"
      Resource  = "arn:aws:sns:us-east-1:123456789012:mirror-dissonance-${var.environment}-alerts"
    }]
  })
}

resource "aws_cloudwatch_event_rule" "recovery_off" {
  target      = target.primary
  name        = "mirror-dissonance-${var.environment}-recovery-off"
  description = "Somebody turned point-in-time recovery off, and with it went the history"
  event_pattern = jsonencode({
    source      = ["aws.dynamodb"]
    detail-type = ["AWS API Call via CloudTrail"]
    detail = {
      eventSource = ["dynamodb.amazonaws.com"]
      eventName   = ["UpdateContinuousBackups"]
      requestParameters = {
        # Callers name a table by its name or by its ARN.
        tableName                        = concat(local.names, [for name in local.names : aws_dynamodb_table.mirror[name].arn])
        pointInTimeRecoverySpecification = { pointInTimeRecoveryEnabled = [false] }
      }
    }
  })
}

resource "aws_cloudwatch_event_target" "recovery_off" {
  target    = target.primary
  rule      = aws_cloudwatch_event_rule.recovery_off.name
  target_id = "people"
  arn       = aws_sns_topic.alerts.arn
  input_transformer {
    input_paths = {
      table = "$.detail.requestParameters.tableName"
      who   = "$.detail.userIdentity.arn"
    }
    input_template = "\"<who> turned point-in-time recovery of <table> off: its history is gone. `backstay apply` turns it on again.\""
  }
}

# Recovery costs by the size of the tables. AWS publishes what the month has cost so far, in us-east-1 only, a few times a day.
resource "aws_cloudwatch_metric_alarm" "cost" {
  target            = target.primary
  alarm_name        = "mirror-dissonance-${var.environment}-cost"
  alarm_description = "DynamoDB has cost more than ${var.monthly_budget} USD this month"
  namespace         = "AWS/Billing"
  metric_name       = "EstimatedCharges"
  dimensions = {
    ServiceName = "AmazonDynamoDB"
    Currency    = "USD"
  }
  statistic           = "Maximum"
  period              = 21600
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.monthly_budget
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
}

variable "monthly_budget" {
  type        = number
  description = "What DynamoDB may cost in a month, in USD"
  default     = 50
}

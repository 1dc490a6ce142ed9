# Somebody is told when recovery is turned off. DynamoDB publishes no metric of it (the old guide alarmed on one that does not exist), but
# CloudTrail records the call: a metric filter on the trail's log group counts it. The README has the filter.
resource "aws_sns_topic" "alerts" {
  target = target.primary
  name   = "mirror-dissonance-${var.environment}-alerts"
}

resource "aws_cloudwatch_metric_alarm" "recovery_off" {
  target              = target.primary
  alarm_name          = "mirror-dissonance-${var.environment}-recovery-off"
  alarm_description   = "Somebody turned point-in-time recovery off: its history is gone; `backstay plan` shows of which table"
  namespace           = "MirrorDissonance"
  metric_name         = "PointInTimeRecoveryTurnedOff"
  statistic           = "Sum"
  period              = 60
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
}

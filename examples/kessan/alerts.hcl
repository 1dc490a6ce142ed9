# Who is told what happens to the database. There is no metric of a backup that failed: RDS tells of it as an event.
resource "aws_sns_topic" "alerts" {
  target = target.tokyo
  name   = "${local.name}-alerts"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "databases"
      Effect    = "Allow"
      Principal = { Service = "events.rds.amazonaws.com" }
      Action    = "SNS:Publish"
      Resource  = "arn:aws:sns:ap-northeast-1:${var.account_id}:${local.name}-alerts"
      Condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
    }]
  })
  subscription {
    protocol = "email"
    endpoint = var.alert_email
  }
}

variable "alert_email" {
  type        = string
  description = "Who is told; AWS sends a message there that must be confirmed once"
  default     = "kessan-operations@example.com"
}

resource "aws_db_event_subscription" "database" {
  target           = target.tokyo
  name             = "${local.name}-database"
  sns_topic        = aws_sns_topic.alerts.arn
  source_type      = "db-instance"
  source_ids       = [local.database]
  event_categories = ["availability", "backup", "configuration change", "deletion", "failure", "low storage", "recovery"]
}

# Exports are told of as events of snapshots. RDS takes no snapshot by name here that is not there yet, so these are all of them.
resource "aws_db_event_subscription" "exports" {
  target           = target.tokyo
  name             = "${local.name}-exports"
  sns_topic        = aws_sns_topic.alerts.arn
  source_type      = "db-snapshot"
  event_categories = ["creation", "deletion", "notification"]
}

# Somebody is told when recovery is turned off. DynamoDB publishes no metric of it (the old guide alarmed on one that does not exist), but
# CloudTrail records the call, and EventBridge hands it on within minutes. The account needs a trail of management events for that, and
# billing alerts for its costs.
backup_alarms "mirror" {
  target      = target.primary
  name_prefix = "mirror-dissonance-${var.environment}"
  email       = [var.alert_email]
  pitr_off    = true

  # The drill's recovery points are made once a month, which no alarm can wait for: it tells when one fails, or when a restore of it does.
  backup_jobs  = true
  restore_jobs = true

  cost "dynamodb" {
    service = "AmazonDynamoDB"
    amount  = var.monthly_budget
  }
}

variable "alert_email" {
  type        = string
  description = "Who is told; AWS sends a message there that must be confirmed once"
  default     = "mirror-dissonance@example.com"
}

variable "monthly_budget" {
  type        = number
  description = "What DynamoDB may cost in a month, in USD"
  default     = 50
}

resource "aws_vpc" "main" {
  cidr_block = var.vpc_cidr
}

resource "aws_sqs_queue" "alerts" {
  name = "${local.prefix}-alerts"
}

resource "aws_sns_topic_subscription" "queue" {
  topic_arn = aws_sns_topic.alerts.arn
  protocol  = "sqs"
  endpoint  = aws_sqs_queue.alerts.arn
}

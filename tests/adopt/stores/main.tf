provider "aws" {
  region = "eu-west-1"
}

provider "aws" {
  alias  = "north"
  region = "eu-north-1"
}
variable "ids" {
  default = { a = { days = 7 }, b = { days = 14 } }
}
resource "aws_db_instance" "x" {
  for_each                 = var.ids
  identifier               = "db-${each.key}"
  backup_retention_period  = each.value.days
  delete_automated_backups = false
}
resource "aws_rds_cluster" "x" {
  cluster_identifier      = "aurora"
  backup_retention_period = 7
  preferred_backup_window = "02:00-03:00"
  backtrack_window        = 3600
  skip_final_snapshot     = true
}
resource "aws_docdb_cluster" "x" {
  cluster_identifier      = "doc"
  backup_retention_period = 7
}
resource "aws_neptune_cluster" "x" {
  cluster_identifier      = "nep"
  backup_retention_period = 7
  deletion_protection     = true
}
resource "aws_elasticache_replication_group" "x" {
  replication_group_id     = "cache"
  description              = "x"
  snapshot_retention_limit = 7
  snapshot_window          = "02:00-03:00"
}
resource "aws_redshift_cluster" "x" {
  cluster_identifier                  = "wh"
  node_type                           = "ra3.large"
  automated_snapshot_retention_period = 7
}
resource "aws_redshift_cluster" "nothing" {
  cluster_identifier = "wh2"
  node_type          = "ra3.large"
}
resource "aws_backup_region_settings" "x" {
  resource_type_opt_in_preference = {
    DynamoDB = true
    S3       = true
  }
}
resource "aws_backup_global_settings" "x" {
  global_settings = { "isCrossAccountBackupEnabled" = "true" }
}
resource "aws_db_event_subscription" "x" {
  name             = "ev"
  sns_topic        = aws_sns_topic.t.arn
  source_type      = "db-instance"
  source_ids       = [for db in aws_db_instance.x : db.identifier]
  event_categories = ["backup"]
}
resource "aws_sns_topic" "t" {
  name = "topic"
}
resource "aws_sns_topic_subscription" "t" {
  count     = 2
  topic_arn = aws_sns_topic.t.arn
  protocol  = "sqs"
  endpoint  = "arn:aws:sqs:eu-west-1:123456789012:q${count.index}"
}
resource "aws_db_instance_automated_backups_replication" "x" {
  provider               = aws.north
  source_db_instance_arn = aws_db_instance.x["a"].arn
}
resource "aws_backup_vault" "v" {
  for_each = var.ids
  name     = "v-${each.key}"
}
resource "aws_backup_vault_lock_configuration" "v" {
  for_each           = aws_backup_vault.v
  backup_vault_name  = each.value.name
  min_retention_days = var.ids[each.key].days
}
resource "aws_backup_plan" "p" {
  name = "plan"
  dynamic "rule" {
    for_each = var.ids
    iterator = it
    content {
      rule_name         = "r-${it.key}"
      target_vault_name = aws_backup_vault.v[it.key].name
      schedule          = "cron(0 ${it.value.days} * * ? *)"
      lifecycle { delete_after = it.value.days }
    }
  }
}
resource "aws_backup_selection" "s" {
  name         = "sel"
  plan_id      = aws_backup_plan.p.id
  iam_role_arn = aws_iam_role.r["backup"].arn
  resources    = concat([for k, v in aws_db_instance.x : v.arn], values(aws_dynamodb_table.t)[*].arn, [aws_dynamodb_table.plain.arn, aws_rds_cluster.x.arn], [for b in aws_s3_bucket.b : b.arn])
}
resource "aws_iam_role" "r" {
  for_each = toset(["backup"])
  name     = "role-${each.key}"
}
resource "aws_dynamodb_table" "t" {
  for_each = var.ids
  name     = each.key == "a" ? "orders" : "buyers"
  point_in_time_recovery { enabled = true }
}
resource "aws_dynamodb_table" "plain" {
  name = "plain"
}
resource "aws_s3_bucket" "b" {
  for_each = var.ids
  bucket   = "bucket-${each.key}"
}
resource "aws_s3_bucket_versioning" "b" {
  for_each = aws_s3_bucket.b
  bucket   = each.value.id
  versioning_configuration { status = "Enabled" }
}
resource "aws_s3_bucket_lifecycle_configuration" "b" {
  bucket = aws_s3_bucket.b["a"].id
  rule {
    id     = "x"
    status = "Enabled"
    prefix = "legacy/"
    expiration { days = 3 }
  }
  rule {
    id     = "y-${var.ids["a"].days}"
    status = "Enabled"
    filter { prefix = "p/" }
    expiration { days = 3 }
  }
}

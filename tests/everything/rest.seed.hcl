# What the examples have nothing of.
resource "aws_s3_bucket" "reports" {
  bucket = "audit-reports"
}

resource "aws_rds_cluster" "carts" {
  cluster_identifier      = "carts"
  engine                  = "aurora-mysql"
  backup_retention_period = 20
}

resource "aws_docdb_cluster" "documents" {
  cluster_identifier = "documents"
}

resource "aws_neptune_cluster" "graph" {
  cluster_identifier           = "graph"
  backup_retention_period      = 30
  preferred_maintenance_window = "sun:05:00-sun:05:30"
}

resource "aws_efs_file_system" "media" {
  id   = "fs-0123456789abcdef1"
  tags = { Name = "media" }
}

resource "aws_redshift_cluster" "sales" {
  cluster_identifier                  = "sales"
  node_type                           = "ra3.large"
  automated_snapshot_retention_period = 3
}

resource "aws_cloudwatch_log_group" "export" {
  name              = "/aws/lambda/export"
  retention_in_days = 30
  tags              = { "aws:cloudformation:stack-name" = "shop" }
}

resource "aws_backup_global_settings" "account" {
  global_settings = { isMpaEnabled = "true" }
}

resource "aws_iam_role" "all" {
  for_each           = toset(["dlm", "scheduler", "backup"])
  name               = each.key
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = ["backup.amazonaws.com", "dlm.amazonaws.com", "scheduler.amazonaws.com"] }
      Action    = "sts:AssumeRole"
    }]
  })
}

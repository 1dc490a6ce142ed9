data "aws_caller_identity" "current" {}
data "aws_region" "current" {}

# Every table of the module.
resource "aws_dynamodb_table" "sales" {
  for_each     = local.tables
  name         = "${each.key}Table-${var.environment}"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }

  # Thirty-five days, as the auditors want it.
  point_in_time_recovery {
    enabled                 = true
    recovery_period_in_days = 35
  }

  deletion_protection_enabled = var.environment == "production" # only there

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_dynamodb_table" "scratch" {
  name         = "scratch-${var.environment}"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
}

resource "aws_s3_bucket" "invoices" {
  bucket              = "${local.prefix}-invoices"
  object_lock_enabled = true
}

resource "aws_s3_bucket_versioning" "invoices" {
  bucket = aws_s3_bucket.invoices.id
  versioning_configuration {
    status = "Enabled"
  }
}

# Old versions go after seven years.
resource "aws_s3_bucket_lifecycle_configuration" "invoices" {
  bucket     = aws_s3_bucket.invoices.id
  depends_on = [aws_s3_bucket_versioning.invoices]

  rule {
    id     = "old-versions"
    status = "Enabled"
    filter {
      prefix = "pdf/"
    }
    noncurrent_version_expiration {
      noncurrent_days = 2555
    }
  }

  rule {
    id     = "uploads"
    status = "Enabled"
    filter {}
    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "invoices" {
  bucket = aws_s3_bucket.invoices.bucket
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_object_lock_configuration" "invoices" {
  bucket = aws_s3_bucket.invoices.id
  rule {
    default_retention {
      mode = "GOVERNANCE"
      days = 30
    }
  }
}

resource "aws_s3_bucket" "invoices_dr" {
  provider            = aws.west
  bucket              = "${local.prefix}-invoices-dr"
  object_lock_enabled = true
}

resource "aws_s3_bucket_versioning" "invoices_dr" {
  provider = aws.west
  bucket   = aws_s3_bucket.invoices_dr.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_iam_role" "replication" {
  name               = "${local.prefix}-replication"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Principal = { Service = "s3.amazonaws.com" }, Action = "sts:AssumeRole" }] })
}

resource "aws_s3_bucket_replication_configuration" "invoices" {
  bucket = aws_s3_bucket_versioning.invoices.bucket
  role   = aws_iam_role.replication.arn

  rule {
    id       = "dr"
    priority = 1
    status   = "Enabled"
    filter {
      prefix = ""
    }
    delete_marker_replication {
      status = "Enabled"
    }
    destination {
      bucket = aws_s3_bucket.invoices_dr.arn
    }
  }

  depends_on = [aws_s3_bucket_versioning.invoices_dr]
}

resource "aws_db_instance" "ledger" {
  identifier                  = "${local.prefix}-ledger"
  instance_class              = "db.t4g.medium"
  engine                      = "postgres"
  username                    = "ledger"
  manage_master_user_password = true
  allocated_storage           = 20
  backup_retention_period     = var.retention["daily"]
  backup_window               = "03:00-04:00"
  copy_tags_to_snapshot       = true
  deletion_protection         = true
  apply_immediately           = true
  skip_final_snapshot         = true
}

resource "aws_cloudwatch_log_group" "orders" {
  name              = "/app/${local.prefix}"
  retention_in_days = 365
}

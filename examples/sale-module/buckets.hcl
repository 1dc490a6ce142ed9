# Documents: every version is kept, in ever cheaper storage, for seven years, and is copied to the other region.
locals {
  buckets = ["attachments", "invoices"]
}

protect "aws_s3_bucket" "documents" {
  for_each = toset(local.buckets)
  target   = target.primary
  select { names = ["${local.name}-${each.key}"] }

  versioning { status = "Enabled" }

  lifecycle_rule "previous-versions" {
    filter { prefix = "" }
    noncurrent_version_transition {
      storage_class   = "STANDARD_IA"
      noncurrent_days = 30
    }
    noncurrent_version_transition {
      storage_class   = "GLACIER"
      noncurrent_days = 90
    }
    noncurrent_version_expiration { noncurrent_days = local.years.seven }
    abort_incomplete_multipart_upload { days_after_initiation = 7 }
  }

  replication_role = "arn:aws:iam::${var.account_id}:role/${local.name}-replication"
  replication_rule "dr" {
    priority = 1
    filter { prefix = "" }
    delete_marker_replication { status = "Disabled" }
    destination {
      bucket        = aws_s3_bucket.replicas[each.key]["${local.name}-${each.key}-dr"].arn
      storage_class = "STANDARD_IA"
      metrics { status = "Enabled" }
    }
  }
}

protect "aws_s3_bucket" "replicas" {
  for_each = toset(local.buckets)
  target   = target.dr
  select { names = ["${local.name}-${each.key}-dr"] }
  versioning { status = "Enabled" }
}

# Exports are written once and never changed.
protect "aws_s3_bucket" "exports" {
  target = target.primary
  select { names = ["${local.name}-exports"] }
  versioning { status = "Enabled" }
  lifecycle_rule "seven-years" {
    filter { prefix = "" }
    transition {
      storage_class = "STANDARD_IA"
      days          = 30
    }
    transition {
      storage_class = "GLACIER"
      days          = 90
    }
    transition {
      storage_class = "DEEP_ARCHIVE"
      days          = 365
    }
    expiration { days = local.years.seven }
    noncurrent_version_expiration { noncurrent_days = 30 }
  }
}

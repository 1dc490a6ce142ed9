# Important: media is in the other region within 15 minutes, which S3 promises with its replication time control, and tells when it is not.
protect "aws_s3_bucket" "media" {
  target = target.primary
  select { names = ["${local.name}-media"] }

  versioning { status = "Enabled" }

  lifecycle_rule "earlier-versions" {
    filter { prefix = "" }
    noncurrent_version_expiration { noncurrent_days = local.retention }
    abort_incomplete_multipart_upload { days_after_initiation = 7 }
  }

  replication_role = "arn:aws:iam::${var.account_id}:role/${local.name}-replication"
  replication_rule "west" {
    priority = 1
    filter { prefix = "" }
    delete_marker_replication { status = "Enabled" }
    destination {
      bucket        = aws_s3_bucket.west["eventchain-backups-west"].arn
      storage_class = "STANDARD_IA"
      replication_time {
        status = "Enabled"
        time { minutes = 15 }
      }
      metrics {
        status = "Enabled"
        event_threshold { minutes = 15 }
      }
    }
  }
}

protect "aws_s3_bucket" "west" {
  target = target.west
  select { names = ["eventchain-backups-west"] }

  versioning { status = "Enabled" }

  lifecycle_rule "earlier-versions" {
    filter { prefix = "" }
    noncurrent_version_expiration { noncurrent_days = local.retention }
  }
}

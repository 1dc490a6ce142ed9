# What the processor is configured with, and what it logged. An earlier version can be had back for 90 days.
protect "aws_s3_bucket" "config_and_logs" {
  target = target.primary
  select { names = ["${local.name}-config", "${local.name}-logs"] }

  versioning { status = "Enabled" }

  lifecycle_rule "earlier-versions" {
    filter { prefix = "" }
    noncurrent_version_expiration { noncurrent_days = 90 }
    abort_incomplete_multipart_upload { days_after_initiation = 7 }
  }
}

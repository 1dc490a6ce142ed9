# What the policy expects to find, for the sandbox: recovery is off, and of the buckets one has versions.
resource "aws_dynamodb_table" "audit" {
  name     = "audit-records"
  hash_key = "record_id"
}

resource "aws_dynamodb_table" "state" {
  name     = "processing-state"
  hash_key = "job_id"
}

resource "aws_s3_bucket" "config" {
  bucket = "dynamodb-processor-production-config"
  versioning { status = "Enabled" }
}

resource "aws_s3_bucket" "logs" {
  bucket = "dynamodb-processor-production-logs"
}

resource "aws_s3_bucket" "copy" {
  bucket = "shop-copy"
  region = "us-west-2"
  versioning { status = "Enabled" }
}

resource "aws_s3_bucket" "old" {
  bucket = "shop-old"
  lifecycle_configuration {
    transition_default_minimum_object_size = "varies_by_storage_class"
    rule {
      id     = "from-2014"
      prefix = "logs/"
      expiration { days = 30 }
    }
    rule {
      status = "Disabled"
      prefix = ""
      transition {
        date          = "2031-01-01T00:00:00.000Z"
        storage_class = "GLACIER"
      }
    }
  }
}

resource "aws_s3_bucket" "files" {
  bucket = "shop-files"
  versioning { status = "Enabled" }
  lifecycle_configuration {
    transition_default_minimum_object_size = "varies_by_storage_class"
    rule {
      id = "empty-filter"
      filter {}
      abort_incomplete_multipart_upload { days_after_initiation = 3 }
    }
    rule {
      filter { prefix = "" }
      expiration { expired_object_delete_marker = true }
    }
    rule {
      id     = "backstay:other:not-ours"
      status = "Disabled"
      filter {
        tag {
          key   = "class"
          value = ""
        }
      }
      expiration { date = "2031-01-01T00:00:00.000Z" }
    }
    rule {
      id = "backstay-shop-looks-like-it"
      filter { object_size_greater_than = 0 }
      transition {
        days          = 0
        storage_class = "INTELLIGENT_TIERING"
      }
      transition {
        days          = 120
        storage_class = "DEEP_ARCHIVE"
      }
    }
    rule {
      id = "many conditions, ünd other letters"
      filter {
        and {
          prefix                   = "a b/"
          tags                     = { k = "v", l = "" }
          object_size_greater_than = 5
          object_size_less_than    = 1099511627776
        }
      }
      noncurrent_version_transition {
        noncurrent_days           = 30
        newer_noncurrent_versions = 2
        storage_class             = "GLACIER"
      }
      noncurrent_version_expiration {
        noncurrent_days           = 365
        newer_noncurrent_versions = 100
      }
    }
    rule {
      id = "size"
      filter { object_size_less_than = 10 }
      noncurrent_version_expiration { noncurrent_days = 1 }
    }
  }
  replication_configuration {
    role = "arn:aws:iam::123456789012:role/theirs"
    rule {
      id       = "all"
      priority = 1
      status   = "Enabled"
      filter {}
      delete_marker_replication { status = "Enabled" }
      source_selection_criteria {
        replica_modifications { status = "Disabled" }
      }
      destination {
        bucket = "arn:aws:s3:::shop-copy"
        metrics { status = "Disabled" }
        replication_time {
          status = "Disabled"
          time { minutes = 15 }
        }
      }
    }
    rule {
      id       = "tagged"
      priority = 2
      status   = "Disabled"
      filter {
        tag {
          key   = "copy"
          value = "theirs"
        }
      }
      delete_marker_replication { status = "Disabled" }
      source_selection_criteria {
        sse_kms_encrypted_objects { status = "Enabled" }
      }
      destination {
        bucket        = "arn:aws:s3:::shop-copy"
        account       = "123456789012"
        storage_class = "STANDARD"
        access_control_translation { owner = "Destination" }
        encryption_configuration { replica_kms_key_id = "arn:aws:kms:us-west-2:123456789012:key/1" }
        metrics { status = "Enabled" }
      }
    }
  }
}

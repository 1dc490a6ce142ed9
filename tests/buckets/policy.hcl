backstay {
  workspace = "shop"
}

protect "aws_s3_bucket" "shop" {
  select { names = ["shop-files"] }

  lifecycle_rule "tmp" {
    filter { prefix = "tmp/" }
    expiration { days = 30 }
  }

  replication_role = "arn:aws:iam::123456789012:role/theirs"
  replication_rule "dr" {
    priority = 9
    filter {
      and {
        prefix = "ours/"
        tags   = { copy = "yes" }
      }
    }
    source_selection_criteria {
      sse_kms_encrypted_objects { status = "Enabled" }
      replica_modifications { status = "Enabled" }
    }
    destination {
      bucket        = "arn:aws:s3:::shop-copy"
      account       = "123456789012"
      storage_class = "GLACIER_IR"
      access_control_translation { owner = "Destination" }
      encryption_configuration { replica_kms_key_id = "arn:aws:kms:us-west-2:123456789012:alias/copies" }
      metrics {
        status = "Enabled"
        event_threshold { minutes = 15 }
      }
      replication_time {
        status = "Enabled"
        time { minutes = 15 }
      }
    }
  }
}

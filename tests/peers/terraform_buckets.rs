//! Terraform and the settings of buckets, over `backstay sandbox serve`: what it applies it finds unchanged, and what backstay applied it
//! imports unchanged.

use crate::support::{Peer, Policy, Terraform, import};

/// Lifecycle rules by name, in the arguments that both languages share. They stand in the order in which backstay writes them, those that
/// delete nothing first: AWS keeps it, and the provider takes another order for a change.
const LIFECYCLE: [(&str, &str); 4] = [
    (
        "tagged",
        r#"
    filter {
      tag {
        key   = "tmp"
        value = "yes"
      }
    }
    transition {
      date          = "2030-01-01T00:00:00Z"
      storage_class = "GLACIER_IR"
    }
"#,
    ),
    (
        "uploads",
        r#"
    filter {
      prefix = ""
    }
    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
    expiration {
      expired_object_delete_marker = true
    }
"#,
    ),
    (
        "old",
        r#"
    filter {
      prefix = "old/"
    }
    expiration {
      date = "2030-01-01T00:00:00Z"
    }
"#,
    ),
    (
        "previous-versions",
        r#"
    filter {
      and {
        prefix                   = "pdf/"
        tags                     = { kind = "invoice", year = "2026" }
        object_size_greater_than = 1000
        object_size_less_than    = 500000
      }
    }
    transition {
      days          = 30
      storage_class = "STANDARD_IA"
    }
    transition {
      days          = 90
      storage_class = "GLACIER"
    }
    expiration {
      days = 2555
    }
    noncurrent_version_transition {
      noncurrent_days           = 30
      newer_noncurrent_versions = 3
      storage_class             = "GLACIER"
    }
    noncurrent_version_expiration {
      noncurrent_days           = 2555
      newer_noncurrent_versions = 3
    }
"#,
    ),
];

/// Replication rules likewise.
const REPLICATION: [(&str, &str); 2] = [
    (
        "dr",
        r#"
    priority = 2
    filter {
      and {
        prefix = "pdf/"
        tags   = { kind = "invoice" }
      }
    }
    delete_marker_replication {
      status = "Disabled"
    }
    source_selection_criteria {
      sse_kms_encrypted_objects {
        status = "Enabled"
      }
      replica_modifications {
        status = "Enabled"
      }
    }
    destination {
      bucket        = "arn:aws:s3:::invoices-dr"
      account       = "123456789012"
      storage_class = "STANDARD_IA"
      access_control_translation {
        owner = "Destination"
      }
      encryption_configuration {
        replica_kms_key_id = "arn:aws:kms:us-west-2:123456789012:key/11111111-2222-3333-4444-555555555555"
      }
      metrics {
        status = "Enabled"
        event_threshold {
          minutes = 15
        }
      }
      replication_time {
        status = "Enabled"
        time {
          minutes = 15
        }
      }
    }
"#,
    ),
    (
        "rest",
        r#"
    priority = 1
    filter {
      prefix = ""
    }
    delete_marker_replication {
      status = "Enabled"
    }
    destination {
      bucket = "arn:aws:s3:::invoices-dr"
    }
"#,
    ),
];

/// A bucket, and one in another region to which it is copied. Both have object lock: AWS copies from a locked bucket to no other.
const BUCKETS: &str = r#"
resource "aws_s3_bucket" "invoices" {
  bucket              = "invoices"
  object_lock_enabled = true
  tags                = { env = "production" }
}

resource "aws_s3_bucket" "replica" {
  provider            = aws.west
  bucket              = "invoices-dr"
  object_lock_enabled = true
}
"#;

/// What stands for each setting in the provider's language; the rules go where `RULES` stands.
const SETTINGS: &str = r#"
resource "aws_s3_bucket_versioning" "invoices" {
  bucket = "invoices"
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_versioning" "replica" {
  provider = aws.west
  bucket   = "invoices-dr"
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_object_lock_configuration" "invoices" {
  bucket = aws_s3_bucket_versioning.invoices.bucket
  rule {
    default_retention {
      mode = "GOVERNANCE"
      days = 30
    }
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "invoices" {
  bucket = aws_s3_bucket_versioning.invoices.bucket
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"
    }
    bucket_key_enabled = true
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "invoices" {
  bucket                                 = aws_s3_bucket_versioning.invoices.bucket
  transition_default_minimum_object_size = "varies_by_storage_class"
LIFECYCLE}

resource "aws_s3_bucket_replication_configuration" "invoices" {
  depends_on = [aws_s3_bucket_versioning.replica]
  bucket     = aws_s3_bucket_versioning.invoices.bucket
  role       = "arn:aws:iam::123456789012:role/replication"
REPLICATION}
"#;

/// The same settings in backstay's language.
const POLICY: &str = r#"
backstay { workspace = "shop" }
target "primary" { region = "us-east-1" }
target "west" { region = "us-west-2" }

protect "aws_s3_bucket" "replica" {
  target = target.west
  select { names = ["invoices-dr"] }
  versioning { status = "Enabled" }
  object_lock {}
}

protect "aws_s3_bucket" "invoices" {
  target = target.primary
  select { tags = { env = "production" } }
  versioning { status = "Enabled" }
  object_lock {
    default_retention {
      mode = "GOVERNANCE"
      days = 30
    }
  }
  server_side_encryption {
    sse_algorithm      = "aws:kms"
    kms_master_key_id  = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"
    bucket_key_enabled = true
  }
  transition_default_minimum_object_size = "varies_by_storage_class"
  replication_role                       = "arn:aws:iam::123456789012:role/replication"
LIFECYCLE
REPLICATION
}
"#;

#[test]
fn terraform_settles_on_the_settings_of_buckets_where_it_is_installed() {
    let world = Peer::Sandbox.start();
    let Some(terraform) = Terraform::new(&world, &all()) else { return };
    terraform.run(&["apply", "-auto-approve"]).exits(0).says("8 added, 0 changed, 0 destroyed");
    terraform.is_settled();
    terraform.run(&["destroy", "-auto-approve"]).exits(0).says("8 destroyed");
}

#[test]
fn the_settings_of_buckets_that_backstay_applied_terraform_imports_unchanged_where_it_is_installed() {
    let world = Peer::Sandbox.start();
    let Some(terraform) = Terraform::new(&world, "") else { return };
    world.bucket("invoices", "us-east-1", &[("env", "production")]);
    world.bucket("invoices-dr", "us-west-2", &[]);
    let policy = Policy::new(&world, &in_backstay());
    let consents = ["--allow-weakening", "aws_s3_bucket.invoices", "--accept-irreversible", "aws_s3_bucket.*"];
    let applied = policy.backstay(&[&["apply", "--auto-approve"], consents.as_slice()].concat());
    applied.exits(0).says("0 added, 2 changed, 0 destroyed").says("Read again: no changes.");
    policy.is_settled();
    let kinds = ["versioning", "object_lock_configuration", "server_side_encryption_configuration"];
    let kinds = kinds.into_iter().chain(["lifecycle_configuration", "replication_configuration"]);
    let imports: String = kinds.map(|kind| import(&format!("aws_s3_bucket_{kind}.invoices"), "invoices")).collect();
    let imports = format!("{imports}{}", import("aws_s3_bucket_versioning.replica", "invoices-dr"));
    let terraform = terraform.rewritten(&format!("{}{imports}", in_terraform(SETTINGS, "backstay:shop:")));
    terraform.only_imports(6);
    terraform.run(&["apply", "-auto-approve"]).exits(0).says("6 imported, 0 added, 0 changed, 0 destroyed");
    terraform.is_settled();
    policy.is_settled();
}

/// The buckets and all their settings.
pub(crate) fn all() -> String {
    let settings = SETTINGS.replace("bucket = \"invoices\"", "bucket = aws_s3_bucket.invoices.id");
    let settings = settings.replace("bucket   = \"invoices-dr\"", "bucket   = aws_s3_bucket.replica.id");
    format!("{BUCKETS}{}", in_terraform(&settings, ""))
}

/// The settings with the rules in Terraform's language, where a rule's name is its id at AWS.
fn in_terraform(settings: &str, before_names: &str) -> String {
    let written =
        |(name, body): &(&str, &str)| format!("  rule {{\n    id     = \"{before_names}{name}\"\n    status = \"Enabled\"{body}  }}\n");
    let rules = |all: &[(&str, &str)]| all.iter().map(written).collect::<String>();
    settings.replace("LIFECYCLE", &rules(&LIFECYCLE)).replace("REPLICATION", &rules(&REPLICATION))
}

/// The policy with the rules.
fn in_backstay() -> String {
    let rules = |block: &str, all: &[(&str, &str)]| {
        all.iter().map(|(name, body)| format!("  {block} \"{name}\" {{{body}  }}\n")).collect::<String>()
    };
    POLICY.replace("LIFECYCLE", &rules("lifecycle_rule", &LIFECYCLE)).replace("REPLICATION", &rules("replication_rule", &REPLICATION))
}

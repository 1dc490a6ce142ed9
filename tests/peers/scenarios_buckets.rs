//! Buckets on each emulator that carries their settings: see [`crate::scenarios`].

use crate::support::{Policy, World};

const POLICY: &str = r#"
backstay { workspace = "shop" }
target "primary" { region = "us-east-1" }
target "dr" { region = "us-west-2" }
protect "aws_s3_bucket" "replica" {
  target = target.dr
  select { names = ["shop-invoices-dr"] }
  versioning { status = "Enabled" }
}
protect "aws_s3_bucket" "invoices" {
  target = target.primary
  select { names = ["shop-invoices"] }
  versioning { status = "Enabled" }
  lifecycle_rule "exports" {
    filter {
      and {
        prefix                   = "exports/"
        tags                     = { kind = "export" }
        object_size_greater_than = 1000
      }
    }
    transition {
      days          = 90
      storage_class = "GLACIER"
    }
    noncurrent_version_expiration {
      noncurrent_days           = 90
      newer_noncurrent_versions = 3
    }
  }
  replication_role = "arn:aws:iam::123456789012:role/replication"
  replication_rule "dr" {
    priority = 1
    filter { prefix = "exports/" }
    delete_marker_replication { status = "Disabled" }
    destination {
      bucket        = aws_s3_bucket.replica["shop-invoices-dr"].arn
      storage_class = "STANDARD_IA"
    }
  }
}
"#;
/// A rule of somebody else's, as it is sent.
const THEIRS: &str =
    "<Rule><ID>theirs</ID><Status>Enabled</Status><Filter><Prefix>logs/</Prefix></Filter><Expiration><Days>400</Days></Expiration></Rule>";
const LOSING: [&str; 4] = ["apply", "--auto-approve", "--allow-weakening", "aws_s3_bucket.invoices"];

pub(crate) fn versions_rules_and_copies_of_a_bucket_beside_a_rule_of_others(world: &World) {
    world.bucket("shop-invoices", "us-east-1", &[]);
    world.bucket("shop-invoices-dr", "us-west-2", &[]);
    let wire = world.wire();
    wire.s3("PUT", "/shop-invoices?lifecycle", &format!("<LifecycleConfiguration>{THEIRS}</LifecycleConfiguration>"));
    let policy = Policy::new(world, POLICY);
    // What deletes versions needs consent.
    policy.backstay(&["apply", "--auto-approve"]).exits(4).says("loses data");
    assert!(!wire.s3("GET", "/shop-invoices?versioning", "").text.contains("Enabled"));
    policy.backstay(&LOSING).exits(0).says("0 added, 2 changed, 0 destroyed").says("Read again: no changes.");
    policy.is_settled();

    for (wire, bucket) in [(&wire, "shop-invoices"), (&wire.in_region("us-west-2"), "shop-invoices-dr")] {
        assert_eq!(wire.s3("GET", &format!("/{bucket}?versioning"), "").element("Status"), "Enabled", "{bucket}");
    }
    let (ours, theirs) = lifecycle_rules(world);
    assert_eq!(ours.len(), 1);
    for part in ["<ObjectSizeGreaterThan>1000<", "<NewerNoncurrentVersions>3<", "<Value>export<", "<StorageClass>GLACIER<"] {
        assert!(ours[0].contains(part), "{part}: {}", ours[0]);
    }
    let unchanged = |theirs: &[String]| theirs.len() == 1 && theirs[0].contains("<Days>400</Days>") && theirs[0].contains("logs/");
    assert!(unchanged(&theirs), "{theirs:?}");
    let copies = wire.s3("GET", "/shop-invoices?replication", "").text;
    for part in ["<ID>backstay:shop:dr<", "<Priority>1<", "arn:aws:s3:::shop-invoices-dr", "<StorageClass>STANDARD_IA<"] {
        assert!(copies.contains(part), "{part}: {copies}");
    }

    // Another name is another rule: the old one goes, the new one comes, and theirs stays.
    policy.write(&POLICY.replace("lifecycle_rule \"exports\"", "lifecycle_rule \"archives\""));
    policy.backstay(&LOSING).exits(0).says("0 added, 1 changed, 0 destroyed").says("Read again: no changes.");
    policy.is_settled();
    let (ours, theirs) = lifecycle_rules(world);
    assert!(ours.len() == 1 && ours[0].contains("<ID>backstay:shop:archives<") && unchanged(&theirs), "{ours:?} {theirs:?}");
}

/// The lifecycle rules of the bucket: backstay's own, and others'.
fn lifecycle_rules(world: &World) -> (Vec<String>, Vec<String>) {
    let text = world.wire().s3("GET", "/shop-invoices?lifecycle", "").text;
    text.split("<Rule>").skip(1).map(str::to_owned).partition(|rule| rule.contains("<ID>backstay:"))
}

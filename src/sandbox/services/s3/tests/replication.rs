//! Replication configuration.

use super::{SUSPENDED, call, fails, ok, versioned};
use crate::sandbox::testing::World;

const ROLE: &str = "<Role>arn:aws:iam::123456789012:role/replication</Role>";

fn world() -> World {
    let world = World::new();
    versioned(&world, "source");
    versioned(&world, "target");
    world
}

fn configuration(rules: &str) -> String {
    format!("<ReplicationConfiguration>{ROLE}{rules}</ReplicationConfiguration>")
}

/// A rule with a filter; `more` goes into it and `inside` into its destination.
fn rule(id: &str, priority: i64, more: &str, inside: &str) -> String {
    format!(
        "<Rule><ID>{id}</ID><Priority>{priority}</Priority><Filter/><Status>Enabled</Status><DeleteMarkerReplication><Status>Disabled</Status></DeleteMarkerReplication>{more}<Destination><Bucket>arn:aws:s3:::target</Bucket>{inside}</Destination></Rule>"
    )
}

fn refused(world: &World, rules: &str) -> (String, String) {
    let (_, code, message) = fails(world, "PUT", "/source?replication", &configuration(rules));
    (code, message)
}

#[test]
fn every_field_of_a_rule_is_given_back() {
    let world = world();
    assert_eq!(fails(&world, "GET", "/source?replication", "").1, "ReplicationConfigurationNotFoundError");
    let selection = "<SourceSelectionCriteria><ReplicaModifications><Status>Enabled</Status></ReplicaModifications><SseKmsEncryptedObjects><Status>Enabled</Status></SseKmsEncryptedObjects></SourceSelectionCriteria>";
    let inside = "<Account>123456789012</Account><AccessControlTranslation><Owner>Destination</Owner></AccessControlTranslation><EncryptionConfiguration><ReplicaKmsKeyID>k</ReplicaKmsKeyID></EncryptionConfiguration><StorageClass>GLACIER_IR</StorageClass><ReplicationTime><Status>Enabled</Status><Time><Minutes>15</Minutes></Time></ReplicationTime><Metrics><Status>Enabled</Status><EventThreshold><Minutes>15</Minutes></EventThreshold></Metrics>";
    ok(&world, "PUT", "/source?replication", &configuration(&rule("r", 1, selection, inside)));
    let read = ok(&world, "GET", "/source?replication", "");
    for part in [
        "ReplicaModifications",
        "SseKmsEncryptedObjects",
        "ReplicaKmsKeyID",
        "GLACIER_IR",
        "<Minutes>15</Minutes>",
        "<Filter></Filter>",
        "<Owner>Destination</Owner>",
    ] {
        assert!(read.has(part), "{part}: {}", read.text);
    }
    ok(&world, "DELETE", "/source?replication", "");
    assert_eq!(fails(&world, "GET", "/source?replication", "").0, 404);
}

#[test]
fn an_old_rule_gets_an_id_and_priority_zero() {
    let world = world();
    let old = "<Rule><Prefix>a</Prefix><Status>Enabled</Status><Destination><Bucket>arn:aws:s3:::target</Bucket></Destination></Rule>";
    ok(&world, "PUT", "/source?replication", &configuration(old));
    let read = ok(&world, "GET", "/source?replication", "");
    assert_eq!((read.element("Priority"), read.element("ID").map(str::len)), (Some("0"), Some(48)));
}

#[test]
fn both_buckets_must_keep_versions() {
    let world = world();
    ok(&world, "PUT", "/plain", "");
    let (status, code, message) = fails(&world, "PUT", "/plain?replication", &configuration(&rule("r", 1, "", "")));
    assert_eq!((status, code.as_str()), (400, "InvalidRequest"));
    assert_eq!(message, "Versioning must be 'Enabled' on the bucket to apply a replication configuration");
    let to = |name: &str| rule("r", 1, "", "").replace(":target<", &format!(":{name}<"));
    assert_eq!(refused(&world, &to("plain")).1, "Destination bucket must have versioning enabled.");
    assert_eq!(refused(&world, &to("missing")).1, "Destination bucket must exist.");
    assert_eq!(refused(&world, &to("source")).0, "InvalidRequest");
}

#[test]
fn versioning_stays_on_while_the_source_replicates_but_not_at_the_destination() {
    let world = world();
    ok(&world, "PUT", "/source?replication", &configuration(&rule("r", 1, "", "")));
    let (status, code, message) = fails(&world, "PUT", "/source?versioning", SUSPENDED);
    assert_eq!((status, code.as_str()), (409, "InvalidBucketState"));
    assert!(message.contains("first delete the replication configuration"), "{message}");
    ok(&world, "PUT", "/target?versioning", SUSPENDED);
}

#[test]
fn rules_that_s3_refuses_are_refused() {
    let world = world();
    let status = "<ExistingObjectReplication><Status>Enabled</Status></ExistingObjectReplication>";
    assert_eq!(refused(&world, &rule("r", 1, status, "")).0, "MalformedXML");
    assert_eq!(refused(&world, "").0, "MalformedXML");
    assert!(refused(&world, &(rule("a", 1, "", "") + &rule("b", 1, "", ""))).1.contains("priority 1"));
    assert!(refused(&world, &(rule("a", 1, "", "") + &rule("a", 2, "", ""))).1.contains("unique"));
    assert!(refused(&world, &rule("r", 1, "", "").replace("<Priority>1</Priority>", "")).1.starts_with("Priority must be specified"));
    let marker = "<DeleteMarkerReplication><Status>Disabled</Status></DeleteMarkerReplication>";
    assert!(refused(&world, &rule("r", 1, "", "").replace(marker, "")).1.starts_with("DeleteMarkerReplication must be specified"));
    let tagged = rule("r", 1, "", "").replace("<Filter/>", "<Filter><Tag><Key>k</Key><Value>v</Value></Tag></Filter>");
    ok(&world, "PUT", "/source?replication", &configuration(&tagged));
    let tagged_markers = tagged.replace(marker, &marker.replace("Disabled", "Enabled"));
    assert!(refused(&world, &tagged_markers).1.starts_with("Delete marker replication is not supported"));
    let owner = "<AccessControlTranslation><Owner>Destination</Owner></AccessControlTranslation>";
    assert_eq!(refused(&world, &rule("r", 1, "", owner)).0, "InvalidRequest");
    let time =
        |minutes: i64| format!("<ReplicationTime><Status>Enabled</Status><Time><Minutes>{minutes}</Minutes></Time></ReplicationTime>");
    assert_eq!(refused(&world, &rule("r", 1, "", &time(15))).0, "InvalidRequest");
    assert_eq!(refused(&world, &rule("r", 1, "", &time(30))).0, "InvalidArgument");
    ok(&world, "PUT", "/source?replication", &configuration(&rule("r", 1, "", "<Metrics><Status>Enabled</Status></Metrics>")));
    assert_eq!(
        refused(&world, &rule("r", 1, "", "<EncryptionConfiguration><ReplicaKmsKeyID>k</ReplicaKmsKeyID></EncryptionConfiguration>")).0,
        "InvalidRequest"
    );
}

#[test]
fn a_locked_source_wants_a_locked_destination() {
    let world = world();
    assert_eq!(call(&world, "PUT", "/locked", &[("x-amz-bucket-object-lock-enabled", "true")], "").status, 200);
    let body = configuration(&rule("r", 1, "", ""));
    assert_eq!(fails(&world, "PUT", "/locked?replication", &body).1, "InvalidRequest");
    ok(
        &world,
        "PUT",
        "/target?object-lock",
        "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>",
    );
    ok(&world, "PUT", "/locked?replication", &body);
}

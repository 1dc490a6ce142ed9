//! Lifecycle at work.

use super::{SUSPENDED, VERSIONED, fails, ok, versioned};
use crate::sandbox::testing::World;

const DAY: i64 = 86_400;

fn rule(actions: &str) -> String {
    format!(
        "<LifecycleConfiguration><Rule><ID>r</ID><Filter><Prefix>x/</Prefix></Filter><Status>Enabled</Status>{actions}</Rule></LifecycleConfiguration>"
    )
}

#[test]
fn without_versions_what_expires_is_gone() {
    let world = World::new();
    ok(&world, "PUT", "/mine", "");
    ok(&world, "PUT", "/mine?lifecycle", &rule("<Expiration><Days>3</Days></Expiration>"));
    ok(&world, "PUT", "/mine/x/a", "1");
    ok(&world, "PUT", "/mine/y/a", "1");
    world.advance(2 * DAY);
    ok(&world, "GET", "/mine/x/a", "");
    world.advance(DAY);
    assert_eq!(fails(&world, "GET", "/mine/x/a", "").1, "NoSuchKey");
    ok(&world, "GET", "/mine/y/a", "");
}

#[test]
fn with_versions_it_is_hidden_first_and_removed_later() {
    let world = World::new();
    versioned(&world, "mine");
    let actions = "<Expiration><Days>3</Days></Expiration><NoncurrentVersionExpiration><NoncurrentDays>4</NoncurrentDays></NoncurrentVersionExpiration>";
    ok(&world, "PUT", "/mine?lifecycle", &rule(actions));
    ok(&world, "PUT", "/mine/x/a", "1");
    world.advance(3 * DAY);
    let versions = ok(&world, "GET", "/mine?versions", "");
    assert_eq!((versions.elements("DeleteMarker").len(), versions.elements("Version").len()), (1, 1));
    assert!(ok(&world, "GET", "/mine?versions", "").has("<LastModified>2026-11-24T00:00:00.000Z"));
    world.advance(4 * DAY);
    let versions = ok(&world, "GET", "/mine?versions", "");
    assert_eq!((versions.elements("DeleteMarker").len(), versions.elements("Version").len()), (0, 0));
}

#[test]
fn the_newest_noncurrent_versions_can_be_kept() {
    let world = World::new();
    versioned(&world, "mine");
    let action = "<NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays><NewerNoncurrentVersions>2</NewerNoncurrentVersions></NoncurrentVersionExpiration>";
    ok(&world, "PUT", "/mine?lifecycle", &rule(action));
    let ids: Vec<String> =
        (0..5).map(|body| ok(&world, "PUT", "/mine/x/a", &body.to_string()).header("x-amz-version-id").unwrap().to_owned()).collect();
    world.advance(DAY);
    assert_eq!(ok(&world, "GET", "/mine?versions", "").elements("VersionId"), [ids[4].as_str(), ids[3].as_str(), ids[2].as_str()]);
    // What another process reads from the file is the same.
    assert_eq!(ok(&world.reopened(), "GET", "/mine?versions", "").elements("VersionId").len(), 3);
}

#[test]
fn large_objects_grow_cold_and_small_ones_do_not() {
    let world = World::new();
    ok(&world, "PUT", "/mine", "");
    let actions = "<Transition><Days>30</Days><StorageClass>STANDARD_IA</StorageClass></Transition><Transition><Days>90</Days><StorageClass>GLACIER</StorageClass></Transition>";
    ok(&world, "PUT", "/mine?lifecycle", &rule(actions));
    ok(&world, "PUT", "/mine/x/large", &"x".repeat(200_000));
    ok(&world, "PUT", "/mine/x/small", "x");
    world.advance(30 * DAY);
    assert_eq!(ok(&world, "GET", "/mine", "").elements("StorageClass"), ["STANDARD_IA", "STANDARD"]);
    world.advance(60 * DAY);
    assert_eq!(fails(&world, "GET", "/mine/x/large", "").1, "InvalidObjectState");
}

#[test]
fn suspended_versioning_and_object_lock_are_respected() {
    let world = World::new();
    ok(&world, "PUT", "/mine", "");
    ok(&world, "PUT", "/mine?versioning", VERSIONED);
    ok(&world, "PUT", "/mine?versioning", SUSPENDED);
    ok(&world, "PUT", "/mine?lifecycle", &rule("<Expiration><Days>1</Days></Expiration>"));
    ok(&world, "PUT", "/mine/x/a", "1");
    world.advance(DAY);
    assert_eq!(fails(&world, "GET", "/mine/x/a", "").1, "NoSuchKey");
    versioned(&world, "locked");
    let lock = "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention><Mode>GOVERNANCE</Mode><Days>9</Days></DefaultRetention></Rule></ObjectLockConfiguration>";
    ok(&world, "PUT", "/locked?object-lock", lock);
    let action = "<NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays></NoncurrentVersionExpiration>";
    ok(&world, "PUT", "/locked?lifecycle", &rule(action));
    ok(&world, "PUT", "/locked/x/a", "1");
    ok(&world, "PUT", "/locked/x/a", "2");
    world.advance(8 * DAY);
    assert_eq!(ok(&world, "GET", "/locked?versions", "").elements("Version").len(), 2);
    world.advance(DAY);
    assert_eq!(ok(&world, "GET", "/locked?versions", "").elements("Version").len(), 1);
}

//! Objects and their versions.

use super::{SUSPENDED, call, fails, ok, versioned};
use crate::sandbox::Faults;
use crate::sandbox::testing::World;

fn put(world: &World, path: &str, body: &str) -> String {
    ok(world, "PUT", path, body).header("x-amz-version-id").unwrap_or_default().to_owned()
}

fn world() -> World {
    let world = World::new();
    versioned(&world, "mine");
    world
}

#[test]
fn without_versioning_a_write_replaces_and_a_delete_is_for_good() {
    let world = World::new();
    ok(&world, "PUT", "/plain", "");
    assert_eq!(put(&world, "/plain/k", "one"), "");
    put(&world, "/plain/k", "two");
    let got = ok(&world, "GET", "/plain/k", "");
    assert_eq!((got.text.as_str(), got.header("etag")), ("two", Some("\"b8a9f715dbb64fd5c56e7783c6820a61\"")));
    assert_eq!(ok(&world, "GET", "/plain?versions", "").elements("VersionId"), ["null"]);
    assert_eq!(fails(&world, "DELETE", "/plain", "").1, "BucketNotEmpty");
    assert_eq!(ok(&world, "DELETE", "/plain/k", "").header("x-amz-delete-marker"), None);
    assert_eq!(fails(&world, "GET", "/plain/k", "").1, "NoSuchKey");
    ok(&world, "DELETE", "/plain", "");
}

#[test]
fn with_versioning_a_delete_only_hides() {
    let world = world();
    let first = put(&world, "/mine/k", "one");
    let second = put(&world, "/mine/k", "two");
    assert_eq!(ok(&world, "GET", &format!("/mine/k?versionId={first}"), "").text, "one");
    let deleted = ok(&world, "DELETE", "/mine/k", "");
    let marker = deleted.header("x-amz-version-id").unwrap();
    assert_eq!(deleted.header("x-amz-delete-marker"), Some("true"));
    let missing = call(&world, "GET", "/mine/k", &[], "");
    assert_eq!((missing.status, missing.header("x-amz-delete-marker")), (404, Some("true")));
    assert_eq!(fails(&world, "GET", &format!("/mine/k?versionId={marker}"), "").0, 405);
    assert_eq!(fails(&world, "GET", "/mine/k?versionId=nope", "").1, "NoSuchVersion");
    assert_eq!(ok(&world, "GET", "/mine?list-type=2", "").element("KeyCount"), Some("0"));
    let all = ok(&world, "GET", "/mine?versions", "");
    assert_eq!((all.elements("DeleteMarker").len(), all.elements("Version").len()), (1, 2));
    ok(&world, "DELETE", &format!("/mine/k?versionId={marker}"), "");
    assert_eq!(ok(&world, "GET", "/mine/k", "").text, "two");
    ok(&world, "DELETE", &format!("/mine/k?versionId={second}"), "");
    assert_eq!(ok(&world, "GET", "/mine/k", "").text, "one");
}

#[test]
fn suspended_versioning_keeps_the_old_versions_and_overwrites_the_null_one() {
    let world = world();
    let first = put(&world, "/mine/k", "one");
    ok(&world, "PUT", "/mine?versioning", SUSPENDED);
    assert_eq!(put(&world, "/mine/k", "two"), "null");
    assert_eq!(put(&world, "/mine/k", "three"), "null");
    assert_eq!(ok(&world, "GET", "/mine?versions", "").elements("VersionId"), ["null", first.as_str()]);
    ok(&world, "DELETE", "/mine/k", "");
    assert_eq!(ok(&world, "GET", "/mine?versions", "").elements("Version").len(), 1);
}

#[test]
fn what_is_said_of_an_object_comes_back() {
    let world = world();
    let headers = [
        ("content-type", "text/plain"),
        ("x-amz-tagging", "a=1&b=2"),
        ("x-amz-storage-class", "STANDARD_IA"),
        ("content-encoding", "aws-chunked,gzip"),
        ("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"),
    ];
    let body = "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n";
    let made = call(&world, "PUT", "/mine/k", &headers, body);
    assert_eq!((made.status, made.header("x-amz-checksum-crc32")), (200, Some("NhCmhg==")));
    let head = call(&world, "HEAD", "/mine/k", &[("x-amz-checksum-mode", "ENABLED")], "");
    let expected = [
        ("content-length", "5"),
        ("content-type", "text/plain"),
        ("content-encoding", "gzip"),
        ("x-amz-storage-class", "STANDARD_IA"),
        ("x-amz-tagging-count", "2"),
        ("x-amz-checksum-crc32", "NhCmhg=="),
        ("last-modified", "Sat, 21 Nov 2026 00:00:00 GMT"),
    ];
    for (name, value) in expected {
        assert_eq!(head.header(name), Some(value), "{name}");
    }
    let part = call(&world, "GET", "/mine/k", &[("range", "bytes=1-2")], "");
    assert_eq!((part.status, part.text.as_str(), part.header("content-range")), (206, "el", Some("bytes 1-2/5")));
    assert_eq!(call(&world, "GET", "/mine/k", &[("range", "bytes=-2")], "").text, "lo");
    assert_eq!(call(&world, "GET", "/mine/k", &[("range", "bytes=9-")], "").status, 416);
    assert_eq!(call(&world, "PUT", "/mine/k", &[("if-none-match", "*")], "x").status, 412);
    assert_eq!(call(&world, "PUT", "/mine/k", &[("content-md5", "AAAA")], "x").element("Code"), Some("BadDigest"));
    let large = "x".repeat(8 * 1024 * 1024 + 1);
    assert_eq!(fails(&world, "PUT", "/mine/k", &large).1, "EntityTooLarge");
}

#[test]
fn listings_fold_and_page() {
    let world = world();
    for key in ["a", "b/1", "b/2", "c%20d", "e"] {
        put(&world, &format!("/mine/{key}"), "x");
    }
    let folded = ok(&world, "GET", "/mine?list-type=2&delimiter=/&encoding-type=url", "");
    assert_eq!(folded.elements("Key"), ["a", "c%20d", "e"]);
    assert!(folded.has("<CommonPrefixes><Prefix>b/</Prefix></CommonPrefixes>"));
    let (mut seen, mut token) = (Vec::new(), String::new());
    loop {
        let page = ok(&world, "GET", &format!("/mine?list-type=2&delimiter=/&max-keys=1{token}"), "");
        seen.extend(page.elements("Key").into_iter().map(str::to_owned));
        seen.extend(page.element("CommonPrefixes").map(str::to_owned));
        let Some(next) = page.element("NextContinuationToken") else { break };
        token = format!("&continuation-token={next}");
    }
    assert_eq!(seen, ["a", "<Prefix>b/</Prefix>", "c d", "e"]);
    assert_eq!(ok(&world, "GET", "/mine?prefix=b/&max-keys=1", "").elements("Key"), ["b/1"]);
    assert_eq!(ok(&world, "GET", "/mine?marker=b/1", "").elements("Key"), ["b/2", "c d", "e"]);
    world.set_faults(Faults { page_size: Some(2), ..Faults::default() });
    assert_eq!(ok(&world, "GET", "/mine?list-type=2", "").elements("Key").len(), 2);
}

#[test]
fn versions_are_listed_newest_first_in_pages() {
    let world = world();
    let ids: Vec<String> = ["1", "2", "3"].iter().map(|body| put(&world, "/mine/k", body)).collect();
    let other = put(&world, "/mine/z", "x");
    let first = ok(&world, "GET", "/mine?versions&max-keys=2", "");
    assert_eq!(first.elements("VersionId"), [ids[2].as_str(), ids[1].as_str()]);
    assert_eq!(first.elements("IsLatest"), ["true", "false"]);
    let next = format!("/mine?versions&key-marker=k&version-id-marker={}", first.element("NextVersionIdMarker").unwrap());
    assert_eq!(ok(&world, "GET", &next, "").elements("VersionId"), [ids[0].as_str(), other.as_str()]);
    assert_eq!(ok(&world, "GET", "/mine?versions&key-marker=k", "").elements("VersionId"), [other.as_str()]);
}

#[test]
fn many_objects_are_deleted_at_once_and_each_on_its_own() {
    let world = world();
    let id = put(&world, "/mine/a", "x");
    let one = |key: &str, more: &str| format!("<Object><Key>{key}</Key>{more}</Object>");
    let body = format!("<Delete>{}{}</Delete>", one("a", &format!("<VersionId>{id}</VersionId>")), one("b", ""));
    let answer = ok(&world, "POST", "/mine?delete", &body);
    assert_eq!((answer.elements("Deleted").len(), answer.elements("DeleteMarkerVersionId").len()), (2, 1));
    assert_eq!(fails(&world, "POST", "/mine?delete", "<Delete/>").1, "MalformedXML");
}

#[test]
fn copies_take_content_and_tags_along() {
    let world = world();
    let id = put(&world, "/mine/a%20b", "one");
    ok(&world, "PUT", "/mine/a%20b?tagging", "<Tagging><TagSet><Tag><Key>k</Key><Value>v</Value></Tag></TagSet></Tagging>");
    put(&world, "/mine/a%20b", "two");
    let source = format!("/mine/a%20b?versionId={id}");
    let copied = call(&world, "PUT", "/mine/copy", &[("x-amz-copy-source", &source)], "");
    assert_eq!((copied.status, copied.header("x-amz-copy-source-version-id")), (200, Some(id.as_str())));
    assert_eq!(ok(&world, "GET", "/mine/copy", "").text, "one");
    assert_eq!(ok(&world, "GET", "/mine/copy?tagging", "").element("Key"), Some("k"));
    ok(&world, "DELETE", "/mine/copy?tagging", "");
    assert_eq!(ok(&world, "GET", "/mine/copy?tagging", "").element("Key"), None);
    assert_eq!(call(&world, "PUT", "/mine/copy", &[("x-amz-copy-source", "mine/copy")], "").element("Code"), Some("InvalidRequest"));
}

#[test]
fn locked_versions_cannot_be_deleted_until_their_time() {
    let world = world();
    let lock = "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention><Mode>GOVERNANCE</Mode><Days>2</Days></DefaultRetention></Rule></ObjectLockConfiguration>";
    let before = put(&world, "/mine/before", "x");
    ok(&world, "PUT", "/mine?object-lock", lock);
    ok(&world, "DELETE", &format!("/mine/before?versionId={before}"), "");
    let id = put(&world, "/mine/k", "x");
    let path = format!("/mine/k?versionId={id}");
    let head = ok(&world, "HEAD", "/mine/k", "");
    assert_eq!(head.header("x-amz-object-lock-retain-until-date"), Some("2026-11-23T00:00:00.000Z"));
    let (status, code, message) = fails(&world, "DELETE", &path, "");
    assert_eq!((status, code.as_str()), (403, "AccessDenied"));
    assert_eq!(message, "Access Denied because object protected by object lock.");
    ok(&world, "DELETE", "/mine/k", "");
    world.advance(2 * 86_400);
    ok(&world, "DELETE", &path, "");
    let kept = call(&world, "PUT", "/mine/kept", &[("x-amz-object-lock-legal-hold", "ON")], "x");
    let path = format!("/mine/kept?versionId={}", kept.header("x-amz-version-id").unwrap());
    let bypass = [("x-amz-bypass-governance-retention", "true")];
    assert_eq!(call(&world, "DELETE", &path, &bypass, "").status, 403);
}

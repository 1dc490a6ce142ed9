//! Buckets themselves.

use super::{call, fails, ok};
use crate::sandbox::Faults;
use crate::sandbox::testing::World;

const IRELAND: &str = "<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>";

#[test]
fn a_bucket_is_made_where_its_constraint_says() {
    let world = World::new();
    let ireland = world.in_region("eu-west-1");
    assert_eq!(ok(&world, "PUT", "/here", "").header("location"), Some("/here"));
    ok(&ireland, "PUT", "/there", IRELAND);
    assert_eq!(ok(&ireland, "HEAD", "/there", "").header("x-amz-bucket-region"), Some("eu-west-1"));
    assert!(ok(&world, "GET", "/there?location", "").text.ends_with("/\">eu-west-1</LocationConstraint>"));
    assert!(ok(&world, "GET", "/here?location", "").text.ends_with("/\"></LocationConstraint>"));
    assert_eq!(fails(&ireland, "PUT", "/other", "").1, "IllegalLocationConstraintException");
    assert_eq!(fails(&world, "PUT", "/other", &IRELAND.replace("eu-west-1", "moon-1")).1, "InvalidLocationConstraint");
    assert_eq!(fails(&world, "PUT", "/Wrong", "").1, "InvalidBucketName");
}

#[test]
fn a_call_in_the_wrong_region_is_sent_to_the_right_one() {
    let world = World::new();
    ok(&world.in_region("eu-west-1"), "PUT", "/there", IRELAND);
    let (status, code, message) = fails(&world, "GET", "/there?versioning", "");
    assert_eq!((status, code.as_str()), (400, "AuthorizationHeaderMalformed"));
    assert_eq!(message, "The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-west-1'");
    let answer = call(&world, "GET", "/?versioning", &[("host", "there.s3.us-east-1.amazonaws.com")], "");
    assert_eq!((answer.status, answer.element("Code")), (301, Some("PermanentRedirect")));
    assert_eq!(answer.element("Endpoint"), Some("there.s3.eu-west-1.amazonaws.com"));
    let head = call(&world, "HEAD", "/", &[("host", "there.s3.us-east-1.amazonaws.com")], "");
    assert_eq!((head.status, head.header("x-amz-bucket-region"), head.text.as_str()), (301, Some("eu-west-1"), ""));
}

#[test]
fn names_are_one_namespace_for_all_accounts() {
    let world = World::new();
    let other = world.with_key("210987654321");
    ok(&world, "PUT", "/mine", "");
    ok(&world, "PUT", "/mine", "");
    assert_eq!(fails(&other, "PUT", "/mine", "").1, "BucketAlreadyExists");
    assert_eq!(fails(&other, "GET", "/mine?versioning", ""), (403, "AccessDenied".into(), "Access Denied".into()));
    assert!(!ok(&other, "GET", "/", "").has("mine"));
    let ireland = world.in_region("eu-west-1");
    ok(&ireland, "PUT", "/there", IRELAND);
    assert_eq!(fails(&ireland, "PUT", "/there", IRELAND).1, "BucketAlreadyOwnedByYou");
}

#[test]
fn the_list_is_whole_or_in_pages() {
    let world = World::new();
    for name in ["aaa", "bbb", "ccc"] {
        ok(&world, "PUT", &format!("/{name}"), "");
    }
    ok(&world.in_region("eu-west-1"), "PUT", "/eee", IRELAND);
    let all = ok(&world, "GET", "/", "");
    assert_eq!((all.elements("Name"), all.has("BucketRegion")), (vec!["aaa", "bbb", "ccc", "eee"], false));
    let first = ok(&world, "GET", "/?max-buckets=2", "");
    assert_eq!((first.elements("Name"), first.elements("BucketRegion")), (vec!["aaa", "bbb"], vec!["us-east-1", "us-east-1"]));
    let second = ok(&world, "GET", &format!("/?max-buckets=2&continuation-token={}", first.element("ContinuationToken").unwrap()), "");
    assert_eq!((second.elements("Name"), second.element("ContinuationToken")), (vec!["ccc", "eee"], None));
    assert_eq!(ok(&world, "GET", "/?bucket-region=eu-west-1", "").elements("Name"), ["eee"]);
    assert_eq!(ok(&world, "GET", "/?prefix=bb", "").elements("Name"), ["bbb"]);
    assert_eq!(fails(&world, "GET", "/?max-buckets=0", "").1, "InvalidArgument");
}

#[test]
fn a_deleted_bucket_is_gone() {
    let world = World::new();
    ok(&world, "PUT", "/mine", "");
    assert_eq!(ok(&world, "DELETE", "/mine", "").status, 204);
    assert_eq!(fails(&world, "GET", "/mine?versioning", ""), (404, "NoSuchBucket".into(), "The specified bucket does not exist".into()));
    assert_eq!(call(&world, "HEAD", "/mine", &[], "").status, 404);
}

#[test]
fn denials_go_by_the_iam_action_and_throttling_is_slow_down() {
    let world = World::new();
    ok(&world, "PUT", "/mine", "");
    world.set_faults(Faults { denied: vec!["s3:GetLifecycleConfiguration@mine".into()], ..Faults::default() });
    let (status, code, message) = fails(&world, "GET", "/mine?lifecycle", "");
    assert_eq!((status, code.as_str()), (403, "AccessDenied"));
    assert!(message.contains("s3:GetLifecycleConfiguration on resource: arn:aws:s3:::mine because"), "{message}");
    ok(&world, "GET", "/mine?versioning", "");
    world.set_faults(Faults { throttle_first: 1, ..Faults::default() });
    assert_eq!(fails(&world, "GET", "/", ""), (503, "SlowDown".into(), "Please reduce your request rate.".into()));
}

#[test]
fn what_the_sandbox_does_not_have_is_refused_and_not_mistaken() {
    let world = World::new();
    ok(&world, "PUT", "/mine", "");
    assert_eq!(fails(&world, "GET", "/mine?inventory&id=x", "").1, "NotImplemented");
    assert_eq!(fails(&world, "PUT", "/mine?analytics&id=x", "").1, "NotImplemented");
}

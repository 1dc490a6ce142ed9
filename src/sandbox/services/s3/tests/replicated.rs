//! Replication at work.

use serde_json::{Value, json};

use super::{Answer, SUSPENDED, call, fails, ok, versioned};
use crate::sandbox::Faults;
use crate::sandbox::testing::World;

/// A source in one region, a destination in another, and a lag of ten seconds between them; `markers` says whether deletions go along.
fn world(markers: &str, filter: &str) -> (World, World) {
    let world = World::new();
    let oregon = world.in_region("us-west-2");
    versioned(&world, "source");
    let there = "<CreateBucketConfiguration><LocationConstraint>us-west-2</LocationConstraint></CreateBucketConfiguration>";
    ok(&oregon, "PUT", "/target", there);
    ok(&oregon, "PUT", "/target?versioning", super::VERSIONED);
    ok(&world, "PUT", "/source/before", "x");
    let rule = format!(
        "<Rule><ID>r</ID><Priority>1</Priority><Filter>{filter}</Filter><Status>Enabled</Status><DeleteMarkerReplication><Status>{markers}</Status></DeleteMarkerReplication><Destination><Bucket>arn:aws:s3:::target</Bucket><StorageClass>STANDARD_IA</StorageClass></Destination></Rule>"
    );
    let body = format!("<ReplicationConfiguration><Role>arn:aws:iam::123456789012:role/r</Role>{rule}</ReplicationConfiguration>");
    ok(&world, "PUT", "/source?replication", &body);
    world.set_faults(Faults { lag_ms: Some(10_000), ..Faults::default() });
    (world, oregon)
}

fn status(answer: &Answer) -> Option<&str> {
    answer.header("x-amz-replication-status")
}

#[test]
fn a_new_object_arrives_after_a_while_and_an_old_one_never() {
    let (world, oregon) = world("Disabled", "");
    let id = ok(&world, "PUT", "/source/k", "hello").header("x-amz-version-id").unwrap().to_owned();
    assert_eq!(status(&ok(&world, "HEAD", "/source/k", "")), Some("PENDING"));
    assert_eq!(fails(&oregon, "GET", "/target/k", "").1, "NoSuchKey");
    world.advance(10);
    assert_eq!(status(&ok(&world, "HEAD", "/source/k", "")), Some("COMPLETED"));
    let replica = ok(&oregon, "GET", "/target/k", "");
    assert_eq!(
        (replica.text.as_str(), status(&replica), replica.header("x-amz-version-id")),
        ("hello", Some("REPLICA"), Some(id.as_str()))
    );
    assert_eq!(replica.header("x-amz-storage-class"), Some("STANDARD_IA"));
    assert_eq!(fails(&oregon, "GET", "/target/before", "").1, "NoSuchKey");
    assert_eq!(status(&ok(&world, "HEAD", "/source/before", "")), None);
    // It is there for a process that comes later, too.
    ok(&oregon.reopened(), "GET", "/target/k", "");
}

#[test]
fn deletions_stay_here_unless_the_rule_takes_markers_along() {
    for (markers, there) in [("Disabled", 200), ("Enabled", 404)] {
        let (world, oregon) = world(markers, "");
        ok(&world, "PUT", "/source/k", "hello");
        world.advance(10);
        ok(&world, "DELETE", "/source/k", "");
        world.advance(10);
        assert_eq!(call(&oregon, "GET", "/target/k", &[], "").status, there, "{markers}");
    }
}

#[test]
fn the_deletion_of_a_version_is_not_replicated() {
    let (world, oregon) = world("Enabled", "");
    let id = ok(&world, "PUT", "/source/k", "hello").header("x-amz-version-id").unwrap().to_owned();
    world.advance(10);
    ok(&world, "DELETE", &format!("/source/k?versionId={id}"), "");
    world.advance(10);
    ok(&oregon, "GET", "/target/k", "");
}

#[test]
fn only_what_the_filter_matches_goes() {
    let (world, oregon) = world("Disabled", "<And><Prefix>in/</Prefix><Tag><Key>k</Key><Value>v</Value></Tag></And>");
    assert_eq!(call(&world, "PUT", "/source/in/a", &[("x-amz-tagging", "k=v")], "x").status, 200);
    ok(&world, "PUT", "/source/in/b", "x");
    assert_eq!(call(&world, "PUT", "/source/out", &[("x-amz-tagging", "k=v")], "x").status, 200);
    assert_eq!(
        call(&world, "PUT", "/source/in/kms", &[("x-amz-tagging", "k=v"), ("x-amz-server-side-encryption", "aws:kms")], "x").status,
        200
    );
    world.advance(10);
    assert_eq!(ok(&oregon, "GET", "/target", "").elements("Key"), ["in/a"]);
}

#[test]
fn replication_fails_when_the_destination_keeps_no_versions() {
    let (world, oregon) = world("Disabled", "");
    ok(&oregon, "PUT", "/target?versioning", SUSPENDED);
    ok(&world, "PUT", "/source/k", "hello");
    world.advance(10);
    assert_eq!(status(&ok(&world, "HEAD", "/source/k", "")), Some("FAILED"));
    assert_eq!(fails(&oregon, "GET", "/target/k", "").1, "NoSuchKey");
}

/// The values of a metric of the rule `r`, asked for in a region.
fn told(world: &World, metric: &str) -> Value {
    let dimensions = [("SourceBucket", "source"), ("DestinationBucket", "target"), ("RuleId", "r")]
        .map(|(name, value)| json!({"Name": name, "Value": value}));
    let metric = json!({"Namespace": "AWS/S3", "MetricName": metric, "Dimensions": dimensions});
    let query = json!({"Id": "q", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Maximum"}});
    let (from, until) = (world.now() - 600.0, world.now());
    let read = world.cloudwatch("GetMetricData", json!({"StartTime": from, "EndTime": until, "MetricDataQueries": [query]}));
    read["MetricDataResults"][0]["Values"].clone()
}

#[test]
fn a_rule_with_metrics_tells_each_region_what_aws_tells_there() {
    let (world, oregon) = world("Disabled", "");
    assert_eq!(told(&oregon, "OperationsPendingReplication"), json!([]), "no metrics were turned on");
    let read = ok(&world, "GET", "/source?replication", "").text;
    let metrics = "<Metrics><Status>Enabled</Status></Metrics></Destination>";
    let body = read.split_once("?>").map_or(read.as_str(), |(_, body)| body).replace("</Destination>", metrics);
    ok(&world, "PUT", "/source?replication", &body);
    world.set_faults(Faults { lag_ms: Some(90_000), ..Faults::default() });
    ok(&world, "PUT", "/source/k", "hello");
    world.advance(60);
    assert_eq!((told(&oregon, "OperationsPendingReplication"), told(&oregon, "ReplicationLatency")), (json!([1.0]), json!([60.0])));
    assert_eq!(told(&world, "OperationsPendingReplication"), json!([]), "it is told where the destination is");
    world.advance(60);
    assert_eq!(told(&oregon, "OperationsPendingReplication")[0], json!(0.0), "the newest comes first");
    assert_eq!(told(&world, "OperationsFailedReplication"), json!([]));
    ok(&oregon, "PUT", "/target?versioning", SUSPENDED);
    ok(&world, "PUT", "/source/late", "hello");
    world.advance(120);
    assert_eq!((told(&world, "OperationsFailedReplication"), told(&oregon, "OperationsFailedReplication")), (json!([1.0]), json!([])));
}

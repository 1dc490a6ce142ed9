//! The unmodified S3 client of the AWS SDK against the sandbox, in the process.
#![cfg(feature = "sandbox")]
#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking, as tests do")]

use aws_credential_types::Credentials;
use aws_sdk_s3::error::ProvideErrorMetadata as _;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{
    BucketLifecycleConfiguration, BucketLocationConstraint, BucketVersioningStatus, CreateBucketConfiguration, DeleteMarkerReplication,
    DeleteMarkerReplicationStatus, Destination, ExpirationStatus, LifecycleExpiration, LifecycleRule, LifecycleRuleAndOperator,
    LifecycleRuleFilter, ReplicationConfiguration, ReplicationRule, ReplicationRuleFilter, ReplicationRuleStatus, ReplicationStatus, Tag,
    TransitionDefaultMinimumObjectSize, VersioningConfiguration,
};
use aws_types::region::Region;
use backstay::sandbox::Sandbox;
use tempfile::TempDir;

struct World {
    _dir: TempDir,
    sandbox: Sandbox,
}

impl World {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let sandbox = Sandbox::open(dir.path()).unwrap();
        sandbox.set_clock(Some("2026-11-21T00:00:00Z".parse().unwrap())).unwrap();
        Self { _dir: dir, sandbox }
    }

    async fn s3(&self, region: &'static str) -> aws_sdk_s3::Client {
        let config = aws_config::defaults(aws_config::BehaviorVersion::latest())
            .region(Region::new(region))
            .credentials_provider(Credentials::new("AKIATEST", "secret", None, None, "test"))
            .http_client(self.sandbox.http_client())
            .load()
            .await;
        aws_sdk_s3::Client::new(&config)
    }
}

async fn versioned(client: &aws_sdk_s3::Client, name: &str, place: Option<BucketLocationConstraint>) {
    let place = place.map(|place| CreateBucketConfiguration::builder().location_constraint(place).build());
    client.create_bucket().bucket(name).set_create_bucket_configuration(place).send().await.unwrap();
    let on = VersioningConfiguration::builder().status(BucketVersioningStatus::Enabled).build();
    client.put_bucket_versioning().bucket(name).versioning_configuration(on).send().await.unwrap();
}

#[tokio::test]
async fn lifecycle_rules_and_the_minimum_size_come_back() {
    let world = World::new();
    let client = world.s3("us-east-1").await;
    versioned(&client, "exports", None).await;
    let missing = client.get_bucket_lifecycle_configuration().bucket("exports").send().await.unwrap_err();
    assert_eq!(missing.code(), Some("NoSuchLifecycleConfiguration"));
    let tag = Tag::builder().key("k").value("v").build().unwrap();
    let rule = LifecycleRule::builder()
        .id("backstay:main:exports")
        .status(ExpirationStatus::Enabled)
        .filter(LifecycleRuleFilter::builder().and(LifecycleRuleAndOperator::builder().prefix("a/").tags(tag).build()).build())
        .expiration(LifecycleExpiration::builder().days(2555).build())
        .build()
        .unwrap();
    let configuration = BucketLifecycleConfiguration::builder().rules(rule.clone()).build().unwrap();
    client
        .put_bucket_lifecycle_configuration()
        .bucket("exports")
        .lifecycle_configuration(configuration)
        .transition_default_minimum_object_size(TransitionDefaultMinimumObjectSize::VariesByStorageClass)
        .send()
        .await
        .unwrap();
    let read = client.get_bucket_lifecycle_configuration().bucket("exports").send().await.unwrap();
    assert_eq!(read.rules(), [rule]);
    assert_eq!(read.transition_default_minimum_object_size(), Some(&TransitionDefaultMinimumObjectSize::VariesByStorageClass));
}

#[tokio::test]
async fn an_object_is_replicated_to_another_region() {
    let world = World::new();
    let (here, there) = (world.s3("us-east-1").await, world.s3("us-west-2").await);
    versioned(&here, "invoices", None).await;
    versioned(&there, "invoices-copy", Some(BucketLocationConstraint::UsWest2)).await;
    let rule = ReplicationRule::builder()
        .id("copy")
        .priority(1)
        .status(ReplicationRuleStatus::Enabled)
        .filter(ReplicationRuleFilter::builder().prefix("").build())
        .delete_marker_replication(DeleteMarkerReplication::builder().status(DeleteMarkerReplicationStatus::Disabled).build())
        .destination(Destination::builder().bucket("arn:aws:s3:::invoices-copy").build().unwrap())
        .build()
        .unwrap();
    let configuration = ReplicationConfiguration::builder().role("arn:aws:iam::123456789012:role/r").rules(rule).build().unwrap();
    here.put_bucket_replication().bucket("invoices").replication_configuration(configuration.clone()).send().await.unwrap();
    let read = here.get_bucket_replication().bucket("invoices").send().await.unwrap();
    assert_eq!(read.replication_configuration(), Some(&configuration));
    let body = ByteStream::from_static(b"an invoice");
    here.put_object().bucket("invoices").key("2026/1 a.txt").body(body).send().await.unwrap();
    let copy = there.get_object().bucket("invoices-copy").key("2026/1 a.txt").send().await.unwrap();
    assert_eq!(copy.replication_status(), Some(&ReplicationStatus::Replica));
    assert_eq!(copy.body.collect().await.unwrap().to_vec(), b"an invoice");
    let head = here.head_object().bucket("invoices").key("2026/1 a.txt").send().await.unwrap();
    assert_eq!(head.replication_status(), Some(&ReplicationStatus::Completed));
}

#[tokio::test]
async fn a_bucket_tells_where_it_is_to_those_who_ask_elsewhere() {
    let world = World::new();
    let (here, there) = (world.s3("us-east-1").await, world.s3("us-west-2").await);
    versioned(&there, "far-away", Some(BucketLocationConstraint::UsWest2)).await;
    let error = here.get_bucket_versioning().bucket("far-away").send().await.unwrap_err();
    assert_eq!(error.code(), Some("PermanentRedirect"));
    let listed = here.list_buckets().max_buckets(10).send().await.unwrap();
    assert_eq!(listed.buckets()[0].bucket_region(), Some("us-west-2"));
    let missing = here.head_bucket().bucket("nowhere").send().await.unwrap_err();
    assert!(missing.into_service_error().is_not_found());
}

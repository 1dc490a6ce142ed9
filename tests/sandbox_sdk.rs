//! The unmodified AWS SDK against the sandbox, in the process and over loopback.
#![cfg(feature = "sandbox")]
#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking, as tests do")]

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::error::ProvideErrorMetadata as _;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, PointInTimeRecoverySpecification,
    PointInTimeRecoveryStatus, ScalarAttributeType,
};
use aws_types::SdkConfig;
use aws_types::region::Region;
use backstay::sandbox::{Faults, Sandbox, SandboxError, Seed};
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

    fn seeded(hcl: &str) -> Self {
        let world = Self::new();
        world.sandbox.seed(&Seed::parse("seed.hcl", hcl).unwrap()).unwrap();
        world
    }

    async fn config(&self, key: &str) -> SdkConfig {
        let loader = aws_config::defaults(aws_config::BehaviorVersion::latest());
        loader
            .region(Region::new("us-east-1"))
            .credentials_provider(Credentials::new(key, "secret", None, None, "test"))
            .http_client(self.sandbox.http_client())
            .load()
            .await
    }

    async fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        aws_sdk_dynamodb::Client::new(&self.config("AKIATEST").await)
    }
}

async fn create(client: &aws_sdk_dynamodb::Client, name: &str) {
    let attribute = AttributeDefinition::builder().attribute_name("id").attribute_type(ScalarAttributeType::S).build().unwrap();
    let key = KeySchemaElement::builder().attribute_name("id").key_type(KeyType::Hash).build().unwrap();
    client
        .create_table()
        .table_name(name)
        .attribute_definitions(attribute)
        .key_schema(key)
        .billing_mode(BillingMode::PayPerRequest)
        .send()
        .await
        .unwrap();
}

fn pitr(days: i32) -> PointInTimeRecoverySpecification {
    PointInTimeRecoverySpecification::builder().point_in_time_recovery_enabled(true).recovery_period_in_days(days).build().unwrap()
}

#[tokio::test]
async fn a_table_is_protected_and_read_back() {
    let world = World::new();
    let client = world.dynamodb().await;
    create(&client, "orders").await;
    client.update_continuous_backups().table_name("orders").point_in_time_recovery_specification(pitr(7)).send().await.unwrap();
    let read = client.describe_continuous_backups().table_name("orders").send().await.unwrap();
    let recovery = read.continuous_backups_description.unwrap().point_in_time_recovery_description.unwrap();
    assert_eq!(recovery.point_in_time_recovery_status, Some(PointInTimeRecoveryStatus::Enabled));
    assert_eq!(recovery.recovery_period_in_days, Some(7));
    assert_eq!(recovery.earliest_restorable_date_time.unwrap().secs(), 1_795_219_200);
    let item = client.put_item().table_name("orders").item("id", AttributeValue::S("1".into()));
    item.send().await.unwrap();
    assert_eq!(client.scan().table_name("orders").send().await.unwrap().count, 1);
}

#[tokio::test]
async fn errors_are_the_modelled_ones() {
    let world = World::new();
    let client = world.dynamodb().await;
    let missing = client.describe_table().table_name("nope").send().await.unwrap_err().into_service_error();
    assert!(missing.is_resource_not_found_exception());
    let backups = client.describe_continuous_backups().table_name("nope").send().await.unwrap_err().into_service_error();
    assert!(backups.is_table_not_found_exception());
    create(&client, "orders").await;
    let period = client.update_continuous_backups().table_name("orders").point_in_time_recovery_specification(pitr(36)).send();
    assert_eq!(period.await.unwrap_err().code(), Some("ValidationException"));
}

#[tokio::test]
async fn throttled_calls_are_retried_by_the_sdk() {
    let world = World::new();
    let client = world.dynamodb().await;
    world.sandbox.set_faults(&Faults { throttle_first: 1, ..Faults::default() }).unwrap();
    client.list_tables().send().await.unwrap();
    world.sandbox.set_faults(&Faults { throttle_rate: 1.0, ..Faults::default() }).unwrap();
    assert_eq!(client.list_tables().send().await.unwrap_err().code(), Some("ThrottlingException"));
}

#[tokio::test]
async fn a_dead_connection_is_a_failed_dispatch() {
    let world = World::new();
    let client = world.dynamodb().await;
    world.sandbox.set_faults(&Faults { stop_after_writes: Some(0), ..Faults::default() }).unwrap();
    let put = client.put_item().table_name("orders").item("id", AttributeValue::S("1".into()));
    assert!(matches!(put.send().await.unwrap_err(), aws_sdk_dynamodb::error::SdkError::DispatchFailure(failure) if failure.is_io()));
}

#[tokio::test]
async fn identities_and_roles_choose_the_account() {
    let world = World::seeded("resource \"aws_dynamodb_table\" \"t\" {\n  name = \"other\"\n  account_id = \"210987654321\"\n}\n");
    let sts = aws_sdk_sts::Client::new(&world.config("AKIATEST").await);
    assert_eq!(sts.get_caller_identity().send().await.unwrap().account.as_deref(), Some("123456789012"));
    let role = sts.assume_role().role_arn("arn:aws:iam::210987654321:role/backstay").role_session_name("plan").send().await.unwrap();
    let key = role.credentials.unwrap().access_key_id;
    let other = aws_sdk_dynamodb::Client::new(&world.config(&key).await);
    assert_eq!(other.list_tables().send().await.unwrap().table_names(), ["other"]);
    let identity = aws_sdk_sts::Client::new(&world.config(&key).await).get_caller_identity().send().await.unwrap();
    assert_eq!(identity.arn.as_deref(), Some("arn:aws:sts::210987654321:assumed-role/backstay/plan"));
}

#[tokio::test]
async fn tags_and_regions_are_listed_through_their_paginators() {
    let world = World::seeded(
        "resource \"aws_dynamodb_table\" \"t\" {\n  count = 250\n  name = \"t-${count.index}\"\n  tags = { env = \"x\" }\n}\n",
    );
    let config = world.config("AKIATEST").await;
    let tagging = aws_sdk_resourcegroupstagging::Client::new(&config);
    let pages = tagging.get_resources().into_paginator().items().send().collect::<Result<Vec<_>, _>>().await.unwrap();
    assert_eq!(pages.len(), 250);
    let names = world.dynamodb().await.list_tables().into_paginator().items().send().collect::<Result<Vec<_>, _>>().await.unwrap();
    assert_eq!(names.len(), 250);
    let regions =
        aws_sdk_account::Client::new(&config).list_regions().into_paginator().items().send().collect::<Result<Vec<_>, _>>().await.unwrap();
    assert_eq!(
        regions
            .iter()
            .filter(|region| region.region_opt_status.as_ref().is_some_and(|status| status.as_str() == "ENABLED_BY_DEFAULT"))
            .count(),
        17
    );
}

#[tokio::test]
async fn a_served_sandbox_and_the_one_in_the_process_are_one_world() {
    let world = World::new();
    let (told, address) = tokio::sync::oneshot::channel();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let served = Sandbox::open(world.sandbox.dir()).unwrap();
    let serving = tokio::spawn(async move {
        let until = async {
            let _ = stopped.await;
        };
        served.serve(0, move |address| told.send(address).unwrap(), until).await
    });
    let address = address.await.unwrap();
    let remote = aws_config::defaults(aws_config::BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("AKIATEST", "secret", None, None, "test"))
        .endpoint_url(format!("http://{address}"))
        .load()
        .await;
    let remote = aws_sdk_dynamodb::Client::new(&remote);
    create(&remote, "orders").await;
    let here = world.dynamodb().await;
    assert_eq!(here.list_tables().send().await.unwrap().table_names(), ["orders"]);
    world.sandbox.set_faults(&Faults { stop_after_writes: Some(0), ..Faults::default() }).unwrap();
    let delete = remote.delete_table().table_name("orders").send().await.unwrap_err();
    assert!(matches!(delete, aws_sdk_dynamodb::error::SdkError::DispatchFailure(_)), "{delete:?}");
    stop.send(()).unwrap();
    serving.await.unwrap().unwrap();
}

#[tokio::test]
async fn concurrent_writers_in_two_handles_lose_nothing() {
    let world = World::new();
    let second = Sandbox::open(world.sandbox.dir()).unwrap();
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..40 {
        let sandbox = if number % 2 == 0 { world.sandbox.clone() } else { second.clone() };
        tasks.spawn(async move {
            let hcl = format!("resource \"aws_dynamodb_table\" \"t\" {{\n  name = \"t-{number:02}\"\n}}\n");
            sandbox.seed(&Seed::parse("seed.hcl", &hcl)?).map(drop)
        });
    }
    while let Some(done) = tasks.join_next().await {
        let result: Result<(), SandboxError> = done.unwrap();
        result.unwrap();
    }
    assert_eq!(world.dynamodb().await.list_tables().send().await.unwrap().table_names().len(), 40);
}

#[tokio::test]
async fn a_state_that_breaks_under_way_is_told_with_the_way_out() {
    let world = World::new();
    let client = world.dynamodb().await;
    create(&client, "orders").await;
    backstay::files::write_atomically(&world.sandbox.dir().join("state.json"), b"{").unwrap();
    let error = client.list_tables().send().await.unwrap_err();
    let text = aws_sdk_dynamodb::error::DisplayErrorContext(&error).to_string();
    assert!(text.contains("state.json") && text.contains("backstay sandbox reset"), "{text}");
}

//! A table that is not ready for its backups yet is waited for, as AWS refuses to protect it before.
#![cfg(feature = "sandbox")]
#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking, as tests do")]

mod support;

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::error::ProvideErrorMetadata as _;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, PointInTimeRecoverySpecification, ProvisionedThroughput,
    ScalarAttributeType, TableStatus,
};
use aws_sdk_dynamodb::{Client, config::Region};
use backstay::sandbox::{Faults, Sandbox};
use std::time::{Duration, Instant};
use support::room::Room;

const LAG: Duration = Duration::from_millis(1500);
const POLICY: &str = "protect \"aws_dynamodb_table\" \"shop\" {
  select { names = [\"orders\"] }
  point_in_time_recovery { enabled = true }
  deletion_protection_enabled = true
}
";

/// A client of the room's sandbox, whose tables take their time.
async fn client(room: &Room) -> Client {
    room.write("policy/policy.hcl", POLICY);
    let sandbox = Sandbox::open(&room.file("world")).unwrap();
    sandbox.set_faults(&Faults { lag_ms: Some(u64::try_from(LAG.as_millis()).unwrap()), ..Faults::default() }).unwrap();
    let loader = aws_config::defaults(aws_config::BehaviorVersion::latest());
    let credentials = Credentials::new("123456789012", "secret", None, None, "test");
    Client::new(&loader.region(Region::new("us-east-1")).credentials_provider(credentials).http_client(sandbox.http_client()).load().await)
}

async fn create(client: &Client) {
    let attribute = AttributeDefinition::builder().attribute_name("id").attribute_type(ScalarAttributeType::S).build().unwrap();
    let key = KeySchemaElement::builder().attribute_name("id").key_type(KeyType::Hash).build().unwrap();
    let call = client.create_table().table_name("orders").attribute_definitions(attribute).key_schema(key);
    call.billing_mode(BillingMode::PayPerRequest).send().await.unwrap();
}

async fn status(client: &Client) -> TableStatus {
    client.describe_table().table_name("orders").send().await.unwrap().table.unwrap().table_status.unwrap()
}

/// Turns recovery on, and gives the code of the refusal where AWS refuses.
async fn refusal(client: &Client) -> Option<String> {
    let on = PointInTimeRecoverySpecification::builder().point_in_time_recovery_enabled(true).build().unwrap();
    let answer = client.update_continuous_backups().table_name("orders").point_in_time_recovery_specification(on).send().await;
    answer.err().map(|error| error.code().unwrap_or_default().to_owned())
}

/// Asks until the table has that status.
async fn until(client: &Client, wanted: &TableStatus) {
    let begun = Instant::now();
    while status(client).await != *wanted {
        assert!(begun.elapsed() < 10 * LAG, "the table never became {wanted}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Applies, and gives what was said and how long it took. The second plan must find nothing left.
fn applied(room: &Room) -> (String, Duration) {
    let begun = Instant::now();
    let said = room.ok("apply policy --sandbox=world --auto-approve --log info");
    let took = begun.elapsed();
    let plan = room.ok("plan policy --sandbox=world --detailed-exitcode");
    assert!(plan.contains("No changes."), "{plan}");
    (said, took)
}

#[tokio::test]
async fn a_table_that_is_being_created_is_waited_for() {
    let room = Room::new();
    let client = client(&room).await;
    create(&client).await;
    assert_eq!(status(&client).await, TableStatus::Creating);
    let (said, took) = applied(&room);
    assert!(said.contains("which is CREATING"), "{said}");
    // Its backups come a second lag after the table itself.
    assert!(took >= LAG, "{took:?}: {said}");
}

#[tokio::test]
async fn backups_that_are_not_available_yet_are_waited_for() {
    let room = Room::new();
    let client = client(&room).await;
    create(&client).await;
    until(&client, &TableStatus::Active).await;
    assert_eq!(refusal(&client).await.as_deref(), Some("ContinuousBackupsUnavailableException"));
    let (said, _) = applied(&room);
    assert!(said.contains("waiting for continuous backups to become available"), "{said}");
    assert!(!said.contains("CREATING"), "{said}");
}

#[tokio::test]
async fn another_change_of_the_table_is_waited_for() {
    let room = Room::new();
    let client = client(&room).await;
    create(&client).await;
    // Ready in every respect, so that the update is all there is to wait for.
    tokio::time::sleep(3 * LAG).await;
    assert_eq!(status(&client).await, TableStatus::Active);
    let throughput = ProvisionedThroughput::builder().read_capacity_units(5).write_capacity_units(5).build().unwrap();
    let call = client.update_table().table_name("orders").billing_mode(BillingMode::Provisioned).provisioned_throughput(throughput);
    call.send().await.unwrap();
    assert_eq!(status(&client).await, TableStatus::Updating);
    let (said, _) = applied(&room);
    assert!(said.contains("waiting for another change of the table"), "{said}");
    // The other change stays as it was made.
    let table = client.describe_table().table_name("orders").send().await.unwrap().table.unwrap();
    assert_eq!(table.provisioned_throughput.unwrap().read_capacity_units, Some(5));
}

//! Calls without generated code: each protocol against the sandbox, through the same connection as those of the SDKs.
#![cfg(feature = "sandbox")]
#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking, as tests do")]

mod support;

use std::collections::BTreeMap;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use backstay::aws::untyped::{Answer as _, Operation, Protocol, Service};
use backstay::aws::{Access, Aws, WritableAws, connect, connect_to_write};
use backstay::model::{Cause, Target};
use backstay::sandbox::Sandbox;
use backstay::time::Clock;
use serde_json::{Map, Value, json};
use support::room::Room;

static STS: Service =
    Service { id: "STS", iam: "sts", signing: "sts", host: "sts", protocol: Protocol::Query { version: "2011-06-15", items: &[] } };
static SNS: Service =
    Service { id: "SNS", iam: "sns", signing: "sns", host: "sns", protocol: Protocol::Query { version: "2010-03-31", items: &[] } };
static DYNAMODB: Service = Service {
    id: "DynamoDB",
    iam: "dynamodb",
    signing: "dynamodb",
    host: "dynamodb",
    protocol: Protocol::Json { version: "1.0", target: "DynamoDB_20120810" },
};
static BACKUP: Service = Service { id: "Backup", iam: "backup", signing: "backup", host: "backup", protocol: Protocol::Rest };

static WHO: Operation = STS.operation("GetCallerIdentity");
static CREATE_TOPIC: Operation = SNS.operation("CreateTopic");
static LIST_TOPICS: Operation = SNS.operation("ListTopics");
static LIST_TABLES: Operation = DYNAMODB.operation("ListTables");
static DESCRIBE_TABLE: Operation = DYNAMODB.operation("DescribeTable");
static CREATE_VAULT: Operation = BACKUP.at("CreateBackupVault", "PUT", "/backup-vaults/{BackupVaultName}");
static DESCRIBE_VAULT: Operation = BACKUP.at("DescribeBackupVault", "GET", "/backup-vaults/{BackupVaultName}");
static LIST_VAULTS: Operation = BACKUP.at("ListBackupVaults", "GET", "/backup-vaults?maxResults={MaxResults}&nextToken={NextToken}");

const HERE: &str = "us-east-1";

/// A connection to a sandbox with two tables, to write too.
async fn connected(room: &Room) -> WritableAws {
    let (targets, access) = seeded(room);
    let (aws, failed) = connect_to_write(&targets, access).await;
    assert!(failed.is_empty(), "{failed:?}");
    aws
}

/// The same, to read alone.
async fn connected_to_read(room: &Room) -> Aws {
    let (targets, access) = seeded(room);
    let (aws, failed) = connect(&targets, access).await;
    assert!(failed.is_empty(), "{failed:?}");
    aws
}

fn seeded(room: &Room) -> (BTreeMap<String, Target>, Access) {
    room.write("seed.hcl", "resource \"aws_dynamodb_table\" \"t\" {\n  for_each = toset([\"Audit\", \"Books\"])\n  name = each.key\n}\n");
    room.ok("sandbox seed seed.hcl --sandbox=world");
    let sandbox = Sandbox::open(&room.file("world")).unwrap();
    let credentials = SharedCredentialsProvider::new(Credentials::new("123456789012", "secret", None, None, "test"));
    let access = Access {
        embedded: Some((sandbox.http_client(), credentials)),
        embedded_region: HERE.to_owned(),
        attempts: None,
        parallelism: 8,
        journal: None,
        clock: Clock::system(),
    };
    let target = Target { name: "here".to_owned(), region: Some(HERE.to_owned()), account_id: None, assume_role: None, profile: None };
    (BTreeMap::from([("here".to_owned(), target)]), access)
}

#[tokio::test]
async fn a_connection_to_read_sends_nothing_that_writes() {
    let room = Room::new();
    let aws = connected_to_read(&room).await;
    let here = aws.connection("here").unwrap();
    let refused = here.ask(&CREATE_TOPIC, HERE, json!({ "Name": "one" })).await.unwrap_err();
    assert!(refused.to_string().contains("`sns:CreateTopic` writes, and this run only reads; nothing was sent"), "{refused}");
    assert_eq!(here.ask(&LIST_TOPICS, HERE, json!({})).await.unwrap().items("Topics").len(), 0);
    assert_eq!(aws.witness.counts().get("sns:CreateTopic"), None, "it was not sent");
}

#[tokio::test]
async fn each_protocol_is_spoken_as_the_services_speak_it() {
    let room = Room::new();
    let aws = connected(&room).await;
    let here = aws.connection("here").unwrap();
    let who = here.ask(&WHO, HERE, json!({})).await.unwrap();
    assert_eq!(who.text("Account").as_deref(), Some("123456789012"));
    for name in ["one", "two", "three"] {
        let topic = json!({ "Name": name, "Attributes": null, "Tags": [{ "Key": "team", "Value": "a & b" }] });
        let topic = here.ask(&CREATE_TOPIC, HERE, topic).await.unwrap();
        assert_eq!(topic.text("TopicArn"), Some(format!("arn:aws:sns:us-east-1:123456789012:{name}")));
    }
    assert_eq!(here.ask(&LIST_TOPICS, HERE, json!({})).await.unwrap().items("Topics").len(), 3);
    let tables = here.ask(&LIST_TABLES, HERE, json!({ "Limit": 1 })).await.unwrap();
    assert_eq!(tables.items("TableNames"), [&Value::from("Audit")]);
    let table = here.ask(&DESCRIBE_TABLE, HERE, json!({ "TableName": "Audit" })).await.unwrap();
    assert!(table.moment("Table.CreationDateTime").is_some() && table.whole("Table.ItemCount") == Some(0), "{table}");
    assert_eq!(table.flag("Table.DeletionProtectionEnabled"), Some(false));
    here.ask(&CREATE_VAULT, HERE, json!({ "BackupVaultName": "daily", "BackupVaultTags": { "team": "data" } })).await.unwrap();
    let vault = here.ask(&DESCRIBE_VAULT, HERE, json!({ "BackupVaultName": "daily" })).await.unwrap();
    assert_eq!(vault.text("BackupVaultArn").as_deref(), Some("arn:aws:backup:us-east-1:123456789012:backup-vault:daily"));
    let counts = aws.witness.counts();
    assert_eq!((counts["sns:CreateTopic"], counts["dynamodb:ListTables"], counts["backup:DescribeBackupVault"]), (3, 1, 1));
}

#[tokio::test]
async fn all_pages_are_read() {
    let room = Room::new();
    let aws = connected(&room).await;
    let here = aws.connection("here").unwrap();
    for name in ["one", "two", "three"] {
        here.ask(&CREATE_VAULT, HERE, json!({ "BackupVaultName": name })).await.unwrap();
    }
    let input = Map::from_iter([("MaxResults".to_owned(), Value::from(2))]);
    let vaults = here.pages(&LIST_VAULTS, HERE, input, "BackupVaultList", ("NextToken", "NextToken")).await.unwrap();
    assert_eq!(vaults.len(), 3);
    assert_eq!(aws.witness.counts()["backup:ListBackupVaults"], 2);
}

#[tokio::test]
async fn what_aws_refuses_is_told_by_its_code_in_each_protocol() {
    let room = Room::new();
    let aws = connected(&room).await;
    let here = aws.connection("here").unwrap();
    let topic = here.ask(&CREATE_TOPIC, HERE, json!({ "Name": "no good" })).await.unwrap_err();
    assert_eq!((topic.action.as_str(), topic.code.as_deref()), ("sns:CreateTopic", Some("InvalidParameter")), "{topic}");
    let table = here.ask(&DESCRIBE_TABLE, HERE, json!({ "TableName": "none" })).await.unwrap_err();
    assert_eq!(table.code.as_deref(), Some("ResourceNotFoundException"), "{table}");
    let vault = here.ask(&DESCRIBE_VAULT, HERE, json!({ "BackupVaultName": "none" })).await.unwrap_err();
    // AWS Backup says so of a vault that is not there.
    assert_eq!(vault.code.as_deref(), Some("AccessDeniedException"), "{vault}");
    let lacking = here.ask(&DESCRIBE_VAULT, HERE, json!({})).await.unwrap_err();
    assert!(lacking.cause == Cause::Failed && lacking.message.contains("BackupVaultName"), "{lacking}");
}

#[tokio::test]
async fn what_is_throttled_is_asked_again_and_what_is_denied_is_not() {
    let room = Room::new();
    let aws = connected(&room).await;
    let here = aws.connection("here").unwrap();
    room.ok("sandbox faults --throttle-first 2 --sandbox=world");
    here.ask(&DESCRIBE_TABLE, HERE, json!({ "TableName": "Audit" })).await.unwrap();
    assert_eq!(aws.witness.counts()["dynamodb:DescribeTable"], 3);
    room.ok("sandbox faults --clear --deny sns:ListTopics --sandbox=world");
    let denied = here.ask(&LIST_TOPICS, HERE, json!({})).await.unwrap_err();
    assert_eq!(denied.cause, Cause::Denied, "{denied}");
    assert_eq!(aws.witness.counts()["sns:ListTopics"], 1);
}

//! What RDS answers, as its own wire has it.

use serde_json::json;

use crate::sandbox::Faults;
use crate::sandbox::testing::World;

const SEED: &str = r#"
resource "aws_db_instance" "orders" {
  identifier              = "Orders"
  engine                  = "postgres"
  backup_retention_period = 7
  backup_window           = "03:00-03:30"
  maintenance_window      = "Sun:05:00-Sun:05:30"
  tags                    = { env = "production" }
}

resource "aws_db_instance" "bare" {
  identifier         = "bare"
  maintenance_window = "sun:05:00-sun:05:30"
}

resource "aws_rds_cluster" "shop" {
  cluster_identifier      = "shop"
  engine                  = "aurora-mysql"
  backup_retention_period = 20
}

resource "aws_rds_cluster_instance" "shop" {
  identifier         = "shop-1"
  cluster_identifier = "shop"
  engine             = "aurora-mysql"
}

resource "aws_docdb_cluster" "docs" {
  cluster_identifier = "docs"
}
"#;

fn element<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    xml.split_once(&format!("<{name}>"))?.1.split_once(&format!("</{name}>")).map(|(text, _)| text)
}

fn all<'a>(xml: &'a str, name: &str) -> Vec<&'a str> {
    xml.split(&format!("<{name}>")).skip(1).filter_map(|rest| rest.split('<').next()).collect()
}

/// The retention period in force, and the one that waits.
fn days(world: &World, name: &str) -> (String, Option<String>) {
    let xml = world.rds(&format!("Action=DescribeDBInstances&DBInstanceIdentifier={name}"));
    let (before, pending) = xml.split_once("<PendingModifiedValues>").unwrap_or((&xml, ""));
    let pending = pending.split("</PendingModifiedValues>").next().and_then(|inner| element(inner, "BackupRetentionPeriod"));
    let now = element(before, "BackupRetentionPeriod").or_else(|| all(&xml, "BackupRetentionPeriod").last().copied());
    (now.unwrap_or_default().to_owned(), pending.map(str::to_owned))
}

#[test]
fn instances_are_found_by_name_by_filter_and_in_pages() {
    let world = World::seeded(SEED);
    let names = |form: &str| {
        let xml = world.rds(&format!("Action=DescribeDBInstances&{form}"));
        all(&xml, "DBInstanceIdentifier").into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(names(""), ["bare", "orders", "shop-1"]);
    assert_eq!(names("DBInstanceIdentifier=ORDERS"), ["orders"]);
    let filter = "Filters.Filter.1.Name=db-instance-id&Filters.Filter.1.Values.Value.1=orders&Filters.Filter.1.Values.Value.2=nope";
    assert_eq!(names(filter), ["orders"]);
    world.set_faults(Faults { page_size: Some(2), ..Faults::default() });
    let first = world.rds("Action=DescribeDBInstances");
    assert_eq!(element(&first, "Marker"), Some("orders"));
    assert_eq!(names("Marker=orders"), ["shop-1"]);
    let missing = world.rds("Action=DescribeDBInstances&DBInstanceIdentifier=nope");
    assert_eq!((element(&missing, "Code"), element(&missing, "Message")), (Some("DBInstanceNotFound"), Some("DBInstance nope not found.")));
}

#[test]
fn backups_go_on_in_the_maintenance_window_unless_at_once() {
    let world = World::seeded(SEED);
    world.rds("Action=ModifyDBInstance&DBInstanceIdentifier=bare&BackupRetentionPeriod=14");
    assert_eq!(days(&world, "bare"), ("0".to_owned(), Some("14".to_owned())));
    // The clock stands on a Saturday's midnight; maintenance is on Sunday at five.
    world.advance(28 * 3600);
    assert_eq!(days(&world, "bare"), ("0".to_owned(), Some("14".to_owned())));
    world.advance(3600);
    assert_eq!(days(&world, "bare"), ("14".to_owned(), None));
    world.rds("Action=ModifyDBInstance&DBInstanceIdentifier=bare&BackupRetentionPeriod=0&ApplyImmediately=true");
    assert_eq!(days(&world, "bare"), ("0".to_owned(), None));
}

#[test]
fn one_period_follows_another_at_once_and_takes_back_what_waits() {
    let world = World::seeded(SEED);
    world.rds("Action=ModifyDBInstance&DBInstanceIdentifier=orders&BackupRetentionPeriod=0");
    assert_eq!(days(&world, "orders"), ("7".to_owned(), Some("0".to_owned())));
    world.rds("Action=ModifyDBInstance&DBInstanceIdentifier=orders&BackupRetentionPeriod=3");
    assert_eq!(days(&world, "orders"), ("3".to_owned(), None));
    // The history was cut, and a longer period brings none of it back.
    world.rds("Action=ModifyDBInstance&DBInstanceIdentifier=orders&BackupRetentionPeriod=30");
    let backups = world.rds("Action=DescribeDBInstanceAutomatedBackups&DBInstanceIdentifier=orders");
    assert_eq!(element(&backups, "EarliestTime"), Some("2026-11-18T00:00:00Z"), "{backups}");
    assert_eq!(element(&backups, "LatestTime"), Some("2026-11-20T23:55:00Z"));
}

#[test]
fn what_aws_refuses_is_refused() {
    let world = World::seeded(SEED);
    world.seed(
        r#"
        resource "aws_db_instance" "owned" {
          identifier                    = "owned"
          backup_retention_period       = 15
          aws_backup_recovery_point_arn = "arn:aws:backup:us-east-1:123456789012:recovery-point:continuous:x"
        }
        resource "aws_db_instance" "replica" {
          identifier          = "replica"
          replicate_source_db = "orders"
        }
        "#,
    );
    let refused = |form: &str| {
        let xml = world.rds(form);
        (element(&xml, "Code").unwrap_or("none").to_owned(), element(&xml, "Message").unwrap_or_default().to_owned())
    };
    let modify = |name: &str, form: &str| refused(&format!("Action=ModifyDBInstance&DBInstanceIdentifier={name}&{form}"));
    assert_eq!(modify("orders", "BackupRetentionPeriod=36").0, "InvalidParameterValue");
    let overlap = modify("orders", "PreferredBackupWindow=04:45-05:15");
    assert_eq!(
        overlap,
        ("InvalidParameterCombination".to_owned(), "The backup window and maintenance window must not overlap.".to_owned())
    );
    assert!(modify("owned", "BackupRetentionPeriod=7").1.contains("you can use the current value,15"));
    assert_eq!(modify("owned", "BackupRetentionPeriod=15&CopyTagsToSnapshot=true").0, "none");
    assert_eq!(modify("orders", "BackupRetentionPeriod=0").0, "InvalidParameterCombination");
    assert_eq!(modify("shop-1", "BackupRetentionPeriod=7").0, "InvalidParameterCombination");
    assert_eq!(refused("Action=ModifyDBCluster&DBClusterIdentifier=docs&BackupRetentionPeriod=0").0, "InvalidParameterValue");
    assert_eq!(refused("Action=ModifyDBCluster&DBClusterIdentifier=shop&BacktrackWindow=600").0, "InvalidParameterCombination");
    world.rds("Action=ModifyDBInstance&DBInstanceIdentifier=bare&DeletionProtection=true");
    assert_eq!(refused("Action=DeleteDBInstance&DBInstanceIdentifier=bare&SkipFinalSnapshot=true").0, "InvalidParameterCombination");
}

#[test]
fn a_database_is_busy_for_a_while_and_then_gone_with_its_backups_or_without() {
    let world = World::seeded(SEED);
    world.set_faults(Faults { lag_ms: Some(60_000), ..Faults::default() });
    let status = || element(&world.rds("Action=DescribeDBInstances&DBInstanceIdentifier=orders"), "DBInstanceStatus").map(str::to_owned);
    world.rds("Action=ModifyDBInstance&DBInstanceIdentifier=orders&CopyTagsToSnapshot=true");
    assert_eq!(status().as_deref(), Some("modifying"));
    let busy = world.rds("Action=ModifyDBInstance&DBInstanceIdentifier=orders&DeletionProtection=true");
    assert_eq!(element(&busy, "Code"), Some("InvalidDBInstanceState"));
    world.advance(60);
    assert_eq!(status().as_deref(), Some("available"));
    world.rds("Action=DeleteDBInstance&DBInstanceIdentifier=orders&SkipFinalSnapshot=true&DeleteAutomatedBackups=false");
    assert_eq!(status().as_deref(), Some("deleting"));
    world.advance(60);
    assert_eq!(status(), None);
    let kept = world.rds("Action=DescribeDBInstanceAutomatedBackups");
    assert_eq!(element(&kept, "Status"), Some("retained"), "{kept}");
    world.advance(8 * 86_400);
    assert_eq!(element(&world.rds("Action=DescribeDBInstanceAutomatedBackups"), "Status"), None);
}

#[test]
fn copies_of_backups_are_made_in_the_region_that_asks() {
    let world = World::seeded(SEED);
    let there = world.in_region("us-west-2");
    let source = "SourceDBInstanceArn=arn:aws:rds:us-east-1:123456789012:db:orders";
    let here = world.rds(&format!("Action=StartDBInstanceAutomatedBackupsReplication&{source}&BackupRetentionPeriod=14"));
    assert_eq!(element(&here, "Code"), Some("InvalidParameterCombination"));
    there.rds(&format!("Action=StartDBInstanceAutomatedBackupsReplication&{source}&BackupRetentionPeriod=14"));
    let copies = there.rds("Action=DescribeDBInstanceAutomatedBackups");
    let seen = ["Status", "BackupRetentionPeriod", "Region"].map(|name| element(&copies, name));
    assert_eq!(seen, [Some("replicating"), Some("14"), Some("us-east-1")]);
    let described = world.rds("Action=DescribeDBInstances&DBInstanceIdentifier=orders");
    assert!(
        described.contains("<DBInstanceAutomatedBackupsReplication><DBInstanceAutomatedBackupsArn>arn:aws:rds:us-west-2:"),
        "{described}"
    );
    there.rds(&format!("Action=StopDBInstanceAutomatedBackupsReplication&{source}"));
    assert_eq!(element(&there.rds("Action=DescribeDBInstanceAutomatedBackups"), "Status"), Some("retained"));
    assert!(!world.rds("Action=DescribeDBInstances").contains("us-west-2"));
}

#[test]
fn events_are_subscribed_to_with_a_topic_that_is_there() {
    let world = World::seeded(SEED);
    world.seed("resource \"aws_sns_topic\" \"t\" {\n  name = \"alerts\"\n}\n");
    let create = "Action=CreateEventSubscription&SubscriptionName=Backups&SourceType=db-instance&SourceIds.SourceId.1=orders&EventCategories.EventCategory.1=backup";
    let missing = world.rds(&format!("{create}&SnsTopicArn=arn:aws:sns:us-east-1:123456789012:nope"));
    assert_eq!(element(&missing, "Code"), Some("SNSTopicArnNotFound"));
    let made = world.rds(&format!("{create}&SnsTopicArn=arn:aws:sns:us-east-1:123456789012:alerts"));
    assert_eq!(element(&made, "CustSubscriptionId"), Some("backups"), "{made}");
    assert!(made.contains("<SourceIdsList><SourceId>orders</SourceId></SourceIdsList>"), "{made}");
    world.rds("Action=ModifyEventSubscription&SubscriptionName=backups&EventCategories.EventCategory.1=failure&Enabled=false");
    world.rds("Action=AddSourceIdentifierToSubscription&SubscriptionName=backups&SourceIdentifier=bare");
    let described = world.rds("Action=DescribeEventSubscriptions&SubscriptionName=backups");
    assert_eq!((element(&described, "EventCategory"), element(&described, "Enabled")), (Some("failure"), Some("false")));
    assert_eq!(all(&described, "SourceId"), ["bare", "orders"]);
    world.rds("Action=DeleteEventSubscription&SubscriptionName=backups");
    assert_eq!(element(&world.rds("Action=DescribeEventSubscriptions&SubscriptionName=backups"), "Code"), Some("SubscriptionNotFound"));
}

#[test]
fn databases_are_tagged_and_found_by_tag() {
    let world = World::seeded(SEED);
    let (instance, cluster) = ("arn:aws:rds:us-east-1:123456789012:db:orders", "arn:aws:rds:us-east-1:123456789012:cluster:shop");
    world.rds(&format!("Action=AddTagsToResource&ResourceName={cluster}&Tags.Tag.1.Key=env&Tags.Tag.1.Value=production"));
    let found = world.tagging("GetResources", json!({"TagFilters": [{"Key": "env", "Values": ["production"]}]}));
    let arns: Vec<&str> =
        found["ResourceTagMappingList"].as_array().unwrap().iter().filter_map(|one| one["ResourceARN"].as_str()).collect();
    assert_eq!(arns, [cluster, instance]);
    world.rds(&format!("Action=RemoveTagsFromResource&ResourceName={instance}&TagKeys.member.1=env"));
    assert!(world.rds(&format!("Action=ListTagsForResource&ResourceName={instance}")).contains("<TagList></TagList>"));
    assert!(world.rds("Action=DescribeDBClusters&DBClusterIdentifier=shop").contains("<TagList><Tag><Key>env</Key>"));
}

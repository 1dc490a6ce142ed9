//! Databases on each emulator that carries them: see [`crate::scenarios`].

use crate::support::{Policy, World};

const INSTANCE: &str = r#"
protect "aws_db_instance" "shop" {
  select { names = ["orders"] }
  backup_retention_period = 14
  backup_window           = "03:00-04:00"
  copy_tags_to_snapshot   = true
  deletion_protection     = true
  apply_immediately       = true
}
"#;
const CLUSTER: &str = r#"
protect "aws_rds_cluster" "carts" {
  select { names = ["carts"] }
  backup_retention_period = 21
  copy_tags_to_snapshot   = true
  deletion_protection     = true
  apply_immediately       = true
}
"#;
const EVERYTHING: [&str; 5] = ["apply", "--auto-approve", "--quiet", "--allow-weakening", "*"];

fn make_instance(world: &World, name: &str) {
    let made = world.wire().rds(&format!(
        "Action=CreateDBInstance&DBInstanceIdentifier={name}&Engine=postgres&DBInstanceClass=db.t4g.micro&AllocatedStorage=20&MasterUsername=admin1&MasterUserPassword=not-a-secret&BackupRetentionPeriod=7&PreferredMaintenanceWindow=sun:05:00-sun:05:30"
    ));
    assert_eq!(made.status, 200, "{}", made.text);
}

fn described(world: &World, what: &str, name: &str, member: &str) -> String {
    world.wire().rds(&format!("Action=Describe{what}s&{what}Identifier={name}")).element(member).to_owned()
}

pub(crate) fn an_instance_keeps_its_backups_longer_and_shorter_only_with_consent(world: &World) {
    make_instance(world, "orders");
    make_instance(world, "others");
    let policy = Policy::new(world, INSTANCE);
    policy.plan().says("backup_retention_period = 7 -> 14").is_silent_on("others");
    policy.apply().says("0 added, 1 changed, 0 destroyed");
    policy.is_settled();
    let seen = ["BackupRetentionPeriod", "PreferredBackupWindow", "CopyTagsToSnapshot", "DeletionProtection"]
        .map(|member| described(world, "DBInstance", "orders", member));
    assert_eq!(seen, ["14", "03:00-04:00", "true", "true"]);
    assert_eq!(described(world, "DBInstance", "others", "BackupRetentionPeriod"), "7");
    policy.write(&INSTANCE.replace("= 14", "= 3"));
    policy.backstay(&["apply", "--auto-approve"]).exits(4).says("loses data");
    assert_eq!(described(world, "DBInstance", "orders", "BackupRetentionPeriod"), "14");
    policy.backstay(&EVERYTHING).exits(0);
    assert_eq!(described(world, "DBInstance", "orders", "BackupRetentionPeriod"), "3");
    policy.is_settled();
}

pub(crate) fn a_cluster_keeps_its_backups_longer(world: &World) {
    let made = world.wire().rds(
        "Action=CreateDBCluster&DBClusterIdentifier=carts&Engine=aurora-postgresql&MasterUsername=admin1&MasterUserPassword=not-a-secret&PreferredMaintenanceWindow=sun:05:00-sun:05:30",
    );
    assert_eq!(made.status, 200, "{}", made.text);
    let policy = Policy::new(world, CLUSTER);
    policy.plan().says("backup_retention_period = 1 -> 21");
    policy.apply().says("0 added, 1 changed, 0 destroyed");
    policy.is_settled();
    let seen =
        ["BackupRetentionPeriod", "CopyTagsToSnapshot", "DeletionProtection"].map(|member| described(world, "DBCluster", "carts", member));
    assert_eq!(seen, ["21", "true", "true"]);
}

const EVENTS: &str = r#"
backstay { workspace = "shop" }

resource "aws_db_event_subscription" "backups" {
  name             = "shop-backups"
  sns_topic        = "arn:aws:sns:us-east-1:123456789012:alerts"
  source_type      = "db-instance"
  event_categories = ["backup", "failure"]
}
"#;

pub(crate) fn an_event_subscription_is_made(world: &World) {
    world.wire().sns("Action=CreateTopic&Name=alerts");
    let policy = Policy::new(world, EVENTS);
    policy.apply().says("1 added, 0 changed, 0 destroyed");
    policy.is_settled();
    let described = world.wire().rds("Action=DescribeEventSubscriptions&SubscriptionName=shop-backups");
    assert_eq!((described.element("CustSubscriptionId"), described.element("Enabled")), ("shop-backups", "true"));
}

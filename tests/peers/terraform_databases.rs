//! Terraform as the referee of databases: what backstay made of them it imports unchanged. That it makes them itself is not played here, as
//! its provider waits minutes for each.

use crate::support::{Peer, Policy, Terraform, import};

const SEED: &str = r#"
resource "aws_db_instance" "orders" {
  identifier         = "orders"
  engine             = "postgres"
  instance_class     = "db.t4g.micro"
  allocated_storage  = 20
  maintenance_window = "sun:05:00-sun:05:30"
}
resource "aws_rds_cluster" "carts" {
  cluster_identifier = "carts"
  engine             = "aurora-mysql"
}
resource "aws_docdb_cluster" "documents" {
  cluster_identifier = "documents"
}
resource "aws_neptune_cluster" "graph" {
  cluster_identifier = "graph"
}
"#;

/// What each has at the end, in backstay's blocks and in Terraform's alike.
const INSTANCE: &str = "
  backup_retention_period = 14
  backup_window           = \"03:00-04:00\"
  copy_tags_to_snapshot   = true
  deletion_protection     = true
";
const CLUSTER: &str = "
  backup_retention_period = 21
  preferred_backup_window = \"02:00-02:30\"
  deletion_protection     = true
";

/// What the provider says when it deletes one is known to no AWS, so that an import cannot find it.
const SAID: &str = "  lifecycle {\n    ignore_changes = [skip_final_snapshot]\n  }\n";

#[test]
fn the_databases_that_backstay_protected_terraform_imports_unchanged_where_it_is_installed() {
    let world = Peer::Sandbox.start();
    let Some(terraform) = Terraform::new(&world, "") else { return };
    let protect = |kind: &str, name: &str, settings: &str| {
        format!("protect \"{kind}\" \"all\" {{\n  select {{ names = [\"{name}\"] }}\n  apply_immediately = true\n{settings}}}\n")
    };
    let hcl = [
        protect("aws_db_instance", "orders", INSTANCE),
        protect("aws_rds_cluster", "carts", CLUSTER),
        protect("aws_docdb_cluster", "documents", CLUSTER),
        protect("aws_neptune_cluster", "graph", CLUSTER),
    ]
    .concat();
    let policy = Policy::new(&world, &hcl);
    backstay::files::write_atomically(&policy.path("shop.seed.hcl"), SEED.as_bytes()).expect("a file can be written");
    policy.backstay(&["sandbox", "seed", "shop.seed.hcl", &format!("--sandbox={}", world.state().display())]).exits(0);
    policy.apply().says("0 added, 4 changed, 0 destroyed");
    policy.is_settled();
    let of_cluster = |kind: &str, name: &str, more: &str| {
        format!("resource \"{kind}\" \"it\" {{\n  cluster_identifier = \"{name}\"\n  skip_final_snapshot = true\n{more}{CLUSTER}{SAID}}}\n")
    };
    let blocks = [
        format!(
            "resource \"aws_db_instance\" \"it\" {{\n  identifier = \"orders\"\n  engine = \"postgres\"\n  instance_class = \"db.t4g.micro\"\n  allocated_storage = 20\n  skip_final_snapshot = true\n{INSTANCE}}}\n"
        ),
        of_cluster("aws_rds_cluster", "carts", "  engine = \"aurora-mysql\"\n"),
        of_cluster("aws_docdb_cluster", "documents", ""),
        of_cluster("aws_neptune_cluster", "graph", ""),
    ];
    let imports = [
        import("aws_db_instance.it", "orders"),
        import("aws_rds_cluster.it", "carts"),
        import("aws_docdb_cluster.it", "documents"),
        import("aws_neptune_cluster.it", "graph"),
    ];
    let terraform = terraform.rewritten(&format!("{}{}", blocks.concat(), imports.concat()));
    terraform.only_imports(4);
    policy.is_settled();
}

/// An event subscription and copies in another region, in both languages alike.
const MADE: &str = r#"
resource "aws_sns_topic" "alerts" {
  HERE
  name = "alerts"
}

resource "aws_db_event_subscription" "backups" {
  HERE
  name             = "shop-backups"
  sns_topic        = aws_sns_topic.alerts.arn
  source_type      = "db-instance"
  source_ids       = ["orders"]
  event_categories = ["backup", "failure"]
  tags             = { env = "production" }
}

resource "aws_db_instance_automated_backups_replication" "orders" {
  THERE
  source_db_instance_arn = "arn:aws:rds:us-east-1:123456789012:db:orders"
  retention_period       = 14
}
"#;

#[test]
fn the_subscription_and_the_copies_that_backstay_made_terraform_imports_unchanged_where_it_is_installed() {
    let world = Peer::Sandbox.start();
    let Some(terraform) = Terraform::new(&world, "") else { return };
    let targets =
        "backstay { workspace = \"shop\" }\ntarget \"primary\" { region = \"us-east-1\" }\ntarget \"west\" { region = \"us-west-2\" }\n";
    let blocks = MADE.replace("THERE", "target = target.west").replace("HERE", "target = target.primary");
    let policy = Policy::new(&world, &format!("{targets}{blocks}"));
    let seed = SEED.replace("  allocated_storage  = 20\n", "  allocated_storage  = 20\n  backup_retention_period = 7\n");
    backstay::files::write_atomically(&policy.path("shop.seed.hcl"), seed.as_bytes()).expect("a file can be written");
    policy.backstay(&["sandbox", "seed", "shop.seed.hcl", &format!("--sandbox={}", world.state().display())]).exits(0);
    policy.apply().says("3 added, 0 changed, 0 destroyed");
    policy.is_settled();
    let copies = world.wire().in_region("us-west-2").rds("Action=DescribeDBInstanceAutomatedBackups");
    let imports = [
        import("aws_sns_topic.alerts", "arn:aws:sns:us-east-1:123456789012:alerts"),
        import("aws_db_event_subscription.backups", "shop-backups"),
        import("aws_db_instance_automated_backups_replication.orders", copies.element("DBInstanceAutomatedBackupsArn")),
    ];
    let blocks = MADE.replace("THERE", "provider = aws.west").replace("  HERE\n", "");
    let terraform = terraform.rewritten(&format!("{blocks}{}", imports.concat()));
    terraform.only_imports(3);
    policy.is_settled();
}

//! Terraform as the referee of caches, file systems, warehouses and volumes' snapshots: what backstay made of them it imports unchanged.

use crate::support::{Peer, Policy, Terraform, import};

const CACHES: &str = r#"
resource "aws_elasticache_replication_group" "sessions" {
  replication_group_id = "sessions"
  description          = "sessions"
  num_cache_clusters   = 2
  maintenance_window   = "sun:05:00-sun:06:00"
}
"#;

/// What each has at the end, in backstay's blocks and in Terraform's alike.
const CACHE: &str = "
  snapshot_retention_limit = 7
  snapshot_window          = \"03:00-04:00\"
";

#[test]
fn the_caches_that_backstay_protected_terraform_imports_unchanged_where_it_is_installed() {
    let world = Peer::Sandbox.start();
    let Some(terraform) = Terraform::new(&world, "") else { return };
    let protect = format!(
        "protect \"aws_elasticache_replication_group\" \"all\" {{\n  select {{ names = [\"*\"] }}\n  apply_immediately = true\n{CACHE}}}\n"
    );
    let policy = Policy::new(&world, &protect);
    backstay::files::write_atomically(&policy.path("shop.seed.hcl"), CACHES.as_bytes()).expect("a file can be written");
    policy.backstay(&["sandbox", "seed", "shop.seed.hcl", &format!("--sandbox={}", world.state().display())]).exits(0);
    policy.apply().says("0 added, 1 changed, 0 destroyed");
    policy.is_settled();
    // How a password is changed is known to no AWS, so that an import cannot find it.
    let said = "  lifecycle {\n    ignore_changes = [auth_token_update_strategy]\n  }\n";
    let block = CACHES.replace("\n}\n", &format!("\n{CACHE}{said}}}\n"));
    let terraform = terraform.rewritten(&format!("{block}{}", import("aws_elasticache_replication_group.sessions", "sessions")));
    terraform.only_imports(1);
    policy.is_settled();
}

const STORES: &str = r#"
resource "aws_efs_file_system" "media" {
  id             = "fs-0123456789abcdef1"
  creation_token = "media"
  tags           = { Name = "media" }
}
resource "aws_redshift_cluster" "sales" {
  cluster_identifier = "sales"
  node_type          = "ra3.large"
}
"#;

const PROTECTED: &str = r#"
protect "aws_efs_file_system" "media" {
  select { names = ["media"] }
  backup_policy { status = "ENABLED" }
}
protect "aws_redshift_cluster" "sales" {
  select { names = ["sales"] }
  automated_snapshot_retention_period = 14
  manual_snapshot_retention_period    = 90
}
"#;

/// The same in Terraform's language. What the provider says when it deletes a cluster, and how it changes one, is known to no AWS, so that
/// an import cannot find it.
const IN_TERRAFORM: &str = r#"
resource "aws_efs_file_system" "media" {
  creation_token = "media"
  tags           = { Name = "media" }
}
resource "aws_efs_backup_policy" "media" {
  file_system_id = "fs-0123456789abcdef1"
  backup_policy {
    status = "ENABLED"
  }
}
resource "aws_redshift_cluster" "sales" {
  cluster_identifier                  = "sales"
  node_type                           = "ra3.large"
  master_username                     = "admin"
  encrypted                           = true
  publicly_accessible                 = false
  automated_snapshot_retention_period = 14
  manual_snapshot_retention_period    = 90
  lifecycle {
    ignore_changes = [skip_final_snapshot, apply_immediately]
  }
}
"#;

#[test]
fn the_file_systems_and_warehouses_that_backstay_protected_terraform_imports_unchanged_where_it_is_installed() {
    let world = Peer::Sandbox.start();
    let Some(terraform) = Terraform::new(&world, "") else { return };
    let policy = Policy::new(&world, PROTECTED);
    backstay::files::write_atomically(&policy.path("shop.seed.hcl"), STORES.as_bytes()).expect("a file can be written");
    policy.backstay(&["sandbox", "seed", "shop.seed.hcl", &format!("--sandbox={}", world.state().display())]).exits(0);
    policy.backstay(&["apply", "--auto-approve", "--allow-weakening", "*"]).exits(0).says("0 added, 2 changed, 0 destroyed");
    policy.is_settled();
    let imports = [
        import("aws_efs_file_system.media", "fs-0123456789abcdef1"),
        import("aws_efs_backup_policy.media", "fs-0123456789abcdef1"),
        import("aws_redshift_cluster.sales", "sales"),
    ];
    let terraform = terraform.rewritten(&format!("{IN_TERRAFORM}{}", imports.concat()));
    terraform.only_imports(3);
    policy.is_settled();
}

/// A lifecycle policy, in both languages alike.
pub(crate) const VOLUMES: &str = r#"
resource "aws_dlm_lifecycle_policy" "volumes" {
  HERE
  description        = "volumes of the shop"
  execution_role_arn = "arn:aws:iam::123456789012:role/dlm"
  state              = "ENABLED"
  tags               = { env = "production" }

  policy_details {
    resource_types = ["VOLUME"]
    target_tags    = { backup = "daily" }

    schedule {
      name        = "daily"
      copy_tags   = true
      tags_to_add = { made-by = "dlm" }
      create_rule {
        interval = 24
        times    = ["03:00"]
      }
      retain_rule {
        count = 14
      }
      fast_restore_rule {
        count              = 1
        availability_zones = ["us-east-1a", "us-east-1b"]
      }
      share_rule {
        target_accounts       = ["210987654321"]
        unshare_interval      = 30
        unshare_interval_unit = "DAYS"
      }
      cross_region_copy_rule {
        target    = "us-west-2"
        encrypted = true
        copy_tags = true
        retain_rule {
          interval      = 1
          interval_unit = "MONTHS"
        }
      }
    }

    schedule {
      name      = "monthly"
      copy_tags = false
      create_rule {
        cron_expression = "cron(0 4 1 * ? *)"
      }
      retain_rule {
        interval      = 1
        interval_unit = "YEARS"
      }
    }
  }
}
"#;

#[test]
fn the_lifecycle_policy_that_backstay_made_terraform_imports_unchanged_where_it_is_installed() {
    let world = Peer::Sandbox.start();
    let Some(terraform) = Terraform::new(&world, "") else { return };
    let head = "backstay { workspace = \"shop\" }\ntarget \"primary\" { region = \"us-east-1\" }\n";
    let policy = Policy::new(&world, &format!("{head}{}", VOLUMES.replace("HERE", "target = target.primary")));
    policy.apply().says("1 added, 0 changed, 0 destroyed");
    policy.is_settled();
    let listed = world.wire().send("GET", "/policies", "dlm", &[], "").json();
    let id = listed["Policies"][0]["PolicyId"].as_str().unwrap_or_else(|| panic!("no policy: {listed}")).to_owned();
    let block = VOLUMES.replace("  HERE\n", "");
    let terraform = terraform.rewritten(&format!("{block}{}", import("aws_dlm_lifecycle_policy.volumes", &id)));
    terraform.only_imports(1);
    terraform.run(&["apply", "-auto-approve"]).exits(0).says("1 imported, 0 added, 0 changed, 0 destroyed");
    policy.is_settled();
    // What Terraform changes of it, backstay sees.
    let changed = block.replace("count = 14", "count = 7");
    let terraform = terraform.rewritten(&changed);
    terraform.run(&["apply", "-auto-approve"]).exits(0).says("0 added, 1 changed, 0 destroyed");
    policy.backstay(&["plan"]).exits(0).says("retain_rule.count = 7 -> 14");
}

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

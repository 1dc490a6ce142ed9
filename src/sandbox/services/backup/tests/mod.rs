//! What AWS Backup does, in AWS's words, seen through the wire.
#![expect(clippy::needless_pass_by_value, reason = "tests read better with values made in place")]

mod audit;
mod jobs;
mod metrics;
mod plans;
mod restores;
mod runs;
mod selections;
mod settings_and_tags;
mod vaults;

use serde_json::{Value, json};

use crate::sandbox::testing::World;

const DAY: i64 = 86_400;

/// A world with the vault `daily`.
fn world() -> World {
    let world = World::new();
    world.backup("PUT /backup-vaults/daily", Value::Null);
    world
}

/// A plan's document with one rule, and these members more in the rule.
fn document(name: &str, members: Value) -> Value {
    let mut rule = json!({"RuleName": "daily", "TargetBackupVaultName": "daily"});
    for (member, value) in members.as_object().unwrap() {
        rule[member] = value.clone();
    }
    json!({"BackupPlanName": name, "Rules": [rule]})
}

/// Creates a plan, and gives its id.
fn create_plan(world: &World, document: Value) -> String {
    world.backup("PUT /backup/plans/", json!({"BackupPlan": document}))["BackupPlanId"].as_str().unwrap().to_owned()
}

/// An ARN as it stands in a path.
fn in_path(arn: &str) -> String {
    arn.replace(':', "%3A").replace('/', "%2F")
}

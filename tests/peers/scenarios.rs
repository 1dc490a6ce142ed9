//! What must end alike wherever it is played: each scenario sets the scene through the emulator's own wire, runs backstay, and asks the
//! emulator itself what is so now.

use crate::support::{ACCOUNT, Policy, Wire, World, create_table, pitr};
use serde_json::json;
use std::path::Path;

const OTHER_ACCOUNT: &str = "210987654321";
const SETTINGS: &str = "
  point_in_time_recovery {
    enabled                 = true
    recovery_period_in_days = 35
  }
  deletion_protection_enabled = true
";

/// One `protect` block with the selector and the settings that are given.
fn protect(select: &str, settings: &str) -> String {
    protect_in(ACCOUNT, select, settings)
}

fn protect_in(account: &str, select: &str, settings: &str) -> String {
    let target = format!("target \"primary\" {{\n  region     = \"us-east-1\"\n  account_id = \"{account}\"\n}}\n");
    format!("{target}protect \"aws_dynamodb_table\" \"t\" {{\n  select {{\n    {select}\n  }}\n{settings}}}\n")
}

fn pitr_of(days: u8) -> String {
    format!("  point_in_time_recovery {{\n    enabled                 = true\n    recovery_period_in_days = {days}\n  }}\n")
}

pub(crate) fn a_plan_is_applied_and_the_second_plan_is_empty(world: &World) {
    for name in ["orders", "buyers", "scratch"] {
        world.table(name);
    }
    world.turn_on_pitr("buyers", 35);
    let policy = Policy::new(world, &protect("names = [\"orders\", \"buyers\"]", SETTINGS));
    policy.plan().says("Plan: 0 to add, 2 to change, 0 to destroy.").is_silent_on("scratch");
    policy.backstay(&["plan", "--detailed-exitcode"]).exits(2);
    world.has_no_pitr("orders");
    policy.apply().says("Apply complete: 0 added, 2 changed, 0 destroyed.");
    for name in ["orders", "buyers"] {
        world.has_pitr(name, 35);
        world.is_protected(name, true);
    }
    world.has_no_pitr("scratch");
    world.is_protected("scratch", false);
    policy.is_settled();
    policy.backstay(&["apply", "--auto-approve"]).exits(0).says("No changes.");
}

pub(crate) fn the_example_is_applied_and_the_second_plan_is_empty(world: &World) {
    let tables = ["fp-events", "consent", "block-counter"].map(|table| format!("mirror-dissonance-production-{table}"));
    let policy = Policy::new(world, include_str!("../../examples/mirror-dissonance/policy.hcl"));
    policy.backstay(&["plan"]).exits(1).complains("mirror-dissonance-production-fp-events");
    for name in &tables {
        world.table(name);
    }
    policy.plan().says("Plan: 0 to add, 3 to change, 0 to destroy.");
    policy.apply().says("3 changed");
    for name in &tables {
        world.has_pitr(name, 35);
        world.is_protected(name, true);
    }
    policy.is_settled();
}

pub(crate) fn the_sale_module_is_applied_and_the_second_plan_is_empty(world: &World) {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/sale-module");
    let folder = example.display().to_string();
    let policy = Policy::new(world, "");
    let (seed, state) = (format!("{folder}/sale-module.seed.hcl"), format!("--sandbox={}", world.state().display()));
    policy.backstay(&["sandbox", "seed", &seed, &state]).exits(0);
    let there = |verb: &[&str]| policy.backstay(&[verb, &["--chdir", &folder]].concat());
    for environment in ["environment=production", "environment=staging"] {
        // The lifecycle rules delete versions after seven years: that is refused until somebody consents.
        there(&["apply", "--auto-approve", "--var", environment]).exits(4).says("loses data");
        let applied = there(&["apply", "--auto-approve", "--var", environment, "--allow-weakening", "aws_s3_bucket.*"]).exits(0);
        applied.says("Read again: no changes.");
        there(&["plan", "--detailed-exitcode", "--var", environment]).exits(0).says("No changes.");
    }
    for table in ["SalesTable-production", "BuyersTable-staging"] {
        world.has_pitr(table, 35);
    }
}

pub(crate) fn a_shorter_period_is_refused_until_a_waiver_lets_it_through(world: &World) {
    world.table("orders");
    world.turn_on_pitr("orders", 35);
    let shorter = protect("names = [\"orders\"]", &pitr_of(7));
    let policy = Policy::new(world, &shorter);
    policy.backstay(&["plan"]).exits(4).says("loses data").says("waiver \"");
    policy.backstay(&["apply", "--auto-approve"]).exits(4);
    world.has_pitr("orders", 35);
    let waiver = "waiver \"rebuilt\" {
  address     = \"aws_dynamodb_table.t[\\\"orders\\\"]\"
  setting     = \"point_in_time_recovery.recovery_period_in_days\"
  to          = 7
  reason      = \"rebuilt nightly\"
  approved_by = \"data-platform\"
  expires     = \"2099-12-31\"
}
";
    policy.write(&format!("{shorter}{waiver}"));
    policy.plan().says("Plan: 0 to add, 1 to change, 0 to destroy.");
    policy.apply();
    world.has_pitr("orders", 7);
    policy.is_settled();
}

pub(crate) fn a_longer_period_needs_no_consent(world: &World) {
    world.table("orders");
    world.turn_on_pitr("orders", 7);
    let policy = Policy::new(world, &protect("names = [\"orders\"]", &pitr_of(35)));
    policy.plan().says("7 -> 35").says("strengthens");
    policy.apply();
    world.has_pitr("orders", 35);
    policy.is_settled();
}

pub(crate) fn a_period_that_is_not_kept_is_found_when_reading_again(world: &World) {
    world.table("orders");
    let policy = Policy::new(world, &protect("names = [\"orders\"]", &pitr_of(7)));
    let applied = policy.backstay(&["apply", "--auto-approve"]).exits(5);
    applied.complains("BKS0504").complains("`point_in_time_recovery.recovery_period_in_days`");
}

pub(crate) fn pitr_goes_off_only_with_consent(world: &World) {
    world.table("orders");
    world.turn_on_pitr("orders", 35);
    let policy = Policy::new(world, &protect("names = [\"orders\"]", "  point_in_time_recovery {\n    enabled = false\n  }\n"));
    policy.backstay(&["plan"]).exits(4).says("loses data").says("the whole history goes at once");
    policy.backstay(&["apply", "--auto-approve"]).exits(4);
    world.has_pitr("orders", 35);
    // Consent to another address is none.
    policy.backstay(&["apply", "--auto-approve", "--allow-weakening", "aws_dynamodb_table.t[\"buyers\"]"]).exits(4);
    world.has_pitr("orders", 35);
    policy.backstay(&["apply", "--auto-approve", "--allow-weakening", "aws_dynamodb_table.t[\"orders\"]"]).exits(0);
    world.has_no_pitr("orders");
    policy.is_settled();
}

pub(crate) fn deletion_protection_goes_off_only_with_consent(world: &World) {
    world.table("orders");
    let policy = Policy::new(world, &protect("names = [\"orders\"]", "  deletion_protection_enabled = true\n"));
    policy.apply();
    world.is_protected("orders", true);
    let refused = world.wire().try_dynamodb("DeleteTable", &json!({"TableName": "orders"}));
    assert_eq!((refused.status, refused.code().as_str()), (400, "ValidationException"));
    // What the policy does not name is left alone.
    world.has_no_pitr("orders");
    policy.is_settled();
    policy.write(&protect("names = [\"orders\"]", "  deletion_protection_enabled = false\n"));
    policy.backstay(&["plan"]).exits(4).says("weakens");
    policy.backstay(&["apply", "--auto-approve"]).exits(4);
    world.is_protected("orders", true);
    policy.backstay(&["apply", "--auto-approve", "--allow-weakening", "aws_dynamodb_table.t"]).exits(0);
    world.is_protected("orders", false);
    policy.is_settled();
}

pub(crate) fn tags_select_what_carries_them(world: &World) {
    world.tagged_table("gold", &[("env", "production"), ("tier", "gold")]);
    world.tagged_table("none", &[("env", "production"), ("tier", "gold"), ("backup", "none")]);
    world.tagged_table("half", &[("env", "production")]);
    world.tagged_table("test", &[("env", "staging"), ("tier", "gold")]);
    world.table("bare");
    let select = "tags = { env = \"production\", tier = \"*\" }\n    except {\n      tags = { backup = \"none\" }\n    }";
    let policy = Policy::new(world, &protect(select, SETTINGS));
    policy.plan().says("Plan: 0 to add, 1 to change, 0 to destroy.").says("[\"gold\"]");
    policy.apply();
    world.has_pitr("gold", 35);
    for name in ["none", "half", "test", "bare"] {
        world.has_no_pitr(name);
        world.is_protected(name, false);
    }
    policy.is_settled();
}

pub(crate) fn a_glob_selects_across_pages(world: &World) {
    // ListTables has pages of 100.
    for number in 0..130 {
        world.table(&format!("sales-{number:03}"));
    }
    world.table("sales");
    world.table("presales-001");
    world.table("sales-scratch");
    let select = "names = [\"sales-*\"]\n    except {\n      names = [\"*-scratch\"]\n    }";
    let policy = Policy::new(world, &protect(select, SETTINGS));
    policy.plan().says("Plan: 0 to add, 130 to change, 0 to destroy.").is_silent_on("presales");
    policy.apply().says("130 changed");
    for name in ["sales-000", "sales-099", "sales-100", "sales-129"] {
        world.has_pitr(name, 35);
    }
    for name in ["sales", "presales-001", "sales-scratch"] {
        world.has_no_pitr(name);
    }
    policy.is_settled().says("130 DynamoDB tables");
}

pub(crate) fn tags_select_across_pages(world: &World) {
    // GetResources has pages of 100.
    for number in 0..130 {
        world.tagged_table(&format!("sales-{number:03}"), &[("env", "production")]);
    }
    world.tagged_table("test", &[("env", "staging")]);
    let policy = Policy::new(world, &protect("tags = { env = \"production\" }", &pitr_of(35)));
    policy.plan().says("Plan: 0 to add, 130 to change, 0 to destroy.");
}

pub(crate) fn a_name_that_does_not_exist_is_an_error(world: &World) {
    world.table("orders");
    let policy = Policy::new(world, &protect("names = [\"orders\", \"odrers\"]", SETTINGS));
    let plan = policy.backstay(&["plan"]).exits(1);
    plan.complains("BKS0201").complains("`odrers`").complains("policy.hcl:");
    policy.backstay(&["apply", "--auto-approve"]).exits(1);
    world.has_no_pitr("orders");
    policy.write(&protect("names = [\"nothing-*\"]", SETTINGS));
    policy.backstay(&["plan"]).exits(1);
    policy.write(&protect("names = [\"nothing-*\"]\n    allow_empty = true", SETTINGS));
    policy.plan().says("No changes.");
}

pub(crate) fn the_wrong_account_is_refused_before_anything_is_read(world: &World) {
    world.table("orders");
    let policy = Policy::new(world, &protect_in(OTHER_ACCOUNT, "names = [\"orders\"]", SETTINGS));
    for verb in [["plan", "--log=info"].as_slice(), &["apply", "--auto-approve"]] {
        let refused = policy.backstay(verb).exits(4);
        let refused = refused.complains(&format!("must be account {OTHER_ACCOUNT}")).complains(&format!("in account {ACCOUNT}"));
        assert!(refused.out.is_empty(), "{refused}");
    }
    world.has_no_pitr("orders");
}

pub(crate) fn a_role_reaches_its_account(world: &World) {
    // The other account is reached as anybody would: by a role, whose session has keys of its own.
    let role = format!("arn:aws:iam::{OTHER_ACCOUNT}:role/backstay");
    let query = format!("Action=AssumeRole&Version=2011-06-15&RoleArn={role}&RoleSessionName=scene");
    let assumed = world.wire().sts(&query);
    assert_eq!(assumed.status, 200, "{}", assumed.text);
    let theirs = Wire { access_key: assumed.element("AccessKeyId").to_owned(), ..world.wire() };
    create_table(&theirs, "orders", &[]);
    let hcl = protect_in(OTHER_ACCOUNT, "names = [\"orders\"]", SETTINGS);
    let hcl = hcl.replacen("}\n", &format!("  assume_role {{\n    role_arn = \"{role}\"\n  }}\n}}\n"), 1);
    let policy = Policy::new(world, &hcl);
    policy.plan().says(&format!("account {OTHER_ACCOUNT}"));
    policy.apply();
    assert_eq!(pitr(&theirs, "orders")["PointInTimeRecoveryStatus"], "ENABLED");
    policy.is_settled();
    let ours = world.wire().try_dynamodb("DescribeTable", &json!({"TableName": "orders"}));
    assert_eq!(ours.code(), "ResourceNotFoundException");
}

pub(crate) fn every_replica_is_read_and_changed_in_its_own_region(world: &World) {
    world.table("orders");
    let here = world.wire();
    let there = here.in_region("us-west-2");
    let replica = json!({"TableName": "orders", "ReplicaUpdates": [{"Create": {"RegionName": "us-west-2"}}]});
    here.dynamodb("UpdateTable", &replica);
    let policy = Policy::new(world, &protect("names = [\"orders\"]", SETTINGS));
    policy.plan().says("Plan: 0 to add, 2 to change, 0 to destroy.").says("(us-east-1,").says("(us-west-2,");
    policy.apply();
    let described = |wire: &Wire| wire.dynamodb("DescribeTable", &json!({"TableName": "orders"}))["Table"].take();
    for wire in [&here, &there] {
        assert_eq!(pitr(wire, "orders")["PointInTimeRecoveryStatus"], "ENABLED", "{wire:?}");
        assert_eq!(described(wire)["DeletionProtectionEnabled"], true, "{wire:?}");
    }
    policy.is_settled();
    // Neither setting goes from one replica to the other, so what moves in one region is a change of that region alone.
    there.dynamodb("UpdateTable", &json!({"TableName": "orders", "DeletionProtectionEnabled": false}));
    policy.plan().says("Plan: 0 to add, 1 to change, 0 to destroy.").says("(us-west-2,").is_silent_on("(us-east-1,");
    policy.apply();
    assert_eq!(described(&there)["DeletionProtectionEnabled"], true);
    policy.is_settled();
}

pub(crate) fn a_saved_plan_is_refused_when_something_moved(world: &World) {
    world.table("orders");
    world.table("buyers");
    let policy = Policy::new(world, &protect("names = [\"orders\", \"buyers\"]", SETTINGS));
    policy.backstay(&["plan", "--out", "plan.json"]).exits(0);
    world.wire().dynamodb("UpdateTable", &json!({"TableName": "orders", "DeletionProtectionEnabled": true}));
    let refused = policy.backstay(&["apply", "plan.json"]).exits(4);
    refused.complains("aws_dynamodb_table.t[\"orders\"]").complains("deletion_protection_enabled").complains("nothing was written");
    world.has_no_pitr("orders");
    world.has_no_pitr("buyers");
    policy.backstay(&["plan", "--out", "plan.json"]).exits(0);
    world.wire().dynamodb("DeleteTable", &json!({"TableName": "buyers"}));
    policy.backstay(&["apply", "plan.json"]).exits(4).complains("aws_dynamodb_table.t[\"buyers\"]");
    world.has_no_pitr("orders");
    world.table("buyers");
    policy.backstay(&["apply", "plan.json"]).exits(0).says("2 changed");
    policy.is_settled();
}

pub(crate) fn a_recorded_snapshot_plans_alike_when_nothing_answers(world: &World) {
    world.table("orders");
    world.turn_on_pitr("orders", 35);
    let mut policy = Policy::new(world, &protect("names = [\"ord*\"]", SETTINGS));
    let live = policy.plan();
    policy.backstay(&["snapshot", "--out", "live.json"]).exits(0);
    // Port 9 is the discard service, where nobody listens.
    policy.set("AWS_ENDPOINT_URL", "http://127.0.0.1:9");
    let recorded = policy.backstay(&["plan", "--from", "live.json"]).exits(0);
    assert_eq!(live.out, recorded.out);
}

pub(crate) fn the_journal_holds_every_write(world: &World) {
    world.table("orders");
    world.table("buyers");
    let policy = Policy::new(world, &protect("names = [\"orders\", \"buyers\"]", SETTINGS));
    policy.backstay(&["apply", "--auto-approve", "--journal", "journal.jsonl"]).exits(0);
    let journal = std::fs::read_to_string(policy.path("journal.jsonl")).expect("apply wrote it");
    let mut writes: Vec<String> = Vec::new();
    for line in journal.lines() {
        let entry: serde_json::Value = serde_json::from_str(line).expect("one JSON value for each line");
        writes.push(format!("{} {}", entry["operation"].as_str().unwrap_or("?"), entry["resource"].as_str().unwrap_or("?")));
    }
    writes.sort();
    assert_eq!(
        writes,
        [
            "dynamodb:UpdateContinuousBackups aws_dynamodb_table.t[\"buyers\"]",
            "dynamodb:UpdateContinuousBackups aws_dynamodb_table.t[\"orders\"]",
            "dynamodb:UpdateTable aws_dynamodb_table.t[\"buyers\"]",
            "dynamodb:UpdateTable aws_dynamodb_table.t[\"orders\"]"
        ],
        "{journal}"
    );
}

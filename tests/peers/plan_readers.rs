//! `plan --format json` as tools read it that were made for `terraform show -json`.

use crate::support::{Peer, Policy, Python, Ran, World};
use std::ffi::OsStr;
use std::path::Path;

const POLICY: &str = r#"
target "primary" {
  region = "us-east-1"
}
protect "aws_dynamodb_table" "t" {
  select {
    names = ["orders", "buyers"]
  }
  point_in_time_recovery {
    enabled                 = true
    recovery_period_in_days = 35
  }
}
"#;

#[test]
fn terraform_compliance_reads_a_plan_and_judges_it() {
    let world = world();
    let policy = Policy::new(&world, POLICY);
    let good = policy.plan_json("good.json");
    let judged = judge(&policy, &good).exits(0);
    judged.says("4 scenarios (3 passed, 1 skipped)");

    // The same plan of a shorter period does not pass, so the tool has read the values and not only the form.
    policy.write(&POLICY.replace("= 35", "= 30"));
    let bad = policy.plan_json("bad.json");
    judge(&policy, &bad).exits(1).says("for aws_dynamodb_table.t[\"orders\"] on aws_dynamodb_table. 30 is not equal to 35.");
}

/// A plan that updates one table, makes a topic, and leaves one table alone.
const MIXED: &str = r#"
backstay {
  workspace = "shop"
}
resource "aws_sns_topic" "alerts" {
  name = "backup-alerts"
}
"#;

#[test]
fn tf_peek_summarises_a_plan_in_markdown() {
    let world = world();
    let policy = Policy::new(&world, &format!("{MIXED}{POLICY}"));
    let plan = policy.plan_json("plan.json");
    let said = run("tf_peek", &[plan.as_os_str()]).exits(0);
    let said =
        said.says("| 🛠️ Update |  | 1 |  | **1** |").says("| ➕ Create |  | 1 |  | **1** |").says("| **Σ Total** |  | **2** |  | **2** |");
    let said = said.says("`aws_dynamodb_table.t[\"orders\"]`").says("`aws_sns_topic.alerts`").is_silent_on("buyers");
    said.says("`[{\"enabled\": true, \"recovery_period_in_days\": 7}]` | `[{\"enabled\": true, \"recovery_period_in_days\": 35}]`");
}

#[test]
fn tf_nag_finds_the_table_whose_recovery_a_plan_turns_off() {
    let world = world();
    let policy = Policy::new(&world, POLICY);
    let scan = |name: &str| {
        let plan = policy.plan_json(name);
        run("tfnag.cli", &["scan".as_ref(), "--plan-json".as_ref(), plan.as_os_str(), "--fail-on".as_ref(), "warn".as_ref()])
    };
    scan("on.json").exits(0).says("no findings");
    policy.write(&POLICY.replace("enabled                 = true\n    recovery_period_in_days = 35", "enabled = false"));
    scan("off.json").exits(2).says("AwsSolutions-DDB3").says("aws_dynamodb_table.t[\"orders\"]").says("aws_dynamodb_table.t[\"buyers\"]");
}

/// Two tables, of which the policy changes one.
fn world() -> World {
    let world = Peer::Sandbox.start();
    for (name, days) in [("orders", 7), ("buyers", 35)] {
        world.table(name);
        world.turn_on_pitr(name, days);
    }
    world
}

/// Runs a tool that is a module of Python's.
fn run(module: &str, arguments: &[&OsStr]) -> Ran {
    let mut command = Python::with_plan_readers().command();
    Ran::of(command.args(["-m", module]).args(arguments).env("TERM", "dumb").env("PYTHONUTF8", "1"))
}

impl Policy {
    /// Writes what a plan prints as JSON to a file, as `terraform show -json > FILE` does.
    fn plan_json(&self, name: &str) -> std::path::PathBuf {
        let file = self.path(name);
        let ran = self.backstay(&["plan", "--format", "json", "--allow-weakening", "*"]).exits(0);
        backstay::files::write_atomically(&file, ran.out.as_bytes()).expect("temporary folders can be written");
        file
    }
}

/// Runs terraform-compliance over one plan.
fn judge(policy: &Policy, plan: &Path) -> Ran {
    let features = policy.path("features");
    std::fs::create_dir_all(&features).expect("temporary folders can be written");
    let feature = include_bytes!("plan_readers.feature");
    backstay::files::write_atomically(&features.join("plan.feature"), feature).expect("temporary folders can be written");
    let mut command = Python::with_plan_readers().command();
    command.args(["-m", "terraform_compliance.main", "--planfile"]).arg(plan).arg("--features").arg(&features);
    let mut ran = Ran::of(command.env("TERM", "dumb").env("PYTHONUTF8", "1"));
    ran.out = without_colour(&ran.out);
    ran
}

/// The text without the escapes that colour it.
fn without_colour(text: &str) -> String {
    let mut parts = text.split('\u{1b}');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |plain, part| plain + part.split_once('m').map_or("", |(_, rest)| rest))
}

//! A proxy that breaks calls in the protocol's own words, between backstay and an emulator.

use crate::support::{ACCOUNT, Peer, Policy, Python, Server, Wire, World, environment};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

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
  deletion_protection_enabled = true
}
"#;

// After the first throttled call the SDK's adaptive retries send about one call in two seconds, so these two take their time.

#[test]
fn throttled_reads_are_tried_again_until_they_pass() {
    let stage = Stage::set();
    stage.rule(&json!([{"service": "dynamodb", "operation": "DescribeTable", "times": 2, "error": {"code": "ThrottlingException"}}]));
    stage.policy.plan().says("Plan: 0 to add, 2 to change, 0 to destroy.");
    assert_eq!(stage.fired("error"), 2);
}

#[test]
fn throttled_writes_are_tried_again_until_they_pass() {
    let stage = Stage::set();
    stage.rule(&json!([{"service": "dynamodb", "operation": "UpdateTable", "times": 2, "error": {"code": "ThrottlingException"}}]));
    stage.policy.apply().says("2 changed");
    assert_eq!(stage.fired("error"), 2);
    stage.world.is_protected("orders", true);
    stage.world.is_protected("buyers", true);
    stage.policy.is_settled();
}

#[test]
fn throttling_without_end_is_unknown_and_never_clean() {
    let mut stage = Stage::set();
    stage.policy.set("AWS_MAX_ATTEMPTS", "2");
    let rule = json!({"service": "dynamodb", "operation": "DescribeContinuousBackups", "resource": "orders", "error": {"code": "ThrottlingException"}});
    stage.rule(&json!([rule]));
    let plan = stage.policy.backstay(&["plan"]).exits(3);
    plan.says("ThrottlingException").says("aws_dynamodb_table.t[\"buyers\"]");
}

#[test]
fn broken_connections_are_tried_again_until_they_hold() {
    let stage = Stage::set();
    stage.rule(&json!([
        {"service": "sts", "times": 2, "reset": true},
        {"service": "dynamodb", "operation": "DescribeContinuousBackups", "times": 2, "reset": true},
        {"service": "dynamodb", "operation": "UpdateTable", "times": 2, "reset": true},
    ]));
    stage.policy.apply().says("2 changed");
    assert_eq!(stage.fired("reset"), 6);
    stage.world.is_protected("orders", true);
    stage.policy.is_settled();
}

#[test]
fn an_answer_that_ends_in_the_middle_is_asked_for_again() {
    let stage = Stage::set();
    stage.rule(&json!([{"service": "dynamodb", "operation": "DescribeTable", "times": 2, "response": {"abort_frac": 0.5}}]));
    stage.policy.apply().says("2 changed");
    stage.policy.is_settled();
}

#[test]
fn a_call_that_hangs_is_unknown_in_the_end_and_the_rest_is_planned() {
    let mut stage = Stage::set();
    stage.policy.set("AWS_MAX_ATTEMPTS", "1");
    stage.rule(&json!([{"service": "dynamodb", "operation": "DescribeContinuousBackups", "resource": "orders", "timeout_ms": 120_000}]));
    let begun = Instant::now();
    let plan = stage.policy.backstay(&["plan"]).exits(3);
    assert!(begun.elapsed() < Duration::from_secs(50), "it took {:?}", begun.elapsed());
    plan.says("no answer in time")
        .says("Plan: 0 to add, 2 to change, 0 to destroy, 1 could not be read.")
        .says("deletion_protection_enabled = false -> true");
}

/// An emulator with two tables, and a proxy in front of it that backstay goes through.
struct Stage {
    world: World,
    proxy: Server,
    policy: Policy,
}

impl Stage {
    fn set() -> Self {
        let world = Peer::Moto.start();
        world.table("orders");
        world.table("buyers");
        let python = Python::with_emulators();
        let proxy = Server::start("microburst", |port, _| {
            let mut command = python.command();
            command.args(["-m", "microburst", "--upstream", &world.server.url(), "--port", &port.to_string()]);
            command
        });
        let mut policy = Policy::new(&world, POLICY);
        for (name, value) in environment(&proxy.url()) {
            policy.set(&name, &value);
        }
        let stage = Self { world, proxy, policy };
        // It reads the models of a service at the first call of it.
        let wire = Wire { port: stage.proxy.port, ..stage.world.wire() };
        wire.dynamodb("ListTables", &json!({}));
        assert_eq!(wire.sts("Action=GetCallerIdentity&Version=2011-06-15").element("Account"), ACCOUNT);
        stage
    }

    /// Sets the faults; the first that matches a call is played.
    #[track_caller]
    fn rule(&self, rules: &Value) {
        let answer = self.control("POST", "/_microburst/rules", &rules.to_string());
        assert!(answer.is_object() || answer.is_array(), "{answer}");
    }

    /// How many faults of a kind were played.
    #[track_caller]
    fn fired(&self, action: &str) -> usize {
        let fired = self.control("GET", "/_microburst/fired", "");
        let fired = fired.as_array().unwrap_or_else(|| panic!("no list: {fired}"));
        fired.iter().filter(|fault| fault["action"].as_str().is_some_and(|played| played.starts_with(action))).count()
    }

    #[track_caller]
    fn control(&self, method: &str, path: &str, body: &str) -> Value {
        let wire = Wire { port: self.proxy.port, ..self.world.wire() };
        let answer = wire.send(method, path, "microburst", &[("content-type", "application/json")], body);
        assert!(answer.status < 300, "{path}: {}", answer.text);
        answer.json()
    }
}

//! What an audit sees of how far S3 replication has come, of what CloudWatch is told: through the real binary.
#![cfg(feature = "sandbox")]

mod support;

use serde_json::{Value, json};
use support::room::{Room, finish};
use support::served::{Proxy, Served, through};

const HOME: &str = "target \"home\" { region = \"us-east-1\" }\n";
const WEST: &str = "target \"west\" { region = \"us-west-2\" }\n";
const TIERS: &str = r#"
tier "gold" {
  tags = { tier = "gold" }
  copies {
    regions = 1
    rpo     = "1h"
  }
}
"#;

/// A bucket with these attributes and blocks.
fn bucket(name: &str, more: &str) -> String {
    format!(
        "resource \"aws_s3_bucket\" \"{name}\" {{\n  bucket = \"{name}\"\n  tags = {{ tier = \"gold\" }}\n  versioning {{ status = \"Enabled\" }}\n{more}\n}}\n"
    )
}

/// The copies of `sales`, in the west.
fn copies() -> String {
    bucket("sales-copy", "region = \"us-west-2\"").replace("gold", "none")
}

/// The role that copies.
const ROLE: &str = r#"
resource "aws_iam_role" "r" {
  name = "r"
  managed_policy_arns = ["arn:aws:iam::123456789012:policy/replicate"]
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "s3.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
}
"#;

/// A rule about the whole.
fn rule(id: &str, to: &str, priority: usize, more: &str) -> String {
    rule_of(id, to, priority, more, "filter {}")
}

fn rule_of(id: &str, to: &str, priority: usize, more: &str, filter: &str) -> String {
    format!(
        "rule {{\n id = \"{id}\"\n status = \"Enabled\"\n priority = {priority}\n {filter}\n delete_marker_replication {{ status = \"Disabled\" }}\n destination {{\n bucket = \"arn:aws:s3:::{to}\"\n {more}\n }}\n }}\n"
    )
}

const METRICS: &str = "metrics { status = \"Enabled\" }";

fn replicated(rules: &str) -> String {
    format!("replication_configuration {{\n role = \"arn:aws:iam::123456789012:role/r\"\n{rules}}}\n")
}

/// A room with these things on 21 November 2026 at noon, whose policy has both targets.
fn room(blocks: &str) -> Room {
    room_at("--set 2026-11-21T12:00:00Z", blocks)
}

fn room_at(clock: &str, blocks: &str) -> Room {
    let room = Room::new();
    room.write("live.seed.hcl", format!("{ROLE}{blocks}"));
    room.write("policy.hcl", format!("{HOME}{WEST}{TIERS}"));
    room.ok(&format!("sandbox clock {clock}"));
    room.ok("sandbox seed live.seed.hcl");
    room
}

/// The bucket `sales` with a rule that publishes metrics, and what else it has.
fn measured(more: &str) -> Room {
    let rules = replicated(&rule("all", "sales-copy", 1, METRICS));
    room(&(bucket("sales", &(rules + more)) + &copies()))
}

fn audit(room: &Room) -> Value {
    let ended = room.run("audit . --sandbox --format json --out audit.json");
    assert!(ended.code.is_some_and(|code| code != 1), "{}", ended.output);
    serde_json::from_str(&room.read("audit.json")).expect("it is JSON")
}

/// What was seen of a bucket, and what became of the promise about its copies.
fn seen(audit: &Value, name: &str) -> (Value, Value) {
    let all = audit["resources"].as_array().expect("there are things");
    let thing = all.iter().find(|thing| thing["name"] == name).expect("it is there");
    let promised = audit["promises"]["things"].as_array().expect("there are promises");
    let promised = promised.iter().find(|thing| thing["name"] == name).map(|thing| thing["promises"].clone()).unwrap_or_default();
    let fresh = promised.as_array().into_iter().flatten().find(|promise| promise["promise"] == "copies.rpo.now").cloned();
    (thing["observed"].clone(), fresh.unwrap_or_default())
}

fn doubts(observed: &Value) -> String {
    observed["unread_copies"].as_array().expect("it is a list").iter().filter_map(Value::as_str).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_rule_that_is_through_is_fresh_as_of_its_last_minute() {
    let room = measured("");
    let (observed, fresh) = seen(&audit(&room), "sales");
    let copy = &observed["copies"][0];
    assert_eq!((&copy["at"], &copy["region"]), (&json!("2026-11-21T11:59:00Z"), &json!("us-west-2")), "{observed}");
    assert_eq!(copy["by"], "replication to sales-copy, of what was written since 2026-09-22");
    assert_eq!((&fresh["standing"], &observed["unread_copies"]), (&json!("met"), &json!([])), "{fresh}");
    // A recorded snapshot says the same.
    room.ok("snapshot --everything . --sandbox --out all.json");
    room.run("audit --from all.json . --format json --out again.json");
    assert_eq!(room.read("audit.json"), room.read("again.json"));
}

#[test]
fn what_waits_is_as_old_as_the_destination_is_behind() {
    let behind = |seconds: u32| {
        let room = measured(&format!("replication_progress {{\n rule = \"all\"\n pending = 7\n latency_seconds = {seconds}\n}}\n"));
        seen(&audit(&room), "sales")
    };
    let (observed, fresh) = behind(3 * 3600);
    assert_eq!((&observed["copies"][0]["at"], &fresh["standing"]), (&json!("2026-11-21T08:59:00Z"), &json!("not_met")), "{fresh}");
    let (observed, fresh) = behind(60);
    assert_eq!((&observed["copies"][0]["at"], &fresh["standing"]), (&json!("2026-11-21T11:58:00Z"), &json!("met")), "{fresh}");
}

#[test]
fn what_failed_is_missing_for_as_long_as_cloudwatch_knows_of_it() {
    for days in [1, 20, 400] {
        let room = measured(&format!("replication_progress {{\n rule = \"all\"\n failed = 3\n failed_days_ago = {days}\n}}\n"));
        let (observed, fresh) = seen(&audit(&room), "sales");
        assert_eq!((&observed["copies"], &fresh["standing"]), (&json!([]), &json!("unprovable")), "{fresh}");
        let told = doubts(&observed);
        assert!(
            told.contains("replication to sales-copy: 3 operations of rule `all` failed") && told.contains("S3 Batch Replication"),
            "{told}"
        );
    }
}

#[test]
fn without_metrics_and_without_datapoints_nothing_is_known() {
    let silent = room(&(bucket("sales", &replicated(&rule("all", "sales-copy", 1, ""))) + &copies()));
    let (observed, fresh) = seen(&audit(&silent), "sales");
    assert_eq!((&observed["copies"], &fresh["standing"]), (&json!([]), &json!("unprovable")), "{fresh}");
    assert!(doubts(&observed).contains("rule `all` publishes no metrics, which alone tell how far it has come: turn on its `metrics`"));
    // The moment of a datapoint that came late is its own.
    for (minutes, standing, says) in [(30, "met", ""), (200, "unprovable", "nothing of rule `all` in us-west-2 in the last 3 hours")] {
        let stopped = measured(&format!("replication_progress {{\n rule = \"all\"\n stopped_minutes_ago = {minutes}\n}}\n"));
        let (observed, fresh) = seen(&audit(&stopped), "sales");
        assert_eq!(fresh["standing"], standing, "{fresh}");
        assert!(doubts(&observed).contains(says), "{observed}");
    }
}

#[test]
fn where_no_target_reads_the_destination_the_doubt_says_so() {
    let room = measured("");
    room.write("policy.hcl", format!("{HOME}{TIERS}"));
    let (observed, fresh) = seen(&audit(&room), "sales");
    assert_eq!((&observed["copies"], &fresh["standing"]), (&json!([]), &json!("unprovable")), "{fresh}");
    let told = doubts(&observed);
    assert!(
        told.contains(
            "no target reads bucket sales-copy, or it is not there; its metrics are read with a target of its account and region"
        ),
        "{told}"
    );
}

#[test]
fn denied_metrics_are_one_gap_and_a_doubt_of_what_they_are_about() {
    let room = room(&[bucket("sales", &replicated(&rule("all", "sales-copy", 1, METRICS))), copies(), bucket("plain", "")].concat());
    room.ok("sandbox faults --deny cloudwatch:GetMetricData");
    let audited = audit(&room);
    let gaps = audited["evidence_gaps"].as_array().expect("it is a list");
    let at: Vec<_> =
        gaps.iter().map(|gap| (gap["action"].as_str().unwrap_or_default(), gap["region"].as_str().unwrap_or_default())).collect();
    assert_eq!(at, [("cloudwatch:GetMetricData", "us-east-1"), ("cloudwatch:GetMetricData", "us-west-2")]);
    let (observed, fresh) = seen(&audited, "sales");
    assert_eq!(fresh["standing"], "unprovable", "{fresh}");
    assert!(doubts(&observed).contains("allow cloudwatch:GetMetricData to the caller"), "{observed}");
    assert_eq!(seen(&audited, "plain").0["unread_copies"], json!([]));
}

#[test]
fn a_rule_about_a_part_must_be_through_too() {
    let logs = rule_of("logs", "sales-copy", 2, METRICS, "filter {\n prefix = \"logs/\"\n }");
    let rules = replicated(&(rule("all", "sales-copy", 1, METRICS) + &logs));
    let late = "replication_progress {\n rule = \"logs\"\n pending = 1\n latency_seconds = 7200\n}\n";
    let room = room(&(bucket("sales", &(rules + late)) + &copies()));
    let (observed, fresh) = seen(&audit(&room), "sales");
    assert_eq!((&observed["copies"][0]["at"], &fresh["standing"]), (&json!("2026-11-21T09:59:00Z"), &json!("not_met")), "{fresh}");
}

#[test]
fn a_rule_that_is_younger_than_its_bucket_may_lack_what_was_there_before() {
    let room = measured("created_days_ago = 9\nreplication_progress {\n rule = \"all\"\n began_days_ago = 3\n}\n");
    let (observed, fresh) = seen(&audit(&room), "sales");
    assert_eq!((&fresh["standing"], &observed["copies"]), (&json!("unprovable"), &json!([])), "{fresh}");
    let said = "what was written before 2026-11-18 may not be there, as nothing tells of that, and the bucket was made before (2026-11-12)";
    assert!(doubts(&observed).contains(said), "{observed}");
    let room = measured("created_days_ago = 3\nreplication_progress {\n rule = \"all\"\n began_days_ago = 3\n}\n");
    let (observed, fresh) = seen(&audit(&room), "sales");
    assert_eq!(fresh["standing"], "met", "{fresh}");
    assert_eq!(observed["copies"][0]["by"], "replication to sales-copy, of what was written since 2026-11-18");
}

#[test]
fn of_several_rules_into_a_bucket_each_must_publish() {
    let logs = rule_of("logs", "sales-copy", 2, "", "filter {\n prefix = \"logs/\"\n }");
    let rules = replicated(&(rule("all", "sales-copy", 1, METRICS) + &logs));
    let (observed, fresh) = seen(&audit(&room(&(bucket("sales", &rules) + &copies()))), "sales");
    assert_eq!(fresh["standing"], "unprovable", "{fresh}");
    assert!(doubts(&observed).contains("rule `logs` publishes no metrics"), "{observed}");
}

#[test]
fn a_copy_in_the_same_place_is_no_copy_elsewhere() {
    let near = bucket("sales-near", "");
    let room = room(&(bucket("sales", &replicated(&rule("all", "sales-near", 1, METRICS))) + &near));
    let (observed, fresh) = seen(&audit(&room), "sales");
    assert_eq!((&observed["newest"]["at"], &observed["copies"]), (&json!("2026-11-21T11:59:00Z"), &json!([])), "{observed}");
    assert_eq!(fresh["standing"], "not_met", "{fresh}");
}

#[test]
fn copies_in_another_account_are_measured_in_that_of_the_source() {
    let rules = replicated(&rule("all", "sales-copy", 1, &format!("account = \"210987654321\"\n {METRICS}")));
    let far = copies().replace("region =", "account_id = \"210987654321\"\nregion =");
    let room = room(&(bucket("sales", &rules) + &far));
    let west = WEST
        .replace(" }", "\n assume_role { role_arn = \"arn:aws:iam::210987654321:role/backstay\" }\n}")
        .replace("{ region", "{\n region");
    room.write("policy.hcl", format!("{HOME}{west}{TIERS}"));
    let (observed, fresh) = seen(&audit(&room), "sales");
    let copy = &observed["copies"][0];
    assert_eq!((&copy["account"], &copy["region"]), (&json!("210987654321"), &json!("us-west-2")), "{observed}");
    assert_eq!(fresh["standing"], "met", "{fresh}");
}

#[test]
fn what_came_by_replication_is_not_copied_on() {
    let chain = [
        bucket("first", &replicated(&rule("all", "sales", 1, METRICS))),
        bucket("sales", &replicated(&rule("all", "sales-copy", 1, METRICS))),
        copies(),
    ];
    let (observed, fresh) = seen(&audit(&room(&chain.concat())), "sales");
    assert_eq!(fresh["standing"], "unprovable", "{fresh}");
    let told = doubts(&observed);
    assert!(told.contains("what comes to sales by replication from first is not copied on: add a rule from first to sales-copy"), "{told}");
    // Two buckets that copy each other have all of both.
    let back = copies().replace("region =", &(replicated(&rule("back", "sales", 1, METRICS)) + "region ="));
    let mutual = bucket("sales", &replicated(&rule("all", "sales-copy", 1, METRICS))) + &back;
    assert_eq!(seen(&audit(&room(&mutual)), "sales").1["standing"], "met");
}

#[test]
fn hundreds_of_rules_are_asked_for_five_hundred_metrics_at_once() {
    let parts: String = (2..=20)
        .map(|number| {
            rule_of(&format!("part-{number}"), "sales-copy", number, METRICS, &format!("filter {{\n prefix = \"{number}/\"\n }}"))
        })
        .collect();
    let rules = replicated(&(rule("all", "sales-copy", 1, METRICS) + &parts));
    let names: Vec<String> = (1..=30).map(|number| format!("sales-{number}")).collect();
    let many: String = names.iter().map(|name| bucket(name, &rules)).collect();
    // Over the network nobody is told of the sandbox's clock.
    let room = room_at("--real", &(many + &copies()));
    let served = Served::start(&room);
    let asked = |line: &str| {
        let proxy = Proxy::start(&served.url);
        let ended = finish(&mut through(&proxy.url, &room, line));
        assert_eq!(ended.code, Some(2), "{}", ended.output);
        let seen = proxy.seen.lock().expect("no thread panics while it counts");
        let calls = seen.operations.iter().filter(|(name, _)| name.contains("GetMetricData")).map(|(_, count)| count);
        (calls.sum::<u64>(), serde_json::from_str::<Value>(&room.read("audit.json")).expect("it is JSON"))
    };
    // Of 600 rules two metrics of the last minutes and one of all days are in the west, and one of all days is at home.
    let (calls, audited) = asked("audit . --format json --out audit.json");
    assert_eq!(calls, 3 + 2 + 2);
    let are_fresh = |audited: &Value| {
        for name in &names {
            let (observed, fresh) = seen(audited, name);
            let age = observed["copies"][0]["age_seconds"].as_i64().expect("there is a copy");
            assert!(age < 300 && fresh["standing"] == "met", "{observed} {fresh}");
        }
    };
    are_fresh(&audited);
    // Pages are put together: in the west there are 61 days of 500 rules in one call, and of 100 in another.
    room.ok("sandbox faults --page-size 4100");
    let (calls, audited) = asked("audit . --format json --out audit.json");
    assert_eq!(calls, 3 + (8 + 2) + 2);
    are_fresh(&audited);
}

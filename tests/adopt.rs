//! What exists becomes a policy whose plan is empty: over everything that the examples make, as if nobody had made it with backstay.
#![cfg(feature = "sandbox")]
#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking, as tests do")]

mod support;

use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use support::room::Room;

const DEMO: &str = "--sandbox=.backstay/demo";

/// A room whose sandbox is as an example's `demo` leaves it, without any mark of backstay: as if others had made all of it.
fn made_by_others(name: &str) -> Room {
    let room = Room::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name);
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        room.write(path.file_name().unwrap().to_str().unwrap(), std::fs::read(&path).unwrap());
    }
    room.ok("demo . --allow-weakening aws_s3_bucket.*");
    let state: Value = serde_json::from_str(&room.read(".backstay/demo/state.json")).unwrap();
    room.write(".backstay/demo/state.json", without_marks(state).to_string());
    room
}

/// The state without tags of backstay, and with rules under names of their own.
fn without_marks(state: Value) -> Value {
    match state {
        Value::Object(map) => map
            .into_iter()
            .filter(|(key, _)| key != "backstay:workspace" && key != "backstay:address")
            .map(|(key, value)| (key, without_marks(value)))
            .collect(),
        Value::Array(items) => items.into_iter().map(without_marks).collect(),
        Value::String(text) => match text.strip_prefix("backstay:").and_then(|rest| rest.split_once(':')) {
            Some((_, name)) => Value::from(name),
            None => Value::from(text),
        },
        other => other,
    }
}

fn files(folder: &PathBuf) -> BTreeMap<String, String> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read_to_string(&path).unwrap())).collect()
}

/// Adopts all that an example made, in these regions, and gives the policy.
fn check(example: &str, regions: &[&str]) -> BTreeMap<String, String> {
    let room = made_by_others(example);
    let targets: Vec<String> = regions.iter().map(|region| format!("--target {region}")).collect();
    let adopt = format!("adopt --out policy {DEMO} {}", targets.join(" "));
    let told = room.ok(&adopt);
    assert!(told.contains("a plan of them is empty") && !told.contains("Not described"), "{told}");
    room.ok(&format!("plan policy {DEMO} --detailed-exitcode"));
    room.ok("fmt --check policy");
    let first = files(&room.file("policy"));
    // The regions are the policy's targets now.
    let again = room.ok(&format!("adopt --out policy {DEMO}"));
    assert!(again.contains("Nothing to describe that the policy does not cover yet."), "{again}");
    assert_eq!(files(&room.file("policy")), first);
    // The same again gives the same bytes, whatever answered first.
    room.ok(&adopt.replace("--out policy", "--workspace policy --out other"));
    assert_eq!(files(&room.file("other")), first);
    first
}

#[test]
fn dynamodb_processor() {
    check("dynamodb-processor", &[]);
}

#[test]
fn eventchain() {
    let policy = check("eventchain", &["us-east-1", "us-west-2"]);
    let copies = "destination_vault_arn = aws_backup_vault.eventchain_production_critical_west.arn";
    assert!(policy["backup.hcl"].contains(copies), "a copy refers to the vault of the other region: {}", policy["backup.hcl"]);
}

#[test]
fn kessan() {
    check("kessan", &["ap-northeast-1", "us-west-2"]);
}

#[test]
fn mirror_dissonance() {
    check("mirror-dissonance", &[]);
}

#[test]
fn sale_module() {
    let policy = check("sale-module", &["us-east-1", "us-west-2"]);
    let tables = "names = [\"BuyersTable-production\", \"ProducersTable-production\", \"SalesTable-production\"]";
    assert!(policy["dynamodb.hcl"].contains(tables), "equal tables are one block: {}", policy["dynamodb.hcl"]);
}

#[test]
fn a_region_that_nobody_asked_for_is_not_read() {
    let room = made_by_others("eventchain");
    room.ok(&format!("adopt --out policy {DEMO} --target us-west-2"));
    let policy = files(&room.file("policy"));
    assert!(policy["backup.hcl"].contains("eventchain-production-critical-west"));
    assert!(!policy["backup.hcl"].contains("aws_backup_plan"), "the plan is in the other region: {}", policy["backup.hcl"]);
}

#[test]
fn a_file_keeps_its_line_ends() {
    let room = made_by_others("dynamodb-processor");
    room.ok(&format!("adopt --out policy {DEMO} --kind aws_dynamodb_table"));
    let first = room.read("policy/dynamodb.hcl");
    let (header, _) = first.split_once('\n').unwrap();
    room.write("policy/dynamodb.hcl", format!("{header}\r\n"));
    room.ok(&format!("adopt --out policy {DEMO} --kind aws_dynamodb_table"));
    let again = room.read("policy/dynamodb.hcl");
    assert!(again.lines().count() > 5 && again.matches('\n').count() == again.matches("\r\n").count(), "{again:?}");
    room.ok(&format!("plan policy {DEMO} --detailed-exitcode"));
}

#[test]
fn a_number_that_jsonencode_would_write_otherwise_keeps_its_document_as_text() {
    const STATE: &str = ".backstay/sandbox/state.json";
    let room = Room::new();
    let rule = |name: &str, number: &str| {
        format!(
            "resource \"aws_cloudwatch_event_rule\" \"{name}\" {{\n  name = \"{name}\"\n  event_pattern = \"{{\\\"detail\\\":{{\\\"size\\\":[{number}],\\\"state\\\":[\\\"a$${{b}}\\\"]}}}}\"\n}}\n"
        )
    };
    room.write("made/policy.hcl", format!("backstay {{ workspace = \"made\" }}\n{}{}", rule("large", "1e3"), rule("small", "10")));
    room.ok("apply made --sandbox --auto-approve");
    let state: Value = serde_json::from_str(&room.read(STATE)).unwrap();
    room.write(STATE, without_marks(state).to_string());
    let told = room.ok("adopt --out policy --sandbox --kind aws_cloudwatch_event_rule");
    assert!(told.contains("Described 2 things"), "{told}");
    let written = room.read("policy/events.hcl");
    assert!(written.contains("event_pattern = \"{\\\"detail\\\":{\\\"size\\\":[1e3],"), "{written}");
    assert!(written.contains("event_pattern = jsonencode({"), "{written}");
    room.ok("plan policy --sandbox --detailed-exitcode");
}

#[test]
fn what_is_set_and_no_block_says_is_told_beside_the_block() {
    const STATE: &str = ".backstay/sandbox/state.json";
    let room = Room::new();
    let rule = "resource \"aws_cloudwatch_event_rule\" \"late\" {\n  name = \"late\"\n  schedule_expression = \"rate(1 day)\"\n}\n";
    let target = "resource \"aws_cloudwatch_event_target\" \"queue\" {\n  rule = aws_cloudwatch_event_rule.late.name\n  target_id = \"queue\"\n  arn = \"arn:aws:sqs:us-east-1:123456789012:q.fifo\"\n}\n";
    let topic = "resource \"aws_sns_topic\" \"alerts\" {\n  name = \"alerts\"\n}\n";
    room.write("made/policy.hcl", format!("backstay {{ workspace = \"made\" }}\n{rule}{target}{topic}"));
    room.ok("apply made --sandbox --auto-approve");
    let mut state = without_marks(serde_json::from_str(&room.read(STATE)).unwrap());
    let region = &mut state["accounts"]["123456789012"]["regions"]["us-east-1"];
    region["events"]["rules"]["default"]["late"]["targets"]["queue"]["SqsParameters"] = serde_json::json!({ "MessageGroupId": "g" });
    region["sns"]["alerts"]["attributes"]["LambdaSuccessFeedbackSampleRate"] = Value::from("50");
    room.write(STATE, state.to_string());
    room.ok("adopt --out policy --sandbox --kind aws_cloudwatch_event_target --kind aws_sns_topic");
    assert!(room.read("policy/events.hcl").contains("# set of it too, said by no block and left as it is: SqsParameters\n"));
    assert!(room.read("policy/sns.hcl").contains("# set of it too, said by no block and left as it is: LambdaSuccessFeedbackSampleRate\n"));
    room.ok("plan policy --sandbox --detailed-exitcode");
}

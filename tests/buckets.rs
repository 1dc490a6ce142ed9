//! Buckets whose rules several owners share: what others wrote comes back as it was, and what is not settled yet is waited for.
#![cfg(feature = "sandbox")]

mod support;

use serde_json::Value;
use support::room::{Room, finish};
use support::served::Served;

const SEED: &str = include_str!("buckets/seed.hcl");
const OURS: &str = include_str!("buckets/policy.hcl");
const APPLY: &str = "apply policy --sandbox --auto-approve --allow-weakening aws_s3_bucket.shop";
const PLAN: &str = "plan policy --sandbox --detailed-exitcode";

/// A room with the seeded buckets and the policy.
fn room() -> Room {
    let room = Room::new();
    room.write("seed.hcl", SEED);
    room.write("policy/policy.hcl", OURS);
    room.ok("sandbox clock --set 2026-11-21T12:00:00Z");
    room.ok("sandbox seed seed.hcl");
    room
}

/// What the sandbox keeps of a bucket, as it was sent.
fn kept(room: &Room, bucket: &str) -> Value {
    let state: Value = serde_json::from_str(&room.read(".backstay/sandbox/state.json")).expect("the state is JSON");
    state["s3"]["by_name"][bucket].clone()
}

/// The rules of a document whose ids begin so, or do not.
fn rules(document: &Value, start: &str, own: bool) -> Vec<Value> {
    let all = document["Rule"].as_array().cloned().unwrap_or_default();
    let is_own = |rule: &Value| rule["ID"].as_str().is_some_and(|id| id.starts_with(start));
    all.into_iter().filter(|rule| is_own(rule) == own).collect()
}

/// All that is others' on a bucket: lifecycle and replication rules, and what all rules share.
fn others(room: &Room, bucket: &str) -> [Value; 4] {
    let bucket = kept(room, bucket);
    let lifecycle = &bucket["lifecycle"]["now"];
    let replication = &bucket["replication"];
    [
        Value::from(rules(&lifecycle["document"], "backstay:shop:", false)),
        lifecycle["minimum_size"].clone(),
        Value::from(rules(replication, "backstay:shop:", false)),
        replication["Role"].clone(),
    ]
}

fn own_ids(room: &Room, bucket: &str) -> Vec<String> {
    let bucket = kept(room, bucket);
    let all =
        [&bucket["lifecycle"]["now"]["document"], &bucket["replication"]].into_iter().flat_map(|one| rules(one, "backstay:shop:", true));
    all.filter_map(|rule| rule["ID"].as_str().map(str::to_owned)).collect()
}

fn converged(room: &Room) {
    let plan = room.ok(PLAN);
    assert!(plan.contains("No changes."), "{plan}");
}

#[test]
fn rules_of_others_come_back_as_they_were() {
    let room = room();
    let before = others(&room, "shop-files");
    assert_eq!([&before[0], &before[2]].map(|rules| rules.as_array().map_or(0, Vec::len)), [6, 2]);
    room.ok(APPLY);
    converged(&room);
    assert_eq!(others(&room, "shop-files"), before);
    assert_eq!(own_ids(&room, "shop-files"), ["backstay:shop:tmp", "backstay:shop:dr"]);
    // One own rule changes, another takes the name's place, and others' still stand as they did.
    room.write("policy/policy.hcl", OURS.replace("days = 30", "days = 7").replace("replication_rule \"dr\"", "replication_rule \"copy\""));
    room.ok(APPLY);
    converged(&room);
    assert_eq!(others(&room, "shop-files"), before);
    assert_eq!(own_ids(&room, "shop-files"), ["backstay:shop:tmp", "backstay:shop:copy"]);
}

#[test]
fn beside_rules_of_the_first_generation_own_ones_are_of_it_too() {
    let room = room();
    let before = others(&room, "shop-old");
    room.write(
        "policy/policy.hcl",
        OURS.replace("shop-files", "shop-old").split("  replication_role").next().map(|text| format!("{text}}}\n")).unwrap_or_default(),
    );
    room.ok(APPLY);
    converged(&room);
    assert_eq!(others(&room, "shop-old"), before);
    let own = rules(&kept(&room, "shop-old")["lifecycle"]["now"]["document"], "backstay:shop:", true);
    assert_eq!(own.iter().map(|rule| (&rule["Prefix"], rule.get("Filter"))).collect::<Vec<_>>(), [(&Value::from("tmp/"), None)]);
}

#[test]
fn reads_that_do_not_agree_yet_are_waited_for() {
    let room = room();
    room.ok("sandbox clock --real");
    room.ok("sandbox faults --lag 1500ms");
    let said = room.ok(&format!("{APPLY} --log info"));
    assert!(said.contains("waiting until reads of the lifecycle rules agree"), "{said}");
    assert!(said.contains("Read again: no changes."), "{said}");
    converged(&room);
}

#[test]
fn own_rules_that_no_block_declares_any_more_are_planned_away() {
    let room = room();
    room.ok(APPLY);
    let before = others(&room, "shop-files");
    room.write(
        "policy/policy.hcl",
        "backstay {\n  workspace = \"shop\"\n}\nprotect \"aws_s3_bucket\" \"shop\" {\n  select { names = [\"shop-files\"] }\n  versioning { status = \"Enabled\" }\n}\n",
    );
    let plan = room.run("plan policy --sandbox").output;
    assert!(plan.contains("- lifecycle_rule[\"tmp\"]") && plan.contains("- replication_rule[\"dr\"]"), "{plan}");
    room.ok(APPLY);
    converged(&room);
    assert_eq!(own_ids(&room, "shop-files"), [""; 0]);
    assert_eq!(others(&room, "shop-files"), before);
}

#[test]
fn a_write_of_replication_rules_is_read_again_until_reads_agree() {
    let room = room();
    let said = room.ok(&format!("{APPLY} --log info"));
    let told = said.lines().filter_map(|line| line.split_once("operation=")).map(|(_, told)| told.replace('"', ""));
    let count = |action: &str| told.clone().find_map(|told| told.strip_prefix(action)?.trim().strip_prefix("count=")?.parse::<u32>().ok());
    let (lifecycle, replication) = (count("s3:GetBucketLifecycleConfiguration"), count("s3:GetBucketReplication"));
    assert!(lifecycle.is_some() && replication == lifecycle, "{said}");
}

#[test]
fn what_moved_between_plan_and_apply_is_not_written_over() {
    let room = room();
    room.ok(APPLY);
    room.write("policy/policy.hcl", OURS.replace("days = 30", "days = 90"));
    room.ok("plan policy --sandbox --out saved.plan");
    // Another workspace's rule is others': it comes in between and stays.
    let other = OURS.replace("workspace = \"shop\"", "workspace = \"other\"").replace("priority = 9", "priority = 10");
    room.write("other/policy.hcl", other);
    room.ok("apply other --sandbox --auto-approve --allow-weakening aws_s3_bucket.shop");
    let before = others(&room, "shop-files");
    room.ok("apply saved.plan --sandbox");
    assert_eq!(others(&room, "shop-files"), before);
    converged(&room);
    // An own rule that is no longer what the plan was made from stops it.
    room.write("policy/policy.hcl", OURS.replace("days = 30", "days = 365"));
    room.ok("plan policy --sandbox --out saved.plan");
    room.write("between/policy.hcl", OURS.replace("days = 30", "days = 180"));
    room.ok("apply between --sandbox --auto-approve");
    let ended = room.run("apply saved.plan --sandbox");
    assert_eq!(ended.code, Some(4), "{}", ended.output);
    assert!(ended.output.contains("was 90 when planned and is now 180"), "{}", ended.output);
}

#[test]
fn over_http_the_bucket_stands_in_the_path() {
    let room = room();
    let served = Served::start(&room);
    let line = "apply policy --auto-approve --allow-weakening aws_s3_bucket.shop";
    let ended = finish(&mut served.backstay(&room, line));
    assert_eq!(ended.code, Some(0), "{}", ended.output);
    let ended = finish(&mut served.backstay(&room, "plan policy --detailed-exitcode"));
    assert_eq!(ended.code, Some(0), "{}", ended.output);
    assert!(ended.output.contains("No changes."), "{}", ended.output);
}

#[test]
fn each_declared_aspect_of_a_bucket_costs_one_call() {
    let room = Room::new();
    room.write("seed.hcl", "resource \"aws_s3_bucket\" \"b\" {\n  count  = 30\n  bucket = \"b-${count.index}\"\n}\n");
    let policy = |settings: &str| {
        format!(
            "backstay {{\n  workspace = \"w\"\n}}\nprotect \"aws_s3_bucket\" \"b\" {{\n  select {{ names = [\"b-*\"] }}\n  {settings}\n}}\n"
        )
    };
    room.ok("sandbox seed seed.hcl");
    let counts = |settings: &str| -> Vec<String> {
        room.write("policy/policy.hcl", policy(settings));
        let said = room.ok("plan policy --sandbox --log info");
        let told = said.lines().filter_map(|line| line.split_once("operation=")).map(|(_, told)| told.replace('"', ""));
        told.filter(|told| told.starts_with("s3:")).collect()
    };
    let versioning = "versioning { status = \"Enabled\" }";
    // With a workspace, own rules could be left over: both sorts of rules are looked at.
    let rules = ["s3:GetBucketLifecycleConfiguration count=30", "s3:GetBucketReplication count=30"];
    let with = |more: &[&'static str]| {
        let mut all: Vec<&str> = rules.into_iter().chain(more.iter().copied()).collect();
        all.sort_unstable();
        all
    };
    assert_eq!(counts(versioning), with(&["s3:GetBucketVersioning count=30", "s3:ListBuckets count=1"]));
    let encryption = "server_side_encryption { sse_algorithm = \"aws:kms\" }";
    assert_eq!(counts(encryption), with(&["s3:GetBucketEncryption count=30", "s3:ListBuckets count=1"]));
}

#[test]
fn a_default_retention_is_written_at_once_with_what_turns_it_on_or_changes_its_mode() {
    let room = Room::new();
    room.write("seed.hcl", "resource \"aws_s3_bucket\" \"b\" {\n  bucket = \"b-1\"\n  versioning { status = \"Enabled\" }\n}\n");
    room.ok("sandbox seed seed.hcl");
    let writes = |mode: &str, days: u32| {
        let retention = format!("default_retention {{\n      mode = \"{mode}\"\n      days = {days}\n    }}");
        let policy =
            format!("protect \"aws_s3_bucket\" \"b\" {{\n  select {{ names = [\"b-1\"] }}\n  object_lock {{\n    {retention}\n  }}\n}}\n");
        room.write("policy/policy.hcl", policy);
        let consent = "--accept-irreversible aws_s3_bucket.b --allow-weakening aws_s3_bucket.b";
        let said = room.ok(&format!("apply policy --sandbox --auto-approve {consent} --log info"));
        converged(&room);
        said.lines()
            .filter_map(|line| line.split_once("operation="))
            .map(|(_, told)| told.replace('"', ""))
            .find(|told| told.contains("PutObjectLock"))
    };
    let once = Some("s3:PutObjectLockConfiguration count=1".to_owned());
    assert_eq!(writes("GOVERNANCE", 7), once);
    assert_eq!(writes("COMPLIANCE", 7), once);
    // Longer by itself strengthens and would come first, when it would lock under COMPLIANCE.
    assert_eq!(writes("GOVERNANCE", 30), once);
}

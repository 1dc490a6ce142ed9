//! The evidence of an audit: a folder with every format, which is whole whatever is in names and tags, and the same for the same input.
#![cfg(feature = "sandbox")]

mod support;

use backstay::model::Manifest;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use support::room::{Ended, Room, finish};

/// What tags and texts hold that breaks formats which do not expect it. HCL takes it in this form.
const ODD: &str =
    r#"<script>alert(1)</script>|`x`|\"q\" 'a'\n=cmd()|'/c calc'!A0,\u202eRTL\u200f 🦀 \u001b[31m ]]> --> \\| [l](u) &amp; $${x}"#;

const SEED: &str = r#"
resource "aws_dynamodb_table" "sales" {
  name = "Sales"
  tags = { tier = "critical", note = "<b>it's</b> =1+1 | `x` ,;" }
  point_in_time_recovery { enabled = true }
}
resource "aws_dynamodb_table" "drafts" {
  name = "Drafts"
  tags = { tier = "critical" }
}
resource "aws_s3_bucket" "files" { bucket = "files" }
"#;

fn policy(odd: &str) -> String {
    format!(
        r#"
tier "critical" {{
  rpo       = "15m"
  retention = "35d"
  tags      = {{ tier = "critical" }}
}}
control "ODD-1" {{
  title        = "{odd}"
  kinds        = ["aws_dynamodb_table"]
  condition    = try(resource.tags.note, "") == "{odd}"
  remediation  = "{odd}"
  requirements = {{ ours = ["{odd}", "a b", "a_b"] }}
}}
"#
    )
}

/// A room with a sandbox, a policy, and what was read of everything.
fn recorded(odd: &str) -> Room {
    let room = Room::new();
    room.write("shop.seed.hcl", SEED);
    room.write("policy.hcl", policy(odd));
    room.ok("sandbox seed shop.seed.hcl --sandbox");
    room.ok("snapshot --everything --sandbox --out all.json");
    room
}

/// Everything in a folder, by name.
fn files(room: &Room, folder: &str) -> BTreeMap<String, String> {
    let entries = std::fs::read_dir(room.file(folder)).expect("the folder is there");
    let names = entries.map(|entry| entry.expect("it can be listed").file_name().to_string_lossy().into_owned());
    names.map(|name| (name.clone(), room.read(&format!("{folder}/{name}")))).collect()
}

/// The names of what differs between two folders.
fn differing(a: &BTreeMap<String, String>, b: &BTreeMap<String, String>) -> Vec<String> {
    let names = a.keys().chain(b.keys());
    let mut differing: Vec<String> = names.filter(|name| a.get(*name) != b.get(*name)).cloned().collect();
    differing.dedup();
    differing
}

fn audit(room: &Room, line: &str) -> Ended {
    let ended = room.run(line);
    // What is found, and whether all of it could be known, is not what is looked at here.
    assert!(matches!(ended.code, Some(2 | 3)), "{line}\n{}", ended.output);
    ended
}

#[test]
fn the_same_input_has_the_same_bytes_wherever_and_by_whomever() {
    let room = recorded(ODD);
    audit(&room, "audit --from all.json --at 2027-01-02T03:04:05Z --framework all --out a/");
    let line = "audit --from all.json --at 2027-01-02T03:04:05Z --framework all --out b/";
    let mut elsewhere = room.backstay(line.split(' '));
    elsewhere.env("TZ", "Asia/Kathmandu").env("LC_ALL", "tr_TR.UTF-8").env("LANG", "tr_TR.UTF-8").env("COLUMNS", "31");
    elsewhere.env("BACKSTAY_LOG", "debug").env("CLICOLOR_FORCE", "1").env("TERM", "xterm-256color");
    assert!(matches!(finish(&mut elsewhere).code, Some(2 | 3)));
    let (a, b) = (files(&room, "a"), files(&room, "b"));
    assert_eq!(a.len(), 10, "{:?}", a.keys());
    assert_eq!(differing(&a, &b), Vec::<String>::new());
}

#[test]
fn whoever_has_the_folder_can_repeat_the_audit() {
    let room = recorded(ODD);
    audit(&room, "audit --sandbox --out live/");
    audit(&room, "audit --from live/snapshot.json --out again/");
    assert_eq!(differing(&files(&room, "live"), &files(&room, "again")), Vec::<String>::new());
    // A recorded snapshot comes along as it is.
    audit(&room, "audit --from all.json --out other/");
    assert_eq!(room.read("all.json"), room.read("other/snapshot.json"));
}

#[test]
fn the_manifest_says_what_was_read_and_what_each_file_is() {
    let room = recorded(ODD);
    room.write("more.hcl", "control \"MORE\" {\n  title = \"more\"\n  condition = true\n}\n");
    let ended =
        audit(&room, "audit policy.hcl --from all.json --at 2027-01-02T03:04:05Z --controls more.hcl --framework soc2 --out evidence/");
    let files = files(&room, "evidence");
    let manifest: Manifest = serde_json::from_str(&files["manifest.json"]).expect("it is a manifest");
    assert_eq!(manifest.format, "backstay-evidence/1");
    assert_eq!((manifest.at.to_string().as_str(), Some(i32::from(manifest.exit))), ("2027-01-02T03:04:05Z", ended.code));
    assert!(manifest.ended.is_some_and(|ended| ended >= manifest.began), "{manifest:?}");
    let caller = &manifest.targets.values().next().expect("a target was read");
    assert_eq!((caller.account.as_str(), caller.region.as_str()), ("123456789012", "us-east-1"));
    assert!(caller.arn.starts_with("arn:aws:"), "{}", caller.arn);
    let digest = |text: &str| backstay::files::digest(text.as_bytes());
    let policy = manifest.policy.expect("there is one");
    assert_eq!((policy.path.as_str(), &policy.files["policy.hcl"]), ("policy.hcl", &digest(&room.read("policy.hcl"))));
    assert_eq!(manifest.controls.len(), 2);
    assert_eq!(manifest.controls[0].files["policies/objectives.hcl"], digest(include_str!("../policies/objectives.hcl")));
    assert_eq!(manifest.controls[1].files["more.hcl"], digest(&room.read("more.hcl")));
    assert_eq!(manifest.frameworks.iter().map(|one| one.key.as_str()).collect::<Vec<_>>(), ["soc2"]);
    assert_eq!((manifest.totals.things.unprotected, manifest.totals.promises["not_met"] > 0), (2, true));
    let listed: BTreeMap<&str, &str> = manifest.files.iter().map(|file| (file.name.as_str(), file.sha256.as_str())).collect();
    let there: BTreeMap<&str, String> =
        files.iter().filter(|(name, _)| *name != "manifest.json").map(|(name, text)| (name.as_str(), digest(text))).collect();
    assert_eq!(listed, there.iter().map(|(name, digest)| (*name, digest.as_str())).collect());
    // Who keeps this line can tell whether the manifest itself was changed.
    assert!(ended.output.contains(&format!("manifest.json: sha256 {}", digest(&files["manifest.json"]))), "{}", ended.output);
}

#[test]
fn a_folder_holds_no_key_of_those_who_are_told() {
    let room = recorded("plain");
    // Audits do not read it; a snapshot of what a policy declares has it.
    let mut snapshot: Json = serde_json::from_str(&room.read("all.json")).expect("it is JSON");
    let url = "https://user:s3cr3t@events.example.com/integration/s3cr3t/enqueue?k=s3cr3t";
    for setting in ["", ".endpoint"] {
        let path = format!("subscription[\"https/{url}\"]{setting}");
        let known = if setting.is_empty() { Json::Bool(true) } else { Json::from(url) };
        snapshot["resources"][0]["settings"][path] = serde_json::json!({ "known": known });
    }
    room.write("all.json", snapshot.to_string());
    audit(&room, "audit --from all.json --framework all --out a/");
    audit(&room, "audit --from a/snapshot.json --framework all --out b/");
    let files = files(&room, "a");
    assert!(files.values().all(|text| !text.contains("s3cr3t")));
    assert_eq!(files["snapshot.json"].matches("https://events.example.com/sha256-").count(), 3);
    assert_eq!(differing(&files, &self::files(&room, "b")), Vec::<String>::new());
}

#[test]
fn a_folder_holds_no_address_or_number_of_those_who_are_told() {
    let room = Room::new();
    let (address, number, path) = ("who.is@example.com", "+12065550100", "integration/s3cr3t");
    let subscription = |(protocol, endpoint): (&str, &str)| {
        format!("  subscription {{\n    protocol = \"{protocol}\"\n    endpoint = \"{endpoint}\"\n  }}\n")
    };
    let url = format!("https://events.example.com/{path}");
    let queue = "arn:aws:sqs:us-east-1:123456789012:alerts";
    let all = [("email", address), ("sms", number), ("https", &url), ("sqs", queue)].map(subscription).concat();
    room.write(
        "policy.hcl",
        format!("backstay {{ workspace = \"shop\" }}\nresource \"aws_sns_topic\" \"alerts\" {{\n  name = \"alerts\"\n{all}}}\n"),
    );
    room.write("shop.seed.hcl", SEED);
    room.ok("sandbox seed shop.seed.hcl --sandbox");
    room.ok("apply --sandbox --auto-approve");
    room.ok("snapshot --sandbox --out s.json");
    let recorded = room.read("s.json");
    assert!([address, number, path].iter().all(|told| recorded.contains(told)), "{recorded}");
    audit(&room, "audit --from s.json --framework all --out a/");
    audit(&room, "audit --sandbox --framework all --out live/");
    for (name, text) in files(&room, "a").into_iter().chain(files(&room, "live")) {
        for told in [address, number, path] {
            assert!(!text.contains(told), "{name} holds {told}");
        }
    }
    let snapshot = room.read("a/snapshot.json");
    assert!(
        snapshot.contains(queue) && snapshot.contains("email/sha256-") && snapshot.contains("https/https://events.example.com/sha256-")
    );
    audit(&room, "audit --from a/snapshot.json --framework all --out again/");
    assert_eq!(differing(&files(&room, "a"), &files(&room, "again")), Vec::<String>::new());
}

#[test]
fn the_manifest_names_the_control_that_leaves_an_audit_incomplete() {
    let room = recorded("plain");
    room.write(
        "more.hcl",
        "control \"BROKEN\" {\n  title = \"more\"\n  kinds = [\"aws_dynamodb_table\"]\n  condition = resource.tags.nothing == \"x\"\n}\n",
    );
    let ended = audit(&room, "audit --from all.json --controls more.hcl --out evidence/");
    let manifest: Manifest = serde_json::from_str(&room.read("evidence/manifest.json")).expect("it is a manifest");
    assert!(!manifest.complete, "{}", ended.output);
    let broken = manifest.undecided.iter().find(|one| one.control == "BROKEN").expect("it is named");
    assert_eq!(broken.because, "failed");
    assert!(broken.reasons.iter().any(|reason| reason.contains("nothing")), "{broken:?}");
}

/// The UUIDs that parts of a document have, in their order.
fn uuids(json: &Json, found: &mut Vec<String>) {
    match json {
        Json::Array(list) => list.iter().for_each(|one| uuids(one, found)),
        Json::Object(map) => {
            found.extend(map.get("uuid").and_then(Json::as_str).map(str::to_owned));
            map.values().for_each(|one| uuids(one, found));
        }
        _ => {}
    }
}

#[test]
fn no_two_parts_of_an_oscal_document_have_one_uuid_where_reads_are_denied() {
    let room = recorded("plain");
    room.ok("sandbox faults --deny dynamodb:ListTables --deny tag:GetResources --deny s3:GetBucketVersioning --sandbox");
    audit(&room, "audit --sandbox --framework all --format oscal --out audit.oscal.json");
    let document: Json = serde_json::from_str(&room.read("audit.oscal.json")).expect("it is JSON");
    let mut found = Vec::new();
    uuids(&document, &mut found);
    assert!(found.len() > 200, "{}", found.len());
    let distinct: std::collections::BTreeSet<&String> = found.iter().collect();
    assert_eq!(distinct.len(), found.len());
}

#[test]
fn a_folder_that_was_changed_is_told() {
    let room = recorded("plain");
    audit(&room, "audit --from all.json --out evidence/");
    let told = room.ok("audit --verify evidence");
    assert!(told.contains("9 files as they were written"), "{told}");
    room.write("evidence/audit.txt", room.read("evidence/audit.txt").replace("unprotected", "protected"));
    std::fs::remove_file(room.file("evidence/controls.csv")).expect("it was there");
    room.write("evidence/late.pdf", "x");
    let ended = room.run("audit --verify evidence");
    assert_eq!(ended.code, Some(1), "{}", ended.output);
    for line in ["changed \"audit.txt\"", "missing \"controls.csv\"", "added \"late.pdf\""] {
        assert!(ended.output.contains(line), "{line}\n{}", ended.output);
    }
    std::fs::remove_file(room.file("evidence/manifest.json")).expect("it was there");
    let ended = room.run("audit --verify evidence");
    assert!(ended.code == Some(1) && ended.output.contains("cannot verify"), "{}", ended.output);
}

#[test]
fn a_folder_is_for_audits_alone() {
    let room = recorded("plain");
    room.write("mine/notes.txt", "mine");
    let ended = room.run("audit --from all.json --out mine");
    assert!(ended.code == Some(1) && ended.output.contains("`notes.txt`"), "{}", ended.output);
    assert_eq!(files(&room, "mine").len(), 1, "nothing is written");
    let ended = room.run("audit --from all.json --format json --out new/");
    assert!(ended.code == Some(1) && ended.output.contains("every format"), "{}", ended.output);
    // A file is one format, as ever.
    audit(&room, "audit --from all.json --format oscal --out audit.oscal.json");
    assert!(room.read("audit.oscal.json").contains("assessment-results"));
}

#[test]
fn what_an_earlier_audit_wrote_does_not_stay() {
    let room = recorded("plain");
    audit(&room, "audit --from all.json --out evidence/");
    // As another version would have written it.
    let (name, text) = ("audit.old", "old");
    room.write(&format!("evidence/{name}"), text);
    let mut manifest: Json = serde_json::from_str(&room.read("evidence/manifest.json")).expect("it is JSON");
    let file = serde_json::json!({ "name": name, "bytes": 3, "sha256": backstay::files::digest(text.as_bytes()) });
    manifest["files"].as_array_mut().expect("files are a list").push(file);
    room.write("evidence/manifest.json", manifest.to_string());
    audit(&room, "audit --from all.json --out evidence/");
    assert!(!room.file("evidence/audit.old").exists());
    room.ok("audit --verify evidence");
    // One that somebody has changed since is nobody's to remove.
    room.write(&format!("evidence/{name}"), "changed");
    room.write("evidence/manifest.json", manifest.to_string());
    assert_eq!(room.run("audit --from all.json --out evidence/").code, Some(1));
    assert!(room.file("evidence/audit.old").exists());
}

#[test]
fn no_text_of_a_policy_or_a_tag_breaks_a_file() {
    let room = recorded(ODD);
    audit(&room, "audit --from all.json --framework ours --out evidence/");
    let files = files(&room, "evidence");
    for (name, text) in &files {
        // What could move a cursor, or turn the direction of what follows.
        let raw = text.chars().find(|c| (c.is_control() && *c != '\n') || matches!(c, '\u{202e}' | '\u{200f}'));
        assert!(raw.is_none() || name == "snapshot.json", "{name} holds {raw:?}");
        assert!(
            !["audit.html", "audit.md", "audit.junit.xml"].contains(&name.as_str()) || !text.contains("<script>alert"),
            "{name}: markup takes effect"
        );
    }
    for name in ["audit.json", "audit.sarif", "audit.oscal.json", "manifest.json", "snapshot.json"] {
        serde_json::from_str::<Json>(&files[name]).unwrap_or_else(|error| unreachable!("{name}: {error}"));
    }
    assert!(backstay::xml::parse(&files["audit.junit.xml"]).is_some());
    let mut rows = csv::Reader::from_reader(files["controls.csv"].as_bytes());
    let titles: Vec<String> = rows.records().map(|row| row.expect("each row is as long as the first")[1].to_owned()).collect();
    assert!(titles.iter().any(|title| title.contains("<script>") && title.contains("]]>") && title.contains("🦀")), "{titles:?}");
}

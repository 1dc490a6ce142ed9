//! What an audit sees of the snapshots that services keep themselves, through the real binary.
#![cfg(feature = "sandbox")]

mod support;

use serde_json::{Value, json};
use support::room::Room;

/// A room with these things, on 21 November 2026 at noon.
fn room(things: &str) -> Room {
    let room = Room::new();
    room.write("live.seed.hcl", things);
    room.write("policy.hcl", "target \"home\" { region = \"us-east-1\" }\ntarget \"west\" { region = \"us-west-2\" }\n");
    room.ok("sandbox clock --set 2026-11-21T12:00:00Z");
    room.ok("sandbox seed live.seed.hcl");
    room
}

/// A thing of this type, with these lines.
fn thing(kind: &str, name: &str, lines: &str) -> String {
    let key = match kind {
        "aws_db_instance" => "identifier",
        "aws_elasticache_replication_group" => "replication_group_id",
        _ => "cluster_identifier",
    };
    format!("resource \"{kind}\" \"{name}\" {{\n  {key} = \"{name}\"\n{lines}\n}}\n")
}

fn snapshot(lines: &str) -> String {
    format!("  snapshot {{\n{lines}\n  }}\n")
}

/// What an audit of both regions says, which ended with this code.
fn audit(room: &Room, code: i32) -> Value {
    let ended = room.run("audit policy.hcl --sandbox --format json --out audit.json");
    assert_eq!(ended.code, Some(code), "{}", ended.output);
    serde_json::from_str(&room.read("audit.json")).expect("it is JSON")
}

/// What was seen of a thing.
fn seen(audit: &Value, name: &str) -> Value {
    let all = audit["resources"].as_array().expect("there are things");
    all.iter().find(|thing| thing["name"] == name).expect("it is there")["observed"].clone()
}

/// An instance without automated backups, with these snapshots.
fn reports(snapshots: &[&str]) -> String {
    let blocks: Vec<String> = snapshots.iter().map(|lines| snapshot(lines)).collect();
    thing("aws_db_instance", "reports", &format!("  backup_retention_period = 0\n{}", blocks.concat()))
}

#[test]
fn of_an_instance_what_can_be_restored_and_is_its_own_counts() {
    let room = room(&reports(&[
        "created_hours_ago = 30",
        "created_days_ago = 9\n kms_key_id = \"arn:aws:kms:us-east-1:123456789012:key/own\"",
        "status = \"creating\"",
        "created_hours_ago = 2\n type = \"awsbackup\"",
        "created_days_ago = 70\n of_deleted = true",
    ]));
    let seen = seen(&audit(&room, 2), "reports");
    assert_eq!(
        seen["newest"],
        json!({
            "at": "2026-11-20T06:00:00Z", "age_seconds": 108_000, "by": "snapshots", "account": "123456789012", "region": "us-east-1",
        })
    );
    assert_eq!((&seen["oldest"]["at"], &seen["count"], &seen["unusable"]), (&json!("2026-11-12T12:00:00Z"), &json!(2), &json!(1)));
    assert_eq!((&seen["unencrypted"], &seen["keys"]), (&json!(1), &json!(["arn:aws:kms:us-east-1:123456789012:key/own"])));
    assert_eq!((&seen["unread"], &seen["newest_point"], &seen["least_days"]), (&json!([]), &Value::Null, &Value::Null));
}

#[test]
fn automated_snapshots_are_there_beside_the_newest_moment() {
    let room = room(&thing("aws_db_instance", "orders", "  backup_retention_period = 7\n  backup_window = \"03:00-03:30\""));
    let seen = seen(&audit(&room, 0), "orders");
    assert_eq!((&seen["newest"]["by"], &seen["newest"]["at"]), (&json!("automated backups"), &json!("2026-11-21T11:55:00Z")));
    assert_eq!((&seen["count"], &seen["oldest"]["at"]), (&json!(7), &json!("2026-11-15T03:00:00Z")));
}

#[test]
fn a_copy_in_another_region_is_of_the_moment_of_its_source() {
    let copied = "created_days_ago = 3\n copied_to = \"us-west-2\"";
    let clusters = snapshot(&format!("identifier = \"abroad\"\n{copied}")) + &snapshot("created_days_ago = 5");
    let room = room(&(reports(&[copied]) + &thing("aws_docdb_cluster", "papers", &clusters)));
    let audit = audit(&room, 2);
    let instance = seen(&audit, "reports");
    assert_eq!(instance["newest"], Value::Null);
    assert_eq!((&instance["copies"][0]["at"], &instance["copies"][0]["region"]), (&json!("2026-11-18T12:00:00Z"), &json!("us-west-2")));
    let cluster = seen(&audit, "papers");
    assert_eq!(cluster["copies"], json!([]), "of a copied snapshot of a cluster AWS does not tell the moment");
    assert_eq!(cluster["unread_copies"], json!(["snapshots: 1 of them bear no date"]));
}

#[test]
fn snapshots_of_clusters_are_told_apart_in_one_listing_of_all_engines() {
    let of = |kind: &str, name: &str, repeat: i64| {
        let own = snapshot(&format!("created_days_ago = 40\n repeat = {repeat}\n repeat_every_hours = 1"));
        thing(kind, name, &format!("  backup_retention_period = 1\n{own}"))
    };
    let room =
        room(&[of("aws_rds_cluster", "shop", 150), of("aws_docdb_cluster", "papers", 20), of("aws_neptune_cluster", "graph", 3)].concat());
    let told = room.run("audit policy.hcl --sandbox --log info --format json --out log.json").output;
    assert!(told.contains("\"rds:DescribeDBClusterSnapshots\" count=3"), "two pages here and one there: {told}");
    let audit = audit(&room, 0);
    // Each has one of the last day too.
    for (name, count) in [("shop", 151), ("papers", 21), ("graph", 4)] {
        assert_eq!(seen(&audit, name)["count"], json!(count), "{name}");
    }
}

#[test]
fn snapshots_that_cannot_be_listed_are_a_gap_and_leave_a_doubt() {
    let room = room(&reports(&["created_hours_ago = 30"]));
    room.ok("sandbox faults --deny rds:DescribeDBSnapshots");
    let audit = audit(&room, 3);
    let gaps = audit["evidence_gaps"].as_array().expect("it is a list");
    assert_eq!(gaps.len(), 2, "one in each region: {audit}");
    assert_eq!((&gaps[0]["kind"], &gaps[0]["action"]), (&json!("aws_db_instance"), &json!("rds:DescribeDBSnapshots")));
    let seen = seen(&audit, "reports");
    assert_eq!((&seen["newest"], &seen["unread"]), (&Value::Null, &json!(["what rds:DescribeDBSnapshots tells could not be read"])));
    assert!(seen["unread_copies"].to_string().contains("us-west-2"), "{seen}");
}

/// A policy of both regions, with this beside.
fn policy(room: &Room, more: &str) {
    room.write("policy.hcl", format!("target \"home\" {{ region = \"us-east-1\" }}\ntarget \"west\" {{ region = \"us-west-2\" }}\n{more}"));
}

/// How the promise `rpo.now` of so long stands of the only thing that has it, and what is said of it.
fn rpo_now(room: &Room, kind: &str, setting: &str, rpo: &str) -> (String, String) {
    policy(
        room,
        &format!(
            "tier \"all\" {{ rpo = \"{rpo}\" }}\nprotect \"{kind}\" \"all\" {{\n  target = target.home\n  select {{ names = [\"*\"] }}\n  tier = \
             tier.all\n  {setting}\n}}\n"
        ),
    );
    let ended = room.run("audit policy.hcl --sandbox --format json --out audit.json");
    assert!(matches!(ended.code, Some(0 | 2 | 3)), "{}", ended.output);
    let audit: Value = serde_json::from_str(&room.read("audit.json")).expect("it is JSON");
    let promises = audit["promises"]["things"][0]["promises"].as_array().expect("there are promises").clone();
    let promise = promises.into_iter().find(|promise| promise["promise"] == "rpo.now").expect("it is promised");
    (promise["standing"].as_str().unwrap_or_default().to_owned(), promise.to_string())
}

const GROUP: &str = "aws_elasticache_replication_group";
const WAREHOUSE: &str = "aws_redshift_cluster";

#[test]
fn the_automatic_backups_of_a_cache_keep_a_promise_or_do_not() {
    let room = room(&thing(GROUP, "sessions", "  snapshot_retention_limit = 5\n  snapshot_window = \"06:30-07:30\""));
    let setting = "snapshot_retention_limit = 5";
    assert_eq!(rpo_now(&room, GROUP, setting, "24h").0, "met");
    let (standing, told) = rpo_now(&room, GROUP, setting, "5h");
    assert_eq!(standing, "not_met", "{told}");
    let seen = seen(&audit(&room, 2), "sessions");
    assert_eq!((&seen["newest"]["at"], &seen["newest"]["by"]), (&json!("2026-11-21T06:30:00Z"), &json!("snapshots")));
    assert_eq!((&seen["count"], &seen["oldest"]["at"], &seen["unread"]), (&json!(5), &json!("2026-11-17T06:30:00Z"), &json!([])));
    // Without the permission nobody knows.
    room.ok("sandbox faults --deny elasticache:DescribeSnapshots");
    let (standing, told) = rpo_now(&room, GROUP, setting, "24h");
    assert_eq!(standing, "unprovable", "{told}");
    assert!(told.contains("what elasticache:DescribeSnapshots tells could not be read"), "{told}");
    assert!(!told.contains("not read yet"), "one doubt is enough: {told}");
}

#[test]
fn backups_of_a_cache_that_was_deleted_or_are_being_made_bring_nothing_back() {
    let old = snapshot("created_days_ago = 5\n of_deleted = true") + &snapshot("status = \"creating\"");
    let room = room(&thing(GROUP, "sessions", &format!("  created_days_ago = 2\n{old}")));
    let seen = seen(&audit(&room, 2), "sessions");
    assert_eq!((&seen["newest"], &seen["count"], &seen["unusable"]), (&Value::Null, &json!(0), &json!(1)));
    assert_eq!(seen["unread"], json!([]), "all of them were listed, and there is none");
    assert_eq!(rpo_now(&room, GROUP, "snapshot_retention_limit = 1", "24h").0, "not_met");
}

#[test]
fn a_snapshot_of_several_shards_is_as_old_as_the_one_that_was_read_first() {
    let room = room(&thing(GROUP, "sessions", &format!("  num_node_groups = 3\n{}", snapshot("created_hours_ago = 4"))));
    let seen = seen(&audit(&room, 2), "sessions");
    assert_eq!((&seen["newest"]["at"], &seen["count"]), (&json!("2026-11-21T08:00:00Z"), &json!(1)));
}

#[test]
fn of_a_warehouse_its_own_snapshots_count_here_and_where_they_were_copied_to() {
    let own = [
        "created_hours_ago = 50\n retention_period = 30\n encrypted = false",
        "created_hours_ago = 26\n copied_to = \"us-west-2\"",
        "created_days_ago = 70\n of_deleted = true",
        "created_hours_ago = 2\n type = \"awsbackup\"",
        "status = \"failed\"",
    ];
    let own = own.map(snapshot).concat();
    let room = room(&thing(WAREHOUSE, "sales", &format!("  node_type = \"dc2.large\"\n  automated_snapshot_retention_period = 0\n{own}")));
    let seen = seen(&audit(&room, 2), "sales");
    assert_eq!((&seen["newest"]["at"], &seen["count"], &seen["unusable"]), (&json!("2026-11-19T10:00:00Z"), &json!(2), &json!(1)));
    assert_eq!((&seen["copies"][0]["at"], &seen["copies"][0]["region"]), (&json!("2026-11-20T10:00:00Z"), &json!("us-west-2")));
    assert_eq!((&seen["unencrypted"], &seen["unread"], &seen["unread_copies"]), (&json!(1), &json!([]), &json!([])));
}

#[test]
fn what_a_reading_of_before_did_not_look_at_stays_in_doubt() {
    let room = room(&thing(WAREHOUSE, "sales", "  automated_snapshot_retention_period = 1"));
    room.ok("snapshot policy.hcl --everything --sandbox --out all.json");
    let audit = |room: &Room| {
        let ended = room.run("audit policy.hcl --from all.json --format json --out audit.json");
        assert_eq!(ended.code, Some(0), "{}", ended.output);
        seen(&serde_json::from_str(&room.read("audit.json")).expect("it is JSON"), "sales")
    };
    let now = audit(&room);
    assert_eq!((&now["newest"]["at"], &now["unread"]), (&json!("2026-11-21T12:00:00Z"), &json!([])), "every eight hours");
    let mut recorded: Value = serde_json::from_str(&room.read("all.json")).expect("it is JSON");
    let evidence = recorded["evidence"].as_object_mut().expect("it is there");
    assert!(evidence.remove("held").is_some() && evidence.remove("snapshots_listed").is_some());
    room.write("all.json", recorded.to_string());
    let before = audit(&room);
    assert_eq!(before["unread"], json!(["automated backups: how recent they are is not read yet"]));
    assert_eq!(before["newest"], Value::Null);
}

#[test]
fn a_check_of_the_age_of_snapshots_knows_those_of_databases() {
    let room = room(&reports(&["created_hours_ago = 30"]));
    let told = |hours: u32| {
        let check = format!("check \"kept\" {{\n  snapshot_age {{\n    resource = \"reports\"\n    max_age  = \"{hours}h\"\n  }}\n}}\n");
        policy(&room, &check);
        room.run("audit policy.hcl --sandbox").output
    };
    let old = told(29);
    assert!(old.contains("FAIL check.kept"), "{old}");
    let young = told(31);
    assert!(!young.contains("FAIL check.kept") && !young.contains("UNKNOWN check.kept"), "{young}");
}

#[test]
fn what_could_not_be_read_of_a_thing_itself_leaves_a_doubt_too() {
    let room = room("resource \"aws_dynamodb_table\" \"orders\" {\n  name = \"orders\"\n  point_in_time_recovery { enabled = true }\n}\n");
    let standing = || rpo_now(&room, "aws_dynamodb_table", "deletion_protection_enabled = false", "1h");
    assert_eq!(standing().0, "met");
    room.ok("sandbox faults --deny dynamodb:DescribeContinuousBackups");
    let (standing, told) = standing();
    assert_eq!(standing, "unprovable", "{told}");
}

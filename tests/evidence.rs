//! What an audit sees of what there is to restore: recovery points, restores and failed jobs of AWS Backup, through the real binary.
#![cfg(feature = "sandbox")]

mod support;

use serde_json::{Value, json};
use support::room::{Room, finish};
use support::served::Served;

const TABLE: &str = r#"resource "aws_dynamodb_table" "orders" { name = "orders" }"#;
const ORDERS: &str = "arn:aws:dynamodb:us-east-1:123456789012:table/orders";

/// A room with the table `orders` and these blocks beside it, on 21 November 2026 at noon.
fn room(blocks: &str) -> Room {
    let room = Room::new();
    room.write("live.seed.hcl", format!("{TABLE}\n{blocks}\n"));
    room.ok("sandbox clock --set 2026-11-21T12:00:00Z");
    room.ok("sandbox seed live.seed.hcl");
    room
}

/// A vault that holds these blocks.
fn vault(name: &str, blocks: &str) -> String {
    format!("resource \"aws_backup_vault\" \"{name}\" {{\n  name = \"{name}\"\n{blocks}\n}}\n")
}

/// A recovery point of `orders` with these attributes.
fn point(attributes: &str) -> String {
    format!("recovery_point {{\n  resource_arn = \"{ORDERS}\"\n{attributes}\n}}\n")
}

/// A restore of `orders` with these attributes.
fn restore(attributes: &str) -> String {
    format!("restore_job {{\n  resource_arn = \"{ORDERS}\"\n{attributes}\n}}\n")
}

/// What an audit says, which ended with this code.
fn audit(room: &Room, code: i32) -> Value {
    let ended = room.run("audit --sandbox --target us-east-1 --format json --out audit.json");
    assert_eq!(ended.code, Some(code), "{}", ended.output);
    serde_json::from_str(&room.read("audit.json")).expect("it is JSON")
}

/// What was seen of the table.
fn orders(audit: &Value) -> Value {
    let all = audit["resources"].as_array().expect("there are things");
    all.iter().find(|thing| thing["name"] == "orders").expect("it is there")["observed"].clone()
}

fn observed(room: &Room) -> Value {
    orders(&audit(room, 2))
}

fn texts(value: &Value) -> String {
    let texts = value.as_array().expect("it is a list").iter().map(|text| text.as_str().expect("it is a text"));
    texts.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_newest_the_oldest_and_copies_elsewhere_are_seen() {
    let room = room(&format!(
        "{}{}resource \"aws_backup_logically_air_gapped_vault\" \"gap\" {{\n  name = \"gap\"\n{}}}\n{}",
        vault("daily", &point("created_hours_ago = 10\n repeat = 30\n delete_after = 35")),
        vault(
            "weekly",
            &point(
                "created_days_ago = 5\n repeat = 8\n repeat_every_hours = 168\n kms_key_arn = \"arn:aws:kms:us-east-1:123456789012:key/own\""
            )
        ),
        point("created_days_ago = 3\n delete_after = 35"),
        vault("west", &format!("region = \"us-west-2\"\n{}", point("created_days_ago = 2\n encrypted = false"))),
    ));
    room.write("policy.hcl", "target \"home\" { region = \"us-east-1\" }\ntarget \"west\" { region = \"us-west-2\" }\n");
    let ended = room.run("audit . --sandbox --format json --out audit.json");
    assert_eq!(ended.code, Some(2), "{}", ended.output);
    let seen = orders(&serde_json::from_str(&room.read("audit.json")).expect("it is JSON"));
    assert_eq!(
        seen["newest"],
        json!({
            "at": "2026-11-21T02:00:00Z", "age_seconds": 36_000, "by": "recovery points in vault daily", "account": "123456789012",
            "region": "us-east-1",
        })
    );
    assert_eq!((&seen["oldest"]["at"], &seen["count"]), (&json!("2026-09-28T12:00:00Z"), &json!(40)));
    assert_eq!(seen["newest_air_gapped"]["at"], "2026-11-18T12:00:00Z");
    assert_eq!((&seen["copies"][0]["at"], &seen["copies"][0]["region"]), (&json!("2026-11-19T12:00:00Z"), &json!("us-west-2")));
    assert_eq!((&seen["unencrypted"], seen["keys"].as_array().map(Vec::len)), (&json!(1), Some(2)));
    // A recorded snapshot says the same.
    room.ok("snapshot --everything . --sandbox --out all.json");
    assert_eq!(room.run("audit --from all.json . --format json --out again.json").code, Some(2));
    assert_eq!(room.read("audit.json"), room.read("again.json"));
}

#[test]
fn a_vault_that_denies_is_a_gap_and_the_others_are_read() {
    let room = room(&(vault("daily", &point("created_hours_ago = 5")) + &vault("weekly", &point("created_days_ago = 6"))));
    room.ok("sandbox faults --deny backup:ListRecoveryPointsByBackupVault@daily");
    let audit = audit(&room, 3);
    let gap = &audit["evidence_gaps"][0];
    assert_eq!((&gap["kind"], &gap["resource"]), (&json!("aws_backup_vault"), &json!("daily")));
    assert_eq!((&gap["action"], &gap["cause"]), (&json!("backup:ListRecoveryPointsByBackupVault"), &json!("denied")));
    let seen = orders(&audit);
    assert_eq!(seen["newest"]["by"], "recovery points in vault weekly");
    assert!(texts(&seen["unread"]).contains("backup:ListRecoveryPointsByBackupVault"), "{seen}");
}

#[test]
fn a_list_that_is_denied_is_a_gap_of_its_own() {
    for action in ["backup:GetBackupVaultAccessPolicy", "backup:ListRestoreJobs", "backup:ListBackupJobs", "backup:ListCopyJobs"] {
        let room = room(&vault("daily", &point("created_hours_ago = 5")));
        room.ok(&format!("sandbox faults --deny {action}"));
        let audit = audit(&room, 3);
        let gaps = audit["evidence_gaps"].as_array().expect("it is a list");
        assert_eq!((gaps.len(), &gaps[0]["action"]), (1, &json!(action)), "{audit}");
        assert_eq!((&orders(&audit)["newest"]["at"], &orders(&audit)["unread"]), (&json!("2026-11-21T07:00:00Z"), &json!([])), "{action}");
        assert_eq!(orders(&audit)["unread_restores"].as_array().map(Vec::is_empty), Some(action != "backup:ListRestoreJobs"));
    }
}

#[test]
fn vaults_that_cannot_be_listed_are_told_once_and_leave_all_in_doubt() {
    let room = room(&vault("daily", &point("created_hours_ago = 5")));
    room.ok("sandbox faults --deny backup:ListBackupVaults");
    let audit = audit(&room, 3);
    assert_eq!(audit["evidence_gaps"].as_array().map_or(0, Vec::len), 0, "{audit}");
    let seen = orders(&audit);
    assert_eq!((&seen["newest"], &seen["unread"]), (&Value::Null, &json!(["what backup:ListBackupVaults tells could not be read"])));
}

#[test]
fn what_is_not_whole_not_there_or_not_dated_is_no_moment() {
    let unusable = ["PARTIAL", "EXPIRED", "CREATING", "DELETING", "STOPPED"];
    let seen = observed(&room(&vault("daily", &unusable.map(|status| point(&format!("status = \"{status}\""))).concat())));
    assert_eq!((&seen["newest"], &seen["count"]), (&Value::Null, &json!(0)));
    let seen = observed(&room(&vault("daily", &(point("dated = false") + &point("created_days_ago = 1")))));
    assert_eq!((&seen["newest"]["at"], &seen["count"]), (&json!("2026-11-20T12:00:00Z"), &json!(2)));
    assert!(texts(&seen["unread"]).contains("1 of them bear no date"), "{seen}");
}

#[test]
fn a_continuous_recovery_point_restores_within_its_days() {
    let seen = observed(&room(&vault("daily", &point("created_days_ago = 300\n delete_after = 14\n status = \"AVAILABLE\""))));
    assert_eq!((&seen["oldest"]["at"], &seen["count"]), (&json!("2026-11-07T12:00:00Z"), &json!(1)));
    assert!(texts(&seen["unread"]).contains("AWS Backup does not tell of its newest moment"), "{seen}");
}

#[test]
fn thousands_of_recovery_points_are_read_to_the_last_page() {
    let seen = observed(&room(&vault("daily", &point("repeat = 2500\n repeat_every_hours = 1"))));
    assert_eq!((&seen["newest"]["at"], &seen["count"]), (&json!("2026-11-21T12:00:00Z"), &json!(2500)));
    assert_eq!(seen["oldest"]["at"], "2026-08-09T09:00:00Z");
}

#[test]
fn what_is_dated_in_the_future_proves_nothing() {
    let room = Room::new();
    room.write("live.seed.hcl", format!("{TABLE}\n{}", vault("daily", &point("created_hours_ago = 1"))));
    room.ok("sandbox clock --set 2096-11-21T12:00:00Z");
    room.ok("sandbox seed live.seed.hcl");
    let served = Served::start(&room);
    let ended = finish(&mut served.backstay(&room, "audit --target us-east-1 --format json --out audit.json"));
    assert_eq!(ended.code, Some(2), "{}", ended.output);
    let seen = orders(&serde_json::from_str(&room.read("audit.json")).expect("it is JSON"));
    assert_eq!(seen["newest"], Value::Null);
    assert!(texts(&seen["unread"]).contains("clocks are out of step"), "{seen}");
}

#[test]
fn restores_are_joined_to_what_they_restored() {
    let blocks = [
        point("repeat = 20\n delete_after = 35"),
        restore("started_days_ago = 9\n minutes = 45\n validation_status = \"SUCCESSFUL\"\n restore_testing_plan_name = \"quarterly\""),
        restore("started_days_ago = 12\n minutes = 90\n source_resource_told = false"),
    ];
    let seen = observed(&room(&vault("daily", &blocks.concat())));
    let restored = &seen["restored"];
    assert_eq!((&restored["at"], &restored["seconds"]), (&json!("2026-11-12T12:45:00Z"), &json!(2700)));
    assert_eq!((&restored["validation"], &restored["times"]), (&json!("SUCCESSFUL"), &json!(2)));
    assert_eq!(restored["longest_seconds"], 5400);
    assert!(restored["plan"].as_str().is_some_and(|plan| plan.starts_with("quarterly")), "{restored}");
    assert_eq!(seen["restore_failed"], Value::Null);
}

#[test]
fn a_restore_that_failed_later_is_told_and_an_old_one_is_known_by_its_recovery_point() {
    let failed = restore("started_days_ago = 1\n status = \"FAILED\"\n status_message = \"no such subnet\"");
    let seen = observed(&room(&vault("daily", &(point("created_days_ago = 60\n restored_hours_ago = 1200") + &failed))));
    assert_eq!(seen["restore_failed"]["what"], "the restore ended FAILED: no such subnet");
    assert_eq!((&seen["restored"]["at"], &seen["restored"]["seconds"]), (&json!("2026-10-02T12:00:00Z"), &Value::Null));
}

#[test]
fn a_restore_that_nobody_can_tell_of_what_it_was_is_a_doubt() {
    let untold = restore("started_days_ago = 40\n source_resource_told = false") + &restore("source_resource_told = false");
    let seen = observed(&room(&vault("daily", &untold)));
    assert_eq!((&seen["restored"], texts(&seen["unread_restores"]).contains("of 1 restore what")), (&Value::Null, true), "{seen}");
}

#[test]
fn a_restore_testing_plan_that_runs_is_seen() {
    let room = room(&vault("daily", &point("created_days_ago = 1")));
    room.write(
        "policy.hcl",
        r#"
        backstay { workspace = "shop" }
        target "home" { region = "us-east-1" }
        resource "aws_backup_restore_testing_plan" "proof" {
          name                = "proof"
          schedule_expression = "cron(0 6 * * ? *)"
          recovery_point_selection {
            algorithm            = "LATEST_WITHIN_WINDOW"
            include_vaults       = ["*"]
            recovery_point_types = ["SNAPSHOT"]
          }
        }
        resource "aws_backup_restore_testing_selection" "tables" {
          name                      = "tables"
          restore_testing_plan_name = aws_backup_restore_testing_plan.proof.name
          protected_resource_type   = "DynamoDB"
          protected_resource_arns   = ["*"]
          iam_role_arn              = "arn:aws:iam::123456789012:role/restores"
        }
        "#,
    );
    room.ok("apply . --sandbox --auto-approve");
    room.ok("sandbox clock --advance 20h");
    let restored = observed(&room)["restored"].clone();
    assert_eq!((&restored["at"], &restored["seconds"]), (&json!("2026-11-22T06:05:00Z"), &json!(300)));
    assert!(restored["plan"].as_str().is_some_and(|plan| plan.starts_with("proof")), "{restored}");
}

#[test]
fn the_last_backup_that_failed_is_told() {
    let plan = r#"
        resource "aws_backup_plan" "shop" {
          name = "shop"
          rule {
            rule_name         = "daily"
            target_vault_name = "daily"
            schedule          = "cron(0 2 * * ? *)"
            lifecycle { delete_after = 35 }
          }
          selection {
            name         = "tables"
            iam_role_arn = "arn:aws:iam::123456789012:role/backups"
            resources    = ["arn:aws:dynamodb:us-east-1:123456789012:table/orders"]
          }
        }
    "#;
    let room = room(&(vault("daily", "") + plan));
    room.ok("sandbox clock --advance 24h");
    let first = orders(&audit_of_any_end(&room));
    assert_eq!((&first["newest"]["at"], &first["failed"]), (&json!("2026-11-22T02:00:00Z"), &Value::Null));
    room.ok("sandbox faults --deny sts:AssumeRole@backups");
    room.ok("sandbox clock --advance 48h");
    room.ok("sandbox faults --clear");
    let failed = orders(&audit_of_any_end(&room))["failed"].clone();
    assert_eq!((&failed["at"], &failed["status"], &failed["what"]), (&json!("2026-11-24T02:00:00Z"), &json!("FAILED"), &json!("backup")));
    assert!(failed["message"].as_str().is_some_and(|text| text.contains("cannot be assumed")), "{failed}");
}

/// What an audit says, whether what it finds is protected or not.
fn audit_of_any_end(room: &Room) -> Value {
    let ended = room.run("audit --sandbox --target us-east-1 --format json --out audit.json");
    assert!(matches!(ended.code, Some(0..=3)), "{}", ended.output);
    serde_json::from_str(&room.read("audit.json")).expect("it is JSON")
}

#[test]
fn at_another_moment_than_the_reading_nothing_is_taken_for_known() {
    let room = room(&vault("daily", &[point("created_hours_ago = 5"), restore("started_days_ago = 1\n minutes = 5")].concat()));
    room.write(
        "policy.hcl",
        "tier \"all\" {\n  rpo   = \"24h\"\n  drill = \"7d\"\n}\nprotect \"aws_dynamodb_table\" \"all\" {\n  select { names = [\"orders\"] }\n  \
         tier = tier.all\n  deletion_protection_enabled = false\n}\n",
    );
    room.ok("snapshot policy.hcl --sandbox --everything --out all.json");
    let standing = |at: &str| {
        let ended = room.run(&format!("audit policy.hcl --from all.json --at {at} --format json --out at.json"));
        assert_eq!(ended.code, Some(2), "{}", ended.output);
        let audit: Value = serde_json::from_str(&room.read("at.json")).expect("it is JSON");
        let promises = audit["promises"]["things"][0]["promises"].as_array().expect("there are promises").clone();
        ["rpo.now", "drill"].map(|name| {
            let promise = promises.iter().find(|promise| promise["promise"] == name).unwrap_or_else(|| panic!("no {name}: {audit}"));
            promise["standing"].as_str().unwrap_or_default().to_owned()
        })
    };
    assert_eq!(standing("2026-11-21T12:00:00Z"), ["met", "met"]);
    assert_eq!(standing("2027-11-21T12:00:00Z"), ["unprovable", "unprovable"], "a year later nobody knows");
    assert_eq!(standing("2026-11-19T12:00:00Z"), ["unprovable", "unprovable"], "what came later was not there then");
}

/// A plan that backs `orders` up every day and copies what it makes into this vault.
fn copying(destination: &str) -> String {
    format!(
        "resource \"aws_iam_role\" \"b\" {{\n  name = \"b\"\n  managed_policy_arns = \
         [\"arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup\"]\n  assume_role_policy = jsonencode({{ Version = \
         \"2012-10-17\", Statement = [{{ Effect = \"Allow\", Principal = {{ Service = \"backup.amazonaws.com\" }}, Action = \"sts:AssumeRole\" }}] \
         }})\n}}\n{}resource \"aws_backup_region_settings\" \"s\" {{\n  resource_type_management_preference = {{ DynamoDB = true }}\n}}\nresource \
         \"aws_backup_plan\" \"p\" {{\n  name = \"p\"\n  rule {{\n    rule_name = \"r\"\n    target_vault_name = \"daily\"\n    schedule = \
         \"cron(0 5 * * ? *)\"\n    copy_action {{ destination_vault_arn = \
         \"arn:aws:backup:{destination}\" }}\n  }}\n  selection {{\n    name = \"s\"\n    iam_role_arn = \
         \"arn:aws:iam::123456789012:role/b\"\n    resources = [\"{ORDERS}\"]\n  }}\n}}\n",
        vault("daily", "")
    )
}

#[test]
fn a_copy_into_a_vault_that_is_not_there_keeps_no_promise() {
    let room = room("");
    room.write(
        "policy.hcl",
        "target \"here\" { region = \"us-east-1\" }\ntarget \"there\" { region = \"eu-west-1\" }\ntier \"all\" {\n  copies { regions = 1 }\n}\nprotect \
         \"aws_dynamodb_table\" \"all\" {\n  select { names = [\"orders\"] }\n  target = target.here\n  tier = tier.all\n  \
         deletion_protection_enabled = false\n}\n",
    );
    let standing = |destination: &str| {
        room.write("live.seed.hcl", format!("{TABLE}\n{}", copying(destination)));
        room.ok("sandbox seed live.seed.hcl");
        let ended = room.run("audit policy.hcl --sandbox --format json --out audit.json");
        assert!(matches!(ended.code, Some(0 | 2)), "{}", ended.output);
        let audit: Value = serde_json::from_str(&room.read("audit.json")).expect("it is JSON");
        audit["promises"]["things"][0]["promises"][0]["standing"].as_str().unwrap_or_default().to_owned()
    };
    assert_eq!(standing("eu-west-1:123456789012:backup-vault:nowhere"), "not_met");
    assert_eq!(standing("ap-south-1:123456789012:backup-vault:somewhere"), "unprovable", "no target reads that region");
    room.write("dr.seed.hcl", vault("dr", "  region = \"eu-west-1\""));
    room.ok("sandbox seed dr.seed.hcl");
    assert_eq!(standing("eu-west-1:123456789012:backup-vault:dr"), "met");
}

/// A role with a policy, which this service may assume.
fn role(name: &str, service: &str) -> String {
    format!(
        "resource \"aws_iam_role\" \"{name}\" {{\n  name = \"{name}\"\n  managed_policy_arns = [\"arn:aws:iam::123456789012:policy/replicate\"]\n  assume_role_policy = jsonencode({{ Version = \"2012-10-17\", Statement = [{{ \
     Effect = \"Allow\", Principal = {{ Service = \"{service}\" }}, Action = \"sts:AssumeRole\" }}] }})\n}}\n"
    )
}

#[test]
fn replication_protects_only_into_what_was_seen_to_take_it() {
    let bucket = |name: &str, more: &str| format!("resource \"aws_s3_bucket\" \"{name}\" {{\n  bucket = \"{name}\"\n{more}\n}}\n");
    let versioned = "  versioning { status = \"Enabled\" }\n";
    let to = |destination: &str| {
        format!(
            "{versioned}  replication_configuration {{\n    role = \"arn:aws:iam::123456789012:role/r\"\n    rule {{\n      id = \"all\"\n      status \
             = \"Enabled\"\n      priority = 1\n      filter {{}}\n      delete_marker_replication {{ status = \"Disabled\" }}\n      destination {{ \
             bucket = \"arn:aws:s3:::{destination}\" }}\n    }}\n  }}"
        )
    };
    let room = room(
        &[
            bucket("to-nowhere", &to("nowhere-at-all")),
            bucket("to-plain", &to("plain-copies")),
            bucket("plain-copies", ""),
            bucket("to-copies", &to("good-copies")),
            bucket("good-copies", versioned),
            role("r", "s3.amazonaws.com"),
            bucket("to-itself", &to("to-itself")),
            bucket("claims", &to("good-copies").replace("{ bucket = \"arn:aws:s3:::good-copies\" }", "{\n bucket = \"arn:aws:s3:::good-copies\"\n account = \"210987654321\"\n }")),
            bucket("to-short", &to("short-copies")),
            bucket(
                "short-copies",
                &format!(
                    "{versioned}  lifecycle_configuration {{\n    rule {{\n    id = \"short\"\n    status = \"Enabled\"\n    filter {{}}\n    expiration {{ days = 7 }}\n    \
                     noncurrent_version_expiration {{ noncurrent_days = 3 }}\n  }}\n  }}\n"
                ),
            ),
            bucket("by-another", &to("good-copies").replace("role/r", "role/other")),
            role("other", "backup.amazonaws.com"),
            bucket("by-none", &to("good-copies").replace("role/r", "role/none")),
        ]
        .concat(),
    );
    let audited = audit(&room, 3);
    let verdict = |name: &str| {
        let all = audited["resources"].as_array().expect("there are things");
        let thing = all.iter().find(|thing| thing["name"] == name).expect("it is there");
        (thing["verdict"].as_str().unwrap_or_default().to_owned(), thing.to_string())
    };
    assert_eq!(verdict("to-copies").0, "protected");
    let (nowhere, told) = verdict("to-nowhere");
    assert_eq!(nowhere, "unknown", "{told}");
    assert!(told.contains("no target reads bucket nowhere-at-all, or it is not there"), "{told}");
    let (plain, told) = verdict("to-plain");
    assert_eq!(plain, "unprotected", "{told}");
    assert!(told.contains("versioning of bucket plain-copies is not on, so that nothing is copied there"), "{told}");
    let days = |name: &str| {
        let thing: Value = serde_json::from_str(&verdict(name).1).expect("it is JSON");
        thing["copies"][0]["days"].clone()
    };
    assert_eq!((days("to-short"), days("to-copies")), (json!(10), Value::Null), "the destination's own rules delete copies");
    let not_copied = |name: &str, why: &str| {
        let (verdict, told) = verdict(name);
        assert_eq!(verdict, "unprotected", "{told}");
        assert!(told.contains(why), "{told}");
    };
    not_copied("to-short", "copies only what is younger than 10 days, as lifecycle rules of bucket short-copies delete the rest");
    not_copied("to-itself", "it names its own bucket as the destination");
    not_copied("claims", "it names account 210987654321 as the owner of bucket good-copies, which is in account 123456789012");
    let (refused, told) = verdict("by-another");
    assert_eq!(refused, "unprotected", "{told}");
    assert!(told.contains("does not let s3.amazonaws.com assume it"), "{told}");
    let (missing, told) = verdict("by-none");
    assert_eq!(missing, "unprotected", "{told}");
    assert!(told.contains("has no role `none`"), "{told}");
    room.ok("sandbox faults --deny s3:GetLifecycleConfiguration");
    let denied = audit(&room, 3);
    let all = denied["resources"].as_array().expect("there are things");
    let short = all.iter().find(|thing| thing["name"] == "to-short").expect("it is there");
    assert_eq!(short["verdict"], "unknown", "whether the destination deletes copies was not read: {short}");
    room.ok("sandbox faults --clear");
    // Nobody looked at the roles in a snapshot of before.
    room.ok("snapshot --everything --sandbox --out all.json");
    let mut snapshot: Value = serde_json::from_str(&room.read("all.json")).expect("it is JSON");
    snapshot["outside"] = json!({});
    room.write("all.json", snapshot.to_string());
    let ended = room.run("audit --from all.json --format json --out audit.json");
    assert_eq!(ended.code, Some(3), "{}", ended.output);
    assert!(room.read("audit.json").contains("role r was not read"), "{}", ended.output);
}

/// A policy of two accounts, in which a thing is promised a copy in the other one.
fn two_accounts(kind: &str, name: &str) -> String {
    let policy = "target \"here\" { region = \"us-east-1\" }\ntarget \"vaults\" {\n  region = \"us-east-1\"\n  assume_role { role_arn = \
         \"arn:aws:iam::210987654321:role/backstay\" }\n}\ntier \"all\" {\n  copies { accounts = 1 }\n}\nprotect \"aws_dynamodb_table\" \"all\" {\n  \
         select { names = [\"orders\"] }\n  target = target.here\n  tier = tier.all\n  deletion_protection_enabled = false\n}\n";
    policy.replace("aws_dynamodb_table", kind).replace("orders", name)
}

#[test]
fn a_vault_of_another_account_takes_copies_only_where_its_policy_and_the_organization_let_them_in() {
    let room = room("");
    room.write("policy.hcl", two_accounts("aws_dynamodb_table", "orders"));
    let standing = |policy: &str, more: &str| {
        let far = vault("far", &format!("  account_id = \"210987654321\"\n{policy}"));
        let plan = copying("us-east-1:210987654321:backup-vault:far");
        room.write("live.seed.hcl", format!("{TABLE}\n{plan}\n{far}\n{more}"));
        room.ok("sandbox seed live.seed.hcl");
        let ended = room.run("audit policy.hcl --sandbox --format json --out audit.json");
        assert!(matches!(ended.code, Some(0 | 2 | 3)), "{}", ended.output);
        let audit: Value = serde_json::from_str(&room.read("audit.json")).expect("it is JSON");
        let promise = &audit["promises"]["things"][0]["promises"][0];
        (promise["standing"].as_str().unwrap_or_default().to_owned(), audit.to_string())
    };
    let policy = |effect: &str, principal: &str, condition: &str| {
        format!(
            "  policy = jsonencode({{ Version = \"2012-10-17\", Statement = [{{ Effect = \"{effect}\", Principal = {{ AWS = \"{principal}\" }}, Action = \
             \"backup:CopyIntoBackupVault\", Resource = \"*\"{condition} }}] }})"
        )
    };
    let not_met = |policy: &str, why: &str| {
        let (standing, told) = standing(policy, "");
        assert_eq!(standing, "not_met", "{told}");
        assert!(told.contains(why), "{told}");
    };
    not_met("", "vault far has no access policy, which must let account 123456789012 copy into it");
    let of_another = policy("Allow", "arn:aws:iam::333333333333:root", "");
    not_met(&of_another, "the access policy of vault far does not let account 123456789012 copy into it");
    not_met(&policy("Deny", "*", ""), "the access policy of vault far denies it (statement 1)");
    let lets = policy("Allow", "arn:aws:iam::123456789012:root", "");
    let (off, told) = standing(&lets, "");
    assert_eq!(off, "unprovable", "{told}");
    assert!(told.contains("cross-account backup is off, as account 123456789012 is told"), "{told}");
    let on = "resource \"aws_backup_global_settings\" \"on\" {\n  global_settings = { isCrossAccountBackupEnabled = \"true\" }\n}\n";
    let (on_and_let, told) = standing(&lets, on);
    assert_eq!(on_and_let, "met", "{told}");
    let of_organization = policy("Allow", "*", ", Condition = { StringEquals = { \"aws:PrincipalOrgID\" = \"o-a1b2c3d4e5\" } }");
    let (perhaps, told) = standing(&of_organization, on);
    assert_eq!(perhaps, "unprovable", "whose organization that is was not read: {told}");
    // What is there was let in.
    let (shown, told) = standing(&format!("{of_organization}\n{}", point("created_hours_ago = 5")), on);
    assert_eq!(shown, "met", "{told}");
}

#[test]
fn a_database_is_copied_to_another_account_only_where_that_may_use_its_key() {
    let room = room("");
    room.write("policy.hcl", two_accounts("aws_db_instance", "ledger").replace("deletion_protection_enabled", "deletion_protection"));
    let plan = copying("us-east-1:210987654321:backup-vault:far").replace(ORDERS, "arn:aws:rds:us-east-1:123456789012:db:ledger");
    let lets = "  account_id = \"210987654321\"\n  policy = jsonencode({ Version = \"2012-10-17\", Statement = [{ Effect = \"Allow\", Principal = { AWS = \
                \"arn:aws:iam::123456789012:root\" }, Action = \"backup:CopyIntoBackupVault\", Resource = \"*\" }] })";
    let on = "resource \"aws_backup_global_settings\" \"on\" {\n  global_settings = { isCrossAccountBackupEnabled = \"true\" }\n}\n";
    let standing = |database: &str| {
        let ledger = format!("resource \"aws_db_instance\" \"l\" {{\n  identifier = \"ledger\"\n  engine = \"postgres\"\n{database}\n}}\n");
        room.write("live.seed.hcl", format!("{ledger}\n{plan}\n{}\n{on}", vault("far", lets)));
        room.ok("sandbox seed live.seed.hcl");
        let ended = room.run("audit policy.hcl --sandbox --format json --out audit.json");
        assert!(matches!(ended.code, Some(0 | 2 | 3)), "{}", ended.output);
        let audit: Value = serde_json::from_str(&room.read("audit.json")).expect("it is JSON");
        let promise = &audit["promises"]["things"][0]["promises"][0];
        (promise["standing"].as_str().unwrap_or_default().to_owned(), audit.to_string())
    };
    let (encrypted, told) = standing("  storage_encrypted = true");
    assert_eq!(encrypted, "unprovable", "{told}");
    assert!(told.contains("whether account 210987654321 may use what it is encrypted with"), "{told}");
    let (open, told) = standing("  storage_encrypted = false");
    assert_eq!(open, "met", "{told}");
}

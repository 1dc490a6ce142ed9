//! How many calls a plan makes, and how many at once: what a run costs in AWS's own throttling limits.
#![cfg(feature = "sandbox")]

mod support;

use std::collections::BTreeMap;
use support::room::{Room, finish};
use support::served::{Proxy, Served, through};

const PITR: &str = "point_in_time_recovery { enabled = true }";
const BOTH: &str = "point_in_time_recovery { enabled = true }\n  deletion_protection_enabled = true";

/// Calls that read one table each. These grow with the number of tables; all others must not.
const SINGLE: [&str; 2] = ["DescribeContinuousBackups", "DescribeTable"];

/// A room with that many tables, and a policy that declares the settings for all of them.
fn room(tables: usize, settings: &str) -> Room {
    let room = Room::new();
    room.write(
        "t.seed.hcl",
        format!("resource \"aws_dynamodb_table\" \"t\" {{\n  count = {tables}\n  name  = \"t-${{count.index}}\"\n}}\n"),
    );
    // A folder of its own, as every `*.hcl` beside the policy would be read as policy.
    room.write(
        "policy/policy.hcl",
        format!("protect \"aws_dynamodb_table\" \"t\" {{\n  select {{ names = [\"t-*\"] }}\n  {settings}\n}}\n"),
    );
    room.ok("sandbox seed t.seed.hcl");
    room
}

/// What the served sandbox was asked while `backstay` ran `line`, and the most requests that were under way at once.
fn asked(room: &Room, line: &str, said: &str) -> (BTreeMap<String, u64>, u64) {
    let served = Served::start(room);
    let proxy = Proxy::start(&served.url);
    let ended = finish(&mut through(&proxy.url, room, line));
    // A run that stopped early would be within every limit.
    assert_eq!(ended.code, Some(0), "{}", ended.output);
    assert!(ended.output.contains(said), "{}", ended.output);
    let seen = proxy.seen.lock().expect("no thread panics while it counts");
    assert_eq!(seen.under_way, 0, "a run waits for its answers");
    (seen.operations.clone(), seen.most_under_way)
}

/// The calls that read one table, and the others.
fn single_and_bulk(operations: &BTreeMap<String, u64>) -> (u64, u64) {
    let is_single = |name: &str| SINGLE.iter().any(|single| name.ends_with(&format!(".{single}")));
    let count = |single: bool| operations.iter().filter(|(name, _)| is_single(name) == single).map(|(_, count)| count).sum();
    (count(true), count(false))
}

/// Pages of 100 tables at home, one listing in each of the regions, and who we are.
const BULK: u64 = 40;

#[test]
fn a_plan_of_recovery_alone_reads_each_table_once() {
    let room = room(500, PITR);
    let (operations, _) = asked(&room, "plan policy", "500 to change");
    let (single, bulk) = single_and_bulk(&operations);
    assert_eq!(single, 500, "{operations:#?}");
    assert!(bulk <= BULK, "{bulk}: {operations:#?}");
}

#[test]
fn a_plan_with_deletion_protection_reads_each_table_twice_at_most() {
    let room = room(500, BOTH);
    let (operations, _) = asked(&room, "plan policy", "500 to change");
    let (single, bulk) = single_and_bulk(&operations);
    // Recovery and protection are answered by two operations, so fewer would be a plan that guesses.
    assert_eq!(single, 1000, "{operations:#?}");
    assert!(bulk <= BULK, "{bulk}: {operations:#?}");
}

#[test]
fn literal_names_are_planned_without_a_list_of_all_tables() {
    let room = room(500, PITR);
    room.write(
        "policy/policy.hcl",
        format!("protect \"aws_dynamodb_table\" \"t\" {{\n  select {{ names = [\"t-7\", \"t-8\"] }}\n  {PITR}\n}}\n"),
    );
    let (operations, _) = asked(&room, "plan policy", "2 to change");
    let (single, bulk) = single_and_bulk(&operations);
    assert!(single <= 4, "{operations:#?}");
    // Without the right to list tables such a policy must still plan.
    assert_eq!(operations.get("DynamoDB_20120810.ListTables"), None, "{operations:#?}");
    assert!(bulk <= 1, "{operations:#?}");
}

#[test]
fn a_plan_never_has_more_calls_under_way_than_it_may() {
    for parallelism in [1, 7] {
        let room = room(100, BOTH);
        room.ok("sandbox faults --latency 20ms");
        let (_, most) = asked(&room, &format!("plan policy --parallelism {parallelism}"), "100 to change");
        assert!(most <= parallelism, "{most} at once, of {parallelism}");
        // A run that asks one after the other would also be within the limit.
        assert!(most > parallelism / 2, "{most} at once, of {parallelism}");
    }
}

#[test]
fn an_apply_never_has_more_calls_under_way_than_it_may() {
    let room = room(40, BOTH);
    room.ok("sandbox faults --latency 20ms");
    let (operations, most) = asked(&room, "apply policy --auto-approve --parallelism 5", "40 changed");
    assert_eq!(operations.get("DynamoDB_20120810.UpdateContinuousBackups"), Some(&40), "{operations:#?}");
    assert!(most <= 5, "{most} at once, of 5");
    assert!(most > 2, "{most} at once, of 5");
}

#[test]
fn the_log_counts_what_was_asked() {
    for (settings, expected) in [(PITR, 500), (BOTH, 1000)] {
        let room = room(500, settings);
        let served = Served::start(&room);
        let proxy = Proxy::start(&served.url);
        let ended = finish(&mut through(&proxy.url, &room, "plan policy --log info"));
        assert_eq!(ended.code, Some(0), "{}", ended.output);
        let seen = proxy.seen.lock().expect("no thread panics while it counts").operations.clone();
        let logged = logged(&ended.output);
        assert_eq!(logged.get("total"), Some(&seen.values().sum()), "{logged:#?}\n{seen:#?}");
        for single in SINGLE {
            let seen = seen.get(&format!("DynamoDB_20120810.{single}"));
            assert_eq!(logged.get(&format!("dynamodb:{single}")), seen, "{logged:#?}");
        }
        let of_tables: u64 = SINGLE.iter().filter_map(|single| logged.get(&format!("dynamodb:{single}"))).sum();
        assert_eq!(of_tables, expected, "{logged:#?}");
    }
}

/// The counts of a log at level info: `operation="dynamodb:DescribeTable" count=500`, and `total=540`.
fn logged(output: &str) -> BTreeMap<String, u64> {
    let field = |line: &str, name: &str| {
        let word = line.split(' ').find_map(|word| word.strip_prefix(name)?.strip_prefix('='))?;
        Some(word.trim_matches('"').to_owned())
    };
    let mut counts = BTreeMap::new();
    for line in output.lines().filter(|line| line.contains(": calls ")) {
        let (name, count) = match (field(line, "operation"), field(line, "count"), field(line, "total")) {
            (Some(operation), Some(count), _) => (operation, count),
            (_, _, Some(total)) => ("total".to_owned(), total),
            _ => continue,
        };
        counts.insert(name, count.parse().expect("a count is a number"));
    }
    counts
}

#[test]
fn calls_to_another_region_are_slowed_down_there() {
    let room = Room::new();
    room.write(
        "t.seed.hcl",
        "resource \"aws_dynamodb_table\" \"t\" {\n  name           = \"orders\"\n  stream_enabled = true\n  replica { region_name = \"eu-west-1\" }\n}\n",
    );
    let policy = format!("protect \"aws_dynamodb_table\" \"t\" {{\n  select {{ names = [\"orders\"] }}\n  {BOTH}\n}}\n");
    room.write("policy/policy.hcl", policy);
    room.ok("sandbox seed t.seed.hcl");
    // Every other call, so that each region has some.
    room.ok("sandbox faults --throttle-rate 0.5");
    let output = room.ok("plan --sandbox policy --log warn");
    for region in ["us-east-1", "eu-west-1"] {
        assert!(output.contains(&format!("slow down: dynamodb in {region}")), "{output}");
    }
}

#[test]
fn one_listing_serves_all_kinds_that_it_shows() {
    const CONSENT: &str = "--accept-irreversible aws_backup_logically_air_gapped_vault.safe";
    let room = Room::new();
    room.write(
        "policy/policy.hcl",
        r#"
backstay { workspace = "shop" }

resource "aws_backup_vault" "daily" { name = "daily" }

resource "aws_backup_logically_air_gapped_vault" "safe" {
  name               = "safe"
  min_retention_days = 7
  max_retention_days = 90
}

resource "aws_cloudwatch_metric_alarm" "failed" {
  alarm_name          = "failed"
  namespace           = "AWS/Backup"
  metric_name         = "NumberOfBackupJobsFailed"
  dimensions          = { BackupVaultName = aws_backup_vault.daily.name }
  statistic           = "Sum"
  period              = 3600
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
}

resource "aws_cloudwatch_composite_alarm" "any" {
  alarm_name = "any"
  alarm_rule = "ALARM(failed)"
}
"#,
    );
    let counts = |line: &str, said: &str| {
        let (operations, _) = asked(&room, &format!("{line} --log info"), said);
        let of = |is: &dyn Fn(&str) -> bool| operations.iter().filter(|(operation, _)| is(operation)).map(|(_, count)| *count).sum::<u64>();
        let is_listing = |operation: &str| operation.split('?').next().is_some_and(|path| path.trim_end_matches('/') == "/backup-vaults");
        (of(&is_listing), of(&|operation| operation.contains("DescribeAlarms")), operations)
    };
    // Before anything is there nothing has tags to ask for, so that vaults are told by their listing alone.
    let (vaults, alarms, operations) = counts(&format!("plan policy {CONSENT}"), "4 to add");
    assert_eq!((vaults, alarms), (1, 1), "{operations:#?}");
    asked(&room, &format!("apply policy --auto-approve {CONSENT}"), "4 added");
    let (vaults, alarms, operations) = counts("plan policy", "No changes");
    assert_eq!((vaults, alarms), (1, 1), "{operations:#?}");
}

//! A large estate, the same every time: tables, buckets, databases and file systems of two accounts in two regions, with plans, selections by tag
//! and by pattern, vaults, what there is to restore of each thing, restores, alarms, roles, and a policy with tiers.

use backstay::kinds;
use backstay::model::{
    Audience, Evidence, FailedJob, Held, HeldForm, Identity, Inventory, Listed, Live, Outside, Reading, ResourceId, Restore,
    RolePermissions, Snapshot, Value, VaultPolicy, default_topic_policy, path,
};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

/// The targets: name, account and region.
const TARGETS: [(&str, &str, &str); 4] = [
    ("live_east", "111111111111", "us-east-1"),
    ("live_west", "111111111111", "eu-west-1"),
    ("lab_east", "222222222222", "us-east-1"),
    ("lab_west", "222222222222", "eu-west-1"),
];

/// What was listed, by kind and target.
type Listings = BTreeMap<(String, String), Vec<Listed>>;

/// Plans in each target.
const PLANS: usize = 12;

/// The kinds of things that hold data.
const KINDS: [&str; 4] = ["aws_dynamodb_table", "aws_s3_bucket", "aws_db_instance", "aws_efs_file_system"];

/// What AWS lets the role of AWS Backup do.
const ROLE_POLICY: &str = "AWSBackupServiceRolePolicyForBackup";

/// Who may assume the role of AWS Backup.
const TRUST: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"backup.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;

/// What is promised: three tiers, two by tags and one by a block that chooses by pattern.
pub(crate) const POLICY: &str = r#"
backstay { workspace = "estate" }

target "live_east" {
  region     = "us-east-1"
  account_id = "111111111111"
}
target "live_west" {
  region     = "eu-west-1"
  account_id = "111111111111"
}
target "lab_east" {
  region     = "us-east-1"
  account_id = "222222222222"
}
target "lab_west" {
  region     = "eu-west-1"
  account_id = "222222222222"
}

tier "critical" {
  rpo       = "15m"
  rto       = "1h"
  retention = "35d"
  immutable = true
  drill     = "90d"
  tags      = { tier = "critical" }
  copies {
    regions  = 1
    accounts = 1
  }
}

tier "standard" {
  rpo       = "30h"
  retention = "30d"
  tags      = { tier = "standard" }
}

tier "ledger" {
  rpo       = "1h"
  retention = "365d"
}

protect "aws_dynamodb_table" "ledger" {
  target = [target.live_east, target.live_west, target.lab_east, target.lab_west]
  tier   = tier.ledger
  select {
    names       = ["ledger-*"]
    allow_empty = true
  }
  point_in_time_recovery { enabled = true }
}
"#;

/// A policy that chooses every table of one target.
#[allow(dead_code, reason = "the benchmark and the tests each use a part")]
pub(crate) const ALL_TABLES: &str = r#"
backstay { workspace = "estate" }

target "live_east" {
  region     = "us-east-1"
  account_id = "111111111111"
}

tier "all" {
  rpo       = "15m"
  retention = "30d"
}

protect "aws_dynamodb_table" "all" {
  tier = tier.all
  select { names = ["*"] }
  point_in_time_recovery {
    enabled                 = true
    recovery_period_in_days = 35
  }
}
"#;

/// A snapshot of everything with so many things that hold data.
pub(crate) fn snapshot(things: usize) -> Snapshot {
    let mut snapshot = empty();
    let mut listed = Listings::new();
    for number in 0..things {
        let place = TARGETS[number % TARGETS.len()];
        let live = thing(number, place);
        let tags = Listed { name: live.id.name.clone(), tags: Some(tags(number)) };
        listed.entry((kind(number).to_owned(), place.0.to_owned())).or_default().push(tags);
        snapshot.resources.push(live);
    }
    finish(snapshot, listed)
}

/// A snapshot of so many tables in one target, as `ALL_TABLES` chooses them.
#[allow(dead_code, reason = "the benchmark and the tests each use a part")]
pub(crate) fn tables(things: usize) -> Snapshot {
    let mut snapshot = empty();
    let place = TARGETS[0];
    snapshot.identities.retain(|target, _| target == place.0);
    let mut listed = Listings::new();
    let names = (0..things).map(|number| {
        let mut live = thing(number * 40, place);
        live.id.name = format!("table-{number:06}");
        live.arn = None;
        live
    });
    snapshot.resources.extend(names);
    let all = snapshot.resources.iter().enumerate().filter(|(_, live)| live.id.kind == "aws_dynamodb_table");
    let all = all.map(|(number, live)| Listed { name: live.id.name.clone(), tags: Some(tags(number)) }).collect();
    listed.insert(("aws_dynamodb_table".to_owned(), place.0.to_owned()), all);
    snapshot.resources.retain(|live| live.id.target == place.0);
    snapshot.inventories.retain(|inventory| inventory.target == place.0);
    finish(snapshot, listed)
}

/// What stands around the things: who read, the listings, plans, selections, vaults and opt-ins.
fn empty() -> Snapshot {
    let at: Timestamp = "2026-11-21T12:00:00Z".parse().expect("it is an instant");
    let mut snapshot = Snapshot::empty(at);
    for place in TARGETS {
        let (target, account, region) = place;
        let arn = format!("arn:aws:iam::{account}:user/auditor");
        snapshot.identities.insert(target.to_owned(), Identity { account: account.to_owned(), arn, region: region.to_owned() });
        let role = role(account);
        snapshot.outside.insert(role.clone(), Outside::Role { arn: role, trust: TRUST.to_owned() });
        let types = |setting: &str, types: &[&str]| -> Vec<(String, Value)> {
            types.iter().map(|of| (path::keyed(setting, of), Value::from(true))).collect()
        };
        let mut opted = types("resource_type_opt_in_preference", &["DynamoDB", "EFS", "RDS", "S3"]);
        opted.extend(types("resource_type_management_preference", &["DynamoDB", "EFS"]));
        snapshot.resources.push(live("aws_backup_region_settings", place, region, opted));
        for number in 0..PLANS {
            plan(&mut snapshot, place, number);
            if number.is_multiple_of(2) {
                alarms(&mut snapshot, place, number);
            }
        }
    }
    snapshot
}

/// Two alarms of a vault that tell a topic: when backups fail, and when none comes.
fn alarms(snapshot: &mut Snapshot, place: (&str, &str, &str), number: usize) {
    let vault = format!("vault-{number:02}");
    let told = [
        ("failed", "NumberOfBackupJobsFailed", "GreaterThanThreshold", 0, 1, "notBreaching"),
        ("absent", "NumberOfBackupJobsCompleted", "LessThanThreshold", 1, 26, "breaching"),
    ];
    for (name, metric, comparison, threshold, periods, missing) in told {
        let dimensions = BTreeMap::from([("BackupVaultName".to_owned(), Value::from(vault.as_str()))]);
        let settings = vec![
            setting("namespace", "AWS/Backup"),
            setting("metric_name", metric),
            setting("dimensions", Value::from(dimensions)),
            setting("statistic", "Sum"),
            setting("period", 3600),
            setting("evaluation_periods", periods),
            setting("comparison_operator", comparison),
            setting("threshold", threshold),
            setting("treat_missing_data", missing),
            setting("actions_enabled", true),
            setting("alarm_actions", Value::set([Value::from(topic(place).as_str())])),
        ];
        snapshot.resources.push(live("aws_cloudwatch_metric_alarm", place, &format!("{vault}-{name}"), settings));
    }
}

fn topic((_, account, region): (&str, &str, &str)) -> String {
    format!("arn:aws:sns:{region}:{account}:backups")
}

/// What was seen of things: recovery points in a vault of nine of ten, of a third of these copies too, restores and failures of some; and who
/// may do what, and who is told.
fn evidence(snapshot: &Snapshot) -> Evidence {
    let mut evidence = Evidence::default();
    for place in TARGETS.into_iter().filter(|place| snapshot.identities.contains_key(place.0)) {
        let (_, account, region) = place;
        let policy = default_topic_policy(&topic(place), account).to_string();
        evidence.topics.push(Audience {
            topic: topic(place),
            confirmed: BTreeMap::from([("email".to_owned(), 2)]),
            filtering: 0,
            unread_filters: 0,
            pending: 0,
            is_there: true,
            policy: Some(policy),
            key: None,
        });
        evidence.roles.push(RolePermissions {
            role: role(account),
            attached: [format!("arn:aws:iam::aws:policy/service-role/{ROLE_POLICY}")].into(),
            inline: BTreeMap::new(),
            own: BTreeMap::new(),
        });
        let vaults = (0..PLANS).map(|number| vault_arn(account, region, &format!("vault-{number:02}")));
        evidence.vault_policies.extend(vaults.map(|vault| VaultPolicy { vault, policy: None }));
    }
    for (number, live) in snapshot.resources.iter().enumerate() {
        let place = TARGETS.into_iter().find(|place| place.0 == live.id.target);
        if let (Some(place), true) = (place, KINDS.contains(&live.id.kind.as_str())) {
            seen(&mut evidence, snapshot.taken_at, number, live, place);
        }
    }
    evidence.sort();
    evidence
}

/// What was seen of one thing.
fn seen(evidence: &mut Evidence, now: Timestamp, number: usize, live: &Live, place: (&str, &str, &str)) {
    let (_, account, region) = place;
    let made = || kinds::spec(&live.id.kind).and_then(|spec| spec.arn(region, account, &live.id.name));
    let Some(of) = live.arn.clone().or_else(made) else { return };
    let hours = |hours: usize| now - SignedDuration::from_hours(i64::try_from(hours).expect("it is small"));
    let points = |store: String, account: &str, region: &str, age: usize| Held {
        of: of.clone(),
        form: HeldForm::RecoveryPoints,
        store,
        account: account.to_owned(),
        region: region.to_owned(),
        usable: 35,
        unusable: 0,
        undated: 0,
        newest: Some(hours(age)),
        oldest: Some(hours(35 * 24)),
        least_days: Some(35),
        last_restore: None,
        keys: [format!("arn:aws:kms:{region}:{account}:key/{:04}", number % PLANS)].into(),
        unencrypted: 0,
        is_air_gapped: false,
        since: None,
        doubts: Vec::new(),
    };
    if !mixed(number, 11).is_multiple_of(10) {
        let vault = format!("vault-{:02}", mixed(number, 12) % PLANS);
        evidence.held.push(points(vault_arn(account, region, &vault), account, region, mixed(number, 13) % 48));
        if mixed(number, 14).is_multiple_of(3) {
            let other = if region == "us-east-1" { "eu-west-1" } else { "us-east-1" };
            let (kept, age) = ("222222222222", 24 + mixed(number, 15) % 200);
            evidence.held.push(points(vault_arn(kept, other, "copies"), kept, other, age));
        }
    }
    if mixed(number, 16).is_multiple_of(20) {
        let (began, took) =
            (hours(24 + mixed(number, 17) % 600), SignedDuration::from_mins(5 + i64::from(mixed(number, 18).is_multiple_of(2)) * 90));
        evidence.restores.push(Restore {
            of: Some(of.clone()),
            point: None,
            account: account.to_owned(),
            region: region.to_owned(),
            began: Some(began),
            ended: Some(began + took),
            status: if mixed(number, 19).is_multiple_of(10) { "FAILED" } else { "COMPLETED" }.to_owned(),
            validation: Some("SUCCESSFUL".to_owned()),
            message: None,
            plan: None,
        });
    }
    if mixed(number, 20).is_multiple_of(50) {
        let (what, status) = ("backup".to_owned(), "FAILED".to_owned());
        evidence.failures.push(FailedJob {
            of,
            what,
            at: hours(mixed(number, 21) % 48),
            status,
            message: Some("the job timed out".to_owned()),
        });
    }
}

fn vault_arn(account: &str, region: &str, vault: &str) -> String {
    format!("arn:aws:backup:{region}:{account}:backup-vault:{vault}")
}

fn finish(mut snapshot: Snapshot, mut listed: Listings) -> Snapshot {
    for target in snapshot.identities.keys() {
        for kind in kinds::audited() {
            snapshot.inventories.push(Inventory {
                kind: kind.to_owned(),
                target: target.clone(),
                names_complete: true,
                tag_filter: Some(BTreeMap::new()),
                listed: listed.remove(&(kind.to_owned(), target.clone())).unwrap_or_default(),
            });
        }
    }
    snapshot.sort();
    snapshot.evidence = Some(evidence(&snapshot));
    snapshot
}

fn role(account: &str) -> String {
    format!("arn:aws:iam::{account}:role/backups")
}

fn live(kind: &str, (target, _, region): (&str, &str, &str), name: &str, settings: Vec<(String, Value)>) -> Live {
    let id = ResourceId { kind: kind.to_owned(), target: target.to_owned(), region: region.to_owned(), name: name.to_owned() };
    let settings = settings.into_iter().map(|(at, value)| (at, Reading::Known(value))).collect();
    Live { id, settings, ..Live::default() }
}

fn setting(path: &str, value: impl Into<Value>) -> (String, Value) {
    (path.to_owned(), value.into())
}

/// A plan with three rules in a time zone of its own, a vault, and two selections.
fn plan(snapshot: &mut Snapshot, place: (&str, &str, &str), number: usize) {
    let (_, account, region) = place;
    let name = format!("plan-{number:02}");
    let vault = format!("vault-{number:02}");
    let zone = ["Etc/UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata"][number % 4];
    let other = if region == "us-east-1" { "eu-west-1" } else { "us-east-1" };
    let copy = format!("arn:aws:backup:{other}:222222222222:backup-vault:copies");
    let hour = number % 6;
    let mut settings = vec![setting("name", name.as_str())];
    let rules = [
        ("daily", format!("cron(0 {hour} * * ? *)"), 35, 60),
        ("weekly", format!("cron(0 {} ? * SUN *)", hour + 8), 90, 120),
        ("monthly", format!("cron(30 {} 1 * ? *)", hour + 14), 400, 480),
    ];
    for (rule, schedule, days, window) in rules {
        let at = path::keyed("rule", rule);
        let within = |name: &str| path::child(&at, name);
        settings.push((at.clone(), Value::from(true)));
        settings.push((within("target_vault_name"), Value::from(vault.as_str())));
        settings.push((within("schedule"), Value::from(schedule.as_str())));
        settings.push((within("schedule_expression_timezone"), Value::from(zone)));
        settings.push((within("start_window"), Value::from(window)));
        settings.push((within("completion_window"), Value::from(240 + window)));
        settings.push((within("lifecycle.delete_after"), Value::from(days)));
        if number.is_multiple_of(3) && rule != "daily" {
            let copies = path::keyed(&within("copy_action"), &copy);
            settings.push((path::child(&copies, "lifecycle.delete_after"), Value::from(days)));
            settings.push((copies, Value::from(true)));
        }
    }
    let mut made = live("aws_backup_plan", place, &name, settings);
    made.facts.insert(Live::ID.to_owned(), Value::from(name.as_str()));
    snapshot.resources.push(made);
    let mut kept = live("aws_backup_vault", place, &vault, vec![setting("name", vault.as_str())]);
    kept.settings
        .insert("kms_key_arn".to_owned(), Reading::Known(Value::from(format!("arn:aws:kms:{region}:{account}:key/{number:04}").as_str())));
    if number.is_multiple_of(2) {
        kept.facts.insert("is_locked".to_owned(), Value::from(true));
        kept.facts.insert("lock_date".to_owned(), Value::from("2025-01-01T00:00:00Z"));
        kept.facts.insert("min_retention_days".to_owned(), Value::from(7));
    }
    snapshot.resources.push(kept);
    for (selection, settings) in selections(number) {
        let mut settings = settings;
        settings.extend([setting("name", selection), setting("iam_role_arn", role(account).as_str())]);
        let mut made = live("aws_backup_selection", place, &format!("{name}/{selection}"), settings);
        made.facts.insert(Live::PARENT_ID.to_owned(), Value::from(name.as_str()));
        snapshot.resources.push(made);
    }
}

/// One selection by a tag, and one by patterns with what it leaves out and a condition.
fn selections(number: usize) -> [(&'static str, Vec<(String, Value)>); 2] {
    let pair = |block: &str, key: &str, value: &str| {
        let at = path::keyed(block, &format!("{key}/{value}"));
        vec![(path::child(&at, "key"), Value::from(key)), (path::child(&at, "value"), Value::from(value)), (at, Value::from(true))]
    };
    let texts = |texts: &[&str]| Value::set(texts.iter().map(|text| Value::from(*text)));
    let team = format!("team-{:02}", number * 3);
    let patterns = [format!("arn:aws:dynamodb:*:*:table/team-{number:02}-*"), format!("arn:aws:s3:::team-{number:02}-*")];
    let patterns: Vec<&str> = patterns.iter().map(String::as_str).collect();
    let mut by_pattern =
        vec![setting("resources", texts(&patterns)), setting("not_resources", texts(&["arn:aws:dynamodb:*:*:table/team-00-scratch-*"]))];
    by_pattern.extend(pair("condition.string_not_equals", "aws:ResourceTag/stage", "scratch"));
    [("tagged", pair("selection_tag", "backup", &team)), ("patterns", by_pattern)]
}

fn kind(number: usize) -> &'static str {
    match number / 4 % 10 {
        0..=4 => "aws_dynamodb_table",
        5..=7 => "aws_s3_bucket",
        8 => "aws_db_instance",
        _ => "aws_efs_file_system",
    }
}

/// Numbers that look like chance and are the same every time.
fn mixed(number: usize, salt: usize) -> usize {
    let mut mixed = (number.wrapping_add(1)).wrapping_mul(0x9E37_79B9).wrapping_add(salt.wrapping_mul(0x85EB_CA6B));
    mixed ^= mixed >> 15;
    mixed = mixed.wrapping_mul(0x2C1B_3C6D);
    mixed ^= mixed >> 12;
    mixed = mixed.wrapping_mul(0x297A_2D39);
    (mixed ^ (mixed >> 15)) & 0xFFFF_FFFF
}

/// A thing that holds data: about half are protected by something of their own.
fn thing(number: usize, place: (&str, &str, &str)) -> Live {
    let purpose = ["orders", "scratch", "events", "cache", "audit"][mixed(number, 1) % 5];
    let team = if mixed(number, 2).is_multiple_of(20) { "ledger".to_owned() } else { format!("team-{:02}", mixed(number, 3) % 40) };
    let name = format!("{team}-{purpose}-{number:06}");
    let is_on = mixed(number, 4).is_multiple_of(2);
    let settings = match kind(number) {
        "aws_dynamodb_table" => vec![
            setting("point_in_time_recovery.enabled", is_on),
            setting("point_in_time_recovery.recovery_period_in_days", 35),
            setting("deletion_protection_enabled", mixed(number, 5).is_multiple_of(2)),
        ],
        "aws_s3_bucket" => vec![setting("versioning.status", if is_on { "Enabled" } else { "Suspended" })],
        "aws_db_instance" => vec![
            setting("backup_retention_period", if is_on { 14 } else { 0 }),
            setting("backup_window", "03:00-04:00"),
            setting("deletion_protection", is_on),
        ],
        _ => vec![setting("backup_policy.status", if is_on { "ENABLED" } else { "DISABLED" })],
    };
    let mut live = live(kind(number), place, &name, settings);
    if kind(number) == "aws_efs_file_system" {
        live.arn = Some(format!("arn:aws:elasticfilesystem:{}:{}:file-system/fs-{number:08x}", place.2, place.1));
    }
    live
}

fn tags(number: usize) -> BTreeMap<String, String> {
    let mut tags = BTreeMap::from([
        ("team".to_owned(), format!("team-{:02}", mixed(number, 3) % 40)),
        ("stage".to_owned(), ["live", "test", "dev", "scratch"][mixed(number, 6) % 4].to_owned()),
        ("cost-centre".to_owned(), format!("{:04}", mixed(number, 7) % 300)),
    ]);
    let backup = mixed(number, 8) % 60;
    match mixed(number, 9) % 4 {
        0 | 1 => drop(tags.insert("backup".to_owned(), format!("team-{backup:02}"))),
        // Nearly right.
        2 => drop(tags.insert("Backup".to_owned(), format!("team_{backup:02}"))),
        _ => {}
    }
    match mixed(number, 10) % 5 {
        0 => drop(tags.insert("tier".to_owned(), "critical".to_owned())),
        1 | 2 => drop(tags.insert("tier".to_owned(), "standard".to_owned())),
        _ => {}
    }
    tags
}

use super::*;
use crate::model::{Identity, Inventory, Listed, Outside, Reading, ReasonCode, Value, path};

const ACCOUNT: &str = "123456789012";
const REGION: &str = "eu-west-1";
const ROLE: &str = "arn:aws:iam::123456789012:role/backups";
const TRUST: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"backup.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;

fn live(kind: &str, name: &str, settings: &[(&str, Value)]) -> Live {
    let id = ResourceId { kind: kind.to_owned(), target: "here".to_owned(), region: REGION.to_owned(), name: name.to_owned() };
    let settings = settings.iter().map(|(at, value)| ((*at).to_owned(), Reading::Known(value.clone()))).collect();
    Live { id, settings, ..Live::default() }
}

/// A snapshot that holds all that there is: one table with tags, and one selection that takes every table.
fn world(tags: Option<&[(&str, &str)]>) -> Snapshot {
    let at: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
    let mut snapshot = Snapshot::empty(at);
    let identity = Identity { account: ACCOUNT.to_owned(), arn: String::new(), region: REGION.to_owned() };
    snapshot.identities.insert("here".to_owned(), identity);
    for kind in kinds::protecting() {
        snapshot.inventories.push(Inventory {
            kind: kind.to_owned(),
            target: "here".to_owned(),
            names_complete: true,
            tag_filter: tags.map(|_| BTreeMap::new()),
            listed: Vec::new(),
        });
    }
    let table = live("aws_dynamodb_table", "orders", &[("point_in_time_recovery.enabled", Value::from(false))]);
    let inventory = snapshot.inventories.iter_mut().find(|inventory| inventory.kind == table.id.kind).unwrap();
    let tags = tags.map(|tags| tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect());
    inventory.listed.push(Listed { name: "orders".to_owned(), tags });
    let tag = path::keyed("selection_tag", "backup/daily");
    let mut selection = live(
        "aws_backup_selection",
        "shop/tagged",
        &[
            ("name", Value::from("tagged")),
            ("iam_role_arn", Value::from(ROLE)),
            (&path::child(&tag, "key"), Value::from("backup")),
            (&path::child(&tag, "value"), Value::from("daily")),
        ],
    );
    selection.facts.insert(Live::PARENT_ID.to_owned(), Value::from("plan-1"));
    let rule = path::keyed("rule", "daily");
    let mut plan = live(
        "aws_backup_plan",
        "shop",
        &[("name", Value::from("shop")), (&path::child(&rule, "target_vault_name"), Value::from("daily")), (&rule, Value::from(true))],
    );
    plan.facts.insert(Live::ID.to_owned(), Value::from("plan-1"));
    let opted_in = path::keyed("resource_type_opt_in_preference", "DynamoDB");
    snapshot.resources = vec![
        table,
        selection,
        plan,
        live("aws_backup_vault", "daily", &[("name", Value::from("daily"))]),
        live("aws_backup_region_settings", REGION, &[(&opted_in, Value::from(true))]),
    ];
    snapshot.outside.insert(ROLE.to_owned(), Outside::Role { arn: ROLE.to_owned(), trust: TRUST.to_owned() });
    snapshot.sort();
    snapshot
}

const TAGGED: Option<&[(&str, &str)]> = Some(&[("backup", "daily")]);

/// The verdict on the only thing, and its reasons.
fn told(snapshot: &Snapshot) -> (Verdict, Vec<ReasonCode>) {
    let coverage = coverage(snapshot, snapshot.taken_at);
    let only = coverage.resources.first().unwrap();
    (only.verdict, only.reasons.iter().map(|reason| reason.code).collect())
}

fn without(snapshot: &Snapshot, kind: &str) -> Snapshot {
    let mut less = snapshot.clone();
    less.resources.retain(|live| live.id.kind != kind);
    less
}

#[test]
fn what_a_selection_chooses_is_protected_by_the_rules_of_its_plan() {
    let coverage = coverage(&world(TAGGED), Timestamp::UNIX_EPOCH);
    assert!(coverage.is_complete(), "{:?}", coverage.gaps);
    let only = &coverage.resources[0];
    assert_eq!(only.verdict, Verdict::Protected);
    let crate::model::Mechanism::BackupRule(rule) = &only.mechanisms[0] else { panic!("{only:?}") };
    assert_eq!((rule.plan.as_str(), rule.rule.as_str(), rule.selection.as_str()), ("shop", "daily", "tagged"));
    assert_eq!((rule.schedule.as_str(), rule.start_window_minutes), ("cron(0 5 ? * * *)", 480), "what AWS takes where nothing is said");
    assert_eq!(rule.chosen_by, "tag backup=daily");
    assert_eq!(only.retention[0].days, None, "without a lifecycle it is kept for ever");
}

#[test]
fn each_thing_that_is_missing_is_the_reason() {
    let all = world(TAGGED);
    assert_eq!(told(&without(&all, "aws_backup_selection")).1[1], ReasonCode::NoSelection);
    assert_eq!(told(&without(&all, "aws_backup_vault")).1[0], ReasonCode::PlanBroken);
    assert_eq!(told(&world(Some(&[("backup", "weekly")]))).1[1], ReasonCode::NoTagMatched);
    assert_eq!(told(&world(Some(&[("Backup", "daily")]))).1[0], ReasonCode::NearMiss);
    let with = |kind: &str, setting: &str, value: bool| {
        let mut other = without(&all, kind);
        other.resources.push(live(kind, REGION, &[(setting, Value::from(value))]));
        other.sort();
        other
    };
    let settings = "aws_backup_region_settings";
    let here = path::keyed("resource_type_opt_in_preference", "DynamoDB");
    let other = path::keyed("resource_type_opt_in_preference", "S3");
    assert_eq!(told(&with(settings, &here, false)), (Verdict::Unprotected, vec![ReasonCode::OptInOff, ReasonCode::SwitchedOff]));
    assert_eq!(told(&with(settings, &other, true)).1[0], ReasonCode::TypeNotInRegion);
    let mut refused = all.clone();
    refused.outside.insert(ROLE.to_owned(), Outside::Absent);
    assert_eq!(told(&refused).1[0], ReasonCode::RoleRefused);
}

#[test]
fn what_was_not_read_is_unknown() {
    let all = world(TAGGED);
    assert_eq!(told(&world(None)).0, Verdict::Unknown, "its tags decide");
    assert_eq!(told(&without(&all, "aws_backup_region_settings")).0, Verdict::Unknown);
    let mut no_role = all.clone();
    no_role.outside.clear();
    assert_eq!(told(&no_role).0, Verdict::Unknown);
    let mut no_table = without(&all, "aws_dynamodb_table");
    assert_eq!(told(&no_table).0, Verdict::Protected, "what a selection takes is backed up whatever its own settings are");
    no_table.resources.retain(|live| live.id.kind != "aws_backup_selection");
    assert_eq!(told(&no_table).0, Verdict::Unknown, "it was listed, and not read");
    let mut little = all.clone();
    little.inventories.retain(|inventory| inventory.kind == "aws_dynamodb_table");
    let coverage = coverage(&little, little.taken_at);
    assert!(!coverage.is_complete() && coverage.gaps.iter().all(|gap| gap.cause == Cause::NotRecorded), "{:?}", coverage.gaps);
}

#[test]
fn a_thing_in_a_region_that_no_target_reads_is_unknown_unless_something_of_its_own_protects_it() {
    let mut away = world(TAGGED);
    for table in away.resources.iter_mut().filter(|live| live.id.kind == "aws_dynamodb_table") {
        table.id.region = "eu-central-1".to_owned();
    }
    assert_eq!(told(&away).0, Verdict::Unknown);
    for table in away.resources.iter_mut().filter(|live| live.id.kind == "aws_dynamodb_table") {
        table.settings.insert("point_in_time_recovery.enabled".to_owned(), Reading::Known(Value::from(true)));
    }
    assert_eq!(told(&away).0, Verdict::Protected);
}

#[test]
fn the_order_in_which_aws_answered_does_not_show() {
    let snapshot = world(TAGGED);
    let mut turned = snapshot.clone();
    turned.resources.reverse();
    turned.inventories.reverse();
    assert_eq!(coverage(&snapshot, snapshot.taken_at), coverage(&turned, snapshot.taken_at));
}

#[test]
fn the_readme_names_every_action_that_an_audit_needs() {
    let readme = include_str!("../../README.md");
    let mut missing: BTreeSet<&str> = BTreeSet::new();
    let audited = kinds::audited();
    for spec in kinds::all().map(kinds::Kind::spec) {
        let reads = spec.settings.iter().flat_map(|setting| setting.reads.iter()).chain(spec.inventory_actions);
        let reads = reads.filter(|_| audited.contains(spec.name)).chain(spec.evidence_actions);
        missing.extend(reads.filter(|action| !readme.contains(&format!("`{action}`"))).copied());
    }
    assert_eq!(missing, BTreeSet::new());
}

//! Plans of a small world: a policy, the tables that are live, and what the plan says of them.

use super::*;
use crate::kinds;
use crate::model::{Action, Consent, Effect, Identity, Inventory, Listed, Live, Reading, ResourceId, Safer, Sources, Value, Verb};
use crate::policy::{self, load::Files};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::path::PathBuf;

const PITR: &str = "point_in_time_recovery.enabled";
const PERIOD: &str = "point_in_time_recovery.recovery_period_in_days";
const PROTECTION: &str = "deletion_protection_enabled";

fn policy(text: &str) -> Policy {
    let mut sources = Sources::default();
    let id = sources.add("policy.hcl", text);
    let files = Files { sources, policy: vec![id], folder: PathBuf::from("."), ..Files::default() };
    let checked = policy::check_files(files, &[]);
    assert!(checked.is_good(), "{:#?}", checked.problems);
    checked.policy
}

/// A table: its name, whether PITR is on, its period, and whether it is protected from deletion.
#[derive(Clone, Copy, Debug)]
struct Table(&'static str, bool, i64, bool);

impl Table {
    fn live(self) -> Live {
        let period = if self.1 { Reading::Known(Value::from(self.2)) } else { Reading::Unset };
        let settings = [(PITR, Reading::Known(self.1.into())), (PERIOD, period), (PROTECTION, Reading::Known(self.3.into()))];
        Live {
            arn: None,
            mark: None,
            id: ResourceId { kind: "aws_dynamodb_table".into(), target: "default".into(), region: "us-east-1".into(), name: self.0.into() },
            replica_of: None,
            replicas: Some(Vec::new()),
            settings: settings.map(|(path, reading)| (path.to_owned(), reading)).into(),
            facts: BTreeMap::from([("earliest_restorable".to_owned(), Value::from("2026-10-17T12:00:00Z"))]),
        }
    }
}

fn world(tables: &[Table]) -> Snapshot {
    let mut snapshot = Snapshot::empty("2026-11-21T12:00:00Z".parse().unwrap());
    let identity = Identity { account: "123456789012".into(), arn: "arn:aws:iam::123456789012:user/me".into(), region: "us-east-1".into() };
    snapshot.identities.insert("default".into(), identity);
    snapshot.resources = tables.iter().map(|table| table.live()).collect();
    snapshot.inventories = vec![Inventory {
        kind: "aws_dynamodb_table".into(),
        target: "default".into(),
        names_complete: true,
        tag_filter: Some(BTreeMap::new()),
        listed: tables.iter().map(|table| Listed { name: table.0.into(), tags: None }).collect(),
    }];
    snapshot.sort();
    snapshot
}

fn protect(body: &str) -> String {
    format!("protect \"aws_dynamodb_table\" \"all\" {{\n  select {{ names = [\"*\"] }}\n{body}\n}}\n")
}

fn pitr(enabled: bool, days: Option<i64>) -> String {
    let days = days.map(|days| format!("\n    recovery_period_in_days = {days}")).unwrap_or_default();
    protect(&format!("  point_in_time_recovery {{\n    enabled = {enabled}{days}\n  }}"))
}

fn planned(text: &str, tables: &[Table]) -> Plan {
    plan(&policy(text), &world(tables), &Request::default()).expect("the policy fits the world")
}

/// What the plan says, a line for each change.
fn told(plan: &Plan) -> Vec<String> {
    let line = |action: &Action, change: &crate::model::Change| {
        let consent = match &change.consent {
            Consent::NotNeeded => "",
            Consent::Waiver { .. } => " waived",
            Consent::Flag => " flagged",
            Consent::Missing { .. } => " BLOCKED",
        };
        format!("{} {} {} -> {} {}{consent}", action.id.name, change.setting, change.before, change.after, change.effect)
    };
    plan.actions.iter().flat_map(|action| action.changes.iter().map(move |change| line(action, change))).collect()
}

#[test]
fn enabling_shows_the_period_that_comes_along() {
    let plan = planned(&pitr(true, None), &[Table("Aaa", false, 0, false)]);
    assert_eq!(
        told(&plan),
        [
            "Aaa point_in_time_recovery.enabled false -> true strengthens",
            "Aaa point_in_time_recovery.recovery_period_in_days (unset) -> 35 strengthens",
        ]
    );
    assert_eq!(plan.actions[0].changes[1].because, None, "nobody declared it");
}

#[test]
fn a_period_that_is_not_declared_is_kept() {
    assert!(!planned(&pitr(true, None), &[Table("Aaa", true, 7, false)]).has_changes());
}

#[test]
fn every_direction_has_its_effect() {
    let cases = [
        (pitr(true, Some(35)), Table("Aaa", true, 7, false), Some(Effect::Strengthens)),
        (pitr(true, Some(7)), Table("Aaa", true, 35, false), Some(Effect::LosesData)),
        (pitr(true, Some(7)), Table("Aaa", false, 0, false), Some(Effect::Strengthens)),
        (pitr(false, None), Table("Aaa", true, 35, false), Some(Effect::LosesData)),
        (pitr(false, None), Table("Aaa", false, 0, false), None),
        (protect("  deletion_protection_enabled = true"), Table("Aaa", true, 35, false), Some(Effect::Strengthens)),
        (protect("  deletion_protection_enabled = false"), Table("Aaa", true, 35, true), Some(Effect::Weakens)),
    ];
    for (text, table, effect) in cases {
        assert_eq!(planned(&text, &[table]).actions[0].effect(), effect, "{text} of {table:?}");
    }
}

#[test]
fn shortening_says_which_days_go_and_that_it_saves_no_money() {
    let plan = planned(&pitr(true, Some(7)), &[Table("Aaa", true, 35, false)]);
    insta::assert_snapshot!(plan.actions[0].changes[0].consequence.clone().unwrap(), @"restore points from 2026-10-17 12:00 UTC to 2026-11-14 12:00 UTC are deleted at once (28 days); it saves no money, as the price of PITR does not depend on the period");
}

#[test]
fn an_unreadable_setting_is_unknown_and_is_never_changed() {
    let mut snapshot = world(&[Table("Aaa", false, 0, false)]);
    for setting in [PITR, PERIOD] {
        snapshot.resources[0].settings.insert(setting.into(), Reading::Unreadable { cause: "denied".into() });
    }
    let plan = plan(&policy(&pitr(true, Some(35))), &snapshot, &Request::default()).unwrap();
    assert_eq!(plan.actions[0].verb, Verb::Unknown);
    assert!(plan.actions[0].changes.is_empty());
    assert!(!plan.is_complete());
}

#[test]
fn an_unreadable_setting_beside_a_change_leaves_the_plan_incomplete() {
    let mut snapshot = world(&[Table("Aaa", false, 0, false)]);
    snapshot.resources[0].settings.remove(PITR);
    snapshot.resources[0].settings.remove(PERIOD);
    let text = protect("  point_in_time_recovery {\n    enabled = true\n  }\n  deletion_protection_enabled = true");
    let plan = plan(&policy(&text), &snapshot, &Request::default()).unwrap();
    assert_eq!(plan.actions[0].verb, Verb::Update);
    assert!(!plan.is_complete(), "nothing is known of PITR");
}

#[test]
fn what_one_target_did_not_read_another_may_have() {
    let text = "target \"us\" {\n  region = \"us-east-1\"\n}\ntarget \"eu\" {\n  region = \"eu-west-1\"\n}\n\
                protect \"aws_dynamodb_table\" \"a\" {\n  target = target.us\n  select { names = [\"Aaa\"] }\n  deletion_protection_enabled = true\n}\n\
                protect \"aws_dynamodb_table\" \"b\" {\n  target = target.eu\n  replicas = []\n  select { names = [\"Aaa\"] }\n  point_in_time_recovery {\n    enabled = true\n  }\n}\n";
    let mut snapshot = Snapshot::empty("2026-11-21T12:00:00Z".parse().unwrap());
    for (target, region) in [("us", "us-east-1"), ("eu", "eu-west-1")] {
        snapshot.identities.insert(target.into(), Identity { account: "123456789012".into(), arn: String::new(), region: region.into() });
    }
    let read = |target: &str, region: &str, settings: &[(&str, bool)]| {
        let mut live = Table("Aaa", false, 0, false).live();
        live.id.target = target.into();
        live.id.region = region.into();
        live.settings = settings.iter().map(|(path, on)| ((*path).to_owned(), Reading::Known((*on).into()))).collect();
        live
    };
    let home = Live { replicas: Some(vec!["eu-west-1".into()]), ..read("us", "us-east-1", &[(PROTECTION, true)]) };
    let replica = Live { replica_of: Some("us-east-1".into()), ..read("us", "eu-west-1", &[(PROTECTION, false)]) };
    snapshot.resources = vec![home, replica, read("eu", "eu-west-1", &[(PITR, false)])];
    snapshot.sort();
    let plan = plan(&policy(text), &snapshot, &Request::default()).unwrap();
    let changed: Vec<&str> = plan.actions.iter().flat_map(|action| &action.changes).map(|change| change.setting.as_str()).collect();
    assert_eq!(changed, [PITR, PERIOD, PROTECTION], "one row in eu-west-1 with what both blocks want");
    assert!(plan.is_complete());
}

#[test]
fn a_snapshot_of_another_region_or_account_says_nothing_of_this_one() {
    for target in ["region = \"eu-west-1\"", "account_id = \"111122223333\""] {
        let text = format!("target \"default\" {{\n  {target}\n}}\n{}", pitr(true, None));
        let plan = plan(&policy(&text), &world(&[Table("Aaa", true, 35, false)]), &Request::default()).unwrap();
        assert!(plan.actions.is_empty(), "{target}");
        assert!(!plan.is_complete(), "{target}");
    }
}

#[test]
fn a_gap_of_one_table_does_not_hide_that_another_block_was_not_listed() {
    let mut snapshot = world(&[]);
    snapshot.inventories.clear();
    snapshot.gaps.push(crate::model::Gap {
        target: "default".into(),
        region: "us-east-1".into(),
        kind: Some("aws_dynamodb_table".into()),
        resource: Some("Other".into()),
        action: "dynamodb:DescribeTable".into(),
        cause: crate::model::Cause::Denied,
        message: "denied".into(),
    });
    let plan = plan(&policy(&pitr(true, None)), &snapshot, &Request::default()).unwrap();
    assert_eq!(plan.gaps.len(), 2);
}

#[test]
fn only_that_matches_nothing_is_an_error() {
    let request = Request { only: vec!["aws_dynamodb_table.al".into()], ..Request::default() };
    let problems = plan(&policy(&pitr(true, None)), &world(&[Table("Aaa", true, 35, false)]), &request).unwrap_err();
    assert_eq!(problems[0].code, Code::SelectsNothing);
}

#[test]
fn the_name_that_is_missing_is_the_one_that_is_blamed() {
    let text = "protect \"aws_dynamodb_table\" \"a\" {\n  select { names = [\"MyOrders\", \"Orders\"] }\n  deletion_protection_enabled = true\n}\n";
    let mut snapshot = world(&[Table("MyOrders", true, 35, false)]);
    snapshot.inventories.clear();
    snapshot.absent = vec![ResourceId { name: "Orders".into(), ..snapshot.resources[0].id.clone() }];
    let problems = plan(&policy(text), &snapshot, &Request::default()).unwrap_err();
    assert!(problems[0].title.contains("`Orders`"), "{}", problems[0].title);
}

#[test]
fn a_replica_that_comes_or_goes_stops_nobody() {
    let mut snapshot = world(&[Table("Aaa", true, 35, false)]);
    snapshot.resources[0].replicas = Some(vec!["eu-west-1".into()]);
    snapshot.absent = vec![ResourceId { region: "eu-west-1".into(), ..snapshot.resources[0].id.clone() }];
    let plan = plan(&policy(&pitr(true, None)), &snapshot, &Request::default()).unwrap();
    assert!(plan.notes[0].text.contains("no replica in eu-west-1 at this moment"), "{:?}", plan.notes);
}

#[test]
fn a_waiver_lets_through_exactly_its_value_until_it_expires() {
    let waiver = |to: i64, expires: &str| {
        format!(
            "waiver \"w\" {{\n  address = \"aws_dynamodb_table.all\"\n  setting = \"{PERIOD}\"\n  to = {to}\n  reason = \"r\"\n  approved_by = \"me\"\n  expires = \"{expires}\"\n}}\n"
        )
    };
    let with = |waiver: String| planned(&(pitr(true, Some(7)) + &waiver), &[Table("Aaa", true, 35, false)]);
    assert!(told(&with(waiver(7, "2026-11-21")))[0].ends_with("waived"), "the last day counts");
    assert!(told(&with(waiver(7, "2026-11-20")))[0].ends_with("BLOCKED"));
    assert!(told(&with(waiver(8, "2027-01-01")))[0].ends_with("BLOCKED"));
    let unused = with(waiver(8, "2027-01-01"));
    let done = planned(&(pitr(true, Some(7)) + &waiver(7, "2027-01-01")), &[Table("Aaa", true, 7, false)]);
    assert!(done.notes.iter().any(|note| note.text.contains("has nothing left to let through")), "{:?}", done.notes);
    let back = planned(&(pitr(true, Some(9)) + &waiver(7, "2027-01-01")), &[Table("Aaa", true, 7, false)]);
    assert!(back.notes.iter().all(|note| !note.text.contains("has nothing left")), "it is about to be 9: {:?}", back.notes);
    let half = planned(&(pitr(true, Some(9)) + &waiver(7, "2027-01-01")), &[Table("Aaa", true, 7, false), Table("Bbb", true, 9, false)]);
    assert!(half.notes.iter().all(|note| !note.text.contains("has nothing left")), "of Bbb it is not so: {:?}", half.notes);
    assert!(unused.notes.iter().any(|note| note.text.contains("lets nothing through in this plan")), "{:?}", unused.notes);
}

#[test]
fn a_printed_waiver_has_a_label_that_the_policy_does_not_have() {
    let label = "aws-dynamodb-table-all-aaa-recovery-period-in-days";
    let other = |label: &str| {
        format!(
            "waiver \"{label}\" {{\n  address = \"aws_dynamodb_table.all\"\n  setting = \"{PERIOD}\"\n  to = 8\n  reason = \"r\"\n  approved_by = \"me\"\n  expires = \"2027-01-01\"\n}}\n"
        )
    };
    let printed = |more: String| {
        let plan = planned(&(pitr(true, Some(7)) + &more), &[Table("Aaa", true, 35, false)]);
        match &plan.actions[0].changes[0].consent {
            Consent::Missing { waiver } => waiver.clone().unwrap().lines().next().unwrap().to_owned(),
            consent => panic!("{consent:?}"),
        }
    };
    assert_eq!(printed(String::new()), format!("waiver \"{label}\" {{"));
    assert_eq!(printed(other(label)), format!("waiver \"{label}-2\" {{"));
}

#[test]
fn flags_consent_to_weakening_by_address_or_block() {
    for flag in ["aws_dynamodb_table.all", "aws_dynamodb_table.all[\"Aaa\"]", "*"] {
        let request = Request { consents: Consents { weakening: vec![flag.into()], ..Consents::default() }, ..Request::default() };
        let plan = plan(&policy(&pitr(false, None)), &world(&[Table("Aaa", true, 35, false)]), &request).unwrap();
        assert!(told(&plan)[0].ends_with("flagged"), "{flag}");
    }
    let other =
        Request { consents: Consents { weakening: vec!["aws_dynamodb_table.al".into()], ..Consents::default() }, ..Request::default() };
    assert!(plan(&policy(&pitr(false, None)), &world(&[Table("Aaa", true, 35, false)]), &other).unwrap().blocked().next().is_some());
}

#[test]
fn what_strengthens_comes_before_what_weakens_anywhere() {
    let text = "protect \"aws_dynamodb_table\" \"a\" {\n  select { names = [\"Aaa\"] }\n  deletion_protection_enabled = false\n}\n\
                protect \"aws_dynamodb_table\" \"z\" {\n  select { names = [\"Zzz\"] }\n  deletion_protection_enabled = true\n}\n";
    let plan = planned(text, &[Table("Aaa", true, 35, true), Table("Zzz", true, 35, false)]);
    let order: Vec<&str> = order::steps(&plan).iter().map(|step| step.action.id.name.as_str()).collect();
    assert_eq!(order, ["Zzz", "Aaa"]);
}

#[test]
fn a_block_waits_for_the_block_that_it_refers_to() {
    let text = "protect \"aws_dynamodb_table\" \"a\" {\n  select { names = [\"Aaa\"] }\n  deletion_protection_enabled = aws_dynamodb_table.z.deletion_protection_enabled\n}\n\
                protect \"aws_dynamodb_table\" \"z\" {\n  select { names = [\"Zzz\"] }\n  deletion_protection_enabled = true\n}\n";
    let plan = planned(text, &[Table("Aaa", true, 35, false), Table("Zzz", true, 35, false)]);
    let steps = order::steps(&plan);
    let order: Vec<&str> = steps.iter().map(|step| step.action.id.name.as_str()).collect();
    assert_eq!(order, ["Zzz", "Aaa"]);
    assert_eq!(steps[1].needs, ["aws_dynamodb_table.z"]);
}

#[test]
fn two_blocks_that_disagree_are_an_error_and_that_agree_are_one_row() {
    let block = |name: &str, on: bool| {
        format!(
            "protect \"aws_dynamodb_table\" \"{name}\" {{\n  select {{ names = [\"Aaa\"] }}\n  deletion_protection_enabled = {on}\n}}\n"
        )
    };
    let world = world(&[Table("Aaa", true, 35, false)]);
    let problems = plan(&policy(&(block("a", true) + &block("b", false))), &world, &Request::default()).unwrap_err();
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].code, Code::ConflictingClaims);
    let plan = plan(&policy(&(block("a", true) + &block("b", true))), &world, &Request::default()).unwrap();
    assert_eq!(plan.actions.len(), 1);
    assert_eq!(plan.actions[0].also, ["aws_dynamodb_table.b[\"Aaa\"]"]);
}

#[test]
fn a_listed_gap_is_no_absence() {
    let mut snapshot = world(&[]);
    snapshot.inventories.clear();
    let plan = plan(&policy(&pitr(true, None)), &snapshot, &Request::default()).unwrap();
    assert_eq!(plan.gaps.len(), 1, "nothing was listed, so nothing is known");
    assert!(!plan.is_complete());
}

fn any_table() -> impl Strategy<Value = Table> {
    (prop::sample::select(vec!["Aaa", "B", "C", "D"]), any::<bool>(), 1_i64..=35, any::<bool>())
        .prop_map(|(name, on, days, protected)| Table(name, on, days, protected))
}

fn any_tables() -> impl Strategy<Value = Vec<Table>> {
    prop::collection::vec(any_table(), 1..4).prop_map(|mut tables| {
        tables.sort_by_key(|table| table.0);
        tables.dedup_by_key(|table| table.0);
        tables
    })
}

fn any_policy() -> impl Strategy<Value = String> {
    (prop::option::of((any::<bool>(), prop::option::of(1_i64..=35))), any::<bool>()).prop_map(|(backups, protected)| {
        let backups = backups.map(|(on, days)| {
            let days = days.filter(|_| on).map(|days| format!("\n    recovery_period_in_days = {days}")).unwrap_or_default();
            format!("  point_in_time_recovery {{\n    enabled = {on}{days}\n  }}\n")
        });
        protect(&format!("{}  deletion_protection_enabled = {protected}", backups.unwrap_or_default()))
    })
}

/// What AWS would have after the plan's changes, by the rules of AWS-SEMANTICS A1.
fn after(snapshot: &Snapshot, plan: &Plan) -> Snapshot {
    let mut after = snapshot.clone();
    for action in &plan.actions {
        let live = after.resources.iter_mut().find(|live| live.id == action.id).unwrap();
        for change in &action.changes {
            live.settings.insert(change.setting.clone(), Reading::Known(change.after.clone()));
        }
        if live.settings.get(PITR) == Some(&Reading::Known(false.into())) {
            live.settings.insert(PERIOD.into(), Reading::Unset);
        }
    }
    after
}

proptest! {
    #[test]
    fn after_its_own_changes_a_plan_is_empty(text in any_policy(), tables in any_tables()) {
        let (policy, world) = (policy(&text), world(&tables));
        let first = plan(&policy, &world, &Request::default()).unwrap();
        let second = plan(&policy, &after(&world, &first), &Request::default()).unwrap();
        prop_assert!(!second.has_changes(), "{:?}", told(&second));
    }

    #[test]
    fn the_same_input_gives_the_same_plan(text in any_policy(), tables in any_tables()) {
        let (policy, world) = (policy(&text), world(&tables));
        let mut shuffled = world.clone();
        shuffled.resources.reverse();
        shuffled.inventories[0].listed.reverse();
        shuffled.sort();
        let bytes = |world: &Snapshot| serde_json::to_string(&plan(&policy, world, &Request::default()).unwrap()).unwrap();
        prop_assert_eq!(bytes(&world), bytes(&shuffled));
    }

    #[test]
    fn nothing_weakens_without_consent(text in any_policy(), tables in any_tables()) {
        for action in planned(&text, &tables).actions {
            for change in action.changes {
                // Said here a second time, by the words of the rule and not by the table.
                let number = |reading: &Reading| match reading { Reading::Known(value) => value.as_i64(), _ => None };
                let less = match (&change.before, &change.after) {
                    (Reading::Known(Value::Bool(true)), Value::Bool(false)) => true,
                    (before, after) => number(before).zip(after.as_i64()).is_some_and(|(before, after)| after < before),
                };
                prop_assert_eq!(less, change.is_blocked(), "{:?}", change);
            }
        }
    }

    #[test]
    fn every_step_needs_only_steps_before_it(text in any_policy(), tables in any_tables()) {
        let plan = planned(&text, &tables);
        for (place, step) in order::steps(&plan).iter().enumerate() {
            prop_assert!(step.after.is_none_or(|needed| needed < place));
        }
    }

    #[test]
    fn a_plan_survives_its_file(text in any_policy(), tables in any_tables()) {
        let plan = planned(&text, &tables);
        let json = serde_json::to_value(&plan).unwrap();
        prop_assert_eq!(serde_json::from_value::<Plan>(json).unwrap(), plan);
    }
}

#[test]
fn every_setting_of_every_kind_is_documented_and_has_both_directions() {
    for spec in kinds::all().map(kinds::Kind::spec) {
        for setting in spec.settings {
            let directions: &[&str] = match setting.safer {
                Safer::Neither => &[],
                // What is judged by hand may have one direction that counts.
                Safer::By(_) => &[setting.when_weaker],
                _ => &[setting.when_safer, setting.when_weaker],
            };
            for text in [setting.doc, setting.normalisation, setting.source].iter().chain(directions) {
                assert!(text.len() > 10, "{}.{}", spec.name, setting.path);
            }
            assert!(!setting.reads.is_empty() && !setting.writes.is_empty(), "{}.{}", spec.name, setting.path);
            assert!(
                Value::from(setting.aws_default) == Value::Null || setting.shape.accept(&setting.aws_default.into()).is_ok(),
                "the default of {}.{} is no value of it",
                spec.name,
                setting.path
            );
        }
    }
}

#[test]
fn whatever_a_pattern_matches_starts_as_it_says() {
    let addresses = [r#"t.all["a"]"#, r#"t.all["a/b"]"#, r#"t.all["b"]"#, "t.all", "t.other", r#"t.a\"b"#];
    let patterns = ["t.all", r#"t.all["a"]"#, r#"t.all["*"]"#, "t.*", "*", "?.all", r#"t.a\"b"#];
    for pattern in patterns.map(AddressPattern::new) {
        let matched: Vec<&str> = addresses.into_iter().filter(|address| pattern.matches(address)).collect();
        assert!(!matched.is_empty(), "{}", pattern.text);
        assert!(matched.iter().all(|address| address.starts_with(pattern.start())), "{}", pattern.text);
    }
}

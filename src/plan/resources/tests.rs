//! What becomes of declared and owned things, line by line of the table above.

use crate::model::{Action, Gap, Identity, Inventory, Live, Mark, Plan, Policy, Reading, ResourceId, Snapshot, Sources, Value};
use crate::plan::{Request, order, plan};
use crate::policy::{self, load::Files};
use std::path::PathBuf;

const VAULT: &str = "resource \"aws_backup_vault\" \"daily\" { name = \"shop-daily\" }";
const ADOPTED: &str = "resource \"aws_backup_vault\" \"daily\" {\n  name  = \"shop-daily\"\n  adopt = true\n}";
const PLAN: &str = "resource \"aws_backup_plan\" \"daily\" {\n  name = \"shop\"\n  rule {\n    rule_name         = \"daily\"\n    target_vault_name = aws_backup_vault.daily.name\n  }\n}";
const SELECTION: &str = "resource \"aws_backup_selection\" \"all\" {\n  name         = \"all\"\n  plan_id      = aws_backup_plan.daily.id\n  iam_role_arn = \"arn:aws:iam::123456789012:role/backups\"\n  resources    = [\"*\"]\n}";

fn policy(blocks: &[&str]) -> Policy {
    let text = format!("backstay {{ workspace = \"shop\" }}\n{}\n", blocks.join("\n"));
    let mut sources = Sources::default();
    let id = sources.add("policy.hcl", &text);
    let files = Files { sources, policy: vec![id], folder: PathBuf::from("."), ..Files::default() };
    let checked = policy::check_files(files, &[]);
    assert!(checked.is_good(), "{:#?}", checked.problems);
    checked.policy
}

#[expect(clippy::unnecessary_wraps, reason = "it stands beside `None`")]
fn mark(workspace: &str, address: &str) -> Option<Mark> {
    Some(Mark { workspace: workspace.into(), address: address.into() })
}

fn thing(kind: &str, name: &str, mark: Option<Mark>) -> Live {
    let id = ResourceId { kind: kind.into(), target: "default".into(), region: "us-east-1".into(), name: name.into() };
    let own_name = name.rsplit('/').next().unwrap_or_default();
    let mut live = Live { id, mark, ..Live::default() };
    live.set([("name", Reading::Known(Value::from(own_name)))]);
    live.facts.insert(Live::ID.into(), Value::from(format!("id-of-{name}")));
    live
}

fn vault(name: &str, points: i64, mark: Option<Mark>) -> Live {
    let mut live = thing("aws_backup_vault", name, mark);
    live.facts.insert("recovery_points".into(), Value::from(points));
    live
}

fn ours(points: i64) -> Live {
    vault("shop-daily", points, mark("shop", "aws_backup_vault.daily"))
}

fn world(resources: Vec<Live>) -> Snapshot {
    let mut snapshot = Snapshot::empty("2026-11-21T12:00:00Z".parse().unwrap());
    let identity = Identity { account: "123456789012".into(), arn: "arn:aws:iam::123456789012:user/me".into(), region: "us-east-1".into() };
    snapshot.identities.insert("default".into(), identity);
    snapshot.resources = resources;
    for kind in ["aws_backup_plan", "aws_backup_selection", "aws_backup_vault"] {
        let (kind, target) = (kind.to_owned(), "default".to_owned());
        snapshot.inventories.push(Inventory { kind, target, names_complete: true, tag_filter: None, listed: Vec::new() });
    }
    snapshot.sort();
    snapshot
}

fn of(blocks: &[&str], snapshot: &Snapshot) -> Plan {
    plan(&policy(blocks), snapshot, &Request::default()).expect("the policy fits the world")
}

/// What a plan does, a line for each action, and what it notes.
fn told(plan: &Plan) -> Vec<String> {
    let line = |action: &Action| {
        let verb = format!("{:?}", action.verb).to_lowercase();
        let refused = action.refused.as_ref().map(|refusal| format!(" {}", refusal.code)).unwrap_or_default();
        format!("{} {verb} {}{refused}", action.address, action.id.name)
    };
    plan.actions.iter().map(line).chain(plan.notes.iter().map(|note| note.text.clone())).collect()
}

fn decided(blocks: &[&str], resources: Vec<Live>) -> Vec<String> {
    told(&of(blocks, &world(resources)))
}

#[test]
fn a_declared_thing_is_made_kept_taken_over_or_refused() {
    let theirs = || vault("shop-daily", 0, mark("other", "aws_backup_vault.daily"));
    let nobodys = || vault("shop-daily", 0, None);
    let renamed_block = vault("shop-daily", 0, mark("shop", "aws_backup_vault.old"));
    let cases = [
        (VAULT, vec![], "aws_backup_vault.daily create shop-daily"),
        (VAULT, vec![ours(0)], "aws_backup_vault.daily noop shop-daily"),
        (VAULT, vec![renamed_block], "aws_backup_vault.daily update shop-daily"),
        (VAULT, vec![nobodys()], "aws_backup_vault.daily noop shop-daily BKS0403"),
        (ADOPTED, vec![nobodys()], "aws_backup_vault.daily update shop-daily"),
        (VAULT, vec![theirs()], "aws_backup_vault.daily noop shop-daily BKS0403"),
        (ADOPTED, vec![theirs()], "aws_backup_vault.daily noop shop-daily BKS0403"),
    ];
    for (block, live, expected) in cases {
        assert_eq!(decided(&[block], live), [expected]);
    }
}

#[test]
fn what_is_no_longer_declared_goes_unless_it_holds_what_must_stay() {
    let nothing = |live| decided(&["variable \"x\" { default = 1 }"], vec![live]);
    assert_eq!(nothing(ours(0))[0], "aws_backup_vault.daily delete shop-daily");
    assert!(nothing(ours(2))[0].contains("stays all the same: it holds 2 recovery points"));
    assert_eq!(decided(&["removed { from = aws_backup_vault.daily }"], vec![ours(2)])[0], "aws_backup_vault.daily update shop-daily");
    assert!(!nothing(vault("shop-daily", 0, mark("other", "aws_backup_vault.daily")))[0].contains("delete"));
}

#[test]
fn another_name_is_another_thing_and_the_old_one_needs_consent_to_go() {
    let before = |name, points| vault(name, points, mark("shop", "aws_backup_vault.daily"));
    let renamed = of(&[VAULT], &world(vec![before("old", 0)]));
    assert_eq!(told(&renamed), ["aws_backup_vault.daily create shop-daily", "aws_backup_vault.daily[\"old\"] delete old"]);
    assert!(renamed.actions[1].changes[0].effect.needs_consent());
    let stays = decided(&[VAULT], vec![before("old", 1)]);
    assert_eq!(stays[0], "aws_backup_vault.daily create shop-daily");
    assert!(stays[1].starts_with("backup vault `old` is no longer declared and stays"));
}

#[test]
fn a_name_that_another_workspace_has_is_refused_also_for_a_block_that_was_renamed() {
    let ours = vault("mine", 0, mark("shop", "aws_backup_vault.daily"));
    let theirs = vault("shop-daily", 0, mark("other", "aws_backup_vault.theirs"));
    let plan = of(&[VAULT], &world(vec![ours, theirs]));
    assert!(plan.actions.iter().any(|action| action.refused.is_some()));
    assert!(!plan.actions.iter().any(|action| action.id.name == "shop-daily" && action.changes_anything()));
}

#[test]
fn what_goes_goes_when_nothing_refers_to_it_any_more() {
    let mut live = thing("aws_backup_plan", "shop", mark("shop", "aws_backup_plan.daily"));
    live.set([("rule[\"daily\"]", Reading::Known(true.into())), ("rule[\"daily\"].target_vault_name", Reading::Known("old".into()))]);
    let plan = of(&[VAULT, PLAN], &world(vec![vault("old", 0, mark("shop", "aws_backup_vault.daily")), live]));
    let steps: Vec<_> = order::steps(&plan)
        .iter()
        .map(|step| (step.action.address.clone(), step.phase, step.needs.clone()))
        .map(|(a, p, n)| format!("{a} {p:?} {n:?}"))
        .collect();
    assert_eq!(
        steps,
        [
            "aws_backup_vault.daily First []",
            "aws_backup_plan.daily First [\"aws_backup_vault.daily\"]",
            "aws_backup_vault.daily[\"old\"] Removal [\"aws_backup_plan.daily\"]",
        ]
    );
}

#[test]
fn nothing_is_made_where_nobody_knows_whether_it_is_there() {
    let mut blind = world(Vec::new());
    blind.inventories.retain(|inventory| inventory.kind != "aws_backup_plan");
    let expected =
        ["aws_backup_plan.daily unknown shop", "aws_backup_selection.all unknown shop/all", "aws_backup_vault.daily create shop-daily"];
    assert_eq!(told(&of(&[VAULT, PLAN, SELECTION], &blind)), expected, "a part of what is unknown is unknown");
    let mut markless = world(Vec::new());
    let cause = crate::model::Cause::Denied;
    let (target, region) = ("default".to_owned(), "us-east-1".to_owned());
    markless.gaps.push(Gap { target, region, kind: None, resource: None, action: "tag:GetResources".into(), cause, message: "no".into() });
    assert_eq!(told(&of(&[VAULT], &markless)), ["aws_backup_vault.daily unknown shop-daily"], "it may be there under its old name");
}

#[test]
fn parts_follow_their_whole() {
    let whole = |mark| thing("aws_backup_plan", "shop", mark);
    let part = || {
        let mut part = thing("aws_backup_selection", "shop/by-hand", None);
        part.facts.insert(Live::PARENT_ID.into(), Value::from("id-of-shop"));
        part
    };
    let own = || whole(mark("shop", "aws_backup_plan.daily"));
    assert_eq!(decided(&["removed { from = aws_backup_plan.daily }"], vec![own(), part()])[0], "aws_backup_plan.daily update shop");
    assert_eq!(
        decided(&["removed { from = aws_backup_plan.daily }"], vec![own(), part()]).iter().filter(|line| line.contains("by-hand")).count(),
        0
    );
    let refused = decided(&[VAULT, PLAN, SELECTION], vec![whole(None), part()]);
    assert_eq!(refused[..2], ["aws_backup_plan.daily noop shop BKS0403", "aws_backup_selection.all noop shop/all BKS0403"]);
    let adopted = PLAN.replace("name = \"shop\"", "name = \"shop\"\n  adopt = true");
    let adopted = decided(&[VAULT, &adopted], vec![whole(None), part()]);
    assert!(adopted.contains(&"aws_backup_selection.daily[\"by-hand\"] delete shop/by-hand".to_owned()), "{adopted:?}");
}

fn part(name: &str, plan: &Live) -> Live {
    let mut live = thing("aws_backup_selection", name, None);
    live.facts.insert(Live::PARENT_ID.into(), plan.facts[Live::ID].clone());
    live
}

const DESCRIBED: &str = "resource \"aws_backup_plan\" \"daily\" {\n  name = \"shop\"\n  mark = false\n  rule {\n    rule_name         = \"daily\"\n    target_vault_name = \"shop-daily\"\n  }\n}";

#[test]
fn a_part_of_what_is_only_described_is_neither_made_nor_replaced_nor_removed() {
    let plan = || thing("aws_backup_plan", "shop", None);
    let none = decided(&[DESCRIBED, SELECTION], vec![plan()]);
    assert_eq!(none, ["aws_backup_plan.daily update shop", "aws_backup_selection.all noop shop/all BKS0405"]);
    // There is no call that changes a selection.
    let other = of(&[DESCRIBED, SELECTION], &world(vec![plan(), part("shop/all", &plan())]));
    assert_eq!(told(&other), ["aws_backup_plan.daily update shop", "aws_backup_selection.all noop shop/all BKS0404"]);
    let refusal = other.actions[1].refused.clone().unwrap();
    assert_eq!(refusal.remedy, "make it where it is made, or take over the whole with `adopt = true`");
    assert_eq!((&other.actions[1].replaces, &other.actions[1].mark), (&None, &None));
    // Nor does a plan that was ours, and is only described from now on, take with it what is in it.
    let ours = || thing("aws_backup_plan", "shop", mark("shop", "aws_backup_plan.daily"));
    assert_eq!(decided(&[DESCRIBED], vec![ours(), part("shop/old", &ours())]), ["aws_backup_plan.daily update shop"]);
}

#[test]
fn what_is_only_described_is_not_found_by_the_mark_of_another_name() {
    let old = || thing("aws_backup_plan", "old", mark("shop", "aws_backup_plan.daily"));
    let gone = "aws_backup_plan.daily[\"old\"] delete old";
    assert_eq!(decided(&[DESCRIBED], vec![old()]), ["aws_backup_plan.daily noop shop BKS0405", gone]);
    let theirs = thing("aws_backup_plan", "shop", None);
    assert_eq!(decided(&[DESCRIBED], vec![old(), theirs]), ["aws_backup_plan.daily update shop", gone]);
}

#[test]
fn what_is_described_through_one_target_keeps_its_parts_that_another_sees() {
    let ours = thing("aws_backup_plan", "shop", mark("shop", "aws_backup_plan.daily"));
    let seen = [ours.clone(), part("shop/old", &ours)];
    let also = |live: &Live| Live { id: ResourceId { target: "east".into(), ..live.id.clone() }, ..live.clone() };
    let mut snapshot = world(seen.iter().cloned().chain(seen.iter().map(also)).collect());
    let identity = snapshot.identities["default"].clone();
    snapshot.identities.insert("east".into(), identity.clone());
    snapshot.identities.insert("home".into(), identity);
    for live in &mut snapshot.resources {
        if live.id.target == "default" {
            live.id.target = "home".into();
        }
    }
    let targets = "target \"home\" { region = \"us-east-1\" }\ntarget \"east\" { region = \"us-east-1\" }";
    let described = DESCRIBED.replace("mark = false", "mark = false\n  target = target.home");
    let plan = of(&[targets, &described], &snapshot);
    assert_eq!(told(&plan), ["aws_backup_plan.daily update shop"]);
}

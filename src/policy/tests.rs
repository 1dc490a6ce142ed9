//! Whole policies, as text, and what is said of them.

use super::*;
use crate::model::Sources;
use std::path::PathBuf;

fn checked(text: &str, given: &[Given]) -> Checked {
    let mut sources = Sources::default();
    let id = sources.add("policy.hcl", text);
    check_files(Files { sources, policy: vec![id], folder: PathBuf::from("."), ..Files::default() }, given)
}

/// The code and the marked text of each problem.
fn problems(text: &str) -> Vec<String> {
    let checked = checked(text, &[]);
    let marked = |problem: &Diagnostic| {
        let range = problem.labels.first().map(|label| label.span.range.clone()).unwrap_or_default();
        format!("{} {}", problem.code, text.get(range).unwrap_or("?"))
    };
    checked.problems.iter().map(marked).collect()
}

fn protect(select: &str) -> String {
    format!("protect \"aws_dynamodb_table\" \"a\" {{\n  select {{\n    {select}\n  }}\n  deletion_protection_enabled = true\n}}\n")
}

#[test]
fn what_is_empty_never_means_everything() {
    assert_eq!(problems(&protect("arns = []")), ["BKS0201 select"]);
    assert_eq!(problems(&protect("tags = {}")), ["BKS0201 select"]);
    let checked = checked(&protect("arns = []\n    allow_empty = true"), &[]);
    assert!(checked.is_good(), "{:?}", checked.problems);
    assert!(!checked.policy.protects[0].select.names.is_empty(), "an empty list of ARNs must not become any name");
}

#[test]
fn a_sensitive_value_is_in_no_message() {
    let text = "variable \"secret\" {\n  sensitive = true\n}\ntarget \"a\" {\n  region = var.secret\n}\n";
    let flag = Given::Flag { name: "secret".into(), text: "hunter2-hunter2".into(), must_exist: true };
    let checked = checked(text, &[flag]);
    assert_eq!(checked.problems.len(), 1, "{:?}", checked.problems);
    assert!(!format!("{:?}", checked.problems).contains("hunter2"));
}

#[test]
fn a_sensitive_value_changes_no_digest() {
    let text = "variable \"secret\" {\n  sensitive = true\n}\n";
    let digest = |value: &str| checked(text, &[Given::Flag { name: "secret".into(), text: value.into(), must_exist: true }]).policy.digest;
    assert_eq!(digest("one-secret"), digest("two-secrets"));
}

#[test]
fn keys_that_would_make_two_things_share_an_address_are_refused() {
    let text = "protect \"aws_dynamodb_table\" \"a\" {\n  for_each = toset([\"x/y\"])\n  select { names = [\"Aaa\"] }\n  deletion_protection_enabled = true\n}\n";
    assert_eq!(problems(text), ["BKS0103 toset([\"x/y\"])"]);
}

#[test]
fn a_wrong_target_does_not_hide_what_is_wrong_with_its_users() {
    let text = format!(
        "target \"t\" {{\n  region = \"nowhere\"\n}}\n{}",
        protect("nmaes = [\"x\"]").replace("select {", "target = target.t\n  select {")
    );
    assert_eq!(problems(&text), ["BKS0103 \"nowhere\"", "BKS0105 select", "BKS0102 nmaes"]);
}

#[test]
fn names_that_aws_would_refuse_are_errors_before_any_call() {
    assert_eq!(problems(&protect("names = [\"my table\"]")), ["BKS0103 \"my table\""]);
    assert_eq!(problems(&protect("names = [\"ab\"]")), ["BKS0103 \"ab\""]);
    assert_eq!(problems(&protect("names = [\"a*\"]")), [""; 0]);
}

#[test]
fn a_circle_is_told_once_and_what_hangs_on_it_is_not() {
    let text = "locals {\n  a = local.b\n  b = local.a\n  c = local.a\n}\n";
    let checked = checked(text, &[]);
    assert_eq!(checked.problems.len(), 1, "{:?}", checked.problems);
    assert!(checked.problems[0].title.contains("`local.a` → `local.b` → `local.a`"), "{}", checked.problems[0].title);
}

#[test]
fn a_long_chain_of_references_is_walked_without_recursion() {
    let mut text = String::from("locals {\n  a0 = 1\n");
    for place in 1..3000 {
        text.push_str(&format!("  a{place} = local.a{}\n", place - 1));
    }
    text.push_str("}\n");
    assert!(checked(&text, &[]).is_good());
}

#[test]
#[cfg(unix)]
fn a_link_that_leads_nowhere_does_not_shrink_the_policy_in_silence() {
    let folder = tempfile::tempdir().unwrap();
    crate::files::write_atomically(&folder.path().join("a.hcl"), b"locals {}\n").unwrap();
    std::os::unix::fs::symlink("/no/such/file", folder.path().join("b.hcl")).unwrap();
    assert!(!check(folder.path(), &[]).is_good());
}

#[test]
fn a_waiver_with_the_printed_placeholders_says_nothing() {
    let text = "waiver \"w\" {\n  address = \"aws_dynamodb_table.a\"\n  setting = \"deletion_protection_enabled\"\n  to = false\n  reason = \"…\"\n  approved_by = \"me\"\n  expires = \"2027-01-01\"\n}\n";
    assert_eq!(problems(text), ["BKS0103 \"…\""]);
}

#[test]
fn tags_put_a_thing_into_a_tier_when_all_of_them_match() {
    let text =
        "tier \"gold\" {\n  rpo = \"15m\"\n  tags = { tier = \"gold*\", env = \"production\" }\n}\ntier \"named\" { rpo = \"1h\" }\n";
    let checked = checked(text, &[]);
    assert!(checked.is_good(), "{:?}", checked.problems);
    let tiers = |pairs: &[(&str, &str)]| -> Vec<String> {
        let tags = pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        tiers::of_tags(&checked.policy, &tags).into_iter().map(|tier| tier.name.clone()).collect()
    };
    assert_eq!(tiers(&[("tier", "golden"), ("env", "production"), ("team", "shop")]), ["gold"]);
    assert_eq!(tiers(&[("tier", "gold")]), [""; 0], "one of two");
    assert_eq!(tiers(&[("tier", "Gold"), ("env", "production")]), [""; 0], "case counts");
    assert_eq!(tiers(&[]), [""; 0], "a tier without tags has to be named");
}

/// A vault in the only target that there is, or in the one that it names.
fn vault(target: &str) -> String {
    format!(
        "backstay {{\n  workspace = \"w\"\n}}\nresource \"aws_backup_vault\" \"v\" {{\n  for_each = toset([\"one\"])\n  {target}\n  name = each.key\n}}\nlocals {{\n  x = one(values(aws_backup_vault.v)[*].name)\n}}\n"
    )
}

#[test]
fn a_local_of_a_thing_is_evaluated_after_the_targets_that_the_thing_needs() {
    let target = |name: &str| format!("target \"{name}\" {{\n  region = \"eu-west-1\"\n}}\n");
    let several = format!("{}{}", target("a"), target("b"));
    assert_eq!(problems(&format!("{}{several}", vault("target = target.b"))), [""; 0]);
    assert_eq!(problems(&format!("{}{several}", vault("target = [target.a, target.b]"))), [""; 0]);
    assert_eq!(problems(&format!("{}{}", vault(""), target("a"))), [""; 0]);
    assert_eq!(problems(&format!("{}{several}", vault(""))), ["BKS0105 resource"]);
}

#[test]
fn a_thing_in_the_only_target_cannot_say_where_that_is() {
    let target = "target \"a\" {\n  region = local.x\n}\n";
    let checked = checked(&format!("{}{target}", vault("")), &[]);
    let circle = "`local.x` → `aws_backup_vault.v` → `target.a` → `local.x`";
    assert!(checked.problems.iter().any(|problem| problem.title.contains(circle)), "{:?}", checked.problems);
}

#[test]
fn a_block_that_names_no_target_is_never_in_the_one_that_happens_to_be_evaluated_first() {
    let targets = "target \"a\" {\n  region = \"eu-west-1\"\n}\ntarget \"b\" {\n  region = \"eu-west-2\"\n}\n";
    let text = vault("").replace("x = one(", "w = target.a.region\n  x = one(").replace("locals", "locals {\n  a = local.x\n}\nlocals");
    assert_eq!(problems(&format!("{text}{targets}")), ["BKS0105 resource"]);
}

#[test]
fn blocks_whose_keys_are_not_known_yet_are_not_taken_for_one() {
    let target = "target \"main\" {\n  region = \"us-east-1\"\n}\n";
    let topic = |second: &str| {
        let block = |queue: &str| {
            format!("  subscription {{\n    protocol = \"sqs\"\n    endpoint = replace(aws_sns_topic.other.arn, \"sns\", {queue})\n  }}\n")
        };
        let other = "resource \"aws_sns_topic\" \"other\" {\n  name = \"o\"\n}\n";
        format!(
            "backstay {{\n  workspace = \"w\"\n}}\n{target}{other}resource \"aws_sns_topic\" \"t\" {{\n  name = \"t\"\n{}{}}}\n",
            block("\"sqs\""),
            block(second)
        )
    };
    assert_eq!(problems(&topic("\"sqs:x\"")), [""; 0]);
}

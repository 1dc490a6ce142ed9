//! Controls as text, and what they find of things that are made up.

use super::*;
use crate::policy::load::Files;
use crate::policy::{Checked, check_files};
use std::path::PathBuf;

fn checked(text: &str) -> Checked {
    let mut sources = Sources::default();
    let id = sources.add("controls.hcl", text);
    check_files(Files { sources, policy: vec![id], folder: PathBuf::from("."), ..Files::default() }, &[])
}

fn problems(text: &str) -> Vec<String> {
    let told = |problem: &Diagnostic| {
        let range = problem.labels.first().map(|label| label.span.range.clone()).unwrap_or_default();
        format!("{} {}: {}", problem.code, text.get(range).unwrap_or("?"), problem.title)
    };
    checked(text).problems.iter().map(told).collect()
}

fn of(condition: &str) -> Ask {
    let text = format!("variable \"days\" {{\n  default = 7\n}}\ncontrol \"C\" {{\n  title = \"c\"\n  condition = {condition}\n}}\n");
    let checked = checked(&text);
    assert!(checked.is_good(), "{:?}", checked.problems);
    Ask::new(&checked.policy.controls[0]).unwrap()
}

/// A thing of which the tags could not be read.
fn thing() -> Value {
    let mechanism = |days: Value| Value::from(BTreeMap::from([("days".to_owned(), days)]));
    Value::from(BTreeMap::from([
        ("name".to_owned(), Value::from("orders")),
        ("tier".to_owned(), Value::Null),
        ("tags".to_owned(), Value::Unknown),
        ("copies".to_owned(), Value::from(vec![Value::from(BTreeMap::from([("region".to_owned(), Value::Unknown)]))])),
        ("mechanisms".to_owned(), Value::from(vec![mechanism(Value::from(35)), mechanism(Value::Null)])),
    ]))
}

fn holds(condition: &str) -> Option<Result<bool, NotAnswered>> {
    of(condition).of(&thing()).holds
}

#[test]
fn what_is_not_known_is_neither_true_nor_false() {
    let unknown = |path: &str| Some(Err(NotAnswered::Unknown(vec![path.to_owned()])));
    assert_eq!(holds("resource.tags.a == \"b\""), unknown("tags.a"));
    assert_eq!(holds("resource.tags == null"), unknown("tags"));
    assert_eq!(holds("length(resource.tags) == 0"), unknown("tags"));
    for hiding in ["try(resource.tags.a, \"b\") == \"b\"", "can(resource.tags.a)", "!can(resource.tags.a)"] {
        assert_eq!(holds(hiding), unknown("tags.a"), "{hiding}");
    }
    assert_eq!(holds("anytrue([for c in resource.copies : c.region != \"x\"])"), unknown("copies"));
    assert_eq!(holds("coalesce(resource.tags, {}) == {}"), unknown("tags"));
}

#[test]
fn a_side_that_decides_needs_no_other() {
    assert_eq!(holds("resource.name == \"orders\" || resource.tags.a == \"b\""), Some(Ok(true)));
    assert_eq!(holds("resource.tags.a == \"b\" || resource.name == \"orders\""), Some(Ok(true)));
    assert_eq!(holds("resource.tier == null ? (resource.name == \"orders\" || resource.tags.a == \"b\") : false"), Some(Ok(true)));
    assert_eq!(
        holds("resource.tier == null ? (resource.name == \"x\" || resource.tags.a == \"b\") : false").map(|it| it.is_err()),
        Some(true)
    );
    assert_eq!(holds("resource.tags.a == \"b\" ? true : true").map(|it| it.is_err()), Some(true), "nobody knows which");
    assert_eq!(holds("resource.tags.a == \"b\" && resource.name == \"other\""), Some(Ok(false)));
    assert_eq!(holds("resource.tier != null && resource.tier.rpo == \"1h\""), Some(Ok(false)), "the first side guards the second");
    assert_eq!(holds("!(resource.tier != null && resource.tier.rpo == \"1h\")"), Some(Ok(true)));
    assert!(matches!(holds("resource.tags.a == \"b\" && resource.name == \"orders\""), Some(Err(NotAnswered::Unknown(_)))));
}

#[test]
fn variables_and_loops_work_as_in_policies() {
    assert_eq!(holds("alltrue([for m in resource.mechanisms : m.days == null ? true : m.days >= var.days])"), Some(Ok(true)));
    assert_eq!(holds("length([for m in resource.mechanisms : m if m.days == 35]) == 2"), Some(Ok(false)));
}

#[test]
fn what_fails_for_a_thing_says_where() {
    let Some(Err(NotAnswered::Failed { message, at })) = holds("(\n    resource.name == \"orders\" &&\n    resource.name > 3\n  )") else {
        unreachable!("it fails")
    };
    assert!(message.contains("needs a number"), "{message}");
    assert_eq!(at.to_string(), "controls.hcl:8:5");
    let Some(Err(NotAnswered::Failed { at, .. })) = holds("resource.name.nothing") else { unreachable!("it fails") };
    assert_eq!(at.to_string(), "controls.hcl:6:29");
}

#[test]
fn the_values_that_were_looked_at_are_the_evidence() {
    let (ask, thing) = (of("resource.name == \"orders\" && try(resource.settings.tags, false)"), thing());
    let asked = ask.of(&thing);
    let found: Vec<(String, Option<Value>)> = asked.evidence.into_iter().map(|one| (one.path.to_owned(), one.value.cloned())).collect();
    assert_eq!(found, [("name".to_owned(), Some(Value::from("orders"))), ("settings.tags".to_owned(), None)]);
}

#[test]
fn a_control_that_does_not_apply_is_not_asked() {
    let text = "control \"C\" {\n  title = \"c\"\n  when = resource.tier != null\n  condition = resource.name > 3\n}\n";
    let checked = checked(text);
    assert!(checked.is_good(), "{:?}", checked.problems);
    assert_eq!(Ask::new(&checked.policy.controls[0]).unwrap().of(&thing()).holds, None);
}

#[test]
fn mistakes_are_told_without_aws() {
    let control = |body: &str| problems(&format!("control \"C\" {{\n  title = \"c\"\n  condition = true\n{body}\n}}\n"));
    assert_eq!(problems("control \"C\" {\n  title = \"c\"\n}\n"), ["BKS0105 control: control `C` has no `condition`"]);
    assert_eq!(
        control("severity = \"hihg\""),
        ["BKS0103 \"hihg\": `severity` must be one of `low`, `medium`, `high`, `critical`, found `hihg`"]
    );
    assert_eq!(control("kinds = [\"aws_s3_buckets\"]"), ["BKS0102 \"aws_s3_buckets\": there is no kind `aws_s3_buckets`"]);
    assert_eq!(control("objectives = [\"BKP-16\"]"), ["BKS0102 \"BKP-16\": there is no objective `BKP-16`"]);
    assert_eq!(
        control("requirements = { soc2 = [\"A1.9\"], ours = [\"anything\"] }"),
        ["BKS0102 [\"A1.9\"]: SOC 2 Trust Services Criteria has no requirement `A1.9` that is about backups"]
    );
    assert_eq!(control("when = resource.verdit == \"x\""), ["BKS0108 resource.verdit: a thing has no `verdit`"]);
    assert_eq!(control("when = resource.tags.a == lenght(\"x\")"), ["BKS0108 lenght: there is no function `lenght`"]);
    assert_eq!(control("when = \"soon\""), ["BKS0107 \"soon\": a condition must be true or false, found a string"]);
    assert_eq!(control("when = var.nothing"), ["BKS0108 var.nothing: `var.nothing` is not declared"]);
    assert_eq!(control("remedy = \"x\""), ["BKS0102 remedy: control `C` has no argument `remedy`"]);
    assert_eq!(
        problems("target \"a\" {\n  region = resource.region\n}\n"),
        ["BKS0108 resource.region: nothing is named `resource`"],
        "only controls have a thing"
    );
}

#[test]
fn two_controls_of_one_id_are_shown_both() {
    let text = "control \"C\" {\n  title = \"c\"\n  condition = true\n}\ncontrol \"C\" {\n  title = \"d\"\n  condition = true\n}\n";
    let checked = checked(text);
    let problem = &checked.problems[0];
    assert_eq!((problem.code, problem.labels.len()), (Code::Conflict, 2), "{problem:?}");
}

#[test]
fn a_test_names_what_it_expects() {
    let text = |expect: &str| {
        format!("test \"t\" {{\n  snapshot = \"s.json\"\n  control = \"C\"\n  resource = \"*\"\n  expect = \"{expect}\"\n}}\n")
    };
    assert!(checked(&text("not_applicable")).is_good());
    assert_eq!(
        problems(&text("fails")),
        ["BKS0103 \"fails\": `expect` must be one of `fail`, `unknown`, `not_applicable`, `pass`, found `fails`"]
    );
}

use super::*;
use crate::model::{Consent, Reaches, SourceId, Span};
use serde_json::json;

fn wanted(policy: &Json) -> BTreeMap<String, Wanted> {
    let span = Span { source: SourceId::default(), range: 0..0 };
    BTreeMap::from([(POLICY.to_owned(), Wanted::new(Value::from(canonical(policy).to_string()), span))])
}

fn statement(effect: &str, principal: &Json, actions: &[&str], condition: &Json) -> Json {
    let mut statement = json!({"Effect": effect, "Principal": principal, "Action": actions, "Resource": "*"});
    if !condition.is_null() {
        statement["Condition"] = condition.clone();
    }
    statement
}

fn deny(actions: &[&str], condition: &Json) -> Json {
    statement("Deny", &json!("*"), actions, condition)
}

fn policy(statements: &[Json]) -> Json {
    json!({"Version": "2012-10-17", "Statement": statements})
}

fn change(before: &Json, after: &Json) -> (Option<Effect>, Option<String>) {
    let after = wanted(after);
    let change = Change {
        setting: POLICY.to_owned(),
        before: Reading::Known(Value::from(canonical(before).to_string())),
        after: after[POLICY].value.clone(),
        effect: Effect::Neutral,
        reaches: Reaches::Future,
        consequence: None,
        consent: Consent::NotNeeded,
        because: None,
        part_of: None,
    };
    let effect = VaultPolicy.effect(&change, &Live::default(), &after);
    (effect, VaultPolicy.consequence_among(&change, &Live::default(), &after, jiff::Timestamp::UNIX_EPOCH))
}

const DELETE: &str = "backup:DeleteRecoveryPoint";
const UPDATE: &str = "backup:UpdateRecoveryPointLifecycle";

#[test]
fn a_denial_that_goes_weakens_and_one_that_comes_strengthens() {
    let (one, both) = (policy(&[deny(&[DELETE], &Json::Null)]), policy(&[deny(&[DELETE, UPDATE], &Json::Null)]));
    assert_eq!(change(&both, &one), (Some(Effect::Weakens), Some(format!("no longer denied as before: {UPDATE}"))));
    assert_eq!(change(&one, &both), (Some(Effect::Strengthens), Some(format!("denied from now on: {UPDATE}"))));
    let split = policy(&[deny(&[UPDATE], &Json::Null), deny(&[DELETE], &Json::Null)]);
    assert_eq!(change(&both, &split), (Some(Effect::Neutral), None));
}

#[test]
fn more_exceptions_weaken_a_denial_and_fewer_strengthen_it() {
    let but = |roles: &[&str]| policy(&[deny(&[DELETE], &json!({"StringNotLike": {"aws:PrincipalArn": roles}}))]);
    assert_eq!(change(&but(&["a"]), &but(&["a", "b"])).0, Some(Effect::Weakens));
    assert_eq!(change(&but(&["a", "b"]), &but(&["a"])).0, Some(Effect::Strengthens));
    assert_eq!(change(&but(&["a"]), &policy(&[deny(&[DELETE], &Json::Null)])).0, Some(Effect::Strengthens));
    // One for another nobody can compare, so that somebody loses.
    assert_eq!(change(&but(&["a"]), &but(&["b"])).0, Some(Effect::Weakens));
}

#[test]
fn a_denial_to_one_is_less_than_one_to_everybody() {
    let one = policy(&[statement("Deny", &json!({"AWS": "arn:aws:iam::123456789012:role/ops"}), &[DELETE], &Json::Null)]);
    let all = policy(&[deny(&[DELETE], &Json::Null)]);
    assert_eq!(change(&all, &one).0, Some(Effect::Weakens));
    assert_eq!(change(&one, &all).0, Some(Effect::Strengthens));
}

#[test]
fn an_account_that_can_no_longer_copy_weakens() {
    let from = |accounts: &[&str]| policy(&[statement("Allow", &json!({"AWS": accounts}), &[COPY_INTO], &Json::Null)]);
    let (effect, said) = change(&from(&["111111111111", "222222222222"]), &from(&["111111111111"]));
    assert_eq!((effect, said.unwrap().contains("copies of the others fail")), (Some(Effect::Weakens), true));
    assert_eq!(change(&from(&["111111111111"]), &from(&["111111111111", "arn:aws:iam::222222222222:root"])).0, Some(Effect::Strengthens));
}

#[test]
fn allowing_a_deletion_counts_where_it_gives_something() {
    let before = policy(&[deny(&[UPDATE], &Json::Null)]);
    let with = |principal: Json| policy(&[deny(&[UPDATE], &Json::Null), statement("Allow", &principal, &[DELETE], &Json::Null)]);
    assert_eq!(change(&before, &with(json!({"AWS": "123456789012"}))).0, Some(Effect::Neutral));
    assert_eq!(change(&before, &with(json!({"AWS": "arn:aws:iam::123456789012:role/ops"}))).0, Some(Effect::Weakens));
}

#[test]
fn what_aws_refuses_or_nobody_can_undo_is_said() {
    let codes = |policy: &Json| -> Vec<Code> { check(&wanted(policy)).into_iter().map(|concern| concern.code).collect() };
    assert_eq!(codes(&policy(&[deny(&[DELETE], &Json::Null)])), []);
    assert_eq!(codes(&policy(&[deny(&["backup:Delete*"], &Json::Null)])), [Code::VaultPolicy]);
    assert_eq!(codes(&policy(&[])), [Code::VaultPolicy]);
    assert_eq!(codes(&json!({"Version": "2012-10-17"})), [Code::VaultPolicy]);
    assert_eq!(codes(&json!({"Statement": [{"Effect": "Deny", "Action": DELETE, "Resource": "*"}]})), [Code::VaultPolicy]);
    assert_eq!(codes(&policy(&[statement("Allow", &json!("*"), &[COPY_INTO], &Json::Null)])), [Code::VaultPolicyOpen]);
    let shut = ["backup:PutBackupVaultAccessPolicy", "backup:DeleteBackupVaultAccessPolicy"];
    assert_eq!(codes(&policy(&[deny(&shut, &Json::Null)])), [Code::VaultPolicyForEver]);
    // AWS Config's own rule asks for the first of them.
    assert_eq!(codes(&policy(&[deny(&shut[..1], &Json::Null)])), []);
}

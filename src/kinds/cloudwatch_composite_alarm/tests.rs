//! What is wrong with composite alarms, and what a change of their rules does.

use super::{CompositeAlarm, EXTENSION, RULE, SPEC, SUPPRESSOR};
use crate::kinds::{Circumstances, Kind, Place};
use crate::model::{Effect, Reading, SourceId, Span, Value, Wanted};
use jiff::Timestamp;
use std::collections::BTreeMap;

fn wanted(settings: &[(&str, &str)]) -> BTreeMap<String, Wanted> {
    let span = Span { source: SourceId::default(), range: 0..0 };
    settings.iter().map(|(path, value)| ((*path).to_owned(), Wanted::new(Value::from(*value), span.clone()))).collect()
}

fn effect(setting: &str, before: Option<Value>, after: &Value) -> Option<Effect> {
    let live = before.map(|before| (setting.to_owned(), Reading::Known(before))).into_iter().collect();
    SPEC.setting(setting).unwrap().effect(setting, &live, after)
}

#[test]
fn a_rule_that_fires_in_fewer_cases_weakens() {
    let rule = |before: &str, after: &str| effect(RULE, Some(Value::from(before)), &Value::from(after));
    assert_eq!(rule("ALARM(a)", "ALARM(a) OR ALARM(b)"), Some(Effect::Strengthens));
    assert_eq!(rule("ALARM(a) OR ALARM(b)", "ALARM(a)"), Some(Effect::Weakens));
    assert_eq!(rule("ALARM(a) OR ALARM(b)", "ALARM(b) OR ALARM(a)"), Some(Effect::Neutral));
    for after in ["ALARM(a)", "FALSE"] {
        assert_eq!(rule("something that AWS has learned since", after), Some(Effect::Weakens), "what cannot be compared weakens");
    }
}

#[test]
fn holding_actions_back_weakens_and_for_longer_too() {
    assert_eq!(effect(SUPPRESSOR, None, &Value::from("quiet")), Some(Effect::Weakens));
    assert_eq!(effect(SUPPRESSOR, Some(Value::from("quiet")), &Value::Null), Some(Effect::Strengthens));
    assert_eq!(effect(SUPPRESSOR, Some(Value::from("quiet")), &Value::from("silent")), Some(Effect::Weakens));
    assert_eq!(effect(SUPPRESSOR, Some(Value::from("quiet")), &Value::from("quiet")), Some(Effect::Neutral));
    let arn = Value::from("arn:aws:cloudwatch:us-east-1:123456789012:alarm:quiet");
    assert_eq!(effect(SUPPRESSOR, Some(Value::from("quiet")), &arn), Some(Effect::Neutral), "it is the same alarm");
    assert_eq!(effect(EXTENSION, Some(Value::from(60)), &Value::from(120)), Some(Effect::Weakens));
    assert_eq!(effect(EXTENSION, None, &Value::from(120)), Some(Effect::Neutral));
}

#[test]
fn alarms_are_of_the_same_region_and_account_and_not_itself() {
    let titles = |rule: &str| {
        let wanted = wanted(&[("alarm_name", "all"), (RULE, rule)]);
        let circumstances = Circumstances { region: Some("us-east-1"), account: Some("123456789012"), now: Timestamp::UNIX_EPOCH };
        let mut concerns = CompositeAlarm.check(&wanted);
        concerns.extend(CompositeAlarm.check_circumstances(&wanted, circumstances));
        concerns.into_iter().map(|concern| concern.title).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(titles("ALARM(arn:aws:cloudwatch:us-east-1:123456789012:alarm:a:b) OR ALARM(b)"), "");
    assert_eq!(
        titles("ALARM(arn:aws:cloudwatch:eu-west-1:123456789012:alarm:a)"),
        "the alarm arn:aws:cloudwatch:eu-west-1:123456789012:alarm:a is in eu-west-1, and a composite alarm is about alarms of its own account and region only, us-east-1"
    );
    assert!(titles("ALARM(arn:aws:cloudwatch:us-east-1:210987654321:alarm:a)").contains("is in 210987654321"));
    assert_eq!(titles("ALARM(arn:aws:sns:us-east-1:123456789012:a)"), "`arn:aws:sns:us-east-1:123456789012:a` is no ARN of an alarm");
    assert!(titles("ALARM(all)").starts_with("the alarm `all` is about itself"));
    assert!(titles("ALARM(arn:aws:cloudwatch:us-east-1:123456789012:alarm:all)").contains("is about itself"));
    assert!(titles("ALARM(a) OR NOT ALARM(a)").starts_with("the rule is true whatever its alarms do"));
    assert!(titles("ALARM(a) AND OK(a)").starts_with("the rule is false whatever its alarms do"));
}

#[test]
fn every_alarm_that_it_names_is_needed() {
    let place = Place { arn: None, whole: None, region: "us-east-1", account: "123456789012", seen: &[] };
    let wanted = wanted(&[(RULE, "ALARM(a) OR AT_LEAST(1, OK, (a, b/c))"), (SUPPRESSOR, "quiet")]);
    let needs: Vec<(String, String)> = CompositeAlarm.needs(&wanted, place).into_iter().map(|need| (need.at, need.of)).collect();
    let arn = |name: &str| format!("arn:aws:cloudwatch:us-east-1:123456789012:alarm:{name}");
    assert_eq!(needs, [(RULE.to_owned(), arn("a")), (RULE.to_owned(), arn("b/c")), (SUPPRESSOR.to_owned(), arn("quiet"))]);
}

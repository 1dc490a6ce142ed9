//! What changes of an alarm do, and which texts it takes.

use super::{MetricAlarm, SPEC};
use crate::kinds::{Kind, Needed, Place};
use crate::model::{Change, Consent, Effect, Live, Misfit, Reaches, Reading, SourceId, Span, Value, Wanted, path};
use std::collections::BTreeMap;

fn wanted(settings: &[(&str, Value)]) -> BTreeMap<String, Wanted> {
    let span = Span { source: SourceId::default(), range: 0..0 };
    settings.iter().map(|(path, value)| ((*path).to_owned(), Wanted::new(value.clone(), span.clone()))).collect()
}

/// What becoming `after` does to an alarm that fires below, or above, a threshold of 5, in 2 of 3 periods.
fn effect(operator: &str, setting: &str, before: impl Into<Value>, after: impl Into<Value>) -> Option<Effect> {
    let (before, after) = (before.into(), after.into());
    let mut settings: Vec<(&str, Value)> = vec![
        ("comparison_operator", Value::from(operator)),
        ("threshold", Value::from(5)),
        ("evaluation_periods", Value::from(3)),
        ("datapoints_to_alarm", Value::from(2)),
        ("treat_missing_data", Value::from("missing")),
        ("metric_name", Value::from("Jobs")),
    ];
    let mut live = Live::default();
    settings.retain(|(path, _)| *path != setting);
    settings.push((setting, before.clone()));
    live.settings = settings.iter().map(|(path, value)| ((*path).to_owned(), Reading::Known(value.clone()))).collect();
    settings.pop();
    settings.push((setting, after.clone()));
    let change = Change {
        setting: setting.to_owned(),
        before: Reading::Known(before),
        after,
        effect: Effect::Neutral,
        reaches: Reaches::Future,
        consequence: None,
        consent: Consent::NotNeeded,
        because: None,
        part_of: None,
    };
    MetricAlarm.effect(&change, &live, &wanted(&settings))
}

const ABOVE: &str = "GreaterThanThreshold";
const BELOW: &str = "LessThanThreshold";

#[test]
fn a_threshold_is_judged_by_the_side_on_which_the_alarm_fires() {
    assert_eq!(effect(ABOVE, "threshold", 5, 9), Some(Effect::Weakens));
    assert_eq!(effect(ABOVE, "threshold", 5, 1), Some(Effect::Strengthens));
    assert_eq!(effect(BELOW, "threshold", 5, 9), Some(Effect::Strengthens));
    assert_eq!(effect(BELOW, "threshold", 5, 1), Some(Effect::Weakens));
}

#[test]
fn an_operator_that_takes_the_threshold_in_fires_more_often_and_one_of_the_other_side_weakens() {
    assert_eq!(effect("", "comparison_operator", ABOVE, "GreaterThanOrEqualToThreshold"), Some(Effect::Strengthens));
    assert_eq!(effect("", "comparison_operator", "LessThanOrEqualToThreshold", BELOW), Some(Effect::Weakens));
    assert_eq!(effect("", "comparison_operator", ABOVE, BELOW), Some(Effect::Weakens));
}

#[test]
fn periods_are_judged_together_with_how_many_must_cross() {
    assert_eq!(effect(ABOVE, "datapoints_to_alarm", 2, 3), Some(Effect::Weakens));
    assert_eq!(effect(ABOVE, "datapoints_to_alarm", 2, 1), Some(Effect::Strengthens));
    assert_eq!(effect(ABOVE, "evaluation_periods", 3, 5), Some(Effect::Strengthens), "2 of 5 are found more often than 2 of 3");
    assert_eq!(effect(ABOVE, "evaluation_periods", 3, 2), Some(Effect::Weakens));
}

#[test]
fn other_values_cannot_be_compared_and_weaken() {
    assert_eq!(effect(ABOVE, "statistic", "Sum", "Minimum"), Some(Effect::Weakens));
    assert_eq!(effect(ABOVE, "period", 3600, 86_400), Some(Effect::Weakens));
    assert_eq!(effect(ABOVE, "unit", "Count", "None"), Some(Effect::Weakens));
}

#[test]
fn missing_data_counts_for_alarms_on_what_does_not_happen() {
    assert_eq!(effect(BELOW, "treat_missing_data", "breaching", "notBreaching"), Some(Effect::Weakens));
    assert_eq!(effect(BELOW, "treat_missing_data", "missing", "breaching"), Some(Effect::Strengthens));
    assert_eq!(effect(BELOW, "treat_missing_data", "missing", "ignore"), Some(Effect::Neutral));
    assert_eq!(effect(ABOVE, "treat_missing_data", "breaching", "notBreaching"), None);
}

#[test]
fn only_topics_must_be_there_and_let_the_alarm_in() {
    let topic = "arn:aws:sns:us-east-1:123456789012:alerts";
    let actions = Value::set([Value::from(topic), Value::from("arn:aws:lambda:us-east-1:123456789012:function:mend")]);
    let alarm = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:failed";
    let place = Place { arn: Some(alarm), whole: None, region: "us-east-1", account: "123456789012", seen: &[] };
    let needs = MetricAlarm.needs(&wanted(&[("ok_actions", actions)]), place);
    let at = format!("ok_actions[\"{topic}\"]");
    let told: Vec<(&str, &str)> = needs.iter().map(|need| (need.at.as_str(), need.of.as_str())).collect();
    assert_eq!(told, [(at.as_str(), topic); 2]);
    let (Needed::Presence, Needed::Entry(request)) = (&needs[0].needed, &needs[1].needed) else { unreachable!() };
    assert_eq!((request.action.as_str(), request.resource.as_str()), ("sns:Publish", topic));
}

#[test]
fn statistics_and_actions_have_the_form_that_cloudwatch_takes() {
    let takes = |path: &str, text: &str| !matches!(SPEC.setting(path).unwrap().shape.accept(&Value::from(text)), Err(Misfit::Form(_)));
    for good in ["p99", "p99.9", "tm90", "IQM", "PR(0:100)", "PR(:100)", "TM(10%:90%)", "WM(:90%)"] {
        assert!(takes("extended_statistic", good), "{good}");
    }
    for bad in ["p", "p101", "Sum", "avg", "PR(:)", "TM(10%,90%)", "px"] {
        assert!(!takes("extended_statistic", bad), "{bad}");
    }
    assert!(takes("metric_query.metric.stat", "Sum") && takes("metric_query.metric.stat", "p50"));
    assert!(!takes("metric_query.metric.stat", "sum"));
    assert!(!takes("namespace", ":mine") && !takes("namespace", ""));
    let action = |text: &str| SPEC.setting("alarm_actions").unwrap().shape.accept(&Value::set([Value::from(text)])).is_ok();
    assert!(action("arn:aws:automate:us-east-1:ec2:stop") && !action("alerts"));
}

#[test]
fn a_name_is_anything_without_control_characters() {
    assert_eq!(SPEC.name_form.check_literal("Sicherung fehlt: täglich (1/2) *"), Ok(()));
    assert!(SPEC.name_form.check_literal("two\nlines").is_err());
    assert!(SPEC.name_form.check_literal(&"a".repeat(256)).is_err());
}

/// What a change of some settings does, by setting, to an alarm that has `before` and shall have `after`.
fn effects(before: &[(&str, Value)], after: &[(&str, Value)]) -> Vec<(String, Option<Effect>)> {
    let settings = before.iter().map(|(path, value)| ((*path).to_owned(), Reading::Known(value.clone()))).collect();
    let live = Live { settings, ..Live::default() };
    let declared = wanted(after);
    let paths: std::collections::BTreeSet<&str> = before.iter().chain(after).map(|(path, _)| *path).collect();
    let change = |setting: &str| Change {
        setting: setting.to_owned(),
        before: live.settings.get(setting).cloned().unwrap_or(Reading::Unset),
        // A block that goes is told by its own path, as `false`.
        after: declared
            .get(setting)
            .map_or(if setting.ends_with(']') { Value::Bool(false) } else { Value::Null }, |wanted| wanted.value.clone()),
        effect: Effect::Neutral,
        reaches: Reaches::Future,
        consequence: None,
        consent: Consent::NotNeeded,
        because: None,
        part_of: None,
    };
    let changed = paths.into_iter().map(change).filter(|change| change.before != Reading::Known(change.after.clone()));
    changed.map(|change| (change.setting.clone(), MetricAlarm.effect(&change, &live, &declared))).collect()
}

#[test]
fn another_metric_is_a_weakening_that_is_told_once() {
    let of = |name: &str, vault: &str| {
        let dimensions = Value::Map(BTreeMap::from([("BackupVaultName".to_owned(), Value::from(vault))]));
        [("namespace", Value::from("AWS/Backup")), ("metric_name", Value::from(name)), ("dimensions", dimensions)]
    };
    let failed = of("NumberOfBackupJobsFailed", "daily");
    assert_eq!(
        effects(&failed, &of("NumberOfBackupJobsExpired", "weekly")),
        [("dimensions".to_owned(), None), ("metric_name".to_owned(), Some(Effect::Weakens))]
    );
    assert_eq!(effects(&failed, &of("NumberOfBackupJobsFailed", "weekly")), [("dimensions".to_owned(), Some(Effect::Weakens))]);
}

#[test]
fn what_never_had_values_can_be_left_for_something_better() {
    let never = [("namespace", Value::from("AWS/DynamoDB")), ("metric_name", Value::from("ContinuousBackupsStatus"))];
    let better = [("namespace", Value::from("AWS/Backup")), ("metric_name", Value::from("NumberOfBackupJobsFailed"))];
    assert_eq!(effects(&never, &better), [("metric_name".to_owned(), None), ("namespace".to_owned(), None)]);
}

#[test]
fn another_expression_is_a_weakening_and_a_new_query_is_none() {
    let rate = |expression: &str| {
        [(r#"metric_query["rate"]"#, Value::Bool(true)), (r#"metric_query["rate"].expression"#, Value::from(expression))]
    };
    assert_eq!(effects(&rate("a / b"), &rate("a")), [(r#"metric_query["rate"].expression"#.to_owned(), Some(Effect::Weakens))]);
    assert!(effects(&[], &rate("a / b")).into_iter().all(|(_, effect)| effect.is_none()));
}

/// The settings of one query: an expression where it begins with a sign or a function, else a metric of AWS Backup.
fn query(id: &str, what: &str, returns: bool) -> Vec<(String, Value)> {
    let block = path::keyed("metric_query", id);
    let mut settings = vec![(block.clone(), Value::Bool(true)), (path::child(&block, "return_data"), Value::Bool(returns))];
    if what.starts_with("Number") {
        settings.push((path::child(&block, "metric.namespace"), Value::from("AWS/Backup")));
        settings.push((path::child(&block, "metric.metric_name"), Value::from(what)));
    } else {
        settings.push((path::child(&block, "expression"), Value::from(what)));
    }
    settings
}

/// The settings whose change from one set of queries to another weakens.
fn weakening(before: &[Vec<(String, Value)>], after: &[Vec<(String, Value)>]) -> Vec<String> {
    let [before, after] =
        [before, after].map(|all| all.iter().flatten().map(|(path, value)| (path.as_str(), value.clone())).collect::<Vec<_>>());
    let mut found = effects(&before, &after);
    found.retain(|(_, effect)| *effect == Some(Effect::Weakens));
    found.into_iter().map(|(setting, _)| setting).collect()
}

const FAILED: &str = "NumberOfBackupJobsFailed";
const EXPIRED: &str = "NumberOfBackupJobsExpired";

#[test]
fn the_same_metric_in_another_form_is_watched_on() {
    let single = vec![("namespace".to_owned(), Value::from("AWS/Backup")), ("metric_name".to_owned(), Value::from(FAILED))];
    assert!(weakening(std::slice::from_ref(&single), &[query("failed", FAILED, true)]).is_empty());
    assert_eq!(weakening(&[single], &[query("failed", EXPIRED, true)]), ["metric_name"]);
}

#[test]
fn a_query_by_another_id_is_watched_on() {
    let share = |id: &str| [query(id, FAILED, false), query("b", EXPIRED, false), query("share", &format!("{id} / b"), true)];
    assert!(weakening(&share("a"), &share("c")).is_empty());
    assert!(weakening(&[query("a", FAILED, true)], &[query("c", FAILED, true)]).is_empty());
    assert_eq!(weakening(&[query("a", FAILED, true)], &[query("c", EXPIRED, true)]), [r#"metric_query["a"]"#]);
    let swapped = [query("a", EXPIRED, false), query("b", FAILED, false), query("share", "a / b", true)];
    assert!(!weakening(&share("a"), &swapped).contains(&r#"metric_query["a"].metric.metric_name"#.to_owned()), "both are still watched");
}

#[test]
fn what_returns_data_from_now_on_is_no_loss_and_what_no_longer_does_is_one() {
    let of = |first: bool| [query("a", FAILED, first), query("b", EXPIRED, !first)];
    assert_eq!(weakening(&of(true), &of(false)), [r#"metric_query["a"].return_data"#]);
    let both = [query("a", FAILED, false), query("b", EXPIRED, false), query("sum", "a + b", true)];
    assert!(weakening(&of(true), &both).is_empty(), "it is in the sum");
}

#[test]
fn another_unit_is_another_metric() {
    let of = |unit: &str| [("namespace", Value::from("AWS/Backup")), ("metric_name", Value::from(FAILED)), ("unit", Value::from(unit))];
    assert_eq!(effects(&of("Count"), &of("Seconds")), [("unit".to_owned(), Some(Effect::Weakens))]);
}

use super::rule::{Filter, Rule};
use super::table::{LOCK, LOCK_DAYS, LOCK_MODE, SPEC};
use super::{effects, replication_checks};
use crate::model::{Change, Consent, Effect, Fallback, Live, Reaches, Reading, SourceId, Span, Value, Wanted, path};
use std::collections::BTreeMap;

/// A rule of these settings.
fn rule(settings: &[(&str, Value)]) -> Rule {
    let at = path::keyed("lifecycle_rule", "x");
    let mut all: BTreeMap<String, Value> = settings.iter().map(|(rest, value)| (path::child(&at, rest), value.clone())).collect();
    all.insert(at.clone(), Value::Bool(true));
    Rule::of(&at, all.iter())
}

fn number(number: i64) -> Value {
    Value::from(number)
}

/// What becomes of a rule, with versioning on, off and unknown.
fn effects(before: &Rule, after: &Rule) -> [Effect; 3] {
    [Some(true), Some(false), None].map(|versioned| effects::lifecycle(before, after, versioned))
}

const NONE: Rule = Rule::NOTHING;
const LOSES: [Effect; 3] = [Effect::LosesData; 3];
const STRONGER: [Effect; 3] = [Effect::Strengthens; 3];
const NEUTRAL: [Effect; 3] = [Effect::Neutral; 3];
/// With versioning a delete marker is all that comes.
const MARKER: [Effect; 3] = [Effect::Weakens, Effect::LosesData, Effect::LosesData];

#[test]
fn deleting_sooner_loses_data_and_deleting_later_keeps_more() {
    let [month, year] = [30, 365].map(|days| rule(&[("expiration.days", number(days))]));
    assert_eq!(effects(&NONE, &month), MARKER);
    assert_eq!(effects(&year, &month), MARKER);
    assert_eq!(effects(&month, &year), STRONGER);
    assert_eq!(effects(&month, &NONE), STRONGER);
    let [month, year] = [30, 365].map(|days| rule(&[("noncurrent_version_expiration.noncurrent_days", number(days))]));
    assert_eq!(effects(&NONE, &month), LOSES);
    assert_eq!(effects(&year, &month), LOSES);
    assert_eq!(effects(&month, &year), STRONGER);
}

#[test]
fn fewer_kept_versions_lose_data_however_much_later() {
    let kept = |days, newer: Option<i64>| {
        let mut settings = vec![("noncurrent_version_expiration.noncurrent_days", number(days))];
        settings.extend(newer.map(|newer| ("noncurrent_version_expiration.newer_noncurrent_versions", number(newer))));
        rule(&settings)
    };
    assert_eq!(effects(&kept(30, Some(5)), &kept(30, Some(3))), LOSES);
    assert_eq!(effects(&kept(30, Some(5)), &kept(90, None)), LOSES);
    assert_eq!(effects(&kept(30, None), &kept(30, Some(3))), STRONGER);
}

#[test]
fn a_day_instead_of_an_age_is_taken_for_sooner() {
    let age = rule(&[("expiration.days", number(30))]);
    let [near, far] = ["2027-01-01T00:00:00Z", "2090-01-01T00:00:00Z"].map(|date| rule(&[("expiration.date", Value::from(date))]));
    assert_eq!(effects(&age, &far), MARKER);
    assert_eq!(effects(&far, &near), MARKER);
    assert_eq!(effects(&near, &far), STRONGER);
}

#[test]
fn a_rule_that_is_off_deletes_nothing() {
    let on = [("noncurrent_version_expiration.noncurrent_days", number(7))];
    let off = [("status", Value::from("Disabled")), ("noncurrent_version_expiration.noncurrent_days", number(1))];
    assert_eq!(effects(&rule(&on), &rule(&off)), STRONGER);
    assert_eq!(effects(&rule(&off), &rule(&on)), LOSES);
    assert_eq!(effects(&NONE, &rule(&off)), NEUTRAL);
}

#[test]
fn what_only_moves_objects_is_neutral() {
    let moves = rule(&[(r#"transition["GLACIER"].days"#, number(90))]);
    let aborts = rule(&[("abort_incomplete_multipart_upload.days_after_initiation", number(1))]);
    for (before, after) in [(&NONE, &moves), (&moves, &NONE), (&NONE, &aborts), (&aborts, &moves)] {
        assert_eq!(effects(before, after), NEUTRAL);
    }
}

#[test]
fn a_filter_that_lets_more_in_loses_data() {
    let under = |prefix: &str| {
        let prefix = ("filter.prefix", Value::from(prefix));
        rule(&[prefix, ("noncurrent_version_expiration.noncurrent_days", number(7))])
    };
    assert_eq!(effects(&under("logs/"), &under("")), LOSES);
    assert_eq!(effects(&under("logs/"), &under("tmp/")), LOSES);
    assert_eq!(effects(&under("logs/"), &under("logs/2026/")), STRONGER);
    assert_eq!(effects(&under("logs/"), &under("logs/")), NEUTRAL);
}

#[test]
fn one_filter_is_within_another_only_by_every_condition() {
    let all = Filter::default();
    let tagged = |keys: &[&str]| Filter { tags: keys.iter().map(|key| ((*key).to_owned(), String::new())).collect(), ..Filter::default() };
    let sized = |above, below| Filter { above, below, ..Filter::default() };
    for filter in [tagged(&["a"]), sized(Some(1), None), sized(None, Some(9))] {
        assert!(filter.is_within(&all));
        assert!(!all.is_within(&filter), "{filter:?}");
    }
    assert!(tagged(&["a", "b"]).is_within(&tagged(&["a"])));
    assert!(!tagged(&["a"]).is_within(&tagged(&["a", "b"])));
    assert!(sized(Some(5), Some(6)).is_within(&sized(Some(5), Some(9))));
    assert!(!sized(Some(4), Some(6)).is_within(&sized(Some(5), Some(9))));
}

#[test]
fn every_row_says_what_it_is_and_what_it_needs() {
    for setting in SPEC.settings {
        assert!(!setting.doc.is_empty() && !setting.source.is_empty(), "{}", setting.path);
        assert!(!setting.reads.is_empty() && !setting.writes.is_empty(), "{}", setting.path);
        // What is within a rule and not declared must be at its default, so a default that means something is one that AWS has.
        if let Fallback::Text(word) = setting.aws_default {
            assert!(["", "Enabled", "Disabled"].contains(&word), "{}", setting.path);
        }
    }
}

fn wanted(values: impl IntoIterator<Item = (String, Value)>) -> BTreeMap<String, Wanted> {
    let span = Span { source: SourceId::default(), range: 0..0 };
    values.into_iter().map(|(path, value)| (path, Wanted::new(value, span.clone()))).collect()
}

fn change(setting: &str, before: Reading, after: Value) -> Change {
    Change {
        setting: setting.to_owned(),
        before,
        after,
        effect: Effect::Neutral,
        reaches: Reaches::Future,
        consequence: None,
        consent: Consent::NotNeeded,
        because: None,
        part_of: None,
    }
}

/// What becomes of a default retention from one mode and days to another, said at its days.
fn retention(before: (&str, i64), after: (&str, i64)) -> Effect {
    let mut live = Live::default();
    live.set([
        (LOCK, Reading::Known(Value::Bool(true))),
        (LOCK_MODE, Reading::Known(Value::from(before.0))),
        (LOCK_DAYS, Reading::Known(number(before.1))),
    ]);
    let wanted = wanted([(LOCK_MODE.to_owned(), Value::from(after.0)), (LOCK_DAYS.to_owned(), number(after.1))]);
    let change = change(LOCK_DAYS, Reading::Known(number(before.1)), number(after.1));
    effects::lock(&change, &live, &wanted)
}

#[test]
fn what_nobody_can_delete_is_not_locked_for_longer_without_consent() {
    let [governance, compliance] = ["GOVERNANCE", "COMPLIANCE"];
    assert_eq!(retention((governance, 30), (governance, 60)), Effect::Strengthens);
    assert_eq!(retention((compliance, 30), (compliance, 60)), Effect::Irreversible);
    assert_eq!(retention((governance, 30), (compliance, 60)), Effect::Irreversible);
    // The mode that goes takes its period along.
    assert_eq!(retention((compliance, 30), (governance, 60)), Effect::Strengthens);
    assert_eq!(retention((compliance, 60), (compliance, 30)), Effect::Weakens);
}

#[test]
fn minutes_of_what_is_off_are_an_error() {
    let at = path::keyed("replication_rule", "x");
    for (status, minutes) in [
        ("destination.metrics.status", "destination.metrics.event_threshold.minutes"),
        ("destination.replication_time.status", "destination.replication_time.time.minutes"),
    ] {
        let said = |status_is: Value| {
            let settings =
                [(at.clone(), Value::Bool(true)), (path::child(&at, status), status_is), (path::child(&at, minutes), number(15))];
            let concerns = replication_checks::check(&wanted(settings));
            concerns.into_iter().any(|concern| concern.at == path::child(&at, minutes))
        };
        assert!(said(Value::from("Disabled")), "{minutes}");
        assert!(!said(Value::from("Enabled")) && !said(Value::Unknown), "{minutes}");
    }
}

#[test]
fn keeping_more_versions_loses_nothing_by_itself() {
    let at = path::keyed("lifecycle_rule", "x");
    let days = path::child(&at, "noncurrent_version_expiration.noncurrent_days");
    let newer = path::child(&at, "noncurrent_version_expiration.newer_noncurrent_versions");
    let of = |setting: &str, before: (i64, i64), after: (i64, i64)| {
        let mut live = Live::default();
        let known = |value| Reading::Known(number(value));
        live.settings.insert(at.clone(), Reading::Known(Value::Bool(true)));
        live.settings.insert(days.clone(), known(before.0));
        live.settings.insert(newer.clone(), known(before.1));
        let wanted = wanted([(at.clone(), Value::Bool(true)), (days.clone(), number(after.0)), (newer.clone(), number(after.1))]);
        let (was, is) = if setting == days { (before.0, after.0) } else { (before.1, after.1) };
        effects::effect(&change(setting, known(was), number(is)), &live, &wanted)
    };
    assert_eq!(of(&newer, (30, 5), (7, 10)), Some(Effect::Strengthens));
    assert_eq!(of(&days, (30, 5), (7, 10)), Some(Effect::LosesData));
    assert_eq!(of(&newer, (7, 10), (30, 5)), Some(Effect::LosesData));
}

#[test]
fn encryption_with_kms_weakens_where_a_rule_leaves_it_out() {
    let at = path::keyed("replication_rule", "x");
    let turned = |before: &str, selects: Value, foreign: i64| {
        let mut live = Live::default();
        live.facts.insert("foreign_replication_rules_without_kms".to_owned(), number(foreign));
        let wanted = wanted([
            (at.clone(), Value::Bool(true)),
            (path::child(&at, "source_selection_criteria.sse_kms_encrypted_objects.status"), selects),
        ]);
        let change = change("server_side_encryption.sse_algorithm", Reading::Known(Value::from(before)), Value::from("aws:kms"));
        effects::effect(&change, &live, &wanted)
    };
    assert_eq!(turned("AES256", Value::from("Disabled"), 0), Some(Effect::Weakens));
    assert_eq!(turned("AES256", Value::from("Enabled"), 1), Some(Effect::Weakens));
    assert_eq!(turned("AES256", Value::from("Enabled"), 0), None);
    assert_eq!(turned("AES256", Value::Unknown, 0), None);
    assert_eq!(turned("aws:kms:dsse", Value::from("Disabled"), 1), None);
}

use super::*;
use crate::kinds::Needed;
use crate::model::{Consent, Reaches, Severity, SourceId, Span};

fn wanted(settings: &[(&str, i64)]) -> BTreeMap<String, Wanted> {
    let span = Span { source: SourceId::default(), range: 0..0 };
    settings.iter().map(|(path, days)| ((*path).to_owned(), Wanted::new(Value::from(*days), span.clone()))).collect()
}

fn change(setting: &str, before: Option<i64>, after: Option<i64>) -> Change {
    Change {
        setting: setting.to_owned(),
        before: before.map_or(Reading::Unset, |days| Reading::Known(Value::from(days))),
        after: after.map(Value::from).unwrap_or_default(),
        effect: Effect::Neutral,
        reaches: Reaches::Future,
        consequence: None,
        consent: Consent::NotNeeded,
        because: None,
        part_of: None,
    }
}

fn locked(date: Option<&str>) -> Live {
    let facts = date.map(|date| (LOCK_DATE.to_owned(), Value::from(date))).into_iter().collect();
    Live { facts, ..Live::default() }
}

fn now() -> Timestamp {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

#[test]
fn whatever_is_put_with_a_grace_time_cannot_be_undone_and_the_moment_is_named() {
    let compliance = wanted(&[(MIN_DAYS, 30), (CHANGEABLE, 3)]);
    let raised = change(MIN_DAYS, Some(7), Some(30));
    assert_eq!(VaultLock.effect(&raised, &locked(None), &compliance), Some(Effect::Irreversible));
    let said = VaultLock.consequence_among(&raised, &locked(Some("2026-11-22T00:00:00Z")), &compliance, now()).unwrap();
    assert!(said.contains("until 2026-11-24 12:00 UTC (3 days from now)") && said.contains("starts anew"), "{said}");
    let governance = wanted(&[(MIN_DAYS, 30)]);
    assert_eq!(VaultLock.effect(&raised, &locked(None), &governance), None);
    assert_eq!(VaultLock.effect(&change(CHANGEABLE, None, None), &locked(None), &governance), Some(Effect::Weakens));
}

#[test]
fn a_lock_can_be_changed_and_removed_until_its_date_and_never_after() {
    let (open, shut) = (locked(Some("2026-11-21T12:00:01Z")), locked(Some("2026-11-21T12:00:00Z")));
    let raised = change(MIN_DAYS, Some(7), Some(30));
    assert_eq!(VaultLock.refuses(&raised, &open, now()), None);
    assert_eq!(VaultLock.keeps(&open, now()), None);
    assert!(VaultLock.refuses(&raised, &shut, now()).is_some());
    assert!(VaultLock.keeps(&shut, now()).is_some());
    assert_eq!(VaultLock.keeps(&locked(None), now()), None);
}

#[test]
fn any_number_of_days_agrees_with_a_date_and_none_does_not() {
    let dated = locked(Some("2026-11-24T12:00:00Z"));
    assert!(VaultLock.withholds(&dated, CHANGEABLE, Some(&Value::from(5))));
    assert!(!VaultLock.withholds(&dated, CHANGEABLE, Some(&Value::Null)));
    assert!(!VaultLock.withholds(&dated, CHANGEABLE, None));
    assert!(!VaultLock.withholds(&locked(None), CHANGEABLE, Some(&Value::from(5))));
}

#[test]
fn a_range_takes_what_fits_and_says_of_the_rest_which_end_is_to_blame() {
    let keeping = |days: Option<i64>| Need {
        at: String::new(),
        of: String::new(),
        needed: Needed::Keeping(days),
        severity: Severity::Error,
        otherwise: String::new(),
    };
    let answer = |days, min: Option<i64>, max: Option<i64>| {
        let will_be = |path: &str| Some(if path == MIN_DAYS { min } else { max }.map(Value::from).unwrap_or_default());
        match VaultLock.answers(&keeping(days), &will_be) {
            Answer::No { at, .. } => at,
            other => format!("{other:?}"),
        }
    };
    assert_eq!(answer(Some(7), Some(7), Some(365)), "Yes");
    assert_eq!(answer(Some(365), Some(7), Some(365)), "Yes");
    assert_eq!(answer(Some(6), Some(7), None), MIN_DAYS);
    assert_eq!(answer(Some(366), None, Some(365)), MAX_DAYS);
    assert_eq!(answer(None, Some(7), Some(365)), MAX_DAYS);
    assert_eq!(answer(None, Some(7), None), "Yes");
    assert_eq!(VaultLock.answers(&keeping(Some(7)), &|_| None), Answer::Unknown);
}

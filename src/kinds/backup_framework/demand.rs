//! How much the parameters of a control ask for: value and unit together, with AWS's defaults for what is left out.
//!
//! Source: AWS Backup Developer Guide, Controls and remediation; AWS Config Developer Guide, the managed rules of the same names.

use super::PARAMETER;
use crate::model::{Change, Effect, Live, Reading, Value, Wanted, path};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

const HOURS_OF_A_DAY: i64 = 24;

/// What a parameter means.
#[derive(Clone, Copy)]
enum Sense {
    /// A number of which more asks for more, with AWS's default; 0 asks for nothing.
    AtLeast(i64),
    /// A number of which less asks for more, with AWS's default.
    AtMost(i64),
    /// A time of which less asks for more: a value and a unit, which are parameters by these names, one day unless said.
    Within { value: &'static str, unit: &'static str },
    /// Who is let off; nobody unless said.
    Exceptions,
    /// A narrower demand than without it; of two, nobody can say which asks for more.
    Narrows,
}

const AGE: Sense = Sense::Within { value: "recoveryPointAgeValue", unit: "recoveryPointAgeUnit" };
const FREQUENCY: Sense = Sense::Within { value: "requiredFrequencyValue", unit: "requiredFrequencyUnit" };

fn sense(parameter: &str) -> Option<Sense> {
    Some(match parameter {
        "requiredRetentionDays" => Sense::AtLeast(35),
        "minRetentionDays" => Sense::AtLeast(0),
        "maxRestoreTime" => Sense::AtMost(720),
        "recoveryPointAgeValue" | "recoveryPointAgeUnit" => AGE,
        "requiredFrequencyValue" | "requiredFrequencyUnit" => FREQUENCY,
        "principalArnList" => Sense::Exceptions,
        "maxRetentionDays" | "crossAccountList" | "crossRegionList" => Sense::Narrows,
        _ => return None,
    })
}

/// A parameter as it is, or is to be.
#[derive(PartialEq, Eq)]
enum Given {
    Left,
    Text(String),
    /// Nobody knows what.
    Unknown,
}

/// What a change of a parameter does to what the control asks for, with a sentence where its direction cannot be told.
///
/// None where the change is not about a parameter.
pub(super) fn judge(change: &Change, live: &Live, wanted: &BTreeMap<String, Wanted>) -> Option<(Effect, &'static str)> {
    let block = change.setting.strip_suffix(".value").unwrap_or(&change.setting);
    let (parameters, name) = path::split_key(block).filter(|(parameters, _)| parameters.ends_with(PARAMETER))?;
    let value = |name: &str| path::child(&path::keyed(&parameters, name), "value");
    let before = |name: &str| match live.settings.get(&value(name)) {
        Some(Reading::Known(value)) => given(Some(value)),
        Some(Reading::Unreadable { .. }) => Given::Unknown,
        Some(Reading::Unset) | None => Given::Left,
    };
    let after = |name: &str| given(wanted.get(&value(name)).map(|wanted| &wanted.value));
    let order = sense(&name).and_then(|sense| compare(sense, &name, &before, &after));
    Some(match order {
        Some(Ordering::Less) => (Effect::Weakens, "the control asks for less, so that what complies with it is protected less"),
        Some(Ordering::Equal) => (Effect::Neutral, ""),
        Some(Ordering::Greater) => (Effect::Strengthens, "the control asks for more"),
        None => (Effect::Weakens, "the control asks for something else, which cannot be compared: it may be less"),
    })
}

fn given(value: Option<&Value>) -> Given {
    match value {
        None => Given::Left,
        Some(value) => value.as_str().map_or(Given::Unknown, |text| Given::Text(text.trim().to_owned())),
    }
}

type Lookup<'a> = &'a dyn Fn(&str) -> Given;

/// How what is asked for after a change compares with what was asked before; none where nobody can say.
fn compare(sense: Sense, name: &str, before: Lookup<'_>, after: Lookup<'_>) -> Option<Ordering> {
    match sense {
        Sense::AtLeast(default) => Some(number(&after(name), default)?.cmp(&number(&before(name), default)?)),
        Sense::AtMost(default) => Some(number(&before(name), default)?.cmp(&number(&after(name), default)?)),
        Sense::Within { value, unit } => {
            let hours = |lookup: Lookup<'_>| number(&lookup(value), 1)?.checked_mul(hours_of(&lookup(unit))?);
            Some(hours(before)?.cmp(&hours(after)?))
        }
        Sense::Exceptions => {
            let (before, after) = (list(&before(name))?, list(&after(name))?);
            match (before.is_subset(&after), after.is_subset(&before)) {
                (true, true) => Some(Ordering::Equal),
                (true, false) => Some(Ordering::Less),
                (false, true) => Some(Ordering::Greater),
                (false, false) => None,
            }
        }
        Sense::Narrows => match (before(name), after(name)) {
            (Given::Left, Given::Text(_)) => Some(Ordering::Greater),
            (Given::Text(_), Given::Left) => Some(Ordering::Less),
            (before, after) => (before == after && before != Given::Unknown).then_some(Ordering::Equal),
        },
    }
}

/// The number in force; none where it is no number.
fn number(given: &Given, default: i64) -> Option<i64> {
    match given {
        Given::Left => Some(default),
        Given::Text(text) => text.parse().ok(),
        Given::Unknown => None,
    }
}

fn hours_of(unit: &Given) -> Option<i64> {
    match unit {
        Given::Left => Some(HOURS_OF_A_DAY),
        Given::Text(unit) => match unit.to_lowercase().as_str() {
            "hours" => Some(1),
            "days" => Some(HOURS_OF_A_DAY),
            _ => None,
        },
        Given::Unknown => None,
    }
}

fn list(given: &Given) -> Option<BTreeSet<String>> {
    match given {
        Given::Left => Some(BTreeSet::new()),
        Given::Text(text) => Some(text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()),
        Given::Unknown => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::Kind;
    use crate::kinds::backup_framework::Framework;
    use crate::model::{Consent, Reaches, SourceId, Span};
    use std::sync::LazyLock;

    static CONTROL: LazyLock<String> = LazyLock::new(|| path::keyed("control", "ANY"));

    /// The effect at one parameter of a change from some parameters to others.
    fn effect(parameter: &str, before: &[(&str, &str)], after: &[(&str, &str)]) -> Effect {
        let block = path::keyed(&path::child(&CONTROL, PARAMETER), parameter);
        let at = |name: &str| path::child(&path::keyed(&path::child(&CONTROL, PARAMETER), name), "value");
        let live = before.iter().map(|(name, value)| (at(name), Reading::Known(Value::from(*value))));
        let live = Live { settings: live.collect(), ..Live::default() };
        let span = Span { source: SourceId::default(), range: 0..0 };
        let wanted = after.iter().map(|(name, value)| (at(name), Wanted::new(Value::from(*value), span.clone())));
        let stays = before.iter().chain(after).filter(|(name, _)| *name == parameter).count() == 2;
        let change = Change {
            setting: if stays { at(parameter) } else { block },
            before: Reading::Unset,
            after: Value::Null,
            effect: Effect::Neutral,
            reaches: Reaches::Future,
            consequence: None,
            consent: Consent::NotNeeded,
            because: None,
            part_of: None,
        };
        Framework.effect(&change, &live, &wanted.collect()).unwrap_or(change.effect)
    }

    #[test]
    fn what_is_left_out_asks_for_the_default_of_aws() {
        assert_eq!(effect("requiredRetentionDays", &[("requiredRetentionDays", "365")], &[]), Effect::Weakens);
        assert_eq!(effect("requiredRetentionDays", &[("requiredRetentionDays", "35")], &[]), Effect::Neutral);
        assert_eq!(effect("requiredRetentionDays", &[("requiredRetentionDays", "7")], &[]), Effect::Strengthens);
        assert_eq!(effect("minRetentionDays", &[("minRetentionDays", "7")], &[]), Effect::Weakens);
        assert_eq!(effect("maxRestoreTime", &[], &[("maxRestoreTime", "1440")]), Effect::Weakens);
    }

    #[test]
    fn a_unit_counts_with_its_value() {
        let hours = [("requiredFrequencyUnit", "hours"), ("requiredFrequencyValue", "12")];
        let days = [("requiredFrequencyUnit", "days"), ("requiredFrequencyValue", "12")];
        assert_eq!(effect("requiredFrequencyUnit", &hours, &days), Effect::Weakens);
        assert_eq!(effect("requiredFrequencyUnit", &days, &hours), Effect::Strengthens);
        let day = [("requiredFrequencyUnit", "days"), ("requiredFrequencyValue", "1")];
        let same = [("requiredFrequencyUnit", "hours"), ("requiredFrequencyValue", "24")];
        assert_eq!(effect("requiredFrequencyValue", &day, &same), Effect::Neutral);
        assert_eq!(effect("requiredFrequencyUnit", &[("requiredFrequencyUnit", "hours")], &[]), Effect::Weakens, "24 hours, not 1");
    }

    #[test]
    fn what_cannot_be_compared_needs_consent() {
        assert_eq!(effect("crossRegionList", &[("crossRegionList", "eu-west-1")], &[("crossRegionList", "us-west-2")]), Effect::Weakens);
        assert_eq!(effect("requiredRetentionDays", &[("requiredRetentionDays", "35")], &[("requiredRetentionDays", "x")]), Effect::Weakens);
        assert_eq!(effect("newParameter", &[], &[("newParameter", "1")]), Effect::Weakens);
        assert_eq!(effect("crossRegionList", &[], &[("crossRegionList", "us-west-2")]), Effect::Strengthens);
        let (one, two) = ([("principalArnList", "arn:a")], [("principalArnList", "arn:a, arn:b")]);
        assert_eq!(effect("principalArnList", &one, &two), Effect::Weakens, "one more may delete");
        assert_eq!(effect("principalArnList", &two, &[]), Effect::Strengthens);
    }
}

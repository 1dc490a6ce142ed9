//! Whether a changed alarm fires in more cases than before, or in fewer.

use crate::model::{Change, Effect, Live, Reading, Value, Wanted};
use std::collections::BTreeMap;

/// What a change does to how readily the alarm fires; `None` leaves the table's word, and neutral is where nobody can tell.
pub(super) fn effect(change: &Change, live: &Live, wanted: &BTreeMap<String, Wanted>) -> Option<Effect> {
    let before = |at: &str| match live.settings.get(at) {
        Some(Reading::Known(value)) => value.clone(),
        _ => Value::Null,
    };
    let after = |at: &str| wanted.get(at).map(|wanted| wanted.value.clone()).unwrap_or_default();
    let operators = [before("comparison_operator"), after("comparison_operator")];
    let sides = operators.clone().map(|operator| operator.as_str().and_then(side));
    let same_metric = ["metric_name", "namespace", "statistic", "period"].iter().all(|at| before(at) == after(at));
    match change.setting.as_str() {
        "threshold" | "comparison_operator" if !same_metric || sides[0] != sides[1] => None,
        "threshold" => {
            let (from, to) = (before("threshold").as_f64()?, after("threshold").as_f64()?);
            Some(direction(if sides[0]? == Side::Above { from - to } else { to - from }))
        }
        "comparison_operator" => {
            let or_equal = |value: &Value| value.as_str().is_some_and(|text| text.contains("OrEqualTo"));
            Some(direction(f64::from(i8::from(or_equal(&operators[1])) - i8::from(or_equal(&operators[0])))))
        }
        "evaluation_periods" | "datapoints_to_alarm" => {
            let window = |value: &dyn Fn(&str) -> Value| {
                let of = value("evaluation_periods").as_i64()?;
                Some(Window { needed: value("datapoints_to_alarm").as_i64().unwrap_or(of), of })
            };
            let (from, to) = (window(&before)?, window(&after)?);
            Some(match (to.fires_whenever(from), from.fires_whenever(to)) {
                (true, false) => Effect::Strengthens,
                (false, true) => Effect::Weakens,
                _ => Effect::Neutral,
            })
        }
        // For what is missed when nothing happens, missing data is the case that counts.
        "treat_missing_data" if sides == [Some(Side::Below); 2] => {
            let breaching = |value: &Value| value.as_str() == Some("breaching");
            let (from, to) = (before("treat_missing_data"), after("treat_missing_data"));
            Some(direction(f64::from(i8::from(breaching(&to)) - i8::from(breaching(&from)))))
        }
        _ => None,
    }
}

/// What follows from a change that makes the alarm fire in fewer or more cases.
pub(super) fn consequence(change: &Change) -> Option<String> {
    let (stronger, weaker) = match change.setting.as_str() {
        "threshold" | "comparison_operator" => ("it fires in more cases than before", "it fires in fewer cases than before"),
        "evaluation_periods" | "datapoints_to_alarm" => {
            ("fewer periods are enough to fire", "it needs more periods to fire, so that it fires later, or not at all")
        }
        "treat_missing_data" => ("it fires where there is no data", "it no longer fires where there is no data at all"),
        _ => return None,
    };
    match change.effect {
        Effect::Strengthens => Some(stronger.to_owned()),
        Effect::Weakens => Some(weaker.to_owned()),
        Effect::Neutral | Effect::LosesData | Effect::Irreversible => None,
    }
}

/// On which side of the threshold an alarm fires.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Above,
    Below,
}

fn side(operator: &str) -> Option<Side> {
    match operator {
        "GreaterThanThreshold" | "GreaterThanOrEqualToThreshold" => Some(Side::Above),
        "LessThanThreshold" | "LessThanOrEqualToThreshold" => Some(Side::Below),
        _ => None,
    }
}

fn direction(more: f64) -> Effect {
    if more > 0.0 {
        Effect::Strengthens
    } else if more < 0.0 {
        Effect::Weakens
    } else {
        Effect::Neutral
    }
}

/// How many of the latest periods must cross the threshold.
#[derive(Clone, Copy)]
struct Window {
    needed: i64,
    of: i64,
}

impl Window {
    /// Whether it fires at the latest when the other does, however the periods that cross lie.
    fn fires_whenever(self, other: Self) -> bool {
        if self.of >= other.of {
            return self.needed <= other.needed;
        }
        let (own, others) = (self.of.max(1), other.of.max(1));
        // Of the other's periods, those in some shorter window: shared out evenly, or all but those that do not cross.
        let windows = others / own + i64::from(others % own != 0);
        let even = other.needed / windows + i64::from(other.needed % windows != 0);
        self.needed <= even.max(self.of - (other.of - other.needed))
    }
}

#[cfg(test)]
mod tests {
    use super::Window;

    #[test]
    fn fewer_periods_fire_sooner_and_a_wider_window_more_often() {
        let window = |needed, of| Window { needed, of };
        assert!(window(1, 1).fires_whenever(window(3, 3)));
        assert!(!window(3, 3).fires_whenever(window(1, 1)));
        assert!(window(2, 5).fires_whenever(window(2, 3)));
        assert!(!window(2, 3).fires_whenever(window(2, 5)));
        assert!(!window(3, 5).fires_whenever(window(2, 3)), "three are more than two");
        assert!(window(1, 2).fires_whenever(window(2, 4)));
        assert!(window(2, 2).fires_whenever(window(3, 3)));
        assert!(!window(2, 2).fires_whenever(window(2, 3)), "the two need not be neighbours");
    }
}

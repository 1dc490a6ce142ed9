//! Whether a changed alarm fires in more cases than before, or in fewer.

use super::published::{self, Judgement};
use crate::model::{Change, Effect, Live, Reading, Value, Wanted, path};
use std::collections::BTreeMap;

/// What the values that are compared are, beside the metric that [`watch`](super::watch) looks at.
const VALUES: [&str; 4] = ["statistic", "extended_statistic", "period", "unit"];
/// The same within a `metric_query`.
const QUERY_VALUES: [&str; 4] =
    ["metric_query.period", "metric_query.metric.stat", "metric_query.metric.period", "metric_query.metric.unit"];
/// What names the metric.
const METRIC: [&str; 3] = ["metric_name", "namespace", "dimensions"];
/// What is compared with the values, and how.
const COMPARED: [&str; 3] = ["threshold", "threshold_metric_id", "comparison_operator"];

/// What a change does to how readily the alarm fires; `None` leaves the table's word.
///
/// What cannot be compared weakens: of two numbers of other values nobody can tell which one is crossed more often.
pub(super) fn effect(change: &Change, live: &Live, wanted: &BTreeMap<String, Wanted>) -> Option<Effect> {
    let (before, after) = (|at: &str| known(live, at), |at: &str| declared(wanted, at));
    let at = change.setting.as_str();
    // What never had values never fired.
    let is_about_firing = COMPARED.contains(&at) || VALUES.contains(&at) || WINDOW.contains(&at);
    if is_about_firing && is_never_published(live) {
        return None;
    }
    let operators = [before("comparison_operator"), after("comparison_operator")];
    let sides = operators.clone().map(|operator| operator.as_str().and_then(side));
    match at {
        _ if QUERY_VALUES.contains(&path::generic(at).as_str()) => {
            // What is in a block that goes is told with the block.
            let stays = path::enclosing(at).first().is_some_and(|block| wanted.contains_key(block));
            (stays && !is_said_by_metrics(live, wanted, at)).then_some(Effect::Weakens)
        }
        _ if VALUES.contains(&at) => Some(Effect::Weakens),
        _ if COMPARED.contains(&at) && !is_comparable(live, wanted) => Some(Effect::Weakens),
        "threshold" => {
            let (from, to) = (before("threshold").as_f64(), after("threshold").as_f64());
            let (Some(from), Some(to)) = (from, to) else { return Some(Effect::Weakens) };
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
            let (Some(from), Some(to)) = (window(&before), window(&after)) else { return Some(Effect::Weakens) };
            Some(match (to.fires_whenever(from), from.fires_whenever(to)) {
                (true, false) => Effect::Strengthens,
                (true, true) => Effect::Neutral,
                (false, _) => Effect::Weakens,
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

/// How many periods are looked at, and in how many the threshold must be crossed.
const WINDOW: [&str; 2] = ["evaluation_periods", "datapoints_to_alarm"];

/// What was read of a setting; nothing where it is not set.
fn known(live: &Live, at: &str) -> Value {
    match live.settings.get(at) {
        Some(Reading::Known(value)) => value.clone(),
        _ => Value::Null,
    }
}

/// What is declared of a setting; nothing where it is not.
fn declared(wanted: &BTreeMap<String, Wanted>, at: &str) -> Value {
    wanted.get(at).map(|wanted| wanted.value.clone()).unwrap_or_default()
}

/// Whether the same values are compared with a number, on the same side of it.
fn is_comparable(live: &Live, wanted: &BTreeMap<String, Wanted>) -> bool {
    let of_queries = |at: &&String| at.starts_with("metric_query") && path::generic(at) != "metric_query.label";
    let of_queries = live.settings.keys().chain(wanted.keys()).filter(of_queries).map(String::as_str);
    let nothing = |value: &Value| value.is_nothing() || *value == Value::Bool(false);
    let is_same = |at: &str| {
        let (before, after) = (known(live, at), declared(wanted, at));
        before == after || (nothing(&before) && nothing(&after)) || is_said_by_metrics(live, wanted, at)
    };
    let side = |operator: Value| operator.as_str().and_then(side);
    let (from, to) = (side(known(live, "comparison_operator")), side(declared(wanted, "comparison_operator")));
    from.is_some() && from == to && METRIC.into_iter().chain(VALUES).chain(of_queries).all(is_same)
}

/// Whether the period of an expression comes or goes, and is what the metrics of the other queries have anyhow.
fn is_said_by_metrics(live: &Live, wanted: &BTreeMap<String, Wanted>, at: &str) -> bool {
    let said = [known(live, at), declared(wanted, at)].into_iter().filter(|value| !value.is_nothing()).collect::<Vec<_>>();
    let ([said], "metric_query.period") = (said.as_slice(), path::generic(at).as_str()) else { return false };
    let of_metrics = |at: &&String| path::generic(at) == "metric_query.metric.period";
    let mut periods = live.settings.keys().chain(wanted.keys()).filter(of_metrics).peekable();
    periods.peek().is_some() && periods.all(|at| [known(live, at), declared(wanted, at)].iter().all(|period| period == said))
}

/// Whether AWS surely publishes nothing of what the alarm watched.
fn is_never_published(live: &Live) -> bool {
    let (namespace, name) = (known(live, "namespace"), known(live, "metric_name"));
    let (Some(namespace), Some(name)) = (namespace.as_str(), name.as_str()) else { return false };
    let dimensions = known(live, "dimensions");
    let dimensions: Vec<&str> = dimensions.as_map().into_iter().flatten().map(|(key, _)| key.as_str()).collect();
    matches!(published::judge(namespace, name, dimensions), Judgement::NoSuchMetric(_) | Judgement::NoSuchDimensions { certain: true, .. })
}

/// What follows from a change that makes the alarm fire in fewer or more cases.
pub(super) fn consequence(change: &Change, live: &Live, wanted: &BTreeMap<String, Wanted>) -> Option<String> {
    let at = change.setting.as_str();
    let is_values = VALUES.contains(&at) || QUERY_VALUES.contains(&path::generic(at).as_str());
    let is_compared = is_values || COMPARED.contains(&at);
    if change.effect == Effect::Weakens && is_compared && (is_values || !is_comparable(live, wanted)) {
        return Some("it compares other values, or in another way, so that nobody can tell whether it still fires when it did".to_owned());
    }
    let (stronger, weaker) = match at {
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

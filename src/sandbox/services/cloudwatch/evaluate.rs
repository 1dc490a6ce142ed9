//! The state of an alarm at an instant: what its evaluations since the state was last set have found.
//!
//! CloudWatch evaluates once a minute. A state only changes where a point enters a period or leaves one, so that those instants and the last
//! minute are all that need looking at, however long nobody asked.
//! Alarms on expressions, anomaly bands and statistics other than the basic ones and percentiles keep the state that was set.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::metrics::{Metric, Metrics, Point};
use super::{Alarm, AlarmState, statistics};
use crate::sandbox::clock::later;
use crate::sandbox::services::input::Input;

/// How often CloudWatch evaluates an alarm, in seconds.
const MINUTE: i64 = 60;

/// An alarm on one metric, read from its definition.
struct Rule<'a> {
    statistic: &'a str,
    period: i64,
    /// How many periods are looked at, and how many of them must breach.
    periods: i64,
    to_alarm: usize,
    threshold: f64,
    operator: &'a str,
    missing: &'a str,
}

/// The state of an alarm at `now`.
pub(super) fn state(alarm: &Alarm, metrics: &Metrics, now: Timestamp) -> AlarmState {
    let set = alarm.state.clone();
    let Some((rule, metric)) = Rule::read(alarm) else { return set };
    let points = metrics.points(&metric, alarm.text("Unit"));
    let since = set.updated_at;
    let mut instants: BTreeSet<Timestamp> = BTreeSet::from([floor(now)]);
    for point in &points {
        let first = plus(floor(point.at), MINUTE);
        instants.extend((0..=rule.periods).map(|number| plus(first, number.saturating_mul(rule.period))));
    }
    // A definition that was changed counts from then on, but does not set a state by itself.
    let after = since.max(alarm.configured_at);
    let evaluated = instants.into_iter().filter(|at| *at > after && *at <= now);
    evaluated.fold(set, |before, at| rule.evaluate(&before, &points, at))
}

fn floor(at: Timestamp) -> Timestamp {
    let second = at.as_second();
    Timestamp::from_second(second - second.rem_euclid(MINUTE)).unwrap_or(at)
}

fn plus(at: Timestamp, seconds: i64) -> Timestamp {
    later(at, SignedDuration::from_secs(seconds))
}

impl<'a> Rule<'a> {
    fn read(alarm: &'a Alarm) -> Option<(Self, Metric)> {
        let member = |name: &str| alarm.definition.get(name);
        let statistic =
            alarm.text("Statistic").or_else(|| alarm.text("ExtendedStatistic")).filter(|name| statistics::is_supported(name))?;
        let periods = member("EvaluationPeriods")?.as_i64()?;
        let to_alarm = member("DatapointsToAlarm").and_then(Value::as_i64).unwrap_or(periods);
        let namespace = alarm.text("Namespace")?;
        // Alarms on DynamoDB's metrics ignore missing data whatever they are told (CloudWatch User Guide, missing data).
        let missing = if namespace == "AWS/DynamoDB" { "ignore" } else { alarm.text("TreatMissingData").unwrap_or("missing") };
        let rule = Self {
            statistic,
            period: member("Period")?.as_i64()?,
            periods,
            to_alarm: usize::try_from(to_alarm).ok()?,
            threshold: member("Threshold")?.as_f64()?,
            operator: alarm.text("ComparisonOperator")?,
            missing,
        };
        let definition = Value::Object(alarm.definition.clone());
        Some((rule, Metric::read(Input(&definition)).ok()?))
    }

    fn breaches(&self, value: f64) -> bool {
        match self.operator {
            "GreaterThanOrEqualToThreshold" => value >= self.threshold,
            "GreaterThanThreshold" => value > self.threshold,
            "LessThanThreshold" => value < self.threshold,
            _ => value <= self.threshold,
        }
    }

    /// One evaluation: the periods that end at `at`, the newest first.
    fn evaluate(&self, before: &AlarmState, points: &[&Point], at: Timestamp) -> AlarmState {
        let period = |number: i64| {
            let end = plus(at, -number.saturating_mul(self.period));
            let start = plus(end, -self.period);
            let within: Vec<&Point> = points.iter().copied().filter(|point| start <= point.at && point.at < end).collect();
            statistics::of(&within, self.statistic)
        };
        let values: Vec<Option<f64>> = (0..self.periods).map(period).collect();
        let known = values.iter().flatten().count();
        let missing = values.len() - known;
        let breaching = values.iter().flatten().filter(|value| self.breaches(**value)).count();
        let (found, treated) = match self.missing {
            "breaching" if breaching + missing >= self.to_alarm => ("ALARM", missing),
            "breaching" | "notBreaching" => (if breaching >= self.to_alarm { "ALARM" } else { "OK" }, missing),
            "ignore" if known == 0 => return before.clone(),
            "missing" if known == 0 => ("INSUFFICIENT_DATA", missing),
            _ => (if breaching >= self.to_alarm { "ALARM" } else { "OK" }, 0),
        };
        if found == before.value {
            return before.clone();
        }
        let reason = self.reason(found, (known, breaching), treated);
        let data = json!({
            "version": "1.0",
            "queryDate": at.to_string(),
            "statistic": self.statistic,
            "period": self.period,
            "recentDatapoints": values.iter().rev().flatten().collect::<Vec<_>>(),
            "threshold": self.threshold,
        });
        before.followed_by(found, reason, Some(data.to_string()), at)
    }

    fn reason(&self, found: &str, (known, breaching): (usize, usize), treated: usize) -> String {
        if found == "INSUFFICIENT_DATA" {
            let count = usize::try_from(self.periods).unwrap_or(usize::MAX);
            return format!("Insufficient Data: {} unknown.", datapoints(count));
        }
        let what = match (known, found) {
            (0, "ALARM") => {
                "no datapoints were received".to_owned() + &format!(" for {} and {} treated as [Breaching]", periods(treated), are(treated))
            }
            (0, _) => {
                "no datapoints were received".to_owned()
                    + &format!(" for {} and {} treated as [NonBreaching]", periods(treated), are(treated))
            }
            (_, "ALARM") => format!("{breaching} out of the last {} breached the threshold ({})", datapoints(known), self.threshold),
            _ => {
                format!("{} out of the last {} were not breaching the threshold ({})", known - breaching, datapoints(known), self.threshold)
            }
        };
        format!("Threshold Crossed: {what}.")
    }
}

fn datapoints(count: usize) -> String {
    format!("{count} datapoint{}", if count == 1 { "" } else { "s" })
}

fn periods(count: usize) -> String {
    format!("{count} period{}", if count == 1 { "" } else { "s" })
}

fn are(count: usize) -> String {
    format!("{count} missing datapoint{}", if count == 1 { " was" } else { "s were" })
}

//! Metric data as it is held, and `PutMetricData`.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::definition::{check_namespace, dimensions, text};
use super::invalid_value;
use crate::sandbox::clock::later;
use crate::sandbox::services::input::Input;
use crate::sandbox::services::{AwsError, Call};

/// The metrics of a region.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Metrics(Vec<Series>);

/// Everything that was published for one metric.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Series {
    pub(crate) metric: Metric,
    /// In the order in which they were published.
    pub(crate) points: Vec<Point>,
}

/// What tells one metric from another: every combination of dimensions is one of its own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Metric {
    pub(crate) namespace: String,
    pub(crate) name: String,
    pub(crate) dimensions: BTreeMap<String, String>,
}

/// Values published for one instant, as far as statistics need them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Point {
    pub(crate) at: Timestamp,
    pub(crate) unit: String,
    pub(crate) count: f64,
    pub(crate) sum: f64,
    pub(crate) minimum: f64,
    pub(crate) maximum: f64,
}

impl Metric {
    /// Reads `Namespace`, `MetricName` and `Dimensions`.
    pub(super) fn read(fields: Input<'_>) -> Result<Self, AwsError> {
        let dimensions = dimensions(fields, "dimensions")?;
        let member = |dimension: &Value, member: &str| dimension.get(member).and_then(Value::as_str).unwrap_or_default().to_owned();
        Ok(Self {
            namespace: fields.text("Namespace")?.unwrap_or_default().to_owned(),
            name: fields.text("MetricName")?.unwrap_or_default().to_owned(),
            dimensions: dimensions.iter().map(|dimension| (member(dimension, "Name"), member(dimension, "Value"))).collect(),
        })
    }

    /// The metric as AWS shows it.
    pub(super) fn shown(&self) -> Value {
        let dimensions: Vec<Value> = self.dimensions.iter().map(|(name, value)| json!({ "Name": name, "Value": value })).collect();
        json!({ "Namespace": self.namespace, "MetricName": self.name, "Dimensions": dimensions })
    }
}

impl Point {
    /// One value, seen `count` times.
    pub(crate) fn of(at: Timestamp, unit: &str, value: f64, count: f64) -> Self {
        Self { at, unit: unit.to_owned(), count, sum: value * count, minimum: value, maximum: value }
    }
}

impl Metrics {
    /// Publishes a point. Services that publish metrics of their own do it here.
    pub(crate) fn publish(&mut self, metric: Metric, point: Point) {
        match self.0.iter_mut().find(|series| series.metric == metric) {
            Some(series) => series.points.push(point),
            None => self.0.push(Series { metric, points: vec![point] }),
        }
    }

    /// Publishes those of some points at whose instant there is none yet.
    pub(crate) fn publish_once(&mut self, metric: Metric, points: Vec<Point>) {
        let at = self.0.iter().position(|series| series.metric == metric);
        let mut series = at.map_or_else(|| Series { metric, points: Vec::new() }, |at| self.0.swap_remove(at));
        let known: BTreeSet<Timestamp> = series.points.iter().map(|point| point.at).collect();
        series.points.extend(points.into_iter().filter(|point| !known.contains(&point.at)));
        self.0.push(series);
    }

    /// What was published for a metric, in `unit` unless that is `None`.
    pub(super) fn points(&self, metric: &Metric, unit: Option<&str>) -> Vec<&Point> {
        let series = self.0.iter().find(|series| series.metric == *metric);
        series.into_iter().flat_map(|series| &series.points).filter(|point| unit.is_none_or(|unit| unit == point.unit)).collect()
    }

    /// All series, in the order of their metrics.
    pub(super) fn sorted(&self) -> Vec<&Series> {
        let mut all: Vec<&Series> = self.0.iter().collect();
        all.sort_by(|one, other| one.metric.cmp(&other.metric));
        all
    }
}

/// `PutMetricData`.
pub(super) fn put(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    if fields.get("EntityMetricData").is_some() {
        return Err(AwsError::validation("the sandbox does not support EntityMetricData"));
    }
    let namespace = text(fields, ("Namespace", "namespace"), (1, 255))?.ok_or_else(|| AwsError::required("namespace"))?;
    check_namespace(namespace)?;
    if namespace.starts_with("AWS/") {
        return Err(invalid_value("The value AWS/ for parameter Namespace is invalid."));
    }
    let data = fields.list("MetricData")?;
    if data.is_empty() {
        return Err(AwsError::service("MissingRequiredParameterException", "The parameter MetricData is required."));
    }
    if data.len() > 1000 {
        return Err(invalid_value("The collection MetricData must not have a size greater than 1000."));
    }
    let mut read = Vec::new();
    for (index, datum) in data.iter().enumerate() {
        read.push(self::datum(call.now, Input(datum), &format!("MetricData.member.{}", index + 1))?);
    }
    let metrics = &mut call.region().cloudwatch.metrics;
    for (metric, points) in read {
        for point in points {
            metrics.publish(Metric { namespace: namespace.to_owned(), ..metric.clone() }, point);
        }
    }
    Ok(json!({}))
}

fn datum(now: Timestamp, fields: Input<'_>, path: &str) -> Result<(Metric, Vec<Point>), AwsError> {
    text(fields, ("MetricName", "metricData.1.member.metricName"), (1, 255))?
        .ok_or_else(|| AwsError::service("MissingRequiredParameterException", format!("The parameter {path}.MetricName is required.")))?;
    let at = fields.time("Timestamp")?.unwrap_or(now);
    if at < later(now, SignedDuration::from_hours(-14 * 24)) {
        return Err(invalid_value(format!("The parameter {path}.Timestamp must specify a time within the past two weeks.")));
    }
    if at > later(now, SignedDuration::from_hours(2)) {
        return Err(invalid_value(format!("The parameter {path}.Timestamp must specify a time no more than two hours in the future.")));
    }
    let unit = fields.text("Unit")?.unwrap_or("None");
    let (value, values, set) = (fields.number("Value")?, fields.list("Values")?, fields.structure("StatisticValues")?);
    let points = match (value, values, set) {
        (Some(value), [], None) => vec![Point::of(at, unit, value, 1.0)],
        (None, [_, ..], None) => counted(fields, path)?.into_iter().map(|(value, count)| Point::of(at, unit, value, count)).collect(),
        (None, [], Some(set)) => {
            let member =
                |name: &str| set.number(name)?.ok_or_else(|| AwsError::required(&format!("metricData.1.member.statisticValues.{name}")));
            vec![Point {
                at,
                unit: unit.to_owned(),
                count: member("SampleCount")?,
                sum: member("Sum")?,
                minimum: member("Minimum")?,
                maximum: member("Maximum")?,
            }]
        }
        (None, [], None) => {
            let message =
                format!("At least one of the parameters {path}.Value, {path}.Values and {path}.StatisticValues must be specified.");
            return Err(AwsError::service("MissingRequiredParameterException", message));
        }
        _ => {
            let message = format!("The parameters {path}.Value, {path}.Values and {path}.StatisticValues are mutually exclusive.");
            return Err(AwsError::service("InvalidParameterCombinationException", message));
        }
    };
    Ok((Metric::read(fields)?, points))
}

/// `Values` with their `Counts`, which are 1 when they are not given.
fn counted(fields: Input<'_>, path: &str) -> Result<Vec<(f64, f64)>, AwsError> {
    let numbers = |member: &str| -> Result<Vec<f64>, AwsError> {
        let list = fields.list(member)?.iter().map(|value| json!({ "n": value }));
        list.map(|held| Input(&held).number("n").map(Option::unwrap_or_default)).collect()
    };
    let (values, counts) = (numbers("Values")?, numbers("Counts")?);
    if values.len() > 150 {
        return Err(invalid_value(format!("The collection {path}.Values must not have a size greater than 150.")));
    }
    if !counts.is_empty() && counts.len() != values.len() {
        return Err(invalid_value(format!("The parameters {path}.Values and {path}.Counts must be of the same size.")));
    }
    let counts = if counts.is_empty() { vec![1.0; values.len()] } else { counts };
    Ok(values.into_iter().zip(counts).collect())
}

//! Reading metric data: statistics of one metric at a time. Metric math is refused.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::metrics::{Metric, Metrics, Point};
use super::{definition, invalid_value, statistics};
use crate::sandbox::services::input::Input;
use crate::sandbox::services::{AwsError, Call, epoch, s3};

/// The most datapoints that `GetMetricStatistics` returns.
const MAX_DATAPOINTS: i64 = 1440;
/// The most queries and datapoints of one `GetMetricData`.
const MAX_QUERIES: usize = 500;
const MAX_DATA: usize = 100_800;

/// `ListMetrics`, in pages of 500.
pub(super) fn list(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let (namespace, name) = (fields.text("Namespace")?, fields.text("MetricName")?);
    let mut filters = Vec::new();
    for filter in fields.list("Dimensions")? {
        filters.push((Input(filter).required_text("Name", "dimensions.1.member.name")?, Input(filter).text("Value")?));
    }
    let size = call.page(None, 500);
    let skipped: usize = match fields.text("NextToken")? {
        Some(token) => token.parse().map_err(|_| invalid_value("Request parameter NextToken is invalid."))?,
        None => 0,
    };
    tell(call);
    let all = call.region().cloudwatch.metrics.sorted();
    let matching: Vec<Value> = all
        .into_iter()
        .map(|series| &series.metric)
        .filter(|metric| namespace.is_none_or(|namespace| namespace == metric.namespace) && name.is_none_or(|name| name == metric.name))
        .filter(|metric| {
            filters.iter().all(|(name, value)| metric.dimensions.get(*name).is_some_and(|found| value.is_none_or(|value| value == found)))
        })
        .map(Metric::shown)
        .collect();
    let next = skipped.saturating_add(size);
    let mut answer = json!({ "Metrics": matching.iter().skip(skipped).take(size).collect::<Vec<_>>() });
    if matching.len() > next {
        answer["NextToken"] = json!(next.to_string());
    }
    Ok(answer)
}

/// A span of time and the length of its periods in seconds.
struct Span {
    from: Timestamp,
    until: Timestamp,
    period: i64,
}

impl Span {
    fn read(fields: Input<'_>, period: i64) -> Result<Self, AwsError> {
        let from = fields.time("StartTime")?.ok_or_else(|| AwsError::required("startTime"))?;
        let until = fields.time("EndTime")?.ok_or_else(|| AwsError::required("endTime"))?;
        if from >= until {
            return Err(invalid_value("The parameter StartTime must be less than the parameter EndTime."));
        }
        if ![1, 5, 10, 30].contains(&period) && (period < 1 || period % 60 != 0) {
            return Err(invalid_value("The parameter Period must be 1, 5, 10, 30 or a multiple of 60"));
        }
        Ok(Self { from, until, period })
    }

    /// The points of each period that has some, by the start of the period.
    fn periods<'a>(&self, points: Vec<&'a Point>) -> BTreeMap<Timestamp, Vec<&'a Point>> {
        let mut periods: BTreeMap<Timestamp, Vec<&Point>> = BTreeMap::new();
        for point in points.into_iter().filter(|point| self.from <= point.at && point.at < self.until) {
            let second = point.at.as_second();
            if let Ok(start) = Timestamp::from_second(second - second.rem_euclid(self.period)) {
                periods.entry(start).or_default().push(point);
            }
        }
        periods
    }
}

fn unsupported(statistic: &str) -> AwsError {
    invalid_value(format!("the sandbox does not support the statistic {statistic}"))
}

/// `GetMetricStatistics`.
pub(super) fn get_statistics(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let name = fields.required_text("MetricName", "metricName")?;
    fields.required_text("Namespace", "namespace")?;
    let span = Span::read(fields, fields.integer("Period")?.ok_or_else(|| AwsError::required("period"))?)?;
    let (basic, extended) = (fields.texts("Statistics")?, fields.texts("ExtendedStatistics")?);
    if basic.is_empty() == extended.is_empty() {
        return Err(AwsError::service("InvalidParameterCombinationException", "Must specify either Statistics or ExtendedStatistics"));
    }
    if let Some(other) = basic.iter().chain(&extended).find(|statistic| !statistics::is_supported(statistic)) {
        return Err(unsupported(other));
    }
    if span.until.duration_since(span.from).as_secs() / span.period > MAX_DATAPOINTS {
        let message = format!(
            "You have requested more datapoints than the maximum of {MAX_DATAPOINTS}: reduce them by raising Period or by a shorter time"
        );
        return Err(AwsError::service("InvalidParameterCombinationException", message));
    }
    tell(call);
    let points = call.region().cloudwatch.metrics.points(&Metric::read(fields)?, fields.text("Unit")?);
    let datapoints = span.periods(points).into_iter().map(|(start, points)| {
        let mut shown = Map::from_iter([("Timestamp".to_owned(), epoch(start))]);
        shown.extend(points.first().map(|point| ("Unit".to_owned(), json!(point.unit))));
        shown.extend(basic.iter().filter_map(|statistic| Some(((*statistic).to_owned(), json!(statistics::of(&points, statistic)?)))));
        let extra: Map<String, Value> =
            extended.iter().filter_map(|statistic| Some(((*statistic).to_owned(), json!(statistics::of(&points, statistic)?)))).collect();
        if !extra.is_empty() {
            shown.insert("ExtendedStatistics".to_owned(), Value::Object(extra));
        }
        Value::Object(shown)
    });
    Ok(json!({ "Label": name, "Datapoints": datapoints.collect::<Vec<_>>() }))
}

/// Lets services tell what they tell only when somebody asks.
fn tell(call: &mut Call<'_>) {
    s3::publish_progress(call.state, &call.caller.account, call.now);
}

/// `GetMetricData`, in pages of as many datapoints as are asked for. A metric whose points are spread over pages is in each of them.
pub(super) fn get_data(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let queries = fields.list("MetricDataQueries")?;
    if queries.is_empty() {
        return Err(AwsError::validation("The parameter MetricDataQueries is required."));
    }
    let ascending = match fields.text("ScanBy")? {
        Some(order) => {
            definition::check_choice(order, "scanBy", &["TimestampDescending", "TimestampAscending"])?;
            order == "TimestampAscending"
        }
        None => false,
    };
    if queries.len() > MAX_QUERIES {
        return Err(AwsError::validation(format!("The collection MetricDataQueries must not have a size greater than {MAX_QUERIES}.")));
    }
    let asked = fields.integer("MaxDatapoints")?.and_then(|most| usize::try_from(most).ok());
    let size = call.page(asked, MAX_DATA);
    let skipped: usize = match fields.text("NextToken")? {
        Some(token) => token.parse().map_err(|_| invalid_value("Request parameter NextToken is invalid."))?,
        None => 0,
    };
    tell(call);
    let metrics = &call.region().cloudwatch.metrics;
    let mut results = Vec::new();
    for query in queries {
        let query = Input(query);
        if query.get("Expression").is_some() {
            return Err(AwsError::validation("the sandbox does not support metric math (Expression) in GetMetricData"));
        }
        if query.flag("ReturnData")?.unwrap_or(true) {
            results.push(result(metrics, fields, query, ascending)?);
        }
    }
    Ok(page(results, skipped, size))
}

/// The results whose datapoints are on one page, which skips some and has so many.
fn page(results: Vec<Value>, skipped: usize, size: usize) -> Value {
    let end = skipped.saturating_add(size);
    let mut begin = 0_usize;
    let mut shown = Vec::new();
    for mut result in results {
        let count = result["Values"].as_array().map_or(0, Vec::len);
        let until = begin.saturating_add(count);
        let (first, last) = (skipped.clamp(begin, until) - begin, end.clamp(begin, until) - begin);
        // One without points is on the first page.
        let is_here = first < last || (count == 0 && skipped == 0);
        if is_here {
            for member in ["Timestamps", "Values"] {
                let part = result[member].as_array().and_then(|all| all.get(first..last)).map(<[Value]>::to_vec);
                result[member] = json!(part.unwrap_or_default());
            }
            if last < count {
                result["StatusCode"] = json!("PartialData");
            }
            shown.push(result);
        }
        begin = until;
    }
    let mut answer = json!({ "MetricDataResults": shown, "Messages": [] });
    if begin > end {
        answer["NextToken"] = json!(end.to_string());
    }
    answer
}

fn result(metrics: &Metrics, fields: Input<'_>, query: Input<'_>, ascending: bool) -> Result<Value, AwsError> {
    let id = query.required_text("Id", "metricDataQueries.1.member.id")?;
    let path = "metricDataQueries.1.member.metricStat";
    let stat = query.structure("MetricStat")?.ok_or_else(|| AwsError::required(path))?;
    let metric = Metric::read(stat.structure("Metric")?.ok_or_else(|| AwsError::required(&format!("{path}.metric")))?)?;
    let statistic = stat.required_text("Stat", &format!("{path}.stat"))?;
    if !statistics::is_supported(statistic) {
        return Err(unsupported(statistic));
    }
    let span = Span::read(fields, stat.integer("Period")?.ok_or_else(|| AwsError::required(&format!("{path}.period")))?)?;
    let periods = span.periods(metrics.points(&metric, stat.text("Unit")?));
    let mut values: Vec<(Timestamp, f64)> =
        periods.into_iter().filter_map(|(start, points)| Some((start, statistics::of(&points, statistic)?))).collect();
    if !ascending {
        values.reverse();
    }
    Ok(json!({
        "Id": id,
        "Label": query.text("Label")?.unwrap_or(&metric.name),
        "Timestamps": values.iter().map(|(at, _)| epoch(*at)).collect::<Vec<_>>(),
        "Values": values.iter().map(|(_, value)| json!(value)).collect::<Vec<_>>(),
        "StatusCode": "Complete",
    }))
}

//! What `PutMetricAlarm` accepts: every rule of one alarm, and the members as `DescribeAlarms` gives them back.

use serde_json::{Map, Value, json};

use crate::sandbox::services::AwsError;
use crate::sandbox::services::input::Input;

/// Operators that compare with a number.
const STATIC_OPERATORS: &[&str] =
    &["GreaterThanOrEqualToThreshold", "GreaterThanThreshold", "LessThanThreshold", "LessThanOrEqualToThreshold"];
/// Operators that compare with an anomaly detection band.
const BAND_OPERATORS: &[&str] = &["LessThanLowerOrGreaterThanUpperThreshold", "LessThanLowerThreshold", "GreaterThanUpperThreshold"];
const STATISTICS: &[&str] = &["SampleCount", "Average", "Sum", "Minimum", "Maximum"];
const UNITS: &[&str] = &[
    "Seconds",
    "Microseconds",
    "Milliseconds",
    "Bytes",
    "Kilobytes",
    "Megabytes",
    "Gigabytes",
    "Terabytes",
    "Bits",
    "Kilobits",
    "Megabits",
    "Gigabits",
    "Terabits",
    "Percent",
    "Count",
    "Bytes/Second",
    "Kilobytes/Second",
    "Megabytes/Second",
    "Gigabytes/Second",
    "Terabytes/Second",
    "Bits/Second",
    "Kilobits/Second",
    "Megabits/Second",
    "Gigabits/Second",
    "Terabits/Second",
    "Count/Second",
    "None",
];
/// Members of an alarm on one metric, which exclude `Metrics` and `EvaluationCriteria`.
const SINGLE_METRIC: &[&str] = &["MetricName", "Namespace", "Dimensions", "Period", "Unit", "Statistic", "ExtendedStatistic"];
/// An alarm looks back at most this far, and at most a day when its period is shorter than an hour.
const WEEK: i64 = 604_800;
const DAY: i64 = 86_400;
const HOUR: i64 = 3_600;

/// Checks a request of `PutMetricAlarm` made in `region`, and returns its members as `DescribeAlarms` gives them back.
pub(crate) fn define(fields: Input<'_>, region: &str) -> Result<Map<String, Value>, AwsError> {
    let mut made = common(fields, region)?;
    made.insert("Dimensions".to_owned(), json!([]));
    let sources = ["MetricName", "Metrics", "EvaluationCriteria"];
    let given: Vec<&str> = sources.into_iter().filter(|member| is_given(fields, member)).collect();
    match given.as_slice() {
        ["MetricName"] => {
            one_metric(&mut made, fields)?;
            evaluation(&mut made, fields)?;
        }
        ["Metrics"] => {
            refuse(fields, SINGLE_METRIC, "Metrics")?;
            let longest = queries(&mut made, fields)?;
            evaluation(&mut made, fields)?;
            check_window(longest, fields)?;
        }
        ["EvaluationCriteria"] => {
            refuse(fields, SINGLE_METRIC, "EvaluationCriteria")?;
            refuse(fields, &["Threshold", "ComparisonOperator", "EvaluationPeriods", "DatapointsToAlarm"], "EvaluationCriteria")?;
            criteria(&mut made, fields)?;
        }
        [] => return Err(AwsError::validation("Exactly one of MetricName, Metrics and EvaluationCriteria must be specified, found none")),
        several => {
            let found = several.join(" and ");
            return Err(AwsError::validation(format!(
                "Exactly one of MetricName, Metrics and EvaluationCriteria must be specified, found {found}"
            )));
        }
    }
    settings(&mut made, fields)?;
    Ok(made)
}

/// What every alarm has: its description, and whom it tells.
pub(super) fn common(fields: Input<'_>, region: &str) -> Result<Map<String, Value>, AwsError> {
    let mut made = Map::new();
    keep_text(&mut made, fields, ("AlarmDescription", "alarmDescription"), (0, 1024))?;
    for (member, path) in
        [("OKActions", "oKActions"), ("AlarmActions", "alarmActions"), ("InsufficientDataActions", "insufficientDataActions")]
    {
        made.insert(member.to_owned(), json!(actions(fields, (member, path), region)?));
    }
    Ok(made)
}

fn is_given(fields: Input<'_>, member: &str) -> bool {
    fields.get(member).is_some_and(|value| value.as_array().is_none_or(|list| !list.is_empty()) && value.as_str() != Some(""))
}

fn refuse(fields: Input<'_>, members: &[&str], with: &str) -> Result<(), AwsError> {
    match members.iter().find(|member| is_given(fields, member)) {
        Some(member) => Err(AwsError::validation(format!("{member} cannot be specified together with {with}"))),
        None => Ok(()),
    }
}

/// Threshold, operator and periods.
fn evaluation(made: &mut Map<String, Value>, fields: Input<'_>) -> Result<(), AwsError> {
    let operators: Vec<&str> = [STATIC_OPERATORS, BAND_OPERATORS].concat();
    let operator = required_choice(fields, ("ComparisonOperator", "comparisonOperator"), &operators)?;
    let band = BAND_OPERATORS.contains(&operator);
    let threshold = fields.number("Threshold")?;
    let threshold_metric = fields.text("ThresholdMetricId")?.filter(|id| !id.is_empty());
    match (threshold, threshold_metric) {
        (Some(_), Some(_)) => return Err(AwsError::validation("Threshold and ThresholdMetricId cannot be specified together")),
        (None, None) if band => return Err(AwsError::validation(format!("ThresholdMetricId is required with {operator}"))),
        (None, None) => return Err(AwsError::required("threshold")),
        (Some(_), None) if band => return Err(AwsError::validation(format!("Threshold cannot be specified with {operator}"))),
        (None, Some(_)) if !band => return Err(AwsError::validation(format!("ThresholdMetricId cannot be specified with {operator}"))),
        (Some(threshold), None) => made.insert("Threshold".to_owned(), json!(threshold)),
        (None, Some(id)) => made.insert("ThresholdMetricId".to_owned(), json!(id)),
    };
    made.insert("ComparisonOperator".to_owned(), json!(operator));
    let periods =
        at_least_one(fields, ("EvaluationPeriods", "evaluationPeriods"))?.ok_or_else(|| AwsError::required("evaluationPeriods"))?;
    made.insert("EvaluationPeriods".to_owned(), json!(periods));
    if let Some(datapoints) = at_least_one(fields, ("DatapointsToAlarm", "datapointsToAlarm"))? {
        if datapoints > periods {
            return Err(AwsError::validation("DatapointsToAlarm must be less than or equal to EvaluationPeriods"));
        }
        made.insert("DatapointsToAlarm".to_owned(), json!(datapoints));
    }
    Ok(())
}

fn one_metric(made: &mut Map<String, Value>, fields: Input<'_>) -> Result<(), AwsError> {
    if is_given(fields, "ThresholdMetricId") {
        return Err(AwsError::validation("ThresholdMetricId cannot be specified together with MetricName"));
    }
    made.insert("MetricName".to_owned(), json!(text(fields, ("MetricName", "metricName"), (1, 255))?));
    let namespace = text(fields, ("Namespace", "namespace"), (1, 255))?.ok_or_else(|| AwsError::required("namespace"))?;
    made.insert("Namespace".to_owned(), json!(check_namespace(namespace)?));
    made.insert("Dimensions".to_owned(), Value::Array(dimensions(fields, "dimensions")?));
    match (fields.text("Statistic")?, fields.text("ExtendedStatistic")?) {
        (Some(statistic), None) => {
            check_choice(statistic, "statistic", STATISTICS)?;
            made.insert("Statistic".to_owned(), json!(statistic));
        }
        (None, Some(extended)) => {
            if !is_extended(extended) {
                return Err(AwsError::validation(format!("The value {extended} for parameter ExtendedStatistic is not supported.")));
            }
            made.insert("ExtendedStatistic".to_owned(), json!(extended));
        }
        _ => return Err(AwsError::validation("Exactly one of Statistic and ExtendedStatistic must be specified")),
    }
    let period = period(fields, "period")?.ok_or_else(|| AwsError::required("period"))?;
    made.insert("Period".to_owned(), json!(period));
    keep_choice(made, fields, ("Unit", "unit"), UNITS)?;
    check_window(period, fields)
}

/// Checks that the alarm does not look back too far.
fn check_window(period: i64, fields: Input<'_>) -> Result<(), AwsError> {
    let window = period.saturating_mul(fields.integer("EvaluationPeriods")?.unwrap_or(1));
    if period < HOUR && window > DAY {
        return Err(AwsError::validation(
            "Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <= 86400) for alarms using period < 3600",
        ));
    }
    if window > WEEK {
        return Err(AwsError::validation(
            "Metrics cannot be checked across more than a week (EvaluationPeriods * Period must be <= 604800) for alarms using period >= 3600",
        ));
    }
    Ok(())
}

/// Reads `Metrics`, and returns the longest period of them in seconds.
fn queries(made: &mut Map<String, Value>, fields: Input<'_>) -> Result<i64, AwsError> {
    let (mut all, mut longest, mut returning) = (Vec::<Value>::new(), 60, 0);
    for query in fields.list("Metrics")? {
        let (read, period, returns) = self::query(Input(query))?;
        if all.iter().any(|other| other.get("Id") == read.get("Id")) {
            return Err(AwsError::validation("The values of the Id parameters of the Metrics list must be unique."));
        }
        longest = longest.max(period.unwrap_or(0));
        returning += usize::from(returns);
        all.push(read);
    }
    // The band is compared with the metric, so that both return data.
    let threshold_metric = fields.text("ThresholdMetricId")?.filter(|id| !id.is_empty());
    if let Some(id) = threshold_metric
        && !all.iter().any(|query| query.get("Id").and_then(Value::as_str) == Some(id))
    {
        return Err(AwsError::validation("Metrics list must contain exactly one metric matching the ThresholdMetricId parameter"));
    }
    let (wanted, word) = if threshold_metric.is_some() { (2, "two elements") } else { (1, "one element") };
    if returning != wanted {
        return Err(AwsError::validation(format!("Exactly {word} of the metrics list should return data.")));
    }
    made.insert("Metrics".to_owned(), Value::Array(all));
    Ok(longest)
}

/// One of `Metrics`, its period, and whether it returns data.
fn query(fields: Input<'_>) -> Result<(Value, Option<i64>, bool), AwsError> {
    let id = text(fields, ("Id", "metrics.1.member.id"), (1, 255))?.ok_or_else(|| AwsError::required("metrics.1.member.id"))?;
    let mut letters = id.bytes();
    if !letters.next().is_some_and(|first| first.is_ascii_lowercase()) || !letters.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    {
        return Err(AwsError::validation(format!(
            "The value {id} for parameter Id is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$"
        )));
    }
    let returns = fields.flag("ReturnData")?.unwrap_or(true);
    let mut made = Map::from_iter([("Id".to_owned(), json!(id)), ("ReturnData".to_owned(), json!(returns))]);
    let (stat, expression) = (fields.structure("MetricStat")?, text(fields, ("Expression", "metrics.1.member.expression"), (1, 2048))?);
    let own = period(fields, "metrics.1.member.period")?;
    let used = match (stat, expression) {
        (Some(stat), None) => {
            let (stat, period) = metric_stat(stat)?;
            made.insert("MetricStat".to_owned(), stat);
            Some(period)
        }
        (None, Some(expression)) => {
            made.insert("Expression".to_owned(), json!(expression));
            own
        }
        _ => {
            return Err(AwsError::validation(format!(
                "Exactly one of MetricStat and Expression must be specified for the metric with Id {id}"
            )));
        }
    };
    made.extend(own.map(|period| ("Period".to_owned(), json!(period))));
    for member in ["Label", "AccountId"] {
        made.extend(fields.text(member)?.map(|text| (member.to_owned(), json!(text))));
    }
    Ok((Value::Object(made), used, returns))
}

fn metric_stat(fields: Input<'_>) -> Result<(Value, i64), AwsError> {
    let path = "metrics.1.member.metricStat";
    let metric = fields.structure("Metric")?.ok_or_else(|| AwsError::required(&format!("{path}.metric")))?;
    let mut named = Map::new();
    for (member, inner) in [("Namespace", "namespace"), ("MetricName", "metricName")] {
        let value = text(metric, (member, &format!("{path}.metric.{inner}")), (1, 255))?;
        named.extend(value.map(|value| (member.to_owned(), json!(value))));
    }
    if let Some(namespace) = named.get("Namespace").and_then(Value::as_str) {
        check_namespace(namespace)?;
    }
    named.insert("Dimensions".to_owned(), Value::Array(dimensions(metric, &format!("{path}.metric.dimensions"))?));
    let stat = fields.required_text("Stat", &format!("{path}.stat"))?;
    if !STATISTICS.contains(&stat) && !is_extended(stat) {
        return Err(AwsError::validation(format!("The value {stat} for parameter MetricStat.Stat is not supported.")));
    }
    let period = period(fields, &format!("{path}.period"))?.ok_or_else(|| AwsError::required(&format!("{path}.period")))?;
    let mut made = Map::from_iter([
        ("Metric".to_owned(), Value::Object(named)),
        ("Period".to_owned(), json!(period)),
        ("Stat".to_owned(), json!(stat)),
    ]);
    keep_choice(&mut made, fields, ("Unit", &format!("{path}.unit")), UNITS)?;
    Ok((Value::Object(made), period))
}

/// A query in `PromQL`, which the sandbox keeps and never evaluates.
fn criteria(made: &mut Map<String, Value>, fields: Input<'_>) -> Result<(), AwsError> {
    let path = "evaluationCriteria.promQLCriteria";
    let given = fields.structure("EvaluationCriteria")?.and_then(|criteria| criteria.structure("PromQLCriteria").transpose());
    let inner = given.transpose()?.ok_or_else(|| AwsError::required(path))?;
    let query =
        text(inner, ("Query", &format!("{path}.query")), (1, 10_000))?.ok_or_else(|| AwsError::required(&format!("{path}.query")))?;
    let mut kept = Map::from_iter([("Query".to_owned(), json!(query))]);
    for member in ["PendingPeriod", "RecoveryPeriod"] {
        kept.extend(within(inner, (member, path), (0, DAY))?.map(|seconds| (member.to_owned(), json!(seconds))));
    }
    made.insert("EvaluationCriteria".to_owned(), json!({ "PromQLCriteria": kept }));
    made.extend(
        within(fields, ("EvaluationInterval", "evaluationInterval"), (10, HOUR))?
            .map(|seconds| ("EvaluationInterval".to_owned(), json!(seconds))),
    );
    Ok(())
}

/// What every kind of alarm can have.
fn settings(made: &mut Map<String, Value>, fields: Input<'_>) -> Result<(), AwsError> {
    if let Some(treatment) = fields.text("TreatMissingData")?.filter(|treatment| !treatment.is_empty()) {
        if !["breaching", "notBreaching", "ignore", "missing"].contains(&treatment) {
            return Err(AwsError::validation(format!("The value {treatment} for parameter TreatMissingData is not supported.")));
        }
        made.insert("TreatMissingData".to_owned(), json!(treatment));
    }
    if let Some(low) = fields.text("EvaluateLowSampleCountPercentile")?.filter(|low| !low.is_empty()) {
        if !["evaluate", "ignore"].contains(&low) {
            return Err(AwsError::validation(format!("The value {low} for parameter EvaluateLowSampleCountPercentile is not supported.")));
        }
        made.insert("EvaluateLowSampleCountPercentile".to_owned(), json!(low));
    }
    if let Some(window) = fields.object("EvaluationWindow")? {
        made.insert("EvaluationWindow".to_owned(), json!(window));
    }
    if let Some(warm_up) = fields.structure("WarmUpConfiguration")? {
        let path = "warmUpConfiguration.warmUpPeriodDurationInMinutes";
        let minutes = within(warm_up, ("WarmUpPeriodDurationInMinutes", path), (1, 2880))?.ok_or_else(|| AwsError::required(path))?;
        let mut kept = Map::from_iter([("WarmUpPeriodDurationInMinutes".to_owned(), json!(minutes))]);
        let member = "OnlyStartEvaluatingAfterWarmUpPeriodEnds";
        kept.extend(warm_up.flag(member)?.map(|flag| (member.to_owned(), json!(flag))));
        made.insert("WarmUpConfiguration".to_owned(), Value::Object(kept));
    }
    Ok(())
}

/// A list of at most five ARNs; a topic must be in the alarm's own region.
fn actions<'a>(fields: Input<'a>, (member, path): (&str, &str), region: &str) -> Result<Vec<&'a str>, AwsError> {
    let actions = fields.texts(member)?;
    if actions.len() > 5 {
        let found = format!("'[{}]'", actions.join(", "));
        return Err(AwsError::constraint(&found, path, "Member must have length less than or equal to 5"));
    }
    for action in &actions {
        let parts: Vec<&str> = action.splitn(6, ':').collect();
        let ["arn", _, service, of_region, _, _] = parts.as_slice() else {
            return Err(AwsError::validation(format!("Invalid arn syntax: {action}")));
        };
        if *service == "sns" && *of_region != region {
            return Err(AwsError::validation(format!("Invalid region {of_region} specified. Only {region} is supported.")));
        }
    }
    Ok(actions)
}

/// Reads the dimensions of a metric.
pub(super) fn dimensions(fields: Input<'_>, path: &str) -> Result<Vec<Value>, AwsError> {
    let given = fields.list("Dimensions")?;
    if given.len() > 30 {
        return Err(AwsError::constraint("'[…]'", path, "Member must have length less than or equal to 30"));
    }
    given
        .iter()
        .map(|dimension| {
            let name = text(Input(dimension), ("Name", &format!("{path}.1.member.name")), (1, 255))?;
            let value = text(Input(dimension), ("Value", &format!("{path}.1.member.value")), (1, 1024))?;
            let name = name.ok_or_else(|| AwsError::required(&format!("{path}.1.member.name")))?;
            let value = value.ok_or_else(|| AwsError::required(&format!("{path}.1.member.value")))?;
            Ok(json!({ "Name": name, "Value": value }))
        })
        .collect()
}

/// Refuses a namespace that begins with a colon.
pub(super) fn check_namespace(namespace: &str) -> Result<&str, AwsError> {
    if namespace.starts_with(':') {
        let rule = "Member must satisfy regular expression pattern: [^:].*";
        return Err(AwsError::constraint(&format!("'{namespace}'"), "namespace", rule));
    }
    Ok(namespace)
}

/// Tells whether a text is a percentile, a trimmed mean or another of the extended statistics.
pub(super) fn is_extended(statistic: &str) -> bool {
    let percent = |text: &str| text.parse::<f64>().is_ok_and(|number| (0.0..=100.0).contains(&number)) && !text.starts_with('+');
    let simple = ["tm", "tc", "ts", "wm", "p"].iter().any(|prefix| statistic.strip_prefix(prefix).is_some_and(percent));
    let ranged = ["TM(", "TC(", "TS(", "WM(", "PR("].iter().any(|prefix| {
        statistic.strip_prefix(prefix).and_then(|rest| rest.strip_suffix(')')).is_some_and(|range| range.contains(':') && range.len() > 1)
    });
    simple || ranged || statistic == "IQM"
}

fn period(fields: Input<'_>, path: &str) -> Result<Option<i64>, AwsError> {
    let Some(period) = at_least_one(fields, ("Period", path))? else { return Ok(None) };
    if ![10, 20, 30].contains(&period) && period % 60 != 0 {
        return Err(AwsError::validation("Period must be 10, 20, 30 or a multiple of 60"));
    }
    Ok(Some(period))
}

fn at_least_one(fields: Input<'_>, (member, path): (&str, &str)) -> Result<Option<i64>, AwsError> {
    within(fields, (member, path), (1, i64::from(i32::MAX)))
}

fn within(fields: Input<'_>, (member, path): (&str, &str), (least, most): (i64, i64)) -> Result<Option<i64>, AwsError> {
    let Some(found) = fields.integer(member)? else { return Ok(None) };
    let bound = |word: &str, bound: i64| {
        Err(AwsError::constraint(&format!("'{found}'"), path, &format!("Member must have value {word} than or equal to {bound}")))
    };
    if found < least {
        return bound("greater", least);
    }
    if found > most { bound("less", most) } else { Ok(Some(found)) }
}

/// A text whose length has bounds, in characters.
pub(super) fn text<'a>(
    fields: Input<'a>,
    (member, path): (&str, &str),
    (least, most): (usize, usize),
) -> Result<Option<&'a str>, AwsError> {
    let Some(found) = fields.text(member)? else { return Ok(None) };
    let length = found.chars().count();
    let bound = |word: &str, bound: usize| {
        Err(AwsError::constraint(&format!("'{found}'"), path, &format!("Member must have length {word} than or equal to {bound}")))
    };
    if length < least {
        return bound("greater", least);
    }
    if length > most { bound("less", most) } else { Ok(Some(found)) }
}

fn keep_text(
    made: &mut Map<String, Value>,
    fields: Input<'_>,
    (member, path): (&str, &str),
    bounds: (usize, usize),
) -> Result<(), AwsError> {
    made.extend(text(fields, (member, path), bounds)?.map(|found| (member.to_owned(), json!(found))));
    Ok(())
}

fn keep_choice(made: &mut Map<String, Value>, fields: Input<'_>, (member, path): (&str, &str), choices: &[&str]) -> Result<(), AwsError> {
    if let Some(found) = fields.text(member)?.filter(|found| !found.is_empty()) {
        check_choice(found, path, choices)?;
        made.insert(member.to_owned(), json!(found));
    }
    Ok(())
}

fn required_choice<'a>(fields: Input<'a>, (member, path): (&str, &str), choices: &[&str]) -> Result<&'a str, AwsError> {
    let found = fields.required_text(member, path)?;
    check_choice(found, path, choices)?;
    Ok(found)
}

pub(super) fn check_choice(found: &str, path: &str, choices: &[&str]) -> Result<(), AwsError> {
    if choices.contains(&found) {
        return Ok(());
    }
    let rule = format!("Member must satisfy enum value set: [{}]", choices.join(", "));
    Err(AwsError::constraint(&format!("'{found}'"), path, &rule))
}

//! The calls: `DescribeAlarms` tells all of a hundred alarms but their tags; `PutMetricAlarm` replaces all of one but its tags.

use super::SPEC;
use crate::kinds::alarms;
use crate::kinds::alarms::calls::{Described, Readings, describe, find, of_definition, remove, retag};
use crate::kinds::cloudwatch::{client, listed};
use crate::kinds::{ChangeFailed, ChangeRequest, FindRequest, Flat, Found, MakeRequest, RemoveRequest, WholeAws};
use crate::model::{Reading, Value, path};
use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::operation::describe_alarms::DescribeAlarmsOutput;
use aws_sdk_cloudwatch::operation::put_metric_alarm::builders::PutMetricAlarmFluentBuilder;
use aws_sdk_cloudwatch::types::{
    AlarmType, ComparisonOperator, Dimension, Metric, MetricAlarm, MetricDataQuery, MetricStat, StandardUnit, Statistic,
};
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use std::collections::BTreeMap;

const PUT: &str = "cloudwatch:PutMetricAlarm";

/// The calls.
pub(super) struct AlarmCalls;

impl WholeAws for AlarmCalls {
    fn find<'a>(&'a self, request: FindRequest<'a>) -> BoxFuture<'a, Found> {
        Box::pin(find(request, &SPEC, told))
    }

    fn make<'a>(&'a self, request: MakeRequest<'a>) -> BoxFuture<'a, Result<BTreeMap<String, Value>, ChangeFailed>> {
        Box::pin(async move {
            let client = client(request.connection, &request.id.region);
            let call = put(&client, &request.id.name, &Flat::of_wanted(request.wanted)).set_tags(Some(listed(request.tags())));
            request.connection.call(PUT, call.send()).await?;
            Ok(BTreeMap::new())
        })
    }

    fn change<'a>(&'a self, request: ChangeRequest<'a>) -> BoxFuture<'a, Result<(), ChangeFailed>> {
        Box::pin(change(request))
    }

    fn remove<'a>(&'a self, request: RemoveRequest<'a>) -> BoxFuture<'a, Result<(), ChangeFailed>> {
        Box::pin(remove(request))
    }
}

fn told(page: &DescribeAlarmsOutput) -> Vec<Described> {
    let told = |alarm: &MetricAlarm| {
        let (name, arn) = (alarm.alarm_name()?.to_owned(), alarm.alarm_arn()?.to_owned());
        Some(Described { name, arn, settings: settings(alarm), facts: state(alarm) })
    };
    page.metric_alarms().iter().filter_map(told).collect()
}

/// The state of an alarm, and since when it has it.
fn state(alarm: &MetricAlarm) -> BTreeMap<String, Value> {
    let since = alarm.state_transitioned_timestamp().or_else(|| alarm.state_updated_timestamp());
    let since = since.and_then(|at| Timestamp::from_second(at.secs()).ok());
    let state = alarm.state_value().map(|state| (alarms::STATE.to_owned(), Value::from(state.as_str())));
    state.into_iter().chain(since.map(|at| (alarms::SINCE.to_owned(), Value::from(at.to_string())))).collect()
}

/// What is set of an alarm, by path.
fn settings(alarm: &MetricAlarm) -> BTreeMap<String, Reading> {
    let actions = [alarm.alarm_actions(), alarm.ok_actions(), alarm.insufficient_data_actions()];
    let mut read = Readings::of(alarm.alarm_name(), alarm.alarm_description(), alarm.actions_enabled(), actions);
    read.text("comparison_operator", alarm.comparison_operator().map(ComparisonOperator::as_str));
    read.whole("evaluation_periods", alarm.evaluation_periods());
    read.whole("datapoints_to_alarm", alarm.datapoints_to_alarm());
    read.put("threshold", alarm.threshold().map(Value::number));
    read.text("threshold_metric_id", alarm.threshold_metric_id());
    read.text("treat_missing_data", alarm.treat_missing_data());
    read.text("evaluate_low_sample_count_percentiles", alarm.evaluate_low_sample_count_percentile());
    read.text("metric_name", alarm.metric_name());
    read.text("namespace", alarm.namespace());
    read.whole("period", alarm.period());
    read.text("statistic", alarm.statistic().map(Statistic::as_str));
    read.text("extended_statistic", alarm.extended_statistic());
    put_dimensions(&mut read, "dimensions", alarm.dimensions());
    read.text("unit", alarm.unit().map(StandardUnit::as_str));
    for query in alarm.metrics() {
        let Some(id) = query.id() else { continue };
        let block = path::keyed("metric_query", id);
        let at = |name: &str| path::child(&block, name);
        read.put(&block, Some(Value::Bool(true)));
        read.text(&at("expression"), query.expression());
        read.text(&at("label"), query.label());
        read.whole(&at("period"), query.period());
        // Where a query says nothing, it returns data.
        read.put(&at("return_data"), Some(Value::Bool(query.return_data().unwrap_or(true))));
        read.text(&at("account_id"), query.account_id());
        let Some(stat) = query.metric_stat() else { continue };
        read.text(&at("metric.metric_name"), stat.metric().and_then(Metric::metric_name));
        read.text(&at("metric.namespace"), stat.metric().and_then(Metric::namespace));
        read.whole(&at("metric.period"), stat.period());
        read.text(&at("metric.stat"), stat.stat());
        read.text(&at("metric.unit"), stat.unit().map(StandardUnit::as_str));
        put_dimensions(&mut read, &at("metric.dimensions"), stat.metric().map(Metric::dimensions).unwrap_or_default());
    }
    read.0
}

fn put_dimensions(read: &mut Readings, at: &str, dimensions: &[Dimension]) {
    let map = dimensions.iter().filter_map(|one| Some((one.name()?.to_owned(), Value::from(one.value().unwrap_or_default()))));
    read.put(at, (!dimensions.is_empty()).then(|| Value::Map(map.collect())));
}

/// Puts an alarm with these settings; what is not among them becomes AWS's default.
fn put(client: &Client, name: &str, flat: &Flat) -> PutMetricAlarmFluentBuilder {
    let whole = |at: &str| flat.whole(at).and_then(|number| i32::try_from(number).ok());
    let queries = flat.keys("metric_query");
    let queries: Vec<MetricDataQuery> = queries.iter().map(|id| query(flat, id)).collect();
    client
        .put_metric_alarm()
        .alarm_name(name)
        .set_alarm_description(flat.text("alarm_description"))
        .set_actions_enabled(flat.flag("actions_enabled"))
        .set_alarm_actions(flat.texts("alarm_actions"))
        .set_ok_actions(flat.texts("ok_actions"))
        .set_insufficient_data_actions(flat.texts("insufficient_data_actions"))
        .set_comparison_operator(flat.text("comparison_operator").map(|text| ComparisonOperator::from(text.as_str())))
        .set_evaluation_periods(whole("evaluation_periods"))
        .set_datapoints_to_alarm(whole("datapoints_to_alarm"))
        .set_threshold(flat.decimal("threshold"))
        .set_threshold_metric_id(flat.text("threshold_metric_id"))
        .set_treat_missing_data(flat.text("treat_missing_data"))
        .set_evaluate_low_sample_count_percentile(percentiles(flat))
        .set_metric_name(flat.text("metric_name"))
        .set_namespace(flat.text("namespace"))
        .set_period(whole("period"))
        .set_statistic(flat.text("statistic").map(|text| Statistic::from(text.as_str())))
        .set_extended_statistic(flat.text("extended_statistic"))
        .set_dimensions(dimensions(flat, "dimensions"))
        .set_unit(flat.text("unit").map(|text| StandardUnit::from(text.as_str())))
        .set_metrics((!queries.is_empty()).then_some(queries))
}

/// How few values are treated: only of a percentile, as AWS knows it of nothing else.
fn percentiles(flat: &Flat) -> Option<String> {
    flat.text("evaluate_low_sample_count_percentiles").filter(|text| text != "evaluate" || flat.text("extended_statistic").is_some())
}

fn dimensions(flat: &Flat, at: &str) -> Option<Vec<Dimension>> {
    let map = flat.text_map(at).filter(|map| !map.is_empty())?;
    Some(map.into_iter().map(|(name, value)| Dimension::builder().name(name).value(value).build()).collect())
}

fn query(flat: &Flat, id: &str) -> MetricDataQuery {
    let block = path::keyed("metric_query", id);
    let at = |name: &str| path::child(&block, name);
    let whole = |at: &str| flat.whole(at).and_then(|number| i32::try_from(number).ok());
    let metric = flat.has_within(&at("metric")).then(|| {
        let metric = Metric::builder()
            .set_metric_name(flat.text(&at("metric.metric_name")))
            .set_namespace(flat.text(&at("metric.namespace")))
            .set_dimensions(dimensions(flat, &at("metric.dimensions")));
        MetricStat::builder()
            .metric(metric.build())
            .set_period(whole(&at("metric.period")))
            .set_stat(flat.text(&at("metric.stat")))
            .set_unit(flat.text(&at("metric.unit")).map(|text| StandardUnit::from(text.as_str())))
            .build()
    });
    MetricDataQuery::builder()
        .id(id)
        .set_expression(flat.text(&at("expression")))
        .set_label(flat.text(&at("label")))
        .set_period(whole(&at("period")))
        .return_data(flat.flag(&at("return_data")).unwrap_or(false))
        .set_account_id(flat.text(&at("account_id")))
        .set_metric_stat(metric)
        .build()
}

async fn change(request: ChangeRequest<'_>) -> Result<(), ChangeFailed> {
    let connection = request.connection;
    let client = client(connection, &request.id.region);
    let changes = of_definition(&request);
    if !changes.is_empty() {
        let pages = describe(connection, &client, std::slice::from_ref(&request.id.name), &[AlarmType::MetricAlarm]).await?;
        let now = pages.into_iter().flat_map(|page| page.metric_alarms.unwrap_or_default()).next().ok_or(ChangeFailed::Gone)?;
        let read = settings(&now);
        request.refuse_if_moved(&read, &changes)?;
        // What backstay has no settings for stays as it is.
        let call = put(&client, &request.id.name, &Flat::of_readings(&read).with(&changes))
            .set_evaluation_window(now.evaluation_window)
            .set_warm_up_configuration(now.warm_up_configuration)
            .set_action_configuration(now.action_configuration);
        connection.call(PUT, call.send()).await?;
    }
    retag(&request, &client, &SPEC).await
}

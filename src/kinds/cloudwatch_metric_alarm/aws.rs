//! The calls: `DescribeAlarms` tells all of a hundred alarms but their tags; `PutMetricAlarm` replaces all of one but its tags.

use super::SPEC;
use crate::aws::{CallFailed, Connection};
use crate::kinds::tags::{self, Retag};
use crate::kinds::{ChangeFailed, ChangeRequest, FindRequest, Flat, Found, MakeRequest, RemoveRequest, WholeAws};
use crate::model::{Change, Live, Mark, Reading, ResourceId, Value, path};
use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::operation::put_metric_alarm::builders::PutMetricAlarmFluentBuilder;
use aws_sdk_cloudwatch::types::{
    AlarmType, ComparisonOperator, Dimension, Metric, MetricAlarm, MetricDataQuery, MetricStat, StandardUnit, Statistic, Tag,
};
use futures_util::future::{BoxFuture, join_all};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

const DESCRIBE: &str = "cloudwatch:DescribeAlarms";
const LIST_TAGS: &str = "cloudwatch:ListTagsForResource";
const PUT: &str = "cloudwatch:PutMetricAlarm";
const DELETE: &str = "cloudwatch:DeleteAlarms";
const TAG: &str = "cloudwatch:TagResource";
const UNTAG: &str = "cloudwatch:UntagResource";

/// The most names that `DescribeAlarms` takes.
const NAMES: usize = 100;

/// The calls.
pub(super) struct AlarmCalls;

impl WholeAws for AlarmCalls {
    fn find<'a>(&'a self, request: FindRequest<'a>) -> BoxFuture<'a, Found> {
        Box::pin(find(request))
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
        Box::pin(async move {
            let client = client(request.connection, &request.id.region);
            // Names without an alarm are passed over.
            request.connection.call(DELETE, client.delete_alarms().alarm_names(&request.id.name).send()).await?;
            Ok(())
        })
    }
}

fn client(connection: &Connection, region: &str) -> Arc<Client> {
    connection.client("cloudwatch", region, |config, witness| {
        Client::from_conf(aws_sdk_cloudwatch::config::Builder::from(config).interceptor(witness).build())
    })
}

fn listed(tags: BTreeMap<String, String>) -> Vec<Tag> {
    tags.into_iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}

async fn find(request: FindRequest<'_>) -> Found {
    let connection = request.connection;
    let region = connection.identity.region.clone();
    let client = client(connection, &region);
    let mut found = Found::default();
    let start = SPEC.arn_start(&region, &connection.identity.account);
    let marked = request.marked.iter().filter_map(|thing| Some(thing.arn.strip_prefix(&start)?.to_owned()));
    let names: Vec<String> = request.names.iter().cloned().chain(marked).collect::<BTreeSet<_>>().into_iter().collect();
    for names in names.chunks(NAMES) {
        let alarms = match describe(connection, &client, names).await {
            Ok(alarms) => alarms,
            Err(failed) => {
                found.gaps.push(connection.gap(&region, Some(SPEC.name), None, &failed));
                continue;
            }
        };
        let known = |alarm| Some((alarm, MetricAlarm::alarm_name(alarm)?, MetricAlarm::alarm_arn(alarm)?));
        let told: Vec<(&MetricAlarm, &str, &str)> = alarms.iter().filter_map(known).collect();
        let tags = join_all(told.iter().map(|(_, _, arn)| list_tags(connection, &client, arn))).await;
        for ((alarm, name, arn), tags) in told.into_iter().zip(tags) {
            match tags {
                // The tagging API lags: what it still shows may have been released.
                Ok(tags) => found.live.extend(Some(live(connection, alarm, name, arn, tags)).filter(|live| request.is_sought(live))),
                // Without its tags nobody knows whose it is.
                Err(failed) => found.gaps.push(connection.gap(&region, Some(SPEC.name), None, &failed)),
            }
        }
    }
    found
}

async fn describe(connection: &Connection, client: &Client, names: &[String]) -> Result<Vec<MetricAlarm>, CallFailed> {
    let mut alarms = Vec::new();
    let mut from: Option<String> = None;
    loop {
        let call = client
            .describe_alarms()
            .set_alarm_names(Some(names.to_vec()))
            .alarm_types(AlarmType::MetricAlarm)
            .max_records(100)
            .set_next_token(from.take());
        let page = connection.call(DESCRIBE, call.send()).await?;
        alarms.extend(page.metric_alarms.unwrap_or_default());
        from = page.next_token;
        if from.is_none() {
            return Ok(alarms);
        }
    }
}

async fn list_tags(connection: &Connection, client: &Client, arn: &str) -> Result<BTreeMap<String, String>, CallFailed> {
    let answer = connection.call(LIST_TAGS, client.list_tags_for_resource().resource_arn(arn).send()).await?;
    let tags = answer.tags.unwrap_or_default().into_iter();
    Ok(tags.filter_map(|tag| Some((tag.key?, tag.value.unwrap_or_default()))).collect())
}

fn live(connection: &Connection, alarm: &MetricAlarm, name: &str, arn: &str, mut tags: BTreeMap<String, String>) -> Live {
    let id = ResourceId {
        kind: SPEC.name.to_owned(),
        target: connection.target.name.clone(),
        region: connection.identity.region.clone(),
        name: name.to_owned(),
    };
    let mut live = Live { id, arn: Some(arn.to_owned()), mark: Mark::take(&mut tags), ..Live::default() };
    live.settings = settings(alarm);
    live.set([(tags::PATH, tags::reading(&tags))]);
    live
}

/// What is set of an alarm, by path.
fn settings(alarm: &MetricAlarm) -> BTreeMap<String, Reading> {
    let mut read = Readings::default();
    read.text("alarm_name", alarm.alarm_name());
    read.text("alarm_description", alarm.alarm_description());
    read.put("actions_enabled", alarm.actions_enabled().map(Value::Bool));
    for (at, arns) in [
        ("alarm_actions", alarm.alarm_actions()),
        ("ok_actions", alarm.ok_actions()),
        ("insufficient_data_actions", alarm.insufficient_data_actions()),
    ] {
        read.put(at, (!arns.is_empty()).then(|| Value::set(arns.iter().map(|arn| Value::from(arn.as_str())))));
    }
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
    read.dimensions("dimensions", alarm.dimensions());
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
        read.dimensions(&at("metric.dimensions"), stat.metric().map(Metric::dimensions).unwrap_or_default());
    }
    read.0
}

/// What AWS tells; what is absent, or empty, is left out.
#[derive(Default)]
struct Readings(BTreeMap<String, Reading>);

impl Readings {
    fn put(&mut self, at: &str, value: Option<Value>) {
        self.0.extend(value.map(|value| (at.to_owned(), Reading::Known(value))));
    }

    fn text(&mut self, at: &str, text: Option<&str>) {
        self.put(at, text.filter(|text| !text.is_empty()).map(Value::from));
    }

    fn whole(&mut self, at: &str, number: Option<i32>) {
        self.put(at, number.map(|number| Value::from(i64::from(number))));
    }

    fn dimensions(&mut self, at: &str, dimensions: &[Dimension]) {
        let map = dimensions.iter().filter_map(|one| Some((one.name()?.to_owned(), Value::from(one.value().unwrap_or_default()))));
        self.put(at, (!dimensions.is_empty()).then(|| Value::Map(map.collect())));
    }
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
    let is_beside = |change: &&&Change| change.setting == tags::PATH || change.setting == Change::OWNER;
    let changes: Vec<&Change> = request.changes.iter().filter(|change| !is_beside(change)).copied().collect();
    if !changes.is_empty() {
        let now = describe(connection, &client, std::slice::from_ref(&request.id.name)).await?;
        let now = now.into_iter().next().ok_or(ChangeFailed::Gone)?;
        let read = settings(&now);
        request.refuse_if_moved(&read, &changes)?;
        // What backstay has no settings for stays as it is.
        let call = put(&client, &request.id.name, &Flat::of_readings(&read).with(&changes))
            .set_evaluation_window(now.evaluation_window)
            .set_warm_up_configuration(now.warm_up_configuration)
            .set_action_configuration(now.action_configuration);
        connection.call(PUT, call.send()).await?;
    }
    let retag = Retag::of(&request);
    let arn = SPEC.arn(&request.id.region, &connection.identity.account, &request.id.name).unwrap_or_default();
    if !retag.on.is_empty() {
        let call = client.tag_resource().resource_arn(&arn).set_tags(Some(listed(retag.on)));
        connection.call(TAG, call.send()).await?;
    }
    if !retag.off.is_empty() {
        let call = client.untag_resource().resource_arn(&arn).set_tag_keys(Some(retag.off.into_iter().collect()));
        connection.call(UNTAG, call.send()).await?;
    }
    Ok(())
}

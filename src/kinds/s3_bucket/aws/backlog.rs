//! How far replication has come, as CloudWatch tells it of each rule that publishes metrics.
//!
//! Sources: Amazon S3 User Guide, "Using S3 Replication metrics": pending operations and latency are published in the destination's region,
//! minute by minute and while nothing replicates too, failed operations in the source's. CloudWatch API, `GetMetricData`: at most 500 queries
//! and 100,800 datapoints a call; datapoints of an hour and longer are kept for 455 days.

use super::super::table::SPEC;
use super::buckets;
use super::ways::{Way, ways};
use crate::aws::{CallFailed, Connection};
use crate::kinds::{ProofRequest, cloudwatch};
use crate::model::{Evidence, Gap, Held, HeldForm, count};
use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricStat, ScanBy, StatusCode};
use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

const GET: &str = "cloudwatch:GetMetricData";

/// The most queries that one call takes.
const QUERIES: usize = 500;

/// How far back the last datapoints may be. The minutes of it fit 500 times into one answer, and metrics come late without notice; a moment is
/// dated by its datapoint, so that a late one is never taken for a new one.
const RECENT: SignedDuration = SignedDuration::from_hours(3);
/// The length of their periods, in seconds.
const MINUTE: i32 = 60;

/// For how long a failure is remembered. What failed stays missing until somebody copies it, so that it counts for as long as CloudWatch
/// knows of it.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(24 * 455);
/// The length of the periods of failures, in seconds.
const DAY: i32 = 86_400;

const PENDING: &str = "OperationsPendingReplication";
const LATENCY: &str = "ReplicationLatency";
const FAILED: &str = "OperationsFailedReplication";

/// How far the copies of the buckets of a target have come.
pub(super) async fn copies(request: &ProofRequest<'_>) -> Evidence {
    let connection = request.connection;
    let ways = ways(&request.things, request.known);
    let home = connection.identity.region.as_str();
    let mut asked: BTreeMap<(&str, Window), Vec<Query<'_>>> = BTreeMap::new();
    for way in &ways {
        for rule in way.rules.difference(&way.silent) {
            let there = way.region.as_str();
            for (region, metric, window) in [
                (there, PENDING, Window::Recent),
                (there, LATENCY, Window::Recent),
                (there, PENDING, Window::Remembered),
                (home, FAILED, Window::Remembered),
            ] {
                asked.entry((region, window)).or_default().push(Query { metric, window, from: &way.from, to: &way.to, rule });
            }
        }
    }
    let calls = asked.into_iter().map(|((region, window), queries)| ask(connection, region, queries, window.until(request.at)));
    let mut evidence = Evidence::default();
    let mut told = Told::new();
    for (answers, gap) in join_all(calls).await {
        told.extend(answers);
        evidence.gaps.extend(gap);
    }
    evidence.gaps.dedup();
    let created = created(connection).await;
    evidence.held = ways.iter().map(|way| held(way, &told, created.get(&way.from).copied())).collect();
    evidence
}

/// When each bucket of the account was made; empty where that cannot be listed, which the listing of the buckets tells.
async fn created(connection: &Connection) -> BTreeMap<String, Timestamp> {
    let found = buckets(connection, None).await.unwrap_or_default().into_iter();
    found.filter_map(|bucket| Some((bucket.name?, Timestamp::from_second(bucket.creation_date?.secs()).ok()?))).collect()
}

/// Which datapoints are asked for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Window {
    /// The last minutes.
    Recent,
    /// All days that CloudWatch knows of.
    Remembered,
}

impl Window {
    fn until(self, until: Timestamp) -> Span {
        let (length, period) = match self {
            Self::Recent => (RECENT, MINUTE),
            Self::Remembered => (REMEMBERED, DAY),
        };
        Span { from: until.checked_sub(length).unwrap_or(Timestamp::UNIX_EPOCH), until, period }
    }
}

/// One metric of one rule.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Query<'a> {
    metric: &'static str,
    window: Window,
    from: &'a str,
    to: &'a str,
    rule: &'a str,
}

/// A time and the length of its periods in seconds.
#[derive(Clone, Copy)]
struct Span {
    from: Timestamp,
    until: Timestamp,
    period: i32,
}

/// The datapoints of a metric, the newest first, or why they are not known.
type Points = Result<Vec<(Timestamp, f64)>, String>;

/// What CloudWatch told, by metric.
type Told<'a> = BTreeMap<Query<'a>, Points>;

/// Asks for metrics of a region; what could not be read is one gap, and said of each of them.
async fn ask<'a>(connection: &Connection, region: &str, queries: Vec<Query<'a>>, span: Span) -> (Told<'a>, Option<Gap>) {
    let calls = queries.chunks(QUERIES).map(|some| async move { (some, pages(connection, region, some, span).await) });
    let mut told = Told::new();
    let mut gap = None;
    for (some, answer) in join_all(calls).await {
        match answer {
            Ok(points) => told.extend(some.iter().copied().zip(points)),
            Err(failed) => {
                let why = format!("{GET} in {region}: {}", failed.sentence(region));
                told.extend(some.iter().map(|query| (*query, Err(why.clone()))));
                gap = Some(connection.gap(region, Some(SPEC.name), None, &failed));
            }
        }
    }
    (told, gap)
}

/// The datapoints of up to 500 metrics, in the order of the queries.
async fn pages(connection: &Connection, region: &str, queries: &[Query<'_>], span: Span) -> Result<Vec<Points>, CallFailed> {
    let client = cloudwatch::client(connection, region);
    let time = |at: Timestamp| DateTime::from_secs(at.as_second());
    let asked: Vec<MetricDataQuery> = queries.iter().enumerate().map(|(number, query)| query.asked(number, span.period)).collect();
    let mut found: BTreeMap<String, Found> = BTreeMap::new();
    let mut from: Option<String> = None;
    let mut last = None;
    loop {
        let call = client.get_metric_data().set_metric_data_queries(Some(asked.clone())).start_time(time(span.from));
        let call = call.end_time(time(span.until)).scan_by(ScanBy::TimestampDescending).set_next_token(from.take());
        let page = connection.call_in(region, GET, call.send()).await?;
        for result in page.metric_data_results() {
            let one = found.entry(result.id().unwrap_or_default().to_owned()).or_default();
            let times = result.timestamps().iter().map(|at| Timestamp::from_second(at.secs()).unwrap_or_default());
            one.points.extend(times.zip(result.values().iter().copied()));
            one.status = result.status_code().cloned();
        }
        // A token that comes twice would never end.
        from = page.next_token.filter(|token| !token.is_empty() && last.as_ref() != Some(token));
        last.clone_from(&from);
        if from.is_none() {
            break;
        }
    }
    let points = |id: &str| match found.remove(id) {
        Some(Found { mut points, status: Some(StatusCode::Complete) }) => {
            points.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
            Ok(points)
        }
        Some(Found { status: Some(status), .. }) => Err(format!("{GET} in {region} answered {status}")),
        _ => Err(format!("{GET} in {region} left it out")),
    };
    Ok(asked.iter().filter_map(MetricDataQuery::id).map(points).collect())
}

/// What pages told so far of one query.
#[derive(Default)]
struct Found {
    points: Vec<(Timestamp, f64)>,
    status: Option<StatusCode>,
}

impl Query<'_> {
    /// The query as a call takes it, with an id of its own.
    fn asked(&self, number: usize, period: i32) -> MetricDataQuery {
        let dimension = |name: &str, value: &str| Dimension::builder().name(name).value(value).build();
        let dimensions =
            vec![dimension("SourceBucket", self.from), dimension("DestinationBucket", self.to), dimension("RuleId", self.rule)];
        let metric = Metric::builder().namespace("AWS/S3").metric_name(self.metric).set_dimensions(Some(dimensions)).build();
        let statistic = if self.metric == FAILED { "Sum" } else { "Maximum" };
        let wanted = MetricStat::builder().metric(metric).period(period).stat(statistic).build();
        MetricDataQuery::builder().id(format!("q{number}")).metric_stat(wanted).build()
    }
}

/// What there is in the destination, by what was told of all rules that copy there.
fn held(way: &Way, told: &Told<'_>, created: Option<Timestamp>) -> Held {
    let mut held = Held::none(&way.of, HeldForm::Replica, &way.store, &way.account, &way.region);
    let mut doubts: Vec<String> = way.silent.iter().map(|rule| silent(rule)).collect();
    let mut newest: Option<Timestamp> = None;
    let mut since: Vec<Option<Timestamp>> = Vec::new();
    for rule in way.rules.difference(&way.silent) {
        let points = |metric, window| {
            let points = told.get(&Query { metric, window, from: &way.from, to: &way.to, rule });
            points.map_or(Err("nobody asked for it"), |points| points.as_deref().map_err(String::as_str))
        };
        match reached(rule, &way.region, [points(PENDING, Window::Recent), points(LATENCY, Window::Recent)]) {
            Ok(at) => newest = Some(newest.map_or(at, |newest| newest.min(at))),
            Err(why) => doubts.push(why),
        }
        doubts.extend(failed(rule, points(FAILED, Window::Remembered)));
        since.push(points(PENDING, Window::Remembered).ok().and_then(began));
    }
    doubts.extend(way.origins.iter().map(|origin| {
        format!("what comes to {} by replication from {origin} is not copied on: add a rule from {origin} to {}", way.from, way.to)
    }));
    if doubts.is_empty() {
        held.since = since.into_iter().collect::<Option<Vec<_>>>().and_then(|since| since.into_iter().max());
        doubts.extend(missing(held.since, created));
    }
    doubts.sort();
    doubts.dedup();
    if doubts.is_empty() {
        held.usable = u64::from(newest.is_some());
        held.newest = newest;
    }
    held.doubts = doubts;
    held
}

/// The first of the days since when there was no day without a datapoint. Metrics are published while nothing replicates too, so that on a day
/// without any the rule, or its metrics, were off.
fn began(points: &[(Timestamp, f64)]) -> Option<Timestamp> {
    let mut days = points.iter().map(|(at, _)| *at);
    let mut first = days.next()?;
    for day in days {
        if first.duration_since(day) > SignedDuration::from_secs(i64::from(DAY)) {
            break;
        }
        first = day;
    }
    Some(first)
}

/// What may be missing as it was there before the rules began. A rule that began on the day on which the bucket was made has all of it: nobody
/// makes a bucket and its rule at the same moment.
///
/// Source: Amazon S3 User Guide, "What isn't replicated with replication configurations?": objects that existed before the configuration.
fn missing(since: Option<Timestamp>, created: Option<Timestamp>) -> Option<String> {
    let Some(since) = since else { return Some("since when its rules copy is not known".to_owned()) };
    if created.is_some_and(|created| since <= created) {
        return None;
    }
    let made = created.map_or_else(|| "nobody could read when".to_owned(), |created| created.strftime("%Y-%m-%d").to_string());
    Some(format!(
        "what was written before {} may not be there, as nothing tells of that, and the bucket was made before ({made}): copy it once with S3 Batch Replication",
        since.strftime("%Y-%m-%d")
    ))
}

fn silent(rule: &str) -> String {
    format!("rule `{rule}` publishes no metrics, which alone tell how far it has come: turn on its `metrics`")
}

/// The moment up to which a rule has copied all that it is about: that of the last datapoint, or by so much earlier as it is behind.
fn reached(rule: &str, region: &str, [pending, latency]: [Result<&[(Timestamp, f64)], &str>; 2]) -> Result<Timestamp, String> {
    let unread = |why: &str| format!("how far rule `{rule}` has come could not be read: {why}");
    let (pending, latency) = (pending.map_err(unread)?, latency.map_err(unread)?);
    let behind = |at: Timestamp| latency.iter().find(|(of, _)| *of == at).map(|(_, seconds)| *seconds);
    let moment = |&(at, pending): &(Timestamp, f64)| {
        if pending < 0.5 {
            return Some(at);
        }
        let behind = SignedDuration::try_from_secs_f64(behind(at)?).ok()?;
        at.checked_sub(behind.max(SignedDuration::ZERO)).ok()
    };
    pending.iter().find_map(moment).ok_or_else(|| {
        format!(
            "CloudWatch was told nothing of rule `{rule}` in {region} in the last {} hours: its metrics begin 15 minutes after they were turned on, and end with the destination",
            RECENT.as_hours()
        )
    })
}

/// What is missing, as a rule could not copy it.
fn failed(rule: &str, points: Result<&[(Timestamp, f64)], &str>) -> Option<String> {
    let points = match points {
        Ok(points) => points,
        Err(why) => return Some(format!("whether rule `{rule}` left anything out could not be read: {why}")),
    };
    let failed: Vec<&(Timestamp, f64)> = points.iter().filter(|(_, times)| *times > 0.0).collect();
    let last = failed.iter().map(|(at, _)| *at).max()?;
    // It is a whole number at AWS; nobody promises so.
    let times: f64 = failed.iter().map(|(_, times)| times).sum();
    let times: u64 = format!("{times:.0}").parse().unwrap_or(u64::MAX);
    Some(format!(
        "{} of rule `{rule}` failed, the last in the day from {last}: what they were about is missing there until S3 Batch Replication copies it; give the rule another id then, as CloudWatch tells of them for 455 days",
        count(times, "operation")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + minute * 60).unwrap()
    }

    #[test]
    fn a_rule_is_as_far_as_its_newest_datapoint_that_says_enough() {
        let reached = |pending: &[(Timestamp, f64)], latency: &[(Timestamp, f64)]| reached("r", "us-east-1", [Ok(pending), Ok(latency)]);
        assert_eq!(reached(&[(at(9), 0.0), (at(8), 5.0)], &[(at(8), 600.0)]), Ok(at(9)));
        assert_eq!(reached(&[(at(9), 5.0), (at(8), 0.0)], &[(at(9), 600.0)]), Ok(at(-1)));
        // Without the latency of that minute nobody knows how far behind it is; the minute before tells.
        assert_eq!(reached(&[(at(9), 5.0), (at(8), 0.0)], &[]), Ok(at(8)));
        for odd in [f64::NAN, f64::INFINITY, 1e300] {
            assert!(reached(&[(at(9), 5.0)], &[(at(9), odd)]).is_err(), "{odd}");
            assert!(reached(&[(at(9), f64::NAN)], &[]).is_err());
        }
        assert_eq!(reached(&[(at(9), 5.0)], &[(at(9), -60.0)]), Ok(at(9)), "nothing is from later than its datapoint");
        assert!(reached(&[], &[]).is_err_and(|why| why.contains("told nothing of rule `r`")));
    }

    #[test]
    fn a_rule_began_after_the_last_day_without_datapoints() {
        let days = |days: &[i64]| days.iter().map(|day| (at(day * 1440), 0.0)).collect::<Vec<_>>();
        assert_eq!(began(&days(&[0, -1, -2])), Some(at(-2 * 1440)));
        assert_eq!(began(&days(&[0, -1, -3, -4])), Some(at(-1440)));
        assert_eq!(began(&days(&[0])), Some(at(0)));
        assert_eq!(began(&[]), None);
    }

    #[test]
    fn what_failed_is_counted_and_dated() {
        assert_eq!(failed("r", Ok(&[(at(3), 0.0)])), None);
        let told = failed("r", Ok(&[(at(1440), 0.0), (at(0), 2.0), (at(-1440), 1.0)])).unwrap();
        assert!(told.starts_with("3 operations of rule `r` failed, the last in the day from 2027-01-15T08:00:00Z"), "{told}");
        assert!(failed("r", Err("denied")).is_some_and(|why| why.contains("could not be read: denied")));
    }
}

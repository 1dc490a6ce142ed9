//! The calls of every alarm: `DescribeAlarms` tells all of a hundred of them but their tags.

use super::{ACTIONS_ENABLED, ALARM_ACTIONS, DESCRIPTION, INSUFFICIENT_DATA_ACTIONS, NAME, OK_ACTIONS};
use crate::aws::{CallFailed, Connection};
use crate::kinds::cloudwatch::{client, list_tags};
use crate::kinds::{ChangeFailed, ChangeRequest, FindRequest, Found, RemoveRequest, tags};
use crate::model::{Change, KindSpec, Live, Reading, ResourceId, Value};
use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::operation::describe_alarms::DescribeAlarmsOutput;
use aws_sdk_cloudwatch::types::AlarmType;
use futures_util::future::join_all;
use std::collections::{BTreeMap, BTreeSet};

const DESCRIBE: &str = "cloudwatch:DescribeAlarms";
const DELETE: &str = "cloudwatch:DeleteAlarms";

/// The most names that `DescribeAlarms` takes, and the most alarms that it answers at once.
const NAMES: usize = 100;

/// How the names of the alarms begin that target tracking makes, changes and removes by itself.
///
/// Source: Application Auto Scaling User Guide, "Target tracking scaling policies"; EC2 Auto Scaling User Guide, the same.
const OF_SCALING: &str = "TargetTracking-";

/// An alarm as `DescribeAlarms` tells it.
pub(in crate::kinds) struct Described {
    pub(in crate::kinds) name: String,
    pub(in crate::kinds) arn: String,
    pub(in crate::kinds) settings: BTreeMap<String, Reading>,
    /// What it says of its state, which is kept where everything is read.
    pub(in crate::kinds) facts: BTreeMap<String, Value>,
}

/// Finds the alarms of one type. `told` reads them from an answer.
pub(in crate::kinds) async fn find(
    request: FindRequest<'_>,
    spec: &'static KindSpec,
    told: fn(&DescribeAlarmsOutput) -> Vec<Described>,
) -> Found {
    let connection = request.connection;
    let region = connection.identity.region.clone();
    let client = client(connection, &region);
    let mut found = Found::default();
    let start = spec.arn_start(&region, &connection.identity.account);
    let marked = request.marked.iter().filter_map(|thing| Some(thing.arn.strip_prefix(&start)?.to_owned()));
    let own: BTreeSet<String> = request.names.iter().cloned().chain(marked).collect();
    let names: Vec<String> = own.union(&request.beside).cloned().collect();
    // No name at all asks for all of them.
    let parts: Vec<&[String]> = if request.everything { vec![&[]] } else { names.chunks(NAMES).collect() };
    for names in parts {
        // A listing of both types serves both kinds.
        let list = describe(connection, &client, names, &[AlarmType::CompositeAlarm, AlarmType::MetricAlarm]);
        let what = format!("{DESCRIBE} {}", names.join("\n"));
        let is_asked = |name: &String| request.everything || own.contains(name);
        let alarms = match request.listings.once(connection, &what, list).await {
            Ok(pages) => pages.iter().flat_map(told).filter(|alarm| is_asked(&alarm.name)).collect::<Vec<_>>(),
            Err(failed) => {
                found.gaps.push(connection.gap(&region, Some(spec.name), None, &failed));
                continue;
            }
        };
        let tags = join_all(alarms.iter().map(|alarm| list_tags(connection, &client, &alarm.arn))).await;
        for (mut alarm, tags) in alarms.into_iter().zip(tags) {
            if !request.everything {
                alarm.facts.clear();
            }
            match tags {
                // The tagging API lags: what it still shows may have been released.
                Ok(tags) => found.live.extend(Some(live(connection, spec, alarm, tags)).filter(|live| request.is_sought(live))),
                // Without its tags nobody knows whose it is.
                Err(failed) => found.gaps.push(connection.gap(&region, Some(spec.name), None, &failed)),
            }
        }
    }
    found
}

/// The alarms of some types and of these names, or of any where none is given, page by page.
///
/// # Errors
///
/// The call failed for good.
pub(in crate::kinds) async fn describe(
    connection: &Connection,
    client: &Client,
    names: &[String],
    kinds: &[AlarmType],
) -> Result<Vec<DescribeAlarmsOutput>, CallFailed> {
    let mut pages = Vec::new();
    let mut from: Option<String> = None;
    loop {
        let call = client
            .describe_alarms()
            .set_alarm_names((!names.is_empty()).then(|| names.to_vec()))
            .set_alarm_types(Some(kinds.to_vec()))
            .max_records(100)
            .set_next_token(from.take());
        let page = connection.call(DESCRIBE, call.send()).await?;
        from.clone_from(&page.next_token);
        pages.push(page);
        if from.is_none() {
            return Ok(pages);
        }
    }
}

fn live(connection: &Connection, spec: &KindSpec, alarm: Described, tags: BTreeMap<String, String>) -> Live {
    let id = ResourceId {
        kind: spec.name.to_owned(),
        target: connection.target.name.clone(),
        region: connection.identity.region.clone(),
        name: alarm.name,
    };
    let mut live = Live { id, arn: Some(alarm.arn), settings: alarm.settings, facts: alarm.facts, ..Live::default() };
    tags::note(&mut live, tags);
    if live.id.name.starts_with(OF_SCALING) {
        live.facts.insert(Live::MANAGED_BY.to_owned(), Value::from("autoscaling"));
    }
    live
}

/// The changes of an alarm that putting it makes: all but those of its tags.
pub(in crate::kinds) fn of_definition<'r>(request: &ChangeRequest<'r>) -> Vec<&'r Change> {
    let is_beside = |change: &&&Change| change.setting == tags::PATH || change.setting == Change::OWNER;
    request.changes.iter().filter(|change| !is_beside(change)).copied().collect()
}

/// Puts on and takes off the tags of an alarm.
///
/// # Errors
///
/// A call failed for good.
pub(in crate::kinds) async fn retag(request: &ChangeRequest<'_>, client: &Client, spec: &KindSpec) -> Result<(), ChangeFailed> {
    let arn = spec.arn(&request.id.region, &request.connection.identity.account, &request.id.name).unwrap_or_default();
    crate::kinds::cloudwatch::retag(request, client, &arn).await
}

/// Removes an alarm.
///
/// # Errors
///
/// The call failed for good: a composite alarm is still about it.
pub(in crate::kinds) async fn remove(request: RemoveRequest<'_>) -> Result<(), ChangeFailed> {
    let client = client(request.connection, &request.id.region);
    // Names without an alarm are passed over.
    request.connection.call(DELETE, client.delete_alarms().alarm_names(&request.id.name).send()).await?;
    Ok(())
}

/// What AWS tells; what is absent, or empty, is left out.
#[derive(Default)]
pub(in crate::kinds) struct Readings(pub(in crate::kinds) BTreeMap<String, Reading>);

impl Readings {
    /// What every alarm has.
    pub(in crate::kinds) fn of(name: Option<&str>, description: Option<&str>, enabled: Option<bool>, actions: [&[String]; 3]) -> Self {
        let mut read = Self::default();
        read.text(NAME, name);
        read.text(DESCRIPTION, description);
        read.put(ACTIONS_ENABLED, enabled.map(Value::Bool));
        for (at, arns) in [ALARM_ACTIONS, OK_ACTIONS, INSUFFICIENT_DATA_ACTIONS].into_iter().zip(actions) {
            read.put(at, (!arns.is_empty()).then(|| Value::set(arns.iter().map(|arn| Value::from(arn.as_str())))));
        }
        read
    }

    pub(in crate::kinds) fn put(&mut self, at: &str, value: Option<Value>) {
        self.0.extend(value.map(|value| (at.to_owned(), Reading::Known(value))));
    }

    pub(in crate::kinds) fn text(&mut self, at: &str, text: Option<&str>) {
        self.put(at, text.filter(|text| !text.is_empty()).map(Value::from));
    }

    pub(in crate::kinds) fn whole(&mut self, at: &str, number: Option<i32>) {
        self.put(at, number.map(|number| Value::from(i64::from(number))));
    }
}

//! The calls: `PutCompositeAlarm` replaces all of an alarm but its tags.

use super::{EXTENSION, RULE, SPEC, SUPPRESSOR, WAIT};
use crate::alarm_rule::AlarmRule;
use crate::kinds::alarms::calls::{Described, Readings, describe, find, of_definition, remove, retag};
use crate::kinds::alarms::{ACTIONS_ENABLED, ALARM_ACTIONS, DESCRIPTION, INSUFFICIENT_DATA_ACTIONS, OK_ACTIONS};
use crate::kinds::cloudwatch::{client, listed};
use crate::kinds::{ChangeFailed, ChangeRequest, FindRequest, Flat, Found, MakeRequest, RemoveRequest, WholeAws};
use crate::model::{Reading, Value};
use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::operation::describe_alarms::DescribeAlarmsOutput;
use aws_sdk_cloudwatch::operation::put_composite_alarm::builders::PutCompositeAlarmFluentBuilder;
use aws_sdk_cloudwatch::types::{AlarmType, CompositeAlarm};
use futures_util::future::BoxFuture;
use std::collections::BTreeMap;

const PUT: &str = "cloudwatch:PutCompositeAlarm";

/// The calls.
pub(super) struct CompositeCalls;

impl WholeAws for CompositeCalls {
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
    let told = |alarm: &CompositeAlarm| {
        let (name, arn) = (alarm.alarm_name()?.to_owned(), alarm.alarm_arn()?.to_owned());
        Some(Described { name, arn, settings: settings(alarm), facts: BTreeMap::new() })
    };
    page.composite_alarms().iter().filter_map(told).collect()
}

/// What is set of an alarm, by path.
fn settings(alarm: &CompositeAlarm) -> BTreeMap<String, Reading> {
    let actions = [alarm.alarm_actions(), alarm.ok_actions(), alarm.insufficient_data_actions()];
    let mut read = Readings::of(alarm.alarm_name(), alarm.alarm_description(), alarm.actions_enabled(), actions);
    // What is not understood here is shown as AWS has it.
    let rule = alarm.alarm_rule().map(|text| AlarmRule::parse(text).map_or_else(|_| text.to_owned(), |rule| rule.to_string()));
    read.text(RULE, rule.as_deref());
    read.text(SUPPRESSOR, alarm.actions_suppressor());
    read.whole(WAIT, alarm.actions_suppressor_wait_period());
    read.whole(EXTENSION, alarm.actions_suppressor_extension_period());
    read.0
}

/// Puts an alarm with these settings; what is not among them becomes AWS's default.
fn put(client: &Client, name: &str, flat: &Flat) -> PutCompositeAlarmFluentBuilder {
    let whole = |at: &str| flat.whole(at).and_then(|number| i32::try_from(number).ok());
    client
        .put_composite_alarm()
        .alarm_name(name)
        .set_alarm_rule(flat.text(RULE))
        .set_alarm_description(flat.text(DESCRIPTION))
        .set_actions_enabled(flat.flag(ACTIONS_ENABLED))
        .set_alarm_actions(flat.texts(ALARM_ACTIONS))
        .set_ok_actions(flat.texts(OK_ACTIONS))
        .set_insufficient_data_actions(flat.texts(INSUFFICIENT_DATA_ACTIONS))
        .set_actions_suppressor(flat.text(SUPPRESSOR))
        .set_actions_suppressor_wait_period(whole(WAIT))
        .set_actions_suppressor_extension_period(whole(EXTENSION))
}

async fn change(request: ChangeRequest<'_>) -> Result<(), ChangeFailed> {
    let connection = request.connection;
    let client = client(connection, &request.id.region);
    let changes = of_definition(&request);
    if !changes.is_empty() {
        let pages = describe(connection, &client, std::slice::from_ref(&request.id.name), &[AlarmType::CompositeAlarm]).await?;
        let now = pages.into_iter().flat_map(|page| page.composite_alarms.unwrap_or_default()).next().ok_or(ChangeFailed::Gone)?;
        let mut read = settings(&now);
        request.refuse_if_moved(&read, &changes)?;
        // A rule that is not changed stays as its author wrote it.
        read.extend(now.alarm_rule().map(|rule| (RULE.to_owned(), Reading::Known(Value::from(rule)))));
        connection.call(PUT, put(&client, &request.id.name, &Flat::of_readings(&read).with(&changes)).send()).await?;
    }
    retag(&request, &client, &SPEC).await
}

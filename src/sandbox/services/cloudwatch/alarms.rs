//! The operations on alarms.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::definition::{self, check_choice, text};
use super::history::{Event, EventKind};
use super::{Alarm, AlarmState, alarm_arn, tags};
use crate::sandbox::services::input::Input;
use crate::sandbox::services::{AwsError, Call};

/// The states of an alarm.
const STATES: &[&str] = &["OK", "ALARM", "INSUFFICIENT_DATA"];
/// The most alarms that one answer or one request holds.
const PAGE: usize = 100;

/// `PutMetricAlarm`: makes an alarm, or overwrites all of one but its state, its tags and its history.
pub(super) fn put(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let name = text(fields, ("AlarmName", "alarmName"), (1, 255))?.ok_or_else(|| AwsError::required("alarmName"))?;
    let definition = definition::define(fields, &call.caller.region)?;
    let given = tags::read(fields)?;
    save(call, name, definition, (fields.flag("ActionsEnabled")?, given))
}

/// Puts an alarm in the place of the one of its name, which must be of the same type.
pub(super) fn save(
    call: &mut Call<'_>,
    name: &str,
    definition: Map<String, Value>,
    (actions_enabled, given): (Option<bool>, Option<BTreeMap<String, String>>),
) -> Result<Value, AwsError> {
    let now = call.now;
    let arn = alarm_arn(&call.caller.account, &call.caller.region, name);
    let region = &mut call.region().cloudwatch;
    let before = region.alarms.get(name);
    let verb = if before.is_some() { "updated" } else { "created" };
    let (state, tags, mut history) = match before {
        Some(alarm) => (region.state(alarm, now), alarm.tags.clone(), alarm.history.clone()),
        None => (AlarmState::unchecked(now), given, Vec::new()),
    };
    history.push(Event {
        at: now,
        kind: EventKind::ConfigurationUpdate,
        summary: format!("Alarm \"{name}\" {verb}"),
        data: json!({ "type": if before.is_some() { "Update" } else { "Create" } }),
    });
    let is_other = before.map(Alarm::is_composite);
    let actions_enabled = actions_enabled.unwrap_or(true);
    let alarm = Alarm { name: name.to_owned(), arn, definition, actions_enabled, configured_at: now, state, tags, history };
    // That a name is unique among all types is documented, what the refusal says is not.
    if is_other.is_some_and(|is_composite| is_composite != alarm.is_composite()) {
        return Err(AwsError::validation(format!("An alarm of another type has the name {name}")));
    }
    region.alarms.insert(alarm);
    Ok(json!({}))
}

/// `DescribeAlarms`. Without `AlarmTypes` it tells of metric alarms alone.
pub(super) fn describe(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    for member in ["ChildrenOfAlarmName", "ParentsOfAlarmName"] {
        if fields.get(member).is_some() {
            return Err(AwsError::validation(format!("the sandbox does not support {member}")));
        }
    }
    let types = fields.texts("AlarmTypes")?;
    for found in &types {
        check_choice(found, "alarmTypes.1.member", &["CompositeAlarm", "MetricAlarm", "LogAlarm"])?;
    }
    let names = names(fields)?;
    let prefix = text(fields, ("AlarmNamePrefix", "alarmNamePrefix"), (1, 255))?;
    if prefix.is_some() && !names.is_empty() {
        return Err(AwsError::service(
            "InvalidParameterCombinationException",
            "AlarmNamePrefix and AlarmNames cannot be specified together",
        ));
    }
    let action = text(fields, ("ActionPrefix", "actionPrefix"), (1, 1024))?;
    let wanted_state = fields.text("StateValue")?;
    if let Some(state) = wanted_state {
        check_choice(state, "stateValue", STATES)?;
    }
    let size = call.page(fields.page_limit("MaxRecords", "maxRecords", PAGE)?, PAGE);
    let after = fields.text("NextToken")?.map(token_name).transpose()?.unwrap_or_default();
    let now = call.now;
    let region = &call.region().cloudwatch;
    let is_asked_for = |alarm: &Alarm| {
        let own = if alarm.is_composite() { "CompositeAlarm" } else { "MetricAlarm" };
        types.contains(&own) || (types.is_empty() && !alarm.is_composite())
    };
    let matching = region.alarms.iter().filter(|alarm| {
        is_asked_for(alarm)
            && alarm.name.as_str() > after
            && (names.is_empty() || names.contains(&alarm.name.as_str()))
            && prefix.is_none_or(|prefix| alarm.name.starts_with(prefix))
            && action.is_none_or(|action| has_action(alarm, action))
    });
    let states = matching.map(|alarm| (alarm, region.state(alarm, now)));
    let found: Vec<(&Alarm, AlarmState)> = states.filter(|(_, state)| wanted_state.is_none_or(|wanted| wanted == state.value)).collect();
    let (composite, metric): (Vec<_>, Vec<_>) = found.iter().take(size).partition(|(alarm, _)| alarm.is_composite());
    let shown = |alarms: Vec<&(&Alarm, AlarmState)>| -> Vec<Value> {
        alarms.into_iter().map(|(alarm, state)| region.shown(alarm, state, now)).collect()
    };
    let mut answer = json!({ "MetricAlarms": shown(metric), "CompositeAlarms": shown(composite) });
    if let (true, Some((last, _))) = (found.len() > size, found.get(size.saturating_sub(1))) {
        answer["NextToken"] = json!(format!("after:{}", last.name));
    }
    Ok(answer)
}

/// The name that a page starts after.
fn token_name(token: &str) -> Result<&str, AwsError> {
    token.strip_prefix("after:").ok_or_else(|| AwsError::service("InvalidNextToken", "The next token specified is invalid."))
}

fn has_action(alarm: &Alarm, prefix: &str) -> bool {
    let lists =
        ["OKActions", "AlarmActions", "InsufficientDataActions"].into_iter().filter_map(|member| alarm.definition.get(member)?.as_array());
    lists.flatten().filter_map(Value::as_str).any(|action| action.starts_with(prefix))
}

/// Reads up to 100 names.
fn names(fields: Input<'_>) -> Result<Vec<&str>, AwsError> {
    let names = fields.texts("AlarmNames")?;
    if names.len() > PAGE {
        let found = format!("'[{}]'", names.join(", "));
        return Err(AwsError::constraint(&found, "alarmNames", "Member must have length less than or equal to 100"));
    }
    Ok(names)
}

/// `DescribeAlarmsForMetric`: alarms on exactly this metric, not those on expressions.
pub(super) fn describe_for_metric(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    for (member, path) in [("MetricName", "metricName"), ("Namespace", "namespace")] {
        fields.required_text(member, path)?;
    }
    let dimensions = definition::dimensions(fields, "dimensions")?;
    let period = fields.integer("Period")?;
    let now = call.now;
    let region = &call.region().cloudwatch;
    let same = |alarm: &&Alarm| {
        if alarm.is_composite() {
            return false;
        }
        let texts = ["MetricName", "Namespace", "Statistic", "ExtendedStatistic", "Unit"];
        let kept = alarm.definition.get("Dimensions").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        texts.iter().all(|member| fields.get(member).is_none_or(|wanted| alarm.definition.get(*member) == Some(wanted)))
            && period.is_none_or(|period| alarm.definition.get("Period").and_then(Value::as_i64) == Some(period))
            && kept.len() == dimensions.len()
            && kept.iter().all(|dimension| dimensions.contains(dimension))
    };
    let shown = |alarm: &Alarm| alarm.shown(&region.state(alarm, now));
    Ok(json!({ "MetricAlarms": region.alarms.iter().filter(same).map(shown).collect::<Vec<_>>() }))
}

/// `DeleteAlarms`, of at most one composite alarm at once, and of nothing that one which stays is about. Names without an alarm are passed over.
pub(super) fn delete(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let names = names(Input(input))?;
    if Input(input).get("AlarmNames").is_none() {
        return Err(AwsError::required("alarmNames"));
    }
    let alarms = &mut call.region().cloudwatch.alarms;
    let going: Vec<&Alarm> = names.iter().filter_map(|name| alarms.get(name)).collect();
    if going.iter().filter(|alarm| alarm.is_composite()).count() > 1 {
        return Err(AwsError::validation("Only one composite alarm can be deleted at once"));
    }
    let is_needed = |alarm: &&&Alarm| alarms.iter().any(|other| !names.contains(&other.name.as_str()) && other.is_about(alarm));
    let needed: Vec<&str> = going.iter().filter(is_needed).map(|alarm| alarm.name.as_str()).collect();
    if !needed.is_empty() {
        let them = if needed.len() == 1 { "it" } else { "them" };
        let message = format!("Cannot delete {} as there are composite alarm(s) depending on {them}.", needed.join(","));
        return Err(AwsError::validation(message));
    }
    for name in names {
        alarms.remove(name);
    }
    Ok(json!({}))
}

/// `EnableAlarmActions`.
pub(super) fn enable_actions(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    set_actions(call, input, true)
}

/// `DisableAlarmActions`.
pub(super) fn disable_actions(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    set_actions(call, input, false)
}

fn set_actions(call: &mut Call<'_>, input: &Value, enabled: bool) -> Result<Value, AwsError> {
    let names = names(Input(input))?;
    if Input(input).get("AlarmNames").is_none() {
        return Err(AwsError::required("alarmNames"));
    }
    let alarms = &mut call.region().cloudwatch.alarms;
    for name in names {
        if let Some(alarm) = alarms.get_mut(name) {
            alarm.actions_enabled = enabled;
        }
    }
    Ok(json!({}))
}

/// `SetAlarmState`: until the next evaluation finds another one.
pub(super) fn set_state(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let name = fields.required_text("AlarmName", "alarmName")?;
    let value = fields.required_text("StateValue", "stateValue")?;
    check_choice(value, "stateValue", STATES)?;
    let reason = text(fields, ("StateReason", "stateReason"), (0, 1023))?.ok_or_else(|| AwsError::required("stateReason"))?;
    let data = text(fields, ("StateReasonData", "stateReasonData"), (0, 4000))?;
    if data.is_some_and(|data| serde_json::from_str::<Value>(data).is_err()) {
        return Err(AwsError::service("InvalidFormatFault", "StateReasonData is not valid JSON"));
    }
    let now = call.now;
    let region = &mut call.region().cloudwatch;
    let missing = || AwsError { status: 404, ..AwsError::service("ResourceNotFound", format!("There is no alarm with name {name}")) };
    let before = region.state(region.alarms.get(name).ok_or_else(missing)?, now);
    let alarm = region.alarms.get_mut(name).ok_or_else(missing)?;
    alarm.state = before.followed_by(value, reason.to_owned(), data.map(str::to_owned), now);
    if before.value != value {
        let summary = format!("Alarm updated from {} to {value}", before.value);
        alarm.history.push(Event {
            at: now,
            kind: EventKind::StateUpdate,
            summary,
            data: json!({ "newState": { "stateValue": value, "stateReason": reason } }),
        });
    }
    Ok(json!({}))
}

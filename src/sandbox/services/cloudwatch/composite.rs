//! Composite alarms: what `PutCompositeAlarm` accepts, and the state that the rule gives.
//!
//! They are held beside metric alarms, as a name is unique among all of them.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::alarms::save;
use super::definition::{common, text};
use super::{Alarm, AlarmState, Monitoring, evaluate, tags};
use crate::alarm_rule::{self, AlarmRule, Problem, State};
use crate::sandbox::clock::later;
use crate::sandbox::services::input::Input;
use crate::sandbox::services::{AwsError, Call};

const SUPPRESSOR: &str = "ActionsSuppressor";
/// How long a suppressor is waited for, and how long it counts on.
const PERIODS: [&str; 2] = ["ActionsSuppressorWaitPeriod", "ActionsSuppressorExtensionPeriod"];

/// `PutCompositeAlarm`: makes an alarm, or overwrites all of one but its state, its tags and its history.
pub(super) fn put(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let name = text(fields, ("AlarmName", "alarmName"), (1, 255))?.ok_or_else(|| AwsError::required("alarmName"))?;
    let definition = define(fields, &call.caller.region)?;
    let given = tags::read(fields)?;
    let rule = definition.get("AlarmRule").and_then(Value::as_str).map(read).transpose()?;
    let region = &call.region().cloudwatch;
    let missing: Vec<&str> = rule.iter().flat_map(AlarmRule::alarms).filter(|child| region.find(child).is_none()).collect();
    if !missing.is_empty() {
        let message = format!("Could not save the composite alarm as alarms [{}] in the alarm rule do not exist", missing.join(", "));
        return Err(AwsError::validation(message));
    }
    if let Some(suppressor) = fields.text(SUPPRESSOR)?.filter(|suppressor| region.find(suppressor).is_none()) {
        return Err(AwsError::validation(format!(
            "Could not save the composite alarm as the suppressor alarm {suppressor} does not exist"
        )));
    }
    save(call, name, definition, (fields.flag("ActionsEnabled")?, given))
}

/// The rule in a text.
fn read(text: &str) -> Result<AlarmRule, AwsError> {
    let refuse =
        |problem: Problem| AwsError::validation(format!("Error in AlarmRule [it {} at char {}]", problem.message, problem.range.start));
    AlarmRule::parse(text).map_err(refuse)
}

/// Checks a request of `PutCompositeAlarm` made in `region`, and returns its members as `DescribeAlarms` gives them back.
pub(crate) fn define(fields: Input<'_>, region: &str) -> Result<Map<String, Value>, AwsError> {
    let mut made = common(fields, region)?;
    let rule = text(fields, ("AlarmRule", "alarmRule"), (1, alarm_rule::LENGTH))?.ok_or_else(|| AwsError::required("alarmRule"))?;
    read(rule)?;
    made.insert("AlarmRule".to_owned(), json!(rule));
    if let Some(action) = ["AlarmActions", "OKActions", "InsufficientDataActions"].iter().find_map(|member| refused(&made, member)) {
        return Err(AwsError::validation(format!("Invalid action {action} for a composite alarm")));
    }
    let suppressor = text(fields, (SUPPRESSOR, "actionsSuppressor"), (1, 1600))?;
    made.extend(suppressor.map(|suppressor| (SUPPRESSOR.to_owned(), json!(suppressor))));
    for member in PERIODS {
        match (fields.integer(member)?, suppressor) {
            (Some(seconds), Some(_)) if seconds >= 0 => drop(made.insert(member.to_owned(), json!(seconds))),
            (Some(_), Some(_)) => return Err(AwsError::validation(format!("{member} must not be negative"))),
            (Some(_), None) => return Err(AwsError::validation(format!("{member} requires ActionsSuppressor"))),
            (None, Some(_)) => return Err(AwsError::validation(format!("{member} is required with ActionsSuppressor"))),
            (None, None) => {}
        }
    }
    Ok(made)
}

/// An action that only metric alarms take.
fn refused<'m>(made: &'m Map<String, Value>, member: &str) -> Option<&'m str> {
    let actions = made.get(member)?.as_array()?.iter().filter_map(Value::as_str);
    actions.into_iter().find(|action| ["automate", "autoscaling", "swf"].contains(&action.split(':').nth(2).unwrap_or_default()))
}

impl Alarm {
    /// Whether it is a composite alarm.
    pub(crate) fn is_composite(&self) -> bool {
        self.definition.contains_key("AlarmRule")
    }

    /// The rule of a composite alarm.
    fn rule(&self) -> Option<AlarmRule> {
        AlarmRule::parse(self.text("AlarmRule")?).ok()
    }

    /// Whether the rule of this alarm is about another one.
    pub(super) fn is_about(&self, other: &Self) -> bool {
        self.rule().is_some_and(|rule| rule.alarms().iter().any(|alarm| *alarm == other.name || *alarm == other.arn))
    }
}

impl Monitoring {
    /// The alarm of a name or of an ARN.
    pub(super) fn find(&self, reference: &str) -> Option<&Alarm> {
        self.alarms.get(reference).or_else(|| self.alarms.iter().find(|alarm| alarm.arn == reference))
    }

    /// The state of an alarm at `now`. What is about itself, through others too, is not evaluated.
    pub(super) fn state(&self, alarm: &Alarm, now: Timestamp) -> AlarmState {
        self.state_below(alarm, now, &mut Vec::new()).unwrap_or_else(|| alarm.state.clone())
    }

    /// The same, while the states of others that are about it are being worked out; `None` in a circle.
    fn state_below(&self, alarm: &Alarm, now: Timestamp, above: &mut Vec<String>) -> Option<AlarmState> {
        let set = alarm.state.clone();
        let Some(rule) = alarm.rule() else { return Some(evaluate::state(alarm, &self.metrics, now)) };
        if above.contains(&alarm.name) {
            return None;
        }
        above.push(alarm.name.clone());
        let names = rule.alarms().into_iter();
        let children = names.filter_map(|name| Some(self.state_below(self.find(name)?, now, above).map(|state| (name, state))));
        let children: Option<Vec<(&str, AlarmState)>> = children.collect();
        above.pop();
        let children = children?;
        if now < later(set.updated_at, SignedDuration::from_mins(1)) {
            return Some(set);
        }
        let since = children.iter().map(|(_, state)| state.transitioned_at).max();
        let state = |name: &str| {
            let found = children.iter().find(|(child, _)| *child == name);
            found.and_then(|(_, state)| State::named(&state.value)).unwrap_or(State::InsufficientData)
        };
        let found = if rule.holds(&state) { State::Alarm } else { State::Ok }.name();
        if found == set.value {
            return Some(set);
        }
        let told: Vec<String> = children.iter().map(|(name, state)| format!("{name} is {}", state.value)).collect();
        let at = since.map_or(alarm.configured_at, |since| since.max(alarm.configured_at));
        Some(set.followed_by(found, format!("{}: {rule}", told.join(", ")), None, at))
    }

    /// An alarm in its state, as `DescribeAlarms` shows it.
    pub(super) fn shown(&self, alarm: &Alarm, state: &AlarmState, now: Timestamp) -> Value {
        let mut shown = alarm.shown(state);
        let suppressor = alarm.text(SUPPRESSOR).and_then(|name| self.find(name));
        if suppressor.is_some_and(|suppressor| self.state(suppressor, now).value == State::Alarm.name()) {
            shown["ActionsSuppressedBy"] = json!("Alarm");
            shown["ActionsSuppressedReason"] = json!("The suppressor alarm is in ALARM state");
        }
        shown
    }
}

//! Alarms as they are held, and as `DescribeAlarms` shows them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::history::Event;
use crate::sandbox::services::epoch;

/// The alarms of a region, by name.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Alarms(BTreeMap<String, Alarm>);

/// One alarm.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Alarm {
    pub(crate) name: String,
    pub(crate) arn: String,
    /// What `PutMetricAlarm` or `PutCompositeAlarm` set, member by member as `DescribeAlarms` shows it.
    pub(crate) definition: Map<String, Value>,
    pub(crate) actions_enabled: bool,
    pub(crate) configured_at: Timestamp,
    /// The state when it was last set: at creation, by `SetAlarmState`, or by an evaluation before an update.
    pub(crate) state: AlarmState,
    /// Absent when the alarm was never tagged.
    pub(crate) tags: Option<BTreeMap<String, String>>,
    #[serde(default)]
    pub(crate) history: Vec<Event>,
}

/// The state of an alarm, and since when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct AlarmState {
    /// `OK`, `ALARM` or `INSUFFICIENT_DATA`.
    pub(crate) value: String,
    pub(crate) reason: String,
    /// JSON about the reason.
    pub(crate) reason_data: Option<String>,
    pub(crate) updated_at: Timestamp,
    /// When the value last became another.
    pub(crate) transitioned_at: Timestamp,
}

impl AlarmState {
    /// What an alarm is in until it is evaluated for the first time.
    pub(crate) fn unchecked(at: Timestamp) -> Self {
        Self {
            value: "INSUFFICIENT_DATA".into(),
            reason: "Unchecked: Initial alarm creation".into(),
            reason_data: None,
            updated_at: at,
            transitioned_at: at,
        }
    }

    /// The state after this one.
    pub(crate) fn followed_by(&self, value: &str, reason: String, reason_data: Option<String>, at: Timestamp) -> Self {
        let transitioned_at = if self.value == value { self.transitioned_at } else { at };
        Self { value: value.to_owned(), reason, reason_data, updated_at: at, transitioned_at }
    }
}

impl Alarm {
    /// A member of its definition that is a text.
    pub(crate) fn text(&self, member: &str) -> Option<&str> {
        self.definition.get(member)?.as_str()
    }

    /// The alarm in this state, as `DescribeAlarms` shows it.
    pub(crate) fn shown(&self, state: &AlarmState) -> Value {
        let mut shown = self.definition.clone();
        let own = json!({
            "AlarmName": self.name,
            "AlarmArn": self.arn,
            "AlarmConfigurationUpdatedTimestamp": epoch(self.configured_at),
            "ActionsEnabled": self.actions_enabled,
            "StateValue": state.value,
            "StateReason": state.reason,
            "StateUpdatedTimestamp": epoch(state.updated_at),
            "StateTransitionedTimestamp": epoch(state.transitioned_at),
        });
        if let Value::Object(own) = own {
            shown.extend(own);
        }
        shown.extend(state.reason_data.as_ref().map(|data| ("StateReasonData".to_owned(), json!(data))));
        Value::Object(shown)
    }
}

impl Alarms {
    /// Finds one by its name, case and all.
    pub(crate) fn get(&self, name: &str) -> Option<&Alarm> {
        self.0.get(name)
    }

    /// The same, to change.
    pub(crate) fn get_mut(&mut self, name: &str) -> Option<&mut Alarm> {
        self.0.get_mut(name)
    }

    /// All, by name.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Alarm> {
        self.0.values()
    }

    /// Puts one in, and returns the one that it replaces.
    pub(crate) fn insert(&mut self, alarm: Alarm) -> Option<Alarm> {
        self.0.insert(alarm.name.clone(), alarm)
    }

    /// Takes one out.
    pub(crate) fn remove(&mut self, name: &str) -> Option<Alarm> {
        self.0.remove(name)
    }
}

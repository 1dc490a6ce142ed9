//! What happened to an alarm: its definition and the states that were set by hand.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::sandbox::services::input::Input;
use crate::sandbox::services::{AwsError, Call, epoch};

/// Something that happened to an alarm.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Event {
    pub(super) at: Timestamp,
    pub(super) kind: EventKind,
    pub(super) summary: String,
    pub(super) data: Value,
}

/// What kind of thing happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum EventKind {
    ConfigurationUpdate,
    StateUpdate,
}

impl EventKind {
    fn name(self) -> &'static str {
        match self {
            Self::ConfigurationUpdate => "ConfigurationUpdate",
            Self::StateUpdate => "StateUpdate",
        }
    }
}

/// `DescribeAlarmHistory`, of alarms that are still there. States that evaluations found are not in it.
pub(super) fn describe(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let (name, kind) = (fields.text("AlarmName")?, fields.text("HistoryItemType")?);
    let (from, until) = (fields.time("StartDate")?, fields.time("EndDate")?);
    let size = call.page(fields.page_limit("MaxRecords", "maxRecords", 100)?, 100);
    let skipped: usize = match fields.text("NextToken")? {
        Some(token) => token.parse().map_err(|_| AwsError::service("InvalidNextToken", "The next token specified is invalid."))?,
        None => 0,
    };
    let alarms = call.region().cloudwatch.alarms.iter().filter(|alarm| name.is_none_or(|name| name == alarm.name));
    let mut events: Vec<_> = alarms.flat_map(|alarm| alarm.history.iter().map(move |event| (alarm, event))).collect();
    events.retain(|(_, event)| {
        kind.is_none_or(|kind| kind == event.kind.name())
            && from.is_none_or(|from| from <= event.at)
            && until.is_none_or(|until| event.at <= until)
    });
    events.sort_by_key(|(_, event)| event.at);
    if fields.text("ScanBy")? != Some("TimestampAscending") {
        events.reverse();
    }
    let page: Vec<Value> = events
        .iter()
        .skip(skipped)
        .take(size)
        .map(|(alarm, event)| {
            json!({
                "AlarmName": alarm.name,
                "AlarmType": if alarm.is_composite() { "CompositeAlarm" } else { "MetricAlarm" },
                "Timestamp": epoch(event.at),
                "HistoryItemType": event.kind.name(),
                "HistorySummary": event.summary,
                "HistoryData": event.data.to_string(),
            })
        })
        .collect();
    let mut answer = json!({ "AlarmHistoryItems": page });
    let next = skipped.saturating_add(size);
    if events.len() > next {
        answer["NextToken"] = json!(next.to_string());
    }
    Ok(answer)
}

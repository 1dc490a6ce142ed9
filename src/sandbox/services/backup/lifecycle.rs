//! How long recovery points are kept, and when they go to cold storage.

use serde_json::{Map, Value, json};

use crate::sandbox::services::AwsError;
use crate::sandbox::services::input::Input;

/// How long a recovery point must stay in cold storage, in days.
const COLD_DAYS: i64 = 90;

/// The longest retention, in days.
const MAX_DAYS: i64 = 36_500;

/// The longest retention of continuous backups, in days.
const MAX_CONTINUOUS_DAYS: i64 = 35;

/// What is wrong with a lifecycle: it is malformed, or breaks a rule, in AWS's words.
pub(super) enum Wrong {
    Malformed(AwsError),
    Rule(String),
}

impl From<AwsError> for Wrong {
    fn from(error: AwsError) -> Self {
        Self::Malformed(error)
    }
}

/// Reads `Lifecycle` and checks its arithmetic. `None` when it is absent or says nothing.
pub(super) fn read(fields: Input<'_>) -> Result<Option<Value>, Wrong> {
    let Some(lifecycle) = fields.structure("Lifecycle")? else { return Ok(None) };
    let (cold, delete) = (lifecycle.integer("MoveToColdStorageAfterDays")?, lifecycle.integer("DeleteAfterDays")?);
    let wrong = |text: &str| Err(Wrong::Rule(format!("Invalid lifecycle. {text}")));
    if delete.is_some_and(|days| !(1..=MAX_DAYS).contains(&days)) {
        return wrong("DeleteAfterDays cannot be less than 1 or more than 36500 days");
    }
    if cold.is_some_and(|days| !(0..=MAX_DAYS).contains(&days)) {
        return wrong("MoveToColdStorageAfterDays cannot be less than 0 or more than 36500 days");
    }
    if let (Some(cold), Some(delete)) = (cold, delete)
        && delete < cold + COLD_DAYS
    {
        return wrong("DeleteAfterDays cannot be less than 90 days apart from MoveToColdStorageAfterDays");
    }
    if lifecycle.get("DeleteAfterEvent").is_some() {
        return wrong("DeleteAfterEvent is not supported");
    }
    let mut kept = Map::new();
    for (member, days) in [("MoveToColdStorageAfterDays", cold), ("DeleteAfterDays", delete)] {
        kept.extend(days.map(|days| (member.to_owned(), json!(days))));
    }
    let archive = "OptInToArchiveForSupportedResources";
    kept.extend(lifecycle.flag(archive)?.map(|on| (archive.to_owned(), json!(on))));
    Ok(Some(Value::Object(kept)).filter(|lifecycle| lifecycle != &json!({})))
}

/// Checks the lifecycle of a rule with continuous backup.
pub(super) fn check_continuous(lifecycle: Option<&Value>) -> Result<(), String> {
    let Some(lifecycle) = lifecycle else {
        return Err("Lifecycle must be specified for backup rule enabled continuous backup".to_owned());
    };
    if lifecycle.get("MoveToColdStorageAfterDays").is_some() {
        return Err("Invalid lifecycle. MoveToColdStorageAfterDays is unavailable".to_owned());
    }
    let days = lifecycle.get("DeleteAfterDays").and_then(Value::as_i64);
    if days.is_none_or(|days| days > MAX_CONTINUOUS_DAYS) {
        return Err("Invalid lifecycle. DeleteAfterDays must be between 1 and 35 for continuous backup".to_owned());
    }
    Ok(())
}

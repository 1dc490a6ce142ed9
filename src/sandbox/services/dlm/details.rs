//! What a policy does: checked, and with what AWS adds.

use serde_json::{Map, Value, json};

use super::invalid;
use crate::sandbox::services::AwsError;
use crate::sandbox::services::input::Input;

/// The hours between snapshots that AWS takes (DLM API `CreateRule`).
const INTERVALS: [i64; 8] = [1, 2, 3, 4, 6, 8, 12, 24];

/// The time of day that is chosen where nobody said one.
const TIME: &str = "09:00";

/// The members that a default policy takes beside its description.
const OF_DEFAULT: [&str; 6] = ["CreateInterval", "RetainInterval", "CopyTags", "ExtendDeletion", "CrossRegionCopyTargets", "Exclusions"];

/// The details of a policy of its own schedules, or of one that waits for events.
pub(crate) fn custom(details: &Value) -> Result<Value, AwsError> {
    let fields = Input(details);
    let mut held = details.as_object().cloned().unwrap_or_default();
    let kind = fields.text("PolicyType")?.unwrap_or("EBS_SNAPSHOT_MANAGEMENT").to_owned();
    held.insert("PolicyType".to_owned(), json!(kind));
    held.insert("PolicyLanguage".to_owned(), json!("STANDARD"));
    for member in OF_DEFAULT {
        if fields.get(member).is_some() {
            return Err(invalid(format!("{member} can be specified for default policies only.")));
        }
    }
    if kind == "EVENT_BASED_POLICY" {
        if fields.structure("EventSource")?.is_none() || fields.list("Actions")?.is_empty() {
            return Err(invalid("The following parameter(s) are required for an event-based policy: EventSource, Actions"));
        }
        return Ok(Value::Object(held));
    }
    if fields.list("ResourceTypes")?.len() != 1 || fields.list("TargetTags")?.is_empty() {
        return Err(invalid("The following parameter(s) are required: ResourceTypes, TargetTags"));
    }
    let schedules = fields.list("Schedules")?;
    if !(1..=4).contains(&schedules.len()) {
        return Err(invalid("A policy must have one to four schedules."));
    }
    held.entry("ResourceLocations").or_insert_with(|| json!(["CLOUD"]));
    let schedules: Vec<Value> = schedules.iter().map(|one| schedule(one, &kind)).collect::<Result<_, _>>()?;
    held.insert("Schedules".to_owned(), Value::Array(schedules));
    Ok(Value::Object(held))
}

fn schedule(given: &Value, kind: &str) -> Result<Value, AwsError> {
    let fields = Input(given);
    let mut held = given.as_object().cloned().unwrap_or_default();
    let name = fields.text("Name")?.unwrap_or_default();
    held.entry("CopyTags").or_insert(json!(false));
    let rule = fields.structure("CreateRule")?.ok_or_else(|| invalid(format!("The schedule {name} has no CreateRule.")))?;
    held.insert("CreateRule".to_owned(), Value::Object(create_rule(rule)?));
    let retain = fields.structure("RetainRule")?.ok_or_else(|| invalid(format!("The schedule {name} has no RetainRule.")))?;
    either(retain, "RetainRule")?;
    if let Some(rule) = fields.structure("FastRestoreRule")? {
        either(rule, "FastRestoreRule")?;
    }
    for (member, of) in [("DeprecateRule", "IMAGE_MANAGEMENT"), ("ShareRules", "EBS_SNAPSHOT_MANAGEMENT")] {
        if fields.get(member).is_some() && kind != of {
            return Err(invalid(format!("{member} cannot be specified for policies of the type {kind}.")));
        }
    }
    let copies = fields.list("CrossRegionCopyRules")?;
    if copies.len() > 3 {
        return Err(invalid("A schedule can have up to three cross-Region copy rules."));
    }
    for copy in copies {
        if Input(copy).flag("Encrypted")?.is_none() || (copy.get("Target").is_none() && copy.get("TargetRegion").is_none()) {
            return Err(invalid("A cross-Region copy rule must have Encrypted and Target."));
        }
    }
    Ok(Value::Object(held))
}

fn create_rule(rule: Input<'_>) -> Result<Map<String, Value>, AwsError> {
    let mut held = rule.0.as_object().cloned().unwrap_or_default();
    match (rule.text("CronExpression")?, rule.integer("Interval")?) {
        (Some(_), None) => {}
        (None, Some(hours)) if INTERVALS.contains(&hours) => {
            held.insert("IntervalUnit".to_owned(), json!("HOURS"));
            if rule.list("Times")?.is_empty() {
                held.insert("Times".to_owned(), json!([TIME]));
            }
        }
        (None, Some(hours)) => return Err(invalid(format!("Interval must be one of 1, 2, 3, 4, 6, 8, 12 and 24, found {hours}."))),
        _ => return Err(invalid("CreateRule must have either CronExpression or Interval.")),
    }
    held.entry("Location").or_insert(json!("CLOUD"));
    Ok(held)
}

/// A count, or an interval with its unit.
fn either(rule: Input<'_>, name: &str) -> Result<(), AwsError> {
    let (count, interval, unit) = (rule.integer("Count")?, rule.integer("Interval")?, rule.text("IntervalUnit")?);
    // Some SDKs write what was not said as nothing.
    let (count, interval) = (count.filter(|count| *count != 0), interval.filter(|interval| *interval != 0));
    match (count, interval, unit.filter(|unit| !unit.is_empty())) {
        (Some(1..=1_000), None, None) | (None, Some(1..), Some("DAYS" | "WEEKS" | "MONTHS" | "YEARS")) => Ok(()),
        _ => Err(invalid(format!("{name} must have either Count, from 1 to 1000, or Interval with IntervalUnit."))),
    }
}

/// The details of a default policy for `VOLUME` or `INSTANCE`, over those that it has.
pub(super) fn of_default(kind: &str, held: &Value, fields: Input<'_>) -> Result<Value, AwsError> {
    let policy_type = match kind {
        "VOLUME" => "EBS_SNAPSHOT_MANAGEMENT",
        "INSTANCE" => "IMAGE_MANAGEMENT",
        other => return Err(invalid(format!("Unknown type of default policy {other}."))),
    };
    let mut details = json!({
        "PolicyType": policy_type, "PolicyLanguage": "SIMPLIFIED", "ResourceType": kind, "CreateInterval": 1, "RetainInterval": 7,
        "CopyTags": false, "ExtendDeletion": false,
    });
    for given in [held, fields.0] {
        for member in OF_DEFAULT {
            if let Some(value) = Input(given).get(member) {
                details[member] = value.clone();
            }
        }
    }
    let days = |member: &str| details[member].as_i64().unwrap_or_default();
    let (create, retain) = (days("CreateInterval"), days("RetainInterval"));
    if !(1..=7).contains(&create) || !(2..=14).contains(&retain) || retain <= create {
        return Err(invalid("CreateInterval must be 1 to 7 and RetainInterval 2 to 14, and more than CreateInterval."));
    }
    Ok(details)
}

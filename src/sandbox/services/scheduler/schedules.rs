//! The operations on schedules.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::groups::PAGE;
use super::store::Schedule;
use super::{check_name, conflict, group_of, missing, schedule_arn};
use crate::sandbox::services::input::Input;
use crate::sandbox::services::{AwsError, Call, epoch};
use crate::time::{self, Zone};

/// What is kept of a request.
const MEMBERS: [&str; 9] = [
    "ActionAfterCompletion",
    "Description",
    "EndDate",
    "FlexibleTimeWindow",
    "KmsKeyArn",
    "ScheduleExpression",
    "ScheduleExpressionTimezone",
    "StartDate",
    "Target",
];

/// Checks a schedule, and returns it with AWS's defaults.
fn checked(input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let expression = fields.required_text("ScheduleExpression", "scheduleExpression")?;
    time::Schedule::parse(expression, time::Service::Scheduler)
        .map_err(|_| AwsError::validation(format!("Invalid Schedule Expression {expression}.")))?;
    let zone = fields.text("ScheduleExpressionTimezone")?.unwrap_or("UTC");
    Zone::named(zone).map_err(|_| AwsError::validation("Provided timezone is invalid."))?;
    let window = fields.structure("FlexibleTimeWindow")?.ok_or_else(|| AwsError::required("flexibleTimeWindow"))?;
    let minutes = window.integer("MaximumWindowInMinutes")?;
    match (window.required_text("Mode", "flexibleTimeWindow.mode")?, minutes) {
        ("OFF", None) | ("FLEXIBLE", Some(1..=1440)) => {}
        ("OFF", Some(_)) => return Err(AwsError::validation("Maximum window cannot be set with the flexible time window mode OFF.")),
        ("FLEXIBLE", None) => return Err(AwsError::validation("Maximum window is required with the flexible time window mode FLEXIBLE.")),
        ("FLEXIBLE", Some(_)) => return Err(AwsError::validation("Maximum window must be between 1 and 1440 minutes.")),
        (mode, _) => {
            return Err(AwsError::constraint(
                &format!("'{mode}'"),
                "flexibleTimeWindow.mode",
                "Member must satisfy enum value set: [OFF, FLEXIBLE]",
            ));
        }
    }
    let (start, end) = (fields.time("StartDate")?, fields.time("EndDate")?);
    if start.zip(end).is_some_and(|(start, end)| start >= end) {
        return Err(AwsError::validation("The StartDate must come before the EndDate."));
    }
    let state = fields.text("State")?.unwrap_or("ENABLED");
    if !["ENABLED", "DISABLED"].contains(&state) {
        return Err(AwsError::constraint(&format!("'{state}'"), "state", "Member must satisfy enum value set: [ENABLED, DISABLED]"));
    }
    let target = target(fields.structure("Target")?.ok_or_else(|| AwsError::required("target"))?)?;
    let mut document = json!({});
    for member in MEMBERS {
        if let Some(value) = fields.get(member) {
            document[member] = value.clone();
        }
    }
    document["ScheduleExpressionTimezone"] = json!(zone);
    document["State"] = json!(state);
    document["Target"] = target;
    // Times come as texts, and are shown as numbers.
    for (member, at) in [("StartDate", start), ("EndDate", end)] {
        if let Some(at) = at {
            document[member] = epoch(at);
        }
    }
    if document.get("ActionAfterCompletion").is_none() {
        document["ActionAfterCompletion"] = json!("NONE");
    }
    Ok(document)
}

/// Checks a target, and returns it with the retries that AWS makes where none are given.
fn target(target: Input<'_>) -> Result<Value, AwsError> {
    let arn = target.required_text("Arn", "target.arn")?;
    let role = target.required_text("RoleArn", "target.roleArn")?;
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let &["arn", _, service, _, _, action] = parts.as_slice() else {
        return Err(AwsError::validation(format!("Provided Arn is not in correct format: {arn}")));
    };
    if !role.contains(":iam::") || !role.contains(":role/") {
        return Err(AwsError::validation("Provided RoleArn is not in correct format."));
    }
    if service == "scheduler" && action.strip_prefix("aws-sdk:").is_none_or(|call| call.split(':').count() != 2) {
        return Err(AwsError::validation(format!("{arn} is not a supported target.")));
    }
    if let Some(input) = target.text("Input")?
        && service == "scheduler"
        && serde_json::from_str::<Value>(input).is_err()
    {
        return Err(AwsError::validation("Invalid RequestJson provided. Reason The provided input is not a valid JSON."));
    }
    let policy = target.structure("RetryPolicy")?;
    let of_policy = |member: &str| policy.map_or(Ok(None), |policy| policy.integer(member));
    let (age, attempts) = (of_policy("MaximumEventAgeInSeconds")?.unwrap_or(86_400), of_policy("MaximumRetryAttempts")?.unwrap_or(185));
    if !(60..=86_400).contains(&age) || !(0..=185).contains(&attempts) {
        return Err(AwsError::validation("The retry policy is out of range."));
    }
    let mut kept = target.0.clone();
    kept["RetryPolicy"] = json!({ "MaximumEventAgeInSeconds": age, "MaximumRetryAttempts": attempts });
    Ok(kept)
}

/// `CreateSchedule`.
pub(super) fn create(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let (name, group) = (fields.required_text("Name", "name")?.to_owned(), group_of(fields)?.to_owned());
    check_name(&name)?;
    let document = checked(input)?;
    if !call.region().scheduler.has_group(&group) {
        return Err(missing("Schedule group", &group));
    }
    if call.region().scheduler.get(&group, &name).is_some() {
        return Err(conflict(format!("Schedule {name} already exists.")));
    }
    let now = call.now;
    Ok(keep(call, group, name, now, document))
}

/// `UpdateSchedule`: all of it is replaced.
pub(super) fn update(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let (name, group) = (fields.required_text("Name", "name")?.to_owned(), group_of(fields)?.to_owned());
    let document = checked(input)?;
    let created = call.region().scheduler.get(&group, &name).map(|old| old.created).ok_or_else(|| missing("Schedule", &name))?;
    Ok(keep(call, group, name, created, document))
}

fn keep(call: &mut Call<'_>, group: String, name: String, created: Timestamp, document: Value) -> Value {
    let arn = schedule_arn(&call.caller.account, &call.caller.region, &group, &name);
    let schedule = Schedule { arn: arn.clone(), name: name.clone(), group: group.clone(), created, modified: call.now, document };
    call.region().scheduler.schedules.entry(group).or_default().insert(name, schedule);
    json!({ "ScheduleArn": arn })
}

/// `GetSchedule`.
pub(super) fn get(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let (name, group) = (fields.required_text("Name", "name")?, group_of(fields)?);
    let schedule = call.region().scheduler.get(group, name).ok_or_else(|| missing("Schedule", name))?;
    let mut answer = schedule.document.clone();
    answer["Arn"] = json!(schedule.arn);
    answer["Name"] = json!(schedule.name);
    answer["GroupName"] = json!(schedule.group);
    answer["CreationDate"] = epoch(schedule.created);
    answer["LastModificationDate"] = epoch(schedule.modified);
    Ok(answer)
}

/// `DeleteSchedule`.
pub(super) fn delete(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let (name, group) = (fields.required_text("Name", "name")?, group_of(fields)?);
    let schedules = call.region().scheduler.schedules.get_mut(group);
    schedules.and_then(|schedules| schedules.remove(name)).ok_or_else(|| missing("Schedule", name))?;
    Ok(json!({}))
}

/// `ListSchedules`, by group and name.
pub(super) fn list(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let text = |member: &str| Ok::<_, AwsError>(fields.text(member)?.map(str::to_owned));
    let (group, prefix, state) = (text("ScheduleGroup")?, text("NamePrefix")?.unwrap_or_default(), text("State")?);
    let after = text("NextToken")?.unwrap_or_default();
    let size = call.page(fields.page_limit("MaxResults", "maxResults", PAGE)?, PAGE);
    let scheduler = &call.region().scheduler;
    if let Some(group) = group.as_ref().filter(|group| !scheduler.has_group(group)) {
        return Err(missing("Schedule group", group));
    }
    let token = |schedule: &Schedule| format!("{}/{}", schedule.group, schedule.name);
    let fits = |schedule: &&Schedule| {
        group.as_ref().is_none_or(|group| schedule.group == *group)
            && schedule.name.starts_with(&prefix)
            && state.as_ref().is_none_or(|state| schedule.document["State"] == json!(state))
            && token(schedule) > after
    };
    let mut rest: Vec<&Schedule> = scheduler.schedules.values().flat_map(|of_group| of_group.values()).filter(fits).collect();
    rest.sort_by_key(|schedule| token(schedule));
    let shown = |schedule: &&Schedule| {
        json!({
            "Arn": schedule.arn, "Name": schedule.name, "GroupName": schedule.group, "State": schedule.document["State"],
            "Target": { "Arn": schedule.document["Target"]["Arn"] }, "CreationDate": epoch(schedule.created),
            "LastModificationDate": epoch(schedule.modified),
        })
    };
    let mut answer = json!({ "Schedules": rest.iter().take(size).map(shown).collect::<Vec<_>>() });
    if let (true, Some(last)) = (rest.len() > size, rest.get(size.saturating_sub(1))) {
        answer["NextToken"] = json!(token(last));
    }
    Ok(answer)
}

//! The operations on rules.

use serde_json::{Value, json};

use super::store::Rule;
use super::{DEFAULT_BUS, bus, check_name, missing, pattern, rule_arn};
use crate::sandbox::services::input::Input;
use crate::sandbox::services::{AwsError, Call, tag_set};
use crate::time::{Schedule, Service};

const STATES: [&str; 3] = ["ENABLED", "DISABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"];
/// The most that a page holds.
pub(super) const PAGE: usize = 100;

/// The rule that a request names, to read or change.
pub(super) fn find<'a>(call: &'a mut Call<'_>, fields: Input<'_>, member: &str) -> Result<&'a mut Rule, AwsError> {
    let name = check_name(fields.required_text(member, &member.to_lowercase())?, &member.to_lowercase())?.to_owned();
    let bus = existing_bus(call, fields)?;
    let none = || missing(format!("Rule {name} does not exist on EventBus {bus}."));
    call.region().events.get_mut(&bus, &name).ok_or_else(none)
}

fn existing_bus(call: &mut Call<'_>, fields: Input<'_>) -> Result<String, AwsError> {
    let bus = bus(fields, "EventBusName")?;
    if call.region().events.has_bus(&bus) { Ok(bus) } else { Err(missing(format!("Event bus {bus} does not exist."))) }
}

/// `PutRule`: makes a rule, or replaces all of one but its targets and tags.
pub(super) fn put(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let name = check_name(fields.required_text("Name", "name")?, "name")?.to_owned();
    let bus = existing_bus(call, fields)?;
    let text = |member: &str| Ok::<_, AwsError>(fields.text(member)?.filter(|text| !text.is_empty()).map(str::to_owned));
    let (pattern, schedule) = (text("EventPattern")?, text("ScheduleExpression")?);
    check_trigger(pattern.as_deref(), schedule.as_deref(), &bus)?;
    let state = fields.text("State")?.unwrap_or("ENABLED").to_owned();
    if !STATES.contains(&state.as_str()) {
        let rule = format!("Member must satisfy enum value set: [{}]", STATES.join(", "));
        return Err(AwsError::constraint(&format!("'{state}'"), "state", &rule));
    }
    let description = text("Description")?;
    if let Some(long) = description.as_ref().filter(|text| text.chars().count() > 512) {
        return Err(AwsError::constraint(&format!("'{long}'"), "description", "Member must have length less than or equal to 512"));
    }
    let role = text("RoleArn")?;
    let given = tag_set::read_list(fields, "Tags")?;
    let arn = rule_arn(&call.caller.account, &call.caller.region, &bus, &name);
    let (tags, targets) = match call.region().events.get(&bus, &name) {
        // Tags of a rule that is there are changed by `TagResource` alone.
        Some(old) => (old.tags.clone(), old.targets.clone()),
        None => ((!given.is_empty()).then_some(given), std::collections::BTreeMap::new()),
    };
    call.region().events.insert(Rule { arn: arn.clone(), name, bus, pattern, schedule, state, description, role, tags, targets });
    Ok(json!({ "RuleArn": arn }))
}

fn check_trigger(pattern: Option<&str>, schedule: Option<&str>, bus: &str) -> Result<(), AwsError> {
    if pattern.is_none() && schedule.is_none() {
        return Err(AwsError::validation("Parameter(s) EventPattern or ScheduleExpression must be specified."));
    }
    if let Some(text) = pattern {
        if text.chars().count() > 4096 {
            return Err(AwsError::constraint(&format!("'{text}'"), "eventPattern", "Member must have length less than or equal to 4096"));
        }
        pattern::check(text)?;
    }
    if let Some(text) = schedule {
        if bus != DEFAULT_BUS {
            return Err(AwsError::validation("ScheduleExpression is supported only on the default event bus."));
        }
        Schedule::parse(text, Service::Rule).map_err(|_| AwsError::validation("Parameter ScheduleExpression is not valid."))?;
    }
    Ok(())
}

/// A rule as `DescribeRule` and `ListRules` show it.
fn shown(rule: &Rule) -> Value {
    let mut shown = json!({ "Name": rule.name, "Arn": rule.arn, "State": rule.state, "EventBusName": rule.bus });
    let texts = [
        ("EventPattern", &rule.pattern),
        ("ScheduleExpression", &rule.schedule),
        ("Description", &rule.description),
        ("RoleArn", &rule.role),
    ];
    for (member, text) in texts {
        if let Some(text) = text {
            shown[member] = json!(text);
        }
    }
    shown
}

/// `DescribeRule`.
pub(super) fn describe(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let account = call.caller.account.clone();
    let mut answer = shown(find(call, Input(input), "Name")?);
    answer["CreatedBy"] = json!(account);
    Ok(answer)
}

/// `ListRules`, of one bus.
pub(super) fn list(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let bus = existing_bus(call, fields)?;
    let prefix = fields.text("NamePrefix")?.unwrap_or_default().to_owned();
    let after = fields.text("NextToken")?.unwrap_or_default().to_owned();
    let size = call.page(fields.page_limit("Limit", "limit", PAGE)?, PAGE);
    let events = &call.region().events;
    let rest: Vec<&Rule> = events.on(&bus).filter(|rule| rule.name.starts_with(&prefix) && rule.name > after).collect();
    let mut answer = json!({ "Rules": rest.iter().take(size).map(|rule| shown(rule)).collect::<Vec<_>>() });
    if let (true, Some(last)) = (rest.len() > size, rest.get(size.saturating_sub(1))) {
        answer["NextToken"] = json!(last.name);
    }
    Ok(answer)
}

/// `ListRuleNamesByTarget`.
pub(super) fn names_by_target(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let target = fields.required_text("TargetArn", "targetArn")?;
    let bus = existing_bus(call, fields)?;
    let calls = |rule: &&Rule| rule.targets.values().any(|one| one["Arn"].as_str() == Some(target));
    let names: Vec<String> = call.region().events.on(&bus).filter(calls).map(|rule| rule.name.clone()).collect();
    Ok(json!({ "RuleNames": names }))
}

/// `DeleteRule`. One that is not there is deleted already.
pub(super) fn delete(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let name = check_name(fields.required_text("Name", "name")?, "name")?.to_owned();
    let bus = existing_bus(call, fields)?;
    if call.region().events.get(&bus, &name).is_some_and(|rule| !rule.targets.is_empty()) {
        return Err(AwsError::validation("Rule can't be deleted since it has targets."));
    }
    call.region().events.remove(&bus, &name);
    Ok(json!({}))
}

/// `EnableRule`.
pub(super) fn enable(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    "ENABLED".clone_into(&mut find(call, Input(input), "Name")?.state);
    Ok(json!({}))
}

/// `DisableRule`.
pub(super) fn disable(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    "DISABLED".clone_into(&mut find(call, Input(input), "Name")?.state);
    Ok(json!({}))
}

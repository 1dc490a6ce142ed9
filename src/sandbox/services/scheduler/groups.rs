//! The operations on schedule groups.

use serde_json::{Value, json};

use super::store::Group;
use super::{DEFAULT_GROUP, check_name, conflict, group_arn, missing};
use crate::sandbox::services::input::Input;
use crate::sandbox::services::{AwsError, Call, epoch, tag_set};

/// The most that a page holds.
pub(super) const PAGE: usize = 100;

/// `CreateScheduleGroup`.
pub(super) fn create(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let name = fields.required_text("Name", "name")?.to_owned();
    check_name(&name)?;
    let tags = tag_set::read_list(fields, "Tags")?;
    if call.region().scheduler.has_group(&name) {
        return Err(conflict(format!("Schedule group {name} already exists.")));
    }
    let arn = group_arn(&call.caller.account, &call.caller.region, &name);
    let group = Group { arn: arn.clone(), name: name.clone(), created: call.now, tags: (!tags.is_empty()).then_some(tags) };
    call.region().scheduler.groups.insert(name, group);
    Ok(json!({ "ScheduleGroupArn": arn }))
}

/// `DeleteScheduleGroup`, with all that is in it.
pub(super) fn delete(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let name = Input(input).required_text("Name", "name")?.to_owned();
    if name == DEFAULT_GROUP {
        return Err(AwsError::validation("The default schedule group cannot be deleted."));
    }
    let scheduler = &mut call.region().scheduler;
    scheduler.groups.remove(&name).ok_or_else(|| missing("Schedule group", &name))?;
    scheduler.schedules.remove(&name);
    Ok(json!({}))
}

fn shown(group: &Group) -> Value {
    json!({ "Arn": group.arn, "Name": group.name, "State": "ACTIVE", "CreationDate": epoch(group.created), "LastModificationDate": epoch(group.created) })
}

/// The group that every account has, and that nobody made.
fn default(call: &Call<'_>) -> Group {
    let arn = group_arn(&call.caller.account, &call.caller.region, DEFAULT_GROUP);
    Group { arn, name: DEFAULT_GROUP.to_owned(), created: jiff::Timestamp::UNIX_EPOCH, tags: None }
}

/// `GetScheduleGroup`.
pub(super) fn get(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let name = Input(input).required_text("Name", "name")?;
    if name == DEFAULT_GROUP {
        return Ok(shown(&default(call)));
    }
    call.region().scheduler.groups.get(name).map(shown).ok_or_else(|| missing("Schedule group", name))
}

/// `ListScheduleGroups`, by name.
pub(super) fn list(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let prefix = fields.text("NamePrefix")?.unwrap_or_default().to_owned();
    let after = fields.text("NextToken")?.unwrap_or_default().to_owned();
    let size = call.page(fields.page_limit("MaxResults", "maxResults", PAGE)?, PAGE);
    let mut all = call.region().scheduler.groups.clone();
    all.insert(DEFAULT_GROUP.to_owned(), default(call));
    let rest: Vec<Group> = all.into_values().filter(|group| group.name.starts_with(&prefix) && group.name > after).collect();
    let mut answer = json!({ "ScheduleGroups": rest.iter().take(size).map(shown).collect::<Vec<_>>() });
    if let (true, Some(last)) = (rest.len() > size, rest.get(size.saturating_sub(1))) {
        answer["NextToken"] = json!(last.name);
    }
    Ok(answer)
}

//! Amazon EventBridge Scheduler: schedule groups and schedules. Nothing is ever called.

mod groups;
mod schedules;
mod store;
mod tags;

use serde_json::Value;

use super::input::Input;
use super::{AwsError, Operation, Protocol, Service};
use crate::sandbox::state::Caller;

pub(crate) use store::Scheduler;
pub(crate) use tags::{ever_tagged, tag, untag};

/// The group that every account has.
const DEFAULT_GROUP: &str = "default";

/// Amazon EventBridge Scheduler, 2021-06-30.
pub(crate) static SERVICE: Service = Service {
    iam_prefix: "scheduler",
    signing_name: "scheduler",
    protocols: &[Protocol::RestJson],
    throttle_code: "ThrottlingException",
    operations: &[
        Operation::write("CreateSchedule", schedules::create).at("POST", "/schedules/{Name}"),
        Operation::write("CreateScheduleGroup", groups::create).at("POST", "/schedule-groups/{Name}"),
        Operation::write("DeleteSchedule", schedules::delete).at("DELETE", "/schedules/{Name}"),
        Operation::write("DeleteScheduleGroup", groups::delete).at("DELETE", "/schedule-groups/{Name}"),
        Operation::read("GetSchedule", schedules::get).at("GET", "/schedules/{Name}"),
        Operation::read("GetScheduleGroup", groups::get).at("GET", "/schedule-groups/{Name}"),
        Operation::read("ListScheduleGroups", groups::list).at("GET", "/schedule-groups"),
        Operation::read("ListSchedules", schedules::list).at("GET", "/schedules"),
        Operation::read("ListTagsForResource", tags::list).at("GET", "/tags/{ResourceArn}"),
        Operation::write("TagResource", tags::tag).at("POST", "/tags/{ResourceArn}"),
        Operation::write("UntagResource", tags::untag).at("DELETE", "/tags/{ResourceArn}"),
        Operation::write("UpdateSchedule", schedules::update).at("PUT", "/schedules/{Name}"),
    ],
    resources,
};

fn group_arn(account: &str, region: &str, name: &str) -> String {
    format!("arn:aws:scheduler:{region}:{account}:schedule-group/{name}")
}

fn schedule_arn(account: &str, region: &str, group: &str, name: &str) -> String {
    format!("arn:aws:scheduler:{region}:{account}:schedule/{group}/{name}")
}

/// The group that a request names: in its body or, written otherwise, in its query.
fn group_of(fields: Input<'_>) -> Result<&str, AwsError> {
    Ok(fields.text("GroupName")?.or(fields.text("groupName")?).unwrap_or(DEFAULT_GROUP))
}

fn resources(caller: &Caller, input: &Value) -> Vec<String> {
    let fields = Input(input);
    let text = |member: &str| fields.text(member).ok().flatten();
    if let Some(arn) = text("ResourceArn") {
        return vec![arn.to_owned()];
    }
    // Only a schedule is asked for with its group; one of the default group and a group are asked for alike.
    let group = group_of(fields).unwrap_or(DEFAULT_GROUP);
    let named = text("Name").map(|name| {
        let schedule = schedule_arn(&caller.account, &caller.region, group, name);
        let is_schedule = group != DEFAULT_GROUP || input.get("ScheduleExpression").is_some();
        if is_schedule { vec![schedule] } else { vec![group_arn(&caller.account, &caller.region, name), schedule] }
    });
    named.unwrap_or_default()
}

fn missing(what: &str, name: &str) -> AwsError {
    AwsError { status: 404, ..AwsError::service("ResourceNotFoundException", format!("{what} {name} does not exist.")) }
}

fn conflict(message: String) -> AwsError {
    AwsError { status: 409, ..AwsError::service("ConflictException", message) }
}

/// Checks a name against the model.
fn check_name(found: &str) -> Result<(), AwsError> {
    let shown = format!("'{found}'");
    let allowed = |c: char| c.is_ascii_alphanumeric() || ".-_".contains(c);
    match found.chars().count() {
        1..=64 if found.chars().all(allowed) => Ok(()),
        65.. => Err(AwsError::constraint(&shown, "name", "Member must have length less than or equal to 64")),
        _ => Err(AwsError::constraint(&shown, "name", "Member must satisfy regular expression pattern: ^[0-9a-zA-Z-_.]+$")),
    }
}

#[cfg(test)]
mod tests;

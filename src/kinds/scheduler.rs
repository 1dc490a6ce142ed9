//! What the kinds of EventBridge Scheduler share: its operations.

use crate::aws::untyped::{Operation, Protocol, Service};

/// Amazon EventBridge Scheduler.
static SCHEDULER: Service =
    Service { id: "Scheduler", iam: "scheduler", signing: "scheduler", host: "scheduler", protocol: Protocol::Rest };

pub(super) static CREATE: Operation = SCHEDULER.at("CreateSchedule", "POST", "/schedules/{Name}");
pub(super) static CREATE_GROUP: Operation = SCHEDULER.at("CreateScheduleGroup", "POST", "/schedule-groups/{Name}");
pub(super) static DELETE: Operation = SCHEDULER.at("DeleteSchedule", "DELETE", "/schedules/{Name}?groupName={GroupName}");
pub(super) static DELETE_GROUP: Operation = SCHEDULER.at("DeleteScheduleGroup", "DELETE", "/schedule-groups/{Name}");
pub(super) static GET: Operation = SCHEDULER.at("GetSchedule", "GET", "/schedules/{Name}?groupName={GroupName}");
pub(super) static GET_GROUP: Operation = SCHEDULER.at("GetScheduleGroup", "GET", "/schedule-groups/{Name}");
pub(super) static LIST: Operation =
    SCHEDULER.at("ListSchedules", "GET", "/schedules?ScheduleGroup={GroupName}&NextToken={NextToken}&MaxResults={MaxResults}");
pub(super) static LIST_GROUPS: Operation =
    SCHEDULER.at("ListScheduleGroups", "GET", "/schedule-groups?NextToken={NextToken}&MaxResults={MaxResults}");
pub(super) static LIST_TAGS: Operation = SCHEDULER.at("ListTagsForResource", "GET", "/tags/{ResourceArn}");
pub(super) static TAG: Operation = SCHEDULER.at("TagResource", "POST", "/tags/{ResourceArn}");
pub(super) static UNTAG: Operation = SCHEDULER.at("UntagResource", "DELETE", "/tags/{ResourceArn}?TagKeys={TagKeys}");
pub(super) static UPDATE: Operation = SCHEDULER.at("UpdateSchedule", "PUT", "/schedules/{Name}");

/// The code of what is not there.
pub(super) const MISSING: &str = "ResourceNotFoundException";

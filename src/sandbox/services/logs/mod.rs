//! Amazon CloudWatch Logs: log groups with their retention and deletion protection. Nothing is logged.

mod groups;
mod tags;

use serde_json::Value;

use super::{AwsError, Operation, Protocol, Service};
use crate::sandbox::state::Caller;

pub(crate) use groups::{Group, Groups, RETENTIONS, check_name};
pub(crate) use tags::{ever_tagged, tag, untag};

/// Amazon CloudWatch Logs, 2014-03-28.
pub(crate) static SERVICE: Service = Service {
    iam_prefix: "logs",
    signing_name: "logs",
    protocols: &[Protocol::AwsJson { version: "1.1", target: "Logs_20140328", namespace: "" }],
    throttle_code: "ThrottlingException",
    operations: &[
        Operation::write("CreateLogGroup", groups::create),
        Operation::write("DeleteLogGroup", groups::delete),
        Operation::write("DeleteRetentionPolicy", groups::delete_retention),
        Operation::read("DescribeLogGroups", groups::describe),
        Operation::read("ListTagsForResource", tags::list),
        Operation::read("ListTagsLogGroup", tags::list_of_group),
        Operation::write("PutLogGroupDeletionProtection", groups::put_deletion_protection),
        Operation::write("PutRetentionPolicy", groups::put_retention),
        Operation::write("TagResource", tags::tag),
        Operation::write("UntagResource", tags::untag),
    ],
    resources: |caller, input| named(caller, input).into_iter().collect(),
};

/// The ARN of a log group.
pub(crate) fn group_arn(account: &str, region: &str, name: &str) -> String {
    format!("arn:aws:logs:{region}:{account}:log-group:{name}")
}

/// The ARN that a request is about. Denials of log groups name them with `:*`; here they are named as policies usually do without.
fn named(caller: &Caller, input: &Value) -> Option<String> {
    let text = |member: &str| input.get(member).and_then(Value::as_str);
    let name = text("logGroupName").or_else(|| text("logGroupIdentifier"));
    let of_name = |name: &str| if name.starts_with("arn:") { name.to_owned() } else { group_arn(&caller.account, &caller.region, name) };
    text("resourceArn").map(str::to_owned).or_else(|| name.map(of_name))
}

/// The name of a group that is given as a name or an ARN.
fn name_of(identifier: &str) -> &str {
    let name = identifier.split_once(":log-group:").map_or(identifier, |(_, name)| name);
    name.strip_suffix(":*").unwrap_or(name)
}

fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::service("InvalidParameterException", message)
}

fn missing() -> AwsError {
    AwsError::service("ResourceNotFoundException", "The specified log group does not exist.")
}

#[cfg(test)]
mod tests;

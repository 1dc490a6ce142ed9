//! Amazon Data Lifecycle Manager: lifecycle policies and their tags. No snapshot is made.

mod details;
mod policies;
mod tags;

use serde_json::Value;

use super::{AwsError, Operation, Protocol, Service};
use crate::sandbox::state::Caller;

pub(crate) use details::custom;
pub(crate) use policies::{Policies, Policy};
pub(crate) use tags::{ever_tagged, tag, untag};

/// Amazon Data Lifecycle Manager, 2018-01-12.
pub(crate) static SERVICE: Service = Service {
    iam_prefix: "dlm",
    signing_name: "dlm",
    protocols: &[Protocol::RestJson],
    throttle_code: "ThrottlingException",
    operations: &[
        Operation::write("CreateLifecyclePolicy", policies::create).at("POST", "/policies"),
        Operation::write("DeleteLifecyclePolicy", policies::delete).at("DELETE", "/policies/{PolicyId}"),
        Operation::read("GetLifecyclePolicies", policies::list).at("GET", "/policies"),
        Operation::read("GetLifecyclePolicy", policies::get).at("GET", "/policies/{PolicyId}"),
        Operation::read("ListTagsForResource", tags::list).at("GET", "/tags/{ResourceArn}"),
        Operation::write("TagResource", tags::tag).at("POST", "/tags/{ResourceArn}"),
        Operation::write("UntagResource", tags::untag).at("DELETE", "/tags/{ResourceArn}"),
        Operation::write("UpdateLifecyclePolicy", policies::update).at("PATCH", "/policies/{PolicyId}"),
    ],
    resources,
};

/// The ARN of a policy.
pub(crate) fn arn(account: &str, region: &str, id: &str) -> String {
    format!("arn:aws:dlm:{region}:{account}:policy/{id}")
}

/// The details of a default policy of a type, with AWS's defaults for what is left out.
pub(crate) fn of_default(kind: &str, details: &Value) -> Result<Value, AwsError> {
    details::of_default(kind, details, super::input::Input(&Value::Null))
}

/// What a request is about, for denials.
fn resources(caller: &Caller, input: &Value) -> Vec<String> {
    let text = |member: &str| input.get(member).and_then(Value::as_str);
    let own = |id: &str| arn(&caller.account, &caller.region, id);
    // What lists or makes policies is about all of them.
    vec![text("ResourceArn").map_or_else(|| own(text("PolicyId").unwrap_or("*")), str::to_owned)]
}

fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::service("InvalidRequestException", message)
}

fn missing(id: &str) -> AwsError {
    AwsError { status: 404, ..AwsError::service("ResourceNotFoundException", format!("The policy {id} does not exist.")) }
}

#[cfg(test)]
mod tests;

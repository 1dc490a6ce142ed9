//! Amazon EventBridge: rules on event buses, and their targets. No event is ever matched, and no target called.

mod buses;
mod pattern;
mod rules;
mod store;
mod tags;
mod targets;

use serde_json::Value;

use super::input::Input;
use super::{AwsError, Operation, Protocol, Service};
use crate::sandbox::state::Caller;

pub(crate) use store::Events;
pub(crate) use tags::{ever_tagged, tag, untag};

/// The bus that every account has, and to which AWS's own services send.
const DEFAULT_BUS: &str = "default";

/// Amazon EventBridge, 2015-10-07.
pub(crate) static SERVICE: Service = Service {
    iam_prefix: "events",
    signing_name: "events",
    protocols: &[Protocol::AwsJson { version: "1.1", target: "AWSEvents", namespace: "" }],
    throttle_code: "ThrottlingException",
    operations: &[
        Operation::write("CreateEventBus", buses::create),
        Operation::write("DeleteEventBus", buses::delete),
        Operation::write("DeleteRule", rules::delete),
        Operation::read("DescribeEventBus", buses::describe),
        Operation::read("DescribeRule", rules::describe),
        Operation::write("DisableRule", rules::disable),
        Operation::write("EnableRule", rules::enable),
        Operation::read("ListEventBuses", buses::list),
        Operation::read("ListRuleNamesByTarget", rules::names_by_target),
        Operation::read("ListRules", rules::list),
        Operation::read("ListTagsForResource", tags::list),
        Operation::read("ListTargetsByRule", targets::list),
        Operation::write("PutRule", rules::put),
        Operation::write("PutTargets", targets::put),
        Operation::write("RemoveTargets", targets::remove),
        Operation::write("TagResource", tags::tag),
        Operation::write("UntagResource", tags::untag),
    ],
    resources,
};

/// The ARN of a rule: one on the default bus does not name it.
fn rule_arn(account: &str, region: &str, bus: &str, name: &str) -> String {
    let bus = if bus == DEFAULT_BUS { String::new() } else { format!("{bus}/") };
    format!("arn:aws:events:{region}:{account}:rule/{bus}{name}")
}

/// The name of a bus, which a request gives as that or as an ARN.
fn bus(fields: Input<'_>, member: &str) -> Result<String, AwsError> {
    let given = fields.text(member)?.unwrap_or(DEFAULT_BUS);
    Ok(given.split_once(":event-bus/").map_or(given, |(_, name)| name).to_owned())
}

fn resources(caller: &Caller, input: &Value) -> Vec<String> {
    let fields = Input(input);
    let text = |member: &str| fields.text(member).ok().flatten();
    let bus = bus(fields, "EventBusName").unwrap_or_default();
    let rule = text("Rule").or_else(|| text("Name")).map(|name| rule_arn(&caller.account, &caller.region, &bus, name));
    text("ResourceARN").map(str::to_owned).into_iter().chain(rule).collect()
}

fn missing(message: String) -> AwsError {
    AwsError::service("ResourceNotFoundException", message)
}

/// Checks a name of rules and targets against the model.
fn check_name<'a>(found: &'a str, path: &str) -> Result<&'a str, AwsError> {
    let shown = format!("'{found}'");
    let allowed = |c: char| c.is_ascii_alphanumeric() || ".-_".contains(c);
    match found.chars().count() {
        0 => Err(AwsError::constraint(&shown, path, "Member must have length greater than or equal to 1")),
        65.. => Err(AwsError::constraint(&shown, path, "Member must have length less than or equal to 64")),
        _ if !found.chars().all(allowed) => {
            Err(AwsError::constraint(&shown, path, "Member must satisfy regular expression pattern: [\\.\\-_A-Za-z0-9]+"))
        }
        _ => Ok(found),
    }
}

#[cfg(test)]
mod tests;

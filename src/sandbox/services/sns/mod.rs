//! Amazon SNS: topics, their policies and their subscriptions. Nothing is delivered.

mod attributes;
mod policy;
mod publish;
mod subscription_attributes;
mod subscriptions;
mod tags;
mod topic;
mod topics;

use serde_json::Value;

use super::input::Input;
use super::{AwsError, Call, Operation, Protocol, Service, Wire};
use crate::sandbox::state::Caller;

pub(crate) use subscription_attributes::checked as checked_subscription_attribute;
pub(crate) use subscriptions::check_endpoint;
pub(crate) use tags::{ever_tagged, tag, untag};
pub(crate) use topic::{Subscription, Topic, Topics, id};
pub(crate) use topics::{check_attributes, check_name};

/// Amazon SNS, 2010-03-31.
pub(crate) static SERVICE: Service = Service {
    // SNS writes its actions in capitals; IAM takes them in any case.
    iam_prefix: "SNS",
    signing_name: "sns",
    protocols: &[Protocol::AwsQuery { namespace: "http://sns.amazonaws.com/doc/2010-03-31/", wire: &WIRE }],
    throttle_code: "Throttling",
    operations: &[
        Operation::write("ConfirmSubscription", subscriptions::confirm),
        Operation::write("CreateTopic", topics::create),
        Operation::write("DeleteTopic", topics::delete),
        Operation::read("GetDataProtectionPolicy", topics::data_protection_policy),
        Operation::read("GetSubscriptionAttributes", subscription_attributes::get),
        Operation::read("GetTopicAttributes", topics::get_attributes),
        Operation::read("ListSubscriptions", subscriptions::list),
        Operation::read("ListSubscriptionsByTopic", subscriptions::list_by_topic),
        Operation::read("ListTagsForResource", tags::list),
        Operation::read("ListTopics", topics::list),
        Operation::write("Publish", publish::publish),
        Operation::write("SetSubscriptionAttributes", subscription_attributes::set),
        Operation::write("SetTopicAttributes", topics::set_attributes),
        Operation::write("Subscribe", subscriptions::subscribe),
        Operation::write("TagResource", tags::tag),
        Operation::write("Unsubscribe", subscriptions::unsubscribe),
        Operation::write("UntagResource", tags::untag),
    ],
    resources,
};

static WIRE: Wire = Wire {
    times: &[],
    maps: &["Attributes"],
    items: &[],
    query_codes: &[
        ("AccessDenied", "AuthorizationError"),
        ("SerializationException", "InvalidParameter"),
        ("ValidationException", "ValidationError"),
    ],
};

/// The ARN of a topic.
pub(crate) fn topic_arn(account: &str, region: &str, name: &str) -> String {
    format!("arn:aws:sns:{region}:{account}:{name}")
}

/// Subscriptions have no permissions of their own: what is asked of one is asked of its topic.
fn resources(caller: &Caller, input: &Value) -> Vec<String> {
    let text = |member: &str| input.get(member).and_then(Value::as_str);
    let of_topic = ["TopicArn", "TargetArn", "ResourceArn"].into_iter().filter_map(text).map(str::to_owned);
    let named = text("Name").map(|name| topic_arn(&caller.account, &caller.region, name));
    let of_subscription = text("SubscriptionArn").and_then(|arn| arn.rsplit_once(':')).map(|(topic, _)| topic.to_owned());
    of_topic.chain(named).chain(of_subscription).collect()
}

/// `InvalidParameter`, in the form in which SNS writes all of them.
fn invalid(what: impl std::fmt::Display) -> AwsError {
    AwsError::service("InvalidParameter", format!("Invalid parameter: {what}"))
}

/// `NotFound`, with status 404.
fn not_found(message: &str) -> AwsError {
    AwsError { status: 404, ..AwsError::service("NotFound", message) }
}

/// A member that must be there.
fn required<'a>(fields: Input<'a>, member: &str) -> Result<&'a str, AwsError> {
    let path: String = member.char_indices().map(|(at, letter)| if at == 0 { letter.to_ascii_lowercase() } else { letter }).collect();
    fields.required_text(member, &path)
}

/// Reads the ARN of a topic or subscription in the caller's region and account, and returns what follows the account.
fn own_resource<'a>(call: &Call<'_>, member: &str, arn: &'a str) -> Result<&'a str, AwsError> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let [prefix, _, service, region, account, resource] = parts.as_slice() else {
        return Err(invalid(format!("{member} Reason: An ARN must have at least 6 elements, not {}", parts.len())));
    };
    if *prefix != "arn" || *service != "sns" || *region != call.caller.region || resource.is_empty() {
        return Err(invalid(member));
    }
    if *account != call.caller.account {
        let message = format!("User: {} is not authorized to perform this action on resource: {arn}", call.caller.arn);
        return Err(AwsError { status: 403, ..AwsError::service("AuthorizationError", message) });
    }
    Ok(resource)
}

/// The topic that a member names.
fn find_topic<'a>(call: &'a mut Call<'_>, fields: Input<'_>, member: &str) -> Result<&'a mut Topic, AwsError> {
    let name = own_resource(call, member, required(fields, member)?)?.to_owned();
    call.region().sns.get_mut(&name).ok_or_else(|| not_found("Topic does not exist"))
}

#[cfg(test)]
mod tests;

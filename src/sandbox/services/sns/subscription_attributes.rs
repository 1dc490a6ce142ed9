//! The attributes of a subscription.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::subscriptions::find;
use super::{invalid, required};
use crate::sandbox::services::input::Input;
use crate::sandbox::services::{AwsError, Call};

/// Checks an attribute, and returns it as it is kept; `None` where the value removes it.
pub(crate) fn checked(name: &str, value: &str) -> Result<Option<String>, AwsError> {
    let kept = Ok(Some(value.to_owned()));
    match name {
        "FilterPolicy" | "RedrivePolicy" | "DeliveryPolicy" | "ReplayPolicy" => match serde_json::from_str::<Value>(value) {
            _ if value.is_empty() => Ok(None),
            Ok(Value::Object(members)) if members.is_empty() => Ok(None),
            Ok(Value::Object(_)) => kept,
            _ => Err(invalid(format!("{name}: failed to parse JSON."))),
        },
        "RawMessageDelivery" if ["true", "false"].contains(&value.to_ascii_lowercase().as_str()) => Ok(Some(value.to_ascii_lowercase())),
        "RawMessageDelivery" => {
            Err(invalid(format!("Attributes Reason: RawMessageDelivery: Invalid value [{value}]. Must be true or false.")))
        }
        "FilterPolicyScope" if ["MessageAttributes", "MessageBody"].contains(&value) => kept,
        "FilterPolicyScope" if value.is_empty() => Ok(None),
        "FilterPolicyScope" => Err(invalid(format!(
            "Attributes Reason: FilterPolicyScope: Invalid value [{value}]. Please use either MessageBody or MessageAttributes"
        ))),
        "SubscriptionRoleArn" => Ok((!value.is_empty()).then(|| value.to_owned())),
        _ => Err(invalid("AttributeName")),
    }
}

/// `GetSubscriptionAttributes`.
pub(super) fn get(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let (topic_arn, owner, subscription) = find(call, Input(input))?;
    let mut all = BTreeMap::from([
        ("SubscriptionArn".to_owned(), subscription.arn.clone()),
        ("TopicArn".to_owned(), topic_arn),
        ("Owner".to_owned(), owner),
        ("Protocol".to_owned(), subscription.protocol.clone()),
        ("Endpoint".to_owned(), subscription.endpoint.clone()),
        ("SubscriptionPrincipal".to_owned(), subscription.principal.clone()),
        ("PendingConfirmation".to_owned(), subscription.pending.to_string()),
        ("ConfirmationWasAuthenticated".to_owned(), (!subscription.pending).to_string()),
        ("RawMessageDelivery".to_owned(), "false".to_owned()),
    ]);
    if subscription.attributes.contains_key("FilterPolicy") {
        all.insert("FilterPolicyScope".to_owned(), "MessageAttributes".to_owned());
    }
    all.extend(subscription.attributes.clone());
    Ok(json!({ "Attributes": all }))
}

/// `SetSubscriptionAttributes`: one attribute, replaced as a whole.
pub(super) fn set(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let name = required(fields, "AttributeName")?;
    let value = checked(name, fields.text("AttributeValue")?.unwrap_or_default())?;
    let (_, _, subscription) = find(call, fields)?;
    match value {
        Some(value) => subscription.attributes.insert(name.to_owned(), value),
        None => subscription.attributes.remove(name),
    };
    Ok(json!({}))
}

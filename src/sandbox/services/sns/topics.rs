//! The operations on topics.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{Topic, attributes, find_topic, invalid, own_resource, required, tags, topic_arn};
use crate::sandbox::services::input::Input;
use crate::sandbox::services::{AwsError, Call};

/// How many topics or subscriptions a page holds.
pub(super) const PAGE: usize = 100;

/// Checks the name of a topic: a FIFO topic's ends with `.fifo`, and no other's does.
pub(crate) fn check_name(name: &str, is_fifo: bool) -> Result<(), AwsError> {
    let stem = if is_fifo { name.strip_suffix(".fifo") } else { Some(name) };
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
    match stem {
        Some(stem) if !stem.is_empty() && name.len() <= 256 && stem.bytes().all(allowed) => Ok(()),
        _ if is_fifo => Err(invalid(
            "Fifo Topic names must end with .fifo and must be made up of only uppercase and lowercase ASCII letters, numbers, underscores, and hyphens, and must be between 1 and 256 characters long.",
        )),
        _ => Err(invalid("Topic Name")),
    }
}

/// Checks the attributes of a new topic, and returns them as they are kept.
pub(crate) fn check_attributes(given: &BTreeMap<String, String>) -> Result<BTreeMap<String, String>, AwsError> {
    let is_fifo = given.get("FifoTopic").is_some_and(|fifo| fifo == "true");
    let mut kept = BTreeMap::new();
    for (name, value) in given {
        if name == "FifoTopic" {
            kept.extend(is_fifo.then(|| (name.clone(), value.clone())));
        } else {
            kept.extend(attributes::checked(name, value, is_fifo)?.map(|value| (name.clone(), value)));
        }
    }
    Ok(kept)
}

/// A member that is a map of texts.
pub(super) fn text_map(fields: Input<'_>, member: &str) -> Result<BTreeMap<String, String>, AwsError> {
    let none = Map::new();
    let given = if fields.get(member).is_some_and(|value| value.as_str() == Some("")) { None } else { fields.object(member)? };
    let read = given.unwrap_or(&none).iter().map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())));
    read.collect::<Option<_>>().ok_or_else(|| invalid(member))
}

/// `CreateTopic`. Creating what is there, with nothing that differs, returns it.
pub(super) fn create(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    if fields.get("DataProtectionPolicy").is_some() {
        return Err(invalid("the sandbox does not support DataProtectionPolicy"));
    }
    let name = required(fields, "Name")?;
    let attributes = check_attributes(&text_map(fields, "Attributes")?)?;
    check_name(name, attributes.contains_key("FifoTopic"))?;
    let tags = tags::read(fields)?;
    let (account, region) = (call.caller.account.clone(), call.caller.region.clone());
    let arn = topic_arn(&account, &region, name);
    if let Some(topic) = call.region().sns.get(name) {
        let shown = attributes::shown(topic);
        if attributes.iter().any(|(name, value)| shown.get(name) != Some(value)) {
            return Err(invalid("Attributes Reason: Topic already exists with different attributes"));
        }
        if !tags.is_empty() && topic.tags.as_ref() != Some(&tags) {
            return Err(invalid("Tags Reason: Topic already exists with different tags"));
        }
        return Ok(json!({ "TopicArn": arn }));
    }
    let mut topic = Topic::new(arn.clone(), name.to_owned(), account, attributes);
    topic.tags = (!tags.is_empty()).then_some(tags);
    call.region().sns.insert(topic);
    Ok(json!({ "TopicArn": arn }))
}

/// `DeleteTopic`, with all of its subscriptions. A topic that is not there is deleted already.
pub(super) fn delete(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let arn = required(Input(input), "TopicArn")?;
    let name = own_resource(call, "TopicArn", arn)?.to_owned();
    call.region().sns.remove(&name);
    Ok(json!({}))
}

/// `GetTopicAttributes`.
pub(super) fn get_attributes(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let topic = find_topic(call, Input(input), "TopicArn")?;
    Ok(json!({ "Attributes": attributes::shown(topic) }))
}

/// `SetTopicAttributes`: one attribute, replaced as a whole.
pub(super) fn set_attributes(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let name = required(fields, "AttributeName")?;
    let value = fields.text("AttributeValue")?.unwrap_or_default();
    let topic = find_topic(call, fields, "TopicArn")?;
    match attributes::checked(name, value, topic.is_fifo())? {
        Some(value) => topic.attributes.insert(name.to_owned(), value),
        None => topic.attributes.remove(name),
    };
    Ok(json!({}))
}

/// `ListTopics`, in pages of 100.
pub(super) fn list(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let after = Input(input).text("NextToken")?.unwrap_or_default().to_owned();
    let size = call.page(None, PAGE);
    let rest: Vec<&Topic> = call.region().sns.iter().filter(|topic| topic.name > after).collect();
    let page: Vec<Value> = rest.iter().take(size).map(|topic| json!({ "TopicArn": topic.arn })).collect();
    let mut answer = json!({ "Topics": page });
    if let (true, Some(last)) = (rest.len() > size, rest.get(size.saturating_sub(1))) {
        answer["NextToken"] = json!(last.name);
    }
    Ok(answer)
}

/// `GetDataProtectionPolicy`: there is none.
pub(super) fn data_protection_policy(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    find_topic(call, Input(input), "ResourceArn")?;
    Ok(json!({ "DataProtectionPolicy": "" }))
}

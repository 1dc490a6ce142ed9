//! Publishing: messages are kept with their topic and go nowhere.

use serde_json::{Value, json};

use super::topic::{Message, id};
use super::{find_topic, invalid, required};
use crate::sandbox::services::input::Input;
use crate::sandbox::services::{AwsError, Call};

/// The longest message, in bytes.
const MAX_MESSAGE: usize = 262_144;
/// How many messages of a topic are kept.
const KEPT: usize = 100;

/// `Publish`, to a topic or to a phone.
pub(super) fn publish(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let message = required(fields, "Message")?;
    if message.is_empty() {
        return Err(invalid("Empty message"));
    }
    if message.len() > MAX_MESSAGE {
        return Err(invalid("Message too long"));
    }
    let subject = fields.text("Subject")?;
    if subject.is_some_and(|subject| subject.is_empty() || subject.chars().count() > 100 || subject.chars().any(char::is_control)) {
        return Err(invalid("Subject"));
    }
    let number = call.state.fresh_number();
    let message_id = id(number);
    let member = match (fields.get("TopicArn"), fields.get("TargetArn"), fields.get("PhoneNumber")) {
        (Some(_), None, None) => "TopicArn",
        (None, Some(_), None) => "TargetArn",
        (None, None, Some(_)) => return Ok(json!({ "MessageId": message_id })),
        _ => return Err(invalid("TopicArn or TargetArn Reason: exactly one of TopicArn, TargetArn and PhoneNumber must be given")),
    };
    let now = call.now;
    let topic = find_topic(call, fields, member)?;
    let mut answer = json!({ "MessageId": message_id });
    if topic.is_fifo() {
        if fields.text("MessageGroupId")?.is_none() {
            return Err(invalid("The MessageGroupId parameter is required for FIFO topics"));
        }
        let deduplicates = topic.attributes.get("ContentBasedDeduplication").is_some_and(|flag| flag == "true");
        if fields.text("MessageDeduplicationId")?.is_none() && !deduplicates {
            return Err(invalid(
                "The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly",
            ));
        }
        answer["SequenceNumber"] = json!(format!("{number:020}"));
    }
    topic.messages.push(Message { id: message_id, at: now, subject: subject.map(str::to_owned), text: message.to_owned() });
    let surplus = topic.messages.len().saturating_sub(KEPT);
    topic.messages.drain(..surplus);
    Ok(answer)
}

//! Topics and subscriptions as they are held.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The topics of a region, by name.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Topics(BTreeMap<String, Topic>);

/// One topic.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Topic {
    pub(crate) arn: String,
    pub(crate) name: String,
    pub(crate) owner: String,
    /// The attributes that were set; the rest is AWS's default.
    pub(crate) attributes: BTreeMap<String, String>,
    /// Absent when the topic was never tagged.
    pub(crate) tags: Option<BTreeMap<String, String>>,
    pub(crate) subscriptions: Vec<Subscription>,
    /// How many subscriptions were removed.
    pub(crate) removed: u64,
    pub(crate) messages: Vec<Message>,
}

/// One subscription of a topic.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Subscription {
    /// The topic's ARN, a colon and an id.
    pub(crate) arn: String,
    pub(crate) protocol: String,
    pub(crate) endpoint: String,
    /// Who subscribed.
    pub(crate) principal: String,
    /// Whether the endpoint has yet to say that it wants messages.
    pub(crate) pending: bool,
    /// The attributes that were set.
    pub(crate) attributes: BTreeMap<String, String>,
}

/// A message that was published.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Message {
    pub(crate) id: String,
    pub(crate) at: Timestamp,
    pub(crate) subject: Option<String>,
    pub(crate) text: String,
}

impl Topic {
    /// A topic without subscriptions and tags.
    pub(crate) fn new(arn: String, name: String, owner: String, attributes: BTreeMap<String, String>) -> Self {
        Self { arn, name, owner, attributes, tags: None, subscriptions: Vec::new(), removed: 0, messages: Vec::new() }
    }

    /// Tells whether it is a FIFO topic.
    pub(crate) fn is_fifo(&self) -> bool {
        self.attributes.get("FifoTopic").is_some_and(|fifo| fifo == "true")
    }
}

impl Subscription {
    /// Its ARN as lists show it.
    pub(crate) fn listed_arn(&self) -> &str {
        if self.pending { "PendingConfirmation" } else { &self.arn }
    }

    /// The last part of the ARN.
    pub(crate) fn id(&self) -> &str {
        self.arn.rsplit(':').next().unwrap_or(&self.arn)
    }
}

impl Topics {
    /// Finds one by its name, case and all.
    pub(crate) fn get(&self, name: &str) -> Option<&Topic> {
        self.0.get(name)
    }

    /// The same, to change.
    pub(crate) fn get_mut(&mut self, name: &str) -> Option<&mut Topic> {
        self.0.get_mut(name)
    }

    /// All, by name.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Topic> {
        self.0.values()
    }

    /// Puts one in, and returns the one that it replaces.
    pub(crate) fn insert(&mut self, topic: Topic) -> Option<Topic> {
        self.0.insert(topic.name.clone(), topic)
    }

    /// Takes one out, with its subscriptions.
    pub(crate) fn remove(&mut self, name: &str) -> Option<Topic> {
        self.0.remove(name)
    }
}

/// The id in the ARN of a subscription, or of a message, made from a number.
pub(crate) fn id(number: u64) -> String {
    format!("{:08x}-0e1d-4c2b-9a3f-{number:012x}", 0x5b5b_0000_u64 | (number & 0xffff))
}

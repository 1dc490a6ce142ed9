//! What the kinds of EventBridge share: its operations, and what names a rule.

use crate::aws::untyped::{Operation, Protocol, Service};

/// Amazon EventBridge.
static EVENTS: Service = Service {
    id: "EventBridge",
    iam: "events",
    signing: "events",
    host: "events",
    protocol: Protocol::Json { version: "1.1", target: "AWSEvents" },
};

pub(super) static DELETE_RULE: Operation = EVENTS.operation("DeleteRule");
pub(super) static DESCRIBE_RULE: Operation = EVENTS.operation("DescribeRule");
pub(super) static LIST_BUSES: Operation = EVENTS.operation("ListEventBuses");
pub(super) static LIST_RULES: Operation = EVENTS.operation("ListRules");
pub(super) static LIST_TAGS: Operation = EVENTS.operation("ListTagsForResource");
pub(super) static LIST_TARGETS: Operation = EVENTS.operation("ListTargetsByRule");
pub(super) static PUT_RULE: Operation = EVENTS.operation("PutRule");
pub(super) static PUT_TARGETS: Operation = EVENTS.operation("PutTargets");
pub(super) static REMOVE_TARGETS: Operation = EVENTS.operation("RemoveTargets");
pub(super) static TAG: Operation = EVENTS.operation("TagResource");
pub(super) static UNTAG: Operation = EVENTS.operation("UntagResource");

/// The code of what is not there.
pub(super) const MISSING: &str = "ResourceNotFoundException";

/// A rule on its bus.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct OnBus {
    pub(super) bus: String,
    pub(super) name: String,
}

impl OnBus {
    /// The bus that every account has.
    pub(super) const DEFAULT: &str = "default";

    /// Reads `bus/name`, or the name alone, which is on the default bus. Names of rules hold no slash, those of partners' buses do.
    pub(super) fn read(text: &str) -> Self {
        let (bus, name) = text.rsplit_once('/').unwrap_or((Self::DEFAULT, text));
        Self { bus: bus.to_owned(), name: name.to_owned() }
    }

    /// The text that [`Self::read`] reads.
    pub(super) fn id(&self) -> String {
        format!("{}/{}", self.bus, self.name)
    }

    /// The same as AWS writes it in ARNs: the default bus is left out.
    pub(super) fn short(&self) -> String {
        if self.bus == Self::DEFAULT { self.name.clone() } else { self.id() }
    }
}

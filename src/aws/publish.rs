//! Messages to SNS topics, through a connection that can publish and nothing else.

use super::{CallFailed, Connection};
use crate::model::Target;
use sha2::{Digest as _, Sha256};

const PUBLISH: &str = "sns:Publish";

/// A connection through which messages can be published, and nothing be read or changed.
pub struct Publisher(pub(super) Connection);

impl Publisher {
    /// The target whose credentials it uses.
    pub fn target(&self) -> &Target {
        &self.0.target
    }

    /// How many requests it sent.
    pub fn counts(&self) -> super::Counts {
        self.0.witness.counts()
    }

    /// Publishes to a topic in the target's region. The subject is at most 99 ASCII characters without control characters.
    ///
    /// # Errors
    ///
    /// The call failed for good.
    pub async fn publish(&self, topic: &str, subject: &str, message: &str) -> Result<(), CallFailed> {
        let region = &self.0.identity.region;
        let client = self.0.client("sns-publish", region, |config, witness| {
            aws_sdk_sns::Client::from_conf(aws_sdk_sns::config::Builder::from(config).interceptor(witness).build())
        });
        let mut request = client.publish().topic_arn(topic).subject(subject).message(message);
        if topic.rsplit('.').next() == Some("fifo") {
            let id = Sha256::digest(message.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
            request = request.message_group_id("backstay").message_deduplication_id(id);
        }
        self.0.call_in(region, PUBLISH, request.send()).await.map(drop)
    }
}

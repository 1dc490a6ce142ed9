//! `aws_sns_topic` in a seed: the provider's attributes, and its subscriptions in blocks of the topic.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::Plant;
use super::fields::Fields;
use crate::sandbox::DEFAULT_ACCOUNT;
use crate::sandbox::services::account;
use crate::sandbox::services::sns::{
    Subscription, Topic, check_attributes, check_endpoint, check_name, checked_subscription_attribute, id, topic_arn,
};
use crate::sandbox::state::State;

#[derive(Debug)]
struct SeededTopic {
    name: String,
    account: String,
    region: String,
    attributes: BTreeMap<String, String>,
    tags: Option<BTreeMap<String, String>>,
    subscriptions: Vec<SeededSubscription>,
}

#[derive(Debug)]
struct SeededSubscription {
    protocol: String,
    endpoint: String,
    /// Whether the endpoint has confirmed; `None` is what AWS does by itself.
    confirmed: Option<bool>,
    attributes: BTreeMap<String, String>,
}

/// Attributes that are texts, and the names that SNS has for them.
const TEXTS: &[(&str, &str)] = &[
    ("display_name", "DisplayName"),
    ("policy", "Policy"),
    ("delivery_policy", "DeliveryPolicy"),
    ("kms_master_key_id", "KmsMasterKeyId"),
    ("tracing_config", "TracingConfig"),
];

/// Reads one block; what AWS would refuse of it is a problem.
pub(super) fn decode(fields: &mut Fields<'_>) -> Box<dyn Plant> {
    let name = fields.required_text("name");
    let mut given = BTreeMap::new();
    for (attribute, member) in TEXTS {
        given.extend(fields.text(attribute).map(|text| ((*member).to_owned(), text)));
    }
    given.extend(fields.number("signature_version", 1..=2).map(|version| ("SignatureVersion".to_owned(), version.to_string())));
    for (attribute, member) in [("fifo_topic", "FifoTopic"), ("content_based_deduplication", "ContentBasedDeduplication")] {
        given.extend(fields.flag(attribute).filter(|flag| *flag).map(|flag| (member.to_owned(), flag.to_string())));
    }
    let attributes = check_attributes(&given).unwrap_or_else(|error| {
        fields.complain("name", &format!("AWS refuses the topic `{name}`: {}", error.message));
        BTreeMap::new()
    });
    if let Err(error) = check_name(&name, attributes.contains_key("FifoTopic")) {
        fields.complain("name", &format!("AWS refuses the topic `{name}`: {}", error.message));
    }
    Box::new(SeededTopic {
        name,
        account: fields.text("account_id").unwrap_or_else(|| DEFAULT_ACCOUNT.to_owned()),
        region: fields.text("region").unwrap_or_else(|| "us-east-1".to_owned()),
        attributes,
        tags: fields.map("tags").map(BTreeMap::from_iter),
        subscriptions: fields.blocks("subscription", subscription),
    })
}

fn subscription(fields: &mut Fields<'_>) -> SeededSubscription {
    let (protocol, endpoint) = (fields.required_text("protocol"), fields.required_text("endpoint"));
    if let Err(error) = check_endpoint(&protocol, &endpoint) {
        fields.complain("endpoint", &error.message);
    }
    let mut attributes = BTreeMap::new();
    let raw = fields.flag("raw_message_delivery").map(|flag| flag.to_string());
    for (name, member, value) in [
        ("raw_message_delivery", "RawMessageDelivery", raw),
        ("filter_policy", "FilterPolicy", fields.text("filter_policy")),
        ("filter_policy_scope", "FilterPolicyScope", fields.text("filter_policy_scope")),
        ("redrive_policy", "RedrivePolicy", fields.text("redrive_policy")),
    ] {
        match value.map(|value| checked_subscription_attribute(member, &value)).transpose() {
            Ok(kept) => attributes.extend(kept.flatten().map(|value| (member.to_owned(), value))),
            Err(error) => fields.complain(name, &error.message),
        }
    }
    SeededSubscription { protocol, endpoint, confirmed: fields.flag("confirmed"), attributes }
}

impl Plant for SeededTopic {
    fn identity(&self) -> String {
        topic_arn(&self.account, &self.region, &self.name)
    }

    fn plant(&self, state: &mut State, _: Timestamp) -> bool {
        if account::is_opt_in(&self.region) {
            state.enable_region(&self.account, &self.region);
        }
        let mut topic = Topic::new(self.identity(), self.name.clone(), self.account.clone(), self.attributes.clone());
        topic.tags.clone_from(&self.tags);
        for seeded in &self.subscriptions {
            let asked =
                || check_endpoint(&seeded.protocol, &seeded.endpoint).is_ok_and(|kind| kind.must_confirm(&seeded.endpoint, &self.account));
            topic.subscriptions.push(Subscription {
                arn: format!("{}:{}", topic.arn, id(state.fresh_number())),
                protocol: seeded.protocol.clone(),
                endpoint: seeded.endpoint.clone(),
                principal: format!("arn:aws:iam::{}:user/sandbox", self.account),
                pending: seeded.confirmed.map_or_else(asked, |confirmed| !confirmed),
                attributes: seeded.attributes.clone(),
            });
        }
        state.region_mut(&self.account, &self.region).sns.insert(topic).is_some()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::sandbox::Seed;
    use crate::sandbox::testing::World;

    #[test]
    fn a_seeded_topic_has_its_policy_its_tags_and_its_subscriptions() {
        let world = World::seeded(
            r#"
            resource "aws_sns_topic" "alerts" {
              name         = "alerts"
              display_name = "Alerts"
              policy = jsonencode({
                Version   = "2012-10-17"
                Statement = [{ Effect = "Allow", Principal = { Service = "backup.amazonaws.com" }, Action = "sns:Publish", Resource = "*" }]
              })
              tags = { env = "production" }
              subscription {
                protocol = "email"
                endpoint = "asked@example.com"
              }
              subscription {
                protocol  = "email"
                endpoint  = "ops@example.com"
                confirmed = true
              }
              subscription {
                protocol             = "sqs"
                endpoint             = "arn:aws:sqs:us-east-1:123456789012:alerts"
                raw_message_delivery = true
              }
            }
            "#,
        );
        let topic = "TopicArn=arn:aws:sns:us-east-1:123456789012:alerts";
        let attributes = world.sns(&format!("Action=GetTopicAttributes&{topic}"));
        assert!(attributes.contains("backup.amazonaws.com") && !attributes.contains("__default_policy_ID"), "{attributes}");
        assert!(attributes.contains("<key>SubscriptionsPending</key><value>1</value>"), "{attributes}");
        let listed = world.sns(&format!("Action=ListSubscriptionsByTopic&{topic}"));
        let arns: Vec<bool> = listed.split("<SubscriptionArn>").skip(1).map(|rest| rest.starts_with("PendingConfirmation")).collect();
        assert_eq!(arns, [true, false, false]);
        let found = world.tagging("GetResources", json!({"TagFilters": [{"Key": "env"}], "ResourceTypeFilters": ["sns"]}));
        assert_eq!(found["ResourceTagMappingList"][0]["ResourceARN"], "arn:aws:sns:us-east-1:123456789012:alerts");
    }

    #[test]
    fn what_aws_refuses_is_a_problem_of_the_seed() {
        let text = "resource \"aws_sns_topic\" \"a\" {\n  name = \"a b\"\n  subscription {\n    protocol = \"email\"\n    endpoint = \"nobody\"\n  }\n}\n";
        assert_eq!(
            Seed::parse("s.hcl", text).unwrap_err().to_string(),
            "s.hcl:2:10: AWS refuses the topic `a b`: Invalid parameter: Topic Name\ns.hcl:5:16: Invalid parameter: Email address"
        );
    }
}

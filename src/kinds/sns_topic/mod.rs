//! `aws_sns_topic`: where alarms, rules and vaults send their messages, and who gets them.
//!
//! Subscriptions are blocks of their topic, as a topic that reaches nobody is worth nothing. Whose they are is decided so:
//!
//! - those of the topic's own account belong to the topic. One that no block declares is removed, whoever made it: that is a weakening, so
//!   that nobody loses messages before somebody said yes to it;
//! - those that another account owns are its own affair: they are left as they are, and the plan says that they are there;
//! - one that waits to be confirmed cannot be read, changed or taken back by anybody. It is left alone until it is confirmed, or lapses, and
//!   the plan says who has to confirm it.

#[cfg(feature = "aws")]
mod aws;
mod policy;
mod rules;
#[cfg(test)]
mod tests;

use super::{Answer, Circumstances, Concern, Kind, Need, Place, filter, json, outside, tags};
use crate::model::{
    ArnForm, Change, Code, Document, Effect, Existence, Fallback, Form, Key, KindSpec, Live, Loss, Mistake, NameForm, Ownership, Reading,
    Safer, Setting, Shape, Value, Wanted, path,
};
use std::cmp::Ordering;
use std::collections::BTreeMap;

const READS: &[&str] = &["sns:GetTopicAttributes"];
const WRITES: &[&str] = &["sns:SetTopicAttributes"];
const SUBSCRIPTION_READS: &[&str] = &["sns:ListSubscriptionsByTopic", "sns:GetSubscriptionAttributes"];
const SUBSCRIPTION_WRITES: &[&str] = &["sns:Subscribe", "sns:SetSubscriptionAttributes", "sns:Unsubscribe"];
const SUBSCRIPTION: &str = "subscription";

/// The fact that lists the keys of subscriptions that wait to be confirmed.
const PENDING: &str = "pending_subscriptions";
/// The fact that lists the keys of subscriptions that another account owns.
const FOREIGN: &str = "subscriptions_of_others";
/// Where everything is read: the fact that lists the attributes that are set and that no block says.
const UNSAID: &str = "attributes_that_stay";

/// How a message reaches an endpoint.
const PROTOCOLS: &[&str] = &["application", "email", "email-json", "firehose", "http", "https", "lambda", "sms", "sqs"];

const TOPIC: &str = "SNS API SetTopicAttributes";
const SUBSCRIBE: &str = "SNS API Subscribe";

/// A row about the topic.
const fn row(path: &'static str, shape: Shape, doc: &'static str) -> Setting {
    Setting {
        path,
        shape,
        doc,
        normalisation: "as it is; AWS returns what it was given",
        source: TOPIC,
        reads: READS,
        writes: WRITES,
        ..Setting::PLAIN
    }
}

/// A row about a subscription.
const fn of_subscription(path: &'static str, shape: Shape, doc: &'static str) -> Setting {
    Setting {
        path,
        shape,
        doc,
        normalisation: "as it is; AWS returns what it was given",
        source: SUBSCRIBE,
        reads: SUBSCRIPTION_READS,
        writes: SUBSCRIPTION_WRITES,
        ..Setting::PLAIN
    }
}

const fn document(what: &'static str) -> Shape {
    Shape::Json(Document { what, canonical: json::sorted })
}

static SPEC: KindSpec = KindSpec {
    name: "aws_sns_topic",
    title: "SNS topic",
    doc: "A topic: what is published to it reaches everybody who subscribed.",
    ownership: Ownership::Whole,
    service: "sns",
    arn_form: ArnForm::Regional,
    arn_prefix: "",
    name_form: NameForm { min: 1, max: 256, also: &['-', '_', '.'], source: "SNS API CreateTopic" },
    existence: Some(Existence {
        loses: Loss::Later,
        when_made: "what is published to it reaches its subscribers once they have confirmed",
        when_removed: "what alarms, rules and vaults send to it reaches nobody, and its subscriptions go with it",
    }),
    settings: &[
        Setting {
            required: true,
            normalisation: "as it is; upper and lower case differ",
            source: "SNS API CreateTopic",
            writes: &["sns:CreateTopic", "sns:DeleteTopic"],
            fixed: true,
            ..row("name", Shape::Text(Form::ANY), "Its name. That of a FIFO topic ends in `.fifo`.")
        },
        row("display_name", Shape::Text(DISPLAY_NAME), "The sender's name in emails and text messages."),
        Setting {
            aws_default: Fallback::Named { stands_in: policy::DEFAULT, called: "the policy that SNS gives to every topic" },
            normalisation: "by what it means: order, one value or a list of one, case of actions, accounts or their roots, `Sid` and `Id` make no difference; what is sent is what the policy file says, `Sid` and all",
            source: "SNS API SetTopicAttributes; IAM User Guide, IAM JSON policy reference",
            when_safer: "a service that could not publish to it now can",
            when_weaker: "a service that could publish to it no longer can, and nobody is told what it sends",
            ..row(
                "policy",
                Shape::Json(Document { what: "a resource policy", canonical: policy::canonical }),
                "Who may publish and subscribe. Where it is left out it is the one that SNS gives to every topic, which lets in the topic's own account and its alarms, but neither EventBridge rules nor the notifications of backup vaults.",
            )
        },
        Setting {
            normalisation: "as JSON: order and white space make no difference",
            ..row("delivery_policy", document("a delivery policy"), "How often HTTP endpoints are tried again.")
        },
        Setting {
            safer: Safer::By(encrypted),
            normalisation: "as it is: AWS answers with the id, ARN or alias that it was given",
            when_safer: "messages are encrypted while SNS holds them; whoever publishes needs the key",
            when_weaker: "messages are no longer encrypted while SNS holds them",
            source: "SNS Developer Guide, Securing Amazon SNS data with server-side encryption",
            ..row(
                MASTER_KEY,
                Shape::Text(KEY),
                "The KMS key that encrypts messages. Its policy must let in the services that publish: `alias/aws/sns` lets in none, so that no alarm reaches such a topic.",
            )
        },
        Setting {
            aws_default: Fallback::Bool(false),
            source: "SNS API CreateTopic",
            fixed: true,
            ..row("fifo_topic", Shape::Bool, "Whether messages stay in order and come once. AWS never changes it.")
        },
        Setting {
            aws_default: Fallback::Bool(false),
            ..row("content_based_deduplication", Shape::Bool, "Whether equal messages within five minutes count as one, on a FIFO topic.")
        },
        Setting {
            aws_default: Fallback::Number(1),
            ..row(
                "signature_version",
                Shape::Whole { min: 1, max: 2, unit: "versions" },
                "How messages are signed: 1 with SHA-1, 2 with SHA-256.",
            )
        },
        Setting {
            aws_default: Fallback::Text("PassThrough"),
            ..row("tracing_config", Shape::OneOf(&["PassThrough", "Active"]), "Whether X-Ray traces messages that nobody else traces.")
        },
        Setting {
            safer: Safer::WhenThere,
            normalisation: "by protocol and endpoint. One that waits to be confirmed, or that another account owns, is not compared",
            when_safer: "what is published is told to one more, once the endpoint has confirmed",
            when_weaker: "whoever was told by it no longer is",
            ..of_subscription(SUBSCRIPTION, Shape::Block(Key::Arguments(&["protocol", "endpoint"])), "Who is told.")
        },
        Setting { required: true, ..of_subscription("subscription.protocol", Shape::OneOf(PROTOCOLS), "How messages reach the endpoint.") },
        Setting {
            required: true,
            ..of_subscription(
                "subscription.endpoint",
                Shape::Text(Form::ANY),
                "An address, a URL, a phone number, or the ARN of a queue, function, stream or application.",
            )
        },
        Setting {
            normalisation: "as JSON; none and an empty one are the same",
            when_safer: "it is told what the filter held back",
            when_weaker: "messages that the filter does not let through are no longer told to it",
            source: "SNS Developer Guide, Amazon SNS message filtering",
            ..of_subscription(
                "subscription.filter_policy",
                document("a filter policy"),
                "Which messages are told; all where it is left out.",
            )
        },
        Setting {
            aws_default: Fallback::Text("MessageAttributes"),
            ..of_subscription(
                "subscription.filter_policy_scope",
                Shape::OneOf(&["MessageAttributes", "MessageBody"]),
                "What the filter looks at.",
            )
        },
        Setting {
            aws_default: Fallback::Bool(false),
            ..of_subscription("subscription.raw_message_delivery", Shape::Bool, "Whether messages come without SNS's envelope.")
        },
        Setting {
            safer: Safer::WhenSet,
            normalisation: "as JSON: order and white space make no difference",
            when_safer: "messages that could not be delivered are kept in a queue",
            when_weaker: "messages that could not be delivered are dropped",
            source: "SNS Developer Guide, Amazon SNS dead-letter queues",
            ..of_subscription(
                "subscription.redrive_policy",
                document("a redrive policy"),
                "The queue for messages that could not be delivered: `{ deadLetterTargetArn = … }`.",
            )
        },
        Setting {
            normalisation: "as JSON: order and white space make no difference",
            ..of_subscription("subscription.delivery_policy", document("a delivery policy"), "How often an HTTP endpoint is tried again.")
        },
        of_subscription("subscription.subscription_role_arn", Shape::Text(Form::ANY), "The role that writes to a Firehose stream."),
        tags::setting(&["tag:GetResources", "sns:ListTagsForResource"], &["sns:TagResource", "sns:UntagResource"]),
    ],
    inventory_actions: &["tag:GetResources", "sns:GetTopicAttributes", "sns:ListTagsForResource"],
    outside_actions: outside::KEYS,
    evidence_actions: &["sns:GetTopicAttributes", "sns:ListSubscriptionsByTopic", "sns:GetSubscriptionAttributes"],
    ..KindSpec::PLAIN
};

const DISPLAY_NAME: Form = Form { what: "a string of up to 100 characters", check: display_name };
/// The setting with the key that encrypts the messages.
const MASTER_KEY: &str = "kms_master_key_id";
const KEY: Form = Form { what: "the id, ARN or alias of a KMS key", check: key };

fn display_name(text: &str) -> Result<String, Mistake> {
    match text.chars().count() {
        0 => Err(Mistake::new("must not be empty").help("leave it out")),
        1..=100 => Ok(text.to_owned()),
        length => Err(Mistake::new(format!("must have at most 100 characters, found {length}")).help("shorten it")),
    }
}

fn key(text: &str) -> Result<String, Mistake> {
    if text.is_empty() { Err(Mistake::new("must not be empty").help("leave it out")) } else { Ok(text.to_owned()) }
}

/// A key protects more than none; of two keys nobody can tell.
fn encrypted(before: &Value, after: &Value) -> Option<Ordering> {
    match (before.is_nothing(), after.is_nothing()) {
        (false, false) => None,
        (before, after) => Some(before.cmp(&after)),
    }
}

/// What a setting was; `None` where nobody could read it.
fn known(reading: &Reading) -> Option<&Value> {
    match reading {
        Reading::Known(value) => Some(value),
        Reading::Unset => Some(&Value::Null),
        Reading::Unreadable { .. } => None,
    }
}

/// The keys of the subscriptions that a fact lists.
fn listed<'a>(live: &'a Live, fact: &str) -> impl Iterator<Item = &'a str> + use<'a> {
    live.facts.get(fact).and_then(Value::as_items).into_iter().flatten().filter_map(Value::as_str)
}

/// A subscription in a sentence, from its key.
fn said(key: &str) -> String {
    let (protocol, endpoint) = key.split_once('/').unwrap_or(("", key));
    format!("`{endpoint}` ({protocol})")
}

/// Who has to do what, so that a subscription counts. People and web servers always confirm; what AWS runs does where it is another account's.
///
/// Source: SNS Developer Guide, "Fanout Amazon SNS notifications to an Amazon SQS queue in a different account".
fn confirmation(key: &str) -> &'static str {
    match key.split_once('/') {
        Some(("sqs" | "lambda" | "firehose", _)) => {
            "it is another account's, which must give the token that SNS sent there to `sns:ConfirmSubscription`, or subscribe it itself with a topic policy that lets it"
        }
        _ => "whoever reads it must follow the link that SNS sent there",
    }
}

/// The kind.
pub struct SnsTopic;

impl Kind for SnsTopic {
    fn spec(&self) -> &'static KindSpec {
        &SPEC
    }

    fn effect(&self, change: &Change, live: &Live, wanted: &BTreeMap<String, Wanted>) -> Option<Effect> {
        if path::generic(&change.setting) == "subscription.filter_policy" {
            // That of a subscription that comes or goes is a part of it.
            let stays = |block: &String| path::is_within(&change.setting, block) && wanted.contains_key(block);
            live.settings.keys().find(|block| path::generic(block) == SUBSCRIPTION && stays(block))?;
            return filter::effect(known(&change.before)?, &change.after);
        }
        if change.setting != "policy" {
            return None;
        }
        let before = match &change.before {
            Reading::Known(value) => value.as_str().unwrap_or(policy::DEFAULT),
            Reading::Unset => policy::DEFAULT,
            Reading::Unreadable { .. } => return None,
        };
        policy::effect(live.arn.as_deref()?, before, change.after.as_str()?)
    }

    fn consequence(&self, change: &Change, live: &Live, _: jiff::Timestamp) -> Option<String> {
        let opens = |policy: &Value| policy.as_str().is_some_and(|policy| policy::lets_in_anybody(live.arn.as_deref(), policy));
        if change.setting != "policy" || !opens(&change.after) || known(&change.before).is_some_and(opens) {
            return None;
        }
        let open = "anybody may publish to it from now on, whoever they are";
        let setting = SPEC.setting("policy").filter(|_| change.effect.needs_consent());
        Some(setting.map_or_else(|| open.to_owned(), |setting| format!("{}; {open}", setting.when_weaker)))
    }

    fn check(&self, wanted: &BTreeMap<String, Wanted>) -> Vec<Concern> {
        rules::check(wanted)
    }

    fn withholds(&self, live: &Live, setting: &str, _wanted: Option<&Value>) -> bool {
        listed(live, PENDING).chain(listed(live, FOREIGN)).any(|key| {
            let block = path::keyed(SUBSCRIPTION, key);
            setting == block || path::is_within(setting, &block)
        })
    }

    fn answers(&self, need: &Need, will_be: &dyn Fn(&str) -> Option<Value>) -> Answer {
        policy::answer(need, will_be)
    }

    fn remarks(&self, live: &Live) -> Vec<String> {
        let foreign = listed(live, FOREIGN);
        let foreign = foreign.map(|key| format!("{} subscribed from another account; that subscription is left as it is", said(key)));
        let unsaid: Vec<&str> = listed(live, UNSAID).collect();
        let unsaid = (!unsaid.is_empty()).then(|| format!("set of it too, said by no block and left as it is: {}", unsaid.join(", ")));
        foreign.chain(unsaid).collect()
    }

    fn notes(&self, live: &Live) -> Vec<(Code, String)> {
        let waiting = listed(live, PENDING).map(|key| {
            let text = format!(
                "{} has not confirmed its subscription and gets nothing: {}. Until then nobody can change it or take it back, and it lapses by itself",
                said(key),
                confirmation(key)
            );
            (Code::Unconfirmed, text)
        });
        waiting.collect()
    }

    fn needs(&self, wanted: &BTreeMap<String, Wanted>, place: Place<'_>) -> Vec<Need> {
        let key = wanted.get(MASTER_KEY).and_then(|wanted| wanted.value.as_str());
        key.and_then(|key| outside::key(MASTER_KEY, key, place, "what is published to the topic is lost")).into_iter().collect()
    }

    fn check_circumstances(&self, wanted: &BTreeMap<String, Wanted>, circumstances: Circumstances<'_>) -> Vec<Concern> {
        outside::key_elsewhere(MASTER_KEY, wanted, circumstances.region).into_iter().collect()
    }

    #[cfg(feature = "aws")]
    fn calls(&self) -> super::Calls {
        super::Calls::Whole(&aws::TopicCalls)
    }

    #[cfg(feature = "aws")]
    fn proof(&self) -> Option<&'static dyn super::ProofAws> {
        Some(&aws::Audiences)
    }
}

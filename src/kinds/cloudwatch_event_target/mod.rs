//! `aws_cloudwatch_event_target`: who is called when a rule fires, and with what.
//!
//! A target is a part of its rule. Those of an owned rule that no block declares are removed, whoever put them there.

#[cfg(feature = "aws")]
mod aws;
mod rules;
mod tells;

use super::{Circumstances, Concern, Kind, Need, Needed, Place, Teller, json, outside, roles};
use crate::model::{
    ArnForm, Document, Existence, Fallback, Form, KindSpec, Live, Loss, Mistake, NameForm, Ownership, Parent, Safer, Sender, Setting,
    Severity, Shape, Value, Wanted,
};
use std::cmp::Ordering;
use std::collections::BTreeMap;

const ID: &str = "target_id";
const ARN: &str = "arn";
const ROLE: &str = "role_arn";
const INPUT: &str = "input";
const INPUT_PATH: &str = "input_path";
const PATHS: &str = "input_transformer.input_paths";
const TEMPLATE: &str = "input_transformer.input_template";
const DEAD_LETTERS: &str = "dead_letter_config.arn";
const AGE: &str = "retry_policy.maximum_event_age_in_seconds";
const ATTEMPTS: &str = "retry_policy.maximum_retry_attempts";

const PUT: &str = "EventBridge API PutTargets";
const RETRY: &str = "EventBridge API RetryPolicy; EventBridge user guide, Retrying event delivery";

/// A row; EventBridge reads and replaces all settings of a target together.
const fn row(path: &'static str, shape: Shape, doc: &'static str) -> Setting {
    Setting {
        path,
        shape,
        doc,
        normalisation: "as it is; AWS returns what it was given",
        source: PUT,
        reads: &["events:ListTargetsByRule"],
        writes: &["events:PutTargets"],
        ..Setting::PLAIN
    }
}

static SPEC: KindSpec = KindSpec {
    name: "aws_cloudwatch_event_target",
    title: "EventBridge target",
    doc: "A target of a rule: what is called when the rule fires.",
    ownership: Ownership::Whole,
    service: "events",
    arn_form: ArnForm::Nothing,
    parent: Some(Parent { kinds: &["aws_cloudwatch_event_rule"], argument: "rule", attributes: &["name"], is_only: false, why: "" }),
    name_argument: ID,
    name_form: NameForm { min: 1, max: 64, also: &['.', '-', '_'], source: "EventBridge API Target" },
    existence: Some(Existence {
        loses: Loss::Later,
        when_made: "it is called when the rule fires",
        when_removed: "it is not called any more when the rule fires",
    }),
    settings: &[
        Setting {
            required: true,
            writes: &["events:PutTargets", "events:RemoveTargets"],
            fixed: true,
            ..row(ID, Shape::Text(Form::ANY), "Its name, unique within its rule.")
        },
        Setting {
            required: true,
            safer: Safer::By(other),
            when_weaker: "what was called before no longer is",
            ..row(ARN, Shape::Text(TARGET), "What is called: a topic, queue, function, stream, state machine, log group, another bus, ….")
        },
        Setting {
            source: "EventBridge API Target; EventBridge user guide, Using IAM roles for targets",
            writes: &["events:PutTargets", "iam:PassRole"],
            ..row(
                ROLE,
                Shape::Text(roles::ROLE),
                "The role with which it is called. Topics and log groups have none: their own policies let EventBridge in.",
            )
        },
        Setting {
            normalisation: "as JSON: order and white space make no difference",
            ..row(INPUT, Shape::Json(Document { what: "a text", canonical: json::sorted }), "What is sent instead of the event, as JSON.")
        },
        row(INPUT_PATH, Shape::Text(PATH), "Which part of the event is sent: `$.detail`."),
        Setting {
            normalisation: "by name; none and an empty map are the same",
            ..row(
                PATHS,
                Shape::TextMap { max: 100 },
                "Parts of the event by the names that the template has for them: `{ job = \"$.detail.backupJobId\" }`.",
            )
        },
        row(TEMPLATE, Shape::Text(TEMPLATE_FORM), "What is sent, in which `<job>` stands for a part of the event."),
        Setting {
            safer: Safer::WhenSet,
            when_safer: "events that could not be delivered are kept in a queue",
            when_weaker: "events that could not be delivered are dropped",
            source: "EventBridge API DeadLetterConfig; EventBridge user guide, Using dead-letter queues",
            ..row(DEAD_LETTERS, Shape::Text(QUEUE), "The queue for events that could not be delivered. Its policy must let EventBridge in.")
        },
        Setting {
            aws_default: Fallback::Number(86_400),
            safer: Safer::WhenGreater,
            normalisation: "absent is 86,400, a day",
            source: RETRY,
            when_safer: "delivery is tried for longer",
            when_weaker: "delivery is given up earlier",
            ..row(AGE, Shape::Whole { min: 60, max: 86_400, unit: "seconds" }, "For how long delivery of an event is tried.")
        },
        Setting {
            aws_default: Fallback::Number(185),
            safer: Safer::WhenGreater,
            normalisation: "absent is 185",
            source: RETRY,
            when_safer: "delivery is tried more often",
            when_weaker: "delivery is given up earlier",
            ..row(ATTEMPTS, Shape::Whole { min: 0, max: 185, unit: "attempts" }, "How often delivery of an event is tried again.")
        },
    ],
    inventory_actions: &["events:ListTargetsByRule"],
    outside_actions: outside::ROLES,
    ..KindSpec::PLAIN
};

const TARGET: Form = Form { what: "the ARN of what is called", check: target };
const QUEUE: Form = Form { what: "the ARN of an SQS queue", check: queue };
const PATH: Form = Form { what: "a JSON path that begins with `$`", check: json_path };
const TEMPLATE_FORM: Form = Form { what: "a template of up to 8,192 characters", check: template };

/// The service in an ARN; none where it is no ARN.
fn service(text: &str) -> Option<&str> {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    match parts.as_slice() {
        ["arn", _, service, _, _, resource] if !service.is_empty() && !resource.is_empty() => Some(service),
        _ => None,
    }
}

fn target(text: &str) -> Result<String, Mistake> {
    match service(text) {
        Some(_) => Ok(text.to_owned()),
        None => Err(Mistake::new(format!("must be an ARN, found \"{text}\"")).help("refer to the `arn` of a block, or write one out")),
    }
}

fn queue(text: &str) -> Result<String, Mistake> {
    match service(text) {
        Some("sqs") => Ok(text.to_owned()),
        _ => {
            Err(Mistake::new(format!("must be the ARN of an SQS queue, found \"{text}\"")).help("write `arn:aws:sqs:REGION:ACCOUNT:NAME`"))
        }
    }
}

fn json_path(text: &str) -> Result<String, Mistake> {
    match text.chars().count() {
        1..=256 if text.starts_with('$') => Ok(text.to_owned()),
        257.. => Err(Mistake::new("must have at most 256 characters")),
        _ => Err(Mistake::new(format!("must be a JSON path, found \"{text}\"")).help("it begins with `$`: `$.detail`")),
    }
}

fn template(text: &str) -> Result<String, Mistake> {
    match text.chars().count() {
        1..=8_192 => Ok(text.to_owned()),
        length => Err(Mistake::new(format!("must have 1 to 8,192 characters, found {length}"))),
    }
}

/// Whatever else is called, the one before is not.
fn other(before: &Value, after: &Value) -> Option<Ordering> {
    (before != after).then_some(Ordering::Less)
}

/// Where everything is read: the fact that lists the members that are set and that no block says, such as `EcsParameters`.
const UNSAID: &str = "members_that_stay";

/// The kind.
pub struct EventTarget;

impl Kind for EventTarget {
    fn spec(&self) -> &'static KindSpec {
        &SPEC
    }

    fn check(&self, wanted: &BTreeMap<String, Wanted>) -> Vec<Concern> {
        rules::check(wanted)
    }

    fn remarks(&self, live: &Live) -> Vec<String> {
        let unsaid: Vec<&str> = live.facts.get(UNSAID).and_then(Value::as_items).into_iter().flatten().filter_map(Value::as_str).collect();
        let unsaid = (!unsaid.is_empty()).then(|| format!("set of it too, said by no block and left as it is: {}", unsaid.join(", ")));
        unsaid.into_iter().collect()
    }

    fn check_circumstances(&self, wanted: &BTreeMap<String, Wanted>, circumstances: Circumstances<'_>) -> Vec<Concern> {
        circumstances.region.and_then(|region| rules::elsewhere(wanted, region)).into_iter().collect()
    }

    /// A topic must be there and let EventBridge publish, and a role must let it in; of other targets nothing is known here.
    fn needs(&self, wanted: &BTreeMap<String, Wanted>, place: Place<'_>) -> Vec<Need> {
        let arn = wanted.get(ARN).and_then(|wanted| wanted.value.as_str()).filter(|arn| service(arn) == Some("sns"));
        let of_topic = |topic: &str| {
            let need = |needed| Need {
                at: ARN.to_owned(),
                of: topic.to_owned(),
                needed,
                severity: Severity::Error,
                otherwise: "the rule's messages are dropped, and only its metric `FailedInvocations` tells it".to_owned(),
            };
            [need(Needed::Presence), need(Needed::Entry(Sender::EventRule.publishes(topic, place.account, place.whole)))]
        };
        let role = wanted.get(ROLE).and_then(|wanted| wanted.value.as_str());
        let role = role.map(|role| {
            outside::role(ROLE, role, roles::EVENTS, "the target is never called, and only the rule's metric `FailedInvocations` tells it")
        });
        arn.into_iter().flat_map(of_topic).chain(role).collect()
    }

    fn teller(&self) -> Option<&'static dyn Teller> {
        Some(&tells::Targets)
    }

    #[cfg(feature = "aws")]
    fn calls(&self) -> super::Calls {
        super::Calls::Whole(&aws::TargetCalls)
    }
}

//! `aws_db_event_subscription`: what RDS tells a topic of its databases: that a backup failed, or that somebody turned backups off.
//!
//! No metric tells of an instance's backups, so this is the only alarm that RDS itself has for them.

#[cfg(feature = "aws")]
mod aws;
mod tells;

use super::{Concern, Kind, Need, Needed, Place, Teller, tags};
use crate::model::{
    Code, Existence, Fallback, Form, KindSpec, Loss, Mistake, NameForm, Ownership, Safer, Sender, Setting, Severity, Shape, Value, Wanted,
};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

const NAME: &str = "name";
const TOPIC: &str = "sns_topic";
const SOURCE_TYPE: &str = "source_type";
const SOURCES: &str = "source_ids";
const CATEGORIES: &str = "event_categories";
const ENABLED: &str = "enabled";

const READS: &[&str] = &["rds:DescribeEventSubscriptions"];
const WRITES: &[&str] = &["rds:ModifyEventSubscription"];

/// The types of sources with the categories of their events. Of types that are not here AWS alone knows them.
///
/// Source: RDS User Guide, "Amazon RDS event categories and event messages".
const KNOWN: &[(&str, &[&str])] = &[
    (
        "db-instance",
        &[
            "availability",
            "backtrack",
            "backup",
            "configuration change",
            "creation",
            "deletion",
            "failover",
            "failure",
            "low storage",
            "maintenance",
            "notification",
            "read replica",
            "recovery",
            "restoration",
            "security",
            "security patching",
        ],
    ),
    ("db-snapshot", &["creation", "deletion", "notification", "restoration"]),
    ("db-cluster-snapshot", &["backup", "notification"]),
];

const TYPES: &[&str] = &[
    "blue-green-deployment",
    "custom-engine-version",
    "db-cluster",
    "db-cluster-snapshot",
    "db-instance",
    "db-parameter-group",
    "db-proxy",
    "db-security-group",
    "db-shard-group",
    "db-snapshot",
    "zero-etl",
];

const API: &str = "RDS API CreateEventSubscription, ModifyEventSubscription";

const ROW: Setting =
    Setting { normalisation: "as it is; AWS returns what it was given", source: API, reads: READS, writes: WRITES, ..Setting::PLAIN };

static SPEC: KindSpec = KindSpec {
    name: "aws_db_event_subscription",
    title: "RDS event subscription",
    doc: "Tells a topic what happens to databases: among it that a backup failed or that automated backups were turned off, of which no metric tells.",
    ownership: Ownership::Whole,
    service: "rds",
    arn_prefix: "es:",
    name_form: NameForm { min: 1, max: 254, also: &['-'], source: "RDS API CreateEventSubscription" },
    existence: Some(Existence {
        loses: Loss::Later,
        when_made: "the topic is told of the events from now on",
        when_removed: "nobody is told of these events any more",
    }),
    settings: &[
        Setting {
            path: NAME,
            shape: Shape::Text(Form { what: "a name in lower case", check: lower_case }),
            required: true,
            doc: "Its name, which RDS keeps in lower case and never changes.",
            writes: &["rds:CreateEventSubscription", "rds:DeleteEventSubscription"],
            fixed: true,
            ..ROW
        },
        Setting {
            path: TOPIC,
            shape: Shape::Text(Form { what: "the ARN of a topic", check: topic }),
            required: true,
            doc: "The topic that is told. Its policy must let events.rds.amazonaws.com publish, which the policy that SNS gives to a topic does.",
            ..ROW
        },
        Setting {
            path: SOURCE_TYPE,
            shape: Shape::OneOf(TYPES),
            safer: Safer::By(wider_type),
            doc: "What kind of things it is about. Where it is left out it is about all of them.",
            when_safer: "events of all kinds of things are told",
            when_weaker: "events of other kinds of things are no longer told",
            ..ROW
        },
        Setting {
            path: SOURCES,
            shape: Shape::Texts { item: Form { what: "an identifier in lower case", check: lower_case }, max: 500 },
            safer: Safer::By(wider),
            doc: "Which things it is about, by their identifiers. Where it is left out it is about all of the type, those to come among them.",
            normalisation: "without order; none and an empty list are the same; identifiers in lower case",
            when_safer: "events of more things are told",
            when_weaker: "events of the things that are left out are no longer told",
            writes: &["rds:AddSourceIdentifierToSubscription", "rds:RemoveSourceIdentifierFromSubscription"],
            ..ROW
        },
        Setting {
            path: CATEGORIES,
            shape: Shape::Texts { item: Form::ANY, max: 50 },
            safer: Safer::By(wider),
            doc: "Which events are told, such as `backup`, `configuration change` (backups turned off), `deletion` and `failure`. All of them where it is left out.",
            normalisation: "without order; none and an empty list are the same",
            when_safer: "more events are told",
            when_weaker: "events of the categories that are left out are no longer told",
            source: "RDS API ModifyEventSubscription; RDS User Guide, Amazon RDS event categories and event messages",
            ..ROW
        },
        Setting {
            path: ENABLED,
            shape: Shape::Bool,
            aws_default: Fallback::Bool(true),
            safer: Safer::WhenTrue,
            doc: "Whether anything is told.",
            when_safer: "events are told again; those of the time between are not",
            when_weaker: "nobody is told of these events until it is turned on again",
            ..ROW
        },
        tags::setting(&["rds:ListTagsForResource", "tag:GetResources"], &["rds:AddTagsToResource", "rds:RemoveTagsFromResource"]),
    ],
    inventory_actions: &["rds:DescribeEventSubscriptions", "rds:ListTagsForResource", "tag:GetResources"],
    ..KindSpec::PLAIN
};

fn lower_case(text: &str) -> Result<String, Mistake> {
    if text.is_empty() || text.contains(|c: char| c.is_uppercase()) {
        let help = format!("write \"{}\"", text.to_lowercase());
        return Err(Mistake::new(format!("must be a name in lower case, as RDS keeps it, found \"{text}\"")).help(help));
    }
    Ok(text.to_owned())
}

fn topic(text: &str) -> Result<String, Mistake> {
    if text.starts_with("arn:") && text.strip_suffix(".fifo").is_some() {
        let mistake = Mistake::new(format!("must be the ARN of a standard topic, found \"{text}\": RDS tells no FIFO topics"));
        return Err(mistake.help("name a topic without `.fifo`"));
    }
    if text.starts_with("arn:") && text.split(':').count() == 6 && text.split(':').nth(2) == Some("sns") {
        return Ok(text.to_owned());
    }
    Err(Mistake::new(format!("must be the ARN of an SNS topic, found \"{text}\"")).help("refer to a topic of this policy by its `arn`"))
}

/// No type is all types; of two types neither tells what the other does.
fn wider_type(before: &Value, after: &Value) -> Option<Ordering> {
    if after.has_unknown() {
        return None;
    }
    Some(match (before.is_nothing(), after.is_nothing()) {
        _ if before == after => Ordering::Equal,
        (_, true) => Ordering::Greater,
        _ => Ordering::Less,
    })
}

/// None is all; less than all where something that was there is gone.
fn wider(before: &Value, after: &Value) -> Option<Ordering> {
    if after.has_unknown() {
        return None;
    }
    let items = |value: &Value| value.as_items().map(|items| items.iter().cloned().collect::<BTreeSet<Value>>()).unwrap_or_default();
    let (before, after) = (items(before), items(after));
    Some(match (before.is_empty(), after.is_empty()) {
        _ if before == after => Ordering::Equal,
        (_, true) => Ordering::Greater,
        (true, _) => Ordering::Less,
        _ if after.is_superset(&before) => Ordering::Greater,
        _ => Ordering::Less,
    })
}

fn texts<'a>(wanted: &'a BTreeMap<String, Wanted>, setting: &str) -> impl Iterator<Item = &'a str> {
    wanted.get(setting).and_then(|wanted| wanted.value.as_items()).into_iter().flatten().filter_map(Value::as_str)
}

/// A category that is nearly one that some type has, where those of this type are not written down here.
fn misspelled(category: &str) -> Option<Concern> {
    let all = || KNOWN.iter().flat_map(|(_, categories)| categories.iter().copied());
    let near = all().find(|known| strsim::damerau_levenshtein(known, &category.to_lowercase()) <= 2)?;
    let title = format!("RDS has no events of the category \"{category}\"");
    (near != category && !all().any(|known| known == category)).then(|| concern(CATEGORIES, title, &format!("did you mean \"{near}\"?")))
}

fn concern(at: &str, title: String, help: &str) -> Concern {
    Concern { code: Code::EventSubscription, severity: Severity::Error, title, at: at.to_owned(), also: None, help: help.to_owned() }
}

/// The kind.
pub struct DbEventSubscription;

impl Kind for DbEventSubscription {
    fn spec(&self) -> &'static KindSpec {
        &SPEC
    }

    fn check(&self, wanted: &BTreeMap<String, Wanted>) -> Vec<Concern> {
        let mut concerns = Vec::new();
        let Some(kind) = wanted.get(SOURCE_TYPE) else {
            if texts(wanted, SOURCES).next().is_some() {
                let title = format!("`{SOURCES}` say nothing without `{SOURCE_TYPE}`, and RDS refuses them");
                concerns.push(concern(SOURCES, title, "add `source_type = \"db-instance\"`, or what they are"));
            }
            return concerns;
        };
        let known = kind.value.as_str().and_then(|kind| KNOWN.iter().find(|(name, _)| *name == kind));
        if let Some((name, categories)) = known {
            for category in texts(wanted, CATEGORIES).filter(|category| !categories.contains(category)) {
                let title = format!("a {name} has no events of the category \"{category}\", and RDS refuses it");
                concerns.push(concern(CATEGORIES, title, &format!("choose of: {}", categories.join(", "))));
            }
        } else if kind.value.as_str().is_some() {
            concerns.extend(texts(wanted, CATEGORIES).filter_map(misspelled));
        }
        concerns
    }

    fn check_circumstances(&self, wanted: &BTreeMap<String, Wanted>, circumstances: super::Circumstances<'_>) -> Vec<Concern> {
        let topic = wanted.get(TOPIC).and_then(|wanted| wanted.value.as_str()).and_then(|arn| arn.split(':').nth(3));
        match (topic, circumstances.region) {
            (Some(of), Some(here)) if of != here => {
                let title = format!("the topic is in {of}, and RDS tells topics of its own region only, {here}");
                vec![concern(TOPIC, title, &format!("name a topic of {here}; whoever subscribes to it may be in other regions"))]
            }
            _ => Vec::new(),
        }
    }

    fn needs(&self, wanted: &BTreeMap<String, Wanted>, place: Place<'_>) -> Vec<Need> {
        let Some(topic) = wanted.get(TOPIC).and_then(|wanted| wanted.value.as_str()) else { return Vec::new() };
        let need = |needed| Need {
            at: TOPIC.to_owned(),
            of: topic.to_owned(),
            needed,
            severity: Severity::Error,
            otherwise: "RDS refuses the subscription, or what it sends is dropped".to_owned(),
        };
        let entry = Needed::Entry(Sender::DatabaseEvents.publishes(topic, place.account, place.arn));
        // Of topics of other accounts nobody here sees whether they are there.
        let is_own = topic.split(':').nth(4) == Some(place.account);
        is_own.then(|| need(Needed::Presence)).into_iter().chain([need(entry)]).collect()
    }

    fn teller(&self) -> Option<&'static dyn Teller> {
        Some(&tells::Subscriptions)
    }

    #[cfg(feature = "aws")]
    fn calls(&self) -> super::Calls {
        super::Calls::Whole(&aws::SubscriptionCalls)
    }
}

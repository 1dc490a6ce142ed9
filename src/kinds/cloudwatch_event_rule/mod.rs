//! `aws_cloudwatch_event_rule`: which events, or which times, call the targets of the rule.
//!
//! A rule is known by its bus and its name. Wherever a name alone is shown, the rule is on the bus that its block declares, or on the
//! default one; of any other it is `bus/name`.

#[cfg(feature = "aws")]
mod aws;
mod matching;
mod pattern;
mod rules;
mod tells;

use super::roles::{EVENTS, ROLE};
use super::{Concern, Kind, Need, Place, Recurrence, Teller, When, filter, outside, schedules, tags};
use crate::model::{
    Change, Document, Effect, Existence, Fallback, Form, KindSpec, Listed, Live, Loss, Mistake, NameForm, Ownership, Reading, Safer,
    Setting, Shape, Value, Wanted,
};
use crate::time::Service;
use std::cmp::Ordering;
use std::collections::BTreeMap;

const PATTERN: &str = "event_pattern";
const SCHEDULE: &str = "schedule_expression";
/// The role with which targets are called.
const CALLER: &str = "role_arn";
const BUS: &str = "event_bus_name";

/// The fact that says which service of AWS manages the rule.
const MANAGED_BY: &str = Live::MANAGED_BY;

const PUT: &str = "EventBridge API PutRule";

/// A row; EventBridge reads and replaces all settings of a rule together.
const fn row(path: &'static str, shape: Shape, doc: &'static str) -> Setting {
    Setting {
        path,
        shape,
        doc,
        normalisation: "as it is; AWS returns what it was given",
        source: PUT,
        reads: &["events:DescribeRule"],
        writes: &["events:PutRule"],
        ..Setting::PLAIN
    }
}

static SPEC: KindSpec = KindSpec {
    name: "aws_cloudwatch_event_rule",
    title: "EventBridge rule",
    doc: "A rule: it calls its targets when an event matches its pattern, or at the times of its schedule.",
    ownership: Ownership::Whole,
    service: "events",
    arn_prefix: "rule/",
    arn_folder: Some((BUS, "default")),
    name_form: NameForm { min: 1, max: 64, also: &['.', '-', '_'], source: PUT },
    existence: Some(Existence {
        loses: Loss::Later,
        when_made: "its targets are called from now on; what happened before is not told",
        when_removed: "its targets are not called any more: nobody is told of what it matched",
    }),
    settings: &[
        Setting {
            required: true,
            normalisation: "as it is; upper and lower case differ",
            writes: &["events:PutRule", "events:DeleteRule"],
            fixed: true,
            ..row("name", Shape::Text(Form::ANY), "Its name, unique on its event bus.")
        },
        Setting {
            aws_default: Fallback::Text("default"),
            normalisation: "absent is `default`",
            fixed: true,
            ..row(
                BUS,
                Shape::Text(BUS_NAME),
                "The event bus whose events it sees. Services of AWS, AWS Backup among them, send to `default` only. On another bus it is another rule: the new one is made and the old one removed.",
            )
        },
        Setting {
            normalisation: "as JSON: the order of members and of alternatives makes no difference",
            source: "EventBridge API PutRule; EventBridge user guide, Event patterns",
            when_safer: "its targets are called for more events",
            when_weaker: "events that it matched may no longer be told to its targets",
            ..row(
                PATTERN,
                Shape::Json(Document { what: "an event pattern", canonical: pattern::canonical }),
                "Which events call its targets: members must all match, the values of one are alternatives.",
            )
        },
        Setting {
            safer: Safer::By(more_often),
            normalisation: "but for case and white space as it is",
            source: "EventBridge API PutRule; EventBridge user guide, Cron expressions reference",
            when_safer: "its targets are called more often",
            when_weaker: "its targets are called less often",
            ..row(SCHEDULE, Shape::Text(EXPRESSION), "The times, in UTC, at which its targets are called: `cron(…)` or `rate(…)`.")
        },
        Setting {
            aws_default: Fallback::Text("ENABLED"),
            safer: Safer::Ranked(&["DISABLED", "ENABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"]),
            normalisation: "absent is `ENABLED`",
            source: "EventBridge API PutRule; EventBridge user guide, Receiving read-only management events from AWS services",
            when_safer: "its targets are called",
            when_weaker: "it matches less than before, or nothing at all, and nobody is told",
            ..row(
                "state",
                Shape::OneOf(&["ENABLED", "DISABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"]),
                "Whether it works. The third one also sees calls that only read, which CloudTrail otherwise keeps from rules.",
            )
        },
        row("description", Shape::Text(DESCRIPTION), "What it is for."),
        row(CALLER, Shape::Text(ROLE), "The role with which its targets are called; most take one of their own, or a resource policy."),
        tags::setting(&["tag:GetResources", "events:ListTagsForResource"], &["events:TagResource", "events:UntagResource"]),
    ],
    inventory_actions: &["tag:GetResources", "events:DescribeRule", "events:ListTagsForResource"],
    outside_actions: outside::ROLES,
    evidence_actions: &["events:ListEventBuses", "events:ListRules"],
    ..KindSpec::PLAIN
};

const EXPRESSION: Form = Form { what: "a schedule", check: |text| schedules::accepted(text, Service::Rule, "an EventBridge rule") };
const DESCRIPTION: Form = Form { what: "a string of up to 512 characters", check: description };
const BUS_NAME: Form = Form { what: "the name of an event bus", check: bus_name };

fn description(text: &str) -> Result<String, Mistake> {
    match text.chars().count() {
        0 => Err(Mistake::new("must not be empty").help("leave it out")),
        1..=512 => Ok(text.to_owned()),
        length => Err(Mistake::new(format!("must have at most 512 characters, found {length}")).help("shorten it")),
    }
}

fn bus_name(text: &str) -> Result<String, Mistake> {
    if let Some((_, name)) = text.split_once(":event-bus/") {
        return Err(
            Mistake::new("must be the name of an event bus of the target's own account, found an ARN").help(format!("write \"{name}\""))
        );
    }
    let fits = (1..=256).contains(&text.chars().count()) && text.chars().all(|c| c.is_ascii_alphanumeric() || "/.-_".contains(c));
    if fits {
        return Ok(text.to_owned());
    }
    Err(Mistake::new(format!("must be the name of an event bus, 1 to 256 of a-z, A-Z, 0-9, `/`, `.`, `-`, `_`, found \"{text}\"")))
}

fn more_often(before: &Value, after: &Value) -> Option<Ordering> {
    match (before.is_nothing(), after.is_nothing()) {
        (false, true) => Some(Ordering::Less),
        (true, false) => Some(Ordering::Greater),
        _ => schedules::more_often(before, after, Service::Rule),
    }
}

/// The kind.
pub struct EventRule;

impl Kind for EventRule {
    fn spec(&self) -> &'static KindSpec {
        &SPEC
    }

    fn effect(&self, change: &Change, _: &Live, _: &BTreeMap<String, Wanted>) -> Option<Effect> {
        if change.setting != PATTERN {
            return None;
        }
        let before = match &change.before {
            Reading::Known(value) => value,
            Reading::Unset => &Value::Null,
            Reading::Unreadable { .. } => return None,
        };
        match (before.is_nothing(), change.after.is_nothing()) {
            (true, _) => Some(Effect::Strengthens),
            // No pattern matches nothing: it is not a filter that lets everything through.
            (false, true) => Some(Effect::Weakens),
            (false, false) => filter::effect(before, &change.after),
        }
    }

    fn check(&self, wanted: &BTreeMap<String, Wanted>) -> Vec<Concern> {
        rules::check(wanted)
    }

    fn needs(&self, wanted: &BTreeMap<String, Wanted>, _place: Place<'_>) -> Vec<Need> {
        let role = wanted.get(CALLER).and_then(|wanted| wanted.value.as_str());
        role.map(|role| outside::role(CALLER, role, EVENTS, "targets that are called by it are not called")).into_iter().collect()
    }

    fn check_parts(&self, wanted: &BTreeMap<String, Wanted>, parts: &[&BTreeMap<String, Wanted>], _seen: &[Listed]) -> Vec<Concern> {
        rules::how_many(wanted, parts.len())
    }

    fn remarks(&self, live: &Live) -> Vec<String> {
        let by = live.fact(MANAGED_BY).map(|by| format!("{by} made this rule for itself, and AWS lets nobody else change it"));
        by.into_iter().collect()
    }

    fn runs(&self, wanted: &BTreeMap<String, Wanted>) -> Vec<Recurrence> {
        if !wanted.contains_key(SCHEDULE) {
            return Vec::new();
        }
        let is_off = wanted.get("state").and_then(|wanted| wanted.value.as_str()) == Some("DISABLED");
        let asleep = is_off.then(|| "its `state` is `DISABLED`".to_owned());
        // Rules know no time zones.
        let when = When::of(wanted, SCHEDULE, "", Service::Rule);
        vec![Recurrence { asleep, ..Recurrence::new(SCHEDULE, "calls the targets of the rule", when) }]
    }

    fn teller(&self) -> Option<&'static dyn Teller> {
        Some(&tells::Rules)
    }

    #[cfg(feature = "aws")]
    fn calls(&self) -> super::Calls {
        super::Calls::Whole(&aws::RuleCalls)
    }
}

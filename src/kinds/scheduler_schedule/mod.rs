//! `aws_scheduler_schedule`: when something is called, in any time zone: a table's export every night.
//!
//! A schedule carries no tags: it belongs to a group that backstay owns, and those of such a group that no block declares are removed.

#[cfg(feature = "aws")]
mod aws;
mod exports;
mod forms;
mod input;
mod rules;

use super::{Circumstances, Concern, Kind, Need, Place, Protection, Recurrence, When, json, outside, schedules};
use crate::model::{
    Change, Document, Existence, Fallback, Form, KindSpec, Live, Loss, NameForm, Ownership, Parent, Safer, Setting, Shape, Value, Wanted,
};
use crate::time::Service;
use std::cmp::Ordering;
use std::collections::BTreeMap;

const NAME: &str = "name";
const DESCRIPTION: &str = "description";
const EXPRESSION: &str = "schedule_expression";
const ZONE: &str = "schedule_expression_timezone";
const STATE: &str = "state";
const START: &str = "start_date";
const END: &str = "end_date";
const KEY: &str = "kms_key_arn";
const AFTER: &str = "action_after_completion";
const MODE: &str = "flexible_time_window.mode";
const WINDOW: &str = "flexible_time_window.maximum_window_in_minutes";
const ARN: &str = "target.arn";
const ROLE: &str = "target.role_arn";
const INPUT: &str = "target.input";
const DEAD_LETTERS: &str = "target.dead_letter_config.arn";
const AGE: &str = "target.retry_policy.maximum_event_age_in_seconds";
const ATTEMPTS: &str = "target.retry_policy.maximum_retry_attempts";

const PUT: &str = "Scheduler API CreateSchedule";
const TARGET: &str = "Scheduler API Target";

/// A row; Scheduler reads and replaces all settings of a schedule together.
const fn row(path: &'static str, shape: Shape, doc: &'static str) -> Setting {
    Setting {
        path,
        shape,
        doc,
        normalisation: "as it is; AWS returns what it was given",
        source: PUT,
        reads: &["scheduler:GetSchedule"],
        writes: &["scheduler:CreateSchedule", "scheduler:UpdateSchedule", "iam:PassRole"],
        ..Setting::PLAIN
    }
}

static SPEC: KindSpec = KindSpec {
    name: "aws_scheduler_schedule",
    title: "schedule",
    doc: "A schedule of EventBridge Scheduler: it calls its target at certain times.",
    ownership: Ownership::Whole,
    service: "scheduler",
    arn_prefix: "schedule/",
    parent: Some(Parent {
        kinds: &["aws_scheduler_schedule_group"],
        argument: "group_name",
        attributes: &["name"],
        is_only: false,
        why: "a schedule carries no tags, so that only its group, which does, says whose it is; in the group `default`, or in one that backstay did not make, nothing would but a name that begins with `backstay-WORKSPACE-`, and schedules keep the name that they are given",
    }),
    name_form: NameForm { min: 1, max: 64, also: &['.', '-', '_'], source: PUT },
    existence: Some(Existence {
        loses: Loss::Later,
        when_made: "its target is called at its times from now on",
        when_removed: "its target is not called any more",
    }),
    settings: &[
        Setting {
            required: true,
            writes: &["scheduler:CreateSchedule", "scheduler:DeleteSchedule"],
            fixed: true,
            ..row(NAME, Shape::Text(Form::ANY), "Its name, unique within its group.")
        },
        row(DESCRIPTION, Shape::Text(forms::DESCRIPTION), "What it is for."),
        Setting {
            required: true,
            safer: Safer::By(more_often),
            normalisation: "but for case and white space as it is",
            source: "Scheduler API CreateSchedule; Scheduler User Guide, Schedule types",
            when_safer: "its target is called more often",
            when_weaker: "its target is called less often",
            ..row(EXPRESSION, Shape::Text(forms::EXPRESSION), "The times: `cron(…)`, `rate(…)` or `at(…)`.")
        },
        Setting {
            aws_default: Fallback::Text("UTC"),
            normalisation: "absent is `UTC`, and its other names are the same",
            source: "Scheduler API CreateSchedule; Scheduler User Guide, Time zones",
            ..row(ZONE, Shape::Text(forms::ZONE), "The time zone of the times, by its IANA name; its clock changes count.")
        },
        Setting {
            aws_default: Fallback::Text("ENABLED"),
            safer: Safer::Ranked(&["DISABLED", "ENABLED"]),
            normalisation: "absent is `ENABLED`",
            when_safer: "its target is called",
            when_weaker: "its target is not called any more",
            ..row(STATE, Shape::OneOf(&["ENABLED", "DISABLED"]), "Whether it works.")
        },
        Setting {
            safer: Safer::By(starts_earlier),
            normalisation: "to the second, in UTC",
            when_safer: "it begins earlier",
            when_weaker: "its target is not called before that",
            ..row(START, Shape::Text(forms::INSTANT), "Before it nothing is called: `2027-01-01T00:00:00Z`.")
        },
        Setting {
            safer: Safer::By(ends_later),
            normalisation: "to the second, in UTC",
            when_safer: "it goes on for longer",
            when_weaker: "its target is not called after that",
            ..row(END, Shape::Text(forms::INSTANT), "After it nothing is called.")
        },
        row(KEY, Shape::Text(forms::KEY), "The KMS key that encrypts what the schedule holds; AWS's own where it is left out."),
        Setting {
            aws_default: Fallback::Text("NONE"),
            safer: Safer::Ranked(&["DELETE", "NONE"]),
            normalisation: "absent is `NONE`",
            when_safer: "it stays when it is over",
            when_weaker: "AWS deletes it when it is over, and the next apply makes it again",
            ..row(
                AFTER,
                Shape::OneOf(&["NONE", "DELETE"]),
                "What becomes of it when it is over. With `DELETE` it is made again by the next apply.",
            )
        },
        Setting {
            required: true,
            source: "Scheduler API FlexibleTimeWindow",
            ..row(
                MODE,
                Shape::OneOf(&["OFF", "FLEXIBLE"]),
                "`OFF` calls at the time, within a minute; `FLEXIBLE` some time within the window.",
            )
        },
        Setting {
            source: "Scheduler API FlexibleTimeWindow",
            ..row(WINDOW, Shape::Whole { min: 1, max: 1_440, unit: "minutes" }, "How long the window is that begins with the time.")
        },
        Setting {
            required: true,
            safer: Safer::By(other),
            when_weaker: "what was called before no longer is",
            source: "Scheduler API Target; Scheduler User Guide, Using universal targets",
            ..row(
                ARN,
                Shape::Text(forms::TARGET),
                "What is called: a function, queue, topic, bus, …, or any call of AWS: `arn:aws:scheduler:::aws-sdk:dynamodb:exportTableToPointInTime`.",
            )
        },
        Setting {
            required: true,
            source: TARGET,
            ..row(ROLE, Shape::Text(forms::ROLE), "The role with which it is called, which must trust scheduler.amazonaws.com.")
        },
        Setting {
            normalisation: "as JSON where it is JSON: order and white space make no difference",
            source: TARGET,
            ..row(
                INPUT,
                Shape::Json(Document { what: "a text", canonical: json::sorted }),
                "What is sent, as JSON; of a call of AWS its parameters, named as the API reference has them.",
            )
        },
        Setting {
            safer: Safer::WhenSet,
            when_safer: "what could not be delivered is kept in a queue",
            when_weaker: "what could not be delivered is dropped",
            source: "Scheduler API DeadLetterConfig; Scheduler User Guide, Configuring a dead-letter queue",
            ..row(
                DEAD_LETTERS,
                Shape::Text(forms::QUEUE),
                "The queue for what could not be delivered. The role must be allowed to send to it.",
            )
        },
        Setting {
            aws_default: Fallback::Number(86_400),
            safer: Safer::WhenGreater,
            normalisation: "absent is 86,400, a day, which AWS returns",
            when_safer: "delivery is tried for longer",
            when_weaker: "delivery is given up earlier",
            source: "Scheduler API RetryPolicy",
            ..row(AGE, Shape::Whole { min: 60, max: 86_400, unit: "seconds" }, "For how long delivery is tried.")
        },
        Setting {
            aws_default: Fallback::Number(185),
            safer: Safer::WhenGreater,
            normalisation: "absent is 185, which AWS returns",
            when_safer: "delivery is tried more often",
            when_weaker: "delivery is given up earlier",
            source: "Scheduler API RetryPolicy",
            ..row(ATTEMPTS, Shape::Whole { min: 0, max: 185, unit: "attempts" }, "How often delivery is tried again.")
        },
    ],
    inventory_actions: &["scheduler:ListSchedules", "scheduler:GetSchedule"],
    outside_actions: outside::ROLES_AND_KEYS,
    ..KindSpec::PLAIN
};

fn more_often(before: &Value, after: &Value) -> Option<Ordering> {
    schedules::more_often(before, after, Service::Scheduler)
}

/// Whatever else is called, the one before is not.
fn other(before: &Value, after: &Value) -> Option<Ordering> {
    (before != after).then_some(Ordering::Less)
}

/// None at all begins first.
fn starts_earlier(before: &Value, after: &Value) -> Option<Ordering> {
    Some(instant(before, jiff::Timestamp::MIN)?.cmp(&instant(after, jiff::Timestamp::MIN)?))
}

/// None at all never ends.
fn ends_later(before: &Value, after: &Value) -> Option<Ordering> {
    Some(instant(after, jiff::Timestamp::MAX)?.cmp(&instant(before, jiff::Timestamp::MAX)?))
}

fn instant(value: &Value, none: jiff::Timestamp) -> Option<jiff::Timestamp> {
    if value.is_nothing() { Some(none) } else { value.as_str()?.parse().ok() }
}

/// The kind.
pub struct Schedule;

impl Kind for Schedule {
    fn spec(&self) -> &'static KindSpec {
        &SPEC
    }

    fn check(&self, wanted: &BTreeMap<String, Wanted>) -> Vec<Concern> {
        rules::check(wanted)
    }

    fn check_circumstances(&self, wanted: &BTreeMap<String, Wanted>, circumstances: Circumstances<'_>) -> Vec<Concern> {
        let mut concerns = rules::over(wanted, circumstances.now);
        concerns.extend(rules::skipped(wanted, circumstances.now));
        concerns.extend(outside::key_elsewhere(KEY, wanted, circumstances.region));
        concerns
    }

    fn needs(&self, wanted: &BTreeMap<String, Wanted>, place: Place<'_>) -> Vec<Need> {
        let text = |setting: &str| wanted.get(setting).and_then(|wanted| wanted.value.as_str());
        let role = text(ROLE).map(|role| {
            outside::role(ROLE, role, "scheduler.amazonaws.com", "EventBridge Scheduler refuses the schedule, or calls nothing")
        });
        let key = text(KEY).and_then(|key| outside::key(KEY, key, place, "EventBridge Scheduler cannot read the schedule"));
        role.into_iter().chain(key).chain(input::needs(wanted, place)).collect()
    }

    fn consequence(&self, change: &Change, _: &Live, _: jiff::Timestamp) -> Option<String> {
        let begins_anew = change.setting == EXPRESSION && change.after.as_str().is_some_and(|text| text.starts_with("rate("));
        let told = SPEC.setting(EXPRESSION).filter(|_| change.effect.needs_consent()).map(|row| format!("{}; ", row.when_weaker));
        begins_anew.then(|| format!("{}a rate counts from the moment of the change", told.unwrap_or_default()))
    }

    fn runs(&self, wanted: &BTreeMap<String, Wanted>) -> Vec<Recurrence> {
        let text = |setting: &str| wanted.get(setting).and_then(|wanted| wanted.value.as_str());
        let instant = |setting: &str| text(setting).and_then(|text| text.parse().ok());
        let window = wanted.get(WINDOW).and_then(|wanted| wanted.value.as_i64()).and_then(|minutes| u32::try_from(minutes).ok());
        let does = text(ARN).map_or_else(|| "calls its target".to_owned(), |arn| format!("calls {arn}"));
        vec![Recurrence {
            start_window: window,
            asleep: (text(STATE) == Some("DISABLED")).then(|| format!("its `{STATE}` is `DISABLED`")),
            not_before: instant(START),
            not_after: instant(END),
            ..Recurrence::new(EXPRESSION, does, When::of(wanted, EXPRESSION, ZONE, Service::Scheduler))
        }]
    }

    fn protection(&self) -> Option<Protection> {
        Some(Protection::Copies(exports::exports))
    }

    #[cfg(feature = "aws")]
    fn calls(&self) -> super::Calls {
        super::Calls::Whole(&aws::ScheduleCalls)
    }
}

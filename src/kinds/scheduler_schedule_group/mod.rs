//! `aws_scheduler_schedule_group`: what schedules belong to. Schedules carry no tags, so that the group's mark says whose they are.

#[cfg(feature = "aws")]
mod aws;

use super::{Concern, Kind, tags};
use crate::model::{Code, Existence, Form, KindSpec, Loss, NameForm, Ownership, Setting, Severity, Shape, Wanted};
use std::collections::BTreeMap;

const NAME: &str = "name";

static SPEC: KindSpec = KindSpec {
    name: "aws_scheduler_schedule_group",
    title: "schedule group",
    doc: "A group of schedules of EventBridge Scheduler. All schedules in it are backstay's.",
    ownership: Ownership::Whole,
    service: "scheduler",
    arn_prefix: "schedule-group/",
    name_form: NameForm { min: 1, max: 64, also: &['.', '-', '_'], source: "Scheduler API CreateScheduleGroup" },
    existence: Some(Existence {
        loses: Loss::Later,
        when_made: "schedules can be made in it",
        when_removed: "every schedule in it goes with it, and what they started is not started any more",
    }),
    settings: &[
        Setting {
            path: NAME,
            shape: Shape::Text(Form::ANY),
            required: true,
            doc: "Its name. `default` is every account's own, and cannot be marked.",
            normalisation: "as it is; upper and lower case differ",
            source: "Scheduler API CreateScheduleGroup",
            reads: &["scheduler:GetScheduleGroup"],
            writes: &["scheduler:CreateScheduleGroup", "scheduler:DeleteScheduleGroup", "scheduler:DeleteSchedule"],
            fixed: true,
            ..Setting::PLAIN
        },
        tags::setting(&["tag:GetResources", "scheduler:ListTagsForResource"], &["scheduler:TagResource", "scheduler:UntagResource"]),
    ],
    inventory_actions: &["tag:GetResources", "scheduler:GetScheduleGroup", "scheduler:ListTagsForResource"],
    ..KindSpec::PLAIN
};

/// The kind.
pub struct ScheduleGroup;

impl Kind for ScheduleGroup {
    fn spec(&self) -> &'static KindSpec {
        &SPEC
    }

    fn check(&self, wanted: &BTreeMap<String, Wanted>) -> Vec<Concern> {
        let is_default = wanted.get(NAME).is_some_and(|name| name.value.as_str() == Some("default"));
        let concern = is_default.then(|| Concern {
            code: Code::Schedule,
            severity: Severity::Error,
            title: "the schedule group `default` is every account's own: it can be neither made nor marked nor removed".to_owned(),
            at: NAME.to_owned(),
            also: None,
            help: "give the group a name of its own".to_owned(),
        });
        concern.into_iter().collect()
    }

    #[cfg(feature = "aws")]
    fn calls(&self) -> super::Calls {
        super::Calls::Whole(&aws::GroupCalls)
    }
}

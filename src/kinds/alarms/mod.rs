//! What the kinds of alarms share: the settings that every alarm has, whom it tells, and how it is found, changed and removed.

mod actions;
#[cfg(feature = "aws")]
pub(super) mod calls;
mod forms;
mod tells;

pub(super) use actions::{all, elsewhere};
#[cfg(feature = "aws")]
pub(super) use tells::{SINCE, STATE};
pub(super) use tells::{is_alarm, tells};

use super::{Need, Needed, Place, tags};
use crate::model::{Fallback, Form, Mistake, NameForm, Safer, Sender, Setting, Severity, Shape, Wanted, path};
use std::collections::BTreeMap;

pub(super) const NAME: &str = "alarm_name";
pub(super) const DESCRIPTION: &str = "alarm_description";
pub(super) const ACTIONS_ENABLED: &str = "actions_enabled";
pub(super) const ALARM_ACTIONS: &str = "alarm_actions";
pub(super) const OK_ACTIONS: &str = "ok_actions";
pub(super) const INSUFFICIENT_DATA_ACTIONS: &str = "insufficient_data_actions";

/// What stands before the name of an alarm of any kind in its ARN.
pub(super) const ARN_PREFIX: &str = "alarm:";
/// IAM actions that finding alarms needs.
pub(super) const INVENTORY: &[&str] = &["tag:GetResources", "cloudwatch:DescribeAlarms", "cloudwatch:ListTagsForResource"];

/// The rows of one kind of alarms; CloudWatch reads and replaces all settings of an alarm together.
pub(super) struct Rows {
    /// The operation that puts it: `CloudWatch API PutMetricAlarm`.
    pub(super) put: &'static str,
    /// The action that puts it.
    pub(super) writes: &'static [&'static str],
    /// The actions that make and remove it.
    pub(super) makes: &'static [&'static str],
}

impl Rows {
    /// A row of this table.
    pub(super) const fn row(&self, path: &'static str, shape: Shape, doc: &'static str) -> Setting {
        Setting {
            path,
            shape,
            doc,
            normalisation: "as it is; AWS returns what it was given",
            source: self.put,
            reads: &["cloudwatch:DescribeAlarms"],
            writes: self.writes,
            ..Setting::PLAIN
        }
    }

    /// Its name.
    pub(super) const fn name(&self, doc: &'static str) -> Setting {
        Setting {
            required: true,
            normalisation: "as it is; upper and lower case differ",
            writes: self.makes,
            fixed: true,
            ..self.row(NAME, Shape::Text(Form::ANY), doc)
        }
    }

    /// What it means.
    pub(super) const fn description(&self) -> Setting {
        self.row(DESCRIPTION, Shape::Text(forms::DESCRIPTION), "What it means and what to do, for whoever gets its message.")
    }

    /// Whether anybody is told.
    pub(super) const fn actions_enabled(&self) -> Setting {
        Setting {
            aws_default: Fallback::Bool(true),
            safer: Safer::WhenTrue,
            when_safer: "its actions are carried out",
            when_weaker: "it changes its state and tells nobody",
            ..self.row(ACTIONS_ENABLED, Shape::Bool, "Whether its actions are carried out at all.")
        }
    }

    /// Who is told when it fires.
    pub(super) const fn alarm_actions(&self) -> Setting {
        self.actions(ALARM_ACTIONS, "Who is told when it fires: ARNs of topics, and of other things that CloudWatch can call.")
    }

    /// Who is told when it is over.
    pub(super) const fn ok_actions(&self) -> Setting {
        Setting { safer: Safer::Neither, ..self.actions(OK_ACTIONS, "Who is told when it is over.") }
    }

    /// Who is told when nobody can say.
    pub(super) const fn insufficient_data_actions(&self, doc: &'static str) -> Setting {
        self.actions(INSUFFICIENT_DATA_ACTIONS, doc)
    }

    const fn actions(&self, path: &'static str, doc: &'static str) -> Setting {
        Setting {
            safer: Safer::WhenMore,
            normalisation: "a set: order and repetition mean nothing; none and an empty list are the same",
            when_safer: "the change of state is told to one more",
            when_weaker: "somebody who was told of the change of state no longer is",
            ..self.row(path, Shape::Texts { item: forms::ACTION, max: 5 }, doc)
        }
    }

    /// Which names it can have.
    pub(super) const fn name_form(&self) -> NameForm {
        NameForm { min: 1, max: 255, also: NameForm::PRINTABLE, source: self.put }
    }
}

/// Its tags.
pub(super) const TAGS: Setting =
    tags::setting(&["tag:GetResources", "cloudwatch:ListTagsForResource"], &["cloudwatch:TagResource", "cloudwatch:UntagResource"]);

/// A topic must be there and let CloudWatch publish for an alarm; of Lambda functions and other actions nothing is known here.
pub(super) fn needs(wanted: &BTreeMap<String, Wanted>, place: Place<'_>) -> Vec<Need> {
    let topics = all(wanted).filter(|(_, arn)| arn.split(':').nth(2) == Some("sns"));
    let needs = topics.flat_map(|(at, topic)| {
        let need = |needed: Needed, otherwise: &str| Need {
            at: path::keyed(at, topic),
            of: topic.to_owned(),
            needed,
            severity: Severity::Error,
            otherwise: otherwise.to_owned(),
        };
        let entry = Needed::Entry(Sender::Alarm.publishes(topic, place.account, place.arn));
        [
            need(Needed::Presence, "CloudWatch takes the alarm, and nobody is told of it"),
            need(entry, "the alarm's messages are dropped, and CloudWatch tells it only in the alarm's history"),
        ]
    });
    needs.collect()
}

/// A text of up to so many characters, and of at least one.
///
/// # Errors
///
/// It has none, or more.
pub(super) fn sized(text: &str, most: usize) -> Result<String, Mistake> {
    match text.chars().count() {
        0 => Err(Mistake::new("must not be empty").help("leave it out")),
        length if length > most => Err(Mistake::new(format!("must have at most {most} characters, found {length}")).help("shorten it")),
        _ => Ok(text.to_owned()),
    }
}

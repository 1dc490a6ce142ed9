//! `aws_cloudwatch_composite_alarm`: one message for what several alarms tell together.

#[cfg(feature = "aws")]
mod aws;
mod rules;
mod tells;
#[cfg(test)]
mod tests;

use super::alarms::{self, Rows};
use super::{Circumstances, Concern, Kind, Need, Place, Teller};
use crate::alarm_rule::{AlarmRule, alarm_name};
use crate::model::{ArnForm, Change, Existence, Form, KindSpec, Live, Loss, Mistake, Ownership, Safer, Setting, Shape, Value, Wanted};
use std::cmp::Ordering;
use std::collections::BTreeMap;

pub(super) const RULE: &str = "alarm_rule";
pub(super) const SUPPRESSOR: &str = "actions_suppressor.alarm";
pub(super) const WAIT: &str = "actions_suppressor.wait_period";
pub(super) const EXTENSION: &str = "actions_suppressor.extension_period";

const ROWS: Rows = Rows {
    put: "CloudWatch API PutCompositeAlarm",
    writes: &["cloudwatch:PutCompositeAlarm"],
    makes: &["cloudwatch:PutCompositeAlarm", "cloudwatch:DeleteAlarms", "iam:CreateServiceLinkedRole"],
};

const EXPRESSION: Form = Form { what: "a rule over the states of other alarms", check: expression };
const REFERENCE: Form = Form { what: "the name or the ARN of an alarm", check: reference };
/// The schema of `CloudFormation` has no upper bound, and the API has a whole number of 32 bits.
const SECONDS: Shape = Shape::Whole { min: 0, max: 2_147_483_647, unit: "seconds" };

/// A row about the suppressor, all of which stand together.
const fn of_suppressor(path: &'static str, shape: Shape, safer: fn(&Value, &Value) -> Option<Ordering>, doc: &'static str) -> Setting {
    Setting { required: true, safer: Safer::By(safer), ..ROWS.row(path, shape, doc) }
}

static SPEC: KindSpec = KindSpec {
    name: "aws_cloudwatch_composite_alarm",
    title: "CloudWatch composite alarm",
    doc: "A composite alarm: it fires by a rule over the states of other alarms, and tells its actions once where each of those would tell its own.",
    ownership: Ownership::Whole,
    service: "cloudwatch",
    arn_form: ArnForm::Regional,
    arn_prefix: alarms::ARN_PREFIX,
    name_argument: alarms::NAME,
    name_form: ROWS.name_form(),
    existence: Some(Existence {
        loses: Loss::Later,
        when_made: "whoever its actions reach is told from now on when its rule becomes true",
        when_removed: "nobody is told any more of what its rule watched, unless the alarms in it have actions of their own",
    }),
    settings: &[
        ROWS.name("Its name, unique in its account and region, among metric alarms too."),
        Setting {
            required: true,
            safer: Safer::By(fires_more),
            normalisation: "by its words: white space, small letters and quotation marks mean nothing, and are sent as they are compared",
            source: "CloudWatch API PutCompositeAlarm; CloudWatch User Guide, Composite alarms",
            when_safer: "it fires in more cases than before",
            when_weaker: "there are cases in which it fired before and no longer does",
            ..ROWS.row(
                RULE,
                Shape::Text(EXPRESSION),
                "When it fires: `ALARM(name)`, `OK(name)` and `INSUFFICIENT_DATA(name)` of up to 100 alarms of its own account and region, joined by `AND`, `OR`, `NOT` and parentheses; `AT_LEAST(2, ALARM, (a, b, c))`; `TRUE` and `FALSE`.",
            )
        },
        ROWS.description(),
        ROWS.actions_enabled(),
        ROWS.alarm_actions(),
        ROWS.ok_actions(),
        ROWS.insufficient_data_actions("Who is told when nothing is known yet, which is so just after it was made and never again."),
        Setting {
            normalisation: "as it is; a name and the ARN of that name are the same alarm in another writing",
            when_safer: "its actions are no longer held back",
            when_weaker: "while that alarm fires, nobody is told that this one does",
            ..of_suppressor(
                SUPPRESSOR,
                Shape::Text(REFERENCE),
                nobody_suppresses,
                "The alarm during which its actions are not carried out: one that fires while a maintenance is under way.",
            )
        },
        Setting {
            when_safer: "its actions are held back for a shorter time",
            when_weaker: "its actions are held back for a longer time",
            ..of_suppressor(
                EXTENSION,
                SECONDS,
                shorter,
                "For how long its actions are still held back when that alarm no longer fires.",
            )
        },
        Setting {
            when_safer: "its actions wait for a shorter time",
            when_weaker: "its actions wait for a longer time",
            ..of_suppressor(WAIT, SECONDS, shorter, "For how long its actions wait for that alarm to fire before they are carried out.")
        },
        alarms::TAGS,
    ],
    inventory_actions: alarms::INVENTORY,
    ..KindSpec::PLAIN
};

fn expression(text: &str) -> Result<String, Mistake> {
    match AlarmRule::parse(text) {
        Ok(rule) => Ok(rule.to_string()),
        Err(problem) => Err(Mistake {
            message: format!("is no rule of a composite alarm: it {}", problem.message),
            help: problem.help,
            range: Some(problem.range).filter(|range| !range.is_empty()),
            more: Vec::new(),
        }),
    }
}

fn reference(text: &str) -> Result<String, Mistake> {
    alarms::sized(text, 1600)
}

/// A rule protects more when it is true in more cases. Of one that cannot be read nobody can tell, and it may have fired where the other does
/// not.
#[expect(clippy::unnecessary_wraps, reason = "the form that a judgement of a setting has")]
fn fires_more(before: &Value, after: &Value) -> Option<Ordering> {
    let rule = |value: &Value| AlarmRule::parse(value.as_str()?).ok();
    Some(match (rule(before), rule(after)) {
        _ if before == after => Ordering::Equal,
        (Some(before), Some(after)) => before.direction(&after),
        _ => Ordering::Less,
    })
}

/// Another suppressor may hold the actions back where the one before did not.
#[expect(clippy::unnecessary_wraps, reason = "the form that a judgement of a setting has")]
fn nobody_suppresses(before: &Value, after: &Value) -> Option<Ordering> {
    let named = |value: &Value| value.as_str().map(|reference| alarm_name(reference).to_owned());
    Some(match (before, after) {
        _ if before == after || named(before).is_some_and(|name| named(after) == Some(name)) => Ordering::Equal,
        (_, Value::Null) => Ordering::Greater,
        _ => Ordering::Less,
    })
}

/// A shorter time protects more; where there is none on one side, the suppressor itself says it.
fn shorter(before: &Value, after: &Value) -> Option<Ordering> {
    Some(before.as_i64()?.cmp(&after.as_i64()?))
}

/// The kind.
pub struct CompositeAlarm;

impl Kind for CompositeAlarm {
    fn spec(&self) -> &'static KindSpec {
        &SPEC
    }

    fn consequence(&self, change: &Change, _: &Live, _: jiff::Timestamp) -> Option<String> {
        rules::consequence(change)
    }

    fn check(&self, wanted: &BTreeMap<String, Wanted>) -> Vec<Concern> {
        rules::check(wanted)
    }

    fn check_circumstances(&self, wanted: &BTreeMap<String, Wanted>, circumstances: Circumstances<'_>) -> Vec<Concern> {
        let mut concerns = circumstances.region.map(|region| alarms::elsewhere(wanted, region)).unwrap_or_default();
        concerns.extend(rules::elsewhere(wanted, circumstances.region, circumstances.account));
        concerns
    }

    fn needs(&self, wanted: &BTreeMap<String, Wanted>, place: Place<'_>) -> Vec<Need> {
        let mut needs = alarms::needs(wanted, place);
        needs.extend(rules::needs(wanted, &SPEC, place));
        needs
    }

    fn teller(&self) -> Option<&'static dyn Teller> {
        Some(&tells::Composites)
    }

    #[cfg(feature = "aws")]
    fn calls(&self) -> super::Calls {
        super::Calls::Whole(&aws::CompositeCalls)
    }
}

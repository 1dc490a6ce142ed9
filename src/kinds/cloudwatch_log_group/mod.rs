//! `aws_cloudwatch_log_group`: how long events are kept, and protection against deletion, of log groups that others own.

#[cfg(feature = "aws")]
mod aws;

use super::{Concern, Kind};
use crate::model::{
    Change, Code, Fallback, KindSpec, Live, Loss, NameForm, Ownership, Reading, Safer, Setting, Severity, Shape, Value, Wanted,
};
use jiff::Timestamp;
use std::cmp::Ordering;
use std::collections::BTreeMap;

const RETENTION: &str = "retention_in_days";
const DELETION_PROTECTION: &str = "deletion_protection_enabled";

/// The fact that says when the group was made.
const CREATED: &str = "created";
/// The fact that says of which class the group is.
const CLASS: &str = "class";

/// The days that CloudWatch Logs takes (CloudWatch Logs API, `PutRetentionPolicy`); 0 stands for ever.
const DAYS: [i64; 23] = [0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

static SPEC: KindSpec = KindSpec {
    name: "aws_cloudwatch_log_group",
    title: "log group",
    doc: "Retention and deletion protection of a log group of CloudWatch Logs that somebody else owns.",
    ownership: Ownership::Settings,
    service: "logs",
    arn_prefix: "log-group:",
    name_form: NameForm { min: 1, max: 512, also: &['.', '-', '_', '/', '#'], source: "CloudWatch Logs API CreateLogGroup" },
    inventory_actions: &["logs:DescribeLogGroups", "tag:GetResources"],
    holds: "log events",
    settings: &[
        Setting {
            path: RETENTION,
            shape: Shape::Whole { min: 0, max: 3_653, unit: "days" },
            aws_default: Fallback::Number(0),
            safer: Safer::By(longer),
            loses: Loss::ExistingRecoveryPoints,
            doc: "For how many days events are kept: 0 for ever, or one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 and 3653.",
            normalisation: "absent at AWS is 0: events are kept for ever. A group of the class DELIVERY has 2 days, which nobody can change",
            when_safer: "events are kept for longer; what is gone does not come back",
            when_weaker: "events older than that are deleted, within 72 hours, and cannot be brought back",
            source: "CloudWatch Logs API PutRetentionPolicy, DeleteRetentionPolicy; User Guide, Working with log groups and log streams",
            reads: &["logs:DescribeLogGroups"],
            writes: &["logs:PutRetentionPolicy", "logs:DeleteRetentionPolicy"],
            ..Setting::PLAIN
        },
        Setting {
            path: DELETION_PROTECTION,
            shape: Shape::Bool,
            aws_default: Fallback::Bool(false),
            safer: Safer::WhenTrue,
            doc: "Refuses every attempt to delete the group until it is turned off.",
            normalisation: "absent is off",
            when_safer: "nobody can delete the log group",
            when_weaker: "anybody with logs:DeleteLogGroup can delete the log group and all that is in it",
            source: "CloudWatch Logs API PutLogGroupDeletionProtection",
            reads: &["logs:DescribeLogGroups"],
            writes: &["logs:PutLogGroupDeletionProtection"],
            ..Setting::PLAIN
        },
    ],
    ..KindSpec::PLAIN
};

/// More days protect more, and 0, which is for ever, most.
fn longer(before: &Value, after: &Value) -> Option<Ordering> {
    let days = |value: &Value| {
        if value.is_nothing() { Some(i64::MAX) } else { value.as_i64().map(|days| if days == 0 { i64::MAX } else { days }) }
    };
    Some(days(after)?.cmp(&days(before)?))
}

/// The kind.
pub struct LogGroup;

impl Kind for LogGroup {
    fn spec(&self) -> &'static KindSpec {
        &SPEC
    }

    fn check(&self, wanted: &BTreeMap<String, Wanted>) -> Vec<Concern> {
        let found = wanted.get(RETENTION).and_then(|wanted| wanted.value.as_i64()).filter(|days| !DAYS.contains(days));
        let concern = found.map(|days| {
            // The next longer one keeps all that was asked for.
            let next = DAYS.into_iter().find(|one| *one > days).unwrap_or(0);
            Concern {
                code: Code::LogRetention,
                severity: Severity::Error,
                title: format!("CloudWatch Logs does not keep events for {days} days: it takes certain numbers of days only"),
                at: RETENTION.to_owned(),
                also: None,
                help: format!("write {next}, the next longer one; `backstay schema aws_cloudwatch_log_group` lists all of them"),
            }
        });
        concern.into_iter().collect()
    }

    fn consequence(&self, change: &Change, live: &Live, now: Timestamp) -> Option<String> {
        let days = change.after.as_i64().filter(|_| change.setting == RETENTION && change.effect.needs_consent())?;
        let kept_from = now.checked_sub(jiff::SignedDuration::from_hours(days.checked_mul(24)?)).ok()?;
        let created: Timestamp = live.fact(CREATED)?.parse().ok()?;
        let day = |at: Timestamp| at.strftime("%Y-%m-%d %H:%M UTC").to_string();
        Some(if created < kept_from {
            format!("events from before {} are deleted within 72 hours, and cannot be brought back", day(kept_from))
        } else {
            format!("no event goes today, as the log group was made on {}; later ones are kept for {days} days only", day(created))
        })
    }

    fn forbids(&self, changes: &[Change], live: &Live, _: &BTreeMap<String, Wanted>) -> Option<crate::model::Refusal> {
        let delivers =
            live.fact(CLASS) == Some("DELIVERY") && changes.iter().any(|change| change.setting == RETENTION && is_change(change));
        delivers.then(|| crate::model::Refusal {
            code: Code::LogRetention.to_string(),
            reason: "AWS keeps the events of a log group of the class DELIVERY for two days, and lets nobody change that".to_owned(),
            remedy: "leave it out with `except { names = [\"…\"] }`".to_owned(),
        })
    }

    #[cfg(feature = "aws")]
    fn calls(&self) -> super::Calls {
        super::Calls::Settings(&aws::GroupCalls)
    }
}

fn is_change(change: &Change) -> bool {
    !matches!(&change.before, Reading::Known(before) if *before == change.after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn for_ever_is_longer_than_any_number_of_days() {
        let than = |before: i64, after: i64| longer(&Value::from(before), &Value::from(after));
        assert_eq!(than(0, 3653), Some(Ordering::Less));
        assert_eq!(than(3653, 0), Some(Ordering::Greater));
        assert_eq!(than(30, 7), Some(Ordering::Less));
        assert_eq!(longer(&Value::Null, &Value::from(0)), Some(Ordering::Equal));
    }
}

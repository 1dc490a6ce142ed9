//! `backup_alarms`: the alarms and event rules that truly work for backups, and the topic that they tell.

use super::{Asked, Compound};
use crate::kinds::Concern;
use crate::model::{
    Code, CompoundSpec, Fallback, Form, Key, KindSpec, Mistake, NameForm, Ownership, Setting, Severity, Shape, Value, Wanted,
};
use std::collections::BTreeMap;

const BACKUP_EVENTS: &str = "AWS Backup developer guide, \"Monitoring AWS Backup events using Amazon EventBridge\"";
const BACKUP_METRICS: &str = "AWS Backup developer guide, \"AWS Backup metrics with Amazon CloudWatch\"";
const REPLICATION: &str = "S3 user guide, \"Monitoring replication with metrics, event notifications, and statuses\"";
const BILLING: &str = "CloudWatch user guide, \"Create a billing alarm to monitor your estimated AWS charges\"";
const SIZES: &str = "S3 user guide, \"Metrics and dimensions\"; CloudWatch user guide, \"Using CloudWatch anomaly detection\"";
const TOPIC: &str = "SNS API CreateTopic and Subscribe";
const HOURS_BACK: &str = "CloudWatch API PutMetricAlarm, EvaluationPeriods";

/// The region in which AWS publishes what an account is charged.
const BILLING_REGION: &str = "us-east-1";

const fn row(path: &'static str, shape: Shape, source: &'static str, doc: &'static str) -> Setting {
    Setting { path, shape, doc, source, ..Setting::PLAIN }
}

const fn needed(path: &'static str, shape: Shape, source: &'static str, doc: &'static str) -> Setting {
    Setting { required: true, ..row(path, shape, source, doc) }
}

const fn flag(path: &'static str, default: bool, source: &'static str, doc: &'static str) -> Setting {
    Setting { aws_default: Fallback::Bool(default), ..row(path, Shape::Bool, source, doc) }
}

const fn text(path: &'static str, shape: Shape, default: &'static str, source: &'static str, doc: &'static str) -> Setting {
    Setting { aws_default: Fallback::Text(default), ..row(path, shape, source, doc) }
}

const ANY: Shape = Shape::Text(Form::ANY);
const JOBS: Shape = Shape::OneOf(&["backup", "copy", "restore"]);
const LABELLED: Shape = Shape::Block(Key::Label);
const PREFIX: Shape = Shape::Text(Form { what: "the start of names", check: prefix });
const TOPIC_ARN: Shape = Shape::Text(Form { what: "the ARN of an SNS topic", check: topic });
const WITHIN: Shape = Shape::Text(Form { what: "a duration of 1h to 7d, in whole hours", check: |text| hours(text, 168, TOO_LONG_AGO) });
const LONGER: Shape = Shape::Text(Form { what: "a duration of 1h to 24h, in whole hours", check: |text| hours(text, 24, TOO_LONG) });

const TOO_LONG_AGO: &str = "CloudWatch looks back 7 days at most; for backups that come less often use the control BACKUP_LAST_RECOVERY_POINT_CREATED of an `aws_backup_framework`";
const TOO_LONG: &str = "with periods of under an hour CloudWatch looks back a day at most; for longer ones set `completion_window` in the backup plan, and jobs that take longer fail";

const ARGUMENTS: &[Setting] = &[
    row(
        "name_prefix",
        PREFIX,
        "EventBridge API PutRule",
        "What the names of all that it makes begin with; the workspace and the block's label where it is left out.",
    ),
    row(
        "topic",
        TOPIC_ARN,
        "CloudWatch API PutMetricAlarm; EventBridge API PutTargets",
        "The topic to tell, of the same region: `aws_sns_topic.ops.arn`. Its policy must let in cloudwatch.amazonaws.com and events.amazonaws.com. Where it is left out a topic is made, with such a policy.",
    ),
    row(
        "email",
        Shape::Texts { item: EMAIL, max: 100 },
        TOPIC,
        "Who is told by email, through a topic of its own. Each has to confirm it.",
    ),
    row("subscription", Shape::Block(Key::Arguments(&["protocol", "endpoint"])), TOPIC, "Who else is told, through a topic of its own."),
    needed("subscription.protocol", ANY, TOPIC, "How messages reach the endpoint: `https`, `sqs`, `lambda`, …."),
    needed("subscription.endpoint", ANY, TOPIC, "A URL, a phone number, or the ARN of a queue, function or stream."),
    row(
        "kms_master_key_id",
        ANY,
        "SNS developer guide, \"Securing Amazon SNS data with server-side encryption\"",
        "The key that encrypts messages of its own topic; its policy must let in cloudwatch.amazonaws.com and events.amazonaws.com.",
    ),
    flag("tell_ok", false, "CloudWatch API PutMetricAlarm", "Whether the end of an alarm is told too."),
    row("tags", Shape::TextMap { max: 40 }, "CloudWatch API TagResource", "Tags of all that it makes."),
    flag("backup_jobs", true, BACKUP_EVENTS, "Tells of backup jobs that failed, expired, were aborted or are partial."),
    flag("copy_jobs", true, BACKUP_EVENTS, "Tells of copy jobs that failed or are partial."),
    flag("restore_jobs", true, BACKUP_EVENTS, "Tells of restore jobs that failed or were aborted, those of restore tests among them."),
    flag(
        "with_issues",
        true,
        BACKUP_EVENTS,
        "Tells of backup jobs that completed with issues: that is a completed job with a message, and no metric has it.",
    ),
    flag("recovery_points", true, BACKUP_EVENTS, "Tells of recovery points that are partial, stopped, or expired without being deleted."),
    flag(
        "empty_backups",
        false,
        BACKUP_EVENTS,
        "Tells of backup jobs that completed with a size of 0. Some services always say 0, so it is off.",
    ),
    flag(
        "pitr_off",
        true,
        "EventBridge user guide, \"AWS service events delivered via AWS CloudTrail\"; DynamoDB developer guide, \"Logging DynamoDB operations by using AWS CloudTrail\"",
        "Tells of DynamoDB tables whose point-in-time recovery somebody switches off. It needs a CloudTrail trail that logs management events of the region.",
    ),
    row(
        "absence",
        LABELLED,
        BACKUP_METRICS,
        "Tells when no job into a vault completes for some time, whatever the reason: one block for each vault and type.",
    ),
    needed("absence.vault_name", ANY, BACKUP_METRICS, "The vault; that of a copy is the destination's, in whose region this then is."),
    Setting {
        normalisation: "as hours",
        ..needed(
            "absence.within",
            WITHIN,
            HOURS_BACK,
            "How long there may be none: the schedule's period, with its start window and the time that a job takes: `26h` for daily backups. It fires up to a few hours later than that.",
        )
    },
    text("absence.jobs", JOBS, "backup", BACKUP_METRICS, "Which jobs."),
    row(
        "absence.resource_type",
        ANY,
        BACKUP_METRICS,
        "Only jobs of this type of resource: `RDS`, `DynamoDB`, …; all where it is left out.",
    ),
    row(
        "duration",
        LABELLED,
        BACKUP_METRICS,
        "Tells when jobs of a vault have been running for longer than a limit. AWS publishes how many run, not how long: several jobs after each other without a break are told too.",
    ),
    needed("duration.vault_name", ANY, BACKUP_METRICS, "The vault; that of a copy is the destination's."),
    Setting {
        normalisation: "as hours",
        ..needed("duration.longer_than", LONGER, HOURS_BACK, "The limit: `8h`. What runs for a quarter of an hour less may be told.")
    },
    text("duration.jobs", JOBS, "backup", BACKUP_METRICS, "Which jobs."),
    row("duration.resource_type", ANY, BACKUP_METRICS, "Only jobs of this type of resource."),
    row(
        "size_anomaly",
        LABELLED,
        SIZES,
        "Tells when the size of a bucket, of exports or of copies, leaves the band of what was usual. AWS publishes no size of recovery points.",
    ),
    needed("size_anomaly.bucket", ANY, SIZES, "The bucket's name."),
    text("size_anomaly.storage_type", ANY, "StandardStorage", SIZES, "The storage class as the metric names it: `StandardIAStorage`, …."),
    Setting {
        aws_default: Fallback::Number(2),
        ..row(
            "size_anomaly.band",
            Shape::Whole { min: 1, max: 10, unit: "standard deviations" },
            SIZES,
            "How wide the band is. It takes two weeks to learn what is usual.",
        )
    },
    row(
        "replication_latency",
        LABELLED,
        REPLICATION,
        "Tells when S3 replication falls behind. Only rules with metrics or replication time control publish it, and in the region of the destination bucket: there this must be.",
    ),
    needed("replication_latency.source_bucket", ANY, REPLICATION, "The bucket that is replicated."),
    needed("replication_latency.destination_bucket", ANY, REPLICATION, "Where to."),
    needed(
        "replication_latency.rule_id",
        ANY,
        REPLICATION,
        "The id of the replication rule; `backstay:WORKSPACE:NAME` where a block declares it.",
    ),
    Setting {
        aws_default: Fallback::Number(900),
        ..row(
            "replication_latency.seconds",
            Shape::Whole { min: 1, max: 604_800, unit: "seconds" },
            REPLICATION,
            "How far behind it may be, three times five minutes long.",
        )
    },
    row(
        "replication_failures",
        LABELLED,
        REPLICATION,
        "Tells when S3 could not replicate objects. Only rules with metrics publish it, and in the region of the source bucket: there this must be.",
    ),
    needed("replication_failures.source_bucket", ANY, REPLICATION, "The bucket that is replicated."),
    needed("replication_failures.destination_bucket", ANY, REPLICATION, "Where to."),
    needed(
        "replication_failures.rule_id",
        ANY,
        REPLICATION,
        "The id of the replication rule; `backstay:WORKSPACE:NAME` where a block declares it.",
    ),
    row(
        "cost",
        LABELLED,
        BILLING,
        "Tells when the month's charges are over an amount. AWS publishes them in us-east-1 only, there this must be, and only with billing alerts turned on in the account.",
    ),
    needed("cost.amount", Shape::Amount, BILLING, "The amount."),
    row(
        "cost.service",
        ANY,
        BILLING,
        "Only what this service charges, as the metric's `ServiceName` has it: `AWSBackup`; all where it is left out.",
    ),
    text("cost.currency", ANY, "USD", BILLING, "The currency of the account's charges."),
];

const EMAIL: Form = Form { what: "an email address", check: email };

pub(super) static COMPOUND: Compound = Compound::new(
    CompoundSpec {
        table: KindSpec {
            name: "backup_alarms",
            title: "set of alarms for backups",
            doc: "The alarms and event rules that truly work for backups, and the topic that they tell.",
            ownership: Ownership::Whole,
            name_form: NameForm { min: 1, max: 64, also: &['-', '_', '.'], source: "EventBridge API PutRule" },
            settings: ARGUMENTS,
            ..KindSpec::PLAIN
        },
        outputs: &[("topic_arn", "the ARN of the topic that is told, its own or the one that it was given")],
        notes: &[
            "Event rules tell of all jobs of the account in the target's region. AWS Backup sends its events as best it can, about every 5 minutes.",
            "No plain alarm can tell how long one job took, or how large one recovery point is: AWS publishes neither as a metric, and sizes in events are texts, which rules cannot compare. `completion_window` of a backup plan makes jobs that take too long fail, which is told.",
            "A CloudTrail event that no trail logs is never sent: `pitr_off` tells nothing in a region without a trail.",
        ],
    },
    include_str!("body.hcl"),
    check,
    None,
);

fn prefix(text: &str) -> Result<String, Mistake> {
    let fits = text.starts_with(|first: char| first.is_ascii_alphanumeric())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c))
        && text.len() <= 40;
    if fits {
        return Ok(text.to_owned());
    }
    Err(Mistake::new(format!("must be 1 to 40 letters, digits, `-` and `_`, found \"{text}\""))
        .help("names of rules have 64 characters at most"))
}

fn topic(text: &str) -> Result<String, Mistake> {
    match text.splitn(6, ':').collect::<Vec<_>>().as_slice() {
        ["arn", _, "sns", region, _, name] if !region.is_empty() && !name.is_empty() => Ok(text.to_owned()),
        _ => Err(Mistake::new(format!("must be the ARN of an SNS topic, found \"{text}\""))
            .help("write `topic = aws_sns_topic.NAME.arn`, or leave it out and give `email`")),
    }
}

fn email(text: &str) -> Result<String, Mistake> {
    match text.split_once('@') {
        Some((who, place)) if !who.is_empty() && place.contains('.') && !text.contains(char::is_whitespace) => Ok(text.to_owned()),
        _ => Err(Mistake::new(format!("must be email addresses, found \"{text}\""))
            .help("other ways to be told are `subscription { protocol = \"…\" endpoint = \"…\" }`")),
    }
}

/// Takes `26h` and `7d`, as hours.
fn hours(text: &str, most: u32, why: &str) -> Result<String, Mistake> {
    let number = |unit: char| text.strip_suffix(unit).and_then(|number| number.parse::<u32>().ok());
    let hours = number('h').or_else(|| number('d').map(|days| days.saturating_mul(24)));
    match hours {
        Some(hours) if (1..=most).contains(&hours) => Ok(format!("{hours}h")),
        Some(hours) if hours > most => Err(Mistake::new(format!("must be at most {most}h, found \"{text}\"")).help(why)),
        _ => Err(Mistake::new(format!("must be whole hours or days, at least 1h, found \"{text}\"")).help("write \"26h\", or \"2d\"")),
    }
}

fn concern(code: Code, at: &str, title: impl Into<String>, help: impl Into<String>) -> Concern {
    Concern { code, severity: Severity::Error, title: title.into(), at: at.to_owned(), also: None, help: help.into() }
}

fn check(asked: &Asked<'_>) -> Vec<Concern> {
    let mut concerns = told(asked.wanted);
    let Some(region) = asked.region else { return concerns };
    let topic = asked.wanted.get("topic").and_then(|wanted| wanted.value.as_str());
    if let Some(other) = topic.and_then(|arn| arn.split(':').nth(3)).filter(|other| *other != region) {
        let title = format!("the topic is in {other}, and alarms and rules in {region} can only tell one there");
        concerns.push(concern(Code::OtherRegion, "topic", title, "write one block for each region, each with a topic of that region"));
    }
    let first_cost = asked.wanted.keys().find(|at| at.starts_with("cost[") && at.ends_with(']'));
    if let Some(at) = first_cost.filter(|_| region != BILLING_REGION) {
        let title = format!("AWS publishes charges in {BILLING_REGION} only, and this target is in {region}: the alarm would never fire");
        let help = format!("move it into a `backup_alarms` block whose `target` is in {BILLING_REGION}");
        concerns.push(concern(Code::OtherRegion, at, title, help));
    }
    concerns
}

/// Somebody must be told, through one topic.
fn told(wanted: &BTreeMap<String, Wanted>) -> Vec<Concern> {
    let own = ["email", "kms_master_key_id"].into_iter().find(|at| wanted.contains_key(*at));
    let own = own.or_else(|| wanted.keys().map(String::as_str).find(|at| at.starts_with("subscription[")));
    let is_empty = |at: &str| wanted.get(at).is_some_and(|wanted| wanted.value.as_items().is_some_and(<[Value]>::is_empty));
    match (wanted.contains_key("topic"), own) {
        (true, Some(at)) => {
            let name = at.split('[').next().unwrap_or(at);
            let title = format!("`{name}` is of a topic of its own, and `topic` names another");
            let mut concern = concern(Code::Conflict, at, title, "remove one of the two; who is told by another topic is said there");
            concern.also = Some(("topic".to_owned(), "the other topic".to_owned()));
            vec![concern]
        }
        (false, None | Some("kms_master_key_id")) => vec![nobody("topic")],
        (false, Some("email")) if is_empty("email") => vec![nobody("email")],
        _ => Vec::new(),
    }
}

fn nobody(at: &str) -> Concern {
    concern(Code::Missing, at, "it tells nobody", "add `email = [\"…\"]`, a `subscription` block, or `topic = aws_sns_topic.NAME.arn`")
}

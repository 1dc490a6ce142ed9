//! `dynamodb_export`: scheduled exports of a DynamoDB table to S3, each kept for its days.

mod twice;

use super::elsewhere::Elsewhere;
use super::{Asked, Compound};
use crate::kinds::{Concern, roles};
use crate::model::{Code, CompoundSpec, Fallback, Form, Key, KindSpec, Mistake, NameForm, Ownership, Setting, Severity, Shape, path};

const EXPORT: &str = "DynamoDB API ExportTableToPointInTime";
const SCHEDULE: &str = "Scheduler API CreateSchedule; Scheduler User Guide, Using universal targets";
const LIFECYCLE: &str = "S3 API PutBucketLifecycleConfiguration";

const fn row(path: &'static str, shape: Shape, source: &'static str, doc: &'static str) -> Setting {
    Setting { path, shape, doc, source, ..Setting::PLAIN }
}

const fn needed(path: &'static str, shape: Shape, source: &'static str, doc: &'static str) -> Setting {
    Setting { required: true, ..row(path, shape, source, doc) }
}

const ANY: Shape = Shape::Text(Form::ANY);
const TABLE: Shape = Shape::Text(Form { what: "the name of a table", check: |text| literal(text, "table") });
const BUCKET: Shape = Shape::Text(Form { what: "the name of a bucket", check: |text| literal(text, "bucket") });
const ROLE: Shape = Shape::Text(roles::ROLE);
const TYPE: Shape = Shape::Text(Form { what: "\"FULL_EXPORT\"", check: export_type });

const ARGUMENTS: &[Setting] = &[
    needed(
        "table",
        TABLE,
        EXPORT,
        "The table's name. AWS exports only what point-in-time recovery keeps, so it is turned on; a block that turns it off is a conflict.",
    ),
    needed("bucket", BUCKET, EXPORT, "The bucket's name, of the target's account. It must be there."),
    row(
        "bucket_region",
        ANY,
        EXPORT,
        "The bucket's region, where it is another than the table's: AWS exports there all the same. The policy must have a target of that region, of the same account, in which the lifecycle rules are set.",
    ),
    needed(
        "role_arn",
        ROLE,
        "DynamoDB developer guide, \"Requesting a table export in DynamoDB\"",
        "The role that asks for the export. It must trust scheduler.amazonaws.com, and be allowed dynamodb:ExportTableToPointInTime on the table, and s3:PutObject, s3:PutObjectAcl and s3:AbortMultipartUpload on the bucket's objects.",
    ),
    row(
        "prefix",
        ANY,
        EXPORT,
        "What the keys of exports begin with, before the table's name, the block's label and the schedule's; `exports` where it is left out.",
    ),
    Setting {
        aws_default: Fallback::Text("DYNAMODB_JSON"),
        ..row("format", Shape::OneOf(&["DYNAMODB_JSON", "ION"]), EXPORT, "The format of the data.")
    },
    row(
        "kms_key_id",
        ANY,
        EXPORT,
        "The KMS key that encrypts exports; the bucket's own encryption where it is left out. The role must be allowed to use it.",
    ),
    row(
        "dead_letter_arn",
        ANY,
        SCHEDULE,
        "The SQS queue for exports that could not be asked for. Nothing else tells: there is no metric of exports.",
    ),
    Setting {
        aws_default: Fallback::Number(7),
        ..row(
            "noncurrent_days",
            Shape::Days { min: 1, max: 36_500 },
            LIFECYCLE,
            "For how many days more a versioned bucket keeps exports that are over.",
        )
    },
    row(
        "name_prefix",
        ANY,
        "Scheduler API CreateScheduleGroup",
        "The name of the group of schedules; the workspace and the block's label where it is left out.",
    ),
    row("tags", Shape::TextMap { max: 40 }, "Scheduler API TagResource", "Tags of the group of schedules."),
    needed(
        "schedule",
        Shape::Block(Key::Label),
        SCHEDULE,
        "When the table is exported, and for how long that is kept: one block for each rhythm.",
    ),
    needed("schedule.expression", ANY, SCHEDULE, "The times: `cron(0 3 ? * SUN *)`, `rate(7 days)`."),
    needed(
        "schedule.retain_days",
        Shape::Days { min: 1, max: 36_500 },
        LIFECYCLE,
        "For how many days an export is kept: 90, or 2555 for 7 years of 365 days. Then a lifecycle rule of the bucket deletes it.",
    ),
    Setting {
        aws_default: Fallback::Text("UTC"),
        ..row("schedule.timezone", ANY, SCHEDULE, "The time zone of the times, by its IANA name.")
    },
    Setting {
        aws_default: Fallback::Number(0),
        ..row(
            "schedule.window_minutes",
            Shape::Whole { min: 0, max: 1_440, unit: "minutes" },
            SCHEDULE,
            "How long the window is, from each time on, in which the export is asked for; 0 is at the time.",
        )
    },
    Setting {
        aws_default: Fallback::Text("FULL_EXPORT"),
        ..row("schedule.export_type", TYPE, EXPORT, "What is exported: the whole table. Scheduler cannot ask for incremental exports.")
    },
];

pub(super) static COMPOUND: Compound = Compound::new(
    CompoundSpec {
        table: KindSpec {
            name: "dynamodb_export",
            title: "scheduled exports of a DynamoDB table",
            doc: "Exports of a table to S3 at certain times, each kept for its days.",
            ownership: Ownership::Whole,
            name_form: NameForm { min: 1, max: 64, also: &['-', '_', '.'], source: "Scheduler API CreateScheduleGroup" },
            settings: ARGUMENTS,
            ..KindSpec::PLAIN
        },
        outputs: &[],
        notes: &[
            "It turns point-in-time recovery of the table on, sets one lifecycle rule of the bucket for each schedule beside the rules of others, and makes a schedule of EventBridge Scheduler for each, in a group of its own.",
            "Exports are full ones. An incremental export needs the beginning and the end of its window, and Scheduler knows only the time of the call, with which it cannot reckon: call a Lambda function or a state machine by `aws_scheduler_schedule` for that.",
            "A lifecycle rule reaches what lies under its prefix already, so that the first apply needs consent for the bucket, by its address or a waiver.",
            "A schedule that is taken out takes its lifecycle rule with it: what it exported is kept for ever then. Where the whole block goes and no other block selects the bucket, nobody looks at it any more: the rules stay, and go on deleting.",
        ],
    },
    include_str!("body.hcl"),
    check,
    Some(Elsewhere { argument: "bucket_region", label: "bucket" }),
);

fn literal(text: &str, what: &str) -> Result<String, Mistake> {
    if text.contains(['*', '?', ':', '/']) || text.is_empty() {
        return Err(
            Mistake::new(format!("must be the name of one {what}, found \"{text}\"")).help("write one block for each, with `for_each`")
        );
    }
    Ok(text.to_owned())
}

fn export_type(text: &str) -> Result<String, Mistake> {
    match text {
        "FULL_EXPORT" => Ok(text.to_owned()),
        "INCREMENTAL_EXPORT" => Err(Mistake::new(
            "cannot be \"INCREMENTAL_EXPORT\": its window has a beginning and an end, and EventBridge Scheduler only knows the time of the call",
        )
        .help("let an `aws_scheduler_schedule` call a Lambda function or a state machine that asks for the window of up to 24 hours")),
        _ => Err(Mistake::new(format!("must be \"FULL_EXPORT\", found \"{text}\""))),
    }
}

/// There is a schedule, and no two that meet, which would export the same twice.
fn check(asked: &Asked<'_>) -> Vec<Concern> {
    let mut concerns = Vec::new();
    if !asked.wanted.keys().any(|at| path::generic(at) == "schedule") {
        concerns.push(Concern {
            code: Code::Missing,
            severity: Severity::Error,
            title: "it exports never".to_owned(),
            at: "table".to_owned(),
            also: None,
            help: "add `schedule \"weekly\" { expression = \"cron(0 3 ? * SUN *)\" retain_days = 90 }`".to_owned(),
        });
    }
    concerns.extend(twice::check(asked));
    concerns
}

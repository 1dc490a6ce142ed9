//! `aws_cloudwatch_metric_alarm`: who is told when a metric crosses a threshold.
//!
//! CloudWatch takes alarms that can never fire. What can be known of that beforehand is in `rules`, from the metrics that AWS publishes.

#[cfg(feature = "aws")]
mod aws;
mod expression;
mod forms;
pub mod published;
mod rules;
mod sensitivity;
mod subjects;
mod tells;
#[cfg(test)]
mod tests;
mod watch;

use super::alarms::{self, Rows};
use super::{Circumstances, Concern, Kind, Need, Place, Teller};
use crate::model::{
    ACCOUNT, ArnForm, Change, Effect, Existence, Fallback, Form, Key, KindSpec, Live, Loss, Ownership, Setting, Shape, Wanted,
};
use std::collections::BTreeMap;

const ROWS: Rows = Rows {
    put: "CloudWatch API PutMetricAlarm",
    writes: &["cloudwatch:PutMetricAlarm"],
    makes: &["cloudwatch:PutMetricAlarm", "cloudwatch:DeleteAlarms", "iam:CreateServiceLinkedRole"],
};

/// The most that a period, and periods together, can be: seven days, in seconds.
const WEEK: i64 = 604_800;
/// The most that periods shorter than an hour can be together: a day, in seconds.
const DAY: i64 = 86_400;
const HOUR: i64 = 3_600;

const STATISTICS: &[&str] = &["SampleCount", "Average", "Sum", "Minimum", "Maximum"];
/// Operators that compare with a number.
const OPERATORS: [&str; 4] = ["GreaterThanOrEqualToThreshold", "GreaterThanThreshold", "LessThanThreshold", "LessThanOrEqualToThreshold"];
/// Operators that compare with an anomaly detection band.
const BAND_OPERATORS: [&str; 3] = ["LessThanLowerOrGreaterThanUpperThreshold", "LessThanLowerThreshold", "GreaterThanUpperThreshold"];
const ALL_OPERATORS: &[&str] =
    &[OPERATORS[0], OPERATORS[1], OPERATORS[2], OPERATORS[3], BAND_OPERATORS[0], BAND_OPERATORS[1], BAND_OPERATORS[2]];

/// A row of this table.
const fn row(path: &'static str, shape: Shape, doc: &'static str) -> Setting {
    ROWS.row(path, shape, doc)
}

const PERIOD: Shape = Shape::Whole { min: 1, max: WEEK, unit: "seconds" };
const DIMENSIONS: Shape = Shape::TextMap { max: 30 };

static SPEC: KindSpec = KindSpec {
    name: "aws_cloudwatch_metric_alarm",
    title: "CloudWatch alarm",
    doc: "A metric alarm: it watches one metric, or an expression over several, and tells its actions when its state changes.",
    ownership: Ownership::Whole,
    service: "cloudwatch",
    arn_form: ArnForm::Regional,
    arn_prefix: alarms::ARN_PREFIX,
    name_argument: alarms::NAME,
    name_form: ROWS.name_form(),
    existence: Some(Existence {
        loses: Loss::Later,
        when_made: "whoever its actions reach is told from now on; its state is INSUFFICIENT_DATA until the first evaluation",
        when_removed: "nobody is told any more of what it watched",
    }),
    settings: &[
        ROWS.name("Its name, unique in its account and region, among composite alarms too."),
        ROWS.description(),
        ROWS.actions_enabled(),
        ROWS.alarm_actions(),
        ROWS.ok_actions(),
        ROWS.insufficient_data_actions("Who is told when there is too little data to say: a metric that has ended, or never began."),
        Setting {
            required: true,
            ..row(
                "comparison_operator",
                Shape::OneOf(ALL_OPERATORS),
                "How values are compared with the threshold; the last three with an anomaly detection band.",
            )
        },
        Setting {
            required: true,
            ..row(
                "evaluation_periods",
                Shape::Whole { min: 1, max: DAY, unit: "periods" },
                "Over how many of the latest periods values are compared; times `period` at most 7 days, or 1 day where the period is shorter than an hour.",
            )
        },
        Setting {
            normalisation: "none means as many as `evaluation_periods`",
            ..row(
                "datapoints_to_alarm",
                Shape::Whole { min: 1, max: DAY, unit: "periods" },
                "In how many of those periods the threshold must be crossed.",
            )
        },
        Setting {
            normalisation: "a number: 1 and 1.0 are the same",
            ..row("threshold", Shape::Decimal, "What values are compared with; not with an anomaly detection band.")
        },
        row(
            "threshold_metric_id",
            Shape::Text(forms::ID),
            "The `id` of the `metric_query` whose expression is the anomaly detection band.",
        ),
        Setting {
            aws_default: Fallback::Text("missing"),
            normalisation: "absent is `missing`",
            source: "CloudWatch API PutMetricAlarm; User Guide, Configuring how CloudWatch alarms treat missing data",
            ..row(
                "treat_missing_data",
                Shape::OneOf(&["breaching", "notBreaching", "ignore", "missing"]),
                "What a period without values counts as. AWS Backup publishes no zeros: `breaching` where none is too few, `notBreaching` where any is too many.",
            )
        },
        Setting {
            aws_default: Fallback::Text("evaluate"),
            normalisation: "absent is `evaluate`",
            ..row(
                "evaluate_low_sample_count_percentiles",
                Shape::OneOf(&["evaluate", "ignore"]),
                "What a percentile of few values counts as.",
            )
        },
        row("metric_name", Shape::Text(forms::METRIC_NAME), "The one metric that it watches."),
        row("namespace", Shape::Text(forms::NAMESPACE), "The metric's namespace: `AWS/Backup`."),
        row("period", PERIOD, "How many seconds each value covers: 10, 20, 30, or a multiple of 60."),
        row("statistic", Shape::OneOf(STATISTICS), "What is worked out of a period's values."),
        row("extended_statistic", Shape::Text(forms::EXTENDED), "The same, where it is a percentile or another trimmed statistic: `p99`."),
        Setting {
            normalisation: "by name; none and an empty map are the same",
            ..row(
                "dimensions",
                DIMENSIONS,
                "The metric's dimensions, all of them: CloudWatch adds nothing up over dimensions that are left out.",
            )
        },
        row("unit", Shape::OneOf(forms::UNITS), "Only values that were published with this unit; leave it out to take all."),
        row(
            "metric_query",
            Shape::Block(Key::Argument("id")),
            "A metric or an expression by the name `id`; exactly one of them returns data.",
        ),
        row("metric_query.expression", Shape::Text(forms::EXPRESSION), "Metric math over the other ids, or a Metrics Insights query."),
        row("metric_query.label", Shape::Text(Form::ANY), "What to call it."),
        row("metric_query.period", PERIOD, "How many seconds each value of an expression covers, where no metric says it."),
        Setting {
            aws_default: Fallback::Bool(false),
            normalisation: "absent is false, as backstay always sends it",
            ..row("metric_query.return_data", Shape::Bool, "Whether this is what the alarm watches.")
        },
        row("metric_query.account_id", Shape::Text(ACCOUNT), "The account that the metric is in, for an alarm of a monitoring account."),
        row("metric_query.metric.metric_name", Shape::Text(forms::METRIC_NAME), "The metric."),
        row("metric_query.metric.namespace", Shape::Text(forms::NAMESPACE), "Its namespace."),
        row("metric_query.metric.period", PERIOD, "How many seconds each value covers."),
        row("metric_query.metric.stat", Shape::Text(forms::STAT), "What is worked out of a period's values."),
        row("metric_query.metric.unit", Shape::OneOf(forms::UNITS), "Only values that were published with this unit."),
        Setting {
            normalisation: "by name; none and an empty map are the same",
            ..row("metric_query.metric.dimensions", DIMENSIONS, "The metric's dimensions, all of them.")
        },
        alarms::TAGS,
    ],
    inventory_actions: alarms::INVENTORY,
    ..KindSpec::PLAIN
};

/// The kind.
pub struct MetricAlarm;

impl Kind for MetricAlarm {
    fn spec(&self) -> &'static KindSpec {
        &SPEC
    }

    fn effect(&self, change: &Change, live: &Live, wanted: &BTreeMap<String, Wanted>) -> Option<Effect> {
        sensitivity::effect(change, live, wanted).or_else(|| watch::effect(change, live, wanted))
    }

    fn consequence_among(&self, change: &Change, live: &Live, wanted: &BTreeMap<String, Wanted>, _: jiff::Timestamp) -> Option<String> {
        sensitivity::consequence(change, live, wanted).or_else(|| watch::consequence(change, live))
    }

    fn check(&self, wanted: &BTreeMap<String, Wanted>) -> Vec<Concern> {
        rules::check(wanted)
    }

    fn check_circumstances(&self, wanted: &BTreeMap<String, Wanted>, circumstances: Circumstances<'_>) -> Vec<Concern> {
        circumstances.region.map(|region| alarms::elsewhere(wanted, region)).unwrap_or_default()
    }

    fn needs(&self, wanted: &BTreeMap<String, Wanted>, place: Place<'_>) -> Vec<Need> {
        let mut needs = alarms::needs(wanted, place);
        needs.extend(subjects::needs(wanted, place));
        needs
    }

    fn teller(&self) -> Option<&'static dyn Teller> {
        Some(&tells::Alarms)
    }

    #[cfg(feature = "aws")]
    fn calls(&self) -> super::Calls {
        super::Calls::Whole(&aws::AlarmCalls)
    }
}

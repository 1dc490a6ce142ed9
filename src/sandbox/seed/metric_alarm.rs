//! `aws_cloudwatch_metric_alarm` and `aws_cloudwatch_composite_alarm` in a seed: the provider's attributes, and the alarm's age.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::Plant;
use super::fields::Fields;
use crate::sandbox::DEFAULT_ACCOUNT;
use crate::sandbox::services::cloudwatch::{Alarm, AlarmState, alarm_arn, define, define_composite};
use crate::sandbox::services::dynamodb::days_before;
use crate::sandbox::services::{AwsError, account, input::Input};
use crate::sandbox::state::State;

/// How old a seeded alarm is when the seed does not say.
const DEFAULT_AGE_DAYS: i64 = 60;

#[derive(Debug)]
struct SeededAlarm {
    name: String,
    account: String,
    region: String,
    definition: Map<String, Value>,
    actions_enabled: bool,
    tags: Option<BTreeMap<String, String>>,
    age_days: i64,
}

/// Attributes that are texts, and the members that they become.
const TEXTS: &[(&str, &str)] = &[
    ("comparison_operator", "ComparisonOperator"),
    ("metric_name", "MetricName"),
    ("namespace", "Namespace"),
    ("statistic", "Statistic"),
    ("extended_statistic", "ExtendedStatistic"),
    ("unit", "Unit"),
    ("treat_missing_data", "TreatMissingData"),
    ("evaluate_low_sample_count_percentiles", "EvaluateLowSampleCountPercentile"),
    ("threshold_metric_id", "ThresholdMetricId"),
];
const NUMBERS: &[(&str, &str)] =
    &[("evaluation_periods", "EvaluationPeriods"), ("datapoints_to_alarm", "DatapointsToAlarm"), ("period", "Period")];
const LISTS: &[(&str, &str)] =
    &[("alarm_actions", "AlarmActions"), ("ok_actions", "OKActions"), ("insufficient_data_actions", "InsufficientDataActions")];

/// Reads the block of a metric alarm; what AWS would refuse of it is a problem.
pub(super) fn decode(fields: &mut Fields<'_>) -> Box<dyn Plant> {
    let mut input = Map::new();
    for (attribute, member) in TEXTS {
        input.extend(fields.text(attribute).map(|text| ((*member).to_owned(), json!(text))));
    }
    for (attribute, member) in NUMBERS {
        input.extend(fields.number(attribute, 1..=i64::from(i32::MAX)).map(|number| ((*member).to_owned(), json!(number))));
    }
    input.extend(fields.decimal("threshold").map(|threshold| ("Threshold".to_owned(), json!(threshold))));
    input.extend(fields.map("dimensions").map(|dimensions| ("Dimensions".to_owned(), members(dimensions))));
    let queries = fields.blocks("metric_query", query);
    if !queries.is_empty() {
        input.insert("Metrics".to_owned(), Value::Array(queries));
    }
    alarm(fields, input, define)
}

/// Reads the block of a composite alarm. That the alarms which it is about are there nobody looks at, as the order of a seed means nothing.
pub(super) fn decode_composite(fields: &mut Fields<'_>) -> Box<dyn Plant> {
    let mut input = Map::from_iter([("AlarmRule".to_owned(), json!(fields.required_text("alarm_rule")))]);
    let suppressor = fields.block("actions_suppressor", |fields| {
        let mut periods = |name: &'static str| fields.number(name, 0..=i64::from(i32::MAX));
        let (wait, extension) = (periods("wait_period"), periods("extension_period"));
        json!({
            "ActionsSuppressor": fields.required_text("alarm"),
            "ActionsSuppressorWaitPeriod": wait,
            "ActionsSuppressorExtensionPeriod": extension,
        })
    });
    if let Some(Value::Object(suppressor)) = suppressor {
        input.extend(suppressor);
    }
    alarm(fields, input, define_composite)
}

/// Checks a request, of a region, and makes of it what CloudWatch tells.
type Define = fn(Input<'_>, &str) -> Result<Map<String, Value>, AwsError>;

/// What every alarm has, and its definition by what CloudWatch makes of the whole.
fn alarm(fields: &mut Fields<'_>, mut input: Map<String, Value>, define: Define) -> Box<dyn Plant> {
    let name = fields.required_text("alarm_name");
    let region = fields.text("region").unwrap_or_else(|| "us-east-1".to_owned());
    input.extend(fields.text("alarm_description").map(|text| ("AlarmDescription".to_owned(), json!(text))));
    for (attribute, member) in LISTS {
        input.extend(fields.texts(attribute).map(|list| ((*member).to_owned(), json!(list))));
    }
    let definition = define(Input(&Value::Object(input)), &region).unwrap_or_else(|error| {
        fields.complain("alarm_name", &format!("AWS refuses the alarm `{name}`: {}", error.message));
        Map::new()
    });
    Box::new(SeededAlarm {
        name,
        account: fields.text("account_id").unwrap_or_else(|| DEFAULT_ACCOUNT.to_owned()),
        region,
        definition,
        actions_enabled: fields.flag("actions_enabled").unwrap_or(true),
        tags: fields.map("tags").map(BTreeMap::from_iter),
        age_days: fields.number("created_days_ago", 0..=36_500).unwrap_or(DEFAULT_AGE_DAYS),
    })
}

fn members(dimensions: Vec<(String, String)>) -> Value {
    dimensions.into_iter().map(|(name, value)| json!({ "Name": name, "Value": value })).collect()
}

fn query(fields: &mut Fields<'_>) -> Value {
    let mut query = Map::from_iter([
        ("Id".to_owned(), json!(fields.required_text("id"))),
        // The provider's default differs from the API's.
        ("ReturnData".to_owned(), json!(fields.flag("return_data").unwrap_or(false))),
    ]);
    for (attribute, member) in [("expression", "Expression"), ("label", "Label"), ("account_id", "AccountId")] {
        query.extend(fields.text(attribute).map(|text| (member.to_owned(), json!(text))));
    }
    query.extend(fields.number("period", 1..=i64::from(i32::MAX)).map(|period| ("Period".to_owned(), json!(period))));
    query.extend(fields.block("metric", metric).map(|stat| ("MetricStat".to_owned(), stat)));
    Value::Object(query)
}

fn metric(fields: &mut Fields<'_>) -> Value {
    let metric = json!({
        "MetricName": fields.required_text("metric_name"),
        "Namespace": fields.text("namespace"),
        "Dimensions": members(fields.map("dimensions").unwrap_or_default()),
    });
    json!({
        "Metric": metric,
        "Period": fields.number("period", 1..=i64::from(i32::MAX)),
        "Stat": fields.required_text("stat"),
        "Unit": fields.text("unit"),
    })
}

impl Plant for SeededAlarm {
    fn identity(&self) -> String {
        alarm_arn(&self.account, &self.region, &self.name)
    }

    fn plant(&self, state: &mut State, now: Timestamp) -> bool {
        if account::is_opt_in(&self.region) {
            state.enable_region(&self.account, &self.region);
        }
        let since = days_before(now, self.age_days);
        let alarm = Alarm {
            name: self.name.clone(),
            arn: self.identity(),
            definition: self.definition.clone(),
            actions_enabled: self.actions_enabled,
            configured_at: since,
            state: AlarmState::unchecked(since),
            tags: self.tags.clone(),
            history: Vec::new(),
        };
        state.region_mut(&self.account, &self.region).cloudwatch.alarms.insert(alarm).is_some()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::sandbox::Seed;
    use crate::sandbox::testing::{World, seconds};

    #[test]
    fn a_seeded_alarm_is_there_with_its_age_and_the_state_that_its_missing_data_means() {
        let world = World::seeded(
            r#"
            resource "aws_cloudwatch_metric_alarm" "missing" {
              alarm_name          = "no-backups"
              namespace           = "AWS/Backup"
              metric_name         = "NumberOfBackupJobsCompleted"
              dimensions          = { BackupVaultName = "daily" }
              statistic           = "Sum"
              period              = 86400
              evaluation_periods  = 1
              threshold           = 1
              comparison_operator = "LessThanThreshold"
              treat_missing_data  = "breaching"
              alarm_actions       = ["arn:aws:sns:eu-west-1:123456789012:alerts"]
              tags                = { env = "production" }
              region              = "eu-west-1"
              created_days_ago    = 10
            }
            "#,
        );
        let there = world.in_region("eu-west-1");
        let alarm = there.cloudwatch("DescribeAlarms", json!({}))["MetricAlarms"][0].clone();
        assert_eq!((&alarm["AlarmName"], &alarm["Threshold"]), (&json!("no-backups"), &json!(1.0)));
        assert_eq!(alarm["Dimensions"], json!([{"Name": "BackupVaultName", "Value": "daily"}]));
        assert_eq!(alarm["AlarmConfigurationUpdatedTimestamp"], json!(seconds("2026-11-11T00:00:00Z")));
        assert_eq!(alarm["StateValue"], "ALARM");
        let tags = there.cloudwatch("ListTagsForResource", json!({"ResourceARN": alarm["AlarmArn"]}));
        assert_eq!(tags["Tags"], json!([{"Key": "env", "Value": "production"}]));
    }

    #[test]
    fn an_alarm_on_queries_can_be_seeded() {
        let world = World::seeded(
            r#"
            resource "aws_cloudwatch_metric_alarm" "band" {
              alarm_name          = "odd"
              evaluation_periods  = 2
              comparison_operator = "GreaterThanUpperThreshold"
              threshold_metric_id = "band"
              metric_query {
                id          = "band"
                expression  = "ANOMALY_DETECTION_BAND(size)"
                return_data = true
              }
              metric_query {
                id          = "size"
                return_data = true
                metric {
                  namespace   = "Custom"
                  metric_name = "BackupSize"
                  period      = 3600
                  stat        = "Average"
                }
              }
            }
            "#,
        );
        let alarm = world.cloudwatch("DescribeAlarms", json!({}))["MetricAlarms"][0].clone();
        assert_eq!((&alarm["ThresholdMetricId"], &alarm["Metrics"][1]["MetricStat"]["Stat"]), (&json!("band"), &json!("Average")));
        assert_eq!(alarm["StateValue"], "INSUFFICIENT_DATA");
    }

    #[test]
    fn what_aws_refuses_is_a_problem_of_the_seed() {
        let text = "resource \"aws_cloudwatch_metric_alarm\" \"a\" {\n  alarm_name = \"a\"\n  metric_name = \"M\"\n  namespace = \"N\"\n  statistic = \"Sum\"\n  period = 7\n}\n";
        assert_eq!(
            Seed::parse("s.hcl", text).unwrap_err().to_string(),
            "s.hcl:2:16: AWS refuses the alarm `a`: Period must be 10, 20, 30 or a multiple of 60"
        );
    }
}

//! What `PutMetricAlarm` accepts.

use serde_json::{Value, json};

use super::alarm;
use crate::sandbox::testing::World;

#[track_caller]
fn refused(changes: Value, message: &str) {
    assert_eq!(World::new().cloudwatch_fails("PutMetricAlarm", alarm(changes)), ("ValidationError".into(), message.into()));
}

fn accepted(changes: Value) -> Value {
    let world = World::new();
    world.cloudwatch("PutMetricAlarm", alarm(changes));
    world.cloudwatch("DescribeAlarms", json!({}))["MetricAlarms"][0].clone()
}

/// Members that an alarm on queries must not have.
fn on_queries(queries: &Value, changes: Value) -> Value {
    let mut input = json!({"MetricName": null, "Namespace": null, "Statistic": null, "Period": null, "Metrics": queries});
    let Value::Object(changes) = changes else { panic!("changes are an object") };
    for (member, value) in changes {
        input[member] = value;
    }
    input
}

fn stat(id: &str, period: i64, returns: bool) -> Value {
    json!({"Id": id, "ReturnData": returns, "MetricStat": {"Metric": {"Namespace": "N", "MetricName": "M"}, "Period": period, "Stat": "Sum"}})
}

#[test]
fn periods_and_the_time_that_an_alarm_looks_back_have_limits() {
    let week =
        "Metrics cannot be checked across more than a week (EvaluationPeriods * Period must be <= 604800) for alarms using period >= 3600";
    let day =
        "Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <= 86400) for alarms using period < 3600";
    for period in [7, 45, 90] {
        refused(json!({"Period": period}), "Period must be 10, 20, 30 or a multiple of 60");
    }
    refused(json!({"Period": 86_400, "EvaluationPeriods": 8}), week);
    refused(json!({"Period": 300, "EvaluationPeriods": 289}), day);
    refused(on_queries(&json!([stat("m", 86_400, true)]), json!({"EvaluationPeriods": 8})), week);
    for (period, periods) in [(86_400, 7), (3_600, 168), (300, 288), (10, 5)] {
        assert_eq!(accepted(json!({"Period": period, "EvaluationPeriods": periods}))["Period"], period);
    }
}

#[test]
fn an_alarm_has_exactly_one_source_and_one_statistic() {
    refused(
        json!({"MetricName": null, "Namespace": null}),
        "Exactly one of MetricName, Metrics and EvaluationCriteria must be specified, found none",
    );
    refused(
        json!({"Metrics": [stat("m", 60, true)]}),
        "Exactly one of MetricName, Metrics and EvaluationCriteria must be specified, found MetricName and Metrics",
    );
    refused(json!({"ExtendedStatistic": "p99"}), "Exactly one of Statistic and ExtendedStatistic must be specified");
    refused(json!({"Statistic": null}), "Exactly one of Statistic and ExtendedStatistic must be specified");
    refused(json!({"Statistic": null, "ExtendedStatistic": "p101"}), "The value p101 for parameter ExtendedStatistic is not supported.");
    for extended in ["p99.9", "tm90", "IQM", "TM(10%:90%)", "PR(:300)"] {
        assert_eq!(accepted(json!({"Statistic": null, "ExtendedStatistic": extended}))["ExtendedStatistic"], extended);
    }
    refused(on_queries(&json!([stat("m", 60, true)]), json!({"Period": 60})), "Period cannot be specified together with Metrics");
}

#[test]
fn numbers_of_periods_are_checked() {
    refused(json!({"DatapointsToAlarm": 2}), "DatapointsToAlarm must be less than or equal to EvaluationPeriods");
    refused(
        json!({"EvaluationPeriods": 0}),
        "1 validation error detected: Value '0' at 'evaluationPeriods' failed to satisfy constraint: Member must have value greater than or equal to 1",
    );
    refused(
        json!({"EvaluationPeriods": null}),
        "1 validation error detected: Value null at 'evaluationPeriods' failed to satisfy constraint: Member must not be null",
    );
}

#[test]
fn a_band_needs_its_operators_two_returning_queries_and_no_threshold() {
    let band = json!({"Id": "band", "Expression": "ANOMALY_DETECTION_BAND(m, 2)", "ReturnData": true});
    let queries = json!([band, stat("m", 60, true)]);
    let wanted = json!({"Threshold": null, "ThresholdMetricId": "band", "ComparisonOperator": "GreaterThanUpperThreshold"});
    let made = accepted(on_queries(&queries, wanted.clone()));
    assert_eq!((&made["ThresholdMetricId"], made.get("Threshold")), (&json!("band"), None));
    let with = |member: &str, value: Value| {
        let mut changes = wanted.clone();
        changes[member] = value;
        on_queries(&queries, changes)
    };
    refused(with("Threshold", json!(1)), "Threshold and ThresholdMetricId cannot be specified together");
    refused(with("ComparisonOperator", json!("LessThanThreshold")), "ThresholdMetricId cannot be specified with LessThanThreshold");
    refused(
        with("ThresholdMetricId", json!("other")),
        "Metrics list must contain exactly one metric matching the ThresholdMetricId parameter",
    );
    refused(with("Metrics", json!([band, stat("m", 60, false)])), "Exactly two elements of the metrics list should return data.");
    refused(json!({"ComparisonOperator": "GreaterThanUpperThreshold"}), "Threshold cannot be specified with GreaterThanUpperThreshold");
}

#[test]
fn queries_are_checked() {
    let one = "Exactly one element of the metrics list should return data.";
    refused(on_queries(&json!([stat("m", 60, true), stat("n", 60, true)]), json!({})), one);
    refused(on_queries(&json!([stat("m", 60, false)]), json!({})), one);
    refused(on_queries(&json!([stat("m", 7, true)]), json!({})), "Period must be 10, 20, 30 or a multiple of 60");
    refused(
        on_queries(&json!([stat("M", 60, true)]), json!({})),
        "The value M for parameter Id is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$",
    );
    refused(
        on_queries(&json!([stat("m", 60, true), stat("m", 60, false)]), json!({})),
        "The values of the Id parameters of the Metrics list must be unique.",
    );
    refused(
        on_queries(&json!([{"Id": "m"}]), json!({})),
        "Exactly one of MetricStat and Expression must be specified for the metric with Id m",
    );
    let made = accepted(on_queries(&json!([{"Id": "e", "Expression": "1 + 1", "Period": 60}]), json!({})));
    assert_eq!(made["Metrics"], json!([{"Id": "e", "ReturnData": true, "Expression": "1 + 1", "Period": 60}]));
}

#[test]
fn actions_are_at_most_five_arns_and_topics_of_the_alarm_s_own_region() {
    refused(json!({"AlarmActions": ["alerts"]}), "Invalid arn syntax: alerts");
    refused(
        json!({"OKActions": ["arn:aws:sns:eu-west-1:123456789012:alerts"]}),
        "Invalid region eu-west-1 specified. Only us-east-1 is supported.",
    );
    let six: Vec<String> = (0..6).map(|number| format!("arn:aws:sns:us-east-1:123456789012:t{number}")).collect();
    let (code, message) = World::new().cloudwatch_fails("PutMetricAlarm", alarm(json!({"AlarmActions": six})));
    assert!(code == "ValidationError" && message.ends_with("Member must have length less than or equal to 5"), "{message}");
}

#[test]
fn values_out_of_their_sets_are_refused() {
    refused(json!({"TreatMissingData": "nonBreaching"}), "The value nonBreaching for parameter TreatMissingData is not supported.");
    refused(
        json!({"Namespace": ":N"}),
        "1 validation error detected: Value ':N' at 'namespace' failed to satisfy constraint: Member must satisfy regular expression pattern: [^:].*",
    );
    let (_, message) = World::new().cloudwatch_fails("PutMetricAlarm", alarm(json!({"ComparisonOperator": "Above"})));
    assert!(message.contains("Value 'Above' at 'comparisonOperator'") && message.contains("enum value set"), "{message}");
}

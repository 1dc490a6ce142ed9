//! Metric data, and the states that it puts alarms in.

use serde_json::{Value, json};

use super::alarm;
use crate::sandbox::testing::World;

fn publish(world: &World, value: f64) {
    world.cloudwatch("PutMetricData", json!({"Namespace": "N", "MetricData": [{"MetricName": "M", "Value": value}]}));
}

fn state(world: &World) -> Value {
    world.cloudwatch("DescribeAlarms", json!({}))["MetricAlarms"][0]["StateValue"].clone()
}

fn world(changes: Value) -> World {
    let world = World::new();
    world.cloudwatch("PutMetricAlarm", alarm(changes));
    assert_eq!(state(&world), "INSUFFICIENT_DATA");
    world
}

#[test]
fn missing_data_means_what_the_alarm_says() {
    for (treatment, expected) in [
        (json!(null), "INSUFFICIENT_DATA"),
        (json!("missing"), "INSUFFICIENT_DATA"),
        (json!("ignore"), "INSUFFICIENT_DATA"),
        (json!("breaching"), "ALARM"),
        (json!("notBreaching"), "OK"),
    ] {
        let world = world(json!({"TreatMissingData": treatment}));
        world.advance(60);
        assert_eq!(state(&world), expected, "{treatment}");
    }
}

#[test]
fn ignored_gaps_keep_the_state_and_missing_ones_end_it_however_late_somebody_looks() {
    for (treatment, expected) in [("ignore", "ALARM"), ("missing", "INSUFFICIENT_DATA"), ("notBreaching", "OK")] {
        let world = world(json!({"TreatMissingData": treatment}));
        publish(&world, 5.0);
        world.advance(86_400);
        assert_eq!(state(&world), expected, "{treatment}");
    }
}

#[test]
fn m_out_of_n_periods_must_breach() {
    let world = world(json!({"EvaluationPeriods": 3, "DatapointsToAlarm": 2}));
    let mut seen = Vec::new();
    for value in [0.0, 5.0, 0.0, 5.0, 0.0, 0.0] {
        publish(&world, value);
        world.advance(60);
        seen.push(state(&world));
    }
    assert_eq!(seen, ["OK", "OK", "OK", "ALARM", "OK", "OK"]);
}

#[test]
fn a_state_set_by_hand_lasts_until_the_next_evaluation_and_the_change_has_its_instant() {
    let world = world(json!({"TreatMissingData": "notBreaching"}));
    world.advance(90);
    assert_eq!(state(&world), "OK");
    world.cloudwatch("SetAlarmState", json!({"AlarmName": "a", "StateValue": "ALARM", "StateReason": "drill"}));
    assert_eq!(state(&world), "ALARM");
    world.advance(60);
    let made = world.cloudwatch("DescribeAlarms", json!({}))["MetricAlarms"][0].clone();
    assert_eq!((&made["StateValue"], &made["StateTransitionedTimestamp"]), (&json!("OK"), &json!(world.now() - 30.0)));
}

#[test]
fn alarms_on_dynamodb_ignore_missing_data_whatever_they_say() {
    let world = world(json!({"Namespace": "AWS/DynamoDB", "MetricName": "ContinuousBackupsStatus", "TreatMissingData": "breaching"}));
    world.advance(3600);
    assert_eq!(state(&world), "INSUFFICIENT_DATA");
}

#[test]
fn an_alarm_sees_only_its_own_dimensions_and_unit() {
    let world = world(json!({"Unit": "Count", "Dimensions": [{"Name": "d", "Value": "v"}]}));
    let put = |datum: Value| world.cloudwatch("PutMetricData", json!({"Namespace": "N", "MetricData": [datum]}));
    put(json!({"MetricName": "M", "Value": 5, "Unit": "Count"}));
    put(json!({"MetricName": "M", "Value": 5, "Dimensions": [{"Name": "d", "Value": "v"}]}));
    world.advance(60);
    assert_eq!(state(&world), "INSUFFICIENT_DATA");
    put(json!({"MetricName": "M", "Value": 5, "Dimensions": [{"Name": "d", "Value": "v"}], "Unit": "Count"}));
    world.advance(60);
    assert_eq!(state(&world), "ALARM");
}

#[test]
fn data_that_aws_refuses_is_refused() {
    let world = World::new();
    let put = |namespace: &str, data: Value| world.cloudwatch_fails("PutMetricData", json!({"Namespace": namespace, "MetricData": data})).0;
    assert_eq!(put("AWS/Backup", json!([{"MetricName": "M", "Value": 1}])), "InvalidParameterValue");
    assert_eq!(put("N", json!([])), "MissingParameter");
    assert_eq!(put("N", json!([{"MetricName": "M"}])), "MissingParameter");
    assert_eq!(put("N", json!([{"MetricName": "M", "Value": 1, "Values": [1]}])), "InvalidParameterCombination");
    assert_eq!(put("N", json!([{"MetricName": "M", "Values": [1, 2], "Counts": [1]}])), "InvalidParameterValue");
    for away in [-15 * 86_400, 3 * 3_600] {
        let at = world.now() + f64::from(away);
        assert_eq!(put("N", json!([{"MetricName": "M", "Value": 1, "Timestamp": at}])), "InvalidParameterValue");
    }
}

#[test]
fn statistics_are_read_by_period_and_metric_math_is_refused() {
    let world = World::new();
    for value in [1.0, 2.0] {
        publish(&world, value);
        world.advance(60);
    }
    let (from, until) = (world.now() - 600.0, world.now() + 60.0);
    let read = world.cloudwatch(
        "GetMetricStatistics",
        json!({"Namespace": "N", "MetricName": "M", "StartTime": from, "EndTime": until, "Period": 60, "Statistics": ["Sum"]}),
    );
    let sums: Vec<&Value> = read["Datapoints"].as_array().unwrap().iter().map(|point| &point["Sum"]).collect();
    assert_eq!(sums, [1.0, 2.0]);
    let query = |query: Value| json!({"StartTime": from, "EndTime": until, "MetricDataQueries": [query]});
    let stat = json!({"Id": "m", "MetricStat": {"Metric": {"Namespace": "N", "MetricName": "M"}, "Period": 60, "Stat": "Maximum"}});
    assert_eq!(world.cloudwatch("GetMetricData", query(stat))["MetricDataResults"][0]["Values"], json!([2.0, 1.0]));
    let math = world.cloudwatch_fails("GetMetricData", query(json!({"Id": "e", "Expression": "m * 2"})));
    assert_eq!(math.1, "the sandbox does not support metric math (Expression) in GetMetricData");
    assert_eq!(
        world.cloudwatch("ListMetrics", json!({"Namespace": "N"}))["Metrics"],
        json!([{"Namespace": "N", "MetricName": "M", "Dimensions": []}])
    );
}

#[test]
fn metric_data_comes_in_pages_and_for_five_hundred_metrics_at_most() {
    let world = World::new();
    for value in [1.0, 2.0, 3.0] {
        publish(&world, value);
        world.advance(60);
    }
    let (from, until) = (world.now() - 600.0, world.now());
    let query = |id: &str| json!({"Id": id, "MetricStat": {"Metric": {"Namespace": "N", "MetricName": "M"}, "Period": 60, "Stat": "Sum"}});
    let ask = |token: Value, queries: Vec<Value>| {
        let mut asked = json!({"StartTime": from, "EndTime": until, "MaxDatapoints": 4, "MetricDataQueries": queries});
        if token.is_string() {
            asked["NextToken"] = token;
        }
        asked
    };
    let both = || vec![query("a"), query("b")];
    let first = world.cloudwatch("GetMetricData", ask(Value::Null, both()));
    let shown = |page: &Value| {
        let results = page["MetricDataResults"].as_array().unwrap().clone();
        results.iter().map(|one| (one["Id"].clone(), one["Values"].clone(), one["StatusCode"].clone())).collect::<Vec<_>>()
    };
    assert_eq!(shown(&first), [(json!("a"), json!([3.0, 2.0, 1.0]), json!("Complete")), (json!("b"), json!([3.0]), json!("PartialData"))]);
    let second = world.cloudwatch("GetMetricData", ask(first["NextToken"].clone(), both()));
    assert_eq!(shown(&second), [(json!("b"), json!([2.0, 1.0]), json!("Complete"))]);
    assert!(second.get("NextToken").is_none(), "{second}");
    let many = (0..501).map(|number| query(&format!("q{number}"))).collect();
    assert_eq!(world.cloudwatch_fails("GetMetricData", ask(Value::Null, many)).0, "ValidationError");
}

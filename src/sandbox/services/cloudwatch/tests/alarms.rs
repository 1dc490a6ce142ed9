//! Alarms from their making to their end.

use serde_json::{Value, json};

use super::alarm;
use crate::sandbox::testing::World;
use crate::sandbox::{DEFAULT_ACCOUNT, Faults};

fn names(answer: &Value) -> Vec<&str> {
    answer["MetricAlarms"].as_array().unwrap().iter().map(|alarm| alarm["AlarmName"].as_str().unwrap()).collect()
}

#[test]
fn an_update_overwrites_everything_but_state_and_tags() {
    let world = World::new();
    let first =
        json!({"AlarmDescription": "x", "TreatMissingData": "ignore", "ActionsEnabled": false, "Tags": [{"Key": "k", "Value": "v"}]});
    world.cloudwatch("PutMetricAlarm", alarm(first));
    world.cloudwatch("SetAlarmState", json!({"AlarmName": "a", "StateValue": "ALARM", "StateReason": "by hand"}));
    world.advance(30);
    world.cloudwatch("PutMetricAlarm", alarm(json!({"TreatMissingData": "ignore", "Tags": [{"Key": "k", "Value": "other"}]})));
    let made = world.cloudwatch("DescribeAlarms", json!({}))["MetricAlarms"][0].clone();
    assert_eq!((made.get("AlarmDescription"), &made["ActionsEnabled"]), (None, &json!(true)));
    assert_eq!((&made["StateValue"], &made["StateReason"]), (&json!("ALARM"), &json!("by hand")));
    assert_eq!(made["AlarmConfigurationUpdatedTimestamp"], json!(world.now()));
    let tags = world.cloudwatch("ListTagsForResource", json!({"ResourceARN": made["AlarmArn"]}));
    assert_eq!(tags["Tags"], json!([{"Key": "k", "Value": "v"}]));
    let history = world.cloudwatch("DescribeAlarmHistory", json!({"AlarmName": "a"}));
    let kinds: Vec<&Value> = history["AlarmHistoryItems"].as_array().unwrap().iter().map(|item| &item["HistoryItemType"]).collect();
    assert_eq!(kinds, ["ConfigurationUpdate", "StateUpdate", "ConfigurationUpdate"]);
}

#[test]
fn alarms_are_found_by_name_prefix_type_state_and_action_in_pages() {
    let world = World::new();
    let topic = format!("arn:aws:sns:us-east-1:{DEFAULT_ACCOUNT}:t");
    for name in ["backup-a", "backup-b", "other"] {
        world.cloudwatch("PutMetricAlarm", alarm(json!({"AlarmName": name})));
    }
    world.cloudwatch("PutMetricAlarm", alarm(json!({"AlarmName": "backup-c", "AlarmActions": [topic]})));
    let find = |input: Value| world.cloudwatch("DescribeAlarms", input);
    assert_eq!(names(&find(json!({"AlarmNamePrefix": "backup-"}))), ["backup-a", "backup-b", "backup-c"]);
    assert_eq!(names(&find(json!({"AlarmNames": ["other", "none"]}))), ["other"]);
    assert_eq!(names(&find(json!({"AlarmTypes": ["CompositeAlarm"]}))).len(), 0);
    assert_eq!(names(&find(json!({"ActionPrefix": "arn:aws:sns"}))), ["backup-c"]);
    world.cloudwatch("SetAlarmState", json!({"AlarmName": "other", "StateValue": "OK", "StateReason": ""}));
    assert_eq!(names(&find(json!({"StateValue": "OK"}))), ["other"]);
    world.set_faults(Faults { page_size: Some(3), ..Faults::default() });
    let first = find(json!({}));
    assert_eq!(names(&first).len(), 3);
    let second = find(json!({"NextToken": first["NextToken"]}));
    assert_eq!((names(&second), second.get("NextToken")), (vec!["other"], None));
    assert_eq!(world.cloudwatch_fails("DescribeAlarms", json!({"NextToken": "x"})).0, "InvalidNextToken");
}

#[test]
fn an_alarm_is_in_one_region_of_one_account() {
    let world = World::new();
    world.cloudwatch("PutMetricAlarm", alarm(json!({})));
    assert_eq!(names(&world.in_region("eu-west-1").cloudwatch("DescribeAlarms", json!({}))).len(), 0);
    assert_eq!(names(&world.with_key("210987654321").cloudwatch("DescribeAlarms", json!({}))).len(), 0);
}

#[test]
fn deleting_passes_over_what_is_not_there() {
    let world = World::new();
    world.cloudwatch("PutMetricAlarm", alarm(json!({})));
    world.cloudwatch("DeleteAlarms", json!({"AlarmNames": ["a", "none"]}));
    world.cloudwatch("DeleteAlarms", json!({"AlarmNames": ["a"]}));
    assert_eq!(names(&world.cloudwatch("DescribeAlarms", json!({}))).len(), 0);
}

#[test]
fn actions_are_switched_by_name() {
    let world = World::new();
    world.cloudwatch("PutMetricAlarm", alarm(json!({})));
    let enabled = || world.cloudwatch("DescribeAlarms", json!({}))["MetricAlarms"][0]["ActionsEnabled"].clone();
    world.cloudwatch("DisableAlarmActions", json!({"AlarmNames": ["a", "none"]}));
    assert_eq!(enabled(), false);
    world.cloudwatch("EnableAlarmActions", json!({"AlarmNames": ["a"]}));
    assert_eq!(enabled(), true);
}

#[test]
fn an_alarm_is_found_by_exactly_its_metric() {
    let world = World::new();
    let dimensions = json!([{"Name": "x", "Value": "1"}, {"Name": "y", "Value": "2"}]);
    world.cloudwatch("PutMetricAlarm", alarm(json!({"Dimensions": dimensions})));
    let find = |dimensions: Value| {
        names(&world.cloudwatch("DescribeAlarmsForMetric", json!({"MetricName": "M", "Namespace": "N", "Dimensions": dimensions}))).len()
    };
    assert_eq!(find(json!([{"Name": "y", "Value": "2"}, {"Name": "x", "Value": "1"}])), 1);
    assert_eq!(find(json!([{"Name": "x", "Value": "1"}])), 0);
}

#[test]
fn tags_of_an_alarm_that_is_not_there_are_an_error() {
    let world = World::new();
    let arn = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:none";
    assert_eq!(world.cloudwatch_fails("TagResource", json!({"ResourceARN": arn, "Tags": []})).0, "ResourceNotFoundException");
    assert_eq!(world.cloudwatch_fails("ListTagsForResource", json!({"ResourceARN": "none"})).0, "InvalidParameterValue");
}

//! Composite alarms from their making to their end.

use serde_json::{Value, json};

use super::alarm;
use crate::sandbox::testing::World;

/// Two metric alarms that never have data, and one over both.
fn world() -> World {
    let world = World::new();
    for name in ["a", "b"] {
        world.cloudwatch("PutMetricAlarm", alarm(json!({"AlarmName": name, "TreatMissingData": "ignore"})));
    }
    world.cloudwatch("PutCompositeAlarm", json!({"AlarmName": "both", "AlarmRule": "ALARM(a) AND NOT OK(\"b\")"}));
    world
}

fn composite(world: &World, name: &str) -> Value {
    world.cloudwatch("DescribeAlarms", json!({"AlarmNames": [name], "AlarmTypes": ["CompositeAlarm"]}))["CompositeAlarms"][0].clone()
}

fn set(world: &World, name: &str, state: &str) {
    world.cloudwatch("SetAlarmState", json!({"AlarmName": name, "StateValue": state, "StateReason": "by hand"}));
    world.advance(60);
}

#[test]
fn its_state_follows_from_its_rule_and_those_of_others() {
    let world = world();
    assert_eq!(composite(&world, "both")["StateValue"], "INSUFFICIENT_DATA", "until it is evaluated for the first time");
    world.advance(60);
    assert_eq!(composite(&world, "both")["StateValue"], "OK");
    set(&world, "a", "ALARM");
    assert_eq!(composite(&world, "both")["StateValue"], "ALARM");
    set(&world, "b", "OK");
    assert_eq!(composite(&world, "both")["StateValue"], "OK");
    let arn = composite(&world, "both")["AlarmArn"].as_str().unwrap().to_owned();
    world.cloudwatch("PutCompositeAlarm", json!({"AlarmName": "above", "AlarmRule": format!("OK({arn})")}));
    world.advance(60);
    assert_eq!(composite(&world, "above")["StateValue"], "ALARM");
}

#[test]
fn without_its_type_it_is_not_told() {
    let world = world();
    let told = world.cloudwatch("DescribeAlarms", json!({}));
    assert_eq!((told["MetricAlarms"].as_array().unwrap().len(), told["CompositeAlarms"].as_array().unwrap().len()), (2, 0));
    let history = world.cloudwatch("DescribeAlarmHistory", json!({"AlarmName": "both"}));
    assert_eq!(history["AlarmHistoryItems"][0]["AlarmType"], "CompositeAlarm");
}

#[test]
fn rules_that_are_wrong_and_alarms_that_are_not_there_are_refused() {
    let world = world();
    let refused = |input: Value| world.cloudwatch_fails("PutCompositeAlarm", input).1;
    assert_eq!(
        refused(json!({"AlarmName": "c", "AlarmRule": "ALARM(a) OR OK(none) OR OK(nor)"})),
        "Could not save the composite alarm as alarms [none, nor] in the alarm rule do not exist"
    );
    assert!(refused(json!({"AlarmName": "c", "AlarmRule": "()"})).starts_with("Error in AlarmRule ["));
    assert_eq!(
        refused(json!({"AlarmName": "c", "AlarmRule": "ALARM(a)", "ActionsSuppressor": "b", "ActionsSuppressorWaitPeriod": 60})),
        "ActionsSuppressorExtensionPeriod is required with ActionsSuppressor"
    );
    assert!(refused(json!({"AlarmName": "a", "AlarmRule": "ALARM(b)"})).contains("another type"));
    let stop = json!({"AlarmName": "c", "AlarmRule": "ALARM(a)", "AlarmActions": ["arn:aws:automate:us-east-1:ec2:stop"]});
    assert!(refused(stop).starts_with("Invalid action"));
}

#[test]
fn a_suppressor_that_fires_holds_actions_back() {
    let world = world();
    let suppressed = json!({
        "AlarmName": "both", "AlarmRule": "TRUE",
        "ActionsSuppressor": "b", "ActionsSuppressorWaitPeriod": 0, "ActionsSuppressorExtensionPeriod": 60,
    });
    world.cloudwatch("PutCompositeAlarm", suppressed);
    assert_eq!(composite(&world, "both").get("ActionsSuppressedBy"), None);
    set(&world, "b", "ALARM");
    let told = composite(&world, "both");
    assert_eq!((&told["ActionsSuppressedBy"], &told["ActionsSuppressorWaitPeriod"]), (&json!("Alarm"), &json!(0)));
}

#[test]
fn what_a_composite_alarm_is_about_stays_until_that_goes() {
    let world = world();
    let refused = |names: Value| world.cloudwatch_fails("DeleteAlarms", json!({"AlarmNames": names})).1;
    assert_eq!(refused(json!(["a"])), "Cannot delete a as there are composite alarm(s) depending on it.");
    assert_eq!(refused(json!(["a", "b"])), "Cannot delete a,b as there are composite alarm(s) depending on them.");
    // A circle cannot be removed, only broken.
    world.cloudwatch("PutCompositeAlarm", json!({"AlarmName": "above", "AlarmRule": "ALARM(both)"}));
    world.cloudwatch("PutCompositeAlarm", json!({"AlarmName": "both", "AlarmRule": "ALARM(above)"}));
    world.advance(120);
    assert_eq!(composite(&world, "both")["StateValue"], "INSUFFICIENT_DATA", "a circle is not evaluated");
    assert_eq!(refused(json!(["both"])), "Cannot delete both as there are composite alarm(s) depending on it.");
    assert_eq!(refused(json!(["both", "above"])), "Only one composite alarm can be deleted at once");
    world.cloudwatch("PutCompositeAlarm", json!({"AlarmName": "above", "AlarmRule": "false"}));
    world.cloudwatch("DeleteAlarms", json!({"AlarmNames": ["both", "a"]}));
    assert_eq!(composite(&world, "both"), Value::Null);
}

//! What EventBridge does, in AWS's words, seen through the wire.

use serde_json::{Value, json};

use crate::sandbox::testing::World;

const RULE: &str = "arn:aws:events:us-east-1:123456789012:rule/failed";
const TOPIC: &str = "arn:aws:sns:us-east-1:123456789012:alerts";
const PATTERN: &str = r#"{"source":["aws.backup"],"detail":{"state":["FAILED",{"prefix":"AB"}]}}"#;

fn world() -> World {
    let world = World::new();
    let made = world.events("PutRule", json!({"Name": "failed", "EventPattern": PATTERN, "Tags": [{"Key": "env", "Value": "production"}]}));
    assert_eq!(made["RuleArn"], RULE);
    world
}

#[test]
fn a_rule_that_is_put_again_is_replaced_but_for_its_targets_and_tags() {
    let world = world();
    world.events("PutTargets", json!({"Rule": "failed", "Targets": [{"Id": "people", "Arn": TOPIC}]}));
    world.events(
        "PutRule",
        json!({"Name": "failed", "ScheduleExpression": "rate(1 day)", "Description": "d", "Tags": [{"Key": "x", "Value": "y"}]}),
    );
    let rule = world.events("DescribeRule", json!({"Name": "failed"}));
    assert_eq!(
        (&rule["EventPattern"], &rule["ScheduleExpression"], &rule["State"]),
        (&Value::Null, &json!("rate(1 day)"), &json!("ENABLED"))
    );
    assert_eq!(rule["EventBusName"], "default");
    assert_eq!(world.events("ListTargetsByRule", json!({"Rule": "failed"}))["Targets"], json!([{"Id": "people", "Arn": TOPIC}]));
    assert_eq!(world.events("ListTagsForResource", json!({"ResourceARN": RULE}))["Tags"], json!([{"Key": "env", "Value": "production"}]));
    let found = world.tagging("GetResources", json!({"ResourceTypeFilters": ["events:rule"]}));
    assert_eq!(found["ResourceTagMappingList"][0]["ResourceARN"], RULE);
}

#[test]
fn a_rule_with_targets_stays_and_one_that_is_gone_is_deleted_already() {
    let world = world();
    world.events("PutTargets", json!({"Rule": "failed", "Targets": [{"Id": "people", "Arn": TOPIC}]}));
    let (code, message) = world.events_fails("DeleteRule", json!({"Name": "failed"}));
    assert_eq!((code.as_str(), message.as_str()), ("ValidationException", "Rule can't be deleted since it has targets."));
    world.events("RemoveTargets", json!({"Rule": "failed", "Ids": ["people", "nobody"]}));
    world.events("DeleteRule", json!({"Name": "failed"}));
    world.events("DeleteRule", json!({"Name": "failed"}));
    let (code, message) = world.events_fails("DescribeRule", json!({"Name": "failed"}));
    assert_eq!((code.as_str(), message.as_str()), ("ResourceNotFoundException", "Rule failed does not exist on EventBus default."));
}

#[test]
fn rules_on_another_bus_are_others_and_have_no_schedules() {
    let world = world();
    assert_eq!(
        world.events_fails("PutRule", json!({"Name": "failed", "EventBusName": "shop", "EventPattern": PATTERN})).0,
        "ResourceNotFoundException"
    );
    world.events("CreateEventBus", json!({"Name": "shop"}));
    let made = world.events("PutRule", json!({"Name": "failed", "EventBusName": "arn:aws:events:us-east-1:123456789012:event-bus/shop", "EventPattern": PATTERN, "State": "DISABLED"}));
    assert_eq!(made["RuleArn"], "arn:aws:events:us-east-1:123456789012:rule/shop/failed");
    assert_eq!(world.events("DescribeRule", json!({"Name": "failed"}))["State"], "ENABLED");
    let (_, message) = world.events_fails("PutRule", json!({"Name": "timed", "EventBusName": "shop", "ScheduleExpression": "rate(1 day)"}));
    assert_eq!(message, "ScheduleExpression is supported only on the default event bus.");
}

#[test]
fn what_eventbridge_does_not_take_is_refused() {
    let world = world();
    for (rule, expected) in [
        (json!({"Name": "a b", "EventPattern": PATTERN}), "ValidationException"),
        (json!({"Name": "a"}), "ValidationException"),
        (json!({"Name": "a", "ScheduleExpression": "rate(1 days)"}), "ValidationException"),
        (json!({"Name": "a", "EventPattern": "{\"source\":\"aws.backup\"}"}), "InvalidEventPatternException"),
        (json!({"Name": "a", "EventPattern": "{\"source\":[]}"}), "InvalidEventPatternException"),
        (json!({"Name": "a", "EventPattern": "{\"source\":[{\"begins\":\"a\"}]}"}), "InvalidEventPatternException"),
    ] {
        assert_eq!(world.events_fails("PutRule", rule.clone()).0, expected, "{rule}");
    }
    let queue = |id: &str| json!({"Id": id, "Arn": "arn:aws:sqs:us-east-1:123456789012:q"});
    for (targets, expected) in [
        (json!([{"Id": "a", "Arn": TOPIC, "RoleArn": "arn:aws:iam::123456789012:role/r"}]), "ValidationException"),
        (json!([{"Id": "a", "Arn": "arn:aws:states:us-east-1:123456789012:stateMachine:m"}]), "ValidationException"),
        (json!([{"Id": "a", "Arn": TOPIC, "Input": "{}", "InputPath": "$.detail"}]), "ValidationException"),
        (json!([{"Id": "a", "Arn": TOPIC, "Input": "{"}]), "ValidationException"),
        (json!([{"Id": "a", "Arn": TOPIC, "RetryPolicy": {"MaximumRetryAttempts": 186}}]), "ValidationException"),
        (json!([queue("1"), queue("2"), queue("3"), queue("4"), queue("5"), queue("6")]), "LimitExceededException"),
    ] {
        assert_eq!(world.events_fails("PutTargets", json!({"Rule": "failed", "Targets": targets})).0, expected, "{targets}");
    }
}

//! What Scheduler does, in AWS's words, seen through the wire.

use serde_json::{Value, json};

use crate::sandbox::testing::World;

const GROUP: &str = "arn%3Aaws%3Ascheduler%3Aus-east-1%3A123456789012%3Aschedule-group%2Fexports";

fn schedule() -> Value {
    json!({
        "GroupName": "exports", "ScheduleExpression": "cron(0 2 * * ? *)", "FlexibleTimeWindow": {"Mode": "OFF"}, "StartDate": "2027-01-01T00:00:00Z",
        "Target": {"Arn": "arn:aws:scheduler:::aws-sdk:dynamodb:exportTableToPointInTime", "RoleArn": "arn:aws:iam::123456789012:role/export", "Input": "{}"},
    })
}

fn world() -> World {
    let world = World::new();
    world
        .scheduler(
            "POST /schedule-groups/exports",
            json!({"Tags": [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}, {"Key": "c", "Value": "3"}]}),
        )
        .unwrap();
    world.scheduler("POST /schedules/orders", schedule()).unwrap();
    world
}

#[test]
fn a_schedule_is_shown_with_what_aws_adds() {
    let world = world();
    let shown = world.scheduler("GET /schedules/orders?groupName=exports", Value::Null).unwrap();
    assert_eq!(
        (&shown["ScheduleExpressionTimezone"], &shown["State"], &shown["ActionAfterCompletion"]),
        (&json!("UTC"), &json!("ENABLED"), &json!("NONE"))
    );
    assert_eq!(shown["Target"]["RetryPolicy"], json!({"MaximumEventAgeInSeconds": 86400, "MaximumRetryAttempts": 185}));
    assert_eq!(
        (&shown["Arn"], shown["StartDate"].as_f64()),
        (&json!("arn:aws:scheduler:us-east-1:123456789012:schedule/exports/orders"), Some(1_798_761_600.0))
    );
    let mut other = schedule();
    other["ScheduleExpressionTimezone"] = json!("Europe/Berlin");
    other.as_object_mut().unwrap().remove("StartDate");
    world.scheduler("PUT /schedules/orders", other).unwrap();
    let shown = world.scheduler("GET /schedules/orders?groupName=exports", Value::Null).unwrap();
    assert_eq!((&shown["ScheduleExpressionTimezone"], shown.get("StartDate")), (&json!("Europe/Berlin"), None));
}

#[test]
fn schedules_are_listed_by_group_and_go_with_it() {
    let world = world();
    let mut elsewhere = schedule();
    elsewhere["GroupName"] = json!("default");
    world.scheduler("POST /schedules/orders", elsewhere).unwrap();
    let listed = |of: &str| world.scheduler(&format!("GET /schedules{of}"), Value::Null).unwrap()["Schedules"].as_array().unwrap().len();
    assert_eq!((listed(""), listed("?ScheduleGroup=exports"), listed("?State=DISABLED")), (2, 1, 0));
    assert_eq!(world.scheduler("POST /schedules/orders", schedule()).unwrap_err(), "ConflictException");
    world.scheduler("DELETE /schedule-groups/exports", Value::Null).unwrap();
    assert_eq!(listed(""), 1);
    assert_eq!(world.scheduler("GET /schedules/orders?groupName=exports", Value::Null).unwrap_err(), "ResourceNotFoundException");
    assert_eq!(world.scheduler("DELETE /schedule-groups/default", Value::Null).unwrap_err(), "ValidationException");
}

#[test]
fn tags_are_taken_off_one_by_one_or_several_at_once() {
    let world = world();
    world.scheduler(&format!("DELETE /tags/{GROUP}?TagKeys=a&TagKeys=c"), Value::Null).unwrap();
    assert_eq!(world.scheduler(&format!("GET /tags/{GROUP}"), Value::Null).unwrap()["Tags"], json!([{"Key": "b", "Value": "2"}]));
    world.scheduler(&format!("DELETE /tags/{GROUP}?TagKeys=b"), Value::Null).unwrap();
    assert_eq!(world.scheduler(&format!("GET /tags/{GROUP}"), Value::Null).unwrap()["Tags"], json!([]));
}

#[test]
fn what_scheduler_does_not_take_is_refused() {
    let world = world();
    for (path, value) in [
        ("/ScheduleExpression", json!("cron(0 2 * * * *)")),
        ("/FlexibleTimeWindow", json!({"Mode": "FLEXIBLE"})),
        ("/FlexibleTimeWindow", json!({"Mode": "OFF", "MaximumWindowInMinutes": 5})),
        ("/StartDate", json!("soon")),
        ("/Target/Arn", json!("arn:aws:scheduler:::aws-sdk:dynamodb")),
        ("/Target/RoleArn", json!("export")),
        ("/Target/Input", json!("{")),
    ] {
        let mut wrong = schedule();
        *wrong.pointer_mut(path).unwrap() = value.clone();
        let code = world.scheduler("POST /schedules/wrong", wrong).unwrap_err();
        assert!(["ValidationException", "SerializationException"].contains(&code.as_str()), "{path} {value}: {code}");
    }
}

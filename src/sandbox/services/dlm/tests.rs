//! What Data Lifecycle Manager does, in AWS's words, seen through the wire.

use serde_json::{Value, json};

use crate::sandbox::testing::World;

fn schedule() -> Value {
    json!({ "Name": "daily", "CreateRule": { "Interval": 24 }, "RetainRule": { "Count": 7 } })
}

fn policy(schedules: &[Value]) -> Value {
    json!({
        "Description": "volumes", "ExecutionRoleArn": "arn:aws:iam::123456789012:role/dlm", "State": "ENABLED", "Tags": { "env": "production" },
        "PolicyDetails": { "ResourceTypes": ["VOLUME"], "TargetTags": [{ "Key": "backup", "Value": "yes" }], "Schedules": schedules },
    })
}

fn made(world: &World) -> String {
    world.ask("dlm", "POST /policies", policy(&[schedule()])).unwrap()["PolicyId"].as_str().unwrap().to_owned()
}

#[test]
fn what_was_not_said_is_filled_in() {
    let world = World::new();
    let id = made(&world);
    let found = &world.ask("dlm", &format!("GET /policies/{id}"), Value::Null).unwrap()["Policy"];
    assert_eq!(found["PolicyDetails"]["PolicyType"], "EBS_SNAPSHOT_MANAGEMENT");
    assert_eq!(found["PolicyDetails"]["ResourceLocations"], json!(["CLOUD"]));
    let rule = &found["PolicyDetails"]["Schedules"][0]["CreateRule"];
    assert_eq!(rule, &json!({ "Interval": 24, "IntervalUnit": "HOURS", "Times": ["09:00"], "Location": "CLOUD" }));
}

#[test]
fn a_rule_says_one_thing_and_an_interval_is_one_of_eight() {
    let world = World::new();
    let refused = |change: Value| {
        let mut one = schedule();
        one.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        world.ask("dlm", "POST /policies", policy(&[one])).unwrap_err()
    };
    assert_eq!(refused(json!({ "CreateRule": { "Interval": 5 } })), "InvalidRequestException");
    assert_eq!(refused(json!({ "RetainRule": { "Count": 7, "Interval": 1, "IntervalUnit": "DAYS" } })), "InvalidRequestException");
    assert_eq!(refused(json!({ "RetainRule": { "Interval": 1 } })), "InvalidRequestException");
    assert_eq!(world.ask("dlm", "POST /policies", policy(&[])).unwrap_err(), "InvalidRequestException");
}

#[test]
fn an_update_replaces_the_details_but_not_their_type() {
    let world = World::new();
    let id = made(&world);
    let mut details = policy(&[schedule()])["PolicyDetails"].clone();
    details["Schedules"][0]["RetainRule"] = json!({ "Interval": 2, "IntervalUnit": "WEEKS" });
    world.ask("dlm", &format!("PATCH /policies/{id}"), json!({ "PolicyDetails": details, "State": "DISABLED" })).unwrap();
    let found = &world.ask("dlm", &format!("GET /policies/{id}"), Value::Null).unwrap()["Policy"];
    assert_eq!((&found["State"], &found["PolicyDetails"]["Schedules"][0]["RetainRule"]["Interval"]), (&json!("DISABLED"), &json!(2)));
    details["ResourceTypes"] = json!(["INSTANCE"]);
    let refused = world.ask("dlm", &format!("PATCH /policies/{id}"), json!({ "PolicyDetails": details }));
    assert_eq!(refused.unwrap_err(), "InvalidRequestException");
}

#[test]
fn a_region_has_one_default_policy_of_each_type() {
    let world = World::new();
    let input = json!({
        "Description": "all", "ExecutionRoleArn": "arn:aws:iam::123456789012:role/dlm", "State": "ENABLED", "DefaultPolicy": "VOLUME",
        "RetainInterval": 10,
    });
    let id = world.ask("dlm", "POST /policies", input.clone()).unwrap()["PolicyId"].as_str().unwrap().to_owned();
    assert_eq!(world.ask("dlm", "POST /policies", input).unwrap_err(), "LimitExceededException");
    world.ask("dlm", &format!("PATCH /policies/{id}"), json!({ "CreateInterval": 3 })).unwrap();
    let details = &world.ask("dlm", &format!("GET /policies/{id}"), Value::Null).unwrap()["Policy"]["PolicyDetails"];
    assert_eq!(
        (&details["CreateInterval"], &details["RetainInterval"], &details["PolicyLanguage"]),
        (&json!(3), &json!(10), &json!("SIMPLIFIED"))
    );
    let refused = world.ask("dlm", &format!("PATCH /policies/{id}"), json!({ "RetainInterval": 3 }));
    assert_eq!(refused.unwrap_err(), "InvalidRequestException");
    assert_eq!(world.ask("dlm", "GET /policies?defaultPolicyType=INSTANCE", Value::Null).unwrap()["Policies"], json!([]));
}

#[test]
fn tags_are_listed_with_the_policies_and_by_the_tagging_api() {
    let world = World::new();
    let id = made(&world);
    let arn = format!("arn%3Aaws%3Adlm%3Aus-east-1%3A123456789012%3Apolicy%2F{id}");
    world.ask("dlm", &format!("POST /tags/{arn}"), json!({ "Tags": { "tier": "gold" } })).unwrap();
    world.ask("dlm", &format!("DELETE /tags/{arn}?tagKeys=env"), Value::Null).unwrap();
    let listed = world.ask("dlm", "GET /policies?targetTags=backup%3Dyes", Value::Null).unwrap();
    assert_eq!(listed["Policies"][0]["Tags"], json!({ "tier": "gold" }));
    let found = world.tagging("GetResources", json!({"ResourceTypeFilters": ["dlm:policy"]}));
    assert_eq!(found["ResourceTagMappingList"].as_array().unwrap().len(), 1);
    world.ask("dlm", &format!("DELETE /policies/{id}"), Value::Null).unwrap();
    assert_eq!(world.ask("dlm", &format!("GET /policies/{id}"), Value::Null).unwrap_err(), "ResourceNotFoundException");
}

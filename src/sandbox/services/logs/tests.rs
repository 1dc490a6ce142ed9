//! What CloudWatch Logs does, in AWS's words, seen through the wire.

use serde_json::{Value, json};

use crate::sandbox::testing::World;

const ARN: &str = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/export";

fn world() -> World {
    let world = World::new();
    world.logs("CreateLogGroup", json!({"logGroupName": "/aws/lambda/export", "tags": {"env": "production"}}));
    world
}

fn group(world: &World) -> Value {
    world.logs("DescribeLogGroups", json!({"logGroupNamePrefix": "/aws/lambda/export", "limit": 1}))["logGroups"][0].clone()
}

#[test]
fn events_are_kept_for_ever_until_a_retention_is_put() {
    let world = world();
    assert_eq!((&group(&world)["retentionInDays"], &group(&world)["arn"]), (&Value::Null, &json!(format!("{ARN}:*"))));
    world.logs("PutRetentionPolicy", json!({"logGroupName": "/aws/lambda/export", "retentionInDays": 30}));
    assert_eq!(group(&world)["retentionInDays"], 30);
    let (code, message) = world.logs_fails("PutRetentionPolicy", json!({"logGroupName": "/aws/lambda/export", "retentionInDays": 31}));
    assert_eq!(code, "InvalidParameterException");
    assert!(message.contains("Value '31' at 'retentionInDays' failed to satisfy constraint"), "{message}");
    world.logs("DeleteRetentionPolicy", json!({"logGroupName": "/aws/lambda/export"}));
    assert_eq!(group(&world)["retentionInDays"], Value::Null);
}

#[test]
fn a_protected_group_cannot_be_deleted() {
    let world = world();
    world.logs("PutLogGroupDeletionProtection", json!({"logGroupIdentifier": ARN, "deletionProtectionEnabled": true}));
    assert_eq!(group(&world)["deletionProtectionEnabled"], true);
    assert_eq!(world.logs_fails("DeleteLogGroup", json!({"logGroupName": "/aws/lambda/export"})).0, "ValidationException");
    world.logs("PutLogGroupDeletionProtection", json!({"logGroupIdentifier": "/aws/lambda/export", "deletionProtectionEnabled": false}));
    world.logs("DeleteLogGroup", json!({"logGroupName": "/aws/lambda/export"}));
    assert_eq!(world.logs_fails("DeleteLogGroup", json!({"logGroupName": "/aws/lambda/export"})).0, "ResourceNotFoundException");
}

#[test]
fn groups_come_by_name_in_pages_and_are_found_by_their_tags() {
    let world = world();
    for name in ["/aws/lambda", "/aws/lambda/export-2", "b"] {
        world.logs("CreateLogGroup", json!({"logGroupName": name}));
    }
    let first = world.logs("DescribeLogGroups", json!({"limit": 2}));
    assert_eq!(
        (&first["logGroups"][0]["logGroupName"], &first["logGroups"][1]["logGroupName"]),
        (&json!("/aws/lambda"), &json!("/aws/lambda/export"))
    );
    let second = world.logs("DescribeLogGroups", json!({"nextToken": first["nextToken"]}));
    assert_eq!(second["logGroups"].as_array().unwrap().len(), 2);
    let found = world.tagging("GetResources", json!({"TagFilters": [{"Key": "env"}], "ResourceTypeFilters": ["logs:log-group"]}));
    assert_eq!(found["ResourceTagMappingList"][0]["ResourceARN"], ARN);
    world.logs("UntagResource", json!({"resourceArn": ARN, "tagKeys": ["env"]}));
    assert_eq!(world.logs("ListTagsForResource", json!({"resourceArn": ARN}))["tags"], json!({}));
}

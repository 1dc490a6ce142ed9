//! What EFS does, in AWS's words, seen through the wire.

use serde_json::{Value, json};

use crate::sandbox::Faults;
use crate::sandbox::testing::World;

fn made(world: &World, more: &Value) -> String {
    let mut input = json!({ "CreationToken": "media", "Tags": [{ "Key": "Name", "Value": "media" }] });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let made = world.ask("elasticfilesystem", "POST /2015-02-01/file-systems", input).unwrap();
    world.advance(10);
    made["FileSystemId"].as_str().unwrap().to_owned()
}

fn policy(world: &World, id: &str) -> Result<Value, String> {
    let answer = world.ask("elasticfilesystem", &format!("GET /2015-02-01/file-systems/{id}/backup-policy"), Value::Null)?;
    Ok(answer["BackupPolicy"]["Status"].clone())
}

fn put(world: &World, id: &str, status: &str) -> Result<Value, String> {
    let input = json!({ "BackupPolicy": { "Status": status } });
    world.ask("elasticfilesystem", &format!("PUT /2015-02-01/file-systems/{id}/backup-policy"), input)
}

#[test]
fn no_policy_is_no_answer_and_one_is_on_its_way_for_a_while() {
    let world = World::new();
    let id = made(&world, &json!({}));
    assert_eq!(policy(&world, &id).unwrap_err(), "PolicyNotFound");
    world.set_faults(Faults { lag_ms: Some(5_000), ..Faults::default() });
    put(&world, &id, "ENABLED").unwrap();
    assert_eq!(policy(&world, &id).unwrap(), "ENABLING");
    world.advance(6);
    assert_eq!(policy(&world, &id).unwrap(), "ENABLED");
    assert_eq!(put(&world, &id, "ENABLING").unwrap_err(), "ValidationException");
    assert_eq!(policy(&world, "fs-00000000").unwrap_err(), "FileSystemNotFound");
}

#[test]
fn a_file_system_in_one_zone_is_backed_up_unless_said_otherwise() {
    let world = World::new();
    let id = made(&world, &json!({ "AvailabilityZoneName": "us-east-1a" }));
    assert_eq!(policy(&world, &id).unwrap(), "ENABLED");
    let again = world.ask("elasticfilesystem", "POST /2015-02-01/file-systems", json!({ "CreationToken": "media" }));
    assert_eq!(again.unwrap_err(), "FileSystemAlreadyExists");
}

#[test]
fn one_that_is_being_made_takes_no_policy() {
    let world = World::new();
    world.set_faults(Faults { lag_ms: Some(60_000), ..Faults::default() });
    let id = made(&world, &json!({}));
    assert_eq!(put(&world, &id, "ENABLED").unwrap_err(), "IncorrectFileSystemLifeCycleState");
    world.advance(60);
    put(&world, &id, "ENABLED").unwrap();
}

#[test]
fn systems_come_in_pages_and_are_found_by_their_tags() {
    let world = World::new();
    let id = made(&world, &json!({}));
    made(&world, &json!({ "CreationToken": "other" }));
    let first = world.ask("elasticfilesystem", "GET /2015-02-01/file-systems?MaxItems=1", Value::Null).unwrap();
    assert_eq!((&first["FileSystems"][0]["FileSystemId"], &first["FileSystems"][0]["Name"]), (&json!(id), &json!("media")));
    let marker = first["NextMarker"].as_str().unwrap();
    let second = world.ask("elasticfilesystem", &format!("GET /2015-02-01/file-systems?Marker={marker}"), Value::Null).unwrap();
    assert_eq!((second["FileSystems"].as_array().unwrap().len(), &second["NextMarker"]), (1, &Value::Null));
    let found = world.tagging("GetResources", json!({"ResourceTypeFilters": ["elasticfilesystem:file-system"]}));
    assert_eq!(found["ResourceTagMappingList"].as_array().unwrap().len(), 2);
    world.ask("elasticfilesystem", &format!("DELETE /2015-02-01/resource-tags/{id}?tagKeys=Name"), Value::Null).unwrap();
    let tags = world.ask("elasticfilesystem", &format!("GET /2015-02-01/resource-tags/{id}"), Value::Null).unwrap();
    assert_eq!(tags["Tags"], json!([]));
}

//! Tables, replicas, tags, items.

use serde_json::{Value, json};

use crate::sandbox::Faults;
use crate::sandbox::testing::World;

#[test]
fn a_table_that_exists_is_not_created_again() {
    let world = World::new();
    world.create_table("orders");
    let key = json!({
        "TableName": "orders", "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    });
    assert_eq!(world.fails("CreateTable", key), ("ResourceInUseException".into(), "Table already exists: orders".into()));
}

#[test]
fn a_key_that_is_not_defined_is_refused_in_aws_words() {
    let world = World::new();
    let create = |keys: Value, defined: Value| {
        world
            .fails(
                "CreateTable",
                json!({"TableName": "orders", "BillingMode": "PAY_PER_REQUEST", "AttributeDefinitions": defined, "KeySchema": keys}),
            )
            .1
    };
    let id = json!({"AttributeName": "id", "AttributeType": "S"});
    assert_eq!(
        create(json!([{"AttributeName": "pk", "KeyType": "HASH"}]), json!([id])),
        "One or more parameter values were invalid: Some index key attributes are not defined in AttributeDefinitions. Keys: [pk], AttributeDefinitions: [id]"
    );
    assert_eq!(
        create(json!([{"AttributeName": "id", "KeyType": "RANGE"}]), json!([id])),
        "Invalid KeySchema: The first KeySchemaElement is not a HASH key type"
    );
    let unused = json!([id, {"AttributeName": "x", "AttributeType": "S"}]);
    assert!(create(json!([{"AttributeName": "id", "KeyType": "HASH"}]), unused).contains("Some AttributeDefinitions are not used"));
}

#[test]
fn a_provisioned_table_needs_its_throughput() {
    let world = World::new();
    let input = json!({
        "TableName": "orders",
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    });
    assert_eq!(world.fails("CreateTable", input).1, "No provisioned throughput specified for the table");
}

#[test]
fn names_are_checked_and_unknown_tables_have_their_own_errors() {
    let world = World::new();
    assert!(world.fails("DescribeTable", json!({"TableName": "bad name"})).1.contains("regular expression pattern: [a-zA-Z0-9_.-]+"));
    assert!(world.fails("DescribeTable", json!({"TableName": "ab"})).1.contains("at least 3 characters long"));
    assert_eq!(
        world.fails("DescribeTable", json!({"TableName": "nope"})),
        ("ResourceNotFoundException".into(), "Requested resource not found: Table: nope not found".into())
    );
    assert_eq!(world.fails("DescribeContinuousBackups", json!({"TableName": "nope"})).0, "TableNotFoundException");
    assert_eq!(world.fails("GetItem", json!({"TableName": "nope", "Key": {}})).1, "Requested resource not found");
    assert_eq!(world.fails("DescribeKinesisStreamingDestination", json!({"TableName": "nope"})).0, "UnknownOperationException");
}

#[test]
fn tables_are_listed_in_pages_of_a_hundred_or_less() {
    let world = World::seeded("resource \"aws_dynamodb_table\" \"t\" {\n  count = 130\n  name = \"t-${count.index}\"\n}\n");
    let first = world.dynamodb("ListTables", json!({}));
    assert_eq!(first["TableNames"].as_array().unwrap().len(), 100);
    let second = world.dynamodb("ListTables", json!({"ExclusiveStartTableName": first["LastEvaluatedTableName"]}));
    assert_eq!(second["TableNames"].as_array().unwrap().len(), 30);
    assert_eq!(second.get("LastEvaluatedTableName"), None);
    assert!(world.fails("ListTables", json!({"Limit": 101})).1.ends_with("less than or equal to 100"));
    world.set_faults(Faults { page_size: Some(7), ..Faults::default() });
    assert_eq!(world.dynamodb("ListTables", json!({}))["TableNames"].as_array().unwrap().len(), 7);
}

#[test]
fn a_protected_table_cannot_be_deleted() {
    let world = World::new();
    world.create_table("orders");
    world.dynamodb("UpdateTable", json!({"TableName": "orders", "DeletionProtectionEnabled": true}));
    assert_eq!(
        world.fails("DeleteTable", json!({"TableName": "orders"})),
        (
            "ValidationException".into(),
            "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.".into()
        )
    );
    world.dynamodb("UpdateTable", json!({"TableName": "orders", "DeletionProtectionEnabled": false}));
    world.dynamodb("DeleteTable", json!({"TableName": "orders"}));
    assert_eq!(world.fails("DescribeTable", json!({"TableName": "orders"})).0, "ResourceNotFoundException");
}

#[test]
fn a_table_that_is_being_updated_refuses_another_update_but_takes_pitr() {
    let world = World::new();
    world.create_table("orders");
    world.set_faults(Faults { lag_ms: Some(5_000), ..Faults::default() });
    world.dynamodb("UpdateTable", json!({"TableName": "orders", "TableClass": "STANDARD_INFREQUENT_ACCESS"}));
    assert_eq!(
        world.fails("UpdateTable", json!({"TableName": "orders", "DeletionProtectionEnabled": false})),
        ("ResourceInUseException".into(), "Attempt to change a resource which is still in use: Table is being updated: orders".into())
    );
    world.dynamodb(
        "UpdateContinuousBackups",
        json!({"TableName": "orders", "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": true}}),
    );
    world.advance(5);
    world.dynamodb("UpdateTable", json!({"TableName": "orders", "DeletionProtectionEnabled": false}));
    assert!(world.fails("UpdateTable", json!({"TableName": "orders"})).1.starts_with("At least one of ProvisionedThroughput"));
}

#[test]
fn replicas_share_items_and_nothing_of_their_protection() {
    let world = World::new();
    let ireland = world.in_region("eu-west-1");
    world.create_table("orders");
    world.put("orders", "1", "before");
    world.dynamodb(
        "TagResource",
        json!({"ResourceArn": "arn:aws:dynamodb:us-east-1:123456789012:table/orders", "Tags": [{"Key": "a", "Value": "b"}]}),
    );
    world.dynamodb("UpdateTable", json!({"TableName": "orders", "ReplicaUpdates": [{"Create": {"RegionName": "eu-west-1"}}]}));
    world.dynamodb("UpdateTable", json!({"TableName": "orders", "DeletionProtectionEnabled": true}));
    ireland.put("orders", "2", "after");
    assert_eq!(world.dynamodb("Scan", json!({"TableName": "orders"}))["Count"], 2);
    let there = ireland.dynamodb("DescribeTable", json!({"TableName": "orders"}))["Table"].clone();
    assert_eq!((&there["DeletionProtectionEnabled"], &there["Replicas"][0]["RegionName"]), (&json!(false), &json!("us-east-1")));
    let here = world.dynamodb("DescribeTable", json!({"TableName": "orders"}))["Table"].clone();
    assert_eq!((&here["Replicas"][0]["RegionName"], &here["Replicas"][0]["ReplicaStatus"]), (&json!("eu-west-1"), &json!("ACTIVE")));
    assert_eq!(ireland.dynamodb("ListTagsOfResource", json!({"ResourceArn": there["TableArn"]}))["Tags"], json!([]));
    world.dynamodb("UpdateTable", json!({"TableName": "orders", "ReplicaUpdates": [{"Delete": {"RegionName": "eu-west-1"}}]}));
    assert_eq!(ireland.fails("DescribeTable", json!({"TableName": "orders"})).0, "ResourceNotFoundException");
    assert_eq!(world.dynamodb("DescribeTable", json!({"TableName": "orders"}))["Table"].get("Replicas"), None);
}

#[test]
fn items_are_written_updated_and_removed() {
    let world = World::new();
    world.create_table("orders");
    world.put("orders", "1", "one");
    world.dynamodb(
        "UpdateItem",
        json!({
            "TableName": "orders", "Key": {"id": {"S": "1"}}, "UpdateExpression": "SET #n = :n, extra = :e REMOVE note",
            "ExpressionAttributeNames": {"#n": "name"}, "ExpressionAttributeValues": {":n": {"S": "x"}, ":e": {"N": "5"}},
        }),
    );
    let item = world.dynamodb("GetItem", json!({"TableName": "orders", "Key": {"id": {"S": "1"}}}));
    assert_eq!(item["Item"], json!({"id": {"S": "1"}, "name": {"S": "x"}, "extra": {"N": "5"}}));
    let old = world.dynamodb("DeleteItem", json!({"TableName": "orders", "Key": {"id": {"S": "1"}}, "ReturnValues": "ALL_OLD"}));
    assert_eq!(old["Attributes"]["name"], json!({"S": "x"}));
    assert_eq!(world.dynamodb("GetItem", json!({"TableName": "orders", "Key": {"id": {"S": "1"}}})), json!({}));
}

#[test]
fn what_item_operations_cannot_do_is_refused_not_ignored() {
    let world = World::new();
    world.create_table("orders");
    let item = json!({"id": {"S": "1"}});
    let conditional = json!({"TableName": "orders", "Item": item, "ConditionExpression": "attribute_not_exists(id)"});
    assert_eq!(world.fails("PutItem", conditional).1, "the sandbox does not support ConditionExpression");
    let keyless = json!({"TableName": "orders", "Item": {"x": {"S": "1"}}});
    assert_eq!(world.fails("PutItem", keyless).1, "One or more parameter values were invalid: Missing the key id in the item");
    let number = json!({"TableName": "orders", "Item": {"id": {"N": "1"}}});
    assert_eq!(
        world.fails("PutItem", number).1,
        "One or more parameter values were invalid: Type mismatch for key id expected: S actual: N"
    );
    let sum = json!({
        "TableName": "orders", "Key": {"id": {"S": "1"}}, "UpdateExpression": "SET n = n + :one", "ExpressionAttributeValues": {":one": {"N": "1"}},
    });
    assert!(world.fails("UpdateItem", sum).1.starts_with("the sandbox does not support"));
}

#[test]
fn a_batch_is_written_whole_and_scanned_in_pages() {
    let world = World::new();
    world.create_table("orders");
    let puts: Vec<Value> = (0..25).map(|number| json!({"PutRequest": {"Item": {"id": {"S": format!("{number:02}")}}}})).collect();
    world.dynamodb("BatchWriteItem", json!({"RequestItems": {"orders": puts}}));
    let first = world.dynamodb("Scan", json!({"TableName": "orders", "Limit": 20}));
    assert_eq!((&first["Count"], &first["LastEvaluatedKey"]), (&json!(20), &json!({"id": {"S": "19"}})));
    let rest = world.dynamodb("Scan", json!({"TableName": "orders", "ExclusiveStartKey": first["LastEvaluatedKey"], "Select": "COUNT"}));
    assert_eq!(rest, json!({"Count": 5, "ScannedCount": 5}));
}

#[test]
fn tags_and_time_to_live_are_kept() {
    let world = World::new();
    let arn = world.create_table("orders")["TableDescription"]["TableArn"].clone();
    world.dynamodb("TagResource", json!({"ResourceArn": arn, "Tags": [{"Key": "env", "Value": "production"}, {"Key": "b", "Value": ""}]}));
    world.dynamodb("UntagResource", json!({"ResourceArn": arn, "TagKeys": ["b"]}));
    assert_eq!(world.dynamodb("ListTagsOfResource", json!({"ResourceArn": arn}))["Tags"], json!([{"Key": "env", "Value": "production"}]));
    assert_eq!(
        world.fails("ListTagsOfResource", json!({"ResourceArn": "arn:aws:dynamodb:us-east-1:123456789012:table/nope"})),
        (
            "ResourceNotFoundException".into(),
            "Requested resource not found: ResourcArn: arn:aws:dynamodb:us-east-1:123456789012:table/nope not found".into()
        )
    );
    let ttl = json!({"TableName": "orders", "TimeToLiveSpecification": {"AttributeName": "expires", "Enabled": true}});
    world.dynamodb("UpdateTimeToLive", ttl.clone());
    assert_eq!(
        world.dynamodb("DescribeTimeToLive", json!({"TableName": "orders"}))["TimeToLiveDescription"],
        json!({"TimeToLiveStatus": "ENABLED", "AttributeName": "expires"})
    );
    assert_eq!(world.fails("UpdateTimeToLive", ttl).1, "TimeToLive is already enabled");
}

#[test]
fn replicas_share_billing_and_time_to_live() {
    let world = World::new();
    world.create_table("orders");
    world.dynamodb("UpdateTable", json!({"TableName": "orders", "ReplicaUpdates": [{"Create": {"RegionName": "eu-west-1"}}]}));
    world.dynamodb("UpdateTimeToLive", json!({"TableName": "orders", "TimeToLiveSpecification": {"AttributeName": "x", "Enabled": true}}));
    let units = json!({"ReadCapacityUnits": 5, "WriteCapacityUnits": 6});
    world.dynamodb("UpdateTable", json!({"TableName": "orders", "BillingMode": "PROVISIONED", "ProvisionedThroughput": units}));
    let ireland = world.in_region("eu-west-1");
    let table = ireland.dynamodb("DescribeTable", json!({"TableName": "orders"}))["Table"].clone();
    assert_eq!((&table["ProvisionedThroughput"]["ReadCapacityUnits"], table.get("BillingModeSummary")), (&json!(5), None));
    let ttl = ireland.dynamodb("DescribeTimeToLive", json!({"TableName": "orders"}));
    assert_eq!(ttl["TimeToLiveDescription"]["AttributeName"], "x");
}

#[test]
fn deletion_protection_alone_leaves_the_table_active() {
    let world = World::new();
    world.create_table("orders");
    world.set_faults(Faults { lag_ms: Some(5_000), ..Faults::default() });
    let answer = world.dynamodb("UpdateTable", json!({"TableName": "orders", "DeletionProtectionEnabled": true}));
    assert_eq!(answer["TableDescription"]["TableStatus"], "ACTIVE");
}

#[test]
fn tags_that_aws_refuses_are_refused_in_its_words() {
    let world = World::new();
    let arn = world.create_table("orders")["TableDescription"]["TableArn"].clone();
    let tag = |tag: Value| world.fails("TagResource", json!({"ResourceArn": arn, "Tags": [tag]})).1;
    assert_eq!(tag(json!({"Key": "AWS:foo", "Value": "x"})), "Tag Key cannot be prefixed with aws:, Key: AWS:foo");
    assert_eq!(tag(json!({"Key": "foo"})), "The Tag Value provided is invalid, Value: null");
    let none = json!({"ResourceArn": arn, "TagKeys": []});
    assert_eq!(world.fails("UntagResource", none).1, "Atleast one Tag Key needs to be provided as Input.");
}

#[test]
fn a_replica_is_shown_as_deleting_until_it_is_gone_and_its_successor_is_no_replica() {
    let world = World::new();
    world.create_table("orders");
    let update = |change: Value| world.dynamodb("UpdateTable", json!({"TableName": "orders", "ReplicaUpdates": [change]}));
    let replicas = || world.dynamodb("DescribeTable", json!({"TableName": "orders"}))["Table"]["Replicas"].clone();
    update(json!({"Create": {"RegionName": "eu-west-1"}}));
    world.set_faults(Faults { lag_ms: Some(5_000), ..Faults::default() });
    update(json!({"Delete": {"RegionName": "eu-west-1"}}));
    assert_eq!(replicas()[0]["ReplicaStatus"], "DELETING");
    world.advance(5);
    assert_eq!(replicas(), Value::Null);
    world.set_faults(Faults::default());
    let ireland = world.in_region("eu-west-1");
    ireland.create_table("orders");
    world.put("orders", "1", "here");
    assert_eq!(replicas(), Value::Null);
    assert_eq!(ireland.dynamodb("Scan", json!({"TableName": "orders"}))["Count"], 0);
    ireland.dynamodb("DeleteTable", json!({"TableName": "orders"}));
    update(json!({"Create": {"RegionName": "eu-west-1"}}));
    assert_eq!(ireland.dynamodb("Scan", json!({"TableName": "orders"}))["Count"], 1);
}

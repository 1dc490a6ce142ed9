//! Selections: what is refused, and how they are written back.

use serde_json::{Value, json};

use super::{create_plan, document, world};
use crate::sandbox::Faults;
use crate::sandbox::testing::World;

const ROLE: &str = "arn:aws:iam::123456789012:role/service-role/backups";

fn planned() -> (World, String) {
    let world = world();
    let id = create_plan(&world, document("shop", json!({})));
    (world, format!("/backup/plans/{id}/selections"))
}

/// A selection with these members more.
fn selection(members: Value) -> Value {
    let mut selection = json!({"SelectionName": "tables", "IamRoleArn": ROLE});
    for (member, value) in members.as_object().unwrap() {
        selection[member] = value.clone();
    }
    json!({"BackupSelection": selection})
}

#[test]
fn what_was_not_given_comes_back_as_empty_lists() {
    let (world, path) = planned();
    let tag = json!({"ConditionType": "STRINGEQUALS", "ConditionKey": "env", "ConditionValue": "production"});
    let made = world.backup(&format!("PUT {path}"), selection(json!({"ListOfTags": [tag]})));
    let id = made["SelectionId"].as_str().unwrap();
    assert_eq!(
        world.backup(&format!("GET {path}/{id}"), Value::Null)["BackupSelection"],
        json!({
            "SelectionName": "tables", "IamRoleArn": ROLE, "Resources": [], "NotResources": [], "ListOfTags": [tag],
            "Conditions": {"StringEquals": [], "StringNotEquals": [], "StringLike": [], "StringNotLike": []},
        })
    );
    let listed = world.backup(&format!("GET {path}/"), Value::Null)["BackupSelectionsList"].clone();
    assert_eq!((&listed[0]["SelectionName"], &listed[0]["IamRoleArn"]), (&json!("tables"), &json!(ROLE)));
}

#[test]
fn conditions_alone_select_nothing() {
    let (world, path) = planned();
    let conditions = json!({"StringEquals": [{"ConditionKey": "aws:ResourceTag/env", "ConditionValue": "production"}]});
    assert_eq!(
        world.backup_fails(&format!("PUT {path}"), selection(json!({"Conditions": conditions}))),
        (
            "InvalidParameterValueException".into(),
            "Invalid backup selection. Either 'ListOfTags' or 'Resources' section must be non-empty.".into()
        )
    );
    world.backup(&format!("PUT {path}"), selection(json!({"Conditions": conditions, "Resources": ["*"]})));
}

#[test]
fn patterns_keys_and_quotas_are_checked() {
    let (world, path) = planned();
    let refused = |members: Value| world.backup_fails(&format!("PUT {path}"), selection(members)).0;
    let bare = json!({"StringLike": [{"ConditionKey": "env", "ConditionValue": "p*"}]});
    let like = json!({"ConditionType": "STRINGLIKE", "ConditionKey": "env", "ConditionValue": "p*"});
    let many: Vec<String> = (0..31).map(|n| format!("arn:aws:s3:::logs-{n}-*")).collect();
    for wrong in [
        json!({"Resources": ["arn:aws:s3:::*-logs"]}),
        json!({"Resources": ["orders"]}),
        json!({"Resources": ["*"], "Conditions": bare}),
        json!({"ListOfTags": [like]}),
        json!({"Resources": many}),
        json!({"Resources": ["*"], "SelectionName": "a b"}),
        json!({"Resources": ["*"], "IamRoleArn": "arn:aws:iam::123456789012:user/u"}),
    ] {
        assert_eq!(refused(wrong.clone()), "InvalidParameterValueException", "{wrong}");
    }
}

#[test]
fn a_role_can_be_out_of_reach_of_aws_backup_or_of_the_caller() {
    let (world, path) = planned();
    let create = || world.backup_fails(&format!("PUT {path}"), selection(json!({"Resources": ["*"]})));
    world.set_faults(Faults { denied: vec!["sts:AssumeRole@backups".into()], ..Faults::default() });
    assert_eq!(create(), ("InvalidParameterValueException".into(), format!("IAM Role {ROLE} cannot be assumed by AWS Backup")));
    world.set_faults(Faults { denied: vec!["iam:PassRole@*role/service-role/*".into()], ..Faults::default() });
    let (code, message) = create();
    assert_eq!(code, "AccessDeniedException");
    assert!(message.contains(&format!("iam:PassRole on resource: {ROLE}")), "{message}");
}

#[test]
fn names_need_not_be_unique_and_requests_are_told_apart() {
    let (world, path) = planned();
    let create = |request: &str| {
        let mut input = selection(json!({"Resources": ["*"]}));
        input["CreatorRequestId"] = json!(request);
        world.backup(&format!("PUT {path}"), input)["SelectionId"].clone()
    };
    let first = create("one");
    assert_eq!(create("one"), first);
    assert_ne!(create("two"), first);
}

#[test]
fn of_a_missing_plan_selections_speak_in_their_own_words() {
    let (world, path) = planned();
    assert_eq!(
        world.backup_fails("GET /backup/plans/nope/selections/x", Value::Null),
        ("InvalidParameterValueException".into(), "Cannot find Backup plan with ID nope".into())
    );
    assert_eq!(world.backup_fails(&format!("GET {path}/nope"), Value::Null).0, "ResourceNotFoundException");
    assert_eq!(world.backup_fails(&format!("DELETE {path}/nope"), Value::Null).0, "ResourceNotFoundException");
}

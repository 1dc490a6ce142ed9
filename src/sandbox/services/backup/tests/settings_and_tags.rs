//! Tags of vaults and plans, and the settings of a region and an organization.

use serde_json::{Value, json};

use super::{create_plan, document, in_path, world};
use crate::sandbox::testing::World;

const VAULT: &str = "arn:aws:backup:us-east-1:123456789012:backup-vault:daily";

#[test]
fn tags_are_put_read_and_taken_away() {
    let world = world();
    let tags = || world.backup(&format!("GET /tags/{}/", in_path(VAULT)), Value::Null)["Tags"].clone();
    assert_eq!(tags(), json!({}));
    world.backup(&format!("POST /tags/{}", in_path(VAULT)), json!({"Tags": {"env": "production", "team": "data"}}));
    world.backup(&format!("POST /untag/{}", in_path(VAULT)), json!({"TagKeyList": ["team", "nope"]}));
    assert_eq!(tags(), json!({"env": "production"}));
    let reserved = json!({"Tags": {"aws:x": "y"}});
    assert_eq!(world.backup_fails(&format!("POST /tags/{}", in_path(VAULT)), reserved).0, "InvalidParameterValueException");
    let missing = in_path(&VAULT.replace("daily", "nope"));
    assert_eq!(world.backup_fails(&format!("GET /tags/{missing}"), Value::Null).0, "ResourceNotFoundException");
    let elsewhere = in_path(&VAULT.replace("us-east-1", "us-west-2"));
    assert_eq!(world.backup_fails(&format!("GET /tags/{elsewhere}"), Value::Null).0, "InvalidParameterValueException");
}

#[test]
fn tagged_vaults_and_plans_are_found_by_tag() {
    let world = World::new();
    world.backup("PUT /backup-vaults/daily", json!({"BackupVaultTags": {"owner": "shop"}}));
    world.backup("PUT /backup-vaults/untagged", Value::Null);
    let plan = json!({"BackupPlan": document("shop", json!({})), "BackupPlanTags": {"owner": "shop"}});
    let plan = world.backup("PUT /backup/plans", plan)["BackupPlanArn"].as_str().unwrap().to_owned();
    let find = |input: Value| -> Vec<String> {
        let found = world.tagging("GetResources", input)["ResourceTagMappingList"].clone();
        found.as_array().unwrap().iter().map(|resource| resource["ResourceARN"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(find(json!({"TagFilters": [{"Key": "owner", "Values": ["shop"]}]})), [plan.as_str(), VAULT]);
    assert_eq!(find(json!({"ResourceTypeFilters": ["backup:backup-vault"]})), [VAULT]);
    assert_eq!(find(json!({"ResourceTypeFilters": ["backup:backup-plan"]})), [plan.as_str()]);
    world.tagging("TagResources", json!({"ResourceARNList": [VAULT, plan], "Tags": {"tier": "gold"}}));
    world.tagging("UntagResources", json!({"ResourceARNList": [plan], "TagKeys": ["owner", "tier"]}));
    assert_eq!(find(json!({"TagFilters": [{"Key": "tier"}]})), [VAULT]);
    assert_eq!(world.backup(&format!("GET /tags/{}", in_path(&plan)), Value::Null)["Tags"], json!({}));
}

#[test]
fn tags_of_a_plan_are_those_of_the_plan_that_is_there() {
    let world = world();
    let id = create_plan(&world, document("shop", json!({})));
    world.backup(&format!("DELETE /backup/plans/{id}"), Value::Null);
    let arn = in_path(&format!("arn:aws:backup:us-east-1:123456789012:backup-plan:{id}"));
    assert_eq!(world.backup_fails(&format!("GET /tags/{arn}"), Value::Null).0, "ResourceNotFoundException");
}

#[test]
fn region_settings_are_merged_and_are_of_one_region() {
    let world = World::new();
    world.backup("PUT /account-settings", json!({"ResourceTypeOptInPreference": {"S3": false}}));
    world.backup(
        "PUT /account-settings",
        json!({"ResourceTypeOptInPreference": {"RDS": false}, "ResourceTypeManagementPreference": {"DynamoDB": false}}),
    );
    let settings = world.backup("GET /account-settings", Value::Null);
    let opt_in = &settings["ResourceTypeOptInPreference"];
    assert_eq!((&opt_in["S3"], &opt_in["RDS"], &opt_in["DynamoDB"]), (&json!(false), &json!(false), &json!(true)));
    assert_eq!(settings["ResourceTypeManagementPreference"], json!({"DynamoDB": false, "EFS": true}));
    let elsewhere = world.in_region("us-west-2").backup("GET /account-settings", Value::Null);
    assert_eq!(elsewhere["ResourceTypeOptInPreference"]["S3"], true);
    let unknown = json!({"ResourceTypeOptInPreference": {"Floppy": true}});
    assert_eq!(world.backup_fails("PUT /account-settings", unknown).0, "InvalidParameterValueException");
    let types = world.backup("GET /supported-resource-types", Value::Null)["ResourceTypes"].clone();
    assert_eq!(types.as_array().unwrap().len(), opt_in.as_object().unwrap().len());
}

#[test]
fn global_settings_are_of_the_account_wherever_they_are_read() {
    let world = World::new();
    world.in_region("eu-west-1").backup("PUT /global-settings", json!({"GlobalSettings": {"isCrossAccountBackupEnabled": "true"}}));
    let settings = world.backup("GET /global-settings", Value::Null);
    assert_eq!(settings["GlobalSettings"]["isCrossAccountBackupEnabled"], "true");
    assert_eq!(settings["GlobalSettings"]["isMpaEnabled"], "false");
    assert_eq!(settings["LastUpdateTime"], json!(world.now()));
    let wrong = json!({"GlobalSettings": {"isMpaEnabled": "maybe"}});
    assert_eq!(world.backup_fails("PUT /global-settings", wrong).0, "InvalidParameterValueException");
}

//! `aws_backup_plan` in a seed: the provider's attributes, and the sandbox's own for age and id. Its selections are `selection` blocks
//! inside it, with the attributes of `aws_backup_selection`, since a seed has no references.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::Plant;
use super::fields::Fields;
use crate::sandbox::DEFAULT_ACCOUNT;
use crate::sandbox::clock::later;
use crate::sandbox::services::{account, backup};
use crate::sandbox::state::State;

/// How old a seeded plan is when the seed does not say.
const DEFAULT_AGE_DAYS: i64 = 60;

#[derive(Debug)]
struct SeededPlan {
    account: String,
    region: String,
    id: String,
    tags: Option<BTreeMap<String, String>>,
    /// Without rule ids.
    document: Value,
    selections: Vec<Value>,
    age_days: i64,
}

/// Reads one block.
pub(super) fn decode(fields: &mut Fields<'_>) -> Box<dyn Plant> {
    let account = fields.text("account_id").unwrap_or_else(|| DEFAULT_ACCOUNT.to_owned());
    let region = fields.text("region").unwrap_or_else(|| "us-east-1".to_owned());
    let name = fields.required_text("name");
    let mut given = json!({ "BackupPlanName": name, "Rules": fields.blocks("rule", rule) });
    let advanced = fields.blocks(
        "advanced_backup_setting",
        |block| json!({ "ResourceType": block.required_text("resource_type"), "BackupOptions": map(block, "backup_options") }),
    );
    given["AdvancedBackupSettings"] = Value::Array(advanced);
    // Whether a vault is there shows only when everything is planted; a plan may also point to one that has gone.
    let document = backup::plan_document(&given).unwrap_or_else(|error| {
        fields.complain("name", &error.message);
        Value::Null
    });
    let role = format!("arn:aws:iam::{account}:role/service-role/AWSBackupDefaultServiceRole");
    let selections = fields.blocks("selection", |block| {
        let given = selection(block, &role);
        backup::selection_document(&given).unwrap_or_else(|error| {
            block.complain("name", &error.message);
            Value::Null
        })
    });
    Box::new(SeededPlan {
        id: fields.text("id").unwrap_or_else(|| backup::named_id(&format!("{account}/{region}/{name}"))),
        account,
        region,
        tags: fields.map("tags").map(BTreeMap::from_iter),
        document,
        selections,
        age_days: fields.number("created_days_ago", 0..=36_500).unwrap_or(DEFAULT_AGE_DAYS),
    })
}

/// A map of strings, which is empty when it is absent.
fn map(fields: &mut Fields<'_>, name: &'static str) -> Map<String, Value> {
    fields.map(name).unwrap_or_default().into_iter().map(|(key, value)| (key, Value::from(value))).collect()
}

/// The members of a rule as AWS takes them; what is absent stays so.
fn rule(fields: &mut Fields<'_>) -> Value {
    let windows = 1..=i64::MAX;
    let members = [
        ("RuleName", Some(Value::from(fields.required_text("rule_name")))),
        ("TargetBackupVaultName", Some(Value::from(fields.required_text("target_vault_name")))),
        ("ScheduleExpression", fields.text("schedule").map(Value::from)),
        ("ScheduleExpressionTimezone", fields.text("schedule_expression_timezone").map(Value::from)),
        ("StartWindowMinutes", fields.number("start_window", windows.clone()).map(Value::from)),
        ("CompletionWindowMinutes", fields.number("completion_window", windows).map(Value::from)),
        ("EnableContinuousBackup", fields.flag("enable_continuous_backup").map(Value::from)),
        ("RecoveryPointTags", Some(Value::Object(map(fields, "recovery_point_tags")))),
        ("Lifecycle", fields.block("lifecycle", lifecycle)),
        ("TargetLogicallyAirGappedBackupVaultArn", fields.text("target_logically_air_gapped_backup_vault_arn").map(Value::from)),
        ("CopyActions", Some(Value::Array(fields.blocks("copy_action", copy)))),
    ];
    members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect::<Map<_, _>>().into()
}

fn copy(fields: &mut Fields<'_>) -> Value {
    let mut action = json!({ "DestinationBackupVaultArn": fields.required_text("destination_vault_arn") });
    if let Some(lifecycle) = fields.block("lifecycle", lifecycle) {
        action["Lifecycle"] = lifecycle;
    }
    action
}

fn lifecycle(fields: &mut Fields<'_>) -> Value {
    let members = [
        ("MoveToColdStorageAfterDays", fields.number("cold_storage_after", 1..=36_500).map(Value::from)),
        ("DeleteAfterDays", fields.number("delete_after", 1..=36_500).map(Value::from)),
        ("OptInToArchiveForSupportedResources", fields.flag("opt_in_to_archive_for_supported_resources").map(Value::from)),
    ];
    members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect::<Map<_, _>>().into()
}

fn selection(fields: &mut Fields<'_>, role: &str) -> Value {
    let tags = fields.blocks("selection_tag", |tag| {
        json!({
            "ConditionType": tag.text("type").unwrap_or_else(|| "STRINGEQUALS".to_owned()),
            "ConditionKey": tag.required_text("key"),
            "ConditionValue": tag.required_text("value"),
        })
    });
    let conditions = fields.block("condition", |condition| {
        let mut operators = json!({});
        for (block, operator) in [
            ("string_equals", "StringEquals"),
            ("string_not_equals", "StringNotEquals"),
            ("string_like", "StringLike"),
            ("string_not_like", "StringNotLike"),
        ] {
            let pair =
                |pair: &mut Fields<'_>| json!({ "ConditionKey": pair.required_text("key"), "ConditionValue": pair.required_text("value") });
            operators[operator] = Value::Array(condition.blocks(block, pair));
        }
        operators
    });
    json!({
        "SelectionName": fields.required_text("name"),
        "IamRoleArn": fields.text("iam_role_arn").unwrap_or_else(|| role.to_owned()),
        "Resources": fields.texts("resources").unwrap_or_default(),
        "NotResources": fields.texts("not_resources").unwrap_or_default(),
        "ListOfTags": tags,
        "Conditions": conditions,
    })
}

impl Plant for SeededPlan {
    fn identity(&self) -> String {
        backup::arn(&self.account, &self.region, "backup-plan", &self.id)
    }

    fn plant(&self, state: &mut State, now: Timestamp) -> bool {
        if account::is_opt_in(&self.region) {
            state.enable_region(&self.account, &self.region);
        }
        let created_at = later(now, SignedDuration::from_hours(-24 * self.age_days));
        let mut document = self.document.clone();
        backup::with_rule_ids(&mut document, || backup::id(state.fresh_number()));
        let version = backup::Version { id: backup::version(state.fresh_number()), created_at, document };
        let mut selections = BTreeMap::new();
        for document in &self.selections {
            let id = backup::id(state.fresh_number());
            let selection = backup::Selection { id: id.clone(), created_at, request_id: None, document: document.clone() };
            selections.insert(id, selection);
        }
        let plan = backup::Plan {
            id: self.id.clone(),
            arn: self.identity(),
            created_at,
            deleted_at: None,
            last_run_at: None,
            // What it did before is said by recovery points of the seed.
            ran_until: now,
            request_id: None,
            tags: self.tags.clone(),
            versions: vec![version],
            selections,
        };
        let plans = &mut state.region_mut(&self.account, &self.region).backup.plans;
        plans.insert(self.id.clone(), plan).is_some_and(|before| before.deleted_at.is_none())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::sandbox::Seed;
    use crate::sandbox::testing::World;

    const SEED: &str = r#"
        resource "aws_backup_plan" "shop" {
          name = "shop"
          tags = { "backstay:workspace" = "shop" }
          rule {
            rule_name         = "daily"
            target_vault_name = "daily"
            schedule          = "cron(0 2 * * ? *)"
            lifecycle { delete_after = 30 }
            copy_action {
              destination_vault_arn = "arn:aws:backup:us-west-2:123456789012:backup-vault:dr"
              lifecycle { delete_after = 90 }
            }
          }
          selection {
            name      = "tables"
            resources = ["arn:aws:dynamodb:us-east-1:123456789012:table/Orders"]
            condition {
              string_equals {
                key   = "aws:ResourceTag/env"
                value = "production"
              }
            }
          }
        }
    "#;

    #[test]
    fn a_seeded_plan_is_as_aws_would_keep_it() {
        let world = World::seeded(SEED);
        let plan = world.backup("GET /backup/plans", Value::Null)["BackupPlansList"][0].clone();
        let id = plan["BackupPlanId"].as_str().unwrap();
        let rule = world.backup(&format!("GET /backup/plans/{id}"), Value::Null)["BackupPlan"]["Rules"][0].clone();
        assert_eq!((&rule["StartWindowMinutes"], &rule["Lifecycle"]), (&json!(480), &json!({"DeleteAfterDays": 30})));
        assert_eq!(rule["CopyActions"][0]["Lifecycle"], json!({"DeleteAfterDays": 90}));
        assert!(rule["RuleId"].is_string());
        let path = format!("GET /backup/plans/{id}/selections");
        let selection = world.backup(&path, Value::Null)["BackupSelectionsList"][0]["SelectionId"].clone();
        let selection = world.backup(&format!("{path}/{}", selection.as_str().unwrap()), Value::Null)["BackupSelection"].clone();
        assert_eq!(selection["IamRoleArn"], "arn:aws:iam::123456789012:role/service-role/AWSBackupDefaultServiceRole");
        assert_eq!(selection["Conditions"]["StringEquals"][0]["ConditionValue"], "production");
        assert_eq!(world.tagging("GetResources", json!({}))["ResourceTagMappingList"][0]["ResourceARN"], plan["BackupPlanArn"]);
        // The same seed again is the same plan.
        world.seed(SEED);
        assert_eq!(world.backup("GET /backup/plans", Value::Null)["BackupPlansList"].as_array().unwrap().len(), 1);
    }

    #[test]
    fn what_aws_refuses_is_a_problem_of_the_seed() {
        let wrong = SEED.replace("cron(0 2 * * ? *)", "rate(1 day)");
        assert!(Seed::parse("s.hcl", &wrong).unwrap_err().to_string().contains("Error in rule daily : "));
        let wrong = SEED.replace("resources = [\"arn", "not_resources = [\"arn");
        assert!(Seed::parse("s.hcl", &wrong).unwrap_err().to_string().contains("section must be non-empty"));
    }
}

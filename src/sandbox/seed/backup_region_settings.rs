//! `aws_backup_region_settings` in a seed: which types of resource AWS Backup takes in a region, and which it manages.

use jiff::Timestamp;

use super::Plant;
use super::fields::Fields;
use crate::sandbox::DEFAULT_ACCOUNT;
use crate::sandbox::services::{account, backup};
use crate::sandbox::state::State;

#[derive(Debug)]
struct SeededSettings {
    account: String,
    region: String,
    opt_in: Vec<(String, bool)>,
    management: Vec<(String, bool)>,
}

/// Reads one block.
pub(super) fn decode(fields: &mut Fields<'_>) -> Box<dyn Plant> {
    Box::new(SeededSettings {
        account: fields.text("account_id").unwrap_or_else(|| DEFAULT_ACCOUNT.to_owned()),
        region: fields.text("region").unwrap_or_else(|| "us-east-1".to_owned()),
        opt_in: preferences(fields, "resource_type_opt_in_preference", backup::TYPES),
        management: preferences(fields, "resource_type_management_preference", backup::MANAGED_TYPES),
    })
}

fn preferences(fields: &mut Fields<'_>, name: &'static str, known: &[&str]) -> Vec<(String, bool)> {
    let mut preferences = Vec::new();
    for (kind, value) in fields.map(name).unwrap_or_default() {
        match value.parse() {
            Ok(on) if known.contains(&kind.as_str()) => preferences.push((kind, on)),
            Ok(_) => fields.complain(name, &format!("`{kind}` must be one of {}", known.join(", "))),
            Err(_) => fields.complain(name, &format!("`{kind}` must be true or false, found `{value}`")),
        }
    }
    preferences
}

impl Plant for SeededSettings {
    fn identity(&self) -> String {
        format!("arn:aws:backup:{}:{}:account-settings", self.region, self.account)
    }

    fn plant(&self, state: &mut State, _: Timestamp) -> bool {
        if account::is_opt_in(&self.region) {
            state.enable_region(&self.account, &self.region);
        }
        let settings = &mut state.region_mut(&self.account, &self.region).backup.settings;
        for (kind, on) in &self.opt_in {
            settings.set(kind, Some(*on), None);
        }
        for (kind, on) in &self.management {
            settings.set(kind, None, Some(*on));
        }
        // Every region has settings from the start.
        true
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::sandbox::Seed;
    use crate::sandbox::testing::World;

    #[test]
    fn settings_are_seeded_for_one_region() {
        let world = World::seeded(
            r#"
            resource "aws_backup_region_settings" "west" {
              region                              = "us-west-2"
              resource_type_opt_in_preference     = { S3 = false }
              resource_type_management_preference = { DynamoDB = false }
            }
            "#,
        );
        let west = world.in_region("us-west-2").backup("GET /account-settings", Value::Null);
        assert_eq!(west["ResourceTypeOptInPreference"]["S3"], false);
        assert_eq!(west["ResourceTypeManagementPreference"]["DynamoDB"], false);
        assert_eq!(world.backup("GET /account-settings", Value::Null)["ResourceTypeOptInPreference"]["S3"], true);
    }

    #[test]
    fn an_unknown_type_is_a_problem() {
        let seed = "resource \"aws_backup_region_settings\" \"s\" {\n  resource_type_opt_in_preference = { Tape = true }\n}\n";
        assert!(Seed::parse("s.hcl", seed).unwrap_err().to_string().contains("`Tape` must be one of Aurora"));
    }
}

//! `aws_backup_global_settings` in a seed: what AWS Backup lets the accounts of an organization do with each other.

use jiff::Timestamp;

use super::Plant;
use super::fields::Fields;
use crate::sandbox::DEFAULT_ACCOUNT;
use crate::sandbox::services::backup;
use crate::sandbox::state::State;

#[derive(Debug)]
struct SeededSettings {
    account: String,
    settings: Vec<(String, bool)>,
}

/// Reads one block.
pub(super) fn decode(fields: &mut Fields<'_>) -> Box<dyn Plant> {
    let account = fields.text("account_id").unwrap_or_else(|| DEFAULT_ACCOUNT.to_owned());
    let mut settings = Vec::new();
    for (name, value) in fields.map("global_settings").unwrap_or_default() {
        match value.parse() {
            Ok(on) if backup::GLOBAL.contains(&name.as_str()) => settings.push((name, on)),
            Ok(_) => fields.complain("global_settings", &format!("`{name}` must be one of {}", backup::GLOBAL.join(", "))),
            Err(_) => fields.complain("global_settings", &format!("`{name}` must be true or false, found `{value}`")),
        }
    }
    Box::new(SeededSettings { account, settings })
}

impl Plant for SeededSettings {
    fn identity(&self) -> String {
        format!("arn:aws:backup::{}:global-settings", self.account)
    }

    fn plant(&self, state: &mut State, _: Timestamp) -> bool {
        let settings = &mut state.region_mut(&self.account, backup::HOME_REGION).backup.settings;
        for (name, on) in &self.settings {
            settings.set_global(name, *on);
        }
        // Every account has settings from the start.
        true
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::sandbox::Seed;
    use crate::sandbox::testing::World;

    #[test]
    fn settings_are_seeded_for_the_account() {
        let seed = "resource \"aws_backup_global_settings\" \"s\" {\n  global_settings = { isMpaEnabled = \"true\" }\n}\n";
        let settings = World::seeded(seed).in_region("us-west-2").backup("GET /global-settings", Value::Null);
        assert_eq!(settings["GlobalSettings"]["isMpaEnabled"], "true");
        assert_eq!(settings["GlobalSettings"]["isCrossAccountBackupEnabled"], "false");
    }

    #[test]
    fn an_unknown_setting_is_a_problem() {
        let seed = "resource \"aws_backup_global_settings\" \"s\" {\n  global_settings = { isFree = true }\n}\n";
        assert!(Seed::parse("s.hcl", seed).unwrap_err().to_string().contains("`isFree` must be one of"));
    }
}

//! `aws_efs_file_system` in a seed: the provider's attributes, `id`, `backup_policy`, `state` and `created_days_ago`.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::Plant;
use super::fields::Fields;
use crate::sandbox::DEFAULT_ACCOUNT;
use crate::sandbox::services::{account, efs};
use crate::sandbox::state::State;

const TEXTS: &[(&str, &str)] = &[
    ("availability_zone_name", "AvailabilityZoneName"),
    ("kms_key_id", "KmsKeyId"),
    ("performance_mode", "PerformanceMode"),
    ("throughput_mode", "ThroughputMode"),
];

#[derive(Debug)]
struct SeededSystem {
    id: String,
    token: Option<String>,
    account: String,
    region: String,
    backup: Option<bool>,
    state: Option<String>,
    age_days: i64,
    said: Map<String, Value>,
    tags: Option<BTreeMap<String, String>>,
}

/// Reads one block; what AWS would refuse of it is a problem.
pub(super) fn decode(fields: &mut Fields<'_>) -> Box<dyn Plant> {
    let rule = |id: &str| {
        let digits = id.strip_prefix("fs-").unwrap_or_default();
        let fits = (8..=40).contains(&digits.len()) && digits.chars().all(|c| c.is_ascii_digit() || ('a'..='f').contains(&c));
        (!fits).then(|| format!("`id` must be `fs-` with 8 to 40 hexadecimal digits, found \"{id}\""))
    };
    let id = fields.required_id("id", "fs-0123456789abcdef0", rule);
    let mut said = Map::new();
    for (attribute, member) in TEXTS {
        said.extend(fields.text(attribute).map(|text| ((*member).to_owned(), Value::from(text))));
    }
    said.extend(fields.flag("encrypted").map(|flag| ("Encrypted".to_owned(), json!(flag))));
    efs::fill(&mut said);
    let in_one_zone = said.contains_key("AvailabilityZoneName");
    let backup =
        fields.block("backup_policy", |policy| policy.choice("status", &["ENABLED", "DISABLED"]).is_some_and(|on| on == "ENABLED"));
    Box::new(SeededSystem {
        id,
        token: fields.text("creation_token"),
        account: fields.text("account_id").unwrap_or_else(|| DEFAULT_ACCOUNT.to_owned()),
        region: fields.text("region").unwrap_or_else(|| "us-east-1".to_owned()),
        backup: backup.or(in_one_zone.then_some(true)),
        state: fields.choice("state", &["available", "creating", "deleting", "error", "updating"]).filter(|state| state != "available"),
        age_days: fields.number("created_days_ago", 0..=36_500).unwrap_or_default(),
        said,
        tags: fields.map("tags").map(BTreeMap::from_iter),
    })
}

impl Plant for SeededSystem {
    fn identity(&self) -> String {
        efs::arn(&self.account, &self.region, &self.id)
    }

    fn plant(&self, state: &mut State, now: Timestamp) -> bool {
        if account::is_opt_in(&self.region) {
            state.enable_region(&self.account, &self.region);
        }
        let created = now.checked_sub(SignedDuration::from_hours(self.age_days.saturating_mul(24))).unwrap_or(now);
        let system = efs::FileSystem {
            id: self.id.clone(),
            arn: self.identity(),
            token: self.token.clone().unwrap_or_else(|| self.id.clone()),
            created,
            available_at: created,
            gone_at: (self.state.as_deref() == Some("deleting")).then_some(Timestamp::MAX),
            held: self.state.clone(),
            backup: self.backup.map(|is_on| efs::Policy::on(is_on, created)),
            lifecycle: json!([]),
            said: self.said.clone(),
            tags: self.tags.clone(),
        };
        state.region_mut(&self.account, &self.region).efs.insert(self.id.clone(), system).is_some()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::sandbox::Seed;
    use crate::sandbox::testing::World;

    #[test]
    fn a_seeded_system_has_its_policy_and_its_name() {
        let world = World::seeded(
            "resource \"aws_efs_file_system\" \"f\" {\n  id = \"fs-0123456789abcdef0\"\n  backup_policy {\n    status = \"ENABLED\"\n  }\n  tags = { Name = \"media\" }\n}\n",
        );
        let systems = world.ask("elasticfilesystem", "GET /2015-02-01/file-systems", Value::Null).unwrap();
        assert_eq!(systems["FileSystems"][0]["Name"], "media");
        let policy =
            world.ask("elasticfilesystem", "GET /2015-02-01/file-systems/fs-0123456789abcdef0/backup-policy", Value::Null).unwrap();
        assert_eq!(policy, json!({ "BackupPolicy": { "Status": "ENABLED" } }));
    }

    #[test]
    fn an_id_that_aws_would_not_give_is_a_problem_of_the_seed() {
        let problems = Seed::parse("s.hcl", "resource \"aws_efs_file_system\" \"f\" {\n  id = \"media\"\n}\n").unwrap_err().to_string();
        assert!(problems.contains("s.hcl:2:8") && problems.contains("8 to 40 hexadecimal digits"), "{problems}");
    }
}

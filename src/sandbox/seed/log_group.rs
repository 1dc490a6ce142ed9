//! `aws_cloudwatch_log_group` in a seed: the provider's attributes, `created_days_ago` and `stored_bytes`.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::Plant;
use super::fields::Fields;
use crate::sandbox::DEFAULT_ACCOUNT;
use crate::sandbox::services::account;
use crate::sandbox::services::logs::{Group, RETENTIONS, check_name, group_arn};
use crate::sandbox::state::State;

#[derive(Debug)]
struct SeededGroup {
    name: String,
    account: String,
    region: String,
    retention: Option<i64>,
    deletion_protection: bool,
    class: String,
    key: Option<String>,
    stored_bytes: i64,
    created_days_ago: i64,
    tags: Option<BTreeMap<String, String>>,
}

/// Reads one block; what AWS would refuse of it is a problem.
pub(super) fn decode(fields: &mut Fields<'_>) -> Box<dyn Plant> {
    let name = fields.required_text_within("name", |name| check_name(name).err().map(|error| error.message));
    let retention = fields.number("retention_in_days", 0..=3653).filter(|days| *days != 0);
    if let Some(days) = retention.filter(|days| !RETENTIONS.contains(days)) {
        fields.complain("retention_in_days", &format!("CloudWatch Logs does not keep events for {days} days"));
    }
    Box::new(SeededGroup {
        name,
        account: fields.text("account_id").unwrap_or_else(|| DEFAULT_ACCOUNT.to_owned()),
        region: fields.text("region").unwrap_or_else(|| "us-east-1".to_owned()),
        retention,
        deletion_protection: fields.flag("deletion_protection_enabled").unwrap_or_default(),
        class: fields.choice("log_group_class", &["STANDARD", "INFREQUENT_ACCESS", "DELIVERY"]).unwrap_or_else(|| "STANDARD".to_owned()),
        key: fields.text("kms_key_id"),
        stored_bytes: fields.number("stored_bytes", 0..=i64::MAX).unwrap_or_default(),
        created_days_ago: fields.number("created_days_ago", 0..=10_000).unwrap_or_default(),
        tags: fields.map("tags").map(BTreeMap::from_iter),
    })
}

impl Plant for SeededGroup {
    fn identity(&self) -> String {
        group_arn(&self.account, &self.region, &self.name)
    }

    fn plant(&self, state: &mut State, now: Timestamp) -> bool {
        if account::is_opt_in(&self.region) {
            state.enable_region(&self.account, &self.region);
        }
        let age = SignedDuration::from_hours(self.created_days_ago.saturating_mul(24));
        let group = Group {
            arn: self.identity(),
            name: self.name.clone(),
            created: now.checked_sub(age).unwrap_or(now),
            retention: if self.class == "DELIVERY" { Some(2) } else { self.retention },
            deletion_protection: self.deletion_protection,
            class: self.class.clone(),
            key: self.key.clone(),
            stored_bytes: self.stored_bytes,
            tags: self.tags.clone(),
        };
        state.region_mut(&self.account, &self.region).logs.insert(self.name.clone(), group).is_some()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::sandbox::Seed;
    use crate::sandbox::testing::World;

    #[test]
    fn a_seeded_group_has_its_retention_its_tags_and_its_age() {
        let world = World::seeded(
            "resource \"aws_cloudwatch_log_group\" \"g\" {\n  name = \"/shop/orders\"\n  retention_in_days = 30\n  created_days_ago = 1\n  deletion_protection_enabled = true\n  tags = { env = \"production\" }\n}\n",
        );
        let group = &world.logs("DescribeLogGroups", json!({}))["logGroups"][0];
        assert_eq!((&group["retentionInDays"], &group["deletionProtectionEnabled"]), (&json!(30), &json!(true)));
        assert_eq!(group["creationTime"].as_i64(), Some(1_795_132_800_000));
        let found = world.tagging("GetResources", json!({"TagFilters": [{"Key": "env"}]}));
        assert_eq!(found["ResourceTagMappingList"].as_array().unwrap().len(), 1);
    }

    #[test]
    fn a_retention_that_aws_does_not_have_is_a_problem_of_the_seed() {
        let text = "resource \"aws_cloudwatch_log_group\" \"g\" {\n  name = \"g h\"\n  retention_in_days = 31\n}\n";
        let problems = Seed::parse("s.hcl", text).unwrap_err().to_string();
        assert!(
            problems.contains("s.hcl:3:23: CloudWatch Logs does not keep events for 31 days") && problems.contains("s.hcl:2:10"),
            "{problems}"
        );
    }
}

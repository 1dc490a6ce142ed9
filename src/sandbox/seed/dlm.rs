//! `aws_dlm_lifecycle_policy` in a seed: policies of snapshots with plain schedules, as somebody else may have made them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::Plant;
use super::fields::Fields;
use crate::sandbox::DEFAULT_ACCOUNT;
use crate::sandbox::services::{account, dlm};
use crate::sandbox::state::State;

#[derive(Debug)]
struct SeededPolicy {
    id: String,
    account: String,
    region: String,
    description: String,
    role: String,
    state: String,
    details: Value,
    default: Option<String>,
    tags: Option<BTreeMap<String, String>>,
}

/// Reads one block; what AWS would refuse of it is a problem.
pub(super) fn decode(fields: &mut Fields<'_>) -> Box<dyn Plant> {
    let rule = |id: &str| {
        let fits = id.strip_prefix("policy-").is_some_and(|digits| !digits.is_empty() && digits.chars().all(|c| c.is_ascii_hexdigit()));
        (!fits).then(|| format!("`id` must be `policy-` with hexadecimal digits, found \"{id}\""))
    };
    let id = fields.required_id("id", "policy-0123456789abcdef0", rule);
    let default = fields.choice("default_policy", &["VOLUME", "INSTANCE"]);
    let details = fields.block("policy_details", |details| {
        let mut simple = Map::new();
        simple.extend(details.number("create_interval", 1..=7).map(|days| ("CreateInterval".to_owned(), json!(days))));
        simple.extend(details.number("retain_interval", 2..=14).map(|days| ("RetainInterval".to_owned(), json!(days))));
        if default.is_some() {
            return Value::Object(simple);
        }
        let tags = details.map("target_tags").unwrap_or_default();
        let tags: Vec<Value> = tags.into_iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
        let types = details.texts("resource_types").unwrap_or_else(|| vec!["VOLUME".to_owned()]);
        json!({ "ResourceTypes": types, "TargetTags": tags, "Schedules": details.blocks("schedule", schedule) })
    });
    let details = match (&default, details) {
        (Some(kind), details) => dlm::of_default(kind, &details.unwrap_or_default()),
        (None, Some(details)) => dlm::custom(&details),
        (None, None) => {
            fields.complain(
                "policy_details",
                "`policy_details` is missing: it says what has snapshots made, and when; or write `default_policy`",
            );
            Ok(Value::Null)
        }
    };
    let details = details.unwrap_or_else(|error| {
        fields.complain("policy_details", &error.message);
        Value::Null
    });
    Box::new(SeededPolicy {
        id,
        account: fields.text("account_id").unwrap_or_else(|| DEFAULT_ACCOUNT.to_owned()),
        region: fields.text("region").unwrap_or_else(|| "us-east-1".to_owned()),
        description: fields.required_text("description"),
        role: fields.text("execution_role_arn").unwrap_or_else(|| format!("arn:aws:iam::{DEFAULT_ACCOUNT}:role/dlm")),
        state: fields.choice("state", &["ENABLED", "DISABLED", "ERROR"]).unwrap_or_else(|| "ENABLED".to_owned()),
        details,
        default,
        tags: fields.map("tags").map(BTreeMap::from_iter),
    })
}

fn schedule(fields: &mut Fields<'_>) -> Value {
    let mut schedule = json!({ "Name": fields.required_text("name") });
    schedule["CopyTags"] = json!(fields.flag("copy_tags").unwrap_or(false));
    let create = fields.block("create_rule", |rule| {
        let mut create = Map::new();
        create.extend(rule.number("interval", 1..=24).map(|hours| ("Interval".to_owned(), json!(hours))));
        create.extend(rule.texts("times").map(|times| ("Times".to_owned(), json!(times))));
        create.extend(rule.text("cron_expression").map(|cron| ("CronExpression".to_owned(), json!(cron))));
        Value::Object(create)
    });
    let retain = fields.block("retain_rule", |rule| {
        let mut retain = Map::new();
        retain.extend(rule.number("count", 1..=1_000).map(|count| ("Count".to_owned(), json!(count))));
        retain.extend(rule.number("interval", 1..=36_500).map(|interval| ("Interval".to_owned(), json!(interval))));
        retain.extend(rule.text("interval_unit").map(|unit| ("IntervalUnit".to_owned(), json!(unit))));
        Value::Object(retain)
    });
    (schedule["CreateRule"], schedule["RetainRule"]) = (create.unwrap_or_default(), retain.unwrap_or_default());
    schedule
}

impl Plant for SeededPolicy {
    fn identity(&self) -> String {
        dlm::arn(&self.account, &self.region, &self.id)
    }

    fn plant(&self, state: &mut State, now: Timestamp) -> bool {
        if account::is_opt_in(&self.region) {
            state.enable_region(&self.account, &self.region);
        }
        let policy = dlm::Policy {
            id: self.id.clone(),
            arn: self.identity(),
            description: self.description.clone(),
            role: self.role.clone(),
            state: self.state.clone(),
            details: self.details.clone(),
            default: self.default.clone(),
            created: now,
            modified: now,
            tags: self.tags.clone(),
        };
        state.region_mut(&self.account, &self.region).dlm.insert(self.id.clone(), policy).is_some()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::sandbox::Seed;
    use crate::sandbox::testing::World;

    #[test]
    fn a_seeded_policy_has_its_schedules_and_its_state() {
        let world = World::seeded(
            "resource \"aws_dlm_lifecycle_policy\" \"p\" {\n  id = \"policy-0a\"\n  description = \"volumes\"\n  state = \"ERROR\"\n  policy_details {\n    target_tags = { backup = \"yes\" }\n    schedule {\n      name = \"daily\"\n      create_rule { interval = 24 }\n      retain_rule { count = 7 }\n    }\n  }\n}\n",
        );
        let policy = &world.ask("dlm", "GET /policies/policy-0a", Value::Null).unwrap()["Policy"];
        assert_eq!((&policy["State"], &policy["PolicyDetails"]["Schedules"][0]["Name"]), (&"ERROR".into(), &"daily".into()));
    }

    #[test]
    fn details_that_aws_would_refuse_are_a_problem_of_the_seed() {
        let text = "resource \"aws_dlm_lifecycle_policy\" \"p\" {\n  id = \"policy-0a\"\n  description = \"volumes\"\n}\n";
        let problems = Seed::parse("s.hcl", text).unwrap_err().to_string();
        assert!(problems.contains("`policy_details` is missing"), "{problems}");
    }
}

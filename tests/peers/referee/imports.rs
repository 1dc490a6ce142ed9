//! What Terraform imports: the ids of what backstay made, and the configuration that Terraform generates for them.

use crate::support::World;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Asks a world for the ids that AWS gave to what backstay made.
pub(super) struct Ids<'w>(pub(super) &'w World);

impl Ids<'_> {
    fn listed(&self, path: &str, service: &str) -> Value {
        self.0.wire().send("GET", path, service, &[], "").json()
    }

    fn plan(&self) -> Option<String> {
        Some(self.listed("/backup/plans/", "backup")["BackupPlansList"][0]["BackupPlanId"].as_str()?.to_owned())
    }

    fn selection(&self, name: &str) -> Option<String> {
        let plan = self.plan()?;
        let listed = self.listed(&format!("/backup/plans/{plan}/selections/"), "backup");
        let found = listed["BackupSelectionsList"].as_array()?.iter().find(|each| each["SelectionName"] == name)?;
        Some(format!("{plan}|{}", found["SelectionId"].as_str()?))
    }

    fn queue(&self) -> Option<String> {
        let listed = self.0.wire().sns("Action=ListSubscriptions").text;
        let mut arns = listed.split("<SubscriptionArn>").skip(1).filter_map(|rest| rest.split('<').next());
        // That of an address whose owner has not confirmed it is told to nobody.
        arns.find(|arn| arn.starts_with("arn:")).map(str::to_owned)
    }

    /// By what Terraform imports the same as one of its resources; none where it cannot.
    pub(super) fn import(&self, resource: &Value) -> Option<String> {
        let values = &resource["values"];
        let text = |name: &str| values[name].as_str().unwrap_or_default();
        Some(match resource["type"].as_str()? {
            "aws_backup_plan" => self.plan()?,
            "aws_backup_selection" => self.selection(text("name"))?,
            "aws_backup_framework" | "aws_backup_report_plan" | "aws_backup_restore_testing_plan" => text("name").to_owned(),
            "aws_backup_restore_testing_selection" => format!("{}:{}", text("name"), text("restore_testing_plan_name")),
            "aws_backup_global_settings" => crate::support::ACCOUNT.to_owned(),
            "aws_cloudwatch_event_target" if text("event_bus_name") == "default" => format!("{}/{}", text("rule"), text("target_id")),
            "aws_cloudwatch_event_target" => format!("{}/{}/{}", text("event_bus_name"), text("rule"), text("target_id")),
            "aws_db_instance" => text("identifier").to_owned(),
            "aws_db_instance_automated_backups_replication" => {
                let copies = self.0.wire().in_region("us-west-2").rds("Action=DescribeDBInstanceAutomatedBackups");
                copies.element("DBInstanceAutomatedBackupsArn").to_owned()
            }
            "aws_dlm_lifecycle_policy" => self.listed("/policies", "dlm")["Policies"][0]["PolicyId"].as_str()?.to_owned(),
            "aws_s3_bucket_lifecycle_configuration" => text("bucket").to_owned(),
            "aws_sns_topic_subscription" if text("protocol") == "email" => return None,
            "aws_sns_topic_subscription" => self.queue()?,
            _ => text("id").to_owned(),
        })
    }
}

/// The import blocks of what Terraform once created, by address; what its configuration has elsewhere is looked for elsewhere.
pub(super) fn blocks(resources: &[Value], configuration: &Value, ids: &Ids<'_>) -> BTreeMap<String, String> {
    let elsewhere = |resource: &&Value| resource["provider_config_key"] == "aws.west";
    let there = configuration["root_module"]["resources"].as_array().into_iter().flatten().filter(elsewhere);
    let there: BTreeSet<&str> = there.filter_map(|resource| resource["address"].as_str()).collect();
    let block = |resource: &Value| {
        let (address, id) = (resource["address"].as_str()?, ids.import(resource)?);
        let provider = if there.contains(address) { "  provider = aws.west\n" } else { "" };
        Some((address.to_owned(), format!("import {{\n  to = {address}\n  id = {id:?}\n{provider}}}\n")))
    };
    resources.iter().filter_map(block).collect()
}

/// The addresses of which a run complains.
pub(super) fn complaints(said: &str) -> BTreeSet<String> {
    let named = said.lines().filter_map(|line| line.trim_start_matches(['│', ' ']).strip_prefix("with ")?.split(',').next());
    named.map(str::to_owned).collect()
}

/// The blocks of a configuration, by address.
pub(super) fn resources(configuration: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut lines = configuration.lines();
    while let Some(line) = lines.next() {
        let mut words = line.split('"');
        let (Some("resource "), Some(of), Some(" "), Some(name)) = (words.next(), words.next(), words.next(), words.next()) else {
            continue;
        };
        let rest: Vec<&str> = lines.by_ref().take_while(|line| *line != "}").collect();
        found.insert(format!("{of}.{name}"), format!("{line}\n{}\n}}\n", rest.join("\n")));
    }
    found
}

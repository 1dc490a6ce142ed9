//! What AWS Backup does not do for some types of resources, and does not say: cold storage and continuous backup.
//!
//! Source: AWS Backup Developer Guide, Feature availability by resource; Backup plan options and configuration.

use super::{COLD_AFTER, CONTINUOUS, COPY, DELETE_AFTER, RULE};
use crate::kinds::backup_choice::{NOT_RESOURCES, RESOURCES};
use crate::kinds::{Concern, Handed, Need, Needed, Place, backup_types};
use crate::model::{Code, Severity, Value, Wanted, partition, path};
use std::collections::{BTreeMap, BTreeSet};

/// The type that AWS Backup manages in full only where that is turned on.
const MANAGED: &str = "DynamoDB";

/// What a type of resource has.
struct Type {
    /// The beginning of the part of an ARN after `arn:PARTITION:`.
    service: &'static str,
    /// What stands in the ARN's last part, where that tells types of one service apart.
    resource: &'static str,
    title: &'static str,
    cold: bool,
    continuous: bool,
    /// What to do for continuous backup instead.
    instead: &'static str,
}

const fn kind(service: &'static str, resource: &'static str, title: &'static str, cold: bool, continuous: bool) -> Type {
    Type { service, resource, title, cold, continuous, instead: "take it to a rule without `enable_continuous_backup`" }
}

/// The types that can be told from their ARNs. Of what is not here nothing is said.
static TYPES: &[Type] = &[
    kind("cloudformation", "", "CloudFormation", true, false),
    Type {
        instead: "point-in-time recovery of a table is a setting of the table, `point_in_time_recovery` in a `protect` block",
        ..kind("dynamodb", "table/", "DynamoDB", true, false)
    },
    kind("ec2", "instance/", "EC2", false, false),
    kind("ec2", "volume/", "EBS", true, false),
    kind("elasticfilesystem", "", "EFS", true, false),
    kind("fsx", "", "FSx", false, false),
    kind("rds", "", "RDS, Aurora, Neptune and DocumentDB", false, true),
    kind("redshift", "", "Redshift", false, false),
    kind("redshift-serverless", "", "Redshift Serverless", false, false),
    kind("s3", "", "S3", false, true),
    kind("storagegateway", "", "Storage Gateway", false, false),
    kind("timestream", "", "Timestream", true, false),
];

fn of_arn(arn: &str) -> Option<&'static Type> {
    let mut parts = arn.splitn(6, ':').skip(2);
    let service = parts.next()?;
    let resource = parts.nth(2).unwrap_or_default();
    TYPES.iter().find(|one| one.service == service && resource.starts_with(one.resource))
}

/// What the rules of a plan ask for that the types which its selections name do not have.
pub(super) fn check(wanted: &BTreeMap<String, Wanted>, selections: &[&BTreeMap<String, Wanted>]) -> Vec<Concern> {
    let named = selections.iter().filter_map(|selection| selection.get(RESOURCES)?.value.as_items()).flatten().filter_map(Value::as_str);
    let types: BTreeMap<&str, &Type> = named.filter_map(of_arn).map(|one| (one.title, one)).collect();
    let mut concerns = Vec::new();
    for rule in wanted.keys().filter(|path| path.ends_with(']') && path::generic(path) == RULE) {
        let name = path::segments(rule).pop().and_then(|segment| segment.key).unwrap_or_default();
        let at = path::child(rule, CONTINUOUS);
        if wanted.get(&at).is_some_and(|flag| flag.value == Value::Bool(true)) {
            for one in types.values().filter(|one| !one.continuous) {
                let title = format!(
                    "rule \"{name}\" backs up continuously, which AWS Backup cannot do for {}: it makes snapshots, and does not say so",
                    one.title
                );
                concerns.push(warning(at.clone(), title, one.instead));
            }
        }
        let at = path::child(rule, COLD_AFTER);
        let warm: BTreeSet<&str> = types.values().filter(|one| !one.cold).map(|one| one.title).collect();
        if wanted.contains_key(&at) && !warm.is_empty() {
            let titles: Vec<&str> = warm.into_iter().collect();
            let title = format!(
                "rule \"{name}\" moves to cold storage, which AWS Backup does not have for {}: those recovery points stay warm, and are billed so",
                titles.join("; ")
            );
            concerns.push(warning(at, title, "take them to a rule without `cold_storage_after`, so that the cost is what the policy says"));
        }
    }
    concerns
}

/// What the rules ask for that DynamoDB has only where AWS Backup manages it in full: cold storage, and copies to other regions and accounts.
pub(super) fn full_management(wanted: &BTreeMap<String, Wanted>, selections: &[&BTreeMap<String, Wanted>], place: Place<'_>) -> Vec<Need> {
    let mut named = selections.iter().filter_map(|selection| selection.get(RESOURCES)?.value.as_items()).flatten();
    if !named.any(|arn| arn.as_str().is_some_and(|arn| backup_types::of_arn(arn) == [MANAGED])) {
        return Vec::new();
    }
    let own = format!("arn:{}:backup:{}:{}:", partition(place.region), place.region, place.account);
    let mut needs = Vec::new();
    for rule in wanted.keys().filter(|path| path.ends_with(']') && path::generic(path) == RULE) {
        let name = path::split_key(rule).map(|(_, key)| key).unwrap_or_default();
        let mut need = |at: &str, otherwise: String| needs.push(backup_types::managed(MANAGED, at, place, otherwise));
        let cold = path::child(rule, COLD_AFTER);
        if wanted.contains_key(&cold) {
            need(&cold, format!("the tables of rule \"{name}\" have no cold storage, and stay warm"));
        }
        let block = path::child(rule, COPY);
        for copy in wanted.keys().filter(|path| path.ends_with(']') && path.starts_with(&format!("{block}["))) {
            let to = path::split_key(copy).map(|(_, key)| key).unwrap_or_default();
            if to.starts_with("arn:") && !to.starts_with(&own) {
                need(
                    copy,
                    format!("AWS Backup copies no table to another region or account, so that every copy of rule \"{name}\" to {to} fails"),
                );
            }
        }
    }
    needs
}

/// What a database hands over that a continuous rule names by its ARN: with the first backup AWS Backup keeps its retention and its hours, and
/// RDS refuses other ones. What is chosen by pattern or tag may not be meant, and nothing is said of it.
///
/// Source: AWS Backup Developer Guide, Continuous backups and point-in-time recovery.
pub(super) fn handed_over(wanted: &BTreeMap<String, Wanted>, selections: &[&BTreeMap<String, Wanted>]) -> Vec<Need> {
    let texts = |selection: &BTreeMap<String, Wanted>, setting: &str| -> BTreeSet<String> {
        let items = selection.get(setting).and_then(|wanted| wanted.value.as_items()).unwrap_or_default();
        items.iter().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let taken = selections.iter().flat_map(|selection| &texts(selection, RESOURCES) - &texts(selection, NOT_RESOURCES));
    let is_database = |arn: &String| {
        let types = backup_types::of_arn(arn);
        !arn.contains('*') && (types.contains(&"RDS") || types.contains(&"Aurora"))
    };
    let databases: BTreeSet<String> = taken.filter(is_database).collect();
    let mut needs = Vec::new();
    for rule in wanted.keys().filter(|path| path.ends_with(']') && path::generic(path) == RULE) {
        let name = path::split_key(rule).map(|(_, key)| key).unwrap_or_default();
        let at = path::child(rule, CONTINUOUS);
        if wanted.get(&at).is_none_or(|flag| flag.value != Value::Bool(true)) {
            continue;
        }
        let days = wanted.get(&path::child(rule, DELETE_AFTER)).and_then(|days| days.value.as_i64());
        for of in &databases {
            let need = |handed, severity, otherwise| Need {
                at: at.clone(),
                of: of.clone(),
                needed: Needed::HandedOver(handed),
                severity,
                otherwise,
            };
            if let Some(days) = days {
                let otherwise =
                    format!("rule \"{name}\" backs it up continuously, which makes that {days}, and then RDS refuses another value");
                needs.push(need(Handed::Days(days), Severity::Error, otherwise));
            }
            let otherwise = format!("rule \"{name}\" backs it up continuously, and then RDS refuses a change of its hours");
            needs.push(need(Handed::Hours, Severity::Warning, otherwise));
        }
    }
    needs
}

fn warning(at: String, title: String, help: &str) -> Concern {
    Concern { code: Code::NotForType, severity: Severity::Warning, title, at, also: None, help: help.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_told_by_their_arns() {
        let title = |arn: &str| of_arn(arn).map(|one| one.title);
        assert_eq!(title("arn:aws:s3:::documents"), Some("S3"));
        assert_eq!(title("arn:aws:dynamodb:us-east-1:123456789012:table/Sales"), Some("DynamoDB"));
        assert_eq!(title("arn:aws:ec2:us-east-1:123456789012:volume/vol-1"), Some("EBS"));
        assert_eq!(title("arn:aws:ec2:*:*:instance/*"), Some("EC2"));
        assert_eq!(title("*"), None);
        assert_eq!(title("arn:aws:lambda:us-east-1:123456789012:function:f"), None);
    }
}

//! What AWS Backup does not do for some types of resources, and does not say: cold storage and continuous backup.

use super::{COLD_AFTER, CONTINUOUS, COPY, DELETE_AFTER, RULE};
use crate::kinds::backup_choice::{NOT_RESOURCES, RESOURCES};
use crate::kinds::backup_types::{DYNAMODB, Type};
use crate::kinds::{Concern, Handed, Need, Needed, Place, backup_types};
use crate::model::{Code, Severity, Value, Wanted, partition, path};
use std::collections::{BTreeMap, BTreeSet};

/// What the rules of a plan ask for that the types which its selections name do not have.
pub(super) fn check(wanted: &BTreeMap<String, Wanted>, selections: &[&BTreeMap<String, Wanted>]) -> Vec<Concern> {
    let named = selections.iter().filter_map(|selection| selection.get(RESOURCES)?.value.as_items()).flatten().filter_map(Value::as_str);
    // What a pattern or the ARN of a cluster can be of is told where none of it has it.
    let named: Vec<Vec<&Type>> = named.map(backup_types::types).collect();
    let lacking = |has: fn(&Type) -> bool| -> BTreeMap<&str, &Type> {
        named.iter().filter(|types| !types.iter().any(|one| has(one))).flatten().map(|one| (one.name, *one)).collect()
    };
    let warm = lacking(|one| one.cold != Some(false));
    let in_snapshots = lacking(|one| one.continuous);
    let mut concerns = Vec::new();
    for rule in wanted.keys().filter(|path| path.ends_with(']') && path::generic(path) == RULE) {
        let name = path::segments(rule).pop().and_then(|segment| segment.key).unwrap_or_default();
        let at = path::child(rule, CONTINUOUS);
        if wanted.get(&at).is_some_and(|flag| flag.value == Value::Bool(true)) {
            for one in in_snapshots.values() {
                let title = format!(
                    "rule \"{name}\" backs up continuously, which AWS Backup cannot do for {}: it makes snapshots, and does not say so",
                    one.name
                );
                concerns.push(warning(at.clone(), title, one.instead));
            }
        }
        let at = path::child(rule, COLD_AFTER);
        if wanted.contains_key(&at) && !warm.is_empty() {
            let of_them: Vec<&str> = warm.keys().copied().collect();
            let title = format!(
                "rule \"{name}\" moves to cold storage, which AWS Backup does not have for {}: those recovery points stay warm, and are billed so",
                of_them.join(", ")
            );
            concerns.push(warning(at, title, "take them to a rule without `cold_storage_after`, so that the cost is what the policy says"));
        }
    }
    concerns
}

/// What the rules ask for that DynamoDB has only where AWS Backup manages it in full: cold storage, and copies to other regions and accounts.
pub(super) fn full_management(wanted: &BTreeMap<String, Wanted>, selections: &[&BTreeMap<String, Wanted>], place: Place<'_>) -> Vec<Need> {
    let mut named = selections.iter().filter_map(|selection| selection.get(RESOURCES)?.value.as_items()).flatten();
    if !named.any(|arn| arn.as_str().is_some_and(|arn| backup_types::of_arn(arn) == [DYNAMODB])) {
        return Vec::new();
    }
    let own = format!("arn:{}:backup:{}:{}:", partition(place.region), place.region, place.account);
    let mut needs = Vec::new();
    for rule in wanted.keys().filter(|path| path.ends_with(']') && path::generic(path) == RULE) {
        let name = path::split_key(rule).map(|(_, key)| key).unwrap_or_default();
        let mut need = |at: &str, otherwise: String| needs.push(backup_types::managed(DYNAMODB, at, place, otherwise));
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

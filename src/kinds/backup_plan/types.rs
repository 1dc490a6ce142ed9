//! What AWS Backup does not do for some types of resources, and does not say: cold storage and continuous backup.

use super::{COLD_AFTER, CONTINUOUS, COPY, DELETE_AFTER, RULE};
use crate::kinds::backup_choice::{NOT_RESOURCES, RESOURCES, chosen};
use crate::kinds::backup_types::{DYNAMODB, Type};
use crate::kinds::{Concern, Handed, Need, Needed, Place, backup_types};
use crate::model::{Code, Listed, Severity, Value, Wanted, partition, path};
use std::collections::{BTreeMap, BTreeSet};

/// What the rules of a plan ask for that the types which its selections name do not have; then what those do not have that they choose of the
/// things which are known, by pattern or tag.
pub(super) fn check(wanted: &BTreeMap<String, Wanted>, selections: &[&BTreeMap<String, Wanted>], seen: &[Listed]) -> Vec<Concern> {
    let named = selections.iter().filter_map(|selection| selection.get(RESOURCES)?.value.as_items()).flatten().filter_map(Value::as_str);
    // What a pattern or the ARN of a cluster can be of is told where none of it has it.
    let named: Vec<Vec<&'static Type>> = named.map(backup_types::types).collect();
    let chosen: BTreeSet<&str> = selections.iter().flat_map(|selection| chosen(selection, seen)).collect();
    let chosen: Vec<Vec<&'static Type>> = chosen.into_iter().map(backup_types::types).collect();
    let lacking = |of: &[Vec<&'static Type>], has: fn(&Type) -> bool| -> Lacking {
        of.iter().filter(|types| !types.iter().any(|one| has(one))).flatten().map(|one| (one.name, *one)).collect()
    };
    let both = |has: fn(&Type) -> bool| {
        let named = lacking(&named, has);
        let mut chosen = lacking(&chosen, has);
        chosen.retain(|name, _| !named.contains_key(name));
        [named, chosen]
    };
    let (warm, in_snapshots) = (both(|one| one.cold != Some(false)), both(|one| one.continuous));
    warm.iter().zip(&in_snapshots).flat_map(|(warm, in_snapshots)| in_rules(wanted, warm, in_snapshots)).collect()
}

/// Types that do not have something, by name.
type Lacking = BTreeMap<&'static str, &'static Type>;

/// The rules that ask for what types do not have: cold storage, and continuous backup.
fn in_rules(wanted: &BTreeMap<String, Wanted>, warm: &Lacking, in_snapshots: &Lacking) -> Vec<Concern> {
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
    let mut named =
        selections.iter().filter_map(|selection| selection.get(RESOURCES)?.value.as_items()).flatten().filter_map(Value::as_str);
    let is_table = |arn: &str| backup_types::of_arn(arn) == [DYNAMODB];
    let is_chosen = || selections.iter().any(|selection| chosen(selection, place.seen).into_iter().any(is_table));
    if !named.any(is_table) && !is_chosen() {
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

/// What a database hands over that a continuous rule backs up: with the first backup AWS Backup keeps its retention and its hours, and RDS
/// refuses other ones. What is chosen by pattern or tag is backed up only where its type is opted in to, so that this is a warning there.
///
/// Source: AWS Backup Developer Guide, Continuous backups and point-in-time recovery.
pub(super) fn handed_over(wanted: &BTreeMap<String, Wanted>, selections: &[&BTreeMap<String, Wanted>], seen: &[Listed]) -> Vec<Need> {
    let texts = |selection: &BTreeMap<String, Wanted>, setting: &str| -> BTreeSet<String> {
        let items = selection.get(setting).and_then(|wanted| wanted.value.as_items()).unwrap_or_default();
        items.iter().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let taken = selections.iter().flat_map(|selection| &texts(selection, RESOURCES) - &texts(selection, NOT_RESOURCES));
    let is_database = |arn: &str| {
        let types = backup_types::of_arn(arn);
        !arn.contains('*') && (types.contains(&"RDS") || types.contains(&"Aurora"))
    };
    let chosen = selections.iter().flat_map(|selection| chosen(selection, seen)).filter(|arn| is_database(arn));
    let mut databases: BTreeMap<String, Severity> = chosen.map(|arn| (arn.to_owned(), Severity::Warning)).collect();
    databases.extend(taken.filter(|arn| is_database(arn)).map(|arn| (arn, Severity::Error)));
    let mut needs = Vec::new();
    for rule in wanted.keys().filter(|path| path.ends_with(']') && path::generic(path) == RULE) {
        let name = path::split_key(rule).map(|(_, key)| key).unwrap_or_default();
        let at = path::child(rule, CONTINUOUS);
        if wanted.get(&at).is_none_or(|flag| flag.value != Value::Bool(true)) {
            continue;
        }
        let days = wanted.get(&path::child(rule, DELETE_AFTER)).and_then(|days| days.value.as_i64());
        for (of, severity) in &databases {
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
                needs.push(need(Handed::Days(days), *severity, otherwise));
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

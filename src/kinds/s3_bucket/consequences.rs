//! What a change does to this bucket, in concrete sentences: which objects, when, for good or behind a delete marker.

use super::effects::is_versioned;
use super::encryption;
use super::rule::{Rule, rule_of};
use super::table::{
    ALGORITHM, COMPLIANCE, ENABLED, LIFECYCLE, LOCK, LOCK_DAYS, LOCK_MODE, LOCK_YEARS, REPLICATION, ROLE, SUSPENDED, VERSIONING,
};
use super::{FOREIGN_REPLICATION, fact_number, forms};
use crate::model::{Change, Effect, Live, Reading, Wanted, count, path};
use std::collections::BTreeMap;

/// The sentence of a change; `None` leaves the table's general one.
pub(super) fn consequence(change: &Change, live: &Live, wanted: &BTreeMap<String, Wanted>) -> Option<String> {
    let segments = path::segments(&change.setting);
    match segments.first()?.name.as_str() {
        LIFECYCLE => lifecycle(change, live, wanted),
        REPLICATION => replication(change, live, wanted),
        ROLE => role(change, live),
        _ => match (change.setting.as_str(), change.after.as_str()) {
            (VERSIONING, Some(SUSPENDED)) if change.before == Reading::Unset => Some(
                "nothing is kept that was not kept before; a bucket on which versioning was once set never becomes unversioned again".to_owned(),
            ),
            (LOCK, _) => Some(
                "object lock can never be turned off again, and versioning of this bucket can never be suspended again; there is no moment of grace"
                    .to_owned(),
            ),
            (LOCK_MODE, Some(COMPLIANCE)) => Some(
                "each version that is written from now on cannot be deleted by anybody, the root user included, until its retention is over; only closing the account ends it sooner"
                    .to_owned(),
            ),
            (LOCK_MODE, Some(_)) if change.effect == Effect::Strengthens => Some(
                "versions that are written from now on cannot be deleted before their time but by whoever may bypass governance".to_owned(),
            ),
            (ALGORITHM, _) => encryption::consequence(change, live, wanted),
            (LOCK_DAYS | LOCK_YEARS, _) => retention(change, live),
            _ => None,
        },
    }
}

fn retention(change: &Change, live: &Live) -> Option<String> {
    let words = |setting: &str, period: i64| match (setting, period) {
        (LOCK_DAYS, days) => count(days, "day"),
        (_, 1) => "1 year".to_owned(),
        (_, years) => format!("{years} years"),
    };
    let read = |setting: &str| match live.settings.get(setting) {
        Some(Reading::Known(value)) => Some(words(setting, value.as_i64()?)),
        _ => None,
    };
    let after = words(&change.setting, change.after.as_i64()?);
    let instead = read(LOCK_DAYS).or_else(|| read(LOCK_YEARS)).map_or_else(String::new, |before| format!(" instead of {before}"));
    let for_ever = if change.effect == Effect::Irreversible {
        ", and nobody can delete them or make that shorter, the root user included"
    } else {
        ""
    };
    Some(format!("versions that are written from now on are locked for {after}{instead}{for_ever}; those that exist keep what they have"))
}

fn lifecycle(change: &Change, live: &Live, wanted: &BTreeMap<String, Wanted>) -> Option<String> {
    let (before, after) = Rule::sides(change, live, wanted)?;
    let (_, rest) = rule_of(&change.setting)?;
    let versioned = is_versioned(live, wanted);
    let about = |rule: &Rule| -> Vec<String> {
        let all = actions(rule, versioned).into_iter().filter(|(block, _)| is_about(&rest, block));
        all.map(|(_, said)| said).collect()
    };
    let (old, new) = (about(&before), about(&after));
    let objects = after.filter().words();
    match change.effect {
        Effect::LosesData | Effect::Weakens => Some(format!(
            "objects {objects}: {}; rules run once a day, and the first run, within a day, reaches objects that are there already",
            new.join("; ")
        )),
        Effect::Strengthens if new.is_empty() => {
            Some(format!("objects {}: no longer: {}; what was deleted stays deleted", before.filter().words(), old.join("; ")))
        }
        Effect::Strengthens => Some(format!("objects {objects}: {}; what was deleted stays deleted", new.join("; "))),
        _ if new.is_empty() || new == old => None,
        _ if after.is_on() => Some(format!("objects {objects}, those that are there already too: {}", new.join("; "))),
        _ => None,
    }
}

/// Whether a change at a path within a rule is about the actions of a block: one of the whole rule or its status is about all, one of its
/// filter about what deletes.
fn is_about(rest: &str, block: &str) -> bool {
    match rest.split(['.', '[']).next().unwrap_or(rest) {
        "" | "status" => true,
        "filter" => block.ends_with("expiration"),
        group => group == block,
    }
}

/// What a rule does, action by action, each with the block that says so; what deletes comes first.
fn actions(rule: &Rule, versioned: Option<bool>) -> Vec<(&'static str, String)> {
    let mut said = Vec::new();
    if !rule.is_on() {
        return said;
    }
    let ending = match versioned {
        Some(true) => "get a delete marker, and the version under it stays as an earlier one",
        Some(false) => "are deleted for good, as versioning is not on",
        None => "are deleted, for good unless versioning is on",
    };
    if let Some(days) = rule.number("expiration.days") {
        said.push(("expiration", format!("{} after they were written they {ending}", count(days, "day"))));
    }
    if let Some(date) = rule.text("expiration.date") {
        said.push(("expiration", format!("from {} on they {ending}, new ones on the day after they are written", day(date))));
    }
    if let Some(days) = rule.number("noncurrent_version_expiration.noncurrent_days") {
        let but = match rule.number("noncurrent_version_expiration.newer_noncurrent_versions") {
            Some(1) => ", but for the newest earlier one of each object".to_owned(),
            Some(many) => format!(", but for the newest {many} earlier ones of each object"),
            None => String::new(),
        };
        let when = format!("versions are deleted for good {} after they were replaced or deleted{but}", count(days, "day"));
        said.push(("noncurrent_version_expiration", when));
    }
    said.extend(transitions(rule));
    if rule.flag("expiration.expired_object_delete_marker") {
        said.push(("expiration", "delete markers without versions under them go".to_owned()));
    }
    if let Some(days) = rule.number("abort_incomplete_multipart_upload.days_after_initiation") {
        said.push(("abort_incomplete_multipart_upload", format!("uploads that are not finished after {} go", count(days, "day"))));
    }
    said
}

fn transitions(rule: &Rule) -> Vec<(&'static str, String)> {
    let mut said = Vec::new();
    let note = |class: &str| {
        if is_out_of_reach(class) { ", where AWS Backup does not back them up and replication does not copy them" } else { "" }
    };
    let classes = |block: &str| {
        let keys = rule.keys(block);
        forms::CLASSES.iter().filter(move |class| keys.contains(**class))
    };
    for class in classes("transition") {
        let block = path::keyed("transition", class);
        let when = match (rule.number(&format!("{block}.days")), rule.text(&format!("{block}.date"))) {
            (Some(days), _) => format!("{} after they were written", count(days, "day")),
            (None, Some(date)) => format!("on {}", day(date)),
            (None, None) => continue,
        };
        said.push(("transition", format!("{when} they move to {class}{}", note(class))));
    }
    for class in classes("noncurrent_version_transition") {
        let block = path::keyed("noncurrent_version_transition", class);
        if let Some(days) = rule.number(&format!("{block}.noncurrent_days")) {
            let when = format!("earlier versions move to {class} after {}{}", count(days, "day"), note(class));
            said.push(("noncurrent_version_transition", when));
        }
    }
    said
}

/// Whether AWS Backup and replication leave objects of a class alone.
fn is_out_of_reach(class: &str) -> bool {
    matches!(class, "GLACIER" | "DEEP_ARCHIVE")
}

fn day(date: &str) -> &str {
    date.split('T').next().unwrap_or(date)
}

fn replication(change: &Change, live: &Live, wanted: &BTreeMap<String, Wanted>) -> Option<String> {
    let (before, after) = Rule::sides(change, live, wanted)?;
    let objects = after.filter().words();
    let to = |rule: &Rule| rule.text("destination.bucket").unwrap_or("a destination that is known after apply").to_owned();
    match path::generic(&change.setting).as_str() {
        REPLICATION if change.effect == Effect::Neutral && after.is_on() && !before.is_on() => {
            Some(encryption::copies_nothing(&objects, &to(&after)))
        }
        REPLICATION if after.is_on() => Some(format!(
            "objects {objects} that are written from now on are copied to {}; those that are there already are not, for them run S3 Batch Replication once",
            to(&after)
        )),
        REPLICATION if before.is_on() => Some(format!(
            "objects {} are no longer copied to {}; copies that exist stay, and the gap is not filled when the rule comes back",
            before.filter().words(),
            to(&before)
        )),
        "replication_rule.destination.bucket" => Some(format!(
            "new objects go to {}; nothing that is there already is copied again, and the copies in {} stay",
            to(&after),
            to(&before)
        )),
        rest if rest.starts_with("replication_rule.filter.") => Some(match change.effect {
            Effect::Strengthens => format!("new objects {objects} are copied from now on; those that are there already are not"),
            _ => format!("only new objects {objects} are copied from now on; other copies that exist stay"),
        }),
        _ => None,
    }
}

fn role(change: &Change, live: &Live) -> Option<String> {
    let foreign = fact_number(live, FOREIGN_REPLICATION);
    (foreign > 0 && change.before != Reading::Unset).then(|| {
        let rules = if foreign == 1 {
            "1 rule that others own replicates".to_owned()
        } else {
            format!("{foreign} rules that others own replicate")
        };
        format!("AWS has one role for all rules of a bucket: {rules} with it too from then on, or fail where it lacks a permission")
    })
}

/// Whether the declared versioning is on.
pub(super) fn wants_versioning(wanted: &BTreeMap<String, Wanted>) -> bool {
    wanted.get(VERSIONING).is_some_and(|wanted| wanted.value.as_str() == Some(ENABLED))
}

//! Who moved it: what is asked of the trail of calls, and which calls can have moved what.
//!
//! The rules are of names, as AWS builds them: `PutBucketLifecycle` and `DeleteBucketLifecycle` are about what `s3:PutLifecycleConfiguration`
//! writes, and `CreateTable` or `RestoreTableToPointInTime` about a table as a whole. No kind needs a list of its own beside its `writes`.

use crate::kinds;
use crate::model::{Change, Drift, Event, KindSpec, Moved, Ownership, ResourceId};
use std::collections::{BTreeMap, BTreeSet};

/// The most things that are asked for in one run: each takes a lookup or more, of which AWS allows two a second.
pub const THINGS: usize = 50;

/// The most calls that are shown for one movement.
const SHOWN: usize = 3;

/// One thing of which something moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Which.
    pub id: ResourceId,
    /// Its ARN; empty where it has none.
    pub arn: String,
    /// The service's name in IAM actions.
    pub service: &'static str,
    /// The names of the operations that can have moved what of it moved, for things that the trail does not know by name.
    pub operations: BTreeSet<String>,
}

impl Asked {
    /// Whether a call is one to the thing's service, or to that which tags: a bucket and a table can have one name.
    pub fn is_of_service(&self, event: &Event) -> bool {
        event.operation.split_once(':').is_some_and(|(service, _)| service == self.service || service == "tag")
    }

    /// Whether a call whose texts these are was about the thing: by its name, that within its whole, its ARN, or the id in that.
    pub fn is_about(&self, mentions: &BTreeSet<String>) -> bool {
        let within = self.id.name.rsplit('/').next().unwrap_or_default();
        let id = self.arn.rsplit(['/', ':']).next().unwrap_or_default();
        [&self.id.name, within, &self.arn, id].iter().any(|known| !known.is_empty() && mentions.contains(*known))
    }
}

/// The things to ask for, those of which the gravest moved first, and how many were left out.
pub fn asked(drift: &Drift) -> (Vec<Asked>, usize) {
    let mut things: Vec<Asked> = Vec::new();
    for moved in &drift.moved {
        let (Some(id), Some(spec)) = (&moved.id, spec(moved)) else { continue };
        let of_mark = BTreeSet::from(["tag:TagResource", "tag:UntagResource"]);
        let actions = if moved.setting == Change::OWNER { of_mark } else { writes(spec, moved) };
        let operations = actions.into_iter().filter_map(|action| Some(action.split_once(':')?.1.to_owned()));
        match things.iter_mut().find(|thing| thing.id == *id) {
            Some(thing) => thing.operations.extend(operations),
            None => things.push(Asked { id: id.clone(), arn: moved.arn.clone(), service: spec.service, operations: operations.collect() }),
        }
    }
    let left_out = things.len().saturating_sub(THINGS);
    things.truncate(THINGS);
    (things, left_out)
}

/// Lays down who moved what: the calls on each thing that can have moved it, or `otherwise` where there is none.
pub fn attribute(drift: &mut Drift, calls: &BTreeMap<ResourceId, Vec<Event>>, otherwise: &BTreeMap<ResourceId, String>) {
    for moved in &mut drift.moved {
        let Some((id, spec)) = moved.id.clone().zip(spec(moved)) else { continue };
        let Some(events) = calls.get(&id) else { continue };
        let mut by: Vec<Event> = events.iter().filter(|event| can_have_moved(spec, moved, &event.operation)).cloned().collect();
        // Of those of one second the order is the trail's.
        by.sort_by_key(|event| std::cmp::Reverse(event.time));
        by.dedup();
        by.truncate(SHOWN);
        moved.by_nobody = otherwise.get(&id).filter(|_| by.is_empty()).cloned();
        moved.by = by;
    }
}

fn spec(moved: &Moved) -> Option<&'static KindSpec> {
    kinds::spec(&moved.id.as_ref()?.kind)
}

/// The actions that write what moved; those of the whole kind where a thing came or went, or where it has no row of its own.
fn writes(spec: &'static KindSpec, moved: &Moved) -> BTreeSet<&'static str> {
    let of_setting = spec.setting(&moved.setting).map(|setting| setting.writes).filter(|writes| !writes.is_empty());
    let all: Vec<&str> = match of_setting {
        Some(writes) => writes.to_vec(),
        None => spec.settings.iter().flat_map(|setting| setting.writes).copied().collect(),
    };
    let own = all.into_iter().filter(|action| !["kms:", "iam:", "organizations:", "tag:"].iter().any(|other| action.starts_with(other)));
    own.collect()
}

/// Whether a call of an operation (`dynamodb:UpdateTable`) can have moved what moved.
fn can_have_moved(spec: &'static KindSpec, moved: &Moved, operation: &str) -> bool {
    let Some((service, name)) = operation.split_once(':') else { return false };
    if moved.setting == Change::OWNER {
        return name.to_lowercase().contains("tag");
    }
    let writes = writes(spec, moved);
    let (verb, noun) = parts(name);
    let same = writes.iter().filter_map(|action| action.split_once(':')).any(|(of, write)| of == service && parts(write).1 == noun);
    // An alarm's actions are turned off in two ways.
    let by_switch = noun == "alarmaction" && writes.iter().any(|action| action.starts_with("cloudwatch:Put") && action.ends_with("Alarm"));
    let is_of_service = service == spec.service || writes.iter().any(|action| action.split_once(':').is_some_and(|(of, _)| of == service));
    let thing = spec.name.rsplit('_').next().unwrap_or_default();
    let is_thing = is_of_service && (noun.ends_with(thing) || (verb == "restore" && noun.contains(thing)));
    let makes_or_removes = ["create", "delete", "restore", "remove", "import"].contains(&verb);
    if moved.setting == Change::EXISTS {
        // Settings of somebody else's thing are written when it is there; what makes and removes an own thing is among its writes.
        let is_own = spec.ownership == Ownership::Whole && (makes_or_removes || ["put", "start", "stop"].contains(&verb));
        return (same && is_own) || (is_thing && makes_or_removes);
    }
    same || by_switch || (is_thing && makes_or_removes && verb != "delete" && verb != "remove")
}

/// What an operation does, and with what: `put` and `lifecycle` of `PutBucketLifecycleConfiguration`.
fn parts(operation: &str) -> (&'static str, String) {
    const VERBS: &[&str] = &[
        "put",
        "delete",
        "update",
        "create",
        "modify",
        "set",
        "remove",
        "add",
        "enable",
        "disable",
        "restore",
        "start",
        "stop",
        "import",
        "register",
        "deregister",
        "untag",
        "tag",
    ];
    let name = operation.to_lowercase();
    let Some((verb, noun)) = VERBS.iter().find_map(|verb| Some((*verb, name.strip_prefix(verb)?))) else { return ("", name) };
    // S3 names the bucket in some of its operations and not in the actions that allow them.
    let noun = noun.strip_prefix("bucket").filter(|rest| !rest.is_empty()).unwrap_or(noun);
    let noun = noun.strip_suffix("configuration").filter(|rest| !rest.is_empty()).unwrap_or(noun);
    (verb, noun.strip_suffix('s').unwrap_or(noun).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Effect, Reading};

    fn moved(kind: &str, setting: &str) -> Moved {
        let id = ResourceId { kind: kind.to_owned(), target: "primary".to_owned(), region: "us-east-1".to_owned(), name: "x".to_owned() };
        super::super::movement("", String::new(), Some(id), setting, (Reading::Unset, Reading::Unset), Effect::Neutral)
    }

    fn can(kind: &str, setting: &str, operation: &str) -> bool {
        let moved = moved(kind, setting);
        can_have_moved(spec(&moved).unwrap(), &moved, operation)
    }

    #[test]
    fn a_setting_is_moved_by_what_writes_it_and_by_what_makes_the_thing_anew() {
        let (table, pitr) = ("aws_dynamodb_table", "point_in_time_recovery.enabled");
        assert!(can(table, pitr, "dynamodb:UpdateContinuousBackups"));
        assert!(can(table, pitr, "dynamodb:CreateTable"));
        assert!(can(table, pitr, "dynamodb:RestoreTableToPointInTime"));
        assert!(!can(table, pitr, "dynamodb:UpdateTable"));
        assert!(!can(table, pitr, "dynamodb:DeleteTable"), "nothing is left that it could have moved");
        assert!(!can(table, pitr, "dynamodb:TagResource"));
        assert!(!can(table, pitr, "s3:CreateTable"));
        assert!(can(table, "deletion_protection_enabled", "dynamodb:UpdateTable"));
    }

    #[test]
    fn no_more_than_fifty_things_are_asked_for_and_each_once() {
        let mut drift = Drift {
            format: Drift::FORMAT.to_owned(),
            version: String::new(),
            read_at: jiff::Timestamp::UNIX_EPOCH,
            policy: None,
            since: None,
            targets: BTreeMap::new(),
            moved: Vec::new(),
            acknowledged: Vec::new(),
            unmoved: Vec::new(),
            gaps: Vec::new(),
            notes: Vec::new(),
        };
        for number in 0..60 {
            for setting in ["point_in_time_recovery.enabled", "deletion_protection_enabled"] {
                let mut one = moved("aws_dynamodb_table", setting);
                one.id.as_mut().unwrap().name = format!("t-{number}");
                drift.moved.push(one);
            }
        }
        let (things, left_out) = asked(&drift);
        assert_eq!((things.len(), left_out), (50, 10));
        let operations: Vec<&str> = things[0].operations.iter().map(String::as_str).collect();
        assert_eq!(operations, ["UpdateContinuousBackups", "UpdateTable"]);
    }

    #[test]
    fn a_thing_goes_by_what_removes_it() {
        assert!(can("aws_dynamodb_table", Change::EXISTS, "dynamodb:DeleteTable"));
        assert!(!can("aws_dynamodb_table", Change::EXISTS, "dynamodb:DeleteBackup"));
        assert!(!can("aws_dynamodb_table", Change::EXISTS, "dynamodb:UpdateTable"));
        assert!(can("aws_cloudwatch_event_rule", Change::EXISTS, "events:PutRule"));
        assert!(!can("aws_backup_plan", Change::EXISTS, "backup:UpdateBackupPlan"));
        assert!(can("aws_backup_plan", Change::EXISTS, "backup:CreateBackupPlan"));
        assert!(can("aws_cloudwatch_metric_alarm", Change::EXISTS, "cloudwatch:DeleteAlarms"));
        assert!(can("aws_backup_vault", Change::EXISTS, "backup:DeleteBackupVault"));
        assert!(can("aws_db_instance", Change::EXISTS, "rds:DeleteDBInstance"));
        assert!(can("aws_s3_bucket", Change::EXISTS, "s3:DeleteBucket"));
    }

    #[test]
    fn operations_of_s3_are_told_by_other_names_than_its_actions() {
        let bucket = "aws_s3_bucket";
        assert!(can(bucket, "versioning.status", "s3:PutBucketVersioning"));
        for name in ["s3:PutBucketLifecycle", "s3:PutBucketLifecycleConfiguration", "s3:DeleteBucketLifecycle"] {
            assert!(can(bucket, "lifecycle_rule[\"old\"]", name), "{name}");
        }
        assert!(!can(bucket, "versioning.status", "s3:PutBucketLifecycle"));
    }

    #[test]
    fn the_switch_of_an_alarm_and_the_mark_have_their_own_operations() {
        let alarm = "aws_cloudwatch_metric_alarm";
        assert!(can(alarm, "actions_enabled", "cloudwatch:DisableAlarmActions"));
        assert!(can(alarm, Change::OWNER, "cloudwatch:UntagResource"));
        assert!(!can(alarm, Change::OWNER, "cloudwatch:PutMetricAlarm"));
    }
}

//! What the databases of RDS have in common: instances, and the clusters of Aurora, DocumentDB and Neptune, which share one API.
//!
//! A retention period that goes to or from nothing waits for the maintenance window unless it is to be made at once. What waits counts as
//! made where the policy wants it: AWS will do it without another word, and a second plan finds nothing to do. Where the policy wants it at
//! once, or wants another one, the period that is in force is what changes, and that alone tells what is lost.

#[cfg(feature = "aws")]
mod calls;
mod holder;
mod hours;
#[cfg(feature = "aws")]
mod snapshots;
#[cfg(feature = "aws")]
pub(super) mod tagging;

#[cfg(feature = "aws")]
pub(super) use calls::{As, DatabaseCalls, RDS};
#[cfg(feature = "aws")]
pub(super) use snapshots::{OF_CLUSTERS, OF_INSTANCES};

pub(super) use holder::holder;
pub(super) use hours::{free, perhaps_free};

use super::{Answer, Concern, Handed, Need, Needed};
use crate::model::{
    Change, Code, Effect, Fallback, Form, Live, Loss, Mistake, NameForm, Reaches, Reading, Refusal, Safer, Setting, Severity, Shape, Value,
    Wanted,
};
use crate::time::{DailyHours, WeeklyHours};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

pub(super) const RETENTION: &str = "backup_retention_period";
pub(super) const COPY_TAGS: &str = "copy_tags_to_snapshot";
pub(super) const PROTECTION: &str = "deletion_protection";
pub(super) const AT_ONCE: &str = "apply_immediately";
pub(super) const DELETES_BACKUPS: &str = "delete_automated_backups";

// What reading leaves beside the settings.
const STATUS: &str = "status";
const MAINTENANCE: &str = "maintenance_window";
const OWNER: &str = "aws_backup_recovery_point_arn";
pub(super) const EARLIEST: &str = "earliest_restorable";
pub(super) const LATEST: &str = "latest_restorable";
/// The retention period in force, where another one waits.
const DAYS_NOW: &str = "backup_retention_period_now";
/// The retention period that waits, where it is what was read.
const DAYS_TO_COME: &str = "backup_retention_period_to_come";
/// That no automated backups are made now: the retention period in force is 0.
const MAKES_NONE: &str = "makes_no_automated_backups";
/// The retention period that the policy wants, where another one waits.
const DAYS_WANTED: &str = "backup_retention_period_wanted";
/// Other changes that wait.
const WAITING: &str = "waiting_for_maintenance";
const REPLICAS: &str = "read_replicas";
/// The instance that it is a read replica of.
#[cfg(feature = "aws")]
const REPLICA_OF: &str = "read_replica_of";
/// What tells it from another of its name that was there before.
#[cfg(feature = "aws")]
const RESOURCE_ID: &str = "resource_id";
const COPIES: &str = "backups_in_other_regions";
pub(super) const ENGINE: &str = "engine";

/// States that pass by themselves, so that apply waits.
///
/// Source: RDS User Guide, "Viewing Amazon RDS DB instance status"; Aurora User Guide, "Viewing DB cluster status".
const PASSING: &[&str] = &[
    "backing-up",
    "configuring-enhanced-monitoring",
    "configuring-iam-database-auth",
    "configuring-log-exports",
    "converting-to-vpc",
    "creating",
    "maintenance",
    "migrating",
    "modifying",
    "moving-to-vpc",
    "promoting",
    "rebooting",
    "renaming",
    "resetting-master-credentials",
    "starting",
    "stopping",
    "storage-config-upgrade",
    "storage-initialization",
    "update-iam-db-auth",
    "upgrading",
];

/// States in which AWS takes changes.
const READY: &[&str] = &["available", "storage-optimization"];

/// The identifiers of instances and clusters.
pub(super) const NAMES: NameForm = NameForm { min: 1, max: 63, also: &['-'], source: "RDS API CreateDBInstance, CreateDBCluster" };

/// The hours of the daily backup.
pub(super) const HOURS: Form = Form { what: "two times of day", check: hours };

fn hours(text: &str) -> Result<String, Mistake> {
    let help = "write it in UTC, as in \"03:00-04:00\"; it may end on the next day";
    DailyHours::parse(text).map(|hours| hours.to_string()).map_err(|rule| Mistake::new(rule).help(help))
}

/// The retention period; `min` is 0 where backups can be off.
pub(super) const fn retention(min: i64, reads: &'static [&'static str], writes: &'static [&'static str]) -> Setting {
    Setting {
        path: RETENTION,
        shape: Shape::Days { min, max: 35 },
        aws_default: Fallback::Number(1),
        safer: Safer::WhenGreater,
        loses: Loss::ExistingRecoveryPoints,
        doc: if min == 0 {
            "For how many days automated backups are kept: the instance can be restored, as another one, as it was at any second of them up to five minutes ago. 0 turns them off."
        } else {
            "For how many days automated backups are kept: the cluster can be restored, as another one, as it was at any second of them up to five minutes ago. They cannot be off."
        },
        normalisation: "a period that waits for the maintenance window counts as made, unless `apply_immediately` is declared; one that AWS Backup keeps is its own",
        when_safer: "the restorable window grows by one day each day; a longer period brings nothing back",
        when_weaker: "the days beyond the new period are deleted at once and cannot be brought back",
        source: "RDS API ModifyDBInstance, ModifyDBCluster; RDS User Guide, Backup retention period",
        reads,
        writes,
        ..Setting::PLAIN
    }
}

/// The hours in which the daily backup begins.
pub(super) const fn window(path: &'static str, reads: &'static [&'static str], writes: &'static [&'static str]) -> Setting {
    Setting {
        path,
        shape: Shape::Text(HOURS),
        aws_default: Fallback::Kept,
        doc: "When the daily backup begins, in UTC: at least 30 minutes, which do not overlap the maintenance window. Where it is not declared AWS chose it.",
        normalisation: "hours have two digits",
        source: "RDS API ModifyDBInstance, ModifyDBCluster; RDS User Guide, Backup window",
        reads,
        writes,
        ..Setting::PLAIN
    }
}

/// Whether snapshots carry the tags.
pub(super) const fn copy_tags(reads: &'static [&'static str], writes: &'static [&'static str]) -> Setting {
    Setting {
        path: COPY_TAGS,
        shape: Shape::Bool,
        aws_default: Fallback::Bool(false),
        safer: Safer::WhenTrue,
        doc: "Whether its snapshots get its tags, so that who looks for backups by tag finds them.",
        normalisation: "absent is off",
        when_safer: "snapshots made from now on carry its tags",
        when_weaker: "snapshots made from now on have no tags, so that what chooses or keeps backups by tag passes them over",
        source: "RDS API ModifyDBInstance, ModifyDBCluster",
        reads,
        writes,
        ..Setting::PLAIN
    }
}

/// Whether it can be deleted.
pub(super) const fn protection(doc: &'static str, reads: &'static [&'static str], writes: &'static [&'static str]) -> Setting {
    Setting {
        path: PROTECTION,
        shape: Shape::Bool,
        aws_default: Fallback::Bool(false),
        safer: Safer::WhenTrue,
        doc,
        normalisation: "absent is off",
        when_safer: "nobody can delete it until this is turned off",
        when_weaker: "whoever may delete it can, and with it go its automated backups unless they say otherwise",
        source: "RDS API ModifyDBInstance, ModifyDBCluster",
        reads,
        writes,
        ..Setting::PLAIN
    }
}

/// How changes are made; nothing of it stays in AWS.
pub(super) const fn at_once(doc: &'static str, reads: &'static [&'static str], writes: &'static [&'static str]) -> Setting {
    Setting {
        path: AT_ONCE,
        shape: Shape::Bool,
        aws_default: Fallback::Kept,
        doc,
        normalisation: "said with each change and kept nowhere, so it is never compared",
        source: "RDS API ModifyDBInstance, ModifyDBCluster",
        reads,
        writes,
        ..Setting::PLAIN
    }
}

/// What AWS keeps nowhere, so that a declaration would promise what nobody can hold.
pub(super) const fn deletes_backups(reads: &'static [&'static str], writes: &'static [&'static str]) -> Setting {
    Setting {
        path: DELETES_BACKUPS,
        shape: Shape::Bool,
        aws_default: Fallback::Kept,
        doc: "Not to be declared here: it is an argument of the deletion, which AWS keeps nowhere and backstay never makes. Declare `deletion_protection` instead.",
        normalisation: "never compared",
        source: "RDS API DeleteDBInstance, DeleteDBCluster",
        reads,
        writes,
        ..Setting::PLAIN
    }
}

/// Whether a setting is said to AWS and not kept by it.
pub(super) fn is_only_said(setting: &str) -> bool {
    setting == AT_ONCE || setting == DELETES_BACKUPS
}

/// What is wrong with declared settings before anything is read.
pub(super) fn check(wanted: &BTreeMap<String, Wanted>) -> Vec<Concern> {
    let mut concerns = Vec::new();
    if wanted.contains_key(DELETES_BACKUPS) {
        concerns.push(Concern {
            code: Code::OnlySaid,
            severity: Severity::Error,
            title: format!("`{DELETES_BACKUPS}` is no setting of a database: who deletes it says so, and AWS keeps it nowhere"),
            at: DELETES_BACKUPS.to_owned(),
            also: None,
            help: format!("take it out; with `{PROTECTION} = true` nobody deletes the database in the first place"),
        });
    }
    if wanted.keys().all(|setting| is_only_said(setting)) && wanted.contains_key(AT_ONCE) {
        concerns.push(Concern {
            code: Code::OnlySaid,
            severity: Severity::Warning,
            title: format!("`{AT_ONCE}` alone changes nothing: it says how other settings of the block are changed"),
            at: AT_ONCE.to_owned(),
            also: None,
            help: format!("declare what is to hold, such as `{RETENTION}`"),
        });
    }
    concerns
}

/// Whether what AWS Backup takes over of a database is declared otherwise; `window` is the path of its backup hours.
pub(super) fn hands_over(window: &str, need: &Need, declared: &dyn Fn(&str) -> Option<Value>) -> Answer {
    let Needed::HandedOver(handed) = need.needed else { return need.compare(declared) };
    let (at, instead) = match handed {
        Handed::Days(days) => (RETENTION, format!("write `{RETENTION} = {days}`, or leave it out")),
        Handed::Hours => (window, format!("leave `{window}` out")),
    };
    match (declared(at), handed) {
        (None | Some(Value::Null | Value::Unknown), _) => Answer::Yes,
        (Some(value), Handed::Days(days)) if value == Value::from(days) => Answer::Yes,
        (Some(value), _) => Answer::No {
            reason: format!("is declared with `{at}` = {value}"),
            at: at.to_owned(),
            remedy: format!("{instead}, or take the database out of what that rule backs up"),
        },
    }
}

/// Whether automated backups are on, for those who cannot do without: of so many days, whichever they are, and by the end of the run.
pub(super) fn makes_backups(will_be: &dyn Fn(&str) -> Option<Value>) -> Answer {
    let is = |path: &str| will_be(path) == Some(Value::Bool(true));
    let (reason, at, remedy) = match will_be(RETENTION).and_then(|days| days.as_i64()) {
        None => return Answer::Unknown,
        Some(0) => (format!("has `{RETENTION}` = 0"), RETENTION, format!("set `{RETENTION}` of it to 1 or more, with `{AT_ONCE} = true`")),
        Some(_) if is(MAKES_NONE) && !is(AT_ONCE) => (
            "makes no backups before its next maintenance window".to_owned(),
            AT_ONCE,
            format!("set `{AT_ONCE} = true` beside its `{RETENTION}`, or come back when that window is over"),
        ),
        Some(_) => return Answer::Yes,
    };
    Answer::No { reason, at: at.to_owned(), remedy }
}

fn refusal(code: Code, reason: String, remedy: String) -> Refusal {
    Refusal { code: code.to_string(), reason, remedy }
}

/// Why AWS would not take these changes as the database is; `window` is the path of its backup hours.
pub(super) fn forbids(window: &str, changes: &[Change], live: &Live) -> Option<Refusal> {
    let change = |setting: &str| changes.iter().find(|change| change.setting == setting);
    let about = changes.first()?;
    if let (Some(point), Some(owned)) = (text(live, OWNER), change(RETENTION).or_else(|| change(window))) {
        let remedy = format!(
            "change the rule with `enable_continuous_backup` of the backup plan, or take `{RETENTION}` and `{window}` out of the block; to give them back to RDS, take the database out of that rule and disassociate the recovery point"
        );
        let reason = format!("AWS Backup keeps its continuous backups ({point}) and lets nobody else change `{}`", owned.setting);
        return Some(refusal(Code::OwnedByAwsBackup, reason, remedy));
    }
    if let (Some(hours), Some(maintenance)) = (change(window).and_then(|change| change.after.as_str()), text(live, MAINTENANCE))
        && let (Ok(daily), Ok(weekly)) = (DailyHours::parse(hours), WeeklyHours::parse(maintenance))
        && daily.overlaps(weekly)
    {
        let reason = format!("its backups at {hours} would overlap its maintenance window {maintenance}, which AWS refuses");
        return Some(refusal(
            Code::HoursOverlap,
            reason,
            format!("choose other hours for `{window}`, or have its owner move the maintenance window"),
        ));
    }
    let off = change(RETENTION).is_some_and(|change| change.after == Value::from(0));
    if let Some(replicas) = text(live, REPLICAS).filter(|_| off) {
        let reason = format!("it is the source of read replicas ({replicas}), and AWS keeps the backups of such an instance on");
        return Some(refusal(Code::BackupsNeeded, reason, format!("keep `{RETENTION}` at 1 or more while there are replicas")));
    }
    match text(live, STATUS) {
        Some(status) if !READY.contains(&status) && !PASSING.contains(&status) => {
            let reason = format!("it is {status}, and AWS does not change `{}` of a database in that state", about.setting);
            Some(refusal(
                Code::DatabaseState,
                reason,
                "bring it back to `available` (start it, or mend what the state says) and plan again".to_owned(),
            ))
        }
        _ => None,
    }
}

/// A change of the retention period loses what the period in force keeps, not what the value says that was compared: another one may wait
/// for maintenance. What only waits is nothing yet that could be lost.
pub(super) fn effect(change: &Change, live: &Live) -> Option<Effect> {
    let now = live.facts.get(DAYS_NOW).and_then(Value::as_i64)?;
    let after = change.after.as_i64().filter(|_| change.setting == RETENTION)?;
    if after < now {
        return Some(Effect::LosesData);
    }
    (change.effect == Effect::LosesData).then_some(Effect::Weakens)
}

/// Where there are no backups yet no change of the retention period is about what exists.
pub(super) fn reaches(change: &Change, live: &Live) -> Option<Reaches> {
    let has_none = live.facts.get(DAYS_NOW).and_then(Value::as_i64) == Some(0);
    (change.setting == RETENTION && has_none).then_some(Reaches::Future)
}

/// What a change does to this database in particular.
pub(super) fn consequence(change: &Change, live: &Live, wanted: &BTreeMap<String, Wanted>, now: Timestamp) -> Option<String> {
    let at_once = wanted.get(AT_ONCE).is_some_and(|wanted| wanted.value == Value::Bool(true));
    let own = if change.setting == RETENTION { of_retention(change, live, at_once, now) } else { None };
    // It is not this change alone that is made at once.
    let along = text(live, WAITING).filter(|_| at_once);
    let along = along.map(|waiting| format!("what waits for the maintenance window is made at once too: {waiting}"));
    match (own, along) {
        (Some(own), Some(along)) => Some(format!("{own}; {along}")),
        (own, along) => own.or(along),
    }
}

fn of_retention(change: &Change, live: &Live, at_once: bool, now: Timestamp) -> Option<String> {
    let days = change.after.as_i64()?;
    let before = match &change.before {
        Reading::Known(value) => value.as_i64()?,
        Reading::Unset | Reading::Unreadable { .. } => return None,
    };
    let before = live.facts.get(DAYS_NOW).and_then(Value::as_i64).unwrap_or(before);
    let maintenance = text(live, MAINTENANCE).unwrap_or("not known");
    let when = if at_once {
        "at once".to_owned()
    } else {
        format!("in the next maintenance window ({maintenance} UTC), or at once with `{AT_ONCE} = true`")
    };
    // Only what goes to or from nothing waits.
    let takes_back = live.facts.contains_key(DAYS_TO_COME) && if before == 0 { days == 0 } else { days >= before };
    match (before, days) {
        _ if takes_back => Some(taken_back(live, before, days, maintenance)),
        (0, 0) => None,
        (0, _) => Some(format!("backups begin {when}, with a short outage; nothing from before can be restored")),
        (_, 0) => {
            let latest = instant(live, LATEST).map(|latest| format!(" up to {}", at(latest))).unwrap_or_default();
            let copies =
                text(live, COPIES).map(|copies| format!("; its backups in other regions ({copies}) get nothing more")).unwrap_or_default();
            Some(format!(
                "all automated backups are deleted {when}, and with them every restore point{latest}; snapshots made by hand and those of AWS Backup stay; turning it on again starts from nothing{copies}"
            ))
        }
        (before, days) if days < before => Some(shortened(live, before, days, now)),
        _ => None,
    }
}

/// Why a call is made although it may be as declared now.
fn taken_back(live: &Live, before: i64, days: i64, maintenance: &str) -> String {
    let now = if before == days { format!("it is {days} now, as declared") } else { format!("it is {before} now") };
    let to_come = live.facts.get(DAYS_TO_COME).and_then(Value::as_i64).map_or_else(|| "another value".to_owned(), |days| days.to_string());
    format!(
        "{now}, and the next maintenance window ({maintenance} UTC) would make it {to_come}: that is taken back before it has done anything"
    )
}

fn shortened(live: &Live, before: i64, days: i64, now: Timestamp) -> String {
    let kept_from = days.checked_mul(24).and_then(|hours| now.checked_sub(SignedDuration::from_hours(hours)).ok());
    match (instant(live, EARLIEST), kept_from) {
        (Some(earliest), Some(kept_from)) if earliest < kept_from => {
            format!("restore points from {} to {} are deleted at once and cannot be brought back", at(earliest), at(kept_from))
        }
        (Some(earliest), Some(_)) => {
            format!("no restore point goes today, as the history starts at {}; later days are kept for {days} days only", at(earliest))
        }
        _ => format!(
            "automated backups older than {days} days, of the {before} that are kept, are deleted at once and cannot be brought back"
        ),
    }
}

/// What is not yet as it counts.
pub(super) fn notes(live: &Live) -> Vec<(Code, String)> {
    let days = |fact: &str| live.facts.get(fact).and_then(Value::as_i64);
    let (Some(now), Some(to_come)) = (days(DAYS_NOW), days(DAYS_TO_COME)) else { return Vec::new() };
    let maintenance = text(live, MAINTENANCE).unwrap_or("not known");
    let until = if now == 0 { ": until then it has no automated backups" } else { "" };
    let then = match days(DAYS_WANTED) {
        Some(wanted) => format!(", unless it is changed to {wanted}, as the policy wants it, before"),
        None => format!("{until}; `{AT_ONCE} = true` makes it so at once"),
    };
    let text = format!("`{RETENTION}` is {now}, and its next maintenance window ({maintenance} UTC) makes it {to_come}{then}");
    vec![(Code::WaitsForMaintenance, text)]
}

/// What else a reader of the plan ought to know.
pub(super) fn remarks(live: &Live) -> Vec<String> {
    let owner = text(live, OWNER).into_iter();
    owner.map(|point| format!("AWS Backup keeps its continuous backups, and with them retention and hours ({point})")).collect()
}

/// What is so just now: what waits for the maintenance window, and the state.
pub(super) fn passing(live: &Live) -> Vec<String> {
    let mut remarks = Vec::new();
    let days = |fact: &str| live.facts.get(fact).and_then(Value::as_i64);
    if let (Some(now), Some(to_come)) = (days(DAYS_NOW), days(DAYS_TO_COME)) {
        remarks.push(format!("`{RETENTION}` is {now}, and {to_come} waits for the maintenance window"));
    }
    match text(live, STATUS) {
        None => {}
        Some(status) if READY.contains(&status) => {}
        Some(status) if PASSING.contains(&status) => remarks.push(format!("it is {status}; apply waits until it is available")),
        Some(status) => remarks.push(format!("it is {status}")),
    }
    remarks
}

/// A fact that is a text; none where it is empty.
pub(super) fn text<'a>(live: &'a Live, fact: &str) -> Option<&'a str> {
    live.facts.get(fact).and_then(Value::as_str).filter(|text| !text.is_empty())
}

pub(super) fn instant(live: &Live, fact: &str) -> Option<Timestamp> {
    text(live, fact)?.parse().ok()
}

fn at(instant: Timestamp) -> String {
    instant.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

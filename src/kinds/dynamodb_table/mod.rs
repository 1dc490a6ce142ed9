//! `aws_dynamodb_table`: point-in-time recovery (PITR) and deletion protection of tables that others own.
//!
//! PITR, deletion protection and tags are never synchronised between the replicas of a global table, so every replica is a thing of its
//! own here, read and changed in its own region. `ContinuousBackupsStatus` is `ENABLED` on every table and is never looked at.

#[cfg(feature = "aws")]
mod aws;
#[cfg(feature = "aws")]
mod replicas;

use super::{Holder, Kind, Protection};
use crate::model::{
    Change, Fallback, KindSpec, Live, Loss, Mechanism, NameForm, Ownership, PointInTime, Safer, Setting, Shape, Value, count,
};
use jiff::{SpanRound, Timestamp, Unit};

const PITR: &str = "point_in_time_recovery.enabled";
const PERIOD: &str = "point_in_time_recovery.recovery_period_in_days";
const DELETION_PROTECTION: &str = "deletion_protection_enabled";

/// The facts that a read leaves beside the settings.
const EARLIEST: &str = "earliest_restorable";
const LATEST: &str = "latest_restorable";
/// The fact that tells a table from another of its name that was there before.
#[cfg(feature = "aws")]
const TABLE_ID: &str = "table_id";
const STATUS: &str = "status";

static SPEC: KindSpec = KindSpec {
    name: "aws_dynamodb_table",
    title: "DynamoDB table",
    doc: "Point-in-time recovery and deletion protection of a DynamoDB table that somebody else owns, in every region that it is replicated to.",
    ownership: Ownership::Settings,
    service: "dynamodb",
    arn_prefix: "table/",
    name_form: NameForm { min: 3, max: 255, also: &['_', '.', '-'], source: "DynamoDB API CreateTable" },
    replicas: true,
    inventory_actions: &["dynamodb:ListTables", "dynamodb:DescribeTable", "tag:GetResources", "account:ListRegions"],
    evidence_actions: &["dynamodb:DescribeExport", "dynamodb:ListBackups", "dynamodb:ListExports"],
    settings: &[
        Setting {
            path: PITR,
            shape: Shape::Bool,
            required: true,
            aws_default: Fallback::Bool(false),
            only_while: None,
            safer: Safer::WhenTrue,
            loses: Loss::ExistingRecoveryPoints,
            doc: "Continuous backups: the table can be restored, to a new table, as it was at any second of the recovery period up to five minutes ago.",
            normalisation: "only PointInTimeRecoveryStatus counts; ContinuousBackupsStatus is ENABLED on every table and is never read",
            when_safer: "the restorable window starts at this moment and grows to the recovery period; nothing from before can be restored",
            when_weaker: "the whole point-in-time history is deleted at once; turning it on again starts from nothing; exports stop, and no system backup is kept when the table is deleted",
            source: "DynamoDB API UpdateContinuousBackups; Developer Guide, Point-in-time recovery: restores",
            reads: &["dynamodb:DescribeContinuousBackups"],
            writes: &["dynamodb:UpdateContinuousBackups"],
            ..Setting::PLAIN
        },
        Setting {
            path: PERIOD,
            shape: Shape::Days { min: 1, max: 35 },
            required: false,
            aws_default: Fallback::Number(35),
            only_while: Some(PITR),
            safer: Safer::WhenGreater,
            loses: Loss::ExistingRecoveryPoints,
            doc: "How many days back the table can be restored. Where it is not declared, what the table has is kept, and 35 is sent when PITR is turned on.",
            normalisation: "means nothing while PITR is off; always sent when PITR is on or turned on, never when it is turned off, as AWS refuses that",
            when_safer: "the window grows by one day each day; a longer period brings nothing back",
            when_weaker: "the days beyond the new period are deleted at once and cannot be brought back; it saves no money, as the price does not depend on the period",
            source: "DynamoDB API PointInTimeRecoverySpecification; Developer Guide, Point-in-time recovery: how it works",
            reads: &["dynamodb:DescribeContinuousBackups"],
            writes: &["dynamodb:UpdateContinuousBackups"],
            ..Setting::PLAIN
        },
        Setting {
            path: DELETION_PROTECTION,
            shape: Shape::Bool,
            required: false,
            aws_default: Fallback::Bool(false),
            only_while: None,
            safer: Safer::WhenTrue,
            loses: Loss::Later,
            doc: "Refuses every attempt to delete the table until it is turned off.",
            normalisation: "absent is off; a replica and a restored table start with it off",
            when_safer: "nobody can delete the table",
            when_weaker: "anybody with dynamodb:DeleteTable can delete the table",
            source: "DynamoDB API UpdateTable; Developer Guide, Basic operations on tables: deletion protection",
            reads: &["dynamodb:DescribeTable"],
            writes: &["dynamodb:UpdateTable"],
            ..Setting::PLAIN
        },
    ],
    ..KindSpec::PLAIN
};

/// The kind.
pub struct DynamodbTable;

impl Kind for DynamodbTable {
    fn spec(&self) -> &'static KindSpec {
        &SPEC
    }

    fn consequence(&self, change: &Change, live: &Live, now: Timestamp) -> Option<String> {
        let earliest = instant(live, EARLIEST);
        match (change.setting.as_str(), &change.after) {
            (PITR, Value::Bool(false)) => {
                let history = match (earliest, instant(live, LATEST)) {
                    (Some(earliest), Some(latest)) => {
                        format!("the whole history goes at once: every restore point from {} to {}", at(earliest), at(latest))
                    }
                    _ => "the whole point-in-time history goes at once".to_owned(),
                };
                Some(format!("{history}; turning it on again starts from nothing"))
            }
            (PERIOD, Value::Number(_)) if change.effect.needs_consent() => {
                let days = change.after.as_i64()?;
                let kept_from = now.checked_sub(jiff::SignedDuration::from_hours(days.checked_mul(24)?)).ok()?;
                let lost = match earliest {
                    Some(earliest) if earliest < kept_from => {
                        format!(
                            "restore points from {} to {} are deleted at once ({})",
                            at(earliest),
                            at(kept_from),
                            days_between(earliest, kept_from)
                        )
                    }
                    Some(earliest) => format!(
                        "no restore point goes today, as the history starts at {}; later days are kept for {} only",
                        at(earliest),
                        count(days, "day")
                    ),
                    None => format!("restore points older than {} are deleted at once", count(days, "day")),
                };
                Some(format!("{lost}; it saves no money, as the price of PITR does not depend on the period"))
            }
            _ => None,
        }
    }

    fn remarks(&self, live: &Live) -> Vec<String> {
        let home = live.replica_of.iter();
        home.map(|home| format!("replica of the table in {home}; replicas hold these settings each for itself")).collect()
    }

    fn passing(&self, live: &Live) -> Vec<String> {
        match live.facts.get(STATUS).and_then(Value::as_str) {
            None | Some("ACTIVE") => Vec::new(),
            Some(status @ ("CREATING" | "UPDATING")) => vec![format!("the table is {status}; apply waits until it is ACTIVE")],
            Some(status) => vec![format!("the table is {status}")],
        }
    }

    fn protection(&self) -> Option<Protection> {
        Some(Protection::Holds(holder))
    }

    #[cfg(feature = "aws")]
    fn proof(&self) -> Option<&'static dyn super::ProofAws> {
        Some(&aws::Kept)
    }

    #[cfg(feature = "aws")]
    fn calls(&self) -> super::Calls {
        super::Calls::Settings(&aws::TableCalls)
    }
}

fn instant(live: &Live, fact: &str) -> Option<Timestamp> {
    live.facts.get(fact).and_then(Value::as_str)?.parse().ok()
}

fn at(instant: Timestamp) -> String {
    instant.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

fn days_between(from: Timestamp, to: Timestamp) -> String {
    let hours = (to - from).round(SpanRound::new().largest(Unit::Hour).smallest(Unit::Hour)).map_or(0, |span| span.get_hours());
    match hours {
        0..48 => format!("{hours} hours"),
        _ => format!("{} days", hours / 24),
    }
}

/// What of a table protects it.
fn holder(live: &Live) -> Holder {
    let mut holder = Holder::of_type("DynamoDB");
    match holder.read(live, PITR) {
        Some(Value::Bool(true)) => {
            let days = holder.read(live, PERIOD).and_then(|days| days.as_i64());
            let window = PointInTime { days, earliest: instant(live, EARLIEST), latest: instant(live, LATEST) };
            holder.mechanisms.push(Mechanism::PointInTime(window));
        }
        _ if holder.unread.is_empty() => {
            let mend = "turn it on: `point_in_time_recovery { enabled = true }` in a `protect` block";
            holder.switched_off.push(("point-in-time recovery is off".to_owned(), mend.to_owned()));
        }
        _ => {}
    }
    let regions = live.replicas.clone().unwrap_or_default();
    if !regions.is_empty() {
        holder.mechanisms.push(Mechanism::Replicas { regions });
    }
    holder
}

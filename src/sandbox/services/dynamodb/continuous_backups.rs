//! Point-in-time recovery (PITR): `DescribeContinuousBackups` and `UpdateContinuousBackups`.
//!
//! `ContinuousBackupsStatus` is no flag of PITR: it is ENABLED on every table, a few seconds after creation. The flag is
//! `PointInTimeRecoveryStatus`.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::table::{MAX_PERIOD_DAYS, Table};
use super::{Call, find, find_mut, table_name, table_not_found};
use crate::sandbox::services::input::Input;
use crate::sandbox::services::{AwsError, epoch};

/// `DescribeContinuousBackups`.
pub(super) fn describe(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let name = table_name(call, Input(input), "TableName", "tableName")?;
    let table = find(call, &name, table_not_found)?;
    require_created(table, call.now)?;
    Ok(description(table, call.now))
}

/// `UpdateContinuousBackups`. It takes effect at once, and does not change the table's status.
pub(super) fn update(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let name = table_name(call, Input(input), "TableName", "tableName")?;
    let specification = Input(input)
        .structure("PointInTimeRecoverySpecification")?
        .ok_or_else(|| AwsError::required("pointInTimeRecoverySpecification"))?;
    let enabled = specification
        .flag("PointInTimeRecoveryEnabled")?
        .ok_or_else(|| AwsError::required("pointInTimeRecoverySpecification.pointInTimeRecoveryEnabled"))?;
    let period = period(specification, enabled)?;
    let now = call.now;
    let table = find_mut(call, &name, table_not_found)?;
    require_created(table, now)?;
    if now < table.backups_at {
        let message = format!("Backups are being enabled for the table: {name}. Please retry later");
        return Err(AwsError::service("ContinuousBackupsUnavailableException", message));
    }
    let deleting = table.gone_at.is_some();
    table.set_pitr(period, now);
    let (answer, id) = (description(table, now), table.id.clone());
    if deleting && period.is_none() {
        // Switched off in the first moments of a delete, PITR leaves no system backup behind.
        call.region().dynamodb.backups.retain(|_, backup| !(backup.is_system && backup.source.id == id));
    }
    Ok(answer)
}

/// The period to set, or `None` to switch PITR off. Without a period AWS takes the longest one.
fn period(specification: Input<'_>, enabled: bool) -> Result<Option<i64>, AwsError> {
    let days = specification.integer("RecoveryPeriodInDays")?;
    if let Some(days) = days {
        let bound = |word: &str, bound: i64| {
            AwsError::constraint(
                &format!("'{days}'"),
                "pointInTimeRecoverySpecification.recoveryPeriodInDays",
                &format!("Member must have value {word} than or equal to {bound}"),
            )
        };
        if days < 1 {
            return Err(bound("greater", 1));
        }
        if days > MAX_PERIOD_DAYS {
            return Err(bound("less", MAX_PERIOD_DAYS));
        }
        if !enabled {
            return Err(AwsError::validation(
                "Invalid Request: Cannot specify RecoveryPeriodInDays when disabling point-in-time recovery.",
            ));
        }
    }
    Ok(enabled.then(|| days.unwrap_or(MAX_PERIOD_DAYS)))
}

/// To this family a table is not there for the first half of its creation (a restored one for the whole of it), though `DescribeTable` shows
/// it; nor is one whose delete takes long, as a seed can have it.
fn require_created(table: &Table, now: Timestamp) -> Result<(), AwsError> {
    let creating = table.status(now) == "CREATING";
    let unknown = match (&table.held, &table.restored_from) {
        (Some(held), _) => matches!(held.as_str(), "CREATING" | "DELETING"),
        (None, Some(_)) => creating,
        (None, None) => creating && now.duration_since(table.created_at) < table.active_at.duration_since(now),
    };
    if unknown { Err(table_not_found(&table.name)) } else { Ok(()) }
}

fn description(table: &Table, now: Timestamp) -> Value {
    let recovery = match &table.pitr {
        None => json!({ "PointInTimeRecoveryStatus": "DISABLED" }),
        Some(pitr) => json!({
            "PointInTimeRecoveryStatus": "ENABLED",
            "RecoveryPeriodInDays": pitr.period_days,
            "EarliestRestorableDateTime": epoch(pitr.earliest(now)),
            "LatestRestorableDateTime": epoch(pitr.latest(now)),
        }),
    };
    let status = if now < table.backups_at { "DISABLED" } else { "ENABLED" };
    json!({ "ContinuousBackupsDescription": { "ContinuousBackupsStatus": status, "PointInTimeRecoveryDescription": recovery } })
}

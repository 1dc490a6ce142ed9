//! Exports to S3: accepted, checked and listed. The files themselves are not written.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Call;
use super::backups::source_table;
use super::restore::pitr_unavailable;
use super::table::Pitr;
use crate::sandbox::services::input::Input;
use crate::sandbox::services::{AwsError, epoch};

/// How long `ListExports` remembers.
const LISTED_FOR: SignedDuration = SignedDuration::from_hours(24 * 90);

/// Members of a request that `DescribeExport` repeats.
const REPEATED: &[&str] =
    &["S3Bucket", "S3BucketOwner", "S3Prefix", "S3SseAlgorithm", "S3SseKmsKeyId", "ClientToken", "IncrementalExportSpecification"];

/// One export.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Export {
    arn: String,
    table_arn: String,
    started_at: Timestamp,
    /// Until then the export is `IN_PROGRESS`.
    done_at: Timestamp,
    description: Value,
}

impl Export {
    fn status(&self, now: Timestamp) -> &'static str {
        if now < self.done_at { "IN_PROGRESS" } else { "COMPLETED" }
    }

    fn describe(&self, now: Timestamp) -> Value {
        let mut description = self.description.clone();
        description["ExportStatus"] = json!(self.status(now));
        if now >= self.done_at {
            description["EndTime"] = epoch(self.done_at);
        }
        description
    }
}

/// `ExportTableToPointInTime`.
pub(super) fn export(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    fields.required_text("TableArn", "tableArn")?;
    fields.required_text("S3Bucket", "s3Bucket")?;
    let table = source_table(call, fields, "TableArn", "TableArn")?;
    let Some(pitr) = &table.pitr else {
        return Err(pitr_unavailable(&table));
    };
    let now = call.now;
    let at = fields.time("ExportTime")?.unwrap_or(now);
    check_times(fields, pitr, at, now)?;
    if let Some(same) = repeated(call, fields)? {
        return Ok(json!({ "ExportDescription": same }));
    }
    let number = call.state.fresh_number();
    let arn = format!("{}/export/{:014}-{number:08x}", table.arn, now.as_millisecond());
    let kind = fields.text("ExportType")?.unwrap_or("FULL_EXPORT");
    let prefix = fields.text("S3Prefix")?.map(|prefix| format!("{}/", prefix.trim_end_matches('/'))).unwrap_or_default();
    let id = arn.rsplit('/').next().unwrap_or_default();
    let mut description = json!({
        "ExportArn": arn,
        "TableArn": table.arn,
        "TableId": table.id,
        "StartTime": epoch(now),
        "ExportType": kind,
        "ExportFormat": fields.text("ExportFormat")?.unwrap_or("DYNAMODB_JSON"),
        "ExportManifest": format!("{prefix}AWSDynamoDB/{id}/manifest-summary.json"),
        "ItemCount": table.items.len(),
        "BilledSizeBytes": table.size_bytes(),
    });
    if kind == "FULL_EXPORT" {
        description["ExportTime"] = epoch(at);
    }
    for member in REPEATED {
        if let Some(value) = fields.get(member) {
            description[*member] = value.clone();
        }
    }
    let export = Export { arn: arn.clone(), table_arn: table.arn, started_at: now, done_at: call.settles_at(), description };
    let mut answer = export.describe(now);
    // The answer to the request itself always says that it is under way.
    answer["ExportStatus"] = json!("IN_PROGRESS");
    call.region().dynamodb.exports.insert(arn, export);
    Ok(json!({ "ExportDescription": answer }))
}

/// The export must lie within the PITR window, an incremental one span 15 minutes to 24 hours.
fn check_times(fields: Input<'_>, pitr: &Pitr, at: Timestamp, now: Timestamp) -> Result<(), AwsError> {
    let outside =
        || AwsError::service("InvalidExportTimeException", "The specified ExportTime is outside of the point in time recovery window.");
    if at < pitr.earliest(now) || at > now {
        return Err(outside());
    }
    let kind = fields.text("ExportType")?.unwrap_or("FULL_EXPORT");
    let Some(span) = fields.structure("IncrementalExportSpecification")? else {
        return if kind == "INCREMENTAL_EXPORT" { Err(AwsError::required("incrementalExportSpecification")) } else { Ok(()) };
    };
    if kind == "FULL_EXPORT" {
        return Err(AwsError::validation("IncrementalExportSpecification cannot be specified with ExportType FULL_EXPORT"));
    }
    let from = span
        .time("ExportFromTime")?
        .ok_or_else(|| AwsError::validation("Invalid Request: ExportFromTime must be provided in IncrementalExportSpecification"))?;
    let to = span.time("ExportToTime")?.unwrap_or(now);
    let length = to.duration_since(from);
    if length < SignedDuration::from_mins(15) || length > SignedDuration::from_hours(24) {
        return Err(AwsError::validation("The export period must be at least 15 minutes and at most 24 hours"));
    }
    if from < pitr.earliest(now) || to > now { Err(outside()) } else { Ok(()) }
}

/// The export that an earlier request with the same client token made.
fn repeated(call: &mut Call<'_>, fields: Input<'_>) -> Result<Option<Value>, AwsError> {
    let Some(token) = fields.text("ClientToken")? else {
        return Ok(None);
    };
    let now = call.now;
    let same = |export: &&Export| export.description.get("ClientToken").and_then(Value::as_str) == Some(token);
    let recent = |export: &&Export| now.duration_since(export.started_at) < SignedDuration::from_hours(8);
    Ok(call.region().dynamodb.exports.values().filter(recent).find(same).map(|export| export.describe(now)))
}

/// `DescribeExport`.
pub(super) fn describe(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let arn = Input(input).required_text("ExportArn", "exportArn")?;
    let now = call.now;
    let export = call.region().dynamodb.exports.get(arn);
    let export = export.ok_or_else(|| AwsError::service("ExportNotFoundException", format!("Export not found: {arn}")))?;
    Ok(json!({ "ExportDescription": export.describe(now) }))
}

/// `ListExports`: the last 90 days, in pages of 25.
pub(super) fn list(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let (table, after) = (fields.text("TableArn")?, fields.text("NextToken")?.unwrap_or_default());
    let size = call.page(fields.page_limit("MaxResults", "maxResults", 25)?, 25);
    let now = call.now;
    let exports: Vec<&Export> = call
        .region()
        .dynamodb
        .exports
        .values()
        .filter(|export| now.duration_since(export.started_at) < LISTED_FOR && export.arn.as_str() > after)
        .filter(|export| table.is_none_or(|table| table == export.table_arn))
        .collect();
    let summary = |export: &&Export| json!({ "ExportArn": export.arn, "ExportStatus": export.status(now), "ExportType": export.description["ExportType"] });
    let mut answer = json!({ "ExportSummaries": exports.iter().take(size).map(summary).collect::<Vec<_>>() });
    if let (true, Some(last)) = (exports.len() > size, exports.get(size.saturating_sub(1))) {
        answer["NextToken"] = json!(last.arn);
    }
    Ok(answer)
}

//! What a schedule exports: a table of DynamoDB into a bucket.

use super::{ARN, EXPRESSION, INPUT, STATE};
use crate::kinds::Flat;
use crate::model::{Live, Mechanism};
use serde_json::Value as Json;

/// The call that exports a table, in the ARN of a schedule's target.
const EXPORT: &str = "aws-sdk:dynamodb:exporttabletopointintime";

/// The table that a schedule exports, if it exports one.
///
/// Source: DynamoDB API `ExportTableToPointInTime`; Scheduler User Guide, Using universal targets.
pub(super) fn exports(live: &Live) -> Vec<(String, Mechanism)> {
    let flat = Flat::of_readings(&live.settings);
    let is_export = flat.text(ARN).is_some_and(|arn| arn.to_lowercase().ends_with(EXPORT));
    let input = flat.text(INPUT).filter(|_| is_export).and_then(|input| serde_json::from_str::<Json>(&input).ok());
    let Some(input) = input else { return Vec::new() };
    let text = |name: &str| input.get(name).and_then(Json::as_str).filter(|text| !text.is_empty());
    let (Some(table), Some(bucket)) = (text("TableArn"), text("S3Bucket")) else { return Vec::new() };
    let export = Mechanism::Export {
        by: live.id.name.clone(),
        schedule: flat.text(EXPRESSION).unwrap_or_default(),
        destination: text("S3Prefix").map_or_else(|| bucket.to_owned(), |prefix| format!("{bucket}/{prefix}")),
        is_on: flat.text(STATE).as_deref() != Some("DISABLED"),
        is_whole: text("ExportType") != Some("INCREMENTAL_EXPORT"),
    };
    vec![(table.to_owned(), export)]
}

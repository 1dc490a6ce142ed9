//! What DynamoDB itself keeps of tables: on-demand backups, and whole exports in buckets.
//!
//! Backups of AWS Backup are told with the vaults that they are in.

use super::super::{SPEC, TABLE_ID};
use super::client;
use crate::aws::{CallFailed, Connection};
use crate::kinds::{ProofAws, ProofRequest};
use crate::model::{Evidence, Held, HeldForm, Live};
use aws_sdk_dynamodb::primitives::DateTime;
use aws_sdk_dynamodb::types::{BackupStatus, BackupSummary, BackupType, BackupTypeFilter, ExportDescription, ExportStatus, ExportType};
use futures_util::future::{BoxFuture, join, join_all};
use jiff::Timestamp;
use std::collections::BTreeMap;

const LIST_BACKUPS: &str = "dynamodb:ListBackups";
const LIST_EXPORTS: &str = "dynamodb:ListExports";
const DESCRIBE_EXPORT: &str = "dynamodb:DescribeExport";

/// The backups and the exports of tables.
pub(in crate::kinds::dynamodb_table) struct Kept;

impl ProofAws for Kept {
    fn prove<'a>(&'a self, request: ProofRequest<'a>) -> BoxFuture<'a, Evidence> {
        Box::pin(async move {
            let mut evidence = Evidence::default();
            if request.things.is_empty() {
                return evidence;
            }
            let connection = request.connection;
            let ids = request.things.iter().filter_map(|live| Some((arn(connection, live)?, live.fact(TABLE_ID))));
            let tables = Tables { connection, ids: ids.collect() };
            let (backups, exports) = join(tables.backups(), tables.exports()).await;
            evidence.snapshots_listed.extend(backups.is_ok().then(|| request.listed(SPEC.name)));
            for part in [backups, exports] {
                match part {
                    Ok(held) => evidence.held.extend(held),
                    Err(failed) => evidence.gaps.push(connection.gap(&connection.identity.region, Some(SPEC.name), None, &failed)),
                }
            }
            evidence
        })
    }
}

fn arn(connection: &Connection, live: &Live) -> Option<String> {
    SPEC.arn(&live.id.region, &connection.identity.account, &live.id.name).filter(|_| live.replica_of.is_none())
}

/// The tables of a target, with their ids where they are known.
struct Tables<'a> {
    connection: &'a Connection,
    ids: BTreeMap<String, Option<&'a str>>,
}

impl Tables<'_> {
    /// Whether something is of a table that is there, and not of another that had its name before.
    fn has(&self, arn: &str, id: Option<&str>) -> bool {
        self.ids.get(arn).is_some_and(|known| known.is_none() || id.is_none() || *known == id)
    }

    fn held(&self, of: &str, form: HeldForm, store: &str) -> Held {
        let identity = &self.connection.identity;
        Held::none(of, form, store, &identity.account, &identity.region)
    }

    /// All on-demand backups of the region, in a listing of a hundred at once.
    async fn backups(&self) -> Result<Vec<Held>, CallFailed> {
        let client = client(self.connection, &self.connection.identity.region);
        let mut held: BTreeMap<String, Held> = BTreeMap::new();
        let mut from: Option<String> = None;
        loop {
            let call =
                client.list_backups().backup_type(BackupTypeFilter::All).limit(100).set_exclusive_start_backup_arn(from.take()).send();
            let page = self.connection.call(LIST_BACKUPS, call).await?;
            for backup in page.backup_summaries() {
                let Some(table) = backup.table_arn().filter(|arn| self.has(arn, backup.table_id())) else { continue };
                if backup.backup_type() != Some(&BackupType::AwsBackup) {
                    let blank = || self.held(table, HeldForm::Snapshots, &self.connection.identity.region);
                    add(held.entry(table.to_owned()).or_insert_with(blank), backup);
                }
            }
            from = page.last_evaluated_backup_arn;
            if from.is_none() {
                return Ok(held.into_values().collect());
            }
        }
    }

    /// The exports of the last 90 days, which AWS remembers: each that is whole and done is asked of which moment it is.
    async fn exports(&self) -> Result<Vec<Held>, CallFailed> {
        let client = client(self.connection, &self.connection.identity.region);
        let mut arns = Vec::new();
        let mut from: Option<String> = None;
        loop {
            let page = self.connection.call(LIST_EXPORTS, client.list_exports().max_results(25).set_next_token(from.take()).send()).await?;
            for export in page.export_summaries() {
                let is_whole = export.export_type() != Some(&ExportType::IncrementalExport);
                let is_done = export.export_status() == Some(&ExportStatus::Completed);
                let table = export.export_arn().and_then(|arn| arn.split_once("/export/")).filter(|(table, _)| self.has(table, None));
                arns.extend(export.export_arn().filter(|_| is_whole && is_done && table.is_some()).map(str::to_owned));
            }
            from = page.next_token;
            if from.is_none() {
                break;
            }
        }
        let client = &client;
        let asked = arns
            .iter()
            .map(|arn| async move { self.connection.call(DESCRIBE_EXPORT, client.describe_export().export_arn(arn).send()).await });
        let mut held: BTreeMap<(String, String), Held> = BTreeMap::new();
        for answer in join_all(asked).await {
            if let Some(export) = answer?.export_description() {
                self.note(export, &mut held);
            }
        }
        Ok(held.into_values().collect())
    }

    fn note(&self, export: &ExportDescription, held: &mut BTreeMap<(String, String), Held>) {
        let (Some(table), Some(bucket)) = (export.table_arn(), export.s3_bucket()) else { return };
        if !self.has(table, export.table_id()) {
            return;
        }
        let store = format!("arn:{}:s3:::{bucket}", crate::model::partition(&self.connection.identity.region));
        let of = (table.to_owned(), store.clone());
        let one = held.entry(of).or_insert_with(|| self.held(table, HeldForm::Exports, &store));
        one.keys.extend(export.s3_sse_kms_key_id().map(str::to_owned));
        one.add(moment(export.export_time()));
    }
}

/// Takes in a backup.
fn add(held: &mut Held, backup: &BackupSummary) {
    if backup.backup_status() == Some(&BackupStatus::Available) {
        held.add(moment(backup.backup_creation_date_time()));
    } else {
        held.unusable += 1;
    }
}

fn moment(at: Option<&DateTime>) -> Option<Timestamp> {
    at.and_then(|at| Timestamp::from_second(at.secs()).ok())
}

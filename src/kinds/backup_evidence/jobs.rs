//! What jobs came to: restores, and the backups and copies that failed. AWS Backup forgets a job after 30 days.

use super::{PAGE, moment};
use crate::aws::{CallFailed, Connection};
use crate::model::{FailedJob, Restore};
use aws_sdk_backup::Client;
use aws_sdk_backup::primitives::DateTime;
use aws_sdk_backup::types::{BackupJob, BackupJobState, CopyJob, CopyJobState, RestoreJobStatus, RestoreJobsListMember};
use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

/// The actions that list them.
const LIST_RESTORES: &str = "backup:ListRestoreJobs";
const LIST_BACKUPS: &str = "backup:ListBackupJobs";
const LIST_COPIES: &str = "backup:ListCopyJobs";

/// For how long AWS Backup keeps the record of a job.
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 30);

/// What was read, and the calls that failed.
type Found<T> = (Vec<T>, Vec<CallFailed>);

/// Every restore that AWS Backup remembers.
pub(super) async fn restores(connection: &Connection, client: &Client) -> Found<Restore> {
    let mut found = Vec::new();
    let mut from: Option<String> = None;
    loop {
        let call = client.list_restore_jobs().max_results(PAGE).set_next_token(from.take());
        match connection.call(LIST_RESTORES, call.send()).await {
            Ok(page) => {
                found.extend(page.restore_jobs().iter().map(|job| restore(connection, job)));
                from = page.next_token;
            }
            Err(failed) => return (found, vec![failed]),
        }
        if from.is_none() {
            return (found, Vec::new());
        }
    }
}

fn restore(connection: &Connection, job: &RestoreJobsListMember) -> Restore {
    let owned = |text: Option<&str>| text.map(str::to_owned);
    let is_done = job.status() == Some(&RestoreJobStatus::Completed);
    // Of what was restored it is the validation that has something to say.
    let message = job.validation_status_message().filter(|_| is_done).or(job.status_message());
    Restore {
        of: owned(job.source_resource_arn()),
        point: owned(job.recovery_point_arn()),
        account: job.account_id().unwrap_or(&connection.identity.account).to_owned(),
        region: connection.identity.region.clone(),
        began: job.creation_date().and_then(moment),
        ended: job.completion_date().and_then(moment),
        status: job.status().map_or("UNKNOWN", RestoreJobStatus::as_str).to_owned(),
        validation: job.validation_status().map(|status| status.as_str().to_owned()),
        message: owned(message.filter(|text| !text.is_empty())),
        plan: job.created_by().and_then(|by| owned(by.restore_testing_plan_arn())),
    }
}

/// The backups of the last 30 days that did not come to be. AWS Backup lists one state at a time.
pub(super) async fn failed_backups(connection: &Connection, client: &Client, at: Timestamp) -> Found<FailedJob> {
    let states = [BackupJobState::Failed, BackupJobState::Expired, BackupJobState::Aborted, BackupJobState::Partial];
    joined(states.map(|state| backups_in(connection, client, at, state))).await
}

async fn backups_in(connection: &Connection, client: &Client, at: Timestamp, state: BackupJobState) -> Found<FailedJob> {
    let mut found = BTreeMap::new();
    let mut from: Option<String> = None;
    loop {
        let call = client.list_backup_jobs().by_state(state.clone()).by_created_after(since(at));
        match connection.call(LIST_BACKUPS, call.max_results(PAGE).set_next_token(from.take()).send()).await {
            Ok(page) => {
                for job in page.backup_jobs().iter().filter_map(backup) {
                    keep(&mut found, job);
                }
                from = page.next_token;
            }
            Err(failed) => return (found.into_values().collect(), vec![failed]),
        }
        if from.is_none() {
            return (found.into_values().collect(), Vec::new());
        }
    }
}

fn backup(job: &BackupJob) -> Option<FailedJob> {
    Some(FailedJob {
        of: job.resource_arn()?.to_owned(),
        what: "backup".to_owned(),
        at: begun(job.creation_date(), job.completion_date())?,
        status: job.state()?.as_str().to_owned(),
        message: job.status_message().map(str::to_owned),
    })
}

/// The same of copies, which are neither aborted nor expire.
pub(super) async fn failed_copies(connection: &Connection, client: &Client, at: Timestamp) -> Found<FailedJob> {
    joined([CopyJobState::Failed, CopyJobState::Partial].map(|state| copies_in(connection, client, at, state))).await
}

async fn copies_in(connection: &Connection, client: &Client, at: Timestamp, state: CopyJobState) -> Found<FailedJob> {
    let mut found = BTreeMap::new();
    let mut from: Option<String> = None;
    loop {
        let call = client.list_copy_jobs().by_state(state.clone()).by_created_after(since(at));
        match connection.call(LIST_COPIES, call.max_results(PAGE).set_next_token(from.take()).send()).await {
            Ok(page) => {
                for job in page.copy_jobs().iter().filter_map(copy) {
                    keep(&mut found, job);
                }
                from = page.next_token;
            }
            Err(failed) => return (found.into_values().collect(), vec![failed]),
        }
        if from.is_none() {
            return (found.into_values().collect(), Vec::new());
        }
    }
}

fn copy(job: &CopyJob) -> Option<FailedJob> {
    Some(FailedJob {
        of: job.resource_arn()?.to_owned(),
        what: "copy".to_owned(),
        at: begun(job.creation_date(), job.completion_date())?,
        status: job.state()?.as_str().to_owned(),
        message: job.status_message().map(str::to_owned),
    })
}

/// Puts what several listings gave together.
async fn joined(listings: impl IntoIterator<Item = impl Future<Output = Found<FailedJob>>>) -> Found<FailedJob> {
    let mut all = (Vec::new(), Vec::new());
    for (found, failed) in join_all(listings).await {
        all.0.extend(found);
        all.1.extend(failed);
    }
    all
}

/// The newest backup and the newest copy of each thing.
pub(super) fn newest(failures: Vec<FailedJob>) -> Vec<FailedJob> {
    let mut found = BTreeMap::new();
    for job in failures {
        keep(&mut found, job);
    }
    found.into_values().collect()
}

fn keep(newest: &mut BTreeMap<(String, String), FailedJob>, job: FailedJob) {
    let known = newest.entry((job.of.clone(), job.what.clone())).or_insert_with(|| job.clone());
    if *known < job && known.at <= job.at {
        *known = job;
    }
}

fn since(at: Timestamp) -> DateTime {
    DateTime::from_secs(at.saturating_sub(KEPT).unwrap_or(at).as_second())
}

fn begun(created: Option<&DateTime>, completed: Option<&DateTime>) -> Option<Timestamp> {
    created.or(completed).and_then(moment)
}

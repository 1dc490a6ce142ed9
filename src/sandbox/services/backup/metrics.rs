//! What AWS Backup tells CloudWatch: every five minutes, and only counts that are not zero (AWS Backup developer guide, "AWS Backup metrics
//! with Amazon CloudWatch").
//!
//! What came to be or ended is counted at the end of its five minutes; what waits or runs is counted as it is at that moment. Which metric is
//! counted in which way follows from the guide's sentences and is UNCONFIRMED, as is that a copy is counted where its job is, not where the
//! copy goes. Recovery points are deleted at once here, and are never partial, so that `Deleting`, `Expired` and `Partial` stay silent.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::Backups;
use super::copies::CopyJob;
use super::jobs::BackupJob;
use super::kept::Vault;
use crate::sandbox::clock::later;
use crate::sandbox::services::cloudwatch::{Metric, MetricPoint};
use crate::sandbox::state::Region;

/// How often AWS Backup publishes, in seconds.
const STEP: i64 = 300;

/// For how many days CloudWatch keeps what was published every five minutes: older counts would never be seen.
const KEPT_DAYS: i64 = 63;

/// One count: when it is published, of what, and for which vault and type of resource.
type Key = (Timestamp, &'static str, String, String);

/// The counts that are published after one instant and up to another.
struct Tally {
    after: Timestamp,
    until: Timestamp,
    counts: BTreeMap<Key, u32>,
}

/// Publishes what a region has not published yet up to `now`, and tells whether there was anything.
pub(super) fn publish(region: &mut Region, now: Timestamp) -> bool {
    let until = step(now);
    let oldest = later(until, SignedDuration::from_hours(-24 * KEPT_DAYS));
    let after = region.backup.measured_until.map_or(oldest, |at| at.max(oldest));
    if after >= until {
        return false;
    }
    let counts = Tally::of(&region.backup, after, until).counts;
    region.backup.measured_until = Some(until);
    // The same count without the type of resource is the sum of all types.
    let mut published: BTreeMap<(Timestamp, &str, BTreeMap<String, String>), u32> = BTreeMap::new();
    for ((at, name, vault, kind), count) in &counts {
        let of_vault = BTreeMap::from([("BackupVaultName".to_owned(), vault.clone())]);
        let mut of_kind = of_vault.clone();
        of_kind.insert("ResourceType".to_owned(), kind.clone());
        for dimensions in [of_vault, of_kind] {
            *published.entry((*at, name, dimensions)).or_default() += count;
        }
    }
    for ((at, name, dimensions), count) in published {
        let metric = Metric { namespace: "AWS/Backup".to_owned(), name: name.to_owned(), dimensions };
        region.cloudwatch.metrics.publish(metric, MetricPoint::of(at, "Count", f64::from(count), 1.0));
    }
    !counts.is_empty()
}

/// The last instant up to `at` at which something is published.
fn step(at: Timestamp) -> Timestamp {
    let second = at.as_second();
    Timestamp::from_second(second - second.rem_euclid(STEP)).unwrap_or(at)
}

fn next_step(at: Timestamp) -> Timestamp {
    later(step(at), SignedDuration::from_secs(STEP))
}

impl Tally {
    fn of(backups: &Backups, after: Timestamp, until: Timestamp) -> Self {
        let mut tally = Self { after, until, counts: BTreeMap::new() };
        backups.jobs.values().for_each(|job| tally.backup(job));
        backups.copies.values().filter(|job| job.crosses()).for_each(|job| tally.copy(job));
        backups.vaults.values().for_each(|vault| tally.points(vault));
        tally
    }

    fn backup(&mut self, job: &BackupJob) {
        let of = (job.vault_name.as_str(), job.kind.as_str());
        self.happened("NumberOfBackupJobsCreated", of, job.created_at);
        self.lasted("NumberOfBackupJobsPending", of, (job.created_at, job.runs_at));
        self.lasted("NumberOfBackupJobsRunning", of, (job.runs_at, job.ends_at));
        let ended = match job.trouble.as_ref().map(|(state, _)| state.as_str()) {
            None => "NumberOfBackupJobsCompleted",
            Some("ABORTED") => "NumberOfBackupJobsAborted",
            Some("EXPIRED") => "NumberOfBackupJobsExpired",
            Some(_) => "NumberOfBackupJobsFailed",
        };
        self.happened(ended, of, job.ends_at);
    }

    fn copy(&mut self, job: &CopyJob) {
        let of = (job.destination_vault(), job.source.kind.as_str());
        self.happened("NumberOfCopyJobsCreated", of, job.created_at);
        self.lasted("NumberOfCopyJobsRunning", of, (job.created_at, job.ends_at));
        let ended = if job.failure.is_none() { "NumberOfCopyJobsCompleted" } else { "NumberOfCopyJobsFailed" };
        self.happened(ended, of, job.ends_at);
    }

    fn points(&mut self, vault: &Vault) {
        for point in vault.points.values().filter(|point| point.held.is_none()) {
            let of = (vault.name.as_str(), point.kind.as_str());
            self.happened("NumberOfRecoveryPointsCompleted", of, point.completed_at);
            if let Some(at) = point.cold_at() {
                self.happened("NumberOfRecoveryPointsCold", of, at);
            }
        }
    }

    /// Counts what happened at one instant.
    fn happened(&mut self, name: &'static str, of: (&str, &str), at: Timestamp) {
        self.count(name, of, next_step(at));
    }

    /// Counts what lasted from one instant until another wherever it was so when something was published.
    fn lasted(&mut self, name: &'static str, of: (&str, &str), (from, to): (Timestamp, Timestamp)) {
        // What holds from the very instant of publishing is seen by it.
        let first = if step(from) == from { from } else { next_step(from) };
        let mut at = first.max(next_step(self.after));
        while at < to && at <= self.until {
            self.count(name, of, at);
            at = next_step(at);
        }
    }

    fn count(&mut self, name: &'static str, (vault, kind): (&str, &str), at: Timestamp) {
        if self.after < at && at <= self.until {
            *self.counts.entry((at, name, vault.to_owned(), kind.to_owned())).or_default() += 1;
        }
    }
}

//! What AWS Backup shows of whether it works, in one region: the recovery points of every vault and who is denied to delete them, what restores
//! came to, and which backups and copies failed.
//!
//! Restores are read first: where AWS does not say what one restored, its recovery point does, and only these few points are remembered while
//! the vaults are read, of which one can hold a million points. What cannot be read of one vault or of one listing is a gap of its own.

mod jobs;
mod points;

use super::{ProofAws, ProofRequest, Protection, all, backup};
use crate::aws::{CallFailed, Connection};
use crate::model::{Evidence, Gap, Live, Lock, Restore, VaultPolicy};
use aws_sdk_backup::Client;
use aws_sdk_backup::primitives::DateTime;
use aws_sdk_backup::types::{BackupVaultListMember, VaultType};
use futures_util::future::{BoxFuture, join, join_all, join3};
use jiff::Timestamp;
use points::Sought;

const GET_POLICY: &str = "backup:GetBackupVaultAccessPolicy";

/// The most that AWS Backup lists on one page.
const PAGE: i32 = 1000;

/// The calls.
pub(super) struct BackupEvidence;

impl ProofAws for BackupEvidence {
    fn prove<'a>(&'a self, request: ProofRequest<'a>) -> BoxFuture<'a, Evidence> {
        Box::pin(prove(request))
    }
}

async fn prove(request: ProofRequest<'_>) -> Evidence {
    let (connection, at) = (request.connection, request.at);
    let region = connection.identity.region.as_str();
    let client = backup::client(connection, region);
    let mut evidence = Evidence::default();
    let before = async {
        let restores = jobs::restores(connection, &client);
        join(backup::list_vaults(connection, &client), restores).await
    };
    let ((vaults, restores), backups, copies) =
        join3(before, jobs::failed_backups(connection, &client, at), jobs::failed_copies(connection, &client, at)).await;
    let vaults = vaults.unwrap_or_else(|failed| {
        // Whoever looks for the vaults themselves is told the same.
        evidence.gaps.push(connection.gap(region, vault_kind(false), None, &failed));
        Vec::new()
    });
    let jobs = kind_of(|protection| matches!(protection, Protection::Admits(_)));
    let mut gap = |failed: &CallFailed| evidence.gaps.push(connection.gap(region, jobs, None, failed));
    let mut failures = Vec::new();
    for (found, failed) in [backups, copies] {
        failed.iter().for_each(&mut gap);
        failures.extend(found);
    }
    let (mut restores, failed) = restores;
    failed.iter().for_each(&mut gap);
    evidence.failures = jobs::newest(failures);
    let mut sought: Sought = restores.iter().filter(|job| job.of.is_none()).filter_map(|job| Some((job.point.clone()?, None))).collect();
    let reads = vaults.iter().filter_map(|vault| Some((vault, kept_in(vault)?))).map(async |(vault, is_air_gapped)| {
        let read = points::read(connection, &client, vault, is_air_gapped, &sought, at);
        let (read, policy) = join(read, policy(connection, &client, vault)).await;
        (vault, is_air_gapped, read, policy)
    });
    let mut found = Vec::new();
    for (vault, is_air_gapped, read, policy) in join_all(reads).await {
        evidence.held.extend(read.held);
        match policy {
            Ok(policy) => evidence.vault_policies.extend(policy),
            Err(failed) => evidence.gaps.push(vault_gap(connection, vault, is_air_gapped, &failed)),
        }
        evidence.gaps.extend(read.failed.map(|failed| vault_gap(connection, vault, is_air_gapped, &failed)));
        found.extend(read.sought);
    }
    sought.extend(found.into_iter().map(|(point, of)| (point, Some(of))));
    for job in &mut restores {
        join_by_point(job, &sought);
    }
    evidence.restores = restores;
    evidence
}

/// The access policy of a vault. One that has none is answered as if it were not there.
async fn policy(connection: &Connection, client: &Client, vault: &BackupVaultListMember) -> Result<Option<VaultPolicy>, CallFailed> {
    let (Some(name), Some(arn)) = (vault.backup_vault_name(), vault.backup_vault_arn()) else { return Ok(None) };
    let policy = match connection.call(GET_POLICY, client.get_backup_vault_access_policy().backup_vault_name(name).send()).await {
        Ok(answer) => answer.policy,
        Err(failed) if failed.is("ResourceNotFoundException") => None,
        Err(failed) => return Err(failed),
    };
    Ok(Some(VaultPolicy { vault: arn.to_owned(), policy }))
}

/// Whether a vault is logically air-gapped; none of one that only opens the vault of another account, which keeps nothing itself.
fn kept_in(vault: &BackupVaultListMember) -> Option<bool> {
    match vault.vault_type() {
        Some(VaultType::LogicallyAirGappedBackupVault) => Some(true),
        Some(VaultType::RestoreAccessBackupVault) => None,
        _ => Some(false),
    }
}

fn vault_gap(connection: &Connection, vault: &BackupVaultListMember, is_air_gapped: bool, failed: &CallFailed) -> Gap {
    connection.gap(&connection.identity.region, vault_kind(is_air_gapped), vault.backup_vault_name(), failed)
}

/// The kind of the vaults that are, or are not, logically air-gapped.
fn vault_kind(is_air_gapped: bool) -> Option<&'static str> {
    let is_of = |keeper: fn(&Live) -> super::Keeper| (keeper(&Live::default()).lock == Lock::AirGapped) == is_air_gapped;
    kind_of(|protection| matches!(protection, Protection::Keeps(keeper) if is_of(keeper)))
}

fn kind_of(is_it: impl Fn(Protection) -> bool) -> Option<&'static str> {
    all().find(|kind| kind.protection().is_some_and(&is_it)).map(|kind| kind.spec().name)
}

fn join_by_point(job: &mut Restore, known: &Sought) {
    if let (None, Some(point)) = (&job.of, &job.point) {
        job.of = known.get(point).cloned().flatten();
    }
}

/// A time of AWS's, which has milliseconds; on the wire it is a binary fraction, which is a little beside them.
fn moment(at: &DateTime) -> Option<Timestamp> {
    let half = 500_000;
    let nanoseconds = at.as_nanos().checked_add(half)?;
    Timestamp::from_millisecond(i64::try_from(nanoseconds.div_euclid(1_000_000)).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_the_milliseconds_that_aws_means() {
        let read = |seconds: f64| moment(&DateTime::from_secs_f64(seconds)).unwrap().to_string();
        assert_eq!(read(1_516_925_490.087), "2018-01-26T00:11:30.087Z");
        assert_eq!(read(1_516_925_490.999_9), "2018-01-26T00:11:31Z");
        assert!(moment(&DateTime::from_secs(i64::MAX)).is_none());
    }
}

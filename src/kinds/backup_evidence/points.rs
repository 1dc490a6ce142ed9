//! The recovery points of a vault, in a line for each thing that they bring back.

use super::{PAGE, moment};
use crate::aws::{CallFailed, Connection};
use crate::model::{Held, HeldForm};
use aws_sdk_backup::Client;
use aws_sdk_backup::types::{BackupVaultListMember, Lifecycle, LifecycleDeleteAfterEvent, RecoveryPointByBackupVault, RecoveryPointStatus};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

/// The action that lists them.
const LIST: &str = "backup:ListRecoveryPointsByBackupVault";

/// What the ARNs of continuous recovery points have after the account.
///
/// It is in no page of AWS's, and in every such ARN that people show: of RDS and Aurora, S3 and SAP HANA.
const CONTINUOUS: &str = ":recovery-point:continuous:";

/// For how many days a continuous recovery point goes back at most.
///
/// Source: AWS Backup Developer Guide, "Continuous backups and point-in-time recovery".
const MOST_DAYS: i64 = 35;

/// Recovery points by their ARNs, with the ARN of what each brings back where that is known.
pub(super) type Sought = BTreeMap<String, Option<String>>;

/// What was read of one vault.
#[derive(Default)]
pub(super) struct Read {
    /// What there is to restore, as far as it was read.
    pub(super) held: Vec<Held>,
    /// What the recovery points that were sought bring back.
    pub(super) sought: Vec<(String, String)>,
    /// Why that is not all.
    pub(super) failed: Option<CallFailed>,
}

/// Reads a vault page by page.
pub(super) async fn read(
    connection: &Connection,
    client: &Client,
    vault: &BackupVaultListMember,
    is_air_gapped: bool,
    sought: &Sought,
    at: Timestamp,
) -> Read {
    let mut read = Read::default();
    let (Some(name), Some(arn)) = (vault.backup_vault_name(), vault.backup_vault_arn()) else { return read };
    let blank =
        Held { is_air_gapped, ..Held::none("", HeldForm::RecoveryPoints, arn, &connection.identity.account, &connection.identity.region) };
    let mut tally = Tally { blank, at, held: BTreeMap::new() };
    let mut from: Option<String> = None;
    loop {
        let call = client.list_recovery_points_by_backup_vault().backup_vault_name(name).max_results(PAGE).set_next_token(from.take());
        match connection.call(LIST, call.send()).await {
            Ok(page) => {
                for point in page.recovery_points() {
                    tally.add(point);
                    let of = point.recovery_point_arn().filter(|arn| sought.contains_key(*arn)).zip(point.resource_arn());
                    read.sought.extend(of.map(|(point, of)| (point.to_owned(), of.to_owned())));
                }
                from = page.next_token;
            }
            Err(failed) => read.failed = Some(failed),
        }
        if from.is_none() {
            read.held = tally.held.into_values().collect();
            return read;
        }
    }
}

/// What was counted so far, by thing and form.
struct Tally {
    /// What is so of all recovery points of the vault.
    blank: Held,
    at: Timestamp,
    held: BTreeMap<(String, HeldForm), Held>,
}

impl Tally {
    fn add(&mut self, point: &RecoveryPointByBackupVault) {
        let Some(of) = point.resource_arn().filter(|_| brings_back(point)) else { return };
        let form = form(point);
        let held = self.held.entry((of.to_owned(), form)).or_insert_with(|| Held { of: of.to_owned(), form, ..self.blank.clone() });
        held.last_restore = held.last_restore.max(point.last_restore_time().and_then(moment));
        if !matches!(point.status(), Some(RecoveryPointStatus::Completed | RecoveryPointStatus::Available)) {
            held.unusable += 1;
            return;
        }
        held.add(dated(point, form, self.at));
        if let Some(days) = point.lifecycle().and_then(Lifecycle::delete_after_days).filter(|days| *days > 0) {
            held.keep(days);
        }
        held.keys.extend(point.encryption_key_arn().map(str::to_owned));
        held.unencrypted += u64::from(!point.is_encrypted());
    }
}

/// Whether a recovery point is one of its own: not one that goes as soon as it is copied, and not what only holds those of a stack together,
/// which are listed too, each with what it brings back.
///
/// Source: AWS Backup Developer Guide, "`CloudFormation` stack backups": a composite recovery point cannot be restored, nested ones can.
fn brings_back(point: &RecoveryPointByBackupVault) -> bool {
    let goes = point.lifecycle().and_then(Lifecycle::delete_after_event);
    let is_passing = goes == Some(&LifecycleDeleteAfterEvent::DeleteAfterCopy);
    let holds_together = point.is_parent() && point.resource_type() == Some("CloudFormation");
    !is_passing && !holds_together
}

/// STOPPED is said of continuous ones alone; of AVAILABLE the pages of AWS do not agree whether it is.
fn form(point: &RecoveryPointByBackupVault) -> HeldForm {
    let is_said = matches!(point.status(), Some(RecoveryPointStatus::Available | RecoveryPointStatus::Stopped));
    if is_said || is_named_continuous(point) { HeldForm::ContinuousPoint } else { HeldForm::RecoveryPoints }
}

fn is_named_continuous(point: &RecoveryPointByBackupVault) -> bool {
    point.recovery_point_arn().is_some_and(|arn| arn.contains(CONTINUOUS))
}

/// A moment to which a recovery point surely restores; none where it bears no date that tells.
///
/// A copy is dated as its source is (AWS Backup Developer Guide, "Backup and tag copy"). A continuous recovery point is dated when it was begun,
/// which falls out of what it goes back to; the beginning of that is the moment then. Where nothing but its state says that it is continuous,
/// only a date that would be right of either kind counts.
fn dated(point: &RecoveryPointByBackupVault, form: HeldForm, at: Timestamp) -> Option<Timestamp> {
    let made = point.creation_date().and_then(moment)?;
    if form != HeldForm::ContinuousPoint {
        return Some(made);
    }
    let days = point.lifecycle().and_then(Lifecycle::delete_after_days).filter(|days| (1..=MOST_DAYS).contains(days));
    let first = at.checked_sub(SignedDuration::from_hours(24 * days.unwrap_or(MOST_DAYS))).ok()?;
    if made >= first { Some(made) } else { Some(first).filter(|_| is_named_continuous(point)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_backup::primitives::{DateTime, DateTimeFormat};
    use aws_sdk_backup::types::builders::RecoveryPointByBackupVaultBuilder;

    const ORDERS: &str = "arn:aws:dynamodb:us-east-1:123456789012:table/orders";

    fn point(status: &str, made: &str) -> RecoveryPointByBackupVaultBuilder {
        let made = DateTime::from_str(made, DateTimeFormat::DateTime).unwrap();
        RecoveryPointByBackupVault::builder().resource_arn(ORDERS).status(status.into()).creation_date(made).is_encrypted(true)
    }

    fn tally(points: &[RecoveryPointByBackupVaultBuilder]) -> Vec<Held> {
        let blank = Held::none("", HeldForm::RecoveryPoints, "vault", "", "");
        let mut tally = Tally { blank, at: "2026-11-21T00:00:00Z".parse().unwrap(), held: BTreeMap::new() };
        for point in points {
            tally.add(&point.clone().build());
        }
        tally.held.into_values().collect()
    }

    fn newest(points: &[RecoveryPointByBackupVaultBuilder]) -> Option<String> {
        tally(points)[0].newest.map(|at| at.to_string())
    }

    #[test]
    fn only_what_is_whole_and_there_can_be_restored() {
        let words = ["COMPLETED", "PARTIAL", "EXPIRED", "CREATING", "DELETING", "Completed", "ENABLED"];
        let held = tally(&words.map(|word| point(word, "2026-11-20T00:00:00Z")));
        assert_eq!((held.len(), held[0].usable, held[0].unusable), (1, 1, 6));
        assert_eq!(newest(&[point("PARTIAL", "2026-11-20T00:00:00Z")]), None);
    }

    #[test]
    fn what_goes_after_a_copy_and_what_holds_a_stack_together_bring_nothing_back() {
        let passing = Lifecycle::builder().delete_after_event(LifecycleDeleteAfterEvent::DeleteAfterCopy).delete_after_days(7).build();
        let composite = point("COMPLETED", "2026-11-20T00:00:00Z").is_parent(true).resource_type("CloudFormation");
        assert_eq!(tally(&[point("COMPLETED", "2026-11-20T00:00:00Z").lifecycle(passing), composite]), []);
        let nested = point("COMPLETED", "2026-11-20T00:00:00Z").parent_recovery_point_arn("arn");
        assert_eq!(tally(&[nested])[0].usable, 1);
    }

    #[test]
    fn a_continuous_point_is_dated_within_what_it_goes_back_to() {
        let named = "arn:aws:backup:us-east-1:123456789012:recovery-point:continuous:db-1";
        let old = |status: &str| point(status, "2026-01-01T00:00:00Z");
        let week = Lifecycle::builder().delete_after_days(7).build();
        assert_eq!(newest(&[old("AVAILABLE").recovery_point_arn(named)]).as_deref(), Some("2026-10-17T00:00:00Z"));
        assert_eq!(newest(&[old("AVAILABLE").recovery_point_arn(named).lifecycle(week)]).as_deref(), Some("2026-11-14T00:00:00Z"));
        // It may be a snapshot, which is from January, or a continuous one, which goes back to October.
        let doubtful = tally(&[old("AVAILABLE")]);
        assert_eq!((doubtful[0].usable, doubtful[0].undated, doubtful[0].newest), (1, 1, None));
        assert_eq!(newest(&[point("AVAILABLE", "2026-11-20T00:00:00Z")]).as_deref(), Some("2026-11-20T00:00:00Z"));
        assert_eq!(tally(&[old("STOPPED")])[0].form, HeldForm::ContinuousPoint);
    }
}

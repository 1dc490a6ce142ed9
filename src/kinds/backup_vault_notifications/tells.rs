//! Of which jobs a vault's notifications tell.

use super::{EVENTS, TOPIC};
use crate::kinds::telling::{text, texts};
use crate::kinds::{Happening, Hears, Job, Teller, What};
use crate::model::{Live, Sender};
use jiff::Timestamp;

/// The event by which a job's end is told, well or not.
///
/// Source: AWS Backup Developer Guide, "Notification options with AWS Backup": a job that failed, expired or was aborted is told as this, with
/// its state in the message; `BACKUP_JOB_FAILED` and its like are told no more.
const ENDED: &str = "BACKUP_JOB_COMPLETED";

/// The event by which a copy that failed is told.
const COPY_FAILED: &str = "COPY_JOB_FAILED";

/// The notifications.
pub(super) struct Notifications;

impl Teller for Notifications {
    fn named(&self, live: &Live) -> String {
        format!("notifications of vault {}", live.id.name)
    }

    fn hears(&self, live: &Live, of: &Happening<'_>) -> Hears {
        match (of.job, of.what) {
            (Job::Backup { vault, .. }, What::Failure) if *vault == live.id.name => {
                if texts(live, EVENTS).contains(&ENDED) {
                    return Hears::Yes;
                }
                Hears::Deaf(format!("failed jobs are told as `{ENDED}`, which is not among their events"))
            }
            (Job::Copy { from, .. }, What::Failure) if *from == live.id.name => {
                if texts(live, EVENTS).contains(&COPY_FAILED) {
                    return Hears::Yes;
                }
                Hears::Deaf(format!("failed copies are told as `{COPY_FAILED}`, which is not among their events"))
            }
            (Job::Copy { to, .. }, What::Failure) if live.arn.as_ref() == Some(to) && texts(live, EVENTS).contains(&COPY_FAILED) => {
                Hears::Perhaps("whether the vault that is copied to tells of it is not documented".to_owned())
            }
            _ => Hears::No,
        }
    }

    fn tells(&self, live: &Live, _at: Timestamp) -> Result<Vec<String>, String> {
        text(live, TOPIC).map(|topic| vec![topic.to_owned()]).ok_or_else(|| "their topic was not read".to_owned())
    }

    fn sender(&self) -> Sender {
        Sender::BackupVault
    }
}

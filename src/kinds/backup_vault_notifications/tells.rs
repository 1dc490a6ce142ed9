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

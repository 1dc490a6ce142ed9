//! The names of a vault's events: those that are told, and those that AWS no longer takes, with what to use instead.

use crate::model::Mistake;

/// The events that AWS Backup takes and tells of (Developer Guide, Notification options with AWS Backup; what `PutBackupVaultNotifications`
/// answers to another: "Please select from the following list of notifications").
const TOLD: &[&str] = &[
    "ACCESS_POINT_AVAILABLE",
    "ACCESS_POINT_CREATION_FAILED",
    "ACCESS_POINT_DELETED",
    "ACCESS_POINT_DELETION_FAILED",
    "ACCESS_POINT_DISASSOCIATED",
    "ACCESS_POINT_EXPIRED",
    "BACKUP_JOB_COMPLETED",
    "BACKUP_JOB_STARTED",
    "CONTINUOUS_BACKUP_INTERRUPTED",
    "COPY_JOB_FAILED",
    "COPY_JOB_STARTED",
    "COPY_JOB_SUCCESSFUL",
    "EKS_BACKUP_OBJECT_FAILED",
    "EKS_RESTORE_OBJECT_FAILED",
    "EKS_RESTORE_OBJECT_SKIPPED",
    "RECOVERY_POINT_INDEXING_FAILED",
    "RECOVERY_POINT_INDEX_COMPLETED",
    "RECOVERY_POINT_INDEX_DELETED",
    "RECOVERY_POINT_MODIFIED",
    "RESTORE_JOB_COMPLETED",
    "RESTORE_JOB_STARTED",
    "S3_BACKUP_OBJECT_FAILED",
    "S3_RESTORE_OBJECT_FAILED",
];

/// Names of the API's list that AWS refuses by now, with what tells the same.
const OF_THE_PAST: &[(&str, &str)] = &[
    ("BACKUP_JOB_EXPIRED", BACKUP),
    ("BACKUP_JOB_FAILED", BACKUP),
    ("BACKUP_JOB_SUCCESSFUL", BACKUP),
    ("BACKUP_PLAN_CREATED", PLAN),
    ("BACKUP_PLAN_MODIFIED", PLAN),
    ("RESTORE_JOB_FAILED", RESTORE),
    ("RESTORE_JOB_SUCCESSFUL", RESTORE),
];
const BACKUP: &str = "write \"BACKUP_JOB_COMPLETED\", which tells of every backup that ended, well or not; a subscription with the filter policy `{ \"State\": [{ \"anything-but\": \"COMPLETED\" }] }` gets those that did not";
const RESTORE: &str =
    "write \"RESTORE_JOB_COMPLETED\", which tells of every restore that ended, well or not, with its state in the message";
const PLAN: &str = "no event of a vault tells of plans; an EventBridge rule on `Backup Plan State Change` does";

/// Whether AWS tells of an event.
pub(super) fn is_told(event: &str) -> bool {
    TOLD.contains(&event)
}

/// An event, or what is wrong with its name.
pub(super) fn check(text: &str) -> Result<String, Mistake> {
    if is_told(text) {
        return Ok(text.to_owned());
    }
    if let Some((_, instead)) = OF_THE_PAST.iter().find(|(event, _)| *event == text) {
        return Err(Mistake::new(format!("has \"{text}\", which AWS Backup refuses by now: nobody would be told")).help(*instead));
    }
    let mistake = Mistake::new(format!("has \"{text}\", which is no event of a vault"));
    let near = TOLD.iter().find(|event| event.eq_ignore_ascii_case(text)).or_else(|| {
        let likeness = |event: &&&str| strsim::normalized_damerau_levenshtein(event, text);
        TOLD.iter().filter(|event| likeness(event) > 0.7).max_by(|one, other| likeness(one).total_cmp(&likeness(other)))
    });
    Err(match (text, near) {
        ("COPY_JOB_COMPLETED", _) => mistake.help("copies are told as \"COPY_JOB_SUCCESSFUL\" and \"COPY_JOB_FAILED\""),
        (_, Some(event)) => mistake.help(format!("did you mean \"{event}\"?")),
        (_, None) => mistake.help(format!("AWS Backup tells of {}", TOLD.join(", "))),
    })
}

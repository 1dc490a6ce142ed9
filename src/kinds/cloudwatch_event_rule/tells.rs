//! Which rules notice that a backup failed.

use super::matching::{Member, matches};
use super::{BUS, PATTERN};
use crate::kinds::telling::text;
use crate::kinds::{Happening, Hears, Job, Teller, What};
use crate::model::{Live, Sender};
use jiff::Timestamp;
use serde_json::{Value as Json, json};

/// The rules.
pub(super) struct Rules;

impl Teller for Rules {
    fn named(&self, live: &Live) -> String {
        format!("rule {}", live.id.name)
    }

    fn hears(&self, live: &Live, of: &Happening<'_>) -> Hears {
        // That no backup came is no event, whatever the pattern; S3 sends none of replication either (S3 user guide, "EventBridge").
        let is_event = matches!((of.job, of.what), (Job::Backup { .. } | Job::Copy { .. } | Job::Own { .. }, What::Failure));
        if !is_event {
            return Hears::No;
        }
        // What services tell goes to the default bus only.
        if text(live, BUS).is_some_and(|bus| bus != "default") {
            return Hears::No;
        }
        let Some(Ok(pattern)) = text(live, PATTERN).map(serde_json::from_str::<Json>) else { return Hears::No };
        match matches(&pattern, &|path| event(of, path)) {
            Some(true) if text(live, "state") == Some("DISABLED") => Hears::Deaf("its `state` is `DISABLED`".to_owned()),
            Some(true) => Hears::Yes,
            Some(false) => Hears::No,
            None => Hears::Perhaps("its pattern asks for what differs from event to event".to_owned()),
        }
    }

    /// Its targets do.
    fn tells(&self, _live: &Live, _at: Timestamp) -> Result<Vec<String>, String> {
        Ok(Vec::new())
    }

    fn sender(&self) -> Sender {
        Sender::EventRule
    }
}

/// What the event has at a path.
///
/// Source: AWS Backup developer guide, "Monitoring AWS Backup events using Amazon EventBridge", the events of a failed backup job and of a copy job; RDS user
/// guide, "Overview of events for Amazon RDS" and "Amazon RDS event categories and event messages".
fn event(of: &Happening<'_>, path: &[&str]) -> Member {
    let is = |text: &str| Member::Is(json!(text));
    let of_thing = || of.of.map_or(Member::Some, is);
    match path {
        ["account"] => return is(of.account),
        ["region"] => return is(of.region),
        ["version" | "id" | "time"] => return Member::Some,
        _ => {}
    }
    match (of.job, of.what) {
        (Job::Backup { vault, backup_type }, What::Failure) => match path {
            ["source"] => is("aws.backup"),
            ["detail-type"] => is("Backup Job State Change"),
            ["detail", "state"] => is("FAILED"),
            ["detail", "backupVaultName"] => is(vault),
            ["detail", "backupVaultArn"] => {
                let aws = crate::model::partition(of.region);
                is(&format!("arn:{aws}:backup:{}:{}:backup-vault:{vault}", of.region, of.account))
            }
            ["detail", "resourceType"] => backup_type.map_or(Member::Some, is),
            ["detail", "resourceArn"] => of_thing(),
            [
                "detail",
                "backupJobId" | "bytesTransferred" | "creationDate" | "iamRoleArn" | "startBy" | "percentDone" | "statusMessage",
            ] => Member::Some,
            ["resources"] | ["detail", ..] => Member::Perhaps,
            _ => Member::Nothing,
        },
        (Job::Copy { to, backup_type, .. }, What::Failure) => match path {
            ["source"] => is("aws.backup"),
            ["detail-type"] => is("Copy Job State Change"),
            ["detail", "state"] => is("FAILED"),
            ["detail", "destinationBackupVaultArn"] => is(to),
            ["detail", "resourceType"] => backup_type.map_or(Member::Some, is),
            ["detail", "resourceArn"] => of_thing(),
            ["detail", "copyJobId" | "creationDate" | "iamRoleArn"] => Member::Some,
            ["resources"] | ["detail", ..] => Member::Perhaps,
            _ => Member::Nothing,
        },
        (Job::Own { source: "db-instance" }, What::Failure) => match path {
            ["source"] => is("aws.rds"),
            ["detail-type"] => is("RDS DB Instance Event"),
            ["resources"] => of.of.map_or(Member::Some, |arn| Member::Is(json!([arn]))),
            ["detail", "EventCategories"] => Member::Is(json!(["failure"])),
            ["detail", "SourceType"] => is("DB_INSTANCE"),
            ["detail", "SourceArn"] => of_thing(),
            ["detail", "SourceIdentifier"] => of.of.and_then(|arn| arn.rsplit(':').next()).map_or(Member::Some, is),
            ["detail", "EventID" | "Message" | "Date"] => Member::Some,
            ["detail", ..] => Member::Perhaps,
            _ => Member::Nothing,
        },
        _ => Member::Nothing,
    }
}

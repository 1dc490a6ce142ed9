//! `aws_efs_file_system`: automatic backups of file systems that others own. They are chosen by id or by their `Name` tag.

#[cfg(feature = "aws")]
mod aws;

use super::protection::ENCRYPTION;
use super::{Holder, Job, Kind, OwnBackups, Protection, Recurrence, When};
use crate::model::{
    AutomatedBackups, Change, Code, Fallback, KindSpec, Live, Mechanism, NameForm, NameTag, Ownership, Refusal, Safer, Setting, Shape,
    Value, Wanted,
};
use std::collections::BTreeMap;

const STATUS: &str = "backup_policy.status";

// What reading leaves beside the settings.
const STATE: &str = "state";
const NAME: &str = "name";

const ENABLED: &str = "ENABLED";
const DISABLED: &str = "DISABLED";

/// States that pass by themselves, so that apply waits.
///
/// Source: EFS API `FileSystemDescription`, `LifeCycleState`.
const PASSING: &[&str] = &["creating", "updating"];
const READY: &str = "available";

static SPEC: KindSpec = KindSpec {
    name: "aws_efs_file_system",
    title: "file system",
    doc: "Automatic backups of an EFS file system that somebody else owns. The `names` of a selector mean its id or its `Name` tag.",
    ownership: Ownership::Settings,
    service: "elasticfilesystem",
    arn_prefix: "file-system/",
    name_form: NameForm { min: 1, max: 256, also: NameForm::PRINTABLE, source: "EFS API FileSystemDescription, Tag" },
    name_tag: Some(NameTag { key: "Name", id_prefix: "fs-" }),
    inventory_actions: &["elasticfilesystem:DescribeFileSystems", "tag:GetResources"],
    settings: &[Setting {
        path: STATUS,
        shape: Shape::OneOf(&[ENABLED, DISABLED]),
        aws_default: Fallback::Text(DISABLED),
        safer: Safer::Ranked(&[DISABLED, ENABLED]),
        doc: "Whether AWS Backup backs it up each day, by a plan and into a vault that are AWS's own and nobody else's to change. A backup plan of yours does the same with times, retention and copies that you choose.",
        normalisation: "`ENABLING` is `ENABLED`, `DISABLING` is `DISABLED`, and no policy at all is `DISABLED`",
        when_safer: "AWS Backup makes a backup each day; nothing from before the first one can be restored from these",
        when_weaker: "no automatic backup is made any more; those that exist stay until they expire",
        source: "EFS API PutBackupPolicy; EFS User Guide, Using AWS Backup to back up and restore EFS file systems",
        reads: &["elasticfilesystem:DescribeBackupPolicy", "elasticfilesystem:DescribeFileSystems"],
        writes: &["elasticfilesystem:PutBackupPolicy"],
        ..Setting::PLAIN
    }],
    ..KindSpec::PLAIN
};

/// The kind.
pub struct FileSystem;

impl Kind for FileSystem {
    fn spec(&self) -> &'static KindSpec {
        &SPEC
    }

    fn forbids(&self, _: &[Change], live: &Live, _: &BTreeMap<String, Wanted>) -> Option<Refusal> {
        let state = live.fact(STATE).filter(|state| *state != READY && !PASSING.contains(state))?;
        Some(Refusal {
            code: Code::StateForbids.to_string(),
            reason: format!("it is in the state `{state}`, and AWS does not change `{STATUS}` of a file system in that state"),
            remedy: "mend it, or leave it out of the selection, and plan again".to_owned(),
        })
    }

    fn remarks(&self, live: &Live) -> Vec<String> {
        live.fact(NAME).map(|name| format!("its `Name` is {name}")).into_iter().collect()
    }

    fn passing(&self, live: &Live) -> Vec<String> {
        let state = match live.fact(STATE) {
            None | Some(READY) => None,
            Some(state) if PASSING.contains(&state) => Some(format!("it is {state}; apply waits until it is available")),
            Some(state) => Some(format!("it is in the state `{state}`")),
        };
        state.into_iter().collect()
    }

    fn runs(&self, wanted: &BTreeMap<String, Wanted>) -> Vec<Recurrence> {
        let Some(status) = wanted.get(STATUS).and_then(|wanted| wanted.value.as_str()) else { return Vec::new() };
        let asleep = (status == DISABLED).then(|| format!("`{STATUS}` is `{DISABLED}`"));
        let when = When::Theirs("once a day, at a time that AWS chose".to_owned());
        vec![Recurrence { asleep, ..Recurrence::new(STATUS, "makes the automatic backup", when) }]
    }

    fn protection(&self) -> Option<Protection> {
        Some(Protection::Holds(holder))
    }

    #[cfg(feature = "aws")]
    fn calls(&self) -> super::Calls {
        super::Calls::Settings(&aws::FileSystemCalls)
    }
}

/// The vault that AWS keeps automatic backups in.
///
/// Source: EFS User Guide, "Managing automatic backups of EFS file systems".
const AUTOMATIC_VAULT: &str = "aws/efs/automatic-backup-vault";

/// What a policy's status will be once it is there.
#[cfg(feature = "aws")]
fn settled(status: &str) -> Value {
    Value::from(if ["ENABLED", "ENABLING"].contains(&status) { ENABLED } else { DISABLED })
}

/// What of a file system protects it. That AWS's own plan keeps backups for 35 days is *not confirmed*, so no days are said.
fn holder(live: &Live) -> Holder {
    let vault = AUTOMATIC_VAULT.to_owned();
    let own_backups = OwnBackups::Jobs(Job::Backup { vault, backup_type: Some("EFS") });
    let encryption = live.fact(ENCRYPTION).map(str::to_owned);
    let mut holder = Holder { encryption, own_backups, ..Holder::of_type("EFS") };
    match holder.read(live, STATUS).as_ref().and_then(Value::as_str) {
        Some(ENABLED) => holder.mechanisms.push(Mechanism::AutomatedBackups(AutomatedBackups::default())),
        _ if holder.unread.is_empty() => {
            let mend = "turn them on: `backup_policy { status = \"ENABLED\" }` in a `protect` block";
            holder.switched_off.push(("automatic backups are off".to_owned(), mend.to_owned()));
        }
        _ => {}
    }
    holder
}

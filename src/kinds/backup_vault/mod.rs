//! `aws_backup_vault`: where AWS Backup keeps recovery points.
//!
//! A vault is found by its name, which is unique in its account and region and never changes; so does its key. One that holds recovery
//! points is never removed: AWS refuses that, and backstay does not even plan it.

#[cfg(feature = "aws")]
mod aws;

use super::{Circumstances, Concern, Kind, Need, Place, Protection, outside, tags, vaults};
use crate::model::{ArnForm, Existence, Fallback, Form, KindSpec, Live, Loss, Ownership, Safer, Setting, Shape, Wanted};
use std::collections::BTreeMap;

const NAME: &str = "name";
const KEY: &str = "kms_key_arn";

const READS: &[&str] = &["backup:ListBackupVaults"];

static SPEC: KindSpec = KindSpec {
    name: "aws_backup_vault",
    title: "backup vault",
    doc: "A backup vault: where AWS Backup keeps recovery points, under one key and one access policy.",
    ownership: Ownership::Whole,
    service: "backup",
    arn_form: ArnForm::Regional,
    arn_prefix: "backup-vault:",
    name_form: vaults::NAME_FORM,
    computed: &[],
    existence: Some(Existence {
        loses: Loss::Later,
        when_made: "backups and copies can be kept in it",
        when_removed: "it holds nothing now, and what is still sent to it fails",
    }),
    settings: &[
        Setting {
            path: NAME,
            shape: Shape::Text(Form::ANY),
            required: true,
            safer: Safer::Neither,
            doc: "Its name, which AWS never changes: another name makes another vault, and the old one stays while it holds recovery points.",
            normalisation: "compared as it is written; upper and lower case differ",
            source: "AWS Backup API CreateBackupVault",
            reads: READS,
            writes: &["backup:CreateBackupVault", "backup-storage:MountCapsule", "backup:DeleteBackupVault"],
            fixed: true,
            ..Setting::PLAIN
        },
        Setting {
            path: KEY,
            shape: Shape::Text(Form { what: "the ARN of a KMS key", check: vaults::key_arn }),
            aws_default: Fallback::Kept,
            safer: Safer::Neither,
            doc: "The KMS key that encrypts what AWS Backup manages whole (S3, EFS, DynamoDB with advanced features and others). Where it is left out, it is the key aws/backup, with which nothing can be copied to another account. AWS never changes it.",
            normalisation: "not compared where it is not declared; the ARN of a key, as AWS answers an alias with its key",
            source: "AWS Backup API CreateBackupVault; Developer Guide, Encryption for backups",
            reads: READS,
            writes: &["kms:CreateGrant", "kms:DescribeKey", "kms:RetireGrant", "kms:Decrypt", "kms:GenerateDataKey"],
            fixed: true,
            ..Setting::PLAIN
        },
        tags::setting(&["backup:ListTags", "tag:GetResources"], &["backup:TagResource", "backup:UntagResource"]),
    ],
    inventory_actions: &["backup:ListBackupVaults", "tag:GetResources", "backup:ListTags"],
    outside_actions: outside::KEYS,
    ..KindSpec::PLAIN
};

/// The kind.
pub struct BackupVault;

impl Kind for BackupVault {
    fn spec(&self) -> &'static KindSpec {
        &SPEC
    }

    fn keeps(&self, live: &Live, _now: jiff::Timestamp) -> Option<String> {
        vaults::keeps(live)
    }

    fn needs(&self, wanted: &BTreeMap<String, Wanted>, place: Place<'_>) -> Vec<Need> {
        let key = wanted.get(KEY).and_then(|wanted| wanted.value.as_str());
        key.and_then(|key| outside::key(KEY, key, place, "backups into the vault fail")).into_iter().collect()
    }

    fn check_circumstances(&self, wanted: &BTreeMap<String, Wanted>, circumstances: Circumstances<'_>) -> Vec<Concern> {
        outside::key_elsewhere(KEY, wanted, circumstances.region).into_iter().collect()
    }

    fn protection(&self) -> Option<Protection> {
        Some(Protection::Keeps(|live| vaults::keeper(live, KEY, false)))
    }

    #[cfg(feature = "aws")]
    fn calls(&self) -> super::Calls {
        super::Calls::Whole(&aws::VaultCalls)
    }
}

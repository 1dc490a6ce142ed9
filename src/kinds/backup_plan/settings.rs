//! The table of a plan's settings.

use crate::kinds::backup_schedule::{SCHEDULE, ZONE, more_often};
use crate::kinds::tags;
use crate::model::{Fallback, Form, Key, Mistake, Safer, Setting, Shape, Value};
use std::cmp::Ordering;

const READS: &[&str] = &["backup:GetBackupPlan"];
const WRITES: &[&str] = &["backup:CreateBackupPlan", "backup:UpdateBackupPlan", "backup:DeleteBackupPlan"];
const RULE_SOURCE: &str = "AWS Backup API BackupRuleInput";
const LIFECYCLE_SOURCE: &str = "AWS Backup API Lifecycle; Developer Guide, Backup plan options and configuration";

/// Most days that a lifecycle can name.
const MOST_DAYS: i64 = 36_500;
/// Most minutes that a start window can have.
const MOST_MINUTES: i64 = 52_560_000;

/// A row, with what all of them share.
const ROW: Setting = Setting { reads: READS, writes: WRITES, source: RULE_SOURCE, ..Setting::PLAIN };

/// The settings.
pub(super) const SETTINGS: &[Setting] = &[
    Setting {
        path: "name",
        required: true,
        doc: "Its name. Another plan may have the same; backstay tells them apart by their marks, and never renames one.",
        source: "AWS Backup API BackupPlanInput",
        ..ROW
    },
    Setting {
        path: "rule",
        shape: Shape::Block(Key::Argument("rule_name")),
        safer: Safer::WhenThere,
        doc: "One rule of up to ten: when, into which vault, for how long. Its name is 1 to 50 letters, digits and `-_.`; another name is another rule.",
        normalisation: "by name; their order and the ids that AWS gives them mean nothing",
        when_safer: "recovery points are made by it from its next run on",
        when_weaker: "it makes no more recovery points, and those that it made expire by their own retention",
        ..ROW
    },
    Setting {
        path: "rule.target_vault_name",
        shape: Shape::Text(Form { what: "the name of a vault", check: vault_name }),
        required: true,
        doc: "The vault, of the same account and region, that keeps the recovery points.",
        when_safer: "new recovery points come under the key, the policy and the lock of the other vault; continuous backup of S3 starts anew there",
        ..ROW
    },
    Setting {
        path: "rule.schedule",
        shape: Shape::Text(SCHEDULE),
        aws_default: Fallback::Text("cron(0 5 ? * * *)"),
        safer: Safer::By(more_often),
        doc: "When it runs, at most once an hour. Where it is left out, every day at 05:00.",
        normalisation: "names of months and days in upper case",
        when_safer: "it runs more often, so that less can be lost",
        when_weaker: "it runs less often, so that more can be lost between two recovery points",
        ..ROW
    },
    Setting {
        path: "rule.schedule_expression_timezone",
        shape: Shape::Text(ZONE),
        aws_default: Fallback::Text("Etc/UTC"),
        doc: "The time zone in which the schedule is read. A local time that the clocks skip is skipped that day.",
        normalisation: "`UTC` is `Etc/UTC`, as AWS answers it",
        ..ROW
    },
    Setting {
        path: "rule.start_window",
        shape: Shape::Whole { min: 60, max: MOST_MINUTES, unit: "minutes" },
        aws_default: Fallback::Number(480),
        safer: Safer::WhenGreater,
        doc: "How many minutes after its time a backup may still start; after that it expires. AWS's default is 8 hours, Terraform's provider writes 60 minutes.",
        normalisation: "left out is 480, as AWS answers it",
        when_safer: "a backup that has to wait is made later, and not dropped",
        when_weaker: "a backup that has to wait longer is dropped",
        ..ROW
    },
    Setting {
        path: "rule.completion_window",
        shape: Shape::Whole { min: 60, max: MOST_MINUTES, unit: "minutes" },
        aws_default: Fallback::Number(10_080),
        safer: Safer::By(not_shorter),
        doc: "How many minutes a backup may take; after that it is cancelled. AWS's default is 7 days, Terraform's provider writes 180 minutes.",
        normalisation: "left out is 10080, as AWS answers it",
        when_weaker: "a backup that takes longer is cancelled",
        ..ROW
    },
    Setting {
        path: "rule.enable_continuous_backup",
        shape: Shape::Bool,
        aws_default: Fallback::Bool(false),
        safer: Safer::WhenTrue,
        doc: "Continuous backup with point-in-time restore, for S3, RDS, Aurora and SAP HANA, kept 1 to 35 days. For other types, DynamoDB among them, AWS makes snapshots in silence.",
        normalisation: "left out is false",
        when_safer: "what supports it can be restored to any second of the retention",
        when_weaker: "no point-in-time restore any more once the retention has passed; snapshots only",
        source: "AWS Backup Developer Guide, Point-in-time recovery",
        ..ROW
    },
    Setting {
        path: "rule.lifecycle.delete_after",
        shape: Shape::Days { min: 1, max: MOST_DAYS },
        safer: Safer::WhenGreaterOrAbsent,
        doc: "After how many days a recovery point is deleted. Where it is left out, it is kept for ever. With cold storage it must be 90 days or more after that.",
        normalisation: "left out, null and 0 are the same",
        when_safer: "what is made from now on is kept longer",
        when_weaker: "what is made from now on is kept for a shorter time; snapshots that exist keep the lifecycle that they were made with",
        source: LIFECYCLE_SOURCE,
        ..ROW
    },
    Setting {
        path: "rule.lifecycle.cold_storage_after",
        shape: Shape::Days { min: 1, max: MOST_DAYS },
        doc: "After how many days a recovery point moves to cold storage, for the types that have it (EFS, DynamoDB with advanced features, Timestream, SAP HANA, VMware, CloudFormation, and EBS as an archive). Others stay warm in silence.",
        normalisation: "left out, null and 0 are the same",
        when_safer: "cold recovery points cost less, are billed for 90 days at least, take longer to restore, and cannot be copied",
        source: LIFECYCLE_SOURCE,
        ..ROW
    },
    Setting {
        path: "rule.lifecycle.opt_in_to_archive_for_supported_resources",
        shape: Shape::Bool,
        aws_default: Fallback::Bool(false),
        doc: "Whether EBS snapshots move to the EBS archive as their cold storage; needs a schedule of once a month or rarer.",
        normalisation: "left out is false, and false is never sent, as some partitions refuse it",
        source: LIFECYCLE_SOURCE,
        ..ROW
    },
    Setting {
        path: "rule.copy_action",
        shape: Shape::Block(Key::Argument("destination_vault_arn")),
        safer: Safer::WhenThere,
        doc: "A copy of each recovery point into another vault, of any region and account; up to five. Continuous recovery points are copied as snapshots.",
        normalisation: "by the ARN of the vault",
        when_safer: "what is made from now on is copied there",
        when_weaker: "nothing more is copied there; copies that exist stay until they expire",
        source: "AWS Backup API CopyAction; Developer Guide, Cross-Region backup",
        ..ROW
    },
    Setting {
        path: "rule.copy_action.lifecycle.delete_after",
        shape: Shape::Days { min: 1, max: MOST_DAYS },
        safer: Safer::WhenGreaterOrAbsent,
        doc: "After how many days the copy is deleted. Where it is left out, AWS's documents disagree on whether it follows the source or is kept for ever.",
        normalisation: "left out, null and 0 are the same",
        when_safer: "copies made from now on are kept longer",
        when_weaker: "copies made from now on are kept for a shorter time",
        source: LIFECYCLE_SOURCE,
        ..ROW
    },
    Setting {
        path: "rule.copy_action.lifecycle.cold_storage_after",
        shape: Shape::Days { min: 1, max: MOST_DAYS },
        doc: "After how many days the copy moves to cold storage, for the types that have it.",
        normalisation: "left out, null and 0 are the same",
        source: LIFECYCLE_SOURCE,
        ..ROW
    },
    Setting {
        path: "rule.copy_action.lifecycle.opt_in_to_archive_for_supported_resources",
        shape: Shape::Bool,
        aws_default: Fallback::Bool(false),
        doc: "Whether copies of EBS snapshots move to the EBS archive as their cold storage.",
        normalisation: "left out is false, and false is never sent",
        source: LIFECYCLE_SOURCE,
        ..ROW
    },
    Setting {
        path: "rule.recovery_point_tags",
        shape: Shape::TextMap { max: 10 },
        doc: "Tags that are put on the recovery points that it makes.",
        normalisation: "without `aws:` tags; none and an empty map are the same",
        ..ROW
    },
    Setting {
        path: "rule.target_logically_air_gapped_backup_vault_arn",
        safer: Safer::WhenSet,
        doc: "A logically air-gapped vault, of the same account and region, that keeps the recovery points of the types that it takes; those of others stay in the target vault.",
        when_safer: "recovery points go to a vault from which nobody can delete them",
        when_weaker: "recovery points no longer go to the vault from which nobody can delete them",
        source: "AWS Backup Developer Guide, Logically air-gapped vault as primary backup target",
        ..ROW
    },
    Setting {
        path: "rule.index_resource_types",
        shape: Shape::Texts { item: Form { what: "\"EBS\" or \"S3\"", check: index_type }, max: 2 },
        doc: "The resource types whose recovery points are indexed, so that files in them can be searched for.",
        normalisation: "a set; none and an empty list are the same",
        source: "AWS Backup API IndexAction",
        ..ROW
    },
    Setting {
        path: "rule.scan_action",
        shape: Shape::Block(Key::Argument("malware_scanner")),
        safer: Safer::WhenThere,
        doc: "A malware scan of each recovery point, by `GUARDDUTY`.",
        when_safer: "recovery points made from now on are scanned",
        when_weaker: "recovery points are no longer scanned",
        source: "AWS Backup API ScanAction",
        ..ROW
    },
    Setting {
        path: "rule.scan_action.scan_mode",
        shape: Shape::OneOf(&["FULL_SCAN", "INCREMENTAL_SCAN"]),
        required: true,
        doc: "Whether all of a recovery point is scanned, or what changed.",
        source: "AWS Backup API ScanAction",
        ..ROW
    },
    Setting {
        path: "advanced_backup_setting",
        shape: Shape::Block(Key::Argument("resource_type")),
        doc: "Options of one resource type: `EC2` with `WindowsVSS`, `S3` with `BackupACLs` and `BackupObjectTags`.",
        normalisation: "by resource type",
        when_safer: "for S3 the continuous recovery point is stopped, a new one starts, and everything is scanned again",
        source: "AWS Backup API AdvancedBackupSetting",
        ..ROW
    },
    Setting {
        path: "advanced_backup_setting.backup_options",
        shape: Shape::TextMap { max: 10 },
        required: true,
        doc: "The options, each `enabled` or `disabled`.",
        when_safer: "for S3 the continuous recovery point is stopped, a new one starts, and everything is scanned again",
        source: "AWS Backup API AdvancedBackupSetting",
        ..ROW
    },
    Setting {
        path: "scan_setting",
        shape: Shape::Block(Key::Argument("malware_scanner")),
        safer: Safer::WhenThere,
        doc: "Which resource types are scanned for malware, and with which role, by `GUARDDUTY`.",
        when_safer: "recovery points made from now on can be scanned",
        when_weaker: "recovery points are no longer scanned",
        source: "AWS Backup API ScanSetting",
        ..ROW
    },
    Setting {
        path: "scan_setting.resource_types",
        shape: Shape::Texts { item: Form { what: "\"EBS\", \"EC2\" or \"S3\"", check: scan_type }, max: 3 },
        safer: Safer::WhenMore,
        doc: "The resource types.",
        when_safer: "more is scanned",
        when_weaker: "less is scanned",
        source: "AWS Backup API ScanSetting",
        ..ROW
    },
    Setting {
        path: "scan_setting.scanner_role_arn",
        required: true,
        doc: "The role that the scanner assumes.",
        source: "AWS Backup API ScanSetting",
        ..ROW
    },
    tags::setting(&["backup:ListTags", "tag:GetResources"], &["backup:TagResource", "backup:UntagResource"]),
];

/// 2 to 50 letters, digits, `-` and `_`: AWS Backup API `BackupRuleInput`.
fn vault_name(text: &str) -> Result<String, Mistake> {
    if text.starts_with("arn:") {
        let help = match text.split_once(":backup-vault:") {
            Some((_, name)) => format!("write `\"{name}\"`; a plan backs up into a vault of its own account and region"),
            None => "write the `name` of a vault's block".to_owned(),
        };
        return Err(Mistake::new(format!("takes the name of a vault, and not its ARN, found \"{text}\"")).help(help));
    }
    let length = text.chars().count();
    if !(2..=50).contains(&length) {
        let help = "see AWS Backup API BackupRuleInput";
        return Err(Mistake::new(format!("must have 2 to 50 characters, found {length} in \"{text}\"")).help(help));
    }
    match text.chars().find(|c| !(c.is_ascii_alphanumeric() || "-_".contains(*c))) {
        Some(c) => Err(Mistake::new(format!("takes letters, digits, `-` and `_`, found `{c}` in \"{text}\""))
            .help("see AWS Backup API BackupRuleInput")),
        None => Ok(text.to_owned()),
    }
}

/// A longer time protects no more, a shorter one less.
fn not_shorter(before: &Value, after: &Value) -> Option<Ordering> {
    Some(after.as_i64()?.cmp(&before.as_i64()?).min(Ordering::Equal))
}

fn index_type(text: &str) -> Result<String, Mistake> {
    one_of(text, &["EBS", "S3"])
}

fn scan_type(text: &str) -> Result<String, Mistake> {
    one_of(text, &["EBS", "EC2", "S3"])
}

fn one_of(text: &str, words: &[&str]) -> Result<String, Mistake> {
    if words.contains(&text) { Ok(text.to_owned()) } else { Err(Mistake::new(format!("takes {}, found \"{text}\"", words.join(", ")))) }
}

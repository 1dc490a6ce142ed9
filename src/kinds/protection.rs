//! What kinds have to do with the protection of data: what holds it, and what of AWS Backup chooses, keeps and admits it.
//!
//! Each kind says it of its own things; the room `coverage` puts it together.

use super::backup_choice::Choice;
use super::{Fault, Job, all, backup_types, outside};
use crate::model::{BackupRule, Live, Lock, Mechanism, Outside, Reading, RolePermissions, Value};
use std::collections::{BTreeMap, BTreeSet};

/// What the things of a kind are in the protection of data.
#[derive(Clone, Copy)]
pub enum Protection {
    /// They hold data that others own.
    Holds(fn(&Live) -> Holder),
    /// They protect a thing of another kind, which is known by this ARN.
    Copies(fn(&Live) -> Vec<(String, Mechanism)>),
    /// They choose what is backed up.
    Chooses(fn(&Live) -> Chooser),
    /// They say when what is chosen is backed up, and where to: a rule for each, without what other kinds know.
    Runs(fn(&Live) -> Vec<BackupRule>),
    /// They keep recovery points.
    Keeps(fn(&Live) -> Keeper),
    /// They say which types are backed up at all.
    Admits(fn(&Live) -> Admission),
    /// They say whether copies may go to other accounts; `None` where that could not be read.
    Opens(fn(&Live) -> Option<bool>),
}

/// A thing that holds data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holder {
    /// What of the thing itself protects it, or helps to.
    pub mechanisms: Vec<Mechanism>,
    /// What of the thing itself could protect it and does not: what is so, and what to do.
    pub switched_off: Vec<(String, String)>,
    /// What of it could not be read and may protect it.
    pub unread: Vec<String>,
    /// The type of AWS Backup that it is of; `None` where AWS Backup has none.
    pub backup_type: Option<&'static str>,
    /// Why every backup that AWS Backup makes of it fails: what is so, and what to do.
    pub hindrance: Option<(String, String)>,
    /// Whether AWS Backup can back it up continuously.
    pub can_be_continuous: bool,
    /// What keeps anybody from deleting its data before time.
    pub immutability: Vec<String>,
    /// With what it is encrypted, where that was read.
    pub encryption: Option<String>,
    /// After how many days its own rules delete for good what is put into it, all of it; none where they do not.
    pub deletes_after_days: Option<i64>,
    /// Why that could not be read.
    pub unread_deletes: Option<String>,
    /// What a reader ought to know.
    pub remarks: Vec<String>,
    /// How its service makes the automated backups of it.
    pub own_backups: OwnBackups,
}

/// How a service makes the automated backups of a thing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum OwnBackups {
    /// As it is written to, without jobs that could fail.
    #[default]
    Continuous,
    /// By jobs, of which somebody can be told.
    Jobs(Job),
    /// By jobs; who is told of them is not looked at, for this reason.
    NotFollowed(&'static str),
}

/// What chooses what is backed up.
#[derive(Debug)]
pub struct Chooser {
    /// Its name.
    pub name: String,
    /// The id of the plan that backs up what it chooses.
    pub plan: String,
    /// The role by which that is done.
    pub role: String,
    /// What it chooses.
    pub choice: Choice,
}

/// What keeps recovery points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keeper {
    /// Its name.
    pub name: String,
    /// What locks it.
    pub lock: Lock,
    /// The fewest and the most days that it takes.
    pub range: (Option<i64>, Option<i64>),
    /// Its key, where it was read.
    pub key: Option<String>,
}

/// Which types are backed up at all; `None` where that could not be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Admission {
    /// The types by name, each opted in to or not. One that is not among them is none in the region.
    pub opt_in: Option<BTreeMap<String, bool>>,
    /// The types by name, each managed in full or not.
    pub managed: Option<BTreeMap<String, bool>>,
}

impl Holder {
    /// A thing of which AWS Backup makes backups as of this type.
    pub(super) fn of_type(backup_type: &'static str) -> Self {
        Self { backup_type: Some(backup_type), can_be_continuous: backup_types::is_continuous(backup_type), ..Self::default() }
    }

    /// Notes that a setting could not be read, if that is so, and says what is in force of it.
    pub(super) fn read(&mut self, live: &Live, setting: &str) -> Option<Value> {
        match live.settings.get(setting) {
            Some(Reading::Known(value)) => Some(live.in_force(setting).unwrap_or(value).clone()),
            Some(Reading::Unset) | None => None,
            Some(Reading::Unreadable { cause }) => {
                self.unread.push(format!("`{setting}`: {cause}"));
                None
            }
        }
    }
}

/// The fact in which reading leaves with what a thing that others own is encrypted.
pub(super) const ENCRYPTION: &str = "encryption";

/// What stands in place of a key where there is none.
pub const NOT_ENCRYPTED: &str = "not encrypted";

/// With what a thing is encrypted, of what a service says of it; `None` where it says nothing.
#[cfg(feature = "aws")]
pub(super) fn encryption(is_on: Option<bool>, key: Option<String>) -> Option<String> {
    match (is_on?, key.filter(|key| !key.is_empty())) {
        (true, Some(key)) => Some(format!("KMS with {key}")),
        (true, None) => Some("a key of AWS's own".to_owned()),
        (false, _) => Some(NOT_ENCRYPTED.to_owned()),
    }
}

/// The names of the kinds whose things are read to know what is protected.
pub fn protecting() -> BTreeSet<&'static str> {
    all().filter(|kind| kind.protection().is_some()).map(|kind| kind.spec().name).collect()
}

/// What surely keeps a service from assuming a role, of what was found of it.
pub fn role_fault(role: &str, service: &'static str, found: &Outside) -> Option<Fault> {
    outside::fault(&outside::role("", role, service, ""), found)
}

/// AWS's own policy that lets AWS Backup make backups of all types but S3.
const FOR_BACKUP: &str = "AWSBackupServiceRolePolicyForBackup";
/// The one that lets it make backups of buckets.
const FOR_BUCKETS: &str = "AWSBackupServiceRolePolicyForS3Backup";
/// AWS's own policies for AWS Backup that let nobody make a backup.
const FOR_OTHER_WORK: [&str; 5] = [
    "AWSBackupServiceRolePolicyForRestores",
    "AWSBackupServiceRolePolicyForS3Restore",
    "AWSBackupServiceRolePolicyForIndexing",
    "AWSBackupServiceRolePolicyForItemRestores",
    "AWSBackupServiceRolePolicyForScans",
];

/// What surely keeps a role from making backups of a type, by the policies that it has: what is so, and what to do.
///
/// Only AWS's own policies for AWS Backup are judged. A role with any other policy may be allowed it by that.
///
/// Source: AWS Backup Developer Guide, "AWS managed policies for AWS Backup" and "Amazon S3 backups".
pub fn role_lacks(permissions: &RolePermissions, backup_type: &str) -> Option<(String, String)> {
    let named: Vec<&str> = permissions.attached.iter().map(|arn| arn.rsplit('/').next().unwrap_or(arn)).collect();
    if !permissions.inline.is_empty() || !named.iter().all(|name| is_of_aws_backup(name)) {
        return None;
    }
    let needed = if backup_type == "S3" { FOR_BUCKETS } else { FOR_BACKUP };
    if named.contains(&needed) {
        return None;
    }
    let role = permissions.role.rsplit('/').next().unwrap_or(&permissions.role);
    let what = match named.as_slice() {
        [] => format!("role `{role}` has no policy, so that every backup fails"),
        _ => format!("none of the policies of role `{role}` lets it back up {backup_type}, so that every backup fails"),
    };
    Some((what, format!("attach AWS's policy {needed} to it, or choose with a role that has it")))
}

/// Whether a policy of AWS's own is one for the roles of AWS Backup, by its name.
pub fn is_of_aws_backup(name: &str) -> bool {
    [FOR_BACKUP, FOR_BUCKETS].contains(&name) || FOR_OTHER_WORK.contains(&name)
}

/// Whether what this ARN or pattern of a selection brings in of a type is backed up whatever is opted in to.
pub fn overrides_opt_in(named: &str, backup_type: &str) -> bool {
    backup_types::overrides_opt_in(named, backup_type)
}

/// Whether recovery points of a type stay under the key of what they are of, so that another account must be let use that key to copy them.
pub fn copies_share_key(backup_type: &str) -> bool {
    backup_types::stays_under_own_key(backup_type)
}

/// Whether a type is copied to other regions and accounts only where AWS Backup manages it in full.
pub fn copies_need_management(backup_type: &str) -> bool {
    backup_types::needs_management(backup_type)
}

/// The types that AWS Backup backs up and no kind lists, in words.
pub fn not_listed() -> Vec<&'static str> {
    let listed: BTreeSet<&str> = LISTED.into_iter().collect();
    backup_types::titles_but(&listed)
}

/// The types that kinds hold data of.
const LISTED: [&str; 8] = ["Aurora", "DocumentDB", "DynamoDB", "EFS", "Neptune", "RDS", "Redshift", "S3"];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn lacks(attached: &[&str], inline: bool, backup_type: &str) -> bool {
        let role = RolePermissions {
            role: "arn:aws:iam::123456789012:role/backup".to_owned(),
            attached: attached.iter().map(|name| format!("arn:aws:iam::aws:policy/{name}")).collect::<BTreeSet<String>>(),
            inline: inline.then(|| ("own".to_owned(), "{}".to_owned())).into_iter().collect(),
            own: BTreeMap::new(),
        };
        role_lacks(&role, backup_type).is_some()
    }

    #[test]
    fn a_role_surely_lacks_only_what_awss_own_policies_do_not_give() {
        assert!(lacks(&[], false, "DynamoDB"), "no policy at all");
        assert!(!lacks(&["service-role/AWSBackupServiceRolePolicyForBackup"], false, "DynamoDB"));
        assert!(lacks(&["service-role/AWSBackupServiceRolePolicyForBackup"], false, "S3"), "buckets have a policy of their own");
        assert!(!lacks(&["AWSBackupServiceRolePolicyForS3Backup"], false, "S3"));
        assert!(lacks(&["AWSBackupServiceRolePolicyForS3Backup"], false, "EFS"));
        assert!(lacks(&["service-role/AWSBackupServiceRolePolicyForRestores"], false, "RDS"), "who restores does not back up");
        assert!(!lacks(&[], true, "RDS"), "what stands in the role may allow it");
        assert!(!lacks(&["AdministratorAccess"], false, "S3"), "so may any other policy");
    }
}

//! All that the embedded AWS holds: by account, then by region, then by service.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::services::kept_snapshots::Snapshots;
use super::services::{
    backup, cloudwatch, dlm, dynamodb, efs, elasticache, events, iam, kms, logs, organizations, rds, redshift, s3, scheduler, sns, tagging,
};
use super::{DEFAULT_ACCOUNT, SandboxError};
use crate::names::is_account_id;

/// The format of the state file that this version writes.
pub(crate) const VERSION: u32 = 1;

/// The whole of the embedded AWS.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct State {
    version: u32,
    /// The number behind the next id that is made: ids are unique without being random.
    next_id: u64,
    /// Temporary credentials by access key id.
    pub(crate) sessions: BTreeMap<String, Session>,
    accounts: BTreeMap<String, Account>,
    /// Buckets, whose names are one namespace for all accounts and regions.
    #[serde(default)]
    pub(crate) s3: s3::Buckets,
    /// What listings by tag show while they lag behind, by account and region.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) stale_tags: BTreeMap<String, Vec<tagging::Tagged>>,
    /// The organization that accounts can be members of.
    #[serde(default)]
    pub(crate) organization: organizations::Organization,
}

/// Temporary credentials that `AssumeRole` gave out.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Session {
    pub(crate) account: String,
    /// `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`.
    pub(crate) arn: String,
    /// `AROA…:SESSION`.
    pub(crate) user_id: String,
    pub(crate) expires: Timestamp,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Account {
    #[serde(default)]
    enabled_regions: BTreeSet<String>,
    regions: BTreeMap<String, Region>,
}

/// One region of one account: a field for each regional service.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Region {
    pub(crate) backup: backup::Backups,
    pub(crate) cloudwatch: cloudwatch::Monitoring,
    pub(crate) dlm: dlm::Policies,
    pub(crate) dynamodb: dynamodb::Tables,
    pub(crate) efs: efs::FileSystems,
    pub(crate) elasticache: elasticache::Groups,
    /// Those that the clock does not make; so of Redshift.
    pub(crate) elasticache_snapshots: Snapshots,
    pub(crate) events: events::Events,
    /// Only in the one region that stands for all of them.
    pub(crate) iam: iam::Roles,
    pub(crate) kms: kms::Keys,
    pub(crate) logs: logs::Groups,
    pub(crate) scheduler: scheduler::Scheduler,
    pub(crate) rds: rds::Databases,
    pub(crate) redshift: redshift::Clusters,
    pub(crate) redshift_snapshots: Snapshots,
    pub(crate) sns: sns::Topics,
}

/// Who calls, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Caller {
    pub(crate) account: String,
    pub(crate) region: String,
    /// The ARN that `GetCallerIdentity` answers and that denials name.
    pub(crate) arn: String,
    pub(crate) user_id: String,
}

impl Default for State {
    fn default() -> Self {
        Self {
            version: VERSION,
            next_id: 1,
            sessions: BTreeMap::new(),
            accounts: BTreeMap::new(),
            s3: s3::Buckets::default(),
            stale_tags: BTreeMap::new(),
            organization: organizations::Organization::default(),
        }
    }
}

impl State {
    /// Returns a number that was never returned before.
    pub(crate) fn fresh_number(&mut self) -> u64 {
        let number = self.next_id;
        self.next_id = number.saturating_add(1);
        number
    }

    /// Returns a region to read; an untouched one is empty.
    pub(crate) fn region(&self, account: &str, region: &str) -> Option<&Region> {
        self.accounts.get(account)?.regions.get(region)
    }

    /// Returns a region to change.
    pub(crate) fn region_mut(&mut self, account: &str, region: &str) -> &mut Region {
        self.accounts.entry(account.to_owned()).or_default().regions.entry(region.to_owned()).or_default()
    }

    /// Returns every account and region that anything was ever kept in.
    pub(crate) fn places(&self) -> Vec<(String, String)> {
        let regions =
            |(account, held): (&String, &Account)| held.regions.keys().map(|region| (account.clone(), region.clone())).collect::<Vec<_>>();
        self.accounts.iter().flat_map(regions).collect()
    }

    /// Tells whether an opt-in region was opted into.
    pub(crate) fn is_enabled(&self, account: &str, region: &str) -> bool {
        self.accounts.get(account).is_some_and(|account| account.enabled_regions.contains(region))
    }

    /// Opts into a region.
    pub(crate) fn enable_region(&mut self, account: &str, region: &str) {
        self.accounts.entry(account.to_owned()).or_default().enabled_regions.insert(region.to_owned());
    }

    /// Finds out whose access key this is: a session's, an account's (12 digits are that account), or else the default account's.
    pub(crate) fn caller(&self, access_key: &str, region: &str) -> Caller {
        if let Some(session) = self.sessions.get(access_key) {
            let Session { account, arn, user_id, .. } = session.clone();
            return Caller { account, region: region.to_owned(), arn, user_id };
        }
        let is_account = is_account_id(access_key);
        let account = if is_account { access_key } else { DEFAULT_ACCOUNT };
        Caller {
            account: account.to_owned(),
            region: region.to_owned(),
            arn: format!("arn:aws:iam::{account}:user/sandbox"),
            user_id: format!("AIDASANDBOX{account}"),
        }
    }
}

/// Refuses a state file of a later version before its content is looked at.
pub(crate) fn check_version(bytes: &[u8], path: &Path) -> Result<(), SandboxError> {
    #[derive(Deserialize)]
    struct Header {
        version: u32,
    }
    let header: Header =
        serde_json::from_slice(bytes).map_err(|error| SandboxError::Corrupt { path: path.to_path_buf(), reason: error.to_string() })?;
    if header.version > VERSION {
        return Err(SandboxError::Newer { path: path.to_path_buf(), found: header.version, known: VERSION });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twelve_digits_are_an_account_and_anything_else_is_the_default_one() {
        let state = State::default();
        assert_eq!(state.caller("210987654321", "eu-west-1").account, "210987654321");
        assert_eq!(state.caller("AKIAIOSFODNN7EXAMPLE", "eu-west-1").account, DEFAULT_ACCOUNT);
    }
}

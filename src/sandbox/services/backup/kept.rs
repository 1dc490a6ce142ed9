//! What is kept of vaults, plans, selections and jobs.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::audit::Audit;
use super::copies::CopyJob;
use super::jobs::BackupJob;
use super::points::Point;
use super::restore_testing::RestoreTesting;
use super::restores::RestoreJob;
use super::settings::Settings;

/// Tags by key. Absent when a thing was never tagged, which is not the same as having no tags now.
pub(crate) type Tags = Option<BTreeMap<String, String>>;

/// AWS Backup in one region of one account.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Backups {
    /// By name.
    pub(crate) vaults: BTreeMap<String, Vault>,
    /// By id; deleted ones stay.
    pub(crate) plans: BTreeMap<String, Plan>,
    pub(crate) settings: Settings,
    /// By name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) frameworks: BTreeMap<String, Audit>,
    /// By name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) report_plans: BTreeMap<String, Audit>,
    /// By name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) restore_testing: BTreeMap<String, RestoreTesting>,
    /// By id.
    pub(crate) jobs: BTreeMap<String, BackupJob>,
    /// By id.
    pub(crate) copies: BTreeMap<String, CopyJob>,
    /// By id.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) restores: BTreeMap<String, RestoreJob>,
    /// The backups of each resource, by its ARN.
    pub(crate) protected: BTreeMap<String, Vec<Protected>>,
    /// Up to when CloudWatch was told of all this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) measured_until: Option<Timestamp>,
}

/// One backup of a resource.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Protected {
    pub(crate) at: Timestamp,
    pub(crate) kind: String,
    pub(crate) vault_arn: String,
    pub(crate) point_arn: String,
}

/// A vault.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Vault {
    pub(crate) name: String,
    pub(crate) arn: String,
    pub(crate) created_at: Timestamp,
    /// Until then a logically air-gapped vault is CREATING.
    pub(crate) available_at: Timestamp,
    pub(crate) key_arn: String,
    #[serde(default)]
    pub(crate) is_air_gapped: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) request_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) tags: Tags,
    /// The access policy as it was put.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) policy: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) notifications: Option<Notifications>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) lock: Option<Lock>,
    /// By ARN; those whose time has run out stay, unseen.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) points: BTreeMap<String, Point>,
}

/// Where a vault sends its events.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Notifications {
    pub(crate) topic_arn: String,
    pub(crate) events: Vec<String>,
}

/// A vault lock. In force from the first moment, whatever its mode.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Lock {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) min_days: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) max_days: Option<i64>,
    /// From then on nobody can change the lock (compliance); absent in governance mode.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) fixed_at: Option<Timestamp>,
}

/// A plan with all its versions.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Plan {
    pub(crate) id: String,
    pub(crate) arn: String,
    pub(crate) created_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) deleted_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) last_run_at: Option<Timestamp>,
    /// Up to when its schedules have been made up for.
    pub(crate) ran_until: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) request_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) tags: Tags,
    /// Oldest first; the last one is in force. Never empty.
    pub(crate) versions: Vec<Version>,
    /// By id.
    #[serde(default)]
    pub(crate) selections: BTreeMap<String, Selection>,
}

/// One version of a plan.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Version {
    pub(crate) id: String,
    pub(crate) created_at: Timestamp,
    /// `BackupPlan` as AWS returns it: with defaults and rule ids.
    pub(crate) document: Value,
}

/// What a plan backs up.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Selection {
    pub(crate) id: String,
    pub(crate) created_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) request_id: Option<String>,
    /// `BackupSelection` as AWS returns it.
    pub(crate) document: Value,
}

impl Vault {
    /// `VaultType`.
    pub(crate) fn kind(&self) -> &'static str {
        if self.is_air_gapped { "LOGICALLY_AIR_GAPPED_BACKUP_VAULT" } else { "BACKUP_VAULT" }
    }

    /// The recovery points that are there.
    pub(crate) fn live(&self, now: Timestamp) -> impl Iterator<Item = &Point> {
        self.points.values().filter(move |point| point.is_there(now))
    }
}

impl Lock {
    /// Tells whether nobody can change the lock any more.
    pub(crate) fn is_fixed(&self, now: Timestamp) -> bool {
        self.fixed_at.is_some_and(|at| at <= now)
    }
}

impl Plan {
    /// The version in force.
    pub(crate) fn current(&self) -> Option<&Version> {
        self.versions.last()
    }
}

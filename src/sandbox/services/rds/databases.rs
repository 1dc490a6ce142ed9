//! Instances and clusters as they are held.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::backups::Backups;
use super::events::Subscription;
use crate::sandbox::services::kept_snapshots::Snapshots;

/// The databases of one region of one account.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Databases {
    pub(crate) instances: BTreeMap<String, Instance>,
    pub(crate) clusters: BTreeMap<String, Cluster>,
    pub(crate) subscriptions: BTreeMap<String, Subscription>,
    /// Snapshots of instances and of clusters that the clock does not make.
    pub(crate) snapshots: Snapshots,
    pub(crate) cluster_snapshots: Snapshots,
    /// Automated backups that outlived their instance, or came from another region, by ARN.
    pub(super) automated: BTreeMap<String, Automated>,
}

/// What an instance and a cluster have in common.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Common {
    /// In lower case.
    pub(crate) name: String,
    pub(crate) arn: String,
    /// `db-…` or `cluster-…`, never given to another.
    pub(crate) resource_id: String,
    pub(crate) engine: String,
    pub(crate) created_at: Timestamp,
    /// Until then it is creating.
    pub(crate) available_at: Timestamp,
    /// Until then it is modifying.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) busy_until: Option<Timestamp>,
    /// Until then it is deleting, and then it is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) gone_at: Option<Timestamp>,
    /// A status that a seed holds it in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) held: Option<String>,
    pub(crate) backups: Backups,
    /// Absent when it was never tagged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) tags: Option<BTreeMap<String, String>>,
    /// What else was said of it and is only given back.
    #[serde(default)]
    pub(crate) said: Map<String, Value>,
    /// Changes of what is only given back that wait for maintenance, and until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) waiting: Option<(Map<String, Value>, Timestamp)>,
}

/// One DB instance.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Instance {
    #[serde(flatten)]
    pub(crate) common: Common,
    /// The cluster that it is a member of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) cluster: Option<String>,
    /// The instance that it is a read replica of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) source: Option<String>,
    /// ARNs of its automated backups in other regions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) replications: Vec<String>,
}

/// One DB cluster.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Cluster {
    #[serde(flatten)]
    pub(crate) common: Common,
    /// Seconds; 0 is off.
    #[serde(default)]
    pub(crate) backtrack: i64,
}

/// Automated backups without their instance.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Automated {
    pub(super) arn: String,
    pub(super) source_arn: String,
    pub(super) source_name: String,
    pub(super) source_region: String,
    pub(super) resource_id: String,
    pub(super) engine: String,
    pub(super) created_at: Timestamp,
    pub(super) days: i64,
    pub(super) from: Timestamp,
    /// When nothing more is added; none while the source goes on.
    pub(super) until: Option<Timestamp>,
    /// Whether it came from another region.
    pub(super) is_replicated: bool,
    pub(super) kms_key: Option<String>,
    /// Absent when it was never tagged.
    #[serde(default)]
    pub(super) tags: Option<BTreeMap<String, String>>,
}

impl Common {
    /// Its status at a moment.
    pub(crate) fn status(&self, now: Timestamp) -> &str {
        let busy = self.busy_until.is_some_and(|until| now < until);
        match &self.held {
            _ if self.gone_at.is_some() => "deleting",
            Some(held) => held,
            None if now < self.available_at => "creating",
            None if busy => "modifying",
            None => "available",
        }
    }

    fn is_there(&self, now: Timestamp) -> bool {
        self.gone_at.is_none_or(|gone| now < gone)
    }

    fn settle(&mut self, now: Timestamp) {
        self.backups.settle(now);
        if let Some((changes, _)) = self.waiting.take_if(|(_, due)| *due <= now) {
            self.said.extend(changes);
        }
    }
}

impl Instance {
    /// An instance whose backups are copied nowhere.
    pub(crate) fn new(common: Common, cluster: Option<String>, source: Option<String>) -> Self {
        Self { common, cluster, source, replications: Vec::new() }
    }
}

impl Automated {
    /// What stands at the end of its ARN.
    pub(super) fn id(&self) -> &str {
        self.arn.rsplit(':').next().unwrap_or_default()
    }
}

impl Databases {
    /// Does what has come due: pending changes, deletions, and backups whose time is over.
    pub(super) fn settle(&mut self, now: Timestamp) {
        self.instances.retain(|_, instance| instance.common.is_there(now));
        self.clusters.retain(|_, cluster| cluster.common.is_there(now));
        self.automated.retain(|_, automated| automated.until.is_none_or(|until| super::backups::days_before(now, automated.days) < until));
        self.instances.values_mut().for_each(|instance| instance.common.settle(now));
        self.clusters.values_mut().for_each(|cluster| cluster.common.settle(now));
    }

    /// The names of the members of a cluster.
    pub(super) fn members(&self, cluster: &str) -> Vec<String> {
        let members = self.instances.values().filter(|instance| instance.cluster.as_deref() == Some(cluster));
        members.map(|instance| instance.common.name.clone()).collect()
    }

    /// The names of the read replicas of an instance.
    pub(super) fn replicas(&self, instance: &str) -> Vec<String> {
        let replicas = self.instances.values().filter(|replica| replica.source.as_deref() == Some(instance));
        replicas.map(|replica| replica.common.name.clone()).collect()
    }
}

//! Replication at work: new versions and delete markers appear in the destination, a while after they were made.
//!
//! Nothing that was there before a rule is copied, nor is the deletion of a version, nor what came by replication itself.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::bucket::{Bucket, Buckets, Versioning};
use super::version::Version;

/// A version on its way.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Sent {
    source: String,
    key: String,
    version: String,
    destination: String,
    storage_class: Option<String>,
    arrives: Timestamp,
    /// The id of the rule.
    #[serde(default)]
    rule: String,
    #[serde(default)]
    began: Timestamp,
}

/// Finds out where a new version goes, and marks it as pending.
pub(super) fn plan(bucket: &mut Bucket, key: &str, id: &str, arrives: Timestamp) -> Vec<Sent> {
    let Some(configuration) = bucket.replication.clone() else { return Vec::new() };
    let name = bucket.name.clone();
    let Some(version) = bucket.version_mut(key, Some(id)) else { return Vec::new() };
    let rules = configuration.get("Rule").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let mut matching: Vec<&Value> = rules.iter().filter(|rule| reaches(rule, key, version)).collect();
    // For each destination the rule with the highest priority counts.
    matching.sort_by_key(|rule| std::cmp::Reverse(rule["Priority"].as_i64()));
    let mut sent: Vec<Sent> = Vec::new();
    for rule in matching {
        let destination = rule["Destination"]["Bucket"].as_str().and_then(|arn| arn.rsplit(':').next()).unwrap_or_default();
        if sent.iter().all(|other| other.destination != destination) {
            sent.push(Sent {
                source: name.clone(),
                key: key.to_owned(),
                version: id.to_owned(),
                destination: destination.to_owned(),
                storage_class: rule["Destination"]["StorageClass"].as_str().map(str::to_owned),
                arrives,
                rule: rule["ID"].as_str().unwrap_or_default().to_owned(),
                began: version.at,
            });
        }
    }
    if !sent.is_empty() {
        version.replication = Some("PENDING".to_owned());
    }
    sent
}

/// Tells whether a rule is about a version.
fn reaches(rule: &Value, key: &str, version: &Version) -> bool {
    if rule["Status"] != "Enabled" || version.replication.is_some() || matches!(version.class(), "GLACIER" | "DEEP_ARCHIVE") {
        return false;
    }
    let Some(filter) = rule.get("Filter") else {
        // An old rule, which takes delete markers along.
        return key.starts_with(rule["Prefix"].as_str().unwrap_or_default());
    };
    if version.is_marker && rule["DeleteMarkerReplication"]["Status"] != "Enabled" {
        return false;
    }
    let kms = version.encryption.starts_with("aws:kms");
    if kms && rule["SourceSelectionCriteria"]["SseKmsEncryptedObjects"]["Status"] != "Enabled" {
        return false;
    }
    let inner = filter.get("And").unwrap_or(filter);
    let has_tag = |tag: &Value| {
        let (key, value) = (tag["Key"].as_str().unwrap_or_default(), tag["Value"].as_str().unwrap_or_default());
        version.tags.get(key).is_some_and(|found| found == value)
    };
    let tags_fit = match &inner["Tag"] {
        Value::Array(tags) => tags.iter().all(has_tag),
        Value::Null => true,
        tag => has_tag(tag),
    };
    tags_fit && key.starts_with(inner["Prefix"].as_str().unwrap_or_default())
}

impl Buckets {
    /// Does what is due by now: delivers what has arrived, and carries out the lifecycle rules.
    pub(crate) fn settle(&mut self, now: Timestamp) {
        self.deliver_due(now);
        self.expire(now);
    }

    /// How many versions are on their way by a rule of a bucket, and when the first of them was made.
    pub(super) fn waiting(&self, source: &str, rule: &str) -> (usize, Option<Timestamp>) {
        let waiting = self.pending.iter().filter(|sent| sent.source == source && sent.rule == rule);
        (waiting.clone().count(), waiting.map(|sent| sent.began).min())
    }

    fn deliver_due(&mut self, now: Timestamp) {
        if self.pending.iter().all(|sent| sent.arrives > now) {
            return;
        }
        let (due, later) = std::mem::take(&mut self.pending).into_iter().partition(|sent: &Sent| sent.arrives <= now);
        self.pending = later;
        let due: Vec<Sent> = due;
        for sent in &due {
            self.deliver(sent);
        }
    }

    fn deliver(&mut self, sent: &Sent) {
        let original = self.by_name.get(&sent.source).and_then(|bucket| bucket.version(&sent.key, &sent.version)).cloned();
        let Some(original) = original else { return };
        let destination = self.by_name.get_mut(&sent.destination).filter(|bucket| bucket.versioning == Versioning::Enabled);
        let arrived = destination.is_some();
        if let Some(bucket) = destination {
            let mut replica = Version { replication: Some("REPLICA".to_owned()), ..original.clone() };
            replica.storage_class = sent.storage_class.clone().or(replica.storage_class).filter(|class| class != "STANDARD");
            bucket.write(&sent.key, replica, original.id.clone());
        }
        let status = match (arrived, original.replication.as_deref()) {
            // One destination of several that failed is what the version shows.
            (true, Some("FAILED")) | (false, _) => "FAILED",
            (true, _) => "COMPLETED",
        };
        if !arrived && let Some(source) = self.by_name.get_mut(&sent.source) {
            let failures = &mut source.progress.entry(sent.rule.clone()).or_default().failures;
            *failures.entry(sent.arrives).or_default() += 1;
        }
        let source = self.by_name.get_mut(&sent.source).and_then(|bucket| bucket.version_mut(&sent.key, Some(&sent.version)));
        if let Some(version) = source {
            // A delete marker has no status to show.
            version.replication = (!version.is_marker).then(|| status.to_owned());
        }
    }
}

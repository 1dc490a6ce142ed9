//! Replication rules between the SDK's types and settings. Only backstay's own rules are taken apart; others' are passed on as they are.

use super::super::encryption::SELECTS as KMS;
use super::super::rule::Rule;
use super::super::table::{ENABLED, REPLICATION};
use super::lifecycle::{map, small, tags};
use crate::model::{Value, path};
use aws_sdk_s3::types::{
    AccessControlTranslation, DeleteMarkerReplication, DeleteMarkerReplicationStatus, Destination, EncryptionConfiguration, Metrics,
    MetricsStatus, OwnerOverride, ReplicaModifications, ReplicaModificationsStatus, ReplicationRule, ReplicationRuleAndOperator,
    ReplicationRuleFilter, ReplicationRuleStatus, ReplicationTime, ReplicationTimeStatus, ReplicationTimeValue, SourceSelectionCriteria,
    SseKmsEncryptedObjects, SseKmsEncryptedObjectsStatus, StorageClass,
};
use aws_smithy_types::error::operation::BuildError;
use std::collections::BTreeMap;

const MODIFICATIONS: &str = "source_selection_criteria.replica_modifications.status";
const MARKERS: &str = "delete_marker_replication.status";
const METRICS: &str = "destination.metrics.status";
const THRESHOLD: &str = "destination.metrics.event_threshold.minutes";
const TIME: &str = "destination.replication_time.status";
const MINUTES: &str = "destination.replication_time.time.minutes";
const KEY: &str = "destination.encryption_configuration.replica_kms_key_id";
const OWNER: &str = "destination.access_control_translation.owner";

/// Whether a rule is of the first generation: with a prefix of its own and no filter.
pub(super) fn is_old(rule: &ReplicationRule) -> bool {
    rule.filter().is_none()
}

/// The ids of rules that AWS takes no more as they are: those that copy existing objects, and those of the first generation that go to one
/// destination, as rules of today would all have the same priority there.
pub(super) fn unsaid(rules: &[ReplicationRule]) -> impl Iterator<Item = &str> {
    let place = |rule: &ReplicationRule| (rule.destination().map(|to| to.bucket().to_owned()), rule.priority().unwrap_or_default());
    let shares = move |rule: &ReplicationRule| rules.iter().filter(|other| place(other) == place(rule)).count() > 1;
    let unsaid = move |rule: &&ReplicationRule| rule.existing_object_replication().is_some() || (is_old(rule) && shares(rule));
    rules.iter().filter(unsaid).filter_map(ReplicationRule::id)
}

/// The settings of a rule, by path. What is off is as good as absent.
pub(super) fn settings(name: &str, rule: &ReplicationRule) -> BTreeMap<String, Value> {
    let at = path::keyed(REPLICATION, name);
    let mut found = BTreeMap::from([(at.clone(), Value::Bool(true))]);
    let mut put = |rest: &str, value: Option<Value>| {
        if let Some(value) = value {
            found.insert(path::child(&at, rest), value);
        }
    };
    let text = |text: &str| Some(text).filter(|text| !text.is_empty()).map(Value::from);
    let on = |status: Option<&str>| status.filter(|status| *status == ENABLED).map(Value::from);
    put("status", text(rule.status().as_str()));
    put("priority", rule.priority().map(i64::from).map(Value::from));
    filter(rule, &mut put);
    // The first generation copies delete markers, and does not say so.
    let markers = rule.delete_marker_replication().and_then(|markers| markers.status()).map(DeleteMarkerReplicationStatus::as_str);
    put(MARKERS, on(markers.or_else(|| is_old(rule).then_some(ENABLED))));
    put("existing_object_replication.status", rule.existing_object_replication().and_then(|existing| text(existing.status().as_str())));
    let criteria = rule.source_selection_criteria();
    put(KMS, on(criteria.and_then(|criteria| criteria.sse_kms_encrypted_objects()).map(|objects| objects.status().as_str())));
    put(MODIFICATIONS, on(criteria.and_then(|criteria| criteria.replica_modifications()).map(|changes| changes.status().as_str())));
    if let Some(destination) = rule.destination() {
        put("destination", Some(Value::Bool(true)));
        put("destination.bucket", text(destination.bucket()));
        put("destination.account", destination.account().and_then(text));
        put("destination.storage_class", destination.storage_class().and_then(|class| text(class.as_str())));
        put(OWNER, destination.access_control_translation().and_then(|owner| text(owner.owner().as_str())));
        put(KEY, destination.encryption_configuration().and_then(|key| key.replica_kms_key_id()).and_then(text));
        if let Some(metrics) = destination.metrics().filter(|metrics| metrics.status().as_str() == ENABLED) {
            put(METRICS, Some(Value::from(ENABLED)));
            put(THRESHOLD, metrics.event_threshold().and_then(minutes));
        }
        if let Some(time) = destination.replication_time().filter(|time| time.status().as_str() == ENABLED) {
            put(TIME, Some(Value::from(ENABLED)));
            put(MINUTES, time.time().and_then(minutes));
        }
    }
    found
}

fn minutes(value: &ReplicationTimeValue) -> Option<Value> {
    value.minutes().map(i64::from).map(Value::from)
}

/// An `And` with one condition is that condition, and an old rule's prefix is a filter.
fn filter(rule: &ReplicationRule, put: &mut impl FnMut(&str, Option<Value>)) {
    let text = |text: &str| Some(text).filter(|text| !text.is_empty()).map(Value::from);
    let Some(filter) = rule.filter() else {
        #[expect(deprecated, reason = "rules of the first generation have their prefix there")]
        let prefix = rule.prefix();
        return put("filter.prefix", prefix.and_then(text));
    };
    let (prefix, tags) = match filter.and() {
        Some(and) => (and.prefix(), and.tags()),
        None => (filter.prefix(), filter.tag().map_or(&[][..], std::slice::from_ref)),
    };
    let prefix = prefix.and_then(text);
    match (prefix, tags) {
        (prefix, []) => put("filter.prefix", prefix),
        (None, [one]) => {
            put("filter.tag.key", text(one.key()));
            put("filter.tag.value", text(one.value()));
        }
        (prefix, tags) => {
            put("filter.and.prefix", prefix);
            put("filter.and.tags", Some(map(tags)));
        }
    }
}

/// The rule of that id out of its settings. AWS asks a rule with a filter for its priority and for what becomes of delete markers.
pub(super) fn rule(id: &str, rule: &Rule) -> Result<ReplicationRule, BuildError> {
    let markers = if rule.enables(MARKERS) { DeleteMarkerReplicationStatus::Enabled } else { DeleteMarkerReplicationStatus::Disabled };
    let builder = ReplicationRule::builder()
        .id(id)
        .priority(small(rule, "priority").unwrap_or_default())
        .filter(wanted_filter(rule)?)
        .status(ReplicationRuleStatus::from(rule.text("status").unwrap_or(ENABLED)))
        .delete_marker_replication(DeleteMarkerReplication::builder().status(markers).build())
        .destination(destination(rule)?);
    let kms = rule.enables(KMS).then(|| SseKmsEncryptedObjects::builder().status(SseKmsEncryptedObjectsStatus::Enabled).build());
    let changes = rule.enables(MODIFICATIONS).then(|| ReplicaModifications::builder().status(ReplicaModificationsStatus::Enabled).build());
    let criteria = match (kms.transpose()?, changes.transpose()?) {
        (None, None) => None,
        (kms, changes) => {
            Some(SourceSelectionCriteria::builder().set_sse_kms_encrypted_objects(kms).set_replica_modifications(changes).build())
        }
    };
    builder.set_source_selection_criteria(criteria).build()
}

fn wanted_filter(rule: &Rule) -> Result<ReplicationRuleFilter, BuildError> {
    let prefix = rule.filter().prefix;
    let tags = tags(rule)?;
    let filter = ReplicationRuleFilter::builder();
    if rule.has_within("filter.and") {
        let and = ReplicationRuleAndOperator::builder().set_prefix(Some(prefix).filter(|prefix| !prefix.is_empty()));
        return Ok(filter.and(and.set_tags(Some(tags)).build()).build());
    }
    Ok(match tags.into_iter().next() {
        Some(tag) => filter.tag(tag),
        None => filter.prefix(prefix),
    }
    .build())
}

fn destination(rule: &Rule) -> Result<Destination, BuildError> {
    let value = |path| small(rule, path).map(|minutes| ReplicationTimeValue::builder().minutes(minutes).build());
    let metrics =
        rule.enables(METRICS).then(|| Metrics::builder().status(MetricsStatus::Enabled).set_event_threshold(value(THRESHOLD)).build());
    let time =
        rule.enables(TIME).then(|| ReplicationTime::builder().status(ReplicationTimeStatus::Enabled).set_time(value(MINUTES)).build());
    let owner = rule.text(OWNER).map(|owner| AccessControlTranslation::builder().owner(OwnerOverride::from(owner)).build());
    let key = rule.text(KEY).map(|key| EncryptionConfiguration::builder().replica_kms_key_id(key).build());
    Destination::builder()
        .bucket(rule.text("destination.bucket").unwrap_or_default())
        .set_account(rule.text("destination.account").map(str::to_owned))
        .set_storage_class(rule.text("destination.storage_class").map(StorageClass::from))
        .set_access_control_translation(owner.transpose()?)
        .set_encryption_configuration(key)
        .set_metrics(metrics.transpose()?)
        .set_replication_time(time.transpose()?)
        .build()
}

//! Lifecycle rules between the SDK's types and settings. Only backstay's own rules are taken apart; others' are passed on as they are.

use super::super::forms::midnight;
use super::super::rule::Rule;
use super::super::table::{ENABLED, LIFECYCLE};
use crate::model::{Value, path};
use aws_sdk_s3::types::{
    AbortIncompleteMultipartUpload, ExpirationStatus, LifecycleExpiration, LifecycleRule, LifecycleRuleAndOperator, LifecycleRuleFilter,
    NoncurrentVersionExpiration, NoncurrentVersionTransition, Tag, Transition, TransitionStorageClass,
};
use aws_smithy_types::DateTime;
use aws_smithy_types::error::operation::BuildError;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;

/// The settings of a rule, by path.
pub(super) fn settings(name: &str, rule: &LifecycleRule) -> BTreeMap<String, Value> {
    let at = path::keyed(LIFECYCLE, name);
    let mut found = Settings { at: at.clone(), found: BTreeMap::from([(at, Value::Bool(true))]) };
    found.put("status", Some(rule.status().as_str()));
    found.filter(rule);
    for transition in rule.transitions() {
        let Some(class) = transition.storage_class() else { continue };
        let block = path::keyed("transition", class.as_str());
        found.put(&block, Some(true));
        found.put(&format!("{block}.storage_class"), Some(class.as_str()));
        found.put(&format!("{block}.days"), transition.days().map(i64::from));
        found.put(&format!("{block}.date"), transition.date().and_then(day));
    }
    for transition in rule.noncurrent_version_transitions() {
        let Some(class) = transition.storage_class() else { continue };
        let block = path::keyed("noncurrent_version_transition", class.as_str());
        found.put(&block, Some(true));
        found.put(&format!("{block}.storage_class"), Some(class.as_str()));
        found.put(&format!("{block}.noncurrent_days"), transition.noncurrent_days().map(i64::from));
        found.put(&format!("{block}.newer_noncurrent_versions"), transition.newer_noncurrent_versions().map(i64::from));
    }
    if let Some(expiration) = rule.expiration() {
        found.put("expiration.days", expiration.days().map(i64::from));
        found.put("expiration.date", expiration.date().and_then(day));
        found.put("expiration.expired_object_delete_marker", expiration.expired_object_delete_marker().filter(|on| *on));
    }
    if let Some(expiration) = rule.noncurrent_version_expiration() {
        found.put("noncurrent_version_expiration.noncurrent_days", expiration.noncurrent_days().map(i64::from));
        found.put("noncurrent_version_expiration.newer_noncurrent_versions", expiration.newer_noncurrent_versions().map(i64::from));
    }
    let uploads = rule.abort_incomplete_multipart_upload().and_then(AbortIncompleteMultipartUpload::days_after_initiation);
    found.put("abort_incomplete_multipart_upload.days_after_initiation", uploads.map(i64::from));
    found.found
}

/// Settings as they are found.
struct Settings {
    at: String,
    found: BTreeMap<String, Value>,
}

impl Settings {
    fn put(&mut self, rest: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.found.insert(path::child(&self.at, rest), value.into());
        }
    }

    /// An `And` with one condition is that condition, and an old rule's prefix is a filter.
    fn filter(&mut self, rule: &LifecycleRule) {
        let Some(filter) = rule.filter() else {
            #[expect(deprecated, reason = "rules of the first generation have their prefix there")]
            let prefix = rule.prefix();
            return self.put("filter.prefix", prefix.filter(|prefix| !prefix.is_empty()));
        };
        let Some(and) = filter.and() else {
            self.put("filter.prefix", filter.prefix().filter(|prefix| !prefix.is_empty()));
            self.tag(filter.tag());
            self.put("filter.object_size_greater_than", filter.object_size_greater_than());
            return self.put("filter.object_size_less_than", filter.object_size_less_than());
        };
        let prefix = and.prefix().filter(|prefix| !prefix.is_empty());
        let sizes = [and.object_size_greater_than(), and.object_size_less_than()];
        let many = usize::from(prefix.is_some()) + sizes.iter().flatten().count() + and.tags().len();
        let block = if many < 2 { "filter" } else { "filter.and" };
        self.put(&format!("{block}.prefix"), prefix);
        self.put(&format!("{block}.object_size_greater_than"), sizes.first().copied().flatten());
        self.put(&format!("{block}.object_size_less_than"), sizes.last().copied().flatten());
        match and.tags() {
            [] => {}
            [one] if many < 2 => self.tag(Some(one)),
            tags => self.put("filter.and.tags", Some(map(tags))),
        }
    }

    fn tag(&mut self, tag: Option<&Tag>) {
        self.put("filter.tag.key", tag.map(Tag::key));
        self.put("filter.tag.value", tag.map(Tag::value).filter(|value| !value.is_empty()));
    }
}

/// Tags as a value.
pub(super) fn map(tags: &[Tag]) -> Value {
    Value::Map(tags.iter().map(|tag| (tag.key().to_owned(), Value::from(tag.value()))).collect())
}

fn day(at: &DateTime) -> Option<String> {
    let at = Timestamp::from_second(at.secs()).ok()?;
    Some(midnight(at.to_zoned(TimeZone::UTC).date()))
}

fn instant(text: &str) -> Option<DateTime> {
    text.parse::<Timestamp>().ok().map(|at| DateTime::from_secs(at.as_second()))
}

/// Whether a rule is of the first generation: with a prefix of its own and no filter. AWS takes none beside newer ones.
pub(super) fn is_old(rule: &LifecycleRule) -> bool {
    rule.filter().is_none()
}

/// The rule of that id out of its settings, of the first generation where it must stand beside such.
pub(super) fn rule(id: &str, rule: &Rule, old: bool) -> Result<LifecycleRule, BuildError> {
    let builder = LifecycleRule::builder().id(id);
    #[expect(deprecated, reason = "rules of the first generation have their prefix there")]
    let builder = if old { builder.prefix(rule.filter().prefix) } else { builder.filter(filter(rule)?) };
    let mut builder = builder.status(ExpirationStatus::from(rule.text("status").unwrap_or(ENABLED)));
    for class in rule.keys("transition") {
        let block = path::keyed("transition", &class);
        let transition = Transition::builder()
            .storage_class(TransitionStorageClass::from(class.as_str()))
            .set_days(small(rule, &format!("{block}.days")))
            .set_date(rule.text(&format!("{block}.date")).and_then(instant));
        builder = builder.transitions(transition.build());
    }
    for class in rule.keys("noncurrent_version_transition") {
        let block = path::keyed("noncurrent_version_transition", &class);
        let transition = NoncurrentVersionTransition::builder()
            .storage_class(TransitionStorageClass::from(class.as_str()))
            .set_noncurrent_days(small(rule, &format!("{block}.noncurrent_days")))
            .set_newer_noncurrent_versions(small(rule, &format!("{block}.newer_noncurrent_versions")));
        builder = builder.noncurrent_version_transitions(transition.build());
    }
    let (days, date) = (small(rule, "expiration.days"), rule.text("expiration.date").and_then(instant));
    let marker = rule.flag("expiration.expired_object_delete_marker").then_some(true);
    if days.is_some() || date.is_some() || marker.is_some() {
        let expiration = LifecycleExpiration::builder().set_days(days).set_date(date).set_expired_object_delete_marker(marker);
        builder = builder.expiration(expiration.build());
    }
    let days = small(rule, "noncurrent_version_expiration.noncurrent_days");
    let newer = small(rule, "noncurrent_version_expiration.newer_noncurrent_versions");
    if days.is_some() || newer.is_some() {
        let expiration = NoncurrentVersionExpiration::builder().set_noncurrent_days(days).set_newer_noncurrent_versions(newer);
        builder = builder.noncurrent_version_expiration(expiration.build());
    }
    if let Some(days) = small(rule, "abort_incomplete_multipart_upload.days_after_initiation") {
        builder = builder.abort_incomplete_multipart_upload(AbortIncompleteMultipartUpload::builder().days_after_initiation(days).build());
    }
    builder.build()
}

/// A number that the API keeps in 32 bits, as the table's bounds have it.
pub(super) fn small(rule: &Rule, path: &str) -> Option<i32> {
    i32::try_from(rule.number(path)?).ok()
}

/// The tags of a setting.
pub(super) fn tags(rule: &Rule) -> Result<Vec<Tag>, BuildError> {
    rule.filter().tags.into_iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}

/// The whole bucket is an empty prefix, as AWS itself writes it.
fn filter(rule: &Rule) -> Result<LifecycleRuleFilter, BuildError> {
    let wanted = rule.filter();
    let tags = tags(rule)?;
    if rule.has_within("filter.and") {
        let and = LifecycleRuleAndOperator::builder()
            .set_prefix(Some(wanted.prefix).filter(|prefix| !prefix.is_empty()))
            .set_tags(Some(tags).filter(|tags| !tags.is_empty()))
            .set_object_size_greater_than(wanted.above)
            .set_object_size_less_than(wanted.below);
        return Ok(LifecycleRuleFilter::builder().and(and.build()).build());
    }
    let filter = LifecycleRuleFilter::builder();
    Ok(match (tags.into_iter().next(), wanted.above, wanted.below) {
        (Some(tag), ..) => filter.tag(tag),
        (None, Some(above), _) => filter.object_size_greater_than(above),
        (None, None, Some(below)) => filter.object_size_less_than(below),
        (None, None, None) => filter.prefix(wanted.prefix),
    }
    .build())
}

//! What S3 checks in lifecycle rules, in its words as far as they are known.

use std::collections::BTreeSet;

use serde_json::Value;

use super::errors;
use crate::sandbox::services::AwsError;

/// The most rules that a bucket can have.
const MAX_RULES: usize = 1000;

/// The largest object, in bytes, that a filter can speak of.
const LARGEST: i64 = 1_099_511_627_776_000;

/// Storage classes from the warmest on, each with the days that an object must stay in it. No transition leads upwards.
const WATERFALL: &[(&str, i64)] =
    &[("STANDARD_IA", 30), ("INTELLIGENT_TIERING", 0), ("ONEZONE_IA", 30), ("GLACIER_IR", 90), ("GLACIER", 90), ("DEEP_ARCHIVE", 0)];

/// How transitions of current and of noncurrent versions call themselves.
struct Words {
    action: &'static str,
    days: &'static str,
    expiration: &'static str,
}

const CURRENT: Words = Words { action: "Transition", days: "Days", expiration: "Expiration" };
const NONCURRENT: Words =
    Words { action: "NoncurrentVersionTransition", days: "NoncurrentDays", expiration: "NoncurrentVersionExpiration" };

/// Checks a whole configuration.
pub(crate) fn check(document: &Value) -> Result<(), AwsError> {
    let rules = list(document, "Rule");
    if rules.is_empty() {
        return Err(errors::malformed());
    }
    if rules.len() > MAX_RULES {
        return Err(errors::request(format!("The number of lifecycle rules must not exceed the allowed limit of {MAX_RULES} rules")));
    }
    check_ids(rules)?;
    check_generation(rules)?;
    rules.iter().try_for_each(check_rule)
}

/// Ids are unique and at most 255 characters long.
pub(super) fn check_ids(rules: &[Value]) -> Result<(), AwsError> {
    let mut seen = BTreeSet::new();
    for id in rules.iter().filter_map(|rule| text(rule, "ID")).filter(|id| !id.is_empty()) {
        if id.chars().count() > 255 {
            return Err(errors::argument("ID", id, "ID length should not exceed allowed limit of 255"));
        }
        if !seen.insert(id) {
            return Err(errors::argument("ID", id, "Rule ID must be unique. Found same ID for more than one rule"));
        }
    }
    Ok(())
}

/// One configuration has rules with a filter or rules with a bare prefix, never both.
fn check_generation(rules: &[Value]) -> Result<(), AwsError> {
    let modern = rules.first().is_some_and(|rule| rule.get("Filter").is_some());
    for rule in rules {
        match (rule.get("Prefix"), rule.get("Filter")) {
            (None, None) => return Err(errors::malformed()),
            (Some(_), _) if modern => {
                return Err(errors::request(
                    "Base level prefix cannot be used in Lifecycle V2, prefixes are only supported in the Filter.",
                ));
            }
            (_, Some(_)) if !modern => return Err(errors::request("Filter element can only be used in Lifecycle V2.")),
            _ => {}
        }
    }
    Ok(())
}

fn check_rule(rule: &Value) -> Result<(), AwsError> {
    let actions =
        ["Expiration", "Transition", "NoncurrentVersionExpiration", "NoncurrentVersionTransition", "AbortIncompleteMultipartUpload"];
    if !actions.iter().any(|action| rule.get(action).is_some()) {
        return Err(errors::request("At least one action needs to be specified in a rule"));
    }
    let scope = Scope::read(rule)?;
    check_expiration(rule, &scope)?;
    check_transitions(rule, &scope)?;
    check_noncurrent(rule, &scope)?;
    if let Some(days) = rule.pointer("/AbortIncompleteMultipartUpload/DaysAfterInitiation") {
        positive(days, "DaysAfterInitiation", "AbortIncompleteMultipartUpload")?;
        scope.require_plain("AbortIncompleteMultipartUpload")?;
    }
    Ok(())
}

/// Which objects a rule is about, as far as checks depend on it.
struct Scope {
    /// As messages write it: `filter '(prefix=logs/)'`, or `prefix 'logs/'` of an old rule.
    words: String,
    has_filter: bool,
    has_tags: bool,
    has_sizes: bool,
}

impl Scope {
    fn read(rule: &Value) -> Result<Self, AwsError> {
        let Some(filter) = rule.get("Filter") else {
            let words = format!("prefix '{}'", text(rule, "Prefix").unwrap_or_default());
            return Ok(Self { words, has_filter: false, has_tags: false, has_sizes: false });
        };
        let and = filter.get("And");
        let inner = and.unwrap_or(filter);
        let tags = inner.get("Tag").map_or(0, |tag| tag.as_array().map_or(1, Vec::len));
        let others = ["Prefix", "ObjectSizeGreaterThan", "ObjectSizeLessThan"].iter().filter(|name| inner.get(**name).is_some()).count();
        let predicates = tags + others;
        let members = filter.as_object().map_or(0, serde_json::Map::len);
        if members > 1 || (and.is_some() && predicates < 2) {
            return Err(errors::malformed());
        }
        check_sizes(inner)?;
        let keys: Vec<&str> = list(inner, "Tag").iter().filter_map(|tag| text(tag, "Key")).collect();
        if keys.iter().collect::<BTreeSet<_>>().len() < keys.len() {
            return Err(errors::request("Duplicate Tag Keys are not allowed."));
        }
        Ok(Self {
            words: format!("filter '(prefix={})'", text(inner, "Prefix").unwrap_or_default()),
            has_filter: true,
            has_tags: tags > 0,
            has_sizes: inner.get("ObjectSizeGreaterThan").is_some() || inner.get("ObjectSizeLessThan").is_some(),
        })
    }

    /// Refuses an action that does not go with tags or sizes.
    fn require_plain(&self, action: &str) -> Result<(), AwsError> {
        match (self.has_tags, self.has_sizes) {
            (true, _) => Err(errors::request(format!("{action} cannot be specified with Tags."))),
            (false, true) => Err(errors::request(format!("{action} cannot be specified with Object Size."))),
            (false, false) => Ok(()),
        }
    }
}

/// Bounds are exclusive, so the lower one must be below the upper one.
fn check_sizes(filter: &Value) -> Result<(), AwsError> {
    let size = |name: &str| filter.get(name).and_then(Value::as_i64);
    let (above, below) = (size("ObjectSizeGreaterThan"), size("ObjectSizeLessThan"));
    if above.is_some_and(|above| !(0..=LARGEST).contains(&above)) {
        return Err(errors::request(format!("'ObjectSizeGreaterThan' should be between 0 and {LARGEST}.")));
    }
    if below.is_some_and(|below| !(1..=LARGEST).contains(&below)) {
        return Err(errors::request(format!("'ObjectSizeLessThan' should be between 1 and {LARGEST}.")));
    }
    if above.zip(below).is_some_and(|(above, below)| above >= below) {
        return Err(errors::request("'ObjectSizeLessThan' has to be a value greater than 'ObjectSizeGreaterThan'."));
    }
    Ok(())
}

fn check_expiration(rule: &Value, scope: &Scope) -> Result<(), AwsError> {
    let Some(expiration) = rule.get("Expiration") else { return Ok(()) };
    match (expiration.get("Days"), expiration.get("Date"), expiration.get("ExpiredObjectDeleteMarker")) {
        (Some(days), None, None) => positive(days, "Days", "Expiration"),
        (None, Some(date), None) => midnight(date),
        (None, None, Some(_)) => scope.require_plain("ExpiredObjectDeleteMarker"),
        _ => Err(errors::malformed()),
    }
}

fn check_transitions(rule: &Value, scope: &Scope) -> Result<(), AwsError> {
    let transitions = list(rule, "Transition");
    let words = &scope.words;
    for transition in transitions {
        match (transition.get("Days"), transition.get("Date")) {
            (Some(_), None) => {}
            (None, Some(date)) => midnight(date)?,
            _ => return Err(errors::malformed()),
        }
    }
    let dated = transitions.iter().filter(|transition| transition.get("Date").is_some()).count();
    if dated > 0 && dated < transitions.len() {
        return Err(errors::request(format!("Found mixed 'Date' and 'Days' based Transition actions in lifecycle rule for {words}")));
    }
    let expiration = rule.get("Expiration");
    let mixed = |expiration: &Value| {
        (expiration.get("Days").is_some() && dated > 0) || (expiration.get("Date").is_some() && dated < transitions.len())
    };
    if expiration.is_some_and(mixed) {
        let message = format!("Found mixed 'Date' and 'Days' based Expiration and Transition actions in lifecycle rule for {words}");
        return Err(errors::request(message));
    }
    check_waterfall(transitions, scope, &CURRENT)?;
    check_last(transitions, expiration.and_then(|expiration| expiration.get("Days")), scope, &CURRENT)?;
    let date = expiration.and_then(|expiration| text(expiration, "Date"));
    // Dates are kept in one form, in which their order is that of their text.
    if date.is_some_and(|date| transitions.iter().filter_map(|transition| text(transition, "Date")).any(|other| other >= date)) {
        let message = format!("'Date' in the Expiration action for {words} must be later than 'Date' in the Transition action");
        return Err(errors::error(400, "InvalidArgument", message));
    }
    Ok(())
}

fn check_noncurrent(rule: &Value, scope: &Scope) -> Result<(), AwsError> {
    let transitions = list(rule, "NoncurrentVersionTransition");
    let expiration = rule.get("NoncurrentVersionExpiration");
    for action in transitions.iter().chain(expiration) {
        let Some(newer) = action.get("NewerNoncurrentVersions") else { continue };
        if !scope.has_filter {
            return Err(errors::request("NewerNoncurrentVersions element can only be used in Lifecycle V2."));
        }
        if !newer.as_i64().is_some_and(|newer| (1..=100).contains(&newer)) {
            let message = "'NewerNoncurrentVersions' must be a positive integer between 1 and 100";
            return Err(errors::argument("NewerNoncurrentVersions", &newer.to_string(), message));
        }
    }
    let days = expiration.and_then(|expiration| expiration.get("NoncurrentDays"));
    if let Some(days) = days {
        positive(days, "NoncurrentDays", "NoncurrentVersionExpiration")?;
    }
    check_waterfall(transitions, scope, &NONCURRENT)?;
    check_last(transitions, days, scope, &NONCURRENT)
}

/// Each class at most once, none before its time, and each far enough behind the warmer ones.
fn check_waterfall(transitions: &[Value], scope: &Scope, words: &Words) -> Result<(), AwsError> {
    let (action, field, on) = (words.action, words.days, &scope.words);
    let mut steps: Vec<(usize, &str, i64, Option<i64>)> = Vec::new();
    for transition in transitions {
        let class = text(transition, "StorageClass").unwrap_or_default();
        let rank = WATERFALL.iter().position(|(name, _)| *name == class).unwrap_or_default();
        let days = transition.get(field).and_then(Value::as_i64);
        if days.is_some_and(|days| days < 0) {
            let message = format!("'{field}' in {action} action must be nonnegative");
            return Err(errors::error(400, "InvalidArgument", message));
        }
        if matches!(class, "STANDARD_IA" | "ONEZONE_IA") && days.is_some_and(|days| days < 30) {
            let message = format!("'{field}' in {action} action must be greater than or equal to 30 for storageClass '{class}'");
            return Err(errors::argument(field, &days.unwrap_or_default().to_string(), message));
        }
        if steps.iter().any(|(_, other, ..)| *other == class) {
            return Err(errors::request(format!("'StorageClass' must be different for '{action}' actions in same 'Rule' with {on}")));
        }
        let minimum = WATERFALL.get(rank).map_or(0, |(_, minimum)| *minimum);
        steps.push((rank, class, minimum, days));
    }
    steps.sort_unstable();
    for (warm, cold) in steps.iter().zip(steps.iter().skip(1)) {
        let (Some(first), Some(second)) = (warm.3, cold.3) else { continue };
        let (gap, minimum) = (second.saturating_sub(first), warm.2);
        let start = format!("'{field}' in the '{action}' action for StorageClass '{}' for {on} must be", cold.1);
        let end = format!("in the '{action}' action for StorageClass '{}'", warm.1);
        if gap <= 0 {
            let message = format!("{start} greater than '{field}' {end} for {on}");
            return Err(errors::argument(field, &second.to_string(), message));
        }
        if gap < minimum {
            let message = format!("{start} {minimum} days more than '{on}' {end}");
            return Err(errors::argument(field, &second.to_string(), message));
        }
    }
    Ok(())
}

/// What expires must have been moved before.
fn check_last(transitions: &[Value], expiration: Option<&Value>, scope: &Scope, words: &Words) -> Result<(), AwsError> {
    let field = words.days;
    let last = transitions.iter().filter_map(|transition| transition.get(field)?.as_i64()).max();
    match last.zip(expiration.and_then(Value::as_i64)) {
        Some((last, days)) if days <= last => {
            let (action, transition, on) = (words.expiration, words.action, &scope.words);
            let message = format!("'{field}' in the {action} action for {on} must be greater than '{field}' in the {transition} action");
            Err(errors::argument(field, &days.to_string(), message))
        }
        _ => Ok(()),
    }
}

fn positive(days: &Value, field: &str, action: &str) -> Result<(), AwsError> {
    if days.as_i64().is_some_and(|days| days > 0) {
        return Ok(());
    }
    Err(errors::argument(field, &days.to_string(), format!("'{field}' for {action} action must be a positive integer")))
}

fn midnight(date: &Value) -> Result<(), AwsError> {
    let text = date.as_str().unwrap_or_default();
    if text.ends_with("T00:00:00.000Z") { Ok(()) } else { Err(errors::argument("Date", text, "'Date' must be at midnight GMT")) }
}

fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name)?.as_str()
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

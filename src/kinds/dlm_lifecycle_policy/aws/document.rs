//! A policy as AWS takes and answers it, and as settings.

use super::super::{DEFAULT, DESCRIPTION, DETAILS, ROLE, SCHEDULE, STATE};
use crate::aws::untyped::Answer as _;
use crate::kinds::Flat;
use crate::model::{Change, Reading, Value, path};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;

/// How a setting stands in a document.
#[derive(Clone, Copy)]
enum As {
    Text,
    Whole,
    Flag,
    Texts,
    /// A list of `Key` and `Value`.
    Tags,
    /// A list of `TargetRegion`.
    Regions,
}

/// A setting, where it stands (a name that ends with `[]` is a list of one), and how.
type Place = (&'static str, &'static [&'static str], As);

/// Within `policy_details`.
const POLICY: &[Place] = &[
    ("policy_type", &["PolicyType"], As::Text),
    ("resource_types", &["ResourceTypes"], As::Texts),
    ("resource_locations", &["ResourceLocations"], As::Texts),
    ("target_tags", &["TargetTags"], As::Tags),
    ("parameters.exclude_boot_volume", &["Parameters", "ExcludeBootVolume"], As::Flag),
    ("parameters.no_reboot", &["Parameters", "NoReboot"], As::Flag),
    ("parameters.exclude_data_volume_tags", &["Parameters", "ExcludeDataVolumeTags"], As::Tags),
    ("event_source.type", &["EventSource", "Type"], As::Text),
    ("event_source.parameters.event_type", &["EventSource", "Parameters", "EventType"], As::Text),
    ("event_source.parameters.snapshot_owner", &["EventSource", "Parameters", "SnapshotOwner"], As::Texts),
    ("event_source.parameters.description_regex", &["EventSource", "Parameters", "DescriptionRegex"], As::Text),
    ("action.name", &["Actions[]", "Name"], As::Text),
];

/// Within `policy_details`, of default policies.
const OF_DEFAULT: &[Place] = &[
    ("create_interval", &["CreateInterval"], As::Whole),
    ("retain_interval", &["RetainInterval"], As::Whole),
    ("copy_tags", &["CopyTags"], As::Flag),
    ("extend_deletion", &["ExtendDeletion"], As::Flag),
    ("cross_region_copy_targets", &["CrossRegionCopyTargets"], As::Regions),
    ("exclusions.exclude_boot_volumes", &["Exclusions", "ExcludeBootVolumes"], As::Flag),
    ("exclusions.exclude_volume_types", &["Exclusions", "ExcludeVolumeTypes"], As::Texts),
    ("exclusions.exclude_tags", &["Exclusions", "ExcludeTags"], As::Tags),
];

/// Within a schedule.
const OF_SCHEDULE: &[Place] = &[
    ("copy_tags", &["CopyTags"], As::Flag),
    ("tags_to_add", &["TagsToAdd"], As::Tags),
    ("variable_tags", &["VariableTags"], As::Tags),
    ("create_rule.cron_expression", &["CreateRule", "CronExpression"], As::Text),
    ("create_rule.interval", &["CreateRule", "Interval"], As::Whole),
    ("create_rule.interval_unit", &["CreateRule", "IntervalUnit"], As::Text),
    ("create_rule.times", &["CreateRule", "Times"], As::Texts),
    ("create_rule.location", &["CreateRule", "Location"], As::Text),
    ("create_rule.scripts.execution_handler", &["CreateRule", "Scripts[]", "ExecutionHandler"], As::Text),
    ("create_rule.scripts.execution_handler_service", &["CreateRule", "Scripts[]", "ExecutionHandlerService"], As::Text),
    ("create_rule.scripts.execute_operation_on_script_failure", &["CreateRule", "Scripts[]", "ExecuteOperationOnScriptFailure"], As::Flag),
    ("create_rule.scripts.execution_timeout", &["CreateRule", "Scripts[]", "ExecutionTimeout"], As::Whole),
    ("create_rule.scripts.maximum_retry_count", &["CreateRule", "Scripts[]", "MaximumRetryCount"], As::Whole),
    ("create_rule.scripts.stages", &["CreateRule", "Scripts[]", "Stages"], As::Texts),
    ("retain_rule.count", &["RetainRule", "Count"], As::Whole),
    ("retain_rule.interval", &["RetainRule", "Interval"], As::Whole),
    ("retain_rule.interval_unit", &["RetainRule", "IntervalUnit"], As::Text),
    (
        "archive_rule.archive_retain_rule.retention_archive_tier.count",
        &["ArchiveRule", "RetainRule", "RetentionArchiveTier", "Count"],
        As::Whole,
    ),
    (
        "archive_rule.archive_retain_rule.retention_archive_tier.interval",
        &["ArchiveRule", "RetainRule", "RetentionArchiveTier", "Interval"],
        As::Whole,
    ),
    (
        "archive_rule.archive_retain_rule.retention_archive_tier.interval_unit",
        &["ArchiveRule", "RetainRule", "RetentionArchiveTier", "IntervalUnit"],
        As::Text,
    ),
    ("fast_restore_rule.availability_zones", &["FastRestoreRule", "AvailabilityZones"], As::Texts),
    ("fast_restore_rule.count", &["FastRestoreRule", "Count"], As::Whole),
    ("fast_restore_rule.interval", &["FastRestoreRule", "Interval"], As::Whole),
    ("fast_restore_rule.interval_unit", &["FastRestoreRule", "IntervalUnit"], As::Text),
    ("share_rule.target_accounts", &["ShareRules[]", "TargetAccounts"], As::Texts),
    ("share_rule.unshare_interval", &["ShareRules[]", "UnshareInterval"], As::Whole),
    ("share_rule.unshare_interval_unit", &["ShareRules[]", "UnshareIntervalUnit"], As::Text),
    ("deprecate_rule.count", &["DeprecateRule", "Count"], As::Whole),
    ("deprecate_rule.interval", &["DeprecateRule", "Interval"], As::Whole),
    ("deprecate_rule.interval_unit", &["DeprecateRule", "IntervalUnit"], As::Text),
];

/// Within a copy of a schedule.
const OF_COPY: &[Place] = &[
    ("encrypted", &["Encrypted"], As::Flag),
    ("cmk_arn", &["CmkArn"], As::Text),
    ("copy_tags", &["CopyTags"], As::Flag),
    ("retain_rule.interval", &["RetainRule", "Interval"], As::Whole),
    ("retain_rule.interval_unit", &["RetainRule", "IntervalUnit"], As::Text),
    ("deprecate_rule.interval", &["DeprecateRule", "Interval"], As::Whole),
    ("deprecate_rule.interval_unit", &["DeprecateRule", "IntervalUnit"], As::Text),
];

/// Within a copy of an event-based policy.
const OF_ACTION: &[Place] = &[
    ("encryption_configuration.encrypted", &["EncryptionConfiguration", "Encrypted"], As::Flag),
    ("encryption_configuration.cmk_arn", &["EncryptionConfiguration", "CmkArn"], As::Text),
    ("retain_rule.interval", &["RetainRule", "Interval"], As::Whole),
    ("retain_rule.interval_unit", &["RetainRule", "IntervalUnit"], As::Text),
];

/// What a policy reads as.
pub(super) fn settings(policy: &Json) -> BTreeMap<String, Reading> {
    let mut settings = BTreeMap::new();
    for (setting, member) in [(DESCRIPTION, "Description"), (ROLE, "ExecutionRoleArn"), (STATE, "State")] {
        settings.extend(policy.text(member).map(|text| (setting.to_owned(), Reading::Known(Value::from(text)))));
    }
    let none = json!({});
    let details = policy.get("PolicyDetails").unwrap_or(&none);
    let is_default = policy.flag("DefaultPolicy").unwrap_or_default();
    if is_default {
        let kind = details.text("ResourceType");
        settings.extend(kind.map(|kind| (DEFAULT.to_owned(), Reading::Known(Value::from(kind)))));
        read(&mut settings, DETAILS, OF_DEFAULT, details);
        return settings;
    }
    read(&mut settings, DETAILS, POLICY, details);
    let action = details.items("Actions").into_iter().next();
    for copy in action.map(|action| action.items("CrossRegionCopy")).unwrap_or_default() {
        let at = block(&mut settings, &format!("{DETAILS}.action.cross_region_copy"), &copy.text("Target").unwrap_or_default());
        read(&mut settings, &at, OF_ACTION, copy);
    }
    for schedule in details.items("Schedules") {
        let at = block(&mut settings, SCHEDULE, &schedule.text("Name").unwrap_or_default());
        read(&mut settings, &at, OF_SCHEDULE, schedule);
        for copy in schedule.items("CrossRegionCopyRules") {
            let copy_at = block(&mut settings, &path::child(&at, "cross_region_copy_rule"), &target(copy));
            read(&mut settings, &copy_at, OF_COPY, copy);
        }
    }
    settings
}

/// Where a copy goes; older policies, and those of AMIs, say it otherwise.
fn target(copy: &Json) -> String {
    copy.text("Target").or_else(|| copy.text("TargetRegion")).unwrap_or_default()
}

fn block(settings: &mut BTreeMap<String, Reading>, name: &str, key: &str) -> String {
    let at = path::keyed(name, key);
    settings.insert(at.clone(), Reading::Known(Value::Bool(true)));
    at
}

fn read(settings: &mut BTreeMap<String, Reading>, around: &str, places: &[Place], document: &Json) {
    for (name, at, how) in places {
        let Some(value) = within(document, at) else { continue };
        let reading = match how {
            As::Tags => tags(value),
            _ => taken(value, *how).map(Reading::Known),
        };
        settings.extend(reading.map(|reading| (path::child(around, name), reading)));
    }
}

fn within<'d>(document: &'d Json, at: &[&str]) -> Option<&'d Json> {
    let found = at.iter().try_fold(document, |value, name| match name.strip_suffix("[]") {
        Some(list) => value.get(list)?.as_array()?.first(),
        None => value.get(*name),
    });
    found.filter(|value| !value.is_null())
}

/// A value as it is compared; what is empty is nothing.
fn taken(value: &Json, how: As) -> Option<Value> {
    match how {
        As::Text => value.as_str().filter(|text| !text.is_empty()).map(Value::from),
        As::Whole => value.as_i64().map(Value::from),
        As::Flag => value.as_bool().map(Value::Bool),
        As::Texts => {
            let texts: Vec<Value> = value.as_array()?.iter().filter_map(|text| text.as_str().map(Value::from)).collect();
            (!texts.is_empty()).then(|| Value::set(texts))
        }
        As::Regions => {
            let regions: Vec<Value> = value.as_array()?.iter().filter_map(|one| one.text("TargetRegion").map(Value::from)).collect();
            (!regions.is_empty()).then(|| Value::set(regions))
        }
        As::Tags => None,
    }
}

/// Tags as they are compared. AWS takes one key with several values, which a map cannot hold: nothing may be concluded of such a list.
fn tags(value: &Json) -> Option<Reading> {
    let mut tags: BTreeMap<String, Value> = BTreeMap::new();
    for tag in value.as_array()? {
        let (Some(key), text) = (tag.text("Key"), tag.text("Value").unwrap_or_default()) else { continue };
        if let Some(other) = tags.get(&key).and_then(Value::as_str).filter(|other| *other != text) {
            let cause = format!(
                "the tag `{key}` is there with several values, `{other}` and `{text}`, and a policy can declare one: it stays as it is until each key has one value in AWS"
            );
            return Some(Reading::Unreadable { cause });
        }
        tags.insert(key, Value::from(text));
    }
    (!tags.is_empty()).then_some(Reading::Known(Value::Map(tags)))
}

/// Settings, and which of them are laid over what was found.
#[derive(Clone, Copy)]
pub(super) struct Laid<'a> {
    flat: &'a Flat,
    /// All of them where there are none.
    changes: Option<&'a [&'a Change]>,
}

impl<'a> Laid<'a> {
    /// All of the settings, of a policy that is made.
    pub(super) fn all(flat: &'a Flat) -> Self {
        Self { flat, changes: None }
    }

    /// Those that change, so that what cannot be said by settings stays as AWS has it.
    pub(super) fn only(flat: &'a Flat, changes: &'a [&'a Change]) -> Self {
        Self { flat, changes: Some(changes) }
    }

    fn is_changed(&self, at: &str) -> bool {
        let is_about = |change: &&Change| change.setting == at || path::is_within(at, &change.setting);
        self.changes.is_none_or(|changes| changes.iter().any(is_about))
    }
}

/// What a default policy says: it stands beside its description, not in the details. What a call leaves out AWS keeps, so that a list that
/// goes is sent as an empty one.
fn of_default(laid: Laid<'_>, found: &Json) -> Map<String, Json> {
    let first = |at: &[&'static str]| at.first().copied().unwrap_or_default();
    let kept = OF_DEFAULT.iter().filter_map(|(_, at, _)| Some((first(at).to_owned(), within(found, &[first(at)])?.clone())));
    let mut input: Map<String, Json> = kept.collect();
    lay_all(&mut input, laid, DETAILS, OF_DEFAULT);
    for (_, at, how) in OF_DEFAULT.iter().filter(|(_, at, _)| within(found, at).is_some()) {
        let is_list = matches!(how, As::Texts | As::Tags | As::Regions);
        if is_list && !within(&Json::Object(input.clone()), at).is_some_and(Json::is_array) {
            lay(&mut input, at, json!([]));
        }
    }
    input
}

/// What a call takes: these settings, over the details that were found.
pub(super) fn input(laid: Laid<'_>, found: &Json) -> Map<String, Json> {
    let flat = laid.flat;
    let mut input = Map::new();
    input.extend(flat.text(DESCRIPTION).map(|text| ("Description".to_owned(), json!(text))));
    input.extend(flat.text(ROLE).map(|text| ("ExecutionRoleArn".to_owned(), json!(text))));
    input.insert("State".to_owned(), json!(flat.text(STATE).filter(|state| state != "ERROR").unwrap_or_else(|| "ENABLED".to_owned())));
    if flat.get(DEFAULT).is_some() {
        input.extend(of_default(laid, found));
        return input;
    }
    let mut details = found.as_object().cloned().unwrap_or_default();
    lay_all(&mut details, laid, DETAILS, POLICY);
    details.entry("PolicyType").or_insert_with(|| json!("EBS_SNAPSHOT_MANAGEMENT"));
    let is_image = details.get("PolicyType").and_then(Json::as_str) == Some("IMAGE_MANAGEMENT");
    let copies = format!("{DETAILS}.action.cross_region_copy");
    if let Some(action) = details.get_mut("Actions").and_then(Json::as_array_mut).and_then(|actions| actions.first_mut()) {
        let before = action.items("CrossRegionCopy").into_iter().cloned().collect::<Vec<Json>>();
        action["CrossRegionCopy"] = listed(
            flat,
            &copies,
            &before,
            |copy| copy.text("Target").unwrap_or_default(),
            |copy, key, at| {
                lay_all(copy, laid, at, OF_ACTION);
                copy.insert("Target".to_owned(), json!(key));
            },
        );
    }
    let before: Vec<Json> = found.items("Schedules").into_iter().cloned().collect();
    let schedules = listed(
        flat,
        SCHEDULE,
        &before,
        |one| one.text("Name").unwrap_or_default(),
        |schedule, name, at| {
            let before: Vec<Json> = Json::Object(schedule.clone()).items("CrossRegionCopyRules").into_iter().cloned().collect();
            lay_all(schedule, laid, at, OF_SCHEDULE);
            hours(schedule);
            schedule.insert("Name".to_owned(), json!(name));
            let copies = listed(flat, &path::child(at, "cross_region_copy_rule"), &before, target, |copy, key, at| {
                lay_all(copy, laid, at, OF_COPY);
                let (own, other) = if is_image { ("TargetRegion", "Target") } else { ("Target", "TargetRegion") };
                copy.remove(other);
                copy.insert(own.to_owned(), json!(key));
            });
            set(schedule, "CrossRegionCopyRules", copies);
        },
    );
    set(&mut details, "Schedules", schedules);
    input.insert("PolicyDetails".to_owned(), Json::Object(details));
    input
}

/// An interval is always one of hours, and what goes with it does not go with a cron expression.
fn hours(schedule: &mut Map<String, Json>) {
    let Some(rule) = schedule.get_mut("CreateRule").and_then(Json::as_object_mut) else { return };
    if rule.contains_key("Interval") {
        rule.insert("IntervalUnit".to_owned(), json!("HOURS"));
    } else {
        rule.remove("IntervalUnit");
        rule.remove("Times");
    }
}

fn set(document: &mut Map<String, Json>, member: &str, list: Json) {
    if list.as_array().is_some_and(|list| !list.is_empty()) {
        document.insert(member.to_owned(), list);
    } else {
        document.remove(member);
    }
}

/// The blocks of a name as a list: those that were there in their order, and then new ones.
fn listed(
    flat: &Flat,
    block: &str,
    before: &[Json],
    key_of: fn(&Json) -> String,
    mut lay: impl FnMut(&mut Map<String, Json>, &str, &str),
) -> Json {
    let place = |key: &String| before.iter().position(|one| key_of(one) == *key);
    let mut keys = flat.keys(block);
    keys.sort_by_key(|key| place(key).unwrap_or(usize::MAX));
    let each = keys.iter().map(|key| {
        let mut one = place(key).and_then(|at| before.get(at)).and_then(Json::as_object).cloned().unwrap_or_default();
        lay(&mut one, key, &path::keyed(block, key));
        Json::Object(one)
    });
    Json::Array(each.collect())
}

/// Lays what changes over a document.
fn lay_all(document: &mut Map<String, Json>, laid: Laid<'_>, around: &str, places: &[Place]) {
    for (name, at, how) in places {
        let setting = path::child(around, name);
        if laid.is_changed(&setting) {
            lay(document, at, laid.flat.get(&setting).map_or(Json::Null, |value| sent(value, *how)));
        }
    }
}

/// Lays a value over a document; one that is nothing goes, and what is empty then with it.
fn lay(document: &mut Map<String, Json>, at: &[&str], sent: Json) {
    let Some((first, rest)) = at.split_first() else { return };
    if rest.is_empty() {
        document.remove(*first);
        document.extend((!sent.is_null()).then(|| ((*first).to_owned(), sent)));
        return;
    }
    let name = first.strip_suffix("[]").unwrap_or(first);
    let is_list = name != *first;
    let held = document.remove(name);
    let held = if is_list { held.and_then(|list| list.as_array().and_then(|list| list.first().cloned())) } else { held };
    let mut inner = held.and_then(|inner| inner.as_object().cloned()).unwrap_or_default();
    lay(&mut inner, rest, sent);
    if !inner.is_empty() {
        let inner = Json::Object(inner);
        document.insert(name.to_owned(), if is_list { json!([inner]) } else { inner });
    }
}

/// A value as AWS takes it.
fn sent(value: &Value, how: As) -> Json {
    let texts = || value.as_items().into_iter().flatten().filter_map(Value::as_str);
    match how {
        As::Text => value.as_str().map_or(Json::Null, |text| json!(text)),
        As::Whole => value.as_i64().map_or(Json::Null, |number| json!(number)),
        As::Flag => value.as_bool().map_or(Json::Null, |flag| json!(flag)),
        As::Texts => texts().collect::<Vec<_>>().into_iter().map(|text| json!(text)).collect(),
        As::Regions => texts().map(|region| json!({ "TargetRegion": region })).collect(),
        As::Tags => {
            let tags = value.as_map().into_iter().flatten();
            tags.map(|(key, value)| json!({ "Key": key, "Value": value.as_str().unwrap_or_default() })).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A policy with one of nearly everything.
    fn policy() -> Json {
        json!({
            "Description": "volumes", "ExecutionRoleArn": "arn:aws:iam::123456789012:role/dlm", "State": "ENABLED", "DefaultPolicy": false,
            "PolicyDetails": {
                "PolicyType": "EBS_SNAPSHOT_MANAGEMENT", "ResourceTypes": ["VOLUME"], "ResourceLocations": ["CLOUD"],
                "TargetTags": [{ "Key": "backup", "Value": "yes" }], "PolicyLanguage": "STANDARD",
                "Schedules": [{
                    "Name": "daily", "CopyTags": true, "CreateRule": { "Interval": 24, "IntervalUnit": "HOURS", "Times": ["03:00"] },
                    "RetainRule": { "Count": 14 }, "ShareRules": [{ "TargetAccounts": ["210987654321"] }],
                    "CrossRegionCopyRules": [{ "Target": "us-west-2", "Encrypted": true, "RetainRule": { "Interval": 1, "IntervalUnit": "MONTHS" } }],
                    "FastRestoreRule": { "Count": 1, "AvailabilityZoneIds": ["use1-az1"] },
                }],
            },
        })
    }

    #[test]
    fn what_was_read_is_sent_as_it_was_with_what_nobody_knows_here() {
        let policy = policy();
        let flat = Flat::of_readings(&settings(&policy));
        assert_eq!(flat.whole(r#"policy_details.schedule["daily"].retain_rule.count"#), Some(14));
        let sent = |laid: Laid<'_>| input(laid, &policy["PolicyDetails"]).remove("PolicyDetails");
        assert_eq!(sent(Laid::all(&flat)).as_ref(), Some(&policy["PolicyDetails"]));
        assert_eq!(sent(Laid::only(&flat, &[])).as_ref(), Some(&policy["PolicyDetails"]));
    }

    fn change(setting: &str, after: Value) -> Change {
        Change {
            setting: setting.to_owned(),
            before: Reading::Unset,
            after,
            effect: crate::model::Effect::Neutral,
            reaches: crate::model::Reaches::Future,
            consequence: None,
            consent: crate::model::Consent::NotNeeded,
            because: None,
            part_of: None,
        }
    }

    /// What an update sends after these changes of what was found.
    fn updated(policy: &Json, changes: &[Change]) -> Json {
        let changes: Vec<&Change> = changes.iter().collect();
        let flat = Flat::of_readings(&settings(policy)).with(&changes);
        Json::Object(input(Laid::only(&flat, &changes), &policy["PolicyDetails"]))
    }

    #[test]
    fn a_tag_with_several_values_is_unknown_and_stays_whatever_else_changes() {
        let mut policy = policy();
        let several = json!([{ "Key": "env", "Value": "prod" }, { "Key": "env", "Value": "staging" }]);
        policy["PolicyDetails"]["TargetTags"] = several.clone();
        policy["PolicyDetails"]["Schedules"][0]["TagsToAdd"] = several.clone();
        let read = settings(&policy);
        for at in ["policy_details.target_tags", r#"policy_details.schedule["daily"].tags_to_add"#] {
            let Some(Reading::Unreadable { cause }) = read.get(at) else { panic!("{at} is told as {:?}", read.get(at)) };
            assert!(cause.contains("`env` is there with several values, `prod` and `staging`"), "{cause}");
        }
        let sent = updated(&policy, &[change(r#"policy_details.schedule["daily"].retain_rule.count"#, Value::from(30))]);
        assert_eq!(sent["PolicyDetails"]["TargetTags"], several);
        assert_eq!(sent["PolicyDetails"]["Schedules"][0]["TagsToAdd"], several);
        assert_eq!(sent["PolicyDetails"]["Schedules"][0]["RetainRule"], json!({ "Count": 30 }));
    }

    #[test]
    fn a_list_that_a_default_policy_loses_is_sent_empty_and_others_stay() {
        let several = json!([{ "Key": "env", "Value": "prod" }, { "Key": "env", "Value": "staging" }]);
        let policy = json!({ "DefaultPolicy": true, "State": "ENABLED", "PolicyDetails": {
            "ResourceType": "VOLUME", "RetainInterval": 7, "CrossRegionCopyTargets": [{ "TargetRegion": "us-west-2" }],
            "Exclusions": { "ExcludeVolumeTypes": ["st1"], "ExcludeTags": several.clone() },
        } });
        assert!(matches!(settings(&policy).get("policy_details.exclusions.exclude_tags"), Some(Reading::Unreadable { .. })));
        let gone =
            ["cross_region_copy_targets", "exclusions.exclude_volume_types"].map(|name| change(&format!("{DETAILS}.{name}"), Value::Null));
        let expected = json!({
            "State": "ENABLED", "RetainInterval": 7, "CrossRegionCopyTargets": [],
            "Exclusions": { "ExcludeVolumeTypes": [], "ExcludeTags": several },
        });
        assert_eq!(updated(&policy, &gone), expected);
    }

    #[test]
    fn a_default_policy_says_beside_its_description_what_it_does() {
        let flat = Flat::of_values(&BTreeMap::from([
            (DEFAULT.to_owned(), Value::from("VOLUME")),
            (format!("{DETAILS}.retain_interval"), Value::from(10)),
            (format!("{DETAILS}.cross_region_copy_targets"), Value::set([Value::from("us-west-2")])),
        ]));
        let expected = json!({ "State": "ENABLED", "RetainInterval": 10, "CrossRegionCopyTargets": [{ "TargetRegion": "us-west-2" }] });
        assert_eq!(Json::Object(input(Laid::all(&flat), &json!({}))), expected);
    }
}

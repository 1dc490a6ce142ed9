//! Tags of alarms and dashboards.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Alarm, Dashboards, dashboard_arn, invalid_value, of_account};
use crate::sandbox::services::input::Input;
use crate::sandbox::services::{AwsError, Call};

/// The most tags that a thing can have.
const MAX_TAGS: usize = 50;

/// Reads and checks `Tags`; `None` when there are none.
pub(super) fn read(fields: Input<'_>) -> Result<Option<BTreeMap<String, String>>, AwsError> {
    let mut tags = BTreeMap::new();
    for tag in fields.list("Tags")? {
        let key = Input(tag).required_text("Key", "tags.1.member.key")?;
        let value = Input(tag).required_text("Value", "tags.1.member.value")?;
        let length = |found: &str, path: &str, rule: &str| AwsError::constraint(&format!("'{found}'"), path, rule);
        if key.is_empty() {
            return Err(length(key, "tags.1.member.key", "Member must have length greater than or equal to 1"));
        }
        if key.chars().count() > 128 {
            return Err(length(key, "tags.1.member.key", "Member must have length less than or equal to 128"));
        }
        if value.chars().count() > 256 {
            return Err(length(value, "tags.1.member.value", "Member must have length less than or equal to 256"));
        }
        if key.to_ascii_lowercase().starts_with("aws:") {
            return Err(invalid_value("Tag keys beginning with aws: are reserved for system use"));
        }
        if tags.insert(key.to_owned(), value.to_owned()).is_some() {
            return Err(invalid_value(format!("Duplicate tag key: {key}")));
        }
    }
    check_count(&tags)?;
    Ok((!tags.is_empty()).then_some(tags))
}

fn check_count(tags: &BTreeMap<String, String>) -> Result<(), AwsError> {
    if tags.len() > MAX_TAGS {
        Err(invalid_value(format!("A resource can have at most {MAX_TAGS} tags, found {}", tags.len())))
    } else {
        Ok(())
    }
}

/// `TagResource`.
pub(crate) fn tag(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let added = read(Input(input))?.unwrap_or_default();
    let kept = find(call, Input(input))?;
    let mut tags = kept.clone().unwrap_or_default();
    tags.extend(added);
    check_count(&tags)?;
    *kept = Some(tags);
    Ok(json!({}))
}

/// `UntagResource`. What has lost its last tag has still been tagged.
pub(crate) fn untag(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let removed = Input(input).texts("TagKeys")?;
    if let Some(tags) = find(call, Input(input))? {
        tags.retain(|key, _| !removed.contains(&key.as_str()));
    }
    Ok(json!({}))
}

/// `ListTagsForResource`.
pub(super) fn list(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    Ok(json!({ "Tags": shown(find(call, Input(input))?.as_ref()) }))
}

fn shown(tags: Option<&BTreeMap<String, String>>) -> Vec<Value> {
    tags.into_iter().flatten().map(|(key, value)| json!({ "Key": key, "Value": value })).collect()
}

/// The ARN and the tags of an alarm that has been tagged at any time.
pub(crate) fn ever_tagged(alarm: &Alarm) -> Option<(String, Value)> {
    Some((alarm.arn.clone(), Value::Array(shown(Some(alarm.tags.as_ref()?)))))
}

/// The ARNs and the tags of the dashboards of an account that have been tagged at any time.
pub(crate) fn dashboards_ever_tagged(account: &str, dashboards: &Dashboards) -> Vec<(String, Value)> {
    let tagged = |(name, dashboard): (&String, &super::Dashboard)| {
        Some((dashboard_arn(account, name), Value::Array(shown(Some(dashboard.tags.as_ref()?)))))
    };
    dashboards.iter().filter_map(tagged).collect()
}

/// The tags of what `ResourceARN` names: an alarm of the region, or a dashboard of the account.
fn find<'a>(call: &'a mut Call<'_>, fields: Input<'_>) -> Result<&'a mut Option<BTreeMap<String, String>>, AwsError> {
    let arn = fields.required_text("ResourceARN", "resourceARN")?;
    let own = super::alarm_arn(&call.caller.account, &call.caller.region, "");
    if !arn.starts_with("arn:") {
        return Err(invalid_value(format!("The ARN {arn} is not valid")));
    }
    let missing =
        || AwsError { status: 404, ..AwsError::service("ResourceNotFoundException", format!("The resource {arn} does not exist")) };
    let account = call.caller.account.clone();
    if let Some(name) = arn.strip_prefix(&dashboard_arn(&account, "")) {
        return of_account(call.state, &account).get_mut(name).map(|dashboard| &mut dashboard.tags).ok_or_else(missing);
    }
    let name = arn.strip_prefix(&own).ok_or_else(missing)?;
    call.region().cloudwatch.alarms.get_mut(name).map(|alarm| &mut alarm.tags).ok_or_else(missing)
}

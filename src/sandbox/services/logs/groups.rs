//! Log groups, and the operations on them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{group_arn, invalid, missing, name_of};
use crate::sandbox::services::input::Input;
use crate::sandbox::services::tag_set::{self, Tags};
use crate::sandbox::services::{AwsError, Call};

/// The days for which events can be kept (CloudWatch Logs API, `PutRetentionPolicy`).
pub(crate) const RETENTIONS: [i64; 22] =
    [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];
/// The most that a page holds.
const PAGE: usize = 50;

/// The log groups of a region, by name.
pub(crate) type Groups = BTreeMap<String, Group>;

/// One log group.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Group {
    pub(crate) arn: String,
    pub(crate) name: String,
    pub(crate) created: Timestamp,
    /// In days; absent where events are kept for ever.
    pub(crate) retention: Option<i64>,
    pub(crate) deletion_protection: bool,
    pub(crate) class: String,
    pub(crate) key: Option<String>,
    pub(crate) stored_bytes: i64,
    /// Absent when the group was never tagged.
    pub(crate) tags: Option<Tags>,
}

/// Checks the name of a group.
pub(crate) fn check_name(name: &str) -> Result<(), AwsError> {
    let shown = format!("'{name}'");
    let fits = |c: char| c.is_ascii_alphanumeric() || ".-_/#".contains(c);
    let refuse = |rule: &str| Err(invalid(AwsError::constraint(&shown, "logGroupName", rule).message));
    match name.chars().count() {
        0 => refuse("Member must have length greater than or equal to 1"),
        513.. => refuse("Member must have length less than or equal to 512"),
        _ if !name.chars().all(fits) => refuse("Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+"),
        _ => Ok(()),
    }
}

fn find<'a>(call: &'a mut Call<'_>, fields: Input<'_>, member: &str) -> Result<&'a mut Group, AwsError> {
    let name = name_of(fields.required_text(member, member)?).to_owned();
    check_name(&name)?;
    call.region().logs.get_mut(&name).ok_or_else(missing)
}

/// `CreateLogGroup`.
pub(super) fn create(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let name = fields.required_text("logGroupName", "logGroupName")?.to_owned();
    check_name(&name)?;
    let class = fields.text("logGroupClass")?.unwrap_or("STANDARD").to_owned();
    if !["STANDARD", "INFREQUENT_ACCESS", "DELIVERY"].contains(&class.as_str()) {
        return Err(invalid(format!("Unknown log group class {class}")));
    }
    let tags = tag_set::read_map(fields, "tags").map_err(|error| invalid(error.message))?;
    if call.region().logs.contains_key(&name) {
        return Err(AwsError::service("ResourceAlreadyExistsException", "The specified log group already exists"));
    }
    let group = Group {
        arn: group_arn(&call.caller.account, &call.caller.region, &name),
        name: name.clone(),
        created: call.now,
        // What is delivered straight to a bucket is kept for two days, and that cannot be changed.
        retention: (class == "DELIVERY").then_some(2),
        deletion_protection: fields.flag("deletionProtectionEnabled")?.unwrap_or_default(),
        class,
        key: fields.text("kmsKeyId")?.map(str::to_owned),
        stored_bytes: 0,
        tags: (!tags.is_empty()).then_some(tags),
    };
    call.region().logs.insert(name, group);
    Ok(json!({}))
}

/// `DeleteLogGroup`.
pub(super) fn delete(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let group = find(call, Input(input), "logGroupName")?;
    if group.deletion_protection {
        return Err(AwsError::validation("The specified log group is protected from deletion. Disable deletion protection first."));
    }
    let name = group.name.clone();
    call.region().logs.remove(&name);
    Ok(json!({}))
}

fn shown(group: &Group) -> Value {
    let mut shown = json!({
        "logGroupName": group.name, "arn": format!("{}:*", group.arn), "logGroupArn": group.arn, "creationTime": group.created.as_millisecond(),
        "metricFilterCount": 0, "storedBytes": group.stored_bytes, "logGroupClass": group.class,
        "deletionProtectionEnabled": group.deletion_protection,
    });
    if let Some(days) = group.retention {
        shown["retentionInDays"] = json!(days);
    }
    if let Some(key) = &group.key {
        shown["kmsKeyId"] = json!(key);
    }
    shown
}

/// `DescribeLogGroups`, sorted by name.
pub(super) fn describe(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let prefix = fields.text("logGroupNamePrefix")?.unwrap_or_default().to_owned();
    let pattern = fields.text("logGroupNamePattern")?.unwrap_or_default().to_lowercase();
    let class = fields.text("logGroupClass")?.map(str::to_owned);
    if !prefix.is_empty() && !pattern.is_empty() {
        return Err(invalid("LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters."));
    }
    let ids: Vec<String> = fields.texts("logGroupIdentifiers")?.into_iter().map(|id| name_of(id).to_owned()).collect();
    let after = fields.text("nextToken")?.unwrap_or_default().to_owned();
    let limit = fields.page_limit("limit", "limit", PAGE).map_err(|error| invalid(error.message))?;
    let size = call.page(limit, PAGE);
    let fits = |group: &&Group| {
        group.name.starts_with(&prefix)
            && group.name.to_lowercase().contains(&pattern)
            && class.as_ref().is_none_or(|class| group.class == *class)
            && (ids.is_empty() || ids.contains(&group.name))
            && group.name > after
    };
    let rest: Vec<&Group> = call.region().logs.values().filter(fits).collect();
    let mut answer = json!({ "logGroups": rest.iter().take(size).map(|group| shown(group)).collect::<Vec<_>>() });
    if let (true, Some(last)) = (rest.len() > size, rest.get(size.saturating_sub(1))) {
        answer["nextToken"] = json!(last.name);
    }
    Ok(answer)
}

/// `PutRetentionPolicy`.
pub(super) fn put_retention(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let days = fields.integer("retentionInDays")?.ok_or_else(|| AwsError::required("retentionInDays"))?;
    if !RETENTIONS.contains(&days) {
        let all: Vec<String> = RETENTIONS.iter().map(ToString::to_string).collect();
        let rule = format!("Member must satisfy enum value set: [{}]", all.join(", "));
        return Err(invalid(AwsError::constraint(&format!("'{days}'"), "retentionInDays", &rule).message));
    }
    changeable(find(call, fields, "logGroupName")?)?.retention = Some(days);
    Ok(json!({}))
}

fn changeable(group: &mut Group) -> Result<&mut Group, AwsError> {
    if group.class == "DELIVERY" {
        Err(invalid("Retention policy is not supported for log groups of the class DELIVERY."))
    } else {
        Ok(group)
    }
}

/// `DeleteRetentionPolicy`: events are kept for ever.
pub(super) fn delete_retention(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    changeable(find(call, Input(input), "logGroupName")?)?.retention = None;
    Ok(json!({}))
}

/// `PutLogGroupDeletionProtection`.
pub(super) fn put_deletion_protection(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let on = fields.flag("deletionProtectionEnabled")?.ok_or_else(|| AwsError::required("deletionProtectionEnabled"))?;
    find(call, fields, "logGroupIdentifier")?.deletion_protection = on;
    Ok(json!({}))
}

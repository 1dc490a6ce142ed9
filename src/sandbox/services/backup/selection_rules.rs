//! What AWS takes as a selection, and how it writes it back.

use serde_json::{Value, json};

use super::{invalid, is_name, required};
use crate::sandbox::services::AwsError;
use crate::sandbox::services::input::Input;

/// Quotas of one selection.
const MAX_ARNS: usize = 500;
const MAX_WILDCARDS: usize = 30;
const MAX_CONDITIONS: usize = 30;

/// The operators of `Conditions`.
const OPERATORS: &[&str] = &["StringEquals", "StringNotEquals", "StringLike", "StringNotLike"];

/// Reads `BackupSelection` as AWS returns it: with empty lists for what was not given.
pub(super) fn read(fields: Input<'_>) -> Result<Value, AwsError> {
    let name = required(fields, "SelectionName")?;
    if !is_name(name, 1, "-_.") {
        return Err(invalid(format!("Invalid selection name: {name}. It must match ^[a-zA-Z0-9\\-\\_\\.]{{1,50}}$")));
    }
    let role = required(fields, "IamRoleArn")?;
    let resources = arns(fields, "Resources")?;
    let excluded = arns(fields, "NotResources")?;
    let tags = tags(fields)?;
    let conditions = conditions(fields)?;
    if resources.is_empty() && tags.is_empty() {
        return Err(invalid("Invalid backup selection. Either 'ListOfTags' or 'Resources' section must be non-empty."));
    }
    let all = || resources.iter().chain(&excluded);
    let wildcards = all().filter(|arn| arn.contains('*')).count();
    if all().count() > MAX_ARNS || wildcards > MAX_WILDCARDS {
        return Err(invalid(format!(
            "Invalid backup selection. At most {MAX_ARNS} ARNs without wildcards and {MAX_WILDCARDS} with them are allowed"
        )));
    }
    Ok(json!({
        "SelectionName": name,
        "IamRoleArn": role,
        "Resources": resources,
        "NotResources": excluded,
        "ListOfTags": tags,
        "Conditions": conditions,
    }))
}

fn arns<'a>(fields: Input<'a>, member: &str) -> Result<Vec<&'a str>, AwsError> {
    let found = fields.texts(member)?;
    match found.iter().find(|arn| !is_pattern(arn)) {
        Some(wrong) => Err(invalid(format!("Invalid ARN: {wrong}"))),
        None => Ok(found),
    }
}

/// Tells whether this is an ARN, a pattern of ARNs, or `*`.
///
/// AWS's pages contradict each other on wildcards. Taken are those that both allow: one at the end, and whole regions and accounts.
fn is_pattern(arn: &str) -> bool {
    if arn == "*" {
        return true;
    }
    let parts: Vec<&str> = arn.strip_suffix('*').unwrap_or(arn).splitn(6, ':').collect();
    let is_placed = |(index, part): (usize, &str)| !part.contains('*') || (part == "*" && (index == 3 || index == 4));
    let is_long_enough = parts.len() == 6 || (parts.len() > 3 && arn.ends_with('*'));
    let (first, partition) = (parts.first().copied(), parts.get(1).copied().unwrap_or_default());
    is_long_enough && first == Some("arn") && partition.starts_with("aws") && parts.iter().copied().enumerate().all(is_placed)
}

fn tags(fields: Input<'_>) -> Result<Vec<Value>, AwsError> {
    let given = fields.list("ListOfTags")?;
    if given.len() > MAX_CONDITIONS {
        return Err(invalid(format!("Invalid backup selection. At most {MAX_CONDITIONS} tags are allowed")));
    }
    let read = |tag: &Value| {
        let tag = Input(tag);
        let kind = required(tag, "ConditionType")?;
        if kind != "STRINGEQUALS" {
            return Err(invalid(format!("Invalid condition type: {kind}. Only STRINGEQUALS is supported")));
        }
        let value = tag.text("ConditionValue")?.ok_or_else(|| invalid("ConditionValue is missing"))?;
        Ok(json!({ "ConditionType": kind, "ConditionKey": required(tag, "ConditionKey")?, "ConditionValue": value }))
    };
    given.iter().map(read).collect()
}

fn conditions(fields: Input<'_>) -> Result<Value, AwsError> {
    let given = fields.structure("Conditions")?;
    let (mut kept, mut count) = (json!({}), 0);
    for operator in OPERATORS {
        let list = given.map(|given| given.list(operator)).transpose()?.unwrap_or_default();
        let mut read = Vec::new();
        for condition in list {
            let condition = Input(condition);
            let (key, value) = (required(condition, "ConditionKey")?, condition.text("ConditionValue")?);
            if !key.starts_with("aws:ResourceTag/") {
                return Err(invalid(format!("Invalid condition key: {key}. It must start with aws:ResourceTag/")));
            }
            let value = value.ok_or_else(|| invalid("ConditionValue is missing"))?;
            read.push(json!({ "ConditionKey": key, "ConditionValue": value }));
        }
        count += read.len();
        kept[*operator] = Value::Array(read);
    }
    if count > MAX_CONDITIONS {
        return Err(invalid(format!("Invalid backup selection. At most {MAX_CONDITIONS} conditions are allowed")));
    }
    Ok(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_stand_at_the_end_or_for_a_region_or_an_account() {
        for good in
            ["*", "arn:aws:dynamodb:us-east-1:123456789012:table/Orders", "arn:aws:ec2:*", "arn:aws:rds:*:*:db:*", "arn:aws:s3:::logs-*"]
        {
            assert!(is_pattern(good), "{good}");
        }
        for bad in ["arn:aws:s3:::*-logs", "arn:aws:rds:us-*:*:db:*", "Orders", "arn:*", "arn:aws:*:*:*:*", "arn:aws:s3"] {
            assert!(!is_pattern(bad), "{bad}");
        }
    }
}

//! The operations on the targets of a rule.

use serde_json::{Value, json};

use super::check_name;
use super::rules::{PAGE, find};
use crate::sandbox::services::input::Input;
use crate::sandbox::services::{AwsError, Call};

/// The most targets that a rule can have.
const MOST: usize = 5;

/// `PutTargets`: each target by its id replaces the one that is there, with all that was set of it.
pub(super) fn put(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let targets = fields.list("Targets")?;
    if targets.is_empty() {
        return Err(AwsError::required("targets"));
    }
    for target in targets {
        check(Input(target))?;
    }
    let rule = find(call, fields, "Rule")?;
    let mut all = rule.targets.clone();
    all.extend(targets.iter().filter_map(|target| Some((target.get("Id")?.as_str()?.to_owned(), target.clone()))));
    if all.len() > MOST {
        return Err(AwsError::service("LimitExceededException", "The requested resource exceeds the maximum number allowed."));
    }
    rule.targets = all;
    Ok(json!({ "FailedEntryCount": 0, "FailedEntries": [] }))
}

fn check(target: Input<'_>) -> Result<(), AwsError> {
    let id = check_name(target.required_text("Id", "targets.1.member.id")?, "targets.1.member.id")?;
    let arn = target.required_text("Arn", "targets.1.member.arn")?;
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let &["arn", _, service, _, _, resource] = parts.as_slice() else {
        return Err(AwsError::validation(format!("Parameter {arn} is not valid. Reason: Provided Arn is not in correct format.")));
    };
    let role = target.text("RoleArn")?;
    if role.is_some() && ["sns", "logs"].contains(&service) {
        return Err(AwsError::validation(format!("RoleArn is not supported for target {arn}.")));
    }
    let of_streams = ["states", "kinesis", "firehose", "ssm", "batch", "ecs", "codebuild", "codepipeline", "redshift"];
    if role.is_none() && (of_streams.contains(&service) || (service == "events" && resource.starts_with("api-destination/"))) {
        return Err(AwsError::validation(format!("RoleArn is required for target {arn}.")));
    }
    if ["Input", "InputPath", "InputTransformer"].iter().filter(|member| target.get(member).is_some()).count() > 1 {
        return Err(AwsError::validation(format!("Only one of Input, InputPath, or InputTransformer must be provided for target {id}.")));
    }
    if let Some(text) = target.text("Input")?
        && serde_json::from_str::<Value>(text).is_err()
    {
        return Err(AwsError::validation(format!("JSON syntax error in input for target {id}")));
    }
    if let Some(transformer) = target.structure("InputTransformer")? {
        transformer.required_text("InputTemplate", "targets.1.member.inputTransformer.inputTemplate")?;
    }
    if let Some(policy) = target.structure("RetryPolicy")? {
        within(policy, "MaximumRetryAttempts", 0, 185)?;
        within(policy, "MaximumEventAgeInSeconds", 60, 86_400)?;
    }
    Ok(())
}

fn within(policy: Input<'_>, member: &str, least: i64, most: i64) -> Result<(), AwsError> {
    let Some(found) = policy.integer(member)? else { return Ok(()) };
    let path = format!("targets.1.member.retryPolicy.{}", member.replacen('M', "m", 1));
    let refuse = |rule: String| Err(AwsError::constraint(&format!("'{found}'"), &path, &rule));
    match found {
        _ if found < least => refuse(format!("Member must have value greater than or equal to {least}")),
        _ if found > most => refuse(format!("Member must have value less than or equal to {most}")),
        _ => Ok(()),
    }
}

/// `ListTargetsByRule`.
pub(super) fn list(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let after = fields.text("NextToken")?.unwrap_or_default().to_owned();
    let size = call.page(fields.page_limit("Limit", "limit", PAGE)?, PAGE);
    let rule = find(call, fields, "Rule")?;
    let rest: Vec<(&String, &Value)> = rule.targets.iter().filter(|(id, _)| **id > after).collect();
    let mut answer = json!({ "Targets": rest.iter().take(size).map(|(_, target)| target).collect::<Vec<_>>() });
    if let (true, Some((last, _))) = (rest.len() > size, rest.get(size.saturating_sub(1))) {
        answer["NextToken"] = json!(last);
    }
    Ok(answer)
}

/// `RemoveTargets`. A target that is not there is removed already.
pub(super) fn remove(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let ids = fields.texts("Ids")?;
    if ids.is_empty() {
        return Err(AwsError::required("ids"));
    }
    find(call, fields, "Rule")?.targets.retain(|id, _| !ids.contains(&id.as_str()));
    Ok(json!({ "FailedEntryCount": 0, "FailedEntries": [] }))
}

//! Restore testing: plans and their selections are kept and answered, and run at their times. Inferred metadata are not made up.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::kept::Tags;
use super::{Call, arn, fresh_id, invalid, limit, not_found, page, refused, require_role, required, required_structure, schedule, tags};
use crate::sandbox::services::input::Input;
use crate::sandbox::services::{AwsError, epoch};

/// The most plans of one region, and the most selections of one plan.
const MAX_PLANS: usize = 100;
const MAX_SELECTIONS: usize = 30;

/// The types that can be tested.
const TYPES: [&str; 10] = ["Aurora", "DocumentDB", "DynamoDB", "EBS", "EC2", "EFS", "FSx", "Neptune", "RDS", "S3"];

/// A plan with its selections.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct RestoreTesting {
    pub(crate) arn: String,
    pub(crate) created_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) updated_at: Option<Timestamp>,
    /// Up to when its schedule has been made up for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ran_until: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) request_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) tags: Tags,
    /// What it says, with AWS's defaults.
    pub(crate) members: Value,
    /// By name.
    #[serde(default)]
    pub(crate) selections: BTreeMap<String, Tested>,
}

/// What a plan tests.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Tested {
    pub(crate) created_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) request_id: Option<String>,
    pub(crate) members: Value,
}

/// `CreateRestoreTestingPlan`.
pub(super) fn create(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let given = required_structure(fields, "RestoreTestingPlan")?;
    let name = name_of(given, "RestoreTestingPlanName")?;
    let mut members =
        Map::from_iter([("StartWindowHours".to_owned(), json!(24)), ("ScheduleExpressionTimezone".to_owned(), json!("Etc/UTC"))]);
    required_structure(given, "RecoveryPointSelection")?;
    required(given, "ScheduleExpression")?;
    members.extend(plan_members(given)?);
    let request_id = fields.text("CreatorRequestId")?.map(str::to_owned);
    let tags = tags::read(fields, "Tags")?;
    let plans = &call.region().backup.restore_testing;
    if let Some(there) = plans.get(&name) {
        if request_id.is_some() && there.request_id == request_id {
            return Ok(outcome(&name, there));
        }
        return Err(AwsError::service("AlreadyExistsException", "A restore testing plan with the same name already exists"));
    }
    if plans.len() >= MAX_PLANS {
        return Err(limit(format!("Maximum number of restore testing plans reached: {MAX_PLANS}")));
    }
    let id = fresh_id(call);
    let made = RestoreTesting {
        arn: arn(&call.caller.account, &call.caller.region, "restore-testing-plan", &format!("{name}-{id}")),
        created_at: call.now,
        updated_at: None,
        ran_until: Some(call.now),
        request_id,
        tags: Some(tags).filter(|tags| !tags.is_empty()),
        members: Value::Object(members),
        selections: BTreeMap::new(),
    };
    let answer = outcome(&name, &made);
    call.region().backup.restore_testing.insert(name, made);
    Ok(answer)
}

fn outcome(name: &str, plan: &RestoreTesting) -> Value {
    json!({ "RestoreTestingPlanName": name, "RestoreTestingPlanArn": plan.arn, "CreationTime": epoch(plan.created_at) })
}

fn name_of(fields: Input<'_>, member: &str) -> Result<String, AwsError> {
    let name = required(fields, member)?;
    if super::is_name(name, 1, "_") {
        Ok(name.to_owned())
    } else {
        Err(invalid(format!("{member} has 1 to 50 alphanumeric characters and underscores: {name}")))
    }
}

/// What of a plan is sent, checked. A selection of recovery points is replaced as a whole.
fn plan_members(given: Input<'_>) -> Result<Map<String, Value>, AwsError> {
    let mut members = Map::new();
    if let Some(expression) = given.text("ScheduleExpression")? {
        let zone = given.text("ScheduleExpressionTimezone")?.unwrap_or("Etc/UTC");
        schedule::check(expression, zone).map_err(invalid)?;
        members.insert("ScheduleExpression".to_owned(), json!(expression));
    }
    if let Some(zone) = given.text("ScheduleExpressionTimezone")? {
        members.insert("ScheduleExpressionTimezone".to_owned(), json!(zone));
    }
    if let Some(hours) = given.integer("StartWindowHours")? {
        if !(1..=168).contains(&hours) {
            return Err(invalid("StartWindowHours must be between 1 and 168"));
        }
        members.insert("StartWindowHours".to_owned(), json!(hours));
    }
    if let Some(points) = given.structure("RecoveryPointSelection")? {
        members.insert("RecoveryPointSelection".to_owned(), points_selection(points)?);
    }
    Ok(members)
}

fn points_selection(points: Input<'_>) -> Result<Value, AwsError> {
    let algorithm = required(points, "Algorithm")?;
    if !["LATEST_WITHIN_WINDOW", "RANDOM_WITHIN_WINDOW"].contains(&algorithm) {
        return Err(invalid(format!("Invalid algorithm: {algorithm}")));
    }
    let (types, vaults) = (points.texts("RecoveryPointTypes")?, points.texts("IncludeVaults")?);
    if types.is_empty() || types.iter().any(|one| !["CONTINUOUS", "SNAPSHOT"].contains(one)) {
        return Err(invalid("RecoveryPointTypes must be CONTINUOUS, SNAPSHOT or both"));
    }
    let excluded = points.texts("ExcludeVaults")?;
    let is_vault = |vault: &&&str| **vault == "*" || (vault.starts_with("arn:") && vault.contains(":backup-vault:"));
    if vaults.is_empty() || !vaults.iter().chain(&excluded).all(|vault| is_vault(&vault)) {
        return Err(invalid("IncludeVaults and ExcludeVaults take \"*\" or ARNs of vaults, and IncludeVaults at least one"));
    }
    let days = points.integer("SelectionWindowDays")?.unwrap_or(30);
    if !(1..=365).contains(&days) {
        return Err(invalid("SelectionWindowDays must be between 1 and 365"));
    }
    Ok(json!({
        "Algorithm": algorithm,
        "IncludeVaults": vaults,
        "ExcludeVaults": excluded,
        "RecoveryPointTypes": types,
        "SelectionWindowDays": days,
    }))
}

fn plan<'a>(call: &'a mut Call<'_>, fields: Input<'_>) -> Result<(String, &'a mut RestoreTesting), AwsError> {
    let name = required(fields, "RestoreTestingPlanName")?.to_owned();
    let missing = not_found(format!("Restore testing plan not found: {name}"));
    Ok((name.clone(), call.region().backup.restore_testing.get_mut(&name).ok_or(missing)?))
}

/// `UpdateRestoreTestingPlan`.
pub(super) fn update(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let changed = plan_members(required_structure(fields, "RestoreTestingPlan")?)?;
    let now = call.now;
    let (name, plan) = plan(call, fields)?;
    plan.updated_at = Some(now);
    if let Some(members) = plan.members.as_object_mut() {
        members.extend(changed);
    }
    let mut answer = outcome(&name, plan);
    answer["UpdateTime"] = epoch(now);
    Ok(answer)
}

/// `DeleteRestoreTestingPlan`, once its selections are gone.
pub(super) fn delete(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let (name, plan) = plan(call, Input(input))?;
    if !plan.selections.is_empty() {
        return Err(refused("All restore testing selections must be deleted before the restore testing plan"));
    }
    call.region().backup.restore_testing.remove(&name);
    Ok(json!({}))
}

fn shown(name: &str, plan: &RestoreTesting) -> Value {
    let mut answer = outcome(name, plan);
    if let (Some(answer), Some(members)) = (answer.as_object_mut(), plan.members.as_object()) {
        answer.extend(members.clone());
        answer.extend(plan.updated_at.map(|at| ("LastUpdateTime".to_owned(), epoch(at))));
        answer.extend(plan.request_id.as_ref().map(|id| ("CreatorRequestId".to_owned(), json!(id))));
    }
    answer
}

/// `GetRestoreTestingPlan`.
pub(super) fn get(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let (name, plan) = plan(call, Input(input))?;
    Ok(json!({ "RestoreTestingPlan": shown(&name, plan) }))
}

/// One page, whose paging members are written with a capital here.
fn paged(call: &Call<'_>, input: &Value, member: &str, items: Vec<(String, Value)>) -> Result<Value, AwsError> {
    let asked = json!({ "nextToken": input.get("NextToken"), "maxResults": input.get("MaxResults") });
    page(call, Input(&asked), member, items)
}

/// `ListRestoreTestingPlans`, without which recovery points each chooses.
pub(super) fn list(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let without = |mut plan: Value| {
        plan.as_object_mut().map(|members| members.remove("RecoveryPointSelection"));
        plan
    };
    let plans = &call.region().backup.restore_testing;
    let items = plans.iter().map(|(name, plan)| (name.clone(), without(shown(name, plan)))).collect();
    paged(call, input, "RestoreTestingPlans", items)
}

/// What of a selection is sent, checked together with what is kept of it.
fn selection_members(call: &Call<'_>, given: Input<'_>, kept: Option<&Value>) -> Result<Value, AwsError> {
    let mut members = kept.and_then(Value::as_object).cloned().unwrap_or_default();
    for name in ["IamRoleArn", "ProtectedResourceArns", "ProtectedResourceConditions", "RestoreMetadataOverrides", "ValidationWindowHours"]
    {
        if let Some(value) = given.get(name) {
            members.insert(name.to_owned(), value.clone());
        }
    }
    if kept.is_none() {
        let kind = required(given, "ProtectedResourceType")?;
        if !TYPES.contains(&kind) {
            return Err(invalid(format!("Invalid ProtectedResourceType: {kind}")));
        }
        members.insert("ProtectedResourceType".to_owned(), json!(kind));
        members.entry("ValidationWindowHours").or_insert(json!(0));
    }
    let whole = Value::Object(members);
    let all = Input(&whole);
    require_role(call, required(all, "IamRoleArn")?)?;
    let arns = all.texts("ProtectedResourceArns")?;
    let has_conditions = all.structure("ProtectedResourceConditions")?.is_some_and(|conditions| {
        ["StringEquals", "StringNotEquals"].iter().any(|operator| conditions.list(operator).is_ok_and(|list| !list.is_empty()))
    });
    if arns.is_empty() && !has_conditions {
        return Err(invalid("Either ProtectedResourceArns or ProtectedResourceConditions must be given"));
    }
    if arns.len() > 30 || (arns.contains(&"*") && arns.len() > 1) {
        return Err(invalid("ProtectedResourceArns takes up to 30 ARNs, or \"*\" alone"));
    }
    if has_conditions && arns.iter().any(|arn| *arn != "*") {
        return Err(invalid("ProtectedResourceArns other than \"*\" and ProtectedResourceConditions cannot be given together"));
    }
    if all.integer("ValidationWindowHours")?.is_some_and(|hours| !(0..=168).contains(&hours)) {
        return Err(invalid("ValidationWindowHours must be between 0 and 168"));
    }
    Ok(whole)
}

/// `CreateRestoreTestingSelection`.
pub(super) fn create_selection(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let given = required_structure(fields, "RestoreTestingSelection")?;
    let name = name_of(given, "RestoreTestingSelectionName")?;
    let members = selection_members(call, given, None)?;
    let request_id = fields.text("CreatorRequestId")?.map(str::to_owned);
    let now = call.now;
    let (of, plan) = plan(call, fields)?;
    match plan.selections.get(&name) {
        Some(there) if request_id.is_none() || there.request_id != request_id => {
            return Err(AwsError::service("AlreadyExistsException", "A restore testing selection with the same name already exists"));
        }
        None if plan.selections.len() >= MAX_SELECTIONS => {
            return Err(limit(format!("Maximum number of restore testing selections reached: {MAX_SELECTIONS}")));
        }
        _ => {}
    }
    plan.selections.entry(name.clone()).or_insert(Tested { created_at: now, request_id, members });
    Ok(selection_outcome(&of, plan, &name, now))
}

fn selection_outcome(of: &str, plan: &RestoreTesting, name: &str, at: Timestamp) -> Value {
    let mut answer = outcome(of, plan);
    answer["CreationTime"] = epoch(at);
    answer["RestoreTestingSelectionName"] = json!(name);
    answer
}

fn selection_name(fields: Input<'_>) -> Result<String, AwsError> {
    required(fields, "RestoreTestingSelectionName").map(str::to_owned)
}

fn no_selection(name: &str) -> AwsError {
    not_found(format!("Restore testing selection not found: {name}"))
}

/// `UpdateRestoreTestingSelection`.
pub(super) fn update_selection(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let name = selection_name(fields)?;
    let kept = plan(call, fields)?.1.selections.get(&name).cloned().ok_or_else(|| no_selection(&name))?;
    let members = selection_members(call, required_structure(fields, "RestoreTestingSelection")?, Some(&kept.members))?;
    let now = call.now;
    let (of, plan) = plan(call, fields)?;
    plan.selections.insert(name.clone(), Tested { members, ..kept.clone() });
    let mut answer = selection_outcome(&of, plan, &name, kept.created_at);
    answer["UpdateTime"] = epoch(now);
    Ok(answer)
}

/// `DeleteRestoreTestingSelection`.
pub(super) fn delete_selection(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let name = selection_name(Input(input))?;
    plan(call, Input(input))?.1.selections.remove(&name).map(|_| json!({})).ok_or_else(|| no_selection(&name))
}

fn selection_shown(of: &str, name: &str, tested: &Tested) -> Value {
    let mut answer = tested.members.clone();
    answer["RestoreTestingPlanName"] = json!(of);
    answer["RestoreTestingSelectionName"] = json!(name);
    answer["CreationTime"] = epoch(tested.created_at);
    answer
}

/// `GetRestoreTestingSelection`.
pub(super) fn get_selection(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let name = selection_name(Input(input))?;
    let (of, plan) = plan(call, Input(input))?;
    let tested = plan.selections.get(&name).ok_or_else(|| no_selection(&name))?;
    Ok(json!({ "RestoreTestingSelection": selection_shown(&of, &name, tested) }))
}

/// `ListRestoreTestingSelections`.
pub(super) fn list_selections(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let listed = [
        "CreationTime",
        "IamRoleArn",
        "ProtectedResourceType",
        "RestoreTestingPlanName",
        "RestoreTestingSelectionName",
        "ValidationWindowHours",
    ];
    let (of, plan) = plan(call, Input(input))?;
    let one = |(name, tested): (&String, &Tested)| {
        let mut selection = selection_shown(&of, name, tested);
        if let Some(members) = selection.as_object_mut() {
            members.retain(|member, _| listed.contains(&member.as_str()));
        }
        (name.clone(), selection)
    };
    let items = plan.selections.iter().map(one).collect();
    paged(call, input, "RestoreTestingSelections", items)
}

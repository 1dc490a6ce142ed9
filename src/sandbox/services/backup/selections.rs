//! Selections of a plan: created, read and deleted; AWS has no update of them.

use serde_json::{Value, json};

use super::kept::{Plan, Selection};
use super::{Call, fresh_id, invalid, limit, not_found, page, require_role, required, required_structure, selection_rules};
use crate::sandbox::services::input::Input;
use crate::sandbox::services::{AwsError, epoch};

/// The most selections of one plan, and those of them that may choose by tags.
const MAX_SELECTIONS: usize = 100;
const MAX_BY_TAGS: usize = 10;

/// `CreateBackupSelection`. Names need not be unique (UNCONFIRMED); the same `CreatorRequestId` finds the selection that it made.
pub(super) fn create(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let document = selection_rules::read(required_structure(fields, "BackupSelection")?)?;
    require_role(call, document["IamRoleArn"].as_str().unwrap_or_default())?;
    let request_id = fields.text("CreatorRequestId")?.map(str::to_owned);
    let id = fresh_id(call);
    let created_at = call.now;
    let plan = plan(call, fields)?;
    let again = plan.selections.values().find(|selection| request_id.is_some() && selection.request_id == request_id);
    if let Some(selection) = again {
        return Ok(outcome(plan, selection));
    }
    let uses_tags = |document: &Value| document.get("ListOfTags").and_then(Value::as_array).is_some_and(|tags| !tags.is_empty());
    let by_tags = plan.selections.values().filter(|selection| uses_tags(&selection.document)).count();
    if plan.selections.len() >= MAX_SELECTIONS || (uses_tags(&document) && by_tags >= MAX_BY_TAGS) {
        return Err(limit(format!(
            "Maximum number of selections of a backup plan reached: {MAX_SELECTIONS}, {MAX_BY_TAGS} of them by tags"
        )));
    }
    let selection = Selection { id, created_at, request_id, document };
    let answer = outcome(plan, &selection);
    plan.selections.insert(selection.id.clone(), selection);
    Ok(answer)
}

fn outcome(plan: &Plan, selection: &Selection) -> Value {
    json!({ "SelectionId": selection.id, "BackupPlanId": plan.id, "CreationDate": epoch(selection.created_at) })
}

/// `GetBackupSelection`.
pub(super) fn get(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let id = required(fields, "SelectionId")?;
    let plan = plan(call, fields)?;
    let selection = plan.selections.get(id).ok_or_else(|| missing(id))?;
    let mut answer = outcome(plan, selection);
    answer["BackupSelection"] = selection.document.clone();
    if let Some(id) = &selection.request_id {
        answer["CreatorRequestId"] = json!(id);
    }
    Ok(answer)
}

/// `ListBackupSelections`.
pub(super) fn list(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let plan = plan(call, fields)?;
    let listed = plan.selections.values().map(|selection| {
        let mut member = outcome(plan, selection);
        member["SelectionName"] = selection.document["SelectionName"].clone();
        member["IamRoleArn"] = selection.document["IamRoleArn"].clone();
        if let Some(id) = &selection.request_id {
            member["CreatorRequestId"] = json!(id);
        }
        (selection.id.clone(), member)
    });
    let listed = listed.collect();
    page(call, fields, "BackupSelectionsList", listed)
}

/// `DeleteBackupSelection`.
pub(super) fn delete(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let id = required(fields, "SelectionId")?;
    plan(call, fields)?.selections.remove(id).map(|_| json!({})).ok_or_else(|| missing(id))
}

fn missing(id: &str) -> AwsError {
    not_found(format!("Cannot find Backup selection with ID {id}"))
}

/// The plan that a request names. Requests for selections say that it is missing in other words than those for plans.
fn plan<'a>(call: &'a mut Call<'_>, fields: Input<'_>) -> Result<&'a mut Plan, AwsError> {
    let id = required(fields, "BackupPlanId")?;
    let found = call.region().backup.plans.get_mut(id).filter(|plan| plan.deleted_at.is_none());
    found.ok_or_else(|| invalid(format!("Cannot find Backup plan with ID {id}")))
}

//! Plans: create, update, read, list and delete, each version kept.

use serde_json::{Value, json};

use super::kept::{Plan, Version};
use super::{
    Call, document, fresh_id, fresh_version, invalid, limit, not_found, page, plan_arn, refused, required, required_structure, schedule,
    tags,
};
use crate::sandbox::services::input::Input;
use crate::sandbox::services::{AwsError, epoch};

/// The most plans of one region, and the most versions of one plan.
const MAX_PLANS: usize = 300;
const MAX_VERSIONS: usize = 2000;

/// The most runs that a preview shows.
const MAX_PREVIEW: i64 = 10;

/// `CreateBackupPlan`. The same request again, told by its `CreatorRequestId`, finds the plan that it made; the same document in another
/// request is refused.
pub(super) fn create(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let mut document = read_document(call, fields)?;
    let tags = tags::read(fields, "BackupPlanTags")?;
    let request_id = fields.text("CreatorRequestId")?;
    if request_id.is_some_and(|id| !super::is_name(id, 1, "-_.")) {
        return Err(invalid("CreatorRequestId must contain 1 to 50 alphanumeric or '-_.' characters"));
    }
    let live = || call.state.region(&call.caller.account, &call.caller.region).into_iter().flat_map(|region| live(&region.backup.plans));
    if let Some(same) = live().find(|plan| request_id.is_some() && plan.request_id.as_deref() == request_id) {
        return Ok(outcome(same));
    }
    if live().any(|plan| plan.current().is_some_and(|version| document::without_ids(&version.document) == document)) {
        return Err(AwsError::service("AlreadyExistsException", "Backup plan with the same plan document already exists"));
    }
    if live().count() >= MAX_PLANS {
        return Err(limit(format!("Maximum number of backup plans reached: {MAX_PLANS}")));
    }
    let id = fresh_id(call);
    document::with_ids(&mut document, None, || fresh_id(call));
    let plan = Plan {
        arn: plan_arn(&call.caller, &id),
        id,
        created_at: call.now,
        deleted_at: None,
        last_run_at: None,
        ran_until: call.now,
        request_id: request_id.map(str::to_owned),
        tags: Some(tags).filter(|tags| !tags.is_empty()),
        versions: vec![Version { id: fresh_version(call), created_at: call.now, document }],
        selections: std::collections::BTreeMap::new(),
    };
    let answer = outcome(&plan);
    call.region().backup.plans.insert(plan.id.clone(), plan);
    Ok(answer)
}

fn live(plans: &std::collections::BTreeMap<String, Plan>) -> impl Iterator<Item = &Plan> {
    plans.values().filter(|plan| plan.deleted_at.is_none())
}

/// The document of a request.
fn read_document(call: &mut Call<'_>, fields: Input<'_>) -> Result<Value, AwsError> {
    let vaults = &call.region().backup.vaults;
    document::read(required_structure(fields, "BackupPlan")?, |name| vaults.contains_key(name))
}

/// What creating and updating answer.
fn outcome(plan: &Plan) -> Value {
    let mut answer = json!({ "BackupPlanId": plan.id, "BackupPlanArn": plan.arn, "CreationDate": epoch(plan.created_at) });
    if let Some(version) = plan.current() {
        answer["VersionId"] = json!(version.id);
        show_settings(&mut answer, version);
    }
    answer
}

/// Advanced settings stand beside the document too.
fn show_settings(answer: &mut Value, version: &Version) {
    if let Some(settings) = version.document.get("AdvancedBackupSettings") {
        answer["AdvancedBackupSettings"] = settings.clone();
    }
}

/// `UpdateBackupPlan`: the whole document is replaced, in a new version. A rule that keeps its name keeps its id.
pub(super) fn update(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let mut plan = to_change(call, fields)?.clone();
    let mut document = read_document(call, fields)?;
    if plan.versions.len() >= MAX_VERSIONS {
        return Err(invalid(format!("Maximum number of versions of a backup plan reached: {MAX_VERSIONS}")));
    }
    document::with_ids(&mut document, plan.current().map(|version| &version.document), || fresh_id(call));
    plan.versions.push(Version { id: fresh_version(call), created_at: call.now, document });
    let mut answer = outcome(&plan);
    if let Some(scans) = plan.current().and_then(|version| version.document.get("ScanSettings")) {
        answer["ScanSettings"] = scans.clone();
    }
    call.region().backup.plans.insert(plan.id.clone(), plan);
    Ok(answer)
}

/// `GetBackupPlan`, in the version in force or a named one. A deleted plan can still be read, with its `DeletionDate`.
pub(super) fn get(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let now = call.now;
    let preview = fields.integer("MaxScheduledRunsPreview")?.unwrap_or(0);
    if !(0..=MAX_PREVIEW).contains(&preview) {
        return Err(invalid(format!("MaxScheduledRunsPreview must be between 0 and {MAX_PREVIEW}")));
    }
    let plan = find(call, fields)?;
    let wanted = fields.text("versionId")?;
    let found = match wanted {
        Some(id) => plan.versions.iter().find(|version| version.id == id),
        None => plan.current(),
    };
    let version = found.ok_or_else(|| not_found("Failed reading Backup plan with provided version"))?;
    let mut answer = summary(plan, version);
    answer.as_object_mut().map(|members| members.remove("BackupPlanName"));
    answer["BackupPlan"] = version.document.clone();
    if preview > 0 && plan.deleted_at.is_none() {
        answer["ScheduledRunsPreview"] = schedule::preview(&version.document, now, usize::try_from(preview).unwrap_or(0));
    }
    Ok(answer)
}

/// A plan as it is listed, in one version.
fn summary(plan: &Plan, version: &Version) -> Value {
    let mut summary = json!({
        "BackupPlanArn": plan.arn,
        "BackupPlanId": plan.id,
        "BackupPlanName": version.document["BackupPlanName"],
        "CreationDate": epoch(plan.created_at),
        "VersionId": version.id,
    });
    for (member, at) in [("DeletionDate", plan.deleted_at), ("LastExecutionDate", plan.last_run_at)] {
        if let Some(at) = at {
            summary[member] = epoch(at);
        }
    }
    if let Some(id) = &plan.request_id {
        summary["CreatorRequestId"] = json!(id);
    }
    show_settings(&mut summary, version);
    summary
}

/// `ListBackupPlans`: deleted ones only when asked for.
pub(super) fn list(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let with_deleted = fields.flag("includeDeleted")?.unwrap_or(false);
    let plans = call.region().backup.plans.values().filter(|plan| with_deleted || plan.deleted_at.is_none());
    let listed = plans.filter_map(|plan| Some((plan.id.clone(), summary(plan, plan.current()?)))).collect();
    page(call, fields, "BackupPlansList", listed)
}

/// `ListBackupPlanVersions`, oldest first.
pub(super) fn list_versions(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let plan = find(call, fields)?;
    let listed = plan.versions.iter().enumerate().map(|(number, version)| {
        let mut member = summary(plan, version);
        member["CreationDate"] = epoch(version.created_at);
        (format!("{number:04}"), member)
    });
    let listed = listed.collect();
    page(call, fields, "BackupPlanVersionsList", listed)
}

/// `DeleteBackupPlan`: its selections first. What it has backed up stays.
pub(super) fn delete(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let now = call.now;
    let plan = to_change(call, Input(input))?;
    if !plan.selections.is_empty() {
        return Err(refused("Related backup plan selections must be deleted prior to backup plan deletion"));
    }
    plan.deleted_at = Some(now);
    let version = plan.current().map(|version| version.id.clone());
    Ok(json!({ "BackupPlanId": plan.id, "BackupPlanArn": plan.arn, "DeletionDate": epoch(now), "VersionId": version }))
}

/// The plan that a request reads, deleted or not.
fn find<'a>(call: &'a mut Call<'_>, fields: Input<'_>) -> Result<&'a Plan, AwsError> {
    let id = required(fields, "BackupPlanId")?;
    call.region().backup.plans.get(id).ok_or_else(|| not_found("Failed reading Backup plan with provided version"))
}

/// The plan that a request changes, which must not be deleted.
fn to_change<'a>(call: &'a mut Call<'_>, fields: Input<'_>) -> Result<&'a mut Plan, AwsError> {
    let id = required(fields, "BackupPlanId")?;
    let found = call.region().backup.plans.get_mut(id).filter(|plan| plan.deleted_at.is_none());
    found.ok_or_else(|| not_found(format!("Cannot find Backup plan with ID {id}")))
}

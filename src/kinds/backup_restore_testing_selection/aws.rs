//! The calls: `ListRestoreTestingSelections` for each plan, `GetRestoreTestingSelection` for each selection.

use super::{ARNS, EQUALS, NAME, NOT_EQUALS, OVERRIDES, ROLE, SPEC, TYPE, VALIDATION};
use crate::aws::{CallFailed, Connection};
use crate::kinds::{ChangeFailed, ChangeRequest, FindRequest, Flat, Found, MakeRequest, RemoveRequest, WholeAws, backup};
use crate::model::{Live, Reading, ResourceId, Value, path};
use aws_sdk_backup::Client;
use aws_sdk_backup::error::BuildError;
use aws_sdk_backup::types::{
    KeyValue, ProtectedResourceConditions, RestoreTestingSelectionForCreate, RestoreTestingSelectionForGet,
    RestoreTestingSelectionForUpdate,
};
use futures_util::future::{BoxFuture, join_all};
use std::collections::BTreeMap;

const LIST: &str = "backup:ListRestoreTestingSelections";
const GET: &str = "backup:GetRestoreTestingSelection";
const CREATE: &str = "backup:CreateRestoreTestingSelection";
const UPDATE: &str = "backup:UpdateRestoreTestingSelection";
const DELETE: &str = "backup:DeleteRestoreTestingSelection";

/// The calls.
pub(super) struct SelectionCalls;

impl WholeAws for SelectionCalls {
    fn find<'a>(&'a self, request: FindRequest<'a>) -> BoxFuture<'a, Found> {
        Box::pin(find(request))
    }

    fn make<'a>(&'a self, request: MakeRequest<'a>) -> BoxFuture<'a, Result<BTreeMap<String, Value>, ChangeFailed>> {
        Box::pin(make(request))
    }

    fn change<'a>(&'a self, request: ChangeRequest<'a>) -> BoxFuture<'a, Result<(), ChangeFailed>> {
        Box::pin(change(request))
    }

    fn remove<'a>(&'a self, request: RemoveRequest<'a>) -> BoxFuture<'a, Result<(), ChangeFailed>> {
        Box::pin(async move {
            let client = backup::client(request.connection, &request.id.region);
            let Some((plan, name)) = names(request.id) else { return Ok(()) };
            let call = client.delete_restore_testing_selection().restore_testing_plan_name(plan).restore_testing_selection_name(name);
            backup::gone_is_fine(request.connection.call(DELETE, call.send()).await)
        })
    }
}

/// The names of the plan and of the selection, neither of which can hold a `/`.
fn names(id: &ResourceId) -> Option<(&str, &str)> {
    id.name.split_once('/')
}

async fn find(request: FindRequest<'_>) -> Found {
    let connection = request.connection;
    let region = connection.identity.region.clone();
    let client = backup::client(connection, &region);
    let mut found = Found::default();
    let of_plans = join_all(request.parents.iter().map(|plan| of_plan(connection, &client, plan))).await;
    for (plan, outcome) in request.parents.iter().zip(of_plans) {
        match outcome {
            Ok(live) => found.live.extend(live),
            Err(failed) => {
                let gap = connection.gap(&region, Some(SPEC.name), None, &failed);
                found.gaps.push(crate::model::Gap { message: format!("selections of plan {}: {}", plan.id.name, gap.message), ..gap });
            }
        }
    }
    found
}

async fn of_plan(connection: &Connection, client: &Client, plan: &Live) -> Result<Vec<Live>, CallFailed> {
    let mut selections = Vec::new();
    let mut from: Option<String> = None;
    loop {
        let call = client.list_restore_testing_selections().restore_testing_plan_name(&plan.id.name).set_next_token(from.take());
        let page = match connection.call(LIST, call.send()).await {
            Ok(page) => page,
            Err(failed) if failed.is("ResourceNotFoundException") => return Ok(Vec::new()),
            Err(failed) => return Err(failed),
        };
        selections.extend(page.restore_testing_selections.into_iter().map(|selection| selection.restore_testing_selection_name));
        from = page.next_token;
        if from.is_none() {
            break;
        }
    }
    let mut found = Vec::new();
    for (name, read) in selections.iter().zip(join_all(selections.iter().map(|name| get(connection, client, &plan.id.name, name))).await) {
        let Some(selection) = read? else { continue };
        let id = ResourceId { kind: SPEC.name.to_owned(), name: format!("{}/{name}", plan.id.name), ..plan.id.clone() };
        let mut live = Live { id, settings: settings(&selection), ..Live::default() };
        live.facts.insert(Live::ID.to_owned(), Value::from(name.as_str()));
        live.facts.insert(Live::PARENT_ID.to_owned(), Value::from(plan.id.name.as_str()));
        found.push(live);
    }
    Ok(found)
}

async fn get(
    connection: &Connection,
    client: &Client,
    plan: &str,
    name: &str,
) -> Result<Option<RestoreTestingSelectionForGet>, CallFailed> {
    let call = client.get_restore_testing_selection().restore_testing_plan_name(plan).restore_testing_selection_name(name);
    match connection.call(GET, call.send()).await {
        Ok(answer) => Ok(answer.restore_testing_selection),
        Err(failed) if failed.is("ResourceNotFoundException") => Ok(None),
        Err(failed) => Err(failed),
    }
}

fn settings(selection: &RestoreTestingSelectionForGet) -> BTreeMap<String, Reading> {
    let mut settings = BTreeMap::new();
    let mut known = |at: String, value: Value| drop(settings.insert(at, Reading::Known(value)));
    known(NAME.to_owned(), Value::from(selection.restore_testing_selection_name()));
    known(TYPE.to_owned(), Value::from(selection.protected_resource_type()));
    known(ROLE.to_owned(), Value::from(selection.iam_role_arn()));
    if selection.validation_window_hours() > 0 {
        known(VALIDATION.to_owned(), Value::from(i64::from(selection.validation_window_hours())));
    }
    let arns = selection.protected_resource_arns();
    if !arns.is_empty() {
        known(ARNS.to_owned(), Value::set(arns.iter().map(|arn| Value::from(arn.as_str()))));
    }
    if let Some(overrides) = selection.restore_metadata_overrides().filter(|overrides| !overrides.is_empty()) {
        let overrides = overrides.iter().map(|(key, value)| (key.clone(), Value::from(value.as_str())));
        known(OVERRIDES.to_owned(), Value::Map(overrides.collect()));
    }
    let conditions = selection.protected_resource_conditions();
    let of = |list: fn(&ProtectedResourceConditions) -> &[KeyValue]| conditions.map(list).unwrap_or_default();
    let lists =
        [(EQUALS, of(ProtectedResourceConditions::string_equals)), (NOT_EQUALS, of(ProtectedResourceConditions::string_not_equals))];
    for (operator, list) in lists {
        for one in list {
            let at = path::keyed(operator, &format!("{}/{}", one.key(), one.value()));
            known(path::child(&at, "key"), Value::from(one.key()));
            known(path::child(&at, "value"), Value::from(one.value()));
            known(at, Value::Bool(true));
        }
    }
    settings
}

/// The comparisons that settings describe. An update takes away by an empty list.
fn conditions(flat: &Flat) -> Result<ProtectedResourceConditions, BuildError> {
    let of = |operator: &str| -> Result<Vec<KeyValue>, BuildError> {
        let text = |key: &str, name: &str| flat.text(&path::child(&path::keyed(operator, key), name));
        let one = |key: &String| KeyValue::builder().set_key(text(key, "key")).set_value(text(key, "value")).build();
        flat.keys(operator).iter().map(one).collect()
    };
    let (equals, not_equals) = (of(EQUALS)?, of(NOT_EQUALS)?);
    Ok(ProtectedResourceConditions::builder().set_string_equals(Some(equals)).set_string_not_equals(Some(not_equals)).build())
}

fn has_conditions(flat: &Flat) -> bool {
    !flat.keys(EQUALS).is_empty() || !flat.keys(NOT_EQUALS).is_empty()
}

fn hours(flat: &Flat) -> Option<i32> {
    flat.whole(VALIDATION).and_then(|hours| i32::try_from(hours).ok())
}

async fn make(request: MakeRequest<'_>) -> Result<BTreeMap<String, Value>, ChangeFailed> {
    let client = backup::client(request.connection, &request.id.region);
    let not_understood = |error: BuildError| CallFailed::not_understood(CREATE, error.to_string());
    let (plan, name) = names(request.id).ok_or_else(|| CallFailed::not_understood(CREATE, "its restore testing plan is not there"))?;
    let flat = Flat::of_wanted(request.wanted);
    let narrowed = if has_conditions(&flat) { Some(conditions(&flat).map_err(not_understood)?) } else { None };
    let selection = RestoreTestingSelectionForCreate::builder()
        .restore_testing_selection_name(name)
        .set_protected_resource_type(flat.text(TYPE))
        .set_iam_role_arn(flat.text(ROLE))
        .set_protected_resource_arns(flat.texts(ARNS))
        .set_protected_resource_conditions(narrowed)
        .set_restore_metadata_overrides(flat.text_map(OVERRIDES).map(|map| map.into_iter().collect()))
        .set_validation_window_hours(hours(&flat))
        .build()
        .map_err(not_understood)?;
    let call = client.create_restore_testing_selection().restore_testing_plan_name(plan).restore_testing_selection(selection);
    request.connection.call(CREATE, call.send()).await?;
    Ok(BTreeMap::new())
}

async fn change(request: ChangeRequest<'_>) -> Result<(), ChangeFailed> {
    let client = backup::client(request.connection, &request.id.region);
    let (plan, name) = names(request.id).ok_or(ChangeFailed::Gone)?;
    let now = get(request.connection, &client, plan, name).await?.as_ref().map(settings).ok_or(ChangeFailed::Gone)?;
    request.refuse_if_moved(&now, request.changes)?;
    let (before, flat) = (Flat::of_readings(&now), Flat::of_readings(&now).with(request.changes));
    let touched = has_conditions(&before) || has_conditions(&flat);
    let narrowed = conditions(&flat).map_err(|error| CallFailed::not_understood(UPDATE, error.to_string()))?;
    let selection = RestoreTestingSelectionForUpdate::builder()
        .set_iam_role_arn(flat.text(ROLE))
        .set_protected_resource_arns(flat.texts(ARNS))
        .set_protected_resource_conditions(touched.then_some(narrowed))
        .set_restore_metadata_overrides(flat.text_map(OVERRIDES).map(|map| map.into_iter().collect()))
        .set_validation_window_hours(hours(&flat))
        .build();
    let call = client
        .update_restore_testing_selection()
        .restore_testing_plan_name(plan)
        .restore_testing_selection_name(name)
        .restore_testing_selection(selection);
    request.connection.call(UPDATE, call.send()).await?;
    Ok(())
}

//! The calls: `ListRestoreTestingPlans` for names and ARNs, `GetRestoreTestingPlan` for what each says.

use super::{ALGORITHM, EXCLUDE, INCLUDE, NAME, POINTS, SPEC, START_WINDOW, TIMEZONE, TYPES, WHEN, WINDOW};
use crate::aws::{CallFailed, Connection};
use crate::kinds::{ChangeFailed, ChangeRequest, FindRequest, Flat, Found, MakeRequest, RemoveRequest, WholeAws, backup};
use crate::model::{Live, Reading, Value};
use aws_sdk_backup::Client;
use aws_sdk_backup::types::{
    RestoreTestingPlanForCreate, RestoreTestingPlanForGet, RestoreTestingPlanForUpdate, RestoreTestingRecoveryPointSelection,
    RestoreTestingRecoveryPointSelectionAlgorithm, RestoreTestingRecoveryPointType,
};
use futures_util::future::BoxFuture;
use std::collections::BTreeMap;

const LIST: &str = "backup:ListRestoreTestingPlans";
const GET: &str = "backup:GetRestoreTestingPlan";
const CREATE: &str = "backup:CreateRestoreTestingPlan";
const UPDATE: &str = "backup:UpdateRestoreTestingPlan";
const DELETE: &str = "backup:DeleteRestoreTestingPlan";

/// The calls.
pub(super) struct PlanCalls;

impl WholeAws for PlanCalls {
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
            let call = client.delete_restore_testing_plan().restore_testing_plan_name(&request.id.name);
            backup::gone_is_fine(request.connection.call(DELETE, call.send()).await)
        })
    }
}

async fn find(request: FindRequest<'_>) -> Found {
    let connection = request.connection;
    let client = backup::client(connection, &connection.identity.region);
    let listed = list(connection, &client).await;
    let read = |name: String| {
        let client = client.clone();
        async move { Ok(get(connection, &client, &name).await?.as_ref().map(settings)) }
    };
    backup::find_named(&request, &SPEC, listed, read).await
}

async fn list(connection: &Connection, client: &Client) -> Result<Vec<backup::Named>, CallFailed> {
    let mut plans = Vec::new();
    let mut from: Option<String> = None;
    loop {
        let page = connection.call(LIST, client.list_restore_testing_plans().set_next_token(from.take()).send()).await?;
        let named = page.restore_testing_plans.into_iter();
        plans.extend(named.map(|plan| backup::Named { name: plan.restore_testing_plan_name, arn: plan.restore_testing_plan_arn }));
        from = page.next_token;
        if from.is_none() {
            return Ok(plans);
        }
    }
}

async fn get(connection: &Connection, client: &Client, name: &str) -> Result<Option<RestoreTestingPlanForGet>, CallFailed> {
    match connection.call(GET, client.get_restore_testing_plan().restore_testing_plan_name(name).send()).await {
        Ok(answer) => Ok(answer.restore_testing_plan),
        Err(failed) if failed.is("ResourceNotFoundException") => Ok(None),
        Err(failed) => Err(failed),
    }
}

fn settings(plan: &RestoreTestingPlanForGet) -> BTreeMap<String, Reading> {
    let mut settings = BTreeMap::new();
    let mut known = |at: &str, value: Value| drop(settings.insert(at.to_owned(), Reading::Known(value)));
    known(NAME, Value::from(plan.restore_testing_plan_name()));
    known(WHEN, canonical(plan.schedule_expression()));
    if let Some(zone) = plan.schedule_expression_timezone().filter(|zone| !zone.is_empty()) {
        known(TIMEZONE, Value::from((super::ZONE.check)(zone).unwrap_or_else(|_| zone.to_owned())));
    }
    if plan.start_window_hours() > 0 {
        known(START_WINDOW, Value::from(i64::from(plan.start_window_hours())));
    }
    let Some(points) = plan.recovery_point_selection() else { return settings };
    known(POINTS, Value::Bool(true));
    if let Some(algorithm) = points.algorithm() {
        known(ALGORITHM, Value::from(algorithm.as_str()));
    }
    let types: Vec<String> = points.recovery_point_types().iter().map(|kind| kind.as_str().to_owned()).collect();
    for (at, texts) in [(INCLUDE, points.include_vaults()), (EXCLUDE, points.exclude_vaults()), (TYPES, types.as_slice())] {
        if !texts.is_empty() {
            known(at, Value::set(texts.iter().map(|text| Value::from(text.as_str()))));
        }
    }
    if points.selection_window_days() > 0 {
        known(WINDOW, Value::from(i64::from(points.selection_window_days())));
    }
    settings
}

/// A schedule as the policy's side is compared.
fn canonical(schedule: &str) -> Value {
    Value::from((super::SCHEDULE.check)(schedule).unwrap_or_else(|_| schedule.to_owned()))
}

fn whole(flat: &Flat, at: &str) -> Option<i32> {
    flat.whole(at).and_then(|number| i32::try_from(number).ok())
}

fn points(flat: &Flat) -> RestoreTestingRecoveryPointSelection {
    let types = flat.texts(TYPES).unwrap_or_default();
    RestoreTestingRecoveryPointSelection::builder()
        .set_algorithm(flat.text(ALGORITHM).map(|text| RestoreTestingRecoveryPointSelectionAlgorithm::from(text.as_str())))
        .set_include_vaults(flat.texts(INCLUDE))
        .set_exclude_vaults(flat.texts(EXCLUDE))
        .set_recovery_point_types(Some(types.iter().map(|text| RestoreTestingRecoveryPointType::from(text.as_str())).collect()))
        .set_selection_window_days(whole(flat, WINDOW))
        .build()
}

async fn make(request: MakeRequest<'_>) -> Result<BTreeMap<String, Value>, ChangeFailed> {
    let client = backup::client(request.connection, &request.id.region);
    let flat = Flat::of_wanted(request.wanted);
    let plan = RestoreTestingPlanForCreate::builder()
        .restore_testing_plan_name(&request.id.name)
        .recovery_point_selection(points(&flat))
        .set_schedule_expression(flat.text(WHEN))
        .set_schedule_expression_timezone(flat.text(TIMEZONE))
        .set_start_window_hours(whole(&flat, START_WINDOW))
        .build()
        .map_err(|error| CallFailed::not_understood(CREATE, error.to_string()))?;
    let call = client.create_restore_testing_plan().restore_testing_plan(plan).set_tags(Some(request.tags().into_iter().collect()));
    request.connection.call(CREATE, call.send()).await?;
    Ok(BTreeMap::from([(Live::ID.to_owned(), Value::from(request.id.name.as_str()))]))
}

async fn change(request: ChangeRequest<'_>) -> Result<(), ChangeFailed> {
    let client = backup::client(request.connection, &request.id.region);
    let changes = backup::changes_beside_tags(&request);
    if !changes.is_empty() {
        let now = get(request.connection, &client, &request.id.name).await?.as_ref().map(settings).ok_or(ChangeFailed::Gone)?;
        request.refuse_if_moved(&now, &changes)?;
        let flat = Flat::of_readings(&now).with(&changes);
        let plan = RestoreTestingPlanForUpdate::builder()
            .recovery_point_selection(points(&flat))
            .set_schedule_expression(flat.text(WHEN))
            .schedule_expression_timezone(flat.text(TIMEZONE).unwrap_or_else(|| "Etc/UTC".to_owned()))
            .start_window_hours(whole(&flat, START_WINDOW).unwrap_or(24))
            .build();
        let call = client.update_restore_testing_plan().restore_testing_plan_name(&request.id.name).restore_testing_plan(plan);
        request.connection.call(UPDATE, call.send()).await?;
    }
    backup::retag(&request, &client, backup::arn(&request)).await
}

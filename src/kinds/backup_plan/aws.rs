//! The calls: `ListBackupPlans` and, for each plan that is declared or marked, `GetBackupPlan`. An update replaces the whole document, so
//! the plan is read again before it, and only the changes are laid over what was found.

mod document;

use super::SPEC;
use crate::aws::{CallFailed, Connection};
use crate::kinds::{ChangeFailed, ChangeRequest, FindRequest, Flat, Found, MakeRequest, RemoveRequest, WholeAws, backup, tags};
use crate::model::{Live, ResourceId, Value};
use aws_sdk_backup::Client;
use aws_sdk_backup::operation::get_backup_plan::GetBackupPlanOutput;
use futures_util::future::{BoxFuture, join_all};
use std::collections::BTreeMap;
use std::time::Duration;

const LIST: &str = "backup:ListBackupPlans";
const GET: &str = "backup:GetBackupPlan";
const CREATE: &str = "backup:CreateBackupPlan";
const UPDATE: &str = "backup:UpdateBackupPlan";
const DELETE: &str = "backup:DeleteBackupPlan";

/// How long AWS may still see the selections of a plan after they are gone.
const DELETE_PATIENCE: [u64; 6] = [1, 2, 5, 10, 30, 60];

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
        Box::pin(remove(request))
    }
}

/// A plan as a listing shows it.
struct Listed {
    id: String,
    arn: String,
    name: String,
}

async fn find(request: FindRequest<'_>) -> Found {
    let connection = request.connection;
    let region = connection.identity.region.clone();
    let client = backup::client(connection, &region);
    let mut found = Found::default();
    let plans = match list(connection, &client).await {
        Ok(plans) => plans,
        Err(failed) => {
            found.gaps.push(connection.gap(&region, Some(SPEC.name), None, &failed));
            return found;
        }
    };
    let sought = plans.into_iter().filter(|plan| request.is_listed(&plan.name, &plan.arn));
    for outcome in join_all(sought.map(|plan| read(connection, &client, plan))).await {
        match outcome {
            // The tagging API lags: what it still shows may have been released.
            Ok(live) => found.live.extend(live.filter(|live| request.is_sought(live))),
            Err((name, failed)) => {
                // Whose it is, or what it says, is not known: without a name the gap stands for the whole search.
                let gap = connection.gap(&region, Some(SPEC.name), None, &failed);
                found.gaps.push(crate::model::Gap { message: format!("plan {name}: {}", gap.message), ..gap });
            }
        }
    }
    request.tell_apart(&SPEC, &mut found.live);
    found
}

async fn list(connection: &Connection, client: &Client) -> Result<Vec<Listed>, CallFailed> {
    let mut plans = Vec::new();
    let mut from: Option<String> = None;
    loop {
        let page = connection.call(LIST, client.list_backup_plans().set_next_token(from.take()).send()).await?;
        for plan in page.backup_plans_list.unwrap_or_default() {
            if let (Some(id), Some(arn), Some(name), None) =
                (plan.backup_plan_id, plan.backup_plan_arn, plan.backup_plan_name, plan.deletion_date)
            {
                plans.push(Listed { id, arn, name });
            }
        }
        from = page.next_token;
        if from.is_none() {
            // The oldest first would do too; what counts is that it is always the same.
            plans.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
            return Ok(plans);
        }
    }
}

async fn read(connection: &Connection, client: &Client, plan: Listed) -> Result<Option<Live>, (String, CallFailed)> {
    let failed = |failed| (plan.name.clone(), failed);
    let Some(answer) = get(connection, client, &plan.id).await.map_err(failed)? else { return Ok(None) };
    let tags = backup::list_tags(connection, client, &plan.arn).await.map_err(failed)?;
    let id = ResourceId {
        kind: SPEC.name.to_owned(),
        target: connection.target.name.clone(),
        region: connection.identity.region.clone(),
        name: plan.name.clone(),
    };
    let mut live = Live { id, arn: Some(plan.arn.clone()), ..Live::default() };
    if let Some(document) = answer.backup_plan() {
        live.settings = document::settings(document);
    }
    tags::note(&mut live, tags);
    let managed_by = backup::managed_by(&plan.name);
    // Source: that an organization's policy makes plans of such ids is not confirmed by AWS's own pages.
    let managed_by = managed_by.or_else(|| plan.id.starts_with("orgs/").then_some("organizations"));
    live.facts.extend(managed_by.map(|by| (Live::MANAGED_BY.to_owned(), Value::from(by))));
    live.facts.insert(Live::ID.to_owned(), Value::from(plan.id.as_str()));
    Ok(Some(live))
}

/// The plan of an id; none where it is gone. AWS still shows a removed plan, with the day on which it went.
async fn get(connection: &Connection, client: &Client, id: &str) -> Result<Option<GetBackupPlanOutput>, CallFailed> {
    match connection.call(GET, client.get_backup_plan().backup_plan_id(id).send()).await {
        Ok(answer) if answer.deletion_date().is_some() => Ok(None),
        Ok(answer) => Ok(Some(answer)),
        Err(failed) if failed.is("ResourceNotFoundException") => Ok(None),
        Err(failed) => Err(failed),
    }
}

async fn make(request: MakeRequest<'_>) -> Result<BTreeMap<String, Value>, ChangeFailed> {
    let client = backup::client(request.connection, &request.id.region);
    let plan = document::input(&Flat::of_wanted(request.wanted)).map_err(|error| CallFailed::not_understood(CREATE, error.to_string()))?;
    let token = backup::request_id(&request, &plan);
    let call = client
        .create_backup_plan()
        .backup_plan(plan)
        .creator_request_id(token)
        .set_backup_plan_tags(Some(request.tags().into_iter().collect()));
    let answer = request.connection.call(CREATE, call.send()).await?;
    let id = answer.backup_plan_id.ok_or_else(|| CallFailed::not_understood(CREATE, "the answer holds no id"))?;
    Ok(BTreeMap::from([(Live::ID.to_owned(), Value::from(id))]))
}

async fn change(request: ChangeRequest<'_>) -> Result<(), ChangeFailed> {
    let client = backup::client(request.connection, &request.id.region);
    let id = request.facts.get(Live::ID).and_then(Value::as_str).ok_or(ChangeFailed::Gone)?;
    let answer = get(request.connection, &client, id).await?.ok_or(ChangeFailed::Gone)?;
    let arn = answer.backup_plan_arn().unwrap_or_default().to_owned();
    let in_document = |change: &&&crate::model::Change| SPEC.setting(&change.setting).is_some_and(|setting| setting.path != tags::PATH);
    let changes: Vec<&crate::model::Change> = request.changes.iter().filter(in_document).copied().collect();
    if let Some(document) = answer.backup_plan().filter(|_| !changes.is_empty()) {
        let now = document::settings(document);
        request.refuse_if_moved(&now, &changes)?;
        let plan = document::input(&Flat::of_readings(&now).with(&changes));
        let plan = plan.map_err(|error| CallFailed::not_understood(UPDATE, error.to_string()))?;
        request.connection.call(UPDATE, client.update_backup_plan().backup_plan_id(id).backup_plan(plan).send()).await?;
    }
    backup::retag(&request, &client, &arn).await
}

async fn remove(request: RemoveRequest<'_>) -> Result<(), ChangeFailed> {
    let client = backup::client(request.connection, &request.id.region);
    let Some(id) = request.facts.get(Live::ID).and_then(Value::as_str) else { return Ok(()) };
    let mut pauses = DELETE_PATIENCE.into_iter();
    loop {
        let failed = match request.connection.call(DELETE, client.delete_backup_plan().backup_plan_id(id).send()).await {
            Ok(_) => return Ok(()),
            Err(failed) if failed.is("ResourceNotFoundException") => return Ok(()),
            Err(failed) => failed,
        };
        // AWS needs a while until it knows that the selections are gone.
        let lags = failed.is("InvalidRequestException") && failed.message.contains("selections");
        let Some(pause) = pauses.next().filter(|_| lags) else { return Err(failed.into()) };
        (request.waiting)("waiting until AWS knows that the plan's selections are gone");
        tokio::time::sleep(Duration::from_secs(pause)).await;
    }
}

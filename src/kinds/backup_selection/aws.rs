//! The calls: `ListBackupSelections` for each plan, `GetBackupSelection` for each selection. There is none that changes one.

mod document;

use super::{SPEC, choice};
use crate::aws::{CallFailed, Connection, resources};
use crate::kinds::{ChangeFailed, ChangeRequest, FindRequest, Flat, Found, MakeRequest, RemoveRequest, WholeAws, backup};
use crate::model::{Listed, Live, ResourceId, Value};
use aws_sdk_backup::Client;
use aws_sdk_backup::types::BackupSelectionsListMember;
use futures_util::future::{BoxFuture, join_all};
use std::collections::{BTreeMap, BTreeSet};

const LIST: &str = "backup:ListBackupSelections";
const GET: &str = "backup:GetBackupSelection";
const CREATE: &str = "backup:CreateBackupSelection";
const DELETE: &str = "backup:DeleteBackupSelection";

/// The calls.
pub(super) struct SelectionCalls;

impl WholeAws for SelectionCalls {
    fn find<'a>(&'a self, request: FindRequest<'a>) -> BoxFuture<'a, Found> {
        Box::pin(find(request))
    }

    fn make<'a>(&'a self, request: MakeRequest<'a>) -> BoxFuture<'a, Result<BTreeMap<String, Value>, ChangeFailed>> {
        Box::pin(make(request))
    }

    fn change<'a>(&'a self, _request: ChangeRequest<'a>) -> BoxFuture<'a, Result<(), ChangeFailed>> {
        // Every setting is fixed, so that the plan replaces, and never comes here.
        Box::pin(async { Err(CallFailed::not_understood(CREATE, "AWS Backup has no call that changes a selection").into()) })
    }

    fn remove<'a>(&'a self, request: RemoveRequest<'a>) -> BoxFuture<'a, Result<(), ChangeFailed>> {
        Box::pin(remove(request))
    }
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
    request.tell_apart(&SPEC, &mut found.live);
    // Where all is only read, nothing is about to change.
    found.seen = if request.everything { Some(Vec::new()) } else { seen(connection, &request.wanted, &found.live).await };
    found
}

/// The tagged resources, where a selection that is declared, or one of a plan of which one changes, chooses by more than ARNs. They only tell
/// what a change does, and whether what is chosen can be backed up: where they are denied, the plan says so, and goes on.
async fn seen(connection: &Connection, wanted: &BTreeMap<String, BTreeMap<String, Value>>, live: &[Live]) -> Option<Vec<Listed>> {
    let old: BTreeMap<&str, Flat> = live.iter().map(|live| (live.id.name.as_str(), Flat::of_readings(&live.settings))).collect();
    let new: BTreeMap<&str, Flat> = wanted.iter().map(|(name, values)| (name.as_str(), Flat::of_values(values))).collect();
    let names: BTreeSet<&str> = old.keys().chain(new.keys()).copied().collect();
    let plan = |name: &str| name.split('/').next().map(str::to_owned);
    let changing: BTreeSet<Option<String>> = names.iter().filter(|name| old.get(*name) != new.get(*name)).map(|name| plan(name)).collect();
    let concerned = names.into_iter().filter(|name| changing.contains(&plan(name)));
    let concerned: Vec<&Flat> = concerned.flat_map(|name| old.get(name).into_iter().chain(new.get(name))).chain(new.values()).collect();
    if !concerned.iter().any(|flat| choice::needs_tags(flat)) {
        return Some(Vec::new());
    }
    let listings = choice::filters(&concerned).into_iter().map(|filter| async move { resources(connection, None, &filter).await });
    let mut tagged: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for listing in join_all(listings).await {
        tagged.extend(listing.ok()?);
    }
    Some(tagged.into_iter().map(|(name, tags)| Listed { name, tags: Some(tags) }).collect())
}

async fn of_plan(connection: &Connection, client: &Client, plan: &Live) -> Result<Vec<Live>, CallFailed> {
    let Some(plan_id) = plan.fact(Live::ID) else { return Ok(Vec::new()) };
    let mut members: Vec<BackupSelectionsListMember> = Vec::new();
    let mut from: Option<String> = None;
    loop {
        let call = client.list_backup_selections().backup_plan_id(plan_id).set_next_token(from.take());
        let page = match connection.call(LIST, call.send()).await {
            Ok(page) => page,
            Err(failed) if failed.is("ResourceNotFoundException") => return Ok(Vec::new()),
            Err(failed) => return Err(failed),
        };
        members.extend(page.backup_selections_list.unwrap_or_default());
        from = page.next_token;
        if from.is_none() {
            break;
        }
    }
    // Names are not unique. Among selections that are as near to what is declared the newest has the plain name.
    members.sort_by_key(|member| std::cmp::Reverse((member.creation_date, member.selection_id.clone())));
    let ids: Vec<String> = members.into_iter().filter_map(|member| member.selection_id).collect();
    let mut selections = Vec::new();
    for read in join_all(ids.iter().map(|id| read(connection, client, plan, plan_id, id))).await {
        selections.extend(read?);
    }
    Ok(selections)
}

async fn read(connection: &Connection, client: &Client, plan: &Live, plan_id: &str, id: &str) -> Result<Option<Live>, CallFailed> {
    let call = client.get_backup_selection().backup_plan_id(plan_id).selection_id(id);
    let answer = match connection.call(GET, call.send()).await {
        Ok(answer) => answer,
        Err(failed) if failed.is("ResourceNotFoundException") => return Ok(None),
        Err(failed) => return Err(failed),
    };
    let Some(selection) = answer.backup_selection() else {
        return Err(CallFailed::not_understood(GET, "the answer holds no selection"));
    };
    let name = format!("{}/{}", plan.id.name, selection.selection_name());
    let resource = ResourceId { kind: SPEC.name.to_owned(), name, ..plan.id.clone() };
    let mut live = Live { id: resource, settings: document::settings(selection), ..Live::default() };
    live.facts.insert(Live::ID.to_owned(), Value::from(id));
    live.facts.insert(Live::PARENT_ID.to_owned(), Value::from(plan_id));
    Ok(Some(live))
}

async fn make(request: MakeRequest<'_>) -> Result<BTreeMap<String, Value>, ChangeFailed> {
    let client = backup::client(request.connection, &request.id.region);
    let plan = request.parent.ok_or_else(|| CallFailed::not_understood(CREATE, "its backup plan is not there"))?;
    let selection =
        document::input(&Flat::of_wanted(request.wanted)).map_err(|error| CallFailed::not_understood(CREATE, error.to_string()))?;
    let token = backup::request_id(&request, &selection);
    let call = client.create_backup_selection().backup_plan_id(plan).backup_selection(selection).creator_request_id(token);
    let answer = request.connection.call(CREATE, call.send()).await?;
    let id = answer.selection_id.ok_or_else(|| CallFailed::not_understood(CREATE, "the answer holds no id"))?;
    Ok(BTreeMap::from([(Live::ID.to_owned(), Value::from(id))]))
}

async fn remove(request: RemoveRequest<'_>) -> Result<(), ChangeFailed> {
    let client = backup::client(request.connection, &request.id.region);
    let fact = |name: &str| request.facts.get(name).and_then(Value::as_str);
    let (Some(id), Some(plan)) = (fact(Live::ID), fact(Live::PARENT_ID).or(request.parent)) else { return Ok(()) };
    let call = client.delete_backup_selection().backup_plan_id(plan).selection_id(id);
    match request.connection.call(DELETE, call.send()).await {
        Ok(_) => Ok(()),
        Err(failed) if failed.is("ResourceNotFoundException") => Ok(()),
        Err(failed) => Err(failed.into()),
    }
}

//! The calls: `GetDashboard` for each dashboard, whose tags are told apart from it; `PutDashboard` replaces the body and leaves the tags.

use super::{BODY, NAME, SPEC};
use crate::aws::{CallFailed, Connection};
use crate::kinds::cloudwatch::{client, list_tags, listed, retag};
use crate::kinds::json::sorted;
use crate::kinds::{ChangeFailed, ChangeRequest, FindRequest, Found, MakeRequest, RemoveRequest, WholeAws, tags};
use crate::model::{Declared, Live, Reading, ResourceId, Value};
use aws_sdk_cloudwatch::Client;
use futures_util::future::{BoxFuture, join_all};
use std::collections::{BTreeMap, BTreeSet};

const LIST: &str = "cloudwatch:ListDashboards";
const GET: &str = "cloudwatch:GetDashboard";
const PUT: &str = "cloudwatch:PutDashboard";
const DELETE: &str = "cloudwatch:DeleteDashboards";

/// The codes of what is not there: the shape's name, and that of the query protocol, which stands in a header beside it.
const MISSING: [&str; 3] = ["DashboardNotFoundError", "ResourceNotFound", "ResourceNotFoundException"];

/// The calls.
pub(super) struct DashboardCalls;

impl WholeAws for DashboardCalls {
    fn find<'a>(&'a self, request: FindRequest<'a>) -> BoxFuture<'a, Found> {
        Box::pin(find(request))
    }

    fn make<'a>(&'a self, request: MakeRequest<'a>) -> BoxFuture<'a, Result<BTreeMap<String, Value>, ChangeFailed>> {
        Box::pin(async move {
            let client = client(request.connection, &request.id.region);
            let body = body(request.wanted.get(BODY));
            let call = client.put_dashboard().dashboard_name(&request.id.name).set_dashboard_body(body);
            request.connection.call(PUT, call.set_tags(Some(listed(request.tags()))).send()).await?;
            Ok(BTreeMap::new())
        })
    }

    fn change<'a>(&'a self, request: ChangeRequest<'a>) -> BoxFuture<'a, Result<(), ChangeFailed>> {
        Box::pin(change(request))
    }

    fn remove<'a>(&'a self, request: RemoveRequest<'a>) -> BoxFuture<'a, Result<(), ChangeFailed>> {
        Box::pin(async move {
            let client = client(request.connection, &request.id.region);
            match request.connection.call(DELETE, client.delete_dashboards().dashboard_names(&request.id.name).send()).await {
                Err(failed) if !is_missing(&failed) => Err(failed.into()),
                _ => Ok(()),
            }
        })
    }
}

fn is_missing(failed: &CallFailed) -> bool {
    MISSING.iter().any(|code| failed.is(code))
}

/// What is sent for a body: the document as the policy wrote it.
fn body(declared: Option<&Declared>) -> Option<String> {
    let declared = declared?;
    declared.written.clone().or_else(|| declared.value.as_str().map(str::to_owned))
}

async fn find(request: FindRequest<'_>) -> Found {
    let connection = request.connection;
    let region = connection.identity.region.clone();
    let client = client(connection, &region);
    let mut found = Found::default();
    let start = SPEC.arn_start(&region, &connection.identity.account);
    let marked = request.marked.iter().filter_map(|thing| Some(thing.arn.strip_prefix(&start)?.to_owned()));
    let mut names: BTreeSet<String> = request.names.iter().cloned().chain(marked).collect();
    if request.everything {
        match list(connection, &client).await {
            Ok(all) => names.extend(all),
            Err(failed) => found.gaps.push(connection.gap(&region, Some(SPEC.name), None, &failed)),
        }
    }
    for outcome in join_all(names.iter().map(|name| one(connection, &client, name))).await {
        match outcome {
            // The tagging API lags: what it still shows may have been released.
            Ok(live) => found.live.extend(live.filter(|live| request.is_sought(live))),
            Err(failed) => found.gaps.push(connection.gap(&region, Some(SPEC.name), None, &failed)),
        }
    }
    found
}

/// The names of all dashboards of the account, which are the same in every region.
async fn list(connection: &Connection, client: &Client) -> Result<Vec<String>, CallFailed> {
    let mut names = Vec::new();
    let mut from: Option<String> = None;
    loop {
        let page = connection.call(LIST, client.list_dashboards().set_next_token(from.take()).send()).await?;
        names.extend(page.dashboard_entries.unwrap_or_default().into_iter().filter_map(|entry| entry.dashboard_name));
        from = page.next_token.filter(|token| !token.is_empty());
        if from.is_none() {
            return Ok(names);
        }
    }
}

async fn one(connection: &Connection, client: &Client, name: &str) -> Result<Option<Live>, CallFailed> {
    let Some(settings) = get(connection, client, name).await? else { return Ok(None) };
    let region = connection.identity.region.clone();
    let arn = SPEC.arn(&region, &connection.identity.account, name).unwrap_or_default();
    // Without its tags nobody knows whose it is.
    let tags = list_tags(connection, client, &arn).await?;
    let id = ResourceId { kind: SPEC.name.to_owned(), target: connection.target.name.clone(), region, name: name.to_owned() };
    let mut live = Live { id, arn: Some(arn), settings, ..Live::default() };
    tags::note(&mut live, tags);
    Ok(Some(live))
}

/// The settings of a dashboard but its tags; none where it is not there.
async fn get(connection: &Connection, client: &Client, name: &str) -> Result<Option<BTreeMap<String, Reading>>, CallFailed> {
    let answer = match connection.call(GET, client.get_dashboard().dashboard_name(name).send()).await {
        Ok(answer) => answer,
        Err(failed) if is_missing(&failed) => return Ok(None),
        Err(failed) => return Err(failed),
    };
    let text = answer.dashboard_body.unwrap_or_default();
    let body = serde_json::from_str::<serde_json::Value>(&text).map_or(text, |json| sorted(&json).to_string());
    let settings = [(NAME, Value::from(name)), (BODY, Value::from(body))];
    Ok(Some(settings.into_iter().map(|(at, value)| (at.to_owned(), Reading::Known(value))).collect()))
}

async fn change(request: ChangeRequest<'_>) -> Result<(), ChangeFailed> {
    let connection = request.connection;
    let client = client(connection, &request.id.region);
    let changes: Vec<_> = request.changes.iter().filter(|change| change.setting == BODY).copied().collect();
    if !changes.is_empty() {
        let now = get(connection, &client, &request.id.name).await?.ok_or(ChangeFailed::Gone)?;
        request.refuse_if_moved(&now, &changes)?;
        let call = client.put_dashboard().dashboard_name(&request.id.name).set_dashboard_body(body(request.wanted.get(BODY)));
        connection.call(PUT, call.send()).await?;
    }
    let arn = SPEC.arn(&request.id.region, &connection.identity.account, &request.id.name).unwrap_or_default();
    retag(&request, &client, &arn).await
}

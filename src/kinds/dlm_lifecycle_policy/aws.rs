//! The calls: `GetLifecyclePolicies` lists all policies with their tags, `GetLifecyclePolicy` tells the details of one. An update replaces
//! the details, so the policy is read again before it, and only the changes are laid over what was found.

mod document;

use self::document::Laid;
use super::{DEFAULT, MESSAGE, SPEC};
use crate::aws::untyped::{Answer as _, Operation, Protocol, Service};
use crate::aws::{CallFailed, Connection};
use crate::kinds::tags::{self, Retag};
use crate::kinds::{ChangeFailed, ChangeRequest, FindRequest, Flat, Found, MakeRequest, RemoveRequest, WholeAws};
use crate::model::{Change, Gap, Live, Mark, Reading, ResourceId, Value};
use futures_util::future::{BoxFuture, join_all};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

/// Amazon Data Lifecycle Manager.
static DLM: Service = Service { id: "DLM", iam: "dlm", signing: "dlm", host: "dlm", protocol: Protocol::Rest };

static LIST: Operation = DLM.at("GetLifecyclePolicies", "GET", "/policies");
static GET: Operation = DLM.at("GetLifecyclePolicy", "GET", "/policies/{PolicyId}");
static CREATE: Operation = DLM.at("CreateLifecyclePolicy", "POST", "/policies");
static UPDATE: Operation = DLM.at("UpdateLifecyclePolicy", "PATCH", "/policies/{PolicyId}");
static DELETE: Operation = DLM.at("DeleteLifecyclePolicy", "DELETE", "/policies/{PolicyId}");
static TAG: Operation = DLM.at("TagResource", "POST", "/tags/{ResourceArn}");
static UNTAG: Operation = DLM.at("UntagResource", "DELETE", "/tags/{ResourceArn}?tagKeys={TagKeys}");

const MISSING: &str = "ResourceNotFoundException";

/// The calls.
pub(super) struct PolicyCalls;

impl WholeAws for PolicyCalls {
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
            let Some(id) = request.facts.get(Live::ID).and_then(Value::as_str) else { return Ok(()) };
            match request.connection.ask(&DELETE, &request.id.region, json!({ "PolicyId": id })).await {
                Err(failed) if !failed.is(MISSING) => Err(failed.into()),
                _ => Ok(()),
            }
        })
    }
}

async fn find(request: FindRequest<'_>) -> Found {
    let connection = request.connection;
    let region = connection.identity.region.clone();
    let mut found = Found::default();
    let answer = match connection.ask(&LIST, &region, json!({})).await {
        Ok(answer) => answer,
        Err(failed) => {
            found.gaps.push(connection.gap(&region, Some(SPEC.name), None, &failed));
            return found;
        }
    };
    let marked = |tags: &Json| Mark::take(&mut texts(tags)).is_some_and(|mark| mark.workspace == request.workspace);
    // A region has one default policy of each type, whoever made it.
    let by_default = request.wanted.values().any(|wanted| wanted.contains_key(DEFAULT));
    let sought = |policy: &&Json| {
        let named = policy.text("Description").is_some_and(|name| request.names.contains(&name));
        let is_default = by_default && policy.flag("DefaultPolicy").unwrap_or_default();
        request.everything || named || is_default || policy.get("Tags").is_some_and(marked)
    };
    let mut ids: Vec<(String, String)> = answer
        .items("Policies")
        .into_iter()
        .filter(sought)
        .filter_map(|one| Some((one.text("Description")?, one.text("PolicyId")?)))
        .collect();
    ids.sort();
    for ((name, id), policy) in ids.iter().zip(join_all(ids.iter().map(|(_, id)| get(connection, &region, id))).await) {
        match policy {
            Ok(Some(policy)) => {
                let is_default = |live: &Live| by_default && live.settings.contains_key(DEFAULT);
                found.live.extend(Some(live(connection, &policy)).filter(|live| request.is_sought(live) || is_default(live)));
            }
            Ok(None) => {}
            Err(failed) => {
                // What it says is not known: without a name the gap stands for the whole search.
                let gap = connection.gap(&region, Some(SPEC.name), None, &failed);
                found.gaps.push(Gap { message: format!("lifecycle policy {name} ({id}): {}", gap.message), ..gap });
            }
        }
    }
    request.tell_apart(&SPEC, &mut found.live);
    found
}

/// The policy of an id; none where it is gone.
async fn get(connection: &Connection, region: &str, id: &str) -> Result<Option<Json>, CallFailed> {
    match connection.ask(&GET, region, json!({ "PolicyId": id })).await {
        Ok(answer) => Ok(answer.get("Policy").cloned()),
        Err(failed) if failed.is(MISSING) => Ok(None),
        Err(failed) => Err(failed),
    }
}

/// A map of texts.
fn texts(map: &Json) -> BTreeMap<String, String> {
    let members = map.as_object().into_iter().flatten();
    members.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
}

fn live(connection: &Connection, policy: &Json) -> Live {
    let name = policy.text("Description").unwrap_or_default();
    let id =
        ResourceId { kind: SPEC.name.to_owned(), target: connection.target.name.clone(), region: connection.identity.region.clone(), name };
    let mut live = Live { id, settings: document::settings(policy), arn: policy.text("PolicyArn"), ..Live::default() };
    tags::note(&mut live, policy.get("Tags").map(texts).unwrap_or_default());
    let is_broken = policy.text("State").as_deref() == Some("ERROR");
    let message = policy.text("StatusMessage").filter(|message| is_broken && !message.is_empty());
    let facts = [(Live::ID, policy.text("PolicyId")), ("arn", live.arn.clone()), (MESSAGE, message)];
    live.facts.extend(facts.into_iter().filter_map(|(fact, text)| Some((fact.to_owned(), Value::from(text?)))));
    live
}

async fn make(request: MakeRequest<'_>) -> Result<BTreeMap<String, Value>, ChangeFailed> {
    let (connection, region) = (request.connection, request.id.region.as_str());
    let flat = Flat::of_wanted(request.wanted);
    let mut input = document::input(Laid::all(&flat), &json!({}));
    input.insert("Tags".to_owned(), json!(request.tags()));
    input.extend(flat.text(DEFAULT).map(|kind| (DEFAULT_POLICY.to_owned(), json!(kind))));
    let answer = connection.ask(&CREATE, region, Json::Object(input)).await?;
    let id = answer.text("PolicyId").ok_or_else(|| CallFailed::not_understood(&CREATE.action(), "the answer holds no id"))?;
    let arn = format!("{}{id}", SPEC.arn_start(region, &connection.identity.account));
    Ok(BTreeMap::from([(Live::ID.to_owned(), Value::from(id)), ("arn".to_owned(), Value::from(arn))]))
}

/// The member of a request that makes a policy a default one.
const DEFAULT_POLICY: &str = "DefaultPolicy";

async fn change(request: ChangeRequest<'_>) -> Result<(), ChangeFailed> {
    let (connection, region) = (request.connection, request.id.region.as_str());
    let id = request.facts.get(Live::ID).and_then(Value::as_str).ok_or(ChangeFailed::Gone)?;
    let policy = get(connection, region, id).await?.ok_or(ChangeFailed::Gone)?;
    let of_document = |change: &&&Change| change.setting != Change::OWNER && change.setting != tags::PATH;
    let changes: Vec<&Change> = request.changes.iter().filter(of_document).copied().collect();
    if !changes.is_empty() {
        let now: BTreeMap<String, Reading> = document::settings(&policy);
        request.refuse_if_moved(&now, &changes)?;
        let flat = Flat::of_readings(&now).with(&changes);
        let mut input = document::input(Laid::only(&flat, &changes), policy.get("PolicyDetails").unwrap_or(&Json::Null));
        input.insert("PolicyId".to_owned(), json!(id));
        match connection.ask(&UPDATE, region, Json::Object(input)).await {
            Ok(_) => {}
            Err(failed) if failed.is(MISSING) => return Err(ChangeFailed::Gone),
            Err(failed) => return Err(failed.into()),
        }
    }
    let arn = policy.text("PolicyArn").unwrap_or_else(|| format!("{}{id}", SPEC.arn_start(region, &connection.identity.account)));
    let retag = Retag::of(&request);
    if !retag.on.is_empty() {
        connection.ask(&TAG, region, json!({ "ResourceArn": arn, "Tags": retag.on })).await?;
    }
    if !retag.off.is_empty() {
        connection.ask(&UNTAG, region, json!({ "ResourceArn": arn, "TagKeys": retag.off })).await?;
    }
    Ok(())
}

//! The calls: `GetScheduleGroup` and `ListTagsForResource` for each group.

use super::{NAME, SPEC};
use crate::aws::untyped::Answer as _;
use crate::aws::{CallFailed, Connection};
use crate::kinds::scheduler::{CREATE_GROUP, DELETE_GROUP, GET_GROUP, LIST_GROUPS, LIST_TAGS, MISSING, TAG, UNTAG};
use crate::kinds::tags::{self, Retag};
use crate::kinds::{ChangeFailed, ChangeRequest, FindRequest, Found, MakeRequest, RemoveRequest, WholeAws};
use crate::model::{Live, Reading, ResourceId, Value};
use futures_util::future::{BoxFuture, join_all};
use serde_json::{Map, Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};

/// The group that every account has in every region, and that nobody can remove.
const DEFAULT: &str = "default";
/// Why nothing of that group can be declared, the schedules in it neither.
///
/// Source: EventBridge Scheduler User Guide, "Managing a schedule group": every account comes with it.
const WHY_NOT: &str = "the schedule group `default` is every account's own, and no block can declare it";

/// The calls.
pub(super) struct GroupCalls;

impl WholeAws for GroupCalls {
    fn find<'a>(&'a self, request: FindRequest<'a>) -> BoxFuture<'a, Found> {
        Box::pin(find(request))
    }

    fn make<'a>(&'a self, request: MakeRequest<'a>) -> BoxFuture<'a, Result<BTreeMap<String, Value>, ChangeFailed>> {
        Box::pin(async move {
            let input = json!({ "Name": request.id.name, "Tags": list(request.tags()) });
            request.connection.ask(&CREATE_GROUP, &request.id.region, input).await?;
            Ok(BTreeMap::from([(Live::ID.to_owned(), Value::from(request.id.name.as_str()))]))
        })
    }

    fn change<'a>(&'a self, request: ChangeRequest<'a>) -> BoxFuture<'a, Result<(), ChangeFailed>> {
        Box::pin(change(request))
    }

    fn remove<'a>(&'a self, request: RemoveRequest<'a>) -> BoxFuture<'a, Result<(), ChangeFailed>> {
        Box::pin(async move {
            match request.connection.ask(&DELETE_GROUP, &request.id.region, json!({ "Name": request.id.name })).await {
                Err(failed) if !failed.is(MISSING) => Err(failed.into()),
                _ => Ok(()),
            }
        })
    }
}

fn list(tags: BTreeMap<String, String>) -> Vec<Json> {
    tags.into_iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect()
}

fn arn(connection: &Connection, name: &str) -> String {
    SPEC.arn(&connection.identity.region, &connection.identity.account, name).unwrap_or_default()
}

async fn find(request: FindRequest<'_>) -> Found {
    let connection = request.connection;
    let region = connection.identity.region.clone();
    let start = SPEC.arn_start(&region, &connection.identity.account);
    let marked = request.marked.iter().filter_map(|thing| Some(thing.arn.strip_prefix(&start)?.to_owned()));
    let mut names: BTreeSet<String> = request.names.iter().cloned().chain(marked).collect();
    let mut found = Found::default();
    if request.everything {
        match connection.pages(&LIST_GROUPS, &region, Map::new(), "ScheduleGroups", ("NextToken", "NextToken")).await {
            Ok(groups) => names.extend(groups.iter().filter_map(|group| group.text("Name"))),
            Err(failed) => found.gaps.push(connection.gap(&region, Some(SPEC.name), None, &failed)),
        }
    }
    for read in join_all(names.iter().map(|name| read(connection, name))).await {
        match read {
            Ok(live) => found.live.extend(live.filter(|live| request.is_sought(live))),
            Err(failed) => found.gaps.push(connection.gap(&region, Some(SPEC.name), None, &failed)),
        }
    }
    found
}

/// Reads one group; `None` where there is none of the name, or where it is going with all that is in it.
async fn read(connection: &Connection, name: &str) -> Result<Option<Live>, CallFailed> {
    let region = &connection.identity.region;
    let group = match connection.ask(&GET_GROUP, region, json!({ "Name": name })).await {
        Ok(group) => group,
        Err(failed) if failed.is(MISSING) => return Ok(None),
        Err(failed) => return Err(failed),
    };
    if group.text("State").as_deref() == Some("DELETING") {
        return Ok(None);
    }
    let arn = group.text("Arn").unwrap_or_else(|| arn(connection, name));
    let listed = match connection.ask(&LIST_TAGS, region, json!({ "ResourceArn": arn })).await {
        Ok(listed) => listed,
        // The group that is always there has none where it cannot be tagged.
        Err(failed) if failed.is(MISSING) && name == DEFAULT => Json::Null,
        Err(failed) if failed.is(MISSING) => return Ok(None),
        Err(failed) => return Err(failed),
    };
    let pairs = listed.items("Tags").into_iter().filter_map(|tag| Some((tag.text("Key")?, tag.text("Value")?)));
    let all: BTreeMap<String, String> = pairs.collect();
    let id =
        ResourceId { kind: SPEC.name.to_owned(), target: connection.target.name.clone(), region: region.clone(), name: name.to_owned() };
    let mut live = Live { id, ..Live::default() };
    tags::note(&mut live, all);
    live.set([(NAME, Reading::Known(Value::from(name)))]);
    if name == DEFAULT {
        live.facts.insert(Live::UNDECLARABLE.to_owned(), Value::from(WHY_NOT));
    }
    live.facts.insert(Live::ID.to_owned(), Value::from(name));
    live.arn = Some(arn);
    Ok(Some(live))
}

async fn change(request: ChangeRequest<'_>) -> Result<(), ChangeFailed> {
    let (connection, region) = (request.connection, &request.id.region);
    let arn = arn(connection, &request.id.name);
    let Retag { on, off } = Retag::of(&request);
    if !on.is_empty() {
        connection.ask(&TAG, region, json!({ "ResourceArn": arn, "Tags": list(on) })).await?;
    }
    if !off.is_empty() {
        connection.ask(&UNTAG, region, json!({ "ResourceArn": arn, "TagKeys": off })).await?;
    }
    Ok(())
}

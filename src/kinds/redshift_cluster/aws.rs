//! The calls: `DescribeClusters` and `ModifyCluster`.

mod snapshots;

pub(super) use snapshots::Snapshots;

use super::{AUTOMATED, CREATED, MANUAL, NODE_TYPE, PASSING, SPEC, STATUS};
use crate::aws::untyped::{Answer as _, Operation, Protocol, Service};
use crate::aws::{CallFailed, Connection};
use crate::kinds::patience::Patience;
use crate::kinds::protection::{ENCRYPTION, encryption};
use crate::kinds::{ChangeFailed, ChangeRequest, Found, KindAws, ReadRequest};
use crate::model::{Live, Reading, ResourceId, Value};
use futures_util::future::BoxFuture;
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;

/// Amazon Redshift.
static REDSHIFT: Service = Service {
    id: "Redshift",
    iam: "redshift",
    signing: "redshift",
    host: "redshift",
    protocol: Protocol::Query { version: "2012-12-01", items: &[] },
};

static DESCRIBE: Operation = REDSHIFT.operation("DescribeClusters");
static MODIFY: Operation = REDSHIFT.operation("ModifyCluster");

const MISSING: &str = "ClusterNotFound";
const BUSY: &str = "InvalidClusterState";

/// The calls.
pub(super) struct ClusterCalls;

impl KindAws for ClusterCalls {
    fn tagging_type(&self) -> &'static str {
        "redshift:cluster"
    }

    fn list<'a>(&'a self, connection: &'a Connection) -> BoxFuture<'a, Result<Vec<String>, CallFailed>> {
        Box::pin(async move { Ok(all(connection).await?.into_keys().collect()) })
    }

    fn read<'a>(&'a self, request: ReadRequest<'a>) -> BoxFuture<'a, Found> {
        Box::pin(read(request))
    }

    fn change<'a>(&'a self, request: ChangeRequest<'a>) -> BoxFuture<'a, Result<(), ChangeFailed>> {
        Box::pin(change(request))
    }
}

/// All clusters of the region, by name, which AWS keeps in lower case.
async fn all(connection: &Connection) -> Result<BTreeMap<String, Json>, CallFailed> {
    let clusters = connection.pages(&DESCRIBE, &connection.identity.region, Map::new(), "Clusters", ("Marker", "Marker")).await?;
    Ok(clusters.into_iter().filter_map(|cluster| Some((cluster.text("ClusterIdentifier")?, cluster))).collect())
}

async fn one(connection: &Connection, region: &str, name: &str) -> Result<Option<Json>, CallFailed> {
    match connection.ask(&DESCRIBE, region, json!({ "ClusterIdentifier": name })).await {
        Ok(answer) => Ok(answer.items("Clusters").first().map(|cluster| (*cluster).clone())),
        Err(failed) if failed.is(MISSING) => Ok(None),
        Err(failed) => Err(failed),
    }
}

async fn read(request: ReadRequest<'_>) -> Found {
    let connection = request.connection;
    let region = &connection.identity.region;
    let names: Vec<String> = request.wishes.keys().map(|name| name.to_lowercase()).collect();
    // One by its name, several with all of the region, as AWS has no call in between.
    let clusters = match names.as_slice() {
        [name] => one(connection, region, name).await.map(|cluster| cluster.map(|cluster| (name.clone(), cluster)).into_iter().collect()),
        _ => all(connection).await,
    };
    let mut found = Found::default();
    for (name, wish) in &request.wishes {
        let id =
            ResourceId { kind: SPEC.name.to_owned(), target: connection.target.name.clone(), region: region.clone(), name: name.clone() };
        match &clusters {
            Ok(clusters) => match clusters.get(&name.to_lowercase()).filter(|cluster| !is_gone(cluster)) {
                Some(cluster) => found.live.push(live(id, cluster, &connection.identity.account)),
                None => found.absent.push(id),
            },
            Err(failed) => {
                let cause = failed.sentence(region);
                let settings = wish.settings.iter().map(|setting| (setting.clone(), Reading::Unreadable { cause: cause.clone() }));
                found.live.push(Live { id, settings: settings.collect(), ..Live::default() });
            }
        }
        (request.done)();
    }
    if let Err(failed) = clusters {
        // One call, one gap, however many clusters it was about.
        found.gaps.push(connection.gap(region, Some(SPEC.name), None, &failed));
    }
    found
}

fn is_gone(cluster: &Json) -> bool {
    cluster.text("ClusterStatus").as_deref() == Some("deleting")
}

fn live(id: ResourceId, cluster: &Json, account: &str) -> Live {
    // A cluster is not described with its ARN.
    let arn = cluster.text("ClusterIdentifier").and_then(|name| SPEC.arn(&id.region, account, &name));
    let mut live = Live { id, settings: settings(cluster), arn, ..Live::default() };
    let facts = [
        (STATUS, cluster.text("ClusterStatus")),
        (NODE_TYPE, cluster.text("NodeType")),
        (CREATED, cluster.moment("ClusterCreateTime").map(|at| at.to_string())),
        (ENCRYPTION, encryption(cluster.flag("Encrypted"), cluster.text("KmsKeyId"))),
    ];
    live.facts.extend(facts.into_iter().filter_map(|(fact, text)| Some((fact.to_owned(), Value::from(text?)))));
    live
}

fn settings(cluster: &Json) -> BTreeMap<String, Reading> {
    let member = "AutomatedSnapshotRetentionPeriod";
    let automated = cluster.whole(&format!("PendingModifiedValues.{member}")).or_else(|| cluster.whole(member));
    let manual = cluster.whole("ManualSnapshotRetentionPeriod").unwrap_or(super::FOR_EVER);
    let reading = |days: Option<i64>| days.map_or(Reading::Unset, |days| Reading::Known(Value::from(days)));
    BTreeMap::from([(AUTOMATED.to_owned(), reading(automated)), (MANUAL.to_owned(), reading(Some(manual)))])
}

async fn change(request: ChangeRequest<'_>) -> Result<(), ChangeFailed> {
    let (connection, region, name) = (request.connection, &request.id.region, request.id.name.to_lowercase());
    let mut patience = Patience::with_busy();
    loop {
        let cluster = one(connection, region, &name).await?.filter(|cluster| !is_gone(cluster)).ok_or(ChangeFailed::Gone)?;
        match cluster.text("ClusterStatus") {
            Some(status) if PASSING.contains(&status.as_str()) => {
                patience.pause(&format!("waiting for the cluster, which is {status}"), request.waiting).await?;
                continue;
            }
            _ => {}
        }
        request.refuse_if_moved(&settings(&cluster), request.changes)?;
        let input = json!({
            "ClusterIdentifier": name,
            "AutomatedSnapshotRetentionPeriod": request.after(AUTOMATED).and_then(Value::as_i64),
            "ManualSnapshotRetentionPeriod": request.after(MANUAL).and_then(Value::as_i64),
        });
        match connection.ask(&MODIFY, region, input).await {
            Ok(_) => return Ok(()),
            Err(failed) if failed.is(MISSING) => return Err(ChangeFailed::Gone),
            Err(failed) if failed.is(BUSY) => {
                patience.pause("waiting for another change of the cluster", request.waiting).await?;
            }
            Err(failed) => return Err(failed.into()),
        }
    }
}

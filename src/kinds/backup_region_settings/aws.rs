//! The calls: `DescribeRegionSettings` tells every type, and `UpdateRegionSettings` merges what it is sent into what is there.

use super::{MANAGEMENT, OPT_IN, SPEC};
use crate::aws::{CallFailed, Connection};
use crate::kinds::{ChangeFailed, ChangeRequest, Found, KindAws, ReadRequest, backup};
use crate::model::{Reading, Value, path};
use futures_util::future::BoxFuture;
use std::collections::BTreeMap;

const READ: &str = "backup:DescribeRegionSettings";
const WRITE: &str = "backup:UpdateRegionSettings";

/// The calls.
pub(super) struct RegionCalls;

impl KindAws for RegionCalls {
    fn tagging_type(&self) -> &'static str {
        "backup"
    }

    fn list<'a>(&'a self, connection: &'a Connection) -> BoxFuture<'a, Result<Vec<String>, CallFailed>> {
        Box::pin(async move { Ok(vec![connection.identity.region.clone()]) })
    }

    fn read<'a>(&'a self, request: ReadRequest<'a>) -> BoxFuture<'a, Found> {
        Box::pin(async move {
            let region = request.connection.identity.region.clone();
            let read = read(request.connection, &region).await;
            backup::single(&request, &SPEC, &region, read)
        })
    }

    fn change<'a>(&'a self, request: ChangeRequest<'a>) -> BoxFuture<'a, Result<(), ChangeFailed>> {
        Box::pin(change(request))
    }
}

/// Every setting, by path.
async fn read(connection: &Connection, region: &str) -> Result<BTreeMap<String, Reading>, CallFailed> {
    let client = backup::client(connection, region);
    let answer = connection.call(READ, client.describe_region_settings().send()).await?;
    let maps = [(OPT_IN, answer.resource_type_opt_in_preference), (MANAGEMENT, answer.resource_type_management_preference)];
    let flags =
        maps.into_iter().flat_map(|(setting, map)| map.into_iter().flatten().map(move |(kind, on)| (path::keyed(setting, &kind), on)));
    Ok(flags.map(|(path, on)| (path, Reading::Known(Value::Bool(on)))).collect())
}

async fn change(request: ChangeRequest<'_>) -> Result<(), ChangeFailed> {
    let now = read(request.connection, &request.id.region).await?;
    request.refuse_if_moved(&now, request.changes)?;
    let of = |setting: &str| {
        let flags = request.changes.iter().filter_map(|change| {
            let (whole, kind) = path::split_key(&change.setting)?;
            Some((kind, change.after.as_bool()?)).filter(|_| whole == setting)
        });
        let flags: BTreeMap<String, bool> = flags.collect();
        (!flags.is_empty()).then(|| flags.into_iter().collect())
    };
    let client = backup::client(request.connection, &request.id.region);
    let call = client
        .update_region_settings()
        .set_resource_type_opt_in_preference(of(OPT_IN))
        .set_resource_type_management_preference(of(MANAGEMENT));
    request.connection.call(WRITE, call.send()).await?;
    Ok(())
}

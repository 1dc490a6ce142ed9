//! Describing, changing and deleting clusters.

use serde_json::{Value, json};

use super::backups::Wanted;
use super::databases::Cluster;
use super::instances::{check_snapshot, later_or_now, must_be_available, name_of};
use super::{create, fault, filters, invalid, page, required, show, together};
use crate::sandbox::services::input::Input;
use crate::sandbox::services::{AwsError, Call};

/// The engines that make clusters. MySQL and PostgreSQL are those of Multi-AZ DB clusters.
pub(crate) const ENGINES: &[&str] = &["aurora-mysql", "aurora-postgresql", "docdb", "mysql", "neptune", "postgres"];

/// The longest time that Aurora MySQL goes back, in seconds.
const LONGEST_BACKTRACK: i64 = 259_200;

pub(super) fn not_found(name: &str) -> AwsError {
    fault("DBClusterNotFoundFault", 404, format!("DBCluster {name} not found."))
}

/// `BacktrackWindow`, which Aurora MySQL alone has.
pub(super) fn backtrack(fields: Input<'_>, engine: &str) -> Result<Option<i64>, AwsError> {
    let seconds = fields.integer("BacktrackWindow")?;
    if seconds.is_some_and(|seconds| seconds != 0) && engine != "aurora-mysql" {
        return Err(invalid(format!("Backtrack is not enabled for the {engine} engine.")));
    }
    if let Some(seconds) = seconds.filter(|seconds| !(0..=LONGEST_BACKTRACK).contains(seconds)) {
        return Err(invalid(format!("Invalid backtrack window: {seconds}. Must be between 0 and {LONGEST_BACKTRACK}.")));
    }
    Ok(seconds)
}

/// `DescribeDBClusters`.
pub(super) fn describe(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let (now, region) = (call.now, call.caller.region.clone());
    let filters = filters(fields)?;
    let named = fields.text("DBClusterIdentifier")?.map(name_of);
    call.region().rds.settle(now);
    let held = call.region().rds.clone();
    if let Some(name) = named.as_ref().filter(|name| !held.clusters.contains_key(*name)) {
        return Err(not_found(name));
    }
    let mut chosen: Vec<&Cluster> =
        held.clusters.values().filter(|cluster| named.as_ref().is_none_or(|name| *name == cluster.common.name)).collect();
    for (filter, values) in filters {
        let keeps: fn(&Cluster, &str) -> bool = match filter {
            "db-cluster-id" => |cluster, value| cluster.common.name == name_of(value),
            "db-cluster-resource-id" => |cluster, value| cluster.common.resource_id == value,
            "engine" => |cluster, value| cluster.common.engine == value,
            other => return Err(invalid(format!("Unrecognized filter name: {other}"))),
        };
        chosen.retain(|cluster| values.iter().any(|value| keeps(cluster, value)));
    }
    let (shown, marker) = page(call, fields, chosen, |cluster| cluster.common.name.clone())?;
    let shown: Vec<Value> = shown.into_iter().map(|cluster| show::cluster(&held, cluster, &region, now)).collect();
    Ok(json!({ "DBClusters": shown, "Marker": marker }))
}

/// `DescribeGlobalClusters`: there are none.
pub(super) fn describe_global(_: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    filters(Input(input))?;
    Ok(json!({ "GlobalClusters": [] }))
}

/// `ModifyDBCluster`. Retention and window change at once, whatever `ApplyImmediately` says.
pub(super) fn modify(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let name = name_of(required(fields, "DBClusterIdentifier")?);
    let wanted = Wanted::read(fields, 1)?;
    let changes = create::said(fields)?;
    let at_once = fields.flag("ApplyImmediately")?.unwrap_or(false);
    let (now, settles, region) = (call.now, call.settles_at(), call.caller.region.clone());
    let held = &mut call.region().rds;
    held.settle(now);
    let cluster = held.clusters.get_mut(&name).ok_or_else(|| not_found(&name))?;
    must_be_available(&cluster.common, now, "InvalidDBClusterStateFault", &format!("DBCluster {name} is not in available state."))?;
    let backtrack = backtrack(fields, &cluster.common.engine)?;
    if cluster.backtrack == 0 && backtrack.is_some_and(|seconds| seconds > 0) {
        return Err(together("Backtrack cannot be enabled for a DB cluster that was created without it."));
    }
    let before = cluster.common.backups.clone();
    cluster.common.backups.take(&wanted, &format!("cluster {name}"), now, now)?;
    let due = if at_once { settles } else { cluster.common.backups.next_maintenance(now) };
    let said = later_or_now(&mut cluster.common, changes, due, at_once);
    let turned = backtrack.is_some_and(|seconds| seconds != cluster.backtrack);
    cluster.backtrack = backtrack.unwrap_or(cluster.backtrack);
    if (said || turned || before != cluster.common.backups) && settles > now {
        cluster.common.busy_until = Some(settles);
    }
    held.settle(now);
    let cluster = held.clusters.get(&name).ok_or_else(|| not_found(&name))?;
    Ok(json!({ "DBCluster": show::cluster(held, cluster, &region, now) }))
}

/// `DeleteDBCluster`.
pub(super) fn delete(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let name = name_of(required(fields, "DBClusterIdentifier")?);
    let (skip, snapshot) = (fields.flag("SkipFinalSnapshot")?.unwrap_or(false), fields.text("FinalDBSnapshotIdentifier")?);
    let (now, settles, region) = (call.now, call.settles_at(), call.caller.region.clone());
    let held = &mut call.region().rds;
    held.settle(now);
    let members = held.members(&name);
    let cluster = held.clusters.get_mut(&name).ok_or_else(|| not_found(&name))?;
    if cluster.common.backups.deletion_protection {
        return Err(together("Cannot delete protected Cluster, please disable deletion protection and try again."));
    }
    if !members.is_empty() {
        return Err(fault(
            "InvalidDBClusterStateFault",
            400,
            "Cluster cannot be deleted, it still contains DB instances in non-deleting state.",
        ));
    }
    check_snapshot(skip, snapshot, "FinalDBSnapshotIdentifier")?;
    cluster.common.gone_at = Some(settles);
    let cluster = cluster.clone();
    let shown = show::cluster(held, &cluster, &region, now);
    held.settle(now);
    Ok(json!({ "DBCluster": shown }))
}

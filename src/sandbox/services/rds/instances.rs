//! Describing, changing and deleting instances.

use serde_json::{Map, Value, json};

use super::automated;
use super::backups::Wanted;
use super::databases::{Common, Databases, Instance};
use super::{create, fault, filters, invalid, page, required, show, together};
use crate::sandbox::services::input::Input;
use crate::sandbox::services::{AwsError, Call};

/// Changes that wait for the maintenance window unless they are to be made at once.
///
/// Source: RDS User Guide, "Modifying an Amazon RDS DB instance": settings for DB instances.
const WAIT: &[&str] =
    &["AllocatedStorage", "DBInstanceClass", "EngineVersion", "Iops", "MultiAZ", "StorageType", "CACertificateIdentifier"];

pub(super) fn not_found(name: &str) -> AwsError {
    fault("DBInstanceNotFound", 404, format!("DBInstance {name} not found."))
}

/// The name in an identifier or an ARN, in lower case.
pub(super) fn name_of(text: &str) -> String {
    text.rsplit(':').next().unwrap_or(text).to_lowercase()
}

/// `DescribeDBInstances`.
pub(super) fn describe(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let (now, region) = (call.now, call.caller.region.clone());
    let filters = filters(fields)?;
    let named = fields.text("DBInstanceIdentifier")?.map(name_of);
    call.region().rds.settle(now);
    let held = call.region().rds.clone();
    if let Some(name) = named.as_ref().filter(|name| !held.instances.contains_key(*name)) {
        return Err(not_found(name));
    }
    let mut chosen: Vec<&Instance> =
        held.instances.values().filter(|instance| named.as_ref().is_none_or(|name| *name == instance.common.name)).collect();
    for (filter, values) in filters {
        let keeps: fn(&Instance, &str) -> bool = match filter {
            "db-instance-id" => |instance, value| instance.common.name == name_of(value),
            "dbi-resource-id" => |instance, value| instance.common.resource_id == value,
            "db-cluster-id" => |instance, value| instance.cluster.as_ref().is_some_and(|cluster| *cluster == name_of(value)),
            "engine" => |instance, value| instance.common.engine == value,
            other => return Err(invalid(format!("Unrecognized filter name: {other}"))),
        };
        chosen.retain(|instance| values.iter().any(|value| keeps(instance, value)));
    }
    let (shown, marker) = page(call, fields, chosen, |instance| instance.common.name.clone())?;
    let shown: Vec<Value> = shown.into_iter().map(|instance| show::instance(&held, instance, &region, now)).collect();
    Ok(json!({ "DBInstances": shown, "Marker": marker }))
}

/// `ModifyDBInstance`.
pub(super) fn modify(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let name = name_of(required(fields, "DBInstanceIdentifier")?);
    let wanted = Wanted::read(fields, 0)?;
    let changes = create::said(fields)?;
    let at_once = fields.flag("ApplyImmediately")?.unwrap_or(false);
    let (now, settles, region) = (call.now, call.settles_at(), call.caller.region.clone());
    let held = &mut call.region().rds;
    held.settle(now);
    let replicas = held.replicas(&name);
    let instance = held.instances.get_mut(&name).ok_or_else(|| not_found(&name))?;
    must_be_available(&instance.common, now, "InvalidDBInstanceState", "Database instance is not in available state.")?;
    if instance.cluster.is_some() && (wanted.days.is_some() || fields.get("PreferredBackupWindow").is_some()) {
        return Err(together(
            "The specified DB Instance is a member of a DB Cluster. Modify backup retention period and backup window for the DB Cluster.",
        ));
    }
    if instance.cluster.is_some() && fields.get("DeletionProtection").is_some() {
        return Err(together("The specified DB Instance is a member of a DB Cluster. Modify deletion protection for the DB Cluster."));
    }
    if wanted.days == Some(0) && !replicas.is_empty() {
        return Err(together("Backup retention period cannot be 0 while the DB instance is the source of a read replica."));
    }
    let due = if at_once { settles } else { instance.common.backups.next_maintenance(now) };
    let before = instance.common.backups.clone();
    // Whatever waited already is made at once as well.
    if at_once && let Some(pending) = &mut instance.common.backups.pending {
        pending.due = settles;
    }
    instance.common.backups.take(&wanted, &format!("instance {name}"), now, due)?;
    let is_other = later_or_now(&mut instance.common, changes, due, at_once) || before != instance.common.backups;
    if is_other && settles > now {
        instance.common.busy_until = Some(settles);
    }
    held.settle(now);
    let instance = held.instances.get(&name).ok_or_else(|| not_found(&name))?;
    Ok(json!({ "DBInstance": show::instance(held, instance, &region, now) }))
}

/// Refuses what only an available database can do.
pub(super) fn must_be_available(common: &Common, now: jiff::Timestamp, code: &str, message: &str) -> Result<(), AwsError> {
    if ["available", "backing-up", "storage-optimization"].contains(&common.status(now)) { Ok(()) } else { Err(fault(code, 400, message)) }
}

/// Takes what is only given back; tells whether anything changed.
pub(super) fn later_or_now(common: &mut Common, changes: Map<String, Value>, due: jiff::Timestamp, at_once: bool) -> bool {
    let changes = changes.into_iter().filter(|(member, value)| common.said.get(member) != Some(value)).collect::<Vec<_>>();
    let any = !changes.is_empty();
    let (waiting, now): (Map<String, Value>, Map<String, Value>) =
        changes.into_iter().partition(|(member, _)| WAIT.contains(&member.as_str()));
    common.said.extend(now);
    if let Some((_, moment)) = &mut common.waiting
        && at_once
    {
        *moment = due;
    }
    if !waiting.is_empty() {
        let (all, moment) = common.waiting.get_or_insert_with(|| (Map::new(), due));
        all.extend(waiting);
        *moment = due;
    }
    any
}

/// `DeleteDBInstance`.
pub(super) fn delete(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let name = name_of(required(fields, "DBInstanceIdentifier")?);
    let (skip, snapshot) = (fields.flag("SkipFinalSnapshot")?.unwrap_or(false), fields.text("FinalDBSnapshotIdentifier")?);
    let keeps_backups = !fields.flag("DeleteAutomatedBackups")?.unwrap_or(true);
    let (now, settles) = (call.now, call.settles_at());
    let (account, region) = (call.caller.account.clone(), call.caller.region.clone());
    let held = &mut call.region().rds;
    held.settle(now);
    let instance = held.instances.get_mut(&name).ok_or_else(|| not_found(&name))?;
    if instance.common.backups.deletion_protection {
        return Err(together("Cannot delete protected DB Instance, please disable deletion protection and try again."));
    }
    if instance.common.gone_at.is_some() {
        return Err(fault("InvalidDBInstanceState", 400, format!("Instance {name} is already being deleted.")));
    }
    if instance.cluster.is_none() {
        check_snapshot(skip, snapshot, "FinalDBSnapshotIdentifier")?;
    }
    instance.common.gone_at = Some(settles);
    let instance = instance.clone();
    if keeps_backups {
        automated::retain(held, &instance, &account, &region, now);
    }
    let shown = show::instance(held, &instance, &region, now);
    Databases::settle(held, now);
    Ok(json!({ "DBInstance": shown }))
}

/// A deletion says whether there is to be a last snapshot.
pub(super) fn check_snapshot(skip: bool, snapshot: Option<&str>, member: &str) -> Result<(), AwsError> {
    match (skip, snapshot) {
        (false, None) => Err(together(format!("{member} is required unless SkipFinalSnapshot is specified."))),
        (true, Some(_)) => {
            Err(together(format!("{member} can not be specified when deleting an instance with SkipFinalSnapshot set to True.")))
        }
        _ => Ok(()),
    }
}

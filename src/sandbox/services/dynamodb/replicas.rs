//! Global tables: replicas share items and definition; PITR, deletion protection and tags are each replica's own.

use serde_json::Value;

use super::table::{Item, Table};
use super::{Call, create};
use crate::sandbox::services::AwsError;
use crate::sandbox::services::input::Input;

/// Applies `ReplicaUpdates` to a table of the caller's region.
pub(super) fn apply(call: &mut Call<'_>, table: &mut Table, updates: &[Value]) -> Result<(), AwsError> {
    for update in updates {
        let update = Input(update);
        if let Some(create) = update.structure("Create")? {
            let region = create.required_text("RegionName", "replicaUpdates.1.member.create.regionName")?;
            add(call, table, region)?;
        } else if let Some(delete) = update.structure("Delete")? {
            let region = delete.required_text("RegionName", "replicaUpdates.1.member.delete.regionName")?;
            remove(call, table, region)?;
        } else if update.get("Update").is_none() {
            return Err(AwsError::validation("One or more parameter values were invalid: a replica update must create, update or delete"));
        }
    }
    Ok(())
}

fn add(call: &mut Call<'_>, table: &mut Table, region: &str) -> Result<(), AwsError> {
    if region == call.caller.region || find(call, table, region).is_some() {
        return Err(AwsError::validation(format!(
            "Failed to create a the new replica of table with name: '{}' because one or more replicas already existed as tables.",
            table.name
        )));
    }
    if table.definition.stream.is_none() {
        // AWS switches the stream on itself for replication.
        table.definition.stream = Some(super::table::Stream {
            view_type: "NEW_AND_OLD_IMAGES".to_owned(),
            label: call.now.strftime("%Y-%m-%dT%H:%M:%S%.3f").to_string(),
        });
    }
    let (account, now) = (call.caller.account.clone(), call.now);
    if call.state.region_mut(&account, region).dynamodb.table(&table.name, now).is_some() {
        return Err(AwsError::validation(format!("Table already exists in region {region}: {}", table.name)));
    }
    let mut replica = create::blank_in(call, region, &table.name, table.definition.clone());
    replica.items = table.items.clone();
    replica.ttl_attribute.clone_from(&table.ttl_attribute);
    replica.replicas = regions(call, table).into_iter().collect();
    replica.replicas.insert(call.caller.region.clone());
    for other in regions(call, table) {
        if let Some(other) = call.state.region_mut(&account, &other).dynamodb.table_mut(&table.name, now) {
            other.replicas.insert(region.to_owned());
        }
    }
    call.state.region_mut(&account, region).dynamodb.insert(replica);
    table.replicas.insert(region.to_owned());
    Ok(())
}

/// Starts the delete of a replica. It stays in the lists of the others, DELETING, until it is gone.
fn remove(call: &mut Call<'_>, table: &Table, region: &str) -> Result<(), AwsError> {
    let Some(replica) = find(call, table, region).filter(|replica| replica.gone_at.is_none()) else {
        return Err(AwsError::validation(format!(
            "Failed to delete the replica of table with name: '{}' because the replica does not exist in {region}.",
            table.name
        )));
    };
    if replica.deletion_protection {
        return Err(AwsError::validation(
            "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.",
        ));
    }
    let (account, now, gone_at) = (call.caller.account.clone(), call.now, call.settles_at());
    if let Some(replica) = call.state.region_mut(&account, region).dynamodb.table_mut(&table.name, now) {
        replica.gone_at = Some(gone_at);
    }
    Ok(())
}

/// The replica of a table in another region. A list may still name one that is gone, and a table that was made since under its name is
/// none: replicas name each other.
pub(super) fn find<'a>(call: &'a Call<'_>, table: &Table, region: &str) -> Option<&'a Table> {
    let listed = table.replicas.contains(region);
    let there = call.state.region(&call.caller.account, region)?.dynamodb.table(&table.name, call.now)?;
    let here = table.arn.split(':').nth(3).unwrap_or_default();
    (listed && there.replicas.contains(here)).then_some(there)
}

/// The regions of the replicas that are there.
pub(super) fn regions(call: &Call<'_>, table: &Table) -> Vec<String> {
    table.replicas.iter().filter(|region| find(call, table, region).is_some()).cloned().collect()
}

/// Gives the other replicas what AWS keeps the same in all of them: billing, capacity, indexes, time to live.
pub(super) fn share_settings(call: &mut Call<'_>, table: &Table) {
    let (account, now) = (call.caller.account.clone(), call.now);
    for region in &regions(call, table) {
        let Some(other) = call.state.region_mut(&account, region).dynamodb.table_mut(&table.name, now) else {
            continue;
        };
        other.ttl_attribute.clone_from(&table.ttl_attribute);
        let (theirs, ours) = (&mut other.definition, &table.definition);
        theirs.attributes.clone_from(&ours.attributes);
        theirs.pay_per_request = ours.pay_per_request;
        (theirs.read_units, theirs.write_units) = (ours.read_units, ours.write_units);
        theirs.global_indexes.clone_from(&ours.global_indexes);
        theirs.on_demand.clone_from(&ours.on_demand);
    }
}

/// Writes an item to a table and to all of its replicas. Returns what was there before.
pub(super) fn write_item(call: &mut Call<'_>, name: &str, key: &str, item: Option<&Item>) -> Option<Item> {
    let (account, here, now) = (call.caller.account.clone(), call.caller.region.clone(), call.now);
    let others = super::find(call, name, super::item_table_not_found).map(|table| regions(call, table)).unwrap_or_default();
    for region in others {
        if let Some(replica) = call.state.region_mut(&account, &region).dynamodb.table_mut(name, now) {
            replica.set_item(key.to_owned(), item.cloned(), now);
        }
    }
    call.state.region_mut(&account, &here).dynamodb.table_mut(name, now)?.set_item(key.to_owned(), item.cloned(), now)
}

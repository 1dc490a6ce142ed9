//! `TableDescription`: what `DescribeTable` and every change of a table answers.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::table::{Table, table_arn};
use super::{Call, replicas};
use crate::sandbox::services::epoch;

/// Describes a table as its region shows it.
pub(super) fn table(call: &Call<'_>, table: &Table) -> Value {
    let now = call.now;
    let definition = &table.definition;
    let mut answer = json!({
        "AttributeDefinitions": definition.attributes,
        "CreationDateTime": epoch(table.created_at),
        "DeletionProtectionEnabled": table.deletion_protection,
        "ItemCount": table.items.len(),
        "KeySchema": definition.key_schema,
        "ProvisionedThroughput": throughput(definition.read_units, definition.write_units),
        "TableArn": table.arn,
        "TableId": table.id,
        "TableName": table.name,
        "TableSizeBytes": table.size_bytes(),
        "TableStatus": table.status(now),
        "WarmThroughput": warm_throughput(definition.pay_per_request, definition.read_units, definition.write_units, "ACTIVE"),
    });
    options(&mut answer, table, now);
    origin(&mut answer, table, now);
    let regions = replicas::regions(call, table);
    if !regions.is_empty() {
        answer["GlobalTableVersion"] = json!("2019.11.21");
        answer["Replicas"] = regions.iter().map(|region| replica(call, table, region)).collect();
    }
    answer
}

/// What a table has only when it was asked for.
fn options(answer: &mut Value, table: &Table, now: Timestamp) {
    let definition = &table.definition;
    let mut set = |member: &str, value: Value| answer[member] = value;
    if definition.pay_per_request {
        set(
            "BillingModeSummary",
            json!({ "BillingMode": "PAY_PER_REQUEST", "LastUpdateToPayPerRequestDateTime": epoch(table.created_at) }),
        );
    }
    if !definition.global_indexes.is_empty() {
        set("GlobalSecondaryIndexes", definition.global_indexes.iter().map(|index| index_description(table, index, true, now)).collect());
    }
    if !definition.local_indexes.is_empty() {
        set("LocalSecondaryIndexes", definition.local_indexes.iter().map(|index| index_description(table, index, false, now)).collect());
    }
    if let Some(stream) = &definition.stream {
        set("StreamSpecification", json!({ "StreamEnabled": true, "StreamViewType": stream.view_type }));
        set("LatestStreamLabel", json!(stream.label));
        set("LatestStreamArn", json!(format!("{}/stream/{}", table.arn, stream.label)));
    }
    if let Some(key) = &definition.kms_key_arn {
        set("SSEDescription", json!({ "Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": key }));
    }
    if let Some(class) = &definition.class {
        set("TableClassSummary", json!({ "TableClass": class }));
    }
    if let Some(limits) = &definition.on_demand {
        set("OnDemandThroughput", limits.clone());
    }
}

/// Where a restored table came from.
fn origin(answer: &mut Value, table: &Table, now: Timestamp) {
    if let Some(origin) = &table.restored_from {
        let mut summary = json!({ "RestoreDateTime": epoch(origin.at), "RestoreInProgress": now < table.active_at });
        if let Some(arn) = &origin.backup_arn {
            summary["SourceBackupArn"] = json!(arn);
        }
        if let Some(arn) = &origin.table_arn {
            summary["SourceTableArn"] = json!(arn);
        }
        answer["RestoreSummary"] = summary;
    }
}

/// Describes another region's replica as this region sees it.
fn replica(call: &Call<'_>, table: &Table, region: &str) -> Value {
    let there = replicas::find(call, table, region);
    json!({
        "RegionName": region,
        "ReplicaStatus": there.map_or("DELETING", |there| there.status(call.now)),
        "ReplicaArn": table_arn(&call.caller.account, region, &table.name),
    })
}

fn index_description(table: &Table, index: &Value, is_global: bool, now: Timestamp) -> Value {
    let mut answer = index.clone();
    let name = index.get("IndexName").and_then(Value::as_str).unwrap_or_default();
    answer["IndexArn"] = json!(format!("{}/index/{name}", table.arn));
    answer["IndexSizeBytes"] = json!(0);
    answer["ItemCount"] = json!(0);
    if is_global {
        let units =
            |member: &str| index.get("ProvisionedThroughput").and_then(|units| units.get(member)).and_then(Value::as_i64).unwrap_or(0);
        let (read, write) = (units("ReadCapacityUnits"), units("WriteCapacityUnits"));
        answer["IndexStatus"] = json!(if now < table.active_at { "CREATING" } else { "ACTIVE" });
        answer["ProvisionedThroughput"] = throughput(read, write);
        answer["WarmThroughput"] = warm_throughput(table.definition.pay_per_request, read, write, "ACTIVE");
    }
    answer
}

fn throughput(read: i64, write: i64) -> Value {
    json!({ "NumberOfDecreasesToday": 0, "ReadCapacityUnits": read, "WriteCapacityUnits": write })
}

/// What a table can take at once: fixed for a new on-demand table, the provisioned units otherwise.
fn warm_throughput(pay_per_request: bool, read: i64, write: i64, status: &str) -> Value {
    let (read, write) = if pay_per_request { (12_000, 4_000) } else { (read, write) };
    json!({ "ReadUnitsPerSecond": read, "WriteUnitsPerSecond": write, "Status": status })
}

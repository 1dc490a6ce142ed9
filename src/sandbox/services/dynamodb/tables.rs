//! `DescribeTable`, ListTables, `DeleteTable`, `DescribeLimits`.

use serde_json::{Value, json};

use super::backups::Backup;
use super::{Call, description, find, require_settled, resource_not_found, table_name};
use crate::sandbox::services::AwsError;
use crate::sandbox::services::input::Input;

/// `DescribeTable`.
pub(super) fn describe(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let name = table_name(call, Input(input), "TableName", "tableName")?;
    let table = find(call, &name, resource_not_found)?;
    Ok(json!({ "Table": description::table(call, table) }))
}

/// `ListTables`: names in pages of 100.
pub(super) fn list(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let after = fields.text("ExclusiveStartTableName")?.unwrap_or_default().to_owned();
    let size = call.page(fields.page_limit("Limit", "limit", 100)?, 100);
    let now = call.now;
    let mut names: Vec<String> = call.region().dynamodb.live(now).map(|table| table.name.clone()).filter(|name| *name > after).collect();
    let more = names.len() > size;
    names.truncate(size);
    let mut answer = json!({ "TableNames": names });
    if let (true, Some(last)) = (more, names.last()) {
        answer["LastEvaluatedTableName"] = json!(last);
    }
    Ok(answer)
}

/// `DeleteTable`. Where PITR is on, AWS keeps a backup that nobody can delete.
pub(super) fn delete(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let name = table_name(call, Input(input), "TableName", "tableName")?;
    let table = find(call, &name, resource_not_found)?.clone();
    require_settled(&table, call.now)?;
    if table.deletion_protection {
        return Err(AwsError::validation(
            "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.",
        ));
    }
    if table.pitr.is_some() {
        let backup = Backup::of_deleted(call, &table);
        call.region().dynamodb.backups.insert(backup.arn.clone(), backup);
    }
    leave_group(call, &table.name, &table.replicas.iter().cloned().collect::<Vec<_>>());
    let gone_at = call.settles_at();
    let mut deleted = table;
    deleted.gone_at = Some(gone_at);
    deleted.held = None;
    let answer = description::table(call, &deleted);
    call.region().dynamodb.insert(deleted);
    Ok(json!({ "TableDescription": answer }))
}

/// Takes this region's replica out of the lists of all others.
fn leave_group(call: &mut Call<'_>, name: &str, others: &[String]) {
    let (account, here, now) = (call.caller.account.clone(), call.caller.region.clone(), call.now);
    for region in others {
        if let Some(table) = call.state.region_mut(&account, region).dynamodb.table_mut(name, now) {
            table.replicas.remove(&here);
        }
    }
}

/// `DescribeLimits`: the default quotas.
#[expect(clippy::unnecessary_wraps, reason = "all operations have one type")]
pub(super) fn limits(_: &mut Call<'_>, _: &Value) -> Result<Value, AwsError> {
    Ok(json!({
        "AccountMaxReadCapacityUnits": 80_000, "AccountMaxWriteCapacityUnits": 80_000,
        "TableMaxReadCapacityUnits": 40_000, "TableMaxWriteCapacityUnits": 40_000,
    }))
}

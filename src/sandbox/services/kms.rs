//! KMS: keys with their states, and aliases. Nothing is encrypted with them.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::input::Input;
use super::{AwsError, Call, Operation, Protocol, Service, epoch};
use crate::sandbox::clock::later;
use crate::sandbox::state::Caller;

/// The keys of a region.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Keys {
    /// By id.
    pub(crate) keys: BTreeMap<String, Key>,
    /// Ids by alias, which begins with `alias/`.
    pub(crate) aliases: BTreeMap<String, String>,
}

/// A key.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Key {
    pub(crate) description: String,
    /// `Enabled`, `Disabled`, `PendingDeletion`, `PendingImport` or `Unavailable`.
    pub(crate) state: String,
    pub(crate) spec: String,
    pub(crate) usage: String,
    pub(crate) created: Timestamp,
    /// When it is deleted, of one that waits for that.
    pub(crate) deleted_at: Option<Timestamp>,
}

/// AWS Key Management Service, 2014-11-01.
pub(crate) static SERVICE: Service = Service {
    iam_prefix: "kms",
    signing_name: "kms",
    protocols: &[Protocol::AwsJson { version: "1.1", target: "TrentService", namespace: "" }],
    throttle_code: "ThrottlingException",
    operations: &[
        Operation::write("CancelKeyDeletion", cancel),
        Operation::write("CreateAlias", alias),
        Operation::write("CreateKey", create),
        Operation::read("DescribeKey", describe),
        Operation::write("DisableKey", disable),
        Operation::write("EnableKey", enable),
        Operation::read("ListKeys", list),
        Operation::write("ScheduleKeyDeletion", schedule_deletion),
    ],
    resources,
};

/// The ARN of a key.
pub(crate) fn arn(account: &str, region: &str, id: &str) -> String {
    format!("arn:aws:kms:{region}:{account}:key/{id}")
}

/// The id of the key with this number.
pub(crate) fn id_of(number: u64) -> String {
    format!("00000000-0000-4000-8000-{number:012}")
}

fn resources(caller: &Caller, input: &Value) -> Vec<String> {
    let asked = ["KeyId", "TargetKeyId"].iter().find_map(|member| input.get(*member)?.as_str()).unwrap_or("*");
    vec![if asked.starts_with("arn:") { asked.to_owned() } else { arn(&caller.account, &caller.region, asked) }]
}

fn missing(what: &str) -> AwsError {
    AwsError::service("NotFoundException", what)
}

/// The id of the key that a request names, by its id, its alias or the ARN of either.
fn find(call: &mut Call<'_>, member: &str, input: &Value) -> Result<String, AwsError> {
    let asked = Input(input).required_text(member, "keyId")?.to_owned();
    let (account, region) = (call.caller.account.clone(), call.caller.region.clone());
    let own = format!("arn:aws:kms:{region}:{account}:");
    let name = match asked.strip_prefix("arn:") {
        None => asked.as_str(),
        Some(_) => asked.strip_prefix(&own).ok_or_else(|| missing(&format!("Key '{asked}' does not exist")))?,
    };
    let keys = &call.region().kms;
    if name.starts_with("alias/") {
        return keys.aliases.get(name).cloned().ok_or_else(|| missing(&format!("Alias {own}{name} is not found.")));
    }
    let id = name.strip_prefix("key/").unwrap_or(name);
    if keys.keys.contains_key(id) { Ok(id.to_owned()) } else { Err(missing(&format!("Key '{own}key/{id}' does not exist"))) }
}

fn key<'a>(call: &'a mut Call<'_>, id: &str) -> Result<&'a mut Key, AwsError> {
    call.region().kms.keys.get_mut(id).ok_or_else(|| missing(&format!("Key '{id}' does not exist")))
}

fn shown(caller: &Caller, id: &str, key: &Key) -> Value {
    json!({
        "AWSAccountId": caller.account,
        "KeyId": id,
        "Arn": arn(&caller.account, &caller.region, id),
        "CreationDate": epoch(key.created),
        "Enabled": key.state == "Enabled",
        "Description": key.description,
        "KeyUsage": key.usage,
        "KeyState": key.state,
        "DeletionDate": key.deleted_at.map(epoch),
        "Origin": "AWS_KMS",
        "KeyManager": "CUSTOMER",
        "KeySpec": key.spec,
        "CustomerMasterKeySpec": key.spec,
        "MultiRegion": false,
    })
}

fn create(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let text = |member: &str, default: &str| Ok::<_, AwsError>(fields.text(member)?.unwrap_or(default).to_owned());
    let key = Key {
        description: text("Description", "")?,
        state: "Enabled".to_owned(),
        spec: text("KeySpec", "SYMMETRIC_DEFAULT")?,
        usage: text("KeyUsage", "ENCRYPT_DECRYPT")?,
        created: call.now,
        deleted_at: None,
    };
    let id = id_of(call.state.fresh_number());
    let answer = json!({ "KeyMetadata": shown(&call.caller, &id, &key) });
    call.region().kms.keys.insert(id, key);
    Ok(answer)
}

fn describe(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let id = find(call, "KeyId", input)?;
    let caller = call.caller.clone();
    Ok(json!({ "KeyMetadata": shown(&caller, &id, key(call, &id)?) }))
}

/// Sets the state of a key that does not wait to be deleted.
fn turn(call: &mut Call<'_>, input: &Value, state: &str) -> Result<Value, AwsError> {
    let id = find(call, "KeyId", input)?;
    let arn = arn(&call.caller.account, &call.caller.region, &id);
    let key = key(call, &id)?;
    if key.state == "PendingDeletion" {
        return Err(AwsError::service("KMSInvalidStateException", format!("{arn} is pending deletion.")));
    }
    state.clone_into(&mut key.state);
    Ok(json!({}))
}

fn enable(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    turn(call, input, "Enabled")
}

fn disable(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    turn(call, input, "Disabled")
}

fn schedule_deletion(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let days = Input(input).integer("PendingWindowInDays")?.unwrap_or(30);
    if !(7..=30).contains(&days) {
        return Err(AwsError::constraint(&format!("'{days}'"), "pendingWindowInDays", "Member must have value between 7 and 30"));
    }
    turn(call, input, "PendingDeletion")?;
    let id = find(call, "KeyId", input)?;
    let (at, arn) =
        (later(call.now, SignedDuration::from_hours(days.saturating_mul(24))), arn(&call.caller.account, &call.caller.region, &id));
    key(call, &id)?.deleted_at = Some(at);
    Ok(json!({ "KeyId": arn, "DeletionDate": epoch(at), "KeyState": "PendingDeletion", "PendingWindowInDays": days }))
}

fn cancel(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let id = find(call, "KeyId", input)?;
    let arn = arn(&call.caller.account, &call.caller.region, &id);
    let key = key(call, &id)?;
    if key.state != "PendingDeletion" {
        return Err(AwsError::service("KMSInvalidStateException", format!("{arn} is not pending deletion.")));
    }
    // What was kept is disabled until somebody enables it.
    (key.state, key.deleted_at) = ("Disabled".to_owned(), None);
    Ok(json!({ "KeyId": arn }))
}

fn alias(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let name = Input(input).required_text("AliasName", "aliasName")?.to_owned();
    if !name.starts_with("alias/") || name.starts_with("alias/aws/") {
        return Err(AwsError::service("InvalidAliasNameException", format!("{name} is no name of an alias.")));
    }
    let id = find(call, "TargetKeyId", input)?;
    let aliases = &mut call.region().kms.aliases;
    if aliases.contains_key(&name) {
        return Err(AwsError::service("AlreadyExistsException", format!("An alias with the name {name} already exists")));
    }
    aliases.insert(name, id);
    Ok(json!({}))
}

fn list(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let after = fields.text("Marker")?.unwrap_or_default().to_owned();
    let size = call.page(fields.page_limit("Limit", "limit", 1000)?, 100);
    let (account, region) = (call.caller.account.clone(), call.caller.region.clone());
    let mut ids: Vec<String> = call.region().kms.keys.keys().filter(|id| after.is_empty() || **id > after).cloned().collect();
    let more = ids.len() > size;
    ids.truncate(size);
    let marker = ids.last().filter(|_| more).cloned();
    let keys: Vec<Value> = ids.iter().map(|id| json!({ "KeyId": id, "KeyArn": arn(&account, &region, id) })).collect();
    Ok(json!({ "Keys": keys, "Truncated": more, "NextMarker": marker }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::sandbox::testing::World;

    #[test]
    fn a_key_that_was_to_be_deleted_is_kept_disabled() {
        let world = World::new();
        let ask = |operation: &str, input| world.json("kms", "TrentService", operation, input);
        let made = ask("CreateKey", json!({}));
        let id = made["KeyMetadata"]["KeyId"].as_str().unwrap().to_owned();
        ask("CreateAlias", json!({ "AliasName": "alias/backups", "TargetKeyId": id }));
        let state = || ask("DescribeKey", json!({ "KeyId": "alias/backups" }))["KeyMetadata"]["KeyState"].clone();
        assert_eq!(state(), "Enabled");
        ask("ScheduleKeyDeletion", json!({ "KeyId": id, "PendingWindowInDays": 7 }));
        assert_eq!(state(), "PendingDeletion");
        let (code, _) = world.json_fails("kms", "TrentService", "EnableKey", json!({ "KeyId": id }));
        assert_eq!(code, "KMSInvalidStateException");
        ask("CancelKeyDeletion", json!({ "KeyId": id }));
        assert_eq!(state(), "Disabled");
        ask("EnableKey", json!({ "KeyId": made["KeyMetadata"]["Arn"] }));
        assert_eq!(state(), "Enabled");
        let (code, message) = world.in_region("eu-west-1").json_fails("kms", "TrentService", "DescribeKey", json!({ "KeyId": id }));
        assert_eq!((code.as_str(), message.ends_with("does not exist")), ("NotFoundException", true));
    }
}

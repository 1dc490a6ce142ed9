//! File systems as they are held; making, describing and deleting them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::backup_policy::Policy;
use super::{arn, fault, id_of, invalid, missing};
use crate::sandbox::services::input::Input;
use crate::sandbox::services::tag_set::{self, Tags};
use crate::sandbox::services::{AwsError, Call, epoch};

/// The most that a page holds.
const PAGE: usize = 100;

/// The file systems of a region, by id.
pub(crate) type FileSystems = BTreeMap<String, FileSystem>;

/// One file system.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct FileSystem {
    pub(crate) id: String,
    pub(crate) arn: String,
    /// What makes a second request to create it the same one.
    pub(crate) token: String,
    pub(crate) created: Timestamp,
    /// Until then it is creating.
    pub(crate) available_at: Timestamp,
    /// Until then it is deleting, and then it is gone.
    pub(crate) gone_at: Option<Timestamp>,
    /// A state that a seed holds it in.
    pub(crate) held: Option<String>,
    /// Absent where nobody ever set one.
    pub(crate) backup: Option<Policy>,
    pub(crate) lifecycle: Value,
    /// What else was said of it and is only given back.
    pub(crate) said: Map<String, Value>,
    /// Absent when it was never tagged.
    pub(crate) tags: Option<Tags>,
}

impl FileSystem {
    /// Its state at a moment.
    pub(super) fn state(&self, now: Timestamp) -> &str {
        match &self.held {
            _ if self.gone_at.is_some() => "deleting",
            Some(held) => held,
            None if now < self.available_at => "creating",
            None => "available",
        }
    }
}

/// The file systems that are there now.
pub(super) fn live<'a>(call: &'a mut Call<'_>) -> &'a mut FileSystems {
    let now = call.now;
    let systems = &mut call.region().efs;
    systems.retain(|_, system| system.gone_at.is_none_or(|gone| now < gone));
    systems
}

/// The file system of an id or an ARN.
pub(super) fn find<'a>(call: &'a mut Call<'_>, fields: Input<'_>, member: &str) -> Result<&'a mut FileSystem, AwsError> {
    let id = id_of(fields.required_text(member, member)?).to_owned();
    let digits = id.strip_prefix("fs-").unwrap_or_default();
    if !(8..=40).contains(&digits.len()) || !digits.chars().all(|c| c.is_ascii_digit() || ('a'..='f').contains(&c)) {
        return Err(fault("ValidationException", 400, format!("Invalid file system id '{id}'.")));
    }
    live(call).get_mut(&id).ok_or_else(|| missing(&id))
}

/// Refuses what a file system does not take in its state.
pub(super) fn must_be_available(system: &FileSystem, now: Timestamp) -> Result<(), AwsError> {
    match system.state(now) {
        "available" => Ok(()),
        state => {
            let message = format!("File system '{}' is in the life cycle state '{state}', which does not allow it.", system.id);
            Err(fault("IncorrectFileSystemLifeCycleState", 409, message))
        }
    }
}

/// AWS's defaults for what was not said.
pub(crate) fn fill(said: &mut Map<String, Value>) {
    for (member, value) in
        [("PerformanceMode", json!("generalPurpose")), ("ThroughputMode", json!("bursting")), ("Encrypted", json!(false))]
    {
        said.entry(member.to_owned()).or_insert(value);
    }
}

/// `CreateFileSystem`.
pub(super) fn create(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let token = fields.required_text("CreationToken", "creationToken")?.to_owned();
    let mut said = Map::new();
    for member in ["PerformanceMode", "ThroughputMode", "KmsKeyId", "AvailabilityZoneName"] {
        said.extend(fields.text(member)?.map(|text| (member.to_owned(), Value::from(text))));
    }
    said.extend(fields.flag("Encrypted")?.map(|flag| ("Encrypted".to_owned(), Value::Bool(flag))));
    said.extend(fields.number("ProvisionedThroughputInMibps")?.map(|rate| ("ProvisionedThroughputInMibps".to_owned(), json!(rate))));
    fill(&mut said);
    let tags = tag_set::read_list(fields, "Tags").map_err(|error| invalid(error.message))?;
    // Of a file system in one zone AWS takes backups unless it is told otherwise.
    let is_backed_up = fields.flag("Backup")?.unwrap_or(said.contains_key("AvailabilityZoneName"));
    if let Some(other) = live(call).values().find(|system| system.token == token) {
        let message = format!("File system '{}' already exists with creation token '{token}'", other.id);
        return Err(fault("FileSystemAlreadyExists", 409, message));
    }
    let (now, available_at) = (call.now, call.settles_at());
    let id = format!("fs-{:017x}", call.state.fresh_number());
    let system = FileSystem {
        arn: arn(&call.caller.account, &call.caller.region, &id),
        id: id.clone(),
        token,
        created: now,
        available_at,
        gone_at: None,
        held: None,
        backup: is_backed_up.then(|| Policy::on(true, available_at)),
        lifecycle: json!([]),
        said,
        tags: (!tags.is_empty()).then_some(tags),
    };
    let shown = shown(&system, &call.caller.account, now);
    live(call).insert(id, system);
    Ok(shown)
}

/// `DeleteFileSystem`.
pub(super) fn delete(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let settles = call.settles_at();
    find(call, Input(input), "FileSystemId")?.gone_at = Some(settles);
    Ok(json!({}))
}

/// `DescribeFileSystems`, sorted by id.
pub(super) fn describe(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let (now, account) = (call.now, call.caller.account.clone());
    let token = fields.text("CreationToken")?.map(str::to_owned);
    let after = fields.text("Marker")?.unwrap_or_default().to_owned();
    let size = call.page(fields.integer("MaxItems")?.and_then(|asked| usize::try_from(asked).ok()), PAGE);
    if fields.get("FileSystemId").is_some() {
        let system = find(call, fields, "FileSystemId")?;
        return Ok(json!({ "FileSystems": [shown(system, &account, now)] }));
    }
    let fits = |system: &&FileSystem| token.as_ref().is_none_or(|token| system.token == *token) && system.id > after;
    let rest: Vec<&FileSystem> = live(call).values().filter(fits).collect();
    let page: Vec<Value> = rest.iter().take(size).map(|system| shown(system, &account, now)).collect();
    let mut answer = json!({ "FileSystems": page });
    if let (true, Some(last)) = (rest.len() > size, rest.get(size.saturating_sub(1))) {
        answer["NextMarker"] = json!(last.id);
    }
    Ok(answer)
}

fn shown(system: &FileSystem, account: &str, now: Timestamp) -> Value {
    let mut shown = json!({
        "OwnerId": account,
        "CreationToken": system.token,
        "FileSystemId": system.id,
        "FileSystemArn": system.arn,
        "CreationTime": epoch(system.created),
        "LifeCycleState": system.state(now),
        "NumberOfMountTargets": 0,
        "SizeInBytes": { "Value": 6144, "ValueInIA": 0, "ValueInStandard": 6144, "ValueInArchive": 0 },
        "Tags": tag_set::listed(system.tags.as_ref()),
        "FileSystemProtection": { "ReplicationOverwriteProtection": "ENABLED" },
    });
    for (member, value) in &system.said {
        shown[member] = value.clone();
    }
    if let Some(name) = system.tags.as_ref().and_then(|tags| tags.get("Name")) {
        shown["Name"] = json!(name);
    }
    shown
}

/// `DescribeLifecycleConfiguration`.
pub(super) fn lifecycle(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    Ok(json!({ "LifecyclePolicies": find(call, Input(input), "FileSystemId")?.lifecycle }))
}

/// `PutLifecycleConfiguration`.
pub(super) fn put_lifecycle(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let now = call.now;
    let policies = Input(input).list("LifecyclePolicies")?.to_vec();
    let system = find(call, Input(input), "FileSystemId")?;
    must_be_available(system, now)?;
    system.lifecycle = Value::Array(policies);
    Ok(json!({ "LifecyclePolicies": system.lifecycle }))
}

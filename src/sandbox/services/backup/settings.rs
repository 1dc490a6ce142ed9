//! What a region backs up at all, and what holds for the whole organization.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{Call, invalid};
use crate::sandbox::services::input::Input;
use crate::sandbox::services::{AwsError, epoch};

/// The types of resource that AWS Backup knows, as it writes them.
pub(crate) const TYPES: &[&str] = &[
    "Aurora",
    "CloudFormation",
    "DocumentDB",
    "DynamoDB",
    "EBS",
    "EC2",
    "EFS",
    "EKS",
    "FSx",
    "Neptune",
    "RDS",
    "Redshift",
    "Redshift Serverless",
    "S3",
    "SAP HANA on Amazon EC2",
    "Storage Gateway",
    "Timestream",
    "VirtualMachine",
];

/// The types whose backups AWS Backup can manage in full on request.
pub(crate) const MANAGED_TYPES: &[&str] = &["DynamoDB", "EFS"];

/// The settings of the organization, which its management account keeps.
pub(crate) const GLOBAL: &[&str] = &["isCrossAccountBackupEnabled", "isDelegatedAdministratorEnabled", "isMpaEnabled"];

/// Where the settings of the organization are kept, though they are of no region.
pub(crate) const HOME_REGION: &str = "us-east-1";

/// What was set; what was not has its default.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Settings {
    opt_in: BTreeMap<String, bool>,
    management: BTreeMap<String, bool>,
    /// Only in the home region.
    global: BTreeMap<String, String>,
    global_at: Option<Timestamp>,
}

impl Settings {
    /// Tells whether a type of resource is backed up when a selection does not name its resources one by one.
    pub(crate) fn is_opted_in(&self, kind: &str) -> bool {
        self.opt_in.get(kind).copied().unwrap_or(true)
    }

    /// Tells whether backups of a type have AWS Backup's own features: cold storage, copies, tags. On by default in accounts of today.
    pub(crate) fn is_managed(&self, kind: &str) -> bool {
        self.management.get(kind).copied().unwrap_or(true)
    }

    /// Sets one setting of the organization, in the region where those are kept.
    pub(crate) fn set_global(&mut self, name: &str, value: bool) {
        self.global.insert(name.to_owned(), value.to_string());
    }

    /// Sets the preferences of one type; `None` leaves what there is.
    pub(crate) fn set(&mut self, kind: &str, opt_in: Option<bool>, managed: Option<bool>) {
        self.opt_in.extend(opt_in.map(|on| (kind.to_owned(), on)));
        self.management.extend(managed.map(|on| (kind.to_owned(), on)));
    }
}

/// `DescribeRegionSettings`.
#[expect(clippy::unnecessary_wraps, reason = "all operations have one type")]
pub(super) fn describe_region(call: &mut Call<'_>, _: &Value) -> Result<Value, AwsError> {
    let settings = &call.region().backup.settings;
    let opt_in: Map<String, Value> = TYPES.iter().map(|kind| ((*kind).to_owned(), json!(settings.is_opted_in(kind)))).collect();
    let management: Map<String, Value> = MANAGED_TYPES.iter().map(|kind| ((*kind).to_owned(), json!(settings.is_managed(kind)))).collect();
    Ok(json!({ "ResourceTypeOptInPreference": opt_in, "ResourceTypeManagementPreference": management }))
}

/// `UpdateRegionSettings`: what is sent is merged into what is there.
pub(super) fn update_region(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let opt_in = preferences(fields, "ResourceTypeOptInPreference", TYPES)?;
    let management = preferences(fields, "ResourceTypeManagementPreference", MANAGED_TYPES)?;
    if management.get("EFS") == Some(&false) {
        return Err(invalid("ResourceTypeManagementPreference of EFS cannot be disabled"));
    }
    let settings = &mut call.region().backup.settings;
    settings.opt_in.extend(opt_in);
    settings.management.extend(management);
    Ok(json!({}))
}

fn preferences(fields: Input<'_>, member: &str, known: &[&str]) -> Result<BTreeMap<String, bool>, AwsError> {
    let entries = fields.object(member)?.into_iter().flatten();
    let read = |(kind, on): (&String, &Value)| match on.as_bool() {
        Some(on) if known.contains(&kind.as_str()) => Ok((kind.clone(), on)),
        _ => Err(invalid(format!("Invalid resource type in {member}: {kind}"))),
    };
    entries.map(read).collect()
}

/// `GetSupportedResourceTypes`.
#[expect(clippy::unnecessary_wraps, reason = "all operations have one type")]
pub(super) fn supported_types(_: &mut Call<'_>, _: &Value) -> Result<Value, AwsError> {
    Ok(json!({ "ResourceTypes": TYPES }))
}

/// `DescribeGlobalSettings`. The sandbox's accounts all manage an organization.
#[expect(clippy::unnecessary_wraps, reason = "all operations have one type")]
pub(super) fn describe_global(call: &mut Call<'_>, _: &Value) -> Result<Value, AwsError> {
    let account = call.caller.account.clone();
    let settings = &call.state.region_mut(&account, HOME_REGION).backup.settings;
    let value = |name: &str| settings.global.get(name).cloned().unwrap_or_else(|| "false".to_owned());
    let all: BTreeMap<&str, String> = GLOBAL.iter().map(|name| (*name, value(name))).collect();
    let mut answer = json!({ "GlobalSettings": all });
    if let Some(at) = settings.global_at {
        answer["LastUpdateTime"] = epoch(at);
    }
    Ok(answer)
}

/// Tells whether backups may be copied from this account to others.
pub(super) fn crosses_accounts(call: &mut Call<'_>) -> bool {
    let account = call.caller.account.clone();
    let settings = &call.state.region_mut(&account, HOME_REGION).backup.settings;
    settings.global.get("isCrossAccountBackupEnabled").is_some_and(|value| value == "true")
}

/// `UpdateGlobalSettings`.
pub(super) fn update_global(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let mut changed = BTreeMap::new();
    for (name, value) in Input(input).object("GlobalSettings")?.into_iter().flatten() {
        match value.as_str() {
            Some(value @ ("true" | "false")) if GLOBAL.contains(&name.as_str()) => changed.insert(name.clone(), value.to_owned()),
            _ => return Err(invalid(format!("Invalid global setting: {name}"))),
        };
    }
    let (account, now) = (call.caller.account.clone(), call.now);
    let settings = &mut call.state.region_mut(&account, HOME_REGION).backup.settings;
    settings.global.extend(changed);
    settings.global_at = Some(now);
    Ok(json!({}))
}

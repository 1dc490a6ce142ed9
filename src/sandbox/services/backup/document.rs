//! The document of a plan: what AWS refuses in it, and what AWS fills in.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::lifecycle::{self, Wrong};
use super::{invalid, is_name, limit, required, schedule, tags};
use crate::sandbox::services::AwsError;
use crate::sandbox::services::input::Input;

/// What AWS takes where a rule says nothing.
const DEFAULT_SCHEDULE: &str = "cron(0 5 ? * * *)";
const DEFAULT_TIMEZONE: &str = "Etc/UTC";
const DEFAULT_START_MINUTES: i64 = 480;
const DEFAULT_COMPLETION_MINUTES: i64 = 10_080;

/// The shortest and the longest window, in minutes.
const MIN_START_MINUTES: i64 = 60;
const MAX_WINDOW_MINUTES: i64 = 52_560_000;

/// Quotas of one plan and of one rule.
const MAX_RULES: usize = 10;
const MAX_COPIES: usize = 5;
const MAX_POINT_TAGS: usize = 10;

/// What the advanced settings of each type of resource can say.
const OPTIONS: &[(&str, &[&str])] = &[("EC2", &["WindowsVSS"]), ("S3", &["BackupACLs", "BackupObjectTags"])];

/// Reads `BackupPlan` as AWS keeps it: complete, without rule ids. `has_vault` tells whether a vault is there.
pub(super) fn read(fields: Input<'_>, has_vault: impl Fn(&str) -> bool) -> Result<Value, AwsError> {
    let name = required(fields, "BackupPlanName")?;
    if !is_name(name, 1, "-_.") {
        return Err(invalid(format!("Invalid backup plan name: {name}. It must match ^[a-zA-Z0-9\\-\\_\\.]{{1,50}}$")));
    }
    let rules = fields.list("Rules")?;
    if rules.is_empty() {
        return Err(AwsError::service("MissingParameterValueException", "Required parameter Rules is missing"));
    }
    if rules.len() > MAX_RULES {
        return Err(limit(format!("Too many rules in the backup plan: {}, at most {MAX_RULES}", rules.len())));
    }
    let (mut names, mut kept) = (BTreeSet::new(), Vec::new());
    for given in rules {
        let rule = Input(given);
        let name = required(rule, "RuleName")?;
        // Whether AWS takes two rules of one name is UNCONFIRMED; nothing could tell them apart.
        if !names.insert(name) {
            return Err(invalid(format!("Error in rule {name} : Duplicate rule name")));
        }
        let in_rule = |wrong| match wrong {
            Wrong::Malformed(error) => error,
            Wrong::Rule(text) => invalid(format!("Error in rule {name} : {text}")),
        };
        kept.push(read_rule(rule, name, &has_vault).map_err(in_rule)?);
    }
    let mut document = json!({ "BackupPlanName": name, "Rules": kept });
    let advanced = advanced(fields)?;
    if !advanced.is_empty() {
        document["AdvancedBackupSettings"] = Value::Array(advanced);
    }
    copy(fields, &mut document, "ScanSettings")?;
    Ok(document)
}

fn wrong<T>(text: impl Into<String>) -> Result<T, Wrong> {
    Err(Wrong::Rule(text.into()))
}

fn read_rule(rule: Input<'_>, name: &str, has_vault: &impl Fn(&str) -> bool) -> Result<Value, Wrong> {
    if !is_name(name, 1, "-_.") {
        return wrong("Invalid rule name. It must match ^[a-zA-Z0-9\\-\\_\\.]{1,50}$");
    }
    let vault = required(rule, "TargetBackupVaultName")?;
    if !is_name(vault, 2, "-_") {
        return wrong(format!("Invalid backup vault name: {vault}"));
    }
    // UNCONFIRMED: that a vault can go later, and the jobs then fail, is documented; that AWS looks for it now is not.
    if !has_vault(vault) {
        return wrong(format!("Backup vault {vault} does not exist"));
    }
    let expression = rule.text("ScheduleExpression")?.unwrap_or(DEFAULT_SCHEDULE);
    let timezone = rule.text("ScheduleExpressionTimezone")?.unwrap_or(DEFAULT_TIMEZONE);
    schedule::check(expression, timezone).map_err(Wrong::Rule)?;
    let lifecycle = lifecycle::read(rule)?;
    let continuous = rule.flag("EnableContinuousBackup")?.unwrap_or(false);
    if continuous {
        lifecycle::check_continuous(lifecycle.as_ref()).map_err(Wrong::Rule)?;
    }
    let mut kept = json!({
        "RuleName": name,
        "TargetBackupVaultName": vault,
        "ScheduleExpression": expression,
        "ScheduleExpressionTimezone": timezone,
        "StartWindowMinutes": window(rule, "StartWindowMinutes", MIN_START_MINUTES, DEFAULT_START_MINUTES)?,
        "CompletionWindowMinutes": window(rule, "CompletionWindowMinutes", 1, DEFAULT_COMPLETION_MINUTES)?,
        "EnableContinuousBackup": continuous,
    });
    if let Some(lifecycle) = lifecycle {
        kept["Lifecycle"] = lifecycle;
    }
    let tags = tags::read(rule, "RecoveryPointTags")?;
    if tags.len() > MAX_POINT_TAGS {
        return wrong(format!("Too many recovery point tags: {}, at most {MAX_POINT_TAGS}", tags.len()));
    }
    if !tags.is_empty() {
        kept["RecoveryPointTags"] = json!(tags);
    }
    let copies = copies(rule)?;
    if !copies.is_empty() {
        kept["CopyActions"] = Value::Array(copies);
    }
    if rule.list("IndexActions")?.len() > 1 {
        return wrong("Only one index action is supported");
    }
    for member in ["IndexActions", "ScanActions", "TargetLogicallyAirGappedBackupVaultArn"] {
        copy(rule, &mut kept, member)?;
    }
    Ok(kept)
}

fn window(rule: Input<'_>, member: &str, least: i64, default: i64) -> Result<i64, Wrong> {
    match rule.integer(member)? {
        Some(minutes) if !(least..=MAX_WINDOW_MINUTES).contains(&minutes) => {
            wrong(format!("Invalid window. {member} must be between {least} and {MAX_WINDOW_MINUTES} minutes"))
        }
        minutes => Ok(minutes.unwrap_or(default)),
    }
}

fn copies(rule: Input<'_>) -> Result<Vec<Value>, Wrong> {
    let given = rule.list("CopyActions")?;
    if given.len() > MAX_COPIES {
        return wrong(format!("Too many copy actions: {}, at most {MAX_COPIES}", given.len()));
    }
    let read = |action: &Value| {
        let action = Input(action);
        let destination = required(action, "DestinationBackupVaultArn")?;
        if !is_vault_arn(destination) {
            return wrong(format!("Invalid destination backup vault ARN: {destination}"));
        }
        let mut kept = json!({ "DestinationBackupVaultArn": destination });
        if let Some(lifecycle) = lifecycle::read(action)? {
            kept["Lifecycle"] = lifecycle;
        }
        Ok(kept)
    };
    given.iter().map(read).collect()
}

/// Tells whether this has the form of a vault's ARN, in whichever account and region.
pub(super) fn is_vault_arn(arn: &str) -> bool {
    let parts: Vec<&str> = arn.split(':').collect();
    matches!(parts.as_slice(), ["arn", _, "backup", region, account, "backup-vault", name]
        if !region.is_empty() && account.len() == 12 && is_name(name, 2, "-_"))
}

fn advanced(fields: Input<'_>) -> Result<Vec<Value>, AwsError> {
    let given = fields.list("AdvancedBackupSettings")?;
    for setting in given {
        let kind = required(Input(setting), "ResourceType")?;
        let Some((_, known)) = OPTIONS.iter().find(|(known, _)| *known == kind) else {
            return Err(invalid(format!("Advanced backup settings are not supported for resource type {kind}")));
        };
        for (option, value) in Input(setting).object("BackupOptions")?.into_iter().flatten() {
            if !known.contains(&option.as_str()) || !matches!(value.as_str(), Some("enabled" | "disabled")) {
                return Err(invalid(format!("Invalid backup option of {kind}: {option}")));
            }
        }
    }
    Ok(given.to_vec())
}

/// Keeps a list or a text as it was sent, unless it is absent or empty.
fn copy(from: Input<'_>, to: &mut Value, member: &str) -> Result<(), AwsError> {
    match from.get(member) {
        Some(Value::Array(list)) if list.is_empty() => {}
        Some(value @ (Value::Array(_) | Value::String(_))) => to[member] = value.clone(),
        Some(_) => return Err(invalid(format!("Invalid {member}"))),
        None => {}
    }
    Ok(())
}

/// The same document without the ids of its rules.
pub(super) fn without_ids(document: &Value) -> Value {
    let mut bare = document.clone();
    for rule in bare.get_mut("Rules").and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(rule) = rule.as_object_mut() {
            rule.remove("RuleId");
        }
    }
    bare
}

/// Gives each rule the id that a rule of its name had before, or a fresh one.
pub(super) fn with_ids(document: &mut Value, before: Option<&Value>, mut fresh: impl FnMut() -> String) {
    let rules = |document: &Value| document.get("Rules").and_then(Value::as_array).cloned().unwrap_or_default();
    let known: BTreeMap<String, Value> =
        before.map(rules).into_iter().flatten().map(|rule| (rule["RuleName"].to_string(), rule["RuleId"].clone())).collect();
    for rule in document.get_mut("Rules").and_then(Value::as_array_mut).into_iter().flatten() {
        let id = known.get(&rule["RuleName"].to_string()).cloned();
        rule["RuleId"] = id.unwrap_or_else(|| json!(fresh()));
    }
}

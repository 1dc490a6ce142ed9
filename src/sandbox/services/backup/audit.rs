//! Audit Manager: frameworks and report plans. The sandbox evaluates no control and writes no report; AWS Config always records.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::kept::{Backups, Tags};
use super::{Call, arn, fresh_id, invalid, limit, not_found, page, required, required_structure, tags};
use crate::sandbox::services::input::Input;
use crate::sandbox::services::{AwsError, epoch};

/// The most frameworks of one region, and the most controls of all of them.
const MAX_FRAMEWORKS: usize = 15;
const MAX_CONTROLS: usize = 50;

/// The most report plans of one region.
const MAX_REPORT_PLANS: usize = 20;

const TEMPLATES: [&str; 6] = [
    "RESOURCE_COMPLIANCE_REPORT",
    "CONTROL_COMPLIANCE_REPORT",
    "BACKUP_JOB_REPORT",
    "COPY_JOB_REPORT",
    "RESTORE_JOB_REPORT",
    "SCAN_JOB_REPORT",
];

const CONTROLS: [&str; 11] = [
    "BACKUP_LAST_RECOVERY_POINT_CREATED",
    "BACKUP_PLAN_MIN_FREQUENCY_AND_MIN_RETENTION_CHECK",
    "BACKUP_RECOVERY_POINT_ENCRYPTED",
    "BACKUP_RECOVERY_POINT_MANUAL_DELETION_DISABLED",
    "BACKUP_RECOVERY_POINT_MINIMUM_RETENTION_CHECK",
    "BACKUP_RESOURCES_PROTECTED_BY_BACKUP_PLAN",
    "BACKUP_RESOURCES_PROTECTED_BY_BACKUP_VAULT_LOCK",
    "BACKUP_RESOURCES_PROTECTED_BY_CROSS_ACCOUNT",
    "BACKUP_RESOURCES_PROTECTED_BY_CROSS_REGION",
    "RESOURCES_IN_LOGICALLY_AIR_GAPPED_VAULT",
    "RESTORE_TIME_FOR_RESOURCES_MEET_TARGET",
];

/// A framework or a report plan.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Audit {
    pub(crate) arn: String,
    pub(crate) created_at: Timestamp,
    /// Until then it is being deployed, and neither changed nor removed.
    pub(crate) deployed_at: Timestamp,
    #[serde(default)]
    pub(crate) is_updated: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) token: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) tags: Tags,
    /// The members that describing it answers.
    pub(crate) members: Value,
}

/// One of the two sorts of thing that are kept here.
#[derive(Clone, Copy)]
struct Sort {
    /// What stands before `Name`, `Arn` and other members: `Framework`.
    prefix: &'static str,
    /// In the ARN.
    kind: &'static str,
    most: usize,
    of: fn(&mut Backups) -> &mut BTreeMap<String, Audit>,
    /// The members of a request that are kept, checked.
    read: fn(Input<'_>, bool) -> Result<Value, AwsError>,
}

const FRAMEWORK: Sort =
    Sort { prefix: "Framework", kind: "framework", most: MAX_FRAMEWORKS, of: |backups| &mut backups.frameworks, read: framework };
const REPORT_PLAN: Sort =
    Sort { prefix: "ReportPlan", kind: "report-plan", most: MAX_REPORT_PLANS, of: |backups| &mut backups.report_plans, read: report_plan };

impl Sort {
    fn member(self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    fn create(self, call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
        let fields = Input(input);
        let name = required(fields, &self.member("Name"))?;
        let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
            && name.len() <= 256;
        if !is_name {
            return Err(invalid(format!(
                "{} must match [a-zA-Z][_a-zA-Z0-9]* and have at most 256 characters: {name}",
                self.member("Name")
            )));
        }
        let members = (self.read)(fields, true)?;
        let tags = tags::read(fields, &self.member("Tags"))?;
        let token = fields.text("IdempotencyToken")?.map(str::to_owned);
        if let Some(there) = (self.of)(&mut call.region().backup).get(name) {
            if token.is_some() && there.token == token {
                return Ok(self.outcome(name, there));
            }
            return Err(AwsError::service("AlreadyExistsException", format!("{} with the same name already exists: {name}", self.prefix)));
        }
        if (self.of)(&mut call.region().backup).len() >= self.most {
            return Err(limit(format!("Maximum number of {}s reached: {}", self.kind, self.most)));
        }
        let id = fresh_id(call);
        let made = Audit {
            arn: arn(&call.caller.account, &call.caller.region, self.kind, &format!("{name}-{id}")),
            created_at: call.now,
            deployed_at: call.settles_at(),
            is_updated: false,
            token,
            tags: Some(tags).filter(|tags| !tags.is_empty()),
            members,
        };
        let answer = self.outcome(name, &made);
        (self.of)(&mut call.region().backup).insert(name.to_owned(), made);
        Ok(answer)
    }

    fn outcome(self, name: &str, made: &Audit) -> Value {
        json!({ self.member("Name"): name, self.member("Arn"): made.arn, "CreationTime": epoch(made.created_at) })
    }

    fn named(self, fields: Input<'_>) -> Result<String, AwsError> {
        let camel = format!("{}{}Name", self.prefix.get(..1).unwrap_or_default().to_lowercase(), self.prefix.get(1..).unwrap_or_default());
        let name = fields.text(&camel)?.or(fields.text(&self.member("Name"))?);
        name.map(str::to_owned).ok_or_else(|| AwsError::service("MissingParameterValueException", format!("{camel} is missing")))
    }

    /// What is to be changed or removed.
    fn deployed(self, call: &mut Call<'_>, name: &str) -> Result<Audit, AwsError> {
        let (now, missing) = (call.now, not_found(format!("{} not found: {name}", self.prefix)));
        let there = (self.of)(&mut call.region().backup).get(name).cloned().ok_or(missing)?;
        if there.deployed_at > now {
            return Err(AwsError::service("ConflictException", format!("{name} is still being deployed")));
        }
        Ok(there)
    }

    fn update(self, call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
        let fields = Input(input);
        let name = self.named(fields)?;
        let mut there = self.deployed(call, &name)?;
        let changed = (self.read)(fields, false)?;
        if let (Some(kept), Some(changed)) = (there.members.as_object_mut(), changed.as_object()) {
            kept.extend(changed.clone());
        }
        there.is_updated = true;
        there.deployed_at = call.settles_at();
        let answer = self.outcome(&name, &there);
        (self.of)(&mut call.region().backup).insert(name, there);
        Ok(answer)
    }

    fn delete(self, call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
        let name = self.named(Input(input))?;
        self.deployed(call, &name)?;
        (self.of)(&mut call.region().backup).remove(&name);
        Ok(json!({}))
    }

    fn described(self, name: &str, there: &Audit, now: Timestamp) -> Value {
        let mut answer = self.outcome(name, there);
        if let (Some(answer), Some(members)) = (answer.as_object_mut(), there.members.as_object()) {
            answer.extend(members.clone());
        }
        answer["DeploymentStatus"] = json!(match (there.deployed_at > now, there.is_updated) {
            (false, _) => "COMPLETED",
            (true, true) => "UPDATE_IN_PROGRESS",
            (true, false) => "CREATE_IN_PROGRESS",
        });
        answer
    }

    fn describe(self, call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
        let name = self.named(Input(input))?;
        let now = call.now;
        let there = (self.of)(&mut call.region().backup).get(&name);
        there.map(|there| self.described(&name, there, now)).ok_or_else(|| not_found(format!("{} not found: {name}", self.prefix)))
    }

    fn list(self, call: &mut Call<'_>, input: &Value, shown: fn(Value) -> Value) -> Result<Value, AwsError> {
        let now = call.now;
        let all: Vec<(String, Audit)> = (self.of)(&mut call.region().backup).clone().into_iter().collect();
        let items = all.iter().map(|(name, there)| (name.clone(), shown(self.described(name, there, now)))).collect();
        // This half of the service writes its paging members with a capital.
        let token = Input(input).text("NextToken")?;
        let asked = json!({ "nextToken": token, "maxResults": input.get("MaxResults") });
        page(call, Input(&asked), &self.member("s"), items)
    }
}

/// The members of a framework.
fn framework(fields: Input<'_>, is_new: bool) -> Result<Value, AwsError> {
    let mut members = serde_json::Map::new();
    if let Some(text) = fields.text("FrameworkDescription")? {
        members.insert("FrameworkDescription".to_owned(), json!(description(text)?));
    }
    let controls = fields.list("FrameworkControls")?;
    if is_new && controls.is_empty() {
        return Err(AwsError::service("MissingParameterValueException", "Required parameter FrameworkControls is missing"));
    }
    if controls.len() > MAX_CONTROLS {
        return Err(limit(format!("Maximum number of controls reached: {MAX_CONTROLS}")));
    }
    let mut names = std::collections::BTreeSet::new();
    for control in controls {
        let control = Input(control);
        let name = required(control, "ControlName")?;
        if !CONTROLS.contains(&name) {
            return Err(invalid(format!("Invalid control name: {name}")));
        }
        // Whether AWS takes one control twice, with different scopes, is not confirmed; each is told apart by its name here.
        if !names.insert(name) {
            return Err(invalid(format!("Duplicate control name: {name}")));
        }
        for parameter in control.list("ControlInputParameters")? {
            required(Input(parameter), "ParameterName")?;
            required(Input(parameter), "ParameterValue")?;
        }
        if let Some(scope) = control.structure("ControlScope")? {
            if scope.object("Tags")?.is_some_and(|tags| tags.len() > 1) {
                return Err(invalid(format!("Control scope of {name} takes one tag")));
            }
            if scope.list("ComplianceResourceIds")?.len() > 100 {
                return Err(invalid(format!("Control scope of {name} takes at most 100 resource ids")));
            }
        }
    }
    if !controls.is_empty() {
        members.insert("FrameworkControls".to_owned(), json!(controls));
    }
    if is_new {
        members.insert("FrameworkStatus".to_owned(), json!("ACTIVE"));
    }
    Ok(Value::Object(members))
}

/// The members of a report plan.
fn report_plan(fields: Input<'_>, is_new: bool) -> Result<Value, AwsError> {
    let mut members = serde_json::Map::new();
    if let Some(text) = fields.text("ReportPlanDescription")? {
        members.insert("ReportPlanDescription".to_owned(), json!(description(text)?));
    }
    if is_new || fields.get("ReportDeliveryChannel").is_some() {
        let channel = required_structure(fields, "ReportDeliveryChannel")?;
        required(channel, "S3BucketName")?;
        let formats = channel.texts("Formats")?;
        if let Some(wrong) = formats.iter().find(|format| !["CSV", "JSON"].contains(*format)) {
            return Err(invalid(format!("Invalid report format: {wrong}")));
        }
        let mut kept = channel.0.clone();
        kept["Formats"] = if formats.is_empty() { json!(["CSV"]) } else { json!(formats) };
        members.insert("ReportDeliveryChannel".to_owned(), kept);
    }
    if is_new || fields.get("ReportSetting").is_some() {
        let setting = required_structure(fields, "ReportSetting")?;
        let template = required(setting, "ReportTemplate")?;
        if !TEMPLATES.contains(&template) {
            return Err(invalid(format!("Invalid report template: {template}")));
        }
        members.insert("ReportSetting".to_owned(), setting.0.clone());
    }
    Ok(Value::Object(members))
}

fn description(text: &str) -> Result<&str, AwsError> {
    if text.chars().count() > 1024 { Err(invalid("The description has at most 1024 characters")) } else { Ok(text) }
}

/// `CreateFramework`.
pub(super) fn create_framework(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    FRAMEWORK.create(call, input)
}

/// `UpdateFramework`: what is sent is replaced.
pub(super) fn update_framework(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    FRAMEWORK.update(call, input)
}

/// `DeleteFramework`.
pub(super) fn delete_framework(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    FRAMEWORK.delete(call, input)
}

/// `DescribeFramework`.
pub(super) fn describe_framework(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    FRAMEWORK.describe(call, input)
}

/// `ListFrameworks`, which counts the controls.
pub(super) fn list_frameworks(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    FRAMEWORK.list(call, input, |mut framework| {
        framework["NumberOfControls"] = json!(framework["FrameworkControls"].as_array().map_or(0, Vec::len));
        if let Some(members) = framework.as_object_mut() {
            members.retain(|name, _| !["FrameworkControls", "FrameworkStatus"].contains(&name.as_str()));
        }
        framework
    })
}

/// `CreateReportPlan`.
pub(super) fn create_report_plan(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    REPORT_PLAN.create(call, input)
}

/// `UpdateReportPlan`: what is sent is replaced.
pub(super) fn update_report_plan(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    REPORT_PLAN.update(call, input)
}

/// `DeleteReportPlan`.
pub(super) fn delete_report_plan(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    REPORT_PLAN.delete(call, input)
}

/// `DescribeReportPlan`.
pub(super) fn describe_report_plan(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    Ok(json!({ "ReportPlan": REPORT_PLAN.describe(call, input)? }))
}

/// `ListReportPlans`, in full.
pub(super) fn list_report_plans(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    REPORT_PLAN.list(call, input, |plan| plan)
}

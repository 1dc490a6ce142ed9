//! Policies as they are held, and the operations on them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{arn, details, invalid, missing};
use crate::sandbox::services::input::Input;
use crate::sandbox::services::tag_set::{self, Tags};
use crate::sandbox::services::{AwsError, Call};

/// The policies of a region, by id.
pub(crate) type Policies = BTreeMap<String, Policy>;

/// One policy.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Policy {
    pub(crate) id: String,
    pub(crate) arn: String,
    pub(crate) description: String,
    pub(crate) role: String,
    /// `ENABLED` or `DISABLED`; `ERROR` only by a seed.
    pub(crate) state: String,
    pub(crate) details: Value,
    /// Of a default policy: `VOLUME` or `INSTANCE`.
    pub(crate) default: Option<String>,
    pub(crate) created: Timestamp,
    pub(crate) modified: Timestamp,
    /// Absent when it was never tagged.
    pub(crate) tags: Option<Tags>,
}

/// What every policy has, where it was said.
struct Said {
    description: Option<String>,
    state: Option<String>,
    role: Option<String>,
}

fn said(fields: Input<'_>) -> Result<Said, AwsError> {
    let description = fields.text("Description")?.map(str::to_owned);
    let allowed = |c: char| c.is_ascii_alphanumeric() || " _-".contains(c);
    if let Some(text) = description.as_ref().filter(|text| !(1..=500).contains(&text.len()) || !text.chars().all(allowed)) {
        return Err(invalid(format!("Invalid value for Description: {text}")));
    }
    let state = fields.text("State")?.map(str::to_owned);
    if let Some(state) = state.as_ref().filter(|state| !["ENABLED", "DISABLED"].contains(&state.as_str())) {
        return Err(invalid(format!("Invalid value for State: {state}")));
    }
    let role = fields.text("ExecutionRoleArn")?.map(str::to_owned);
    if let Some(role) = role.as_ref().filter(|role| !role.contains(":role/")) {
        return Err(invalid(format!("Invalid value for ExecutionRoleArn: {role}")));
    }
    Ok(Said { description, state, role })
}

/// `CreateLifecyclePolicy`.
pub(super) fn create(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let Said { description: Some(description), state: Some(state), role: Some(role) } = said(fields)? else {
        return Err(invalid("The following parameter(s) are required: ExecutionRoleArn, Description, State"));
    };
    let tags = tag_set::read_map(fields, "Tags").map_err(|error| invalid(error.message))?;
    let default = fields.text("DefaultPolicy")?.map(str::to_owned);
    let given = fields.get("PolicyDetails");
    let details = match (&default, given) {
        (Some(kind), given) => details::of_default(kind, given.unwrap_or(&Value::Null), fields)?,
        (None, Some(given)) => details::custom(given)?,
        (None, None) => return Err(invalid("The following parameter(s) are required: PolicyDetails")),
    };
    if default.is_some() && call.region().dlm.values().any(|policy| policy.default == default) {
        let message = "There is a default policy of this type in the Region already.";
        return Err(AwsError { status: 429, ..AwsError::service("LimitExceededException", message) });
    }
    let id = format!("policy-{:017x}", call.state.fresh_number());
    let policy = Policy {
        arn: arn(&call.caller.account, &call.caller.region, &id),
        id: id.clone(),
        description,
        role,
        state,
        details,
        default,
        created: call.now,
        modified: call.now,
        tags: (!tags.is_empty()).then_some(tags),
    };
    call.region().dlm.insert(id.clone(), policy);
    Ok(json!({ "PolicyId": id }))
}

fn find<'a>(call: &'a mut Call<'_>, input: &Value) -> Result<&'a mut Policy, AwsError> {
    let id = Input(input).required_text("PolicyId", "policyId")?.to_owned();
    call.region().dlm.get_mut(&id).ok_or_else(|| missing(&id))
}

/// `GetLifecyclePolicy`.
pub(super) fn get(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let policy = find(call, input)?;
    let message = if policy.state == "ERROR" { "The role cannot be assumed." } else { policy.state.as_str() };
    Ok(json!({ "Policy": {
        "PolicyId": policy.id,
        "PolicyArn": policy.arn,
        "Description": policy.description,
        "ExecutionRoleArn": policy.role,
        "State": policy.state,
        "StatusMessage": message,
        "PolicyDetails": policy.details,
        "DefaultPolicy": policy.default.is_some(),
        "DateCreated": policy.created.to_string(),
        "DateModified": policy.modified.to_string(),
        "Tags": policy.tags.clone().unwrap_or_default(),
    } }))
}

/// A member of the query that can be there several times.
fn asked<'a>(input: &'a Value, member: &str) -> Vec<&'a str> {
    match input.get(member) {
        Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(one)) => vec![one],
        _ => Vec::new(),
    }
}

/// `GetLifecyclePolicies`, all of them at once.
pub(super) fn list(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let ids = asked(input, "policyIds");
    let types = asked(input, "resourceTypes");
    let tags = asked(input, "targetTags");
    let state = Input(input).text("state")?;
    let default = Input(input).text("defaultPolicyType")?;
    let fits = |policy: &&Policy| {
        let list = |member: &str| policy.details.get(member).and_then(Value::as_array).cloned().unwrap_or_default();
        let targets = |wanted: &&str| {
            list("TargetTags").iter().any(|tag| {
                let text = |member: &str| tag.get(member).and_then(Value::as_str).unwrap_or_default();
                format!("{}={}", text("Key"), text("Value")) == **wanted
            })
        };
        (ids.is_empty() || ids.contains(&policy.id.as_str()))
            && state.is_none_or(|state| policy.state == state)
            && types.iter().all(|kind| list("ResourceTypes").contains(&json!(kind)))
            && tags.iter().all(targets)
            && default.is_none_or(|kind| policy.default.as_ref().is_some_and(|own| kind == "ALL" || own == kind))
    };
    let shown = |policy: &Policy| {
        let mut shown = Map::from_iter([
            ("PolicyId".to_owned(), json!(policy.id)),
            ("Description".to_owned(), json!(policy.description)),
            ("State".to_owned(), json!(policy.state)),
            ("Tags".to_owned(), json!(policy.tags.clone().unwrap_or_default())),
            ("PolicyType".to_owned(), policy.details["PolicyType"].clone()),
            ("DefaultPolicy".to_owned(), json!(policy.default.is_some())),
        ]);
        shown.retain(|_, value| !value.is_null());
        Value::Object(shown)
    };
    let all: Vec<Value> = call.region().dlm.values().filter(fits).map(shown).collect();
    if !ids.is_empty() && all.is_empty() {
        return Err(missing(&ids.join(", ")));
    }
    Ok(json!({ "Policies": all }))
}

/// `UpdateLifecyclePolicy`: details that are given replace those that were.
pub(super) fn update(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let now = call.now;
    let fields = Input(input);
    let Said { description, state, role } = said(fields)?;
    let policy = find(call, input)?;
    let details = match (&policy.default, fields.get("PolicyDetails")) {
        (Some(kind), given) => Some(details::of_default(kind, given.unwrap_or(&policy.details), fields)?),
        (None, Some(given)) => Some(details::custom(given)?),
        (None, None) => None,
    };
    if let Some(details) = details {
        for member in ["PolicyType", "ResourceTypes"] {
            if details.get(member) != policy.details.get(member) {
                return Err(invalid(format!("{member} cannot be updated.")));
            }
        }
        policy.details = details;
    }
    policy.description = description.unwrap_or_else(|| policy.description.clone());
    policy.state = state.unwrap_or_else(|| policy.state.clone());
    policy.role = role.unwrap_or_else(|| policy.role.clone());
    policy.modified = now;
    Ok(json!({}))
}

/// `DeleteLifecyclePolicy`; its snapshots stay.
pub(super) fn delete(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let id = find(call, input)?.id.clone();
    call.region().dlm.remove(&id);
    Ok(json!({}))
}

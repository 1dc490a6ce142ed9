//! Dashboards, which are of an account and of no region.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::tags;
use crate::sandbox::services::input::Input;
use crate::sandbox::services::{AwsError, Call, epoch};
use crate::sandbox::state::State;

/// Where dashboards are kept, and where the tagging API shows them, though they are of no region.
pub(crate) const HOME_REGION: &str = "us-east-1";
/// The most widgets.
const WIDGETS: usize = 500;
/// The most dashboards of one answer.
const PAGE: usize = 1000;

/// A dashboard.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Dashboard {
    pub(crate) body: String,
    pub(crate) changed_at: Timestamp,
    /// Absent when it was never tagged.
    pub(crate) tags: Option<BTreeMap<String, String>>,
}

/// The dashboards of an account, by name.
pub(crate) type Dashboards = BTreeMap<String, Dashboard>;

/// The ARN of a dashboard.
pub(crate) fn dashboard_arn(account: &str, name: &str) -> String {
    format!("arn:aws:cloudwatch::{account}:dashboard/{name}")
}

/// The dashboards of an account, to read or change.
pub(crate) fn of_account<'a>(state: &'a mut State, account: &str) -> &'a mut Dashboards {
    &mut state.region_mut(account, HOME_REGION).cloudwatch.dashboards
}

fn own<'c>(call: &'c mut Call<'_>) -> &'c mut Dashboards {
    let account = call.caller.account.clone();
    of_account(call.state, &account)
}

fn missing(name: &str) -> AwsError {
    AwsError { status: 404, ..AwsError::service("DashboardNotFoundError", format!("Dashboard {name} does not exist")) }
}

fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::service("DashboardInvalidInputError", message)
}

/// A name that a dashboard can have.
fn name(fields: Input<'_>) -> Result<&str, AwsError> {
    let name = fields.required_text("DashboardName", "dashboardName")?;
    check_name(name)?;
    Ok(name)
}

/// Checks a name.
///
/// # Errors
///
/// It is empty, longer than 255 characters, or has others than letters, digits, `-` and `_`.
pub(crate) fn check_name(name: &str) -> Result<(), AwsError> {
    let fits = (1..=255).contains(&name.len()) && name.chars().all(|c| c.is_ascii_alphanumeric() || ['-', '_'].contains(&c));
    if fits { Ok(()) } else { Err(super::invalid_value(format!("The value {name} for field DashboardName contains invalid characters."))) }
}

/// Checks a body, as far as the sandbox looks into it.
///
/// # Errors
///
/// It is no JSON object, has no widgets, or more than 500, or one of them has no type or no properties.
pub(crate) fn check_body(body: &str) -> Result<(), AwsError> {
    let refuse = |message: &str| Err(invalid(format!("The dashboard body is invalid, there are 1 validation errors: [{message}]")));
    let Ok(Value::Object(document)) = serde_json::from_str::<Value>(body) else {
        return refuse("The field DashboardBody must be a valid JSON object");
    };
    let Some(Value::Array(widgets)) = document.get("widgets") else { return refuse("Should have required property 'widgets'") };
    if widgets.len() > WIDGETS {
        return refuse("Should NOT have more than 500 items");
    }
    let is_whole =
        |widget: &Value| widget.get("type").is_some_and(Value::is_string) && widget.get("properties").is_some_and(Value::is_object);
    if widgets.iter().all(is_whole) { Ok(()) } else { refuse("Should have required properties 'type' and 'properties'") }
}

/// `PutDashboard`: makes one, or overwrites the body of one. Tags count where it is made alone.
pub(super) fn put(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let name = name(fields)?;
    let body = fields.required_text("DashboardBody", "dashboardBody")?;
    check_body(body)?;
    let given = tags::read(fields)?;
    let now = call.now;
    let dashboards = own(call);
    let tags = dashboards.get(name).map_or(given, |before| before.tags.clone());
    dashboards.insert(name.to_owned(), Dashboard { body: body.to_owned(), changed_at: now, tags });
    Ok(json!({ "DashboardValidationMessages": [] }))
}

/// `GetDashboard`.
pub(super) fn get(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let name = name(Input(input))?;
    let arn = dashboard_arn(&call.caller.account, name);
    let dashboard = own(call).get(name).ok_or_else(|| missing(name))?;
    Ok(json!({ "DashboardArn": arn, "DashboardName": name, "DashboardBody": dashboard.body }))
}

/// `DeleteDashboards`: all of them, or none where one is not there.
pub(super) fn delete(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let names = Input(input).texts("DashboardNames")?;
    let dashboards = own(call);
    if let Some(name) = names.iter().find(|name| !dashboards.contains_key(**name)) {
        return Err(missing(name));
    }
    dashboards.retain(|name, _| !names.contains(&name.as_str()));
    Ok(json!({}))
}

/// `ListDashboards`.
pub(super) fn list(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let fields = Input(input);
    let prefix = fields.text("DashboardNamePrefix")?.unwrap_or_default();
    let after = fields.text("NextToken")?.unwrap_or_default();
    let size = call.page(None, PAGE);
    let account = call.caller.account.clone();
    let found: Vec<(&String, &Dashboard)> =
        own(call).iter().filter(|(name, _)| name.starts_with(prefix) && name.as_str() > after).take(size.saturating_add(1)).collect();
    let shown = |(name, dashboard): &(&String, &Dashboard)| {
        json!({
            "DashboardName": name,
            "DashboardArn": dashboard_arn(&account, name),
            "LastModified": epoch(dashboard.changed_at),
            "Size": dashboard.body.len(),
        })
    };
    let mut answer = json!({ "DashboardEntries": found.iter().take(size).map(shown).collect::<Vec<_>>() });
    if let (true, Some((last, _))) = (found.len() > size, found.get(size.saturating_sub(1))) {
        answer["NextToken"] = json!(last);
    }
    Ok(answer)
}

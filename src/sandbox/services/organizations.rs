//! AWS Organizations: one organization, with its accounts, organizational units and their tags. It is there once a seed made it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::input::Input;
use super::{AwsError, Call, Operation, Protocol, Service};
use crate::sandbox::DEFAULT_ACCOUNT;
use crate::sandbox::state::Caller;

/// The id of the organization.
const ID: &str = "o-sandbox0000";

/// The id of its root.
pub(crate) const ROOT: &str = "r-sbox";

/// The largest page.
const PAGE: usize = 20;

/// The organization; nobody is in it before a seed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Organization {
    /// By id.
    pub(crate) units: BTreeMap<String, Unit>,
    /// By account id.
    pub(crate) accounts: BTreeMap<String, Member>,
}

/// An organizational unit.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Unit {
    pub(crate) name: String,
    pub(crate) parent: String,
}

/// An account of the organization.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) email: String,
    /// `ACTIVE`, `SUSPENDED` or `PENDING_CLOSURE`.
    pub(crate) status: String,
    pub(crate) parent: String,
    pub(crate) tags: BTreeMap<String, String>,
}

/// AWS Organizations, 2016-11-28. The service is global and is signed for `us-east-1`.
pub(crate) static SERVICE: Service = Service {
    iam_prefix: "organizations",
    signing_name: "organizations",
    protocols: &[Protocol::AwsJson {
        version: "1.1",
        target: "AWSOrganizationsV20161128",
        namespace: "com.amazonaws.organizations.v20161128",
    }],
    throttle_code: "TooManyRequestsException",
    operations: &[
        Operation::read("DescribeOrganization", describe),
        Operation::read("ListAccounts", list_accounts),
        Operation::read("ListAccountsForParent", list_accounts_for_parent),
        Operation::read("ListOrganizationalUnitsForParent", list_units_for_parent),
        Operation::read("ListRoots", list_roots),
        Operation::read("ListTagsForResource", list_tags),
    ],
    resources,
};

fn resources(_: &Caller, _: &Value) -> Vec<String> {
    vec!["*".to_owned()]
}

/// The organization, for whoever may see all of it: its management account. That no other may is AWS's rule without delegation.
fn seen<'a>(call: &'a Call<'_>) -> Result<&'a Organization, AwsError> {
    let organization = &call.state.organization;
    if organization.accounts.is_empty() {
        return Err(AwsError::service("AWSOrganizationsNotInUseException", "Your account is not a member of an organization."));
    }
    if call.caller.account != DEFAULT_ACCOUNT {
        let message = "You don't have permissions to access this resource.";
        return Err(AwsError::service("AccessDeniedException", message));
    }
    Ok(organization)
}

fn arn(kind: &str, id: &str) -> String {
    format!("arn:aws:organizations::{DEFAULT_ACCOUNT}:{kind}/{ID}/{id}")
}

/// The ARN of an account of the organization.
pub(crate) fn account_arn(id: &str) -> String {
    arn("account", id)
}

fn account(id: &str, member: &Member) -> Value {
    json!({
        "Id": id,
        "Arn": account_arn(id),
        "Email": member.email,
        "Name": member.name,
        "Status": member.status,
        "State": member.status,
        "JoinedMethod": "CREATED",
    })
}

/// One page of items, each with the id by which the next page is asked for.
fn page(call: &Call<'_>, input: Input<'_>, name: &str, all: Vec<(String, Value)>) -> Result<Value, AwsError> {
    let after = input.text("NextToken")?.unwrap_or_default().to_owned();
    let size = call.page(input.page_limit("MaxResults", "maxResults", PAGE)?, PAGE);
    let rest: Vec<(String, Value)> = all.into_iter().filter(|(id, _)| *id > after).collect();
    let next = (rest.len() > size).then(|| rest.get(size.saturating_sub(1)).map(|(id, _)| id.clone())).flatten();
    let items: Vec<Value> = rest.into_iter().take(size).map(|(_, item)| item).collect();
    let mut answer = json!({ name: items });
    if let Some(next) = next {
        answer["NextToken"] = json!(next);
    }
    Ok(answer)
}

fn describe(call: &mut Call<'_>, _: &Value) -> Result<Value, AwsError> {
    // Every member may ask this.
    let organization = &call.state.organization;
    if !organization.accounts.contains_key(&call.caller.account) && call.caller.account != DEFAULT_ACCOUNT
        || organization.accounts.is_empty()
    {
        return Err(AwsError::service("AWSOrganizationsNotInUseException", "Your account is not a member of an organization."));
    }
    Ok(json!({ "Organization": {
        "Id": ID,
        "Arn": format!("arn:aws:organizations::{DEFAULT_ACCOUNT}:organization/{ID}"),
        "FeatureSet": "ALL",
        "MasterAccountId": DEFAULT_ACCOUNT,
        "MasterAccountArn": arn("account", DEFAULT_ACCOUNT),
    } }))
}

fn list_accounts(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let all = seen(call)?.accounts.iter().map(|(id, member)| (id.clone(), account(id, member))).collect();
    page(call, Input(input), "Accounts", all)
}

/// The parent that a request names, which must be there.
fn parent<'a>(organization: &Organization, input: Input<'a>) -> Result<&'a str, AwsError> {
    let parent = input.required_text("ParentId", "parentId")?;
    if parent != ROOT && !organization.units.contains_key(parent) {
        return Err(AwsError::service("ParentNotFoundException", "You specified a parent that doesn't exist."));
    }
    Ok(parent)
}

fn list_accounts_for_parent(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let organization = seen(call)?;
    let parent = parent(organization, Input(input))?;
    let within = organization.accounts.iter().filter(|(_, member)| member.parent == parent);
    let all = within.map(|(id, member)| (id.clone(), account(id, member))).collect();
    page(call, Input(input), "Accounts", all)
}

fn list_units_for_parent(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let organization = seen(call)?;
    let parent = parent(organization, Input(input))?;
    let within = organization.units.iter().filter(|(_, unit)| unit.parent == parent);
    let all = within.map(|(id, unit)| (id.clone(), json!({ "Id": id, "Arn": arn("ou", id), "Name": unit.name }))).collect();
    page(call, Input(input), "OrganizationalUnits", all)
}

fn list_roots(call: &mut Call<'_>, _: &Value) -> Result<Value, AwsError> {
    seen(call)?;
    Ok(json!({ "Roots": [{ "Id": ROOT, "Arn": arn("root", ROOT), "Name": "Root", "PolicyTypes": [] }] }))
}

fn list_tags(call: &mut Call<'_>, input: &Value) -> Result<Value, AwsError> {
    let id = Input(input).required_text("ResourceId", "resourceId")?;
    let Some(member) = seen(call)?.accounts.get(id) else {
        return Err(AwsError::service("TargetNotFoundException", "You specified a target that doesn't exist."));
    };
    let tags: Vec<Value> = member.tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
    Ok(json!({ "Tags": tags }))
}

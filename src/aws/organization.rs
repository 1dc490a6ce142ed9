//! The accounts of an organization: the active ones that a policy means.

use super::untyped::{Answer, Operation, Protocol, Service};
use super::{CallFailed, Connection};
use crate::model::{Account, Organization};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Where the calls of this global service are signed for.
const REGION: &str = "us-east-1";

static ORGANIZATIONS: Service = Service {
    id: "Organizations",
    iam: "organizations",
    signing: "organizations",
    host: "organizations",
    protocol: Protocol::Json { version: "1.1", target: "AWSOrganizationsV20161128" },
};

static LIST: Operation = ORGANIZATIONS.operation("ListAccounts");
static LIST_BELOW: Operation = ORGANIZATIONS.operation("ListAccountsForParent");
static LIST_UNITS: Operation = ORGANIZATIONS.operation("ListOrganizationalUnitsForParent");
static LIST_TAGS: Operation = ORGANIZATIONS.operation("ListTagsForResource");

const TOKENS: (&str, &str) = ("NextToken", "NextToken");

/// Why the accounts of an organization are not known.
#[derive(Clone, Debug)]
pub enum AccountsFailed {
    /// A call failed for good.
    Call(CallFailed),
    /// The organization has no unit and no root of that id.
    NoUnit(String),
}

impl From<CallFailed> for AccountsFailed {
    fn from(failed: CallFailed) -> Self {
        Self::Call(failed)
    }
}

/// Lists the active accounts that an `organization` block means, by id. Tags and units are asked for only where it names some.
///
/// # Errors
///
/// A call failed for good, or a unit is not there. That no account is meant is no error here.
pub async fn accounts(connection: &Connection, organization: &Organization) -> Result<Vec<Account>, AccountsFailed> {
    let listed = connection.pages(&LIST, REGION, Map::new(), "Accounts", TOKENS).await?;
    // `Status` is what `State` was named before; endpoints of both generations answer.
    let is_active = |account: &&Value| account.text("State").or_else(|| account.text("Status")).as_deref() == Some("ACTIVE");
    let mut accounts: Vec<Account> = listed.iter().filter(is_active).filter_map(account).collect();
    accounts.sort_by(|a, b| a.id.cmp(&b.id));
    if organization.asks_for_tags() {
        for account in &mut accounts {
            account.tags = tags(connection, &account.id).await?;
        }
    }
    let mut below = BTreeMap::new();
    for unit in organization.units() {
        let accounts = accounts_below(connection, unit).await.map_err(|failed| {
            if failed.is("ParentNotFoundException") { AccountsFailed::NoUnit(unit.to_owned()) } else { AccountsFailed::Call(failed) }
        })?;
        below.insert(unit.to_owned(), accounts);
    }
    accounts.retain(|account| organization.means(account, &below));
    Ok(accounts)
}

fn account(found: &Value) -> Option<Account> {
    let text = |name: &str| found.text(name);
    Some(Account {
        id: text("Id")?,
        name: text("Name").unwrap_or_default(),
        email: text("Email").unwrap_or_default(),
        tags: BTreeMap::new(),
    })
}

async fn tags(connection: &Connection, id: &str) -> Result<BTreeMap<String, String>, CallFailed> {
    let input = Map::from_iter([("ResourceId".to_owned(), json!(id))]);
    let tags = connection.pages(&LIST_TAGS, REGION, input, "Tags", TOKENS).await?;
    Ok(tags.iter().filter_map(|tag| Some((tag.text("Key")?, tag.text("Value")?))).collect())
}

/// The accounts in a unit and in the units within it.
async fn accounts_below(connection: &Connection, unit: &str) -> Result<BTreeSet<String>, CallFailed> {
    let mut found = BTreeSet::new();
    let mut units = vec![unit.to_owned()];
    let mut seen = BTreeSet::new();
    while let Some(unit) = units.pop() {
        let input = || Map::from_iter([("ParentId".to_owned(), json!(unit))]);
        let accounts = connection.pages(&LIST_BELOW, REGION, input(), "Accounts", TOKENS).await?;
        found.extend(accounts.iter().filter_map(|account| account.text("Id")));
        let within = connection.pages(&LIST_UNITS, REGION, input(), "OrganizationalUnits", TOKENS).await?;
        units.extend(within.iter().filter_map(|unit| unit.text("Id")).filter(|id| seen.insert(id.clone())));
    }
    Ok(found)
}

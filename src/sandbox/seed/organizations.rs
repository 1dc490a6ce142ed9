//! `aws_organizations_organizational_unit` and `aws_organizations_account` in a seed. The account itself is there anyway, as every number of
//! 12 digits is one; the seed makes it a member.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::Plant;
use super::fields::Fields;
use crate::names::is_account_id;
use crate::sandbox::services::organizations::{Member, ROOT, Unit, account_arn};
use crate::sandbox::state::State;

#[derive(Debug)]
struct SeededUnit {
    id: String,
    unit: Unit,
}

#[derive(Debug)]
struct SeededAccount {
    id: String,
    member: Member,
}

/// Reads one unit.
pub(super) fn unit(fields: &mut Fields<'_>) -> Box<dyn Plant> {
    let fits = |id: &str| {
        (!(id.starts_with("ou-") && id.len() > 3)).then(|| "an organizational unit is written like `ou-prod-00000001`".to_owned())
    };
    Box::new(SeededUnit {
        id: fields.required_id("id", "ou-prod-00000001", fits),
        unit: Unit { name: fields.required_text("name"), parent: parent(fields) },
    })
}

/// Reads one account.
pub(super) fn account(fields: &mut Fields<'_>) -> Box<dyn Plant> {
    fields.allow(&["close_on_deletion", "role_name", "iam_user_access_to_billing"]);
    let fits = |id: &str| (!is_account_id(id)).then(|| format!("`id` must be the id of an account, which has 12 digits, found \"{id}\""));
    let member = Member {
        name: fields.required_text("name"),
        email: fields.required_text("email"),
        status: fields.choice("status", &["ACTIVE", "SUSPENDED", "PENDING_CLOSURE"]).unwrap_or_else(|| "ACTIVE".to_owned()),
        parent: parent(fields),
        tags: fields.map("tags").unwrap_or_default().into_iter().collect::<BTreeMap<_, _>>(),
    };
    Box::new(SeededAccount { id: fields.required_id("id", "123456789012", fits), member })
}

fn parent(fields: &mut Fields<'_>) -> String {
    fields.text("parent_id").unwrap_or_else(|| ROOT.to_owned())
}

impl Plant for SeededUnit {
    fn identity(&self) -> String {
        format!("organizational unit {}", self.id)
    }

    fn plant(&self, state: &mut State, _: Timestamp) -> bool {
        state.organization.units.insert(self.id.clone(), self.unit.clone()).is_some()
    }
}

impl Plant for SeededAccount {
    fn identity(&self) -> String {
        account_arn(&self.id)
    }

    fn plant(&self, state: &mut State, _: Timestamp) -> bool {
        state.organization.accounts.insert(self.id.clone(), self.member.clone()).is_some()
    }
}

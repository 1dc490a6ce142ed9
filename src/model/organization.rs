//! The accounts of an AWS organization, and which of them a policy means.

use super::policy::{Pattern, Target};
use super::source::Span;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use wildmatch::WildMatch;

/// The accounts that were listed, by the name of the `organization` block.
pub type Accounts = BTreeMap<String, Vec<Account>>;

/// The number that stands for the accounts that are not known yet. No account has it.
pub const NOBODY: &str = "000000000000";

/// An account of an organization.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Its 12 digits.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The address of its owner.
    pub email: String,
    /// Its tags; none where no selector of the block asks for tags.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
}

/// An `organization` block.
#[derive(Clone, Debug)]
pub struct Organization {
    /// Its label.
    pub name: String,
    /// Whose credentials list the accounts: the management account's, or a delegated administrator's.
    pub access: Target,
    /// Which accounts; every active one where it says nothing.
    pub select: AccountSelector,
    /// Which of these not.
    pub except: AccountSelector,
    /// The block.
    pub span: Span,
}

/// What tells accounts apart; each thing that is said must fit, and of a list one.
#[derive(Clone, Debug, Default)]
pub struct AccountSelector {
    /// Account ids.
    pub ids: Vec<String>,
    /// Patterns of names.
    pub names: Vec<Pattern>,
    /// Ids of organizational units, or of roots: accounts anywhere below. They are no patterns.
    pub units: Vec<Pattern>,
    /// Tags with patterns of values.
    pub tags: BTreeMap<String, String>,
}

impl AccountSelector {
    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty() && self.names.is_empty() && self.units.is_empty() && self.tags.is_empty()
    }

    /// Whether an account fits in all that is said. `below` are the accounts below each unit.
    fn fits_all(&self, account: &Account, below: &BTreeMap<String, BTreeSet<String>>) -> bool {
        (self.ids.is_empty() || self.ids.contains(&account.id))
            && (self.names.is_empty() || self.names.iter().any(|name| WildMatch::new(&name.text).matches(&account.name)))
            && (self.units.is_empty() || self.is_below(account, below))
            && self.tags.iter().all(|tag| has_tag(account, tag))
    }

    /// Whether an account fits in one of the things that are said.
    fn fits_any(&self, account: &Account, below: &BTreeMap<String, BTreeSet<String>>) -> bool {
        self.ids.contains(&account.id)
            || self.names.iter().any(|name| WildMatch::new(&name.text).matches(&account.name))
            || self.is_below(account, below)
            || self.tags.iter().any(|tag| has_tag(account, tag))
    }

    fn is_below(&self, account: &Account, below: &BTreeMap<String, BTreeSet<String>>) -> bool {
        self.units.iter().any(|unit| below.get(&unit.text).is_some_and(|accounts| accounts.contains(&account.id)))
    }
}

fn has_tag(account: &Account, (key, pattern): (&String, &String)) -> bool {
    account.tags.get(key).is_some_and(|value| WildMatch::new(pattern).matches(value))
}

impl Organization {
    /// Every unit that must be looked into.
    pub fn units(&self) -> BTreeSet<&str> {
        self.select.units.iter().chain(&self.except.units).map(|unit| unit.text.as_str()).collect()
    }

    /// Where a unit is named; the block where it is not.
    pub fn place_of(&self, unit: &str) -> &Span {
        let named = self.select.units.iter().chain(&self.except.units).find(|named| named.text == unit);
        named.map_or(&self.span, |named| &named.span)
    }

    /// Whether the accounts' tags must be known.
    pub fn asks_for_tags(&self) -> bool {
        !self.select.tags.is_empty() || !self.except.tags.is_empty()
    }

    /// Whether the block means an account.
    pub fn means(&self, account: &Account, below: &BTreeMap<String, BTreeSet<String>>) -> bool {
        self.select.fits_all(account, below) && !self.except.fits_any(account, below)
    }
}

//! `aws_kms_key` in a seed: the provider's attributes, `key_id`, `alias` and `state`.

use jiff::{SignedDuration, Timestamp};

use super::Plant;
use super::fields::Fields;
use crate::sandbox::DEFAULT_ACCOUNT;
use crate::sandbox::services::{account, kms};
use crate::sandbox::state::State;

/// Arguments of the provider that mean nothing here.
const IGNORED: &[&str] = &["deletion_window_in_days", "enable_key_rotation", "policy", "rotation_period_in_days", "tags"];

/// The states that a seed can hold a key in.
const STATES: &[&str] = &["Enabled", "Disabled", "PendingDeletion", "PendingImport", "Unavailable"];

#[derive(Debug)]
struct SeededKey {
    id: String,
    alias: Option<String>,
    account: String,
    region: String,
    description: String,
    state: String,
    spec: String,
    usage: String,
}

/// Reads one block.
pub(super) fn decode(fields: &mut Fields<'_>) -> Box<dyn Plant> {
    fields.allow(IGNORED);
    let is_enabled = fields.flag("is_enabled").unwrap_or(true);
    let rule = |alias: &str| (!alias.starts_with("alias/")).then(|| format!("`alias` begins with `alias/`, found \"{alias}\""));
    let alias = fields.text("alias");
    if let Some(reason) = alias.as_deref().and_then(rule) {
        fields.complain("alias", &reason);
    }
    Box::new(SeededKey {
        id: fields.required_text("key_id"),
        alias,
        account: fields.text("account_id").unwrap_or_else(|| DEFAULT_ACCOUNT.to_owned()),
        region: fields.text("region").unwrap_or_else(|| "us-east-1".to_owned()),
        description: fields.text("description").unwrap_or_default(),
        state: fields.choice("state", STATES).unwrap_or_else(|| if is_enabled { "Enabled" } else { "Disabled" }.to_owned()),
        spec: fields.text("customer_master_key_spec").unwrap_or_else(|| "SYMMETRIC_DEFAULT".to_owned()),
        usage: fields.text("key_usage").unwrap_or_else(|| "ENCRYPT_DECRYPT".to_owned()),
    })
}

impl Plant for SeededKey {
    fn identity(&self) -> String {
        kms::arn(&self.account, &self.region, &self.id)
    }

    fn plant(&self, state: &mut State, now: Timestamp) -> bool {
        if account::is_opt_in(&self.region) {
            state.enable_region(&self.account, &self.region);
        }
        let waits = now.checked_add(SignedDuration::from_hours(30 * 24)).ok().filter(|_| self.state == "PendingDeletion");
        let key = kms::Key {
            description: self.description.clone(),
            state: self.state.clone(),
            spec: self.spec.clone(),
            usage: self.usage.clone(),
            created: now,
            deleted_at: waits,
        };
        let held = &mut state.region_mut(&self.account, &self.region).kms;
        held.aliases.extend(self.alias.clone().map(|alias| (alias, self.id.clone())));
        held.keys.insert(self.id.clone(), key).is_some()
    }
}

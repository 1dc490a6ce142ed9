//! `aws_db_event_subscription` in a seed. Its topic and its sources need not be there.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::Plant;
use super::fields::Fields;
use crate::sandbox::DEFAULT_ACCOUNT;
use crate::sandbox::services::{account, rds};
use crate::sandbox::state::State;

#[derive(Debug)]
struct Seeded {
    name: String,
    account: String,
    region: String,
    topic: String,
    source_type: Option<String>,
    sources: Vec<String>,
    categories: Vec<String>,
    enabled: bool,
    tags: Option<BTreeMap<String, String>>,
}

/// Reads one block; what AWS would refuse of it is a problem.
pub(super) fn decode(fields: &mut Fields<'_>) -> Box<dyn Plant> {
    let source_type = fields.text("source_type");
    let categories = fields.texts("event_categories").unwrap_or_default();
    if let Err(error) = rds::check_events(source_type.as_deref(), &categories) {
        fields.complain("event_categories", &error.message);
    }
    Box::new(Seeded {
        name: fields.required_text("name").to_lowercase(),
        account: fields.text("account_id").unwrap_or_else(|| DEFAULT_ACCOUNT.to_owned()),
        region: fields.text("region").unwrap_or_else(|| "us-east-1".to_owned()),
        topic: fields.required_text("sns_topic"),
        source_type,
        sources: fields.texts("source_ids").unwrap_or_default(),
        categories,
        enabled: fields.flag("enabled").unwrap_or(true),
        tags: fields.map("tags").map(BTreeMap::from_iter),
    })
}

impl Plant for Seeded {
    fn identity(&self) -> String {
        rds::arn(&self.account, &self.region, "es", &self.name)
    }

    fn plant(&self, state: &mut State, now: Timestamp) -> bool {
        if account::is_opt_in(&self.region) {
            state.enable_region(&self.account, &self.region);
        }
        let subscription = rds::Subscription {
            name: self.name.clone(),
            arn: self.identity(),
            account: self.account.clone(),
            topic: self.topic.clone(),
            source_type: self.source_type.clone(),
            sources: self.sources.clone(),
            categories: self.categories.clone(),
            enabled: self.enabled,
            created_at: now,
            tags: self.tags.clone(),
        };
        let held = &mut state.region_mut(&self.account, &self.region).rds;
        held.subscriptions.insert(self.name.clone(), subscription).is_some()
    }
}

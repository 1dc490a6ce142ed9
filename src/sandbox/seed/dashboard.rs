//! `aws_cloudwatch_dashboard` in a seed: the provider's attributes, `tags` and `created_days_ago`.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::Plant;
use super::fields::Fields;
use crate::sandbox::DEFAULT_ACCOUNT;
use crate::sandbox::services::cloudwatch::{Dashboard, check_body, check_name, dashboard_arn, of_account};
use crate::sandbox::services::dynamodb::days_before;
use crate::sandbox::state::State;

#[derive(Debug)]
struct SeededDashboard {
    name: String,
    account: String,
    body: String,
    tags: Option<BTreeMap<String, String>>,
    created_days_ago: i64,
}

/// Reads one block; what AWS would refuse of it is a problem.
pub(super) fn decode(fields: &mut Fields<'_>) -> Box<dyn Plant> {
    let refused = |outcome: Result<(), crate::sandbox::services::AwsError>| outcome.err().map(|error| error.message);
    Box::new(SeededDashboard {
        name: fields.required_text_within("dashboard_name", |name| refused(check_name(name))),
        body: fields.required_text_within("dashboard_body", |body| refused(check_body(body))),
        account: fields.text("account_id").unwrap_or_else(|| DEFAULT_ACCOUNT.to_owned()),
        tags: fields.map("tags").map(BTreeMap::from_iter),
        created_days_ago: fields.number("created_days_ago", 0..=36_500).unwrap_or_default(),
    })
}

impl Plant for SeededDashboard {
    fn identity(&self) -> String {
        dashboard_arn(&self.account, &self.name)
    }

    fn plant(&self, state: &mut State, now: Timestamp) -> bool {
        let changed_at = days_before(now, self.created_days_ago);
        let dashboard = Dashboard { body: self.body.clone(), changed_at, tags: self.tags.clone() };
        of_account(state, &self.account).insert(self.name.clone(), dashboard).is_some()
    }
}

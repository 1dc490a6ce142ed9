//! `aws_iam_role` in a seed: the provider's attributes.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::Plant;
use super::fields::Fields;
use crate::sandbox::DEFAULT_ACCOUNT;
use crate::sandbox::services::iam;
use crate::sandbox::state::State;

/// Arguments of the provider that mean nothing here.
const IGNORED: &[&str] = &["force_detach_policies", "permissions_boundary"];

#[derive(Debug)]
struct SeededRole {
    name: String,
    account: String,
    path: String,
    trust: String,
    description: Option<String>,
    longest_session: i64,
    tags: BTreeMap<String, String>,
    attached: Vec<String>,
    inline: Vec<(String, String)>,
}

/// Reads one block; what IAM would refuse of it is a problem.
pub(super) fn decode(fields: &mut Fields<'_>) -> Box<dyn Plant> {
    fields.allow(IGNORED);
    let path = fields.text("path").unwrap_or_else(|| "/".to_owned());
    if let Some(reason) = iam::check_path(&path) {
        fields.complain("path", &reason);
    }
    Box::new(SeededRole {
        name: fields.required_text_within("name", iam::check_name),
        account: fields.text("account_id").unwrap_or_else(|| DEFAULT_ACCOUNT.to_owned()),
        path,
        trust: fields.required_text_within("assume_role_policy", iam::check_trust),
        description: fields.text("description"),
        longest_session: fields.number("max_session_duration", 3600..=43_200).unwrap_or(3600),
        tags: fields.map("tags").map(BTreeMap::from_iter).unwrap_or_default(),
        attached: fields.texts("managed_policy_arns").unwrap_or_default(),
        inline: fields.blocks("inline_policy", |policy| (policy.required_text("name"), policy.required_text("policy"))),
    })
}

impl Plant for SeededRole {
    fn identity(&self) -> String {
        iam::arn(&self.account, &self.path, &self.name)
    }

    fn plant(&self, state: &mut State, now: Timestamp) -> bool {
        let role = iam::Role {
            name: self.name.clone(),
            path: self.path.clone(),
            id: iam::fresh_id(state),
            trust: self.trust.clone(),
            description: self.description.clone(),
            longest_session: self.longest_session,
            created: now,
            tags: self.tags.clone(),
            attached: self.attached.iter().cloned().collect(),
            inline: self.inline.iter().cloned().collect(),
        };
        state.region_mut(&self.account, iam::REGION).iam.insert(self.name.to_lowercase(), role).is_some()
    }
}

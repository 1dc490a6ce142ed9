//! Which resources a selection takes: `(Resources ∪ ListOfTags) ∖ NotResources ∩ Conditions`, then what the region is opted in to.

use std::collections::BTreeMap;

use serde_json::Value;
use wildmatch::WildMatch;

use super::kept::Plan;
use super::settings::Settings;
use super::{Call, resources};

/// A resource that a selection may take.
struct Candidate {
    arn: String,
    kind: &'static str,
    tags: BTreeMap<String, String>,
}

/// The ARNs of the resources that a plan takes, each with the role of the first selection that does.
pub(super) fn of_plan(call: &mut Call<'_>, plan: &Plan) -> Vec<(String, String)> {
    let now = call.now;
    let buckets: Vec<Candidate> = resources::buckets(call)
        .map(|bucket| Candidate { arn: bucket.arn(), kind: "S3", tags: bucket.tags.clone().unwrap_or_default() })
        .collect();
    let region = call.region();
    let tables = region.dynamodb.live(now);
    let candidates: Vec<Candidate> = tables
        .map(|table| Candidate { arn: table.arn.clone(), kind: "DynamoDB", tags: table.tags.clone().unwrap_or_default() })
        .chain(buckets)
        .filter(|candidate| !candidate.is_of_a_restore_test())
        .collect();
    let settings = &region.backup.settings;
    let selections: Vec<&Value> =
        plan.selections.values().filter(|selection| selection.created_at <= now).map(|selection| &selection.document).collect();
    let role = |candidate: &Candidate| {
        let first = selections.iter().find(|selection| selects(selection, candidate, settings))?;
        Some(first["IamRoleArn"].as_str().unwrap_or_default().to_owned())
    };
    candidates.iter().filter_map(|candidate| Some((candidate.arn.clone(), role(candidate)?))).collect()
}

impl Candidate {
    /// Plans pass over what restore tests have made.
    fn is_of_a_restore_test(&self) -> bool {
        let is_named = super::name_of(&self.arn).starts_with("awsbackup-restore-test");
        is_named || self.tags.keys().any(|key| key.starts_with("awsbackup-restore-test"))
    }
}

fn list<'a>(selection: &'a Value, member: &str) -> impl Iterator<Item = &'a Value> {
    selection.get(member).and_then(Value::as_array).into_iter().flatten()
}

fn selects(selection: &Value, candidate: &Candidate, settings: &Settings) -> bool {
    let fits = |pattern: &str| WildMatch::new(pattern).matches(&candidate.arn);
    let patterns = |member: &str| list(selection, member).filter_map(Value::as_str).collect::<Vec<_>>();
    if patterns("NotResources").into_iter().any(fits) {
        return false;
    }
    let named = patterns("Resources").into_iter().filter(|pattern| fits(pattern)).collect::<Vec<_>>();
    let tagged = list(selection, "ListOfTags").any(|tag| {
        let (key, value) = (tag["ConditionKey"].as_str().unwrap_or_default(), tag["ConditionValue"].as_str().unwrap_or_default());
        candidate.tags.get(key).is_some_and(|found| found == value)
    });
    let is_taken = tagged || !named.is_empty();
    if !is_taken || !keeps_conditions(selection, candidate) {
        return false;
    }
    // What is named with its type is backed up whatever the region is opted in to; `*`, a whole service and tags are not so.
    let names_type = |pattern: &str| pattern.splitn(6, ':').nth(5).is_some_and(|resource| resource != "*");
    settings.is_opted_in(candidate.kind) || named.into_iter().any(names_type)
}

/// All conditions must hold. A resource without the tag differs from every value.
fn keeps_conditions(selection: &Value, candidate: &Candidate) -> bool {
    let holds = |operator: &str, test: fn(&str, &str) -> bool, wanted: bool| {
        list(&selection["Conditions"], operator).all(|condition| {
            let key = condition["ConditionKey"].as_str().unwrap_or_default();
            let value = condition["ConditionValue"].as_str().unwrap_or_default();
            let found = candidate.tags.get(key.strip_prefix("aws:ResourceTag/").unwrap_or(key));
            found.is_some_and(|found| test(value, found)) == wanted
        })
    };
    let equal = |value: &str, found: &str| value == found;
    let like = |pattern: &str, found: &str| WildMatch::new(pattern).matches(found);
    holds("StringEquals", equal, true)
        && holds("StringNotEquals", equal, false)
        && holds("StringLike", like, true)
        && holds("StringNotLike", like, false)
}

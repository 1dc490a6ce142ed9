//! What restore testing plans do at their times: a restore for each thing that a selection takes, and the end of what was restored.
//!
//! AWS starts within the start window, the sandbox at its beginning. A restore takes five minutes and one more for each GiB here: a number of
//! the sandbox's own.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::points::Point;
use super::restore_testing::RestoreTesting;
use super::restores::{self, Order, Test};
use super::{Call, fresh_id, resources, schedule};
use crate::sandbox::clock::later;

/// What the names, and a tag, of what a test restores begin with.
const MARK: &str = "awsbackup-restore-test";

/// The runs of a region's plans that have come due, each with the plan's name; from then on they are done.
pub(super) fn due(call: &mut Call<'_>, most: usize) -> Vec<(Timestamp, String)> {
    let now = call.now;
    let mut due = Vec::new();
    let minute = |at: Timestamp| at.as_second().div_euclid(60);
    for (name, plan) in &mut call.region().backup.restore_testing {
        let is_over = plan.ran_until.is_some_and(|at| minute(at) >= minute(now));
        if is_over || plan.selections.is_empty() {
            continue;
        }
        let since = plan.ran_until.replace(now).unwrap_or(plan.created_at);
        let runs = schedule::runs(&plan.members, since, now, usize::MAX);
        let newest = runs.len().saturating_sub(most);
        due.extend(runs.into_iter().skip(newest).map(|run| (run, name.clone())));
    }
    due
}

/// Tests what the plan takes now.
pub(super) fn run(call: &mut Call<'_>, name: &str) {
    let Some(plan) = call.region().backup.restore_testing.get(name).cloned() else { return };
    let now = call.now;
    for tested in plan.selections.values().filter(|tested| tested.created_at <= now) {
        let selection = &tested.members;
        for (vault_arn, point) in chosen(call, &plan, selection) {
            let minutes = 5 + point.size_bytes.div_euclid(1 << 30).clamp(0, 10_000);
            let test_name = format!("{MARK}-{}", fresh_id(call));
            let mut metadata = BTreeMap::new();
            for (kind, key) in [("DynamoDB", "targetTableName"), ("RDS", "DBInstanceIdentifier"), ("S3", "DestinationBucketName")] {
                if point.kind == kind {
                    metadata.insert(key.to_owned(), test_name.clone());
                }
            }
            let order = Order {
                role: selection["IamRoleArn"].as_str().unwrap_or_default(),
                metadata,
                tags: Some(BTreeMap::from([(MARK.to_owned(), name.to_owned())])),
                test: Some(Test {
                    plan_arn: plan.arn.clone(),
                    window_hours: selection["ValidationWindowHours"].as_i64().unwrap_or(0),
                    is_cleared: false,
                }),
                token: None,
                ends_at: later(now, SignedDuration::from_mins(minutes)),
            };
            restores::run(call, &vault_arn, &point, order);
        }
    }
}

/// Deletes what tests restored, once its time is over, and tells whether there was anything.
pub(super) fn clear(call: &mut Call<'_>) -> bool {
    let now = call.now;
    let region = call.region();
    let over = region.backup.restores.values_mut().filter(|job| job.clears_at().is_some_and(|at| at <= now));
    let mut cleared = false;
    for job in over {
        let at = job.clears_at().unwrap_or(now);
        let Some(test) = job.test.as_mut().filter(|test| !test.is_cleared) else { continue };
        test.is_cleared = true;
        cleared = true;
        let table = job.created_arn.as_deref().filter(|_| job.kind == "DynamoDB").map(resources::name_of);
        // What was restored may be gone already, or be still busy: AWS tries again.
        if let Some(table) = table.and_then(|name| region.dynamodb.table_mut(name, now)) {
            table.gone_at = Some(at);
        }
    }
    cleared
}

/// One recovery point of each thing that a selection takes.
fn chosen(call: &mut Call<'_>, plan: &RestoreTesting, selection: &Value) -> Vec<(String, Point)> {
    let now = call.now;
    let wanted = &plan.members["RecoveryPointSelection"];
    let has = |list: &Value, text: &str| list.as_array().is_some_and(|list| list.iter().any(|one| one == text || one == "*"));
    let days = wanted["SelectionWindowDays"].as_i64().unwrap_or(30);
    let since = later(now, SignedDuration::from_hours(-24 * days));
    let is_wanted = |point: &&Point| {
        let form = match point.status(now) {
            "COMPLETED" => "SNAPSHOT",
            "AVAILABLE" => "CONTINUOUS",
            _ => return false,
        };
        let arns = &selection["ProtectedResourceArns"];
        // Without ARNs there are conditions, which narrow all there are.
        let is_named = arns.as_array().is_none_or(Vec::is_empty) || has(arns, &point.resource_arn);
        selection["ProtectedResourceType"] == point.kind.as_str()
            && has(&wanted["RecoveryPointTypes"], form)
            && is_named
            && since <= point.created_at
            && point.created_at <= now
    };
    let mut by_thing: BTreeMap<String, Vec<(String, Point)>> = BTreeMap::new();
    for vault in call.region().backup.vaults.values() {
        if has(&wanted["IncludeVaults"], &vault.arn) && !has(&wanted["ExcludeVaults"], &vault.arn) {
            for point in vault.live(now).filter(is_wanted) {
                by_thing.entry(point.resource_arn.clone()).or_default().push((vault.arn.clone(), point.clone()));
            }
        }
    }
    by_thing.retain(|arn, _| keeps_conditions(&selection["ProtectedResourceConditions"], &resources::tags(call, arn)));
    let is_random = wanted["Algorithm"] == "RANDOM_WITHIN_WINDOW";
    let mut chosen = Vec::new();
    for mut points in by_thing.into_values() {
        points.sort_by_key(|(_, point)| point.created_at);
        let dice = if is_random { usize::try_from(call.state.fresh_number()).unwrap_or(0) % points.len().max(1) } else { 0 };
        // The newest is the last.
        chosen.extend(points.into_iter().rev().nth(dice));
    }
    chosen
}

/// All conditions must hold. A resource without the tag differs from every value.
fn keeps_conditions(conditions: &Value, tags: &BTreeMap<String, String>) -> bool {
    let holds = |operator: &str, wanted: bool| {
        conditions.get(operator).and_then(Value::as_array).into_iter().flatten().all(|condition| {
            let key = condition["Key"].as_str().unwrap_or_default();
            let found = tags.get(key.strip_prefix("aws:ResourceTag/").unwrap_or(key));
            found.is_some_and(|found| condition["Value"] == found.as_str()) == wanted
        })
    };
    holds("StringEquals", true) && holds("StringNotEquals", false)
}

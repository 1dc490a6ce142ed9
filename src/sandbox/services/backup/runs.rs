//! Scheduled runs. Nothing runs by itself in the sandbox: what has come due since somebody last looked is made up for, at its own times.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::jobs::{self, Order};
use super::kept::Plan;
use super::{Call, copies, metrics, resources, restore_tests, schedule, selected, tags};
use crate::sandbox::clock::later;
use crate::sandbox::faults::Faults;
use crate::sandbox::services::input::Input;
use crate::sandbox::state::{Caller, State};

/// The most runs of one rule that are made up for at once, the newest ones: a clock that jumps by years would fill the state otherwise.
const MOST_RUNS: usize = 400;

/// What has come due.
enum Due {
    /// A rule of a backup plan.
    Backup(Box<Plan>, Value),
    /// A restore testing plan, by its name.
    RestoreTest(String),
}

/// Makes up for the scheduled runs and the metrics of all accounts and regions up to now, and tells whether there were any.
pub(crate) fn catch_up(state: &mut State, faults: &Faults, now: Timestamp, lag: SignedDuration) -> bool {
    let mut ran = false;
    let places = state.places();
    for (account, region) in places.clone() {
        let arn = format!("arn:aws:sts::{account}:assumed-role/AWSServiceRoleForBackup/AWSBackup");
        let caller = Caller { account, region, arn, user_id: "AROASANDBOXBACKUP".to_owned() };
        let mut call = Call { state, caller, now, lag, page_size: None, region_off: Vec::new(), faults, folder: None };
        let plans = call.region().backup.plans.values_mut().filter(|plan| is_awake(plan, now));
        let mut due = Vec::new();
        for plan in plans {
            let since = std::mem::replace(&mut plan.ran_until, now);
            due.extend(due_rules(plan, since, now).into_iter().map(|(at, rule)| (at, Due::Backup(Box::new(plan.clone()), rule))));
        }
        due.extend(restore_tests::due(&mut call, MOST_RUNS).into_iter().map(|(at, name)| (at, Due::RestoreTest(name))));
        due.sort_by_key(|(at, _)| *at);
        for (at, due) in due {
            ran = true;
            call.now = at;
            match due {
                Due::Backup(plan, rule) => execute(&mut call, &plan, &rule),
                Due::RestoreTest(name) => restore_tests::run(&mut call, &name),
            }
        }
        call.now = now;
        ran |= restore_tests::clear(&mut call);
    }
    // Only now, as runs leave copies in other regions.
    let published = places.iter().filter(|(account, region)| metrics::publish(state.region_mut(account, region), now)).count();
    ran || published > 0
}

/// Tells whether a plan can have something to do: cron's times are whole minutes.
fn is_awake(plan: &Plan, now: Timestamp) -> bool {
    let minute = |at: Timestamp| at.as_second().div_euclid(60);
    plan.deleted_at.is_none() && !plan.selections.is_empty() && minute(plan.ran_until) < minute(now)
}

fn rules(plan: &Plan) -> Vec<Value> {
    let document = plan.current().map(|version| &version.document);
    document.and_then(|document| document.get("Rules")?.as_array().cloned()).unwrap_or_default()
}

/// The runs that have come due, each with its rule, without those that another rule's run has swallowed.
fn due_rules(plan: &Plan, since: Timestamp, now: Timestamp) -> Vec<(Timestamp, Value)> {
    let rules = rules(plan);
    let mut due = Vec::new();
    for (index, rule) in rules.iter().enumerate() {
        let runs = schedule::runs(rule, since, now, usize::MAX);
        let newest = runs.len().saturating_sub(MOST_RUNS);
        let kept = runs.into_iter().skip(newest).filter(|run| !is_swallowed(&rules, index, *run));
        due.extend(kept.map(|run| (run, rule.clone())));
    }
    due
}

fn start_minutes(rule: &Value) -> i64 {
    rule["StartWindowMinutes"].as_i64().unwrap_or(480)
}

/// Of two rules of one plan whose start windows overlap, AWS Backup runs only the one that keeps its backups longer. Of equal ones the
/// first runs (UNCONFIRMED).
fn is_swallowed(rules: &[Value], index: usize, run: Timestamp) -> bool {
    let retention =
        |rule: &Value| rule.get("Lifecycle").and_then(|lifecycle| lifecycle.get("DeleteAfterDays")?.as_i64()).unwrap_or(i64::MAX);
    let Some(own) = rules.get(index) else { return false };
    rules.iter().enumerate().any(|(other_index, other)| {
        let is_stronger = retention(other) > retention(own) || (retention(other) == retention(own) && other_index < index);
        let from = later(run, -SignedDuration::from_mins(start_minutes(other)));
        let to = later(run, SignedDuration::from_mins(start_minutes(own)) - SignedDuration::from_secs(1));
        other_index != index && is_stronger && !schedule::runs(other, from, to, 1).is_empty()
    })
}

/// Backs up what the plan selects now, and copies it.
fn execute(call: &mut Call<'_>, plan: &Plan, rule: &Value) {
    let at = call.now;
    let vault = rule["TargetBackupVaultName"].as_str().unwrap_or_default();
    let created_by = json!({
        "BackupPlanId": plan.id,
        "BackupPlanArn": plan.arn,
        "BackupPlanName": plan.current().map(|version| version.document["BackupPlanName"].clone()),
        "BackupPlanVersion": plan.current().map(|version| version.id.clone()),
        "BackupRuleId": rule["RuleId"],
        "BackupRuleName": rule["RuleName"],
        "BackupRuleCron": rule["ScheduleExpression"],
        "BackupRuleTimezone": rule["ScheduleExpressionTimezone"],
    });
    if let Some(plan) = call.region().backup.plans.get_mut(&plan.id) {
        plan.last_run_at = Some(at);
    }
    for (arn, role) in selected::of_plan(call, plan) {
        let Some(resource) = resources::find(call, &arn) else { continue };
        let order = Order {
            vault,
            resource_arn: &arn,
            role: &role,
            lifecycle: rule.get("Lifecycle").cloned(),
            tags: tags::read(Input(rule), "RecoveryPointTags").unwrap_or_default(),
            start_minutes: start_minutes(rule),
            created_by: Some(created_by.clone()),
            token: None,
        };
        let job = jobs::run(call, order, &resource);
        let found = call.region().backup.vaults.get(vault);
        let made = found.and_then(|found| Some((found.arn.clone(), found.points.get(job.point_arn.as_ref()?)?.clone())));
        let Some((vault_arn, point)) = made else { continue };
        call.now = point.completed_at;
        for action in rule.get("CopyActions").and_then(Value::as_array).into_iter().flatten() {
            let destination = action["DestinationBackupVaultArn"].as_str().unwrap_or_default();
            // Without a lifecycle of its own a copy has that of its source (UNCONFIRMED).
            let lifecycle = action.get("Lifecycle").cloned().or_else(|| point.lifecycle.clone());
            copies::run(call, (&vault_arn, &point), destination, lifecycle, (&role, None));
        }
        call.now = at;
    }
}

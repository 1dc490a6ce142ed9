//! `aws_dlm_lifecycle_policy`: policies of Data Lifecycle Manager, which makes and deletes snapshots of EBS volumes.
//!
//! AWS knows a policy by an id; its description is what people know it by, and need not be unique.

#[cfg(feature = "aws")]
mod aws;
mod forms;
mod losses;
mod rows;
mod rules;
mod runs;
mod settings;
mod spans;

use super::{Circumstances, Concern, Flat, Kind, Need, Place, Recurrence, outside, schedules, tags};
use crate::model::{ArnForm, Change, Effect, Existence, Fallback, KindSpec, Live, Loss, NameForm, Ownership, Value, Wanted};
use crate::time::Service;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

const DESCRIPTION: &str = "description";
const ROLE: &str = "execution_role_arn";
const STATE: &str = "state";
const DEFAULT: &str = "default_policy";
const DETAILS: &str = "policy_details";
const POLICY_TYPE: &str = "policy_details.policy_type";
const SCHEDULE: &str = "policy_details.schedule";
const CRON: &str = "cron_expression";

/// The fact that says why a policy is in the state `ERROR`.
const MESSAGE: &str = "status_message";

/// What a policy is about: another one is about other things.
const SCOPE: [&str; 3] = [DEFAULT, "policy_details.policy_type", "policy_details.resource_types"];

const OTHER_SCOPE: &str =
    "another policy is made in its place, which takes other things: of what only this one took no snapshot is made any more";

static SPEC: KindSpec = KindSpec {
    name: "aws_dlm_lifecycle_policy",
    title: "lifecycle policy",
    holds: "snapshots",
    doc: "A policy of Data Lifecycle Manager: which EBS volumes get snapshots, when, for how long and where.",
    ownership: Ownership::Whole,
    service: "dlm",
    arn_form: ArnForm::ById,
    arn_prefix: "policy/",
    name_argument: "description",
    computed: &["id", "arn"],
    existence: Some(Existence {
        loses: Loss::Later,
        when_made: "snapshots are made, copied and deleted by it from its next run on",
        when_removed: "no snapshot is made any more; those that exist stay, and are not deleted when their time is over",
    }),
    name_form: NameForm { min: 1, max: 500, also: &[' ', '_', '-'], source: "DLM API CreateLifecyclePolicy" },
    settings: settings::SETTINGS,
    inventory_actions: &["dlm:GetLifecyclePolicies", "tag:GetResources"],
    outside_actions: outside::ROLES,
    ..KindSpec::PLAIN
};

fn more_often(before: &Value, after: &Value) -> Option<Ordering> {
    schedules::more_often(before, after, Service::Rule)
}

/// The kind.
pub struct LifecyclePolicy;

impl Kind for LifecyclePolicy {
    fn spec(&self) -> &'static KindSpec {
        &SPEC
    }

    fn effect(&self, change: &Change, live: &Live, wanted: &BTreeMap<String, Wanted>) -> Option<Effect> {
        let lost = losses::of_change(change, live, wanted).map(|_| Effect::LosesData);
        let other = || SCOPE.contains(&change.setting.as_str()).then_some(Effect::Weakens);
        lost.or_else(other).or_else(|| spans::effect(change, live, wanted))
    }

    fn consequence_among(&self, change: &Change, live: &Live, wanted: &BTreeMap<String, Wanted>, _: jiff::Timestamp) -> Option<String> {
        let other = || SCOPE.contains(&change.setting.as_str()).then(|| OTHER_SCOPE.to_owned());
        let lost = losses::of_change(change, live, wanted).map(str::to_owned);
        lost.or_else(other).or_else(|| spans::pushed_out(change, live, wanted))
    }

    fn removal(&self, live: &Live) -> Option<(Effect, String)> {
        losses::of_removal(live).map(|lost| (Effect::LosesData, lost.to_owned()))
    }

    fn check(&self, wanted: &BTreeMap<String, Wanted>) -> Vec<Concern> {
        rules::check(wanted)
    }

    fn check_circumstances(&self, wanted: &BTreeMap<String, Wanted>, circumstances: Circumstances<'_>) -> Vec<Concern> {
        rules::check_place(wanted, circumstances)
    }

    fn needs(&self, wanted: &BTreeMap<String, Wanted>, _place: Place<'_>) -> Vec<Need> {
        let role = wanted.get(ROLE).and_then(|wanted| wanted.value.as_str());
        role.map(|role| outside::role(ROLE, role, "dlm.amazonaws.com", "no snapshot is made and none is deleted")).into_iter().collect()
    }

    fn stands_in(&self, one: &Flat, for_other: &Flat) -> bool {
        let paths: BTreeSet<&str> = one.iter().chain(for_other.iter()).map(|(path, _)| path).collect();
        paths.into_iter().filter(|path| ![DESCRIPTION, tags::PATH].contains(path)).all(|path| {
            let Some(setting) = SPEC.setting(path) else { return true };
            match (one.get(path), for_other.get(path)) {
                (None, _) | (_, None) if setting.aws_default == Fallback::Kept => true,
                (one, other) => {
                    let said = |value: Option<&Value>| value.cloned().filter(|value| !value.is_nothing());
                    said(one).unwrap_or_else(|| setting.aws_default.into()) == said(other).unwrap_or_else(|| setting.aws_default.into())
                }
            }
        })
    }

    fn passing(&self, live: &Live) -> Vec<String> {
        live.fact(MESSAGE).map(|message| format!("AWS says that it does not work: {message}")).into_iter().collect()
    }

    fn runs(&self, wanted: &BTreeMap<String, Wanted>) -> Vec<Recurrence> {
        runs::runs(wanted)
    }

    #[cfg(feature = "aws")]
    fn calls(&self) -> super::Calls {
        super::Calls::Whole(&aws::PolicyCalls)
    }
}

//! What became of the things whose step failed: read again, as a step can need several calls, of which the first may have been taken.

use super::{Ending, Outcome};
use crate::aws::Aws;
use crate::model::Plan;
use crate::plan::order::steps;
use crate::plan::standing::{Standing, standing};
use crate::snapshot;
use std::collections::BTreeSet;

/// A thing whose step failed, and how it reads now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Halfway {
    /// The place of the step in the outcome.
    pub step: usize,
    /// The address.
    pub address: String,
    /// The target.
    pub target: String,
    /// The region.
    pub region: String,
    /// How what the step was to change reads now.
    pub standing: Standing,
}

/// Reads the things of failed steps once more and says which of their changes are there.
pub async fn halfway(plan: &Plan, outcome: &Outcome, aws: &Aws) -> Vec<Halfway> {
    let all = steps(plan);
    let failed: Vec<_> =
        all.iter().zip(&outcome.steps).enumerate().filter(|(_, (_, ended))| matches!(ended.ending, Ending::Failed(_))).collect();
    if failed.is_empty() {
        return Vec::new();
    }
    let mut about = plan.clone();
    let addresses: BTreeSet<&str> = failed.iter().map(|(_, (step, _))| step.action.address.as_str()).collect();
    about.actions.retain(|action| addresses.contains(action.address.as_str()));
    let now = snapshot::again(&about, aws, &[]).await;
    let of = |place: usize, step: &crate::plan::order::Step<'_>| Halfway {
        step: place,
        address: step.action.address.clone(),
        target: step.action.id.target.clone(),
        region: step.action.id.region.clone(),
        standing: standing(step.action, &step.changes, &now),
    };
    failed.into_iter().filter(|(_, (step, _))| !step.changes.is_empty()).map(|(place, (step, _))| of(place, step)).collect()
}

//! The proof: everything that the plan is about is read again and compared with what it had to become.

use super::{Ending, Outcome};
use crate::aws::Aws;
use crate::model::{Gap, Note, Plan, Snapshot, Verb};
use crate::plan::notes_of;
use crate::plan::preconditions::{self, Moved};
use crate::snapshot;
use std::collections::BTreeSet;
use std::time::Duration;

/// AWS's own reads can lag behind its writes for some seconds, so what does not agree is looked at again after these pauses.
const PAUSES_MS: [u64; 5] = [0, 500, 1_000, 2_000, 4_000];

/// What reading again found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// What is still not as planned.
    pub unsettled: Vec<Moved>,
    /// What could not be read again.
    pub gaps: Vec<Gap>,
    /// What somebody has to look after now.
    pub notes: Vec<Note>,
}

impl Verdict {
    /// Whether everything that was done was read again and is as planned.
    pub fn is_proof(&self) -> bool {
        self.unsettled.is_empty() && self.gaps.is_empty()
    }
}

/// Reads again until everything is as planned, or patience ends. What was not done is not asked about.
pub async fn verify(plan: &Plan, outcome: &Outcome, aws: &Aws) -> Verdict {
    let undone: BTreeSet<&str> =
        outcome.steps.iter().filter(|step| step.ending != Ending::Done).map(|step| step.address.as_str()).collect();
    let mut about = plan.clone();
    about.actions.retain(|action| !undone.contains(action.address.as_str()));
    let mut verdict = Verdict::default();
    for pause in PAUSES_MS {
        tokio::time::sleep(Duration::from_millis(pause)).await;
        let now = snapshot::again(&about, aws, &[]).await;
        verdict = Verdict { unsettled: preconditions::unsettled(&about, &now), notes: notes(&about, &now), gaps: now.gaps };
        if verdict.unsettled.is_empty() {
            break;
        }
    }
    verdict
}

/// What the things that are there now ask somebody to look after.
fn notes(plan: &Plan, now: &Snapshot) -> Vec<Note> {
    notes_of(plan.actions.iter().filter(|action| action.changes_anything() && action.verb != Verb::Delete), now)
}

//! Running the steps of a plan.

use super::{Ending, Outcome, Progress, StepOutcome, Stop};
use crate::aws::{Aws, acting_on};
use crate::kinds::{self, ChangeFailed, ChangeRequest};
use crate::model::Plan;
use crate::plan::order::{Step, steps};
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use std::collections::BTreeSet;

/// Makes the plan true, with at most `parallelism` steps under way.
pub async fn run(plan: &Plan, aws: &Aws, parallelism: usize, stop: &Stop, progress: &dyn Progress) -> Outcome {
    let steps = steps(plan);
    let mut endings: Vec<Option<Ending>> = steps.iter().map(|_| None).collect();
    let mut begun: BTreeSet<usize> = BTreeSet::new();
    let mut under_way = FuturesUnordered::new();
    loop {
        let strengthening_left = steps.iter().zip(&endings).any(|(step, ending)| !step.last && ending.is_none());
        let mut skipped = false;
        for (place, step) in steps.iter().enumerate() {
            if under_way.len() >= parallelism.max(1) {
                break;
            }
            if begun.contains(&place) {
                continue;
            }
            match readiness(step, &steps, &endings, strengthening_left) {
                Ready::Now if stop.is_asked() => {}
                Ready::Now => {
                    begun.insert(place);
                    progress.begun(&step.action.address);
                    under_way.push(async move { (place, one(step, aws, progress).await) });
                }
                Ready::Later => {}
                Ready::Never(because) => {
                    begun.insert(place);
                    skipped = true;
                    end(&mut endings, place, step, Ending::Skipped(because), progress);
                }
            }
        }
        match under_way.next().await {
            Some((place, ending)) => {
                if let Some(step) = steps.get(place) {
                    end(&mut endings, place, step, ending, progress);
                }
            }
            // Skipping a step can make others ready, or hopeless in their turn.
            None if skipped => {}
            None => break,
        }
    }
    let outcomes = steps.iter().zip(endings).map(|(step, ending)| outcome(step, ending.unwrap_or(Ending::NotBegun)));
    Outcome { steps: outcomes.collect() }
}

enum Ready {
    Now,
    Later,
    Never(String),
}

fn readiness(step: &Step<'_>, steps: &[Step<'_>], endings: &[Option<Ending>], strengthening_left: bool) -> Ready {
    for needed in &step.needs {
        match endings.get(*needed) {
            Some(Some(Ending::Done)) => {}
            Some(None) => return Ready::Later,
            Some(Some(_)) | None => {
                let name = steps.get(*needed).map_or("what it needs", |needed| needed.action.address.as_str());
                return Ready::Never(format!("{name} was not done"));
            }
        }
    }
    // What weakens waits until everything that strengthens has ended, well or not.
    if step.last && strengthening_left { Ready::Later } else { Ready::Now }
}

fn end(endings: &mut [Option<Ending>], place: usize, step: &Step<'_>, ending: Ending, progress: &dyn Progress) {
    progress.ended(&outcome(step, ending.clone()));
    if let Some(slot) = endings.get_mut(place) {
        *slot = Some(ending);
    }
}

fn outcome(step: &Step<'_>, ending: Ending) -> StepOutcome {
    let changes = step.changes.iter().map(|change| format!("{} = {}", change.setting, change.after)).collect();
    StepOutcome { address: step.action.address.clone(), changes, ending }
}

async fn one(step: &Step<'_>, aws: &Aws, progress: &dyn Progress) -> Ending {
    let id = &step.action.id;
    let (Some(kind), Some(connection)) = (kinds::find(&id.kind), aws.connection(&id.target)) else {
        return Ending::Failed(format!("target `{}` is not connected", id.target));
    };
    let waiting = |what: &str| progress.waiting(&step.action.address, what);
    let request = ChangeRequest { connection, id, changes: &step.changes, before: &step.action.before, waiting: &waiting };
    match acting_on(&id.target, &step.action.address, kind.aws().change(request)).await {
        Ok(()) => Ending::Done,
        Err(failed @ (ChangeFailed::Gone | ChangeFailed::NotReady { .. })) => Ending::Failed(failed.to_string()),
        Err(ChangeFailed::Call(failed)) => Ending::Failed(format!("{}: {}", failed.action, failed.sentence(&id.region))),
    }
}

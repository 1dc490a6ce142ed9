//! Running the steps of a plan.

use super::{Ending, Outcome, Progress, StepOutcome, Stop};
use crate::aws::{WritableAws, acting_on};
use crate::kinds::{self, Calls, ChangeFailed, ChangeRequest, MakeRequest, RemoveRequest};
use crate::model::{Action, Change, Live, Plan, Shape, Value, Verb};
use crate::plan::order::{Phase, Step, steps};
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Mutex, PoisonError};

/// Makes the plan true, with at most `parallelism` steps under way.
pub async fn run(plan: &Plan, aws: &WritableAws, parallelism: usize, stop: &Stop, progress: &dyn Progress) -> Outcome {
    let all = steps(plan);
    let made = Made::default();
    let mut run = State::new(&all);
    let mut under_way = FuturesUnordered::new();
    loop {
        let already = run.skipped;
        let mut later = Vec::new();
        while under_way.len() < parallelism.max(1) && !stop.is_asked() {
            let Some(place) = run.waiting.pop_front() else { break };
            let Some(next) = all.get(place) else { continue };
            match run.readiness(next) {
                Ready::Now => {
                    progress.begun(&next.action.address);
                    let (made, is_after_changes) = (&made, run.is_after_changes(next));
                    let so_far = SoFar { made, is_after_changes };
                    under_way.push(async move { (place, one(next, plan, aws, &so_far, progress).await) });
                }
                Ready::Later => later.push(place),
                Ready::Never(because) => {
                    run.skipped += 1;
                    run.end(place, next, Ending::Skipped(because), progress);
                }
            }
        }
        for place in later.into_iter().rev() {
            run.waiting.push_front(place);
        }
        match under_way.next().await {
            Some((place, ending)) => {
                if let Some(step) = all.get(place) {
                    run.end(place, step, ending, progress);
                }
            }
            // Skipping a step can make others ready, or hopeless in their turn.
            None if run.skipped > already => {}
            None => break,
        }
    }
    let outcomes = all.iter().zip(run.endings).map(|(step, ending)| outcome(step, ending.unwrap_or(Ending::NotBegun)));
    Outcome { steps: outcomes.collect() }
}

/// How far a run is.
struct State<'a> {
    /// Steps that are not begun, by place, in their order.
    waiting: VecDeque<usize>,
    endings: Vec<Option<Ending>>,
    skipped: usize,
    /// Steps by phase that have not ended.
    phases: BTreeMap<Phase, usize>,
    /// Steps of a block, or of a thing, and phase that have not ended.
    left: BTreeMap<(&'a str, Phase), usize>,
    /// A step of a block, or of a thing, and phase that did not succeed.
    bad: BTreeMap<(&'a str, Phase), &'a str>,
    /// Blocks and things of which a step succeeded.
    done: BTreeSet<&'a str>,
    /// Whether a step ahead of all else succeeded: who needed it does not say so any more.
    is_ahead_done: bool,
}

enum Ready {
    Now,
    Later,
    Never(String),
}

impl<'a> State<'a> {
    fn new(steps: &[Step<'a>]) -> Self {
        let mut left: BTreeMap<(&str, Phase), usize> = BTreeMap::new();
        let mut phases: BTreeMap<Phase, usize> = BTreeMap::new();
        for step in steps {
            *phases.entry(step.phase).or_default() += 1;
            for name in names(step.action) {
                *left.entry((name, step.phase)).or_default() += 1;
            }
        }
        Self {
            waiting: (0..steps.len()).collect(),
            endings: steps.iter().map(|_| None).collect(),
            skipped: 0,
            phases,
            left,
            bad: BTreeMap::new(),
            done: BTreeSet::new(),
            is_ahead_done: false,
        }
    }

    fn readiness(&self, step: &Step<'_>) -> Ready {
        match step.after.map(|place| self.endings.get(place)) {
            None | Some(Some(Some(Ending::Done))) => {}
            Some(Some(None)) => return Ready::Later,
            Some(_) if is_removal_of_old(step) => return Ready::Never("what replaces it was not made".to_owned()),
            Some(_) => return Ready::Never("what strengthens it was not done".to_owned()),
        }
        for name in &step.needs {
            for phase in Phase::ALL.into_iter().filter(|phase| *phase <= step.phase) {
                if let Some(address) = self.bad.get(&(*name, phase)) {
                    return Ready::Never(format!("{address} was not done"));
                }
                if self.left.get(&(*name, phase)).is_some_and(|left| *left > 0) {
                    return Ready::Later;
                }
            }
        }
        // What weakens waits until everything that strengthens has ended, and that until what is ahead has, well or not.
        let before = [Phase::Ahead, Phase::First].into_iter().filter(|phase| *phase < step.phase);
        if before.filter_map(|phase| self.phases.get(&phase)).any(|left| *left > 0) { Ready::Later } else { Ready::Now }
    }

    /// Whether this run changed something that the step waited for.
    fn is_after_changes(&self, step: &Step<'_>) -> bool {
        self.is_ahead_done || step.needs.iter().copied().chain(names(step.action)).any(|name| self.done.contains(name))
    }

    fn end(&mut self, place: usize, step: &Step<'a>, ending: Ending, progress: &dyn Progress) {
        for name in names(step.action) {
            let phase = (name, step.phase);
            if ending == Ending::Done {
                self.done.insert(name);
                self.is_ahead_done |= step.phase == Phase::Ahead;
            } else {
                self.bad.entry(phase).or_insert(&step.action.address);
            }
            if let Some(left) = self.left.get_mut(&phase) {
                *left = left.saturating_sub(1);
            }
        }
        if let Some(left) = self.phases.get_mut(&step.phase) {
            *left = left.saturating_sub(1);
        }
        progress.ended(&outcome(step, ending.clone()));
        if let Some(slot) = self.endings.get_mut(place) {
            *slot = Some(ending);
        }
    }
}

/// The names by which others wait for a thing: its block's, and its own where that is another.
fn names(action: &Action) -> impl Iterator<Item = &str> {
    std::iter::once(action.block.as_str()).chain(Some(action.address.as_str()).filter(|address| *address != action.block))
}

/// Whether a step removes what was replaced.
fn is_removal_of_old(step: &Step<'_>) -> bool {
    step.action.verb == Verb::Replace && step.phase == Phase::Removal
}

fn outcome(step: &Step<'_>, ending: Ending) -> StepOutcome {
    let told = |change: &&&Change| change.part_of.is_none();
    let said = |change: &&Change| match (step.action.verb, change.setting.as_str()) {
        (Verb::Create | Verb::Replace, Change::EXISTS) => "made".to_owned(),
        (Verb::Delete, Change::EXISTS) => "removed".to_owned(),
        (_, Change::OWNER) if change.after == Value::Null => "let go".to_owned(),
        (_, setting) if kinds::spec(&step.action.id.kind).is_some_and(|spec| spec.is_block(setting)) => {
            format!("{setting} {}", if change.after == Value::Bool(true) { "added" } else { "removed" })
        }
        (_, setting) => {
            let row = kinds::spec(&step.action.id.kind).and_then(|spec| spec.setting(setting));
            match row.and_then(|row| row.aws_default.name_of(&change.after)) {
                Some(called) => format!("{setting} = (AWS default: {called})"),
                // What is compared is not what is written, and long.
                None if row.is_some_and(|row| matches!(row.shape, Shape::Json(_))) && !change.after.is_nothing() => {
                    format!("{setting} set")
                }
                None => format!("{setting} = {}", change.after),
            }
        }
    };
    let mut changes: Vec<String> = step.changes.iter().filter(told).map(said).collect();
    if is_removal_of_old(step) {
        changes.push(format!("{} removed", step.action.replaces.as_ref().map_or("", |old| old.name.as_str())));
    }
    StepOutcome { address: step.action.address.clone(), changes, ending }
}

/// The ids that AWS gave to what this run made, by address.
type Made = Mutex<BTreeMap<String, Value>>;

/// What a step must know of those before it.
struct SoFar<'a> {
    made: &'a Made,
    is_after_changes: bool,
}

async fn one(step: &Step<'_>, plan: &Plan, aws: &WritableAws, so_far: &SoFar<'_>, progress: &dyn Progress) -> Ending {
    let made = so_far.made;
    let action = step.action;
    let (Some(kind), Some(connection)) = (kinds::find(&action.id.kind), aws.writing(&action.id.target)) else {
        return Ending::Failed(format!("target `{}` is not connected", action.id.target));
    };
    let waiting = |what: &str| progress.waiting(&action.address, what);
    let parent = parent_id(action, plan, made);
    let change = ChangeRequest {
        connection,
        workspace: plan.policy.workspace.as_deref(),
        id: &action.id,
        changes: &step.changes,
        before: &action.before,
        facts: &action.facts,
        wanted: &action.wanted,
        mark: action.mark.as_ref(),
        parent: parent.as_deref(),
        is_after_changes: so_far.is_after_changes,
        waiting: &waiting,
    };
    let done = async {
        let calls = match kind.calls() {
            Calls::Settings(calls) => return calls.change(change).await,
            Calls::Whole(calls) => calls,
        };
        let create = || async {
            let mark = action.mark.clone().unwrap_or_default();
            let request = MakeRequest {
                connection,
                id: &action.id,
                wanted: &action.wanted,
                mark: &mark,
                parent: parent.as_deref(),
                waiting: &waiting,
            };
            let facts = calls.make(request).await?;
            if let Some(id) = facts.get(Live::ID) {
                made.lock().unwrap_or_else(PoisonError::into_inner).insert(action.address.clone(), id.clone());
            }
            Ok::<(), ChangeFailed>(())
        };
        let remove = |id| {
            let request = RemoveRequest { connection, id, facts: &action.facts, parent: parent.as_deref(), waiting: &waiting };
            calls.remove(request)
        };
        match action.verb {
            Verb::Create => create().await,
            Verb::Replace => match &action.replaces {
                Some(old) if is_removal_of_old(step) => remove(old).await,
                _ => create().await,
            },
            Verb::Delete => remove(&action.id).await,
            Verb::Update | Verb::NoOp | Verb::Unknown => calls.change(change).await,
        }
    };
    match acting_on(&action.id.target, &action.address, done).await {
        Ok(()) => Ending::Done,
        Err(ChangeFailed::Call(failed)) => Ending::Failed(format!("{}: {}", failed.action, failed.sentence(&action.id.region))),
        Err(failed) => Ending::Failed(failed.to_string()),
    }
}

/// The id of what an action's thing is a part of: as reading found it, or as this run made it.
fn parent_id(action: &Action, plan: &Plan, made: &Made) -> Option<String> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let parent = action.parent.as_ref()?;
    let new = made.lock().unwrap_or_else(PoisonError::into_inner).get(parent).and_then(text);
    let live = || plan.actions.iter().find(|other| other.address == *parent)?.facts.get(Live::ID).and_then(text);
    new.or_else(live).or_else(|| action.facts.get(Live::PARENT_ID).and_then(text))
}

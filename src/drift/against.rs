//! What moved away from a policy.

use super::acknowledged::set_apart;
use super::{fingerprint, movement, opposite, part, reading, unread, with_parts};
use crate::kinds::{self, Kind};
use crate::model::{
    Action, Change, Code, Declared, Diagnostic, Drift, Effect, Live, Loss, Moved, MovedPart, Plan, Policy, Protect, Reaches, Reading,
    ResourceId, Snapshot, Value, Verb,
};
use crate::plan::{self, Attempt, toward};
use jiff::tz::TimeZone;
use std::collections::{BTreeMap, BTreeSet};

/// What a run asks of the report beside the policy.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The path of the policy as the user gave it.
    pub path: String,
    /// Only addresses that one of these patterns matches; all where empty.
    pub only: Vec<String>,
    /// Whether every target of the policy was looked at: only then nothing is about another one.
    pub all_targets: bool,
}

/// What moved away from a policy.
///
/// A selector that matches nothing, and a block that no longer fits what is live, are movements too: nobody is to have a clean report, or
/// none, because somebody deleted the table.
///
/// # Errors
///
/// A pattern of `only` matches no address, and nothing was left unread that it could mean.
pub fn against(policy: &Policy, snapshot: &Snapshot, request: &Request) -> Result<Drift, Vec<Diagnostic>> {
    with_plan(policy, snapshot, request).map(|(drift, _)| drift)
}

/// The same, with the plan that it is the other side of.
pub(super) fn with_plan(policy: &Policy, snapshot: &Snapshot, request: &Request) -> Result<(Drift, Plan), Vec<Diagnostic>> {
    let asked = plan::Request { path: request.path.clone(), only: request.only.clone(), ..plan::Request::default() };
    let Attempt { plan, problems, unmatched } = plan::attempt(policy, snapshot, &asked);
    let mut moved: Vec<Moved> =
        problems.iter().map(|problem| unfit(policy, snapshot, problem)).filter(|one| request.asks_for(&one.address)).collect();
    let told = moved.iter().any(|one| !one.address.is_empty());
    if plan.gaps.is_empty() && !told && !unmatched.is_empty() {
        return Err(unmatched);
    }
    let mut unmoved = Vec::new();
    let mut gaps = plan.gaps.clone();
    let view = Seen { snapshot, owners: owners(&plan) };
    let known: BTreeSet<(Option<&str>, &str, Option<&str>)> =
        plan.gaps.iter().map(|gap| (gap.kind.as_deref(), gap.target.as_str(), gap.resource.as_deref())).collect();
    for action in &plan.actions {
        let found = view.action(action);
        if found.is_empty() && !action.has_unknown() {
            unmoved.push(action.address.clone());
        }
        let id = &action.id;
        if !known.contains(&(Some(id.kind.as_str()), id.target.as_str(), Some(id.name.as_str()))) {
            gaps.extend(unread(id, &action.before));
        }
        moved.extend(found);
    }
    let mut drift = Drift {
        format: Drift::FORMAT.to_owned(),
        version: plan.version.clone(),
        read_at: plan.read_at,
        policy: Some(plan.policy.clone()),
        since: None,
        targets: plan.targets.clone(),
        moved,
        acknowledged: Vec::new(),
        unmoved,
        gaps,
        // What a plan says beside its changes is as it was yesterday: a report that is read every morning says what moved.
        notes: Vec::new(),
    };
    let today = snapshot.taken_at.to_zoned(TimeZone::UTC).date();
    set_apart(&mut drift, &policy.acknowledges, today, request.is_whole(), &policy.sources);
    drift.sort();
    Ok((drift, plan))
}

impl Request {
    /// Whether everything was looked at.
    fn is_whole(&self) -> bool {
        self.only.is_empty() && self.all_targets
    }

    /// Whether an address is among those that were asked for.
    pub(super) fn asks_for(&self, address: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|pattern| plan::address_matches(pattern, address))
    }
}

/// A kind, a target, and the mark of a thing there.
type Owner<'a> = (&'a str, &'a str, String);

/// The marks of the things that are there and declared.
fn owners(plan: &Plan) -> BTreeSet<Owner<'_>> {
    let kept = plan.actions.iter().filter(|action| !matches!(action.verb, Verb::Delete | Verb::Create));
    let owner = |action: &'_ Action| {
        let mark = action.mark.as_ref()?;
        Some((mark.workspace.clone(), mark.address.clone()))
    };
    kept.filter_map(|action| Some((action.id.kind.as_str(), action.id.target.as_str(), owner(action)?)))
        .map(|(kind, target, (workspace, address))| (kind, target, format!("{workspace}: {address}")))
        .collect()
}

struct Seen<'a> {
    snapshot: &'a Snapshot,
    owners: BTreeSet<Owner<'a>>,
}

impl Seen<'_> {
    /// What one action of the plan would put back.
    fn action(&self, action: &Action) -> Vec<Moved> {
        let Some(kind) = kinds::find(&action.id.kind) else { return Vec::new() };
        match action.verb {
            Verb::Create => vec![gone(kind, action)],
            Verb::Delete => vec![self.undeclared(action)],
            Verb::Update | Verb::Replace | Verb::NoOp | Verb::Unknown => self.settings(kind, action),
        }
    }

    fn settings(&self, kind: &dyn Kind, action: &Action) -> Vec<Moved> {
        let about = action.replaces.as_ref().unwrap_or(&action.id);
        let of_other = action.refused.as_ref().filter(|refusal| refusal.code == Code::Foreign.as_str());
        let Some(live) = self.snapshot.live(about) else {
            let is_absent = action.refused.as_ref().is_some_and(|refusal| refusal.code == Code::NotThere.as_str());
            return if is_absent { vec![gone(kind, action)] } else { Vec::new() };
        };
        let values: BTreeMap<String, Value> = action.wanted.iter().map(|(path, declared)| (path.clone(), declared.value.clone())).collect();
        // Of somebody else's thing the plan compares nothing; that it stands in the place of ours is no reason not to look.
        let foreign = of_other.map(|_| toward(kind, live, &values, self.snapshot.taken_at));
        let changes = foreign.as_deref().unwrap_or(&action.changes);
        let mut moved = Vec::new();
        if of_other.is_some() {
            let before = action.mark.as_ref().map_or(Reading::Unset, |mark| mark_value(&mark.workspace, &mark.address));
            let now = live.mark.as_ref().map_or(Reading::Unset, |mark| mark_value(&mark.workspace, &mark.address));
            let mut one = plain(Code::MarkMoved, action, Change::OWNER, before, now, Effect::Weakens);
            one.says = Some(match &live.mark {
                None => NO_MARK.to_owned(),
                Some(mark) => format!("workspace `{}` has marked it as its own", mark.workspace),
            });
            moved.push(one);
        }
        let back = back(kind, live, action, changes, self.snapshot);
        let turned_off: BTreeSet<&str> =
            back.iter().filter(|change| change.after == Value::Bool(false)).map(|change| change.setting.as_str()).collect();
        for (change, _) in with_parts(changes) {
            if change.setting == Change::OWNER {
                let mut one = plain(Code::MarkMoved, action, Change::OWNER, reading(&change.after), change.before.clone(), Effect::Neutral);
                one.says = Some(MARK_OF_OLD.to_owned());
                moved.push(one);
                continue;
            }
            // What hangs on a flag that is off moved with the flag.
            let flag = kind.spec().setting(&change.setting).and_then(|setting| setting.only_while);
            if flag.is_some_and(|flag| turned_off.contains(crate::model::path::beside(&change.setting, flag).as_str())) {
                continue;
            }
            moved.push(setting(action, change, &back));
        }
        moved
    }

    /// A thing that is ours by its mark, and that no block declares.
    fn undeclared(&self, action: &Action) -> Moved {
        let owner = match action.before.get(Change::OWNER) {
            Some(Reading::Known(value)) => value.as_str().unwrap_or_default().to_owned(),
            _ => String::new(),
        };
        let is_second = self.owners.contains(&(action.id.kind.as_str(), action.id.target.as_str(), owner));
        let code = if is_second { Code::Twice } else { Code::Undeclared };
        let (off, on) = (Reading::Known(Value::Bool(false)), Reading::Known(Value::Bool(true)));
        let mut one = plain(code, action, Change::EXISTS, off, on, Effect::Neutral);
        one.says = Some(match code {
            Code::Twice => format!("`{}` carries the mark of this block, as another one does", action.id.name),
            _ => format!("`{}` is this workspace's by its mark, and no block declares it", action.id.name),
        });
        one
    }
}

/// What is said of a thing without a mark.
const NO_MARK: &str = "it carries no mark, so that nothing tells that it is this workspace's";

/// What is said of a mark that reads as an earlier address of its block.
const MARK_OF_OLD: &str = "its mark is that of another block of this workspace";

fn mark_value(workspace: &str, address: &str) -> Reading {
    Reading::Known(Value::from(format!("{workspace}: {address}")))
}

/// The changes by which what was declared became what is live.
fn back(kind: &dyn Kind, live: &Live, action: &Action, changes: &[Change], snapshot: &Snapshot) -> Vec<Change> {
    let touched: BTreeSet<&String> = changes.iter().map(|change| &change.setting).collect();
    let mut was = Live { settings: BTreeMap::new(), ..live.clone() };
    let mut now: BTreeMap<String, Value> = BTreeMap::new();
    let spec = kind.spec();
    for (path, read) in &live.settings {
        let value = match read {
            Reading::Known(_) if live.in_force(path).is_some() => live.in_force(path).cloned(),
            Reading::Known(value) => Some(value.clone()),
            Reading::Unset => None,
            Reading::Unreadable { .. } => continue,
        };
        now.extend(value.map(|value| (path.clone(), value)));
        // What the policy is silent about was as it is.
        if !touched.contains(path) {
            was.settings.insert(path.clone(), read.clone());
        }
    }
    for (path, Declared { value, .. }) in &action.wanted {
        was.settings.insert(path.clone(), Reading::Known(value.clone()));
        let is_block = spec.is_block(path);
        if !now.contains_key(path) && !is_block && crate::model::path::enclosing(path).is_empty() {
            let default = spec.setting(path).map(|setting| Value::from(setting.aws_default));
            now.insert(path.clone(), default.unwrap_or_default());
        }
    }
    was.facts.retain(|name, _| !name.starts_with("in_force."));
    let mut back = toward(kind, &was, &now, snapshot.taken_at);
    // What a loss is made concrete with, such as the earliest restore point, is as it is now, after the loss: it tells nothing of it.
    was.facts.clear();
    let plainly: BTreeMap<String, Option<String>> =
        toward(kind, &was, &now, snapshot.taken_at).into_iter().map(|change| (change.setting, change.consequence)).collect();
    for change in &mut back {
        if let Some(consequence) = plainly.get(&change.setting) {
            change.consequence.clone_from(consequence);
        }
    }
    back
}

/// One setting that moved, judged in the direction in which it went.
fn setting(action: &Action, change: &Change, back: &[Change]) -> Moved {
    let went = back.iter().find(|other| other.setting == change.setting && other.part_of.is_none());
    let effect = went.map_or_else(|| opposite(change.effect), |went| went.effect);
    let mut one = plain(Code::SettingMoved, action, &change.setting, reading(&change.after), change.before.clone(), effect);
    one.because.clone_from(&change.because);
    one.reaches = went.map_or(change.reaches, |went| went.reaches);
    one.consequence = went.and_then(|went| went.consequence.clone());
    let parts = back.iter().filter(|part| part.part_of.as_ref() == Some(&change.setting));
    one.parts = parts.map(part).collect();
    one
}

/// A thing that is declared and is not there.
fn gone(kind: &dyn Kind, action: &Action) -> Moved {
    let existence = kind.spec().existence();
    let (was, now) = (Reading::Known(Value::Bool(true)), Reading::Known(Value::Bool(false)));
    let mut one = plain(Code::ThingGone, action, Change::EXISTS, was, now, existence.loses.effect());
    if existence.loses == Loss::ExistingRecoveryPoints {
        one.reaches = Reaches::Existing;
    }
    one.consequence = Some(existence.when_removed.to_owned()).filter(|text| !text.is_empty());
    one.because = action.changes.first().and_then(|change| change.because.clone());
    one.parts = action
        .changes
        .iter()
        .filter(|change| change.part_of.is_some())
        .map(|change| MovedPart { setting: change.setting.clone(), before: reading(&change.after), now: Reading::Unset })
        .collect();
    one
}

fn plain(code: Code, action: &Action, setting: &str, before: Reading, now: Reading, effect: Effect) -> Moved {
    let id = action.replaces.clone().unwrap_or_else(|| action.id.clone());
    let mut one = movement(code.as_str(), action.address.clone(), Some(id), setting, (before, now), effect);
    one.arn.clone_from(&action.arn);
    one
}

/// A problem of the policy with what is live, as a movement: the policy was applied, so it once fitted.
fn unfit(policy: &Policy, snapshot: &Snapshot, problem: &Diagnostic) -> Moved {
    let span = problem.labels.first().map(|label| &label.span);
    let is_in = |place: &crate::model::Span| span.is_some_and(|span| span == place);
    let (mut found, mut id) = (None, None);
    for protect in &policy.protects {
        let patterns = protect.select.names.iter().chain(&protect.select.arns);
        if let Some(pattern) = patterns.clone().find(|pattern| is_in(&pattern.span)) {
            found = Some((protect.address.clone(), Some(pattern.text.clone())));
            id = only_place(protect, snapshot, &pattern.text);
        } else if is_in(&protect.select.span) || is_in(&protect.span) {
            found = Some((protect.address.clone(), None));
        }
    }
    let selects_nothing = problem.code == Code::SelectsNothing;
    let code = if selects_nothing { Code::ThingGone } else { problem.code };
    let (address, setting) = match &found {
        Some((block, Some(name))) => {
            (format!("{}[{}]", block.block(), Value::from(block.instance_key(None, name, None).as_str())), Change::EXISTS)
        }
        Some((block, None)) => (block.to_string(), Moved::SELECT),
        None => (String::new(), Moved::SELECT),
    };
    let because = span.map(|span| policy.sources.position(span));
    let gone = (Reading::Known(Value::Bool(true)), Reading::Known(Value::Bool(false)));
    let effect = if selects_nothing { Effect::LosesData } else { Effect::Weakens };
    let mut one = movement(code.as_str(), address, id, setting, gone, effect);
    if one.address.is_empty() {
        let place = because.as_ref().map(ToString::to_string).unwrap_or_default();
        one.fingerprint = fingerprint(code.as_str(), &place, &problem.title);
    }
    if selects_nothing {
        one.reaches = Reaches::Existing;
    } else {
        // What one does about a name that never was there helps nobody who lost the thing.
        one.consequence.clone_from(&problem.help);
    }
    one.says = Some(problem.title.clone());
    one.because = because;
    one
}

/// The thing that a name means, where a block looks in one target only.
fn only_place(protect: &Protect, snapshot: &Snapshot, name: &str) -> Option<ResourceId> {
    let [target] = protect.targets.as_slice() else { return None };
    let region = snapshot.identities.get(target)?.region.clone();
    let is_name = protect.select.names.iter().any(|pattern| pattern.text == name) && !name.contains(['*', '?']);
    is_name.then(|| ResourceId { kind: protect.address.kind.clone(), target: target.clone(), region, name: name.to_owned() })
}

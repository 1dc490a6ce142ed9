//! Whether what was written says what is: it is checked as every policy, and planned against what it was made from.

use super::Request;
use super::groups::Group;
use super::layout::LaidOut;
use crate::model::{Action, Change, Code, Diagnostic, Plan, ResourceId, Snapshot, Sources, Verb};
use crate::plan::{self, plan};
use crate::policy::{self, Checked, Seen};
use std::collections::{BTreeMap, BTreeSet};

/// What is wrong, on its way.
struct Wrong<'a> {
    laid_out: &'a LaidOut,
    groups: &'a [Group<'a>],
    things: BTreeMap<ResourceId, String>,
    /// What makes no sense, and is as it is.
    doubts: BTreeSet<(Code, String)>,
    /// What no block that was written is to blame for.
    others: Vec<Diagnostic>,
}

impl Wrong<'_> {
    fn tell(&mut self, problems: &[Diagnostic], sources: &Sources) {
        for problem in problems {
            if !problem.is_error() {
                let is_ours = problem.code.is_judgement() && self.laid_out.group_at(problem, sources).is_some();
                self.doubts.extend(is_ours.then(|| (problem.code, problem.title.clone())));
                continue;
            }
            let Some(group) = self.laid_out.group_at(problem, sources) else {
                self.others.push(problem.clone());
                continue;
            };
            let help = problem.help.as_ref().map(|help| format!(" ({help})")).unwrap_or_default();
            let reason = format!("backstay does not take it, {}: {}{help}", problem.code, problem.title);
            let things = self.groups.get(group).into_iter().flat_map(|group| &group.things);
            self.things.extend(things.map(|thing| (thing.live.id.clone(), reason.clone())));
        }
    }

    fn compare(&mut self, plan: &Plan, marks: bool) {
        let is_ours = |text: &str| self.laid_out.files.keys().any(|name| text.contains(&format!("{name}:")));
        let doubts = plan.notes.iter().filter(|note| is_ours(&note.text));
        let doubts = doubts.filter_map(|note| Some((Code::find(note.code.as_deref()?)?, note.text.clone())));
        self.doubts.extend(doubts.filter(|(code, _)| code.is_judgement()).collect::<Vec<_>>());
        let ours: BTreeSet<&ResourceId> = self.groups.iter().flat_map(|group| group.things.iter().map(|thing| &thing.live.id)).collect();
        let differs = plan
            .actions
            .iter()
            .filter(|action| ours.contains(&action.id) || action.replaces.as_ref().is_some_and(|old| ours.contains(old)));
        let reasons =
            differs.filter_map(|action| Some((action.replaces.as_ref().unwrap_or(&action.id).clone(), difference(action, marks)?)));
        self.things.extend(reasons);
        // What the plan knows under another name it has not compared.
        let planned: BTreeSet<&ResourceId> =
            plan.actions.iter().flat_map(|action| std::iter::once(&action.id).chain(action.replaces.as_ref())).collect();
        for id in ours.into_iter().filter(|id| !planned.contains(id)) {
            self.things.entry(id.clone()).or_insert_with(|| "no plan of what would be written finds it".to_owned());
        }
    }
}

/// What a plan would do to a thing that is described as it is, if it does anything.
fn difference(action: &Action, marks: bool) -> Option<String> {
    if let Some(refusal) = &action.refused {
        return Some(refusal.reason.clone());
    }
    let change = action.changes.iter().find(|change| !(marks && change.setting == Change::OWNER));
    match change {
        Some(change) => Some(format!(
            "it cannot be described so that nothing would change: `{}` would go from {} to {}",
            change.setting, change.before, change.after
        )),
        None if action.verb == Verb::Unknown => Some("not all of it could be read".to_owned()),
        None => None,
    }
}

/// What came out of a check.
#[derive(Debug, Default)]
pub(super) struct Checks {
    /// The things of which the policy says something else than what is, with what it says.
    pub(super) wrong: BTreeMap<ResourceId, String>,
    /// What makes no sense of what the policy says as it is.
    pub(super) doubts: BTreeSet<(Code, String)>,
}

/// Checks the policy that came out.
///
/// # Errors
///
/// What is wrong with the policy that was there before.
pub(super) fn check(
    laid_out: &LaidOut,
    groups: &[Group<'_>],
    snapshot: &Snapshot,
    request: &Request<'_>,
) -> Result<Checks, Vec<Diagnostic>> {
    let files = laid_out.beside(request.files);
    if files.policy.is_empty() {
        return Ok(Checks::default());
    }
    let seen = Seen { identities: snapshot.identities.clone(), accounts: snapshot.accounts.clone() };
    let Checked { mut policy, problems } = policy::check_seen(files, request.given, &seen);
    // Of the others nothing was read. Where there is no policy yet, its targets come with it.
    if !request.files.policy.is_empty() {
        policy.targets.retain(|name, _| request.there.targets.contains_key(name));
    }
    let mut wrong = Wrong { laid_out, groups, things: BTreeMap::new(), doubts: BTreeSet::new(), others: Vec::new() };
    wrong.tell(&problems, &policy.sources);
    if wrong.things.is_empty() && wrong.others.is_empty() {
        match plan(&policy, snapshot, &plan::Request::default()) {
            Err(problems) => wrong.tell(&problems, &policy.sources),
            Ok(plan) => wrong.compare(&plan, request.mark),
        }
    }
    if wrong.things.is_empty() && !wrong.others.is_empty() {
        return Err(wrong.others);
    }
    Ok(Checks { wrong: wrong.things, doubts: wrong.doubts })
}

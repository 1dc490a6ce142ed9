//! `backstay adopt --mark`: the tags of the policy's workspace on what it describes, and nothing else.

use super::adopt::{There, write};
use super::apply;
use crate::adopt;
use crate::aws::WritableAws;
use crate::cli::Context;
use crate::cli::args::{AdoptArgs, ApplyArgs, ConsentArgs, LiveArgs, VariableArgs};
use crate::cli::failure::{Exit, Failure};
use crate::cli::session::{Session, narrow, unplannable};
use crate::kinds;
use crate::model::{Change, Code, Consents, Diagnostic, Plan, Policy, ResourceId, Verb, count};
use crate::plan::{self, plan};
use crate::policy::load::Files;
use crate::policy::{self, Checked, Seen};
use crate::view;
use std::collections::{BTreeMap, BTreeSet};

/// What is to be marked.
pub(super) struct Marking<'a> {
    pub(super) context: &'a Context,
    pub(super) args: &'a AdoptArgs,
    /// The policy as it is.
    pub(super) there: &'a There,
    /// The files as they are to be.
    pub(super) texts: &'a BTreeMap<String, String>,
    /// The blocks whose things are marked.
    pub(super) blocks: Vec<String>,
}

impl Marking<'_> {
    /// Plans the marks, asks, and only then writes the files and the tags.
    pub(super) async fn run(self, told: &str) -> Result<Exit, Failure> {
        let live = LiveArgs { targets: Vec::new(), parallelism: self.args.parallelism };
        let session = &Session::connect_to_write(self.context, &self.there.policy.targets, &live, None).await?;
        let policy = self.load(session, adopt::beside(&self.there.files, self.texts))?;
        let snapshot = session.snapshot(self.context, &policy).await;
        let path = self.args.out.display().to_string();
        let of = |policy: &Policy, only: Vec<String>| {
            let request = plan::Request { path: path.clone(), consents: Consents::default(), only };
            plan(policy, &snapshot, &request).map_err(|problems| unplannable(problems, policy.clone()))
        };
        let marks = of(&policy, self.blocks.clone())?;
        refuse_more_than_marks(&marks)?;
        let before = if self.there.files.policy.is_empty() {
            BTreeSet::new()
        } else {
            removed(&of(&self.load(session, adopt::beside(&self.there.files, &BTreeMap::new()))?, Vec::new())?)
        };
        refuse_removals(removed(&of(&policy, Vec::new())?).difference(&before))?;
        self.context.ui.answer(&format!("{told}\n{}", view::text::summary(&marks, kinds::spec, self.context.ui.style())))?;
        if marks.is_refused() {
            return Err(apply::refused(&marks));
        }
        if !marks.has_changes() {
            write(self.args, &self.there.files, self.texts)?;
            return Ok(Exit::Done);
        }
        if !self.args.auto_approve {
            if !self.context.ui.can_ask() {
                let problem =
                    Failure::error("--mark changes AWS, and there is nobody to ask; nothing was changed, and no file was written");
                return Err(problem.help("give --auto-approve, or leave --mark out"));
            }
            if !self.context.ui.asks_yes("\nDo you want to put these marks on, and to write the files?") {
                return Err(Failure::error("not confirmed; nothing was changed, and no file was written"));
            }
            apply::refuse_moved(&marks, session).await?;
        }
        write(self.args, &self.there.files, self.texts)?;
        let args = ApplyArgs {
            path: self.args.out.clone(),
            _variables: VariableArgs::default(),
            live: LiveArgs { targets: Vec::new(), parallelism: self.args.parallelism },
            only: self.blocks.clone(),
            consent: ConsentArgs::default(),
            auto_approve: self.args.auto_approve,
            journal: None,
            summary: true,
        };
        apply::finish(self.context, &args, &marks, session).await
    }

    fn load(&self, session: &Session<WritableAws>, files: Files) -> Result<Policy, Failure> {
        let seen = Seen { identities: session.identities(), accounts: self.there.policy.accounts.clone() };
        let Checked { mut policy, problems } = policy::check_seen(files, &self.context.given, &seen);
        if problems.iter().any(Diagnostic::is_error) {
            return Err(Failure::policy(problems, policy.sources));
        }
        let names: Vec<String> = self.there.policy.targets.keys().filter(|name| policy.targets.contains_key(*name)).cloned().collect();
        narrow(&mut policy, &names)?;
        Ok(policy)
    }
}

/// Refuses where what is described is no longer as it is described: a mark is put on it, and nothing else is done to it.
fn refuse_more_than_marks(plan: &Plan) -> Result<(), Failure> {
    let more = plan.actions.iter().find_map(|action| {
        let change = action.changes.iter().find(|change| change.setting != Change::OWNER)?;
        Some((&action.address, change))
    });
    let Some((address, change)) = more else { return Ok(()) };
    let message = format!(
        "{address} is not as it is described: `{}` is {} and would become {}; nothing was changed",
        change.setting, change.before, change.after
    );
    let help = "`--mark` only puts marks on; run `backstay plan` and `apply` first, or describe it as it is";
    Err(Failure::coded(Exit::Refused, Code::Stale, message).help(help))
}

fn removed(plan: &Plan) -> BTreeSet<ResourceId> {
    plan.actions.iter().filter(|action| action.verb == Verb::Delete).map(|action| action.id.clone()).collect()
}

/// Refuses where with the marks things come under the policy that it does not declare.
fn refuse_removals<'a>(removed: impl Iterator<Item = &'a ResourceId>) -> Result<(), Failure> {
    let names: Vec<String> = removed.map(|id| format!("{} {}", id.kind, id.name)).collect();
    let Some(first) = names.first() else { return Ok(()) };
    let message = format!(
        "with the marks {} would come under the policy, which does not declare them and so would remove them ({first}{}); nothing was changed",
        count(names.len(), "thing"),
        if names.len() > 1 { ", …" } else { "" }
    );
    let help = "describe them too (`backstay adopt` without --kind and --select), or leave out what they are parts of";
    Err(Failure::coded(Exit::Refused, Code::Foreign, message).help(help))
}

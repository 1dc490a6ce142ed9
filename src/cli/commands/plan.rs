//! `backstay plan` and `backstay show`.

use crate::cli::Context;
use crate::cli::args::{Format, FormatArgs, PlanArgs, ShowArgs};
use crate::cli::failure::{Exit, Failure};
use crate::cli::session::{self, Session, block_on, policy_of_targets, unplannable};
use crate::kinds;
use crate::model::{Consents, Plan};
use crate::plan;
use crate::snapshot;
use crate::view;
use std::path::Path;

/// Plans.
pub(super) fn run(context: &Context, args: &PlanArgs) -> Result<Exit, Failure> {
    check(&args.format)?;
    if let Some(file) = args.out.as_ref().filter(|file| file.extension().is_some_and(|extension| extension == "hcl")) {
        let message = format!("--out {} would put a plan where a policy is", file.display());
        return Err(Failure::error(message).help("give it another name, such as plan.json"));
    }
    let recorded = args.from.as_deref().map(snapshot::load).transpose()?;
    let policy = policy_of_targets(context, &args.policy, &args.live, recorded.as_ref())?;
    let before = args.base.as_ref().map(|base| session::earlier_policy(context, base)).transpose()?;
    let (policy, snapshot) = match recorded {
        Some(snapshot) => (session::reached(context, &args.policy.path, policy, &snapshot.identities)?, snapshot),
        None => block_on(async {
            let session = Session::connect(context, &policy.targets, &args.live).await?;
            let policy = session::reached(context, &args.policy.path, policy, &session.identities())?;
            let snapshot = session.snapshot(context, &policy).await;
            session.log_counts();
            Ok::<_, Failure>((policy, snapshot))
        })??,
    };
    let request = plan::Request {
        path: args.policy.path.display().to_string(),
        consents: Consents { weakening: args.consent.allow_weakening.clone(), irreversible: args.consent.accept_irreversible.clone() },
        only: args.only.clone(),
    };
    let mut plan = match plan::plan(&policy, &snapshot, &request) {
        Ok(plan) => plan,
        Err(problems) => return Err(unplannable(problems, policy)),
    };
    plan.notes.extend(before.iter().flat_map(|before| plan::released(before, &policy, &snapshot)));
    plan.notes.sort();
    if let Some(file) = &args.out {
        plan::file::save(&plan, file)?;
    }
    context.ui.answer(&rendered(context, &plan, &args.format))?;
    if let Some(file) = &args.out {
        say_saved(context, &plan, file);
    }
    Ok(exit(&plan, args.detailed_exitcode))
}

fn say_saved(context: &Context, plan: &Plan, file: &Path) {
    if plan.is_refused() {
        context.ui.say(&format!("Saved in {}; it is blocked, so `backstay apply` refuses it without consent.", file.display()));
    } else {
        context.ui.say(&format!("Saved in {}; make it true with `backstay apply {}`.", file.display(), file.display()));
    }
}

/// Shows a saved plan. It is what it was: the exit code says whether it could be shown, nothing of what it holds.
pub(super) fn show(context: &Context, args: &ShowArgs) -> Result<Exit, Failure> {
    check(&args.format)?;
    let plan = plan::file::load(&args.file)?;
    context.ui.answer(&rendered(context, &plan, &args.format))?;
    Ok(Exit::Done)
}

/// Whether what is asked for of the form goes together.
fn check(args: &FormatArgs) -> Result<(), Failure> {
    if !args.summary || matches!(args.format, Format::Text) {
        return Ok(());
    }
    let problem = Failure::error("--summary is a form of text, so --format json and markdown do not go with it");
    Err(problem.help("leave one of the two out; `--format markdown --max-bytes N` shortens Markdown"))
}

/// The plan in the form that was asked for.
pub(super) fn rendered(context: &Context, plan: &Plan, args: &FormatArgs) -> String {
    match args.format {
        Format::Text => in_words(context, plan, args.summary),
        Format::Json => view::json::print_line(&view::json::plan(plan, kinds::spec)),
        Format::Markdown => view::markdown::plan(plan, kinds::spec, args.max_bytes.and_then(|bytes| usize::try_from(bytes).ok())),
    }
}

/// The plan as text, whole or in short.
pub(super) fn in_words(context: &Context, plan: &Plan, summary: bool) -> String {
    let render = if summary { view::text::summary } else { view::text::plan };
    render(plan, kinds::spec, context.ui.style())
}

/// What a plan says with its exit code: refused before incomplete, incomplete before changes.
pub(super) fn exit(plan: &Plan, detailed: bool) -> Exit {
    if plan.is_refused() {
        Exit::Refused
    } else if !plan.is_complete() {
        Exit::Incomplete
    } else if detailed && plan.has_changes() {
        Exit::Changes
    } else {
        Exit::Done
    }
}

//! `backstay apply`: of a policy, or of a plan that was saved and reviewed.

use super::plan::{exit, in_words};
use crate::apply::{self, Ending, Halfway, Outcome, Progress, StepOutcome, Stop, Verdict};
use crate::aws::{FailedEntry, WritableAws};
use crate::cli::Context;
use crate::cli::args::ApplyArgs;
use crate::cli::failure::{Exit, Failure};
use crate::cli::session::{self, Session, block_on, narrow, unplannable};
use crate::kinds;
use crate::model::{Code, Consents, Diagnostic, Plan, Target};
use crate::plan::standing::Standing;
use crate::plan::{self, preconditions};
use crate::policy::load;
use crate::policy::variables::Given;
use crate::snapshot;
use crate::view;
use indicatif::ProgressBar;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Applies.
pub(super) fn run(context: &Context, args: &ApplyArgs) -> Result<Exit, Failure> {
    if !args.path.exists() {
        let message = format!("there is no {}", args.path.display());
        return Err(
            Failure::coded(Exit::Error, Code::Unreadable, message).help("give the folder of a policy, or a plan that `plan --out` saved")
        );
    }
    if args.path.is_file() && args.path.extension().is_none_or(|extension| extension != "hcl") {
        return saved(context, args);
    }
    if !args.auto_approve && !context.ui.can_ask() {
        return Err(Failure::error("apply changes AWS, and there is nobody to ask")
            .help("give --auto-approve, or review a plan first: `backstay plan --out plan.json`, then `backstay apply plan.json`"));
    }
    let policy = session::policy(context, &args.path)?;
    let mut policy = session::organized(context, &args.path, policy, &args.live, None)?;
    narrow(&mut policy, &args.live.targets)?;
    block_on(async {
        let session = Session::connect_to_write(context, &policy.targets, &args.live, args.journal.as_deref()).await?;
        let policy = session::reached(context, &args.path, policy, &session.identities())?;
        let snapshot = session.snapshot(context, &policy).await;
        let request = plan::Request { path: args.path.display().to_string(), consents: consents(args), only: args.only.clone() };
        let plan = plan::plan(&policy, &snapshot, &request).map_err(|problems| unplannable(problems, policy))?;
        context.ui.answer(&in_words(context, &plan, args.summary))?;
        let before = exit(&plan, false);
        session.log_counts();
        if before == Exit::Refused {
            return Err(refused(&plan));
        }
        if !plan.has_changes() {
            return Ok(before);
        }
        if !args.auto_approve {
            if !context.ui.asks_yes("\nDo you want to make these changes?") {
                return Err(Failure::error("not confirmed; nothing was changed"));
            }
            // While somebody read the plan, AWS may have moved.
            refuse_moved(&plan, &session).await?;
        }
        finish(context, args, &plan, &session).await
    })?
}

/// Applies a saved plan: exactly it, or nothing.
fn saved(context: &Context, args: &ApplyArgs) -> Result<Exit, Failure> {
    if !args.only.is_empty() || !args.live.targets.is_empty() {
        let problem = Failure::error("a saved plan is applied as it was reviewed, so --only and --target do not go with it");
        return Err(problem.help("give them to `backstay plan --out`"));
    }
    if context.given.iter().any(|given| !matches!(given, Given::Environment { .. })) {
        let problem = Failure::error("a saved plan is applied as it was reviewed, so --var and --var-file do not go with it");
        return Err(problem.help("give them to `backstay plan --out`"));
    }
    let mut plan = plan::file::load(&args.path)?;
    if plan.version != env!("CARGO_PKG_VERSION") {
        let message = format!("the plan was made by backstay {}, and this is {}", plan.version, env!("CARGO_PKG_VERSION"));
        return Err(Failure::coded(Exit::Refused, Code::PlanFile, message).help("make a new plan with this version"));
    }
    refuse_other_policy(&plan)?;
    plan::gate::consent_by_flags(&mut plan, &consents(args));
    if plan.is_refused() {
        context.ui.answer(&in_words(context, &plan, args.summary))?;
        return Err(refused(&plan));
    }
    block_on(async {
        let targets: BTreeMap<String, Target> = plan.targets.iter().map(|(name, planned)| (name.clone(), planned.target.clone())).collect();
        let session = Session::connect_to_write(context, &targets, &args.live, args.journal.as_deref()).await?;
        let today = session.aws.clock.now().to_zoned(TimeZone::UTC).date();
        let expired = preconditions::expired_consents(&plan, today);
        if !expired.is_empty() {
            return Err(Failure::stale(&expired));
        }
        refuse_moved(&plan, &session).await?;
        if !plan.has_changes() {
            context.ui.answer(&in_words(context, &plan, args.summary))?;
            return Ok(exit(&plan, false));
        }
        finish(context, args, &plan, &session).await
    })?
}

pub(super) fn refused(plan: &Plan) -> Failure {
    let blocked = plan.blocked().count();
    if let Some(what) = view::refusals(plan).filter(|_| blocked == 0) {
        let mut codes = plan.actions.iter().filter_map(|action| action.refused.as_ref()).map(|refusal| known(&refusal.code));
        let first = codes.clone().next().unwrap_or(Code::Foreign);
        let code = codes.find(|code| *code == Code::Foreign).unwrap_or(first);
        let message = format!("refused, and nothing was changed: {what}");
        return Failure::coded(Exit::Refused, code, message).help("the plan says of each why, and what to do");
    }
    let message = format!("refused, and nothing was changed: nobody consented to {blocked} of the plan's changes");
    Failure::coded(Exit::Refused, Code::Weakening, message).help("the plan prints the waiver or the flag that would let each through")
}

/// The code of that name, which in a plan file of another version may be none of ours.
fn known(code: &str) -> Code {
    Code::find(code).unwrap_or(Code::Fixed)
}

fn consents(args: &ApplyArgs) -> Consents {
    Consents { weakening: args.consent.allow_weakening.clone(), irreversible: args.consent.accept_irreversible.clone() }
}

/// Refuses when the policy beside the plan is not the one that it was made from. A plan that travels without its policy stands for itself.
fn refuse_other_policy(plan: &Plan) -> Result<(), Failure> {
    let path = PathBuf::from(&plan.policy.path);
    if !path.exists() {
        return Ok(());
    }
    let files = load::load(&path);
    // A folder that holds none of the plan's files is not its policy: the plan has travelled without it.
    if !plan.policy.files.keys().any(|name| files.digests.contains_key(name)) {
        return Ok(());
    }
    let changed = |name: &&String| files.digests.get(*name) != plan.policy.files.get(*name);
    let names: Vec<&String> = files.digests.keys().chain(plan.policy.files.keys()).filter(changed).collect();
    match names.first() {
        None => Ok(()),
        Some(name) => {
            let message = format!("the policy in {} is not the one that this plan was made from: {name} differs", path.display());
            Err(Failure::coded(Exit::Refused, Code::Stale, message).help("nothing was written; make a new plan and have it reviewed"))
        }
    }
}

pub(super) async fn refuse_moved(plan: &Plan, session: &Session<WritableAws>) -> Result<(), Failure> {
    let now = snapshot::again(plan, &session.aws, &session.unreached).await;
    let moved = preconditions::moved(plan, &now);
    if moved.is_empty() { Ok(()) } else { Err(Failure::stale(&moved)) }
}

pub(super) async fn finish(context: &Context, args: &ApplyArgs, plan: &Plan, session: &Session<WritableAws>) -> Result<Exit, Failure> {
    let stop = Stop::default();
    let told = Told::new(context, plan);
    let running = async {
        let outcome = apply::run(plan, &session.aws, usize::from(args.live.parallelism), &stop, &told).await;
        told.bar.set_message("reading again");
        // What was done is proven even where the rest failed.
        let verdict = apply::verify(plan, &outcome, &session.aws).await;
        let halfway = apply::halfway(plan, &outcome, &session.aws).await;
        (outcome, verdict, halfway)
    };
    let (outcome, verdict, halfway) = tokio::select! {
        ended = running => ended,
        () = asked_twice(&stop, &told) => {
            told.bar.finish_and_clear();
            let message = "stopped at once: what was under way may or may not have happened";
            return Err(Failure::coded(Exit::Partial, Code::Failed, message)
                .help("run `backstay plan` to see where it stands; a new apply goes on from there"));
        }
    };
    told.bar.finish_and_clear();
    session.log_counts();
    for one in &halfway {
        session.aws.witness.note_failed(&FailedEntry {
            time: session.aws.clock.now().to_string(),
            target: &one.target,
            region: &one.region,
            resource: &one.address,
            outcome: "failed",
            reads_as_planned: &one.standing.as_planned,
            reads_as_before: &one.standing.as_before,
            reads_otherwise: &one.standing.otherwise,
            not_read: &one.standing.unknown,
        });
    }
    if let Some(problem) = session.aws.witness.journal_problem() {
        context.ui.complain(&format!("the journal is not complete: {problem}"));
    }
    conclude(context, plan, &outcome, &verdict, &halfway)
}

/// Ends when somebody has asked twice to stop; the first time only asks the run to begin nothing new.
async fn asked_twice(stop: &Stop, told: &Told<'_>) {
    let mut interrupts = Interrupts::listen();
    interrupts.next().await;
    stop.ask();
    told.say("Stopping: what is under way is finished, nothing new is begun. Interrupt again to stop at once.");
    interrupts.next().await;
}

/// What asks a process to end: Ctrl-C, and on Unix also SIGTERM, as a cancelled CI job sends it. Listened to once, so that none is missed.
#[cfg(unix)]
struct Interrupts(Vec<tokio::signal::unix::Signal>);

#[cfg(unix)]
impl Interrupts {
    fn listen() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        Self([SignalKind::interrupt(), SignalKind::terminate()].into_iter().filter_map(|kind| signal(kind).ok()).collect())
    }

    /// Waits for the next one; for ever where none can be listened to.
    async fn next(&mut self) {
        std::future::poll_fn(|context| {
            let mut ready = self.0.iter_mut().map(|signal| signal.poll_recv(context).is_ready());
            if ready.any(|ready| ready) { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
        })
        .await;
    }
}

#[cfg(not(unix))]
struct Interrupts;

#[cfg(not(unix))]
impl Interrupts {
    fn listen() -> Self {
        Self
    }

    async fn next(&mut self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}

fn conclude(context: &Context, plan: &Plan, outcome: &Outcome, verdict: &Verdict, halfway: &[Halfway]) -> Result<Exit, Failure> {
    let mut text = String::from("\n");
    let unknown = view::unknown(plan, kinds::spec);
    if outcome.is_whole() {
        let summary = plan.summary();
        text.push_str(&format!("Apply complete: {} added, {} changed, {} destroyed.", summary.add, summary.change, summary.destroy));
        text.push_str(match (verdict.is_proof(), unknown.is_empty()) {
            (true, true) => " Read again: no changes.\n",
            (true, false) => " Read again: no changes in what could be read.\n",
            (false, _) => "\n",
        });
    } else {
        text.push_str(&format!("Apply incomplete: {}.\n", totals(outcome)));
        let halfway: BTreeMap<usize, &Halfway> = halfway.iter().map(|one| (one.step, one)).collect();
        for (place, step) in outcome.steps.iter().enumerate() {
            let how = match &step.ending {
                Ending::Done => format!("done: {}", step.address),
                Ending::Failed(why) => format!("failed: {}: {why}", step.address),
                Ending::Skipped(why) => format!("skipped: {}: {why}", step.address),
                Ending::NotBegun => format!("not begun: {}", step.address),
            };
            text.push_str(&format!("  {how}\n"));
            for line in halfway.get(&place).into_iter().flat_map(|one| stands(&one.standing)) {
                text.push_str(&format!("    {line}\n"));
            }
        }
        let is_proof = verdict.is_proof() && outcome.count(|ending| *ending == Ending::Done) > 0;
        text.push_str(if is_proof { "What was done reads as planned. " } else { "" });
        text.push_str("A new `backstay apply` goes on from what AWS now has.\n");
    }
    for what in &unknown {
        text.push_str(&format!("  unknown, not fine: {what}\n"));
    }
    for gap in &verdict.gaps {
        text.push_str(&format!("  not read again: {} in {}: {}\n", gap.resource.as_deref().unwrap_or("-"), gap.region, gap.message));
    }
    for note in &verdict.notes {
        text.push_str(&format!("  note{}: {}\n", note.code.as_ref().map_or_else(String::new, |code| format!("[{code}]")), note.text));
    }
    context.ui.answer(&text)?;
    if !verdict.unsettled.is_empty() {
        let problems =
            verdict.unsettled.iter().map(|moved| Diagnostic::error(Code::NotSettled, format!("{}: {}", moved.address, moved.what)));
        let failure = Failure { exit: Exit::Partial, problems: problems.collect(), sources: crate::model::Sources::default() };
        return Err(failure.help("every call for it succeeded, but AWS does not read so; run `backstay plan` to see where it stands"));
    }
    Ok(match (outcome.is_whole(), verdict.gaps.is_empty()) {
        (false, _) => Exit::Partial,
        (true, false) => Exit::Incomplete,
        (true, true) => exit(plan, false),
    })
}

/// How what a failed step was to change reads now, in a line for each sort.
fn stands(standing: &Standing) -> Vec<String> {
    let lists = [
        ("reads as planned now", &standing.as_planned),
        ("still reads as before", &standing.as_before),
        ("reads neither as before nor as planned", &standing.otherwise),
        ("could not be read again, so it may have changed or not", &standing.unknown),
    ];
    let said = lists.into_iter().filter(|(_, settings)| !settings.is_empty());
    said.map(|(how, settings)| format!("{how}: {}", settings.join(", "))).collect()
}

fn totals(outcome: &Outcome) -> String {
    let done = outcome.count(|ending| *ending == Ending::Done);
    let failed = outcome.count(|ending| matches!(ending, Ending::Failed(_)));
    let skipped = outcome.count(|ending| matches!(ending, Ending::Skipped(_)));
    let not_begun = outcome.count(|ending| *ending == Ending::NotBegun);
    format!("{done} done, {failed} failed, {skipped} skipped, {not_begun} not begun")
}

/// Tells how it goes: a bar on a terminal, one line for each finished step otherwise.
struct Told<'a> {
    context: &'a Context,
    bar: ProgressBar,
}

impl<'a> Told<'a> {
    fn new(context: &'a Context, plan: &Plan) -> Self {
        let bar = context.ui.bar("applying");
        bar.set_length(u64::try_from(plan::order::steps(plan).len()).unwrap_or_default());
        Self { context, bar }
    }

    fn say(&self, line: &str) {
        if self.context.ui.draws() {
            self.bar.println(line);
        } else {
            self.context.ui.say(line);
        }
    }
}

impl Progress for Told<'_> {
    fn begun(&self, address: &str) {
        self.bar.set_message(address.to_owned());
    }

    fn waiting(&self, address: &str, what: &str) {
        self.bar.set_message(format!("{address}: {what}"));
        tracing::info!(address, what, "waiting");
    }

    fn ended(&self, step: &StepOutcome) {
        self.bar.inc(1);
        let what = match &step.ending {
            Ending::Done => format!("done: {} ({})", step.address, step.changes.join(", ")),
            Ending::Failed(why) => format!("FAILED: {}: {why}", step.address),
            Ending::Skipped(why) => format!("skipped: {}: {why}", step.address),
            Ending::NotBegun => return,
        };
        self.say(&what);
    }
}

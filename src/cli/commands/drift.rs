//! `backstay drift` and `backstay diff`: what moved. They read, and have nothing to write with.

use super::{drift_notify, drift_who};
use crate::cli::Context;
use crate::cli::args::{DiffArgs, DriftArgs, ReportArgs, ReportFormat};
use crate::cli::failure::{Exit, Failure};
use crate::cli::session::{self, Session, block_on, quiet_policy_of_targets, unplannable};
use crate::drift;
use crate::files;
use crate::kinds;
use crate::model::{Drift, Policy, Snapshot};
use crate::snapshot;
use crate::view;

/// Compares a policy, or an earlier snapshot, with what is live.
pub(super) fn run(context: &Context, args: &DriftArgs) -> Result<Exit, Failure> {
    check(&args.report)?;
    let receivers = drift_notify::receivers(context, args)?;
    let recorded = args.from.as_deref().map(snapshot::load).transpose()?;
    let baseline = args.baseline.as_deref().map(snapshot::load).transpose()?;
    let policy = quiet_policy_of_targets(context, &args.policy, &args.live, recorded.as_ref())?;
    let request =
        drift::Request { path: args.policy.path.display().to_string(), only: args.only.clone(), all_targets: args.live.targets.is_empty() };
    let compared = |policy: &Policy, snapshot: &Snapshot| {
        let report = match (&args.baseline, &baseline) {
            (Some(path), Some(baseline)) => drift::since(policy, baseline, snapshot, &path.display().to_string(), &request),
            _ => drift::against(policy, snapshot, &request),
        };
        report.map_err(|problems| unplannable(problems, policy.clone()))
    };
    let (policy, report) = match recorded {
        Some(snapshot) => {
            let policy = session::reached(context, &args.policy.path, policy, &snapshot.identities)?;
            let report = compared(&policy, &snapshot)?;
            (policy, report)
        }
        None => block_on(async {
            let session = Session::connect(context, &policy.targets, &args.live).await?;
            let policy = session::reached(context, &args.policy.path, policy, &session.identities())?;
            let snapshot = session.snapshot(context, &policy).await;
            let mut report = compared(&policy, &snapshot)?;
            if args.who {
                drift_who::fill(&session.aws, &mut report).await;
            }
            session.log_counts();
            Ok::<_, Failure>((policy, report))
        })??,
    };
    let exit = answer(context, &report, &args.report)?;
    if receivers.is_empty() {
        return Ok(exit);
    }
    let told = block_on(drift_notify::send(context, &policy, &report, args, &receivers))?;
    // What the report says comes first: a scheduler must not take drift for a failure of the mail.
    Ok(if told || exit != Exit::Done { exit } else { Exit::Error })
}

/// Compares two snapshots.
pub(super) fn diff(context: &Context, args: &DiffArgs) -> Result<Exit, Failure> {
    check(&args.report)?;
    let (before, after) = (snapshot::load(&args.before)?, snapshot::load(&args.after)?);
    answer(context, &drift::between(&before, &after, &args.before.display().to_string()), &args.report)
}

/// Whether what is asked for of the form goes together.
fn check(args: &ReportArgs) -> Result<(), Failure> {
    if args.max_bytes.is_some() && args.format != ReportFormat::Markdown {
        return Err(Failure::error("--max-bytes shortens Markdown").help("add `--format markdown`, or leave --max-bytes out"));
    }
    Ok(())
}

/// Prints or writes the report; what it says is in the exit code too.
fn answer(context: &Context, report: &Drift, args: &ReportArgs) -> Result<Exit, Failure> {
    let text = |style| view::drift::text(report, kinds::spec, style);
    let max_bytes = args.max_bytes.and_then(|bytes| usize::try_from(bytes).ok());
    let rendered = match args.format {
        ReportFormat::Text if args.out.is_some() => text(view::Style::PLAIN),
        ReportFormat::Text => text(context.ui.style()),
        ReportFormat::Json => view::json::print(&view::drift::json(report)),
        ReportFormat::Markdown => view::drift::markdown(report, kinds::spec, max_bytes),
        ReportFormat::Junit => view::drift::junit(report, kinds::spec),
        ReportFormat::Sarif => view::json::print(&view::drift::sarif(report, kinds::spec)),
    };
    match &args.out {
        None => context.ui.answer(&rendered)?,
        Some(file) => {
            files::write_atomically(file, rendered.as_bytes())
                .map_err(|error| Failure::error(format!("cannot write {}: {error}", file.display())))?;
            context.ui.answer(&format!("{}\n", view::drift::verdict(report)))?;
        }
    }
    Ok(if !report.is_complete() {
        Exit::Incomplete
    } else if report.moved.is_empty() {
        Exit::Done
    } else {
        Exit::Changes
    })
}

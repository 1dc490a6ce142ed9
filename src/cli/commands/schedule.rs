//! `backstay schedule`: when everything that a policy declares runs next.

use crate::cli::Context;
use crate::cli::args::{ScheduleArgs, ScheduleFormat};
use crate::cli::failure::{Exit, Failure};
use crate::cli::session;
use crate::plan::agenda;
use crate::view;

/// Prints the calendar.
pub(super) fn run(context: &Context, args: &ScheduleArgs) -> Result<Exit, Failure> {
    let from = args.at.unwrap_or_else(|| session::now(context));
    let policy = session::policy_at(context, &args.policy.path, from)?;
    let agenda = agenda::agenda(&policy, from, args.days);
    let text = match args.format {
        ScheduleFormat::Text => view::schedule::text(&agenda, context.ui.style()),
        ScheduleFormat::Json => view::json::print(&view::schedule::json(&agenda)),
        ScheduleFormat::Markdown => view::schedule::markdown(&agenda),
    };
    context.ui.answer(&text)?;
    Ok(Exit::Done)
}

//! One file for each verb.

mod adopt;
mod adopt_mark;
mod adopt_terraform;
mod apply;
mod audit;
mod audit_folder;
mod audit_test;
mod audit_verify;
#[cfg(feature = "sandbox")]
mod demo;
mod drift;
mod drift_notify;
mod drift_who;
mod explain;
mod fmt;
mod plan;
#[cfg(feature = "sandbox")]
pub(super) mod sandbox;
mod schedule;
mod schema;
mod snapshot;
mod validate;

use super::Context;
use super::args::{Cli, Command};
use super::failure::{Exit, Failure};
use clap::CommandFactory as _;

/// Runs a verb.
pub(super) fn run(context: &Context, command: Command) -> Result<Exit, Failure> {
    match command {
        Command::Validate(args) => validate::run(context, &args),
        Command::Fmt(args) => fmt::run(context, &args),
        Command::Plan(args) => plan::run(context, &args),
        Command::Apply(args) => apply::run(context, &args),
        Command::Show(args) => plan::show(context, &args),
        Command::Snapshot(args) => snapshot::run(context, &args),
        Command::Drift(args) => drift::run(context, &args),
        Command::Diff(args) => drift::diff(context, &args),
        Command::Adopt(args) => adopt::run(context, &args),
        Command::Audit(args) => audit::run(context, &args),
        Command::Explain(args) => explain::run(context, &args),
        Command::Schedule(args) => schedule::run(context, &args),
        Command::Schema(args) => schema::run(context, &args),
        Command::Completions(args) => {
            let mut script = Vec::new();
            clap_complete::generate(args.shell, &mut Cli::command(), "backstay", &mut script);
            context.ui.answer(&String::from_utf8_lossy(&script))?;
            Ok(Exit::Done)
        }
        #[cfg(feature = "sandbox")]
        Command::Demo(args) => demo::run(context, &args),
        #[cfg(feature = "sandbox")]
        Command::Sandbox(args) => sandbox::run_verb(context, &args),
    }
}

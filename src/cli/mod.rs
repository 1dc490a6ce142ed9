//! The verbs: arguments in, bytes and an exit code out. Nothing but this room prints, asks, or reads the environment.
//!
//! Each verb is one file of `commands/`. A failure becomes a message and an exit code in `failure` alone.

mod args;
mod commands;
mod environment;
mod failure;
mod regions;
mod session;
mod ui;

use clap::{CommandFactory as _, FromArgMatches as _};
use environment::Environment;
use failure::{Exit, Failure};
use std::process::ExitCode;
use ui::Ui;

/// All that a verb is given beside its own arguments.
struct Context {
    ui: Ui,
    environment: Environment,
    global: args::GlobalArgs,
    /// `--var` and `--var-file` in the order in which they were given, after the environment's.
    given: Vec<crate::policy::variables::Given>,
}

/// Runs the command line of this process. A bug ends it with a message and exit 1, not with a stack of frames.
pub fn main() -> ExitCode {
    std::panic::set_hook(Box::new(|bug| {
        let place = bug.location().map(ToString::to_string).unwrap_or_default();
        ui::say_bug(&format!("{} ({place})", bug.payload_as_str().unwrap_or("no message")));
    }));
    std::panic::catch_unwind(run).unwrap_or_else(|_| Exit::Error.into())
}

fn run() -> ExitCode {
    let environment = Environment::read();
    let matches = match args::Cli::command().try_get_matches() {
        Ok(matches) => matches,
        Err(error) => return usage(&error),
    };
    let cli = match args::Cli::from_arg_matches(&matches) {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    let ui = Ui::new(&cli.global, &environment);
    let mut given = environment.variables.clone();
    match args::given(&matches) {
        Ok(more) => given.extend(more),
        Err(failure) => return ui.fail(&failure).into(),
    }
    if matches!(cli.command, args::Command::Audit(_)) {
        // What is for the library of controls need not be declared by a policy too.
        given = crate::audit::library::also_for_policies(given);
    }
    let context = Context { ui, environment, global: cli.global, given };
    if let Err(failure) = prepare(&context) {
        return context.ui.fail(&failure).into();
    }
    match commands::run(&context, cli.command) {
        Ok(exit) => exit.into(),
        Err(failure) => context.ui.fail(&failure).into(),
    }
}

/// Help and version are answers; everything else that clap says is a usage error, which is exit 1 here as any error.
fn usage(error: &clap::Error) -> ExitCode {
    // A reader that went away (`| head`) is no reason to fail.
    let _ = error.print();
    if error.use_stderr() { Exit::Error.into() } else { Exit::Done.into() }
}

fn prepare(context: &Context) -> Result<(), Failure> {
    if let Some(folder) = &context.global.chdir {
        std::env::set_current_dir(folder).map_err(|error| {
            Failure::error(format!("cannot change to {}: {error}", folder.display())).help("give --chdir a folder that exists")
        })?;
    }
    ui::start_log(context.global.log.as_deref().or(context.environment.log.as_deref()), context.ui.colour_on_stderr())
}

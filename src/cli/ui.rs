//! Streams, colour and progress. Results go to stdout, everything else to stderr.

use super::args::GlobalArgs;
use super::environment::Environment;
use super::failure::{Exit, Failure};
use crate::model::{Diagnostic, Sources};
use crate::view::{self, Style};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{self, IsTerminal as _, Write as _};
use std::time::Duration;

/// Where output goes and how it looks. All output goes through it, also what needs nothing of it today.
#[derive(Clone)]
#[expect(clippy::struct_excessive_bools, reason = "four independent facts about two streams")]
pub(super) struct Ui {
    colour_out: bool,
    colour_err: bool,
    quiet: bool,
    progress: bool,
}

impl Ui {
    /// Decides from flags, environment and streams.
    pub(super) fn new(global: &GlobalArgs, environment: &Environment) -> Self {
        let colour = !global.no_color && !environment.no_color;
        Self {
            colour_out: colour && io::stdout().is_terminal(),
            colour_err: colour && io::stderr().is_terminal(),
            quiet: global.quiet,
            progress: !global.quiet && io::stderr().is_terminal(),
        }
    }

    pub(super) fn colour_on_stderr(&self) -> bool {
        self.colour_err
    }

    /// How text for stdout looks.
    pub(super) fn style(&self) -> Style {
        Style { colour: self.colour_out, width: None }
    }

    /// Writes a result. A reader that went away is no error.
    pub(super) fn answer(&self, text: &str) -> Result<(), Failure> {
        self.answer_with(|out| out.write_all(text.as_bytes()))
    }

    /// The same of a result that is made while it is written.
    #[expect(clippy::unused_self, reason = "all output and input goes through the one `Ui`")]
    pub(super) fn answer_with(&self, write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> Result<(), Failure> {
        let mut out = io::BufWriter::new(io::stdout().lock());
        match write(&mut out).and_then(|()| out.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            other => Ok(other?),
        }
    }

    /// Says something beside the result, unless told to be quiet.
    pub(super) fn say(&self, text: &str) {
        if !self.quiet {
            let _ = writeln!(io::stderr().lock(), "{text}");
        }
    }

    /// Shows warnings.
    pub(super) fn warn(&self, problems: &[Diagnostic], sources: &Sources) {
        if !problems.is_empty() && !self.quiet {
            let _ = writeln!(io::stderr().lock(), "{}", view::diagnostics::render(problems, sources, self.colour_err).trim_end());
        }
    }

    /// Says something that is wrong, told to be quiet or not.
    #[expect(clippy::unused_self, reason = "all output and input goes through the one `Ui`")]
    pub(super) fn complain(&self, text: &str) {
        let _ = writeln!(io::stderr().lock(), "warning: {text}");
    }

    /// Shows why a verb ends, and gives its exit code.
    pub(super) fn fail(&self, failure: &Failure) -> Exit {
        let text = view::diagnostics::render(&failure.problems, &failure.sources, self.colour_err);
        let _ = writeln!(io::stderr().lock(), "{}", text.trim_end());
        failure.exit
    }

    /// Whether a person can be asked.
    #[expect(clippy::unused_self, reason = "all output and input goes through the one `Ui`")]
    pub(super) fn can_ask(&self) -> bool {
        io::stdin().is_terminal() && io::stderr().is_terminal()
    }

    /// Asks a person for `yes`.
    #[expect(clippy::unused_self, reason = "all output and input goes through the one `Ui`")]
    pub(super) fn asks_yes(&self, question: &str) -> bool {
        let mut err = io::stderr().lock();
        let _ = write!(err, "{question}\n  Only `yes` is taken as yes: ");
        let _ = err.flush();
        let mut answer = String::new();
        io::stdin().read_line(&mut answer).is_ok() && answer.trim() == "yes"
    }

    /// A bar on a terminal, nothing otherwise.
    pub(super) fn bar(&self, what: &str) -> ProgressBar {
        let bar =
            ProgressBar::with_draw_target(None, if self.progress { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() });
        if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix} {pos}/{len} {wide_msg} {elapsed}") {
            bar.set_style(style);
        }
        bar.set_prefix(what.to_owned());
        if self.progress {
            bar.enable_steady_tick(Duration::from_millis(120));
        }
        bar
    }

    /// Whether bars are drawn.
    pub(super) fn draws(&self) -> bool {
        self.progress
    }
}

/// Starts logging to stderr. A bare level is that of backstay itself; `sdk=debug`-like directives reach the libraries.
pub(super) fn start_log(level: Option<&str>, colour: bool) -> Result<(), Failure> {
    let Some(level) = level.filter(|level| !level.is_empty()) else {
        return Ok(());
    };
    let bare = ["off", "error", "warn", "info", "debug", "trace"].contains(&level.to_ascii_lowercase().as_str());
    let directives = if bare { format!("backstay={level}") } else { level.to_owned() };
    let filter = tracing_subscriber::EnvFilter::try_new(&directives).map_err(|error| {
        Failure::error(format!("`{level}` is no log level: {error}")).help("use off, error, warn, info, debug or trace")
    })?;
    let started = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).with_ansi(colour).try_init();
    started.map_err(|error| Failure::error(format!("cannot start the log: {error}")))
}

/// Says that backstay itself is wrong.
pub(super) fn say_bug(what: &str) {
    let mut err = io::stderr().lock();
    let _ = writeln!(err, "error: this is a bug in backstay {}: {what}", env!("CARGO_PKG_VERSION"));
    let _ = writeln!(
        err,
        "  help: report it with the command line and, if you can, the policy; an apply that it broke off goes on with a new run"
    );
}

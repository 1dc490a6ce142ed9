//! Every error of a library becomes a message, a hint and an exit code here, and nowhere else.

use crate::aws::ConnectFailed;
use crate::model::{Code, Diagnostic, Sources};
use crate::plan::file::PlanFileError;
use crate::plan::preconditions::Moved;
use crate::snapshot::SnapshotFileError;
use std::process::ExitCode;

/// The exit codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exit {
    /// Done, or nothing to do.
    Done,
    /// Usage, policy or AWS.
    Error,
    /// There are changes, and the caller asked to be told.
    Changes,
    /// Something could not be read.
    Incomplete,
    /// Weakening without consent, irreversible, stale plan, wrong account.
    Refused,
    /// An apply that failed part of the way.
    Partial,
}

impl From<Exit> for u8 {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Done => 0,
            Exit::Error => 1,
            Exit::Changes => 2,
            Exit::Incomplete => 3,
            Exit::Refused => 4,
            Exit::Partial => 5,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(u8::from(exit))
    }
}

/// Why a verb ends early.
#[derive(Debug)]
pub(super) struct Failure {
    /// The exit code.
    pub(super) exit: Exit,
    /// What is wrong; several where several things are.
    pub(super) problems: Vec<Diagnostic>,
    /// The texts that the problems point into.
    pub(super) sources: Sources,
}

impl Failure {
    /// One problem without a place or a code of its own.
    pub(super) fn error(message: impl Into<String>) -> Self {
        Self::coded(Exit::Error, Code::Usage, message)
    }

    /// One problem of a code.
    pub(super) fn coded(exit: Exit, code: Code, message: impl Into<String>) -> Self {
        Self { exit, problems: vec![Diagnostic::error(code, message)], sources: Sources::default() }
    }

    /// Problems of a policy.
    pub(super) fn policy(problems: Vec<Diagnostic>, sources: Sources) -> Self {
        Self { exit: Exit::Error, problems, sources }
    }

    /// Says how to mend it.
    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        if let Some(last) = self.problems.last_mut() {
            last.help = Some(help.into());
        }
        self
    }

    /// Targets that could not be reached: refused where the account is wrong, else an error.
    pub(super) fn unreached(failed: &[ConnectFailed]) -> Self {
        let wrong_account = failed.iter().any(|failed| matches!(failed, ConnectFailed::WrongAccount { .. }));
        let problems = failed.iter().map(|failed| match failed {
            ConnectFailed::Identity { help, .. } => Diagnostic::error(Code::Identity, failed.to_string()).help(help.clone()),
            ConnectFailed::Unlisted { .. } => Diagnostic::error(Code::Identity, failed.to_string()),
            ConnectFailed::WrongAccount { .. } => Diagnostic::error(Code::WrongAccount, failed.to_string())
                .help("nothing was read; use credentials of that account, add an `assume_role`, or correct `account_id`"),
        });
        Self { exit: if wrong_account { Exit::Refused } else { Exit::Error }, problems: problems.collect(), sources: Sources::default() }
    }

    /// Problems of a seed, each `file:line:column: text`, with the lines that they are about.
    #[cfg(feature = "sandbox")]
    fn seed(problems: &[String]) -> Self {
        let mut sources = Sources::default();
        let mut known = std::collections::BTreeMap::new();
        let mut placed = |place: &str| {
            let mut parts = place.rsplitn(3, ':');
            let (column, line, file) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?);
            if !known.contains_key(file) {
                known.insert(file.to_owned(), sources.add(file, std::fs::read_to_string(file).ok()?));
            }
            sources.word(*known.get(file)?, line, column)
        };
        let problems = problems.iter().map(|problem| {
            let parts = problem.split_once(": ").and_then(|(place, text)| Some((placed(place)?, text)));
            match parts {
                Some((span, text)) => Diagnostic::error(Code::Sandbox, text).at(span),
                None => Diagnostic::error(Code::Sandbox, problem.as_str()),
            }
        });
        let mut problems: Vec<Diagnostic> = problems.collect();
        problems.sort_by_key(|problem| problem.labels.first().map(|label| (label.span.source, label.span.range.start)));
        Self { exit: Exit::Error, problems, sources }
    }

    /// A plan that is no longer what AWS is.
    pub(super) fn stale(moved: &[Moved]) -> Self {
        let problems = moved.iter().map(|moved| Diagnostic::error(Code::Stale, format!("{}: {}", moved.address, moved.what)));
        let mut failure = Self { exit: Exit::Refused, problems: problems.collect(), sources: Sources::default() };
        failure = failure.help("nothing was written; make a new plan and have it reviewed");
        failure
    }
}

impl From<PlanFileError> for Failure {
    fn from(error: PlanFileError) -> Self {
        let exit = match error {
            PlanFileError::Edited { .. } => Exit::Refused,
            PlanFileError::Io { .. } | PlanFileError::Format { .. } => Exit::Error,
        };
        Self::coded(exit, Code::PlanFile, error.to_string()).help("make a plan file with `backstay plan --out FILE`")
    }
}

impl From<SnapshotFileError> for Failure {
    fn from(error: SnapshotFileError) -> Self {
        Self::coded(Exit::Error, Code::NotRecorded, error.to_string())
    }
}

#[cfg(feature = "sandbox")]
impl From<crate::sandbox::SandboxError> for Failure {
    fn from(error: crate::sandbox::SandboxError) -> Self {
        if let crate::sandbox::SandboxError::Seed { problems } = error {
            return Self::seed(&problems);
        }
        Self::coded(Exit::Error, Code::Sandbox, error.to_string())
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::error(format!("cannot write the output: {error}"))
    }
}

//! backstay as a user runs it.

use super::World;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

/// A folder with a policy, and the environment in which backstay is run there.
pub(crate) struct Policy {
    folder: TempDir,
    environment: Vec<(String, String)>,
}

/// What a run of a program said.
#[derive(Debug)]
pub(crate) struct Ran {
    /// The exit code, -1 where a signal ended it.
    pub(crate) exit: i32,
    /// The standard output.
    pub(crate) out: String,
    /// The standard error.
    pub(crate) err: String,
}

impl Policy {
    /// A policy for that world.
    pub(crate) fn new(world: &World, hcl: &str) -> Self {
        let folder = tempfile::tempdir().expect("temporary folders can be made");
        let policy = Self { folder, environment: world.environment() };
        policy.write(hcl);
        policy
    }

    /// Replaces the policy.
    pub(crate) fn write(&self, hcl: &str) {
        backstay::files::write_atomically(&self.path("policy.hcl"), hcl.as_bytes()).expect("temporary folders can be written");
    }

    /// A variable of the environment for all further runs.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.environment.push((name.to_owned(), value.to_owned()));
    }

    /// A file beside the policy.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs backstay in the folder of the policy.
    pub(crate) fn backstay(&self, arguments: &[&str]) -> Ran {
        let mut command = Command::new(env!("CARGO_BIN_EXE_backstay"));
        command.args(arguments).current_dir(self.folder.path());
        bare(&mut command, self.folder.path());
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        Ran::of(&mut command)
    }

    /// Plans, and wants the exit code 0.
    #[track_caller]
    pub(crate) fn plan(&self) -> Ran {
        self.backstay(&["plan"]).exits(0)
    }

    /// Applies, and wants it to end well.
    #[track_caller]
    pub(crate) fn apply(&self) -> Ran {
        self.backstay(&["apply", "--auto-approve"]).exits(0).says("Read again: no changes.")
    }

    /// Plans, and wants nothing to be left to do.
    #[track_caller]
    pub(crate) fn is_settled(&self) -> Ran {
        self.backstay(&["plan", "--detailed-exitcode"]).exits(0).says("No changes.")
    }
}

impl Ran {
    /// Runs a command to its end.
    #[track_caller]
    pub(crate) fn of(command: &mut Command) -> Self {
        let output: Output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        Self {
            exit: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// It ended with that exit code.
    #[track_caller]
    pub(crate) fn exits(self, exit: i32) -> Self {
        assert_eq!(self.exit, exit, "{self}");
        self
    }

    /// Its answer holds that text.
    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Self {
        assert!(self.out.contains(text), "it does not say `{text}`\n{self}");
        self
    }

    /// Its answer does not hold that text.
    #[track_caller]
    pub(crate) fn is_silent_on(self, text: &str) -> Self {
        assert!(!self.out.contains(text), "it says `{text}`\n{self}");
        self
    }

    /// Its diagnostics hold that text.
    #[track_caller]
    pub(crate) fn complains(self, text: &str) -> Self {
        assert!(self.err.contains(text), "it does not complain `{text}`\n{self}");
        self
    }
}

impl std::fmt::Display for Ran {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "exit {}\n--- stdout\n{}\n--- stderr\n{}", self.exit, self.out, self.err)
    }
}

/// Takes from a command the environment of whoever runs the tests, so that no profile or credential of theirs is ever used.
pub(crate) fn bare(command: &mut Command, home: &Path) {
    command.env_clear().env("HOME", home).env("AWS_EC2_METADATA_DISABLED", "true");
}

//! Virtual environments of Python, made once under the target folder and shared by all test processes.

use sha2::{Digest as _, Sha256};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A virtual environment that holds the packages of one requirements file.
pub(crate) struct Python {
    folder: PathBuf,
}

impl Python {
    /// The emulators and the AWS SDK for Python.
    pub(crate) fn with_emulators() -> Self {
        Self::with("emulators", include_str!("../requirements.txt"), &[])
    }

    /// Tools that read the JSON of Terraform's plans.
    pub(crate) fn with_plan_readers() -> Self {
        Self::with("plan-readers", include_str!("../requirements-plan-readers.txt"), &[])
    }

    /// NIST's schemas of OSCAL, and models of it.
    pub(crate) fn with_oscal() -> Self {
        // The list is complete, and a package of it asks for much more than its schemas need.
        Self::with("oscal", include_str!("../requirements-oscal.txt"), &["--no-deps"])
    }

    /// A command that runs Python in this environment.
    pub(crate) fn command(&self) -> Command {
        Command::new(self.folder.join("bin").join("python"))
    }

    fn with(name: &str, requirements: &str, flags: &[&str]) -> Self {
        let digest: String = Sha256::digest(requirements).iter().take(6).map(|byte| format!("{byte:02x}")).collect();
        let target = target_folder();
        let folder = target.join(format!("peers-venv-{digest}"));
        let lock = File::create(target.join(format!("peers-venv-{digest}.lock"))).expect("the target folder can be written");
        lock.lock().expect("the file system has locks");
        // The marker is written last, so an environment without it is one whose making was interrupted.
        let marker = folder.join("complete");
        if !marker.exists() {
            make(&folder, name, requirements, flags);
            File::create(&marker).expect("the new environment can be written");
        }
        Self { folder }
    }
}

/// The folder that cargo builds into.
pub(super) fn target_folder() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("cargo's folder for tests stands in its target folder")
}

fn make(folder: &Path, name: &str, requirements: &str, flags: &[&str]) {
    if folder.exists() {
        std::fs::remove_dir_all(folder).expect("an unfinished environment can be removed");
    }
    step(name, Command::new("python3").args(["-m", "venv"]).arg(folder));
    let list = folder.join("requirements.txt");
    backstay::files::write_atomically(&list, requirements.as_bytes()).expect("the new environment can be written");
    let mut install = Command::new(folder.join("bin").join("python"));
    install.args(["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]);
    step(name, install.args(flags).arg("--requirement").arg(list));
}

fn step(name: &str, command: &mut Command) {
    let output = command.output();
    let why = match &output {
        Ok(output) if output.status.success() => return,
        Ok(output) => String::from_utf8_lossy(&output.stderr).into_owned(),
        Err(error) => error.to_string(),
    };
    panic!("the Python packages `{name}` cannot be had, and without them these tests prove nothing: {command:?} failed: {why}");
}

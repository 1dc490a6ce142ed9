//! A clean room: a temporary folder, and `backstay` run in it with an environment that holds nothing of the machine's own.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// A fresh folder in which commands run.
pub(crate) struct Room {
    dir: TempDir,
}

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// stdout and stderr as they came.
    pub(crate) output: String,
    /// The exit code; `None` where a signal ended it.
    pub(crate) code: Option<i32>,
}

impl Room {
    pub(crate) fn new() -> Self {
        let dir = tempfile::Builder::new().prefix("backstay-").tempdir();
        Self { dir: dir.expect("a temporary folder can be made") }
    }

    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.file(name);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).expect("a folder can be made in the room");
        }
        #[expect(clippy::disallowed_methods, reason = "a test's own file need not be atomic")]
        std::fs::write(path, bytes).expect("a file can be written in the room");
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.file(name)).expect("the file is there")
    }

    /// `backstay` with these arguments, not started yet.
    pub(crate) fn backstay<S: AsRef<std::ffi::OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_backstay"));
        command
            .args(arguments)
            .current_dir(self.path())
            .env_clear()
            .env("HOME", self.path())
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_CONFIG_FILE", self.file("no-such-config"))
            .env("AWS_SHARED_CREDENTIALS_FILE", self.file("no-such-credentials"))
            .stdin(Stdio::null());
        command
    }

    /// Runs `backstay` with the words of `line` to its end.
    pub(crate) fn run(&self, line: &str) -> Ended {
        finish(&mut self.backstay(line.split_whitespace()))
    }

    /// Runs `backstay`, which must exit 0, and gives its output.
    pub(crate) fn ok(&self, line: &str) -> String {
        let ended = self.run(line);
        assert_eq!(ended.code, Some(0), "backstay {line}\n{}", ended.output);
        ended.output
    }
}

/// Starts a command whose stdout and stderr go into one pipe, in the order in which they are written.
pub(crate) fn start(command: &mut Command) -> (Child, std::io::PipeReader) {
    let (reader, writer) = std::io::pipe().expect("a pipe can be made");
    let copy = writer.try_clone().expect("a pipe can be shared");
    let child = command.stdout(copy).stderr(writer).spawn().expect("the binary starts");
    // The command holds the writing end too; reading would never end.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    (child, reader)
}

/// Runs a command to its end.
pub(crate) fn finish(command: &mut Command) -> Ended {
    let (child, reader) = start(command);
    wait(child, reader)
}

/// Waits for a started command.
pub(crate) fn wait(mut child: Child, mut reader: std::io::PipeReader) -> Ended {
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes).expect("the output can be read");
    let status = child.wait().expect("the command ends");
    Ended { output: String::from_utf8(bytes).expect("the output is UTF-8"), code: status.code() }
}

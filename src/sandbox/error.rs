//! What can go wrong with the sandbox itself, as opposed to the AWS errors that it answers on purpose.

use std::io;
use std::path::PathBuf;

/// Says what is wrong with the sandbox, where, and how to mend it.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// A file or folder of the sandbox could not be read or written.
    #[error("cannot {verb} `{}`: {source}", path.display())]
    File {
        /// What was tried: `read`, `write`, `lock`, `create` or `remove`.
        verb: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The file system's error.
        source: io::Error,
    },
    /// A file of the sandbox does not hold what this version writes.
    #[error("`{}` is not a sandbox file that this version can read: {reason}; run `backstay sandbox reset` to start empty", path.display())]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// The parser's complaint.
        reason: String,
    },
    /// The state was written by a later version of backstay.
    #[error(
        "`{}` has state format {found}, this version reads up to {known}; use the newer backstay, or run `backstay sandbox reset` to start empty",
        path.display()
    )]
    Newer {
        /// The state file.
        path: PathBuf,
        /// The format it declares.
        found: u32,
        /// The newest format known here.
        known: u32,
    },
    /// A seed has errors; nothing of it was written.
    #[error("{}", problems.join("\n"))]
    Seed {
        /// Every problem, each as `file:line:column: text`.
        problems: Vec<String>,
    },
    /// A value given for a fault or the clock is outside its range.
    #[error("{0}")]
    Setting(String),
    /// The loopback server could not listen.
    #[error("cannot listen on 127.0.0.1:{port}: {source}; choose another `--port`, or 0 for any free one")]
    Listen {
        /// The wanted port.
        port: u16,
        /// The operating system's error.
        source: io::Error,
    },
    /// The answer to a command could not be written to the terminal or pipe.
    #[error("cannot write the answer: {0}")]
    Output(#[from] io::Error),
}

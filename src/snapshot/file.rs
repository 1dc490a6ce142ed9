//! A snapshot as a file, so that a plan can be made with no AWS at all.

use crate::files;
use crate::model::Snapshot;
use serde::Deserialize;
use std::io;
use std::path::{Path, PathBuf};

/// A snapshot file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotFileError {
    /// The file cannot be read or written.
    #[error("cannot use {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is no snapshot of a format that this version reads.
    #[error("{} is no snapshot that this backstay reads ({reason}); record one with `backstay snapshot --out FILE`", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        reason: String,
    },
}

#[derive(Deserialize)]
struct Header {
    format: Option<String>,
}

/// Writes a snapshot, whole or not at all.
///
/// # Errors
///
/// The file cannot be written.
pub fn save(snapshot: &Snapshot, path: &Path) -> Result<(), SnapshotFileError> {
    let io = |source| SnapshotFileError::Io { path: path.to_owned(), source };
    files::write_atomically(path, &bytes(snapshot).map_err(io)?).map_err(io)
}

/// A snapshot as its file has it.
///
/// # Errors
///
/// There are none that a caller could cause.
pub fn bytes(snapshot: &Snapshot) -> io::Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec_pretty(snapshot)?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// Reads a snapshot.
///
/// # Errors
///
/// The file cannot be read, or is of another format.
pub fn load(path: &Path) -> Result<Snapshot, SnapshotFileError> {
    let format = |reason: String| SnapshotFileError::Format { path: path.to_owned(), reason };
    let bytes = std::fs::read(path).map_err(|source| SnapshotFileError::Io { path: path.to_owned(), source })?;
    // The format first and by itself: a snapshot can be large, and is not to be held twice.
    let header: Header = serde_json::from_slice(&bytes).map_err(|error| format(error.to_string()))?;
    match header.format.as_deref() {
        Some(Snapshot::FORMAT) => {
            let mut snapshot: Snapshot = serde_json::from_slice(&bytes).map_err(|error| format(error.to_string()))?;
            // Somebody may have put it together by hand.
            snapshot.sort();
            Ok(snapshot)
        }
        Some(other) => Err(format(format_args!("its format is `{other}`, not `{}`", Snapshot::FORMAT).to_string())),
        None => Err(format("it has no `format`".to_owned())),
    }
}

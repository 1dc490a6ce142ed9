//! Writing a file whole or not at all, so that a killed process leaves the old content or the new, never half of it.

use sha2::{Digest as _, Sha256};
use std::io::{self, Write as _};
use std::path::Path;

/// Writes `content` to `path` through a temporary file beside it that is renamed into place.
///
/// # Errors
///
/// Any error of the file system; the old content of `path` is then still there.
pub fn write_atomically(path: &Path, content: &[u8]) -> io::Result<()> {
    // A link stays a link, and a file keeps who may read it. A new file is for its owner only: plans and snapshots tell much.
    let path = &std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let mut file = tempfile::Builder::new().prefix(".backstay-").tempfile_in(folder)?;
    file.write_all(content)?;
    if let Ok(old) = std::fs::metadata(path) {
        file.as_file().set_permissions(old.permissions())?;
    }
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// Opens a file to add to its end, making it where it is not there.
///
/// # Errors
///
/// Any error of the file system.
pub fn append(path: &Path) -> io::Result<std::fs::File> {
    std::fs::OpenOptions::new().create(true).append(true).open(path)
}

/// SHA-256 in hexadecimal.
pub fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

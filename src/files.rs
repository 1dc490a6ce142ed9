//! Writing a file whole or not at all, so that a killed process leaves the old content or the new, never half of it.

use std::io::{self, Write as _};
use std::path::Path;

/// Writes `content` to `path` through a temporary file beside it that is renamed into place.
///
/// # Errors
///
/// Any error of the file system; the old content of `path` is then still there.
pub fn write_atomically(path: &Path, content: &[u8]) -> io::Result<()> {
    let folder = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or_else(|| Path::new("."));
    let mut file = tempfile::Builder::new().prefix(".backstay-").tempfile_in(folder)?;
    file.write_all(content)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

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
    write_atomically_with(path, |out| out.write_all(content))
}

/// The same of content that is made while it is written, so that it never is in memory as a whole.
///
/// # Errors
///
/// Any error of the file system, and those of making the content; the old content of `path` is then still there.
pub fn write_atomically_with(path: &Path, content: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> io::Result<()> {
    let whole = |file: &std::fs::File| {
        let mut out = io::BufWriter::new(file);
        content(&mut out)?;
        out.flush()
    };
    // A link stays a link, and a file keeps who may read it. A new file is for its owner only: plans and snapshots tell much.
    let path = &std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if std::fs::metadata(path).is_ok_and(|old| !old.is_file()) {
        // A device or a pipe is written to, and stays what it is.
        return whole(&std::fs::OpenOptions::new().write(true).open(path)?);
    }
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let file = tempfile::Builder::new().prefix(".backstay-").tempfile_in(folder)?;
    whole(file.as_file())?;
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

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    #[test]
    fn a_link_stays_a_link_and_a_file_keeps_who_may_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("real"), folder.path().join("link"));
        write_atomically(&real, b"old").unwrap();
        std::fs::set_permissions(&real, std::fs::Permissions::from_mode(0o640)).unwrap();
        symlink(&real, &link).unwrap();
        write_atomically(&link, b"new").unwrap();
        assert_eq!(std::fs::read(&real).unwrap(), b"new");
        assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(std::fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
    }

    #[test]
    fn a_device_stays_a_device() {
        // A link to the device, so that a mistake here replaces the link at worst.
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("null");
        symlink("/dev/full", &link).unwrap();
        assert!(write_atomically(&link, b"x").is_err(), "it is written to, and is full");
        assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
        assert!(!std::fs::metadata(&link).unwrap().is_file());
    }
}

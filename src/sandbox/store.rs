//! The folder that the sandbox lives in: state, faults, clock and counters, safe with several processes at once.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::clock::ClockSetting;
use super::faults::{Counters, Faults};
use super::services::cloudtrail;
use super::state::State;
use super::{SandboxError, state};
use crate::files;

/// All that is kept between runs. Parsed once, and again only when another process has changed the file.
#[derive(Debug)]
pub(crate) struct Contents {
    pub(crate) state: Slot<State>,
    pub(crate) faults: Slot<Faults>,
    pub(crate) clock: Slot<ClockSetting>,
    pub(crate) counters: Slot<Counters>,
}

/// The folder, and what this process remembers of it.
#[derive(Debug)]
pub(crate) struct Store {
    dir: PathBuf,
    contents: Mutex<Contents>,
}

impl Store {
    /// Opens a folder, making it when it is missing, and checks that its files can be read.
    pub(crate) fn open(dir: &Path) -> Result<Self, SandboxError> {
        let contents = Contents {
            state: Slot::new("state.json"),
            faults: Slot::new("faults.json"),
            clock: Slot::new("clock.json"),
            counters: Slot::new("counters.json"),
        };
        let store = Self { dir: dir.to_path_buf(), contents: Mutex::new(contents) };
        store.transact(|_, _| Ok(()))?;
        Ok(store)
    }

    /// Runs `work` while no other process or thread uses the folder, on contents that are up to date.
    pub(crate) fn transact<R>(&self, work: impl FnOnce(&mut Contents, &Path) -> Result<R, SandboxError>) -> Result<R, SandboxError> {
        // A panic of another thread cannot leave the contents half changed on disk, and what is in memory is refreshed from there.
        let mut contents = self.contents.lock().unwrap_or_else(PoisonError::into_inner);
        let _lock = self.lock()?;
        contents.state.refresh(&self.dir, state::check_version)?;
        contents.faults.refresh(&self.dir, |_, _| Ok(()))?;
        contents.clock.refresh(&self.dir, |_, _| Ok(()))?;
        contents.counters.refresh(&self.dir, |_, _| Ok(()))?;
        work(&mut contents, &self.dir)
    }

    /// Removes everything that was kept.
    pub(crate) fn reset(dir: &Path) -> Result<(), SandboxError> {
        let _lock = lock(dir)?;
        for name in ["state.json", "faults.json", "clock.json", "counters.json", cloudtrail::FILE] {
            let path = dir.join(name);
            match fs::remove_file(&path) {
                Err(source) if source.kind() != io::ErrorKind::NotFound => {
                    return Err(SandboxError::File { verb: "remove", path, source });
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The folder.
    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    fn lock(&self) -> Result<File, SandboxError> {
        lock(&self.dir)
    }
}

/// Takes the folder's lock, which is held until the file is dropped. The file is opened anew each time, because the folder may have been
/// removed and made again by somebody else meanwhile.
fn lock(dir: &Path) -> Result<File, SandboxError> {
    let path = dir.join("lock");
    let open = || OpenOptions::new().create(true).truncate(false).write(true).open(&path);
    let file = match open() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            fs::create_dir_all(dir).map_err(|source| SandboxError::File { verb: "create", path: dir.to_path_buf(), source })?;
            open()
        }
        other => other,
    };
    let file = file.map_err(|source| SandboxError::File { verb: "open", path: path.clone(), source })?;
    file.lock().map_err(|source| SandboxError::File { verb: "lock", path, source })?;
    Ok(file)
}

/// One file and its parsed content.
#[derive(Debug)]
pub(crate) struct Slot<T> {
    name: &'static str,
    seen: Option<Stamp>,
    /// The content as of the last refresh or save.
    pub(crate) value: T,
}

/// What tells one version of a file from the next without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    modified: Option<SystemTime>,
    length: u64,
    inode: u64,
}

impl<T: Default + Serialize + DeserializeOwned> Slot<T> {
    fn new(name: &'static str) -> Self {
        Self { name, seen: None, value: T::default() }
    }

    fn refresh(&mut self, dir: &Path, check: impl FnOnce(&[u8], &Path) -> Result<(), SandboxError>) -> Result<(), SandboxError> {
        let path = dir.join(self.name);
        let metadata = match fs::metadata(&path) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                if self.seen.take().is_some() {
                    self.value = T::default();
                }
                return Ok(());
            }
            Err(source) => {
                return Err(SandboxError::File { verb: "read", path, source });
            }
        };
        let stamp = Stamp::of(&metadata);
        if self.seen == Some(stamp) {
            return Ok(());
        }
        let bytes = fs::read(&path).map_err(|source| SandboxError::File { verb: "read", path: path.clone(), source })?;
        check(&bytes, &path)?;
        self.value = serde_json::from_slice(&bytes).map_err(|error| SandboxError::Corrupt { path, reason: error.to_string() })?;
        self.seen = Some(stamp);
        Ok(())
    }

    /// Writes the content back.
    pub(crate) fn save(&mut self, dir: &Path) -> Result<(), SandboxError> {
        let path = dir.join(self.name);
        let bytes =
            serde_json::to_vec(&self.value).map_err(|error| SandboxError::Corrupt { path: path.clone(), reason: error.to_string() })?;
        self.seen = None;
        files::write_atomically(&path, &bytes).map_err(|source| SandboxError::File { verb: "write", path: path.clone(), source })?;
        self.seen = fs::metadata(&path).ok().as_ref().map(Stamp::of);
        Ok(())
    }

    /// Forgets what was not saved: the next refresh reads the file again.
    pub(crate) fn forget(&mut self) {
        // A file that was never written has no stamp to miss, so the value goes back to empty here.
        self.value = T::default();
        self.seen = None;
    }
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        Self { modified: metadata.modified().ok(), length: metadata.len(), inode: inode(metadata) }
    }
}

#[cfg(unix)]
fn inode(metadata: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

#[cfg(not(unix))]
fn inode(_: &Metadata) -> u64 {
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_process_saves_the_other_sees() {
        let dir = tempfile::tempdir().unwrap();
        let (one, two) = (Store::open(dir.path()).unwrap(), Store::open(dir.path()).unwrap());
        one.transact(|contents, dir| {
            contents.faults.value.latency_ms = 7;
            contents.faults.save(dir)
        })
        .unwrap();
        assert_eq!(two.transact(|contents, _| Ok(contents.faults.value.latency_ms)).unwrap(), 7);
        Store::reset(dir.path()).unwrap();
        assert_eq!(one.transact(|contents, _| Ok(contents.faults.value.latency_ms)).unwrap(), 0);
    }

    #[test]
    fn a_corrupt_state_names_the_file_and_the_way_out() {
        let dir = tempfile::tempdir().unwrap();
        files::write_atomically(&dir.path().join("state.json"), b"{ not json").unwrap();
        let message = Store::open(dir.path()).unwrap_err().to_string();
        assert!(message.contains("state.json") && message.contains("backstay sandbox reset"), "{message}");
        Store::reset(dir.path()).unwrap();
        Store::open(dir.path()).unwrap();
    }

    #[test]
    fn a_state_of_a_later_version_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        files::write_atomically(&dir.path().join("state.json"), br#"{"version":99,"unheard_of":{}}"#).unwrap();
        let message = Store::open(dir.path()).unwrap_err().to_string();
        assert!(message.contains("format 99") && message.contains("sandbox reset"), "{message}");
    }

    #[test]
    fn a_removed_folder_is_made_again() {
        let dir = tempfile::tempdir().unwrap();
        let inner = dir.path().join("a/b");
        let store = Store::open(&inner).unwrap();
        fs::remove_dir_all(&inner).unwrap();
        store.transact(|contents, dir| contents.state.save(dir)).unwrap();
        assert!(inner.join("state.json").exists());
    }
}

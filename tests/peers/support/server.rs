//! Servers that a test starts, and that end with it.

use super::python::target_folder;
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

const PATIENCE: Duration = Duration::from_secs(60);

/// A process that listens on loopback. It ends when this value is dropped, also when the test panics.
pub(crate) struct Server {
    /// Where it listens.
    pub(crate) port: u16,
    process: Child,
    folder: TempDir,
    _reserved: File,
}

impl Server {
    /// Starts what `command` makes for a free port and an empty folder, and waits until it answers.
    pub(crate) fn start(what: &str, command: impl Fn(u16, &std::path::Path) -> Command) -> Self {
        // A port is free until somebody else is faster; then the process ends, and another port is tried.
        for _ in 0..5 {
            let (port, reserved) = reserve_port();
            let folder = tempfile::tempdir().expect("temporary folders can be made");
            let log = File::create(folder.path().join("log")).expect("temporary folders can be written");
            let mut command = command(port, folder.path());
            let errors = log.try_clone().expect("files can be shared");
            command.stdin(Stdio::null()).stdout(log).stderr(errors);
            let process = command.spawn().unwrap_or_else(|error| panic!("{what} cannot be started: {error}"));
            let mut server = Self { port, process, folder, _reserved: reserved };
            if server.listens(what) {
                return server;
            }
        }
        panic!("{what} did not start on any of five free ports");
    }

    /// Its address.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The folder that it was given.
    pub(crate) fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// What it has written so far.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    fn listens(&mut self, what: &str) -> bool {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            if self.process.try_wait().expect("a child can be waited for").is_some() {
                assert!(self.log().contains("in use"), "{what} ended at once: {}", self.log());
                return false;
            }
            if answers(self.port) {
                return true;
            }
            std::thread::park_timeout(Duration::from_millis(20));
        }
        panic!("{what} did not answer within {PATIENCE:?}: {}", self.log());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Whether a server answers there.
///
/// That somebody listens is not enough: a process that another thread starts at the same moment has the listener that tried the port
/// too, until its own program is loaded, and that lasts on a cold disk.
fn answers(port: u16) -> bool {
    let ask = || -> std::io::Result<bool> {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.write_all(b"GET / HTTP/1.0\r\nhost: 127.0.0.1\r\n\r\n")?;
        let mut begin = [0; 5];
        stream.read_exact(&mut begin)?;
        Ok(&begin == b"HTTP/")
    };
    ask().unwrap_or(false)
}

/// A free port that no other test takes while the file is open.
fn reserve_port() -> (u16, File) {
    let folder = target_folder().join("peers-ports");
    std::fs::create_dir_all(&folder).expect("the target folder can be written");
    loop {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("loopback has free ports");
        let port = listener.local_addr().expect("a bound listener has an address").port();
        let file = File::create(folder.join(port.to_string())).expect("the target folder can be written");
        if file.try_lock().is_ok() {
            return (port, file);
        }
    }
}

#[test]
fn who_listens_and_never_answers_is_no_server() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("loopback has free ports");
    let port = listener.local_addr().expect("a bound listener has an address").port();
    let closes = std::thread::spawn(move || {
        std::thread::park_timeout(Duration::from_millis(100));
        drop(listener);
    });
    assert!(!answers(port));
    closes.join().expect("it closes");
}

//! The embedded AWS: enough of AWS to plan and apply against, in the process or on a loopback port, with no account and no network.
//!
//! It is the executable form of what is known about AWS: the same defaults, the same errors in the same words, the same transitions.
//! State, faults and clock are files in one folder, so that a serving process, a planning one and a test see the same world.
//!
//! | file | what is in it |
//! |---|---|
//! | [`wire`] | HTTP as values |
//! | `connector`, `server` | the two ways in: an SDK in this process, any client over loopback |
//! | `route` | who calls what, and which fault stands in the way |
//! | `protocol` | the codecs |
//! | `services` | one file or folder for each service |
//! | `state`, `store` | what is held, and how it is kept on disk |
//! | `faults`, `clock` | trouble and time on request |
//! | [`seed`] | filling it from HCL |

mod clock;
mod connector;
mod error;
mod faults;
mod protocol;
mod route;
pub mod seed;
mod server;
mod services;
mod state;
mod store;
#[cfg(test)]
mod testing;
pub mod wire;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use jiff::{SignedDuration, Timestamp};

pub use clock::ClockSetting;
pub use error::SandboxError;
pub use faults::Faults;
pub use seed::{Seed, SeedReport};

use faults::Counters;
use store::Store;
use wire::{Reply, Request};

/// The account that every access key belongs to which is not itself an account number.
pub const DEFAULT_ACCOUNT: &str = "123456789012";

/// An AWS in a folder. Clones share it.
#[derive(Debug, Clone)]
pub struct Sandbox(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    store: Store,
    /// Request ids are this process's and counted: unique without being random.
    requests: AtomicU64,
    opened: Timestamp,
}

impl Sandbox {
    /// Opens the sandbox in `dir`, making the folder when it is missing.
    ///
    /// # Errors
    ///
    /// When the folder cannot be used, or when its files are not what this version writes.
    pub fn open(dir: &Path) -> Result<Self, SandboxError> {
        let store = Store::open(dir)?;
        Ok(Self(Arc::new(Inner { store, requests: AtomicU64::new(0), opened: ClockSetting::Real.now() })))
    }

    /// Returns the folder.
    pub fn dir(&self) -> &Path {
        self.0.store.dir()
    }

    /// Returns an HTTP client for an AWS SDK whose requests are answered in this process.
    pub fn http_client(&self) -> SharedHttpClient {
        connector::http_client(self)
    }

    /// Serves HTTP/1.1 on `127.0.0.1:port` (0 is any free port) until `until` is done.
    ///
    /// # Errors
    ///
    /// When the port cannot be listened on.
    pub async fn serve(
        &self,
        port: u16,
        on_listening: impl FnOnce(SocketAddr),
        until: impl Future<Output = ()>,
    ) -> Result<(), SandboxError> {
        server::serve(self, port, on_listening, until).await
    }

    /// Answers one request. This is the one way into the embedded AWS; it never waits, but says how long its answer takes.
    pub fn handle(&self, request: &Request) -> Reply {
        let id = self.request_id();
        self.0.store.transact(|contents, dir| route::handle(contents, dir, request, &id)).unwrap_or_else(Reply::Broken)
    }

    /// Puts what a seed describes into the state, replacing what is there under the same name.
    ///
    /// # Errors
    ///
    /// When the state cannot be saved.
    pub fn seed(&self, seed: &Seed) -> Result<SeedReport, SandboxError> {
        self.0.store.transact(|contents, dir| {
            let report = seed.plant(&mut contents.state.value, contents.clock.value.now());
            contents.state.save(dir)?;
            Ok(report)
        })
    }

    /// Removes all that the folder keeps: resources, faults, clock.
    ///
    /// # Errors
    ///
    /// When a file cannot be removed.
    pub fn reset(&self) -> Result<(), SandboxError> {
        Self::reset_dir(self.dir())
    }

    /// Resets a folder whose files may be unreadable, in which case it cannot be opened.
    ///
    /// # Errors
    ///
    /// When a file cannot be removed.
    pub fn reset_dir(dir: &Path) -> Result<(), SandboxError> {
        Store::reset(dir)
    }

    /// Returns how the sandbox tells the time.
    ///
    /// # Errors
    ///
    /// When the folder cannot be read.
    pub fn clock(&self) -> Result<ClockSetting, SandboxError> {
        self.0.store.transact(|contents, _| Ok(contents.clock.value))
    }

    /// Sets the clock to an instant at which it stands still, or with `None` back to real time.
    ///
    /// # Errors
    ///
    /// When the folder cannot be written.
    pub fn set_clock(&self, at: Option<Timestamp>) -> Result<ClockSetting, SandboxError> {
        self.change_clock(|_| Ok(at.map_or(ClockSetting::Real, |at| ClockSetting::Fixed { at })))
    }

    /// Moves the clock forward. A clock that runs goes on running from there.
    ///
    /// # Errors
    ///
    /// When `by` is negative, or when the folder cannot be written.
    pub fn advance_clock(&self, by: SignedDuration) -> Result<ClockSetting, SandboxError> {
        self.change_clock(|clock| clock.advanced(by))
    }

    /// Returns the faults in force.
    ///
    /// # Errors
    ///
    /// When the folder cannot be read.
    pub fn faults(&self) -> Result<Faults, SandboxError> {
        self.0.store.transact(|contents, _| Ok(contents.faults.value.clone()))
    }

    /// Replaces the faults in force; counting starts at zero.
    ///
    /// # Errors
    ///
    /// When a fault is out of its range, or when the folder cannot be written.
    pub fn set_faults(&self, faults: &Faults) -> Result<(), SandboxError> {
        faults.check()?;
        self.0.store.transact(|contents, dir| {
            // What has come due until now happened under the faults of its time.
            route::make_up(contents, dir)?;
            if !faults.stale_tags && !contents.state.value.stale_tags.is_empty() {
                contents.state.value.stale_tags.clear();
                contents.state.save(dir)?;
            }
            contents.counters.value = Counters::default();
            contents.counters.save(dir)?;
            contents.faults.value = faults.clone();
            contents.faults.save(dir)
        })
    }

    fn change_clock(&self, change: impl FnOnce(ClockSetting) -> Result<ClockSetting, SandboxError>) -> Result<ClockSetting, SandboxError> {
        self.0.store.transact(|contents, dir| {
            contents.clock.value = change(contents.clock.value)?;
            contents.clock.save(dir)?;
            Ok(contents.clock.value)
        })
    }

    fn request_id(&self) -> String {
        let number = self.0.requests.fetch_add(1, Ordering::Relaxed);
        let process = std::process::id();
        format!("{process:08x}-5a4d-4b0a-8000-{:012x}", (self.0.opened.as_millisecond().unsigned_abs() << 20 | number) & 0xffff_ffff_ffff)
    }
}

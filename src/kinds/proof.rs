//! How a kind tells whether what protects things works: what is there to restore, what restores came to, whom a failure is told.
//!
//! These calls follow the reading of everything that protects, through a connection that cannot write. What AWS Backup keeps is told by the
//! kinds of AWS Backup; each service's own snapshots and exports by the kinds of what they are of.

use crate::aws::Connection;
use crate::model::{Check, Evidence, Live, Snapshot, SnapshotsListed};
use futures_util::future::BoxFuture;
use jiff::Timestamp;

/// The calls by which a kind gives evidence.
pub trait ProofAws: Sync {
    /// Reads what there is. What cannot be read is a gap of the evidence, and the rest goes on.
    fn prove<'a>(&'a self, request: ProofRequest<'a>) -> BoxFuture<'a, Evidence>;
}

/// What to give evidence of.
pub struct ProofRequest<'a> {
    /// Whose credentials.
    pub connection: &'a Connection,
    /// The things of the kind that the target read; none where there are none, and what is of a whole region is asked all the same.
    pub things: Vec<&'a Live>,
    /// All that was read, of all kinds and by all targets.
    pub known: &'a Snapshot,
    /// The policy's checks, which may want more to be looked at.
    pub checks: &'a [Check],
    /// When the reading began.
    pub at: Timestamp,
}

impl ProofRequest<'_> {
    /// That all snapshots were listed that the service of a kind keeps here.
    pub fn listed(&self, kind: &str) -> SnapshotsListed {
        let identity = &self.connection.identity;
        SnapshotsListed { kind: kind.to_owned(), account: identity.account.clone(), region: identity.region.clone() }
    }
}

//! What is live: listed as far as the selectors need it, then only the declared settings of what they chose.
//!
//! Every target and kind is read at the same time. What could not be read is a gap in the snapshot, never an absence, and never silence.

#[cfg(feature = "aws")]
mod everything;
mod file;
#[cfg(feature = "aws")]
mod outside;
#[cfg(feature = "aws")]
mod proof;
#[cfg(feature = "aws")]
mod read;
mod secrets;
#[cfg(feature = "aws")]
mod whole;

#[cfg(feature = "aws")]
pub use everything::{everything, protection};
pub use file::{SnapshotFileError, bytes, load, save};
#[cfg(feature = "aws")]
pub use read::{again, read};
pub use secrets::without_secrets;

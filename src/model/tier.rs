//! What is promised of data of one importance.

use super::source::Span;
use jiff::SignedDuration;
use std::collections::BTreeMap;

/// A `tier` block: what is promised of everything that is in the tier. What is left out is not promised.
#[derive(Clone, Debug)]
pub struct Tier {
    /// Its label.
    pub name: String,
    /// How much may be lost at most, restored from its own region and account.
    pub rpo: Option<SignedDuration>,
    /// How long a restore may take at most.
    pub rto: Option<SignedDuration>,
    /// For how long at least there is something to restore.
    pub retention: Option<SignedDuration>,
    /// What is kept elsewhere too.
    pub copies: Copies,
    /// Whether nobody may delete what is kept before its time.
    pub immutable: bool,
    /// How old the last restore test may be at most.
    pub drill: Option<SignedDuration>,
    /// The tags that put a thing into the tier: all must match; the value is a pattern. None where things name it.
    pub tags: BTreeMap<String, String>,
    /// Where each promise stands, by its path: `rpo`, `copies.regions`.
    pub places: BTreeMap<String, Span>,
    /// The block's header.
    pub span: Span,
}

/// What is kept away from the thing itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Copies {
    /// In how many other regions at least.
    pub regions: u32,
    /// In how many other accounts at least.
    pub accounts: u32,
    /// How much may be lost at most when only copies are left; none is promised where it is left out.
    pub rpo: Option<SignedDuration>,
}

/// The tier that a block names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InTier {
    /// Its name.
    pub name: String,
    /// Where the block says so.
    pub span: Span,
}

//! The kinds of AWS things that backstay knows, one folder each, and the registry of them.
//!
//! A kind is a table of settings ([`KindSpec`]) and two effects, `read` and `change`. Everything generic (decoding, diff, effect,
//! docs, IAM) is worked out from the table, so nothing outside a kind's folder names it.

pub mod cloudwatch_metric_alarm;
pub mod dynamodb_table;

use crate::model::{Change, KindSpec, Live};
use jiff::Timestamp;

#[cfg(feature = "aws")]
mod live;
#[cfg(feature = "aws")]
pub use live::{ChangeFailed, ChangeRequest, Found, KindAws, ReadRequest, Wish};

/// One AWS resource type that backstay knows.
pub trait Kind: Sync {
    /// The table of all that is known of it.
    fn spec(&self) -> &'static KindSpec;

    /// What this change does to this thing in particular: which days are lost, from when the window counts.
    ///
    /// `None` leaves the table's general sentence.
    fn consequence(&self, _change: &Change, _live: &Live, _now: Timestamp) -> Option<String> {
        None
    }

    /// What else a reader of the plan ought to know of this thing.
    fn remarks(&self, _live: &Live) -> Vec<String> {
        Vec::new()
    }

    /// The calls that find, read and change it.
    #[cfg(feature = "aws")]
    fn aws(&self) -> &'static dyn KindAws;
}

/// All kinds, by name. Adding a kind adds its folder and one line here.
static REGISTRY: &[&dyn Kind] = &[&dynamodb_table::DynamodbTable];

/// All kinds, by name.
pub fn all() -> impl Iterator<Item = &'static dyn Kind> {
    REGISTRY.iter().copied()
}

/// The kind of that name.
pub fn find(name: &str) -> Option<&'static dyn Kind> {
    all().find(|kind| kind.spec().name == name)
}

/// The table of the kind of that name.
pub fn spec(name: &str) -> Option<&'static KindSpec> {
    find(name).map(Kind::spec)
}

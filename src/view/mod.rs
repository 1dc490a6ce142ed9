//! Plans, drift, diagnostics and kinds as bytes: one file for each format; no logic, no I/O, no decisions.
//!
//! What two formats both say comes from `words`, so that they cannot disagree. Text from AWS or from a policy passes through
//! `escape` before it is written.

use crate::model::KindSpec;

/// Appends formatted text to a string.
macro_rules! put {
    ($out:expr, $($text:tt)+) => {{
        use std::fmt::Write as _;
        // Writing into a string cannot fail.
        let _ = write!($out, $($text)+);
    }};
}

mod alike;
pub mod controls;
pub mod coverage;
pub mod diagnostics;
pub mod drift;
mod escape;
pub mod json;
mod junit;
mod lazy;
mod lined;
mod lines;
pub mod markdown;
mod modules;
mod nested;
pub mod oscal;
mod ours;
pub mod page;
pub mod promises;
mod rows;
mod sarif;
pub mod schedule;
pub mod schema;
mod style;
pub mod text;
mod words;

#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod properties;

pub use escape::typed;
pub use style::Style;
pub use words::{refusals, unknown};

/// Finds the table of a kind by its name, so that views need not know which kinds there are.
pub type Specs = fn(&str) -> Option<&'static KindSpec>;

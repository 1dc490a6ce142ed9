//! backstay plans and applies backup configuration on AWS.
//!
//! The rooms, from the bottom up; a room may use only those above it in this list that `tests/architecture.rs` allows.
//!
//! | room | what is in it |
//! |---|---|
//! | [`model`] | the values that all others agree on: settings, readings, changes, plans, diagnostics |
//! | [`files`] | writing a file whole or not at all |
//! | `sandbox` | the embedded AWS: services, state, faults, loopback server |
#![cfg_attr(
    not(feature = "aws"),
    allow(dead_code, reason = "the core is built alone to prove that it needs no SDK")
)]

pub mod files;
pub mod model;
#[cfg(feature = "sandbox")]
pub mod sandbox;

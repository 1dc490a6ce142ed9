//! The policy language: HCL 2 text to values.

pub mod eval;
pub mod format;
pub mod functions;
pub mod types;

//! The policy language: HCL 2 text to values.

pub mod eval;
pub mod functions;

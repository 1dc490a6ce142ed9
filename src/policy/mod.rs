//! HCL to a checked policy.
pub mod select;

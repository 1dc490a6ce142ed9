//! Values that every other room agrees on. No I/O, no AWS, no HCL.

mod codes;
mod diagnostic;
mod source;
mod value;

pub use codes::Code;
pub use diagnostic::{Diagnostic, Label, Severity};
pub use source::{Position, Source, SourceId, Sources, Span};
pub use value::Value;

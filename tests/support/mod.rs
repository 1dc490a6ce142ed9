//! What several test binaries share: the real `backstay` in a clean room, its sandbox over HTTP, and scenarios as Markdown.
#![expect(clippy::allow_attributes, reason = "whether a binary uses a helper differs from binary to binary")]
#![allow(dead_code, reason = "each test binary uses a part of it")]

pub(crate) mod room;
pub(crate) mod scenario;
pub(crate) mod served;

//! What several test binaries share: the real `backstay` in a clean room, its sandbox over HTTP, and scenarios as Markdown.
#![allow(dead_code, clippy::panic, reason = "each test binary uses a part of it, and a helper of tests fails by panicking")]

pub(crate) mod room;
pub(crate) mod scenario;
pub(crate) mod served;

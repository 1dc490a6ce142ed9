//! What the tests stand on: Python packages, servers that end with their test, a wire to talk to them, and backstay itself.

mod command;
mod peer;
mod python;
mod server;
mod terraform;
mod wire;

pub(crate) use command::{Policy, Ran, bare};
pub(crate) use peer::{ACCOUNT, Peer, World, create_table, environment, pitr};
pub(crate) use python::Python;
pub(crate) use server::Server;
pub(crate) use terraform::{Terraform, import};
pub(crate) use wire::{Answer, Wire};

/// Says something to whoever runs the tests, past the capture of what passing tests print.
pub(crate) fn say(line: &str) {
    use std::io::Write as _;
    // One write for each line, so that the lines of two tests do not mix; nobody may be listening.
    let _ = std::io::stderr().write_all(format!("{line}\n").as_bytes());
}

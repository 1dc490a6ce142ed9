//! What the tests stand on: Python packages, servers that end with their test, a wire to talk to them, and backstay itself.

mod command;
mod peer;
mod python;
mod server;
mod wire;

pub(crate) use command::{Policy, Ran};
pub(crate) use peer::{ACCOUNT, Peer, World, create_table, environment, pitr};
pub(crate) use python::Python;
pub(crate) use server::Server;
pub(crate) use wire::{Answer, Wire};

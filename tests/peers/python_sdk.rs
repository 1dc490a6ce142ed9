//! The sandbox as the AWS SDK for Python sees it: its own models, its own parsing, its own paginators and waiters.

use crate::support::{Peer, Python, Ran, environment};

#[test]
fn the_sandbox_does_what_aws_does() {
    let world = Peer::Sandbox.start();
    let mut command = Python::with_emulators().command();
    command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peers/facts.py"));
    command.env_clear().env("PYTHONDONTWRITEBYTECODE", "1").env("BACKSTAY", env!("CARGO_BIN_EXE_backstay"));
    command.env("STATE", world.state()).envs(environment(&world.server.url()));
    // unittest reports on its standard error.
    let ran = Ran::of(&mut command).exits(0).complains("\nOK\n");
    let facts = include_str!("facts.py").matches("    def test_").count();
    ran.complains(&format!("Ran {facts} tests"));
}

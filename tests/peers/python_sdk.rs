//! The sandbox as the AWS SDK for Python sees it: its own models, its own parsing, its own paginators and waiters.

use crate::support::{Peer, Python, Ran, environment};

/// Runs the tests of a file of facts, all of which must hold.
fn hold(file: &str, text: &str) {
    let world = Peer::Sandbox.start();
    let mut command = Python::with_emulators().command();
    command.arg(format!("{}/tests/peers/{file}", env!("CARGO_MANIFEST_DIR")));
    command.env_clear().env("PYTHONDONTWRITEBYTECODE", "1").env("BACKSTAY", env!("CARGO_BIN_EXE_backstay"));
    command.env("STATE", world.state()).envs(environment(&world.server.url()));
    // unittest reports on its standard error.
    let ran = Ran::of(&mut command).exits(0).complains("\nOK\n");
    ran.complains(&format!("Ran {} tests", text.matches("    def test_").count()));
}

#[test]
fn the_sandbox_does_what_aws_does() {
    hold("facts.py", include_str!("facts.py"));
}

#[test]
fn the_sandbox_has_the_rules_schedules_and_log_groups_of_aws() {
    hold("facts_events.py", include_str!("facts_events.py"));
}

#[test]
fn the_sandbox_has_the_composite_alarms_of_aws() {
    hold("facts_alarms.py", include_str!("facts_alarms.py"));
}

#[test]
fn the_sandbox_has_the_settings_frameworks_reports_and_restore_tests_of_aws_backup() {
    hold("facts_audit.py", include_str!("facts_audit.py"));
}

#[test]
fn the_sandbox_has_the_caches_file_systems_warehouses_and_lifecycle_policies_of_aws() {
    hold("facts_stores.py", include_str!("facts_stores.py"));
}

#[test]
fn the_sandbox_has_the_event_history_of_cloudtrail() {
    hold("facts_trail.py", include_str!("facts_trail.py"));
}

#[test]
fn the_sandbox_has_the_snapshots_of_databases_caches_and_warehouses_of_aws() {
    hold("facts_snapshots.py", include_str!("facts_snapshots.py"));
}

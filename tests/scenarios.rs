//! Whole verbs, told as stories: every file of `tests/scenarios` is run against the real binary and the embedded AWS.
#![cfg(feature = "sandbox")]

mod support;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios")
}

macro_rules! scenarios {
    ($($name:ident)+) => {
        const TESTED: &[&str] = &[$(stringify!($name)),+];
        $(
            #[test]
            fn $name() {
                support::scenario::check(&folder().join(concat!(stringify!($name), ".md")));
            }
        )+
    };
}

scenarios! {
    adopt
    adopt_again
    adopt_documents
    adopt_folders
    adopt_judgements
    air_gapped_vault
    alarm_checks
    alarm_ratchet
    alarm_readable
    alarm_subjects
    alarm_watch
    alarms
    alarms_of_others
    audit
    audit_evidence
    audit_unread
    backstay_block
    backup_alarms
    backup_alarms_checks
    backup_alarms_targets
    backup_audit
    backup_opt_in
    backup_plan
    backup_plan_checks
    backup_refused
    backup_selection
    backup_settings
    busy_hours
    called_roles
    caches
    chosen_by_tag
    composite_alarm_checks
    checks
    composite_alarms
    composite_alarms_of_others
    compound_adopt
    controls
    dashboards
    default_volumes
    described
    described_namesakes
    described_needs
    promises
    drift
    drift_things
    drift_who
    dynamodb_export
    dynamodb_export_places
    event_checks
    event_rules
    event_topics
    database_clusters
    database_copies
    database_events
    databases
    databases_refused
    databases_unreadable
    exit_codes
    file_systems
    explain
    first_plan
    fmt
    for_each
    foreign
    forms
    halfway
    incomplete
    loader_errors
    log_groups
    nobody
    mistakes_at_once
    one_of_many
    only
    organization
    owned
    owned_incomplete
    owned_plans
    partial_apply
    reference
    references
    replicas
    s3_bucket
    s3_bucket_checks
    s3_bucket_elsewhere
    s3_bucket_described
    s3_bucket_foreign
    s3_bucket_lagging
    s3_bucket_lock
    s3_bucket_mfa
    s3_bucket_mutual
    s3_bucket_replication
    s3_bucket_unreadable
    restore_testing
    roles_and_keys
    saved_plan
    saved_plan_consent
    schedule_calendar
    schedules
    seed_mistakes
    selected_by_name
    selection
    selection_elsewhere
    selection_succession
    several_targets
    shortening
    shut_out
    skipped_runs
    snapshots
    strengthen_first
    stale_tags
    summary
    syntax_errors
    targets
    tiers
    topic_checks
    topics
    topics_abroad
    topics_of_others
    two_blocks
    variables
    vault_lock
    vault_lock_range
    vault_notifications
    vault_policy
    volumes
    volumes_of_others
    volumes_refused
    volumes_succession
    waiting
    warehouses
    weakening
    written_names
}

#[test]
fn every_scenario_has_a_test() {
    let names: BTreeSet<String> = std::fs::read_dir(folder())
        .expect("the folder of scenarios is there")
        .map(|entry| entry.expect("it can be read").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .filter_map(|path| path.file_stem()?.to_str().map(str::to_owned))
        .collect();
    let tested: BTreeSet<String> = TESTED.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(names, tested, "each file of tests/scenarios is one name in `scenarios!`");
}

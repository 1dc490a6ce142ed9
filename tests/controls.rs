//! The library of controls: every one of them has a test that it passes, against the snapshot that stands beside them.
#![cfg(feature = "aws")]

use backstay::audit::{library, trial};
use backstay::model::ControlVerdict;
use backstay::policy;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

fn tests() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/policies/tests"))
}

#[test]
fn the_library_finds_what_its_tests_expect() {
    let run = Command::new(env!("CARGO_BIN_EXE_backstay")).args(["audit", "--test"]).arg(tests()).output().unwrap();
    let told = String::from_utf8_lossy(&run.stdout);
    assert_eq!(run.status.code(), Some(0), "{told}{}", String::from_utf8_lossy(&run.stderr));
}

#[test]
fn every_control_has_a_test_and_every_objective_a_control() {
    let checked = library::library(&[]);
    assert!(checked.problems.is_empty(), "{:?}", checked.problems);
    let tests = policy::check(tests(), &[]);
    assert!(tests.problems.is_empty(), "{:?}", tests.problems);
    let untested = trial::untested(&checked.policy.controls, &tests.policy.tests);
    assert!(untested.is_empty(), "no test is about {untested:?}");
    let served: BTreeSet<&str> = checked.policy.controls.iter().flat_map(|control| &control.objectives).map(String::as_str).collect();
    let objectives: BTreeSet<&str> = policy::frameworks::OBJECTIVES.iter().map(|objective| objective.id).collect();
    assert_eq!(served, objectives);
}

#[test]
fn what_is_not_read_yet_is_expected_to_be_unknown() {
    let tests = policy::check(tests(), &[]).policy.tests;
    let mut expected: BTreeMap<&str, BTreeSet<ControlVerdict>> = BTreeMap::new();
    for test in &tests {
        expected.entry(&test.control).or_default().insert(test.expect);
    }
    for id in ["BKP-08-fresh", "BKP-09", "BKP-11", "BKP-12", "BKP-13", "BKP-14", "BAM-04", "BAM-05", "BAM-09", "BAM-10"] {
        assert!(!expected[id].contains(&ControlVerdict::Pass) && expected[id].contains(&ControlVerdict::Unknown), "{id}");
    }
}

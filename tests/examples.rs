//! Every example is what its README says: its commands run, in order, on a sandbox that its seed filled, and what was applied stays applied.
#![cfg(feature = "sandbox")]
#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking, as tests do")]

mod support;

use std::path::{Path, PathBuf};

use support::room::Room;

/// The sandbox that `demo` leaves.
const DEMO: &str = "--sandbox=.backstay/demo";

/// An example in a room of its own.
struct Example {
    room: Room,
    readme: String,
}

impl Example {
    fn new(name: &str) -> Self {
        let room = Room::new();
        for entry in std::fs::read_dir(folder().join(name)).unwrap() {
            let path = entry.unwrap().path();
            room.write(path.file_name().unwrap().to_str().unwrap(), std::fs::read(&path).unwrap());
        }
        let readme = room.read("README.md");
        Self { room, readme }
    }

    /// The commands of the README, as they stand there, without the program's name.
    fn commands(&self) -> Vec<&str> {
        self.readme.lines().filter_map(|line| line.strip_prefix("$ backstay ")).collect()
    }

    /// What follows `start` in the one command of the README that starts with it.
    fn rest(&self, start: &str) -> String {
        let found = self.commands().into_iter().find_map(|line| line.strip_prefix(start));
        found.unwrap_or_else(|| unreachable!("the README has `$ backstay {start}`")).replace('\'', "")
    }

    /// What is live of what the policy is about.
    fn live(&self) -> Vec<serde_json::Value> {
        let plan: serde_json::Value = serde_json::from_str(&self.room.ok(&format!("plan . {DEMO} --format json"))).unwrap();
        let changes = plan["resource_changes"].as_array().unwrap();
        changes.iter().map(|change| change["change"]["before"].clone()).collect()
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")
}

/// The operations of a run that change something.
fn writes(output: &str) -> Vec<String> {
    let operations = output.lines().filter_map(|line| line.split_once("operation=\"")?.1.split_once('"'));
    let reads = |operation: &str| {
        let name = operation.split_once(':').map_or(operation, |(_, name)| name);
        ["Describe", "Get", "List", "Head", "Lookup"].iter().any(|verb| name.starts_with(verb))
    };
    operations.map(|(operation, _)| operation.to_owned()).filter(|operation| !reads(operation)).collect()
}

fn check(name: &str) {
    let example = Example::new(name);
    let room = &example.room;
    room.ok("fmt --check .");
    room.ok("validate .");
    let demo = room.ok(&format!("demo .{}", example.rest("demo .")));
    assert!(demo.contains("\nPlan: "), "the seed lacks something that the policy mends: {demo}");
    assert!(demo.contains("Read again: no changes."), "{demo}");
    nothing_is_doubted(&demo);
    // What needs consent was consented to: nothing is left.
    room.ok(&format!("plan . {DEMO} --detailed-exitcode"));
    let first = example.live();
    let again = room.ok(&format!("apply . {DEMO} --auto-approve --log info{}", example.rest("apply .")));
    assert!(again.contains("operation=\""), "the calls were counted: {again}");
    assert_eq!(writes(&again), Vec::<String>::new(), "an apply of what is applied writes nothing");
    assert!(example.live() == first, "and leaves all as it was");
    other_deployment(name, &example.rest("demo ."));
}

/// What backstay ships draws none of its own warnings, but that people must confirm what SNS sends them.
fn nothing_is_doubted(demo: &str) {
    let doubts = demo.lines().filter(|line| line.contains("BKS") && !line.contains("BKS0864"));
    assert_eq!(doubts.collect::<Vec<_>>(), Vec::<&str>::new());
}

/// The other deployment, which the README tells of in a sentence: the same seed has what it expects to find.
fn other_deployment(name: &str, flags: &str) {
    let example = Example::new(name);
    let (_, other) = example.readme.split_once("`backstay plan . --var ").unwrap();
    let variable = format!("--var {}", other.split('`').next().unwrap());
    let demo = example.room.ok(&format!("demo . {variable}{flags}"));
    assert!(demo.contains("Read again: no changes."), "{demo}");
    nothing_is_doubted(&demo);
    example.room.ok(&format!("plan . {DEMO} {variable} --detailed-exitcode"));
}

#[test]
fn every_example_is_tried() {
    let mut names: Vec<String> =
        std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    // What runs backstay elsewhere has tests of its own.
    names.retain(|name| name != "ci");
    names.sort();
    assert_eq!(names, ["dynamodb-processor", "eventchain", "kessan", "mirror-dissonance", "sale-module"]);
}

#[test]
fn dynamodb_processor() {
    check("dynamodb-processor");
}

#[test]
fn eventchain() {
    check("eventchain");
}

#[test]
fn kessan() {
    check("kessan");
}

#[test]
fn mirror_dissonance() {
    check("mirror-dissonance");
}

#[test]
fn sale_module() {
    check("sale-module");
}

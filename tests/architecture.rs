//! What holds the house together: which room may use which, and where some words may stand.
//!
//! Test code is exempt: `#[cfg(test)]` modules, files that are such a module, and folders named `tests`.

use backstay::model::Code;
use regex::Regex;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What a room, or one file of it, may use of the others. The longest place that fits a file decides.
///
/// Nothing may be listed that is not used, so that a dependency that has gone cannot come back unseen.
const MAY_USE: &[(&str, &[&str])] = &[
    ("model", &["names"]),
    ("alarm_rule", &[]),
    ("files", &[]),
    ("names", &[]),
    ("time", &[]),
    ("xml", &[]),
    ("kinds", &["alarm_rule", "model", "names", "time"]),
    ("kinds/live.rs", &["aws", "model"]),
    ("kinds/whole.rs", &["aws", "model"]),
    ("kinds/backup.rs", &["aws", "model"]),
    ("kinds/backup_evidence", &["aws", "model"]),
    ("kinds/backup_framework/aws", &["aws", "model"]),
    ("kinds/backup_global_settings/aws", &["aws", "model"]),
    ("kinds/backup_logically_air_gapped_vault/aws", &["aws", "model"]),
    ("kinds/events.rs", &["aws"]),
    ("kinds/iam.rs", &["aws", "model"]),
    ("kinds/kms.rs", &["aws", "model"]),
    ("kinds/listings.rs", &["aws"]),
    ("kinds/outside.rs", &["aws", "model"]),
    ("kinds/proof.rs", &["aws", "model"]),
    ("kinds/cloudwatch_event_rule/aws", &["aws", "model"]),
    ("kinds/cloudwatch_event_target/aws", &["aws", "model"]),
    ("kinds/cloudwatch_log_group/aws", &["aws", "model"]),
    ("kinds/backup_plan/aws", &["aws", "model", "time"]),
    ("kinds/backup_region_settings/aws", &["aws", "model"]),
    ("kinds/backup_report_plan/aws", &["aws", "model"]),
    ("kinds/backup_restore_testing_plan/aws", &["aws", "model"]),
    ("kinds/backup_restore_testing_selection/aws", &["aws", "model"]),
    ("kinds/backup_selection/aws", &["aws", "model"]),
    ("kinds/backup_vault/aws", &["aws", "model"]),
    ("kinds/backup_vault_lock_configuration/aws", &["aws", "model"]),
    ("kinds/backup_vault_notifications/aws", &["aws", "model"]),
    ("kinds/backup_vault_policy/aws", &["aws", "model"]),
    ("kinds/alarms/calls.rs", &["aws", "model"]),
    ("kinds/cloudwatch.rs", &["aws"]),
    ("kinds/cloudwatch_composite_alarm/aws", &["alarm_rule", "model"]),
    ("kinds/cloudwatch_dashboard/aws", &["aws", "model"]),
    ("kinds/cloudwatch_metric_alarm/aws", &["model"]),
    ("kinds/db_event_subscription/aws", &["aws", "model"]),
    ("kinds/db_instance/aws", &[]),
    ("kinds/db_instance_automated_backups_replication/aws", &["aws", "model"]),
    ("kinds/dlm_lifecycle_policy/aws", &["aws", "model"]),
    ("kinds/docdb_cluster/aws", &[]),
    ("kinds/dynamodb_table/aws", &["aws", "model"]),
    ("kinds/efs_file_system/aws", &["aws", "model"]),
    ("kinds/elasticache_replication_group/aws", &["aws", "model"]),
    ("kinds/neptune_cluster/aws", &[]),
    ("kinds/rds/calls.rs", &["aws", "model"]),
    ("kinds/rds/snapshots.rs", &["aws", "model"]),
    ("kinds/rds/tagging.rs", &["aws"]),
    ("kinds/rds_cluster/aws", &[]),
    ("kinds/redshift_cluster/aws", &["aws", "model"]),
    ("kinds/sns_topic/aws", &["aws", "model"]),
    ("kinds/dynamodb_table/replicas.rs", &["aws", "model"]),
    ("kinds/s3_bucket/aws", &["aws", "model"]),
    ("kinds/scheduler.rs", &["aws"]),
    ("kinds/scheduler_schedule/aws", &["aws", "model"]),
    ("kinds/scheduler_schedule_group/aws", &["aws", "model"]),
    ("policy", &["files", "kinds", "model", "names"]),
    ("adopt", &["kinds", "model", "plan", "policy"]),
    ("adopt/terraform", &["kinds", "model", "policy"]),
    ("policy/tiers.rs", &["kinds", "model", "time"]),
    ("policy/compounds/dynamodb_export/twice.rs", &["kinds", "model", "time"]),
    ("drift", &["kinds", "model", "plan"]),
    ("snapshot", &["files", "model"]),
    ("snapshot/everything.rs", &["aws", "kinds", "model", "policy"]),
    ("snapshot/outside.rs", &["aws", "kinds", "model"]),
    ("snapshot/proof.rs", &["aws", "kinds", "model"]),
    ("snapshot/read.rs", &["aws", "kinds", "model", "policy"]),
    ("snapshot/whole.rs", &["aws", "kinds", "model"]),
    ("plan/agenda.rs", &["kinds", "model", "time"]),
    ("audit", &["kinds", "model", "names", "plan", "policy", "time"]),
    ("coverage", &["kinds", "model", "time"]),
    ("plan", &["files", "kinds", "model", "policy"]),
    ("view", &["model"]),
    ("view/coverage/mod.rs", &["model", "time"]),
    ("aws", &["files", "model", "time", "xml"]),
    ("apply", &["aws", "kinds", "model", "plan", "snapshot"]),
    ("sandbox", &["alarm_rule", "files", "names", "time", "xml"]),
    (
        "cli",
        &[
            "adopt", "apply", "audit", "aws", "coverage", "drift", "files", "kinds", "model", "names", "plan", "policy", "sandbox",
            "snapshot", "time", "view",
        ],
    ),
    // They only name the rooms, and start the command line.
    ("lib.rs", &[]),
    ("main.rs", &[]),
];

/// What marks test code, also where it is of one system only.
const TEST: &str = r"#\[cfg\((?:test|all\(test, \w+\))\)\]";

/// A file of `src`.
struct Source {
    /// Below `src`, with `/`.
    path: String,
    text: String,
    /// Without comments and test code; empty where the whole file is test code.
    code: String,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn sources() -> Vec<Source> {
    let mut found = Vec::new();
    collect(&root().join("src"), "", &mut found);
    let declared = Regex::new(&format!(r"{TEST}\s*(?:pub(?:\([^)]*\))? )?mod (\w+);")).expect("the pattern is right");
    let mut tests = BTreeSet::new();
    for (path, text) in &found {
        let folder = path.strip_suffix("mod.rs").map_or_else(|| path.replace(".rs", "/"), str::to_owned);
        tests.extend(declared.captures_iter(text).filter_map(|found| Some(format!("{folder}{}", found.get(1)?.as_str()))));
    }
    let is_test = |path: &str| tests.iter().any(|test| path == format!("{test}.rs") || path.starts_with(&format!("{test}/")));
    let sources = found.into_iter().map(|(path, text)| {
        let code = if is_test(&path) { String::new() } else { code(&text) };
        Source { path, text, code }
    });
    sources.collect()
}

fn collect(folder: &Path, below: &str, found: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("the folder can be read").path();
        let name = format!("{below}{}", path.file_name().expect("an entry has a name").to_string_lossy());
        if path.is_dir() {
            collect(&path, &format!("{name}/"), found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push((name, std::fs::read_to_string(&path).expect("the file can be read")));
        }
    }
}

/// The lines that are neither comment nor test: a test module stands at the end of its file, as Clippy demands.
fn code(text: &str) -> String {
    let module = Regex::new(&format!(r"(?m)^{TEST}\n(?:#\[.*\]\n)*mod \w+ \{{")).expect("the pattern is right");
    let text = module.find(text).and_then(|found| text.get(..found.start())).unwrap_or(text);
    let lines = text.lines().map(|line| if line.trim_start().starts_with("//") { "" } else { line });
    lines.fold(String::new(), |code, line| code + line + "\n")
}

/// `file:line: the line`, for every line of code that matches.
fn places(sources: &[Source], pattern: &str, exempt: impl Fn(&str) -> bool) -> Vec<String> {
    let pattern = Regex::new(pattern).expect("the pattern is right");
    let mut places = Vec::new();
    for source in sources.iter().filter(|source| !exempt(&source.path)) {
        let lines = source.code.lines().enumerate().filter(|(_, line)| pattern.is_match(line));
        places.extend(lines.map(|(at, line)| format!("src/{}:{}: {}", source.path, at + 1, line.trim())));
    }
    places
}

fn assert_none(places: &[String], rule: &str) {
    assert!(places.is_empty(), "{rule}\n{}", places.join("\n"));
}

/// The entry of [`MAY_USE`] for a file.
fn rule(path: &str) -> (&'static str, &'static [&'static str]) {
    let fits = |place: &str| path == place || path == format!("{place}.rs") || path.starts_with(&format!("{place}/"));
    let rule = MAY_USE.iter().filter(|(place, _)| fits(place)).max_by_key(|(place, _)| place.len());
    *rule.unwrap_or_else(|| unreachable!("src/{path} is in no room that `MAY_USE` knows"))
}

#[test]
fn a_room_uses_only_the_rooms_that_it_may() {
    let name = Regex::new(r"\bcrate::(\w+)").expect("the pattern is right");
    let mut used: BTreeMap<&str, BTreeSet<String>> = MAY_USE.iter().map(|(place, _)| (*place, BTreeSet::new())).collect();
    let mut wrong = Vec::new();
    for source in sources() {
        let (place, allowed) = rule(&source.path);
        let room = source.path.split(['/', '.']).next().unwrap_or_default();
        for found in name.captures_iter(&source.code).filter_map(|found| found.get(1)) {
            if found.as_str() == room {
                continue;
            }
            used.entry(place).or_default().insert(found.as_str().to_owned());
            if !allowed.contains(&found.as_str()) {
                wrong.push(format!("src/{} uses `crate::{}`", source.path, found.as_str()));
            }
        }
    }
    assert_none(&wrong, "a room uses one that it may not:");
    for (place, allowed) in MAY_USE {
        let allowed: BTreeSet<String> = allowed.iter().map(|room| (*room).to_owned()).collect();
        assert_eq!(used.get(place), Some(&allowed), "src/{place} may use what it does not use: take that out of `MAY_USE`");
    }
}

#[test]
fn no_path_leaves_its_room_unseen() {
    let sources = sources();
    // Each of these would hide from the test above which room is meant.
    assert_none(&places(&sources, r"\bcrate::(\{|\*)|\bcrate as\b", |_| false), "name the room: `use crate::room::…`");
    let climb = Regex::new(r"(?:\bsuper::)+").expect("the pattern is right");
    for source in &sources {
        let inner = source.path.strip_suffix("/mod.rs").or(source.path.strip_suffix(".rs")).unwrap_or(&source.path);
        let depth = inner.split('/').count();
        for found in climb.find_iter(&source.code) {
            let steps = found.as_str().matches("super").count();
            assert!(steps < depth, "src/{}: `{}` climbs out of the room; write `crate::`", source.path, found.as_str());
        }
    }
}

#[test]
fn only_the_rooms_at_the_edge_know_the_sdk() {
    let edge = |path: &str| {
        path.starts_with("aws/")
            || (path.starts_with("kinds/") && (path.ends_with("/aws.rs") || path.contains("/aws/") || path.ends_with("/replicas.rs")))
            || path.starts_with("kinds/backup_evidence/")
            || ["kinds/alarms/calls.rs", "kinds/backup.rs", "kinds/cloudwatch.rs"].contains(&path)
    };
    let sources = sources();
    assert_none(&places(&sources, "aws_sdk_", edge), "the SDK is used outside `aws` and the kinds' own calls:");
    assert!(!places(&sources, "aws_sdk_", |path| !edge(path)).is_empty(), "the SDK is looked for under the wrong name");
}

#[test]
fn nothing_outside_a_kinds_folder_names_it() {
    let sources = sources();
    for kind in backstay::kinds::all() {
        let name = kind.spec().name.trim_start_matches("aws_");
        // What a compound is made of are kinds, and it says so to its readers.
        let own = |path: &str| {
            let own = format!("kinds/{name}/");
            // What Terraform's resources become has to name them.
            [&own, "sandbox/", "policy/compounds/", "adopt/terraform/"].iter().any(|room| path.starts_with(room))
        };
        // In prose a kind may send the reader to another: texts are no code that depends on it.
        let mut found = places(&sources, &format!(r"\b(?:aws_)?{name}\b"), own);
        found.retain(|place| !(place.starts_with("src/kinds/") && place.contains(": doc: ")));
        // An argument may be called as a kind is: `sns_topic`.
        found.retain(|place| !place.ends_with(&format!(": &str = \"{name}\";")));
        // And so may a member of what AWS answers: `export.s3_bucket()`.
        found.retain(|place| !place.contains(&format!(".{name}()")));
        let all = found.len();
        // The registry and the folder's declaration.
        found.retain(|place| !place.starts_with("src/kinds/mod.rs:"));
        assert_eq!(all - found.len(), 2, "src/kinds/mod.rs names {name} twice: its module, and its place in the registry");
        // A part names the whole that it is found in.
        found.retain(|place| !place.contains("kinds: &[\"aws_"));
        assert_none(&found, "what is generic names a kind:");
    }
    let named = places(&sources, "(?i)dynamodb", |path| {
        // The ids of AWS's own requirements name services.
        ["kinds/", "sandbox/", "policy/compounds/", "adopt/terraform/", "policy/frameworks.rs"].iter().any(|room| path.starts_with(room))
    });
    assert_none(&named, "what is generic names a service:");
}

#[test]
fn every_folder_of_a_kind_is_in_the_registry() {
    let entries = std::fs::read_dir(root().join("src/kinds")).expect("the folder is there");
    // A kind has calls of its own; what is only a part of one to come has none yet.
    let folders = entries
        .map(|entry| entry.expect("the folder can be read").path())
        .filter(|path| path.join("aws.rs").is_file() || path.join("aws").is_dir());
    let folders: BTreeSet<String> = folders.map(|path| format!("aws_{}", path.file_name().unwrap_or_default().to_string_lossy())).collect();
    let registered: BTreeSet<String> = backstay::kinds::all().map(|kind| kind.spec().name.to_owned()).collect();
    assert_eq!(folders, registered);
    assert_eq!(backstay::kinds::all().count(), registered.len(), "a kind is registered twice");
}

#[test]
fn codes_are_unique_and_ordered() {
    let form = Regex::new(r"^BKS\d{4}$").expect("the pattern is right");
    let codes: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
    assert!(codes.iter().all(|code| form.is_match(code)), "{codes:?}");
    assert!(codes.is_sorted_by(|one, next| one < next), "one code stands twice, or out of order: {codes:?}");
}

#[test]
fn every_code_is_used() {
    let sources = sources();
    let used = |code: &Code| {
        let name = Regex::new(&format!(r"\bCode::{code:?}\b")).expect("the pattern is right");
        sources.iter().any(|source| source.path != "model/codes.rs" && name.is_match(&source.code))
    };
    let unused: Vec<String> = Code::ALL.iter().filter(|code| !used(code)).map(|code| format!("{} ({code:?})", code.as_str())).collect();
    assert_none(&unused, "`backstay explain` has pages that no message leads to:");
}

#[test]
fn no_file_is_longer_than_500_lines() {
    let sources = sources();
    assert!(sources.len() > 50, "the sources are looked for in the wrong place");
    let long = sources.iter().map(|source| (source.text.lines().count(), &source.path)).filter(|(lines, _)| *lines > 500);
    assert_none(&long.map(|(lines, path)| format!("src/{path}: {lines}")).collect::<Vec<_>>(), "split these files:");
}

#[test]
fn only_the_edge_prints_and_exits() {
    let loud = r"\be?println?!|\be?print!|\bprocess::exit\b";
    assert_none(&places(&sources(), loud, |_| false), "print through `cli`'s streams, and end by returning:");
}

#[test]
fn test_code_and_comments_are_not_looked_at() {
    let text = "//! crate::a\nuse crate::b;\n    /// crate::c\n#[cfg(test)]\nconst X: u8 = 0;\nfn f() {}\n\n#[cfg(test)]\nmod tests {\n    use crate::d;\n}\n";
    assert_eq!(code(text), "\nuse crate::b;\n\n#[cfg(test)]\nconst X: u8 = 0;\nfn f() {}\n\n");
    assert_eq!(code("fn f() {}\n#[cfg(all(test, unix))]\nmod tests {\n    use crate::d;\n}\n"), "fn f() {}\n");
    let sources = sources();
    let code_of = |path: &str| sources.iter().find(|source| source.path == path).map(|source| source.code.as_str());
    assert_eq!(code_of("plan/tests.rs"), Some(""), "a file that is a test module");
    assert_eq!(code_of("view/fixture.rs"), Some(""), "and one that is not named so");
    assert_eq!(code_of("policy/functions/tests/mod.rs"), Some(""), "and one in a folder");
    assert!(code_of("plan/diff.rs").is_some_and(|code| code.contains("use crate::model")));
}

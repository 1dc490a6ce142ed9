//! `backstay audit --test`: runs the tests of controls against recorded snapshots, offline.

use super::audit::{checked, library};
use crate::audit::controls::Audited;
use crate::audit::{library as controls, promises, trial};
use crate::cli::Context;
use crate::cli::failure::{Exit, Failure};
use crate::coverage;
use crate::model::{Coverage, Promises, Snapshot, count};
use crate::snapshot;
use std::collections::BTreeMap;
use std::path::Path;

/// A snapshot with what comes out of it.
struct Recorded {
    snapshot: Snapshot,
    coverage: Coverage,
    promises: Promises,
}

/// Runs every test of a folder or file.
pub(super) fn run(context: &Context, path: &Path) -> Result<Exit, Failure> {
    let policy = checked(context, path)?;
    let library = library(context)?;
    let all = controls::together([&library, &policy]);
    if policy.tests.is_empty() {
        return Err(Failure::error(format!("there is no `test` block in {}", path.display()))
            .help("write `test \"NAME\" { snapshot = …, control = …, resource = …, expect = … }`"));
    }
    let folder = if path.is_dir() { path } else { path.parent().unwrap_or_else(|| Path::new(".")) };
    let tiers: Vec<String> = policy.tiers.keys().cloned().collect();
    let mut recorded: BTreeMap<&str, Recorded> = BTreeMap::new();
    let mut failed = 0_usize;
    let mut out = String::new();
    for test in &policy.tests {
        if !recorded.contains_key(test.snapshot.as_str()) {
            let snapshot = snapshot::load(&folder.join(&test.snapshot))?;
            let coverage = coverage::coverage(&snapshot, snapshot.taken_at);
            let promises = promises::promises(&policy, &snapshot, &coverage);
            recorded.insert(&test.snapshot, Recorded { snapshot, coverage, promises });
        }
        let Some(Recorded { snapshot, coverage, promises }) = recorded.get(test.snapshot.as_str()) else { continue };
        if let Err(wrong) = trial::passes(test, &all, &Audited { snapshot, coverage, promises, tiers: &tiers, checks: &[] }) {
            failed += 1;
            out.push_str(&format!("FAIL {} ({})\n", test.name, test.at));
            out.extend(wrong.iter().map(|line| format!("     {line}\n")));
        }
    }
    out.push_str(&format!("{} of {} passed\n", policy.tests.len() - failed, count(policy.tests.len(), "test")));
    context.ui.answer(&out)?;
    Ok(if failed == 0 { Exit::Done } else { Exit::Changes })
}

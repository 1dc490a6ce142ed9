//! HCL to a checked policy, completely and before any call to AWS.
//!
//! | step | where |
//! |---|---|
//! | files to text | [`load`] |
//! | text to blocks, each with its labels checked | `blocks` |
//! | values of variables | [`variables`] |
//! | blocks in the order of their references, each evaluated | `graph`, [`eval`], [`functions`] |
//! | bodies to values, by the kind's table | `reader`, `decode`, `selector`, `things`, `statements`, `allowances`, `organizations` |
//! | blocks that stand for several things | [`compounds`] |
//! | what must hold of live things | [`controls`] |
//! | what must be seen to be so in AWS | `checks` |
//! | which live things a selector means | [`select`] |
//!
//! Every step goes on after an error, so that all problems of a policy show in one run; what hangs on something broken is skipped, as its
//! errors would be noise.

mod allowances;
mod blocks;
mod checks;
pub mod compounds;
pub mod controls;
mod decode;
pub mod eval;
pub mod format;
pub mod frameworks;
pub mod functions;
mod graph;
pub mod load;
mod organizations;
mod reader;
mod resources;
pub mod select;
mod selector;
mod statements;
mod things;
pub mod tiers;
pub mod types;
pub mod variables;
mod version;

pub(crate) use resources::one_place;

use crate::model::{Accounts, Diagnostic, Identity, Policy};
use load::Files;
use std::collections::BTreeMap;
use std::path::Path;
use variables::Given;

/// The reference of the language, as `backstay explain language` prints it.
pub const LANGUAGE: &str = include_str!("language.md");

/// A policy and everything that is wrong with it. With an error among the problems the policy is not to be used.
#[derive(Debug)]
pub struct Checked {
    /// The policy without the blocks that are wrong; its `sources` are what the problems point into.
    pub policy: Policy,
    /// What is wrong.
    pub problems: Vec<Diagnostic>,
}

impl Checked {
    /// Whether the policy may be used.
    pub fn is_good(&self) -> bool {
        !self.problems.iter().any(Diagnostic::is_error)
    }
}

/// Loads and checks the policy at `path`, a folder or a file.
pub fn check(path: &Path, given: &[Given]) -> Checked {
    check_files(load::load(path), given)
}

/// Checks a policy whose text is there already, before anybody connected.
pub fn check_files(files: Files, given: &[Given]) -> Checked {
    check_seen(files, given, &Seen::default())
}

/// What a policy's values can depend on that only AWS tells.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// Who each target turned out to be: only then can every ARN be computed.
    pub identities: BTreeMap<String, Identity>,
    /// The accounts that were listed of each organization.
    pub accounts: Accounts,
}

/// Checks a policy when somebody has connected, or listed accounts.
pub fn check_seen(mut files: Files, given: &[Given], seen: &Seen) -> Checked {
    let mut problems = std::mem::take(&mut files.problems);
    let parsed = blocks::parse(&files, &mut problems);
    let mut policy = graph::evaluate(&parsed, &mut files, given, seen, &mut problems);
    problems.sort_by_key(|problem| problem.labels.first().map(|label| (label.span.source, label.span.range.start)));
    problems.dedup();
    controls::place(&mut policy, &files.sources);
    policy.files = files.digests;
    policy.sources = files.sources;
    Checked { policy, problems }
}

#[cfg(test)]
mod tests;

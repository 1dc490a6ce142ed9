//! Terraform's configuration, or its state, as policy: offline.
//!
//! The policy language is Terraform's in variables, locals, `for_each`, expressions and functions, and its kinds and settings have the
//! provider's names. So most of a translation is copying: expressions, comments and layout stay as they stand, and only names and places change.
//!
//! | step | where |
//! |---|---|
//! | files and local modules to parsed units | `units` |
//! | a state to the configuration that would give it | `state`, `alike`, `hidden` |
//! | which resources are translated, and as what | `standing`, `table` |
//! | blocks | `whole`, `settings`, `buckets`, `inline`, `topics`, with `body` for what is in them and `dynamic` for what is generated |
//! | expressions and what they refer to | `rewrite`, `refer`, `maps`, `arns`, `documents` |
//! | what is shared: targets, variables, locals | `targets`, `names` |
//! | what a policy has nothing for | `others` |
//! | beside a policy that is there | `beside`, `clash` |
//! | what comes out, checked; what is refused, left out | `judged` |
//!
//! What cannot be translated is left out and told, with its place: a policy that silently says less than the configuration would be a trap.

mod alike;
mod arns;
mod beside;
mod body;
mod buckets;
mod clash;
mod documents;
mod dynamic;
mod hidden;
mod inline;
mod judged;
mod maps;
mod names;
mod others;
mod refer;
mod repeat;
mod rewrite;
mod settings;
mod standing;
mod state;
mod table;
mod targets;
mod topics;
mod translator;
mod trivia;
mod units;
mod whole;

pub use beside::{There, is_policy_file};
pub use judged::Judge;

use crate::model::{Diagnostic, Position, Sources};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// What is translated.
#[derive(Clone, Debug)]
pub enum Origin {
    /// A folder of `*.tf` files.
    Configuration(PathBuf),
    /// What `terraform show -json` printed: a state, or a plan.
    State(PathBuf),
}

/// A policy, and what did not get into it.
#[derive(Clone, Debug, Default)]
pub struct Translation {
    /// The files by name, to be written into one folder.
    pub files: BTreeMap<String, String>,
    /// How many blocks of Terraform's were translated.
    pub translated: usize,
    /// How many blocks were not, as the policy that is there covers what they are about.
    pub covered: usize,
    /// What the policy that is there says otherwise: nothing can be added to it before that is mended.
    pub conflicts: Vec<String>,
    /// What Terraform says of those and the policy does not, or says otherwise, by place.
    pub unsaid: Vec<LeftOut>,
    /// What is about backup and was left out, by place.
    pub left_out: Vec<LeftOut>,
    /// The variables that somebody must give a value, as what they stand for is not part of the policy.
    pub variables: Vec<Asked>,
    /// What a reader ought to know, and look at.
    pub notes: Vec<String>,
    /// How many resources have nothing to do with backup.
    pub unrelated: usize,
}

/// Something of Terraform's that is not in the policy.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LeftOut {
    /// Where it stands.
    pub place: Position,
    /// What it is: `aws_backup_plan.daily`, or an argument of that.
    pub what: String,
    /// Why.
    pub why: String,
}

/// A variable that the translation had to add.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Asked {
    /// Its name.
    pub name: String,
    /// The expression that it stands for, or what it is.
    pub of: String,
    /// Where that stands first.
    pub place: Position,
}

/// Why there is no translation.
#[derive(Debug)]
pub struct Untranslatable {
    /// What is wrong.
    pub problems: Vec<Diagnostic>,
    /// The texts that the problems point into.
    pub sources: Sources,
}

/// Translates a configuration or a state. `workspace` is the owner name of the policy, and `there` what the
/// folder has already; `judge` tells what is
/// wrong with what comes out: the blocks that this is about are left out.
///
/// # Errors
///
/// Files cannot be read, or are not what they should be.
pub fn translate(origin: &Origin, workspace: &str, there: Option<There<'_>>, judge: &Judge<'_>) -> Result<Translation, Untranslatable> {
    let loaded = match origin {
        Origin::Configuration(folder) => units::load(folder),
        Origin::State(file) => state::load(file),
    };
    if !loaded.problems.is_empty() {
        return Err(Untranslatable { problems: loaded.problems, sources: loaded.sources });
    }
    Ok(judged::settled(&loaded, workspace, there, judge))
}

//! A plan as a file: what was reviewed, with a digest that shows when somebody changed it afterwards.

use crate::model::{Action, Plan, Reading};
use crate::{files, kinds};
use serde::{Deserialize, Serialize};
use std::io;
use std::path::{Path, PathBuf};

/// A plan file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PlanFileError {
    /// The file cannot be read or written.
    #[error("cannot use {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is no plan of a format that this version reads.
    #[error("{} is no plan that this backstay reads: {reason}", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        reason: String,
    },
    /// It was changed after `plan --out` wrote it.
    #[error("{} was changed after `backstay plan --out` wrote it, so it is not what was reviewed", path.display())]
    Edited {
        /// The file.
        path: PathBuf,
    },
}

#[derive(Serialize, Deserialize)]
struct Sealed {
    digest: String,
    plan: serde_json::Value,
}

/// Writes a plan, whole or not at all.
///
/// # Errors
///
/// The file cannot be written.
pub fn save(plan: &Plan, path: &Path) -> Result<(), PlanFileError> {
    let io = |source| PlanFileError::Io { path: path.to_owned(), source };
    let plan = serde_json::to_value(plan).map_err(|error| io(error.into()))?;
    let sealed = Sealed { digest: digest(&plan), plan };
    let mut bytes = serde_json::to_vec_pretty(&sealed).map_err(|error| io(error.into()))?;
    bytes.push(b'\n');
    files::write_atomically(path, &bytes).map_err(io)
}

/// Reads a plan.
///
/// # Errors
///
/// The file cannot be read, is of another format, or was changed since it was written.
pub fn load(path: &Path) -> Result<Plan, PlanFileError> {
    let format = |reason: String| PlanFileError::Format { path: path.to_owned(), reason };
    let bytes = std::fs::read(path).map_err(|source| PlanFileError::Io { path: path.to_owned(), source })?;
    let sealed: Sealed = serde_json::from_slice(&bytes).map_err(|error| format(error.to_string()))?;
    match sealed.plan.get("format").and_then(serde_json::Value::as_str) {
        Some(Plan::FORMAT) => {}
        Some(other) => return Err(format(format_args!("its format is `{other}`, not `{}`", Plan::FORMAT).to_string())),
        None => return Err(format("it has no `format`".to_owned())),
    }
    if digest(&sealed.plan) != sealed.digest {
        return Err(PlanFileError::Edited { path: path.to_owned() });
    }
    let mut plan: Plan = serde_json::from_value(sealed.plan).map_err(|error| format(error.to_string()))?;
    plan.actions.iter_mut().for_each(revive);
    Ok(plan)
}

fn revive(action: &mut Action) {
    let kind = &action.id.kind;
    let reading = |path: &str, reading: &mut Reading| {
        if let Reading::Known(value) = reading {
            kinds::revive(kind, path, value);
        }
    };
    action.before.iter_mut().for_each(|(path, before)| reading(path, before));
    action.wanted.iter_mut().for_each(|(path, declared)| kinds::revive(kind, path, &mut declared.value));
    for change in &mut action.changes {
        reading(&change.setting, &mut change.before);
        kinds::revive(kind, &change.setting, &mut change.after);
    }
}

/// SHA-256 of the plan's canonical JSON: keys sorted, no white space.
fn digest(plan: &serde_json::Value) -> String {
    files::digest(plan.to_string().as_bytes())
}

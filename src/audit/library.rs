//! The controls that backstay brings along, and the frameworks that somebody can ask for.

use crate::model::{Control, Policy, Sources};
use crate::names::nearest;
use crate::policy::frameworks::FRAMEWORKS;
use crate::policy::load::Files;
use crate::policy::variables::Given;
use crate::policy::{self, Checked};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The files of the library, as they stand in the repository.
const FILES: [(&str, &str); 3] = [
    ("policies/objectives.hcl", include_str!("../../policies/objectives.hcl")),
    ("policies/backup-audit-manager.hcl", include_str!("../../policies/backup-audit-manager.hcl")),
    ("policies/security-hub.hcl", include_str!("../../policies/security-hub.hcl")),
];

/// All frameworks together.
pub const EVERY: &str = "all";

/// The library, checked. Values are given to those of its variables that they name.
pub fn library(given: &[Given]) -> Checked {
    let mut sources = Sources::default();
    let policy = FILES.iter().map(|(name, text)| sources.add(*name, *text)).collect();
    let own: Vec<Given> = given.iter().filter(|given| names_variable(given)).cloned().collect();
    let digests = FILES.iter().map(|(name, text)| ((*name).to_owned(), digest(text))).collect();
    policy::check_files(Files { sources, policy, digests, folder: PathBuf::from("."), ..Files::default() }, &own)
}

/// SHA-256 in hexadecimal.
fn digest(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether a value is one for a variable of the library.
pub fn names_variable(given: &Given) -> bool {
    let (Given::Environment { name, .. } | Given::Flag { name, .. }) = given else { return false };
    FILES.iter().any(|(_, text)| text.contains(&format!("variable \"{name}\" {{")))
}

/// The values for a policy, which need not declare what only the library has.
pub fn also_for_policies(given: Vec<Given>) -> Vec<Given> {
    let relaxed = |given: Given| match given {
        Given::Flag { name, text, must_exist } => {
            let of_library = FILES.iter().any(|(_, file)| file.contains(&format!("variable \"{name}\" {{")));
            Given::Flag { name, text, must_exist: must_exist && !of_library }
        }
        other => other,
    };
    given.into_iter().map(relaxed).collect()
}

/// The controls of several policies, by id: of two of one id the later policy's counts, and says so in its title.
pub fn together<'p>(policies: impl IntoIterator<Item = &'p Policy>) -> Vec<Control> {
    let mut by_id: BTreeMap<&str, Control> = BTreeMap::new();
    for control in policies.into_iter().flat_map(|policy| &policy.controls) {
        let mut control = (control.id.as_str(), control.clone());
        if by_id.contains_key(control.0) {
            // Whoever reads what came out must see that somebody else asked.
            control.1.title.push_str(" (in place of the control of this id before it)");
        }
        by_id.insert(control.0, control.1);
    }
    by_id.into_values().collect()
}

/// The keys of the frameworks that are asked for: those that backstay knows, and those that a control names.
///
/// # Errors
///
/// One is neither: what is wrong, and how to mend it.
pub fn asked_for(asked: &[String], controls: &[Control]) -> Result<Vec<String>, (String, String)> {
    let mut known: Vec<&str> = FRAMEWORKS.iter().map(|framework| framework.key).collect();
    known.extend(controls.iter().flat_map(|control| control.requirements.keys()).map(String::as_str));
    known.sort_unstable();
    known.dedup();
    if asked.iter().any(|key| key == EVERY) {
        return Ok(known.into_iter().map(str::to_owned).collect());
    }
    if let Some(key) = asked.iter().find(|key| !known.contains(&key.as_str())) {
        let all = || format!("the frameworks are {}, or `{EVERY}`", known.join(", "));
        let help = nearest(key, known.iter().copied()).map_or_else(all, |meant| format!("did you mean `{meant}`?"));
        return Err((format!("there is no framework `{key}`"), help));
    }
    Ok(asked.to_vec())
}

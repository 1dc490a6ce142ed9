//! What frameworks ask, by the ids under which OSCAL documents refer to it.
//!
//! Of NIST SP 800-53 those are the ids of controls and statements in the catalog that NIST publishes (`cp-9`, `cp-9_smt.a`). Other frameworks
//! have no such catalog: their controls and objectives are defined in the document itself.

use super::ids::{Uuid, token};
use crate::model::{FrameworkOutcome, RequirementOutcome};
use std::collections::BTreeMap;

/// The framework whose controls NIST publishes as a catalog.
const CATALOGUED: &str = "nist-800-53-r5";

/// A requirement, and how OSCAL refers to it.
pub(super) struct Asked<'a> {
    pub(super) framework: &'a FrameworkOutcome,
    pub(super) requirement: &'a RequirementOutcome,
    /// The id of its control.
    pub(super) control: String,
    /// What findings are about.
    pub(super) target: Target,
}

/// What a finding is about.
pub(super) enum Target {
    /// A statement of a control of a published catalog.
    Statement(String),
    /// An objective that the document defines.
    Objective(String),
}

impl Target {
    /// The type and the id.
    pub(super) fn parts(&self) -> (&'static str, &str) {
        match self {
            Self::Statement(id) => ("statement-id", id),
            Self::Objective(id) => ("objective-id", id),
        }
    }
}

/// All requirements of all frameworks, in their order, each with an id of its own.
pub(super) fn all(frameworks: &[FrameworkOutcome]) -> Vec<Asked<'_>> {
    let all = || frameworks.iter().flat_map(|framework| framework.requirements.iter().map(move |requirement| (framework, requirement)));
    let mut taken: BTreeMap<String, usize> = BTreeMap::new();
    for (framework, requirement) in all() {
        *taken.entry(plain(&framework.key, &requirement.id).1.parts().1.to_owned()).or_default() += 1;
    }
    let asked = all().map(|(framework, requirement)| {
        let (mut control, mut target) = plain(&framework.key, &requirement.id);
        if taken.get(target.parts().1).is_some_and(|times| *times > 1) {
            // Two ids of which a token keeps the same: their digests tell them apart, whatever else is asked.
            let id = Uuid::OURS.of(&[&framework.key, &requirement.id]).to_string();
            control = format!("{control}-{id}");
            target = Target::Objective(format!("{control}_obj"));
        }
        Asked { framework, requirement, control, target }
    });
    asked.collect()
}

fn plain(framework: &str, id: &str) -> (String, Target) {
    if let Some(found) = (framework == CATALOGUED).then(|| catalogued(id)).flatten() {
        return found;
    }
    // The framework's key begins with a letter, and tells `3.1` of one from that of another.
    let control = token(&format!("{framework}_{id}"));
    let target = Target::Objective(format!("{control}_obj"));
    (control, target)
}

/// `CP-9` is `cp-9`, `CP-9(1)` is `cp-9.1`, and `CP-9(a)` the statement `cp-9_smt.a` of `cp-9`.
fn catalogued(id: &str) -> Option<(String, Target)> {
    let (base, part) = match id.split_once('(') {
        Some((base, rest)) => (base, Some(rest.strip_suffix(')')?)),
        None => (id, None),
    };
    let (family, number) = base.split_once('-')?;
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if family.len() != 2 || !family.bytes().all(|byte| byte.is_ascii_uppercase()) || !is_number(number) {
        return None;
    }
    let base = base.to_ascii_lowercase();
    let (control, statement) = match part {
        None => (base.clone(), format!("{base}_smt")),
        Some(number) if is_number(number) => (format!("{base}.{number}"), format!("{base}.{number}_smt")),
        Some(letter) if letter.len() == 1 && letter.bytes().all(|byte| byte.is_ascii_lowercase()) => {
            (base.clone(), format!("{base}_smt.{letter}"))
        }
        Some(_) => return None,
    };
    Some((control, Target::Statement(statement)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ControlVerdict;

    fn framework(key: &str, ids: &[&str]) -> FrameworkOutcome {
        let requirement = |id: &&str| RequirementOutcome {
            id: (*id).to_owned(),
            about: String::new(),
            is_confirmed: true,
            verdict: ControlVerdict::Pass,
            controls: Vec::new(),
            not_applicable: Vec::new(),
        };
        FrameworkOutcome { key: key.to_owned(), title: key.to_owned(), version: None, requirements: ids.iter().map(requirement).collect() }
    }

    #[test]
    fn the_controls_of_nist_go_by_the_ids_of_its_catalog() {
        let frameworks = [framework("nist-800-53-r5", &["CP-9", "CP-9(1)", "CP-9(a)", "CP-9 (new)"])];
        let ids: Vec<String> = all(&frameworks).iter().map(|one| format!("{} {}", one.control, one.target.parts().1)).collect();
        assert_eq!(ids, ["cp-9 cp-9_smt", "cp-9.1 cp-9.1_smt", "cp-9 cp-9_smt.a", "nist-800-53-r5_CP-9_.new nist-800-53-r5_CP-9_.new_obj"]);
    }

    #[test]
    fn no_two_requirements_share_an_id() {
        let frameworks =
            [framework("ours", &["a b", "a_b", "c", ""]), framework("\u{8981}", &["x"]), framework("hipaa", &["164.308(a)(7)"])];
        let ids: Vec<String> = all(&frameworks).iter().map(|one| one.target.parts().1.to_owned()).collect();
        let distinct: std::collections::BTreeSet<&String> = ids.iter().collect();
        assert_eq!(distinct.len(), ids.len(), "{ids:?}");
        assert_eq!(ids.last().map(String::as_str), Some("hipaa_164.308.a.7_obj"));
    }
}

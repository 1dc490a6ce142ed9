//! `test` blocks: what a control must find of things in a recorded snapshot.

use super::controls::{Audited, findings};
use crate::model::{Control, ControlTest};
use std::collections::BTreeSet;
use wildmatch::WildMatch;

/// Runs a test over what its snapshot holds.
///
/// # Errors
///
/// What is otherwise than it expects, a line for each thing.
pub fn passes(test: &ControlTest, controls: &[Control], audited: &Audited<'_>) -> Result<(), Vec<String>> {
    let Some(control) = controls.iter().find(|control| control.id == test.control) else {
        return Err(vec![format!("there is no control `{}`", test.control)]);
    };
    let found = findings(audited, std::slice::from_ref(control), &[]);
    let pattern = WildMatch::new(&test.resource);
    let mut wrong = Vec::new();
    let mut is_any = false;
    for finding in found.controls.iter().flat_map(|outcome| &outcome.findings) {
        let Some(thing) = found.things.get(finding.thing) else { continue };
        if !pattern.matches(&thing.name) || test.kind.as_ref().is_some_and(|kind| *kind != thing.kind) {
            continue;
        }
        is_any = true;
        if finding.verdict != test.expect {
            let looked: Vec<String> = finding.evidence.iter().map(|(path, value)| format!("{path} = {value}")).collect();
            let why = finding.unknown.as_ref().map_or_else(|| looked.join(", "), |unknown| unknown.why.to_string());
            let (name, found, expected) = (&thing.name, finding.verdict.shown(), test.expect.shown());
            wrong.push(format!("{} {name}: expected {expected}, found {found} ({why})", thing.kind));
        }
    }
    if !is_any {
        wrong.push(format!("control `{}` looks at nothing of the name `{}` there", test.control, test.resource));
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

/// The ids of controls that no test is about.
pub fn untested<'c>(controls: &'c [Control], tests: &[ControlTest]) -> Vec<&'c str> {
    let tested: BTreeSet<&str> = tests.iter().map(|test| test.control.as_str()).collect();
    controls.iter().map(|control| control.id.as_str()).filter(|id| !tested.contains(id)).collect()
}

//! What controls found, and what that says of frameworks: the verdict first, the worst first.

mod machines;
mod markdown;
mod text;

pub(in crate::view) use machines::json;
pub use machines::{csv, junit, sarif, write_csv, write_junit, write_sarif};
pub use markdown::markdown;
pub use text::text;

use crate::model::{ControlOutcome, ControlVerdict, Examined, Finding, Findings, Ignorance, count};
use crate::view::{Specs, words};
use std::collections::BTreeMap;

/// The verdict in a line: `controls: 3 FAIL, 12 UNKNOWN, 20 PASS, 4 N/A`.
pub fn verdict(findings: &Findings) -> String {
    let counts = counts(findings.controls.iter().flat_map(|control| &control.findings).map(|finding| finding.verdict));
    format!("{} over {}: {counts}", count(findings.controls.len(), "control"), count(findings.things.len(), "thing"))
}

/// How many there are of each verdict, the worst first.
fn counts(verdicts: impl Iterator<Item = ControlVerdict>) -> String {
    let mut by: BTreeMap<ControlVerdict, usize> = BTreeMap::new();
    for verdict in verdicts {
        *by.entry(verdict).or_default() += 1;
    }
    let parts = ControlVerdict::ALL.into_iter().filter_map(|verdict| Some(format!("{} {}", by.get(&verdict)?, verdict.shown())));
    let parts: Vec<String> = parts.collect();
    if parts.is_empty() { "nothing".to_owned() } else { parts.join(", ") }
}

/// Findings of a control of which the same is to be said, in their order.
fn alike<'f>(findings: &'f Findings, control: &'f ControlOutcome, verdict: ControlVerdict) -> Vec<(&'f Finding, Vec<&'f Examined>)> {
    let mut groups: Vec<(&Finding, Vec<&Examined>)> = Vec::new();
    let mut places: BTreeMap<(&str, Option<&Ignorance>, &[_]), usize> = BTreeMap::new();
    for finding in control.findings.iter().filter(|finding| finding.verdict == verdict) {
        let Some(thing) = findings.things.get(finding.thing) else { continue };
        // Of what nobody knows the reason tells things apart, and not what was looked at.
        let evidence = if finding.unknown.is_some() { &[] } else { finding.evidence.as_slice() };
        let kind = if finding.unknown.is_some() { "" } else { thing.kind.as_str() };
        let key = (kind, finding.unknown.as_ref(), evidence);
        let place = *places.entry(key).or_insert(groups.len());
        match groups.get_mut(place) {
            Some((_, things)) => things.push(thing),
            None => groups.push((finding, vec![thing])),
        }
    }
    groups
}

/// What some things are, and how many: `2 S3 buckets`, `10 things`.
fn titled(specs: Specs, things: &[&Examined]) -> String {
    let kind = things.first().map(|thing| thing.kind.as_str()).unwrap_or_default();
    let title = if things.iter().all(|thing| thing.kind == kind) { words::kind_title(specs, kind) } else { "thing".to_owned() };
    if things.len() == 1 { title } else { count(things.len(), &title) }
}

/// A thing by its name; what stands for things that nobody saw by its kind.
fn name(specs: Specs, thing: &Examined) -> String {
    if thing.name == "*" { format!("any {}", words::kind_title(specs, &thing.kind)) } else { thing.name.clone() }
}

/// The controls that found something of a verdict, the most severe first.
fn of(findings: &Findings, verdict: ControlVerdict) -> Vec<&ControlOutcome> {
    let has = |control: &&ControlOutcome| control.findings.iter().any(|finding| finding.verdict == verdict);
    let mut controls: Vec<&ControlOutcome> = findings.controls.iter().filter(has).collect();
    controls.sort_by_key(|control| std::cmp::Reverse(control.severity));
    controls
}

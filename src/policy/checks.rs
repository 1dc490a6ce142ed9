//! `check` blocks: what must be seen to be so in AWS itself.
//!
//! A check holds one block that says what is looked at: `object_age`, `snapshot_age`, `recovery_point_age`, `alarm_reachable` or `key_usable`.

use super::controls::{self, check_id};
use super::eval::Scope;
use super::reader::{Located, Reader};
use super::{things, tiers};
use crate::model::{Check, Code, Diagnostic, Probe, Target};
use std::collections::BTreeMap;

/// Reads one `check`.
pub(super) fn check(
    located: Located<'_>,
    scope: &Scope<'_>,
    declared: &BTreeMap<String, Target>,
    problems: &mut Vec<Diagnostic>,
) -> Option<Check> {
    let name = located.label(0).to_owned();
    check_id(located, "check", problems);
    let mut reader = Reader::new(located, scope, format!("check `{name}`"), problems);
    let title = reader.text("title").map(|(text, _)| text);
    let severity = controls::severity(&mut reader);
    let remediation = reader.text("remediation").map(|(text, _)| text);
    let objectives = controls::objectives(&mut reader);
    let requirements = controls::requirements(&mut reader);
    let targets = match reader.expression("target") {
        Some(_) => things::targets(&mut reader, declared),
        None => declared.keys().cloned().collect(),
    };
    let found: Vec<(&str, Located<'_>)> = Probe::NAMES.into_iter().filter_map(|probe| Some((probe, reader.block(probe)?))).collect();
    let span = reader.header();
    match found.as_slice() {
        [_] => {}
        [] => {
            let problem = Diagnostic::error(Code::Missing, format!("check `{name}` looks at nothing"));
            reader.problem(problem.at(span.clone()).help(format!("add one of the blocks {}", listed())));
        }
        [_, (second, block), ..] => {
            let problem = Diagnostic::error(Code::Conflict, format!("a check looks at one thing, and `{second}` is another"));
            reader.problem(problem.at(block.header()).help("write a check for each"));
        }
    }
    reader.finish(|_| None);
    let (probe, block) = *found.first()?;
    let probe = self::probe(probe, block, scope, problems);
    Some(Check { name, title, probe: probe?, targets, severity, remediation, objectives, requirements, at: controls::nowhere(), span })
}

fn listed() -> String {
    Probe::NAMES.map(|name| format!("`{name}`")).join(", ")
}

fn probe(name: &str, block: Located<'_>, scope: &Scope<'_>, problems: &mut Vec<Diagnostic>) -> Option<Probe> {
    let mut reader = Reader::new(block, scope, format!("`{name}`"), problems);
    let probe = read(name, &mut reader);
    reader.finish(|_| None);
    probe
}

fn read(name: &str, reader: &mut Reader<'_, '_>) -> Option<Probe> {
    match name {
        "object_age" => {
            let bucket = text(reader, "bucket");
            let prefix = reader.text("prefix").map(|(text, _)| text).unwrap_or_default();
            let max_age = max_age(reader);
            Some(Probe::ObjectAge { bucket: bucket?, prefix, max_age: max_age? })
        }
        "snapshot_age" => {
            let resource = text(reader, "resource");
            let max_age = max_age(reader);
            Some(Probe::SnapshotAge { resource: resource?, max_age: max_age? })
        }
        "recovery_point_age" => {
            let resource = text(reader, "resource");
            let vault = reader.text("vault").map(|(text, _)| text);
            let max_age = max_age(reader);
            Some(Probe::RecoveryPointAge { resource: resource?, vault, max_age: max_age? })
        }
        "alarm_reachable" => Some(Probe::AlarmReachable { alarm: text(reader, "alarm")? }),
        _ => {
            let (key, span) = reader.required_text("key")?;
            // Only an ARN says in which region and account it is.
            if key.starts_with("arn:") && key.contains(":kms:") {
                return Some(Probe::KeyUsable { key });
            }
            let problem = Diagnostic::error(Code::OutOfRange, format!("`key` must be the ARN of a key or of an alias, found `{key}`"));
            reader.problem(problem.at(span).help("write for example \"arn:aws:kms:eu-west-1:123456789012:alias/backups\""));
            None
        }
    }
}

/// A text that says something.
fn text(reader: &mut Reader<'_, '_>, name: &str) -> Option<String> {
    let (text, span) = reader.required_text(name)?;
    if text.trim().is_empty() {
        reader.problem(Diagnostic::error(Code::OutOfRange, format!("`{name}` must say something")).at(span));
        return None;
    }
    Some(text)
}

fn max_age(reader: &mut Reader<'_, '_>) -> Option<jiff::SignedDuration> {
    let before = reader.problems.len();
    let length = tiers::length(reader, "max_age", "max_age", &mut BTreeMap::new());
    if length.is_none() && reader.problems.len() == before {
        reader.missing("max_age");
    }
    length
}

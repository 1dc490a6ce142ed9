//! What is wrong with roles and keys that declared things need.

use super::Thing;
use crate::kinds::{self, Need};
use crate::model::{Code, Diagnostic, Outside, Severity, Snapshot, Wanted};
use std::collections::{BTreeMap, BTreeSet};

/// What was read of them, by ARN.
pub(super) type Found = BTreeMap<String, Outside>;

/// The problem of a need, as far as what it is about was read.
pub(super) fn problem(thing: &Thing<'_>, need: &Need, found: &Found) -> Option<Diagnostic> {
    let fault = kinds::fault(need, found.get(&need.of)?)?;
    let title = format!("{}: {}", fault.what, need.otherwise);
    let problem = match fault.severity {
        Severity::Error => Diagnostic::error(fault.code, title),
        Severity::Warning => Diagnostic::warning(fault.code, title),
    };
    let problem = problem.help(fault.help);
    Some(match Wanted::place(thing.wanted, &need.at).or(thing.header) {
        Some(span) => problem.at(span.clone()),
        None => problem,
    })
}

/// Says once what could not be read, by the call that would have told.
pub(super) fn unread(snapshot: &Snapshot) -> Vec<Diagnostic> {
    let mut unread: BTreeMap<&String, (BTreeSet<&str>, &String)> = BTreeMap::new();
    for (arn, found) in &snapshot.outside {
        if let Outside::Unread { action, reason } = found {
            let (names, _) = unread.entry(action).or_insert_with(|| (BTreeSet::new(), reason));
            names.insert(arn.rsplit('/').next().unwrap_or(arn));
        }
    }
    let told = unread.into_iter().map(|(action, (names, reason))| {
        let names = names.into_iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let (what, whether) = match action.as_str() {
            "iam:GetRole" => ("roles", "they let the services that need them assume them"),
            _ => ("KMS keys", "they can be used"),
        };
        Diagnostic::warning(Code::OutsideUnread, format!("the {what} {names} could not be read, so that it is not known whether {whether}"))
            .help(reason.clone())
    });
    told.collect()
}

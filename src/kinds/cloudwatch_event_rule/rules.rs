//! EventBridge's rules across the settings of a rule.

use super::{BUS, PATTERN, SCHEDULE, pattern};
use crate::kinds::Concern;
use crate::model::{Code, Severity, Wanted};
use std::collections::BTreeMap;

/// The most targets of a rule (EventBridge user guide, "Amazon EventBridge quotas"; it cannot be raised).
const MOST_TARGETS: usize = 5;

fn concern(code: Code, at: &str, title: impl Into<String>, help: impl Into<String>) -> Concern {
    Concern { code, severity: Severity::Error, title: title.into(), at: at.to_owned(), also: None, help: help.into() }
}

/// Everything that is wrong.
pub(super) fn check(wanted: &BTreeMap<String, Wanted>) -> Vec<Concern> {
    let mut concerns = Vec::new();
    if !wanted.contains_key(PATTERN) && !wanted.contains_key(SCHEDULE) {
        let title = "a rule needs events or times to be fired by";
        concerns.push(concern(Code::EventRule, "name", title, "add `event_pattern` or `schedule_expression`"));
    }
    let text = |at: &str| wanted.get(at).and_then(|wanted| wanted.value.as_str());
    if let (Some(bus), true) = (text(BUS).filter(|bus| *bus != "default"), wanted.contains_key(SCHEDULE)) {
        let title = format!("only rules on the default event bus have schedules, and this one is on `{bus}`");
        concerns.push(concern(Code::EventRule, SCHEDULE, title, "remove `event_bus_name`, or use a schedule of EventBridge Scheduler"));
    }
    if let Some(text) = text(PATTERN) {
        let written = wanted.get(PATTERN).and_then(|wanted| wanted.written.as_deref()).unwrap_or(text);
        document(text, written.chars().count(), &mut concerns);
    }
    concerns
}

fn document(text: &str, length: usize, concerns: &mut Vec<Concern>) {
    if length > pattern::LONGEST {
        let title = format!("an event pattern has at most {} characters, and this one has {length}", pattern::LONGEST);
        concerns.push(concern(Code::EventPattern, PATTERN, title, "make two rules of it"));
    }
    let Ok(json) = serde_json::from_str(text) else { return };
    if let Some(broken) = pattern::broken(&json) {
        let help = "a pattern is `jsonencode({ source = [\"aws.backup\"], \"detail-type\" = […], detail = { state = […] } })`";
        concerns.push(concern(Code::EventPattern, PATTERN, format!("EventBridge refuses this event pattern: {broken}"), help));
        return;
    }
    for (title, help) in pattern::never(&json) {
        concerns.push(Concern { severity: Severity::Warning, ..concern(Code::EventPattern, PATTERN, title, help) });
    }
}

/// Whether there are more targets than a rule can have.
pub(super) fn how_many(_: &BTreeMap<String, Wanted>, targets: usize) -> Vec<Concern> {
    let too_many = (targets > MOST_TARGETS).then(|| {
        let title = format!("a rule has at most {MOST_TARGETS} targets, and this one is given {targets}");
        concern(
            Code::EventTarget,
            "name",
            title,
            "make a second rule with the same pattern, or send to a topic to which all of them subscribe",
        )
    });
    too_many.into_iter().collect()
}

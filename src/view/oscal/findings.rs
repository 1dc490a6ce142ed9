//! What observations say of requirements, which of those there are, and the risks where a control fails.

use super::ids::{Uuid, markup};
use super::observations::Related;
use super::requirements::{Asked, Target};
use super::{NS, Page, origins, prop};
use crate::model::{ControlOutcome, ControlVerdict, count};
use crate::view::escape::code;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};

/// Things or reasons that are named; the others are counted.
const NAMED: usize = 8;

/// An objective of a framework that has no catalog.
pub(super) fn objective(asked: &Asked<'_>) -> Option<Json> {
    let Target::Objective(id) = &asked.target else { return None };
    let title = format!("{} {}", asked.framework.title, asked.requirement.id);
    let about = if asked.requirement.about.is_empty() { &asked.requirement.id } else { &asked.requirement.about };
    Some(json!({
        "control-id": asked.control,
        "description": markup(&title),
        "parts": [{ "id": id, "name": "objective", "ns": NS, "title": markup(&title), "prose": markup(about) }],
    }))
}

/// What was reviewed: of each framework its controls and objectives.
pub(super) fn reviewed(page: &Page<'_>) -> Json {
    let mut controls = Vec::new();
    let mut objectives = Vec::new();
    for framework in &page.audit.findings.frameworks {
        let of_it = || page.asked.iter().filter(|asked| asked.framework.key == framework.key);
        let mut statements: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for asked in of_it() {
            let statement = match &asked.target {
                Target::Statement(id) => Some(id.as_str()),
                Target::Objective(_) => None,
            };
            statements.entry(&asked.control).or_default().extend(statement);
        }
        let described = |more: &str| {
            let version = framework.version.as_ref().map(|version| format!(" ({version})")).unwrap_or_default();
            format!("{}{more}", markup(&format!("{}{version}", framework.title)))
        };
        let included: Vec<Json> = statements.iter().map(|(control, statements)| selected(control, statements)).collect();
        if !included.is_empty() {
            controls.push(json!({
                "description": described(", as far as it is about backups"),
                "props": [prop("framework", &framework.key)],
                "include-controls": included,
            }));
        }
        let defined = of_it().filter(|asked| matches!(asked.target, Target::Objective(_)));
        let included: Vec<Json> = defined.map(|asked| json!({ "objective-id": asked.target.parts().1 })).collect();
        if !included.is_empty() {
            objectives.push(json!({
                "description": described(""),
                "props": [prop("framework", &framework.key)],
                "include-objectives": included,
            }));
        }
    }
    if controls.is_empty() {
        controls.push(json!({ "description": "Controls that serve no requirement of a framework: see the activities." }));
    }
    let mut reviewed = json!({ "control-selections": controls });
    if let (Json::Object(map), false) = (&mut reviewed, objectives.is_empty()) {
        map.insert("control-objective-selections".to_owned(), json!(objectives));
    }
    reviewed
}

fn selected(control: &str, statements: &BTreeSet<&str>) -> Json {
    if statements.is_empty() { json!({ "control-id": control }) } else { json!({ "control-id": control, "statement-ids": statements }) }
}

/// The controls that fail.
pub(super) fn risky<'a>(page: &'a Page<'a>) -> impl Iterator<Item = &'a ControlOutcome> {
    page.audit.findings.controls.iter().filter(|control| control.verdict == ControlVerdict::Fail)
}

/// A risk for each control that fails.
pub(super) struct Risks<'a>(pub(super) &'a Page<'a>);

impl Serialize for Risks<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let page = self.0;
        serializer.collect_seq(risky(page).map(|control| {
            let related = Related { page, controls: vec![control], verdict: ControlVerdict::Fail };
            With { fields: page.risk(control), related }
        }))
    }
}

/// A finding for each requirement.
pub(super) struct Judged<'a>(pub(super) &'a Page<'a>);

impl Serialize for Judged<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let page = self.0;
        serializer.collect_seq(page.asked.iter().map(|asked| {
            let controls = page.under(asked);
            With { fields: page.finding(asked, &controls), related: Related { page, controls, verdict: asked.requirement.verdict } }
        }))
    }
}

/// Fields, and beside them the observations that decide, of which there may be very many.
struct With<'a> {
    fields: Map<String, Json>,
    related: Related<'a>,
}

impl Serialize for With<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap as _;
        let mut map = serializer.serialize_map(None)?;
        for (name, value) in &self.fields {
            map.serialize_entry(name, value)?;
        }
        if !self.related.is_empty() {
            map.serialize_entry("related-observations", &self.related)?;
        }
        map.end()
    }
}

fn fields(value: Json) -> Map<String, Json> {
    match value {
        Json::Object(map) => map,
        _ => Map::new(),
    }
}

impl Page<'_> {
    fn under(&self, asked: &Asked<'_>) -> Vec<&ControlOutcome> {
        let is_under = |control: &&ControlOutcome| asked.requirement.controls.contains(&control.id);
        self.audit.findings.controls.iter().filter(is_under).collect()
    }

    fn risk_of(&self, control: &ControlOutcome) -> Uuid {
        self.id.of(&["risk", &control.id])
    }

    fn risk(&self, control: &ControlOutcome) -> Map<String, Json> {
        let failing = control.findings.iter().filter(|finding| finding.verdict == ControlVerdict::Fail);
        let names: Vec<String> = failing.filter_map(|finding| Some(self.named(self.thing(finding)?))).collect();
        let more = if names.len() > NAMED { format!(" and {} more", names.len() - NAMED) } else { String::new() };
        let first: Vec<&str> = names.iter().take(NAMED).map(String::as_str).collect();
        let mut risk = json!({
            "uuid": self.risk_of(control).to_string(),
            "title": markup(&format!("{} fails: not so that {}", control.id, control.title)),
            "description": format!("It does not hold of {}: {}{more}.", count(names.len(), "thing"), first.join(", ")),
            "statement": markup(&format!("What must hold: {}.", control.title)),
            "props": [prop("control", &control.id)],
            "status": "open",
            "origins": origins(),
            "characterizations": [{
                "origin": { "actors": [{ "type": "tool", "actor-uuid": Self::tool().to_string() }] },
                "facets": [{ "name": "severity", "system": NS, "value": control.severity.as_str() }],
            }],
        });
        if let (Json::Object(map), Some(remediation)) = (&mut risk, &control.remediation) {
            map.insert(
                "remediations".to_owned(),
                json!([{
                    "uuid": self.id.of(&["remediation", &control.id]).to_string(),
                    "lifecycle": "recommendation",
                    "title": format!("Mend {}", markup(&control.id)),
                    "description": markup(remediation),
                }]),
            );
        }
        fields(risk)
    }

    fn finding(&self, asked: &Asked<'_>, controls: &[&ControlOutcome]) -> Map<String, Json> {
        let (framework, requirement) = (asked.framework, asked.requirement);
        let (state, reason) = match requirement.verdict {
            ControlVerdict::Pass => ("satisfied", "pass"),
            ControlVerdict::Fail => ("not-satisfied", "fail"),
            ControlVerdict::Unknown | ControlVerdict::NotApplicable => ("not-satisfied", "other"),
        };
        let (kind, target) = asked.target.parts();
        let mut about = json!({
            "type": kind,
            "target-id": target,
            "status": { "state": state, "reason": reason, "remarks": why(requirement.verdict, controls) },
        });
        if let (Json::Object(map), ControlVerdict::NotApplicable) = (&mut about, requirement.verdict) {
            map.insert("implementation-status".to_owned(), json!({ "state": "not-applicable" }));
        }
        let title = format!("{} {}", framework.title, requirement.id);
        let description = if requirement.about.is_empty() { &title } else { &requirement.about };
        let mut finding = json!({
            "uuid": self.id.of(&["finding", &framework.key, &requirement.id]).to_string(),
            "title": format!("{}: {}", markup(&title), requirement.verdict.shown()),
            "description": markup(description),
            "props": [
                prop("framework", &framework.key),
                prop("requirement", &requirement.id),
                prop("verdict", requirement.verdict.as_str()),
                prop("id-confirmed", if requirement.is_confirmed { "true" } else { "false" }),
            ],
            "origins": origins(),
            "target": about,
        });
        let failing = controls.iter().filter(|control| control.verdict == ControlVerdict::Fail);
        let risks: Vec<Json> = failing.map(|control| json!({ "risk-uuid": self.risk_of(control).to_string() })).collect();
        if let (Json::Object(map), false) = (&mut finding, risks.is_empty()) {
            map.insert("related-risks".to_owned(), json!(risks));
        }
        fields(finding)
    }
}

/// Why a requirement came to its verdict, in a sentence.
fn why(verdict: ControlVerdict, controls: &[&ControlOutcome]) -> String {
    if controls.is_empty() {
        return "UNKNOWN: no control speaks to it.".to_owned();
    }
    let of = |verdict: ControlVerdict| controls.iter().filter(move |control| control.verdict == verdict);
    let named = |verdict| of(verdict).map(|control| code(&control.id)).collect::<Vec<_>>().join(", ");
    match verdict {
        ControlVerdict::Pass => format!("PASS: {} of {} hold, and the others do not apply.", of(verdict).count(), controls.len()),
        ControlVerdict::NotApplicable => "N/A: there is nothing that its controls apply to.".to_owned(),
        ControlVerdict::Fail => format!("FAIL: {} does not hold.", named(verdict)),
        ControlVerdict::Unknown => {
            let unknown = of(verdict).flat_map(|control| &control.findings).filter_map(|finding| finding.unknown.as_ref());
            let whys: BTreeSet<&str> = unknown.map(|unknown| &*unknown.why).collect();
            let more = if whys.len() > NAMED { format!("; and {} more reasons", whys.len() - NAMED) } else { String::new() };
            let said: Vec<String> = whys.iter().take(NAMED).map(|why| markup(why)).collect();
            format!("UNKNOWN: nobody can say of {}: {}{more}.", named(verdict), said.join("; "))
        }
    }
}
